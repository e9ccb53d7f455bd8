/* The dashboard in a pty beside a stage, for the screen tests; and the fixture most of them are tests of. */
#ifndef UMBRA_TESTS_SUPPORT_DASHBOARD_FIXTURE_H
#define UMBRA_TESTS_SUPPORT_DASHBOARD_FIXTURE_H

#include "tests/support/pty.h"
#include "tests/support/control_plane_fixture.h"

/* What a test changes; zero is the usual. */
struct dashboard_options {
	int rows, cols; /* 40, 120 */
	const char *url; /* the stage's; "": none is said */
	const char *theme, *session;
	const char *term; /* xterm-256color */
	const char *ground; /* what the terminal says of its ground; a dark one; "": nothing */
	const char *const *env; /* more of it, NULL-terminated */
	bool read_only;
	bool moving_clock; /* the real clock instead of the stage's */
};

/* $UMBRA, else build/umbra. `plane` says only where it is asked. */
void dashboard_start(struct pty *terminal, const struct control_plane *plane,
	const struct dashboard_options *options);
/* Until the data is there and nothing more comes. */
void dashboard_ready(struct pty *terminal);

/* ---- the fixture ---- */

/* One program, one stage, one terminal. The names are short: a test speaks of little else. */
extern struct control_plane stage;
extern struct pty pty;

/*
 * For a test or for a group of them (cmocka): the shop is on the stage; and behind it neither dashboard nor
 * stage is left, whatever became of them and whether or not there were any.
 */
int dashboard_setup(void **state);
int dashboard_teardown(void **state);

/* Starts it, instead of the one that may still run, and waits until it is ready. */
void dashboard_open(struct dashboard_options options);
/* Ends it, if it still runs. */
void dashboard_close(void);
/* One key after the other; each is painted before the next. */
void dashboard_press(const char *keys);
/* q: it ends well, and the terminal is a shell's again. */
void dashboard_quit(void);

#define DASHBOARD_TEST(name) \
	cmocka_unit_test_setup_teardown(name, dashboard_setup, dashboard_teardown)

#endif
