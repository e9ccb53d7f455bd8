/* Sentences over the rows they need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows_of_a_sentence)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
