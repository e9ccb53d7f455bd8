/*
 * Live tails. Called by the API for each client that reads along, and by the loop's pump. A tail is
 * a position in the sequence of numbers: everything before `next` has been told, as a record, as
 * one that the filter left out, or as lost. First it catches up from the history, then it follows
 * the ring.
 *
 * Callbacks may cancel or pause any tail, so cancelling only marks; the pump frees what is marked,
 * and not with the history's thread, at the end of its turn.
 */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/traffic/internal.h"

enum {
	SLICE = 256, /* records a tail is offered at a turn */
	TURN = 8192, /* records all of them are */
	HISTORY_SLICE = 500, /* rows read at a time */
};

struct tail {
	struct traffic *traffic;
	struct filter *filter;
	struct filter *thread_filter; /* the same, for the history's thread; made when needed */
	const struct tail_ops *ops;
	void *arg;
	int64_t next;
	uint64_t loss; /* the next of traffic->losses to tell */
	bool catching_up;
	bool paused;
	bool cancelled;
	bool reading; /* `read` is with the thread */
	struct history_read read;
	size_t item; /* of read.query.items, the next to deliver */
	bool have_items; /* a slice came back and is not used up */
};

static void tail_free(struct tail *tail)
{
	history_read_reset(&tail->read);
	filter_destroy(tail->filter);
	filter_destroy(tail->thread_filter);
	free(tail);
}

/* ---- catching up ---- */

static void on_read(struct history_read *read, void *arg)
{
	struct tail *tail = arg;

	tail->reading = false;
	tail->have_items = read->err == ERR_NONE;
	tail->item = 0;
	/* What cannot be read is told as lost. */
	if (read->err != ERR_NONE)
		tail->catching_up = false;
	traffic_wake(tail->traffic);
}

static void start_reading(struct tail *tail)
{
	struct traffic *traffic = tail->traffic;

	if (tail->thread_filter == NULL)
		tail->thread_filter = filter_parse(filter_text(tail->filter), NULL, NULL);
	tail->read.done = on_read;
	tail->read.arg = tail;
	tail->read.query = (struct archive_query){.low = tail->next,
		.high = ring_oldest(traffic->ring) - 1,
		.max_rows = HISTORY_SLICE,
		.max_items = HISTORY_SLICE,
		.ascending = true,
		.filter = tail->thread_filter,
		.now_ms = traffic->options.now_ms()};
	tail->reading = true;
	history_post(traffic->history, &tail->read);
}

static void end_of_slice(struct tail *tail)
{
	struct archive_query *query = &tail->read.query;

	tail->next = query->end ? query->high + 1 : query->next;
	tail->have_items = false;
	history_read_reset(&tail->read);
}

/* ---- delivering ---- */

static bool matches(const struct tail *tail, const struct request *request)
{
	struct traffic *traffic = tail->traffic;

	return filter_match_request(
		tail->filter, request, traffic_environment(traffic), traffic->options.now_ms());
}

static const struct archive_item *current_item(const struct tail *tail)
{
	const struct archive_query *query = &tail->read.query;

	return tail->have_items && tail->item < query->count ? &query->items[tail->item] : NULL;
}

/* The loss that stands before what comes next, or NULL. */
static const struct loss *due_loss(struct tail *tail)
{
	struct traffic *traffic = tail->traffic;
	const struct archive_item *item = current_item(tail);
	int64_t next = item != NULL && item->request != NULL ? item->request->seq : tail->next;

	if (tail->loss < traffic->loss_first)
		tail->loss = traffic->loss_first;
	if (tail->loss == traffic->loss_next)
		return NULL;
	const struct loss *loss = &traffic->losses[tail->loss % LOSSES];
	return loss->at <= next ? loss : NULL;
}

static void deliver_item(struct tail *tail, const struct archive_item *item)
{
	tail->item++;
	if (item->request == NULL)
		tail->ops->lost(tail->arg, item->missing,
			item->missing < 0 ? "the control plane was killed" : "no longer kept");
	else if (matches(tail, item->request))
		tail->ops->record(tail->arg, item->request);
}

static void deliver_record(struct tail *tail)
{
	const struct request *request = ring_get(tail->traffic->ring, tail->next++);

	if (matches(tail, request))
		tail->ops->record(tail->arg, request);
}

static void skip_to_ring(struct tail *tail)
{
	int64_t oldest = ring_oldest(tail->traffic->ring);
	int64_t missing = oldest - tail->next;

	tail->next = oldest;
	tail->ops->lost(tail->arg, missing, "the reader was slower than the traffic");
}

/* One step: one callback, or a move. False when there is nothing to do now. */
static bool step(struct tail *tail)
{
	struct ring *ring = tail->traffic->ring;
	const struct loss *loss = due_loss(tail);
	const struct archive_item *item = current_item(tail);

	if (loss != NULL) {
		/* A copy: a callback may report a loss itself. */
		struct loss told = *loss;
		tail->loss++;
		tail->ops->lost(tail->arg, told.count, told.why);
	} else if (item != NULL) {
		deliver_item(tail, item);
	} else if (tail->have_items) {
		end_of_slice(tail);
	} else if (tail->next < ring_oldest(ring) && tail->catching_up) {
		start_reading(tail);
		return false;
	} else if (tail->next < ring_oldest(ring)) {
		skip_to_ring(tail);
	} else if (tail->next < ring_next(ring)) {
		tail->catching_up = false;
		deliver_record(tail);
	} else {
		tail->catching_up = false;
		return false;
	}
	return true;
}

/* Returns how many steps were made; SLICE when there may be more. */
static size_t deliver(struct tail *tail)
{
	size_t steps = 0;

	while (steps < SLICE && !tail->paused && !tail->cancelled && !tail->reading && step(tail))
		steps++;
	return steps;
}

static void free_cancelled(struct traffic *traffic)
{
	size_t kept = 0;

	for (size_t i = 0; i < traffic->tail_count; i++) {
		struct tail *tail = traffic->tails[i];
		if (tail->cancelled && !tail->reading)
			tail_free(tail);
		else
			traffic->tails[kept++] = tail;
	}
	traffic->tail_count = kept;
}

bool tails_deliver(struct traffic *traffic)
{
	size_t count = traffic->tail_count;
	size_t steps = 0;
	bool more = false;

	/* Each turn begins with the one behind where the last one ended. */
	for (size_t i = 0; i < count && steps < TURN; i++) {
		traffic->tail_turn = (traffic->tail_turn + 1) % count;
		size_t made = deliver(traffic->tails[traffic->tail_turn]);
		steps += made;
		more = more || made == SLICE;
	}
	free_cancelled(traffic);
	return more || steps >= TURN;
}

/* ---- the seam ---- */

struct tail *traffic_tail(struct traffic *traffic, struct filter *filter, int64_t since,
	const struct tail_ops *ops, void *arg)
{
	struct tail *tail = xcalloc(1, sizeof(*tail));
	int64_t next = ring_next(traffic->ring);

	tail->traffic = traffic;
	tail->filter = filter;
	tail->ops = ops;
	tail->arg = arg;
	tail->next = next;
	tail->loss = traffic->loss_next;
	if (since >= 0 && since < next) {
		tail->next = since + 1;
		tail->catching_up = traffic->history != NULL;
		tail->loss = traffic->loss_first;
		while (tail->loss < traffic->loss_next &&
			traffic->losses[tail->loss % LOSSES].at <= since)
			tail->loss++;
	}
	array_reserve(&traffic->tails, &traffic->tail_cap, traffic->tail_count + 1,
		sizeof(struct tail *));
	traffic->tails[traffic->tail_count++] = tail;
	traffic_wake(traffic);
	return tail;
}

void tail_cancel(struct tail *tail)
{
	if (tail == NULL)
		return;
	tail->cancelled = true;
	traffic_wake(tail->traffic);
}

int64_t tail_seq(const struct tail *tail)
{
	/* In the midst of a slice of the history `next` is where that began. */
	for (size_t i = tail->have_items ? tail->item : 0; i > 0; i--) {
		const struct archive_item *item = &tail->read.query.items[i - 1];

		if (item->request != NULL)
			return item->request->seq;
	}
	return tail->next - 1;
}

void tail_pause(struct tail *tail, bool paused)
{
	tail->paused = paused;
	if (!paused)
		traffic_wake(tail->traffic);
}

void tails_end(struct traffic *traffic)
{
	for (size_t i = 0; i < traffic->tail_count; i++)
		tail_free(traffic->tails[i]);
	free(traffic->tails);
}
