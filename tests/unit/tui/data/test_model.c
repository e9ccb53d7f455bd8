/* Going from one tail to another and back: what was read is still there, under the same numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/version.h"

#include "tui/data/model.h"

static void add(struct model *model, int64_t seq, int64_t status)
{
	struct request request = {.seq = seq,
		.time = 1000,
		.service = STR_LIT("cart"),
		.status = status,
		.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.intended = REASON_COUNT};

	request_log_add(model->lines, &request, model->env, 1000);
}

static void test_back_to_what_was_read(void **state)
{
	struct model model;
	int64_t number;

	(void)state;
	model_init(&model, "http://127.0.0.1:1");
	add(&model, 1, 200);
	add(&model, 2, 503);
	number = request_log_number(model.lines, 1);
	assert_false(model_change_scope(&model, "trace:aa"));
	assert_string_equal(model.scope, "trace:aa");
	assert_int_equal(request_log_shown(model.lines), 0);
	assert_null(request_log_get(model.lines, number));
	add(&model, 3, 200);
	assert_true(request_log_number(model.lines, 0) > number);
	assert_true(model_change_scope(&model, ""));
	assert_int_equal(request_log_shown(model.lines), 2);
	assert_int_equal(request_log_get(model.lines, number)->seq, 2);
	assert_false(model_change_scope(&model, "service:cart"));
	assert_true(model_change_scope(&model, "")); /* and only the one before */
	assert_false(model_change_scope(&model, "trace:aa"));
	model_finish(&model);
}

static void test_the_filter_goes_along(void **state)
{
	struct model model;

	(void)state;
	model_init(&model, "http://127.0.0.1:1");
	add(&model, 1, 200);
	add(&model, 2, 503);
	assert_false(model_change_scope(&model, "trace:aa"));
	request_log_filter(
		model.lines, filter_parse(STR_LIT("status:503"), NULL, NULL), model.env, 1000);
	assert_true(model_change_scope(&model, ""));
	assert_int_equal(request_log_shown(model.lines), 1);
	model_finish(&model);
}

static void test_both_share_the_room(void **state)
{
	struct model model;

	(void)state;
	model_init(&model, "http://127.0.0.1:1");
	for (int64_t seq = 1; seq <= 20000; seq++)
		add(&model, seq, 200);
	assert_true(request_log_bytes(model.lines) > (size_t)4 << 20);
	assert_false(model_change_scope(&model, "trace:aa"));
	for (int64_t seq = 1; seq <= 20000; seq++)
		add(&model, 20000 + seq, 200);
	assert_true(request_log_bytes(model.lines) + request_log_bytes(model.lines_before) <=
		    REQUEST_LOG_BYTES_MAX);
	assert_true(model_change_scope(&model, ""));
	assert_int_equal(
		request_log_get(model.lines, request_log_end(model.lines) - 1)->seq, 20000);
	assert_true(request_log_bytes(model.lines) + request_log_bytes(model.lines_before) <=
		    REQUEST_LOG_BYTES_MAX);
	model_finish(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_back_to_what_was_read),
		cmocka_unit_test(test_the_filter_goes_along),
		cmocka_unit_test(test_both_share_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
