/* Stats of a minute: what is in it, what has fallen out, and a clock that jumps either way. */
#include "core/model/sliding_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The first ms of a half minute of the clock. */
#define START (INT64_C(1700000010) / 30 * 30 * 1000)

static int set_up(void **state)
{
	*state = window_create();
	return 0;
}

static int tear_down(void **state)
{
	window_destroy(*state);
	return 0;
}

static void add(struct window *w, int64_t time_ms, int status, double total_ms)
{
	window_add(w, time_ms, status, total_ms, 10, 100);
}

static void an_empty_window_has_nothing(void **state)
{
	struct stats f;

	window_stats(*state, START, 60, 0, &f);
	assert_int_equal(f.count, 0);
	assert_true(f.rate == 0 && f.share_5xx == 0 && f.p99_ms == 0);
	assert_int_equal(f.last_seen, 0);
	window_rest(*state, START);
}

static void lost_ones_leave_with_their_second(void **state)
{
	struct stats f;

	window_add_lost(*state, START, 1); /* nothing was added: nothing is counted */
	add(*state, START, 200, 5);
	window_add_lost(*state, START, 2);
	add(*state, START + 1000, 200, 5);
	window_add_lost(*state, START + 1000, 3);
	window_add_lost(*state, START + 9000, 4); /* of the newest second there is */
	window_add_lost(*state, START - 60000, 5);
	window_stats(*state, START + 1999, 60, 0, &f);
	assert_int_equal(f.lost, 3);
	assert_int_equal(f.lost_seq, 4);
	window_stats(*state, START + 1999, 1, 0, &f);
	assert_int_equal(f.lost, 2);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_int_equal(f.lost, 2);
	add(*state, START + 60500, 200, 5);
	window_stats(*state, START + 60500, 60, 0, &f);
	assert_int_equal(f.lost, 2);
	add(*state, START + 61000, 200, 5);
	window_stats(*state, START + 61000, 60, 0, &f);
	assert_int_equal(f.lost, 0);
	window_add_lost(*state, START + 61000, 6);
	add(*state, START + 200000, 200, 5);
	window_stats(*state, START + 200000, 60, 0, &f);
	assert_int_equal(f.lost, 0);
	assert_int_equal(f.lost_seq, 0);
}

/* After a start the window is as long as what was seen of it. */
static void a_rate_is_over_what_was_seen(void **state)
{
	static const struct {
		int64_t after_ms;
		double rate;
	} rows[] = {{0, 30}, {999, 30}, {1000, 30}, {2000, 15}, {3500, 30 / 3.5}, {58000, 30 / 58.},
		{59000, .5}, {59999, .5}};
	struct stats f;

	for (int i = 0; i < 30; i++)
		add(*state, START + i, 200, 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		window_stats(*state, START + rows[i].after_ms, 60, START, &f);
		assert_int_equal(f.count, 30);
		assert_true(f.rate > rows[i].rate - 1e-9 && f.rate < rows[i].rate + 1e-9);
	}
	window_stats(*state, START + 500, 1, START, &f);
	assert_true(f.rate == 30);
	window_stats(*state, START + 500, 60, START + 1000, &f); /* the clock was set back */
	assert_true(f.rate == .5);
}

static void counts_and_shares(void **state)
{
	static const int statuses[] = {200, 201, 302, 404, 499, 500, 503, 599, 0, 600};
	struct stats f;

	for (int64_t i = 0; i < 10; i++)
		add(*state, START + i * 1000, statuses[i], 5);
	window_stats(*state, START + 9999, 60, 0, &f);
	assert_int_equal(f.count, 10);
	assert_true(f.rate > 0.166 && f.rate < 0.167);
	assert_true(f.share_4xx == 0.2);
	assert_true(f.share_5xx == 0.3);
	assert_int_equal(f.bytes_in, 100);
	assert_int_equal(f.bytes_out, 1000);
	assert_int_equal(f.last_seen, START + 9000);
	for (int i = 0; i < WINDOW_SLOTS; i++)
		assert_int_equal(f.history[i], i >= 50);

	window_stats(*state, START + 9999, 5, 0, &f);
	assert_int_equal(f.count, 5);
	assert_true(f.rate == 1);
	window_stats(*state, START + 9999, 1, 0, &f);
	assert_int_equal(f.count, 1);
}

static void what_is_older_than_a_minute_is_out(void **state)
{
	struct stats f;

	add(*state, START, 500, 5);
	add(*state, START + 30000, 200, 5);
	window_stats(*state, START + 59999, 60, 0, &f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.history[0], 1);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_int_equal(f.count, 1);
	assert_true(f.share_5xx == 0);
	assert_int_equal(f.history[0], 0);
	window_stats(*state, START + 90000, 60, 0, &f);
	assert_int_equal(f.count, 0);
	assert_int_equal(f.last_seen, START + 30000);

	/* the slot of a second a minute ago is used again, empty */
	add(*state, START + 60000, 200, 5);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_int_equal(f.count, 2);
	add(*state, START + 600000, 200, 5);
	window_stats(*state, START + 600000, 60, 0, &f);
	assert_int_equal(f.count, 1);
}

static void percentiles_of_two_halves(void **state)
{
	struct stats f;

	for (int i = 0; i < 100; i++)
		add(*state, START + i, 200, i < 95 ? 10 : 1000);
	window_stats(*state, START + 1000, 60, 0, &f);
	assert_true(f.p50_ms > 9.4 && f.p50_ms < 10.6);
	assert_true(f.p95_ms > 9.4 && f.p95_ms < 10.6);
	assert_true(f.p99_ms > 940 && f.p99_ms < 1060);

	/* the half before counts too, the one before that no more, with or without new requests */
	window_stats(*state, START + 59999, 60, 0, &f);
	assert_true(f.p99_ms > 940);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_true(f.p99_ms == 0);
	add(*state, START + 30000, 200, 20);
	window_stats(*state, START + 30000, 60, 0, &f);
	assert_true(f.p50_ms > 9.4 && f.p50_ms < 10.6);
	add(*state, START + 60000, 200, 20);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_true(f.p50_ms > 18.8 && f.p99_ms < 21.2);
}

static void a_late_record_goes_to_its_second(void **state)
{
	struct stats f;

	add(*state, START + 40000, 200, 5);
	add(*state, START + 20000, 200, 5);
	window_stats(*state, START + 40000, 60, 0, &f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.history[39], 1);
	assert_int_equal(f.last_seen, START + 40000);
}

static void a_clock_set_back_starts_over(void **state)
{
	struct stats f;

	add(*state, START + 3600000, 200, 5);
	add(*state, START, 200, 5);
	window_stats(*state, START, 60, 0, &f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.last_seen, START);

	/* back by less: shown as of the newest second */
	add(*state, START + 5000, 200, 5);
	window_stats(*state, START + 1000, 60, 0, &f);
	assert_int_equal(f.count, 2);
}

static void it_goes_on_after_a_rest(void **state)
{
	struct stats f;

	add(*state, START, 200, 5);
	window_rest(*state, START + 59999);
	window_stats(*state, START + 1000, 60, 0, &f);
	assert_int_equal(f.count, 1);
	window_rest(*state, START + 60000);
	window_stats(*state, START + 60000, 60, 0, &f);
	assert_int_equal(f.count, 0);
	assert_int_equal(window_last_seen(*state), START);
	add(*state, START + 70000, 200, 5);
	window_stats(*state, START + 70000, 60, 0, &f);
	assert_int_equal(f.count, 1);
}

static void odd_values(void **state)
{
	struct stats f;

	window_add(*state, START, 200, 1e300, -5, -5);
	window_add(*state, START, 200, -1, INT64_MAX, 0);
	window_stats(*state, START, 60, 0, &f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.bytes_in, INT64_MAX);
	assert_true(f.p99_ms > 3e6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_window_has_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			lost_ones_leave_with_their_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rate_is_over_what_was_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_and_shares, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_older_than_a_minute_is_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(percentiles_of_two_halves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_late_record_goes_to_its_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_set_back_starts_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_goes_on_after_a_rest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(odd_values, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
