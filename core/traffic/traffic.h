/*
 * Request records: from the proxy's log to the ring, the stats, the tails and the history.
 *
 * A record from the proxy's log gets its sequence number (traffic_take), goes into the ring and the
 * stats, is offered to the tails, and is queued for the history, which a worker writes. The loop
 * never waits for the history: when the worker is behind, records are shed from its queue and
 * counted.
 *
 * seq grows by one per record and is never given twice, also not after a kill: the history (or the
 * ceiling beside it) tells where to go on.
 */
#ifndef UMBRA_TRAFFIC_TRAFFIC_H
#define UMBRA_TRAFFIC_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/filter.h"
#include "core/model/request.h"
#include "core/model/sliding_window.h"

struct event_base;
struct traffic;

struct traffic_options {
	const char *dir; /* partitions go to dir/history/; NULL: no history, ring only */
	size_t ring_items; /* 0: 100,000 */
	size_t ring_bytes; /* 0: 64 MiB */
	int64_t history_max_bytes; /* 0: 1 GiB; the oldest partition is dropped whole */
	int64_t (*now_ms)(void);
	/* Facts a filter may ask for (author, owner, pr); may be NULL. */
	const struct environment *(*environment)(void *arg);
	void *environment_arg;
};

struct traffic *traffic_create(
	struct event_base *base, const struct traffic_options *options, struct errbuf *eb);
void traffic_destroy(struct traffic *traffic);

/*
 * A record, its `seq` ignored and given; returns the seq. 0: it was counted as lost, because the
 * disk has not confirmed for very long that further numbers are reserved.
 */
int64_t traffic_take(struct traffic *traffic, const struct request *request);
/*
 * Records that were made and did not arrive, -1: unknown how many. The tails are told, where it
 * happened.
 */
void traffic_report_loss(struct traffic *traffic, int64_t lost, const char *why);

/*
 * A live tail. `line` gets records in order of seq, `lost` where some are missing (-1: unknown how
 * many).
 */
struct tail;
struct tail_ops {
	void (*record)(void *arg, const struct request *request);
	void (*lost)(void *arg, int64_t count, const char *why);
};
/*
 * Starts after `since` (0: with the first; TAIL_FROM_NOW, or a number not given yet: from now on). What the ring no longer holds
 * is read from the history, so that a reader who comes back, also after a restart, misses nothing
 * that was kept; numbers that neither has are told as lost, as unknown how many when a kill is
 * among them. The filter is taken over. Callbacks come from the loop, in slices, so that one tail
 * does not hold up the loop; they may pause or cancel any tail.
 */
enum { TAIL_FROM_NOW = -1 };
struct tail *traffic_tail(struct traffic *traffic, struct filter *filter, int64_t since,
	const struct tail_ops *ops, void *arg);
void tail_cancel(struct tail *tail);
/*
 * The newest record this tail has passed, matching or not: a tail that starts with it as `since`
 * goes on where this one is. While the tail is paused or behind it is less than the newest there
 * is.
 */
int64_t tail_seq(const struct tail *tail);
/*
 * While paused (its client does not read), records wait in the ring; when they leave it, they are
 * told as lost.
 */
void tail_pause(struct tail *tail, bool paused);

/* History and ring, newest first, as one. Runs on the worker in slices; `done` on the loop. */
struct search;
struct search_result {
	enum err err;
	const struct errbuf *eb;
	struct request *const *requests; /* borrowed for the call */
	size_t count;
	int64_t next; /* give as `before` to go on; 0: there is no more */
	int64_t oldest; /* the oldest seq that is still kept */
};
typedef void (*search_done_fn)(void *arg, const struct search_result *result);
/* The filter is taken over. `before` 0: from the newest. limit 1..1000. */
struct search *traffic_search(struct traffic *traffic, struct filter *filter, int64_t before,
	size_t limit, search_done_fn done, void *arg);
/* `done` will not be called. */
void search_cancel(struct search *search);

/*
 * Stats. Keys: "cart@pr-482"; "gateway@1.2 cart@pr-482" for an edge, " cart@pr-482" when no caller is named; a
 * session's key. A request names no caller when it came from outside, or when its caller passed nothing on.
 * Once it is certain that it was such a caller, and that it lost the session (core/model/trace.h), which is
 * a second after the trace's outer hop has come, the request counts for the edge from that one instead, and there
 * as `lost`.
 */
enum stats_by { STATS_BY_VERSION, STATS_BY_EDGE, STATS_BY_SESSION };
typedef void (*stats_fn)(void *arg, const char *key, const struct stats *stats);
/* Those that changed after `since_ms` (0: all). Returns the time to give as `since_ms` next. */
int64_t traffic_stats(struct traffic *traffic, enum stats_by by, int window_seconds,
	int64_t since_ms, stats_fn each, void *arg);
/* Those of one key. False when it had no request within the window (or ever): all are 0 then. */
bool traffic_stats_of(struct traffic *traffic, enum stats_by by, struct str key, int window_seconds,
	struct stats *ret_stats);

/*
 * Where requests come in from outside: the service of the version that was called most without a caller over the last
 * minute, as it was found at most ten seconds ago; while there are none, the one before. "" when it is not known. What
 * it is borrowed from lives as long as `traffic`.
 */
const char *traffic_entrance(struct traffic *traffic);

/*
 * The edges of the requests of one session, of those that carry the key (known or not) and of those that lost it on
 * the way; stats with `pinned` and `without`. Worked out anew from the ring when asked, so it costs nothing per session:
 * 16 bytes for each place of the ring, once. Bounded: the newest SESSION_CALLS_RECORDS records, SESSION_CALLS_EDGES
 * edges, and no further back than the ring goes; `complete` is false when that left something out.
 */
enum { SESSION_CALLS_RECORDS = 10000, SESSION_CALLS_EDGES = 500 };
struct session_edges {
	uint64_t requests; /* that were counted */
	uint64_t likely; /* of them, that are its by likelihood only (core/traffic/likely.h) */
	uint64_t unclear; /* that may be its, or of other traffic; not counted */
	bool complete;
	int64_t now_ms;
};
void traffic_session_edges(struct traffic *traffic, struct str session, int window_seconds,
	stats_fn each, void *arg, struct session_edges *ret_calls);
/* The trace of a record, as long as the ring has it; borrowed until the next record. Else empty. */
struct str traffic_trace_of(const struct traffic *traffic, int64_t seq);

struct traffic_counters {
	int64_t taken; /* since the start */
	int64_t malformed; /* lines that were no record */
	int64_t lost; /* known losses */
	int64_t history_shed_count; /* not written because the worker was behind or the disk full */
	int64_t history_bytes;
	int64_t history_partitions;
	const char *history_error; /* NULL while it works */
	int64_t oldest, next;
};
void traffic_counters(const struct traffic *traffic, struct traffic_counters *ret_counters);
void traffic_count_malformed(struct traffic *traffic);

#endif
