/*
 * The mouse: what a click, the wheel and a drag do, that it can be given back, and that a report which is not
 * whole, or none at all, takes no key with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"

#include "tests/support/dashboard_fixture.h"

/* A report of the mouse in SGR form (xterm's 1006), at a cell counted from 0. */
static void mouse(int button, int row, int col, char end)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "\033[<%d;%d;%d%c", button, col + 1, row + 1, end);
	pty_keys(&pty, text);
}

static void click(int row, int col)
{
	mouse(0, row, col, 'M');
	mouse(0, row, col, 'm');
}

static int row_with(const char *text)
{
	char row[PTY_ROW_SIZE];

	for (int y = 0; y < pty.rows; y++) {
		pty_row(&pty, y, row);
		if (strstr(row, text))
			return y;
	}
	fail_msg("no row has \"%s\"", text);
	return -1;
}

static int col_of(int y, const char *text)
{
	char row[PTY_ROW_SIZE];
	const char *at;

	pty_row(&pty, y, row);
	at = strstr(row, text);
	assert_non_null(at);
	return (int)text_cells((struct str){row, (size_t)(at - row)});
}

static void test_presses(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	assert_true(pty.mouse);
	assert_int_equal(pty.asked, 0);
	click(1, col_of(1, "Sessions"));
	pty_wait_text(&pty, "qa-seats");
	click(pty.rows - 1, col_of(pty.rows - 1, "help"));
	pty_wait_text(&pty, "Sessions › Help");
	mouse(65, 20, 5, 'M'); /* the wheel: three rows */
	pty_wait_text(&pty, "4 to 39 of");
	mouse(64, 20, 5, 'M');
	pty_wait_text(&pty, "1 to 36 of");
	click(2, 3); /* the crumb */
	pty_wait_text(&pty, "qa-seats");
	pty_keys(&pty, ":version list\r");
	pty_wait_text(&pty, "Answer");
	click(6, 20);
	pty_wait_text(&pty, "3 of 15");
	click(6, 20); /* again: opened */
	pty_wait_text(&pty, "pinned by");
	mouse(0, 500, 500, 'M');
	mouse(0, 0, 0, 'M');
	mouse(35, 4, 4, 'M');
	pty_keys(&pty, "\033[19~");
	pty_wait_text(&pty, "mouse off");
	pty_quiet(&pty, 80);
	assert_false(pty.mouse);
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "F8 mouse back");
	pty_keys(&pty, "\033[19~");
	pty_quiet(&pty, 80);
	assert_true(pty.mouse);
	dashboard_quit();
	assert_false(pty.mouse);
}

static void test_in_a_chooser(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jjjpzz");
	pty_wait_text(&pty, "nothing matches");
	pty_keys(&pty, "\177\177");
	pty_wait_gone(&pty, "nothing matches");
	click(row_with("dev5, strict"), 8);
	pty_quiet(&pty, 50);
	click(row_with("dev5, strict"), 8);
	pty_wait_text(&pty, "Requests that carry session qa-seats");
	click(row_with("no, cancel"), col_of(row_with("no, cancel"), "Esc"));
	pty_wait_gone(&pty, "Requests that carry");
}

static void test_off_by_setting(void **state)
{
	static const char *const env[] = {"UMBRA_MOUSE=off", "UMBRA_SYNC=off", NULL};

	(void)state;
	dashboard_open((struct dashboard_options){.env = env});
	assert_false(pty.mouse);
	assert_null(strstr(pty.raw.data, "\033[?2026h"));
	pty_keys(&pty, "\033[19~");
	pty_quiet(&pty, 80);
	assert_true(pty.mouse);
	pty_signal(&pty, SIGTERM);
	assert_int_equal(pty_wait_end(&pty), 128 + SIGTERM);
	pty_check_restored(&pty);
}

/* Broken off, and then ordinary keys: those that could belong to it after a while, the others at once. */
static void test_broken_off(void **state)
{
	static const char *const broken[] = {
		"\033[<", "\033[<1;2", "\033[<0;12;", "\033[M", "\033[M  "};

	(void)state;
	dashboard_open((struct dashboard_options){0});
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

		pty_keys(&pty, broken[i]);
		pty_keys(&pty, "\033[B?");
		pty_wait_text(&pty, "Services › Help");
		pty_keys(&pty, "q");
		pty_wait_text(&pty, "SERVICE / VERSION");
		pty_keys(&pty, broken[i]);
		while (!pty_shows(&pty, "qa-seats")) { /* 3 is Sessions */
			if (time_monotonic_ms() > deadline)
				fail_msg("report %zu swallows keys", i);
			pty_keys(&pty, "3");
			(void)pty_read(&pty, 100);
		}
		pty_keys(&pty, "1");
		pty_wait_text(&pty, "SERVICE / VERSION");
	}
	click(1, col_of(1, "Sessions"));
	pty_wait_text(&pty, "qa-seats");
	dashboard_quit();
}

/* As a terminal answers that does not know the SGR form. */
static void test_old_form(void **state)
{
	int col;

	(void)state;
	dashboard_open((struct dashboard_options){.term = "screen-256color"});
	assert_true(pty.mouse);
	col = col_of(1, "Sessions");
	{
		const char press[] = {'\033', '[', 'M', ' ', (char)(col + 33), '"', '\0'};

		pty_keys(&pty, press);
	}
	pty_wait_text(&pty, "qa-seats");
	dashboard_quit();
}

/* The divider follows the mouse, within what both sides need, and stays where it was let go. */
static void test_divider(void **state)
{
	const char *const rule = "│";
	int at;

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 40, .cols = 200});
	at = col_of(10, rule);
	mouse(0, 10, at, 'M');
	mouse(32, 12, at - 20, 'M');
	pty_quiet(&pty, 100);
	assert_int_equal(col_of(10, rule), at - 20);
	mouse(32, 12, 3, 'M');
	pty_quiet(&pty, 100);
	assert_in_range(col_of(10, rule), 50, 80);
	mouse(32, 39, 199, 'M');
	mouse(0, 39, at - 10, 'm');
	pty_quiet(&pty, 100);
	assert_int_equal(col_of(10, rule), at - 10);
	mouse(32, 12, at, 'M'); /* let go: no drag any more */
	pty_quiet(&pty, 100);
	assert_int_equal(col_of(10, rule), at - 10);
	click(10, 5);
	pty_quiet(&pty, 100);
	assert_int_equal(col_of(10, rule), at - 10);
}

/* The page of what was copied has the whole text, as a shell takes it, and the mouse is the terminal's there. */
static void test_copied_text_is_selected(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 60});
	assert_true(pty.mouse);
	pty_keys(&pty, "jjy");
	pty_wait_text(&pty, "a-z filter");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "The mouse selects text here.");
	pty_wait_text(&pty, "pr-482\"' \\"); /* too long for a row: it goes on in the next */
	pty_wait_text(&pty, "http://booking.env.localhost:8080/");
	assert_false(pty.mouse);
	pty_wait_text(&pty, "sent to the terminal's clipboard (OSC 52)");
	assert_non_null(strstr(pty.raw.data, "\033]52;c;Y3VybCA"));
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "SERVICE / VERSION");
	assert_true(pty.mouse);
	dashboard_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_copied_text_is_selected),
		DASHBOARD_TEST(test_presses),
		DASHBOARD_TEST(test_in_a_chooser),
		DASHBOARD_TEST(test_off_by_setting),
		DASHBOARD_TEST(test_broken_off),
		DASHBOARD_TEST(test_old_form),
		DASHBOARD_TEST(test_divider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
