/*
 * Records to JSON and back: every record type with generated values, what is refused and how it is said,
 * and the semantics of PUT and PATCH.
 */
#include "core/wire/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/model/environment.h"
#include "core/wire/tombstone.h"

static unsigned below(unsigned limit)
{
	return limit > 0 ? (unsigned)(random_u64() % limit) : 0;
}

/* ---- generated records --------------------------------------------------------------------------- */

static void random_text(char dst[64])
{
	static const char *const pieces[] = {"x", "Y", "7", " ", "\"", "\\", "/", "\xc3\xa4",
		"\xf0\x9f\x98\x80", "\xe2\x80\xae", "'", "<"};
	dst[0] = '\0';
	size_t len = 0;
	for (unsigned i = 1 + below(8); i > 0; i--)
		len += (size_t)snprintf(
			dst + len, 64 - len, "%s", pieces[below(ARRAY_LEN(pieces))]);
}

/* A text that this field's check lets pass. */
static void text_for(const char *field, char dst[64])
{
	static const struct {
		const char *field, *format;
	} forms[] = {{"name", "cart%u"}, {"service", "s%u"}, {"version", "pr-%u"},
		{"stable", "2026.%u"}, {"key", "dev-%u"}, {"hosts", "h%u.example"},
		{"endpoints", "127.0.0.1:%u"}, {"health.path", "/healthz?n=%u"},
		{"pr.url", "https://forge.example/%u"}, {"before", "{\"n\":%u}"},
		{"after", "[%u]"}};
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (strcmp(forms[i].field, field) == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(dst, 64, forms[i].format, 1 + below(9999));
#pragma GCC diagnostic pop
			return;
		}
	}
	random_text(dst);
}

static void fill_dict(const struct field *field, struct dict *dict)
{
	for (unsigned i = below(6); i > 0; i--) {
		char key[64], value[64];
		bool pins = strcmp(field->name, "pins") == 0;
		text_for(pins ? "service" : "hosts", key);
		text_for(pins ? "version" : "title", value);
		dict_set(dict, str_of(key), value);
	}
}

static void fill_field(const struct field *field, void *slot)
{
	char text[64];
	unsigned choices = 0;
	switch (field->type) {
	case FIELD_TEXT:
		text_for(field->name, text);
		text_set(slot, text);
		break;
	case FIELD_INT:
		*(int64_t *)slot =
			1 + (int64_t)(random_u64() % (field->max > 0 ? field->max : 1u << 30));
		break;
	case FIELD_NUMBER:
		*(double *)slot = below(100000) / 8.0;
		break;
	case FIELD_BOOL:
		*(bool *)slot = true;
		break;
	case FIELD_TIME:
		*(int64_t *)slot = 1 + (int64_t)(random_u64() % 4000000000000);
		break;
	case FIELD_DURATION:
		*(int64_t *)slot = 1 + below(field->max > 0 ? (unsigned)field->max : 3600000);
		break;
	case FIELD_CHOICE:
		while (field->choices[choices] != NULL)
			choices++;
		assert_true(choices > 0);
		*(int *)slot = (int)below(choices);
		break;
	case FIELD_LIST:
		for (unsigned i = below(5); i > 0; i--) {
			text_for(field->name, text);
			if (!strlist_has(slot, str_of(text)))
				strlist_add(slot, str_of(text));
		}
		break;
	case FIELD_DICT:
		fill_dict(field, slot);
		break;
	case FIELD_VIEW:
		break;
	}
}

static void fill(const struct record_type *type, void *record)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (below(2) == 0)
			fill_field(&type->fields[i], (char *)record + type->fields[i].offset);
}

static void write_out(const struct record_type *type, const void *record, struct strbuf *out)
{
	struct json_writer w;
	strbuf_reset(out);
	json_start(&w, out);
	wire_write_record(&w, NULL, type, record);
	assert_true(strbuf_ok(out));
}

static void come_back_as_they_were(void **state)
{
	(void)state;
	static const struct record_type *const types[] = {
		&service_type, &version_type, &session_type, &tombstone_type};
	struct strbuf out;
	struct errbuf eb;
	strbuf_init(&out, 1 << 20);
	for (int round = 0; round < 2000; round++) {
		const struct record_type *type = types[round % (int)ARRAY_LEN(types)];
		void *record = record_create(type), *back = record_create(type);
		fill(type, record);
		write_out(type, record, &out);
		cJSON *tree = json_parse(strbuf_str(&out), &eb);
		uint64_t present = 0;
		if (tree == NULL ||
			wire_read_record(type, tree, WIRE_TRUST, back, &present, &eb) != ERR_NONE)
			fail_msg("%s: %s", eb.text, out.data);
		for (size_t i = 0; i < type->field_count; i++)
			if (field_is_set(&type->fields[i], record))
				assert_true(present >> i & 1);
		if (!record_equal(type, record, back, 0))
			fail_msg("not the same: %s", out.data);
		cJSON_Delete(tree);
		record_unref(type, record);
		record_unref(type, back);
	}
	strbuf_finish(&out);
}

static void groups_are_objects(void **state)
{
	(void)state;
	struct version *version = record_create(&version_type);
	struct strbuf out;
	strbuf_init(&out, 10000);
	text_set(&version->service, "cart");
	version->pr_number = 482;
	text_set(&version->pr_author, "dev1");
	text_set(&version->commit, "a1b2");
	write_out(&version_type, version, &out);
	assert_non_null(strstr(
		out.data, ",\"pr\":{\"number\":482,\"author\":\"dev1\"},\"commit\":\"a1b2\""));
	assert_non_null(strstr(out.data, "\"ttl\":null,\"expires_at\":null"));
	record_unref(&version_type, version);
	strbuf_finish(&out);
}

/* ---- what is refused ----------------------------------------------------------------------------- */

struct refusal {
	const struct record_type *type;
	enum wire_mode mode;
	const char *json;
	enum err err;
	const char *field, *expected; /* expected: a part of it */
};

static const struct refusal refusals[] = {
	{&version_type, WIRE_PUT, "[]", ERR_WRONG_TYPE, "", ""},
	{&version_type, WIRE_PUT, "{\"endpoint\":[\"a:1\"]}", ERR_UNKNOWN_FIELD, "endpoint",
		"endpoints"},
	{&version_type, WIRE_PUT, "{\"pr\":{\"numbr\":1}}", ERR_UNKNOWN_FIELD, "pr.numbr",
		"pr.number"},
	{&version_type, WIRE_PUT, "{\"pr.number\":1}", ERR_UNKNOWN_FIELD, "pr.number", "pr.number"},
	{&version_type, WIRE_PUT, "{\"zzzzzzzzzzzz\":1}", ERR_UNKNOWN_FIELD, "zzzzzzzzzzzz",
		"endpoints, "},
	{&version_type, WIRE_PUT, "{\"a\\u001bb\":1}", ERR_UNKNOWN_FIELD, "a\\x1bb", ""},
	{&version_type, WIRE_PUT, "{\"pr\":482}", ERR_WRONG_TYPE, "pr", "an object"},
	{&version_type, WIRE_PUT, "{}", ERR_MISSING_FIELD, "endpoints", ""},
	{&version_type, WIRE_PUT, "{\"endpoints\":null}", ERR_MISSING_FIELD, "endpoints", ""},
	{&version_type, WIRE_PUT, "{\"endpoints\":[]}", ERR_MISSING_FIELD, "endpoints", ""},
	{&version_type, WIRE_PUT, "{\"endpoints\":\"a:1\"}", ERR_WRONG_TYPE, "endpoints", "a list"},
	{&version_type, WIRE_PUT, "{\"endpoints\":[\"a:1\",7]}", ERR_WRONG_TYPE, "endpoints[1]",
		"a text"},
	{&service_type, WIRE_PUT, "{\"hosts\":[\"a.example\",\"a.example\"]}", ERR_BAD_VALUE,
		"hosts[1]", "once"},
	{&version_type, WIRE_PUT, "{\"endpoints\":[\"a:1\",\"b\"]}", ERR_BAD_VALUE, "endpoints[1]",
		""},
	{&version_type, WIRE_PUT,
		"{\"endpoints\":[\"a:1\",\"a:2\",\"a:3\",\"a:4\",\"a:5\",\"a:6\",\"a:7\",\"a:8\","
		"\"a:9\"]}",
		ERR_BAD_VALUE, "endpoints", "at most 8"},
	{&version_type, WIRE_PATCH, "{\"revision\":7}", ERR_READ_ONLY_FIELD, "revision", ""},
	{&version_type, WIRE_PATCH, "{\"state\":\"ready\"}", ERR_READ_ONLY_FIELD, "state", ""},
	{&version_type, WIRE_PATCH, "{\"kind\":\"beta\"}", ERR_BAD_VALUE, "kind",
		"stable or ephemeral"},
	{&version_type, WIRE_PATCH, "{\"kind\":1}", ERR_WRONG_TYPE, "kind", "stable or ephemeral"},
	{&version_type, WIRE_PATCH, "{\"build\":-1}", ERR_BAD_VALUE, "build", "whole number"},
	{&version_type, WIRE_PATCH, "{\"build\":1.5}", ERR_BAD_VALUE, "build", "whole number"},
	{&version_type, WIRE_PATCH, "{\"build\":1e300}", ERR_BAD_VALUE, "build", "whole number"},
	{&version_type, WIRE_PATCH, "{\"build\":\"7\"}", ERR_WRONG_TYPE, "build", "whole number"},
	{&version_type, WIRE_PATCH, "{\"build\":1,\"build\":2}", ERR_BAD_JSON, "build", "once"},
	{&version_type, WIRE_PATCH, "{\"commit\":true}", ERR_WRONG_TYPE, "commit", "a text"},
	{&version_type, WIRE_PATCH, "{\"ttl\":\"10 minutes\"}", ERR_BAD_VALUE, "ttl", "90s"},
	{&version_type, WIRE_PATCH, "{\"ttl\":\"0s\"}", ERR_BAD_VALUE, "ttl", "90s"},
	{&version_type, WIRE_PATCH, "{\"ttl\":90}", ERR_WRONG_TYPE, "ttl", "90s"},
	{&version_type, WIRE_PATCH, "{\"expires_at\":\"tomorrow\"}", ERR_BAD_VALUE, "expires_at",
		"a time"},
	{&version_type, WIRE_PATCH, "{\"ttl\":\"1h\",\"expires_at\":\"2030-01-01T00:00:00Z\"}",
		ERR_CONFLICTING_FIELDS, "ttl", "not both"},
	{&version_type, WIRE_PATCH, "{\"labels\":[]}", ERR_WRONG_TYPE, "labels", "an object"},
	{&version_type, WIRE_PATCH, "{\"labels\":{\"a\":1}}", ERR_WRONG_TYPE, "labels", "texts"},
	{&version_type, WIRE_PATCH, "{\"labels\":{\"a\":\"1\",\"a\":\"2\"}}", ERR_BAD_VALUE,
		"labels", "once"},
	{&version_type, WIRE_PUT, "{\"endpoints\":[\"a:1\"],\"labels\":{\"a\":null}}",
		ERR_WRONG_TYPE, "labels", ""},
	{&service_type, WIRE_PUT, "{\"health\":{\"interval\":\"3d\"}}", ERR_BAD_VALUE,
		"health.interval", "at most 1h"},
	{&service_type, WIRE_PUT, "{\"health\":{\"path\":\"no\"}}", ERR_BAD_VALUE, "health.path",
		"/"},
	{&service_type, WIRE_PUT, "{\"stable\":\"1\"}", ERR_READ_ONLY_FIELD, "stable", ""},
	{&service_type, WIRE_TRUST, "{\"name\":\"NO\"}", ERR_BAD_NAME, "name", ""},
	{&session_type, WIRE_PUT, "{\"pins\":{\"Cart\":\"1\"}}", ERR_BAD_NAME, "pins", ""},
	{&session_type, WIRE_PUT, "{\"pins\":{\"cart\":\"\"}}", ERR_BAD_NAME, "pins", ""},
};

static void says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *c = &refusals[i];
		void *record = record_create(c->type);
		struct errbuf eb = {.err = ERR_NONE};
		uint64_t present = 7;
		cJSON *tree = json_parse(str_of(c->json), NULL);
		assert_non_null(tree);
		enum err err = wire_read_record(c->type, tree, c->mode, record, &present, &eb);
		if (err != c->err || eb.err != err || strcmp(eb.field, c->field) != 0 ||
			strstr(eb.expected, c->expected) == NULL || eb.text[0] == '\0')
			fail_msg("%s: %s; %s; %s; %s", c->json, err_code(err), eb.text, eb.field,
				eb.expected);
		assert_int_equal(present, 7);
		assert_int_equal(
			wire_read_record(c->type, tree, c->mode, record, NULL, NULL), c->err);
		cJSON_Delete(tree);
		free(record);
	}
}

static void bounds_hold(void **state)
{
	(void)state;
	char json[4000], text[3000];
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	static const struct {
		const struct record_type *type;
		const char *name;
		int max;
	} cases[] = {{&service_type, "description", LIMIT_DESCRIPTION},
		{&session_type, "name", LIMIT_WORD}, {&version_type, "commit", LIMIT_WORD}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int over = 0; over < 2; over++) {
			struct errbuf eb;
			void *record = record_create(cases[i].type);
			snprintf(json, sizeof(json), "{\"%s\":\"%.*s\"}", cases[i].name,
				cases[i].max + over, text);
			cJSON *tree = json_parse(str_of(json), NULL);
			assert_int_equal(wire_read_record(cases[i].type, tree, WIRE_PATCH, record,
						 NULL, &eb),
				over ? ERR_BAD_VALUE : ERR_NONE);
			record_finish(cases[i].type, record);
			free(record);
			cJSON_Delete(tree);
		}
	}
}

/* ---- PUT, PATCH, TRUST --------------------------------------------------------------------------- */

static uint64_t read_ok(
	const struct record_type *type, const char *json, enum wire_mode mode, void *record)
{
	struct errbuf eb;
	uint64_t present = 0;
	cJSON *tree = json_parse(str_of(json), &eb);
	if (tree == NULL || wire_read_record(type, tree, mode, record, &present, &eb) != ERR_NONE)
		fail_msg("%s: %s", json, eb.text);
	cJSON_Delete(tree);
	return present;
}

static void patches(void **state)
{
	(void)state;
	struct version *patch = record_create(&version_type);
	uint64_t present = read_ok(&version_type,
		"{\"pr\":{\"title\":\"new\"},\"commit\":null,\"ttl\":null,\"labels\":{\"a\":null,"
		"\"b\":\"2\"}}",
		WIRE_PATCH, patch);
	assert_true(
		present ==
		(record_bit(&version_type, "pr.title") | record_bit(&version_type, "commit") |
			record_bit(&version_type, "ttl") | record_bit(&version_type, "labels")));
	assert_int_equal(patch->labels.count, 2);
	assert_null(dict_get(&patch->labels, STR_LIT("a")));
	assert_string_equal(dict_get(&patch->labels, STR_LIT("b")), "2");

	struct version *version = record_create(&version_type);
	text_set(&version->commit, "old");
	text_set(&version->pr_author, "dev1");
	version->ttl_ms = 5;
	dict_set(&version->labels, STR_LIT("a"), "1");
	dict_set(&version->labels, STR_LIT("c"), "3");
	record_merge(&version_type, version, patch, present, true);
	assert_null(version->commit);
	assert_int_equal(version->ttl_ms, 0);
	assert_string_equal(version->pr_title, "new");
	assert_string_equal(version->pr_author, "dev1");
	assert_int_equal(version->labels.count, 2);
	assert_null(dict_get(&version->labels, STR_LIT("a")));
	record_unref(&version_type, patch);

	/* An empty object changes nothing, null clears. */
	patch = record_create(&version_type);
	assert_true(read_ok(&version_type, "{\"labels\":{},\"pr\":{}}", WIRE_PATCH, patch) == 0);
	present = read_ok(&version_type, "{\"labels\":null,\"pr\":null}", WIRE_PATCH, patch);
	record_merge(&version_type, version, patch, present, true);
	assert_int_equal(version->labels.count, 0);
	assert_null(version->pr_title);
	assert_null(version->pr_author);
	record_unref(&version_type, patch);
	record_unref(&version_type, version);
}

static void replaces(void **state)
{
	(void)state;
	struct version *version = record_create(&version_type);
	uint64_t present = read_ok(&version_type,
		"{\"service\":\"cart\",\"version\":\"pr-1\",\"endpoints\":[\"127.0.0.1:1\"],"
		"\"commit\":\"\","
		"\"ttl\":null,\"labels\":{},\"pr\":null}",
		WIRE_PUT, version);
	assert_null(version->commit);
	assert_true((present & record_bit(&version_type, "ttl")) != 0);
	assert_true((present & record_bit(&version_type, "pr.number")) != 0);
	assert_true((present & record_bit(&version_type, "kind")) == 0);
	record_unref(&version_type, version);
}

static void trusts_its_own(void **state)
{
	(void)state;
	struct service *service = record_create(&service_type);
	read_ok(&service_type,
		"{\"name\":\"cart\",\"newer\":{\"a\":[1]},\"health\":{\"newer\":1},\"stable\":null,"
		"\"revision\":9}",
		WIRE_TRUST, service);
	assert_string_equal(service->name, "cart");
	assert_null(service->stable);
	assert_int_equal(service->revision, 9);
	record_unref(&service_type, service);
}

/* ---- the forms that are no plain records --------------------------------------------------------- */

static void requests_come_back(void **state)
{
	(void)state;
	struct request request = {.seq = 90210,
		.time = 1795372927113,
		.id = STR_LIT("i"),
		.service = STR_LIT("cart"),
		.version = STR_LIT("pr-482"),
		.kind = KIND_EPHEMERAL,
		.session = STR_LIT("dev-4f2k"),
		.carrier = CARRIER_HEADER,
		.carriers = 1u << CARRIER_HEADER | 1u << CARRIER_COOKIE,
		.reason = REASON_PINNED,
		.intended = REASON_COUNT,
		.method = STR_LIT("GET"),
		.path = STR_LIT("/a\x1b\"b"),
		.status = 200,
		.total_ms = 12.125,
		.bytes_out = 1882,
		.revision = 1041};
	struct request back;
	struct strbuf first, second;
	struct json_writer w;
	strbuf_init(&first, 10000);
	strbuf_init(&second, 10000);
	json_start(&w, &first);
	wire_write_request(&w, NULL, &request);
	cJSON *tree = json_parse(strbuf_str(&first), NULL);
	assert_int_equal(wire_read_request(tree, &back, NULL), ERR_NONE);
	assert_int_equal(back.carriers, request.carriers);
	assert_int_equal(back.intended, REASON_COUNT);
	assert_true(str_eq(back.path, request.path));
	assert_null(back.caller.p);
	json_start(&w, &second);
	wire_write_request(&w, NULL, &back);
	assert_string_equal(first.data, second.data);
	assert_non_null(strstr(first.data, "\"carriers\":[\"header\",\"cookie\"]"));
	assert_non_null(strstr(first.data, "\"intended\":null"));
	assert_non_null(strstr(first.data, "\"conflict\":false"));
	cJSON_Delete(tree);
	tree = json_parse(STR_LIT("{\"carriers\":[\"pigeon\"]}"), NULL);
	assert_int_equal(wire_read_request(tree, &back, NULL), ERR_BAD_VALUE);
	cJSON_Delete(tree);
	tree = json_parse(STR_LIT("{\"seq\":1}"), NULL);
	assert_int_equal(wire_read_request(tree, &back, NULL), ERR_NONE);
	assert_int_equal(back.kind, KIND_COUNT);
	assert_int_equal(back.carrier, CARRIER_COUNT);
	cJSON_Delete(tree);
	strbuf_finish(&first);
	strbuf_finish(&second);
}

static void events_come_back(void **state)
{
	(void)state;
	char before[] = "{\"ttl\":\"8h\"}", actor[] = "dev1", object[] = "cart@pr-1";
	struct event event = {.seq = 3,
		.time = 1,
		.actor = actor,
		.action = EVENT_VERSION_CHANGED,
		.object = object,
		.before = before,
		.revision = 12};
	struct event back;
	struct strbuf out;
	struct json_writer w;
	strbuf_init(&out, 10000);
	json_start(&w, &out);
	wire_write_event(&w, NULL, &event);
	assert_non_null(strstr(out.data, "\"before\":{\"ttl\":\"8h\"},\"after\":null"));
	assert_non_null(strstr(out.data, "\"action\":\"version-changed\""));
	cJSON *tree = json_parse(strbuf_str(&out), NULL);
	assert_int_equal(wire_read_event(tree, &back, NULL), ERR_NONE);
	assert_true(record_equal(&event_type, &event, &back, 0));
	cJSON_Delete(tree);
	record_finish(&event_type, &back);
	strbuf_finish(&out);
}

static void tombstones_say_what_they_were(void **state)
{
	(void)state;
	struct tombstone *tombstone = record_create(&tombstone_type);
	struct strbuf out;
	struct json_writer w;
	strbuf_init(&out, 10000);
	text_set(&tombstone->id, "cart@pr-1");
	tombstone->policy = POLICY_STRICT;
	json_start(&w, &out);
	wire_write_tombstone(&w, NULL, tombstone);
	assert_string_equal(
		out.data, "{\"kind\":\"version\",\"id\":\"cart@pr-1\",\"why\":\"retired\"}");
	tombstone->kind = GONE_SESSION;
	strbuf_reset(&out);
	json_start(&w, &out);
	wire_write_tombstone(&w, NULL, tombstone);
	assert_non_null(strstr(out.data, "\"policy\":\"strict\""));
	record_unref(&tombstone_type, tombstone);
	strbuf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(come_back_as_they_were),
		cmocka_unit_test(groups_are_objects),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(patches),
		cmocka_unit_test(replaces),
		cmocka_unit_test(trusts_its_own),
		cmocka_unit_test(requests_come_back),
		cmocka_unit_test(events_come_back),
		cmocka_unit_test(tombstones_say_what_they_were),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
