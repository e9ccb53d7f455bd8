/*
 * The list of batches between commit and done, used by every driver. Invariant: order is that of commit,
 * and a batch is reported once.
 */
#include "core/store/pending.h"

#include <stdlib.h>

#include "core/base/mem.h"

void pending_add(struct pending_list *list, struct batch *batch, store_done_fn done, void *arg)
{
	struct pending *pending = xmalloc(sizeof(*pending));

	*pending = (struct pending){.batch = *batch, .done = done, .arg = arg};
	batch_init(batch);
	if (list->first == NULL)
		list->first = pending;
	else
		list->last->next = pending;
	list->last = pending;
	list->count++;
}

struct pending_list pending_take(struct pending_list *list)
{
	struct pending_list taken = *list;

	*list = (struct pending_list){0};
	return taken;
}

void pending_report(struct pending_list *list, enum err err, const struct errbuf *eb)
{
	struct pending_list taken = pending_take(list);

	while (taken.first != NULL) {
		struct pending *pending = taken.first;

		taken.first = pending->next;
		pending->done(pending->arg, err, eb);
		batch_finish(&pending->batch);
		free(pending);
	}
}
