/*
 * Calls that probably lost a session. A service that drops all context headers, or starts a trace of its own, makes
 * requests that nothing ties to the one it serves: they carry no session and name no caller, and their trace is
 * another. What is left is the time, and whom such a service calls at other times.
 *
 * Worked out from the ring when somebody asks for one session's calls. Bounded by the numbers below; what is beyond
 * them is not found, and `complete` says so.
 */
#ifndef UMBRA_TRAFFIC_LIKELY_H
#define UMBRA_TRAFFIC_LIKELY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/request.h"
#include "core/traffic/traffic.h"

enum {
	LIKELY_RECORDS = 10000, /* looked at, of those that were under way with the session's */
	LIKELY_STEPS = 200000, /* comparisons */
	LIKELY_FOUND = 500,
	LIKELY_GROUPS = 20,
	LIKELY_REPEATED =
		3, /* from so many on, a coincidence that is never missing says something */
};

/*
 * `orphan` has no session, and `by`, a hop of the session, is the only one that can have made it among all that was
 * under way, whatever its trace (core/model/trace.h says how that is found).
 */
struct likely {
	const struct request *orphan, *by;
	/* Versions of by's service are known to call that service; else it came with each of several, and never alone. */
	bool usual;
};
typedef void (*likely_fn)(void *arg, const struct likely *likely);

struct likely_counts {
	uint64_t
		unclear; /* such requests, to services that the session's usually call, which other traffic explains too */
	bool complete;
};

/* The hops of the session began at `from_ms` and ended by `to_ms`. */
void likely_find(const struct traffic *traffic, struct str session, int64_t from_ms, int64_t to_ms,
	likely_fn each, void *arg, struct likely_counts *ret_counts);

#endif
