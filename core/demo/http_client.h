/*
 * HTTP requests to one address (the proxy), over kept connections, on the caller's event loop: how the
 * shop's services call each other, and how visitors come.
 */
#ifndef UMBRA_DEMO_HTTP_CLIENT_H
#define UMBRA_DEMO_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct event_base;
struct evkeyvalq;
struct http_client_pool;

struct http_client_response {
	int status; /* 0: no answer came */
	struct str body; /* borrowed for the call, at most 1 MiB */
	const struct evkeyvalq *headers; /* NULL without an answer */
	double ms;
};

typedef void (*fetch_done_fn)(void *arg, const struct http_client_response *response);

struct http_client_request {
	const char *method; /* GET, POST, PUT or DELETE; NULL: GET */
	const char *host; /* the Host header */
	const char *target; /* path and query, encoded */
	const char *body; /* NULL: none; sent as JSON */
	int timeout_ms; /* 0: 10 s */
};

/* `address` is an IP address: nothing is resolved here. */
struct http_client_pool *http_client_pool_create(
	struct event_base *base, const char *address, uint16_t port);
/* Open requests end without their `done`. NULL is fine. */
void http_client_pool_destroy(struct http_client_pool *pool);

/*
 * A request to be sent: add headers to it with http_client_header(), then http_client_send(). What is prepared must be
 * sent. `done` comes once, from the loop, unless the pool is destroyed first.
 */
struct http_exchange *http_client_prepare(struct http_client_pool *pool,
	const struct http_client_request *request, fetch_done_fn done, void *arg);
/* May be called several times with one name: several lines. */
void http_client_header(struct http_exchange *fetch, const char *name, const char *value);
void http_client_send(struct http_exchange *fetch);

#endif
