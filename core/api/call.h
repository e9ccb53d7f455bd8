/*
 * One exchange: a request that has been read and checked, and its answer on the way.
 *
 * A handler either answers at once (call_reply, call_fail), or answers in pieces: call_start sends the
 * headers, call_flush what is in `out`, call_end the rest and the end. In between it may be held, waiting
 * for something to happen. Whichever way a call ends - answered, or its client gone - `release` is called
 * once, to let go of what `state` holds, and the call is freed.
 */
#ifndef UMBRA_API_CALL_H
#define UMBRA_API_CALL_H

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
	CALL_PART_SIZE = LIMIT_VERSION_NAME + 1,
	CALL_OUT_MAX = 64 << 20, /* bytes of an answer, or of a piece of one, in memory */
	CALL_SLICE = 64 << 10, /* of a long answer: written, then the loop runs on */
};

struct call {
	struct api *api;
	struct conn *conn;
	struct evhttp_request *req; /* evhttp's while the connection lives, then ours to free */
	const struct route *route;
	bool head; /* HEAD: no body goes out */
	struct query query;
	char parts[ROUTE_PARTS][CALL_PART_SIZE]; /* of the path, decoded and checked names */
	cJSON *body; /* a JSON object when the route takes one, else NULL */
	char actor[LIMIT_ACTOR + 1];
	int64_t if_match; /* 0: any */
	bool create_only; /* If-None-Match: * */

	struct strbuf out; /* the body, or what of it has not been sent */
	bool started; /* headers are out */
	bool sending; /* a piece is on its way; `drained` comes when the client has taken it */
	bool held;
	void (*drained)(struct call *call); /* may be NULL */
	void (*timeout)(struct call *call); /* may be NULL */
	struct event *timer;
	void *state;
	void (*release)(struct call *call); /* may be NULL */
	LIST_ENTRY(call) link; /* in the list of its kind, when linked */
	bool linked;
};

/* `conn` and `req` as evhttp gave them. Freed by what ends it. */
struct call *call_create(struct api *api, struct conn *conn, struct evhttp_request *req);

/* A header of the answer. Before it starts. */
void call_header(struct call *call, const char *name, const char *value);
/* "epoch-revision" in quotes: a strong entity tag (RFC 9110 section 8.8.3). */
void call_etag(struct call *call, int64_t revision);
/* Starts a JSON text in `out`. */
struct json_writer call_json(struct call *call);

/* Sends `out` as application/json and ends the call. 204 and 304 go without a body. */
void call_reply(struct call *call, int status);
/* The same for bytes that live as long as the program. */
void call_reply_static(struct call *call, const char *media_type, const char *bytes, size_t len);

/* What a refusal can say beyond the error. Everything borrowed for the call. */
struct call_hints {
	const char *const *near; /* names like the one asked for */
	size_t near_count;
	const struct tombstone *gone;
};

/* Sends the problem and ends the call; `hints` may be NULL. */
void call_fail(struct call *call, const struct errbuf *eb, const struct call_hints *hints);

/* Counts it among the held. False: there are as many as there may be, and the call has been refused. */
bool call_hold(struct call *call);
/* Headers go out at once. */
void call_start(struct call *call, const char *media_type);
/* Sends what is in `out` unless a piece is on its way already; then `drained` is the time to call again. */
void call_flush(struct call *call);
/* Sends the rest and ends the call. */
void call_end(struct call *call);
/* Calls `timeout` once, after delay_ms; replaces what was set before. */
void call_timer(struct call *call, int64_t delay_ms);

/* The client has gone. For conn.c. */
void call_gone(struct call *call);

#define NDJSON_MEDIA_TYPE "application/x-ndjson"

#endif
