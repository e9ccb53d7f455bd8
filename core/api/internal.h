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
	char *openapi; /* made when it is first asked for */
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

	/* Exchanges that wait (exchange.c counts them; feeds and event waiters are told of changes). */
	size_t call_count;
	size_t held_count;
	struct call_list feeds;
	struct call_list event_waits;
	struct call_list tails;
	struct event *wake; /* answers feeds and event waiters a little after a change */
	struct snapshot *snapshot; /* of the current revision, while somebody reads it */
	bool stopping;
};

/*
 * The exchanges that wait for news: the changes feed, the events, the tails. server.c wakes them when the
 * plane has something new, and ends them when the API stops. A wake answers some of those that wait, and returns
 * whether there are more to be answered.
 */
bool changes_wake(struct api *api);
bool events_wake(struct api *api);

void changes_stop(struct api *api);
void events_stop(struct api *api);
void tails_stop(struct api *api);

#endif
