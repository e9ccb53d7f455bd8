/*
 * A store that fails the n-th commit, for tests that loop over n.
 *
 * Batches go to the inner store one at a time, so that what comes after the failing one can be kept from
 * it; the failing one itself goes there empty, which brings the failure to its turn in the order of `done`.
 */
#include "tests/support/store_failing.h"

#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/store/commit_queue.h"

struct failing_store {
	struct store store;
	struct store *inner;
	unsigned fail_at;
	bool forever;
	unsigned started; /* how many were begun or failed in the queue */
	bool busy; /* one is with the inner store */
	bool fails; /* and it is the one that fails */
	struct commit_queue_list head; /* that one */
	struct commit_queue_list queue; /* committed after it */
};

static void start_next(struct failing_store *failing);

static struct commit_queue_list pop(struct commit_queue_list *list)
{
	struct commit_queue_list one = {list->first, list->first, 1};

	list->first = one.first->next;
	one.first->next = NULL;
	list->count--;
	return one;
}

static void on_inner_done(void *arg, enum err err, const struct errbuf *eb)
{
	struct failing_store *failing = arg;
	struct commit_queue_list head = commit_queue_take(&failing->head);
	struct errbuf refused;

	failing->busy = false;
	if (failing->fails) {
		struct commit_queue_list after = commit_queue_take(&failing->queue);

		failing->started += (unsigned)after.count;
		err_set(&refused, ERR_STORE, "the store was told to fail commit %u",
			failing->fail_at);
		commit_queue_report(&head, ERR_STORE, &refused);
		commit_queue_report(&after, ERR_STORE, &refused);
	} else {
		commit_queue_report(&head, err, eb);
	}
	start_next(failing);
}

static void start_next(struct failing_store *failing)
{
	struct batch empty;

	if (failing->busy || failing->queue.count == 0)
		return;
	failing->started++;
	failing->busy = true;
	failing->fails =
		failing->fail_at > 0 && (failing->forever ? failing->started >= failing->fail_at
							  : failing->started == failing->fail_at);
	failing->head = pop(&failing->queue);
	batch_init(&empty);
	store_commit(failing->inner, failing->fails ? &empty : &failing->head.first->batch,
		on_inner_done, failing);
}

static enum err failing_load(struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	struct store *inner = ((struct failing_store *)store)->inner;
	enum err err = store_load(inner, row, arg, eb);

	store->damage = inner->damage;
	inner->damage = (struct store_damage){0};
	return err;
}

static void failing_commit(struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	struct failing_store *failing = (struct failing_store *)store;

	commit_queue_add(&failing->queue, batch, done, arg);
	start_next(failing);
}

static void failing_destroy(struct store *store)
{
	struct failing_store *failing = (struct failing_store *)store;

	store_destroy(failing->inner);
	free(failing);
}

static void failing_describe(const struct store *store, char *dst, size_t size_bytes)
{
	store_describe(((const struct failing_store *)store)->inner, dst, size_bytes);
}

static const struct store_ops failing_ops = {
	.name = "failing",
	.load = failing_load,
	.commit = failing_commit,
	.destroy = failing_destroy,
	.describe = failing_describe,
};

struct store *store_failing_create(struct store *inner, unsigned fail_at, bool forever)
{
	struct failing_store *failing = xcalloc(1, sizeof(*failing));

	*failing = (struct failing_store){
		.store.ops = &failing_ops, .inner = inner, .fail_at = fail_at, .forever = forever};
	return &failing->store;
}
