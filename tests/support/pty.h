/*
 * A terminal for tests: the real program in a pty, its output through libvterm. Keys go in, the screen is
 * looked at; waits are for what should be seen, with a deadline, never for time to pass.
 *
 * Whatever goes wrong fails the test (cmocka) with the screen as it was.
 */
#ifndef UMBRA_TESTS_SUPPORT_PTY_H
#define UMBRA_TESTS_SUPPORT_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <vterm.h>

#include "core/base/strbuf.h"

enum { PTY_ROWS_MAX = 128, PTY_COLS_MAX = 320, PTY_WAIT_MS = 10000 };

struct pty {
	pid_t pid;
	int master;
	int slave; /* kept open, so that the modes can be read after the program's end */
	VTerm *vterm;
	VTermScreen *screen;
	int rows, cols;
	uint64_t bytes; /* from the program */
	int64_t last_ns; /* when the last of them came, monotonic */
	unsigned frames; /* bursts of output with quiet between them */
	struct strbuf raw; /* the last of the output, as it came */
	size_t asked; /* bytes the terminal had to answer: queries of the program, but for the next */
	const char *
		ground; /* the answer to OSC 11, after its "11;"; NULL: it knows no such question */
	unsigned ground_asked; /* how often it came */
	size_t question; /* bytes of one that have come */
	bool alternate;
	bool mouse;
	bool ended;
	int status; /* of waitpid, once ended */
};

/* `argv` NULL-terminated, argv[0] a path. `env` NULL-terminated "K=V", put over the test's own environment. */
void pty_start(
	struct pty *pty, int rows, int cols, const char *const *argv, const char *const *env);
/* Ends the program when it still runs, and frees everything. */
void pty_finish(struct pty *pty);

void pty_keys(struct pty *pty, const char *bytes);
void pty_resize(struct pty *pty, int rows, int cols);
void pty_signal(struct pty *pty, int number);

/* Takes what there is, waiting at most `ms` for the first of it; false when there was nothing. */
bool pty_read(struct pty *pty, int ms);
/* The same, without a wait for the end of a burst: for many programs at a time. */
bool pty_take(struct pty *pty, int ms);
/* Until the program has been silent for `ms`. */
void pty_quiet(struct pty *pty, int ms);
/* Until the screen shows the text in one row; fails after PTY_WAIT_MS. */
void pty_wait_text(struct pty *pty, const char *text);
void pty_wait_gone(struct pty *pty, const char *text);
/* Until the program has ended; returns its exit code, or 128 + the signal's number. */
int pty_wait_end(struct pty *pty);

bool pty_shows(const struct pty *pty, const char *text);
/* A row as UTF-8 without trailing blanks. */
enum { PTY_ROW_SIZE = PTY_COLS_MAX * 8 };
void pty_row(const struct pty *pty, int row, char dst[PTY_ROW_SIZE]);
/*
 * The whole screen: its rows, then for each row with attributes a row of letters, then what each letter
 * stands for. The form of the goldens.
 */
void pty_dump(const struct pty *pty, struct strbuf *out);
/* The terminal's modes are those of a shell again, the cursor is back, the alternate screen and the mouse off. */
void pty_check_restored(const struct pty *pty);

/* Until the screen is that of tests/screen/golden/NAME.txt; UPDATE_GOLDEN=1 writes it instead, when all is silent. */
void pty_check_golden(struct pty *pty, const char *name);

#endif
