/*
 * Connections of the API. evhttp owns the sockets and the requests; we see a connection when its
 * bufferevent is made (bevcb), know its evhttp_connection one turn of the loop's queue later, and hear of
 * its end (closecb). server.c exchanges conn_install and conn_of; exchange.c is told when a client goes away.
 *
 * Invariant: every accepted connection is in api->conns and in by_fd from its adoption to its closecb,
 * and api->conn_count counts those that may still be accepted, so the listener rests at the limit.
 */
#include "core/api/conn.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "core/api/exchange.h"
#include "core/api/preconditions.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/wire/problem.h"

enum {
	TRIM_FROM = 8 << 20, /* so much was in memory at once before it is worth giving back */
	READING_MS =
		2000, /* a request may take so long before its connection makes room for another */
	/* A body is read whole before it is ours, so this must hold the largest with some pipelined rest. */
	INPUT_MAX = LIMIT_BODY + (64 << 10),
	WRITE_TIMEOUT_S = 60, /* a client that takes nothing for this long has gone */
};

/* Who makes room for somebody new: the longest idle, or who has been sending a request for too long. */
static struct conn *who_goes(const struct api *api)
{
	struct conn *idle = TAILQ_FIRST(&api->idle);
	struct conn *reading = TAILQ_FIRST(&api->reading);

	if (idle != NULL && idle->evcon != NULL)
		return idle;
	if (reading != NULL && reading->evcon != NULL &&
		api->tick_ms - reading->since_ms >= READING_MS)
		return reading;
	return NULL;
}

/* With as many as there may be and all of them busy, the next ones wait. */
static void limit_accepting(struct api *api)
{
	if (api->listener == NULL)
		return;
	if (api->conn_count >= api->options.limits.connections && who_goes(api) == NULL)
		(void)evconnlistener_disable(api->listener);
	else
		(void)evconnlistener_enable(api->listener);
}

/* The queue of a state; NULL for those that are busy. */
static struct conn_queue *queue_of(struct api *api, enum conn_state state)
{
	if (state == CONN_BUSY)
		return NULL;
	return state == CONN_IDLE ? &api->idle : &api->reading;
}

static void leave_queue(struct conn *conn)
{
	struct conn_queue *queue = queue_of(conn->api, conn->state);

	if (queue != NULL)
		TAILQ_REMOVE(queue, conn, turn);
}

/* Of one that is in no queue. */
static void enter_state(struct conn *conn, enum conn_state state)
{
	struct conn_queue *queue = queue_of(conn->api, state);

	conn->state = state;
	conn->since_ms = conn->api->tick_ms;
	if (queue != NULL)
		TAILQ_INSERT_TAIL(queue, conn, turn);
}

static void conn_state(struct conn *conn, enum conn_state state)
{
	struct api *api = conn->api;

	leave_queue(conn);
	enter_state(conn, state);
	if (state != CONN_READING) {
		api->unread -= conn->unread;
		conn->unread = 0;
	}
	if (api->conn_count >= api->options.limits.connections)
		limit_accepting(api);
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
			"this is not an HTTP method that is known here");
	case 417:
		return err_set_field(eb, ERR_USAGE, "Expect", "100-continue",
			"the request expects what cannot be had");
	default:
		return err_set_field(eb, ERR_USAGE, NULL,
			"HTTP/1.1 as in RFC 9112, with at most 32 KiB of header lines",
			"the request is not HTTP, or its header lines are too long");
	}
}

static void write_refusal(struct evbuffer *output, const struct errbuf *eb)
{
	struct strbuf body;
	struct json_writer w;
	int answer = err_http_status(eb->err);

	strbuf_init(&body, 4096);
	json_start(&w, &body);
	json_object(&w, NULL);
	wire_write_problem(&w, eb);
	json_object_end(&w);
	(void)evbuffer_add_printf(output,
		"HTTP/1.1 %d %s\r\nContent-Type: " PROBLEM_MEDIA_TYPE
		"\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: "
		"close\r\n%s\r\n%s",
		answer, err_title(eb->err), body.len,
		answer == 405   ? "Allow: GET, HEAD, PUT, POST, PATCH, DELETE\r\n"
		: answer == 503 ? "Retry-After: 1\r\n"
				: "",
		body.data);
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
	struct errbuf eb = {0};
	int status;

	if (info->n_added == 0 || conn->state == CONN_BUSY || conn->state == CONN_CLOSING)
		return;
	/* The bufferevent keeps the front shut, against reading too. */
	(void)evbuffer_unfreeze(output, 1);
	status = status_at(output, info->orig_size);
	if (status >= 0) {
		conn_state(conn, CONN_CLOSING);
		(void)evbuffer_drain(output, evbuffer_get_length(output));
		(void)refusal_of(status, &eb);
		write_refusal(output, &eb);
		(void)evbuffer_freeze(output, 0);
	}
	(void)evbuffer_freeze(output, 1);
}

/* ---- what we refuse before evhttp has read it ------------------------------------------------------ */

static void refused_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);

	(void)arg;
	(void)evbuffer_drain(input, evbuffer_get_length(input));
}

/* The client gets to read the answer: what it still sends is taken until it closes, or its time is over. */
static void refused_written(struct bufferevent *bev, void *arg)
{
	(void)arg;
	(void)shutdown(bufferevent_getfd(bev), SHUT_WR);
}

static void refused_ended(struct bufferevent *bev, short what, void *arg)
{
	struct conn *conn = arg;

	(void)bev;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0)
		evhttp_connection_free(conn->evcon);
}

/* Takes the connection out of evhttp's hands, which is not in the midst of an answer. */
static void refuse(struct conn *conn, const struct errbuf *eb)
{
	conn_state(conn, CONN_CLOSING);
	bufferevent_setcb(conn->bev, refused_read, refused_written, refused_ended, conn);
	write_refusal(bufferevent_get_output(conn->bev), eb);
	(void)bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

static void refuse_late(evutil_socket_t unused, short what, void *arg)
{
	struct conn *conn = arg;

	(void)unused;
	(void)what;
	refuse(conn, conn->refusal);
}

static bool host_is_ours(void *arg, struct str host)
{
	return precondition_host_is_ours(arg, host);
}

/* The newest `added` bytes of the input. */
static enum err look_at(struct conn *conn, struct evbuffer *input, size_t added, struct errbuf *eb)
{
	struct evbuffer_iovec parts[16];
	struct evbuffer_ptr at;
	enum err err = ERR_NONE;

	while (added > 0 && err == ERR_NONE && conn->head.state != HEAD_DONE) {
		int count;

		if (evbuffer_ptr_set(
			    input, &at, evbuffer_get_length(input) - added, EVBUFFER_PTR_SET) != 0)
			break;
		count = evbuffer_peek(input, (ev_ssize_t)added, &at, parts, ARRAY_LEN(parts));
		for (int i = 0; i < count && i < (int)ARRAY_LEN(parts) && err == ERR_NONE; i++) {
			struct str bytes = {parts[i].iov_base, parts[i].iov_len};

			if (bytes.n > added)
				bytes.n = added;
			added -= bytes.n;
			err = head_feed(&conn->head, bytes, host_is_ours, conn->api, eb);
		}
	}
	return err;
}

/* Of requests that are not complete there may be so much; those that have been coming longest go first. */
static void keep_unread_bound(struct api *api)
{
	struct conn *next;
	struct errbuf eb = {0};

	(void)err_set(&eb, ERR_BUSY,
		"bodies of unfinished requests take %zu bytes, as much as they may together; send "
		"this one again",
		api->options.limits.unread);
	for (struct conn *conn = TAILQ_FIRST(&api->reading);
		conn != NULL && api->unread > api->options.limits.unread; conn = next) {
		struct evbuffer *input = bufferevent_get_input(conn->bev);

		next = TAILQ_NEXT(conn, turn);
		if (conn->unread == 0 || conn->state != CONN_READING)
			continue;
		refuse(conn, &eb);
		(void)evbuffer_drain(input, evbuffer_get_length(input));
	}
}

/* Memory of many requests at once is not kept for the next time, which may never come. */
static void give_memory_back(struct api *api)
{
	if (api->unread_peak < TRIM_FROM || api->unread > api->unread_peak / 8)
		return;
	api->unread_peak = api->unread;
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

static void count_unread(struct conn *conn, size_t added)
{
	struct api *api = conn->api;

	conn->unread += added;
	api->unread += added;
	if (api->unread > api->unread_peak)
		api->unread_peak = api->unread;
	keep_unread_bound(api);
}

static void input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *conn = arg;
	struct errbuf eb = {0};

	if (info->n_added == 0)
		return;
	if (conn->state == CONN_IDLE)
		conn_state(conn, CONN_READING);
	if (conn->state == CONN_READING) {
		if (look_at(conn, input, info->n_added, &eb) == ERR_NONE)
			count_unread(conn, info->n_added);
		else
			refuse(conn, &eb);
	}
	/* evhttp sees none of it. */
	if (conn->state == CONN_CLOSING)
		(void)evbuffer_drain(input, evbuffer_get_length(input));
}

/* ---- coming and going ------------------------------------------------------------------------------ */

static void conn_closed(struct evhttp_connection *evcon, void *arg)
{
	struct conn *conn = arg;
	struct api *api = conn->api;

	(void)evcon;
	if (conn->exchange != NULL)
		exchange_gone(conn->exchange);
	LIST_REMOVE(conn, link);
	leave_queue(conn);
	api->unread -= conn->unread;
	api->by_fd[conn->fd] = NULL;
	api->conn_count--;
	limit_accepting(api);
	if (conn->late != NULL)
		event_free(conn->late);
	free(conn->refusal);
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
		leave_queue(conn);
		api->unread -= conn->unread;
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
	struct conn *goes;

	if (bev == NULL)
		return NULL;
	conn = xcalloc(1, sizeof(*conn));
	conn->api = api;
	conn->bev = bev;
	conn->fd = -1;
	head_start(&conn->head);
	api->tick_ms = time_monotonic_ms();
	goes = api->conn_count >= api->options.limits.connections ? who_goes(api) : NULL;
	if (goes != NULL)
		evhttp_connection_free(goes->evcon);
	enter_state(conn, CONN_IDLE);
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
	struct conn *conn = arg;
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	size_t rest = evbuffer_get_length(input);
	struct errbuf eb = {0};

	(void)req;
	head_start(&conn->head);
	conn_state(conn, CONN_IDLE);
	if (rest == 0)
		return;
	/* The next request is there already. */
	conn_state(conn, CONN_READING);
	if (look_at(conn, input, rest, &eb) == ERR_NONE) {
		count_unread(conn, rest);
		return;
	}
	/* Not at once: evhttp is about to begin with the next request, and would stop what we send. */
	conn_state(conn, CONN_CLOSING);
	(void)evbuffer_drain(input, rest);
	conn->refusal = xmalloc(sizeof(*conn->refusal));
	*conn->refusal = eb;
	conn->late = event_new(conn->api->base, -1, 0, refuse_late, conn);
	event_active(conn->late, EV_TIMEOUT, 0);
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
	give_memory_back(api);
	limit_accepting(api);
	conn_sweep_start(api);
}

void conn_sweep_start(struct api *api)
{
	int64_t shortest = api->options.limits.request_ms;
	int64_t every_ms = shortest / 4 < 1000 ? shortest / 4 + 1 : 1000;
	struct timeval tv = time_wait_ms(every_ms);

	if (api->sweep == NULL)
		api->sweep = event_new(api->base, -1, 0, conn_sweep, api);
	if ((api->conn_count > 0 || api->unread_peak >= TRIM_FROM) &&
		!event_pending(api->sweep, EV_TIMEOUT, NULL))
		(void)event_add(api->sweep, &tv);
}
