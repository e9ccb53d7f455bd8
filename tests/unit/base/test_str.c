/* Borrowed text: comparing, cutting and numbers, over tables of cases. */
#include "core/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

static void compares(void **state)
{
	(void)state;
	assert_true(str_eq((struct str){NULL, 0}, STR_LIT("")));
	assert_true(str_eq_c(STR_LIT("cart"), "cart"));
	assert_false(str_eq_c(STR_LIT("cart"), "car"));
	assert_true(str_eq_nocase(STR_LIT("Host-Z"), STR_LIT("hOST-z")));
	assert_false(str_eq_nocase(STR_LIT("@"), STR_LIT("`")));
	assert_true(str_cmp(STR_LIT("a"), STR_LIT("ab")) < 0);
	assert_true(str_cmp(STR_LIT("b"), STR_LIT("ab")) > 0);
	assert_true(str_cmp(STR_LIT("\x7f"), STR_LIT("\xff")) < 0);
	assert_int_equal(str_cmp((struct str){NULL, 0}, STR_LIT("")), 0);
	assert_true(str_starts(STR_LIT("pr-482"), STR_LIT("pr-")));
	assert_false(str_starts(STR_LIT("pr"), STR_LIT("pr-")));
	assert_true(str_ends(STR_LIT("a.test"), STR_LIT(".test")));
	assert_true(str_ends((struct str){NULL, 0}, STR_LIT("")));
	assert_false(str_ends(STR_LIT("test"), STR_LIT(".test")));
}

static void finds_and_trims(void **state)
{
	(void)state;
	assert_true(str_eq_c(str_trim(STR_LIT(" \t a b\t ")), "a b"));
	assert_int_equal(str_trim(STR_LIT(" \t ")).n, 0);
	assert_int_equal(str_find_char(STR_LIT("a=b=c"), '='), 1);
	assert_int_equal(str_find_char(STR_LIT("abc"), '='), 3);
	assert_int_equal(str_find(STR_LIT("aab"), STR_LIT("ab")), 1);
	assert_int_equal(str_find(STR_LIT("aab"), STR_LIT("ba")), 3);
	assert_int_equal(str_find(STR_LIT("aab"), STR_LIT("")), 0);
	assert_int_equal(str_find((struct str){NULL, 0}, STR_LIT("x")), 0);
}

static void cuts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t count;
		const char *last;
	} cases[] = {{"", 1, ""}, {"a", 1, "a"}, {"a,b", 2, "b"}, {"a,", 2, ""}, {",,", 3, ""}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str rest = str_of(cases[i].text), part = {NULL, 0};
		size_t count = 0;
		for (; rest.p != NULL; count++)
			part = str_cut(&rest, ',');
		assert_int_equal(count, cases[i].count);
		assert_true(str_eq_c(part, cases[i].last));
	}
}

static void reads_integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool u64_ok, i64_ok;
		uint64_t u64;
		int64_t i64;
	} cases[] = {
		{"0", true, true, 0, 0},
		{"007", true, true, 7, 7},
		{"18446744073709551615", true, false, UINT64_MAX, 0},
		{"18446744073709551616", false, false, 0, 0},
		{"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
		{"-9223372036854775808", false, true, 0, INT64_MIN},
		{"-9223372036854775809", false, false, 0, 0},
		{"-1", false, true, 0, -1},
		{"", false, false, 0, 0},
		{"-", false, false, 0, 0},
		{"+1", false, false, 0, 0},
		{" 1", false, false, 0, 0},
		{"1 ", false, false, 0, 0},
		{"0x1", false, false, 0, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t u = 99;
		int64_t v = 99;
		assert_int_equal(str_to_u64(str_of(cases[i].text), &u), cases[i].u64_ok);
		assert_int_equal(u, cases[i].u64_ok ? cases[i].u64 : 99);
		assert_int_equal(str_to_i64(str_of(cases[i].text), &v), cases[i].i64_ok);
		assert_int_equal(v, cases[i].i64_ok ? cases[i].i64 : 99);
	}
}

static void reads_doubles(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", ".", "-", "1.", ".5", "1,5", "1e3", "inf", "nan", "1.5x"};
	double value = 99;
	assert_true(str_to_double(STR_LIT("12.125"), &value));
	assert_true(value == 12.125);
	assert_true(str_to_double(STR_LIT("-0.1"), &value));
	assert_true(value == -0.1);
	assert_true(str_to_double(STR_LIT("3"), &value));
	assert_true(value == 3);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(str_to_double(str_of(bad[i]), &value));
	char digits[400];
	memset(digits, '9', sizeof(digits));
	assert_false(str_to_double((struct str){digits, sizeof(digits)}, &value));
	assert_true(value == 3);
}

static void copies(void **state)
{
	(void)state;
	char dst[4];
	assert_true(str_copy(dst, sizeof(dst), STR_LIT("abc")));
	assert_string_equal(dst, "abc");
	assert_false(str_copy(dst, sizeof(dst), STR_LIT("abcd")));
	assert_string_equal(dst, "abc");
	assert_true(str_copy(dst, sizeof(dst), (struct str){NULL, 0}));
	assert_string_equal(dst, "");
	assert_false(str_copy(dst, 0, STR_LIT("a")));
	char *copy = str_dup((struct str){NULL, 0});
	assert_string_equal(copy, "");
	free(copy);
	char text[] = "AbZ[\xc3\x84";
	str_lower(text, strlen(text));
	assert_string_equal(text, "abz[\xc3\x84");
}

static void arrays_grow(void **state)
{
	(void)state;
	int *numbers = NULL;
	size_t cap = 0;
	for (int i = 0; i < 1000; i++) {
		array_reserve(&numbers, &cap, (size_t)i + 1, sizeof(*numbers));
		numbers[i] = i;
	}
	assert_true(cap >= 1000 && cap < 2048);
	assert_int_equal(numbers[0] + numbers[999], 999);
	free(numbers);
	assert_null(xstrdup(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(finds_and_trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(reads_doubles),
		cmocka_unit_test(copies),
		cmocka_unit_test(arrays_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
