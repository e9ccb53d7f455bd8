/*
 * What traffic.c, tail.c and search.c share: the struct, and the loop's turns. All of it is the
 * loop's.
 */
#ifndef UMBRA_TRAFFIC_INTERNAL_H
#define UMBRA_TRAFFIC_INTERNAL_H

#include <sys/queue.h>

#include "core/model/ring.h"
#include "core/traffic/stats_table.h"
#include "core/traffic/history.h"
#include "core/traffic/lost_sessions.h"
#include "core/traffic/traffic.h"

struct event;

enum { LOSSES = 64, STATS_COUNT = STATS_BY_SESSION + 1 };

/* Records that never came: they are told between the records at-1 and at. */
struct loss {
	int64_t at;
	int64_t count; /* -1: unknown */
	char why[64];
};

struct traffic {
	struct event_base *base;
	struct traffic_options options;
	struct ring *ring; /* of struct request */
	int64_t first_seq; /* given since the start */
	struct lost_sessions *orphans; /* over the ring */
	struct trace_index *by_session; /* over the ring: by the session's key as it was sent */
	struct history *history; /* NULL: none */
	struct stats_table *stats[STATS_COUNT];
	int64_t seen_from_ms; /* when the first that they count happened; 0: none did yet */
	/* The last LOSSES of them, number n at n % LOSSES. */
	struct loss losses[LOSSES];
	uint64_t loss_first, loss_next;
	struct tail **tails; /* in use, and cancelled ones that are not freed yet */
	size_t tail_count, tail_cap;
	size_t tail_turn; /* index of the one served last */
	size_t costly_tails; /* whose filters take time */
	int64_t turn_ns; /* spent on matching in this turn of the loop */
	TAILQ_HEAD(search_list, search) searches;
	struct event *pump; /* delivers to tails, a slice each turn of the loop */
	bool pumping; /* the event is pending */
	struct event *rest_timer;
	int64_t taken, malformed, lost;
	char entrance[LIMIT_SERVICE_NAME + 1]; /* as it was found at entrance_at_ms; "" not yet */
	int64_t entrance_at_ms;
};

/* Has the tails served at the loop's next turn. */
void traffic_wake(struct traffic *traffic);
/* tail.c: one slice for all; returns in how many ms there is more to do, -1: nothing. */
int tails_deliver(struct traffic *traffic);
/* Once the history is closed. */
void tails_end(struct traffic *traffic);
/* Before it is. */
void searches_end(struct traffic *traffic);
const struct environment *traffic_environment(const struct traffic *traffic);

#endif
