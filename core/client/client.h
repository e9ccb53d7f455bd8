/*
 * The control plane's client: HTTP over libcurl's multi interface on the caller's event loop.
 *
 * Asynchronous throughout; every callback comes from the loop. One client serves one control plane. It
 * sends Umbra-Actor with each write.
 */
#ifndef UMBRA_CLIENT_CLIENT_H
#define UMBRA_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/environment.h"
#include "core/model/event.h"
#include "core/model/request.h"
#include "core/model/session_diff.h"
#include "core/model/sliding_window.h"

struct event_base;
struct client;

struct client_options {
	const char *url; /* "http://127.0.0.1:7070" */
	const char *actor; /* may be NULL */
	int silence_ms; /* a feed or tail that is silent for so long is taken for dead; 0: 15 s */
	int gather_ms; /* a tail's records are read together, at most so late; 0: each as it comes */
};

/* NULL with ERR_USAGE when the URL is no http URL. */
struct client *client_create(
	struct event_base *base, const struct client_options *options, struct errbuf *eb);
/*
 * Cancels what is under way, feeds and tails included: they are gone with it, and no callback comes after
 * it. May be called from a callback. NULL is fine.
 */
void client_destroy(struct client *client);
const char *client_url(const struct client *client);
/*
 * How far the control plane's wall clock is ahead of ours (behind: below 0), by the Date of its last answer;
 * 0 while that is less than a minute, or nothing has been answered. What it dates, its clock has dated.
 */
int64_t client_clock_ahead_ms(const struct client *client);
/* The control plane's wall clock. */
int64_t client_now_ms(const struct client *client);
/* "the clock of the control plane is 5m ahead of ...": false, and nothing, while it is not. */
bool client_say_clock(const struct client *client, struct strbuf *out);
/*
 * Reads now what is gathered of the tail that was opened last, for whoever shows something anyway; it then
 * gathers anew. The records come before this returns. For the outside of callbacks.
 */
void client_gather_now(struct client *client);
/* The loop it runs on, for the timers of whoever uses it. */
struct event_base *client_base(const struct client *client);

/* One exchange. Body and response are whole texts, at most 64 MiB. */
struct client_response {
	enum err err; /* ERR_NONE for 2xx and 304; from the problem's code otherwise */
	const struct errbuf *eb; /* the server's sentence, or why it could not be reached */
	int status; /* 0 when there was no answer */
	struct str body; /* borrowed for the call */
	int64_t applied; /* Umbra-Applied, 0 when absent */
	struct str
		behind; /* Umbra-Behind: why the proxy does not route by what was written; n == 0: it does, or is about to */
	int64_t etag_revision; /* of the strong ETag, 0 when absent */
	double seconds;
};
typedef void (*client_done_fn)(void *arg, const struct client_response *response);
struct client_transfer;
/* `method` "GET"; `path` begins with /v1 and is already encoded; `body` NULL for none; timeout_ms 0: 10 s. */
struct client_transfer *client_request(struct client *client, const char *method, const char *path,
	const char *body, int timeout_ms, client_done_fn done, void *arg);
/* The same for a write that holds only while the thing has this revision (If-Match), else ERR_REVISION. */
struct client_asking {
	const char *method;
	const char *path;
	const char *body;
	int timeout_ms;
	int64_t if_revision; /* 0: whatever it has */
};
struct client_transfer *client_ask(
	struct client *client, const struct client_asking *asking, client_done_fn done, void *arg);
/* `done` will not be called. From inside `done` it does nothing; after it the call is gone. */
void client_cancel(struct client_transfer *call);

/*
 * The changes feed: keeps `environment` (client-owned) like the control plane's. One held request at a
 * time; after a failure it tries again after 0.25 s, doubling to 5 s with jitter, for ever. A batch that
 * did not end is discarded. What is remembered of the gone is in it, 2 * LIMIT_TOMBSTONES_TOLD at most.
 */
enum feed_state { FEED_CONNECTING, FEED_LIVE, FEED_STALE };
struct feed_ops { /* each may be NULL */
	/* After each whole batch; `changes` are those applied (count may be 0 on a time-out). */
	void (*changed)(void *arg, const struct environment *env, const struct change *changes,
		size_t count, bool full);
	/* Connection state, when it or the reason changes; `why` is a sentence when stale, else NULL. */
	void (*state)(void *arg, enum feed_state state, const char *why);
};
struct feed;
struct feed *client_feed(struct client *client, const struct feed_ops *ops, void *arg);
void feed_cancel(struct feed *feed);
const struct environment *feed_environment(const struct feed *feed);
/* Monotonic ms of the last byte from the server, 0: none yet. */
int64_t feed_last_seen_ms(const struct feed *feed);
/* Why it is stale; ERR_NONE while it is not. */
enum err feed_failure(const struct feed *feed);
/*
 * Another exchange had no answer for `why`, begun at `began_ms` (monotonic): stale, as after a failure of its own,
 * unless it has heard something since then. A request that is held hears nothing for seconds anyway, so who polls
 * beside it knows earlier.
 */
void feed_unanswered(struct feed *feed, int64_t began_ms, const char *why);
/* Tries again now, without waiting for the back-off or on a request that is held and says nothing. */
void feed_retry(struct feed *feed);

/*
 * A tail over GET /v1/requests/tail: goes on after a reconnect with the last seq it saw, so that no line
 * is lost or doubled; what the server lost is told. It begins after `since`, 0: with the first.
 */
enum { TAIL_CLIENT_FROM_NOW = -1 };
struct tail_client_ops {
	void (*record)(void *arg, const struct request *request); /* views, valid for the call */
	void (*lost)(void *arg, int64_t count, const char *why); /* -1: unknown */
	void (*state)(void *arg, enum feed_state state, const char *why);
	/* The server refused the filter: the tail has ended. */
	void (*refused)(void *arg, const struct errbuf *eb);
};
struct tail_client;
struct tail_client *client_tail(struct client *client, const char *filter, int64_t since,
	const struct tail_client_ops *ops, void *arg);
void tail_client_cancel(struct tail_client *tail);

/*
 * The entries of an answer to GET /v1/traffic, each with its key as wire/traffic.h says ("cart@pr-482"), and
 * the `since` to ask with next. False, with a sentence, when the body is no such answer; entries before
 * the bad one have been given.
 */
typedef void (*client_stats_fn)(void *arg, const char *key, const struct stats *stats);
bool client_read_stats(
	struct str body, client_stats_fn each, void *arg, int64_t *ret_since, struct errbuf *eb);
/*
 * The same of an answer by edge, with the trace of the newest request that lost its session there (empty: none
 * did, or it is not known any more; a view, for the call), and with what the control plane says of a session's
 * edges as a whole.
 */
struct client_edges {
	bool complete; /* they are of all its requests */
	uint64_t
		unclear; /* requests that may be its, and that other traffic explains too: in no edge */
};
typedef void (*client_edge_fn)(
	void *arg, const char *key, const struct stats *stats, struct str lost_trace);
bool client_read_edges(struct str body, client_edge_fn each, void *arg, int64_t *ret_since,
	struct client_edges *ret_whole, struct errbuf *eb);

/*
 * The records of an answer to GET /v1/requests, the oldest first (the answer has the newest first);
 * one that cannot be read is left out. False, with a sentence, when the body is no such answer.
 */
typedef void (*client_request_fn)(
	void *arg, const struct request *request); /* views, for the call */
bool client_read_requests(struct str body, client_request_fn each, void *arg, struct errbuf *eb);
/* A record, or what is missing among them (-1: unknown how many), as a line of the tail has it; with a newline. */
void client_write_request(struct strbuf *out, const struct request *request);
void client_write_missing(struct strbuf *out, int64_t count, const char *why);
/*
 * Of the answer to GET /v1/requests?limit=1, the seq to tail after: that of the newest record, or where there
 * is none the one before the first to come. TAIL_CLIENT_FROM_NOW when the body is no such answer.
 */
int64_t client_read_newest(struct str body);

/* Bytes read and exchanges made since the start, for the dashboard's own-cost display. */
void client_cost(const struct client *client, uint64_t *ret_bytes_in, uint64_t *ret_exchanges);

/*
 * The events of an answer to GET /v1/events, the oldest first (the answer has the newest first), and the
 * seq of the newest there is. False, with a sentence, when the body is no such answer.
 */
typedef void (*client_event_fn)(void *arg, const struct event *event); /* valid for the call */
bool client_read_events(
	struct str body, client_event_fn each, void *arg, int64_t *ret_last, struct errbuf *eb);

/*
 * The changes of an answer to a dry run, each with the decisions before and after as `env` has what they name; one that
 * names what is not there is left out. False, with a sentence, when the body is no such answer.
 */
typedef void (*client_change_fn)(
	void *arg, const struct session_diff_change *change); /* valid for the call */
bool client_read_session_diff(struct str body, const struct environment *env, client_change_fn each,
	void *arg, int64_t *ret_routes_changed, struct errbuf *eb);

/* Percent-encodes for a path segment or query value (RFC 3986 unreserved pass). */
void client_encode(struct strbuf *out, struct str text);

#endif
