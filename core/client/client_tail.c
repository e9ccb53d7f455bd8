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
#include "core/base/random.h"
#include "core/client/backoff.h"
#include "core/client/transfer.h"
#include "core/wire/tail.h"

/* More than a control plane has between two writes of its history. */
enum { RECENT = 4096 };

struct tail_client {
	struct client_part part;
	struct client *client;
	const struct tail_client_ops *ops;
	void *arg;
	char *filter;
	int64_t passed; /* TAIL_CLIENT_FROM_NOW: not known yet */
	struct client_transfer *call; /* NULL between attempts */
	struct event *retry;
	struct backoff backoff;
	enum feed_state state;
	char why[sizeof(((struct errbuf *)NULL)->text)];
	bool telling; /* inside a callback of the user */
	bool cancelled; /* by it */
	size_t suspects; /* records after a break that are still compared with those before it */
	size_t delivered; /* in all */
	uint64_t recent[RECENT]; /* hashes of the ids of the last ones */
};

static void tail_free(struct tail_client *tail)
{
	event_free(tail->retry);
	free(tail->filter);
	free(tail);
}

/* Telling the user may end the tail: after it, false means that it is gone. */
static bool told(struct tail_client *tail)
{
	tail->telling = false;
	if (!tail->cancelled)
		return true;
	tail_free(tail);
	return false;
}

static bool tell_state(struct tail_client *tail, enum feed_state state, const char *why)
{
	const char *text = why != NULL ? why : "";

	if (tail->state == state && strcmp(tail->why, text) == 0)
		return true;
	tail->state = state;
	str_copy(tail->why, sizeof(tail->why), str_of(text));
	if (tail->ops->state == NULL)
		return true;
	tail->telling = true;
	tail->ops->state(tail->arg, state, why != NULL ? tail->why : NULL);
	return told(tail);
}

static bool tell_lost(struct tail_client *tail, int64_t count, const char *why)
{
	if (tail->ops->lost == NULL)
		return true;
	tail->telling = true;
	tail->ops->lost(tail->arg, count, why);
	return told(tail);
}

/* Gives the attempt up and comes back later. */
static void tail_fail(struct tail_client *tail, const char *why)
{
	int wait_ms = backoff_next_ms(&tail->backoff, random_u64());
	struct timeval wait = timeval_of(wait_ms);

	client_cancel(tail->call);
	tail->call = NULL;
	tail->suspects = RECENT;
	evtimer_add(tail->retry, &wait);
	tell_state(tail, FEED_STALE, why);
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
	tail->telling = true;
	tail->ops->record(tail->arg, &line->request);
	told(tail);
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
	tail->backoff = (struct backoff){0};
	if (!tell_state(tail, FEED_LIVE, NULL))
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

	tail->call = NULL;
	if (response->status == 400 && tail->ops->refused != NULL) {
		tail->telling = true;
		tail->ops->refused(tail->arg, response->eb);
		told(tail);
	} else if (response->err != ERR_NONE) {
		tail_fail(tail, response->eb->text);
	} else {
		tail_fail(tail, "the control plane ended the tail");
	}
}

/* ---- attempts ------------------------------------------------------------------------------------ */

static void tail_start(struct tail_client *tail)
{
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
		.silence_ms = tail->client->silence_ms,
		.gather_ms = tail->client->gather_ms,
		.line = on_line,
		.done = on_done,
		.arg = tail,
	};
	tail->call = client_transfer_start(tail->client, &request);
	strbuf_finish(&path);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tail_start(arg);
}

static void destroy_part(struct client_part *part)
{
	tail_client_cancel((struct tail_client *)part);
}

struct tail_client *client_tail(struct client *client, const char *filter, int64_t since,
	const struct tail_client_ops *ops, void *arg)
{
	struct tail_client *tail = xcalloc(1, sizeof(*tail));

	tail->part.destroy = destroy_part;
	tail->client = client;
	tail->ops = ops;
	tail->arg = arg;
	tail->filter = xstrdup(filter);
	tail->passed = since;
	tail->retry = evtimer_new(client->base, on_retry, tail);
	if (tail->retry == NULL)
		abort();
	TAILQ_INSERT_TAIL(&client->parts, &tail->part, link);
	tail_start(tail);
	return tail;
}

void tail_client_cancel(struct tail_client *tail)
{
	if (tail == NULL || tail->cancelled)
		return;
	tail->cancelled = true;
	TAILQ_REMOVE(&tail->client->parts, &tail->part, link);
	client_cancel(tail->call);
	tail->call = NULL;
	evtimer_del(tail->retry);
	if (!tail->telling)
		tail_free(tail);
}
