/*
 * How one thing is answered, and how its absence is. Used by services.c, versions.c, sessions.c and
 * write.c, so that a GET and the write before it say the same.
 */
#include "core/api/answer.h"

#include <stdlib.h>

#include "core/api/internal.h"
#include "core/base/mem.h"
#include "core/model/howto.h"
#include "core/model/names.h"
#include "core/plane/plane.h"
#include "core/wire/record.h"
#include "core/wire/tombstone.h"

/* ---- there ----------------------------------------------------------------------------------------- */

int64_t thing_revision(enum thing thing, const void *record)
{
	const struct field *field = record_field(thing_type(thing), STR_LIT("revision"));

	return *(const int64_t *)(const void *)((const char *)record + field->offset);
}

static void howto_of(struct strbuf *out, enum howto howto, const struct entry_point *entry,
	enum thing thing, const void *record)
{
	if (thing == THING_VERSION) {
		const struct version *version = record;

		howto_version(out, howto, entry, str_of(version->service), str_of(version->name),
			STR_LIT("/"));
	} else {
		const struct session *session = record;
		struct str service = {0};

		/* Links need some service: the first that is pinned. Without one there are none. */
		if (session->pins.count > 0)
			service = str_of(session->pins.entries[0].key);
		else if (howto != HOWTO_HEADER && howto != HOWTO_BAGGAGE && howto != HOWTO_COOKIE)
			return;
		howto_session(out, howto, entry, str_of(session->key), service, STR_LIT("/"));
	}
}

static void write_howto(
	struct call *call, struct json_writer *w, enum thing thing, const void *record)
{
	struct strbuf text;

	strbuf_init(&text, 4096);
	json_object(w, "how_to");
	for (int howto = 0; howto < HOWTO_COUNT; howto++) {
		strbuf_reset(&text);
		howto_of(&text, (enum howto)howto, &call->api->options.entry, thing, record);
		if (text.len > 0)
			json_str(w, howto_names[howto], strbuf_str(&text));
	}
	json_object_end(w);
	strbuf_finish(&text);
}

static void write_thing(
	struct call *call, enum thing thing, const void *record, const struct plane_result *written)
{
	struct json_writer w = call_json(call);

	json_object(&w, NULL);
	wire_write_fields(&w, thing_type(thing), record, 0);
	if (written != NULL && written->service_created)
		json_bool(&w, "service_created", true);
	if (written != NULL && written->gone != NULL)
		wire_write_tombstone(&w, "came_back", written->gone);
	if (thing == THING_VERSION || thing == THING_SESSION)
		write_howto(call, &w, thing, record);
	json_object_end(&w);
	call_etag(call, thing_revision(thing, record));
}

void answer_thing(struct call *call, enum thing thing, const void *record)
{
	write_thing(call, thing, record, NULL);
}

void answer_written(struct call *call, enum thing thing, const struct plane_result *written)
{
	write_thing(call, thing, written->record, written);
}

void answer_strip(struct call *call, enum thing thing, const void *current)
{
	const cJSON *given = cJSON_GetObjectItemCaseSensitive(call->body, "how_to");
	struct json_writer w;
	struct strbuf text;
	cJSON *ours;

	if (current == NULL || thing == THING_SERVICE)
		return;
	if (thing == THING_VERSION) {
		cJSON_DeleteItemFromObjectCaseSensitive(call->body, "service_created");
		cJSON_DeleteItemFromObjectCaseSensitive(call->body, "came_back");
	}
	if (given == NULL)
		return;
	strbuf_init(&text, LIMIT_BODY);
	json_start(&w, &text);
	json_object(&w, NULL);
	write_howto(call, &w, thing, current);
	json_object_end(&w);
	ours = json_parse(strbuf_str(&text), NULL);
	if (cJSON_Compare(given, cJSON_GetObjectItemCaseSensitive(ours, "how_to"), true))
		cJSON_DeleteItemFromObjectCaseSensitive(call->body, "how_to");
	cJSON_Delete(ours);
	strbuf_finish(&text);
}

/* ---- not there ------------------------------------------------------------------------------------- */

void answer_missing(struct call *call, const struct missing *missing, const struct errbuf *eb)
{
	const struct call_hints hints = {missing->near, missing->near_count, missing->gone};

	call_fail(call, eb, &hints);
}

void answer_no_service(struct call *call, const char *service)
{
	struct missing missing;
	struct errbuf eb;

	errbuf_clear(&eb);
	(void)missing_service(
		plane_environment(call->api->options.plane), ERR_NOT_FOUND, service, &missing, &eb);
	answer_missing(call, &missing, &eb);
}

void answer_no_version(struct call *call, const char *service, const char *version)
{
	const struct missing_version wanted = {
		service, version, call->api->options.now_ms(), ERR_NOT_FOUND};
	struct missing missing;
	struct errbuf eb;

	errbuf_clear(&eb);
	(void)missing_version(plane_environment(call->api->options.plane), &wanted, &missing, &eb);
	answer_missing(call, &missing, &eb);
}

void answer_no_session(struct call *call, const char *key)
{
	struct missing missing;
	struct errbuf eb;

	errbuf_clear(&eb);
	(void)missing_session(plane_environment(call->api->options.plane), key,
		call->api->options.now_ms(), &missing, &eb);
	answer_missing(call, &missing, &eb);
}
