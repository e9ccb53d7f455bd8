/*
 * HTTP requests to one address (the proxy), over kept connections, on the caller's event loop: how the
 * shop's services call each other, and how visitors come.
 */
#ifndef UMBRA_DEMO_FETCH_H
#define UMBRA_DEMO_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct event_base;
struct evkeyvalq;
struct fetch_pool;

struct fetch_response {
	int status; /* 0: no answer came */
	struct str body; /* borrowed for the call, at most 1 MiB */
	const struct evkeyvalq *headers; /* NULL without an answer */
	double ms;
};

typedef void (*fetch_done_fn)(void *arg, const struct fetch_response *response);

struct fetch_request {
	const char *method; /* GET, POST, PUT or DELETE; NULL: GET */
	const char *host; /* the Host header */
	const char *target; /* path and query, encoded */
	const char *body; /* NULL: none; sent as JSON */
	int timeout_ms; /* 0: 10 s */
};

/* `address` is an IP address: nothing is resolved here. */
struct fetch_pool *fetch_pool_create(struct event_base *base, const char *address, uint16_t port);
/* Open requests end without their `done`. NULL is fine. */
void fetch_pool_destroy(struct fetch_pool *pool);

/*
 * A request to be sent: add headers to it with fetch_header(), then fetch_send(). What is prepared must be
 * sent. `done` comes once, from the loop, unless the pool is destroyed first.
 */
struct fetch *fetch_prepare(struct fetch_pool *pool, const struct fetch_request *request,
	fetch_done_fn done, void *arg);
/* May be called several times with one name: several lines. */
void fetch_header(struct fetch *fetch, const char *name, const char *value);
void fetch_send(struct fetch *fetch);

#endif
