/*
 * What the files of the API share: the API itself. Nobody outside core/api includes this.
 */
#ifndef UMBRA_API_INTERNAL_H
#define UMBRA_API_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/api/server.h"

struct exchange;
struct conn;
struct evbuffer;
struct event;
struct evhttp;
struct evhttp_bound_socket;
struct snapshot;

LIST_HEAD(conn_list, conn);
TAILQ_HEAD(conn_queue, conn);
LIST_HEAD(call_list, exchange);

struct api {
	struct api_options options;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener; /* evhttp's; NULL once stopped */
	struct evhttp_bound_socket *bound;
	char address[API_ADDRESS_SIZE];
	struct evbuffer *scratch; /* on its way to a connection; empty between exchanges */
	int64_t started_at;
	int64_t started_monotonic_ms;

	/* Connections (conn.c). */
	struct conn_list conns;
	struct conn **by_fd;
	size_t by_fd_cap;
	size_t conn_count;
	struct conn_queue idle; /* between requests, the longest first */
	struct conn_queue reading; /* in one, or refused; the longest first */
	size_t unread; /* bytes of all requests that are not complete */
	size_t unread_peak; /* the most, since memory was given back */
	struct event *sweep; /* once a second while there are connections */
	int64_t tick_ms; /* monotonic, of the last sweep or request */

	/* Exchanges that wait (raw_http_client.c counts them; feeds and event waiters are told of changes). */
	size_t call_count;
	size_t held_count;
	struct call_list feeds;
	struct call_list event_waits;
	struct call_list tails;
	struct event *wake; /* answers feeds and event waiters a little after a change */
	struct snapshot *snapshot; /* of the current revision, while somebody reads it */
	bool stopping;
};

#endif
