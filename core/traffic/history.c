/*
 * The loop's side of the history. Called by traffic for each record, by searches and tails for
 * slices of reading. Invariant: the archive is the thread's while the worker lives, the rest of the
 * struct is the loop's.
 */
#include "core/traffic/history.h"

#include <event2/event.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/worker.h"

enum {
	BATCH = 2000, /* records that are worth a transaction of their own */
	BATCH_WAIT_MS = 200, /* fewer wait that long for company */
	QUEUE_MAX = 20000, /* records; what one transaction may come to */
	QUEUE_MAX_BYTES = 32 << 20,
};

static const struct timeval batch_wait = {0, BATCH_WAIT_MS * 1000L};

struct batch {
	struct history *history;
	struct request **requests; /* owned, each a block */
	size_t count;
	size_t cap;
	size_t bytes;
	enum err err;
	struct history_files_state state;
};

struct reservation {
	struct history *history;
	int64_t ceiling;
	enum err err;
	struct errbuf eb;
};

struct history {
	struct worker *worker;
	struct history_files *archive;
	struct event *timer;
	struct batch *queue; /* not posted yet; NULL when empty */
	unsigned writing; /* batches with the thread */
	bool reserving;
	int64_t ceiling; /* numbers below it may be given */
	int64_t last; /* newest number queued */
	int64_t shed;
	struct history_files_state state;
};

static void batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->count; i++)
		free(batch->requests[i]);
	free(batch->requests);
	free(batch);
}

/* ---- numbers ---- */

static void reserve_work(void *arg)
{
	struct reservation *reservation = arg;

	reservation->err = history_files_raise_ceiling(
		reservation->history->archive, reservation->ceiling, &reservation->eb);
}

static void reserve_done(void *arg)
{
	struct reservation *reservation = arg;
	struct history *history = reservation->history;

	history->reserving = false;
	if (reservation->err == ERR_NONE)
		history->ceiling = reservation->ceiling;
	else
		str_copy(history->state.error, sizeof(history->state.error),
			str_of(reservation->eb.text));
	free(reservation);
}

/* Early enough that numbers last until the disk has answered. Tried again with the next flush. */
static void reserve_ahead(struct history *history)
{
	struct reservation *reservation;

	if (history->reserving || history->ceiling - history->last > HISTORY_FILES_CEILING_STEP / 2)
		return;
	history->reserving = true;
	reservation = xcalloc(1, sizeof(*reservation));
	reservation->history = history;
	reservation->ceiling = history->ceiling + HISTORY_FILES_CEILING_STEP;
	worker_post(history->worker, reserve_work, reserve_done, reservation);
}

bool history_may_number(const struct history *history, int64_t seq)
{
	return seq < history->ceiling;
}

/* ---- writing ---- */

static void write_work(void *arg)
{
	struct batch *batch = arg;
	struct history_files *archive = batch->history->archive;

	batch->err = history_files_write(archive, batch->requests, batch->count, NULL);
	history_files_describe(archive, &batch->state);
}

static void write_done(void *arg)
{
	struct batch *batch = arg;
	struct history *history = batch->history;

	history->writing--;
	history->state = batch->state;
	if (batch->err != ERR_NONE)
		history->shed += (int64_t)batch->count;
	batch_free(batch);
	if (history->queue != NULL && history->queue->count >= BATCH)
		history_flush(history);
}

void history_flush(struct history *history)
{
	struct batch *batch = history->queue;

	reserve_ahead(history);
	if (batch == NULL)
		return;
	history->queue = NULL;
	history->writing++;
	evtimer_del(history->timer);
	worker_post(history->worker, write_work, write_done, batch);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct history *history = arg;

	(void)fd;
	(void)what;
	/* With a batch on its way the queue goes when that is back. */
	if (history->writing > 0) {
		event_add(history->timer, &batch_wait);
		return;
	}
	history_flush(history);
}

static struct batch *queue_start(struct history *history)
{
	struct batch *batch = xcalloc(1, sizeof(*batch));

	batch->history = history;
	event_add(history->timer, &batch_wait);
	return batch;
}

void history_add(struct history *history, const struct request *request)
{
	struct batch *batch = history->queue;

	history->last = request->seq;
	if (batch == NULL)
		batch = history->queue = queue_start(history);
	if (batch->count == QUEUE_MAX || batch->bytes > QUEUE_MAX_BYTES) {
		history->shed++;
		reserve_ahead(history);
		return;
	}
	array_reserve(&batch->requests, &batch->cap, batch->count + 1, sizeof(*batch->requests));
	batch->requests[batch->count++] = request_copy(request);
	batch->bytes += request_size(request);
	if (batch->count >= BATCH && history->writing == 0)
		history_flush(history);
}

/* ---- reading ---- */

static void read_work(void *arg)
{
	struct history_read *read = arg;

	read->err = history_files_read(read->history->archive, &read->query, &read->eb);
}

static void read_done(void *arg)
{
	struct history_read *read = arg;

	read->done(read, read->arg);
}

void history_post(struct history *history, struct history_read *read)
{
	read->history = history;
	history_flush(history);
	worker_post(history->worker, read_work, read_done, read);
}

void history_read_reset(struct history_read *read)
{
	for (size_t i = 0; i < read->query.count; i++)
		free(read->query.items[i].request);
	free(read->query.items);
	read->query.items = NULL;
	read->query.count = read->query.cap = 0;
	read->query.end = false;
}

/* ---- the whole ---- */

struct history *history_open(struct event_base *base, const char *dir, int64_t max_bytes,
	int64_t *ret_first, struct errbuf *eb)
{
	struct history *history = xcalloc(1, sizeof(*history));
	int64_t first;

	history->archive = history_files_open(dir, max_bytes, &first, &history->ceiling, eb);
	if (history->archive == NULL)
		goto fail;
	history_files_describe(history->archive, &history->state);
	history->last = first - 1;
	history->timer = evtimer_new(base, on_timer, history);
	history->worker = worker_create(base, "history");
	if (history->timer == NULL || history->worker == NULL) {
		err_set(eb, ERR_FAILED, "the history's thread could not be started");
		goto fail;
	}
	*ret_first = first;
	return history;

fail:
	if (history->timer != NULL)
		event_free(history->timer);
	history_files_close(history->archive, 0);
	free(history);
	return NULL;
}

void history_close(struct history *history, int64_t next)
{
	if (history == NULL)
		return;
	history_flush(history);
	worker_destroy(history->worker);
	/* What came back last may have queued nothing: there is no record without the loop. */
	batch_free(history->queue);
	event_free(history->timer);
	history_files_close(history->archive, next);
	free(history);
}

const struct history_files_state *history_state(const struct history *history)
{
	return &history->state;
}

int64_t history_shed_count(const struct history *history)
{
	return history->shed;
}
