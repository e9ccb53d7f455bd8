/*
 * service list|show|set|remove: rows of the command table.
 *
 * `set` changes what is named and keeps the rest: it reads the service first, because the API's PUT
 * replaces the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/command/confirm.h"
#include "core/command/command_run.h"
#include "core/model/service.h"

static const struct arg_spec service_arg[] = {
	ARG(SERVICE, "SERVICE", NULL, "name of the service", .required = true),
};

/* ---- list and show ---- */

static const struct arg_spec list_args[] = {RUN_WATCH_ARG};

static const struct column list_columns[] = {
	{.title = "SERVICE", .path = "name", .width = 8},
	{.title = "STABLE", .path = "stable"},
	{.title = "READY", .path = "ready", .right = true},
	{.title = "VERSIONS", .path = "versions", .right = true},
	{.title = "PROTOCOL", .path = "protocol"},
	{.title = "OWNER", .path = "owner"},
	{.title = "HOSTS", .path = "hosts"},
	{.title = "REFUSED", .path = "refused"},
};

const struct command command_service_list = {
	.noun = "service",
	.verb = "list",
	.id = "name",
	.summary = "list the services of the environment",
	.examples = {"umbra service list", "umbra service list -o name"},
	COMMAND_ARGS(list_args),
	.shape = SHAPE_LIST,
	.list_path = "services",
	COMMAND_COLUMNS(list_columns),
	.start = run_list,
};

const struct command command_service_show = {
	.noun = "service",
	.verb = "show",
	.id = "name",
	.summary = "show one service",
	.examples = {"umbra service show cart"},
	COMMAND_ARGS(service_arg),
	.shape = SHAPE_OBJECT,
	.start = run_get_service,
};

/* ---- set ---- */

static const struct arg_spec set_args[] = {
	ARG(SERVICE, "SERVICE", NULL, "name of the service", .required = true),
	ARG(TEXT, "--host", "HOST", "a host name that is the service's too; \"\" for none",
		.repeated = true),
	ARG(CHOICE, "--health-type", "TYPE",
		"kind of health check (default: http with a path, else tcp)",
		.choices = health_type_names),
	ARG(TEXT, "--health-path", "PATH",
		"path that a check of type http requests; \"\" for none"),
	ARG(INT, "--health-port", "PORT", "port of the checks; 0 for the endpoint's port",
		.max = 65535),
	ARG(DURATION, "--health-interval", "DURATION", "time between two checks"),
	ARG(CHOICE, "--protocol", "PROTOCOL", "what the endpoints speak",
		.choices = protocol_names),
	ARG(DURATION, "--timeout-connect", "DURATION",
		"how long a connection to an endpoint may take"),
	ARG(DURATION, "--timeout-response", "DURATION",
		"how long a version may send nothing (umbra help limits)"),
	ARG(DURATION, "--timeout-idle", "DURATION", "how long a WebSocket may be silent"),
	ARG(TEXT, "--owner", "TEAM", "its owner"),
	ARG(URL, "--repository", "URL", "URL of its repository"),
	ARG(TEXT, "--description", "TEXT", "what it does"),
	RUN_IF_REVISION_ARG,
};

/* An option, and the member of the API's object it sets. */
static const struct {
	const char *option;
	const char *parent; /* "health", or NULL */
	const char *member;
	bool number;
} set_members[] = {
	{"--health-type", "health", "type", false},
	{"--health-path", "health", "path", false},
	{"--health-port", "health", "port", true},
	{"--health-interval", "health", "interval", false},
	{"--protocol", NULL, "protocol", false},
	{"--timeout-connect", "timeouts", "connect", false},
	{"--timeout-response", "timeouts", "response", false},
	{"--timeout-idle", "timeouts", "idle", false},
	{"--owner", NULL, "owner", false},
	{"--repository", NULL, "repository", false},
	{"--description", NULL, "description", false},
};

static cJSON *set_value(const char *value, bool number)
{
	int64_t n;

	if (*value == '\0')
		return cJSON_CreateNull();
	if (number && str_to_i64(str_of(value), &n))
		return n != 0 ? cJSON_CreateNumber((double)n) : cJSON_CreateNull();
	return cJSON_CreateString(value);
}

/* Who names a path wants it asked for; who names a type that asks for none has none. */
static void set_health(const struct command_args *args, cJSON *health)
{
	const char *type = args_get(args, "--health-type");

	if (type && strcmp(type, "http") != 0 && !args_has(args, "--health-path"))
		cJSON_AddNullToObject(health, "path");
	if (!type && args_has(args, "--health-path"))
		cJSON_AddNullToObject(health, "type");
}

/* The object with what was given; "" clears, as null does in a merge patch. */
static cJSON *set_given(const struct command_args *args)
{
	cJSON *given = cJSON_CreateObject();
	const char *value;
	size_t cursor = 0;

	for (size_t i = 0; i < ARRAY_LEN(set_members); i++) {
		const char *parent = set_members[i].parent;
		cJSON *object = given;

		value = args_get(args, set_members[i].option);
		if (!value)
			continue;
		if (parent) {
			object = cJSON_GetObjectItemCaseSensitive(given, parent);
			if (!object)
				object = cJSON_AddObjectToObject(given, parent);
		}
		cJSON_AddItemToObject(
			object, set_members[i].member, set_value(value, set_members[i].number));
	}
	set_health(args, cJSON_GetObjectItemCaseSensitive(given, "health"));
	if (args_has(args, "--host")) {
		cJSON *hosts = cJSON_AddArrayToObject(given, "hosts");

		while ((value = args_next(args, "--host", &cursor)) != NULL)
			if (*value)
				cJSON_AddItemToArray(hosts, cJSON_CreateString(value));
	}
	return given;
}

static void set_merge(cJSON *into, const cJSON *given)
{
	const cJSON *member;

	cJSON_ArrayForEach(member, given)
	{
		cJSON *old = cJSON_GetObjectItemCaseSensitive(into, member->string);

		if (cJSON_IsObject(member) && !cJSON_IsObject(old)) {
			cJSON_DeleteItemFromObjectCaseSensitive(into, member->string);
			old = cJSON_AddObjectToObject(into, member->string);
		}
		if (cJSON_IsObject(member)) {
			set_merge(old, member);
			continue;
		}
		cJSON_DeleteItemFromObjectCaseSensitive(into, member->string);
		if (!cJSON_IsNull(member))
			cJSON_AddItemToObject(into, member->string, cJSON_Duplicate(member, true));
	}
}

/* Takes out what only the server sets: a PUT that carries it is refused. */
static void set_strip(cJSON *object)
{
	for (size_t i = 0; i < service_type.field_count; i++) {
		const struct field *field = &service_type.fields[i];

		if (!(field->flags & (FIELD_WRITABLE | FIELD_IDENTITY)))
			cJSON_DeleteItemFromObjectCaseSensitive(object, field->name);
	}
}

static void set_release(void *extra)
{
	cJSON_Delete(extra);
}

static void set_say(struct command_run *run, const cJSON *body)
{
	strbuf_addf(&run->message, "service %s is set", say_text(body, "name"));
}

static void set_put(struct command_run *run, cJSON *object)
{
	char *text;

	set_merge(object, run->extra);
	text = cJSON_PrintUnformatted(object);
	strbuf_add_c(&run->body, text ? text : "{}");
	cJSON_free(text);
	run->reply = NULL;
	run->failed = NULL;
	run->say = set_say;
	run_send(run, "PUT", "name", 0);
}

static void set_reply(struct command_run *run, const struct client_response *response)
{
	cJSON *object = run_take_answer(run);

	/* What is put is what was read, changed: nobody's change in between is lost. */
	if (!run->if_revision)
		run->if_revision = response->etag_revision;
	set_strip(object);
	set_put(run, object);
	cJSON_Delete(object);
}

/* A service that is not there yet is made. */
static bool set_missing(struct command_run *run, const struct client_response *response)
{
	cJSON *object;

	if (response->status != 404)
		return false;
	object = cJSON_CreateObject();
	set_put(run, object);
	cJSON_Delete(object);
	return true;
}

static void set_start(struct command_run *run, const struct command_args *args)
{
	run->extra = set_given(args);
	run->release = set_release;
	run->reply = set_reply;
	run->failed = set_missing;
	run_if_revision(run, args);
	run_path(run, "services", args_get(args, "SERVICE"), NULL);
	run_send(run, "GET", "name", 0);
}

const struct command command_service_set = {
	.noun = "service",
	.verb = "set",
	.id = "name",
	.summary = "create or update a service",
	.help = "Without a health path or type a check is a TCP connect. A host given here is the "
		"service's beside SERVICE.DOMAIN; naming hosts replaces the list.",
	.examples = {"umbra service set cart --health-path /healthz --owner payments",
		"umbra service set chat --protocol h2c --timeout-response 10m"},
	COMMAND_ARGS(set_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = set_start,
};

/* ---- remove ---- */

static const struct arg_spec remove_args[] = {
	ARG(SERVICE, "SERVICE", NULL, "name of the service", .required = true),
	RUN_IF_THERE_ARG,
};

static void remove_start(struct command_run *run, const struct command_args *args)
{
	const char *service = args_get(args, "SERVICE");

	strbuf_addf(&run->message, "service %s and its versions are removed", service);
	run_path(run, "services", service, NULL);
	run_remove(run, args);
}

const struct command command_service_remove = {
	.noun = "service",
	.verb = "remove",
	.summary = "remove a service with all its versions",
	.examples = {"umbra service remove cart", "umbra service remove cart --if-there"},
	COMMAND_ARGS(remove_args),
	.shape = SHAPE_NONE,
	.writes = true,
	.loses = true,
	.confirm = confirm_service_remove,
	.start = remove_start,
};
