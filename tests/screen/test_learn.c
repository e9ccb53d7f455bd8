/* Learn: the rules tried, and the tour that sees what is done elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/dashboard_fixture.h"

static void open_learn(struct dashboard_options options)
{
	dashboard_open(options);
	pty_keys(&pty, "7");
	pty_wait_text(&pty, "Twelve things");
}

static void test_rules(void **state)
{
	(void)state;
	open_learn((struct dashboard_options){.rows = 40, .cols = 120});
	pty_keys(&pty, "\t");
	pty_wait_text(&pty, "reason: no-session");
	pty_keys(&pty, "j\r");
	pty_wait_text(&pty, "checkout-4f2k");
	pty_keys(&pty, "\025qa-seats\r");
	pty_wait_text(&pty, "booking@pr-482 serves it");
	pty_wait_text(&pty, "reason: pinned");
	pty_wait_text(&pty, "$ umbra curl booking/ -H 'Routing-Session: qa-seats'");
	pty_keys(&pty, "k\rprofile\r");
	pty_wait_text(&pty, "reason: no-pin");
	pty_keys(&pty, "jjjjjj\r\025profile=\"pr-551\"\r");
	pty_wait_text(&pty, "reason: version-unhealthy");
	pty_wait_text(&pty, "503 for profile"); /* the session is strict */
	pty_keys(&pty, "r");
	pty_wait_text(&pty, "reason: no-session");
}

/* Done as a person would, without a word of where the tour looks. */
static void test_tour(void **state)
{
	(void)state;
	open_learn((struct dashboard_options){.rows = 40, .cols = 120});
	pty_keys(&pty, "\r1");
	pty_wait_text(&pty, "Tour 1 of 12");
	pty_keys(&pty, "/pr:482\r");
	pty_wait_text(&pty, "filter: pr:482 (");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "Tour 2 of 12");
	pty_wait_text(&pty, "Step 1 done: Find the builds of a pull request.");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "Tour 3 of 12");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_wait_text(&pty, "pr-482");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "which session?");
	pty_keys(&pty, "+\r");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "tour\r");
	pty_wait_text(&pty, "Tour 4 of 12");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "jjjj\r482\r");
	pty_wait_text(&pty, "1 change staged");
	pty_quiet(&pty, 80);
	pty_keys(&pty, "a");
	pty_wait_text(&pty, "Tour 5 of 12");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "fcheckout\rl");
	pty_wait_text(&pty, "Tour 6 of 12");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "Tour 7 of 12");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "filter: pr:482");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "filter: pr:482");
	pty_keys(&pty, "se");
	pty_wait_text(&pty, "sort: 5xx");
	pty_keys(&pty, "fpr-533\r");
	pty_wait_text(&pty, "Tour 8 of 12");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "version:pr-533");
	pty_keys(&pty, "/status:5xx\r");
	pty_wait_text(&pty, "Tour 9 of 12");
	pty_keys(&pty, "6");
	pty_wait_text(&pty, "outside");
	pty_keys(&pty, "fprofile\r");
	pty_wait_text(&pty, "schedule@pr-540 lost the session on ");
	pty_wait_text(&pty, "Tour 10 of 12");
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "newest first");
	pty_keys(&pty, "funhealthy\r");
	pty_wait_text(&pty, "Tour 11 of 12");
	pty_keys(&pty, "6");
	pty_wait_text(&pty, "outside");
	pty_keys(&pty, "jj\r");
	pty_wait_text(&pty, "Tour 12 of 12");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "OWNER");
	pty_keys(&pty, "y\r");
	pty_wait_gone(&pty, "Tour 12 of 12");
	pty_keys(&pty, "7");
	pty_wait_text(&pty, "Tour finished.");
	pty_wait_text(&pty, "12 of 12 done");
}

/* The line is put away and taken up again from anywhere; done steps can be read whole. */
static void test_tour_off(void **state)
{
	(void)state;
	open_learn((struct dashboard_options){.rows = 40, .cols = 120});
	pty_keys(&pty, ":tour on\r");
	pty_wait_text(&pty, "Do each in its view");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "Tour 1 of 12");
	pty_keys(&pty, ":tour off\r");
	pty_wait_gone(&pty, "Tour 1 of 12");
	pty_keys(&pty, ":tour perhaps\r");
	pty_wait_text(&pty, "on or off");
	pty_keys(&pty, "\033:tour on\r");
	pty_wait_text(&pty, "Tour 1 of 12");
	pty_keys(&pty, "7jjjjjjjj");
	pty_wait_text(&pty, "A service must pass the header or baggage on");
}

static void test_tour_read_only(void **state)
{
	(void)state;
	open_learn((struct dashboard_options){.rows = 40, .cols = 120, .read_only = true});
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "Do each in its view");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "Tour 1 of 12");
	pty_keys(&pty, "7>>");
	pty_wait_text(&pty, "left out: nothing is sent from here");
	pty_wait_text(&pty, "Press 3, go to checkout-4f2k, press l.");
	pty_keys(&pty, "\r1");
	pty_wait_gone(&pty, "Tour 5 of 12");
}

/* In the glossary a word or a reason, in the tour a step, in the form a field. */
static void test_find(void **state)
{
	(void)state;
	open_learn((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "/lost the session\r");
	pty_wait_text(&pty, "A service must pass the header or baggage on");
	pty_keys(&pty, "\t");
	pty_wait_text(&pty, "reason: ");
	pty_keys(&pty, "/baggage\r\r");
	pty_wait_text(&pty, "baggage: ");
	pty_keys(&pty, "\033\t");
	pty_wait_text(&pty, "1 to 20 of 105");
	pty_keys(&pty, "fversion-unhealthy\r");
	pty_wait_gone(&pty, "1 to 20 of 105");
	pty_wait_text(&pty, " version-unhealthy ");
	pty_keys(&pty, "fwho has it,\r"); /* goes on in the row below */
	pty_wait_text(&pty, "session key  ");
	pty_keys(&pty, "fnowhere");
	pty_wait_text(&pty, "no row has that text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_rules),
		DASHBOARD_TEST(test_tour),
		DASHBOARD_TEST(test_tour_read_only),
		DASHBOARD_TEST(test_tour_off),
		DASHBOARD_TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
