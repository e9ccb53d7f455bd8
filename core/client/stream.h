/*
 * What the changes feed and the tail have in common: one attempt after another, a state that the user is told, and a
 * user who may end it from inside a callback. First member of both.
 */
#ifndef UMBRA_CLIENT_STREAM_H
#define UMBRA_CLIENT_STREAM_H

#include "core/client/transfer.h"

/*
 * How long to wait before the next attempt: 0.25 s, doubling to 5 s, each a quarter more or less by chance, so that
 * thousands of clients do not come back in the same instant. Zeroed when an attempt has brought something.
 */
enum { BACKOFF_FIRST_MS = 250, BACKOFF_MAX_MS = 5000 };
struct backoff {
	int last_ms; /* without the chance */
};
/* `chance` is any random number. */
int backoff_next_ms(struct backoff *backoff, uint64_t chance);

struct stream_ops {
	void (*attempt)(void *stream);
	void (*free)(void *stream); /* and what stands behind `struct stream` */
	void (*tell_state)(void *stream, enum feed_state state, const char *why);
};

struct stream {
	TAILQ_ENTRY(stream) link; /* of the client, which ends it */
	struct client *client;
	const struct stream_ops *ops;
	struct client_transfer *call; /* NULL between attempts */
	struct event *retry;
	struct backoff backoff;
	enum feed_state state;
	char why[sizeof(((struct errbuf *)NULL)->text)];
	bool telling; /* inside a callback of the user */
	bool cancelled; /* by it */
};

/* Begins the first attempt. */
void stream_start(struct stream *stream, struct client *client, const struct stream_ops *ops);
void stream_cancel(struct stream *stream);
/* The attempt is over; the next one comes after so long, or after the back-off. */
void stream_wait(struct stream *stream, int wait_ms);
void stream_back_off(struct stream *stream);
/* After a callback of the user, before which `telling` is set: false when the user has ended it, and it is gone. */
bool stream_told(struct stream *stream);
/* Tells a state that is new, or has a new reason. */
bool stream_tell_state(struct stream *stream, enum feed_state state, const char *why);

#endif
