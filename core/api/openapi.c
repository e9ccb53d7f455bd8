/*
 * GET /v1/openapi.json. A schema of openapi.json that is a record gets a property for each row of its table, in
 * that order. What the file gives it stays: a group ("health") with its description, a property that is not what
 * its row says (the free objects of an event), and what is no field (the carriers of a request).
 */
#include "core/api/openapi.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/event.h"
#include "core/model/pull.h"
#include "core/model/request.h"

static const struct {
	const char *schema;
	const struct record_type *type;
} records[] = {
	{"Service", &service_type},
	{"Version", &version_type},
	{"Session", &session_type},
	{"Request", &request_type},
	{"Event", &event_type},
	{"Tombstone", &tombstone_type},
	{"Pull", &pull_type},
};

static cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static cJSON *describe_field(const struct field *field)
{
	static const struct {
		const char *type, *max;
	} words[] = {
		[FIELD_TEXT] = {"string", "maxLength"},
		[FIELD_VIEW] = {"string", "maxLength"},
		[FIELD_INT] = {"integer", "maximum"},
		[FIELD_NUMBER] = {"number", NULL},
		[FIELD_BOOL] = {"boolean", NULL},
		[FIELD_TIME] = {"string", NULL},
		[FIELD_DURATION] = {"string", NULL},
		[FIELD_CHOICE] = {"string", NULL},
		[FIELD_LIST] = {"array", "maxItems"},
		[FIELD_DICT] = {"object", "maxProperties"},
	};
	const char *const types[] = {words[field->type].type, "null"};
	bool nullable = (field->flags & FIELD_ALWAYS) && field->type != FIELD_LIST &&
			field->type != FIELD_DICT;
	cJSON *property = cJSON_CreateObject();
	cJSON *values;

	if (nullable)
		cJSON_AddItemToObject(property, "type", cJSON_CreateStringArray(types, 2));
	else
		cJSON_AddStringToObject(property, "type", types[0]);
	if (field->type == FIELD_LIST || field->type == FIELD_DICT)
		cJSON_AddStringToObject(
			cJSON_AddObjectToObject(property,
				field->type == FIELD_LIST ? "items" : "additionalProperties"),
			"type", "string");
	if (field->type == FIELD_TIME)
		cJSON_AddStringToObject(property, "format", "date-time");
	if (field->type == FIELD_DURATION)
		cJSON_AddStringToObject(property, "pattern", "^[0-9]+(ms|s|m|h|d)$");
	if (field->type == FIELD_INT && field->max > 0)
		cJSON_AddNumberToObject(property, "minimum", 0);
	if (words[field->type].max != NULL && field->max > 0)
		cJSON_AddNumberToObject(property, words[field->type].max, (double)field->max);
	if (field->type == FIELD_CHOICE) {
		values = cJSON_AddArrayToObject(property, "enum");
		for (size_t i = 0; field->choices[i] != NULL; i++)
			cJSON_AddItemToArray(values, cJSON_CreateString(field->choices[i]));
		if (nullable)
			cJSON_AddItemToArray(values, cJSON_CreateNull());
	}
	cJSON_AddStringToObject(property, "description", field->help);
	if (!(field->flags & (FIELD_WRITABLE | FIELD_IDENTITY)))
		cJSON_AddTrueToObject(property, "readOnly");
	return property;
}

/* The properties of a group; it is taken over from `given` when its first field comes. */
static cJSON *group_of(cJSON *properties, cJSON *given, struct str name)
{
	char text[32];
	cJSON *group;

	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(name));
	group = member(properties, text);
	if (group == NULL) {
		group = cJSON_DetachItemFromObjectCaseSensitive(given, text);
		assert(group != NULL);
		cJSON_AddItemToObject(properties, text, group);
		cJSON_AddObjectToObject(group, "properties");
	}
	return member(group, "properties");
}

static void describe_record(cJSON *schema, const struct record_type *type)
{
	cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(schema, "properties");
	cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
	cJSON *beside;

	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const char *dot = strchr(field->name, '.');
		cJSON *property = cJSON_DetachItemFromObjectCaseSensitive(given, field->name);

		if (property == NULL)
			property = describe_field(field);
		if (dot == NULL)
			cJSON_AddItemToObject(properties, field->name, property);
		else
			cJSON_AddItemToObject(
				group_of(properties, given,
					(struct str){field->name, (size_t)(dot - field->name)}),
				dot + 1, property);
	}
	while (given != NULL && (beside = cJSON_DetachItemFromArray(given, 0)) != NULL)
		cJSON_AddItemToObject(properties, beside->string, beside);
	cJSON_Delete(given);
}

char *openapi_document(void)
{
	cJSON *document = cJSON_ParseWithLength(data_openapi_json, data_openapi_json_size);
	cJSON *schemas = member(member(document, "components"), "schemas");
	cJSON *code = member(member(member(schemas, "Problem"), "properties"), "code");
	cJSON *codes = cJSON_AddArrayToObject(code, "enum");
	char *text;

	assert(codes != NULL);
	for (int err = ERR_NONE + 1; err < ERR_COUNT; err++)
		cJSON_AddItemToArray(codes, cJSON_CreateString(err_code((enum err)err)));
	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		describe_record(member(schemas, records[i].schema), records[i].type);
	text = cJSON_Print(document);
	cJSON_Delete(document);
	return text;
}

void openapi_get(struct exchange *exchange)
{
	struct api *api = exchange->api;

	if (api->openapi == NULL)
		api->openapi = openapi_document();
	exchange_reply_static(exchange, "application/json", api->openapi, strlen(api->openapi));
}
