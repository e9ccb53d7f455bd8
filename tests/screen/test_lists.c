/*
 * What all lists have alike: keys act on what is there when they come, the mouse, what is selected when a jump
 * or the history leads there, and what is kept from run to run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tests/support/dashboard_fixture.h"

/* All of them come as one: no frame lies between the filter and the keys behind it. */
static void test_keys_behind_a_filter(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
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

/* Sessions begin at one's own; a row that was chosen stays. */
static void test_own_session_first(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "qa-seats"});
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "$ umbra session show qa-seats");
	pty_keys(&pty, "g");
	pty_wait_text(&pty, "$ umbra session show checkout-4f2k");
	pty_keys(&pty, "13");
	pty_wait_text(&pty, "$ umbra session show checkout-4f2k");
}

/* A place of the history has its filter and its row, whatever its tab was used for meanwhile. */
static void test_history_has_the_filter(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
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

/* ---- the mouse ---- */

static void click(int row, int col)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1,
		col + 1, row + 1);
	pty_keys(&pty, text);
	pty_quiet(&pty, 60);
}

/* On the first place of the body where the text is. */
static void click_on(const char *what)
{
	char row[PTY_ROW_SIZE];

	for (int y = 3; y < pty.rows; y++) {
		const char *at;

		pty_row(&pty, y, row);
		at = strstr(row, what);
		if (!at)
			continue;
		click(y, (int)text_cells((struct str){row, (size_t)(at - row)}));
		return;
	}
	fail_msg("no row has \"%s\"", what);
}

static void test_mouse_in_every_list(void **state)
{
	static const struct {
		const char *keys; /* to the view */
		const char *title,
			*sorted; /* a title, and what a press on it leads to; NULL: none sorts */
		const char *row,
			*selected; /* something in a row, and what says that it is selected */
		const char *opened; /* the second press */
	} views[] = {
		{"1", "EXPIRES", "sort: expires ▲", "pr-533",
			"$ umbra version show payments@pr-533", "Services › payments@pr-533"},
		{"2", "AUTHOR", "sort: author ▲", "#533", "$ umbra pr show 533", "payments@pr-533"},
		{"3", "OWNER", "sort: owner ▲", "qa-seats", "$ umbra session show qa-seats",
			"Sessions › qa-seats"},
		{"3fqa\r\r", "NOW", "sort: pinned first ▲", "schedule", NULL,
			"which version of schedule?"},
		{"5", NULL, NULL, "registered search@pr-571", "registered search@pr-571, 5m ago",
			"search@pr-571  \"Typo-tolerant\""},
		{"7\t", NULL, NULL, "header", NULL, "Enter apply"},
	};

	(void)state;
	dashboard_open((struct dashboard_options){0});
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		pty_keys(&pty, views[i].keys);
		pty_wait_text(&pty, views[i].row);
		pty_quiet(&pty, 80);
		if (views[i].title) {
			click_on(views[i].title);
			pty_wait_text(&pty, views[i].sorted);
			click_on(views[i].title);
			pty_wait_gone(&pty, views[i].sorted);
		}
		click_on(views[i].row);
		if (views[i].selected)
			pty_wait_text(&pty, views[i].selected);
		pty_quiet(&pty, 60);
		if (pty_shows(&pty, views[i].opened))
			fail_msg(
				"row %zu: \"%s\" is there before it is opened", i, views[i].opened);
		click_on(views[i].row);
		pty_wait_text(&pty, views[i].opened);
		pty_keys(&pty, "\033");
		pty_quiet(&pty, 60);
	}
}

/* ---- what is kept ---- */

/* The directory of the state, and the one file that is in it. */
static void remove_kept(const char *home)
{
	char inside[64], path[512];
	struct dirent *entry;
	DIR *directory;

	(void)snprintf(inside, sizeof(inside), "%s/umbra", home);
	directory = opendir(inside);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", inside, entry->d_name);
		if (entry->d_name[0] != '.')
			assert_int_equal(unlink(path), 0);
	}
	(void)closedir(directory);
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(home), 0);
}

static void test_orders_are_kept(void **state)
{
	char directory[] = "/tmp/umbra-screen-XXXXXX";
	char home[64];
	const char *env[] = {home, NULL};
	const struct dashboard_options options = {.env = env};

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(home, sizeof(home), "XDG_STATE_HOME=%s", directory);
	dashboard_open(options);
	pty_keys(&pty, "seS2so3soS5T+");
	pty_wait_text(&pty, "last 15 min");
	dashboard_quit();
	dashboard_open(options);
	pty_wait_text(&pty, "last 15 min");
	pty_keys(&pty, "1");
	pty_wait_text(&pty, "sort: 5xx ▲");
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "sort: author ▲");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "sort: owner ▼");
	dashboard_quit();
	remove_kept(directory);
}

/* ---- sessions ---- */

/* Yours is marked in its row, and so is a pin of which the version is gone. */
static void test_sessions_say_what_is_wrong(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "qa-seats"});
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "✓ qa-seats");
	pty_wait_text(&pty, "✗ pr-551");
	assert_false(pty_shows(&pty, "✓ dev-9xyz"));
	pty_keys(&pty, "1fpr-533\rR");
	pty_wait_text(&pty, "Retire payments@pr-533?");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "payments@pr-533 is retired");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "⚠ pr-533");
	pty_keys(&pty, "fqa\r");
	pty_wait_text(&pty, "1 of 2 pins leads nowhere, 503 instead: payments@pr-533 (gone).");
}

/* ---- a narrow screen ---- */

/* All tabs are there, what is wrong is there, and so are the keys that send or drop what is staged. */
static void test_narrow(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 15, .cols = 60});
	pty_wait_text(&pty, "1 Services  2 Pull");
	pty_wait_text(&pty, "6 Map 7 Learn");
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "1 Serv");
	pty_wait_text(&pty, "2 Pull requests  3");
	pty_wait_text(&pty, "7 Lea");
	pty_wait_text(&pty, "▲ 100.0");
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "booking=pr-482  +1");
	pty_wait_text(&pty, "✗ profile=pr-551  +1"); /* before those that serve */
	pty_keys(&pty, "\r-");
	pty_wait_text(&pty, "1 staged; 1 route would change   a apply  u undo  Esc drop");
	pty_wait_text(&pty, "booking  goes from pr-482 to stable 2026.11.20.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_keys_behind_a_filter),
		DASHBOARD_TEST(test_own_session_first),
		DASHBOARD_TEST(test_history_has_the_filter),
		DASHBOARD_TEST(test_mouse_in_every_list),
		DASHBOARD_TEST(test_orders_are_kept),
		DASHBOARD_TEST(test_sessions_say_what_is_wrong),
		DASHBOARD_TEST(test_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
