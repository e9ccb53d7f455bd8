/* The Timeline: what its keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/dash.h"

static void open_timeline(int rows, int cols, const char *theme)
{
	struct dash_options options = {.rows = rows, .cols = cols, .theme = theme};

	dash_open(options);
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "newest first");
	pty_wait_text(&pty, "became unhealthy");
}

static void test_time_and_filter(void **state)
{
	(void)state;
	open_timeline(40, 120, "dark");
	pty_wait_text(&pty, "all, newest first");
	pty_keys(&pty, "t");
	pty_wait_text(&pty, "last 15 min");
	pty_wait_text(&pty, "$ umbra events --since 15m");
	pty_wait_gone(&pty, "created session");
	pty_keys(&pty, "tt");
	pty_wait_text(&pty, "$ umbra events");
	pty_keys(&pty, "/service:profile\r");
	pty_wait_text(&pty, "filter: service:profile (hides ");
	pty_wait_gone(&pty, "booking@pr-482");
	pty_wait_text(&pty, "profile@pr-551 became unhealthy: connection refused");
	pty_keys(&pty, "\033/status:500");
	pty_wait_text(&pty, "events have no status");
	pty_keys(&pty, "\033/author:nobody\r");
	pty_wait_text(&pty, "Nothing matches the filter.");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "became unhealthy");
}

static void test_jump(void **state)
{
	(void)state;
	open_timeline(40, 120, "dark");
	pty_keys(&pty, "fprofile@pr-551\r");
	pty_wait_text(&pty, "saw that profile@pr-551 became unhealthy: connection refused");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "profile@pr-551  \"Pictures\"");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "newest first");
	pty_keys(&pty, "fcheckout-4f2k\r");
	pty_wait_text(&pty, "created session checkout-4f2k,");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "WHAT CHANGES");
}

/* What is gone is said to be, and what came while one was elsewhere stands above a mark. */
static void test_gone_and_new(void **state)
{
	(void)state;
	open_timeline(40, 120, "dark");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "3c");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "short\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "Dy");
	pty_wait_text(&pty, "This session has ended");
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "you have seen what is below");
	pty_wait_text(&pty, "ended session short-");
	pty_keys(&pty, "g\r");
	pty_wait_text(&pty, "is gone");
}

static void test_details(void **state)
{
	(void)state;
	open_timeline(24, 80, "dark");
	pty_keys(&pty, "fregistered\r");
	pty_wait_text(&pty, "d shows them");
	assert_false(pty_shows(&pty, "base commit"));
	pty_keys(&pty, "d");
	pty_wait_text(&pty, "deployed");
	pty_keys(&pty, "d");
	pty_wait_text(&pty, "d shows them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASH_TEST(test_time_and_filter),
		DASH_TEST(test_jump),
		DASH_TEST(test_gone_and_new),
		DASH_TEST(test_details),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
