/*
 * The `list` commands: one list of GET /v1/environment, with the rows a filter keeps. The API has no list
 * of versions by itself; the environment is one answer, and filtering here is the same code as in the
 * dashboard. A service is shown with how many of its versions are ready.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/command/command_run.h"
#include "core/model/environment.h"
#include "core/model/filter.h"
#include "core/wire/record.h"

enum { LIST_BYTES_MAX = 256 << 20 };

struct list {
	const struct command *command;
	struct filter *filter;
	struct hashmap *tallies; /* service -> struct tally */
	size_t kept; /* rows written */
	int64_t now_ms;
};

struct tally {
	int total;
	int ready;
};

static void list_release(void *extra)
{
	struct list *list = extra;

	filter_destroy(list->filter);
	hashmap_destroy(list->tallies, free);
	free(list);
}

static void tally_versions(struct list *list, const cJSON *versions)
{
	const cJSON *version;

	cJSON_ArrayForEach(version, versions)
	{
		struct str service = str_of(say_text(version, "service"));
		struct tally *tally = hashmap_get(list->tallies, service);

		if (!tally) {
			tally = xcalloc(1, sizeof(*tally));
			hashmap_set(list->tallies, service, tally);
		}
		tally->total++;
		if (str_eq_c(str_of(say_text(version, "state")), version_state_names[STATE_READY]))
			tally->ready++;
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

static bool keep_session(struct list *list, cJSON *item)
{
	struct session session = {.refs = 1};
	uint64_t present;
	bool keep;

	if (wire_read_record(&session_type, item, WIRE_TRUST, &session, &present, NULL))
		return false;
	keep = filter_match_session(list->filter, &session, list->now_ms);
	record_finish(&session_type, &session);
	return keep;
}

static const struct keeper {
	const char *list;
	bool (*keep)(struct list *list, cJSON *item);
	const char *(*unsupported)(const struct filter *filter); /* a term it has no field for */
} keepers[] = {
	{"services", keep_service, NULL},
	{"versions", keep_version, filter_not_of_versions},
	{"sessions", keep_session, filter_not_of_sessions},
};

static const struct keeper *list_keeper(const struct list *list)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(keepers) &&
		!str_eq_c(str_of(keepers[i].list), list->command->list_path))
		i++;
	return &keepers[i];
}

static void list_write(struct list *list, const cJSON *items, struct strbuf *out)
{
	const struct keeper *keeper = list_keeper(list);
	const char *between = "";
	cJSON *item;

	list->kept = 0;
	strbuf_addf(out, "{\"%s\":[", list->command->list_path);
	cJSON_ArrayForEach(item, items)
	{
		char *text;

		if (!keeper->keep(list, item))
			continue;
		text = cJSON_PrintUnformatted(item);
		strbuf_add_c(out, between);
		strbuf_add_c(out, text ? text : "null");
		cJSON_free(text);
		between = ",";
		list->kept++;
	}
	strbuf_add_c(out, "]}");
}

/* Nothing was kept, and a term that such things do not have is why. */
static void list_say_stranger(struct command_run *run, const struct list *list)
{
	const struct keeper *keeper = list_keeper(list);
	const char *term = keeper->unsupported ? keeper->unsupported(list->filter) : NULL;
	struct strbuf note;

	if (list->kept || !term)
		return;
	strbuf_init(&note, 256);
	strbuf_addf(&note,
		"%s have no \"%s\", so none matches; requests are searched by: umbra logs",
		keeper->list, term);
	run_piece(run, (struct str){0}, strbuf_str(&note));
	strbuf_finish(&note);
}

static void list_reply(struct command_run *run, const struct client_response *response)
{
	struct list *list = run->extra;
	struct strbuf out;
	cJSON *root = run_take_answer(run);

	(void)response;
	strbuf_init(&out, LIST_BYTES_MAX);
	list->now_ms = client_now_ms(run->client);
	tally_versions(list, cJSON_GetObjectItemCaseSensitive(root, "versions"));
	list_write(list, cJSON_GetObjectItemCaseSensitive(root, list->command->list_path), &out);
	list_say_stranger(run, list);
	run_end(run, strbuf_str(&out));
	strbuf_finish(&out);
	cJSON_Delete(root);
}

struct command_run *run_list(
	struct client *client, const struct command_args *args, command_done_fn done, void *arg)
{
	struct command_run *run = run_create(client, done, arg);
	struct list *list = xcalloc(1, sizeof(*list));
	struct strbuf words;

	strbuf_init(&words, LIMIT_FILTER);
	args_join(&words, args, "FILTER");
	list->command = args->command;
	list->filter = filter_parse(strbuf_str(&words), NULL, NULL);
	assert(list->filter); /* command_parse() has checked it */
	list->tallies = hashmap_create();
	strbuf_finish(&words);
	run->extra = list;
	run->release = list_release;
	run->reply = list_reply;
	run_path(run, "environment", NULL);
	run_send(run, "GET", list->command->list_path, 0);
	return run;
}
