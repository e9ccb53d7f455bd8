/*
 * A connection of the API: how many there may be, how long they may take, and what a client is told when
 * evhttp refuses its request before we have seen it.
 */
#ifndef UMBRA_API_CONN_H
#define UMBRA_API_CONN_H

#include <stdint.h>
#include <sys/queue.h>

#include "core/api/head.h"

struct api;
struct bufferevent;
struct exchange;
struct event;
struct evhttp_connection;
struct evhttp_request;

enum conn_state {
	CONN_IDLE, /* between requests */
	CONN_READING, /* a request has begun to come in */
	CONN_BUSY, /* it is ours, until its answer has been taken */
	CONN_CLOSING, /* it is refused; the answer closes the connection, what still comes is thrown away */
};

struct conn {
	struct api *api;
	struct bufferevent *bev; /* evhttp's */
	struct evhttp_connection *evcon; /* evhttp's; NULL before it is known */
	struct exchange *exchange; /* under way, or NULL */
	enum conn_state state;
	int64_t since_ms; /* of the state, api->tick_ms */
	int fd;
	struct head head; /* of the request that is coming in */
	size_t unread; /* bytes that came for it so far, until it is ours */
	struct errbuf *refusal; /* to be told by `late`; owned */
	struct event *late;
	LIST_ENTRY(conn) link;
	TAILQ_ENTRY(conn)
	turn; /* among those of its state, the longest in it first; not when busy */
};

/* Makes evhttp tell us of each connection. */
void conn_install(struct api *api);
/* The connection of a request that evhttp has read. */
struct conn *conn_of(struct api *api, struct evhttp_request *req);
/* The request is ours from now on, until its answer has been taken. */
void conn_busy(struct conn *conn, struct evhttp_request *req);
void conn_sweep_start(struct api *api);

#endif
