/*
 * Who called whom in the requests of one session, worked out from the ring when somebody asks. Called by the API;
 * nothing is kept between two questions.
 *
 * A hop that lost the session does not carry it, so the session's first hops lead to their traces, and these to
 * the hops without; what is of another trace is found by time (likely.h). Invariant: a record counts in one edge
 * only: one with the session where it names its caller, one without where core/model/trace.h found who lost it or
 * where it was lost in all likelihood, or else at the caller it names.
 */
#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/model/trace.h"
#include "core/traffic/internal.h"
#include "core/traffic/stats_key.h"
#include "core/traffic/likely.h"

struct edge {
	struct window *window;
	uint64_t pinned, without, likely, likely_usual;
};

struct asking {
	const struct traffic *traffic;
	struct str session;
	int64_t now_ms;
	int64_t from_s; /* the first second of the window */
	size_t steps; /* records looked at */
	int64_t began_ms, ended_ms; /* of all its hops */
	struct hashmap *edges;
	struct session_edges result;
};

static void edge_free(void *value)
{
	struct edge *edge = value;

	window_destroy(edge->window);
	free(edge);
}

/* NULL when there are too many. */
static struct edge *edge_of(struct asking *asking, struct str caller, const struct request *record)
{
	struct stats_key key;
	struct edge *edge;

	if (!stats_key_of_edge(&key, caller, record))
		return NULL;
	edge = hashmap_get(asking->edges, stats_key_str(&key));
	if (edge != NULL)
		return edge;
	if (hashmap_count(asking->edges) == SESSION_CALLS_EDGES) {
		asking->result.complete = false;
		return NULL;
	}
	edge = xcalloc(1, sizeof(*edge));
	edge->window = window_create();
	hashmap_set(asking->edges, stats_key_str(&key), edge);
	return edge;
}

/* When it ended, which is about when its record came; a clock that runs ahead counts as now. */
static int64_t ended_ms(const struct asking *asking, const struct request *record)
{
	double ms = (double)record->time + record->total_ms;

	return ms < (double)asking->now_ms ? (int64_t)ms : asking->now_ms;
}

/* `by` lost its session, or is NULL. */
static void count(struct asking *asking, const struct request *record, const struct request *by)
{
	char caller[VERSION_ID_SIZE];
	int64_t at_ms = ended_ms(asking, record);
	struct edge *edge;

	if (at_ms / 1000 < asking->from_s)
		return;
	if (by != NULL)
		name_join_version(by->service, by->version, caller);
	edge = edge_of(asking, by != NULL ? str_of(caller) : record->caller, record);
	if (edge == NULL)
		return;
	window_add(edge->window, at_ms, (int)record->status, record->total_ms, record->bytes_in,
		record->bytes_out);
	if (by != NULL)
		window_add_lost(edge->window, at_ms, record->seq);
	edge->pinned += record->reason == REASON_PINNED || record->reason == REASON_DIRECT_PIN;
	edge->without += record->session.n == 0;
	asking->result.requests++;
}

/* Those of the trace that do not carry the session; once, though two hops of it may have come from outside. */
static void count_those_without(struct asking *asking, const struct request *first)
{
	const struct request *hops[TRACE_HOPS_MAX];
	size_t found = lost_sessions_hops(asking->traffic->orphans, first->trace, hops);
	bool judge = lost_sessions_may_judge(asking->traffic->orphans, first, asking->now_ms);
	size_t i = 0;

	while (i < found && !(trace_hop_is_first(hops[i]) && hops[i]->session.n > 0))
		i++;
	if (i == found || hops[i] != first)
		return;
	if (!judge) /* who called those without cannot be said yet; they count when it can */
		return;
	for (i = 0; i < found; i++)
		if (hops[i]->session.n == 0)
			count(asking, hops[i], trace_lost_by(hops, found, hops[i]));
}

/* One that neither carries the session nor is of its trace. */
static void count_likely(void *arg, const struct likely *likely)
{
	struct asking *asking = arg;
	const struct request *record = likely->orphan;
	int64_t at_ms = ended_ms(asking, record);
	char caller[VERSION_ID_SIZE];
	struct edge *edge;

	if (at_ms / 1000 < asking->from_s)
		return;
	name_join_version(likely->by->service, likely->by->version, caller);
	edge = edge_of(asking, str_of(caller), record);
	if (edge == NULL)
		return;
	window_add(edge->window, at_ms, (int)record->status, record->total_ms, record->bytes_in,
		record->bytes_out);
	edge->without++;
	edge->likely++;
	edge->likely_usual += likely->usual;
	asking->result.requests++;
	asking->result.likely++;
}

static void find_likely(struct asking *asking)
{
	struct likely_counts counts;

	if (asking->result.requests == 0)
		return;
	likely_find(asking->traffic, asking->session, asking->began_ms, asking->ended_ms,
		count_likely, asking, &counts);
	asking->result.unclear = counts.unclear;
	asking->result.complete = asking->result.complete && counts.complete;
}

static bool take(void *arg, const struct request *record)
{
	struct asking *asking = arg;

	if (asking->steps++ == SESSION_CALLS_RECORDS) {
		asking->result.complete = false;
		return false;
	}
	if (!str_eq(record->session, asking->session))
		return true;
	if (ended_ms(asking, record) / 1000 < asking->from_s)
		return false;
	if (record->time < asking->began_ms || asking->began_ms == 0)
		asking->began_ms = record->time;
	if (ended_ms(asking, record) > asking->ended_ms)
		asking->ended_ms = ended_ms(asking, record);
	count(asking, record, NULL);
	if (trace_hop_is_first(record))
		count_those_without(asking, record);
	return true;
}

/* The ring may hold less than the window, where there is much traffic. */
static bool ring_reaches(const struct asking *asking)
{
	const struct ring *ring = asking->traffic->ring;
	const struct request *oldest = ring_get(ring, ring_oldest(ring));

	return oldest == NULL || oldest->seq == asking->traffic->first_seq ||
	       oldest->time / 1000 < asking->from_s;
}

void traffic_session_edges(struct traffic *traffic, struct str session, int window_seconds,
	stats_fn each, void *arg, struct session_edges *ret_calls)
{
	struct asking asking = {.traffic = traffic,
		.session = session,
		.now_ms = traffic->options.now_ms(),
		.result = {.complete = true}};
	size_t cursor = 0;
	struct str key;
	void *value;

	asking.from_s = asking.now_ms / 1000 - window_seconds + 1;
	asking.edges = hashmap_create();
	trace_index_each(traffic->by_session, session, take, &asking);
	asking.result.complete = asking.result.complete && ring_reaches(&asking);
	find_likely(&asking);
	asking.result.now_ms = asking.now_ms;
	while (hashmap_next(asking.edges, &cursor, &key, &value)) {
		const struct edge *edge = value;
		struct stats stats;
		char text[2 * VERSION_ID_SIZE];

		window_stats(
			edge->window, asking.now_ms, window_seconds, traffic->seen_from_ms, &stats);
		stats.pinned = edge->pinned;
		stats.without = edge->without;
		stats.likely = edge->likely;
		stats.likely_usual = edge->likely_usual;
		(void)str_copy(text, sizeof(text), key);
		each(arg, text, &stats);
	}
	hashmap_destroy(asking.edges, edge_free);
	*ret_calls = asking.result;
}

struct str traffic_trace_of(const struct traffic *traffic, int64_t seq)
{
	const struct request *record = seq > 0 ? ring_get(traffic->ring, seq) : NULL;

	return record != NULL ? record->trace : (struct str){0};
}
