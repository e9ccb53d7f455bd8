/*
 * Intake: a record gets its number, goes into ring, stats and history, and wakes the tails.
 * Called by the agent for each line of the proxy's log, and by the API. This is the hot path: at
 * 100,000 records a second a record may take 10 us in all.
 *
 * Stats count by when a request ended, not by when it began: a stream of an hour appears when it ends. Nor by
 * when its record arrives: a reader that was paused takes many at once. Keys come from outside in part, so only those count that are names: callers
 * that are service@version, sessions that the environment knew.
 */
#include "core/traffic/traffic.h"

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/name_rules.h"
#include "core/traffic/internal.h"
#include "core/traffic/stats_key.h"

enum {
	RING_ITEMS = 100000,
	RING_BYTES = 64 << 20,
	REST_S = 10,
	EDGES_MAX = 20000,
};
#define HISTORY_BYTES (INT64_C(1) << 30)

static const struct timeval at_once = {0, 0};
static const struct timeval rest_wait = {REST_S, 0};

/* ---- the loop's turns ---- */

void traffic_wake(struct traffic *traffic)
{
	/* A timer and not an active event, so that input has its turn between two slices. */
	if (!traffic->pumping)
		event_add(traffic->pump, &at_once);
	traffic->pumping = true;
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct traffic *traffic = arg;
	int again_ms;

	(void)fd;
	(void)what;
	traffic->pumping = false;
	again_ms = tails_deliver(traffic);
	if (again_ms == 0)
		traffic_wake(traffic);
	else if (again_ms > 0 && !traffic->pumping)
		event_add(traffic->pump, &(struct timeval){0, again_ms * 1000L});
}

static void on_rest(evutil_socket_t fd, short what, void *arg)
{
	struct traffic *traffic = arg;
	int64_t now_ms = traffic->options.now_ms();

	(void)fd;
	(void)what;
	for (size_t i = 0; i < STATS_COUNT; i++)
		stats_table_rest(traffic->stats[i], now_ms);
	event_add(traffic->rest_timer, &rest_wait);
}

const struct environment *traffic_environment(const struct traffic *traffic)
{
	if (traffic->options.environment == NULL)
		return NULL;
	return traffic->options.environment(traffic->options.environment_arg);
}

/* ---- beginning and end ---- */

static enum err open_history(struct traffic *traffic, int64_t *ret_first, struct errbuf *eb)
{
	char dir[PATH_MAX];

	*ret_first = 1;
	if (traffic->options.dir == NULL)
		return ERR_NONE;
	if ((size_t)snprintf(dir, sizeof(dir), "%s/history", traffic->options.dir) >= sizeof(dir))
		return err_set(eb, ERR_IO, "%s: the path is too long", traffic->options.dir);
	traffic->history =
		history_open(traffic->base, dir, traffic->options.history_max_bytes, ret_first, eb);
	return traffic->history != NULL ? ERR_NONE : ERR_IO;
}

static const struct request *get_record(const void *ring, int64_t seq)
{
	return ring_get(ring, seq);
}

struct traffic *traffic_create(
	struct event_base *base, const struct traffic_options *options, struct errbuf *eb)
{
	static const size_t max_keys[STATS_COUNT] = {
		[STATS_BY_VERSION] = LIMIT_VERSIONS,
		[STATS_BY_EDGE] = EDGES_MAX,
		[STATS_BY_SESSION] = LIMIT_SESSIONS,
	};
	struct traffic *traffic = xcalloc(1, sizeof(*traffic));
	int64_t first;

	traffic->base = base;
	traffic->options = *options;
	if (options->ring_items == 0)
		traffic->options.ring_items = RING_ITEMS;
	if (options->ring_bytes == 0)
		traffic->options.ring_bytes = RING_BYTES;
	if (options->history_max_bytes == 0)
		traffic->options.history_max_bytes = HISTORY_BYTES;
	TAILQ_INIT(&traffic->searches);
	for (size_t i = 0; i < STATS_COUNT; i++)
		traffic->stats[i] = stats_table_create(max_keys[i]);
	if (open_history(traffic, &first, eb) != ERR_NONE) {
		traffic_destroy(traffic);
		return NULL;
	}
	traffic->first_seq = first;
	traffic->ring =
		ring_create(traffic->options.ring_items, traffic->options.ring_bytes, first);
	traffic->by_session =
		trace_index_create(traffic->options.ring_items, get_record, traffic->ring);
	traffic->orphans =
		lost_sessions_create(traffic->options.ring_items, get_record, traffic->ring);
	traffic->pump = evtimer_new(base, on_pump, traffic);
	traffic->rest_timer = evtimer_new(base, on_rest, traffic);
	if (traffic->pump == NULL || traffic->rest_timer == NULL ||
		event_add(traffic->rest_timer, &rest_wait) != 0) {
		err_set(eb, ERR_FAILED, "no timer could be made");
		traffic_destroy(traffic);
		return NULL;
	}
	return traffic;
}

void traffic_destroy(struct traffic *traffic)
{
	if (traffic == NULL)
		return;
	searches_end(traffic);
	history_close(traffic->history, traffic->ring != NULL ? ring_next(traffic->ring) : 0);
	tails_end(traffic);
	for (size_t i = 0; i < STATS_COUNT; i++)
		stats_table_destroy(traffic->stats[i]);
	lost_sessions_destroy(traffic->orphans);
	trace_index_destroy(traffic->by_session);
	ring_destroy(traffic->ring);
	if (traffic->pump != NULL)
		event_free(traffic->pump);
	if (traffic->rest_timer != NULL)
		event_free(traffic->rest_timer);
	free(traffic);
}

/* ---- intake ---- */

/* When it ended; 0: longer ago than the stats go. A record without a time is of now. */
static int64_t end_of(const struct request *request, int64_t now_ms)
{
	int64_t end_ms = request->time + (int64_t)request->total_ms;

	if (request->time <= 0 || end_ms > now_ms)
		return now_ms;
	return end_ms / 1000 > now_ms / 1000 - WINDOW_SLOTS ? end_ms : 0;
}

static void see(struct traffic *traffic, int64_t end_ms, int64_t now_ms)
{
	bool set_back = traffic->seen_from_ms > now_ms;

	if (traffic->seen_from_ms != 0 && !set_back && end_ms >= traffic->seen_from_ms)
		return;
	traffic->seen_from_ms = end_ms;
	for (size_t i = 0; i < STATS_COUNT; i++)
		stats_table_seen_from(traffic->stats[i], end_ms);
}

static void count_in(struct traffic *traffic, enum stats_by by, const struct stats_key *key,
	const struct request *request, int64_t time_ms)
{
	stats_table_add(traffic->stats[by], stats_key_str(key), request, time_ms);
}

static void add_stats(struct traffic *traffic, const struct request *request)
{
	int64_t now_ms = traffic->options.now_ms();
	int64_t end_ms = end_of(request, now_ms);
	struct stats_key key = {.len = 0};

	if (request->service.n == 0 || end_ms == 0)
		return;
	see(traffic, end_ms, now_ms);
	if (stats_key_add_version(&key, request))
		count_in(traffic, STATS_BY_VERSION, &key, request, end_ms);
	/* What comes from outside has no caller, and is an edge, too: there the tree of calls begins. */
	if (stats_key_of_edge(&key, request->caller, request))
		count_in(traffic, STATS_BY_EDGE, &key, request, end_ms);
	key.len = 0;
	if (request->reason != REASON_SESSION_UNKNOWN && name_is_session(request->session) &&
		stats_key_add(&key, request->session))
		count_in(traffic, STATS_BY_SESSION, &key, request, end_ms);
}

/*
 * Counts it for the edge from who lost its session, if it is not there by its own word. On the edge without a
 * caller, where it was till now, its loss only says that it did not come from outside.
 */
static void on_orphan(void *arg, const struct request *by, const struct request *orphan)
{
	struct traffic *traffic = arg;
	struct stats_table *edges = traffic->stats[STATS_BY_EDGE];
	int64_t end_ms = end_of(orphan, traffic->options.now_ms());
	char caller[VERSION_ID_SIZE];
	struct stats_key key;

	if (end_ms == 0)
		return;
	name_join_version(by->service, by->version, caller);
	if (!stats_key_of_edge(&key, str_of(caller), orphan))
		return;
	if (orphan->caller.n == 0) {
		struct stats_key outside;

		count_in(traffic, STATS_BY_EDGE, &key, orphan, end_ms);
		if (stats_key_of_edge(&outside, orphan->caller, orphan))
			stats_table_add_lost(edges, stats_key_str(&outside), end_ms, orphan->seq);
	}
	stats_table_add_lost(edges, stats_key_str(&key), end_ms, orphan->seq);
}

static void follow_traces(struct traffic *traffic)
{
	lost_sessions_judge(traffic->orphans, traffic->options.now_ms(), on_orphan, traffic);
}

int64_t traffic_take(struct traffic *traffic, const struct request *request)
{
	int64_t seq = ring_next(traffic->ring);
	struct request *copy;

	if (traffic->history != NULL && !history_may_number(traffic->history, seq)) {
		history_flush(traffic->history);
		traffic_report_loss(traffic, 1, "no numbers: the disk does not confirm them");
		return 0;
	}
	traffic->taken++;
	copy = request_copy(request);
	copy->seq = seq;
	add_stats(traffic, copy);
	if (traffic->history != NULL)
		history_add(traffic->history, copy);
	ring_push(traffic->ring, copy, request_size(copy));
	trace_index_add(traffic->by_session, seq, copy->session);
	lost_sessions_take(traffic->orphans, copy, traffic->options.now_ms());
	follow_traces(traffic);
	if (traffic->tail_count > 0)
		traffic_wake(traffic);
	return seq;
}

/*
 * Adds to the newest when nothing has come between; else takes a place, the oldest's when all are
 * taken.
 */
void traffic_report_loss(struct traffic *traffic, int64_t lost, const char *why)
{
	int64_t at = ring_next(traffic->ring);
	struct loss *newest = &traffic->losses[(traffic->loss_next - 1) % LOSSES];

	if (lost == 0)
		return;
	traffic->lost += lost > 0 ? lost : 0;
	lost_sessions_loss(traffic->orphans, traffic->options.now_ms());
	if (traffic->loss_next > traffic->loss_first && newest->at == at && newest->count > 0 &&
		lost > 0 && strcmp(newest->why, why) == 0) {
		newest->count += lost;
	} else {
		struct loss *loss = &traffic->losses[traffic->loss_next++ % LOSSES];
		*loss = (struct loss){.at = at, .count = lost};
		str_copy(loss->why, sizeof(loss->why), str_of(why));
		if (traffic->loss_next - traffic->loss_first > LOSSES)
			traffic->loss_first++;
	}
	if (traffic->tail_count > 0)
		traffic_wake(traffic);
}

void traffic_count_malformed(struct traffic *traffic)
{
	traffic->malformed++;
}

/* ---- what can be asked ---- */

struct asked_stats {
	stats_fn each;
	void *arg;
};

/* What did not come from outside is counted where it did. Its time and bytes still are in both. */
static void tell_edge(void *arg, const char *key, const struct stats *stats)
{
	const struct asked_stats *asked = arg;
	struct stats rest = *stats;
	double all = (double)stats->count;

	if (key[0] == ' ' && stats->lost > 0) {
		rest.count -= stats->lost < stats->count ? stats->lost : stats->count;
		rest.rate = all > 0 ? stats->rate * (double)rest.count / all : 0;
		rest.lost = 0;
		rest.lost_seq = 0;
	}
	asked->each(asked->arg, key, &rest);
}

int64_t traffic_stats(struct traffic *traffic, enum stats_by by, int window_seconds,
	int64_t since_ms, stats_fn each, void *arg)
{
	int64_t now_ms = traffic->options.now_ms();

	follow_traces(traffic);
	if (by == STATS_BY_EDGE)
		stats_table_each(traffic->stats[by], now_ms, window_seconds, since_ms, tell_edge,
			&(struct asked_stats){each, arg});
	else
		stats_table_each(traffic->stats[by], now_ms, window_seconds, since_ms, each, arg);
	return now_ms;
}

bool traffic_stats_of(struct traffic *traffic, enum stats_by by, struct str key, int window_seconds,
	struct stats *ret_stats)
{
	*ret_stats = (struct stats){0};
	follow_traces(traffic);
	return stats_table_get(traffic->stats[by], key, traffic->options.now_ms(), window_seconds,
		       ret_stats) &&
	       ret_stats->count > 0;
}

/* A whole pass over the edges, so not for every answer. */
enum { ENTRANCE_MS = 10000, ENTRANCE_NONE_MS = 1000 };

struct busiest {
	char *service;
	uint64_t count;
};

static void find_busiest(void *arg, const char *key, const struct stats *stats)
{
	struct busiest *busiest = arg;
	struct str rest = str_of(key + 1);

	if (key[0] != ' ' || stats->count <= busiest->count)
		return;
	busiest->count = stats->count;
	str_copy(busiest->service, LIMIT_SERVICE_NAME + 1, str_cut(&rest, '@'));
}

const char *traffic_entrance(struct traffic *traffic)
{
	int64_t now_ms = traffic->options.now_ms();
	struct busiest busiest = {traffic->entrance, 0};

	if (traffic->entrance_at_ms != 0 &&
		now_ms - traffic->entrance_at_ms <
			(traffic->entrance[0] != '\0' ? ENTRANCE_MS : ENTRANCE_NONE_MS))
		return traffic->entrance;
	traffic->entrance_at_ms = now_ms;
	(void)traffic_stats(traffic, STATS_BY_EDGE, 60, 0, find_busiest, &busiest);
	return traffic->entrance;
}

void traffic_counters(const struct traffic *traffic, struct traffic_counters *ret_counters)
{
	struct traffic_counters *counters = ret_counters;

	*counters = (struct traffic_counters){
		.taken = traffic->taken,
		.malformed = traffic->malformed,
		.lost = traffic->lost,
		.oldest = ring_oldest(traffic->ring),
		.next = ring_next(traffic->ring),
	};
	if (traffic->history == NULL)
		return;
	const struct history_files_state *state = history_state(traffic->history);
	counters->history_shed_count = history_shed_count(traffic->history);
	counters->history_bytes = state->bytes;
	counters->history_partitions = state->partitions;
	counters->history_error = state->error[0] != '\0' ? state->error : NULL;
	if (state->oldest > 0 && state->oldest < counters->oldest)
		counters->oldest = state->oldest;
}
