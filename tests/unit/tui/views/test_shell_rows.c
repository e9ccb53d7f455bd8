/* A line for the shell in rows: put together again it is the same line, and no row ends within a word. */
#include "tui/views/shell_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

/* Rows with a bar behind each, and a backslash before it where the shell is to read on. */
static void rows_of(struct strbuf *out, const char *text, bool shell, int cols)
{
	struct shell_rows rows = {.rest = str_of(text), .shell = shell};

	strbuf_reset(out);
	while (rows.rest.n > 0) {
		struct shell_row row = shell_rows_take(&rows, cols);

		strbuf_add_str(out, row.text);
		strbuf_add_c(out, row.continued ? " \\|" : "|");
	}
}

static void it_is_broken_between_words(void **state)
{
	static const struct {
		const char *text;
		int cols;
		const char *rows;
		bool shell;
	} cases[] = {
		{"curl -H x http://y", 40, "curl -H x http://y|", true},
		{"curl -H x http://y", 12, "curl -H x \\|http://y|", true},
		{"curl -H 'a b' c", 12, "curl -H \\|'a b' c|", true},
		{"curl -H 'a b' c", 12, "curl -H 'a b|' c|", false},
		/* Longer than a row: cut at the edge, and its blanks are in quotes in the next rows too. */
		{"'aaa bbb ccc ddd' eee fff", 8, "'aaa bbb| ccc ddd|' eee \\|fff|", true},
		/* What is between two quoted parts is in none. */
		{"'aaaaaaaa'\\''bbbb cccc'", 8, "'aaaaaaa|a'\\''bbb|b cccc'|", true},
		/* A quote behind a backslash opens nothing, also where a row ends between the two. */
		{"aaaaaaa\\' bbb ccc", 8, "aaaaaaa\\|' bbb \\|ccc|", true},
		{"aaa\\ bbb ccc", 8, "aaa\\ bbb| ccc|", true},
		{"aaa \\\\' b c d'", 8, "aaa \\|\\\\' b c |d'|", true},
	};
	struct strbuf got;

	(void)state;
	strbuf_init(&got, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		rows_of(&got, cases[i].text, cases[i].shell, cases[i].cols);
		assert_string_equal(got.data, cases[i].rows);
	}
	strbuf_finish(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_broken_between_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
