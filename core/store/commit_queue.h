/*
 * Batches a store has taken and not reported yet, oldest first. What the drivers of this room share; nobody
 * else includes it.
 */
#ifndef UMBRA_STORE_COMMIT_QUEUE_H
#define UMBRA_STORE_COMMIT_QUEUE_H

#include "core/store/store.h"

struct commit_queue {
	struct commit_queue *next;
	struct batch batch;
	store_done_fn done;
	void *arg;
};

struct commit_queue_list {
	struct commit_queue *first;
	struct commit_queue *last;
	size_t count;
};

/* Takes the rows over and leaves `batch` empty. */
void commit_queue_add(
	struct commit_queue_list *list, struct batch *batch, store_done_fn done, void *arg);
/* All of `list`, which is empty then. */
struct commit_queue_list commit_queue_take(struct commit_queue_list *list);
/* Tells every one of `list`, in order, and frees it. `eb` may be NULL when err is ERR_NONE. */
void commit_queue_report(struct commit_queue_list *list, enum err err, const struct errbuf *eb);

#endif
