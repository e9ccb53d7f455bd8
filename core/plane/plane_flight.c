/*
 * The commit pipeline: flights take off against the tentative environment and land in the visible one.
 *
 * Verbs, expiry and health make flights; the store reports them. Invariants: `tentative` is `visible`
 * plus the changes of every flight in the list, in order; what is visible is durable, health aside; a
 * revision below or equal to one that is visible is never given again; when a flight fails, all behind it
 * fail and `tentative` is `visible` again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/model/names.h"
#include "core/plane/internal.h"
#include "core/wire/record.h"

enum {
	CEILING_STEP = 1000,
	TRIM_EVERY = 256, /* events between two trims of the store */
	EVENT_JSON_MAX = 4 << 20, /* two bodies and what is around them */
	RETRY_MS = 500, /* what could not be ended is tried again */
};

static const enum row_kind row_kinds[THING_COUNT] = {
	[THING_SERVICE] = ROW_SERVICE,
	[THING_VERSION] = ROW_VERSION,
	[THING_SESSION] = ROW_SESSION,
	[THING_TOMBSTONE] = ROW_TOMBSTONE,
};

/* ---- making one ---------------------------------------------------------------------------------- */

struct flight *flight_begin(struct plane *plane, const char *actor)
{
	struct flight *flight = xcalloc(1, sizeof(*flight));

	flight->plane = plane;
	str_copy(flight->actor, sizeof(flight->actor), str_of(actor_or_unknown(actor)));
	flight->revision = plane->last_revision;
	batch_init(&flight->batch);
	return flight;
}

static void flight_destroy(struct flight *flight)
{
	batch_finish(&flight->batch);
	for (size_t i = 0; i < flight->change_count; i++)
		change_finish(&flight->changes[i]);
	free(flight->changes);
	for (size_t i = 0; i < flight->event_count; i++)
		event_destroy(flight->events[i]);
	free(flight->events);
	record_unref(thing_type(flight->answer_thing), flight->answer);
	record_unref(&tombstone_type, flight->gone);
	free(flight);
}

static int64_t next_revision(struct flight *flight)
{
	flight->revision = ++flight->plane->last_revision;
	return flight->revision;
}

static struct change *add_change(struct flight *flight)
{
	array_reserve(&flight->changes, &flight->change_cap, flight->change_count + 1,
		sizeof(*flight->changes));
	return &flight->changes[flight->change_count++];
}

static void set_revision(enum thing thing, void *record, int64_t revision)
{
	const struct field *field = record_field(thing_type(thing), STR_LIT("revision"));

	if (field != NULL)
		*(int64_t *)((char *)record + field->offset) = revision;
}

static char *record_json(enum thing thing, const void *record)
{
	const struct record_type *type = thing_type(thing);
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

static struct change *put_change(struct flight *flight, enum thing thing, void *record)
{
	struct change *change = add_change(flight);
	/* A tombstone comes with what it remembers, and goes by itself. */
	int64_t revision = thing == THING_TOMBSTONE ? flight->revision : next_revision(flight);

	set_revision(thing, record, revision);
	change_init(change, thing, record, revision);
	environment_apply(&flight->plane->tentative, change);
	record_unref(thing_type(thing), record);
	return change;
}

void flight_put(struct flight *flight, enum thing thing, void *record)
{
	struct change *change = put_change(flight, thing, record);
	char *json = record_json(thing, change->record);

	expiry_note(flight->plane, thing, change->record);
	batch_put(&flight->batch, row_kinds[thing], change->id, json);
	free(json);
}

void flight_put_volatile(struct flight *flight, enum thing thing, void *record)
{
	put_change(flight, thing, record);
}

void flight_remove(struct flight *flight, enum thing thing, const char *id)
{
	struct change *change = add_change(flight);

	change_init_removed(change, thing, id, next_revision(flight));
	environment_apply(&flight->plane->tentative, change);
	batch_put(&flight->batch, row_kinds[thing], id, NULL);
}

void flight_event(struct flight *flight, enum event_action action, const char *object, char *before,
	char *after)
{
	struct event *event = xcalloc(1, sizeof(*event));

	*event = (struct event){
		.seq = ++flight->plane->events.last_seq,
		.time = flight->plane->now_ms(),
		.actor = xstrdup(flight->actor),
		.action = (int)action,
		.object = xstrdup(object),
		.before = before,
		.after = after,
	};
	array_reserve(&flight->events, &flight->event_cap, flight->event_count + 1,
		sizeof(*flight->events));
	flight->events[flight->event_count++] = event;
}

void flight_answer(struct flight *flight, enum thing thing, void *record, struct tombstone *gone)
{
	flight->answer_thing = thing;
	flight->answer = record != NULL ? record_ref(record) : NULL;
	flight->gone = gone != NULL ? record_ref(gone) : NULL;
}

/* ---- landing ------------------------------------------------------------------------------------- */

static void give_answer(struct flight *flight, enum err err, const struct errbuf *eb)
{
	struct plane_result result = {
		.err = err,
		.eb = err != ERR_NONE ? eb : NULL,
		.record = err == ERR_NONE ? flight->answer : NULL,
		.gone = err == ERR_NONE ? flight->gone : NULL,
		.created = flight->created,
		.service_created = flight->service_created,
		.revision = flight->plane->visible.revision,
	};

	if (flight->done != NULL)
		flight->done(flight->arg, &result);
}

static void make_visible(struct flight *flight)
{
	struct plane *plane = flight->plane;

	for (size_t i = 0; i < flight->change_count; i++) {
		const struct change *change = &flight->changes[i];
		struct version *before = NULL;
		struct str service;
		struct str name;

		if (change->thing == THING_VERSION &&
			name_split_version(str_of(change->id), &service, &name))
			before = environment_version(&plane->visible, service, name);
		if (before != NULL)
			record_ref(before);
		environment_apply(&plane->visible, change);
		feed_add(&plane->feed, change);
		if (change->thing == THING_VERSION)
			health_follow(plane, change, before);
		if (change->thing == THING_SERVICE)
			refused_follow(plane, change);
		record_unref(&version_type, before);
	}
	observers_tell(
		plane, flight->changes, flight->change_count, flight->events, flight->event_count);
}

static void land_first(struct plane *plane)
{
	struct flight *flight = plane->first;

	plane->first = flight->next;
	if (plane->first == NULL)
		plane->last = NULL;
	if (flight->ceiling > plane->ceiling_durable)
		plane->ceiling_durable = flight->ceiling;
	/* The log owns the events from here on, observers are told of them. */
	for (size_t i = 0; i < flight->event_count; i++)
		events_push(&plane->events, flight->events[i]);
	make_visible(flight);
	flight->event_count = 0;
	give_answer(flight, ERR_NONE, NULL);
	flight_destroy(flight);
}

static bool can_land(const struct flight *flight)
{
	return flight != NULL && (flight->durable || !flight->stored);
}

/* An observer or an answer may write again: that only adds to the list. */
static void land(struct plane *plane)
{
	if (plane->landing || !can_land(plane->first))
		return;
	plane->landing = true;
	while (can_land(plane->first))
		land_first(plane);
	plane->landing = false;
	health_landed(plane);
	refused_landed(plane);
}

/* ---- failing ------------------------------------------------------------------------------------- */

/* Answers a flight and frees it, unless the store is still to report it. */
static void drop(struct flight *flight, const struct errbuf *eb)
{
	give_answer(flight, ERR_STORE, eb);
	if (flight->stored && !flight->durable)
		flight->dropped = true;
	else
		flight_destroy(flight);
}

static void drop_list(struct flight *list, const struct errbuf *eb)
{
	while (list != NULL) {
		struct flight *next = list->next;

		drop(list, eb);
		list = next;
	}
}

static void fail_all(struct plane *plane, const struct errbuf *eb)
{
	struct flight *list = plane->first;
	struct errbuf refused;

	err_set(&refused, ERR_STORE, "nothing was changed, because it could not be stored: %s",
		eb != NULL && eb->text[0] != '\0' ? eb->text : "no reason given");
	plane->first = NULL;
	plane->last = NULL;
	environment_finish(&plane->tentative);
	environment_copy(&plane->tentative, &plane->visible);
	plane->ceiling_reserved = plane->ceiling_durable;
	plane->events.last_seq = events_visible_seq(&plane->events);
	expiry_reset(plane, plane->now_ms() + RETRY_MS);
	for (struct flight *flight = list; flight != NULL; flight = flight->next) {
		for (size_t i = 0; i < flight->change_count; i++)
			health_retry(plane, &flight->changes[i]);
	}
	refused_landed(plane);
	drop_list(list, &refused);
}

void flight_drop_all(struct plane *plane)
{
	struct flight *list = plane->first;
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
	struct flight *flight = arg;
	struct plane *plane = flight->plane;

	if (flight->dropped) {
		flight_destroy(flight);
		return;
	}
	/* The store reports in order, and what is not stored lands when it is first. */
	assert(plane->first == flight);
	flight->durable = true;
	if (err == ERR_NONE)
		land(plane);
	else
		fail_all(plane, eb);
}

/* Revisions up to, not including, the ceiling may be given; the next start begins at the ceiling. */
static void reserve_revisions(struct flight *flight)
{
	struct plane *plane = flight->plane;
	struct strbuf text;

	if (flight->change_count == 0 || flight->revision < plane->ceiling_reserved)
		return;
	flight->ceiling = flight->revision + CEILING_STEP;
	plane->ceiling_reserved = flight->ceiling;
	strbuf_init(&text, 64);
	strbuf_add_u64(&text, (unsigned long long)flight->ceiling);
	batch_put(&flight->batch, ROW_META, "revision-ceiling", text.data);
	strbuf_reset(&text);
	strbuf_addf(&text, "\"%s\"", plane->visible.epoch);
	batch_put(&flight->batch, ROW_META, "epoch", text.data);
	strbuf_finish(&text);
}

static void store_events(struct flight *flight)
{
	struct json_writer w;
	struct strbuf out;

	strbuf_init(&out, EVENT_JSON_MAX);
	for (size_t i = 0; i < flight->event_count; i++) {
		struct event *event = flight->events[i];
		char id[ROW_EVENT_ID_SIZE];

		event->revision = flight->revision;
		strbuf_reset(&out);
		json_start(&w, &out);
		wire_write_event(&w, NULL, event);
		assert(strbuf_ok(&out));
		row_event_id(event->seq, id);
		batch_put(&flight->batch, ROW_EVENT, id, out.data);
		if (event->seq % TRIM_EVERY == 0 && event->seq > LIMIT_EVENTS_KEPT)
			flight->batch.trim_events_below = event->seq - LIMIT_EVENTS_KEPT + 1;
	}
	strbuf_finish(&out);
}

void flight_discard(struct flight *flight)
{
	assert(flight->change_count == 0 && flight->event_count == 0);
	flight_destroy(flight);
}

void flight_take_off(struct flight *flight)
{
	struct plane *plane = flight->plane;

	reserve_revisions(flight);
	store_events(flight);
	flight->stored = flight->batch.count > 0;
	if (plane->last == NULL)
		plane->first = flight;
	else
		plane->last->next = flight;
	plane->last = flight;
	if (flight->stored)
		store_commit(plane->store, &flight->batch, on_stored, flight);
	else
		land(plane);
}
