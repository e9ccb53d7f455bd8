/*
 * What a key does to a thing it does wherever the thing is selected: in its list, in its details, on the page that
 * explains it, in what changed. And what the last row says of the keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/dashboard_fixture.h"

/* What is pressed, and what is to be seen then and was not before. */
struct press {
	const char *keys, *shows;
};

static void press(const struct press *press)
{
	if (pty_shows(&pty, press->shows))
		fail_msg("before %s there is \"%s\" already", press->keys, press->shows);
	pty_keys(&pty, press->keys);
	pty_wait_text(&pty, press->shows);
}

static const struct press details = {"\r", "All fields, as the API has them"},
			  why = {"x", "› Why ›"};

/* booking@pr-482, from Services: its row, its details, the page of x. */
static void at_version(void)
{
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, "fbooking\rjj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
}

static void test_version(void **state)
{
	static const struct press *const opened[][2] = {
		{NULL, NULL}, {&details, NULL}, {&why, NULL}, {&details, &why}};
	static const struct press keys[] = {
		{"l", "service:booking version:pr-482"},
		{"p", "$ umbra session pin nothing-yet1 booking=pr-482"},
		{"e", "lifetime of booking@pr-482 from now"},
		{"R", "Retire booking@pr-482?"},
		{"v", "Side by side"},
		{"y", "a-z filter"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(opened) / sizeof(*opened); i++)
		for (size_t j = 0; j < sizeof(keys) / sizeof(*keys); j++) {
			at_version();
			for (size_t k = 0; k < 2 && opened[i][k]; k++)
				press(opened[i][k]);
			press(&keys[j]);
		}
}

/* What is asked from the details is carried out, on the version they are of. */
static void test_version_answers(void **state)
{
	(void)state;
	at_version();
	press(&details);
	pty_keys(&pty, "e");
	pty_wait_text(&pty, "lifetime of");
	pty_keys(&pty, "5h\r");
	pty_wait_text(&pty, "booking@pr-482 lives for 5h from now");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "$ umbra session pin");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "nothing-yet1: lenient, pins booking=pr-482");
	pty_keys(&pty, "R");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "It was retired or has expired.");
	pty_keys(&pty, "l");
	pty_wait_text(&pty, "booking@pr-482 is gone");
}

static void test_session(void **state)
{
	static const struct press pins = {"\r", "WHAT CHANGES"};
	static const struct press *const opened[] = {NULL, &pins, &why};
	static const struct press keys[] = {
		{"l", "session:checkout-4f2k"},
		{"m", "SESSION LOST"},
		{"e", "lifetime of checkout-4f2k from now"},
		{"D", "$ umbra session end checkout-4f2k"},
		{"U", "you: checkout-4f2k"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(opened) / sizeof(*opened); i++)
		for (size_t j = 0; j < sizeof(keys) / sizeof(*keys); j++) {
			dashboard_open((struct dashboard_options){0});
			pty_keys(&pty, "3");
			pty_wait_text(&pty, "$ umbra session show checkout-4f2k");
			if (opened[i])
				press(opened[i]);
			press(&keys[j]);
		}
}

/* The rows of the pull request's own, and those of its builds. */
static void test_pull(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, "2f#482\r");
	pty_wait_text(&pty, "$ umbra pr show 482");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "booking=pr-482 pricing=pr-482");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "booking=pr-482");
	pty_keys(&pty, "\rj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	pty_keys(&pty, "e");
	pty_wait_text(&pty, "lifetime of booking@pr-482 from now");
}

/* An event is about a thing: its keys are those of the thing. */
static void test_event(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "5");
	pty_wait_text(&pty, "became unhealthy");
	pty_keys(&pty, "fprofile@pr-551\r");
	pty_wait_text(&pty, "umbra saw that profile@pr-551");
	pty_keys(&pty, "R");
	pty_wait_text(&pty, "Retire profile@pr-551?");
}

/* Esc takes the marks first, and nothing else with them; so does the key that unmarks. */
static void test_marks(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "/kind:ephemeral\rgj ");
	pty_wait_text(&pty, "1 marked");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "1 marked");
	assert_true(pty_shows(&pty, "filter: kind:ephemeral"));
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "filter: kind:ephemeral");
	pty_keys(&pty, "gj  ");
	pty_wait_text(&pty, "2 marked");
	pty_keys(&pty, "\177");
	pty_wait_gone(&pty, "2 marked");
}

static void test_fold_all(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_wait_text(&pty, "pr-560");
	pty_keys(&pty, "z");
	pty_wait_gone(&pty, "pr-560");
	assert_false(pty_shows(&pty, "pr-571"));
	pty_keys(&pty, "z");
	pty_wait_text(&pty, "pr-560");
	assert_true(pty_shows(&pty, "pr-571"));
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "#482");
	pty_keys(&pty, "z");
	pty_wait_text(&pty, "pricing@pr-482");
	pty_keys(&pty, "z");
	pty_wait_gone(&pty, "pricing@pr-482");
	pty_keys(&pty, "6");
	pty_wait_text(&pty, " outside ");
	pty_wait_text(&pty, "schedule");
	pty_keys(&pty, "z");
	pty_wait_gone(&pty, "schedule");
	pty_keys(&pty, "z");
	pty_wait_text(&pty, "schedule");
}

/* Enter Enter on a service without a pin stages the version one comes for; on its pin it says that it is so. */
static void test_version_picker(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, ":pins nothing-yet1\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_keys(&pty, "g\r");
	pty_wait_text(&pty, "which version of booking?");
	pty_wait_text(&pty, "┃  pr-482 ");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "1 change staged");
	pty_keys(&pty, "a");
	pty_wait_text(&pty, "nothing-yet1: lenient, pins booking=pr-482");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "which version of booking?");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "booking is pinned to pr-482 already: nothing to stage");
}

/* What Enter and Esc do stands still while one types, and only the word on how to type goes. */
static void test_prompt_stands_still(void **state)
{
	static const char hints[] = " Enter extend   Esc cancel";
	char row[PTY_ROW_SIZE];

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "jje");
	pty_wait_text(&pty, "from now 24h");
	pty_wait_text(&pty, "type to replace");
	pty_row(&pty, 23, row);
	assert_memory_equal(row, hints, sizeof(hints) - 1);
	pty_keys(&pty, "7");
	pty_wait_text(&pty, "from now 7");
	pty_row(&pty, 23, row);
	assert_string_equal(row, hints);
	pty_keys(&pty, "8");
	pty_wait_text(&pty, "from now 78");
	pty_row(&pty, 23, row);
	assert_string_equal(row, hints);
}

/* The key of Requests shows what it showed before two versions were compared. */
static void test_tail_after_side(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "all requests");
	pty_keys(&pty, "1jjv");
	pty_wait_text(&pty, "Side by side");
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "all requests");
	pty_keys(&pty, "1v");
	pty_wait_text(&pty, "Side by side");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "SERVICE / VERSION");
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "all requests");
}

/* x on a pull request: its builds, who pins them, and what is not ready. */
static void test_why_of_a_pull(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "#551");
	pty_keys(&pty, "f#551\rx");
	pty_wait_text(&pty, "#551: 1 of its 1 services has no build that is ready");
	pty_wait_text(
		&pty, "profile: pr-551 has been unhealthy for 1h (connection refused); pinned");
	pty_keys(&pty, "\033f#482\rx");
	pty_wait_text(
		&pty, "#482: all builds are ready, and sessions that pin them reach those that");
	pty_wait_text(&pty, "booking: pr-482 ");
	pty_wait_text(&pty, "checkout-4f2k (dev1), qa-seats (dev5)");
	pty_wait_text(&pty, "pricing: pr-482 ");
	pty_keys(&pty, "l"); /* its keys are there, too */
	pty_wait_text(&pty, "pr:482");
}

/* How strict and how long a session is, with its name; and later. */
static void test_session_prompts(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "3c");
	pty_wait_text(&pty, "NAME --strict --ttl 2h");
	pty_keys(&pty, "tight --strict --tll 2h\r");
	pty_wait_text(&pty, "--tll");
	pty_wait_text(&pty, "name of the new session");
	pty_keys(&pty, "\025tight --strict --ttl 2h\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_wait_text(&pty, "strict");
	pty_wait_text(&pty, "expires in 2h");
	pty_keys(&pty, "E");
	pty_wait_text(&pty, "--policy strict --ttl 2h");
	pty_keys(&pty, "\025--policy lenient --ttl 3d\r");
	pty_wait_text(&pty, "expires in 3d");
	pty_wait_text(&pty, "lenient");
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "#482");
	pty_keys(&pty, "f#482\rc");
	pty_wait_text(&pty, "Session name (pins all of #482):");
	pty_keys(&pty, "both --strict\r");
	pty_wait_text(&pty, "WHAT CHANGES");
	pty_wait_text(&pty, "strict");
}

/* Terms of the language, then the values there are; what more than one fits is shown. */
static void test_filter_completes(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "/");
	pty_wait_text(&pty, "Tab complete");
	pty_keys(&pty, "serv\t");
	pty_wait_text(&pty, "filter service:");
	pty_keys(&pty, "p\t");
	pty_wait_text(&pty, "service:payments  service:pricing  service:profile");
	pty_keys(&pty, "ri\t");
	pty_wait_text(&pty, "filter service:pricing");
	pty_wait_gone(&pty, "booking");
	pty_keys(&pty, "\0334t");
	pty_wait_text(&pty, "show which requests");
	pty_keys(&pty, "session:che\t");
	pty_wait_text(&pty, "session:checkout-4f2k");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_version),
		DASHBOARD_TEST(test_version_answers),
		DASHBOARD_TEST(test_session),
		DASHBOARD_TEST(test_pull),
		DASHBOARD_TEST(test_event),
		DASHBOARD_TEST(test_why_of_a_pull),
		DASHBOARD_TEST(test_session_prompts),
		DASHBOARD_TEST(test_filter_completes),
		DASHBOARD_TEST(test_marks),
		DASHBOARD_TEST(test_fold_all),
		DASHBOARD_TEST(test_version_picker),
		DASHBOARD_TEST(test_prompt_stands_still),
		DASHBOARD_TEST(test_tail_after_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
