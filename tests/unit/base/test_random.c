/* Random words: their alphabet, their length, and that two are not the same. */
#include "core/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void words(void **state)
{
	(void)state;
	char all[2001], word[5];
	random_word(all, 2000);
	assert_int_equal(strlen(all), 2000);
	assert_int_equal(strspn(all, "abcdefghjkmnpqrstuvwxyz23456789"), 2000);
	for (const char *c = "abcdefghjkmnpqrstuvwxyz23456789"; *c != '\0'; c++)
		assert_non_null(strchr(all, *c));
	random_word(word, 4);
	assert_int_equal(strlen(word), 4);
	random_word(word, 0);
	assert_string_equal(word, "");
	assert_true(random_u64() != random_u64());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
