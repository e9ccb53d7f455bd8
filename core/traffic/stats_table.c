/*
 * Stats by key: a map to find a window, and two lists in the order of the last request, so that
 * what changed, what can rest and what must go are each found at an end. Invariant: a row is in
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

struct row {
	TAILQ_ENTRY(row) link;
	struct window *window;
	char *key;
	bool quiet;
};

TAILQ_HEAD(row_list, row);

struct stats_table {
	struct hashmap *map;
	size_t max_keys;
	int64_t seen_from_ms;
	struct row_list busy; /* the most recent last */
	struct row_list quiet;
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

static void row_free(void *value)
{
	struct row *row = value;

	window_destroy(row->window);
	free(row->key);
	free(row);
}

void stats_table_destroy(struct stats_table *table)
{
	if (table == NULL)
		return;
	hashmap_destroy(table->map, row_free);
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

static struct row_list *list_of(struct stats_table *table, const struct row *row)
{
	return row->quiet ? &table->quiet : &table->busy;
}

static void drop_one(struct stats_table *table)
{
	struct row *row = TAILQ_FIRST(&table->quiet);

	if (row == NULL)
		row = TAILQ_FIRST(&table->busy);
	TAILQ_REMOVE(list_of(table, row), row, link);
	hashmap_remove(table->map, str_of(row->key));
	row_free(row);
}

static struct row *make_row(struct stats_table *table, struct str key)
{
	struct row *row = xcalloc(1, sizeof(*row));

	if (hashmap_count(table->map) == table->max_keys)
		drop_one(table);
	row->window = window_create();
	row->key = str_dup(key);
	hashmap_set(table->map, key, row);
	return row;
}

void stats_table_add(
	struct stats_table *table, struct str key, const struct request *request, int64_t time_ms)
{
	struct row *row = hashmap_get(table->map, key);

	if (row != NULL)
		TAILQ_REMOVE(list_of(table, row), row, link);
	else
		row = make_row(table, key);
	row->quiet = false;
	TAILQ_INSERT_TAIL(&table->busy, row, link);
	window_add(row->window, time_ms, (int)request->status, request->total_ms, request->bytes_in,
		request->bytes_out);
}

void stats_table_add_lost(struct stats_table *table, struct str key, int64_t time_ms, int64_t seq)
{
	struct row *row = hashmap_get(table->map, key);

	if (row != NULL)
		window_add_lost(row->window, time_ms, seq);
}

void stats_table_each(const struct stats_table *table, int64_t now_ms, int seconds,
	int64_t since_ms, void (*each)(void *arg, const char *key, const struct stats *stats),
	void *arg)
{
	const struct row_list *lists[] = {&table->busy, &table->quiet};
	int64_t oldest = since_ms > 0 ? since_ms - (WINDOW_SLOTS + 1) * INT64_C(1000) : INT64_MIN;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct row *row;
		TAILQ_FOREACH_REVERSE(row, lists[i], row_list, link)
		{
			struct stats stats;
			if (window_last_seen(row->window) < oldest)
				return;
			window_stats(row->window, now_ms, seconds, table->seen_from_ms, &stats);
			each(arg, row->key, &stats);
		}
	}
}

bool stats_table_get(const struct stats_table *table, struct str key, int64_t now_ms, int seconds,
	struct stats *ret_stats)
{
	const struct row *row = hashmap_get(table->map, key);

	if (row == NULL)
		return false;
	window_stats(row->window, now_ms, seconds, table->seen_from_ms, ret_stats);
	return true;
}

bool stats_table_has(const struct stats_table *table, struct str key)
{
	return hashmap_get(table->map, key) != NULL;
}

void stats_table_rest(struct stats_table *table, int64_t now_ms)
{
	struct row *row;

	while ((row = TAILQ_FIRST(&table->busy)) != NULL &&
		now_ms - window_last_seen(row->window) > QUIET_MS) {
		TAILQ_REMOVE(&table->busy, row, link);
		window_rest(row->window, now_ms);
		row->quiet = true;
		TAILQ_INSERT_TAIL(&table->quiet, row, link);
	}
}
