/*
 * GET /v1/requests/tail: records as they come, one JSON line each. Where some are missing a line says how
 * many and why, and when nothing comes a heartbeat does.
 *
 * Lines gather in the exchange's buffer while a piece is on its way to the client. A client that does not
 * read fills it, then the tail pauses: records wait in the ring, and what leaves that is told as lost.
 */
#include <stdlib.h>

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/api/exchange.h"
#include "core/api/conn.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/model/filter.h"
#include "core/traffic/traffic.h"
#include "core/wire/tail.h"

enum { UNSENT_MAX = 256 << 10 };

struct tailing {
	struct tail *tail;
	struct event
		*flush; /* active when there are lines: they go out together at the turn's end */
	bool paused;
};

static void tail_release(struct exchange *exchange)
{
	struct tailing *tailing = exchange->state;

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
	exchange_flush(arg);
}

static void line_end(struct exchange *exchange)
{
	struct tailing *tailing = exchange->state;

	if (!exchange->sending)
		event_active(tailing->flush, EV_TIMEOUT, 0);
	if (exchange->out.len > UNSENT_MAX && !tailing->paused && tailing->tail != NULL) {
		tailing->paused = true;
		tail_pause(tailing->tail, true);
	}
	exchange_timer(exchange, exchange->api->options.limits.heartbeat_ms);
}

static void tail_record(void *arg, const struct request *request)
{
	struct exchange *exchange = arg;

	wire_write_tail_record(&exchange->out, request);
	line_end(exchange);
}

static void tail_lost(void *arg, int64_t count, const char *why)
{
	struct exchange *exchange = arg;

	wire_write_tail_lost(&exchange->out, count, why);
	line_end(exchange);
}

static void heartbeat(struct exchange *exchange)
{
	const struct tailing *tailing = exchange->state;

	wire_write_tail_heartbeat(
		&exchange->out, exchange->api->options.now_ms(), tail_seq(tailing->tail));
	line_end(exchange);
}

static void tail_heartbeat(struct exchange *exchange)
{
	/* Lines that wait to be sent are sign of life enough. */
	if (exchange->sending) {
		exchange_timer(exchange, exchange->api->options.limits.heartbeat_ms);
		return;
	}
	heartbeat(exchange);
}

static void tail_drained(struct exchange *exchange)
{
	struct tailing *tailing = exchange->state;

	exchange_flush(exchange);
	if (tailing->paused) {
		tailing->paused = false;
		tail_pause(tailing->tail, false);
	}
}

void tail_get(struct exchange *exchange)
{
	static const struct tail_ops ops = {.record = tail_record, .lost = tail_lost};
	struct tailing *tailing;
	struct filter *filter;
	struct errbuf eb = {0};
	int64_t since = TAIL_FROM_NOW;

	if (query_int(&exchange->query, "since", 0, INT64_MAX, &since, &eb) != ERR_NONE ||
		(filter = query_filter(&exchange->query, &eb)) == NULL) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	if (!exchange_hold(exchange)) {
		filter_destroy(filter);
		return;
	}
	tailing = xcalloc(1, sizeof(*tailing));
	tailing->flush = event_new(exchange->api->base, -1, 0, flush_due, exchange);
	exchange->state = tailing;
	exchange->release = tail_release;
	exchange->drained = tail_drained;
	exchange->timeout = tail_heartbeat;
	exchange->linked = true;
	LIST_INSERT_HEAD(&exchange->api->tails, exchange, link);
	/* Whoever tails may stop reading for as long as he likes; he is told what he missed. */
	(void)bufferevent_set_timeouts(exchange->conn->bev, NULL, NULL);
	exchange_start(exchange, NDJSON_MEDIA_TYPE);
	exchange_timer(exchange, exchange->api->options.limits.heartbeat_ms);
	tailing->tail = traffic_tail(exchange->api->options.traffic, filter, since, &ops, exchange);
	/* At once: the client knows from where on it would have to go on. */
	heartbeat(exchange);
}

void tails_stop(struct api *api)
{
	struct exchange *exchange;

	while ((exchange = LIST_FIRST(&api->tails)) != NULL)
		exchange_end(exchange);
}
