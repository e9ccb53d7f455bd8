/*
 * Finds the requests that lost their session on the way, as records come: who called them says
 * core/model/trace.h. Bounded: it looks back `reach` records and remembers the last 4,096 traces that wait;
 * what is beyond that is not found.
 */
#ifndef UMBRA_TRAFFIC_LOST_SESSIONS_H
#define UMBRA_TRAFFIC_LOST_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/request.h"
#include "core/model/trace.h"

struct lost_sessions;

/* `get` finds a record by its seq, as long as it is kept. */
struct lost_sessions *lost_sessions_create(size_t reach, trace_get_fn get, const void *store);
void lost_sessions_destroy(struct lost_sessions *orphans);
/* A record has come, and can be got. */
void lost_sessions_take(
	struct lost_sessions *orphans, const struct request *request, int64_t now_ms);
/*
 * Records were lost: nobody is found who began before now, because the hop that
 * is missing may be the one that lost the session.
 */
void lost_sessions_loss(struct lost_sessions *orphans, int64_t now_ms);
/* The hops of a trace, as trace_index_hops(). */
size_t lost_sessions_hops(const struct lost_sessions *orphans, struct str trace,
	const struct request *ret_hops[TRACE_HOPS_MAX]);
/* Whether it is time to say who lost what in the trace of this outer hop. */
bool lost_sessions_may_judge(
	const struct lost_sessions *orphans, const struct request *first, int64_t now_ms);
/* `orphan` lost its session at `by`. Each orphan once. */
typedef void (*orphan_fn)(void *arg, const struct request *by, const struct request *orphan);
/* Calls `lost` for what has become certain: a trace's, a second after its outer hop has come. */
void lost_sessions_judge(struct lost_sessions *orphans, int64_t now_ms, orphan_fn lost, void *arg);

#endif
