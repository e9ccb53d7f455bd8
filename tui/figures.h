/*
 * The traffic figures the dashboard knows: one entry a version, and the sum of each service. Filled from
 * the answers of GET /v1/traffic, which hold only what changed.
 */
#ifndef UMBRA_TUI_FIGURES_H
#define UMBRA_TUI_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/window.h"

struct figures_table;

struct figures_table *figures_create(void);
void figures_destroy(struct figures_table *table);
void figures_clear(struct figures_table *table);

/* What hops without a version (refused by the proxy) did is under the empty version. */
void figures_put(struct figures_table *table, struct str service, struct str version,
	const struct figures *figures);
void figures_remove(struct figures_table *table, struct str service, struct str version);
void figures_remove_service(struct figures_table *table, struct str service);

/* NULL when nothing was heard. Borrowed until the next change. */
const struct figures *figures_version(
	const struct figures_table *table, struct str service, struct str version);
/*
 * Rates, bytes and history are summed, shares weighted by rate. The quantiles of a sum cannot be had from
 * quantiles alone: they are estimated, each version's requests taken as evenly spread between its p50,
 * p95 and p99 (and up to twice that), so they lie between those of its fastest and its slowest version.
 */
const struct figures *figures_service(const struct figures_table *table, struct str service);
/* Over all services: requests per second and the share of 5xx among them. */
void figures_total(const struct figures_table *table, double *ret_rate, double *ret_share_5xx);

/*
 * Takes an answer of GET /v1/traffic; `ret_since` is what to ask for next, `ret_changed` whether anything
 * was in it. False, with a sentence, when it is none; what came before the mistake is taken.
 */
bool figures_read(struct figures_table *table, struct str body, int64_t *ret_since,
	bool *ret_changed, struct errbuf *eb);

#endif
