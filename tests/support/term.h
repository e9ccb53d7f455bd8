/*
 * A terminal that only counts: a program in a pty of 120x40, when its bytes came and how many. Nothing is
 * interpreted, so that what is measured is the program (pty.h is the terminal that looks).
 */
#ifndef UMBRA_TESTS_SUPPORT_TERM_H
#define UMBRA_TESTS_SUPPORT_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/strbuf.h"

enum { TERM_ROWS = 40, TERM_COLS = 120 };

struct term {
	pid_t pid; /* 0: it is not there */
	int master;
	int64_t start_ns;
	int64_t last_ns; /* when the last of its bytes came */
	uint64_t bytes;
	struct strbuf raw; /* everything so far, up to a megabyte */
	bool ended;
};

/* `argv` NULL-terminated, argv[0] looked for in PATH. False when there is no such program. */
bool term_start(struct term *term, const char *const *argv);
/* Ends it: TERM, and KILL after a second. Fine when it was not started. */
void term_stop(struct term *term);

/* Waits at most `ms` for bytes and takes them. False when none came. */
bool term_read(struct term *term, int ms);
/* Reads until `text` has stood in the output; milliseconds since the start, -1 when it did not come. */
double term_until(struct term *term, const char *text, int ms);
/* Reads until `quiet_ms` of silence follow some output, at most `ms`; milliseconds from start to its last byte. */
double term_settle(struct term *term, int quiet_ms, int ms);
/* Sends keys; milliseconds until the last byte of the answer (10 ms of silence behind it), -1 without one. */
double term_press(struct term *term, const char *keys);

#endif
