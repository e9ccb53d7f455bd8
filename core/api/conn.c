/*
 * Connections of the API. evhttp owns the sockets and the requests; we see a connection when its
 * bufferevent is made (bevcb), know its evhttp_connection one turn of the loop's queue later, and hear of
 * its end (closecb). server.c calls conn_install and conn_of; call.c is told when a client goes away.
 *
 * Invariant: every accepted connection is in api->conns and in by_fd from its adoption to its closecb,
 * and api->conn_count counts those that may still be accepted, so the listener rests at the limit.
 */
#include "core/api/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "core/api/call.h"
#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/wire/problem.h"

enum {
	/* A body is read whole before it is ours, so this must hold the largest with some pipelined rest. */
	INPUT_MAX = LIMIT_BODY + (64 << 10),
	WRITE_TIMEOUT_S = 60, /* a client that takes nothing for this long has gone */
};

static void conn_state(struct conn *conn, enum conn_state state)
{
	conn->state = state;
	conn->since_ms = conn->api->tick_ms;
}

static void limit_accepting(struct api *api)
{
	if (api->listener == NULL)
		return;
	if (api->conn_count >= api->options.limits.connections)
		(void)evconnlistener_disable(api->listener);
	else
		(void)evconnlistener_enable(api->listener);
}

/* ---- what evhttp answers by itself ----------------------------------------------------------------- */

/* Which of our errors stands for a status that evhttp has chosen. */
static enum err refusal_of(int status, struct errbuf *eb)
{
	switch (status) {
	case 413:
		return err_set_field(eb, ERR_TOO_LARGE, NULL, "at most 1 MiB",
			"the body of the request is larger than 1 MiB");
	case 0:
	case 501:
		return err_set_field(eb, ERR_METHOD, NULL, "GET, HEAD, PUT, POST, PATCH, DELETE",
			"this is no method of HTTP that is known here");
	case 417:
		return err_set_field(eb, ERR_USAGE, "Expect", "100-continue",
			"the request expects what cannot be had");
	default:
		return err_set_field(eb, ERR_USAGE, NULL,
			"HTTP/1.1 as in RFC 9112, with at most 32 KiB of header lines",
			"the request is not HTTP, or its header lines are too long");
	}
}

static void write_refusal(struct evbuffer *output, int status)
{
	struct errbuf eb;
	struct strbuf body;
	struct json_writer w;
	int answer;

	errbuf_clear(&eb);
	answer = err_http_status(refusal_of(status, &eb));
	strbuf_init(&body, 4096);
	json_start(&w, &body);
	json_object(&w, NULL);
	wire_write_problem(&w, &eb);
	json_object_end(&w);
	(void)evbuffer_add_printf(output,
		"HTTP/1.1 %d %s\r\nContent-Type: " PROBLEM_MEDIA_TYPE
		"\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: "
		"close\r\n%s\r\n%s",
		answer, err_title(eb.err), body.len,
		answer == 405 ? "Allow: GET, HEAD, PUT, POST, PATCH, DELETE\r\n" : "", body.data);
	strbuf_finish(&body);
}

/* The status of a status line that begins at `from`; -1 when none does, or when it is "100 Continue". */
static int status_at(struct evbuffer *output, size_t from)
{
	char line[sizeof("HTTP/1.1 413")] = "";
	struct evbuffer_ptr at;
	int status;

	if (evbuffer_ptr_set(output, &at, from, EVBUFFER_PTR_SET) != 0 ||
		evbuffer_copyout_from(output, &at, line, sizeof(line) - 1) < 10 ||
		memcmp(line, "HTTP/", 5) != 0)
		return -1;
	status = (int)strtol(line + 9, NULL, 10);
	return status == 100 ? -1 : status;
}

/*
 * libevent 2.1 answers a request it cannot read with a page of its own, and has no hook for it. But while
 * the request is not ours, all that evhttp puts into the output is such a page, its status line first, or
 * "100 Continue". So the line is taken out, our answer put in, and the buffer shut for the rest of the
 * page; evhttp closes the connection behind it.
 */
static void output_changed(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *conn = arg;
	int status;

	if (info->n_added == 0 || conn->state == CONN_BUSY || conn->state == CONN_CLOSING)
		return;
	/* The bufferevent keeps the front shut, against reading too. */
	(void)evbuffer_unfreeze(output, 1);
	status = status_at(output, info->orig_size);
	if (status >= 0) {
		conn_state(conn, CONN_CLOSING);
		(void)evbuffer_drain(output, evbuffer_get_length(output));
		write_refusal(output, status);
		(void)evbuffer_freeze(output, 0);
	}
	(void)evbuffer_freeze(output, 1);
}

static void input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *conn = arg;

	(void)input;
	if (info->n_added > 0 && conn->state == CONN_IDLE)
		conn_state(conn, CONN_READING);
}

/* ---- coming and going ------------------------------------------------------------------------------ */

static void conn_closed(struct evhttp_connection *evcon, void *arg)
{
	struct conn *conn = arg;
	struct api *api = conn->api;

	(void)evcon;
	if (conn->call != NULL)
		call_gone(conn->call);
	LIST_REMOVE(conn, link);
	api->by_fd[conn->fd] = NULL;
	api->conn_count--;
	limit_accepting(api);
	free(conn);
}

/* Runs before the connection's first event: evhttp has made itself the bufferevent's argument by now. */
static void conn_adopt(evutil_socket_t unused, short what, void *arg)
{
	struct conn *conn = arg;
	struct api *api = conn->api;
	void *evcon = NULL;

	(void)unused;
	(void)what;
	bufferevent_getcb(conn->bev, NULL, NULL, NULL, &evcon);
	conn->fd = bufferevent_getfd(conn->bev);
	bufferevent_decref(conn->bev);
	if (evcon == NULL || conn->fd < 0) {
		/* It could not be set up, and is gone already. */
		api->conn_count--;
		limit_accepting(api);
		free(conn);
		return;
	}
	conn->evcon = evcon;
	evhttp_connection_set_closecb(conn->evcon, conn_closed, conn);
	if ((size_t)conn->fd >= api->by_fd_cap) {
		size_t old = api->by_fd_cap;

		array_reserve(
			&api->by_fd, &api->by_fd_cap, (size_t)conn->fd + 1, sizeof(*api->by_fd));
		memset(api->by_fd + old, 0, (api->by_fd_cap - old) * sizeof(*api->by_fd));
	}
	assert(api->by_fd[conn->fd] == NULL);
	api->by_fd[conn->fd] = conn;
	LIST_INSERT_HEAD(&api->conns, conn, link);
}

static struct bufferevent *conn_create(struct event_base *base, void *arg)
{
	static const struct timeval write_timeout = {WRITE_TIMEOUT_S, 0};
	struct api *api = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	struct conn *conn;

	if (bev == NULL)
		return NULL;
	conn = xcalloc(1, sizeof(*conn));
	conn->api = api;
	conn->bev = bev;
	conn->fd = -1;
	api->tick_ms = time_monotonic_ms();
	conn_state(conn, CONN_IDLE);
	(void)bufferevent_set_timeouts(bev, NULL, &write_timeout);
	bufferevent_setwatermark(bev, EV_READ, 0, INPUT_MAX);
	(void)evbuffer_add_cb(bufferevent_get_input(bev), input_changed, conn);
	(void)evbuffer_add_cb(bufferevent_get_output(bev), output_changed, conn);
	api->conn_count++;
	limit_accepting(api);
	/* Ours until conn_adopt, so that it can look even when evhttp has given up meanwhile. */
	bufferevent_incref(bev);
	(void)event_base_once(base, -1, EV_TIMEOUT, conn_adopt, conn, NULL);
	conn_sweep_start(api);
	return bev;
}

void conn_install(struct api *api)
{
	evhttp_set_bevcb(api->http, conn_create, api);
}

struct conn *conn_of(struct api *api, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));

	assert(fd >= 0 && (size_t)fd < api->by_fd_cap && api->by_fd[fd] != NULL);
	return api->by_fd[fd];
}

static void conn_done(struct evhttp_request *req, void *arg)
{
	(void)req;
	conn_state(arg, CONN_IDLE);
}

void conn_busy(struct conn *conn, struct evhttp_request *req)
{
	conn_state(conn, CONN_BUSY);
	evhttp_request_set_on_complete_cb(req, conn_done, conn);
}

/* ---- those that take too long ---------------------------------------------------------------------- */

static bool is_overdue(const struct conn *conn)
{
	const struct api_limits *limits = &conn->api->options.limits;
	int64_t age_ms = conn->api->tick_ms - conn->since_ms;

	switch (conn->state) {
	case CONN_IDLE:
		return age_ms > limits->idle_ms;
	case CONN_READING:
	case CONN_CLOSING:
		return age_ms > limits->request_ms;
	case CONN_BUSY:
		break;
	}
	return false;
}

static void conn_sweep(evutil_socket_t unused, short what, void *arg)
{
	struct api *api = arg;
	struct conn *next;

	(void)unused;
	(void)what;
	api->tick_ms = time_monotonic_ms();
	for (struct conn *conn = LIST_FIRST(&api->conns); conn != NULL; conn = next) {
		next = LIST_NEXT(conn, link);
		if (is_overdue(conn))
			evhttp_connection_free(conn->evcon);
	}
	conn_sweep_start(api);
}

void conn_sweep_start(struct api *api)
{
	int64_t shortest = api->options.limits.request_ms;
	int64_t every_ms = shortest / 4 < 1000 ? shortest / 4 + 1 : 1000;
	struct timeval tv = time_wait_ms(every_ms);

	if (api->sweep == NULL)
		api->sweep = event_new(api->base, -1, 0, conn_sweep, api);
	if (api->conn_count > 0 && !event_pending(api->sweep, EV_TIMEOUT, NULL))
		(void)event_add(api->sweep, &tv);
}
