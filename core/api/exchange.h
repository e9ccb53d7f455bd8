/*
 * One exchange: a request that has been read and checked, and its answer on the way.
 *
 * A handler either answers at once (exchange_reply, exchange_fail), or answers in pieces: exchange_start sends the
 * headers, exchange_flush what is in `out`, exchange_end the rest and the end. In between it may be held, waiting
 * for something to happen. However an exchange ends (answered, or its client gone), `release` is called once to free
 * `state`; then the exchange is freed.
 */
#ifndef UMBRA_API_EXCHANGE_H
#define UMBRA_API_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/api/query.h"
#include "core/api/route.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/strbuf.h"

struct api;
struct conn;
struct event;
struct evhttp_request;
struct tombstone;

enum {
	EXCHANGE_PART_SIZE = LIMIT_VERSION_NAME + 1,
	EXCHANGE_OUT_MAX = 64 << 20, /* bytes of an answer, or of a piece of one, in memory */
	EXCHANGE_SLICE = 64 << 10, /* of a long answer: written, then the loop runs on */
};

struct exchange {
	struct api *api;
	struct conn *conn;
	struct evhttp_request *req; /* evhttp's while the connection lives, then ours to free */
	const struct route *route;
	bool head; /* HEAD: no body goes out */
	struct query query;
	char parts[ROUTE_PARTS][EXCHANGE_PART_SIZE]; /* of the path, decoded and checked names */
	cJSON *body; /* a JSON object when the route takes one, else NULL */
	char actor[LIMIT_ACTOR + 1];
	int64_t if_match; /* as in struct plane_write */
	bool create_only; /* If-None-Match: * */

	struct strbuf out; /* the body, or what of it has not been sent */
	bool started; /* headers are out */
	bool sending; /* a piece is on its way; `drained` comes when the client has taken it */
	bool held;
	void (*drained)(struct exchange *exchange); /* may be NULL */
	void (*timeout)(struct exchange *exchange); /* may be NULL */
	struct event *timer;
	void *state;
	void (*release)(struct exchange *exchange); /* may be NULL */
	LIST_ENTRY(exchange) link; /* in the list of its kind, when linked */
	bool linked;
};

/* `conn` and `req` as evhttp gave them. Freed by what ends it. */
struct exchange *exchange_create(struct api *api, struct conn *conn, struct evhttp_request *req);

/* A header of the answer. Before it starts. */
void exchange_header(struct exchange *exchange, const char *name, const char *value);
/* "epoch-revision" in quotes: a strong entity tag (RFC 9110 section 8.8.3). */
void exchange_etag(struct exchange *exchange, int64_t revision);
/* Starts a JSON text in `out`. */
struct json_writer exchange_json(struct exchange *exchange);

/* Sends `out` as application/json and ends the exchange. 204 and 304 go without a body. */
void exchange_reply(struct exchange *exchange, int status);
/* The same for bytes that live as long as the program. */
void exchange_reply_static(
	struct exchange *exchange, const char *media_type, const char *bytes, size_t len);

/* What a refusal can say beyond the error. Everything borrowed for the exchange. */
struct exchange_hints {
	const char *const *near; /* names like the one asked for */
	size_t near_count;
	const struct tombstone *gone;
};

/* Sends the problem and ends the exchange; `hints` may be NULL. */
void exchange_fail(
	struct exchange *exchange, const struct errbuf *eb, const struct exchange_hints *hints);

/* Counts it among the held. False: there are as many as there may be, and the exchange has been refused. */
bool exchange_hold(struct exchange *exchange);
/* Headers go out at once. */
void exchange_start(struct exchange *exchange, const char *media_type);
/* Sends what is in `out` unless a piece is on its way already; then `drained` is the time to exchange again. */
void exchange_flush(struct exchange *exchange);
/* Sends the rest and ends the exchange. */
void exchange_end(struct exchange *exchange);
/* Calls `timeout` once, after delay_ms; replaces what was set before. */
void exchange_timer(struct exchange *exchange, int64_t delay_ms);

/* The client has gone. For conn.c. */
void exchange_gone(struct exchange *exchange);

#define NDJSON_MEDIA_TYPE "application/x-ndjson"

#endif
