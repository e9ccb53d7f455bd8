/*
 * The changes feed: one held GET /v1/changes after another, whose batches keep the client's own
 * environment like the control plane's. The dashboard and `wait` read it.
 *
 * A batch is applied whole when its last line is there, or not at all. Any line that is not as it must be
 * ends the attempt; what was known before stays.
 */
#include "core/client/client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/client/stream.h"
#include "core/wire/changes.h"

enum {
	HOLD_S = 10, /* shorter than the silence after which a server is taken for dead */
	FIRST_MS = 5000, /* the first line comes at once, also where the rest is held */
	BATCH_MAX = LIMIT_SERVICES + LIMIT_VERSIONS + LIMIT_SESSIONS + LIMIT_CHANGES_KEPT +
		    LIMIT_TOMBSTONES_TOLD,
};

struct feed {
	struct stream stream;
	const struct feed_ops *ops;
	void *arg;
	struct environment env;
	enum err failure; /* while stale */
	int64_t last_seen_ms;
	/* The batch that is coming in. */
	bool begun; /* its first line is there */
	bool ended; /* its last line is there */
	struct feed_line first;
	struct change *changes;
	size_t change_count, change_cap;
	unsigned cut_short; /* attempts in a row that ended without a last line */
};

static void drop_batch(struct feed *feed)
{
	for (size_t i = 0; i < feed->change_count; i++)
		change_finish(&feed->changes[i]);
	feed->change_count = 0;
	feed->begun = feed->ended = false;
	feed->first = (struct feed_line){0};
}

static void feed_free(void *arg)
{
	struct feed *feed = arg;

	drop_batch(feed);
	free(feed->changes);
	environment_finish(&feed->env);
	free(feed);
}

static void feed_tell_state(void *arg, enum feed_state state, const char *why)
{
	struct feed *feed = arg;

	if (state != FEED_STALE)
		feed->failure = ERR_NONE;
	if (feed->ops->state != NULL)
		feed->ops->state(feed->arg, state, why);
}

static bool tell_changed(struct feed *feed)
{
	if (feed->ops->changed == NULL)
		return true;
	feed->stream.telling = true;
	feed->ops->changed(
		feed->arg, &feed->env, feed->changes, feed->change_count, feed->first.full);
	return stream_told(&feed->stream);
}

/* ---- attempts ------------------------------------------------------------------------------------ */

static void note_seen(struct feed *feed)
{
	int64_t seen_ms =
		feed->stream.call != NULL ? client_transfer_last_byte_ms(feed->stream.call) : 0;

	if (seen_ms > feed->last_seen_ms)
		feed->last_seen_ms = seen_ms;
}

/* Gives the attempt up and comes back later. */
static void feed_fail(struct feed *feed, enum err err, const char *why)
{
	feed->failure = err;
	note_seen(feed);
	drop_batch(feed);
	stream_back_off(&feed->stream);
	stream_tell_state(&feed->stream, FEED_STALE, why);
}

static void on_line(void *arg, struct str text);
static void on_done(void *arg, const struct client_response *response);

static void feed_poll(void *arg)
{
	struct feed *feed = arg;
	int silence_ms = feed->stream.client->silence_ms;
	struct strbuf path;

	strbuf_init(&path, 256);
	strbuf_addf(&path, "/v1/changes?tombstones=1&wait=%ds", HOLD_S);
	if (feed->env.epoch[0] != '\0') {
		strbuf_addf(&path, "&since=%" PRId64 "&epoch=", feed->env.revision);
		client_encode(&path, str_of(feed->env.epoch));
	}
	struct transfer_request request = {
		.method = "GET",
		.path = path.data,
		.silence_ms = silence_ms < FIRST_MS ? silence_ms : FIRST_MS,
		.line = on_line,
		.done = on_done,
		.arg = feed,
	};
	drop_batch(feed);
	feed->stream.call = client_transfer_start(feed->stream.client, &request);
	strbuf_finish(&path);
}

/* ---- a batch ------------------------------------------------------------------------------------- */

static void apply_batch(struct feed *feed, int64_t revision)
{
	struct environment fresh;
	struct environment *into = feed->first.full ? &fresh : &feed->env;

	environment_init(&fresh);
	for (size_t i = 0; i < feed->change_count; i++)
		environment_apply(into, &feed->changes[i]);
	if (feed->first.full) {
		environment_finish(&feed->env);
		feed->env = fresh;
	} else {
		environment_finish(&fresh);
	}
	/* Those that came one by one may become more than a full answer has, but not without end. */
	if (feed->env.tombstone_count > (size_t)2 * LIMIT_TOMBSTONES_TOLD)
		environment_forget(
			&feed->env, environment_gone_since(&feed->env, LIMIT_TOMBSTONES_TOLD));
	feed->env.remembers = feed->first.tombstones;
	str_copy(feed->env.epoch, sizeof(feed->env.epoch), str_of(feed->first.epoch));
	feed->env.revision = revision;
}

static void take_first(struct feed *feed, const struct feed_line *line)
{
	bool fits = line->full || (strcmp(line->epoch, feed->env.epoch) == 0 &&
					  line->since == feed->env.revision);

	if (feed->begun || !fits) {
		feed_fail(feed, ERR_FAILED, "the changes feed began in the wrong place");
		return;
	}
	feed->begun = true;
	feed->first = *line;
	feed->stream.call->silence_ms = feed->stream.client->silence_ms;
	/* Nothing to come but what is new: what is shown is the present. */
	if (!line->full)
		stream_tell_state(&feed->stream, FEED_LIVE, NULL);
}

static void take_change(struct feed *feed, struct feed_line *line)
{
	if (feed->begun && !feed->ended && feed->change_count < BATCH_MAX) {
		array_reserve(&feed->changes, &feed->change_cap, feed->change_count + 1,
			sizeof(*feed->changes));
		feed->changes[feed->change_count++] = line->change;
		return;
	}
	change_finish(&line->change);
	feed_fail(feed, ERR_FAILED, "the changes feed had a change in the wrong place");
}

static void take_last(struct feed *feed, const struct feed_line *line)
{
	if (!feed->begun || feed->ended) {
		feed_fail(feed, ERR_FAILED, "the changes feed ended in the wrong place");
		return;
	}
	feed->ended = true;
	feed->cut_short = 0;
	feed->stream.backoff = (struct backoff){0};
	apply_batch(feed, line->revision);
	if (tell_changed(feed))
		stream_tell_state(&feed->stream, FEED_LIVE, NULL);
}

static void on_line(void *arg, struct str text)
{
	struct feed *feed = arg;
	struct feed_line line;
	struct errbuf eb;

	if (wire_read_feed_line(text, &line, &eb) != ERR_NONE)
		feed_fail(feed, ERR_FAILED, eb.text);
	else if (line.kind == FEED_FIRST)
		take_first(feed, &line);
	else if (line.kind == FEED_CHANGE)
		take_change(feed, &line);
	else
		take_last(feed, &line);
}

static void on_done(void *arg, const struct client_response *response)
{
	struct feed *feed = arg;
	bool ended = feed->ended;
	/* A server that does not hold the request must not be asked in a circle. */
	bool at_once = feed->change_count > 0 || feed->first.full || response->seconds > 0.2;

	note_seen(feed);
	feed->stream.call = NULL;
	if (response->err != ERR_NONE)
		feed_fail(feed, response->err, response->eb->text);
	else if (!ended && feed->cut_short++ > 0)
		feed_fail(feed, ERR_FAILED,
			"the control plane ended the changes feed before its last line");
	else if (at_once)
		feed_poll(feed);
	else
		stream_wait(&feed->stream, BACKOFF_FIRST_MS);
}

/* ---- life ---------------------------------------------------------------------------------------- */

struct feed *client_feed(struct client *client, const struct feed_ops *ops, void *arg)
{
	static const struct stream_ops stream_ops = {feed_poll, feed_free, feed_tell_state};
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->ops = ops;
	feed->arg = arg;
	environment_init(&feed->env);
	stream_start(&feed->stream, client, &stream_ops);
	return feed;
}

void feed_cancel(struct feed *feed)
{
	stream_cancel((struct stream *)feed);
}

const struct environment *feed_environment(const struct feed *feed)
{
	return &feed->env;
}

int64_t feed_last_seen_ms(const struct feed *feed)
{
	int64_t seen_ms =
		feed->stream.call != NULL ? client_transfer_last_byte_ms(feed->stream.call) : 0;

	return seen_ms > feed->last_seen_ms ? seen_ms : feed->last_seen_ms;
}

enum err feed_failure(const struct feed *feed)
{
	return feed->failure;
}

void feed_unanswered(struct feed *feed, int64_t began_ms, const char *why)
{
	if (feed->stream.state != FEED_STALE && feed_last_seen_ms(feed) < began_ms)
		feed_fail(feed, ERR_UNREACHABLE, why);
}

void feed_retry(struct feed *feed)
{
	feed->stream.backoff = (struct backoff){0};
	/* A batch that is coming in is not begun anew. */
	if (feed->stream.call != NULL &&
		(feed->stream.telling || feed->first.full || feed->change_count > 0))
		return;
	note_seen(feed);
	client_cancel(feed->stream.call);
	evtimer_del(feed->stream.retry);
	feed_poll(feed);
}
