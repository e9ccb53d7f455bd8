/* The Map: what its keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/dashboard_fixture.h"

static void open_map(int rows, int cols, const char *theme)
{
	struct dashboard_options options = {.rows = rows, .cols = cols, .theme = theme};

	dashboard_open(options);
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
	pty_wait_text(&pty, "filter: service:pricing (");
	pty_keys(&pty, "\033/nothinglikeit\r");
	pty_wait_text(&pty, "Nothing matches the filter.");
}

/* A filter is held against what is known of calls; what is not known of them is said, and hides nothing. */
static void test_terms_that_calls_have(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_keys(&pty, "/status:5xx\r");
	pty_wait_text(&pty, "filter: status:5xx (");
	pty_wait_text(&pty, "payments");
	pty_keys(&pty, "\033/method:POST");
	pty_wait_text(&pty, "calls have no method; they have service version caller");
	pty_keys(&pty, "\025status:404");
	pty_wait_text(&pty, "calls have no status but 4xx and 5xx");
	pty_keys(&pty, "\025session:qa-seats");
	pty_wait_text(&pty, "calls have no session");
	pty_keys(&pty, "\025caller:gateway");
	pty_wait_gone(&pty, "calls have no");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "filter: caller:gateway (");
	pty_keys(&pty, "4/state:unhealthy"); /* the same of requests */
	pty_wait_text(&pty, "requests have no state; they have every other term and text");
}

/* From the Map to why, and to one of the requests, with a key each; every sentence says of how many. */
static void test_who_lost_the_session(void **state)
{
	(void)state;
	open_map(24, 80, "dark");
	pty_wait_text(&pty, "1 call loses the session");
	pty_keys(&pty, "fprofile\r");
	pty_wait_text(&pty, "schedule@pr-540 lost the session on 12 of 47 requests   x why, o one");
	pty_keys(&pty, "x");
	pty_wait_text(&pty, "Why › schedule → profile");
	pty_wait_text(&pty, "schedule@pr-540 received the session and called profile without");
	pty_wait_text(&pty, "on 12 of its 47 requests of the last minute.");
	pty_wait_text(&pty, "must copy the baggage header");
	pty_keys(&pty, "o");
	pty_wait_text(&pty, "Requests › trace:4bf92f3577b34da6a3ce929d0e0e47");
	pty_wait_text(&pty, "profile");
	pty_keys(&pty, "\033\033");
	pty_wait_text(&pty, "WHO IS CALLED");
	pty_keys(&pty, "o");
	pty_wait_text(&pty, "Requests › trace:4bf92f3577b34da6a3ce929d0e0e47");
}

static void test_errors_in_turn(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_wait_text(&pty, "1 call fails");
	pty_keys(&pty, "b");
	pty_wait_text(&pty, "gateway calls payments");
	pty_keys(&pty, "x");
	pty_wait_text(&pty, "payments@pr-533 answered all ");
	pty_wait_text(&pty, "umbra logs 'caller:gateway service:payments status:5xx'");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "WHO IS CALLED");
	pty_keys(&pty, "b");
	pty_wait_text(&pty, "schedule calls profile");
	pty_keys(&pty, "B");
	pty_wait_text(&pty, "gateway calls payments");
}

/* By the key in Sessions, by the Map's own, and by the line; each of them is the same. */
static void test_one_session(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "Sessions");
	pty_keys(&pty, "fcheckout\rm");
	pty_wait_text(&pty, "Sessions › Map › checkout-4f2k");
	pty_wait_text(&pty, "48 requests of session checkout-4f2k came in from outside");
	pty_wait_text(&pty, "$ umbra session map checkout-4f2k");
	pty_wait_text(&pty, "pr-482 pinned");
	pty_wait_text(&pty, "12 of 35, by pr-540");
	assert_false(pty_shows(&pty, "payments"));
	pty_keys(&pty, "fbooking\rl");
	pty_wait_text(&pty, "Requests › session:checkout-4f2k caller:gateway service:booking");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "Map › checkout-4f2k");
	pty_keys(&pty, "6:session map checkout-4f2k\r");
	pty_wait_text(&pty, "Map › Map › checkout-4f2k");
	pty_keys(&pty, "\033m");
	pty_wait_text(&pty, "the map of which session's requests?");
	pty_keys(&pty, "qa-seats\r");
	pty_wait_text(&pty, "Map › qa-seats");
	pty_wait_text(&pty, "pr-533");
	pty_wait_gone(&pty, "booking@");
}

/* Back where one was: the history keeps the row, and a click is a choice. */
static void test_mouse_and_history(void **state)
{
	(void)state;
	open_map(40, 120, "dark");
	pty_keys(&pty, "fpricing\r");
	pty_wait_text(&pty, "booking calls pricing");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "[");
	pty_wait_text(&pty, "booking calls pricing");
	pty_keys(&pty, "\033[<0;10;6M\033[<0;10;6m"); /* the second row */
	pty_wait_text(&pty, "Clients outside call gateway");
	pty_keys(&pty, "\033[<0;10;6M\033[<0;10;6m");
	pty_wait_text(&pty, "Map › gateway");
	pty_keys(&pty, "\033[<0;90;7M\033[<0;90;7m"); /* whom it calls: the second */
	pty_wait_text(&pty, "gateway calls ");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "WHO IS CALLED");
	pty_keys(&pty, "\033[<0;4;6M\033[<0;4;6m"); /* the mark before gateway */
	pty_wait_gone(&pty, "booking");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_logs_of_a_call),
		DASHBOARD_TEST(test_around_a_service),
		DASHBOARD_TEST(test_fold_and_filter),
		DASHBOARD_TEST(test_terms_that_calls_have),
		DASHBOARD_TEST(test_who_lost_the_session),
		DASHBOARD_TEST(test_errors_in_turn),
		DASHBOARD_TEST(test_one_session),
		DASHBOARD_TEST(test_mouse_and_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
