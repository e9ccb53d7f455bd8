/* Where rows break. */
#include "core/base/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void test_breaks(void **state)
{
	static const struct {
		const char *text;
		int width;
		size_t take;
	} cases[] = {
		{"", 10, 0}, {"short", 10, 5}, {"exactly ten", 11, 11}, {"one two three", 8, 8},
		{"one two three", 7, 8}, /* the blank at the end needs no cell */
		{"one two three", 6, 4}, {"one  two", 3, 5}, {"one  ", 3, 5}, {"unbreakable", 4, 4},
		{"\xc3\xa4\xc3\xb6\xc3\xbc x", 3, 7}, /* three cells in six bytes */
		{"\xe6\xbc\xa2\xe5\xad\x97", 3, 3}, /* two cells each */
		{"a\x1b[2Jb", 4, 1}, /* an escape is shown as four cells */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(wrap_take(str_of(cases[i].text), cases[i].width), cases[i].take);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_breaks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
