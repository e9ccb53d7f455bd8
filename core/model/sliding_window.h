/*
 * Stats over a sliding window: 60 slots of one second each. Used for a version, a
 * caller-to-callee edge and a session.
 *
 * Counts, errors and bytes are exact for each second. Percentiles are not kept for each: there are
 * two histograms, of the current and of the previous half minute (of the clock), so percentiles
 * cover the last 30 to 60 seconds whatever the window asked for. Histograms are sparse: a window
 * takes about 1.8 KiB while it is in use, and 8 bytes for each bucket of latency that occurred
 * (about 6 % wide); at rest it takes less than 200 bytes.
 */
#ifndef UMBRA_MODEL_SLIDING_WINDOW_H
#define UMBRA_MODEL_SLIDING_WINDOW_H

#include <stdint.h>

enum { WINDOW_SLOTS = 60 };

struct window;

/* What the stats of one thing were over the last `seconds` (1..60). */
struct stats {
	double rate; /* a second, over as much of the window as has been seen, the second under way included */
	double share_4xx; /* 0..1 */
	double share_5xx;
	double p50_ms, p95_ms, p99_ms;
	uint64_t count;
	uint64_t bytes_in, bytes_out;
	uint64_t lost; /* of them lost their session on the way; an edge's */
	int64_t lost_seq; /* the newest that did; 0: none */
	uint64_t pinned; /* of them went where the session pins; an edge's of one session */
	uint64_t without; /* of them carried no session; an edge's of one session */
	uint64_t
		likely; /* of those the session was probably lost here, by caller and time; an edge's of one session */
	uint64_t likely_usual; /* of those to a service that the caller's is known to call */
	int64_t last_seen; /* ms, 0: never */
	uint32_t history[WINDOW_SLOTS]; /* requests per second, oldest first */
};

struct window *window_create(void);
void window_destroy(struct window *w);
/*
 * A time before the newest is put into its own second. One that is a minute or more before it means
 * that the clock was set back: the window starts over.
 */
void window_add(struct window *w, int64_t time_ms, int status, double total_ms, int64_t bytes_in,
	int64_t bytes_out);
/*
 * One of the requests that were added had lost its session. It counts in the second of `time_ms`, or the newest
 * that has requests. `seq` is its number.
 */
void window_add_lost(struct window *w, int64_t time_ms, int64_t seq);
/*
 * `now_ms` may be later than the last add: the slots between are empty. What was before `seen_from_ms` is not
 * known: while that is within the window, the rate is over the time since then, a second at least.
 */
void window_stats(const struct window *w, int64_t now_ms, int seconds, int64_t seen_from_ms,
	struct stats *ret_stats);
int64_t window_last_seen(const struct window *w);
/*
 * Gives back what a window without a request for a minute does not need. It goes on at the next
 * add.
 */
void window_rest(struct window *w, int64_t now_ms);

#endif
