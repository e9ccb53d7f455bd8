/*
 * version list|show|register|extend|retire|promote: rows of the command table. `wait` is in command_wait.c.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/command/confirm.h"
#include "core/command/command_run.h"
#include "core/model/name_rules.h"
#include "core/command/value_format.h"
#include "core/model/pull.h"

#define VERSION_ID_ARG                                                               \
	ARG(VERSION_ID, "SERVICE@VERSION", NULL, "the version, such as cart@pr-482", \
		.required = true)

enum { RETIRE_SESSIONS_SAID = 10 };

/* The two names, as texts that live with the run's path. */
struct version_id {
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1];
};

static struct version_id version_id_of(const struct command_args *args)
{
	struct version_id id = {0};
	struct str service = {0};
	struct str version = {0};

	name_split_version(str_of(args_get(args, "SERVICE@VERSION")), &service, &version);
	str_copy(id.service, sizeof(id.service), service);
	str_copy(id.version, sizeof(id.version), version);
	return id;
}

static void version_path(struct command_run *run, const struct command_args *args)
{
	struct version_id id = version_id_of(args);

	run_path(run, "services", id.service, "versions", id.version, NULL);
}

/* ---- list and show ---- */

static const struct arg_spec list_args[] = {
	ARG(FILTER, "FILTER", NULL,
		"service:cart, state:unhealthy, pr:482, author:dev1, kind:ephemeral",
		.repeated = true),
	RUN_WATCH_ARG,
};

static const struct column list_columns[] = {
	{.title = "SERVICE", .path = "service", .width = 8},
	{.title = "VERSION", .path = "version", .width = 10},
	{.title = "KIND", .path = "kind"},
	{.title = "STATE", .path = "state", .form = FORM_STATE},
	{.title = "PR", .path = "pr.number", .right = true, .form = FORM_NUMBER_SIGN},
	{.title = "AUTHOR", .path = "pr.author"},
	{.title = "COMMIT", .path = "commit"},
	{.title = "AGE", .path = "deployed_at", .right = true, .form = FORM_AGE},
	{.title = "EXPIRES", .path = "expires_at", .right = true, .form = FORM_LEFT},
	{.title = "ENDPOINTS", .path = "endpoints"},
	{.title = "DETAIL", .path = "state_detail"},
};

const struct command command_version_list = {
	.noun = "version",
	.verb = "list",
	.id = "service@version",
	.summary = "list versions, all or those that match a filter",
	.examples = {"umbra version list service:cart state:unhealthy",
		"umbra version list author:dev1 -o json"},
	COMMAND_ARGS(list_args),
	.shape = SHAPE_LIST,
	.list_path = "versions",
	COMMAND_COLUMNS(list_columns),
	.start = run_list,
};

static const struct arg_spec id_arg[] = {VERSION_ID_ARG};

static void show_start(struct command_run *run, const struct command_args *args)
{
	version_path(run, args);
	run_send(run, "GET", "version", 0);
}

const struct command command_version_show = {
	.noun = "version",
	.verb = "show",
	.id = "service@version",
	.summary = "show one version",
	.examples = {"umbra version show booking@pr-482"},
	COMMAND_ARGS(id_arg),
	.shape = SHAPE_OBJECT,
	.start = show_start,
};

/* ---- register ---- */

static const struct arg_spec register_args[] = {
	VERSION_ID_ARG,
	ARG(ENDPOINT, "--endpoint", "HOST:PORT", "address of an endpoint, 1 to 8 of them",
		.required = true, .repeated = true),
	ARG(FLAG, "--stable", NULL, "register it as the stable version"),
	ARG(FLAG, "--take", NULL, "take the endpoint from the version of the service that has it"),
	ARG(FLAG, "--force", NULL, "also over a later build"),
	ARG(TEXT, "--health-path", "PATH", "path of its health check, if not the service's"),
	ARG(INT, "--health-port", "PORT", "port of its health check, if not the service's",
		.max = 65535, .may_be_empty = true),
	ARG(PULL, "--pr", "N", "number of the pull request", .may_be_empty = true),
	ARG(URL, "--pr-url", "URL", "its page"),
	ARG(TEXT, "--title", "TEXT", "its title"),
	ARG(TEXT, "--branch", "NAME", "its branch"),
	ARG(TEXT, "--author", "NAME", "its author"),
	ARG(COMMIT, "--commit", "HASH", "commit it was built from"),
	ARG(COMMIT, "--base-commit", "HASH", "commit of the main branch it was built on"),
	ARG(INT, "--build", "N", "number of the build: an older one does not replace a later one",
		.may_be_empty = true),
	ARG(DURATION, "--ttl", "DURATION", "lifetime (default 72h; stable: for ever)",
		.may_be_empty = true),
	ARG(LABEL, "--label", "KEY=VALUE", "a label of your own", .repeated = true),
	ARG(FLAG, "--replace", NULL,
		"of a version that exists: drop what is not given, instead of keeping it"),
	ARG(FLAG, "--no-create", NULL,
		"fail when the service does not exist, instead of creating it"),
	ARG(FLAG, "--wait", NULL,
		"then wait until it is ready, as umbra version wait does; --timeout too"),
	RUN_TIMEOUT_ARG,
	RUN_IF_REVISION_ARG,
};

/* Options that are members of the body, or of an object of it. */
static const struct {
	const char *option;
	const char *member;
	const char *group; /* "" for the body itself */
} register_members[] = {
	{"--pr", "number", "pr"},
	{"--pr-url", "url", "pr"},
	{"--title", "title", "pr"},
	{"--branch", "branch", "pr"},
	{"--author", "author", "pr"},
	{"--health-path", "path", "health"},
	{"--health-port", "port", "health"},
	{"--commit", "commit", ""},
	{"--base-commit", "base_commit", ""},
	{"--build", "build", ""},
	{"--ttl", "ttl", ""},
};

/* What a job does not have, it passes as "": the same as not given. */
static const char *register_value(const struct command_args *args, const char *option)
{
	const char *value = args_get(args, option);

	return value && *value ? value : NULL;
}

static void register_member(struct json_writer *w, const struct command_args *args,
	const char *option, const char *member)
{
	const char *value = register_value(args, option);
	int64_t number;

	if (!value)
		return;
	if ((strcmp(option, "--pr") == 0 && pull_parse_number(str_of(value), &number)) ||
		((strcmp(option, "--build") == 0 || strcmp(option, "--health-port") == 0) &&
			str_to_i64(str_of(value), &number)))
		json_int(w, member, number);
	else
		json_c(w, member, value);
}

static void register_group(
	struct json_writer *w, const struct command_args *args, const char *group)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(register_members); i++)
		any |= strcmp(register_members[i].group, group) == 0 &&
		       register_value(args, register_members[i].option);
	if (!any)
		return;
	if (*group)
		json_object(w, group);
	for (size_t i = 0; i < ARRAY_LEN(register_members); i++)
		if (strcmp(register_members[i].group, group) == 0)
			register_member(
				w, args, register_members[i].option, register_members[i].member);
	if (*group)
		json_object_end(w);
}

static void register_lists(struct json_writer *w, const struct command_args *args)
{
	const char *value;
	size_t cursor = 0;

	json_array(w, "endpoints");
	while ((value = args_next(args, "--endpoint", &cursor)) != NULL)
		json_c(w, NULL, value);
	json_array_end(w);
	if (!args_has(args, "--label"))
		return;
	json_object(w, "labels");
	cursor = 0;
	while ((value = args_next(args, "--label", &cursor)) != NULL) {
		struct str rest = str_of(value);
		char *key = str_dup(str_cut(&rest, '='));

		json_str(w, key, rest);
		free(key);
	}
	json_object_end(w);
}

struct registration {
	/* What was said of a service that is not there, before it is asked for with the service. */
	char near[LIMIT_SERVICE_NAME +
		  1]; /* the service whose name is nearest; "" when none is near */
	struct errbuf eb;
	char *body; /* NULL: the service was there */
	bool wait;
	char timeout[DURATION_TEXT_SIZE]; /* "" not given */
};

static void registration_free(void *extra)
{
	struct registration *registration = extra;

	free(registration->body);
	free(registration);
}

/* The member of a body, or of an object of it, as a person reads it; "" when it has none. */
static void register_read(
	struct strbuf *out, const cJSON *body, const char *group, const char *member)
{
	const cJSON *of = *group ? cJSON_GetObjectItemCaseSensitive(body, group) : body;
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(of, member), *item;

	strbuf_reset(out);
	if (cJSON_IsString(value))
		strbuf_add_c(out, value->valuestring);
	else if (cJSON_IsNumber(value))
		strbuf_addf(out, "%lld", (long long)value->valuedouble);
	else
		cJSON_ArrayForEach(item, value) strbuf_addf(out, "%s%s%s%s",
			out->len > 0 ? " " : "", item->string ? item->string : "",
			item->string ? "=" : "", cJSON_IsString(item) ? item->valuestring : "");
}

/* What was other before, and what it has from before though it was not given now. False when it is new. */
static bool register_say_replaced(struct command_run *run, const cJSON *body)
{
	static const struct {
		const char *group, *member, *words;
	} members[] = {
		{"", "endpoints", "endpoint"},
		{"pr", "number", "pull request"},
		{"pr", "title", "title"},
		{"pr", "url", "link"},
		{"pr", "branch", "branch"},
		{"pr", "author", "author"},
		{"", "commit", "commit"},
		{"", "base_commit", "base commit"},
		{"", "build", "build"},
		{"health", "path", "health path"},
		{"health", "port", "health port"},
		{"", "labels", "labels"},
	};
	const cJSON *replaced = cJSON_GetObjectItemCaseSensitive(body, "replaced");
	cJSON *sent = json_parse(strbuf_str(&run->body), NULL);
	struct strbuf was, is, given, kept;
	const char *mark = ": ";

	strbuf_init(&was, LIMIT_BODY);
	strbuf_init(&is, LIMIT_BODY);
	strbuf_init(&given, LIMIT_BODY);
	strbuf_init(&kept, LIMIT_BODY);
	if (replaced)
		strbuf_add_c(&run->message, "was there already");
	for (size_t i = 0; replaced && i < ARRAY_LEN(members); i++) {
		const char *group = members[i].group, *member = members[i].member;

		register_read(&was, replaced, group, member);
		register_read(&is, body, group, member);
		register_read(&given, sent, group, member);
		if (was.len > 0) {
			strbuf_addf(&run->message, "%s%s %s -> %s", mark, members[i].words,
				was.data, is.len > 0 ? is.data : "none");
			mark = ", ";
		} else if (is.len > 0 && given.len == 0) {
			strbuf_addf(&kept, "%s%s", kept.len > 0 ? ", " : "", members[i].words);
			if (strcmp(member, "labels") != 0)
				strbuf_addf(&kept, " %s", is.data);
		}
	}
	if (kept.len > 0)
		strbuf_addf(&run->message, "; %s kept", kept.data);
	strbuf_finish(&was);
	strbuf_finish(&is);
	strbuf_finish(&given);
	strbuf_finish(&kept);
	cJSON_Delete(sent);
	return replaced != NULL;
}

static void register_say(struct command_run *run, const cJSON *body)
{
	const char *ttl = say_text(body, "ttl");
	const cJSON *gone = cJSON_GetObjectItemCaseSensitive(body, "came_back");
	const struct registration *registration = run->extra;
	bool made = false;

	strbuf_addf(&run->message, "%s@%s ", say_text(body, "service"), say_text(body, "version"));
	if (!register_say_replaced(run, body))
		strbuf_addf(&run->message, "is registered as %s", say_text(body, "kind"));
	strbuf_addf(&run->message, ", %s", say_text(body, "state"));
	if (*ttl)
		strbuf_addf(&run->message, ", for %s", ttl);
	if (gone)
		strbuf_addf(&run->message, "; it is back: it was %s at %s by %s",
			strcmp(say_text(gone, "why"), "expired") ? "retired" : "ended",
			say_text(gone, "gone_at"), say_text(gone, "actor"));
	if (!json_get_bool(body, "service_created", &made) || !made)
		return;
	strbuf_addf(&run->message, "; there was no service %s, it is made with this",
		say_text(body, "service"));
	if (registration->near[0])
		strbuf_addf(&run->message, "; did you mean %s? umbra service remove %s undoes it",
			registration->near, say_text(body, "service"));
	else
		strbuf_addf(&run->message, ": umbra service set %s sets its health path and owner",
			say_text(body, "service"));
}

/* A control plane that does not know the parameter makes no services: what it said first is the reason. */
static bool create_failed(struct command_run *run, const struct client_response *response)
{
	const struct registration *registration = run->extra;

	if (strcmp(response->eb->field, "create-service") != 0)
		return false;
	run_end_error(run, registration->eb.err, &registration->eb, str_of(registration->body));
	return true;
}

/* What the API would take, as what the command line has for it. */
static bool register_refused(struct command_run *run, const struct client_response *response)
{
	struct errbuf eb = *response->eb;
	const char *expected = NULL;

	if (eb.err == ERR_ENDPOINT_TAKEN && strstr(eb.expected, "take=1"))
		expected = "an endpoint of its own, or --take to move it";
	else if (eb.err == ERR_BUILD_OLDER)
		expected = strstr(eb.expected, "not older")
				   ? "a build that is not older, or --force"
				   : "a later build, or --force";
	else if (eb.err == ERR_STABLE_EXISTS)
		expected = "leave out --stable, and promote it when it is there: umbra version "
			   "promote";
	else if (eb.err == ERR_CONFLICT && strcmp(eb.field, "kind") == 0)
		expected = strcmp(eb.expected, version_kind_names[KIND_STABLE]) == 0
				   ? "add --stable, or choose another version name"
				   : "leave out --stable: umbra version promote makes it stable";
	if (!expected)
		return false;
	(void)str_copy(eb.expected, sizeof(eb.expected), str_of(expected));
	run_end_error(run, eb.err, &eb, response->body);
	return true;
}

/* Asked without first: most versions are of a service that is there, and a typo is seen by what is near. */
static bool register_failed(struct command_run *run, const struct client_response *response)
{
	struct registration *registration = run->extra;
	cJSON *problem;
	const cJSON *near;

	if (response->err != ERR_SERVICE_UNKNOWN || run->if_revision)
		return register_refused(run, response);
	registration->eb = *response->eb;
	registration->body = str_dup(response->body);
	problem = json_parse(response->body, NULL);
	near = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(problem, "near"), 0);
	if (cJSON_IsString(near))
		(void)str_copy(
			registration->near, sizeof(registration->near), str_of(near->valuestring));
	cJSON_Delete(problem);
	run->failed = create_failed;
	run_query(run, "create-service", "1");
	run_send(run, "PUT", "version", 0);
	return true;
}

/* With --wait: what was registered is said at once. */
static void register_reply(struct command_run *run, const struct client_response *response)
{
	struct registration *registration = run->extra;
	cJSON *body = run_take_answer(run);
	struct strbuf id;

	(void)response;
	register_say(run, body);
	run_piece(run, (struct str){0}, strbuf_str(&run->message));
	strbuf_reset(&run->message);
	strbuf_reset(&run->body);
	run->failed = NULL;
	run->if_revision = 0;
	strbuf_init(&id, VERSION_ID_SIZE);
	value_add_name(&id, "service@version", body);
	cJSON_Delete(body);
	run_wait(run, id.data, registration->timeout[0] ? registration->timeout : NULL);
	strbuf_finish(&id);
	registration_free(registration);
}

static void register_start(struct command_run *run, const struct command_args *args)
{
	struct registration *registration = xcalloc(1, sizeof(*registration));
	struct json_writer w;

	version_path(run, args);
	if (args_has(args, "--timeout"))
		str_copy(registration->timeout, sizeof(registration->timeout),
			str_of(args_get(args, "--timeout")));
	run->extra = registration;
	run->release = registration_free;
	run->reply =
		args_has(args, "--wait") || args_has(args, "--timeout") ? register_reply : NULL;

	json_start(&w, &run->body);
	json_object(&w, NULL);
	json_c(&w, "kind", args_has(args, "--stable") ? "stable" : "ephemeral");
	register_lists(&w, args);
	register_group(&w, args, "health");
	register_group(&w, args, "pr");
	register_group(&w, args, "");
	json_object_end(&w);
	run_query(run, "keep", args_has(args, "--replace") ? NULL : "1");
	run_query(run, "take", args_has(args, "--take") ? "1" : NULL);
	run_query(run, "force", args_has(args, "--force") ? "1" : NULL);
	run->failed = args_has(args, "--no-create") ? register_refused : register_failed;
	run->say = register_say;
	run_if_revision(run, args);
	run_send(run, "PUT", "version", 0);
}

const struct command command_version_register = {
	.noun = "version",
	.verb = "register",
	.id = "service@version",
	.how_to = true,
	.summary = "register a running version",
	.help = "Doing it again with the same facts changes nothing but renews its lifetime, so a "
		"build may repeat it. Of a version that is there, what is not given is kept, and "
		"the answer says what was replaced; --replace drops it. It gets requests after its "
		"first passed health check; --wait waits for that. A service that is not there is "
		"made, unless --no-create forbids it. With --build a job that comes late changes "
		"nothing: a build older than the one that is there, or not later than one retired "
		"within 24h, is refused without --force.",
	.examples = {"umbra version register booking@pr-482 --endpoint 10.0.4.7:8080 --pr 482 "
		     "--author dev1",
		"umbra version register booking@pr-482 --endpoint 10.0.4.7:8080 --wait",
		"umbra version register booking@2026.11.20 --endpoint 10.0.4.8:8080 --stable"},
	COMMAND_ARGS(register_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = register_start,
};

/* ---- extend ---- */

static const struct arg_spec extend_args[] = {
	VERSION_ID_ARG,
	ARG(DURATION, "--ttl", "DURATION", "lifetime from now (default: the one it had)"),
	RUN_IF_REVISION_ARG,
};

static void extend_say(struct command_run *run, const cJSON *body)
{
	strbuf_addf(&run->message, "%s@%s lives for %s from now, until %s",
		say_text(body, "service"), say_text(body, "version"), say_text(body, "ttl"),
		say_text(body, "expires_at"));
}

static void extend_start(struct command_run *run, const struct command_args *args)
{
	version_path(run, args);
	run->say = extend_say;
	run_if_revision(run, args);
	run_extend(run, "version", args_get(args, "--ttl"));
}

const struct command command_version_extend = {
	.noun = "version",
	.verb = "extend",
	.id = "service@version",
	.summary = "renew a version's lifetime",
	.examples = {"umbra version extend booking@pr-482",
		"umbra version extend booking@pr-482 --ttl 24h"},
	COMMAND_ARGS(extend_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = extend_start,
};

/* ---- retire ---- */

/* Those that pinned it still do. */
static void retire_say_pins(struct command_run *run, const struct client_response *response)
{
	const struct version_id *id = run->extra;
	cJSON *root = run_take_answer(run);
	const cJSON *session;
	size_t count = 0;
	struct strbuf keys;

	(void)response;
	strbuf_init(&keys, 1024);
	cJSON_ArrayForEach(session, cJSON_GetObjectItemCaseSensitive(root, "sessions"))
	{
		const cJSON *pins = cJSON_GetObjectItemCaseSensitive(session, "pins");

		if (strcmp(say_text(pins, id->service), id->version) != 0)
			continue;
		if (count++ < RETIRE_SESSIONS_SAID)
			strbuf_addf(&keys, "%s%s (%s)", keys.len ? ", " : "",
				say_text(session, "key"), say_text(session, "policy"));
	}
	if (count > RETIRE_SESSIONS_SAID)
		strbuf_addf(&keys, " and %zu more", count - RETIRE_SESSIONS_SAID);
	if (count)
		strbuf_addf(&run->message,
			"; %zu session%s still pin%s it: %s; lenient ones fall back to stable, "
			"strict ones get 503",
			count, count == 1 ? "" : "s", count == 1 ? "s" : "", keys.data);
	strbuf_finish(&keys);
	cJSON_Delete(root);
	run_end(run, (struct str){0});
}

/* It is retired all the same. */
static bool retire_pins_unknown(struct command_run *run, const struct client_response *response)
{
	strbuf_addf(&run->message, "; who pins it cannot be said: %s", response->eb->text);
	run_end(run, (struct str){0});
	return true;
}

static void retire_reply(struct command_run *run, const struct client_response *response)
{
	(void)response;
	run->reply = retire_say_pins;
	run->failed = retire_pins_unknown;
	run->if_revision = 0;
	run_path(run, "sessions", NULL);
	run_send(run, "GET", "sessions", 0);
}

static const struct arg_spec retire_args[] = {
	ARG(VERSION_ID, "SERVICE@VERSION", NULL, "the version, such as cart@pr-482",
		.required = true, .not_stable = true),
	RUN_IF_THERE_ARG,
	RUN_IF_REVISION_ARG,
};

static void retire_start(struct command_run *run, const struct command_args *args)
{
	struct version_id *id = xcalloc(1, sizeof(*id));

	version_path(run, args);
	strbuf_addf(&run->message, "%s is retired", args_get(args, "SERVICE@VERSION"));
	*id = version_id_of(args);
	run->extra = id;
	run->reply = retire_reply;
	run_if_revision(run, args);
	run_remove(run, args);
}

const struct command command_version_retire = {
	.noun = "version",
	.verb = "retire",
	.summary = "remove a version from the environment",
	.help = "Sessions that pin it keep the pin: their requests go to stable, or are refused "
		"when the session is strict, with the reason version-gone. One that is gone "
		"already is done.",
	.examples = {"umbra version retire booking@pr-482",
		"umbra version retire booking@pr-482 --if-there"},
	COMMAND_ARGS(retire_args),
	.shape = SHAPE_NONE,
	.writes = true,
	.loses = true,
	.confirm = confirm_version_retire,
	.start = retire_start,
};

/* ---- promote ---- */

static const struct arg_spec promote_args[] = {
	VERSION_ID_ARG,
	ARG(FLAG, "--force", NULL, "even if it is not ready"),
};

static void promote_start(struct command_run *run, const struct command_args *args)
{
	struct version_id id = version_id_of(args);
	struct json_writer w;

	run_path(run, "services", id.service, "stable", NULL);
	json_start(&w, &run->body);
	json_object(&w, NULL);
	json_c(&w, "version", id.version);
	if (args_has(args, "--force"))
		json_bool(&w, "force", true);
	json_object_end(&w);
	strbuf_addf(&run->message, "%s is stable now", args_get(args, "SERVICE@VERSION"));
	run_send(run, "POST", "stable", 0);
}

const struct command command_version_promote = {
	.noun = "version",
	.verb = "promote",
	.id = "name@stable",
	.summary = "make a version the stable one of its service, or roll back",
	.help = "The stable version of before becomes ephemeral and lives for 72h, so that rolling "
		"back is the same command again. Pins keep naming their version.",
	.examples = {"umbra version promote booking@2026.11.20"},
	COMMAND_ARGS(promote_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.confirm = confirm_version_promote,
	.start = promote_start,
};
