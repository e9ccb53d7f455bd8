/*
 * Keeps the newest events in order of seq. Fed by the app, read by the views. Invariant: the array is sorted
 * by seq, oldest first, without doubles, and never longer than EVENTS_KEPT.
 */
#include "tui/events.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/client/client.h"

struct events {
	struct event *items; /* oldest first */
	size_t count;
	size_t cap;
};

struct events *events_create(void)
{
	return xcalloc(1, sizeof(struct events));
}

void events_clear(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		record_finish(&event_type, &events->items[i]);
	events->count = 0;
}

void events_destroy(struct events *events)
{
	if (!events)
		return;
	events_clear(events);
	free(events->items);
	free(events);
}

struct reading {
	struct events *events;
	bool changed;
};

static void drop_oldest(struct events *events)
{
	size_t drop = EVENTS_KEPT / 10;

	for (size_t i = 0; i < drop; i++)
		record_finish(&event_type, &events->items[i]);
	events->count -= drop;
	memmove(events->items, events->items + drop, events->count * sizeof(*events->items));
}

static void add(void *arg, const struct event *event)
{
	struct reading *reading = arg;
	struct events *events = reading->events;
	struct event *slot;

	if (events->count > 0 && events->items[events->count - 1].seq >= event->seq)
		return;
	if (events->count == EVENTS_KEPT)
		drop_oldest(events);
	if (events->count == events->cap) {
		events->cap = events->cap > 0 ? events->cap * 2 : 64;
		events->items = xrealloc(events->items, events->cap, sizeof(*events->items));
	}
	slot = &events->items[events->count++];
	memset(slot, 0, sizeof(*slot));
	record_merge(&event_type, slot, event, UINT64_MAX, false);
	reading->changed = true;
}

bool events_read(struct events *events, struct str body, int64_t *ret_last, bool *ret_changed,
	struct errbuf *eb)
{
	struct reading reading = {events, false};
	int64_t last = 0;

	if (!client_read_events(body, add, &reading, &last, eb))
		return false;
	if (last < *ret_last) {
		events_clear(events);
		last = 0; /* from its beginning, then */
		reading.changed = true;
	}
	*ret_last = last;
	*ret_changed = reading.changed;
	return true;
}

size_t events_count(const struct events *events)
{
	return events->count;
}

const struct event *events_at(const struct events *events, size_t at)
{
	return at < events->count ? &events->items[events->count - 1 - at] : NULL;
}

const struct event *events_find(const struct events *events, int64_t seq)
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
