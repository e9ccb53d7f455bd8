/*
 * The events that are kept, and the JSON of what an event changed. Landing pushes, the API reads.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/model/schema.h"
#include "core/plane/internal.h"
#include "core/wire/record.h"

void events_init(struct event_log *log)
{
	*log = (struct event_log){.slots = xcalloc(LIMIT_EVENTS_KEPT, sizeof(*log->slots))};
}

void events_finish(struct event_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		event_destroy(log->slots[(log->first + i) % LIMIT_EVENTS_KEPT]);
	free(log->slots);
}

void event_destroy(struct event *event)
{
	if (event == NULL)
		return;
	record_finish(&event_type, event);
	free(event);
}

void events_push(struct event_log *log, struct event *event)
{
	if (log->count == LIMIT_EVENTS_KEPT) {
		event_destroy(log->slots[log->first]);
		log->first = (log->first + 1) % LIMIT_EVENTS_KEPT;
		log->count--;
	}
	log->slots[(log->first + log->count++) % LIMIT_EVENTS_KEPT] = event;
	if (event->seq > log->last_seq)
		log->last_seq = event->seq;
}

static const struct event *newest(const struct event_log *log, size_t back)
{
	return log->slots[(log->first + log->count - 1 - back) % LIMIT_EVENTS_KEPT];
}

int64_t events_visible_seq(const struct event_log *log)
{
	return log->count > 0 ? newest(log, 0)->seq : 0;
}

size_t plane_events(
	const struct plane *plane, int64_t since, const struct event **ret_events, size_t max)
{
	const struct event_log *log = &plane->events;
	size_t count = 0;

	while (count < max && count < log->count && newest(log, count)->seq > since) {
		ret_events[count] = newest(log, count);
		count++;
	}
	return count;
}

int64_t plane_events_last(const struct plane *plane)
{
	return events_visible_seq(&plane->events);
}

/* What no event is made of: what the server counts and measures, and the name, which is the object. */
static uint64_t uninteresting(const struct record_type *type)
{
	return record_mask(type, FIELD_VOLATILE | FIELD_IDENTITY) | record_bit(type, "revision");
}

/* Of a dict only the entries that differ: a session with two hundred pins changes one at a time. */
static void narrow_dicts(const struct record_type *type, void *record, const void *other)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		struct dict *dict = (struct dict *)((char *)record + field->offset);
		const struct dict *than =
			(const struct dict *)((const char *)other + field->offset);

		if (field->type != FIELD_DICT)
			continue;
		for (size_t j = dict->count; j > 0; j--) {
			struct str key = str_of(dict->entries[j - 1].key);
			const char *value = dict_get(than, key);

			if (value != NULL && strcmp(value, dict->entries[j - 1].value) == 0)
				dict_remove(dict, key);
		}
	}
}

/* The fields that say nothing: those that `other` has the same, or that are not set. */
static uint64_t silent_fields(const struct record_type *type, const void *record, const void *other)
{
	uint64_t silent = uninteresting(type);

	for (size_t i = 0; i < type->field_count; i++) {
		uint64_t bit = UINT64_C(1) << i;
		bool same = other != NULL ? record_equal(type, record, other, ~bit)
					  : !field_is_set(&type->fields[i], record);

		if (same)
			silent |= bit;
	}
	return silent;
}

char *event_fields(enum object_kind kind, const void *record, const void *other)
{
	const struct record_type *type = object_type(kind);
	uint64_t silent = silent_fields(type, record, other);
	void *narrow = record_clone(type, record);
	struct json_writer w;
	struct strbuf out;

	if (other != NULL)
		narrow_dicts(type, narrow, other);
	strbuf_init(&out, LIMIT_BODY);
	json_start(&w, &out);
	json_object(&w, NULL);
	wire_write_fields(&w, type, narrow, silent);
	json_object_end(&w);
	assert(strbuf_ok(&out));
	record_unref(type, narrow);
	return strbuf_detach(&out);
}

bool event_worthy(enum object_kind kind, const void *before, const void *after)
{
	const struct record_type *type = object_type(kind);
	uint64_t ignore = uninteresting(type);

	if (record_field(type, STR_LIT("expires_at")) != NULL)
		ignore |= record_bit(type, "expires_at");
	return !record_equal(type, before, after, ignore);
}
