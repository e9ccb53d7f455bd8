/*
 * The traffic stats the dashboard knows: one entry a version, and the sum of each service. Filled from
 * the answers of GET /v1/traffic, which hold only what changed.
 */
#ifndef UMBRA_TUI_DATA_TRAFFIC_STATS_H
#define UMBRA_TUI_DATA_TRAFFIC_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/sliding_window.h"

struct traffic_stats_table;

struct traffic_stats_table *traffic_stats_create(void);
void traffic_stats_destroy(struct traffic_stats_table *table);
void traffic_stats_clear(struct traffic_stats_table *table);

/* What hops without a version (refused by the proxy) did is under the empty version. */
void traffic_stats_put(struct traffic_stats_table *table, struct str service, struct str version,
	const struct stats *stats);
void traffic_stats_remove(
	struct traffic_stats_table *table, struct str service, struct str version);
void traffic_stats_remove_service(struct traffic_stats_table *table, struct str service);

/* NULL when nothing was heard. Borrowed until the next change. */
const struct stats *traffic_stats_version(
	const struct traffic_stats_table *table, struct str service, struct str version);
/*
 * Rates, bytes and history are summed, shares weighted by rate. The quantiles of a sum cannot be had from
 * quantiles alone: they are estimated, each version's requests taken as evenly spread between its p50,
 * p95 and p99 (and up to twice that), so they lie between those of its fastest and its slowest version.
 */
const struct stats *traffic_stats_service(
	const struct traffic_stats_table *table, struct str service);
/* Over all services. */
struct traffic_stats_sum {
	double rate; /* requests per second */
	double share_5xx;
	int over_s; /* the rates are over so much, less than a window after a start; 0 without requests */
};
void traffic_stats_total(
	const struct traffic_stats_table *table, struct traffic_stats_sum *ret_sum);

/*
 * Takes an answer of GET /v1/traffic; `ret_since` is what to ask for next, `ret_changed` whether anything
 * was in it. False, with a sentence, when it is none; what came before the mistake is taken.
 */
bool traffic_stats_read(struct traffic_stats_table *table, struct str body, int64_t *ret_since,
	bool *ret_changed, struct errbuf *eb);

#endif
