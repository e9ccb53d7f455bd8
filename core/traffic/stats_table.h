/*
 * Windows by key, a bounded number of them: beyond it the one that was quiet longest goes. Those
 * quiet for two minutes are at rest and take little (model/sliding_window.h).
 */
#ifndef UMBRA_TRAFFIC_STATS_TABLE_H
#define UMBRA_TRAFFIC_STATS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/request.h"
#include "core/model/sliding_window.h"

struct stats_table;

struct stats_table *stats_table_create(size_t max_keys);
void stats_table_destroy(struct stats_table *table);
/* Nothing is known of what was before: rates are over the time since then (model/sliding_window.h). At first 0. */
void stats_table_seen_from(struct stats_table *table, int64_t seen_from_ms);
size_t stats_table_count(const struct stats_table *table);
/* `time_ms`: when it happened, which is no longer ago than a window. */
void stats_table_add(
	struct stats_table *table, struct str key, const struct request *request, int64_t time_ms);
/* The request of number `seq`, which counts already, had lost its session. */
void stats_table_add_lost(struct stats_table *table, struct str key, int64_t time_ms, int64_t seq);
/*
 * Calls `each` for every key whose last request is later than WINDOW_SLOTS seconds before since_ms, the longest
 * window: the others are empty now and were then. since_ms 0: for every key. The most recent first.
 */
void stats_table_each(const struct stats_table *table, int64_t now_ms, int seconds,
	int64_t since_ms, void (*each)(void *arg, const char *key, const struct stats *stats),
	void *arg);
/* The stats of one. False when there is none by that key. */
bool stats_table_get(const struct stats_table *table, struct str key, int64_t now_ms, int seconds,
	struct stats *ret_stats);
/* Whether there ever was a request of that key, as far back as the table goes. */
bool stats_table_has(const struct stats_table *table, struct str key);
/* Puts those at rest that have been quiet; call it now and then. */
void stats_table_rest(struct stats_table *table, int64_t now_ms);

#endif
