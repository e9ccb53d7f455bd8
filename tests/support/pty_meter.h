/*
 * A terminal that only counts: a program in a pty of 120x40, when its bytes came and how many. Nothing is
 * interpreted, so that what is measured is the program (pty.h is the terminal that looks).
 */
#ifndef UMBRA_TESTS_SUPPORT_PTY_METER_H
#define UMBRA_TESTS_SUPPORT_PTY_METER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/strbuf.h"

enum { PTY_METER_ROWS = 40, PTY_METER_COLS = 120 };

struct pty_meter {
	pid_t pid; /* 0: it is not there */
	int master;
	int64_t start_ns;
	int64_t last_ns; /* when the last of its bytes came */
	uint64_t bytes;
	struct strbuf raw; /* everything so far, up to a megabyte */
	bool ended;
};

/* `argv` NULL-terminated, argv[0] looked for in PATH. False when there is no such program. */
bool pty_meter_start(struct pty_meter *term, const char *const *argv);
/* Ends it: TERM, and KILL after a second. Fine when it was not started. */
void pty_meter_stop(struct pty_meter *term);

/* Waits at most `ms` for bytes and takes them. False when none came. */
bool pty_meter_read(struct pty_meter *term, int ms);
/* Reads until `text` has stood in the output; milliseconds since the start, -1 when it did not come. */
double pty_meter_until(struct pty_meter *term, const char *text, int ms);
/* Reads until `quiet_ms` of silence follow some output, at most `ms`; milliseconds from start to its last byte. */
double pty_meter_settle(struct pty_meter *term, int quiet_ms, int ms);
/* Sends keys; milliseconds until the last byte of the answer (10 ms of silence behind it), -1 without one. */
double pty_meter_press(struct pty_meter *term, const char *keys);

#endif
