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

/* booking@pr-482, from Services: its row, its details, the page of x. */
static void at_version(const char *opened)
{
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, "fbooking\rjj");
	pty_wait_text(&pty, "booking@pr-482");
	pty_keys(&pty, opened);
	pty_quiet(&pty, 100);
}

static void test_version(void **state)
{
	static const char *const opened[] = {"", "\r", "x", "\rx"};
	static const struct {
		const char *key, *shows;
	} keys[] = {
		{"l", "service:booking version:pr-482"},
		{"p", "$ umbra session pin nothing-yet1 booking=pr-482"},
		{"e", "lifetime of booking@pr-482 from now"},
		{"R", "Retire booking@pr-482?"},
		{"v", "Side by side"},
		{"y", "umbra version show booking@pr-482"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(opened) / sizeof(*opened); i++)
		for (size_t j = 0; j < sizeof(keys) / sizeof(*keys); j++) {
			at_version(opened[i]);
			pty_keys(&pty, keys[j].key);
			pty_wait_text(&pty, keys[j].shows);
		}
}

/* What is asked from the details is carried out, on the version they are of. */
static void test_version_answers(void **state)
{
	(void)state;
	at_version("\r");
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
	static const char *const opened[] = {"", "\r", "x"};
	static const struct {
		const char *key, *shows;
	} keys[] = {
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
			pty_wait_text(&pty, "checkout-4f2k");
			pty_keys(&pty, opened[i]);
			pty_quiet(&pty, 100);
			pty_keys(&pty, keys[j].key);
			pty_wait_text(&pty, keys[j].shows);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_version),
		DASHBOARD_TEST(test_version_answers),
		DASHBOARD_TEST(test_session),
		DASHBOARD_TEST(test_pull),
		DASHBOARD_TEST(test_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
