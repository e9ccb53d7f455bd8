/*
 * A small HTTP client on the test's own event loop, so that server and client run in one thread and a
 * test decides when the loop turns. Bytes go out as given: what is sent need not be HTTP.
 */
#ifndef UMBRA_TESTS_SUPPORT_HTTP_H
#define UMBRA_TESTS_SUPPORT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/buffer.h>
#include <event2/event.h>

struct http {
	struct event_base *base;
	struct bufferevent *bev;
	struct evbuffer *in; /* what has come and is not taken */
	bool closed; /* by the server */
	/* The last answer that http_answer() took. */
	int status;
	char *head; /* status line and header lines */
	char *body; /* without chunks */
	size_t body_len;
};

/* Connects to "127.0.0.1:port" and waits until it is. */
struct http *http_open(struct event_base *base, const char *address);
void http_close(struct http *http);

void http_send(struct http *http, const char *bytes, size_t len);
/* "PUT /path" with Host, and when `body` is not NULL as application/json. `extra` are header lines, or NULL. */
void http_ask(struct http *http, const char *method, const char *path, const char *extra,
	const char *body);
/*
 * Runs the loop until one whole answer is there and takes it; with `head_only` until the headers are, and
 * leaves the rest. False when the server has closed or it took longer than 10 s.
 */
bool http_answer(struct http *http, bool head_only);
/* Runs the loop until `text` has come (not taken). */
bool http_until(struct http *http, const char *text);
/* Runs the loop until the server has closed the connection. */
bool http_until_closed(struct http *http);
/* Value of a header of the last answer, in a static buffer; NULL when absent. */
const char *http_header(const struct http *http, const char *name);

/* Runs the loop until `done(arg)` says so; false after 10 s. */
bool loop_until(struct event_base *base, bool (*done)(void *arg), void *arg);

#endif
