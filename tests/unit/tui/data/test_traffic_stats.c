/* Stats by version, and what a service makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/data/traffic_stats.h"

#define NUMBERS(rate, share, p95, count)                                                         \
	"\"rate\":" rate ",\"share_4xx\":0,\"share_5xx\":" share ",\"p50_ms\":3,\"p95_ms\":" p95 \
	",\"p99_ms\":20,\"count\":" count ",\"bytes_in\":1,\"bytes_out\":2,\"last_seen\":null,"
#define ZEROS "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
#define HISTORY(first) "\"history\":[" first "," ZEROS "," ZEROS ",7]"

static const char answer[] =
	"{\"window\":\"60s\",\"versions\":["
	"{\"service\":\"cart\",\"version\":\"1.0\"," NUMBERS("9", "0", "10", "540") HISTORY(
		"1") "},"
		     "{\"service\":\"cart\",\"version\":\"pr-1\"," NUMBERS("1", "0.5", "40", "60")
			     HISTORY("2") "},"
					  "{\"service\":\"search\",\"version\":null," NUMBERS("2",
						  "1", "0", "120") HISTORY("0") "}"
										"],\"since\":4711}";

static void test_reading_and_summing(void **state)
{
	struct traffic_stats_table *table = traffic_stats_create();
	const struct stats *sum;
	int64_t since = 0;
	bool changed = false;
	struct traffic_stats_sum total;

	(void)state;
	assert_true(traffic_stats_read(table, STR_LIT(answer), &since, &changed, NULL));
	assert_true(changed);
	assert_int_equal(since, 4711);
	sum = traffic_stats_service(table, STR_LIT("cart"));
	assert_non_null(sum);
	assert_int_equal((int)(sum->rate * 10), 100);
	assert_int_equal((int)(sum->share_5xx * 1000), 50);
	assert_int_equal((int)(sum->p95_ms * 10), 175);
	assert_int_equal(sum->history[0], 3);
	assert_int_equal(sum->history[59], 14);
	assert_non_null(traffic_stats_version(table, STR_LIT("cart"), STR_LIT("pr-1")));
	assert_null(traffic_stats_version(table, STR_LIT("cart"), STR_LIT("pr-2")));
	assert_non_null(traffic_stats_version(table, STR_LIT("search"), STR_LIT("")));
	traffic_stats_total(table, &total);
	assert_int_equal((int)total.rate, 12);
	assert_int_equal((int)(total.share_5xx * 1000), 208);
	assert_int_equal(total.over_s, 60);
	traffic_stats_destroy(table);
}

static void test_what_is_gone_is_not_summed(void **state)
{
	struct traffic_stats_table *table = traffic_stats_create();
	int64_t since = 0;
	bool changed;

	(void)state;
	assert_true(traffic_stats_read(table, STR_LIT(answer), &since, &changed, NULL));
	traffic_stats_remove(table, STR_LIT("cart"), STR_LIT("pr-1"));
	assert_int_equal((int)traffic_stats_service(table, STR_LIT("cart"))->p95_ms, 10);
	traffic_stats_remove_service(table, STR_LIT("search"));
	assert_null(traffic_stats_service(table, STR_LIT("search")));
	traffic_stats_clear(table);
	assert_null(traffic_stats_service(table, STR_LIT("cart")));
	assert_false(traffic_stats_read(table, STR_LIT("[1"), &since, &changed, NULL));
	traffic_stats_destroy(table);
}

/* A slow version of a small share does not make its service slow, one of a large share does. */
static void test_quantiles_of_a_sum(void **state)
{
	static const struct {
		uint64_t fast, slow;
		int p50_ms, p95_ms;
	} cases[] = {
		{0, 0, 0, 0},
		{100, 0, 10, 50},
		{0, 100, 500, 900},
		{970, 30, 11, 83},
		{500, 500, 50, 856},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct traffic_stats_table *table = traffic_stats_create();
		struct stats fast = {
			.count = cases[i].fast, .p50_ms = 10, .p95_ms = 50, .p99_ms = 100};
		struct stats slow = {
			.count = cases[i].slow, .p50_ms = 500, .p95_ms = 900, .p99_ms = 1000};
		const struct stats *sum;

		traffic_stats_put(table, STR_LIT("cart"), STR_LIT("1.0"), &fast);
		traffic_stats_put(table, STR_LIT("cart"), STR_LIT("pr-1"), &slow);
		sum = traffic_stats_service(table, STR_LIT("cart"));
		assert_int_equal((int)(sum->p50_ms + 0.5), cases[i].p50_ms);
		assert_int_equal((int)(sum->p95_ms + 0.5), cases[i].p95_ms);
		assert_true(sum->p95_ms <= sum->p99_ms);
		traffic_stats_destroy(table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_and_summing),
		cmocka_unit_test(test_what_is_gone_is_not_summed),
		cmocka_unit_test(test_quantiles_of_a_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
