/*
 * The pool behind http_client.h, over evhttp's client. Each connection carries one request at a time; a free
 * one is used again, a failed one too (evhttp connects anew by itself), so that the pool only grows to
 * the most requests that were ever open at once.
 *
 * A kept connection may be closed by the other side in the moment a request is put on it. A request that
 * ends so, before a byte of its answer, is taken for one that was never read and is sent once more
 * (RFC 9112, 9.3.1).
 */
#include "core/demo/http_client.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { RESPONSE_MAX = 1 << 20, TIMEOUT_MS = 10000 };

struct http_exchange {
	struct http_client_pool *pool;
	struct evhttp_connection *connection;
	struct event *later; /* what must not happen within evhttp's call */
	bool used; /* the connection has carried an answer before */
	bool again; /* this is the second sending */
	bool lost; /* the other side closed before any answer */
	bool dead; /* it could not be sent at all */
	struct http_exchange *next; /* in the list of free ones */

	enum evhttp_cmd_type method;
	char *target;
	char *body;
	struct evkeyvalq headers;
	fetch_done_fn done;
	void *arg;
	int64_t sent_ns;
};

struct http_client_pool {
	struct event_base *base;
	char *address;
	uint16_t port;
	struct http_exchange **all;
	size_t count;
	size_t cap;
	struct http_exchange *free;
};

static const struct {
	const char *name;
	enum evhttp_cmd_type type;
} methods[] = {
	{"GET", EVHTTP_REQ_GET},
	{"POST", EVHTTP_REQ_POST},
	{"PUT", EVHTTP_REQ_PUT},
	{"DELETE", EVHTTP_REQ_DELETE},
};

struct http_client_pool *http_client_pool_create(
	struct event_base *base, const char *address, uint16_t port)
{
	struct http_client_pool *pool = xcalloc(1, sizeof(*pool));

	pool->base = base;
	pool->address = xstrdup(address);
	pool->port = port;
	return pool;
}

void http_client_pool_destroy(struct http_client_pool *pool)
{
	size_t i;

	if (pool == NULL)
		return;
	for (i = 0; i < pool->count; i++) {
		struct http_exchange *f = pool->all[i];

		f->done = NULL;
		event_free(f->later);
		evhttp_connection_free(f->connection);
		evhttp_clear_headers(&f->headers);
		free(f->target);
		free(f->body);
		free(f);
	}
	free(pool->all);
	free(pool->address);
	free(pool);
}

static void on_later(evutil_socket_t fd, short what, void *arg);

static struct http_exchange *http_client_take(struct http_client_pool *pool)
{
	struct http_exchange *f = pool->free;

	if (f != NULL) {
		pool->free = f->next;
		return f;
	}
	f = xcalloc(1, sizeof(*f));
	f->pool = pool;
	TAILQ_INIT(&f->headers);
	f->connection = evhttp_connection_base_new(pool->base, NULL, pool->address, pool->port);
	f->later = evtimer_new(pool->base, on_later, f);
	assert(f->connection != NULL && f->later != NULL);
	evhttp_connection_set_max_body_size(f->connection, RESPONSE_MAX);
	array_reserve(&pool->all, &pool->cap, pool->count + 1, sizeof(struct http_exchange *));
	pool->all[pool->count++] = f;
	return f;
}

struct http_exchange *http_client_prepare(struct http_client_pool *pool,
	const struct http_client_request *request, fetch_done_fn done, void *arg)
{
	struct http_exchange *f = http_client_take(pool);
	const long timeout_ms = request->timeout_ms != 0 ? request->timeout_ms : TIMEOUT_MS;
	const struct timeval timeout = time_wait_ms(timeout_ms);
	size_t i;

	f->again = false;
	f->method = EVHTTP_REQ_GET;
	for (i = 0; request->method != NULL && i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].name, request->method) == 0)
			f->method = methods[i].type;
	f->target = xstrdup(request->target);
	f->body = xstrdup(request->body);
	f->done = done;
	f->arg = arg;
	evhttp_connection_set_timeout_tv(f->connection, &timeout);
	http_client_header(f, "Host", request->host);
	if (f->body != NULL)
		http_client_header(f, "Content-Type", "application/json");
	return f;
}

void http_client_header(struct http_exchange *fetch, const char *name, const char *value)
{
	/* Refused by evhttp when the value has a line break; such a header is left out. */
	(void)evhttp_add_header(&fetch->headers, name, value);
}

/* Frees what the request had, puts the connection back, then tells: `done` may start the next request. */
static void http_client_end(struct http_exchange *f, const struct http_client_response *response)
{
	const fetch_done_fn done = f->done;
	void *arg = f->arg;

	evhttp_clear_headers(&f->headers);
	free(f->target);
	free(f->body);
	f->target = NULL;
	f->body = NULL;
	f->done = NULL;
	f->used = response->status != 0;
	f->next = f->pool->free;
	f->pool->free = f;
	if (done != NULL)
		done(arg, response);
}

static void http_client_later(struct http_exchange *f)
{
	const struct timeval now = {0, 0};

	(void)evtimer_add(f->later, &now);
}

static void on_answer(struct evhttp_request *req, void *arg)
{
	struct http_exchange *f = arg;
	struct http_client_response response = {0};
	struct evbuffer *in;

	if (f->done == NULL) /* the pool is being destroyed */
		return;
	response.ms = (double)(time_monotonic_ns() - f->sent_ns) / 1e6;
	if (req != NULL && evhttp_request_get_response_code(req) != 0) {
		in = evhttp_request_get_input_buffer(req);
		response.status = evhttp_request_get_response_code(req);
		response.body.n = evbuffer_get_length(in);
		response.body.p = (const char *)evbuffer_pullup(in, -1);
		response.headers = evhttp_request_get_input_headers(req);
	} else if (f->lost && f->used && !f->again) {
		f->again = true;
		http_client_later(f);
		return;
	}
	http_client_end(f, &response);
}

static void on_error(enum evhttp_request_error error, void *arg)
{
	struct http_exchange *f = arg;

	f->lost = error == EVREQ_HTTP_EOF || error == EVREQ_HTTP_BUFFER_ERROR;
}

void http_client_send(struct http_exchange *f)
{
	struct evhttp_request *req = evhttp_request_new(on_answer, f);
	struct evkeyval *header;

	evhttp_request_set_error_cb(req, on_error);
	TAILQ_FOREACH(header, &f->headers, next)
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), header->key, header->value);
	if (f->body != NULL)
		(void)evbuffer_add(evhttp_request_get_output_buffer(req), f->body, strlen(f->body));
	f->lost = false;
	f->sent_ns = time_monotonic_ns();
	f->dead = evhttp_make_request(f->connection, req, f->method, f->target) != 0;
	if (f->dead) /* not even a socket; evhttp does not report that */
		http_client_later(f);
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
	struct http_exchange *f = arg;

	(void)fd;
	(void)what;
	if (f->dead)
		http_client_end(f, &(struct http_client_response){0});
	else
		http_client_send(f);
}
