/*
 * The live tail: one GET /v1/requests/tail that goes on, after whatever broke it, with the newest record it
 * has passed. The dashboard and `logs -f` read it.
 *
 * `passed` is that record's seq: of the last one delivered, or what a heartbeat said since; the first line
 * is one, so it is known before any record comes. A record at or below it was delivered before and is
 * dropped, so nothing is told twice. A control plane that was killed had not stored its newest records. It reads them
 * from the proxy again and gives them new numbers. So after a break records are compared by id, too.
 */
#include "core/client/client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/xalloc.h"
#include "core/client/stream.h"
#include "core/wire/tail.h"

/* More than a control plane has between two writes of its history. */
enum { RECENT = 4096 };

struct tail_client {
	struct stream stream;
	const struct tail_client_ops *ops;
	void *arg;
	char *filter;
	int64_t passed; /* TAIL_CLIENT_FROM_NOW: not known yet */
	size_t suspects; /* records after a break that are still compared with those before it */
	size_t delivered; /* in all */
	uint64_t recent[RECENT]; /* hashes of the ids of the last ones */
};

static void tail_free(void *arg)
{
	struct tail_client *tail = arg;

	free(tail->filter);
	free(tail);
}

static void tail_tell_state(void *arg, enum feed_state state, const char *why)
{
	struct tail_client *tail = arg;

	if (tail->ops->state != NULL)
		tail->ops->state(tail->arg, state, why);
}

static bool tell_lost(struct tail_client *tail, int64_t count, const char *why)
{
	if (tail->ops->lost == NULL)
		return true;
	tail->stream.telling = true;
	tail->ops->lost(tail->arg, count, why);
	return stream_told(&tail->stream);
}

/* Gives the attempt up and comes back later. */
static void tail_fail(struct tail_client *tail, const char *why)
{
	tail->suspects = RECENT;
	stream_back_off(&tail->stream);
	stream_tell_state(&tail->stream, FEED_STALE, why);
}

/* ---- lines --------------------------------------------------------------------------------------- */

static bool was_delivered(struct tail_client *tail, uint64_t id)
{
	size_t kept = tail->delivered < RECENT ? tail->delivered : RECENT;

	if (tail->suspects == 0)
		return false;
	tail->suspects--;
	for (size_t i = 0; i < kept; i++)
		if (tail->recent[i] == id)
			return true;
	return false;
}

static void take_record(struct tail_client *tail, const struct tail_line *line)
{
	static const uint8_t key[HASH_KEY_BYTES]; /* a collision only drops a line */
	uint64_t id = hash_siphash(key, line->request.id);

	if (line->seq <= tail->passed)
		return;
	tail->passed = line->seq;
	if (tail->ops->record == NULL || (line->request.id.n > 0 && was_delivered(tail, id)))
		return;
	tail->recent[tail->delivered++ % RECENT] = id;
	tail->stream.telling = true;
	tail->ops->record(tail->arg, &line->request);
	stream_told(&tail->stream);
}

static void take_heartbeat(struct tail_client *tail, const struct tail_line *line)
{
	/* Numbers only grow, unless the control plane began with an empty data directory. */
	bool began_anew = line->seq >= 0 && line->seq < tail->passed;

	if (line->seq >= 0)
		tail->passed = line->seq;
	if (began_anew)
		tell_lost(tail, -1, "the control plane counts from 1 again");
}

static void on_line(void *arg, struct str text)
{
	struct tail_client *tail = arg;
	struct tail_line line;
	struct errbuf eb;

	if (wire_read_tail_line(text, &line, &eb) != ERR_NONE) {
		tail_fail(tail, eb.text);
		return;
	}
	tail->stream.backoff = (struct backoff){0};
	if (!stream_tell_state(&tail->stream, FEED_LIVE, NULL))
		goto end;
	if (line.kind == TAIL_RECORD)
		take_record(tail, &line);
	else if (line.kind == TAIL_HEARTBEAT)
		take_heartbeat(tail, &line);
	else
		tell_lost(tail, line.lost, line.why.p);
end:
	cJSON_Delete(line.tree);
}

static void on_done(void *arg, const struct client_response *response)
{
	struct tail_client *tail = arg;

	tail->stream.call = NULL;
	if (response->status == 400 && tail->ops->refused != NULL) {
		tail->stream.telling = true;
		tail->ops->refused(tail->arg, response->eb);
		stream_told(&tail->stream);
	} else if (response->err != ERR_NONE) {
		tail_fail(tail, response->eb->text);
	} else {
		tail_fail(tail, "the control plane ended the tail");
	}
}

/* ---- attempts ------------------------------------------------------------------------------------ */

static void tail_attempt(void *arg)
{
	struct tail_client *tail = arg;
	struct strbuf path;
	size_t filter_len = tail->filter != NULL ? strlen(tail->filter) : 0;

	strbuf_init(&path, 64 + 3 * filter_len);
	strbuf_add_c(&path, "/v1/requests/tail");
	if (tail->passed >= 0)
		strbuf_addf(&path, "?since=%" PRId64, tail->passed);
	if (filter_len > 0) {
		strbuf_add_c(&path, tail->passed >= 0 ? "&filter=" : "?filter=");
		client_encode(&path, str_of(tail->filter));
	}
	struct transfer_request request = {
		.method = "GET",
		.path = path.data,
		.silence_ms = tail->stream.client->silence_ms,
		.gather_ms = tail->stream.client->gather_ms,
		.line = on_line,
		.done = on_done,
		.arg = tail,
	};
	tail->stream.call = client_transfer_start(tail->stream.client, &request);
	strbuf_finish(&path);
}

struct tail_client *client_tail(struct client *client, const char *filter, int64_t since,
	const struct tail_client_ops *ops, void *arg)
{
	static const struct stream_ops stream_ops = {tail_attempt, tail_free, tail_tell_state};
	struct tail_client *tail = xcalloc(1, sizeof(*tail));

	tail->ops = ops;
	tail->arg = arg;
	tail->filter = xstrdup(filter);
	tail->passed = since;
	stream_start(&tail->stream, client, &stream_ops);
	return tail;
}

void tail_client_cancel(struct tail_client *tail)
{
	stream_cancel((struct stream *)tail);
}
