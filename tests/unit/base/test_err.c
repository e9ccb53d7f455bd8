/* The error table: codes are unique and found again; statuses and exit codes are of the closed lists. */
#include "core/base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void rows_agree(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++) {
		assert_int_equal(err_from_code(err_code((enum err)i)), i);
		assert_true(strlen(err_title((enum err)i)) > 0);
		assert_in_range(err_exit_code((enum err)i), 0, 5);
		assert_in_range(err_http_status((enum err)i), 200, 599);
		assert_int_equal(err_http_status((enum err)i) == 200, i == ERR_NONE);
		assert_int_equal(err_exit_code((enum err)i) == 0, i == ERR_NONE);
	}
	assert_int_equal(err_from_code("no-such"), ERR_COUNT);
	assert_int_equal(err_from_code(NULL), ERR_COUNT);
	assert_int_equal(err_http_status((enum err)999), 500);
}

static void fills(void **state)
{
	(void)state;
	struct errbuf eb;
	assert_int_equal(
		err_set_field(&eb, ERR_BAD_NAME, "service", NULL, "%s!", "Cart"), ERR_BAD_NAME);
	assert_string_equal(eb.text, "Cart!");
	assert_string_equal(eb.field, "service");
	assert_string_equal(eb.expected, "");
	err_set_field(&eb, ERR_IO, eb.field, eb.expected, "again: %s", eb.text);
	assert_string_equal(eb.text, "again: Cart!");
	assert_string_equal(eb.field, "service");
	char huge[2000];
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	err_set(&eb, ERR_FAILED, "%s", huge);
	assert_int_equal(strlen(eb.text), sizeof(eb.text) - 1);
	assert_string_equal(eb.field, "");
	errbuf_clear(&eb);
	assert_int_equal(eb.err, ERR_NONE);
	assert_string_equal(eb.text, "");
	assert_int_equal(err_set(NULL, ERR_IO, "nobody reads"), ERR_IO);
	assert_int_equal(err_set_field(NULL, ERR_IO, NULL, NULL, "nobody"), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_agree),
		cmocka_unit_test(fills),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
