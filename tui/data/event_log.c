/*
 * Keeps the newest events in order of seq. Fed by the app, read by the views. Invariant: the array is sorted
 * by seq, oldest first, without doubles, and never longer than EVENT_LOG_KEPT.
 */
#include "tui/data/event_log.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/client/client.h"

struct event_log {
	struct event *items; /* oldest first */
	size_t count;
	size_t cap;
	bool changed; /* by what is being read */
};

struct event_log *event_log_create(void)
{
	return xcalloc(1, sizeof(struct event_log));
}

void event_log_clear(struct event_log *events)
{
	for (size_t i = 0; i < events->count; i++)
		record_finish(&event_type, &events->items[i]);
	events->count = 0;
}

void event_log_destroy(struct event_log *events)
{
	if (!events)
		return;
	event_log_clear(events);
	free(events->items);
	free(events);
}

static void drop_oldest(struct event_log *events)
{
	size_t drop = EVENT_LOG_KEPT / 10;

	for (size_t i = 0; i < drop; i++)
		record_finish(&event_type, &events->items[i]);
	events->count -= drop;
	memmove(events->items, events->items + drop, events->count * sizeof(*events->items));
}

static void add(void *arg, const struct event *event)
{
	struct event_log *events = arg;
	struct event *slot;

	if (events->count > 0 && events->items[events->count - 1].seq >= event->seq)
		return;
	if (events->count == EVENT_LOG_KEPT)
		drop_oldest(events);
	array_reserve(&events->items, &events->cap, events->count + 1, sizeof(*events->items));
	slot = &events->items[events->count++];
	memset(slot, 0, sizeof(*slot));
	record_merge(&event_type, slot, event, UINT64_MAX, false);
	events->changed = true;
}

bool event_log_read(struct event_log *events, struct str body, int64_t *ret_last, bool *ret_changed,
	struct errbuf *eb)
{
	int64_t last = 0;

	events->changed = false;
	if (!client_read_events(body, add, events, &last, eb))
		return false;
	if (last < *ret_last) {
		event_log_clear(events);
		last = 0; /* from its beginning, then */
		events->changed = true;
	}
	*ret_last = last;
	*ret_changed = events->changed;
	return true;
}

size_t event_log_count(const struct event_log *events)
{
	return events->count;
}

const struct event *event_log_at(const struct event_log *events, size_t at)
{
	return at < events->count ? &events->items[events->count - 1 - at] : NULL;
}

const struct event *event_log_find(const struct event_log *events, int64_t seq)
{
	size_t low = 0;
	size_t high = events->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (events->items[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < events->count && events->items[low].seq == seq ? &events->items[low] : NULL;
}
