/*
 * The `list` commands: one list of GET /v1/environment, with the rows a filter keeps. The API has no list
 * of versions by itself; the environment is one answer, and filtering here is the same code as in the
 * dashboard. A service is shown with how many of its versions are ready.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/command/run.h"
#include "core/model/environment.h"
#include "core/model/filter.h"
#include "core/wire/record.h"

enum { LIST_BYTES_MAX = 256 << 20 };

struct list {
	const struct command *command;
	struct filter *filter;
	struct map *tallies; /* service -> struct tally */
};

struct tally {
	int total;
	int ready;
};

static void list_release(void *extra)
{
	struct list *list = extra;

	filter_destroy(list->filter);
	map_destroy(list->tallies, free);
	free(list);
}

static void tally_versions(struct list *list, const cJSON *versions)
{
	const cJSON *version;

	cJSON_ArrayForEach(version, versions)
	{
		struct str service = str_of(say_text(version, "service"));
		struct tally *tally = map_get(list->tallies, service);

		if (!tally) {
			tally = xcalloc(1, sizeof(*tally));
			map_set(list->tallies, service, tally);
		}
		tally->total++;
		if (str_eq_c(str_of(say_text(version, "state")), version_state_names[STATE_READY]))
			tally->ready++;
	}
}

static bool keep_service(struct list *list, cJSON *item)
{
	static const struct tally none;
	const struct tally *tally = map_get(list->tallies, str_of(say_text(item, "name")));

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
	keep = filter_match_version(list->filter, &service, &version, time_now_ms());
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
	keep = filter_match_session(list->filter, &session, time_now_ms());
	record_finish(&session_type, &session);
	return keep;
}

static const struct {
	const char *list;
	bool (*keep)(struct list *list, cJSON *item);
} keepers[] = {
	{"services", keep_service},
	{"versions", keep_version},
	{"sessions", keep_session},
};

static bool list_keep(struct list *list, cJSON *item)
{
	for (size_t i = 0; i < ARRAY_LEN(keepers); i++)
		if (str_eq_c(str_of(keepers[i].list), list->command->list_path))
			return keepers[i].keep(list, item);
	return false;
}

static void list_write(struct list *list, const cJSON *items, struct strbuf *out)
{
	const char *between = "";
	cJSON *item;

	strbuf_addf(out, "{\"%s\":[", list->command->list_path);
	cJSON_ArrayForEach(item, items)
	{
		char *text;

		if (!list_keep(list, item))
			continue;
		text = cJSON_PrintUnformatted(item);
		strbuf_add_c(out, between);
		strbuf_add_c(out, text ? text : "null");
		cJSON_free(text);
		between = ",";
	}
	strbuf_add_c(out, "]}");
}

static void list_reply(struct command_run *run, const struct client_response *response)
{
	struct list *list = run->extra;
	struct strbuf out;
	cJSON *root = run_parse(run, response);

	if (!root)
		return;
	strbuf_init(&out, LIST_BYTES_MAX);
	tally_versions(list, cJSON_GetObjectItemCaseSensitive(root, "versions"));
	list_write(list, cJSON_GetObjectItemCaseSensitive(root, list->command->list_path), &out);
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
	list->tallies = map_create();
	strbuf_finish(&words);
	run->extra = list;
	run->release = list_release;
	run->reply = list_reply;
	run_path(run, "environment", NULL);
	run_send(run, "GET", 0);
	return run;
}
