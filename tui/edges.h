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

/* Without a caller ("" both) for what came from outside. */
struct edge {
	char caller_service[LIMIT_SERVICE_NAME + 1];
	char caller_version[LIMIT_VERSION_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1]; /* "" when nobody served */
	struct figures figures;
};

struct edges;

struct edges *edges_create(void);
void edges_destroy(struct edges *edges);
void edges_clear(struct edges *edges);

size_t edges_count(const struct edges *edges);
/* Borrowed until the next read. */
const struct edge *edges_at(const struct edges *edges, size_t at);

/* As figures_read(). An entry whose key is no edge is left out. */
bool edges_read(struct edges *edges, struct str body, int64_t *ret_since, bool *ret_changed,
	struct errbuf *eb);

#endif
