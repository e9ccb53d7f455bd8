/* Columns of the matrix of sessions and services. */
#include "tui/views/sessions/pin_matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct environment env;

static void put_session(const char *key, const char *service, const char *version)
{
	struct session *session = record_create(&session_type);
	struct change change;

	text_set(&session->key, key);
	dict_set(&session->pins, str_of(service), version);
	dict_set(&session->pins, STR_LIT("cart"), "pr-1");
	change_init(&change, OBJECT_SESSION, session, env.revision + 1);
	assert_true(environment_apply(&env, &change));
	change_finish(&change);
	record_unref(&session_type, session);
}

static void test_columns(void **state)
{
	static const uint32_t both[] = {0, 1};
	struct pin_matrix matrix;

	(void)state;
	environment_init(&env);
	put_session("a", "search", "pr-517-long-name");
	put_session("b", "booking", "pr-2");
	assert_int_equal(pin_matrix_make(&matrix, &env, both, 2), 7 + 2 + 6 + 2 + 18);
	assert_int_equal(matrix.count, 3);
	assert_string_equal(matrix.columns[0].service, "booking");
	assert_int_equal(matrix.columns[0].x, 0);
	assert_int_equal(matrix.columns[0].width, 7); /* the title */
	assert_int_equal(matrix.columns[1].x, 9);
	assert_int_equal(matrix.columns[1].width, 6); /* the version, with a mark */
	assert_int_equal(matrix.columns[2].width, 18);
	assert_non_null(pin_matrix_find(&matrix, "cart"));
	assert_null(pin_matrix_find(&matrix, "pricing"));
	assert_int_equal(pin_matrix_make(&matrix, &env, both + 1, 1), 15);
	assert_int_equal(matrix.count, 2);
	assert_int_equal(pin_matrix_make(&matrix, &env, both, 0), 0);
	assert_int_equal(matrix.count, 0);
	environment_finish(&env);
}

static void test_too_many(void **state)
{
	uint32_t rows[PIN_MATRIX_COLUMNS];
	struct pin_matrix matrix;

	(void)state;
	environment_init(&env);
	for (uint32_t i = 0; i < PIN_MATRIX_COLUMNS; i++) {
		char name[8];

		rows[i] = i;
		(void)snprintf(name, sizeof(name), "s%u", (unsigned)i);
		put_session(name, name, "v");
	}
	assert_true(pin_matrix_make(&matrix, &env, rows, PIN_MATRIX_COLUMNS - 1) > 0);
	assert_int_equal(matrix.count, PIN_MATRIX_COLUMNS);
	assert_int_equal(pin_matrix_make(&matrix, &env, rows, PIN_MATRIX_COLUMNS), 0);
	assert_int_equal(matrix.count, 0);
	environment_finish(&env);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns), cmocka_unit_test(test_too_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
