/*
 * The list of batches between commit and done, used by every driver. Invariant: order is that of commit,
 * and a batch is reported once.
 */
#include "core/store/commit_queue.h"

#include <stdlib.h>

#include "core/base/xalloc.h"

void commit_queue_add(
	struct commit_queue_list *list, struct batch *batch, store_done_fn done, void *arg)
{
	struct commit_queue *pending = xmalloc(sizeof(*pending));

	*pending = (struct commit_queue){.batch = *batch, .done = done, .arg = arg};
	batch_init(batch);
	if (list->first == NULL)
		list->first = pending;
	else
		list->last->next = pending;
	list->last = pending;
	list->count++;
}

struct commit_queue_list commit_queue_take(struct commit_queue_list *list)
{
	struct commit_queue_list taken = *list;

	*list = (struct commit_queue_list){0};
	return taken;
}

void commit_queue_report(struct commit_queue_list *list, enum err err, const struct errbuf *eb)
{
	struct commit_queue_list taken = commit_queue_take(list);

	while (taken.first != NULL) {
		struct commit_queue *pending = taken.first;

		taken.first = pending->next;
		if (pending->done != NULL)
			pending->done(pending->arg, err, eb);
		batch_finish(&pending->batch);
		free(pending);
	}
}
