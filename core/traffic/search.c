/*
 * Searches: first the ring, on the loop in slices, then the history, on its thread in slices;
 * newest first through both. The thread has no environment, so what it finds may match, and the
 * loop asks again.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/traffic/internal.h"

enum {
	RING_SLICE = 2000, /* records looked at in one turn of the loop */
	HISTORY_SLICE = 2000, /* rows read at a time, between which batches are written */
	TURN_NS = 2 * 1000 *
		  1000, /* of matching in one turn; then the loop has three times as long */
	LOOK_AT_CLOCK = 8, /* records between two looks */
	PAUSE = 3,
	PAUSE_MOST_US = 500000,
};

static const struct timeval at_once = {0, 0};

struct search {
	TAILQ_ENTRY(search) link;
	struct traffic *traffic;
	struct filter *filter;
	struct filter *thread_filter;
	search_done_fn done;
	void *arg;
	struct event *turn;
	int64_t cursor; /* the next number to look at, downwards */
	struct request **found; /* owned */
	size_t count;
	size_t limit;
	bool cancelled;
	bool reading;
	struct history_read read;
};

static void search_free(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		free(search->found[i]);
	free(search->found);
	history_read_reset(&search->read);
	filter_destroy(search->filter);
	filter_destroy(search->thread_filter);
	event_free(search->turn);
	free(search);
}

/* `more`: there is something below the cursor that was not looked at. */
static void finish(struct search *search, bool more, const struct errbuf *eb)
{
	struct traffic_counters counters;

	traffic_counters(search->traffic, &counters);
	const struct search_result result = {.err = eb != NULL ? eb->err : ERR_NONE,
		.eb = eb,
		.requests = search->found,
		.count = search->count,
		.next = more && search->cursor >= counters.oldest ? search->cursor + 1 : 0,
		.oldest = counters.oldest};
	TAILQ_REMOVE(&search->traffic->searches, search, link);
	search->done(search->arg, &result);
	search_free(search);
}

static bool matches(const struct search *search, const struct request *request)
{
	struct traffic *traffic = search->traffic;

	return filter_match_request(
		search->filter, request, traffic_environment(traffic), traffic->options.now_ms());
}

/* ---- the history ---- */

static void read_on(struct search *search);

static void on_read(struct history_read *read, void *arg)
{
	struct search *search = arg;
	struct history_files_query *query = &read->query;

	search->reading = false;
	if (search->cancelled) {
		search_free(search);
		return;
	}
	if (read->err != ERR_NONE) {
		finish(search, false, &read->eb);
		return;
	}
	for (size_t i = 0; i < query->count; i++) {
		struct request *request = query->items[i].request;
		if (!matches(search, request))
			continue;
		search->found[search->count++] = request;
		query->items[i].request = NULL;
	}
	search->cursor = query->next;
	if (query->end || search->count == search->limit)
		finish(search, !query->end, NULL);
	else
		read_on(search);
}

/* Finds no more than are wanted, so nothing that matches is passed over. */
static void read_on(struct search *search)
{
	struct traffic *traffic = search->traffic;

	history_read_reset(&search->read);
	if (search->thread_filter == NULL)
		search->thread_filter = filter_parse(filter_text(search->filter), NULL, NULL);
	search->read.done = on_read;
	search->read.arg = search;
	search->read.query = (struct history_files_query){.low = 1,
		.high = search->cursor,
		.max_rows = HISTORY_SLICE,
		.max_items = search->limit - search->count,
		.filter = search->thread_filter,
		.now_ms = traffic->options.now_ms()};
	search->reading = true;
	history_post(traffic->history, &search->read);
}

/* ---- the ring ---- */

/* All searches together leave the loop most of its time. */
static long pause_us(const struct search *search, int64_t spent_ns)
{
	const struct search *other;
	long count = 0;

	if (spent_ns < TURN_NS)
		return 0;
	TAILQ_FOREACH(other, &search->traffic->searches, link)
	{
		count++;
	}
	count *= PAUSE * (long)(spent_ns / 1000);
	return count < PAUSE_MOST_US ? count : PAUSE_MOST_US;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct search *search = arg;
	struct ring *ring = search->traffic->ring;
	int64_t begun_ns = time_monotonic_ns();
	int64_t spent_ns = 0;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < RING_SLICE && search->cursor >= ring_oldest(ring); i++) {
		if (i % LOOK_AT_CLOCK == 0 && (spent_ns = time_monotonic_ns() - begun_ns) > TURN_NS)
			break;
		const struct request *request = ring_get(ring, search->cursor--);
		if (matches(search, request))
			search->found[search->count++] = request_copy(request);
		if (search->count == search->limit) {
			finish(search, true, NULL);
			return;
		}
	}
	if (search->cursor >= ring_oldest(ring))
		event_add(search->turn, &(struct timeval){0, pause_us(search, spent_ns)});
	else if (search->traffic->history != NULL && search->cursor > 0)
		read_on(search);
	else
		finish(search, false, NULL);
}

/* ---- the seam ---- */

struct search *traffic_search(struct traffic *traffic, struct filter *filter, int64_t before,
	size_t limit, search_done_fn done, void *arg)
{
	struct search *search = xcalloc(1, sizeof(*search));
	int64_t next = ring_next(traffic->ring);

	search->traffic = traffic;
	search->filter = filter;
	search->done = done;
	search->arg = arg;
	search->limit = limit;
	search->found = xcalloc(limit, sizeof(struct request *));
	search->cursor = (before > 0 && before < next ? before : next) - 1;
	search->turn = evtimer_new(traffic->base, on_turn, search);
	TAILQ_INSERT_TAIL(&traffic->searches, search, link);
	event_add(search->turn, &at_once);
	return search;
}

static void end(struct search *search)
{
	search->cancelled = true;
	if (!search->reading)
		search_free(search);
}

void search_cancel(struct search *search)
{
	if (search == NULL)
		return;
	TAILQ_REMOVE(&search->traffic->searches, search, link);
	end(search);
}

void searches_end(struct traffic *traffic)
{
	struct search *search;

	while ((search = TAILQ_FIRST(&traffic->searches)) != NULL) {
		TAILQ_REMOVE(&traffic->searches, search, link);
		end(search);
	}
}
