/*
 * What one does with the dashboard, done: filter, find, sort, fold, pin, stage and apply, create, end,
 * read-only. The effects are looked for on the screen, which has them from the control plane.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_fixture.h"

static void test_filter(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "/pr:482");
	pty_wait_gone(&pty, "pr-560");
	assert_true(pty_shows(&pty, "pricing"));
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "filter: pr:482 (13 hidden)");
	pty_keys(&pty, "/\025state:");
	pty_wait_text(&pty, "^");
	pty_keys(&pty, "\r"); /* a mistake is not taken */
	pty_quiet(&pty, 80);
	assert_true(pty_shows(&pty, "^"));
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "pr-560");
	pty_wait_gone(&pty, "filter:");
}

static void test_find(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "fretry less\r");
	pty_wait_text(&pty, "payments@pr-533  \"Retry less\"");
	pty_keys(&pty, "fPR-482\r");
	pty_wait_text(&pty, "pricing@pr-482");
	pty_keys(&pty, "n");
	pty_wait_text(&pty, "booking@pr-482");
	pty_keys(&pty, "N");
	pty_wait_text(&pty, "pricing@pr-482");
	pty_keys(&pty, "fnowhere at all");
	pty_wait_text(&pty, "no row has that text");
}

static void test_sort_and_fold(void **state)
{
	char row[PTY_ROW_SIZE];

	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "se");
	pty_wait_text(&pty, "sort: 5xx");
	pty_keys(&pty, "g");
	pty_wait_text(&pty, "payments  Cards");
	pty_row(&pty, 4, row);
	assert_non_null(strstr(row, "payments"));
	pty_keys(&pty, "\r");
	pty_wait_gone(&pty, "pr-533");
	pty_keys(&pty, "\033[C");
	pty_wait_text(&pty, "pr-533");
	pty_keys(&pty, "sz");
	pty_wait_text(&pty, "no column sorts by that letter");
}

static void test_pin_to_mine(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_wait_text(&pty, "you: nothing-yet1");
	pty_keys(&pty, "jjp");
	pty_wait_text(&pty, "$ umbra session pin nothing-yet1 booking=pr-482");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "nothing-yet1: lenient, pins booking=pr-482");
	pty_wait_text(&pty, "nothing-yet1 (dev7)");
}

/* What is asked says what the pin will do, by the rules, and not what one hopes for. */
static void test_pin_what_is_not_ready(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, "/version:pr-551\rgjj");
	pty_wait_text(&pty, "┃    pr-551");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "profile@pr-551 is unhealthy (connection refused): stable serves");
	assert_false(pty_shows(&pty, "will be served by"));
	pty_keys(&pty, "\033");
	dashboard_open((struct dashboard_options){.session = "qa-seats"});
	pty_keys(&pty, "/version:pr-551\rgjj");
	pty_wait_text(&pty, "┃    pr-551");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "every request to profile gets 503 until it is ready");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "; profile@pr-551 is unhealthy");
}

/* Yours is what a person said is: the chooser for one pin is no such word. */
static void test_mine_is_said(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jjp");
	pty_wait_text(&pty, "pin it to which session?");
	pty_keys(&pty, "nothing-yet1\r");
	pty_wait_text(&pty, "will be served by booking@pr-482");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "will be served");
	assert_false(pty_shows(&pty, "you: "));
	pty_keys(&pty, "3U");
	pty_wait_text(&pty, "you: ");
	pty_keys(&pty, "U");
	pty_wait_gone(&pty, "you: ");
	pty_keys(&pty, "1p+\r");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "\r"); /* no name: the default, not the prompt's word */
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_wait_text(&pty, "you: ");
	assert_false(pty_shows(&pty, "you: name-"));
}

/* Esc drops a kept filter, then goes back to where l was pressed. */
static void test_back_to_where_one_was(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "session:checkout-4f2k");
	pty_keys(&pty, "/status:200\r");
	pty_wait_text(&pty, "filter status:200");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "filter status:200");
	pty_wait_text(&pty, "session:checkout-4f2k");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "OWNER");
}

static void test_unknown_session(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "nope"});
	pty_wait_text(&pty, "there is no session nope");
	pty_wait_text(&pty, "you: nope, gone");
}

static void test_service_row(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "e");
	pty_wait_text(&pty, "e extends a version: select one of");
	pty_keys(&pty, "R");
	pty_wait_text(&pty, "R retires a version: select one of");
	pty_keys(&pty, "?");
	pty_wait_text(&pty, "Esc back");
	pty_keys(&pty, "q"); /* closes the help, not the program */
	pty_wait_text(&pty, "SERVICE");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "OWNER");
}

static void test_stage_and_apply(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "jjjj\r482\r");
	pty_wait_text(&pty, "1 change staged, nothing sent yet.");
	pty_keys(&pty, "jj-");
	pty_wait_text(&pty, "$ umbra session pin checkout-4f2k pricing=pr-482 --unpin schedule");
	pty_keys(&pty, "u");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "-");
	pty_wait_text(&pty, "2 changes staged");
	pty_keys(&pty, "a");
	pty_wait_text(&pty, "pins booking=pr-482");
	pty_wait_gone(&pty, "staged, nothing sent yet");
	pty_wait_text(&pty, "$ umbra session show checkout-4f2k");
	assert_true(pty_shows(&pty, "stable 2026.11.17")); /* schedule again */
	pty_keys(&pty, "-");
	pty_wait_gone(&pty, "staged, nothing sent yet"); /* nothing is pinned there */
	pty_keys(&pty, "kk-");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "staged changes dropped");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "qa-seats");
}

/*
 * The chooser begins on what is pinned, else on the first version, and says which row is so now; what is so already is
 * not sent again.
 */
static void test_what_is_so_already(void **state)
{
	(void)state;
	dashboard_open(
		(struct dashboard_options){.rows = 24, .cols = 80, .session = "checkout-4f2k"});
	pty_keys(&pty, "jjp");
	pty_wait_text(&pty, "pinned in session checkout-4f2k already: booking@pr-482");
	pty_keys(&pty, "3\r");
	pty_wait_text(&pty, "a sends what is staged.");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "which version of booking?");
	pty_wait_text(&pty, "┃  pr-482                     now; ready");
	pty_keys(&pty, "\rj\r");
	pty_wait_text(&pty, "which version of gateway?");
	pty_wait_text(&pty, "┃  2026.11.19                 stable, ready; pinned it stays");
	pty_keys(&pty, "no pin");
	pty_wait_text(&pty, "┃  no pin                     now; whatever is stable serves");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "gateway has no pin already: nothing to stage");
}

/* At 80 columns the preview says both sides, and `x` that what it explains is without what is staged. */
static void test_staged_in_few_words(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "3\rjjjj\r482\r");
	pty_wait_text(&pty, "pr-482 instead of stable");
	pty_keys(&pty, "gg-");
	pty_wait_text(&pty, "stable instead of pr-482");
	pty_keys(&pty, "x");
	pty_wait_text(&pty, "2 changes are staged and not sent: this is without them.");
	pty_keys(&pty, "\033a");
	pty_wait_text(&pty, "pins pricing=pr-482");
	pty_keys(&pty, "p482\r");
	pty_wait_text(&pty, "staged");
	pty_keys(&pty, "a");
	pty_wait_text(&pty, "session checkout-4f2k: lenient, ");
	pty_wait_text(&pty, " pins, for ");
}

static void test_create_extend_end(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "3c");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "try it\r");
	pty_wait_text(&pty, "WHAT CHANGES"); /* its own screen */
	pty_wait_text(&pty, "owner tester");
	pty_wait_text(&pty, "you: try-it-");
	pty_keys(&pty, "e\0252d\r");
	pty_wait_text(&pty, "for 48h");
	pty_keys(&pty, "D");
	pty_wait_text(&pty, "Lost: its key");
	pty_keys(&pty, "\r"); /* Enter is no yes where something is lost */
	pty_quiet(&pty, 100);
	assert_true(pty_shows(&pty, "Lost: its key"));
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "This session has ended");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "qa-seats");
	assert_false(pty_shows(&pty, "  try-it-"));
}

static void test_refused_by_the_control_plane(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jje\025never\r");
	pty_wait_text(&pty, "is not a duration");
}

/* `x` on what names a version that is gone says who took it away: a session that pins it, and its event. */
static void test_why_of_what_is_gone(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jjR");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "booking@pr-482 is retired");
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "retired booking@pr-482");
	pty_keys(&pty, "gx");
	pty_wait_text(&pty, "pr-482 of booking was retired by tester just now.");
	pty_wait_text(&pty, "Still pinned by checkout-4f2k, qa-seats.");
	pty_wait_text(&pty, "umbra version register booking@pr-482 brings it back");
	pty_keys(&pty, "3fcheckout\r");
	pty_wait_text(&pty, "checkout");
	pty_keys(&pty, "x");
	pty_wait_text(
		&pty, "booking goes to stable 2026.11.20: pr-482 was retired by tester just now.");
	pty_wait_text(&pty, "umbra session unpin checkout-");
}

static void test_read_only(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.read_only = true});
	pty_wait_text(&pty, "READ-ONLY");
	pty_keys(&pty, "jjR");
	pty_wait_text(&pty, "READ-ONLY: retire is off");
	pty_quiet(&pty, 100);
	assert_true(pty_shows(&pty, "pr-482"));
}

static void test_requests_follow_and_pause(void **state)
{
	char before[PTY_ROW_SIZE], after[PTY_ROW_SIZE];

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 30});
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "/find?q=yoga");
	pty_wait_text(&pty, "following");
	pty_quiet(&pty, 100);
	control_plane_order(&stage, 'r');
	pty_wait_text(&pty, "18:42:07");
	pty_keys(&pty, "kkkk");
	pty_wait_text(&pty, "paused, 0 new");
	pty_quiet(&pty, 100);
	pty_row(&pty, 10, before);
	control_plane_order(&stage, 'R');
	pty_wait_text(&pty, "paused, 100 new");
	pty_quiet(&pty, 100);
	pty_row(&pty, 10, after);
	assert_string_equal(before, after); /* the reader is not moved */
	pty_keys(&pty, "G");
	pty_wait_text(&pty, "following");
	pty_keys(&pty, "/status:503\r");
	pty_wait_text(&pty, "filter status:503 (");
	pty_wait_gone(&pty, "/find?q=yoga");
	pty_keys(&pty, "f/pay\r");
	pty_wait_text(&pty, "paused");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "upstream_ms");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "CALLER");
	pty_keys(&pty, "t\025session:qa-seats\r");
	pty_wait_text(&pty, "Requests › session:qa-seats");
	pty_wait_text(&pty, "/pay");
	pty_keys(&pty, "t\025status:9999\r");
	pty_wait_text(&pty, "^");
}

static void test_logs_of_a_version(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jjl");
	pty_wait_text(&pty, "Requests › service:booking version:pr-482");
	pty_wait_text(&pty, "/seats/hold");
	assert_false(pty_shows(&pty, "/find?q=yoga"));
}

/* What a phone would make of a link to this machine is said beside its code. */
static void test_qr_of_this_machine(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 40, .cols = 120});
	pty_keys(&pty, "3gyqr");
	pty_wait_text(&pty, "for a phone to scan from the screen");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "A phone cannot open this");
	pty_wait_text(&pty, "--proxy-listen");
	pty_wait_text(&pty, "native app");
	pty_wait_text(&pty, "routing-session=checkout-4f2k");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_filter),
		DASHBOARD_TEST(test_find),
		DASHBOARD_TEST(test_sort_and_fold),
		DASHBOARD_TEST(test_pin_to_mine),
		DASHBOARD_TEST(test_pin_what_is_not_ready),
		DASHBOARD_TEST(test_mine_is_said),
		DASHBOARD_TEST(test_unknown_session),
		DASHBOARD_TEST(test_back_to_where_one_was),
		DASHBOARD_TEST(test_service_row),
		DASHBOARD_TEST(test_why_of_what_is_gone),
		DASHBOARD_TEST(test_stage_and_apply),
		DASHBOARD_TEST(test_what_is_so_already),
		DASHBOARD_TEST(test_staged_in_few_words),
		DASHBOARD_TEST(test_create_extend_end),
		DASHBOARD_TEST(test_refused_by_the_control_plane),
		DASHBOARD_TEST(test_read_only),
		DASHBOARD_TEST(test_requests_follow_and_pause),
		DASHBOARD_TEST(test_logs_of_a_version),
		DASHBOARD_TEST(test_qr_of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
