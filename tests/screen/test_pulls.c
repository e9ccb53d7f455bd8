/* The Pull requests view: what it shows of each, and a session, pins and requests of all of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/dashboard_fixture.h"

static void open_pulls(struct dashboard_options options)
{
	dashboard_open(options);
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "PULL REQUEST");
	pty_quiet(&pty, 80);
}

static void check_row(int row, const char *text)
{
	char got[PTY_ROW_SIZE];

	pty_row(&pty, row, got);
	if (!strstr(got, text))
		fail_msg("row %d has no \"%s\": %s", row, text, got);
}

static void test_a_row_each(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){0});
	check_row(4, "#571");
	check_row(9, "#482");
	check_row(9, "2 of 2");
	check_row(9, "booking, pricing");
	pty_keys(&pty, "f482\r\r"); /* unfolds it */
	pty_wait_text(&pty, "pricing@pr-482");
	check_row(10, "booking@pr-482");
	pty_keys(&pty, "j\r");
	pty_wait_text(&pty, "All fields, as the API has them:");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "PULL REQUEST");
	pty_keys(&pty, "h"); /* folds, and goes to its pull request */
	pty_wait_gone(&pty, "pricing@pr-482");
	pty_wait_text(&pty, "$ umbra pr show 482");
}

/* When a version's row goes, its pull request is selected, and not what stands there now. */
static void test_what_is_selected_when_a_version_goes(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){0});
	pty_keys(&pty, "\rj"); /* unfolds the first one, #571 */
	pty_wait_text(&pty, "$ umbra version show search@pr-571");
	pty_keys(&pty, "h"); /* folded */
	pty_wait_text(&pty, "$ umbra pr show 571");
	pty_keys(&pty, "G\rj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	pty_keys(&pty, ":version retire booking@pr-482\r");
	pty_wait_text(&pty, "Retire booking@pr-482?");
	pty_quiet(&pty, 80);
	pty_keys(&pty, "y");
	pty_wait_text(&pty, "$ umbra pr show 482");
	check_row(10, "pricing@pr-482");
}

static void test_filter_and_sort(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){0});
	pty_keys(&pty, "/author:dev1\r");
	pty_wait_text(&pty, "filter: author:dev1 (5 hidden)");
	check_row(4, "#482");
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "#571");
	pty_keys(&pty, "se");
	pty_wait_text(&pty, "sort: 5xx");
	check_row(4, "#533");
	pty_keys(&pty, "soS");
	pty_wait_text(&pty, "sort: author");
	pty_quiet(&pty, 80);
	check_row(4, "dev6");
}

static void test_a_session_on_all_of_it(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){0});
	pty_keys(&pty, "Gc");
	pty_wait_text(&pty, "Session name (pins all of #482): pr-482");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "WHAT CHANGES"); /* its own screen */
	pty_wait_text(&pty, "you: pr-482-");
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "Requests of 3 sessions arrive there");
}

static void test_pins_of_all_of_it(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){.session = "nothing-yet1"});
	pty_keys(&pty, "Gp");
	pty_wait_text(&pty, "served by 2 versions (booking@pr-482, pricing@pr-482)");
	pty_wait_text(&pty, "$ umbra session pin nothing-yet1 booking=pr-482 pricing=pr-482");
	pty_keys(&pty, "\r");
	pty_wait_text(&pty, "Requests of 3 sessions arrive there");
}

static void test_its_requests(void **state)
{
	(void)state;
	open_pulls((struct dashboard_options){0});
	pty_keys(&pty, "Gl");
	pty_wait_text(&pty, "Requests › pr:482");
	pty_wait_text(&pty, "/seats/hold");
	assert_false(pty_shows(&pty, "/find?q=yoga"));
	pty_keys(&pty, "\033");
	pty_wait_text(&pty, "PULL REQUEST");
}

/* 35, 47 and 118 cells. */
static const char *const titles[] = {"Keep seats for members a day longer",
	"Retry declined cards with the second processor ",
	"Let a teacher move a class to another room when the first one is closed, and tell all who "
	"booked it by mail and by phone"};

static void furnish_titles(struct control_plane_plane *plane)
{
	char body[512], version[16];

	control_plane_clock(plane, 0);
	control_plane_service(plane, "booking", "{}");
	for (int i = 0; i < 3; i++) {
		(void)snprintf(version, sizeof(version), "pr-%d", i + 1);
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:91%02d\"],\"ttl\":\"24h\",\"pr\":{\"number\":%"
			"d,"
			"\"title\":\"%s\",\"branch\":\"main\",\"author\":\"dev1\"}}",
			i, i + 1, titles[i]);
		control_plane_version(plane, "booking", version, body);
	}
}

/* In the row as far as the other columns let it, and whole below the list. */
static void test_titles(void **state)
{
	static const struct control_plane_script script = {.furnish = furnish_titles};

	(void)state;
	control_plane_stop(&stage);
	control_plane_start(&stage, &script, 0);
	open_pulls((struct dashboard_options){.rows = 24, .cols = 80});
	check_row(4, "#3     Let a teacher move a class…");
	check_row(
		20, "#3  Let a teacher move a class to another room when the first one is closed,");
	check_row(21, "    and tell all who booked it by mail and by phone");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "#2  Retry declined cards with the second processor");
	pty_keys(&pty, "j");
	pty_wait_text(&pty, "#1  Keep seats for members a day longer");
	open_pulls((struct dashboard_options){.rows = 40, .cols = 120});
	check_row(6, "#1     Keep seats for members a day longer ");
	check_row(5, "#2     Retry declined cards with the second ");
	open_pulls((struct dashboard_options){.rows = 60, .cols = 200});
	check_row(4, titles[2]);
}

static void furnish_nothing(struct control_plane_plane *plane)
{
	control_plane_clock(plane, 0);
	control_plane_service(plane, "cart", "{}");
}

static void test_none(void **state)
{
	static const struct control_plane_script bare = {.furnish = furnish_nothing};

	(void)state;
	control_plane_stop(&stage);
	control_plane_start(&stage, &bare, 0);
	dashboard_start(&pty, &stage, &(struct dashboard_options){0});
	pty_wait_text(&pty, "1 service");
	pty_keys(&pty, "2");
	pty_wait_text(&pty, "No version names a pull request.");
	pty_wait_text(&pty, "$ umbra version register");
	pty_keys(&pty, "\rcpljks");
	pty_quiet(&pty, 100);
	assert_true(pty_shows(&pty, "No version names a pull request."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_TEST(test_a_row_each),
		DASHBOARD_TEST(test_what_is_selected_when_a_version_goes),
		DASHBOARD_TEST(test_filter_and_sort),
		DASHBOARD_TEST(test_a_session_on_all_of_it),
		DASHBOARD_TEST(test_pins_of_all_of_it),
		DASHBOARD_TEST(test_its_requests),
		DASHBOARD_TEST(test_titles),
		DASHBOARD_TEST(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
