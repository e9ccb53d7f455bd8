/* The text buffer: its cap, its terminator, and what an overflow leaves behind. */
#include "core/base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void appends(void **state)
{
	(void)state;
	struct strbuf sb;
	strbuf_init(&sb, 1000);
	assert_string_equal(sb.data, "");
	strbuf_add_c(&sb, "a");
	strbuf_add_char(&sb, 'b');
	strbuf_addf(&sb, "%d-%s", 12, "x");
	strbuf_add_u64(&sb, 0);
	strbuf_add_u64(&sb, 18446744073709551615ULL);
	strbuf_add_str(&sb, (struct str){NULL, 0});
	assert_string_equal(sb.data, "ab12-x018446744073709551615");
	strbuf_truncate(&sb, 2);
	assert_string_equal(sb.data, "ab");
	char *text = strbuf_detach(&sb);
	assert_string_equal(text, "ab");
	free(text);
	assert_int_equal(sb.len, 0);
	text = strbuf_detach(&sb);
	assert_string_equal(text, "");
	free(text);
	strbuf_finish(&sb);
}

static void keeps_the_cap(void **state)
{
	(void)state;
	struct strbuf sb;
	strbuf_init(&sb, 5);
	strbuf_add_c(&sb, "12345");
	assert_true(strbuf_ok(&sb));
	strbuf_add_char(&sb, '6');
	assert_false(strbuf_ok(&sb));
	strbuf_addf(&sb, "%s", "more");
	assert_string_equal(sb.data, "12345");
	assert_int_equal(strlen(sb.data), sb.len);
	strbuf_truncate(&sb, 3);
	assert_true(strbuf_ok(&sb));
	strbuf_addf(&sb, "%s", "xyz");
	assert_false(strbuf_ok(&sb));
	assert_string_equal(sb.data, "123");
	strbuf_reset(&sb);
	assert_true(strbuf_ok(&sb));
	strbuf_addf(&sb, "%05d", 7);
	assert_string_equal(sb.data, "00007");
	strbuf_finish(&sb);
	strbuf_init(&sb, 0);
	strbuf_add_char(&sb, 'x');
	assert_false(strbuf_ok(&sb));
	strbuf_finish(&sb);
}

static void grows_over_every_edge(void **state)
{
	(void)state;
	struct strbuf sb;
	strbuf_init(&sb, 5000);
	for (int i = 0; i < 1000; i++) {
		strbuf_addf(&sb, "%04d,", i);
		assert_int_equal(strlen(sb.data), sb.len);
	}
	assert_true(strbuf_ok(&sb));
	assert_int_equal(sb.len, 5000);
	assert_string_equal(sb.data + 4995, "0999,");
	strbuf_finish(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(keeps_the_cap),
		cmocka_unit_test(grows_over_every_edge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
