/* The Timeline: what its keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/dashboard_fixture.h"

static void open_timeline(int rows, int cols, const char *theme)
{
	struct dashboard_options options = {.rows = rows, .cols = cols, .theme = theme};

	dashboard_open(options);
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "newest first");
	pty_wait_text(&pty, "became unhealthy");
}

static void test_time_and_filter(void **state)
{
	(void)state;
	open_timeline(40, 120, "dark");
	pty_wait_text(&pty, "all, newest first");
	pty_keys(&pty, "T");
	pty_wait_text(&pty, "last 15 min");
	pty_wait_text(&pty, "$ umbra events --since 15m");
	pty_wait_gone(&pty, "created session");
	pty_keys(&pty, "TT");
	pty_wait_text(&pty, "$ umbra events");
	pty_keys(&pty, "/service:profile\r");
	pty_wait_text(&pty, "filter: service:profile (");
	pty_wait_gone(&pty, "booking@pr-482");
	pty_wait_text(&pty, "profile@pr-551 became unhealthy: connection refused");
	pty_keys(&pty, "\033/status:500");
	pty_wait_text(&pty, "events have no status");
	pty_keys(&pty, "\033/author:nobody\r");
	pty_wait_text(&pty, "Nothing matches the filter.");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "became unhealthy");
}

/* Days are rows and do not count. */
static void test_position(void **state)
{
	(void)state;
	open_timeline(24, 80, "dark");
	pty_wait_text(&pty, "newest first  1 of 28");
	pty_keys(&pty, "Gk");
	pty_wait_text(&pty, "newest first  27 of 28");
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
	open_timeline(24, 80, "dark");
	pty_keys(&pty, "jjjj\x04\x04"); /* the newest is out of sight */
	pty_wait_gone(&pty, "created session qa-seats");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "3c");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "short\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "D");
	pty_wait_text(&pty, "Lost: its key");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "This session has ended");
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "new above, seen below");
	pty_wait_text(&pty, "ended session short-");
	pty_wait_text(&pty, "2 new   30 events");
	pty_keys(&pty, "g\r");
	pty_wait_text(&pty, "is gone");
}

static void test_details(void **state)
{
	(void)state;
	open_timeline(24, 80, "dark");
	pty_keys(&pty, "fregistered\r");
	pty_wait_text(&pty, "+ shows them");
	assert_false(pty_shows(&pty, "base commit"));
	pty_keys(&pty, "+");
	pty_wait_text(&pty, "deployed");
	pty_keys(&pty, "-");
	pty_wait_text(&pty, "+ shows them");
}

/* The pins stand in the line, with their number; of the rest the pane alone says how much there is. */
static void test_created_session(void **state)
{
	(void)state;
	open_timeline(24, 80, "dark");
	pty_wait_text(&pty, "created session checkout-4f2k    booking pr-482  +1 pin");
	pty_keys(&pty, "fcheckout-4f2k\r");
	pty_wait_text(&pty, "and 6 more: + shows them");
}

/* What the control plane saw goes, what people changed stays. */
static void test_people(void **state)
{
	(void)state;
	open_timeline(24, 80, "dark");
	pty_wait_text(&pty, "P people");
	pty_keys(&pty, "P");
	pty_wait_text(&pty, "people only, all, newest first");
	pty_wait_gone(&pty, "became unhealthy");
	assert_true(pty_shows(&pty, "created session qa-seats"));
	pty_keys(&pty, "P");
	pty_wait_text(&pty, "became unhealthy");
}

/* Of a small change the wide pane leaves no row empty. */
static void test_details_of_little(void **state)
{
	char row[PTY_ROW_SIZE];
	int y = 0;

	(void)state;
	open_timeline(24, 80, "dark");
	pty_keys(&pty, "fbecame\r/service:profile\r");
	pty_keys(&pty, "fprofile@pr-551\r+");
	pty_wait_text(&pty, "saw that profile@pr-551 became unhealthy");
	pty_quiet(&pty, 100);
	do
		pty_row(&pty, y++, row);
	while (y < 24 && !strstr(row, "saw that"));
	while (y < 22) {
		pty_row(&pty, y++, row);
		assert_true(strspn(row, " ") < strlen(row));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_time_and_filter),
		DASHBOARD_TEST(test_position),
		DASHBOARD_TEST(test_jump),
		DASHBOARD_TEST(test_gone_and_new),
		DASHBOARD_TEST(test_details),
		DASHBOARD_TEST(test_created_session),
		DASHBOARD_TEST(test_people),
		DASHBOARD_TEST(test_details_of_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
