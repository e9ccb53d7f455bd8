/*
 * How an exchange is answered. All that goes out to a client passes here: server.c makes exchanges, handlers
 * answer them, conn.c says when a client has gone.
 *
 * Invariant: a exchange is in conn->exchange from its creation until it ends, and evhttp has got exactly one
 * answer for its request by then, unless the client has gone first.
 */
#include "core/api/exchange.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "core/api/conn.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/plane/plane.h"
#include "core/wire/problem.h"
#include "core/wire/tombstone.h"

struct exchange *exchange_create(struct api *api, struct conn *conn, struct evhttp_request *req)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));

	exchange->api = api;
	exchange->conn = conn;
	exchange->req = req;
	exchange->head = evhttp_request_get_command(req) == EVHTTP_REQ_HEAD;
	strbuf_init(&exchange->out, EXCHANGE_OUT_MAX);
	assert(conn->exchange == NULL);
	conn->exchange = exchange;
	api->call_count++;
	return exchange;
}

/* Everything but the request, which is evhttp's again or freed by the caller. */
static void exchange_destroy(struct exchange *exchange)
{
	struct api *api = exchange->api;

	if (exchange->release != NULL)
		exchange->release(exchange);
	if (exchange->linked)
		LIST_REMOVE(exchange, link);
	if (exchange->timer != NULL)
		event_free(exchange->timer);
	if (exchange->held)
		api->held_count--;
	exchange->conn->exchange = NULL;
	api->call_count--;
	query_finish(&exchange->query);
	cJSON_Delete(exchange->body);
	strbuf_finish(&exchange->out);
	free(exchange);
}

void exchange_gone(struct exchange *exchange)
{
	struct evhttp_request *req = exchange->req;

	exchange_destroy(exchange);
	/* The client is gone before the answer: evhttp no longer owns the request, so it is freed here. */
	if (evhttp_request_get_connection(req) == NULL)
		evhttp_send_reply_end(req);
}

/* ---- answers in one piece -------------------------------------------------------------------------- */

void exchange_header(struct exchange *exchange, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(exchange->req), name, value);
}

void exchange_etag(struct exchange *exchange, int64_t revision)
{
	char tag[EPOCH_SIZE + 24];

	(void)snprintf(tag, sizeof(tag), "\"%s-%" PRId64 "\"",
		plane_environment(exchange->api->options.plane)->epoch, revision);
	exchange_header(exchange, "ETag", tag);
}

struct json_writer exchange_json(struct exchange *exchange)
{
	struct json_writer w;

	json_start(&w, &exchange->out);
	return w;
}

static void send_whole(struct exchange *exchange, int status, const char *reason)
{
	struct evhttp_request *req = exchange->req;
	struct evbuffer *scratch = exchange->api->scratch;

	/* evhttp does not say how long the answers to these are. */
	if (exchange->head || evhttp_request_get_command(req) == EVHTTP_REQ_CONNECT) {
		char len[24];

		(void)snprintf(len, sizeof(len), "%zu", evbuffer_get_length(scratch));
		exchange_header(exchange, "Content-Length", len);
	}
	if (exchange->head)
		(void)evbuffer_drain(scratch, evbuffer_get_length(scratch));
	exchange_destroy(exchange);
	evhttp_send_reply(req, status, reason, scratch);
}

void exchange_reply(struct exchange *exchange, int status)
{
	if (status != 204 && status != 304) {
		exchange_header(exchange, "Content-Type", "application/json");
		(void)evbuffer_add(exchange->api->scratch, exchange->out.data, exchange->out.len);
	}
	send_whole(exchange, status, NULL);
}

void exchange_reply_static(
	struct exchange *exchange, const char *media_type, const char *bytes, size_t len)
{
	exchange_header(exchange, "Content-Type", media_type);
	(void)evbuffer_add_reference(exchange->api->scratch, bytes, len, NULL, NULL);
	send_whole(exchange, 200, NULL);
}

static void write_hints(struct json_writer *w, const struct exchange_hints *hints)
{
	if (hints->near_count > 0) {
		json_array(w, "near");
		for (size_t i = 0; i < hints->near_count; i++)
			json_c(w, NULL, hints->near[i]);
		json_array_end(w);
	}
	if (hints->gone != NULL)
		wire_write_tombstone(w, "tombstone", hints->gone);
}

void exchange_fail(
	struct exchange *exchange, const struct errbuf *eb, const struct exchange_hints *hints)
{
	struct json_writer w;
	int status = err_http_status(eb->err);

	assert(!exchange->started);
	strbuf_reset(&exchange->out);
	w = exchange_json(exchange);
	json_object(&w, NULL);
	wire_write_problem(&w, eb);
	if (hints != NULL)
		write_hints(&w, hints);
	json_object_end(&w);
	exchange_header(exchange, "Content-Type", PROBLEM_MEDIA_TYPE);
	exchange_header(exchange, "Cache-Control", "no-store");
	if (status == 503)
		exchange_header(exchange, "Retry-After", "1");
	(void)evbuffer_add(exchange->api->scratch, exchange->out.data, exchange->out.len);
	send_whole(exchange, status, err_title(eb->err));
}

/* ---- answers in pieces ----------------------------------------------------------------------------- */

bool exchange_hold(struct exchange *exchange)
{
	struct api *api = exchange->api;
	struct errbuf eb = {0};

	if (!api->stopping && api->held_count < api->options.limits.held) {
		exchange->held = true;
		api->held_count++;
		return true;
	}
	if (api->stopping)
		(void)err_set(&eb, ERR_BUSY, "the control plane is being stopped");
	else
		(void)err_set(&eb, ERR_BUSY, "%zu requests are held, as many as there may be",
			api->held_count);
	exchange_fail(exchange, &eb, NULL);
	return false;
}

void exchange_start(struct exchange *exchange, const char *media_type)
{
	exchange->started = true;
	exchange_header(exchange, "Content-Type", media_type);
	exchange_header(exchange, "Cache-Control", "no-store");
	evhttp_send_reply_start(exchange->req, 200, NULL);
}

static void exchange_drained(struct evhttp_connection *evcon, void *arg)
{
	struct exchange *exchange = arg;

	(void)evcon;
	exchange->sending = false;
	if (exchange->drained != NULL)
		exchange->drained(exchange);
}

static void send_piece(struct exchange *exchange)
{
	struct evbuffer *scratch = exchange->api->scratch;

	(void)evbuffer_add(scratch, exchange->out.data, exchange->out.len);
	strbuf_reset(&exchange->out);
	evhttp_send_reply_chunk_with_cb(exchange->req, scratch, exchange_drained, exchange);
}

void exchange_flush(struct exchange *exchange)
{
	assert(exchange->started);
	if (exchange->sending || exchange->out.len == 0)
		return;
	exchange->sending = true;
	send_piece(exchange);
}

void exchange_end(struct exchange *exchange)
{
	struct evhttp_request *req = exchange->req;

	assert(exchange->started);
	if (exchange->out.len > 0)
		send_piece(exchange);
	exchange_destroy(exchange);
	evhttp_send_reply_end(req);
}

static void timer_due(evutil_socket_t unused, short what, void *arg)
{
	struct exchange *exchange = arg;

	(void)unused;
	(void)what;
	if (exchange->timeout != NULL)
		exchange->timeout(exchange);
}

void exchange_timer(struct exchange *exchange, int64_t delay_ms)
{
	struct timeval tv = time_wait_ms(delay_ms);

	if (exchange->timer == NULL)
		exchange->timer = evtimer_new(exchange->api->base, timer_due, exchange);
	(void)evtimer_add(exchange->timer, &tv);
}
