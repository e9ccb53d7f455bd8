/*
 * GET /v1/requests/tail: records as they come, one JSON line each. Where some are missing a line says how
 * many and why, and when nothing comes a heartbeat does.
 *
 * Lines gather in the call's buffer while a piece is on its way to the client. A client that does not
 * read fills it, then the tail pauses: records wait in the ring, and what leaves that is told as lost.
 */
#include <stdlib.h>

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/api/call.h"
#include "core/api/conn.h"
#include "core/api/feed.h"
#include "core/api/filter_param.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/traffic/traffic.h"
#include "core/wire/tail.h"

enum { UNSENT_MAX = 256 << 10 };

struct tailing {
	struct tail *tail;
	struct event
		*flush; /* active when there are lines: they go out together at the turn's end */
	bool paused;
};

static void tail_release(struct call *call)
{
	struct tailing *tailing = call->state;

	if (tailing->tail != NULL)
		tail_cancel(tailing->tail);
	if (tailing->flush != NULL)
		event_free(tailing->flush);
	free(tailing);
}

static void flush_due(evutil_socket_t unused, short what, void *arg)
{
	(void)unused;
	(void)what;
	call_flush(arg);
}

static void line_end(struct call *call)
{
	struct tailing *tailing = call->state;

	if (!call->sending)
		event_active(tailing->flush, EV_TIMEOUT, 0);
	if (call->out.len > UNSENT_MAX && !tailing->paused && tailing->tail != NULL) {
		tailing->paused = true;
		tail_pause(tailing->tail, true);
	}
	call_timer(call, call->api->options.limits.heartbeat_ms);
}

static void tail_record(void *arg, const struct request *request)
{
	struct call *call = arg;

	wire_write_tail_record(&call->out, request);
	line_end(call);
}

static void tail_lost(void *arg, int64_t count, const char *why)
{
	struct call *call = arg;

	wire_write_tail_lost(&call->out, count, why);
	line_end(call);
}

static void heartbeat(struct call *call)
{
	const struct tailing *tailing = call->state;

	wire_write_tail_heartbeat(&call->out, call->api->options.now_ms(), tail_seq(tailing->tail));
	line_end(call);
}

static void tail_heartbeat(struct call *call)
{
	/* Lines that wait to be sent are sign of life enough. */
	if (call->sending) {
		call_timer(call, call->api->options.limits.heartbeat_ms);
		return;
	}
	heartbeat(call);
}

static void tail_drained(struct call *call)
{
	struct tailing *tailing = call->state;

	call_flush(call);
	if (tailing->paused) {
		tailing->paused = false;
		tail_pause(tailing->tail, false);
	}
}

void tail_get(struct call *call)
{
	static const struct tail_ops ops = {.record = tail_record, .lost = tail_lost};
	struct tailing *tailing;
	struct filter *filter;
	struct errbuf eb;
	int64_t since = TAIL_FROM_NOW;

	errbuf_clear(&eb);
	if (query_int(&call->query, "since", 0, INT64_MAX, &since, &eb) != ERR_NONE ||
		(filter = filter_param(&call->query, &eb)) == NULL) {
		call_fail(call, &eb, NULL);
		return;
	}
	if (!call_hold(call)) {
		filter_destroy(filter);
		return;
	}
	tailing = xcalloc(1, sizeof(*tailing));
	tailing->flush = event_new(call->api->base, -1, 0, flush_due, call);
	call->state = tailing;
	call->release = tail_release;
	call->drained = tail_drained;
	call->timeout = tail_heartbeat;
	call->linked = true;
	LIST_INSERT_HEAD(&call->api->tails, call, link);
	/* Whoever tails may stop reading for as long as he likes; he is told what he missed. */
	(void)bufferevent_set_timeouts(call->conn->bev, NULL, NULL);
	call_start(call, NDJSON_MEDIA_TYPE);
	call_timer(call, call->api->options.limits.heartbeat_ms);
	tailing->tail = traffic_tail(call->api->options.traffic, filter, since, &ops, call);
	/* At once: the client knows from where on it would have to go on. */
	heartbeat(call);
}

void tails_stop(struct api *api)
{
	struct call *call;

	while ((call = LIST_FIRST(&api->tails)) != NULL)
		call_end(call);
}
