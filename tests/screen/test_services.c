/*
 * What the Services view can do beside showing: columns chosen, mine first, several versions marked and done
 * with as one, what stands beside the list, and that what has just changed glows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/support/dashboard_fixture.h"

static void test_columns_are_chosen(void **state)
{
	char row[PTY_ROW_SIZE];

	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "C");
	pty_wait_text(&pty, "who wrote that pull request");
	pty_wait_text(&pty, "no room here: the keys of these sessions");
	pty_keys(&pty, "k "); /* the name stays */
	pty_wait_text(&pty, "this one stays");
	pty_keys(&pty, "jjj J"); /* without commits, and PR and author change places */
	pty_keys(&pty, "kkkJ");
	pty_wait_text(&pty, "AUTHOR      PR ");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "sort: name");
	pty_row(&pty, 3, row);
	assert_null(strstr(row, "COMMIT"));
	assert_non_null(strstr(row, "AUTHOR      PR "));
	assert_true(pty_shows(&pty, "dev1        #482"));
	pty_keys(&pty, "C\033[1;2A\033");
	pty_wait_text(&pty, "sort: name");
}

static void test_mine_first(void **state)
{
	const char *env[] = {"UMBRA_USER=dev5", NULL};
	char row[PTY_ROW_SIZE];

	(void)state;
	dashboard_open((struct dashboard_options){.env = env});
	pty_keys(&pty, "M");
	pty_wait_text(&pty, "mine first: 3"); /* wrote search's, pins two by qa-seats */
	pty_quiet(&pty, 80);
	pty_row(&pty, 4, row);
	assert_non_null(strstr(row, "booking"));
	pty_row(&pty, 8, row);
	assert_non_null(strstr(row, "payments"));
	pty_row(&pty, 11, row);
	assert_non_null(strstr(row, "search"));
	pty_keys(&pty, "M");
	pty_wait_gone(&pty, "mine first");
}

static void test_pin_all_marked(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, " ");
	pty_wait_text(&pty, "Space marks versions, and");
	pty_keys(&pty, "jj ");
	pty_wait_text(&pty, "1 marked");
	pty_keys(&pty, " "); /* one went down */
	pty_wait_text(&pty, "2 marked");
	pty_keys(&pty, "p");
	pty_wait_text(&pty, "a session pins one version of a service");
	pty_keys(&pty, "k fpr-533\r p");
	pty_wait_text(&pty, "served by 2 versions (booking@pr-482, payments@pr-533)");
	pty_wait_text(&pty, "$ umbra session pin nothing-yet1 booking=pr-482 payments=pr-533");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "pins booking=pr-482");
	pty_wait_gone(&pty, "marked");
}

static void test_extend_and_retire_all_marked(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "fpr-540\r fpr-571\r e");
	pty_wait_text(&pty, "lifetime of 2 versions from now");
	pty_keys(&pty, "\0253d\r");
	pty_wait_text(&pty, "2 of 2 done");
	pty_wait_gone(&pty, "marked");
	pty_keys(&pty, "fpr-540\r fpr-571\r R");
	pty_wait_text(
		&pty, "Retire 2 versions (schedule@pr-540, search@pr-571)? 1 pin of sessions");
	pty_wait_text(&pty,
		"$ umbra version retire schedule@pr-540 && umbra version retire search@pr-571");
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "2 of 2 done");
	pty_keys(&pty, "g");
	pty_wait_gone(&pty, "pr-540");
	pty_wait_gone(&pty, "pr-571");
	pty_keys(&pty, "gj R");
	pty_wait_text(&pty, "is stable and stays");
}

static void test_logs_of_all_marked(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jj fpr-533\r l");
	pty_wait_text(&pty, "service:booking,payments version:pr-482,pr-533");
	pty_wait_text(&pty, "/seats/hold");
	pty_wait_text(&pty, "/pay");
	assert_false(pty_shows(&pty, "/find?q=yoga"));
}

static void test_where_the_details_stand(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "jj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	assert_false(pty_shows(&pty, "Only requests of sessions"));
	pty_resize(&pty, 40, 120);
	pty_wait_text(&pty, "Reached only by sessions that pin it: checkout-4f2k (dev1)");
	pty_resize(&pty, 30, 160);
	pty_wait_text(&pty, "│ pinned by");
	pty_keys(&pty, "G");
	pty_wait_text(&pty, "│ No check has passed yet");
	pty_keys(&pty, "g");
	pty_wait_text(&pty, "│ Takes and holds seats in classes");
}

static bool glows(const char *text)
{
	char row[PTY_ROW_SIZE];

	for (int y = 0; y < pty.rows; y++) {
		VTermPos at = {.row = y, .col = 5};
		VTermScreenCell cell;

		pty_row(&pty, y, row);
		if (strncmp(row + 5, text, strlen(text)) != 0)
			continue;
		assert_true(vterm_screen_get_cell(pty.screen, at, &cell));
		return VTERM_COLOR_IS_INDEXED(&cell.bg);
	}
	return false;
}

static void test_what_changed_glows(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.moving_clock = true, .theme = "dark"});
	pty_quiet(&pty, 100);
	assert_false(glows("pr-540"));
	pty_keys(&pty, "Gkkke\0253d\r");
	pty_wait_text(&pty, "schedule@pr-540");
	pty_keys(&pty, "g");
	for (int i = 0; i < 100 && !glows("pr-540"); i++)
		(void)pty_read(&pty, 50);
	assert_true(glows("pr-540"));
	assert_false(glows("pr-533"));
	for (int i = 0; i < 200 && glows("pr-540"); i++)
		(void)pty_read(&pty, 50);
	assert_false(glows("pr-540"));
}

/* Its service is selected then, and not the version that stands there now. */
static void test_what_is_selected_when_a_version_goes(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	pty_keys(&pty, "R");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_quiet(&pty, 80);
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "$ umbra service show booking");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_columns_are_chosen),
		DASHBOARD_TEST(test_mine_first),
		DASHBOARD_TEST(test_pin_all_marked),
		DASHBOARD_TEST(test_extend_and_retire_all_marked),
		DASHBOARD_TEST(test_logs_of_all_marked),
		DASHBOARD_TEST(test_where_the_details_stand),
		DASHBOARD_TEST(test_what_changed_glows),
		DASHBOARD_TEST(test_what_is_selected_when_a_version_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
