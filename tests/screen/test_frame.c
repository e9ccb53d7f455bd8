/*
 * What is around the views: where one was, the palette, keys of one's own, what is kept from one run to the
 * next, the mouse, and the dashboard's own cost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"

#include "tests/support/dash.h"

static struct stage stage;
static struct pty pty;

static int setup(void **state)
{
	(void)state;
	stage_start(&stage, &stage_shop_script, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pty_finish(&pty);
	stage_stop(&stage);
	return 0;
}

static void open_dash(struct dash_options options)
{
	options.rows = options.rows ? options.rows : 40;
	options.cols = options.cols ? options.cols : 120;
	dash_start(&pty, &stage, &options);
	dash_ready(&pty);
}

/* What was staged is still there when one comes back; Esc is back, too, and forgets nothing. */
static void test_history(void **state)
{
	(void)state;
	open_dash((struct dash_options){0});
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "there is nothing before this");
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "-");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "Requests › session:checkout-4f2k");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "]]");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "]");
	pty_wait_text(&pty, "Requests › session:checkout-4f2k");
	pty_keys(&pty, "]");
	pty_wait_text(&pty, "there is nothing after this");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "\033"); /* drops what is staged */
	pty_wait_gone(&pty, "1 change staged");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "\033"); /* a tab's own key led here: there is no way up */
	pty_quiet(&pty, 80);
	assert_true(pty_shows(&pty, "OWNER"));
}

/* Many more places than are kept. */
static void test_history_is_bounded(void **state)
{
	(void)state;
	open_dash((struct dash_options){0});
	for (int i = 0; i < 30; i++)
		pty_keys(&pty, "1jj\r3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	for (int i = 0; i < 60; i++)
		pty_keys(&pty, "[");
	pty_wait_text(&pty, "there is nothing before this");
	for (int i = 0; i < 60; i++)
		pty_keys(&pty, "]");
	pty_wait_text(&pty, "there is nothing after this");
	assert_true(pty_shows(&pty, "WHAT CHANGES"));
	pty_keys(&pty, "q");
	assert_int_equal(pty_wait_end(&pty), 0);
}

#define FRAME(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRAME(test_history),
		FRAME(test_history_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
