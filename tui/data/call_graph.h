/*
 * Who calls whom, as the control plane counts it: one entry for a caller and what it called, with stats.
 * Sorted by caller, service, version. Filled from the answers of GET /v1/traffic?by=edge.
 */
#ifndef UMBRA_TUI_DATA_CALL_GRAPH_H
#define UMBRA_TUI_DATA_CALL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/model/sliding_window.h"

#include "tui/data/selection.h"

/* Without a caller ("" both) for what came from outside. */
struct edge {
	char caller_service[LIMIT_SERVICE_NAME + 1];
	char caller_version[LIMIT_VERSION_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1]; /* "" when nobody served */
	struct stats stats;
	char lost_trace[SELECTED_TRACE +
			1]; /* of the newest that lost its session here; "" none known */
};

struct call_graph;

struct call_graph *call_graph_create(void);
void call_graph_destroy(struct call_graph *edges);
void call_graph_clear(struct call_graph *edges);

size_t call_graph_count(const struct call_graph *edges);
/* Borrowed until the next read. */
const struct edge *call_graph_at(const struct call_graph *edges, size_t at);

/* Whether any answer was read since they were made or cleared. */
bool call_graph_known(const struct call_graph *edges);
/*
 * The requests a second of the last minute from `caller` ("": from outside) to `service` (NULL: to all) and
 * its version (NULL: all), as the history of stats.
 */
void call_graph_history(const struct call_graph *edges, const char *caller, const char *service,
	const char *version, struct stats *ret_stats);
/* Whether they are of all requests of the session they are of. */
bool call_graph_complete(const struct call_graph *edges);
/* Requests that may be of the session they are of, but other traffic explains them too: they are in no edge. */
uint64_t call_graph_unclear(const struct call_graph *edges);
/* As traffic_stats_read(). An entry whose key is no edge is left out. */
bool call_graph_read(struct call_graph *edges, struct str body, int64_t *ret_since,
	bool *ret_changed, struct errbuf *eb);

#endif
