/*
 * Keeps the edges sorted. Fed by the app, read by the views. Invariant: no two entries have the same caller,
 * service and version.
 */
#include "tui/data/call_graph.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/client/client.h"

struct call_graph {
	struct edge *items;
	size_t count;
	size_t cap;
	bool known;
	bool changed; /* by what is being read */
	struct client_edges whole;
};

struct call_graph *call_graph_create(void)
{
	return xcalloc(1, sizeof(struct call_graph));
}

void call_graph_destroy(struct call_graph *edges)
{
	if (!edges)
		return;
	free(edges->items);
	free(edges);
}

void call_graph_clear(struct call_graph *edges)
{
	edges->count = 0;
	edges->known = false;
}

bool call_graph_known(const struct call_graph *edges)
{
	return edges->known;
}

bool call_graph_complete(const struct call_graph *edges)
{
	return edges->whole.complete || !edges->known;
}

uint64_t call_graph_unclear(const struct call_graph *edges)
{
	return edges->known ? edges->whole.unclear : 0;
}

size_t call_graph_count(const struct call_graph *edges)
{
	return edges->count;
}

const struct edge *call_graph_at(const struct call_graph *edges, size_t at)
{
	return at < edges->count ? &edges->items[at] : NULL;
}

static int compare(const struct edge *a, const struct edge *b)
{
	int order = strcmp(a->caller_service, b->caller_service);

	if (order == 0)
		order = strcmp(a->caller_version, b->caller_version);
	if (order == 0)
		order = strcmp(a->service, b->service);
	return order != 0 ? order : strcmp(a->version, b->version);
}

/* Where it is, or where it belongs. */
static size_t place_of(const struct call_graph *edges, const struct edge *edge)
{
	size_t low = 0;
	size_t high = edges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&edges->items[middle], edge) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void call_graph_history(const struct call_graph *edges, const char *caller, const char *service,
	const char *version, struct stats *ret_stats)
{
	struct edge from = {0};

	memset(ret_stats, 0, sizeof(*ret_stats));
	str_copy(from.caller_service, sizeof(from.caller_service), str_of(caller));
	for (size_t i = place_of(edges, &from); i < edges->count; i++) {
		const struct edge *edge = &edges->items[i];

		if (strcmp(edge->caller_service, caller) != 0)
			return;
		if ((service && strcmp(edge->service, service) != 0) ||
			(version && strcmp(edge->version, version) != 0))
			continue;
		for (size_t slot = 0; slot < WINDOW_SLOTS; slot++)
			ret_stats->history[slot] += edge->stats.history[slot];
	}
}

static void put(struct call_graph *edges, const struct edge *edge)
{
	size_t at = place_of(edges, edge);

	if (at < edges->count && compare(&edges->items[at], edge) == 0) {
		edges->items[at] = *edge;
		return;
	}
	array_reserve(&edges->items, &edges->cap, edges->count + 1, sizeof(*edges->items));
	memmove(edges->items + at + 1, edges->items + at,
		(edges->count - at) * sizeof(*edges->items));
	edges->items[at] = *edge;
	edges->count++;
}

/* "gateway@1.2 cart@pr-482"; "gateway@1.2 cart" for what nobody served. */
static void read_one(void *arg, const char *key, const struct stats *stats, struct str lost_trace)
{
	struct call_graph *edges = arg;
	struct str rest = str_of(key);
	struct str caller = str_cut(&rest, ' ');
	struct edge edge = {.stats = *stats};

	if (!str_copy(edge.lost_trace, sizeof(edge.lost_trace), lost_trace))
		edge.lost_trace[0] = '\0';
	if (str_copy(edge.caller_service, sizeof(edge.caller_service), str_cut(&caller, '@')) &&
		str_copy(edge.caller_version, sizeof(edge.caller_version), caller) &&
		str_copy(edge.service, sizeof(edge.service), str_cut(&rest, '@')) &&
		str_copy(edge.version, sizeof(edge.version), rest) && edge.service[0] != '\0') {
		put(edges, &edge);
		edges->changed = true;
	}
}

bool call_graph_read(struct call_graph *edges, struct str body, int64_t *ret_since,
	bool *ret_changed, struct errbuf *eb)
{
	bool good;

	edges->changed = false;
	good = client_read_edges(body, read_one, edges, ret_since, &edges->whole, eb);
	*ret_changed = edges->changed || (good && !edges->known);
	edges->known = edges->known || good;
	return good;
}
