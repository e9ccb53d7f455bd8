/* A word is quoted where a shell would read it otherwise, and comes back as it was. */
#include "core/base/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void test_quotes(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"plain-1.2_/:@%+=,", "plain-1.2_/:@%+=,"},
		{"", "''"},
		{"a b", "'a b'"},
		{"$(x)`y`", "'$(x)`y`'"},
		{"it's", "'it'\\''s'"},
		{"a\nb", "'a\nb'"},
		{"*", "'*'"},
		{"~", "'~'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strbuf out;
		const char **words;
		size_t count;

		strbuf_init(&out, 256);
		shell_quote(&out, str_of(rows[i].text));
		assert_string_equal(out.data, rows[i].want);
		words = shell_split(out.data, &count);
		assert_int_equal(count, 1);
		assert_string_equal(words[0], rows[i].text);
		free(words);
		strbuf_finish(&out);
	}
}

static void test_splits(void **state)
{
	static const struct {
		const char *line;
		size_t count; /* 0 with `last` NULL: it cannot be split */
		const char *last;
	} rows[] = {
		{"", 0, ""},
		{" \t\r\n", 0, ""},
		{" a  b ", 2, "b"},
		{"a 'b c'", 2, "b c"},
		{"a \"b\\\"c\"", 2, "b\"c"},
		{"a b\\ c", 2, "b c"},
		{"a 'b\\'", 2, "b\\"},
		{"a'b'\"c\"", 1, "abc"},
		{"a ''", 2, ""},
		{"a\\", 1, "a\\"},
		{"a 'b", 0, NULL},
		{"a \"b", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = xstrdup(rows[i].line);
		size_t count = 0;
		const char **words = shell_split(line, &count);

		assert_true((words == NULL) == (rows[i].last == NULL));
		assert_int_equal(count, rows[i].count);
		if (words != NULL && count > 0)
			assert_string_equal(words[count - 1], rows[i].last);
		free(words);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_splits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
