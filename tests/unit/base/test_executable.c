/* Where a shell finds programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/executable.h"

/* The first directory that has it wins; empty ones, and those that are none, are passed over. */
static void test_find(void **state)
{
	static const struct {
		const char *path, *name, *more, *found;
	} cases[] = {
		{"/bin", "sh", NULL, "/bin/sh"},
		{"/nonexistent::/bin", "sh", NULL, "/bin/sh"},
		{"/nonexistent", "sh", NULL, NULL},
		{"/nonexistent", "sh", "/dev/null:/bin", "/bin/sh"},
		{"", "sh", "/bin", "/bin/sh"},
		{"/bin", "no-such-program", "/bin", NULL},
		{"/etc", "passwd", NULL, NULL},
		{"/", "bin", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *found;

		assert_int_equal(setenv("PATH", cases[i].path, 1), 0);
		found = executable_find(cases[i].name, cases[i].more);
		if (cases[i].found)
			assert_string_equal(found, cases[i].found);
		else
			assert_null(found);
		free(found);
	}
}

/* Where no umbra is installed, a shell needs the path of the one that runs. */
static void test_word(void **state)
{
	char *word;

	(void)state;
	assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
	word = executable_word();
	assert_int_equal(*word, '/');
	assert_non_null(strstr(word, "test_executable"));
	free(word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
