/* The dashboard in a pty beside a stage, for the screen tests. */
#ifndef UMBRA_TESTS_SUPPORT_DASH_H
#define UMBRA_TESTS_SUPPORT_DASH_H

#include "tests/support/pty.h"
#include "tests/support/stage.h"

/* What a test changes; zero is the usual. */
struct dash_options {
	int rows, cols; /* 24, 80 */
	const char *url; /* the stage's; "": none is said */
	const char *theme, *session;
	const char *term; /* xterm-256color */
	const char *const *env; /* more of it, NULL-terminated */
	bool read_only;
	bool moving_clock; /* the real clock instead of the stage's */
};

/* $UMBRA, else build/umbra. */
void dash_start(struct pty *pty, const struct stage *stage, const struct dash_options *options);
/* Until the data is there and nothing more comes. */
void dash_ready(struct pty *pty);

#endif
