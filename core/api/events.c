/*
 * GET /v1/events: what changed the environment, newest first; with `wait` held until there is something
 * newer than `since`.
 */
#include <stdlib.h>

#include "core/api/call.h"
#include "core/api/feed.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, WAIT_MAX_MS = 60 * 1000, WAKE_AT_ONCE = 256 };

struct events_wait {
	int64_t since;
	int64_t limit;
};

static void events_release(struct call *call)
{
	free(call->state);
}

static void events_answer(struct call *call)
{
	const struct plane *plane = call->api->options.plane;
	const struct events_wait *wait = call->state;
	const struct event **events = xcalloc((size_t)wait->limit, sizeof(const struct event *));
	size_t count = plane_events(plane, wait->since, events, (size_t)wait->limit);
	struct json_writer w = call_json(call);

	json_object(&w, NULL);
	json_array(&w, "events");
	for (size_t i = 0; i < count; i++)
		wire_write_event(&w, NULL, events[i]);
	json_array_end(&w);
	json_int(&w, "last", plane_events_last(plane));
	json_object_end(&w);
	free(events);
	if (call->started)
		call_end(call);
	else
		call_reply(call, 200);
}

bool events_wake(struct api *api)
{
	int64_t last = plane_events_last(api->options.plane);
	unsigned told = 0;
	struct call *next;

	for (struct call *call = LIST_FIRST(&api->event_waits); call != NULL; call = next) {
		const struct events_wait *wait = call->state;

		next = LIST_NEXT(call, link);
		if (wait->since >= last)
			continue;
		if (told++ == WAKE_AT_ONCE)
			return true;
		events_answer(call);
	}
	return false;
}

void events_stop(struct api *api)
{
	struct call *call;

	while ((call = LIST_FIRST(&api->event_waits)) != NULL)
		events_answer(call);
}

void events_get(struct call *call)
{
	struct events_wait *wait = xcalloc(1, sizeof(*wait));
	int64_t wait_ms = 0;
	struct errbuf eb;

	wait->limit = PAGE_DEFAULT;
	call->state = wait;
	call->release = events_release;
	errbuf_clear(&eb);
	if (query_int(&call->query, "since", 0, INT64_MAX, &wait->since, &eb) != ERR_NONE ||
		query_int(&call->query, "limit", 1, PAGE_MAX, &wait->limit, &eb) != ERR_NONE ||
		query_duration(&call->query, "wait", 0, WAIT_MAX_MS, &wait_ms, &eb) != ERR_NONE) {
		call_fail(call, &eb, NULL);
		return;
	}
	if (wait_ms == 0 || wait->since < plane_events_last(call->api->options.plane)) {
		events_answer(call);
		return;
	}
	if (!call_hold(call))
		return;
	call->timeout = events_answer;
	call->linked = true;
	LIST_INSERT_HEAD(&call->api->event_waits, call, link);
	/* The headers go out now: a client that goes away is noticed. */
	call_start(call, "application/json");
	call_timer(call, wait_ms);
}
