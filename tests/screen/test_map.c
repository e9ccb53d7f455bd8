/* The Map: what its keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/dash.h"

static void open_map(int rows, int cols, const char *theme)
{
	struct dash_options options = {.rows = rows, .cols = cols, .theme = theme};

	dash_open(options);
	pty_keys(&pty, "6");
	pty_wait_text(&pty, "WHO IS CALLED");
	pty_wait_text(&pty, "outside");
}

static void test_logs_of_a_call(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_keys(&pty, "fbooking\r");
	pty_wait_text(&pty, "gateway calls booking");
	pty_wait_text(&pty, "$ umbra logs -f 'caller:gateway service:booking'");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "Requests › caller:gateway service:booking");
	pty_wait_text(&pty, "/seats/hold");
	assert_false(pty_shows(&pty, "/find?q=yoga"));
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "WHO IS CALLED");
	pty_keys(&pty, "gl");
	pty_wait_text(&pty, "Requests › !caller:*");
}

static void test_around_a_service(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_keys(&pty, "fbooking\r\r");
	pty_wait_text(&pty, "Map › booking");
	pty_wait_text(&pty, "CALLED BY");
	pty_wait_text(&pty, "gateway calls booking");
	pty_keys(&pty, "\033[C");
	pty_wait_text(&pty, "booking calls ");
	pty_keys(&pty, "\033[D\r");
	pty_wait_text(&pty, "Map › gateway");
	pty_wait_text(&pty, "outside");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "Map › booking");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "WHO IS CALLED");
}

static void test_fold_and_filter(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_wait_text(&pty, "pricing");
	pty_keys(&pty, "fgateway\rh");
	pty_wait_gone(&pty, "pricing");
	pty_keys(&pty, "\033[C");
	pty_wait_text(&pty, "pricing");
	pty_keys(&pty, "/service:pricing\r");
	pty_wait_gone(&pty, "outside");
	pty_wait_text(&pty, "pricing");
	pty_wait_text(&pty, "filter: service:pricing (hides ");
	pty_keys(&pty, "\033/nothinglikeit\r");
	pty_wait_text(&pty, "Nothing matches the filter.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASH_TEST(test_logs_of_a_call),
		DASH_TEST(test_around_a_service),
		DASH_TEST(test_fold_and_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
