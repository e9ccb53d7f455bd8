/*
 * How an exchange is answered. All that goes out to a client passes here: server.c makes calls, handlers
 * answer them, conn.c says when a client has gone.
 *
 * Invariant: a call is in conn->call from its creation until it ends, and evhttp has got exactly one
 * answer for its request by then, unless the client has gone first.
 */
#include "core/api/call.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "core/api/conn.h"
#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/plane/plane.h"
#include "core/wire/problem.h"
#include "core/wire/tombstone.h"

struct call *call_create(struct api *api, struct conn *conn, struct evhttp_request *req)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->api = api;
	call->conn = conn;
	call->req = req;
	call->head = evhttp_request_get_command(req) == EVHTTP_REQ_HEAD;
	strbuf_init(&call->out, CALL_OUT_MAX);
	assert(conn->call == NULL);
	conn->call = call;
	api->call_count++;
	return call;
}

/* Everything but the request, which is evhttp's again or freed by the caller. */
static void call_destroy(struct call *call)
{
	struct api *api = call->api;

	if (call->release != NULL)
		call->release(call);
	if (call->linked)
		LIST_REMOVE(call, link);
	if (call->timer != NULL)
		event_free(call->timer);
	if (call->held)
		api->held_count--;
	call->conn->call = NULL;
	api->call_count--;
	query_finish(&call->query);
	cJSON_Delete(call->body);
	strbuf_finish(&call->out);
	free(call);
}

void call_gone(struct call *call)
{
	struct evhttp_request *req = call->req;

	call_destroy(call);
	/* evhttp has let go of a request that we had not answered: this frees it. */
	if (evhttp_request_get_connection(req) == NULL)
		evhttp_send_reply_end(req);
}

/* ---- answers in one piece -------------------------------------------------------------------------- */

void call_header(struct call *call, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(call->req), name, value);
}

void call_etag(struct call *call, int64_t revision)
{
	char tag[EPOCH_SIZE + 24];

	(void)snprintf(tag, sizeof(tag), "\"%s-%" PRId64 "\"",
		plane_environment(call->api->options.plane)->epoch, revision);
	call_header(call, "ETag", tag);
}

struct json_writer call_json(struct call *call)
{
	struct json_writer w;

	json_start(&w, &call->out);
	return w;
}

static void send_whole(struct call *call, int status, const char *reason)
{
	struct evhttp_request *req = call->req;
	struct evbuffer *scratch = call->api->scratch;

	/* evhttp does not say how long the answers to these are. */
	if (call->head || evhttp_request_get_command(req) == EVHTTP_REQ_CONNECT) {
		char len[24];

		(void)snprintf(len, sizeof(len), "%zu", evbuffer_get_length(scratch));
		call_header(call, "Content-Length", len);
	}
	if (call->head)
		(void)evbuffer_drain(scratch, evbuffer_get_length(scratch));
	call_destroy(call);
	evhttp_send_reply(req, status, reason, scratch);
}

void call_reply(struct call *call, int status)
{
	if (status != 204 && status != 304) {
		call_header(call, "Content-Type", "application/json");
		(void)evbuffer_add(call->api->scratch, call->out.data, call->out.len);
	}
	send_whole(call, status, NULL);
}

void call_reply_static(struct call *call, const char *media_type, const char *bytes, size_t len)
{
	call_header(call, "Content-Type", media_type);
	(void)evbuffer_add_reference(call->api->scratch, bytes, len, NULL, NULL);
	send_whole(call, 200, NULL);
}

static void write_hints(struct json_writer *w, const struct call_hints *hints)
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

void call_fail(struct call *call, const struct errbuf *eb, const struct call_hints *hints)
{
	struct json_writer w;
	int status = err_http_status(eb->err);

	assert(!call->started);
	strbuf_reset(&call->out);
	w = call_json(call);
	json_object(&w, NULL);
	wire_write_problem(&w, eb);
	if (hints != NULL)
		write_hints(&w, hints);
	json_object_end(&w);
	call_header(call, "Content-Type", PROBLEM_MEDIA_TYPE);
	call_header(call, "Cache-Control", "no-store");
	if (status == 503)
		call_header(call, "Retry-After", "1");
	(void)evbuffer_add(call->api->scratch, call->out.data, call->out.len);
	send_whole(call, status, err_title(eb->err));
}

/* ---- answers in pieces ----------------------------------------------------------------------------- */

bool call_hold(struct call *call)
{
	struct api *api = call->api;
	struct errbuf eb;

	if (!api->stopping && api->held_count < api->options.limits.held) {
		call->held = true;
		api->held_count++;
		return true;
	}
	errbuf_clear(&eb);
	if (api->stopping)
		(void)err_set(&eb, ERR_BUSY, "the control plane is being stopped");
	else
		(void)err_set(&eb, ERR_BUSY, "%zu requests are held, as many as there may be",
			api->held_count);
	call_fail(call, &eb, NULL);
	return false;
}

void call_start(struct call *call, const char *media_type)
{
	call->started = true;
	call_header(call, "Content-Type", media_type);
	call_header(call, "Cache-Control", "no-store");
	evhttp_send_reply_start(call->req, 200, NULL);
}

static void call_drained(struct evhttp_connection *evcon, void *arg)
{
	struct call *call = arg;

	(void)evcon;
	call->sending = false;
	if (call->drained != NULL)
		call->drained(call);
}

static void send_piece(struct call *call)
{
	struct evbuffer *scratch = call->api->scratch;

	(void)evbuffer_add(scratch, call->out.data, call->out.len);
	strbuf_reset(&call->out);
	evhttp_send_reply_chunk_with_cb(call->req, scratch, call_drained, call);
}

void call_flush(struct call *call)
{
	assert(call->started);
	if (call->sending || call->out.len == 0)
		return;
	call->sending = true;
	send_piece(call);
}

void call_end(struct call *call)
{
	struct evhttp_request *req = call->req;

	assert(call->started);
	if (call->out.len > 0)
		send_piece(call);
	call_destroy(call);
	evhttp_send_reply_end(req);
}

static void timer_due(evutil_socket_t unused, short what, void *arg)
{
	struct call *call = arg;

	(void)unused;
	(void)what;
	if (call->timeout != NULL)
		call->timeout(call);
}

void call_timer(struct call *call, int64_t delay_ms)
{
	struct timeval tv = time_wait_ms(delay_ms);

	if (call->timer == NULL)
		call->timer = evtimer_new(call->api->base, timer_due, call);
	(void)evtimer_add(call->timer, &tv);
}
