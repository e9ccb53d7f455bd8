/*
 * Dark and light terminals: text can be read on both, whether the terminal says which it is, at once, in pieces or
 * never; the question comes once, after the first frame, and only where it can be answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

#include "tests/support/dashboard_fixture.h"
#include "tui/theme/colour.h"
#include "tui/theme/theme.h"

static const char *const in_screen[] = {"STY=1.tty", NULL};
static const char *const in_tmux[] = {"TMUX=x,1,0", NULL};
static const char *const without_colour[] = {"NO_COLOR=1", NULL};
static const char *const told_light[] = {"COLORFGBG=0;15", NULL};
static const char *const white = "rgb:ffff/ffff/ffff";

static int32_t rgb_of(const VTermColor *colour, int32_t otherwise)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		return otherwise;
	if (VTERM_COLOR_IS_INDEXED(colour))
		return colour_of_256(colour->indexed.idx);
	return colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue;
}

/* The worst contrast of anything on the screen, where the terminal's own colours are these. */
static double least_contrast(int32_t ink, int32_t ground)
{
	double least = 21;

	for (int row = 0; row < pty.rows; row++) {
		for (int col = 0; col < pty.cols; col++) {
			VTermScreenCell cell;
			double contrast;

			if (!vterm_screen_get_cell(pty.screen, (VTermPos){row, col}, &cell) ||
				cell.chars[0] <= ' ' || cell.chars[0] == UINT32_MAX)
				continue;
			contrast = colour_contrast(rgb_of(&cell.fg, ink), rgb_of(&cell.bg, ground));
			least = contrast < least ? contrast : least;
		}
	}
	return least;
}

/* Until it can be read; the theme may be on its way. */
static void check_readable(int32_t ink, int32_t ground)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;

	while (least_contrast(ink, ground) < AA_SHAPE) {
		if (time_monotonic_ms() > deadline)
			fail_msg("contrast %.2f", least_contrast(ink, ground));
		(void)pty_read(&pty, 100);
	}
}

static size_t count(const char *text)
{
	size_t n = 0;

	for (const char *at = pty.raw.data; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

static void test_white(void **state)
{
	static const struct dashboard_options sizes[] = {
		{.rows = 24, .cols = 80}, {.rows = 40, .cols = 120}, {.rows = 60, .cols = 200}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct dashboard_options options = sizes[i];

		options.ground = white;
		dashboard_open(options);
		check_readable(0x000000, 0xffffff);
		assert_int_equal(pty.ground_asked, 1);
		assert_true(strstr(pty.raw.data, "\033]11;?") > strstr(pty.raw.data, "Services"));
		pty_keys(&pty, "4"); /* and nothing of the answer was a key */
		pty_wait_text(&pty, "/find?q=yoga");
		check_readable(0x000000, 0xffffff);
		dashboard_quit();
	}
}

/* On a dark one the theme it begins with is the one it stays with: nothing is painted twice. */
static void test_dark(void **state)
{
	size_t clears;

	(void)state;
	dashboard_open((struct dashboard_options){.theme = "dark"});
	assert_int_equal(pty.ground_asked, 0); /* somebody chose */
	clears = count("\033[2J") + count("\033[J") + count("\033[H\033[J");
	dashboard_open((struct dashboard_options){0});
	assert_int_equal(pty.ground_asked, 1);
	pty_quiet(&pty, 700);
	assert_int_equal(count("\033[2J") + count("\033[J") + count("\033[H\033[J"), clears);
	check_readable(0xffffff, 0x000000);
}

/* Nobody knows which it is: it can be read on both. */
static void test_silent(void **state)
{
	const struct dashboard_options kinds[] = {
		{.ground = ""},
		{.ground = "", .term = "xterm"},
		{.ground = "rubbish"},
		{.ground = "rgb:zz/zz/zz"},
		{.term = "screen-256color"},
		{.env = in_screen},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		dashboard_open(kinds[i]);
		check_readable(0x000000, 0xffffff);
		check_readable(0xffffff, 0x000000);
	}
}

/* In pieces, late, and while something is typed: it is no key. */
static void test_pieces(void **state)
{
	static const char *const pieces[] = {
		"\033]1", "1;rgb:ff", "ff/ffff/", "ff", "ff\033", "\\"};

	(void)state;
	dashboard_open((struct dashboard_options){.ground = ""});
	pty_keys(&pty, "/book");
	pty_wait_text(&pty, "Esc show all");
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		pty_keys(&pty, pieces[i]);
		(void)pty_read(&pty, 30);
	}
	check_readable(0x000000, 0xffffff);
	pty_keys(&pty, "ing");
	pty_wait_text(&pty, "filter booking");
	pty_keys(&pty, "\r\033]11;rgb:0/0/0\a"); /* a second one is nobody's */
	pty_wait_text(&pty, "filter: booking");
	check_readable(0x000000, 0xffffff);
}

static void test_where_it_is_asked(void **state)
{
	const struct {
		struct dashboard_options options;
		unsigned asked;
	} cases[] = {
		{{.term = "xterm-256color"}, 1},
		{{.term = "xterm"}, 1},
		{{.term = "tmux-256color"}, 1},
		{{.term = "screen-256color", .env = in_tmux}, 1},
		{{.term = "screen-256color"}, 0},
		{{.env = in_screen}, 0},
		{{.term = "linux"}, 0},
		{{.term = "vt100"}, 0},
		{{.env = without_colour}, 0},
		{{.env = told_light}, 0},
		{{.theme = "nord"}, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		dashboard_open(cases[i].options);
		if (pty.ground_asked != cases[i].asked)
			fail_msg("case %zu: asked %u times", i, pty.ground_asked);
	}
	dashboard_open((struct dashboard_options){.env = told_light});
	check_readable(0x000000, 0xffffff);
}

/* Left at once: the answer is not typed into the shell. */
static void test_left_at_once(void **state)
{
	int waiting = -1;

	(void)state;
	for (int i = 0; i < 5; i++) {
		dashboard_close();
		dashboard_start(&pty, &stage, &(struct dashboard_options){.ground = white});
		while (pty.ground_asked == 0)
			(void)pty_take(&pty, 100);
		dashboard_quit();
		assert_int_equal(ioctl(pty.slave, FIONREAD, &waiting), 0);
		assert_int_equal(waiting, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_white),
		cmocka_unit_test(test_dark),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_where_it_is_asked),
		cmocka_unit_test(test_left_at_once),
	};

	return cmocka_run_group_tests(tests, dashboard_setup, dashboard_teardown);
}
