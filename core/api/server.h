/*
 * The HTTP API of the control plane, on libevent's evhttp.
 *
 * One exchange is a struct exchange (exchange.h) on a connection (conn.h); the route table (route.h) says who
 * handles it. Whoever runs the control plane binds a listener, creates the API over a plane and a
 * traffic, and runs the loop. Nothing here blocks, and nothing is answered twice.
 */
#ifndef UMBRA_API_SERVER_H
#define UMBRA_API_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/model/access_forms.h"

struct event_base;
struct evconnlistener;
struct plane;
struct store;
struct traffic;
struct api;

/* Zero means the default of base/limits.h and of the constants below. Tests reach the edges with small ones. */
struct api_limits {
	size_t connections;
	size_t unread; /* bytes of requests that are not complete, of all connections together */
	size_t held; /* requests that wait for something to happen */
	int64_t idle_ms; /* between two requests of a connection */
	int64_t request_ms; /* from the first byte of a request to its last */
	int64_t heartbeat_ms; /* between two lines of a tail */
	int64_t applied_ms; /* a write waits for the proxy no longer than this */
};

struct api_options {
	struct plane *plane; /* all borrowed for the API's life */
	struct traffic *traffic;
	const struct store *store;
	struct entry_point entry; /* for how_to; the text stays the caller's */
	bool demo; /* no real environment: status says so */
	/* Host names we answer to besides loopback and the listener's address; NULL-terminated or NULL. */
	const char *const *hosts;
	int64_t (*now_ms)(void); /* the wall clock */
	/* Members of status' `proxy` object; may be NULL. */
	void (*describe_proxy)(void *arg, struct json_writer *w);
	/* Whether requests are routed; `why` gets a sentence when not. NULL: always. */
	bool (*ready)(void *arg, char *why, size_t size_bytes);
	void *arg;
	struct api_limits limits;
};

enum { API_ADDRESS_SIZE = 64 };

/*
 * Binds and listens on "127.0.0.1:7070" or "[::1]:7070"; port 0 chooses. Nothing is accepted before
 * api_create. `ret_address` gets the address in the same form, with the port it has. Errors: ERR_USAGE
 * for what is no address or not a loopback one, ERR_IO when it cannot be had (taken, not ours).
 */
struct evconnlistener *api_bind(struct event_base *base, const char *address,
	char ret_address[API_ADDRESS_SIZE], struct errbuf *eb);

/* Takes the listener over. */
struct api *api_create(struct event_base *base, struct evconnlistener *listener,
	const struct api_options *options);
/*
 * Accepts no more and ends what is held, each with a proper end. Writes under way are still answered:
 * run the loop until api_pending() is 0.
 */
void api_stop(struct api *api);
/* Exchanges that have no answer yet, and answers not yet taken by their clients. */
size_t api_pending(const struct api *api);
/* Writes must not be under way any more (plane and store drained). NULL is fine. */
void api_destroy(struct api *api);

#endif
