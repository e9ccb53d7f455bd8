/*
 * The client of the API's tests. It understands as much of HTTP/1.1 as is needed to find the end of an
 * answer: Content-Length, chunks, and none of both.
 */
#include "tests/support/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>
#include <event2/bufferevent.h>
#include <event2/util.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

enum { PATIENCE_MS = 10000 };

bool loop_until(struct event_base *base, bool (*done)(void *arg), void *arg)
{
	int64_t end = time_monotonic_ms() + PATIENCE_MS;

	while (!done(arg)) {
		const struct timeval tick = {0, 20 * 1000L};

		if (time_monotonic_ms() > end)
			return false;
		(void)event_base_loopexit(base, &tick);
		(void)event_base_loop(base, EVLOOP_ONCE);
	}
	return true;
}

static void http_read(struct bufferevent *bev, void *arg)
{
	struct http *http = arg;

	(void)bufferevent_read_buffer(bev, http->in);
}

static void http_event(struct bufferevent *bev, short what, void *arg)
{
	struct http *http = arg;

	http_read(bev, http);
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		http->closed = true;
}

struct http *http_open(struct event_base *base, const char *address)
{
	struct http *http = xcalloc(1, sizeof(*http));
	struct sockaddr_storage sa;
	int len = sizeof(sa);

	http->base = base;
	http->in = evbuffer_new();
	http->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(http->bev, http_read, NULL, http_event, http);
	assert_int_equal(evutil_parse_sockaddr_port(address, (struct sockaddr *)&sa, &len), 0);
	assert_int_equal(bufferevent_socket_connect(http->bev, (struct sockaddr *)&sa, len), 0);
	(void)bufferevent_enable(http->bev, EV_READ | EV_WRITE);
	return http;
}

void http_close(struct http *http)
{
	bufferevent_free(http->bev);
	evbuffer_free(http->in);
	free(http->head);
	free(http->body);
	free(http);
}

void http_send(struct http *http, const char *bytes, size_t len)
{
	(void)bufferevent_write(http->bev, bytes, len);
}

void http_ask(struct http *http, const char *method, const char *path, const char *extra,
	const char *body)
{
	struct evbuffer *out = bufferevent_get_output(http->bev);

	(void)evbuffer_add_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path,
		extra != NULL ? extra : "");
	if (body != NULL)
		(void)evbuffer_add_printf(out,
			"Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	(void)evbuffer_add_printf(out, "\r\n%s", body != NULL ? body : "");
}

const char *http_header(const struct http *http, const char *name)
{
	static char value[4096];
	size_t len = strlen(name);

	for (const char *line = http->head; line != NULL; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " ");
		(void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\r\n"), line);
		return value;
	}
	return NULL;
}

/* ---- where an answer ends -------------------------------------------------------------------------- */

static size_t find(struct evbuffer *in, const char *text, size_t from)
{
	struct evbuffer_ptr start;
	struct evbuffer_ptr at;

	if (from > evbuffer_get_length(in) ||
		evbuffer_ptr_set(in, &start, from, EVBUFFER_PTR_SET) != 0)
		return SIZE_MAX;
	at = evbuffer_search(in, text, strlen(text), &start);
	return at.pos < 0 ? SIZE_MAX : (size_t)at.pos;
}

static char *copy_out(struct evbuffer *in, size_t from, size_t len)
{
	char *text = xmalloc(len + 1);
	struct evbuffer_ptr at;

	text[len] = '\0';
	if (len > 0) {
		assert_int_equal(evbuffer_ptr_set(in, &at, from, EVBUFFER_PTR_SET), 0);
		assert_int_equal(evbuffer_copyout_from(in, &at, text, len), len);
	}
	return text;
}

static void add_body(struct http *http, size_t from, size_t len)
{
	char *piece = copy_out(http->in, from, len);

	http->body = xrealloc(http->body, http->body_len + len + 1, 1);
	memcpy(http->body + http->body_len, piece, len + 1);
	http->body_len += len;
	free(piece);
}

/* Position behind the last chunk, SIZE_MAX while it is not there. */
static size_t read_chunks(struct http *http, size_t at)
{
	for (;;) {
		size_t line = find(http->in, "\r\n", at);
		char *text;
		size_t len;

		if (line == SIZE_MAX)
			return SIZE_MAX;
		text = copy_out(http->in, at, line - at);
		len = strtoul(text, NULL, 16);
		free(text);
		if (evbuffer_get_length(http->in) < line + 2 + len + 2)
			return SIZE_MAX;
		add_body(http, line + 2, len);
		at = line + 2 + len + 2;
		if (len == 0)
			return at;
	}
}

/* Whether the answer is whole; then it is taken. */
static bool take_answer(struct http *http, bool head_only)
{
	size_t end = find(http->in, "\r\n\r\n", 0);
	const char *length;
	size_t at;

	if (end == SIZE_MAX)
		return false;
	free(http->head);
	free(http->body);
	http->body = xcalloc(1, 1);
	http->body_len = 0;
	http->head = copy_out(http->in, 0, end + 2);
	http->status = (int)strtol(http->head + 9, NULL, 10);
	at = end + 4;
	if (head_only) {
		(void)evbuffer_drain(http->in, at);
		return true;
	}
	length = http_header(http, "Content-Length");
	if (http->status == 204 || http->status == 304 || http->status == 100) {
		/* no body */
	} else if (http_header(http, "Transfer-Encoding") != NULL) {
		at = read_chunks(http, at);
		if (at == SIZE_MAX)
			return false;
	} else if (length != NULL) {
		size_t len = strtoul(length, NULL, 10);

		if (evbuffer_get_length(http->in) < at + len)
			return false;
		add_body(http, at, len);
		at += len;
	} else {
		if (!http->closed)
			return false;
		add_body(http, at, evbuffer_get_length(http->in) - at);
		at = evbuffer_get_length(http->in);
	}
	(void)evbuffer_drain(http->in, at);
	return true;
}

struct waiting {
	struct http *http;
	bool head_only;
	bool taken;
	const char *text;
};

static bool answer_there(void *arg)
{
	struct waiting *waiting = arg;

	waiting->taken = take_answer(waiting->http, waiting->head_only);
	return waiting->taken || waiting->http->closed;
}

bool http_answer(struct http *http, bool head_only)
{
	struct waiting waiting = {.http = http, .head_only = head_only};

	(void)loop_until(http->base, answer_there, &waiting);
	return waiting.taken;
}

static bool text_there(void *arg)
{
	const struct waiting *waiting = arg;

	return find(waiting->http->in, waiting->text, 0) != SIZE_MAX || waiting->http->closed;
}

bool http_until(struct http *http, const char *text)
{
	struct waiting waiting = {.http = http, .text = text};

	(void)loop_until(http->base, text_there, &waiting);
	return find(http->in, text, 0) != SIZE_MAX;
}

static bool is_closed(void *arg)
{
	return ((const struct http *)arg)->closed;
}

bool http_until_closed(struct http *http)
{
	return loop_until(http->base, is_closed, http);
}
