/*
 * The history as the loop sees it: a queue of records to store, searches to do, numbers to reserve.
 * The work is done by one thread, job by job in order; a job carries its own data, and nothing else
 * is shared.
 *
 * The loop never waits. When the thread is behind, the queue fills and further records are shed and
 * counted; when a write fails, its records are shed and counted, the error is kept for the status,
 * and the next write tries anew.
 */
#ifndef UMBRA_TRAFFIC_HISTORY_H
#define UMBRA_TRAFFIC_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/model/request.h"
#include "core/traffic/history_files.h"

struct event_base;
struct history;

/* Blocks. `dir` is made when missing. *ret_first is the first number to give. */
struct history *history_open(struct event_base *base, const char *dir, int64_t max_bytes,
	int64_t *ret_first, struct errbuf *eb);
/*
 * Stores what is queued, calls what is under way to its end, closes. `next`: the number that comes
 * next.
 */
void history_close(struct history *history, int64_t next);

/* False when the number may not be given yet: the disk has not confirmed that it is reserved. */
bool history_may_number(const struct history *history, int64_t seq);
/* Queues a copy. */
void history_add(struct history *history, const struct request *request);
/* Hands what is queued to the thread now, so that a read posted next sees it. */
void history_flush(struct history *history);

/* One slice of reading; the caller owns it until it is posted and again in `done`. */
struct history_read {
	struct history_files_query query;
	enum err err;
	struct errbuf eb;
	void (*done)(struct history_read *read, void *arg);
	void *arg;
	struct history *history; /* set by history_post() */
};
void history_post(struct history *history, struct history_read *read);
/* Frees what was found, so that the next slice can be posted. */
void history_read_reset(struct history_read *read);

/* As of the last job that came back. */
const struct history_files_state *history_state(const struct history *history);
int64_t history_shed_count(const struct history *history);

#endif
