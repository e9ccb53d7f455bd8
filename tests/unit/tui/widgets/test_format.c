/* Sentences over the rows they need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/widgets/format.h"

/* A word that is longer than a row is broken, and what stands behind it is shown, too. */
static void test_rows_of_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(format_sentence_rows(str_of(""), 10), 0);
	assert_int_equal(format_sentence_rows(str_of("two words"), 10), 1);
	assert_int_equal(format_sentence_rows(str_of("three short words"), 11), 2);
	assert_int_equal(format_sentence_rows(str_of("https://studio.example/482 is one"), 10), 4);
}

static void test_milliseconds(void **state)
{
	static const struct {
		double ms;
		const char *text;
	} cases[] = {{0, "<1ms"}, {0.94, "<1ms"}, {0.96, "1ms"}, {8.4, "8ms"}, {999.6, "1000ms"},
		{12000, "12s"}};
	char text[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		format_ms(text, cases[i].ms);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_of_a_sentence),
		cmocka_unit_test(test_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
