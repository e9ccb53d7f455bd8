/*
 * GET /v1/changes: the feed. A client says which revision it has, and is told what is new as soon as there
 * is something; until then its request is held, headers and first line sent. Whoever cannot be told the
 * difference gets everything.
 *
 * Many clients wait for the same change with the same revision: the lines are made once and sent to all.
 */
#include <stdlib.h>

#include "core/api/exchange.h"
#include "core/api/handlers.h"
#include "core/api/internal.h"
#include "core/api/snapshot.h"
#include "core/base/xalloc.h"
#include "core/plane/plane.h"
#include "core/wire/changes.h"

enum { WAIT_MAX_MS = 60 * 1000, WAKE_AT_ONCE = 256 };

struct feed {
	int64_t since; /* -1: it has nothing */
	char epoch[EPOCH_SIZE];
	int tombstones; /* 1: it wants them too */
	/* Only while everything is sent. */
	struct snapshot *snapshot;
	struct snapshot_cursor walk;
};

static void feed_release(struct exchange *exchange)
{
	struct feed *feed = exchange->state;

	if (feed->snapshot != NULL)
		snapshot_release(feed->snapshot);
	free(feed);
}

static void write_first(struct exchange *exchange, const char *epoch, int64_t since, bool full)
{
	const struct feed *feed = exchange->state;
	struct feed_line line = {.since = since, .full = full, .tombstones = feed->tombstones};

	(void)str_copy(line.epoch, sizeof(line.epoch), str_of(epoch));
	wire_write_feed_first(&exchange->out, &line);
}

/* ---- everything ------------------------------------------------------------------------------------ */

static void full_slice(struct exchange *exchange)
{
	struct feed *feed = exchange->state;

	while (exchange->out.len < EXCHANGE_SLICE) {
		struct change change = {0};
		void *record;

		record = (void *)(uintptr_t)snapshot_cursor_next(&feed->walk, &change.kind);
		if (record == NULL) {
			wire_write_feed_last(&exchange->out, feed->snapshot->env.revision);
			exchange_end(exchange);
			return;
		}
		change.record = record;
		wire_write_feed_change(&exchange->out, &change);
	}
	exchange_flush(exchange);
}

static void full_start(struct exchange *exchange)
{
	struct feed *feed = exchange->state;

	feed->snapshot = snapshot_take(exchange->api);
	snapshot_cursor_start(&feed->walk, &feed->snapshot->env, OBJECT_SERVICE);
	if (feed->tombstones)
		snapshot_cursor_on_to_tombstones(&feed->walk, snapshot_gone_since(feed->snapshot));
	write_first(exchange, feed->snapshot->env.epoch, feed->since < 0 ? 0 : feed->since, true);
	exchange->drained = full_slice;
	exchange_start(exchange, NDJSON_MEDIA_TYPE);
	full_slice(exchange);
}

/* ---- the difference -------------------------------------------------------------------------------- */

/* Where the lines go, and whether tombstones are among them. */
struct telling {
	struct strbuf *out;
	bool tombstones;
};

static void add_line(void *arg, const struct change *change)
{
	const struct telling *telling = arg;

	if (change->kind != OBJECT_TOMBSTONE || telling->tombstones)
		wire_write_feed_change(telling->out, change);
}

/* All lines after the first. False when the difference cannot be told. */
static bool add_changes(struct strbuf *out, const struct plane *plane, const struct feed *feed)
{
	struct telling telling = {out, feed->tombstones};

	if (!plane_changes_since(plane, feed->epoch, feed->since, add_line, &telling))
		return false;
	wire_write_feed_last(out, plane_environment(plane)->revision);
	return strbuf_ok(out);
}

static void feed_timeout(struct exchange *exchange)
{
	const struct feed *feed = exchange->state;

	wire_write_feed_last(&exchange->out, feed->since);
	exchange_end(exchange);
}

static void feed_hold(struct exchange *exchange, int64_t wait_ms)
{
	struct feed *feed = exchange->state;
	struct api *api = exchange->api;

	if (!exchange_hold(exchange))
		return;
	exchange->timeout = feed_timeout;
	exchange->linked = true;
	LIST_INSERT_HEAD(&api->feeds, exchange, link);
	write_first(exchange, feed->epoch, feed->since, false);
	exchange_start(exchange, NDJSON_MEDIA_TYPE);
	exchange_flush(exchange);
	exchange_timer(exchange, wait_ms);
}

/* The lines for all who have waited since one revision. */
struct lines {
	struct strbuf text;
	int64_t since;
};

static struct str lines_for(struct lines *lines, const struct plane *plane, const struct feed *feed)
{
	if (feed->since != lines->since) {
		strbuf_reset(&lines->text);
		lines->since = feed->since;
		/* It has been waiting since that revision, so it is not too old, but may be too much. */
		if (!add_changes(&lines->text, plane, feed))
			strbuf_reset(&lines->text);
	}
	/* Without a last line the client discards the batch and asks again. */
	return strbuf_str(&lines->text);
}

bool changes_wake(struct api *api)
{
	const struct plane *plane = api->options.plane;
	int64_t revision = plane_environment(plane)->revision;
	struct lines lines[2] = {{.since = -1}, {.since = -1}}; /* without and with tombstones */
	unsigned told = 0;
	struct exchange *next;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		strbuf_init(&lines[i].text, EXCHANGE_OUT_MAX);
	for (struct exchange *exchange = LIST_FIRST(&api->feeds); exchange != NULL;
		exchange = next) {
		const struct feed *feed = exchange->state;

		next = LIST_NEXT(exchange, link);
		if (feed->since == revision)
			continue;
		if (told++ == WAKE_AT_ONCE)
			break;
		strbuf_add_str(&exchange->out, lines_for(&lines[feed->tombstones], plane, feed));
		exchange_end(exchange);
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		strbuf_finish(&lines[i].text);
	return told > WAKE_AT_ONCE;
}

void changes_stop(struct api *api)
{
	struct exchange *exchange;

	while ((exchange = LIST_FIRST(&api->feeds)) != NULL)
		feed_timeout(exchange);
}

void changes_get(struct exchange *exchange)
{
	static const char *const switches[] = {"0", "1", NULL};
	const struct plane *plane = exchange->api->options.plane;
	const struct environment *env = plane_environment(plane);
	struct feed *feed = xcalloc(1, sizeof(*feed));
	struct str epoch = query_get(&exchange->query, "epoch");
	int64_t wait_ms = 0;
	struct errbuf eb = {0};

	feed->since = -1;
	exchange->state = feed;
	exchange->release = feed_release;
	if (query_int(&exchange->query, "since", 0, INT64_MAX, &feed->since, &eb) != ERR_NONE ||
		query_duration(&exchange->query, "wait", 0, WAIT_MAX_MS, &wait_ms, &eb) !=
			ERR_NONE ||
		query_choice(&exchange->query, "tombstones", switches, &feed->tombstones, &eb) !=
			ERR_NONE) {
		exchange_fail(exchange, &eb, NULL);
		return;
	}
	(void)str_copy(feed->epoch, sizeof(feed->epoch), epoch);
	if (feed->since == env->revision && str_eq_c(epoch, env->epoch) && wait_ms > 0) {
		feed_hold(exchange, wait_ms);
		return;
	}
	write_first(exchange, env->epoch, feed->since, false);
	if (feed->since < 0 || !str_eq_c(epoch, env->epoch) ||
		!add_changes(&exchange->out, plane, feed)) {
		strbuf_reset(&exchange->out);
		full_start(exchange);
		return;
	}
	exchange_start(exchange, NDJSON_MEDIA_TYPE);
	exchange_end(exchange);
}
