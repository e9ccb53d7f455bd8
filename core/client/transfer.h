/*
 * Inside core/client: one HTTP exchange, whole or as a stream of lines, and the client it belongs to.
 *
 * libcurl forbids most of itself inside its own callbacks, and an owner may cancel anything from his. So
 * libcurl's callbacks only collect; what was collected is handed out by client_run(), outside of libcurl, in
 * slices, so that megabytes of lines do not hold up the loop. A handed-out callback may cancel any call,
 * this one included, and destroy the client.
 */
#ifndef UMBRA_CLIENT_TRANSFER_H
#define UMBRA_CLIENT_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "core/base/strbuf.h"
#include "core/client/client.h"

enum {
	TRANSFER_BODY_MAX = 64 << 20,
	TRANSFER_LINE_MAX = 1 << 20,
	TRANSFER_UNREAD_MAX = 256 << 10, /* of lines not handed out yet: reading pauses above it */
	TRANSFER_SLICE_LINES = 512, /* handed out before the loop has its turn again */
};

struct transfer_request {
	const char *method;
	const char *path;
	const char *body; /* NULL for none */
	int64_t if_revision; /* of a write, 0: any */
	bool writes; /* without an answer it may be done or not */
	int timeout_ms; /* for the whole exchange, 0: none */
	int silence_ms; /* without a byte, 0: any */
	int gather_ms; /* between two reads of the socket, 0: whenever there is something */
	/* Each line of a 200, without its newline; NULL: the body is wanted whole. An unended line is dropped. */
	void (*line)(void *arg, struct str line);
	client_done_fn done; /* at the end; the call is gone after it */
	void *arg;
};

struct client {
	struct event_base *base;
	CURLM *multi;
	struct event *timer; /* libcurl's */
	struct event *turn; /* there is more to hand out */
	struct watch *gathering; /* the socket of the newest tail; NULL: none */
	char *url; /* without a slash at its end */
	char *actor;
	bool loopback;
	int64_t clock_ahead_ms;
	int silence_ms;
	int gather_ms;
	TAILQ_HEAD(, client_transfer) calls;
	TAILQ_HEAD(, stream) streams; /* feeds and tails; they end with the client */
	uint64_t bytes_in;
	uint64_t exchanges;
	unsigned depth; /* of client_run */
	bool destroyed;
};

struct client_transfer {
	TAILQ_ENTRY(client_transfer) link;
	struct client *client;
	CURL *easy;
	struct curl_slist *headers;
	struct event *silence; /* NULL without silence_ms */
	int silence_ms;
	int gather_ms;
	int timeout_ms;
	bool writes;
	bool heard; /* a byte came */
	int64_t heard_ms; /* when the last byte came, at first the start; monotonic */
	void (*line)(void *arg, struct str line);
	client_done_fn done;
	void *arg;
	struct strbuf body; /* the whole, or the problem a stream was refused with */
	struct strbuf lines; /* of a stream, from `taken` on not handed out */
	size_t taken;
	bool has_line; /* `lines` may hold a whole one */
	bool paused;
	bool too_large;
	bool finished; /* `response` is filled */
	bool busy; /* being handed out: it is freed after that */
	bool cancelled;
	struct client_response response;
	char behind[512]; /* what response.behind points to */
	struct errbuf eb;
	char curl_error[CURL_ERROR_SIZE];
};

struct client_transfer *client_transfer_start(
	struct client *client, const struct transfer_request *request);
void client_transfer_destroy(struct client_transfer *call);
/* libcurl has ended it. */
void client_transfer_finish(struct client_transfer *call, CURLcode result);
/* Hands out what there is, at most a slice. Returns whether there is more. The call may be gone after it. */
bool client_transfer_hand_out(struct client_transfer *call);
/* Monotonic, 0: none came. */
int64_t client_transfer_last_byte_ms(const struct client_transfer *call);

static inline struct timeval timeval_of(int64_t ms)
{
	return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

/* Soon, from the loop, client_run(). */
void client_wake(struct client *client);

#endif
