/*
 * Calls that lost their session. A record without a session is an orphan until the hop from outside has
 * come, and with it all the others of its trace; then core/model/trace says who called it, and it counts
 * for the edge from that one. Called for each record, and before stats are read.
 *
 * Records come as the proxy's threads write them, so a caller's may overtake one that it waited for:
 * a trace is looked at a second after its outer hop has come. Invariant: `pending` is in the order of
 * its times, and an orphan whose number is in `counted` has been counted.
 */
#include "core/traffic/lost_sessions.h"

#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/model/trace.h"

enum { SETTLED_MS = 1000, PENDING = 4096, COUNTED = 4096 };

struct lost_sessions {
	struct trace_index *index;
	trace_get_fn get;
	const void *store;
	struct {
		int64_t seq;
		int64_t due_ms;
	} pending[PENDING]; /* number n at n % PENDING */
	uint64_t first, next;
	int64_t loss_ms; /* when records were lost last */
	int64_t counted[COUNTED]; /* seq at seq % COUNTED */
};

struct lost_sessions *lost_sessions_create(size_t reach, trace_get_fn get, const void *store)
{
	struct lost_sessions *orphans = xcalloc(1, sizeof(*orphans));

	orphans->index = trace_index_create(reach, get, store);
	orphans->get = get;
	orphans->store = store;
	return orphans;
}

void lost_sessions_destroy(struct lost_sessions *orphans)
{
	if (orphans == NULL)
		return;
	trace_index_destroy(orphans->index);
	free(orphans);
}

/*
 * Most traces have a session in all of their hops, or in none. Of those that are mixed nothing is certain before
 * a first hop has come; an orphan may come after it.
 */
static bool is_to_be_judged(const struct request *const *hops, size_t count)
{
	size_t in_session = 0;
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		in_session += hops[i]->session.n > 0;
		first += trace_hop_is_first(hops[i]) && hops[i]->session.n > 0;
	}
	return first > 0 && in_session < count;
}

void lost_sessions_take(
	struct lost_sessions *orphans, const struct request *request, int64_t now_ms)
{
	const struct request *hops[TRACE_HOPS_MAX];

	trace_index_add(orphans->index, request->seq, request->trace);
	if ((request->session.n > 0 && !trace_hop_is_first(request)) ||
		!is_to_be_judged(hops, trace_index_hops(orphans->index, request->trace, hops)))
		return;
	if (orphans->next - orphans->first == PENDING)
		orphans->first++;
	orphans->pending[orphans->next % PENDING].seq = request->seq;
	orphans->pending[orphans->next % PENDING].due_ms = now_ms + SETTLED_MS;
	orphans->next++;
}

void lost_sessions_loss(struct lost_sessions *orphans, int64_t now_ms)
{
	orphans->loss_ms = now_ms;
}

size_t lost_sessions_hops(const struct lost_sessions *orphans, struct str trace,
	const struct request *ret_hops[TRACE_HOPS_MAX])
{
	return trace_index_hops(orphans->index, trace, ret_hops);
}

bool lost_sessions_may_judge(
	const struct lost_sessions *orphans, const struct request *first, int64_t now_ms)
{
	return first->time > orphans->loss_ms &&
	       first->time + (int64_t)first->total_ms + SETTLED_MS <= now_ms;
}

static void judge(
	struct lost_sessions *orphans, const struct request *first, orphan_fn lost, void *arg)
{
	const struct request *hops[TRACE_HOPS_MAX];
	size_t count = trace_index_hops(orphans->index, first->trace, hops);

	for (size_t i = 0; i < count; i++) {
		int64_t *counted = &orphans->counted[(uint64_t)hops[i]->seq % COUNTED];
		const struct request *by =
			*counted != hops[i]->seq ? trace_lost_by(hops, count, hops[i]) : NULL;

		/* Who was between the two may be missing. */
		if (by == NULL || by->time <= orphans->loss_ms)
			continue;
		*counted = hops[i]->seq;
		lost(arg, by, hops[i]);
	}
}

void lost_sessions_judge(struct lost_sessions *orphans, int64_t now_ms, orphan_fn lost, void *arg)
{
	while (orphans->first < orphans->next) {
		int64_t due_ms = orphans->pending[orphans->first % PENDING].due_ms;
		const struct request *first;

		/* A clock that was set back makes nobody wait. */
		if (due_ms > now_ms && due_ms - now_ms <= SETTLED_MS)
			return;
		first = orphans->get(
			orphans->store, orphans->pending[orphans->first % PENDING].seq);
		orphans->first++;
		if (first != NULL)
			judge(orphans, first, lost, arg);
	}
}
