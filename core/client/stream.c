/* Attempts and states of the changes feed and the tail. Invariant: it is not freed while its user is being told. */
#include "core/client/stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"

int backoff_next_ms(struct backoff *backoff, uint64_t chance)
{
	int wait_ms = backoff->last_ms == 0 ? BACKOFF_FIRST_MS : backoff->last_ms * 2;

	if (wait_ms > BACKOFF_MAX_MS)
		wait_ms = BACKOFF_MAX_MS;
	backoff->last_ms = wait_ms;
	return wait_ms - wait_ms / 4 + (int)(chance % (uint64_t)(wait_ms / 2 + 1));
}

static void stream_free(struct stream *stream)
{
	event_free(stream->retry);
	stream->ops->free(stream);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;

	(void)fd;
	(void)what;
	stream->ops->attempt(stream);
}

void stream_start(struct stream *stream, struct client *client, const struct stream_ops *ops)
{
	stream->client = client;
	stream->ops = ops;
	stream->retry = evtimer_new(client->base, on_retry, stream);
	if (stream->retry == NULL)
		abort();
	TAILQ_INSERT_TAIL(&client->streams, stream, link);
	ops->attempt(stream);
}

void stream_cancel(struct stream *stream)
{
	if (stream == NULL || stream->cancelled)
		return;
	stream->cancelled = true;
	TAILQ_REMOVE(&stream->client->streams, stream, link);
	client_cancel(stream->call);
	stream->call = NULL;
	evtimer_del(stream->retry);
	if (!stream->telling)
		stream_free(stream);
}

void stream_wait(struct stream *stream, int wait_ms)
{
	struct timeval wait = timeval_of(wait_ms);

	client_cancel(stream->call);
	stream->call = NULL;
	evtimer_add(stream->retry, &wait);
}

void stream_back_off(struct stream *stream)
{
	stream_wait(stream, backoff_next_ms(&stream->backoff, random_u64()));
}

bool stream_told(struct stream *stream)
{
	stream->telling = false;
	if (!stream->cancelled)
		return true;
	stream_free(stream);
	return false;
}

bool stream_tell_state(struct stream *stream, enum feed_state state, const char *why)
{
	const char *text = why != NULL ? why : "";

	if (stream->state == state && strcmp(stream->why, text) == 0)
		return true;
	stream->state = state;
	str_copy(stream->why, sizeof(stream->why), str_of(text));
	stream->telling = true;
	stream->ops->tell_state(stream, state, why != NULL ? stream->why : NULL);
	return stream_told(stream);
}
