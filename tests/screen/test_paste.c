/*
 * Pasted text: no key of any view or question, and text where something is typed. The terminal marks it (bracketed
 * paste), or does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_fixture.h"

#define PASTE(text) "\033[200~" text "\033[201~"

static const char refusal[] = "text was pasted, and nothing here takes text";

/* A version that could be taken away is selected. */
static void open_version(void)
{
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
}

static void check_there(void)
{
	pty_quiet(&pty, 150);
	assert_true(pty_shows(&pty, "$ umbra version show booking@pr-482"));
	assert_false(pty_shows(&pty, "Retire"));
}

static void test_on_a_list(void **state)
{
	(void)state;
	open_version();
	pty_keys(&pty, PASTE("Retry the deploy\ryes"));
	pty_wait_text(&pty, refusal);
	check_there();
	pty_keys(&pty, PASTE("q\003\033q:quit\r\033[Aq"));
	pty_quiet(&pty, 150);
	check_there();
	pty_keys(&pty, "k"); /* and a key is one again */
	pty_wait_text(&pty, "2026.11.20");
	pty_wait_gone(&pty, "$ umbra version show booking@pr-482");
}

/* In every view, on every page that can be opened: nothing of it is done. */
static void test_everywhere(void **state)
{
	static const char *const places[] = {"1", "2", "3", "4", "5", "6", "7", "?", "3\r", "x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		dashboard_open((struct dashboard_options){0});
		dashboard_press(places[i]);
		pty_keys(&pty, PASTE("qqq:q\r\033\003q"));
		pty_wait_text(&pty, refusal);
		dashboard_press("1");
		dashboard_quit();
	}
}

static void test_on_a_question(void **state)
{
	(void)state;
	open_version();
	pty_keys(&pty, "R");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_keys(&pty, PASTE("yes\r"));
	pty_wait_text(&pty, refusal);
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "Retire booking");
	check_there();
	pty_keys(&pty, "s");
	pty_wait_text(&pty, "sort by");
	pty_keys(&pty, PASTE("n"));
	pty_wait_text(&pty, "sort by");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "sort by");
}

/* A terminal that does not mark it: what came in with the question is no answer to it. */
static void test_unmarked(void **state)
{
	char big[8192];

	(void)state;
	open_version();
	pty_keys(&pty, "Retry the deploy\ryes");
	pty_wait_text(&pty, "no answer to it");
	assert_true(pty_shows(&pty, "Retire booking@pr-482?"));
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "Retire booking");
	check_there();
	/* More than one read of it. */
	memset(big, 'y', sizeof(big));
	big[0] = 'R';
	big[sizeof(big) - 1] = '\0';
	pty_keys(&pty, big);
	pty_wait_text(&pty, "no answer to it");
	pty_quiet(&pty, 150);
	assert_true(pty_shows(&pty, "Retire booking@pr-482?"));
	/* What is refused is not painted again, so more of it may still be on its way: it takes a pause. */
	for (int i = 0; i < 40 && pty_shows(&pty, "Retire booking"); i++) {
		(void)pty_read(&pty, 1000);
		pty_keys(&pty, "y");
		(void)pty_read(&pty, 200);
	}
	pty_wait_gone(&pty, "Retire booking");
}

static void test_into_lines(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "/");
	pty_wait_text(&pty, "Esc show all");
	pty_keys(&pty, PASTE("book\001\033[A\r\n\tpr\003\177:482"));
	pty_wait_text(&pty, "filter book[A  pr:482");
	pty_keys(&pty, "\003");
	pty_wait_gone(&pty, "Esc show all");
	pty_keys(&pty, ":");
	pty_wait_text(&pty, "Tab complete");
	pty_keys(&pty, PASTE("version list\n"));
	pty_wait_text(&pty, ":version list");
	pty_quiet(&pty, 100);
	assert_true(pty_shows(&pty, "Tab complete")); /* it waits for Enter */
	pty_keys(&pty, "\003");
	pty_wait_gone(&pty, "Tab complete");
	pty_keys(&pty, "jy");
	pty_wait_text(&pty, "a-z filter");
	pty_keys(&pty, PASTE("jkj")); /* no moves */
	pty_wait_text(&pty, "nothing matches");
	assert_true(pty_shows(&pty, "copy jkj"));
	pty_keys(&pty, "\003");
	pty_wait_gone(&pty, "a-z filter");
	dashboard_quit();
}

/* Text without end is cut at what a line holds, and the line is as usable as before. */
static void test_much(void **state)
{
	static char much[300000];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "\033[200~");
	pty_keys(&pty, much);
	pty_keys(&pty, "\033[201~");
	pty_wait_text(&pty, refusal);
	pty_keys(&pty, "/\033[200~");
	pty_keys(&pty, much);
	pty_keys(&pty, "\033[201~");
	pty_wait_text(&pty, "xxxxxxxx");
	pty_keys(&pty, "\025booking");
	pty_wait_text(&pty, "filter booking");
	pty_keys(&pty, "\003");
	pty_wait_gone(&pty, "filter booking");
	dashboard_quit();
}

/* The end of it never comes: after a silence keys are keys again. */
static void test_without_end(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "\033[200~R");
	pty_wait_text(&pty, refusal);
	for (int i = 0; i < 40 && !pty_shows(&pty, "qa-seats"); i++) {
		(void)pty_read(&pty, 2500);
		pty_keys(&pty, "3");
		(void)pty_read(&pty, 200);
	}
	pty_wait_text(&pty, "qa-seats");
	dashboard_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_on_a_list),
		DASHBOARD_TEST(test_everywhere),
		DASHBOARD_TEST(test_on_a_question),
		DASHBOARD_TEST(test_unmarked),
		DASHBOARD_TEST(test_into_lines),
		DASHBOARD_TEST(test_much),
		DASHBOARD_TEST(test_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
