/*
 * Batches a store has taken and not reported yet, oldest first. What the drivers of this room share; nobody
 * else includes it.
 */
#ifndef UMBRA_STORE_PENDING_H
#define UMBRA_STORE_PENDING_H

#include "core/store/store.h"

struct pending {
	struct pending *next;
	struct batch batch;
	store_done_fn done;
	void *arg;
};

struct pending_list {
	struct pending *first;
	struct pending *last;
	size_t count;
};

/* Takes the rows over and leaves `batch` empty. */
void pending_add(struct pending_list *list, struct batch *batch, store_done_fn done, void *arg);
/* All of `list`, which is empty then. */
struct pending_list pending_take(struct pending_list *list);
/* Tells every one of `list`, in order, and frees it. `eb` may be NULL when err is ERR_NONE. */
void pending_report(struct pending_list *list, enum err err, const struct errbuf *eb);

#endif
