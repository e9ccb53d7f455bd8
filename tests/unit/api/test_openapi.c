/*
 * The served description against the program, in both directions: the route table, the how_to forms, real answers.
 * A row added on one side only fails here. Records are described from their tables.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/openapi.h"
#include "core/api/route.h"
#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/model/environment.h"
#include "core/model/event.h"
#include "core/model/access_forms.h"
#include "core/model/pull.h"
#include "core/model/request.h"
#include "tests/support/api_fixture.h"

static cJSON *document;

static int load(void **state)
{
	(void)state;
	/* A document of ours, so its depth is not bounded by what is taken from others. */
	char *text = openapi_document();

	document = cJSON_Parse(text);
	free(text);
	return document != NULL ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	cJSON_Delete(document);
	return 0;
}

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const cJSON *at(const char *a, const char *b, const char *c)
{
	return member(member(member(document, a), b), c);
}

static bool list_has(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
			return true;
	}
	return false;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void lower(const char *method, char dst[16])
{
	size_t i = 0;

	for (; method[i] != '\0' && i < 15; i++)
		dst[i] = (char)tolower((unsigned char)method[i]);
	dst[i] = '\0';
}

static const cJSON *operation(const struct route *route)
{
	char method[16];

	lower(route_method_names[route->method], method);
	return member(member(member(document, "paths"), route->path), method);
}

static bool takes_param(const struct route *route, const char *name)
{
	for (size_t i = 0; i < ROUTE_PARAMS; i++) {
		if (route->params[i] != NULL && strcmp(route->params[i], name) == 0)
			return true;
	}
	return false;
}

static void check_params(const struct route *route, const cJSON *op)
{
	const cJSON *param;
	size_t described = 0;
	size_t taken = 0;

	cJSON_ArrayForEach(param, member(op, "parameters"))
	{
		const cJSON *in = member(param, "in");

		if (in == NULL || strcmp(in->valuestring, "query") != 0)
			continue;
		described++;
		if (!takes_param(route, member(param, "name")->valuestring))
			fail_msg("%s describes ?%s, which it does not take", route->path,
				member(param, "name")->valuestring);
	}
	for (size_t i = 0; i < ROUTE_PARAMS; i++)
		taken += route->params[i] != NULL;
	if (described != taken)
		fail_msg(
			"%s takes %zu parameters and describes %zu", route->path, taken, described);
}

static void test_routes_are_described(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &routes[i];
		const cJSON *op = operation(route);

		if (op == NULL)
			fail_msg("%s %s is not described", route_method_names[route->method],
				route->path);
		check_params(route, op);
		assert_true(
			(member(op, "requestBody") != NULL) == ((route->flags & ROUTE_BODY) != 0));
		assert_non_null(member(op, "operationId"));
		assert_non_null(member(op, "summary"));
		assert_non_null(member(op, "responses"));
	}
}

static void test_described_are_routes(void **state)
{
	const cJSON *path;
	size_t count = 0;

	(void)state;
	cJSON_ArrayForEach(path, member(document, "paths"))
	{
		const cJSON *op;

		cJSON_ArrayForEach(op, path)
		{
			bool found = false;

			if (strcmp(op->string, "parameters") == 0)
				continue;
			count++;
			for (size_t i = 0; i < route_count && !found; i++)
				found = operation(&routes[i]) == op;
			if (!found)
				fail_msg("%s %s is described and not there", op->string,
					path->string);
		}
	}
	assert_int_equal(count, route_count);
}

/* Each {part} of a path is described by a parameter of that name. */
static void test_path_parameters(void **state)
{
	const cJSON *path;

	(void)state;
	cJSON_ArrayForEach(path, member(document, "paths"))
	{
		const cJSON *params = member(path, "parameters");
		int count = 0;

		for (const char *p = path->string; (p = strchr(p, '{')) != NULL; p++) {
			char ref[64];
			const cJSON *param;

			(void)snprintf(ref, sizeof(ref), "#/components/parameters/%.*s",
				(int)(strchr(p, '}') - p - 1), p + 1);
			param = cJSON_GetArrayItem(params, count++);
			assert_non_null(param);
			assert_string_equal(member(param, "$ref")->valuestring, ref);
		}
		assert_int_equal(cJSON_GetArraySize(params), count);
	}
}

/* ---- records --------------------------------------------------------------------------------------- */

static const struct {
	const char *schema;
	const struct record_type *type;
	const char *beside[2]; /* properties that are not in the table */
} records[] = {
	{"Service", &service_type, {NULL}},
	{"Version", &version_type, {NULL}},
	{"Session", &session_type, {NULL}},
	{"Request", &request_type, {"carriers"}},
	{"Pull", &pull_type, {"versions", "sessions"}},
	{"Event", &event_type, {NULL}},
	{"Tombstone", &tombstone_type, {NULL}},
};

static const cJSON *property(const cJSON *schema, const char *name)
{
	char part[64];
	const char *dot = strchr(name, '.');

	if (dot == NULL)
		return member(member(schema, "properties"), name);
	(void)snprintf(part, sizeof(part), "%.*s", (int)(dot - name), name);
	return property(property(schema, part), dot + 1);
}

static bool has_type(const cJSON *prop, const char *type)
{
	const cJSON *t = member(prop, "type");

	return cJSON_IsString(t) ? strcmp(t->valuestring, type) == 0 : list_has(t, type);
}

static void check_choices(const struct field *field, const cJSON *prop)
{
	const cJSON *values = member(prop, "enum");
	int count = 0;

	for (; field->choices[count] != NULL; count++) {
		if (!list_has(values, field->choices[count]))
			fail_msg("%s: %s is not described", field->name, field->choices[count]);
	}
	assert_int_equal(cJSON_GetArraySize(values) - (field->flags & FIELD_ALWAYS ? 1 : 0), count);
}

/* before and after of an event are texts in the table and objects on the wire: the file describes them by hand. */
static bool is_by_hand(const struct record_type *type, const struct field *field)
{
	return type == &event_type &&
	       (strcmp(field->name, "before") == 0 || strcmp(field->name, "after") == 0);
}

static void check_field(
	const struct record_type *type, const struct field *field, const cJSON *prop)
{
	static const char *const words[] = {
		[FIELD_TEXT] = "string",
		[FIELD_VIEW] = "string",
		[FIELD_INT] = "integer",
		[FIELD_NUMBER] = "number",
		[FIELD_BOOL] = "boolean",
		[FIELD_TIME] = "string",
		[FIELD_DURATION] = "string",
		[FIELD_CHOICE] = "string",
		[FIELD_LIST] = "array",
		[FIELD_DICT] = "object",
	};
	bool read_only = !(field->flags & (FIELD_WRITABLE | FIELD_IDENTITY));
	bool nullable = (field->flags & FIELD_ALWAYS) && field->type != FIELD_LIST &&
			field->type != FIELD_DICT;

	if (prop == NULL)
		fail_msg("%s.%s is not described", type->noun, field->name);
	if (!has_type(prop, is_by_hand(type, field) ? "object" : words[field->type]))
		fail_msg("%s.%s is described as of another type", type->noun, field->name);
	if (has_type(prop, "null") != nullable)
		fail_msg("%s.%s: can it be null?", type->noun, field->name);
	if (cJSON_IsTrue(member(prop, "readOnly")) != read_only)
		fail_msg("%s.%s: who sets it?", type->noun, field->name);
	if (field->type == FIELD_CHOICE)
		check_choices(field, prop);
	if (field->type == FIELD_TIME)
		assert_string_equal(member(prop, "format")->valuestring, "date-time");
	assert_string_equal(member(prop, "description")->valuestring, field->help);
}

static size_t count_leaves(const cJSON *schema)
{
	const cJSON *prop;
	size_t count = 0;

	cJSON_ArrayForEach(prop, member(schema, "properties"))
	{
		count += member(prop, "properties") != NULL ? count_leaves(prop) : 1;
	}
	return count;
}

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		const struct record_type *type = records[i].type;
		const cJSON *schema = at("components", "schemas", records[i].schema);
		size_t beside = 0;

		for (size_t f = 0; f < type->field_count; f++)
			check_field(type, &type->fields[f], property(schema, type->fields[f].name));
		for (; beside < ARRAY_LEN(records[i].beside) && records[i].beside[beside]; beside++)
			assert_non_null(property(schema, records[i].beside[beside]));
		if (count_leaves(schema) != type->field_count + beside)
			fail_msg("%s describes fields that are not there", records[i].schema);
	}
}

/* A property that the file gives takes the place of what the table says, and would not follow it. */
static void test_no_field_is_given(void **state)
{
	cJSON *file = cJSON_ParseWithLength(data_openapi_json, data_openapi_json_size);
	const cJSON *schemas = member(member(file, "components"), "schemas");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		const struct record_type *type = records[i].type;
		const cJSON *schema = member(schemas, records[i].schema);

		for (size_t f = 0; f < type->field_count; f++) {
			const struct field *field = &type->fields[f];
			bool given = property(schema, field->name) != NULL ||
				     member(member(schema, "properties"), field->name) != NULL;

			if (given != is_by_hand(type, field))
				fail_msg("%s.%s is %s in openapi.json", type->noun, field->name,
					given ? "given" : "not given");
		}
	}
	cJSON_Delete(file);
}

/* One of each kind: what a program that reads the document relies on. */
static void test_properties(void **state)
{
	static const struct {
		const char *schema, *field, *json;
	} rows[] = {
		{"Service", "name", "{\"type\":\"string\",\"maxLength\":31,\"description\":\"@\"}"},
		{"Service", "hosts",
			"{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":16,"
			"\"description\":\"@\"}"},
		{"Service", "health.type",
			"{\"type\":[\"string\",\"null\"],\"enum\":[\"tcp\",\"http\",\"grpc\",null],"
			"\"description\":\"@\"}"},
		{"Service", "health.port",
			"{\"type\":\"integer\",\"minimum\":0,\"maximum\":65535,\"description\":"
			"\"@\"}"},
		{"Version", "ttl",
			"{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+(ms|s|m|h|d)$\","
			"\"description\":\"@\"}"},
		{"Version", "labels",
			"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},"
			"\"maxProperties\":32,\"description\":\"@\"}"},
		{"Session", "created_at",
			"{\"type\":\"string\",\"format\":\"date-time\",\"description\":\"@\","
			"\"readOnly\":true}"},
		{"Request", "conflict",
			"{\"type\":\"boolean\",\"description\":\"@\",\"readOnly\":true}"},
		{"Request", "total_ms",
			"{\"type\":\"number\",\"description\":\"@\",\"readOnly\":true}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *prop = cJSON_Duplicate(
			property(at("components", "schemas", rows[i].schema), rows[i].field), true);
		char *text;

		assert_true(member(prop, "description")->valuestring[0] != '\0');
		cJSON_ReplaceItemInObject(prop, "description", cJSON_CreateString("@"));
		text = cJSON_PrintUnformatted(prop);
		assert_string_equal(text, rows[i].json);
		free(text);
		cJSON_Delete(prop);
	}
	assert_string_equal(member(property(at("components", "schemas", "Event"), "before"), "type")
				    ->child->valuestring,
		"object");
	assert_int_equal(cJSON_GetArraySize(member(
				 property(at("components", "schemas", "Problem"), "code"), "enum")),
		ERR_COUNT - 1);
}

/* ---- the rest -------------------------------------------------------------------------------------- */

static void test_howto(void **state)
{
	const cJSON *schema = at("components", "schemas", "HowTo");

	(void)state;
	for (int i = 0; i < ACCESS_COUNT; i++)
		assert_non_null(property(schema, access_names[i]));
	assert_int_equal(count_leaves(schema), ACCESS_COUNT);
}

static void check_refs(const cJSON *node)
{
	const cJSON *child;

	if (node->string != NULL && strcmp(node->string, "$ref") == 0) {
		char kind[32];
		char name[64];

		assert_int_equal(
			sscanf(node->valuestring, "#/components/%31[^/]/%63s", kind, name), 2);
		if (at("components", kind, name) == NULL)
			fail_msg("%s leads nowhere", node->valuestring);
	}
	cJSON_ArrayForEach(child, node)
	{
		check_refs(child);
	}
}

static void test_references(void **state)
{
	(void)state;
	check_refs(document);
}

/* ---- real answers ---------------------------------------------------------------------------------- */

static const cJSON *resolve(const cJSON *schema)
{
	const cJSON *ref = member(schema, "$ref");
	char kind[32];
	char name[64];

	if (ref == NULL)
		return schema;
	assert_int_equal(sscanf(ref->valuestring, "#/components/%31[^/]/%63s", kind, name), 2);
	return at("components", kind, name);
}

static const cJSON *described(const cJSON *schema, const char *name)
{
	const cJSON *found;
	const cJSON *part;

	schema = resolve(schema);
	found = member(member(schema, "properties"), name);
	if (found == NULL && cJSON_IsObject(member(schema, "additionalProperties")))
		found = member(schema, "additionalProperties");
	cJSON_ArrayForEach(part, member(schema, "allOf"))
	{
		found = found != NULL ? found : described(part, name);
	}
	return found;
}

/* Every member of an answer is described, and every required one is there. */
static void check_answer(const cJSON *schema, const cJSON *value, const char *path)
{
	const cJSON *child;
	char where[256];

	schema = resolve(schema);
	cJSON_ArrayForEach(child, member(schema, "required"))
	{
		if (cJSON_IsObject(value) && member(value, child->valuestring) == NULL)
			fail_msg("%s has no %s", path, child->valuestring);
	}
	cJSON_ArrayForEach(child, value)
	{
		const cJSON *sub = cJSON_IsArray(value) ? member(schema, "items")
							: described(schema, child->string);

		(void)snprintf(where, sizeof(where), "%s.%s", path,
			child->string != NULL ? child->string : "[]");
		if (sub == NULL)
			fail_msg("%s is not described", where);
		/* before and after of an event are free. */
		if (strstr(where, ".before") == NULL && strstr(where, ".after") == NULL)
			check_answer(sub, child, where);
	}
}

static void ask_and_check(struct fixture *f, const char *method, const char *path, const char *body,
	const char *schema)
{
	cJSON *answer;

	(void)fixture_ask(f, method, path, body);
	answer = cJSON_Parse(f->http->body);
	assert_non_null(answer);
	check_answer(at("components", "schemas", schema), answer, path);
	cJSON_Delete(answer);
}

static void take_request(struct fixture *f)
{
	const struct request request = {.time = time_now_ms(),
		.id = STR_LIT("id"),
		.service = STR_LIT("cart"),
		.version = STR_LIT("pr-1"),
		.session = STR_LIT("dev"),
		.carriers = 1u << CARRIER_HEADER | 1u << CARRIER_COOKIE,
		.caller = STR_LIT("gateway@1.0"),
		.malformed = true,
		.conflict = true,
		.status = 200};

	(void)traffic_take(f->traffic, &request);
}

static void test_answers(void **state)
{
	static const struct {
		const char *method;
		const char *path;
		const char *body;
		const char *schema;
	} asks[] = {
		{"PUT", "/v1/services/cart",
			"{\"owner\":\"a\",\"hosts\":[\"shop.example\"],\"health\":{\"path\":\"/h\","
			"\"interval\":\"3s\"}}",
			"Service"},
		{"PUT", "/v1/services/cart/versions/1.0",
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:1\"]}", "VersionAnswer"},
		{"PUT", "/v1/services/cart/versions/pr-1",
			"{\"endpoints\":[\"127.0.0.1:2\"],\"commit\":\"a1\",\"build\":7,\"pr\":{"
			"\"number\":1,"
			"\"title\":\"t\",\"branch\":\"b\",\"author\":\"dev1\",\"url\":\"https://"
			"forge.example/1\"},"
			"\"labels\":{\"team\":\"x\"}}",
			"VersionAnswer"},
		{"POST", "/v1/sessions",
			"{\"key\":\"dev\",\"owner\":\"dev1\",\"pins\":{\"cart\":\"pr-1\"}}",
			"SessionAnswer"},
		{"GET", "/v1/environment", NULL, "Environment"},
		{"GET", "/v1/sessions", NULL, "Sessions"},
		{"POST", "/v1/sessions?dry-run=1", "{\"pr\":1,\"pins\":{\"cart\":\"1.0\"}}",
			"DryRun"},
		{"PATCH", "/v1/sessions/dev?dry-run=1", "{\"pr\":1,\"policy\":\"strict\"}",
			"DryRun"},
		{"PUT", "/v1/sessions/dev/pins/cart?dry-run=1", "{\"version\":\"1.0\"}", "DryRun"},
		{"DELETE", "/v1/sessions/dev/pins/cart?dry-run=1", NULL, "DryRun"},
		{"GET", "/v1/pulls", NULL, "Pulls"},
		{"GET", "/v1/pulls/1", NULL, "Pull"},
		{"GET", "/v1/pulls/2", NULL, "Problem"},
		{"GET", "/v1/requests", NULL, "Requests"},
		{"GET", "/v1/traffic", NULL, "Traffic"},
		{"GET", "/v1/traffic?by=edge", NULL, "Traffic"},
		{"GET", "/v1/traffic?by=edge&session=dev", NULL, "Traffic"},
		{"GET", "/v1/traffic?by=session", NULL, "Traffic"},
		{"GET", "/v1/events", NULL, "Events"},
		{"GET", "/v1/status", NULL, "Status"},
		{"GET", "/readyz", NULL, "Ready"},
		{"GET", "/v1/services/card", NULL, "Problem"},
		{"PUT", "/v1/services/cart", "{\"hots\":1}", "Problem"},
		{"DELETE", "/v1/sessions/none", NULL, "Problem"},
	};
	struct fixture f;

	(void)state;
	fixture_start(&f, NULL);
	take_request(&f);
	for (size_t i = 0; i < ARRAY_LEN(asks); i++)
		ask_and_check(&f, asks[i].method, asks[i].path, asks[i].body, asks[i].schema);
	assert_int_equal(fixture_ask(&f, "DELETE", "/v1/services/cart/versions/pr-1", NULL), 204);
	ask_and_check(&f, "GET", "/v1/services/cart/versions/pr-1", NULL, "Problem");
	fixture_stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes_are_described),
		cmocka_unit_test(test_described_are_routes),
		cmocka_unit_test(test_path_parameters),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_no_field_is_given),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_howto),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
