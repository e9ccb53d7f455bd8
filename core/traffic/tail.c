/*
 * Live tails. Called by the API for each client that reads along, and by the loop's pump. A tail is
 * a position in the sequence of numbers: everything before `next` has been told, as a record, as
 * one that the filter left out, or as lost. First it catches up from the history, then it follows
 * the ring.
 *
 * Filters with free text or a regular expression cost time on the loop. All such tails together get a share of
 * it, each the same; one that has used its part rests, and one that stays behind goes on with what is newest
 * and is told what it missed. So the loop has time for requests whatever somebody tails.
 *
 * Callbacks may cancel or pause any tail, so cancelling only marks; the pump frees what is marked,
 * and not with the history's thread, at the end of its turn.
 */
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/traffic/internal.h"

enum {
	SLICE = 256, /* records a tail is offered at a turn */
	TURN = 8192, /* records all of them are */
	HISTORY_SLICE = 500, /* rows read at a time */
	SHARE = 4, /* costly tails together take no more than one part in so many of the loop's time */
	REST_MS = 20, /* between two looks whether one has rested enough */
	TURN_NS = 2 * 1000 * 1000, /* of matching, before the loop does something else */
	CREDIT_NS = 5 * 1000 * 1000, /* that one tail may save up */
};
#define BEHIND_NS INT64_C(2000000000) /* so long behind, and what is between is left out */

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
	bool costly;
	bool resting;
	int64_t credit_ns; /* of matching it may do; below zero when one match took longer */
	int64_t credited_ns; /* when that was reckoned, monotonic */
	int64_t behind_ns; /* since when it has not been at the end, monotonic; 0: it is */
};

static void tail_free(struct tail *tail)
{
	tail->traffic->costly_tails -= tail->costly;
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
	tail->read.query = (struct history_files_query){.low = tail->next,
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
	struct history_files_query *query = &tail->read.query;

	tail->next = query->end ? query->high + 1 : query->next;
	tail->have_items = false;
	history_read_reset(&tail->read);
}

/* ---- delivering ---- */

static bool matches(struct tail *tail, const struct request *request)
{
	struct traffic *traffic = tail->traffic;
	int64_t begun_ns = tail->costly ? time_monotonic_ns() : 0;
	bool match = filter_match_request(
		tail->filter, request, traffic_environment(traffic), traffic->options.now_ms());

	if (tail->costly) {
		int64_t spent_ns = time_monotonic_ns() - begun_ns;

		tail->credit_ns -= spent_ns;
		traffic->turn_ns += spent_ns;
	}
	return match;
}

static const struct history_files_item *current_item(const struct tail *tail)
{
	const struct history_files_query *query = &tail->read.query;

	return tail->have_items && tail->item < query->count ? &query->items[tail->item] : NULL;
}

/* The loss that stands before what comes next, or NULL. */
static const struct loss *due_loss(struct tail *tail)
{
	struct traffic *traffic = tail->traffic;
	const struct history_files_item *item = current_item(tail);
	int64_t next = item != NULL && item->request != NULL ? item->request->seq : tail->next;

	if (tail->loss < traffic->loss_first)
		tail->loss = traffic->loss_first;
	if (tail->loss == traffic->loss_next)
		return NULL;
	const struct loss *loss = &traffic->losses[tail->loss % LOSSES];
	return loss->at <= next ? loss : NULL;
}

static void deliver_item(struct tail *tail, const struct history_files_item *item)
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
	const struct history_files_item *item = current_item(tail);

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
		tail->behind_ns = 0;
		return false;
	}
	return true;
}

/* ---- what a costly one may take ---- */

static void add_credit(struct tail *tail)
{
	int64_t now_ns = time_monotonic_ns();
	int64_t parts = SHARE * (int64_t)tail->traffic->costly_tails;

	tail->credit_ns += (now_ns - tail->credited_ns) / parts;
	if (tail->credit_ns > CREDIT_NS)
		tail->credit_ns = CREDIT_NS;
	tail->credited_ns = now_ns;
}

/* Leaves out what is between it and the newest. */
static void skip_to_newest(struct tail *tail)
{
	int64_t next = ring_next(tail->traffic->ring);
	int64_t missing = next - tail->next;

	tail->behind_ns = 0;
	tail->next = next;
	if (missing > 0)
		tail->ops->lost(tail->arg, missing,
			"the filter takes more time than a tail may; a simpler one misses less");
}

/* False while it rests. */
static bool may_match(struct tail *tail)
{
	if (!tail->costly || (!tail->resting && tail->credit_ns > 0))
		return true;
	add_credit(tail);
	if (tail->credit_ns <= 0 || (tail->resting && tail->credit_ns < CREDIT_NS / 2)) {
		tail->resting = true;
		if (tail->behind_ns == 0)
			tail->behind_ns = tail->credited_ns;
		return false;
	}
	tail->resting = false;
	if (tail->behind_ns != 0 && tail->credited_ns - tail->behind_ns > BEHIND_NS &&
		!tail->catching_up && !tail->have_items)
		skip_to_newest(tail);
	return true;
}

/* Returns how many steps were made; SLICE when there may be more. */
static size_t deliver(struct tail *tail)
{
	size_t steps = 0;

	while (steps < SLICE && !tail->paused && !tail->cancelled && !tail->reading &&
		tail->traffic->turn_ns < TURN_NS && may_match(tail) && step(tail))
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

int tails_deliver(struct traffic *traffic)
{
	size_t count = traffic->tail_count;
	size_t steps = 0;
	bool more = false;
	bool resting = false;

	traffic->turn_ns = 0;

	/* Each turn begins with the one behind where the last one ended. */
	for (size_t i = 0; i < count && steps < TURN; i++) {
		traffic->tail_turn = (traffic->tail_turn + 1) % count;
		size_t made = deliver(traffic->tails[traffic->tail_turn]);
		steps += made;
		more = more || made == SLICE || traffic->turn_ns >= TURN_NS;
		resting = resting || traffic->tails[traffic->tail_turn]->resting;
	}
	free_cancelled(traffic);
	if (more || steps >= TURN)
		return 0;
	return resting ? REST_MS : -1;
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
	tail->costly = filter_is_costly(filter);
	tail->credit_ns = CREDIT_NS;
	tail->credited_ns = time_monotonic_ns();
	traffic->costly_tails += tail->costly;
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
		const struct history_files_item *item = &tail->read.query.items[i - 1];

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
