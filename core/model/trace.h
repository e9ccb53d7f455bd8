/*
 * The hops of one trace, put together: who called whom, and who lost the routing session on the way.
 *
 * A service that drops the context headers calls others without Routing-Session and without baggage. The
 * hop it causes has then neither session nor caller; only the trace id ties it to the rest. Its caller
 * is found by time: a caller's hop begins no later than the hop it causes, and ends no earlier.
 *
 * Pure, over records that somebody else keeps (the server's ring, a screen's lines). A hop is logged
 * when it ends, so a callee comes before its caller and nothing is known of a trace before the hop that
 * came in from outside has ended; whoever shows records asks again when more have come.
 */
#ifndef UMBRA_MODEL_TRACE_H
#define UMBRA_MODEL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/request.h"

/* Of a trace with more hops nothing is said: a service that gives all its calls one trace id. */
enum { TRACE_HOPS_MAX = 64 };

/*
 * The hop that lost the session: `hop` has none, and the hop that called it had one. NULL when it is not
 * certain. `hops` are of one trace, in any order, `hop` may be among them (it is known by its seq).
 *
 * The caller is the innermost of the hops that contain `hop` in time; of those of the service@version that
 * `hop` names as its caller, when it names one. It is certain when all others that were under way with it
 * are alike (another call of the same version by the same caller), are what `hop` called, or lie on its way up: its
 * caller by name, or the next that contains it when it names none, and so on to a hop without a caller. So two
 * calls side by side that could both have made it say nothing, and neither does a trace whose outer hops are
 * missing, or one whose caller broke off and was called again: of the first attempt there is no record.
 */
const struct request *trace_lost_by(
	const struct request *const *hops, size_t count, const struct request *hop);
/* A hop that came from outside, or from one that passed nothing on: it names no caller. */
static inline bool trace_hop_is_first(const struct request *hop)
{
	return hop->caller.n == 0;
}

/*
 * Finds the hops of a trace (or of anything that a text of theirs says, a session's) among the newest records of a store that numbers them one by one. It keeps
 * numbers only (16 bytes for each record in reach, nothing is allocated after create); adding is O(1), a
 * look-up O(hops of the trace) as long as trace ids are not made to collide, and bounded when they are.
 */
struct trace_index;

/* The record of a number, NULL when it is no longer kept. */
typedef const struct request *(*trace_get_fn)(const void *store, int64_t number);

/* `reach`: how many records it looks back, rounded up to a power of two. */
struct trace_index *trace_index_create(size_t reach, trace_get_fn get, const void *store);
void trace_index_destroy(struct trace_index *index);
/* Numbers rise; those of records without a trace may be left out. */
void trace_index_add(struct trace_index *index, int64_t number, struct str trace);
/*
 * Calls `each` for the records that are kept and in reach and whose text has the same hash as `text`, the newest
 * first, until it says false: it compares.
 */
void trace_index_each(const struct trace_index *index, struct str text,
	bool (*each)(void *arg, const struct request *record), void *arg);
/*
 * The hops of a trace that are kept and in reach, the newest first; views into the store. Returns how
 * many; 0 when there are more than TRACE_HOPS_MAX or they could not all be looked at.
 */
size_t trace_index_hops(const struct trace_index *index, struct str trace,
	const struct request *ret_hops[TRACE_HOPS_MAX]);
/* trace_lost_by() over what is kept of the hop's trace. NULL at once for a hop with a session. */
const struct request *trace_index_lost_by(
	const struct trace_index *index, const struct request *hop);

#endif
