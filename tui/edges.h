/*
 * Who calls whom, as the control plane counts it: one entry for a caller and what it called, with figures.
 * Sorted by caller, service, version. Filled from the answers of GET /v1/traffic?by=edge.
 */
#ifndef UMBRA_TUI_EDGES_H
#define UMBRA_TUI_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/model/window.h"

#include "tui/selection.h"

/* Without a caller ("" both) for what came from outside. */
struct edge {
	char caller_service[LIMIT_SERVICE_NAME + 1];
	char caller_version[LIMIT_VERSION_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1]; /* "" when nobody served */
	struct figures figures;
	char lost_trace[SELECTED_TRACE +
			1]; /* of the newest that lost its session here; "" none known */
};

struct edges;

struct edges *edges_create(void);
void edges_destroy(struct edges *edges);
void edges_clear(struct edges *edges);

size_t edges_count(const struct edges *edges);
/* Borrowed until the next read. */
const struct edge *edges_at(const struct edges *edges, size_t at);

/* Whether any answer was read since they were made or cleared. */
bool edges_known(const struct edges *edges);
/*
 * The requests a second of the last minute from `caller` ("": from outside) to `service` (NULL: to all) and
 * its version (NULL: all), as the history of figures.
 */
void edges_history(const struct edges *edges, const char *caller, const char *service,
	const char *version, struct figures *ret_figures);
/* Whether they are of all requests of the session they are of. */
bool edges_complete(const struct edges *edges);
/* Requests that may be of the session they are of, but other traffic explains them too: they are in no edge. */
uint64_t edges_unclear(const struct edges *edges);
/* As figures_read(). An entry whose key is no edge is left out. */
bool edges_read(struct edges *edges, struct str body, int64_t *ret_since, bool *ret_changed,
	struct errbuf *eb);

#endif
