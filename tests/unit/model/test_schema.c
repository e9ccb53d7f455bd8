/* The record machinery over every real table, so that a row whose type does not fit its member shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/event.h"
#include "core/model/request.h"
#include "core/model/service.h"
#include "core/model/session.h"
#include "core/model/tombstone.h"
#include "core/model/version.h"

static const struct record_type *const shared_types[] = {
	&service_type, &version_type, &session_type, &tombstone_type};

/* Gives a field a value that differs with `salt`. */
static void fill(const struct field *field, void *record, int salt)
{
	void *slot = (char *)record + field->offset;
	char text[32];

	snprintf(text, sizeof(text), "v%d", salt);
	switch (field->type) {
	case FIELD_TEXT:
		text_set(slot, text);
		break;
	case FIELD_VIEW:
		*(struct str *)slot = STR_LIT("view");
		break;
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_DURATION:
		*(int64_t *)slot = 1000 + salt;
		break;
	case FIELD_NUMBER:
		*(double *)slot = 0.5 + salt;
		break;
	case FIELD_BOOL:
		*(bool *)slot = true;
		break;
	case FIELD_CHOICE:
		*(int *)slot = salt % 2;
		break;
	case FIELD_LIST:
		strlist_add(slot, str_of(text));
		break;
	case FIELD_DICT:
		dict_set(slot, str_of(text), text);
		break;
	}
}

static void test_clone_compare_merge_every_field(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(shared_types); t++) {
		const struct record_type *type = shared_types[t];
		void *a = record_create(type);

		assert_true(type->field_count <= 64);
		for (size_t i = 0; i < type->field_count; i++)
			fill(&type->fields[i], a, 1);
		for (size_t i = 0; i < type->field_count; i++) {
			const struct field *field = &type->fields[i];
			uint64_t bit = UINT64_C(1) << i;
			void *b = record_clone(type, a);
			void *c = record_create(type);

			assert_true(record_equal(type, a, b, 0));
			fill(field, b, 2);
			assert_false(record_equal(type, a, b, 0));
			assert_true(record_equal(type, a, b, bit));
			/* A patch with one field changes that one, and null clears it. */
			record_merge(type, b, a, bit, false);
			assert_true(record_equal(type, a, b, 0));
			record_merge(type, b, c, bit, true);
			if (!(field->flags & FIELD_ZERO) && field->type != FIELD_CHOICE)
				assert_false(field_is_set(field, b));
			assert_true(record_equal(type, b, c, ~bit));
			record_unref(type, b);
			record_unref(type, c);
		}
		assert_ptr_equal(record_ref(a), a);
		record_unref(type, a);
		record_unref(type, a);
	}
	record_unref(&version_type, NULL);
}

static void test_tables_are_sound(void **state)
{
	static const struct record_type *const types[] = {&service_type, &version_type,
		&session_type, &tombstone_type, &event_type, &request_type};

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(types); t++) {
		for (size_t i = 0; i < types[t]->field_count; i++) {
			const struct field *field = &types[t]->fields[i];

			print_message("%s.%s\n", types[t]->noun, field->name);
			assert_non_null(field->help);
			assert_ptr_equal(record_field(types[t], str_of(field->name)), field);
			assert_int_equal(record_bit(types[t], field->name), UINT64_C(1) << i);
			assert_int_equal(field->type == FIELD_CHOICE, field->choices != NULL);
			if (field->flags & FIELD_WRITABLE && field->type == FIELD_TEXT)
				assert_true(field->max > 0);
		}
		assert_null(record_field(types[t], STR_LIT("endpoint?")));
	}
	assert_int_equal(record_mask(&version_type, FIELD_IDENTITY),
		record_bit(&version_type, "service") | record_bit(&version_type, "version"));
}

static void test_dict(void **state)
{
	struct session *session = record_create(&session_type);
	struct session *patch = record_create(&session_type);

	(void)state;
	dict_set(&session->pins, STR_LIT("search"), "pr-1");
	dict_set(&session->pins, STR_LIT("cart"), "pr-2");
	dict_set(&session->pins, STR_LIT("search"), "pr-3");
	assert_int_equal(session->pins.count, 2);
	assert_string_equal(session->pins.entries[0].key, "cart");
	assert_string_equal(session_pin(session, STR_LIT("search")), "pr-3");
	assert_null(session_pin(session, STR_LIT("sear")));

	/* RFC 7396: null removes, others stay. */
	dict_set(&patch->pins, STR_LIT("cart"), NULL);
	dict_set(&patch->pins, STR_LIT("booking"), "pr-4");
	record_merge(&session_type, session, patch, record_bit(&session_type, "pins"), true);
	assert_int_equal(session->pins.count, 2);
	assert_null(session_pin(session, STR_LIT("cart")));
	assert_string_equal(session_pin(session, STR_LIT("booking")), "pr-4");
	assert_string_equal(session_pin(session, STR_LIT("search")), "pr-3");
	assert_true(dict_remove(&session->pins, STR_LIT("search")));
	assert_false(dict_remove(&session->pins, STR_LIT("search")));
	record_unref(&session_type, session);
	record_unref(&session_type, patch);
}

static const struct {
	const struct record_type *type;
	const char *field;
	const char *value;
	bool good;
} check_cases[] = {
	{&service_type, "health.path", "/healthz", true},
	{&service_type, "health.path", "/h?full=1&x=%20", true},
	{&service_type, "health.path", "healthz", false},
	{&service_type, "health.path", "", false},
	{&service_type, "health.path", "/a b", false},
	{&service_type, "health.path", "/a\r\nX: y", false},
	{&service_type, "health.path", "/$(x)", false},
	{&service_type, "health.path", "/\"x", false},
	{&service_type, "health.path", "/'x", false},
	{&service_type, "health.path", "/#x", false},
	{&version_type, "pr.url", "https://forge.example/pull/482", true},
	{&version_type, "pr.url", "javascript:alert(1)", false},
	{&version_type, "pr.url", "https://forge.example/a b", false},
	{&version_type, "pr.url", "https://forge.example/\x1b]8;;", false},
	{&version_type, "pr.branch", "feat/cart-482", true},
	{&version_type, "pr.branch", "feat\ncart", false},
};

static void test_checks_of_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(check_cases); i++) {
		const struct field *field =
			record_field(check_cases[i].type, str_of(check_cases[i].field));
		struct errbuf eb = {0};
		enum err err = field->check(str_of(check_cases[i].value), field->name, &eb);

		print_message("%s %s\n", check_cases[i].field, check_cases[i].value);
		assert_int_equal(err == ERR_NONE, check_cases[i].good);
		if (err != ERR_NONE)
			assert_string_equal(eb.field, check_cases[i].field);
	}
}

static void test_checks_of_entries(void **state)
{
	const struct field *labels = record_field(&version_type, STR_LIT("labels"));
	const struct field *pins = record_field(&session_type, STR_LIT("pins"));
	char long_value[LIMIT_LABEL_VALUE + 1];

	(void)state;
	memset(long_value, 'x', sizeof(long_value));
	assert_int_equal(
		labels->check_entry(STR_LIT("team"), STR_LIT("cart"), "labels", NULL), ERR_NONE);
	assert_int_equal(
		labels->check_entry(STR_LIT("te am"), STR_LIT("x"), "labels", NULL), ERR_BAD_VALUE);
	assert_int_equal(
		labels->check_entry(STR_LIT(""), STR_LIT("x"), "labels", NULL), ERR_BAD_VALUE);
	assert_int_equal(labels->check_entry(STR_LIT("k"),
				 (struct str){long_value, sizeof(long_value)}, "labels", NULL),
		ERR_BAD_VALUE);
	assert_int_equal(
		pins->check_entry(STR_LIT("cart"), STR_LIT("pr-1"), "pins", NULL), ERR_NONE);
	assert_int_equal(
		pins->check_entry(STR_LIT("cart"), (struct str){0}, "pins", NULL), ERR_NONE);
	assert_int_equal(
		pins->check_entry(STR_LIT("Cart"), STR_LIT("pr-1"), "pins", NULL), ERR_BAD_NAME);
	assert_int_equal(
		pins->check_entry(STR_LIT("cart"), STR_LIT(""), "pins", NULL), ERR_BAD_NAME);
}

static void test_request_copy(void **state)
{
	char line[] = "cart pr-482 /items";
	struct request request = {
		.seq = 7,
		.service = {line, 4},
		.version = {line + 5, 6},
		.path = {line + 12, 6},
		.error = {"", 0},
		.carrier = CARRIER_COUNT,
	};
	struct request *copy = request_copy(&request);

	(void)state;
	assert_int_equal(request_size(&request), sizeof(request) + 16);
	memset(line, '#', sizeof(line));
	assert_true(str_eq_c(copy->service, "cart"));
	assert_true(str_eq_c(copy->version, "pr-482"));
	assert_true(str_eq_c(copy->path, "/items"));
	assert_null(copy->host.p);
	assert_int_equal(copy->seq, 7);
	assert_int_equal(copy->carrier, CARRIER_COUNT);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clone_compare_merge_every_field),
		cmocka_unit_test(test_tables_are_sound),
		cmocka_unit_test(test_dict),
		cmocka_unit_test(test_checks_of_fields),
		cmocka_unit_test(test_checks_of_entries),
		cmocka_unit_test(test_request_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
