/* The line one types into: editing by characters, pasting, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/term/keys.h"
#include "tui/widgets/line_edit.h"

static void type(struct line_edit *input, const int32_t *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)line_edit_key(input, keys[i]);
}

#define TYPE(input, ...)                            \
	type(input, (const int32_t[]){__VA_ARGS__}, \
		sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

static void test_editing(void **state)
{
	struct line_edit input;

	(void)state;
	line_edit_set(&input, "ab");
	TYPE(&input, 'c', 0xe9, 0x65e5);
	assert_string_equal(input.text, "abc\xc3\xa9\xe6\x97\xa5");
	TYPE(&input, KEYS_BACKSPACE, KEYS_LEFT, 'x');
	assert_string_equal(input.text, "abcx\xc3\xa9");
	TYPE(&input, KEYS_HOME, KEYS_DELETE, KEYS_RIGHT, KEYS_RIGHT, KEYS_RIGHT, KEYS_DELETE);
	assert_string_equal(input.text, "bcx");
	TYPE(&input, ' ', 'u', 'v', 23);
	assert_string_equal(input.text, "bcx ");
	TYPE(&input, 21);
	assert_string_equal(input.text, "");
	assert_int_equal(line_edit_key(&input, KEYS_BACKSPACE), LINE_EDIT_IGNORED);
	assert_int_equal(line_edit_key(&input, KEYS_ENTER), LINE_EDIT_DONE);
	assert_int_equal(line_edit_key(&input, KEYS_ESCAPE), LINE_EDIT_CANCELLED);
}

static void test_a_proposal_is_typed_over(void **state)
{
	static const struct {
		int32_t key;
		const char *then; /* after it and an x */
	} cases[] = {{'y', "yx"}, {KEYS_END, "sentx"}, {KEYS_HOME, "xsent"}, {KEYS_LEFT, "senxt"},
		{KEYS_BACKSPACE, "senx"}, {KEYS_DELETE, "sentx"}, {21, "x"}};
	struct line_edit input;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		line_edit_propose(&input, "sent");
		TYPE(&input, cases[i].key, 'x');
		assert_string_equal(input.text, cases[i].then);
	}
	line_edit_propose(&input, "sent");
	assert_int_equal(line_edit_key(&input, KEYS_ENTER), LINE_EDIT_DONE);
	assert_string_equal(input.text, "sent");
	TYPE(&input, KEYS_PASTE_BEGIN, 'a', 'b', KEYS_PASTE_END);
	assert_string_equal(input.text, "ab");
	line_edit_propose(&input, ""); /* nothing to select */
	assert_false(input.proposed);
}

static void test_a_pasted_line_end_is_no_enter(void **state)
{
	struct line_edit input;

	(void)state;
	line_edit_set(&input, "");
	TYPE(&input, KEYS_PASTE_BEGIN, 'y', KEYS_ENTER, 'n', KEYS_ESCAPE, KEYS_PASTE_END);
	assert_string_equal(input.text, "y n ");
	assert_int_equal(line_edit_key(&input, KEYS_ENTER), LINE_EDIT_DONE);
}

static void test_it_ends(void **state)
{
	struct line_edit input;

	(void)state;
	line_edit_set(&input, "");
	for (size_t i = 0; i < sizeof(input.text) * 2; i++)
		(void)line_edit_key(&input, 0x65e5);
	assert_true(input.len < sizeof(input.text));
	assert_int_equal(strlen(input.text), input.len);
	assert_int_equal(input.len % 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_a_proposal_is_typed_over),
		cmocka_unit_test(test_a_pasted_line_end_is_no_enter),
		cmocka_unit_test(test_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
