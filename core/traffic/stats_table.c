/*
 * Figures by key: a map to find a window, and two lists in the order of the last request, so that
 * what changed, what can rest and what must go are each found at an end. Invariant: a figure is in
 * the map and in exactly one list; what is in `quiet` is at rest.
 */
#include "core/traffic/stats_table.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"

/*
 * Longer than a window and the steps it is asked in, so that whoever asks has seen it go down to
 * zero.
 */
enum { QUIET_MS = 120000 };

struct figure {
	TAILQ_ENTRY(figure) link;
	struct window *window;
	char *key;
	bool quiet;
};

TAILQ_HEAD(figure_list, figure);

struct stats_table {
	struct hashmap *map;
	size_t max_keys;
	int64_t seen_from_ms;
	struct figure_list busy; /* the most recent last */
	struct figure_list quiet;
};

struct stats_table *stats_table_create(size_t max_keys)
{
	struct stats_table *table = xcalloc(1, sizeof(*table));

	table->map = hashmap_create();
	table->max_keys = max_keys;
	TAILQ_INIT(&table->busy);
	TAILQ_INIT(&table->quiet);
	return table;
}

static void figure_free(void *value)
{
	struct figure *figure = value;

	window_destroy(figure->window);
	free(figure->key);
	free(figure);
}

void stats_table_destroy(struct stats_table *table)
{
	if (table == NULL)
		return;
	hashmap_destroy(table->map, figure_free);
	free(table);
}

void stats_table_seen_from(struct stats_table *table, int64_t seen_from_ms)
{
	table->seen_from_ms = seen_from_ms;
}

size_t stats_table_count(const struct stats_table *table)
{
	return hashmap_count(table->map);
}

static struct figure_list *list_of(struct stats_table *table, const struct figure *figure)
{
	return figure->quiet ? &table->quiet : &table->busy;
}

static void drop_one(struct stats_table *table)
{
	struct figure *figure = TAILQ_FIRST(&table->quiet);

	if (figure == NULL)
		figure = TAILQ_FIRST(&table->busy);
	TAILQ_REMOVE(list_of(table, figure), figure, link);
	hashmap_remove(table->map, str_of(figure->key));
	figure_free(figure);
}

static struct figure *make_figure(struct stats_table *table, struct str key)
{
	struct figure *figure = xcalloc(1, sizeof(*figure));

	if (hashmap_count(table->map) == table->max_keys)
		drop_one(table);
	figure->window = window_create();
	figure->key = str_dup(key);
	hashmap_set(table->map, key, figure);
	return figure;
}

void stats_table_add(
	struct stats_table *table, struct str key, const struct request *request, int64_t time_ms)
{
	struct figure *figure = hashmap_get(table->map, key);

	if (figure != NULL)
		TAILQ_REMOVE(list_of(table, figure), figure, link);
	else
		figure = make_figure(table, key);
	figure->quiet = false;
	TAILQ_INSERT_TAIL(&table->busy, figure, link);
	window_add(figure->window, time_ms, (int)request->status, request->total_ms,
		request->bytes_in, request->bytes_out);
}

void stats_table_add_lost(struct stats_table *table, struct str key, int64_t time_ms, int64_t seq)
{
	struct figure *figure = hashmap_get(table->map, key);

	if (figure != NULL)
		window_add_lost(figure->window, time_ms, seq);
}

void stats_table_each(const struct stats_table *table, int64_t now_ms, int seconds,
	int64_t since_ms, void (*each)(void *arg, const char *key, const struct figures *figures),
	void *arg)
{
	const struct figure_list *lists[] = {&table->busy, &table->quiet};
	int64_t oldest = since_ms > 0 ? since_ms - (WINDOW_SLOTS + 1) * INT64_C(1000) : INT64_MIN;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct figure *figure;
		TAILQ_FOREACH_REVERSE(figure, lists[i], figure_list, link)
		{
			struct figures figures;
			if (window_last_seen(figure->window) < oldest)
				return;
			window_figures(
				figure->window, now_ms, seconds, table->seen_from_ms, &figures);
			each(arg, figure->key, &figures);
		}
	}
}

bool stats_table_get(const struct stats_table *table, struct str key, int64_t now_ms, int seconds,
	struct figures *ret_figures)
{
	const struct figure *figure = hashmap_get(table->map, key);

	if (figure == NULL)
		return false;
	window_figures(figure->window, now_ms, seconds, table->seen_from_ms, ret_figures);
	return true;
}

bool stats_table_has(const struct stats_table *table, struct str key)
{
	return hashmap_get(table->map, key) != NULL;
}

void stats_table_rest(struct stats_table *table, int64_t now_ms)
{
	struct figure *figure;

	while ((figure = TAILQ_FIRST(&table->busy)) != NULL &&
		now_ms - window_last_seen(figure->window) > QUIET_MS) {
		TAILQ_REMOVE(&table->busy, figure, link);
		window_rest(figure->window, now_ms);
		figure->quiet = true;
		TAILQ_INSERT_TAIL(&table->quiet, figure, link);
	}
}
