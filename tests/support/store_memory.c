/*
 * A store without a disk, for tests: a sorted array of rows.
 *
 * Batches are applied when they are committed and reported from the loop, as the contract of store.h
 * wants it. What was committed can be loaded again until the store is destroyed.
 */
#include "tests/support/store_memory.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/store/commit_queue.h"

struct memory_store {
	struct store store;
	struct event *wake;
	struct commit_queue_list pending;
	struct row *rows; /* by kind, then id */
	size_t count;
	size_t cap;
};

static int row_order(const struct row *row, enum row_kind kind, const char *id)
{
	return row->kind != kind ? (int)row->kind - (int)kind : strcmp(row->id, id);
}

/* The first row that is not before (kind, id). */
static size_t find_row(const struct memory_store *memory, enum row_kind kind, const char *id)
{
	size_t low = 0;
	size_t high = memory->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row_order(&memory->rows[middle], kind, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_rows(struct memory_store *memory, size_t from, size_t to)
{
	if (from == to)
		return;
	for (size_t i = from; i < to; i++) {
		free(memory->rows[i].id);
		free(memory->rows[i].json);
	}
	memmove(&memory->rows[from], &memory->rows[to],
		(memory->count - to) * sizeof(*memory->rows));
	memory->count -= to - from;
}

static void apply_row(struct memory_store *memory, const struct row *row)
{
	size_t at = find_row(memory, row->kind, row->id);

	if (at < memory->count && row_order(&memory->rows[at], row->kind, row->id) == 0)
		remove_rows(memory, at, at + 1);
	if (row->json == NULL)
		return;
	array_reserve(&memory->rows, &memory->cap, memory->count + 1, sizeof(*memory->rows));
	memmove(&memory->rows[at + 1], &memory->rows[at],
		(memory->count - at) * sizeof(*memory->rows));
	memory->rows[at] =
		(struct row){.kind = row->kind, .id = xstrdup(row->id), .json = xstrdup(row->json)};
	memory->count++;
}

static void apply_batch(struct memory_store *memory, const struct batch *batch)
{
	char bound[ROW_EVENT_ID_SIZE];

	for (size_t i = 0; i < batch->count; i++)
		apply_row(memory, &batch->rows[i]);
	row_event_id(batch->trim_events_below, bound);
	remove_rows(memory, find_row(memory, ROW_EVENT, ""), find_row(memory, ROW_EVENT, bound));
}

static enum err memory_load(struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	const struct memory_store *memory = (const struct memory_store *)store;
	struct errbuf why = {0};

	(void)eb;
	for (size_t i = 0; i < memory->count; i++) {
		const struct row *r = &memory->rows[i];

		if (!row(arg, r->kind, str_of(r->id), str_of(r->json), &why))
			store_damage_add(&store->damage, r->kind, str_of(r->id), why.text);
	}
	return ERR_NONE;
}

static void memory_commit(struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	struct memory_store *memory = (struct memory_store *)store;

	apply_batch(memory, batch);
	commit_queue_add(&memory->pending, batch, done, arg);
	event_active(memory->wake, EV_TIMEOUT, 0);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct memory_store *memory = arg;

	(void)fd;
	(void)what;
	commit_queue_report(&memory->pending, ERR_NONE, NULL);
}

static void memory_destroy(struct store *store)
{
	struct memory_store *memory = (struct memory_store *)store;

	while (memory->pending.count > 0)
		commit_queue_report(&memory->pending, ERR_NONE, NULL);
	remove_rows(memory, 0, memory->count);
	free(memory->rows);
	event_free(memory->wake);
	free(memory);
}

static void memory_describe(const struct store *store, char *dst, size_t size_bytes)
{
	const struct memory_store *memory = (const struct memory_store *)store;
	int len = snprintf(dst, size_bytes, "\"driver\":\"memory\",\"pending\":%zu,\"rows\":%zu",
		memory->pending.count, memory->count);

	if (size_bytes > 0 && (len < 0 || (size_t)len >= size_bytes))
		dst[0] = '\0';
}

static const struct store_ops memory_ops = {
	.name = "memory",
	.load = memory_load,
	.commit = memory_commit,
	.destroy = memory_destroy,
	.describe = memory_describe,
};

struct store *store_memory_create(struct event_base *base)
{
	struct memory_store *memory = xcalloc(1, sizeof(*memory));

	memory->store.ops = &memory_ops;
	memory->wake = event_new(base, -1, EV_PERSIST, on_wake, memory);
	if (memory->wake == NULL) {
		free(memory);
		return NULL;
	}
	return &memory->store;
}
