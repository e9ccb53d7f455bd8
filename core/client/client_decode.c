/*
 * An answer of GET /v1/traffic as figures, for the dashboard, which knows no JSON of the control plane.
 */
#include "core/client/client.h"

#include "core/base/json.h"
#include "core/wire/traffic.h"

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
	client_figures_fn figures;
	client_edge_fn edge;
	void *arg;
};

static void tell(const struct reader *reader, const cJSON *entry, const char *key,
	const struct figures *figures)
{
	struct str trace = {0};

	if (reader->figures) {
		reader->figures(reader->arg, key, figures);
		return;
	}
	(void)json_get_str(entry, "lost_trace", &trace);
	reader->edge(reader->arg, key, figures, trace);
}

static bool read_entries(const cJSON *list, const struct reader *reader, struct errbuf *eb)
{
	const cJSON *entry;
	struct strbuf key;
	bool good = cJSON_IsArray(list);

	if (!good)
		err_set(eb, ERR_BAD_JSON, "The answer has no list of figures");
	strbuf_init(&key, KEY_MAX);
	for (entry = good ? list->child : NULL; entry != NULL && good; entry = entry->next) {
		struct figures figures;
		strbuf_reset(&key);
		good = wire_read_figures(entry, &key, &figures, eb) == ERR_NONE;
		if (good)
			tell(reader, entry, key.data, &figures);
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

bool client_read_figures(
	struct str body, client_figures_fn each, void *arg, int64_t *ret_since, struct errbuf *eb)
{
	struct client_edges whole = {0};

	return read_answer(
		body, &(struct reader){.figures = each, .arg = arg}, ret_since, &whole, eb);
}

bool client_read_edges(struct str body, client_edge_fn each, void *arg, int64_t *ret_since,
	struct client_edges *ret_whole, struct errbuf *eb)
{
	*ret_whole = (struct client_edges){.complete = true};
	return read_answer(
		body, &(struct reader){.edge = each, .arg = arg}, ret_since, ret_whole, eb);
}
