/*
 * Every size in every view and in all that opens over one: slowly, in storms, and with keys in between. Whatever
 * came, at the size of before the screen is the screen of before, to the letter and the colour.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

#include "tests/support/dashboard_pool.h"

enum { ROWS = 40, COLS = 120, STORM = 30, STORM_BYTES = 25000 };

static const int sizes[][2] = {{10, 40}, {3, 10}, {1, 1}, {1, 200}, {60, 1}, {2, 3}, {15, 59},
	{14, 60}, {15, 60}, {24, 80}, {PTY_ROWS_MAX, PTY_COLS_MAX}, {1, PTY_COLS_MAX},
	{PTY_ROWS_MAX, 2}, {60, 200}};

/* What F12 shows is never the same twice. */
static bool stands_still(const struct seat *seat)
{
	return strcmp(seat->place->name, "cost") != 0;
}

static void resize_all(int rows, int cols)
{
	for (size_t i = 0; i < seat_count; i++)
		pty_resize(&seats[i].pty, rows, cols);
}

static void take_all(void)
{
	for (size_t i = 0; i < seat_count; i++)
		(void)pty_take(&seats[i].pty, i == 0 ? 20 : 0);
}

static void dump_anew(const struct pty *terminal, struct strbuf *out)
{
	strbuf_reset(out);
	pty_dump(terminal, out);
}

/* Waits until the screen is as it was; shows both when it does not become so. */
static void wait_same(struct seat *seat, const struct strbuf *before)
{
	int64_t deadline = time_monotonic_ms() + PTY_WAIT_MS;
	struct strbuf now;

	strbuf_init(&now, 1 << 20);
	dump_anew(&seat->pty, &now);
	while (!str_eq(strbuf_str(&now), strbuf_str(before)) && time_monotonic_ms() < deadline) {
		(void)pty_take(&seat->pty, 20);
		dump_anew(&seat->pty, &now);
	}
	if (!str_eq(strbuf_str(&now), strbuf_str(before))) {
		(void)fprintf(stderr, "before:\n%s\nafter:\n%s", before->data, now.data);
		fail_msg("%s is not what it was before the storm", seat->place->name);
	}
	strbuf_finish(&now);
}

static void sit_down(void)
{
	dashboard_pool_sit(shop_places, shop_place_count, &(struct dashboard_options){0}, NULL);
	dashboard_pool_go("the start");
	for (size_t i = 0; i < seat_count; i++)
		pty_quiet(&seats[i].pty, i == 0 ? 100 : 20);
}

static void test_as_it_was(void **state)
{
	static struct strbuf before[DASHBOARD_POOL_MAX];

	(void)state;
	sit_down();
	for (size_t i = 0; i < seat_count; i++) {
		strbuf_init(&before[i], 1 << 20);
		pty_dump(&seats[i].pty, &before[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		resize_all(sizes[i][0], sizes[i][1]);
		take_all();
	}
	for (int i = 0; i < 200; i++) /* faster than it can follow */
		resize_all(1 + i * 37 % 61, 1 + i * 71 % 201);
	resize_all(ROWS, COLS);
	for (size_t i = 0; i < seat_count; i++)
		if (stands_still(&seats[i]))
			wait_same(&seats[i], &before[i]);
	dashboard_pool_home("the storm");
	dashboard_pool_quit();
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		strbuf_finish(&before[i]);
}

static void test_keys_in_between(void **state)
{
	(void)state;
	sit_down();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		resize_all(sizes[i][0], sizes[i][1]);
		dashboard_pool_press("jG\033[5~\033[6~k\033[<65;1;1M\033[<0;1;1M\033[<0;1;1m");
		resize_all(24, 80);
		dashboard_pool_press("gj\033OC");
	}
	resize_all(ROWS, COLS);
	dashboard_pool_home("all sizes");
	dashboard_pool_quit();
}

static void test_too_small_is_said(void **state)
{
	(void)state;
	dashboard_pool_sit(tab_places, tab_place_count, &(struct dashboard_options){0}, NULL);
	dashboard_pool_go("the start");
	resize_all(15, 59);
	dashboard_pool_wait("59x15, needs 60x15", "a column too few");
	resize_all(14, 60);
	dashboard_pool_wait("60x14, needs 60x15", "a row too few");
	resize_all(15, 60);
	dashboard_pool_wait("studio-demo", "the least size");
	resize_all(ROWS, COLS);
	dashboard_pool_home("small sizes");
	dashboard_pool_quit();
}

/* Nobody would see what is asked. */
static void test_too_small_for_keys(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "jj");
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	pty_resize(&pty, 10, 40);
	pty_wait_text(&pty, "too small for umbra");
	pty_keys(&pty, "3Ry:help\r");
	pty_quiet(&pty, 150);
	pty_resize(&pty, ROWS, COLS);
	pty_wait_text(&pty, "$ umbra version show booking@pr-482");
	assert_false(pty_shows(&pty, "etire booking"));
	pty_resize(&pty, 10, 40);
	pty_wait_text(&pty, "too small for umbra");
	dashboard_quit();
}

/*
 * The first size of a storm is painted and the last; not those in between. No pause between the sizes: on a busy
 * machine one would be long enough for a frame.
 */
static void test_what_a_storm_costs(void **state)
{
	uint64_t before;

	(void)state;
	dashboard_open((struct dashboard_options){0});
	before = pty.bytes;
	for (int i = 0; i < STORM; i++)
		pty_resize(&pty, ROWS - i % 7, COLS - i % 11);
	pty_resize(&pty, ROWS, COLS);
	pty_quiet(&pty, 200);
	assert_true(pty_shows(&pty, "studio-demo"));
	if (pty.bytes - before > STORM_BYTES)
		fail_msg(
			"%llu bytes for %d sizes", (unsigned long long)(pty.bytes - before), STORM);
	print_message("%llu bytes for %d sizes\n", (unsigned long long)(pty.bytes - before), STORM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DASHBOARD_POOL_TEST(test_as_it_was),
		DASHBOARD_POOL_TEST(test_keys_in_between),
		DASHBOARD_POOL_TEST(test_too_small_is_said),
		DASHBOARD_TEST(test_too_small_for_keys),
		DASHBOARD_TEST(test_what_a_storm_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
