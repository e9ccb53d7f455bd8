/*
 * GET /v1/events: what changed the environment, newest first; with `wait` held until there is something
 * newer than `since`.
 */
#include <stdlib.h>

#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, WAIT_MAX_MS = 60 * 1000, WAKE_AT_ONCE = 256 };

struct events_wait {
	int64_t since;
	int64_t limit;
};

static void events_release(struct exchange *exchange)
{
	free(exchange->state);
}

static void events_answer(struct exchange *exchange)
{
	const struct plane *plane = exchange->api->options.plane;
	const struct events_wait *wait = exchange->state;
	const struct event **events = xcalloc((size_t)wait->limit, sizeof(const struct event *));
	size_t count = plane_events(plane, wait->since, events, (size_t)wait->limit);
	struct json_writer w = exchange_json(exchange);

	json_object(&w, NULL);
	json_array(&w, "events");
	for (size_t i = 0; i < count; i++)
		wire_write_event(&w, NULL, events[i]);
	json_array_end(&w);
	json_int(&w, "last", plane_events_last(plane));
	json_object_end(&w);
	free(events);
	if (exchange->started)
		exchange_end(exchange);
	else
		exchange_reply(exchange, 200);
}

bool events_wake(struct api *api)
{
	int64_t last = plane_events_last(api->options.plane);
	unsigned told = 0;
	struct exchange *next;

	for (struct exchange *exchange = LIST_FIRST(&api->event_waits); exchange != NULL;
		exchange = next) {
		const struct events_wait *wait = exchange->state;

		next = LIST_NEXT(exchange, link);
		if (wait->since >= last)
			continue;
		if (told++ == WAKE_AT_ONCE)
			return true;
		events_answer(exchange);
	}
	return false;
}

void events_stop(struct api *api)
{
	struct exchange *exchange;

	while ((exchange = LIST_FIRST(&api->event_waits)) != NULL)
		events_answer(exchange);
}

void events_get(struct exchange *exchange)
{
	struct events_wait *wait = xcalloc(1, sizeof(*wait));
	int64_t wait_ms = 0;
	struct errbuf eb = {0};

	wait->limit = PAGE_DEFAULT;
	exchange->state = wait;
	exchange->release = events_release;
	if (query_int(&exchange->query, "since", 0, INT64_MAX, &wait->since, &eb) != ERR_NONE ||
		query_int(&exchange->query, "limit", 1, PAGE_MAX, &wait->limit, &eb) != ERR_NONE ||
		query_duration(&exchange->query, "wait", 0, WAIT_MAX_MS, &wait_ms, &eb) !=
			ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	if (wait_ms == 0 || wait->since < plane_events_last(exchange->api->options.plane)) {
		events_answer(exchange);
		return;
	}
	if (!exchange_hold(exchange))
		return;
	exchange->timeout = events_answer;
	exchange->linked = true;
	LIST_INSERT_HEAD(&exchange->api->event_waits, exchange, link);
	/* The headers go out now: a client that goes away is noticed. */
	exchange_start(exchange, "application/json");
	exchange_timer(exchange, wait_ms);
}
