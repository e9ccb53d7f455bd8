/*
 * What all lists have alike: keys act on what is there when they come, the mouse, what is selected when a jump
 * or the history leads there, and what is kept from run to run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/mem.h"

#include "tests/support/dash.h"

/* All of them come as one: no frame lies between the filter and the keys behind it. */
static void test_keys_behind_a_filter(void **state)
{
	(void)state;
	dash_open((struct dash_options){0});
	pty_keys(&pty, "/pr:533\rG\r");
	pty_wait_text(&pty, "Services › payments@pr-533");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "filter: pr:533");
	pty_keys(&pty, "\033G\r");
	pty_wait_text(&pty, "Services › search@pr-571");
	pty_keys(&pty, "\0332/author:dev4\rl");
	pty_wait_text(&pty, "Requests › pr:560");
	pty_keys(&pty, "3/owner:dev5\r\r");
	pty_wait_text(&pty, "Sessions › qa-seats");
}

/* A place of the history has its filter and its row, whatever its tab was used for meanwhile. */
static void test_history_has_the_filter(void **state)
{
	(void)state;
	dash_open((struct dash_options){0});
	pty_keys(&pty, "/pr:533\rG3");
	pty_wait_text(&pty, "checkout-4f2k");
	pty_keys(&pty, "1\033/author:dev4\rG");
	pty_wait_text(&pty, "booking@pr-560  ");
	pty_keys(&pty, "[[");
	pty_wait_text(&pty, "filter: pr:533");
	pty_wait_text(&pty, "payments@pr-533  ");
	pty_keys(&pty, "]]");
	pty_wait_text(&pty, "filter: author:dev4");
	pty_wait_text(&pty, "booking@pr-560  ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASH_TEST(test_keys_behind_a_filter),
		DASH_TEST(test_history_has_the_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
