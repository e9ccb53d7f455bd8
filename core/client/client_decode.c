/*
 * Answers of the control plane as the model's structs, for the dashboard, which knows no JSON: statistics of
 * GET /v1/traffic, events of GET /v1/events, records of GET /v1/requests, the changes of a dry run. Called with a whole
 * answer. Pure.
 */
#include "core/client/client.h"

#include "core/base/json.h"
#include "core/wire/record.h"
#include "core/wire/session_diff.h"
#include "core/wire/tail.h"
#include "core/wire/traffic.h"

/* ---- GET /v1/traffic ---- */

enum { KEY_MAX = 1024 };

static const cJSON *find_list(const cJSON *tree)
{
	static const char *const names[] = {"versions", "edges", "sessions"};
	const cJSON *list = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && list == NULL; i++)
		list = cJSON_GetObjectItemCaseSensitive(tree, names[i]);
	return list;
}

/* Whom the entries go to: one of the two. */
struct reader {
	client_stats_fn stats;
	client_edge_fn edge;
	void *arg;
};

static void tell(
	const struct reader *reader, const cJSON *entry, const char *key, const struct stats *stats)
{
	struct str trace = {0};

	if (reader->stats) {
		reader->stats(reader->arg, key, stats);
		return;
	}
	(void)json_get_str(entry, "lost_trace", &trace);
	reader->edge(reader->arg, key, stats, trace);
}

static bool read_entries(const cJSON *list, const struct reader *reader, struct errbuf *eb)
{
	const cJSON *entry;
	struct strbuf key;
	bool good = cJSON_IsArray(list);

	if (!good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of stats");
	strbuf_init(&key, KEY_MAX);
	for (entry = good ? list->child : NULL; entry != NULL && good; entry = entry->next) {
		struct stats stats;
		strbuf_reset(&key);
		good = wire_read_stats(entry, &key, &stats, eb) == ERR_NONE;
		if (good)
			tell(reader, entry, key.data, &stats);
	}
	strbuf_finish(&key);
	return good;
}

static bool read_answer(struct str body, const struct reader *reader, int64_t *ret_since,
	struct client_edges *ret_whole, struct errbuf *eb)
{
	uint64_t since = 0;
	cJSON *tree = json_parse(body, eb);
	bool good = tree != NULL && read_entries(find_list(tree), reader, eb);

	json_get_u64(tree, "since", &since);
	(void)json_get_bool(tree, "complete", &ret_whole->complete);
	json_get_u64(tree, "unclear", &ret_whole->unclear);
	cJSON_Delete(tree);
	if (good)
		*ret_since = (int64_t)since;
	return good;
}

bool client_read_stats(
	struct str body, client_stats_fn each, void *arg, int64_t *ret_since, struct errbuf *eb)
{
	struct client_edges whole = {0};

	return read_answer(
		body, &(struct reader){.stats = each, .arg = arg}, ret_since, &whole, eb);
}

bool client_read_edges(struct str body, client_edge_fn each, void *arg, int64_t *ret_since,
	struct client_edges *ret_whole, struct errbuf *eb)
{
	*ret_whole = (struct client_edges){.complete = true};
	return read_answer(
		body, &(struct reader){.edge = each, .arg = arg}, ret_since, ret_whole, eb);
}

/* ---- GET /v1/events ---- */

/* cJSON keeps the last child as the first one's `prev`: that is how the list is gone over backwards. */
static const cJSON *last_of(const cJSON *list)
{
	return list->child != NULL ? list->child->prev : NULL;
}

bool client_read_events(
	struct str body, client_event_fn each, void *arg, int64_t *ret_last, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, eb);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "events");
	uint64_t last = 0;
	bool good = cJSON_IsArray(list) && json_get_u64(tree, "last", &last);
	const cJSON *next;

	if (tree != NULL && !good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of events");
	for (const cJSON *item = good ? last_of(list) : NULL; item != NULL; item = next) {
		struct event event;

		next = item == list->child ? NULL : item->prev;
		if (wire_read_event(item, &event, NULL) != ERR_NONE)
			continue;
		each(arg, &event);
		record_finish(&event_type, &event);
	}
	cJSON_Delete(tree);
	if (good)
		*ret_last = (int64_t)last;
	return good;
}

/* ---- a dry run of a session's change ---- */

bool client_read_session_diff(struct str body, const struct environment *env, client_change_fn each,
	void *arg, int64_t *ret_routes_changed, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, eb);
	const cJSON *changes = cJSON_GetObjectItemCaseSensitive(tree, "changes");
	const cJSON *item;
	uint64_t routes = 0;
	bool good = json_get_u64(tree, "routes_changed", &routes);

	if (tree != NULL && !good)
		err_set(eb, ERR_BAD_JSON, "The answer does not say how many routes change");
	cJSON_ArrayForEach(item, changes)
	{
		struct session_diff_change change;

		if (good && wire_read_session_change(item, env, &change))
			each(arg, &change);
	}
	cJSON_Delete(tree);
	if (good)
		*ret_routes_changed = (int64_t)routes;
	return good;
}

/* ---- GET /v1/requests, and lines of its tail ---- */

bool client_read_requests(struct str body, client_request_fn each, void *arg, struct errbuf *eb)
{
	cJSON *tree = json_parse(body, eb);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "requests");
	bool good = cJSON_IsArray(list);

	if (tree != NULL && !good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of requests");
	for (int i = good ? cJSON_GetArraySize(list) : 0; i > 0; i--) {
		struct request request;

		if (wire_read_request(cJSON_GetArrayItem(list, i - 1), &request, NULL) == ERR_NONE)
			each(arg, &request);
	}
	cJSON_Delete(tree);
	return good;
}

int64_t client_read_newest(struct str body)
{
	cJSON *tree = json_parse(body, NULL);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "requests");
	uint64_t seq = 0;
	int64_t newest = TAIL_CLIENT_FROM_NOW;

	if (json_get_u64(cJSON_GetArrayItem(list, 0), "seq", &seq))
		newest = (int64_t)seq;
	else if (json_get_u64(tree, "oldest", &seq) && seq > 0)
		newest = (int64_t)seq - 1;
	cJSON_Delete(tree);
	return newest;
}

void client_write_request(struct strbuf *out, const struct request *request)
{
	wire_write_tail_record(out, request);
}

void client_write_missing(struct strbuf *out, int64_t count, const char *why)
{
	wire_write_tail_lost(out, count, why);
}
