/*
 * The control plane, or the login to it, goes and comes back under the dashboard: it says so, with the age or
 * with what to do, keeps what it has, and goes on by itself. And it paints before there is any.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

#include "tests/support/dashboard_pool.h"

/* Until what is shown is said to be so old. */
static void wait_older(struct pty *terminal, long seconds)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;
	char row[PTY_ROW_SIZE];
	const char *stale;

	do {
		(void)pty_take(terminal, 100);
		pty_row(terminal, 0, row);
		stale = strstr(row, "STALE ");
		if (!stale || time_monotonic_ms() > deadline)
			fail_msg("its age is not told: %s", row);
	} while (stale && strtol(stale + 6, NULL, 10) < seconds);
}

static bool row_with(const struct pty *terminal, const char *text, char dst[PTY_ROW_SIZE])
{
	for (int y = 1; y < terminal->rows; y++) {
		pty_row(terminal, y, dst);
		if (strstr(dst, text))
			return true;
	}
	return false;
}

static void test_stale_and_back(void **state)
{
	struct dashboard_options options = {.rows = 30, .cols = 120, .moving_clock = true};
	int port;

	(void)state;
	control_plane_start(&stage, &stage_shop_script, 0);
	port = stage.port;
	dashboard_open(options);
	assert_true(pty_shows(&pty, "live"));
	control_plane_stop(&stage);
	pty_wait_text(&pty, "STALE");
	wait_older(&pty, 2);
	assert_true(pty_shows(&pty, "pr-482")); /* and keeps what it has */
	pty_keys(&pty, "jj");
	pty_wait_text(&pty, "booking@pr-482");
	control_plane_start(&stage, &stage_shop_script, port);
	pty_wait_gone(&pty, "STALE");
	pty_wait_text(&pty, "live");
	assert_true(pty_shows(&pty, "booking@pr-482")); /* and where one was */
	control_plane_order(&stage, 'r');
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "following");
	pty_wait_text(&pty, "/book");
}

static void test_tail_over_a_loss(void **state)
{
	struct dashboard_options options = {.rows = 30, .cols = 120};
	int port;

	(void)state;
	control_plane_start(&stage, &stage_shop_script, 0);
	port = stage.port;
	dashboard_open(options);
	pty_keys(&pty, "4");
	pty_wait_text(&pty, "following");
	pty_wait_text(&pty, "/find?q=yoga");
	control_plane_stop(&stage);
	pty_wait_text(&pty, "reconnecting");
	control_plane_start(&stage, &stage_shop_script, port);
	pty_wait_text(&pty, "following");
	control_plane_order(&stage, 'r');
	pty_wait_text(&pty, "18:42:07");
}

/* A listener that takes connections and never says a word. */
static int open_mute(int *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void test_paints_before_the_network_answers(void **state)
{
	char url[64];
	struct dashboard_options options = {.url = url};
	int port;
	int fd = open_mute(&port);

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	dashboard_start(&pty, &stage, &options);
	pty_wait_text(&pty, "Asking http://127.0.0.1:");
	assert_true(pty_shows(&pty, "1 Services"));
	pty_keys(&pty, "?");
	pty_wait_text(&pty, "Services");
	pty_wait_text(&pty, "a page down");
	pty_keys(&pty, "\033");
	pty_wait_gone(&pty, "a page down");
	dashboard_quit();
	close(fd);
}

static void test_none_then_one(void **state)
{
	char url[64];
	struct dashboard_options options = {.url = url};
	int port;

	(void)state;
	close(open_mute(&port));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	dashboard_start(&pty, &stage, &options);
	pty_wait_text(&pty, "No control plane answers at");
	assert_true(pty_shows(&pty, "umbra serve"));
	assert_true(pty_shows(&pty, "umbra demo"));
	control_plane_start(&stage, &stage_shop_script, port);
	dashboard_ready(&pty);
	assert_true(pty_shows(&pty, "booking"));
}

/* Many dashboards at the places of the shop, with a clock that goes. */
static void sit_down(void)
{
	dashboard_pool_sit(shop_places, shop_place_count,
		&(struct dashboard_options){.moving_clock = true}, NULL);
	dashboard_pool_go("the start");
}

static void come_back(int port)
{
	control_plane_stop(&stage);
	control_plane_start(&stage, &stage_shop_script, port);
	dashboard_pool_wait("live", "its return");
	dashboard_pool_home("its return");
	dashboard_pool_quit();
}

static void test_stale_everywhere(void **state)
{
	int port = stage.port;

	(void)state;
	sit_down();
	control_plane_stop(&stage);
	dashboard_pool_wait("STALE", "its end");
	for (size_t i = 0; i < seat_count; i++)
		wait_older(&seats[i].pty, 2);
	dashboard_pool_press("jk");
	come_back(port);
}

/* It takes connections and answers nothing: as old as after its end, and no age beside it goes on. */
static void test_hung_everywhere(void **state)
{
	char down[PTY_ROW_SIZE], now[PTY_ROW_SIZE];

	(void)state;
	sit_down();
	control_plane_order(&stage, 'd');
	pty_keys(&seats[0].pty, "g/service:notify\r");
	pty_wait_text(&seats[0].pty, "off for 2s");
	assert_int_equal(kill(stage.pid, SIGSTOP), 0);
	dashboard_pool_wait("STALE", "its stop");
	assert_true(row_with(&seats[0].pty, "off for ", down));
	for (size_t i = 0; i < seat_count; i++)
		wait_older(&seats[i].pty, 8);
	assert_true(row_with(&seats[0].pty, "off for ", now));
	assert_string_equal(now, down);
	assert_int_equal(kill(stage.pid, SIGCONT), 0);
	dashboard_pool_wait("live", "its return");
	dashboard_pool_home("its return");
	dashboard_pool_quit();
}

/* The whole sentence is there, and not the line to send it once more. */
static void test_a_create_without_an_answer(void **state)
{
	(void)state;
	control_plane_start(&stage, &stage_shop_script, 0);
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80, .moving_clock = true});
	pty_keys(&pty, "3c");
	pty_wait_text(&pty, "name of the new session");
	assert_int_equal(kill(stage.pid, SIGSTOP), 0);
	pty_keys(&pty, "mine\r");
	pty_wait_text(&pty, "sent, waiting for the answer");
	pty_wait_text(&pty, "STALE");
	control_plane_stop(&stage);
	pty_wait_text(&pty, "the control plane may have done it");
	pty_wait_text(&pty, "trying again (http://127.0.0.1:");
	assert_false(pty_shows(&pty, "name of the new session"));
	pty_keys(&pty, "j");
	pty_wait_gone(&pty, "may have done it");
}

static void test_login_is_over(void **state)
{
	static const int statuses[] = {401, 403};
	int port = stage.port;

	(void)state;
	sit_down();
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		control_plane_stop(&stage);
		control_plane_deny(&stage, port, statuses[i]);
		dashboard_pool_wait("AUTH expired", "the login's end");
		dashboard_pool_wait("log in again, C-l tries now", "the login's end");
		dashboard_pool_wait(
			statuses[i] == 401 ? "answered 401" : "answered 403", "the login's end");
	}
	come_back(port);
}

static void test_login_is_wanted(void **state)
{
	int port;
	char url[64];

	(void)state;
	close(open_mute(&port));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	control_plane_deny(&stage, port, 401);
	dashboard_start(
		&pty, &stage, &(struct dashboard_options){.rows = 24, .cols = 80, .url = url});
	pty_wait_text(&pty, "AUTH expired");
	assert_true(pty_shows(&pty, "A login is wanted at http://127.0.0.1:"));
	assert_true(pty_shows(&pty, "Log in again to what stands before it"));
	control_plane_stop(&stage);
	control_plane_start(&stage, &stage_shop_script, port);
	pty_keys(&pty, "\014"); /* now, without waiting */
	dashboard_ready(&pty);
	dashboard_quit();
}

#define LOST(name) cmocka_unit_test_teardown(name, dashboard_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOST(test_stale_and_back),
		LOST(test_tail_over_a_loss),
		LOST(test_paints_before_the_network_answers),
		LOST(test_none_then_one),
		LOST(test_login_is_wanted),
		LOST(test_a_create_without_an_answer),
		DASHBOARD_POOL_TEST(test_stale_everywhere),
		DASHBOARD_POOL_TEST(test_hung_everywhere),
		DASHBOARD_POOL_TEST(test_login_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
