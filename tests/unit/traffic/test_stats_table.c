/* Windows by key: who is reported, in what order, and who goes when there are too many. */
#include "core/traffic/stats_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000)

static const struct request request = {.status = 200, .total_ms = 5};

static void note(void *arg, const char *key, const struct stats *stats)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 256 - len, "%s=%d ", key, (int)stats->count);
}

static void check(
	const struct stats_table *table, int64_t now_ms, int64_t since_ms, const char *want)
{
	char text[256] = "";

	stats_table_each(table, now_ms, 60, since_ms, note, text);
	assert_string_equal(text, want);
}

static void those_that_changed(void **state)
{
	struct stats_table *table = stats_table_create(100);
	(void)state;

	stats_table_add(table, STR_LIT("a"), &request, NOW);
	stats_table_add(table, STR_LIT("b"), &request, NOW + 1000);
	stats_table_add(table, STR_LIT("a"), &request, NOW + 2000);
	check(table, NOW + 2000, 0, "a=2 b=1 ");
	/* a window goes on changing until the last request has left it */
	check(table, NOW + 70000, NOW + 62000, "a=0 b=0 ");
	check(table, NOW + 70000, NOW + 62001, "a=0 ");
	check(table, NOW + 70000, NOW + 63001, "");
	check(table, NOW + 70000, 0, "a=0 b=0 ");

	stats_table_rest(table, NOW + 121500);
	check(table, NOW + 121500, 0, "a=0 b=0 ");
	stats_table_add(table, STR_LIT("b"), &request, NOW + 122000);
	check(table, NOW + 122000, 0, "b=1 a=0 ");
	check(table, NOW + 122000, NOW + 121000, "b=1 ");
	stats_table_rest(table, NOW + 123000);
	stats_table_rest(table, NOW + 900000);
	check(table, NOW + 900000, 0, "b=0 a=0 ");
	assert_int_equal(stats_table_count(table), 2);
	stats_table_destroy(table);
}

static void the_quietest_goes(void **state)
{
	struct stats_table *table = stats_table_create(3);
	(void)state;

	stats_table_add(table, STR_LIT("a"), &request, NOW);
	stats_table_add(table, STR_LIT("b"), &request, NOW + 1);
	stats_table_add(table, STR_LIT("c"), &request, NOW + 2);
	stats_table_add(table, STR_LIT("a"), &request, NOW + 3);
	stats_table_add(table, STR_LIT("d"), &request, NOW + 4);
	check(table, NOW + 4, 0, "d=1 a=2 c=1 ");
	/* at rest before busy */
	stats_table_rest(table, NOW + 120003);
	stats_table_add(table, STR_LIT("e"), &request, NOW + 120004);
	check(table, NOW + 120004, 0, "e=1 d=0 a=0 ");
	assert_int_equal(stats_table_count(table), 3);
	stats_table_destroy(table);
	stats_table_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_changed),
		cmocka_unit_test(the_quietest_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
