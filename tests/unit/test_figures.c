/* Figures by version, and what a service makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/figures.h"

static const char answer[] =
	"{\"window\":\"60s\",\"versions\":["
	"{\"service\":\"cart\",\"version\":\"1.0\",\"rate\":9,\"share_4xx\":0,\"share_5xx\":0,"
	"\"p50_ms\":3,"
	"\"p95_ms\":10,\"p99_ms\":20,\"count\":540,\"bytes_in\":1,\"bytes_out\":2,\"last_seen\":"
	"null,"
	"\"history\":[1,2,3]},"
	"{\"service\":\"cart\",\"version\":\"pr-1\",\"rate\":1,\"share_5xx\":0.5,\"p95_ms\":40,"
	"\"count\":60,"
	"\"history\":[1]},"
	"{\"service\":\"search\",\"version\":null,\"rate\":2,\"share_5xx\":1,\"count\":120},"
	"{\"service\":\"../etc\",\"version\":\"x\",\"rate\":1000}"
	"],\"since\":4711}";

static void test_reading_and_summing(void **state)
{
	struct figures_table *table = figures_create();
	const struct figures *sum;
	int64_t since = 0;
	bool changed = false;
	double rate, errors;

	(void)state;
	assert_int_equal(figures_read(table, STR_LIT(answer), &since, &changed, NULL), ERR_NONE);
	assert_true(changed);
	assert_int_equal(since, 4711);
	sum = figures_service(table, STR_LIT("cart"));
	assert_non_null(sum);
	assert_int_equal((int)(sum->rate * 10), 100);
	assert_int_equal((int)(sum->share_5xx * 1000), 50);
	assert_int_equal((int)sum->p95_ms, 40);
	assert_int_equal(sum->history[0], 2);
	assert_int_equal(sum->history[2], 3);
	assert_non_null(figures_version(table, STR_LIT("cart"), STR_LIT("pr-1")));
	assert_null(figures_version(table, STR_LIT("cart"), STR_LIT("pr-2")));
	assert_non_null(figures_version(table, STR_LIT("search"), STR_LIT("")));
	assert_null(figures_service(table, STR_LIT("../etc")));
	figures_total(table, &rate, &errors);
	assert_int_equal((int)rate, 12);
	assert_int_equal((int)(errors * 1000), 208);
	figures_destroy(table);
}

static void test_what_is_gone_is_not_summed(void **state)
{
	struct figures_table *table = figures_create();
	int64_t since = 0;
	bool changed;

	(void)state;
	assert_int_equal(figures_read(table, STR_LIT(answer), &since, &changed, NULL), ERR_NONE);
	figures_remove(table, STR_LIT("cart"), STR_LIT("pr-1"));
	assert_int_equal((int)figures_service(table, STR_LIT("cart"))->p95_ms, 10);
	figures_remove_service(table, STR_LIT("search"));
	assert_null(figures_service(table, STR_LIT("search")));
	figures_clear(table);
	assert_null(figures_service(table, STR_LIT("cart")));
	assert_int_equal(figures_read(table, STR_LIT("[1"), &since, &changed, NULL), ERR_BAD_JSON);
	figures_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_and_summing),
		cmocka_unit_test(test_what_is_gone_is_not_summed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
