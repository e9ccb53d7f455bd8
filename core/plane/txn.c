/*
 * The commit pipeline: txns take off against the pending environment and apply in the visible one.
 *
 * Verbs, expiry and health make txns; the store reports them. Invariants: `pending` is `visible`
 * plus the changes of every txn in the list, in order; what is visible is durable, health aside; a
 * revision below or equal to one that is visible is never given again; when a txn fails, all behind it
 * fail, and `pending` and the last revision are the visible ones again.
 */
#include <assert.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/plane/internal.h"
#include "core/wire/record.h"

enum {
	CEILING_STEP = 1000,
	TRIM_EVERY = 256, /* events between two trims of the store */
	EVENT_JSON_MAX = 4 << 20, /* two bodies and what is around them */
	RETRY_MS = 500, /* what could not be stored, and nobody asked for, is tried again */
};

static const enum row_kind row_kinds[OBJECT_COUNT] = {
	[OBJECT_SERVICE] = ROW_SERVICE,
	[OBJECT_VERSION] = ROW_VERSION,
	[OBJECT_SESSION] = ROW_SESSION,
	[OBJECT_TOMBSTONE] = ROW_TOMBSTONE,
};

static const struct txn_hook *const hooks[] = {&expiry_hook, &health_hook, &refused_hook};

/* ---- making one ---------------------------------------------------------------------------------- */

struct txn *txn_begin(struct plane *plane, const char *actor)
{
	struct txn *txn = xcalloc(1, sizeof(*txn));

	txn->plane = plane;
	str_copy(txn->actor, sizeof(txn->actor), str_of(actor_or_unknown(actor)));
	txn->revision = plane->last_revision;
	batch_init(&txn->batch);
	return txn;
}

static void txn_destroy(struct txn *txn)
{
	batch_finish(&txn->batch);
	for (size_t i = 0; i < txn->change_count; i++)
		change_finish(&txn->changes[i]);
	free(txn->changes);
	for (size_t i = 0; i < txn->event_count; i++)
		event_destroy(txn->events[i]);
	free(txn->events);
	record_unref(object_type(txn->respond_object), txn->answer);
	record_unref(&tombstone_type, txn->gone);
	free(txn->replaced);
	free(txn);
}

static int64_t next_revision(struct txn *txn)
{
	txn->revision = ++txn->plane->last_revision;
	return txn->revision;
}

static struct change *add_change(struct txn *txn)
{
	array_reserve(
		&txn->changes, &txn->change_cap, txn->change_count + 1, sizeof(*txn->changes));
	return &txn->changes[txn->change_count++];
}

static void set_revision(enum object_kind kind, void *record, int64_t revision)
{
	const struct field *field = record_field(object_type(kind), STR_LIT("revision"));

	if (field != NULL)
		*(int64_t *)((char *)record + field->offset) = revision;
}

static char *record_json(enum object_kind kind, const void *record)
{
	const struct record_type *type = object_type(kind);
	struct json_writer w;
	struct strbuf out;

	strbuf_init(&out, LIMIT_BODY);
	json_start(&w, &out);
	json_object(&w, NULL);
	wire_write_fields(&w, type, record, record_mask(type, FIELD_VOLATILE));
	json_object_end(&w);
	assert(strbuf_ok(&out));
	return strbuf_detach(&out);
}

static struct change *put_change(struct txn *txn, enum object_kind kind, void *record)
{
	struct change *change = add_change(txn);
	/* A tombstone comes with what it remembers, and goes by itself. */
	int64_t revision = kind == OBJECT_TOMBSTONE ? txn->revision : next_revision(txn);

	set_revision(kind, record, revision);
	change_init(change, kind, record, revision);
	environment_apply(&txn->plane->pending, change);
	record_unref(object_type(kind), record);
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
		if (hooks[i]->added != NULL)
			hooks[i]->added(txn->plane, change);
	return change;
}

void txn_put(struct txn *txn, enum object_kind kind, void *record)
{
	struct change *change = put_change(txn, kind, record);
	char *json = record_json(kind, change->record);

	batch_put(&txn->batch, row_kinds[kind], change->id, json);
	free(json);
}

void txn_put_volatile(struct txn *txn, enum object_kind kind, void *record)
{
	put_change(txn, kind, record);
}

void txn_remove(struct txn *txn, enum object_kind kind, const char *id)
{
	struct change *change = add_change(txn);

	change_init_removed(change, kind, id, next_revision(txn));
	environment_apply(&txn->plane->pending, change);
	batch_put(&txn->batch, row_kinds[kind], id, NULL);
}

void txn_event(
	struct txn *txn, enum event_action action, const char *object, char *before, char *after)
{
	struct event *event = xcalloc(1, sizeof(*event));

	*event = (struct event){
		.seq = ++txn->plane->events.last_seq,
		.time = txn->plane->now_ms(),
		.actor = xstrdup(txn->actor),
		.action = (int)action,
		.object = xstrdup(object),
		.before = before,
		.after = after,
	};
	array_reserve(&txn->events, &txn->event_cap, txn->event_count + 1, sizeof(*txn->events));
	txn->events[txn->event_count++] = event;
}

void txn_answer(struct txn *txn, enum object_kind kind, void *record, struct tombstone *gone)
{
	txn->respond_object = kind;
	txn->answer = record != NULL ? record_ref(record) : NULL;
	txn->gone = gone != NULL ? record_ref(gone) : NULL;
}

/* ---- applying ------------------------------------------------------------------------------------- */

static void give_answer(struct txn *txn, enum err err, const struct errbuf *eb)
{
	struct plane_result result = {
		.err = err,
		.eb = err != ERR_NONE ? eb : NULL,
		.record = err == ERR_NONE ? txn->answer : NULL,
		.gone = err == ERR_NONE ? txn->gone : NULL,
		.created = txn->created,
		.service_created = txn->service_created,
		.replaced = txn->replaced,
		.revision = txn->plane->committed.revision,
	};

	if (txn->done != NULL)
		txn->done(txn->arg, &result);
}

static void make_visible(struct txn *txn)
{
	struct plane *plane = txn->plane;

	for (size_t i = 0; i < txn->change_count; i++) {
		const struct change *change = &txn->changes[i];

		environment_apply(&plane->committed, change);
		change_log_add(&plane->feed, change);
		for (size_t h = 0; h < ARRAY_LEN(hooks); h++)
			if (hooks[h]->committed != NULL)
				hooks[h]->committed(plane, change);
	}
	observers_tell(plane, txn->changes, txn->change_count, txn->events, txn->event_count);
}

static void land_first(struct plane *plane)
{
	struct txn *txn = plane->first;

	plane->first = txn->next;
	if (plane->first == NULL)
		plane->last = NULL;
	if (txn->ceiling > plane->ceiling_durable)
		plane->ceiling_durable = txn->ceiling;
	/* The log owns the events from here on, observers are told of them. */
	for (size_t i = 0; i < txn->event_count; i++)
		events_push(&plane->events, txn->events[i]);
	make_visible(txn);
	txn->event_count = 0;
	give_answer(txn, ERR_NONE, NULL);
	txn_destroy(txn);
}

static bool can_land(const struct txn *txn)
{
	return txn != NULL && (txn->durable || !txn->stored);
}

/* An observer or an answer may write again: that only adds to the list. */
static void apply(struct plane *plane)
{
	if (plane->applying || !can_land(plane->first))
		return;
	plane->applying = true;
	while (can_land(plane->first))
		land_first(plane);
	plane->applying = false;
	reports_resume(plane);
}

/* ---- failing ------------------------------------------------------------------------------------- */

/* Answers a txn and frees it, unless the store is still to report it. */
static void drop(struct txn *txn, const struct errbuf *eb)
{
	give_answer(txn, ERR_STORE, eb);
	if (txn->stored && !txn->durable)
		txn->dropped = true;
	else
		txn_destroy(txn);
}

/* What has happened, whether it is stored or not. What stands behind a change that is tried again may be of that. */
static void tell_unstored(const struct txn *list)
{
	for (const struct txn *txn = list; txn != NULL; txn = txn->next) {
		if (txn->done != NULL)
			continue; /* it is answered that it has not happened */
		if (txn->change_count > 0)
			return;
		for (size_t i = 0; i < txn->event_count; i++)
			observers_tell_unstored(txn->plane, txn->events[i]);
	}
}

static void drop_list(struct txn *list, const struct errbuf *eb)
{
	while (list != NULL) {
		struct txn *next = list->next;

		drop(list, eb);
		list = next;
	}
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	reports_resume(arg);
}

bool txn_init(struct plane *plane)
{
	plane->retry_timer = evtimer_new(plane->base, on_retry, plane);
	return plane->retry_timer != NULL;
}

void txn_finish(struct plane *plane)
{
	if (plane->retry_timer != NULL)
		event_free(plane->retry_timer);
}

bool txn_is_pausing(const struct plane *plane)
{
	return evtimer_pending(plane->retry_timer, NULL) != 0;
}

static bool is_reported(struct plane *plane, const struct change *change)
{
	bool reported = false;

	for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
		if (hooks[i]->aborted != NULL && hooks[i]->aborted(plane, change))
			reported = true;
	return reported;
}

/*
 * What the agent said and a failed txn held is said again: after a pause where the store itself failed, at once where
 * the txn only stood behind such a one.
 */
static void retry(struct plane *plane, const struct txn *list)
{
	const struct timeval pause = time_wait_ms(RETRY_MS);

	for (const struct txn *txn = list; txn != NULL; txn = txn->next)
		for (size_t i = 0; i < txn->change_count; i++)
			if (is_reported(plane, &txn->changes[i]) && txn->stored &&
				!txn_is_pausing(plane))
				evtimer_add(plane->retry_timer, &pause);
	if (!txn_is_pausing(plane))
		reports_resume(plane);
}

static void fail_all(struct plane *plane, const struct errbuf *eb)
{
	struct txn *list = plane->first;
	struct errbuf refused;

	err_set(&refused, ERR_STORE, "nothing was changed, because it could not be stored: %s",
		eb != NULL && eb->text[0] != '\0' ? eb->text : "no reason given");
	plane->first = NULL;
	plane->last = NULL;
	environment_finish(&plane->pending);
	environment_copy(&plane->pending, &plane->committed);
	plane->last_revision = plane->committed.revision;
	plane->ceiling_reserved = plane->ceiling_durable;
	plane->events.last_seq = events_visible_seq(&plane->events);
	expiry_reset(plane, plane->now_ms() + RETRY_MS);
	retry(plane, list);
	tell_unstored(list);
	drop_list(list, &refused);
}

void txn_drop_all(struct plane *plane)
{
	struct txn *list = plane->first;
	struct errbuf stopping;

	err_set(&stopping, ERR_STORE,
		"the control plane is stopping; look after its start whether this was done");
	plane->first = NULL;
	plane->last = NULL;
	drop_list(list, &stopping);
}

/* ---- taking off ---------------------------------------------------------------------------------- */

static void on_stored(void *arg, enum err err, const struct errbuf *eb)
{
	struct txn *txn = arg;
	struct plane *plane = txn->plane;

	if (txn->dropped) {
		txn_destroy(txn);
		return;
	}
	/* The store reports in order, and what is not stored is applied when it is first. */
	assert(plane->first == txn);
	txn->durable = true;
	if (err == ERR_NONE)
		apply(plane);
	else
		fail_all(plane, eb);
}

/* Revisions up to, not including, the ceiling may be given; the next start begins at the ceiling. */
static void reserve_revisions(struct txn *txn)
{
	struct plane *plane = txn->plane;
	struct strbuf text;

	if (txn->change_count == 0 || txn->revision < plane->ceiling_reserved)
		return;
	txn->ceiling = txn->revision + CEILING_STEP;
	plane->ceiling_reserved = txn->ceiling;
	strbuf_init(&text, 64);
	strbuf_add_u64(&text, (unsigned long long)txn->ceiling);
	batch_put(&txn->batch, ROW_META, "revision-ceiling", text.data);
	strbuf_reset(&text);
	strbuf_addf(&text, "\"%s\"", plane->committed.epoch);
	batch_put(&txn->batch, ROW_META, "epoch", text.data);
	strbuf_finish(&text);
}

static void store_events(struct txn *txn)
{
	struct json_writer w;
	struct strbuf out;

	strbuf_init(&out, EVENT_JSON_MAX);
	for (size_t i = 0; i < txn->event_count; i++) {
		struct event *event = txn->events[i];
		char id[ROW_EVENT_ID_SIZE];

		event->revision = txn->revision;
		strbuf_reset(&out);
		json_start(&w, &out);
		wire_write_event(&w, NULL, event);
		assert(strbuf_ok(&out));
		row_event_id(event->seq, id);
		batch_put(&txn->batch, ROW_EVENT, id, out.data);
		if (event->seq % TRIM_EVERY == 0 && event->seq > LIMIT_EVENTS_KEPT)
			txn->batch.trim_events_below = event->seq - LIMIT_EVENTS_KEPT + 1;
	}
	strbuf_finish(&out);
}

void txn_discard(struct txn *txn)
{
	assert(txn->change_count == 0 && txn->event_count == 0);
	txn_destroy(txn);
}

void txn_commit(struct txn *txn)
{
	struct plane *plane = txn->plane;

	reserve_revisions(txn);
	store_events(txn);
	txn->stored = txn->batch.count > 0;
	if (plane->last == NULL)
		plane->first = txn;
	else
		plane->last->next = txn;
	plane->last = txn;
	if (txn->stored)
		store_commit(plane->store, &txn->batch, on_stored, txn);
	else
		apply(plane);
}
