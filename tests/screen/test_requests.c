/*
 * Reading a tail: from error to error, the lines around what matches, and a reader who is not moved. The
 * lines come from the control plane of the stage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
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

static void open_requests(int rows, int cols)
{
	struct dash_options options = {.rows = rows, .cols = cols};

	dash_start(&pty, &stage, &options);
	dash_ready(&pty);
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "/find?q=yoga");
	pty_quiet(&pty, 100);
}

static void test_from_error_to_error(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_wait_text(&pty, "errors ");
	pty_keys(&pty, "e"); /* the newest is one: while following, the one above it */
	pty_wait_text(&pty, "┃ 18:42:05.045  payments");
	pty_wait_text(&pty, " above, 1 below");
	pty_keys(&pty, "E");
	pty_wait_text(&pty, "┃ 18:42:04.045  payments");
	pty_keys(&pty, "ee");
	pty_wait_text(&pty, "┃ 18:42:06.045  payments");
	pty_keys(&pty, "e");
	pty_wait_text(&pty, "no error below this one");
}

static void test_lines_around(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "+");
	pty_wait_text(&pty, "/ filters");
	pty_keys(&pty, "-/status:503\r");
	pty_wait_gone(&pty, "schedule ");
	pty_keys(&pty, "+");
	pty_wait_text(&pty, "status:503 +-1 hides ");
	pty_wait_text(&pty, " hidden ────────");
	assert_true(pty_shows(&pty, "schedule@pr-540 lost"));
	pty_keys(&pty, "kk"); /* over the row between, which is no line */
	pty_wait_text(&pty, "┃ 18:42:05.054  search");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "┃ 18:42:06.036  profile");
	pty_keys(&pty, "-");
	pty_wait_gone(&pty, "hidden ──");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "filter status:503");
}

static void test_trace_from_the_details(void **state)
{
	(void)state;
	open_requests(40, 120);
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "upstream_ms");
	pty_keys(&pty, "o");
	pty_wait_text(&pty, "Requests › trace:4bf92f3577b34da6a3ce929d0e0e4736");
	pty_wait_text(&pty, "/class/19");
	pty_wait_gone(&pty, "/find?q=yoga");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "upstream_ms");
}

#define ACT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ACT(test_from_error_to_error),
		ACT(test_lines_around),
		ACT(test_trace_from_the_details),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
