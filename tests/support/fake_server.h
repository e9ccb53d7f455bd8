/*
 * A control plane's stand-in for tests of the client: a small HTTP server in the test's own loop, on a free
 * loopback port, with the client beside it. What it answers is the test's.
 */
#ifndef UMBRA_TESTS_SUPPORT_FAKE_SERVER_H
#define UMBRA_TESTS_SUPPORT_FAKE_SERVER_H

#include <stddef.h>

#include <event2/event.h>
#include <event2/http.h>

#include "core/client/client.h"

enum { HELD_MAX = 8 };

struct fake_server {
	struct event_base *base;
	struct evhttp *http;
	int port;
	int connections;
	int requests;
	char last[512]; /* "METHOD path" */
	char actor[64], type[64], body[256];
	void (*answer)(struct fake_server *server, struct evhttp_request *request);
	struct held {
		struct evhttp_request *request;
		struct evhttp_connection *connection;
	} held[HELD_MAX]; /* streams that are open */
	int held_count;
	struct client *client;
	struct event *limit;
};

/* `answer` is called for each request. Fails the test when it runs for more than 10 s. */
void fake_start(struct fake_server *server,
	void (*answer)(struct fake_server *server, struct evhttp_request *request), int silence_ms);
/* The client too, unless the test has set it to NULL. */
void fake_stop(struct fake_server *server);
void fake_reply(struct evhttp_request *request, int status, const char *body);
/* Kept without an answer until the client or the test ends. */
void fake_hold(struct fake_server *server, struct evhttp_request *request);
/* A streamed 200, in pieces. */
struct evhttp_request *fake_open(struct fake_server *server, struct evhttp_request *request);
void fake_send(struct evhttp_request *request, const char *bytes, size_t len);
void fake_send_text(struct evhttp_request *request, const char *text);
void fake_end(struct fake_server *server, struct evhttp_request *request);
/* The connection breaks in the middle of the stream, behind what was sent so far. */
void fake_cut(struct fake_server *server, struct evhttp_request *request);

/* Runs the loop until what `is_so` asks is so. */
#define run_until(server, is_so) \
	while (!(is_so))         \
	event_base_loop((server)->base, EVLOOP_ONCE)

#endif
