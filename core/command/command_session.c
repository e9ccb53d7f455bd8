/*
 * session list|show|create|pin|unpin|set|extend|map|end: rows of the command table. `link` is in command_link.c,
 * `use` in core/cli/cli_local.c.
 */
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/command/confirm.h"
#include "core/command/command_run.h"
#include "core/model/pull.h"

#define KEY_ARG ARG(SESSION, "KEY", NULL, "key of the session", .required = true)

#define DRY_RUN_ARG ARG(FLAG, "--dry-run", NULL, "only say what would change")

static const struct arg_spec key_arg[] = {KEY_ARG};

/* ---- list and show ---- */

static const struct arg_spec list_args[] = {
	ARG(FILTER, "FILTER", NULL, "owner:dev1, session:checkout*", .repeated = true),
	RUN_WATCH_ARG,
};

static const struct column list_columns[] = {
	{.title = "KEY", .path = "key", .width = 8},
	{.title = "OWNER", .path = "owner"},
	{.title = "POLICY", .path = "policy"},
	{.title = "AGE", .path = "created_at", .right = true, .form = FORM_AGE},
	{.title = "EXPIRES", .path = "expires_at", .right = true, .form = FORM_LEFT},
	{.title = "PINS", .path = "pins", .form = FORM_PINS},
};

const struct command command_session_list = {
	.noun = "session",
	.verb = "list",
	.id = "key",
	.summary = "list sessions, all or those that match a filter",
	.examples = {"umbra session list owner:dev1", "umbra session list --watch"},
	COMMAND_ARGS(list_args),
	.shape = SHAPE_LIST,
	.list_path = "sessions",
	COMMAND_COLUMNS(list_columns),
	.start = run_list,
};

const struct command command_session_show = {
	.noun = "session",
	.verb = "show",
	.id = "key",
	.summary = "show one session",
	.examples = {"umbra session show checkout-4f2k"},
	COMMAND_ARGS(key_arg),
	.shape = SHAPE_OBJECT,
	.start = run_get_session,
};

/* ---- create ---- */

static const struct arg_spec create_args[] = {
	ARG(TEXT, "NAME", NULL, "its name; the key is made from it"),
	ARG(PIN, "--pin", "SERVICE=VERSION", "a version that serves it in place of stable",
		.repeated = true),
	ARG(PULL, "--pr", "NUMBER",
		"the versions of this pull request, in every service that has one"),
	ARG(URL, "--pr-url", "URL", "its URL, where several repositories have the number"),
	ARG(FLAG, "--strict", NULL, "answer 503 instead of falling back to stable"),
	ARG(DURATION, "--ttl", "DURATION", "lifetime (default 8h)"),
	ARG(SESSION, "--key", "KEY", "use this key; fails when it is taken"),
	ARG(INT, "--key-length", "N", "random characters of the key, 4 to 24 (default 4)",
		.max = LIMIT_KEY_LENGTH_MAX),
	ARG(TEXT, "--owner", "NAME", "owner (default: you)"),
	DRY_RUN_ARG,
};

/* The member {"pins":{"a":"b","c":null}}: those of the argument `pin`, and null for those of `unpin`. */
static void write_pins(
	struct json_writer *w, const struct command_args *args, const char *pin, const char *unpin)
{
	const char *value;
	size_t cursor = 0;

	if (!args_has(args, pin) && !args_has(args, unpin))
		return;
	json_object(w, "pins");
	while ((value = args_next(args, pin, &cursor)) != NULL) {
		struct str rest = str_of(value);
		char *service = str_dup(str_cut(&rest, '='));

		json_str(w, service, rest);
		free(service);
	}
	cursor = 0;
	while ((value = args_next(args, unpin, &cursor)) != NULL)
		json_null(w, value);
	json_object_end(w);
}

/* The sentences are in the body. */
static void dry_run_say(struct command_run *run, const cJSON *body)
{
	uint64_t routes = 0;

	(void)json_get_u64(body, "routes_changed", &routes);
	strbuf_addf(&run->message, "nothing is changed; it would change %llu route%s, with pins ",
		(unsigned long long)routes, routes == 1 ? "" : "s");
	say_pins(&run->message, cJSON_GetObjectItemCaseSensitive(
					cJSON_GetObjectItemCaseSensitive(body, "session"), "pins"));
}

static void session_say(struct command_run *run, const cJSON *body)
{
	const cJSON *warning;
	bool dry = false;

	if (json_get_bool(body, "dry_run", &dry) && dry) {
		dry_run_say(run, body);
		return;
	}
	strbuf_addf(&run->message, "session %s: %s, pins ", say_text(body, "key"),
		say_text(body, "policy"));
	say_pins(&run->message, cJSON_GetObjectItemCaseSensitive(body, "pins"));
	strbuf_addf(&run->message, ", for %s", say_text(body, "ttl"));
	cJSON_ArrayForEach(warning, cJSON_GetObjectItemCaseSensitive(body, "warnings"))
	{
		if (cJSON_IsString(warning))
			strbuf_addf(&run->message, "; %s", warning->valuestring);
	}
}

static void session_send(
	struct command_run *run, const struct command_args *args, const char *method)
{
	bool dry = args_has(args, "--dry-run");

	run_query(run, "dry-run", dry ? "1" : NULL);
	run->say = session_say;
	run_send(run, method, dry ? "session" : "key", 0);
}

static void create_start(struct command_run *run, const struct command_args *args)
{
	static const char *const members[][2] = {
		{"NAME", "name"}, {"--key", "key"}, {"--owner", "owner"}, {"--ttl", "ttl"}};
	struct json_writer w;
	int64_t pr;

	json_start(&w, &run->body);
	json_object(&w, NULL);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (args_has(args, members[i][0]))
			json_c(&w, members[i][1], args_get(args, members[i][0]));
	if (args_has(args, "--strict"))
		json_c(&w, "policy", "strict");
	if (args_has(args, "--pr") && pull_parse_number(str_of(args_get(args, "--pr")), &pr))
		json_int(&w, "pr", pr);
	if (args_has(args, "--pr-url"))
		json_c(&w, "pr_url", args_get(args, "--pr-url"));
	write_pins(&w, args, "--pin", "--unpin");
	json_object_end(&w);
	run_path(run, "sessions", NULL);
	run_query(run, "key-length", args_get(args, "--key-length"));
	session_send(run, args, "POST");
}

const struct command command_session_create = {
	.noun = "session",
	.verb = "create",
	.id = "key",
	.how_to = true,
	.summary = "open a routing session",
	.help = "Requests that carry its key are served by the pinned versions, and by stable "
		"where nothing is pinned. Other requests are not affected. A key is an address, "
		"not a secret: who reaches the proxy may guess four characters and be served by "
		"the same versions. --key-length 24 is past guessing, but links and logs still "
		"show it.",
	.examples = {"umbra session create checkout --pr 482 --pin profile=pr-551",
		"umbra session create --pin cart=pr-482 --strict --ttl 2h",
		"umbra session create --pr 482 --dry-run"},
	COMMAND_ARGS(create_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.yours = true,
	.start = create_start,
};

/* ---- pin and unpin ---- */

static const struct arg_spec pin_args[] = {
	KEY_ARG,
	ARG(PIN, "SERVICE=VERSION", NULL, "the version that serves this service", .required = true,
		.repeated = true),
	ARG(SERVICE, "--unpin", "SERVICE", "a service to unpin in the same change",
		.repeated = true),
	DRY_RUN_ARG,
};

static const struct arg_spec unpin_args[] = {
	KEY_ARG,
	ARG(SERVICE, "SERVICE", NULL, "the service to unpin", .required = true, .repeated = true),
	DRY_RUN_ARG,
};

static void patch_pins(struct command_run *run, const struct command_args *args, const char *pin,
	const char *unpin)
{
	struct json_writer w;

	json_start(&w, &run->body);
	json_object(&w, NULL);
	write_pins(&w, args, pin, unpin);
	json_object_end(&w);
	session_send(run, args, "PATCH");
}

static void pin_start(struct command_run *run, const struct command_args *args)
{
	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	patch_pins(run, args, "SERVICE=VERSION", "--unpin");
}

static void unpin_start(struct command_run *run, const struct command_args *args)
{
	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	patch_pins(run, args, "--pin", "SERVICE");
}

const struct command command_session_pin = {
	.noun = "session",
	.verb = "pin",
	.id = "key",
	.summary = "pin versions in a session; several change as one",
	.examples = {"umbra session pin checkout-4f2k booking=pr-482 pricing=pr-482 --dry-run",
		"umbra session pin checkout-4f2k booking=pr-482 --unpin pricing"},
	COMMAND_ARGS(pin_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = pin_start,
};

const struct command command_session_unpin = {
	.noun = "session",
	.verb = "unpin",
	.id = "key",
	.summary = "remove pins from a session: stable serves again",
	.examples = {"umbra session unpin checkout-4f2k pricing"},
	COMMAND_ARGS(unpin_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = unpin_start,
};

/* ---- set ---- */

static const char *const policies[] = {"lenient", "strict", NULL};

static const struct arg_spec set_args[] = {
	KEY_ARG,
	ARG(CHOICE, "--policy", "POLICY",
		"what a pinned version that cannot serve means: stable, or 503",
		.choices = policies),
	ARG(DURATION, "--ttl", "DURATION", "lifetime from now"),
	ARG(TEXT, "--owner", "NAME", "its owner"),
	ARG(TEXT, "--name", "NAME", "its name"),
	DRY_RUN_ARG,
};

static void set_start(struct command_run *run, const struct command_args *args)
{
	static const char *const members[][2] = {
		{"--policy", "policy"}, {"--ttl", "ttl"}, {"--owner", "owner"}, {"--name", "name"}};
	struct json_writer w;

	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	json_start(&w, &run->body);
	json_object(&w, NULL);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (args_has(args, members[i][0]))
			json_c(&w, members[i][1], args_get(args, members[i][0]));
	json_object_end(&w);
	session_send(run, args, "PATCH");
}

const struct command command_session_set = {
	.noun = "session",
	.verb = "set",
	.id = "key",
	.summary = "change the policy, lifetime, owner or name of a session",
	.help = "What is not given stays as it is. Its pins are changed with: umbra session pin.",
	.examples = {"umbra session set checkout-4f2k --policy strict --ttl 3d",
		"umbra session set checkout-4f2k --owner dev2"},
	COMMAND_ARGS(set_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = set_start,
};

/* ---- extend and end ---- */

static const struct arg_spec extend_args[] = {
	KEY_ARG,
	ARG(DURATION, "--ttl", "DURATION", "lifetime from now (default: the one it had)"),
};

static void extend_say(struct command_run *run, const cJSON *body)
{
	strbuf_addf(&run->message, "session %s lives for %s from now, until %s",
		say_text(body, "key"), say_text(body, "ttl"), say_text(body, "expires_at"));
}

static void extend_start(struct command_run *run, const struct command_args *args)
{
	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	run->say = extend_say;
	run_extend(run, "key", args_get(args, "--ttl"));
}

const struct command command_session_extend = {
	.noun = "session",
	.verb = "extend",
	.id = "key",
	.summary = "renew a session's lifetime",
	.examples = {"umbra session extend checkout-4f2k",
		"umbra session extend checkout-4f2k --ttl 3d"},
	COMMAND_ARGS(extend_args),
	.shape = SHAPE_OBJECT,
	.writes = true,
	.start = extend_start,
};

static const struct arg_spec end_args[] = {KEY_ARG, RUN_IF_THERE_ARG};

static void end_start(struct command_run *run, const struct command_args *args)
{
	run_path(run, "sessions", args_get(args, "KEY"), NULL);
	strbuf_addf(&run->message, "session %s has ended", args_get(args, "KEY"));
	run_remove(run, args);
}

/* ---- map ---- */

static const struct column map_columns[] = {
	{.title = "CALLER", .path = "caller"},
	{.title = "SERVICE", .path = "service"},
	{.title = "VERSION", .path = "version"},
	{.title = "REQUESTS", .path = "count", .right = true},
	{.title = "PINNED", .path = "pinned", .right = true},
	{.title = "LOST", .path = "lost", .right = true},
	{.title = "LIKELY", .path = "likely", .right = true},
	{.title = "5XX%", .path = "share_5xx", .right = true, .form = FORM_PERCENT},
	{.title = "LOST IN TRACE", .path = "lost_trace"},
};

/* What the rows cannot say, or not for certain. */
static void map_note(struct command_run *run, uint64_t count, const char *which)
{
	struct strbuf note;

	if (count == 0)
		return;
	strbuf_init(&note, 1024);
	strbuf_addf(&note, "%llu request%s %s", (unsigned long long)count, count == 1 ? "" : "s",
		which);
	run_piece(run, (struct str){0}, strbuf_str(&note));
	strbuf_finish(&note);
}

static void map_reply(struct command_run *run, const struct client_response *response)
{
	uint64_t likely = 0, unclear = 0;

	json_get_u64(run->answer, "likely", &likely);
	json_get_u64(run->answer, "unclear", &unclear);
	map_note(run, likely,
		"counted under LIKELY: without this session and in another trace, from a caller "
		"that served this session all the while, and no other request at the time");
	map_note(run, unclear,
		"in no row: without a session, to services that this session's requests call, "
		"while those were under way; but other traffic may have caused them too");
	run_end(run, response->body);
}

static void map_start(struct command_run *run, const struct command_args *args)
{
	run->reply = map_reply;
	run_path(run, "traffic", NULL);
	run_query(run, "by", "edge");
	run_query(run, "session", args_get(args, "KEY"));
	run_send(run, "GET", "edges", 0);
}

const struct command command_session_map = {
	.noun = "session",
	.verb = "map",
	.summary = "show the calls of a session in the last minute, and the services that lost it",
	.help = "One row for each caller and version that it called; without a caller the request "
		"came from outside. PINNED went where the session pins. LOST came without the "
		"session, because the caller did not pass it on. LIKELY is the same, but the "
		"caller passed no trace id either, so only the time tells; calls that other "
		"traffic may have caused as well are in no row.",
	.examples = {"umbra session map checkout-4f2k"},
	COMMAND_ARGS(key_arg),
	.shape = SHAPE_LIST,
	.list_path = "edges",
	COMMAND_COLUMNS(map_columns),
	.opens = {.name = "map-session", .argument = "KEY"},
	.start = map_start,
};

const struct command command_session_end = {
	.noun = "session",
	.verb = "end",
	.summary = "end a session",
	.help = "Requests that still carry its key go to stable, or are refused for a day when it "
		"was strict. One that has ended already is done.",
	.examples = {"umbra session end checkout-4f2k",
		"umbra session end checkout-4f2k --if-there"},
	COMMAND_ARGS(end_args),
	.shape = SHAPE_NONE,
	.writes = true,
	.loses = true,
	.confirm = confirm_session_end,
	.start = end_start,
};
