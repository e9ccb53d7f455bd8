/*
 * The `list` commands: one list of GET /v1/environment, with the rows a filter keeps, or of GET /v1/pulls, which
 * filters itself. The API has no list of versions by itself; the environment is one answer, and filtering here is
 * the same code as in the dashboard. A service is shown with how many of its versions are ready, a session with those
 * of its pins that are not.
 *
 * With --watch the changes feed says when to ask again, and what is other then is shown: rows that are new or changed,
 * and the names of those that are gone. An answer may be newer than the change that asked for it, never older.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/command/command_run.h"
#include "core/command/value_format.h"
#include "core/model/environment.h"
#include "core/model/filter.h"
#include "core/wire/record.h"

/* A list is asked for again this long after the answer before, at the earliest. */
enum {
	LIST_BYTES_MAX = 256 << 20,
	LIST_AGAIN_MS = 500,
	ROW_NAME_MAX = LIMIT_URL + VERSION_ID_SIZE
};

struct list {
	const struct command *command;
	const struct keeper *keeper;
	struct filter *filter;
	struct hashmap *tallies; /* service -> struct tally */
	struct hashmap *states; /* service@version -> its state */
	size_t kept; /* rows written */
	int64_t now_ms;

	/* With --watch. */
	bool watch;
	bool again; /* something changed since it was asked for */
	struct hashmap *shown; /* name of a row -> struct shown */
	uint64_t round; /* of the answers */
	struct feed *feed;
	struct event *timer;
};

struct tally {
	int total;
	int ready;
};

struct shown {
	uint64_t round; /* it was last in */
	char *text;
};

static void shown_free(void *value)
{
	struct shown *shown = value;

	cJSON_free(shown->text);
	free(shown);
}

static void list_release(void *extra)
{
	struct list *list = extra;

	if (list->feed)
		feed_cancel(list->feed);
	if (list->timer)
		event_free(list->timer);
	filter_destroy(list->filter);
	hashmap_destroy(list->tallies, free);
	hashmap_destroy(list->states, free);
	hashmap_destroy(list->shown, shown_free);
	free(list);
}

static void learn_versions(struct list *list, const cJSON *versions)
{
	const cJSON *version;

	hashmap_destroy(list->tallies, free);
	hashmap_destroy(list->states, free);
	list->tallies = hashmap_create();
	list->states = hashmap_create();
	cJSON_ArrayForEach(version, versions)
	{
		struct str service = str_of(say_text(version, "service"));
		const char *state = say_text(version, "state");
		struct tally *tally = hashmap_get(list->tallies, service);
		struct strbuf name;

		strbuf_init(&name, VERSION_ID_SIZE);
		value_add_name(&name, "service@version", version);
		if (!tally) {
			tally = xcalloc(1, sizeof(*tally));
			hashmap_set(list->tallies, service, tally);
		}
		tally->total++;
		tally->ready += strcmp(state, version_state_names[STATE_READY]) == 0;
		free(hashmap_set(list->states, strbuf_str(&name), xstrdup(state)));
		strbuf_finish(&name);
	}
}
static bool keep_service(struct list *list, cJSON *item)
{
	static const struct tally none;
	const struct tally *tally = hashmap_get(list->tallies, str_of(say_text(item, "name")));

	if (!tally)
		tally = &none;
	cJSON_AddNumberToObject(item, "versions", tally->total);
	cJSON_AddNumberToObject(item, "ready", tally->ready);
	return true;
}

static bool keep_version(struct list *list, cJSON *item)
{
	struct version version = {.refs = 1};
	struct service service = {.refs = 1};
	uint64_t present;
	bool keep;

	if (wire_read_record(&version_type, item, WIRE_TRUST, &version, &present, NULL))
		return false;
	service.name = version.service;
	keep = filter_match_version(list->filter, &service, &version, list->now_ms);
	record_finish(&version_type, &version);
	return keep;
}

/* Adds the member "not_ready": an entry for each pinned version that cannot serve, with its state, or "gone". */
static void add_not_ready(struct list *list, cJSON *session)
{
	cJSON *not_ready = cJSON_CreateObject();
	const cJSON *pin;
	struct strbuf name;

	cJSON_ArrayForEach(pin, cJSON_GetObjectItemCaseSensitive(session, "pins"))
	{
		const char *state;

		if (!cJSON_IsString(pin))
			continue;
		strbuf_init(&name, VERSION_ID_SIZE);
		strbuf_addf(&name, "%s@%s", pin->string, pin->valuestring);
		state = hashmap_get(list->states, strbuf_str(&name));
		if (!state || strcmp(state, version_state_names[STATE_READY]) != 0)
			cJSON_AddStringToObject(not_ready, pin->string, state ? state : "gone");
		strbuf_finish(&name);
	}
	cJSON_AddItemToObject(session, "not_ready", not_ready);
}

static bool keep_session(struct list *list, cJSON *item)
{
	struct session session = {.refs = 1};
	uint64_t present;
	bool keep;

	if (wire_read_record(&session_type, item, WIRE_TRUST, &session, &present, NULL))
		return false;
	keep = filter_match_session(list->filter, &session, list->now_ms);
	record_finish(&session_type, &session);
	add_not_ready(list, item);
	return keep;
}

/* The control plane has filtered them. */
static bool keep_pull(struct list *list, cJSON *item)
{
	(void)list;
	(void)item;
	return true;
}

static const struct keeper {
	const char *list;
	const char *path;
	bool (*keep)(struct list *list, cJSON *item);
	const char *(*unsupported)(const struct filter *filter); /* a term it has no field for */
	const char
		*row_id; /* the members that tell rows apart: two repositories may have a number */
} keepers[] = {
	{"services", "environment", keep_service, NULL, "name"},
	{"versions", "environment", keep_version, filter_not_of_versions, "service@version"},
	{"sessions", "environment", keep_session, filter_not_of_sessions, "key"},
	{"pulls", "pulls", keep_pull, NULL, "number@url"},
};

static const struct keeper *keeper_of(const char *list)
{
	size_t i = 0;

	while (strcmp(keepers[i].list, list) != 0)
		i++;
	return &keepers[i];
}

/* What makes a row other; how much traffic it has is always other. The caller frees. */
static char *row_text(cJSON *item)
{
	cJSON_DeleteItemFromObjectCaseSensitive(item, "rate");
	cJSON_DeleteItemFromObjectCaseSensitive(item, "share_5xx");
	return cJSON_PrintUnformatted(item);
}

/* Whether the row is to be written: with --watch only what is other than when it was last. */
static bool is_news(struct list *list, cJSON *item)
{
	struct shown *shown;
	struct strbuf name;
	char *text;
	bool news;

	if (!list->watch)
		return true;
	strbuf_init(&name, ROW_NAME_MAX);
	value_add_name(&name, list->keeper->row_id, item);
	shown = hashmap_get(list->shown, strbuf_str(&name));
	if (!shown) {
		shown = xcalloc(1, sizeof(*shown));
		hashmap_set(list->shown, strbuf_str(&name), shown);
	}
	text = row_text(item);
	news = !shown->text || !text || strcmp(shown->text, text) != 0;
	cJSON_free(shown->text);
	shown->text = text;
	shown->round = list->round;
	strbuf_finish(&name);
	return news;
}

static void list_write(struct list *list, const cJSON *items, struct strbuf *out)
{
	const char *between = "";
	cJSON *item;

	list->kept = 0;
	strbuf_addf(out, "{\"%s\":[", list->command->list_path);
	cJSON_ArrayForEach(item, items)
	{
		char *text;

		if (!list->keeper->keep(list, item))
			continue;
		text = cJSON_PrintUnformatted(item);
		if (text && is_news(list, item)) {
			strbuf_add_c(out, between);
			strbuf_add_c(out, text);
			between = ",";
			list->kept++;
		}
		cJSON_free(text);
	}
	strbuf_add_c(out, "]}");
}

/* Nothing was kept, and a term that such objects do not have is why. */
static void list_say_unsupported(struct command_run *run, const struct list *list)
{
	const char *term =
		list->keeper->unsupported ? list->keeper->unsupported(list->filter) : NULL;
	struct strbuf note;

	if (list->kept || !term)
		return;
	strbuf_init(&note, 256);
	strbuf_addf(&note,
		"%s have no \"%s\", so none matches; requests are searched by: umbra logs",
		list->keeper->list, term);
	run_piece(run, (struct str){0}, strbuf_str(&note));
	strbuf_finish(&note);
}

/* ---- watching ---- */

static void list_say_gone(struct command_run *run)
{
	struct list *list = run->extra;
	struct shown *shown;
	struct str name;
	void *value;

	for (size_t cursor = 0; hashmap_next(list->shown, &cursor, &name, &value);) {
		struct json_writer w;
		struct strbuf out;

		shown = value;
		if (shown->round == list->round)
			continue;
		strbuf_init(&out, LIMIT_BODY);
		json_start(&w, &out);
		json_object(&w, NULL);
		json_str(&w, "gone", name);
		json_object_end(&w);
		run_piece(run, strbuf_str(&out), (struct str){0});
		strbuf_finish(&out);
		hashmap_remove(list->shown, name);
		shown_free(shown);
	}
}

static void list_ask(struct command_run *run)
{
	struct list *list = run->extra;

	list->again = false;
	run_send(run, "GET", list->command->list_path, 0);
}

static void list_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	list_ask(arg);
}

static void list_on_change(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	static const struct timeval soon = {.tv_usec = LIST_AGAIN_MS * 1000L};
	struct command_run *run = arg;
	struct list *list = run->extra;

	(void)env;
	(void)changes;
	list->again |= count > 0 || full;
	if (list->again && !run->call && !evtimer_pending(list->timer, NULL))
		event_add(list->timer, &soon);
}

static void list_on_state(void *arg, enum feed_state state, const char *why)
{
	if (state == FEED_STALE)
		run_piece(arg, (struct str){0}, str_of(why));
}

/* While watching, a control plane that is away is waited for: with the feed's next batch it is asked again. */
static bool list_failed(struct command_run *run, const struct client_response *response)
{
	struct list *list = run->extra;

	list->again = true;
	return list->feed && response->err == ERR_UNREACHABLE;
}

/* ---- once ---- */

static void list_reply(struct command_run *run, const struct client_response *response)
{
	static const struct feed_ops ops = {.changed = list_on_change, .state = list_on_state};
	struct list *list = run->extra;
	struct strbuf out;
	cJSON *root = run_take_answer(run);
	bool first = list->round++ == 0;

	(void)response;
	strbuf_init(&out, LIST_BYTES_MAX);
	list->now_ms = client_now_ms(run->client);
	learn_versions(list, cJSON_GetObjectItemCaseSensitive(root, "versions"));
	list_write(list, cJSON_GetObjectItemCaseSensitive(root, list->command->list_path), &out);
	cJSON_Delete(root);
	if (first)
		list_say_unsupported(run, list);
	if (!list->watch) {
		run_end(run, strbuf_str(&out));
		strbuf_finish(&out);
		return;
	}
	if (first || list->kept)
		run_piece(run, strbuf_str(&out), (struct str){0});
	strbuf_finish(&out);
	list_say_gone(run);
	if (!list->feed)
		list->feed = client_feed(run->client, &ops, run);
	list_on_change(run, NULL, NULL, 0, list->again);
}

void run_list(struct command_run *run, const struct command_args *args)
{
	struct list *list = xcalloc(1, sizeof(*list));
	struct strbuf words;

	strbuf_init(&words, LIMIT_FILTER);
	args_join(&words, args, "FILTER");
	list->command = args->command;
	list->keeper = keeper_of(list->command->list_path);
	list->filter = filter_parse(strbuf_str(&words), NULL, NULL);
	assert(list->filter); /* command_parse() has checked it */
	list->tallies = hashmap_create();
	list->states = hashmap_create();
	list->shown = hashmap_create();
	list->watch = args_has(args, "--watch");
	list->timer = evtimer_new(client_base(run->client), list_on_timer, run);
	run->extra = list;
	run->release = list_release;
	run->reply = list_reply;
	run->failed = list_failed;
	run_path(run, list->keeper->path, NULL);
	if (list->keeper->keep == keep_pull)
		run_query(run, "filter", words.len > 0 ? words.data : NULL);
	strbuf_finish(&words);
	list_ask(run);
}
