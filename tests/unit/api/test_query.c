/* Query strings: what is read, what is refused and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/query.h"
#include "core/base/xalloc.h"

static const char *const allowed[] = {"filter", "since", "wait", NULL};

static void test_read(void **state)
{
	static const struct {
		const char *text;
		const char *name;
		const char *value; /* NULL: absent */
	} cases[] = {
		{NULL, "since", NULL},
		{"", "since", NULL},
		{"since=5", "since", "5"},
		{"since=5&wait=3s", "wait", "3s"},
		{"&&since=5&", "since", "5"},
		{"since", "since", ""},
		{"since=", "since", ""},
		{"filter=a%20b+c%2Bd", "filter", "a b c+d"},
		{"filter=a=b", "filter", "a=b"},
		{"%66ilter=x", "filter", "x"},
		{"filter=%c3%A4", "filter", "\xc3\xa4"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct query query;
		struct str value;

		assert_int_equal(
			query_parse(&query, cases[i].text, allowed, ARRAY_LEN(allowed), NULL),
			ERR_NONE);
		value = query_get(&query, cases[i].name);
		if (cases[i].value == NULL)
			assert_null(value.p);
		else
			assert_true(value.p != NULL && str_eq_c(value, cases[i].value));
		query_finish(&query);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *field;
	} cases[] = {
		{"sinc=5", "sinc"},
		{"since=5&since=6", "since"},
		{"=5", ""},
		{"since=%", ""},
		{"since=%4", ""},
		{"since=%zz", ""},
		{"since=%00", ""},
		{"since=1&filter=2&wait=3&x=4", "x"},
		{"since=1&filter=2&wait=3&since=4&wait=5&filter=6", "since"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct query query;
		struct errbuf eb;

		errbuf_clear(&eb);
		assert_int_equal(
			query_parse(&query, cases[i].text, allowed, ARRAY_LEN(allowed), &eb),
			ERR_BAD_PARAMETER);
		assert_null(query.storage);
		assert_string_equal(eb.field, cases[i].field);
		assert_string_not_equal(eb.text, "");
	}
}

static void test_values(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	static const char *const choices[] = {"version", "edge", NULL};
	struct query query;
	int64_t number = 7;
	int64_t wait_ms = 0;
	int choice = 0;
	struct errbuf eb;

	(void)state;
	errbuf_clear(&eb);
	assert_int_equal(query_parse(&query, "a=12&b=30s&c=edge&d=x", names, 4, NULL), ERR_NONE);
	assert_int_equal(query_int(&query, "absent", 1, 20, &number, NULL), ERR_NONE);
	assert_int_equal(number, 7);
	assert_int_equal(query_int(&query, "a", 1, 20, &number, NULL), ERR_NONE);
	assert_int_equal(number, 12);
	assert_int_equal(query_int(&query, "a", 13, 20, &number, &eb), ERR_BAD_PARAMETER);
	assert_string_equal(eb.expected, "a whole number from 13 to 20");
	assert_int_equal(query_int(&query, "d", 1, 20, &number, NULL), ERR_BAD_PARAMETER);
	assert_int_equal(query_duration(&query, "b", 0, 60000, &wait_ms, NULL), ERR_NONE);
	assert_int_equal(wait_ms, 30000);
	assert_int_equal(query_duration(&query, "b", 0, 29000, &wait_ms, &eb), ERR_BAD_PARAMETER);
	assert_string_equal(eb.expected, "a duration from 0s to 29s");
	assert_int_equal(query_choice(&query, "c", choices, &choice, NULL), ERR_NONE);
	assert_int_equal(choice, 1);
	assert_int_equal(query_choice(&query, "d", choices, &choice, &eb), ERR_BAD_PARAMETER);
	assert_string_equal(eb.expected, "version, edge");
	query_finish(&query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
