/*
 * How one thing is answered, and how its absence is. Used by services.c, versions.c, sessions.c and
 * mutation.c, so that a GET and the write before it say the same.
 */
#include "core/api/respond.h"

#include <stdlib.h>

#include "core/api/internal.h"
#include "core/model/decision.h"
#include "core/model/access_forms.h"
#include "core/plane/plane.h"
#include "core/traffic/traffic.h"
#include "core/wire/record.h"
#include "core/wire/tombstone.h"

/* ---- there ----------------------------------------------------------------------------------------- */

static int64_t object_revision(enum object_kind kind, const void *record)
{
	const struct field *field = record_field(object_type(kind), STR_LIT("revision"));

	return *(const int64_t *)(const void *)((const char *)record + field->offset);
}

const char *respond_entrance(const struct api *api)
{
	const char *entrance = traffic_entrance(api->options.traffic);

	return environment_service(plane_environment(api->options.plane), str_of(entrance))
		       ? entrance
		       : NULL;
}

/* A session's link leads where requests come in; when that is not known, to the first service it pins. */
static void howto_of(struct strbuf *out, enum access_form howto, const struct api *api,
	enum object_kind kind, const void *record)
{
	const struct entry_point *entry = &api->options.entry;

	if (kind == OBJECT_VERSION) {
		const struct version *version = record;

		access_version(out, howto, entry, str_of(version->service), str_of(version->name),
			STR_LIT("/"));
	} else {
		const struct session *session = record;
		struct str service = str_of(respond_entrance(api));

		if (service.p == NULL && session->pins.count > 0)
			service = str_of(session->pins.entries[0].key);
		if (service.p == NULL && howto != ACCESS_HEADER && howto != ACCESS_BAGGAGE &&
			howto != ACCESS_COOKIE)
			return;
		access_session(out, howto, entry, str_of(session->key), service, STR_LIT("/"));
	}
}

static void write_howto(
	struct exchange *exchange, struct json_writer *w, enum object_kind kind, const void *record)
{
	struct strbuf text;

	strbuf_init(&text, 4096);
	json_object(w, "how_to");
	for (int howto = 0; howto < ACCESS_COUNT; howto++) {
		strbuf_reset(&text);
		howto_of(&text, (enum access_form)howto, exchange->api, kind, record);
		if (text.len > 0)
			json_str(w, access_names[howto], strbuf_str(&text));
	}
	json_object_end(w);
	strbuf_finish(&text);
}

/* Pins that are not followed now, or not for as long as the session lives. */
static void write_warnings(
	struct exchange *exchange, struct json_writer *w, const struct session *session)
{
	const struct environment *env = plane_environment(exchange->api->options.plane);
	struct decision decision;
	struct strbuf text;
	bool any = false;

	strbuf_init(&text, 2048);
	for (size_t i = 0; i < session->pins.count; i++) {
		decide_session(env, session,
			environment_service(env, str_of(session->pins.entries[i].key)), &decision);
		strbuf_reset(&text);
		if (!decision_say_unserved(&text, env, &decision) &&
			!decision_say_expiry(&text, &decision, exchange->api->options.now_ms()))
			continue;
		if (!any)
			json_array(w, "warnings");
		any = true;
		json_str(w, NULL, strbuf_str(&text));
	}
	if (any)
		json_array_end(w);
	strbuf_finish(&text);
}

static void write_object(struct exchange *exchange, enum object_kind kind, const void *record,
	const struct plane_result *written)
{
	struct json_writer w = exchange_json(exchange);

	json_object(&w, NULL);
	wire_write_fields(&w, object_type(kind), record, 0);
	if (written != NULL && written->service_created)
		json_bool(&w, "service_created", true);
	if (written != NULL && written->gone != NULL)
		wire_write_tombstone(&w, "came_back", written->gone);
	if (written != NULL && written->replaced != NULL)
		json_raw(&w, "replaced", str_of(written->replaced));
	if (written != NULL && kind == OBJECT_SESSION)
		write_warnings(exchange, &w, record);
	if (kind == OBJECT_VERSION || kind == OBJECT_SESSION)
		write_howto(exchange, &w, kind, record);
	json_object_end(&w);
	exchange_etag(exchange, object_revision(kind, record));
}

void respond_object(struct exchange *exchange, enum object_kind kind, const void *record)
{
	write_object(exchange, kind, record, NULL);
}

void respond_written(
	struct exchange *exchange, enum object_kind kind, const struct plane_result *written)
{
	write_object(exchange, kind, written->record, written);
}

void respond_strip(struct exchange *exchange, enum object_kind kind, const void *current)
{
	const cJSON *given = cJSON_GetObjectItemCaseSensitive(exchange->body, "how_to");
	struct json_writer w;
	struct strbuf text;
	cJSON *ours;

	if (current == NULL || kind == OBJECT_SERVICE)
		return;
	if (kind == OBJECT_VERSION) {
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "service_created");
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "came_back");
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "replaced");
	}
	/* Where a session's links lead depends on the traffic, so what was read may be other by now. */
	if (kind == OBJECT_SESSION) {
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "warnings");
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "how_to");
		return;
	}
	if (given == NULL)
		return;
	strbuf_init(&text, LIMIT_BODY);
	json_start(&w, &text);
	json_object(&w, NULL);
	write_howto(exchange, &w, kind, current);
	json_object_end(&w);
	ours = json_parse(strbuf_str(&text), NULL);
	if (cJSON_Compare(given, cJSON_GetObjectItemCaseSensitive(ours, "how_to"), true))
		cJSON_DeleteItemFromObjectCaseSensitive(exchange->body, "how_to");
	cJSON_Delete(ours);
	strbuf_finish(&text);
}

/* ---- not there ------------------------------------------------------------------------------------- */

void respond_missing(
	struct exchange *exchange, const struct not_found *missing, const struct errbuf *eb)
{
	const struct exchange_hints hints = {missing->near, missing->near_count, missing->gone};

	exchange_fail(exchange, eb, &hints);
}

void respond_no_service(struct exchange *exchange, const char *service)
{
	struct not_found missing;
	struct errbuf eb = {0};

	(void)not_found_service(plane_environment(exchange->api->options.plane), ERR_NOT_FOUND,
		service, &missing, &eb);
	respond_missing(exchange, &missing, &eb);
}

void respond_no_version(struct exchange *exchange, const char *service, const char *version)
{
	const struct not_found_version wanted = {
		service, version, exchange->api->options.now_ms(), ERR_NOT_FOUND};
	struct not_found missing;
	struct errbuf eb = {0};

	(void)not_found_version(
		plane_environment(exchange->api->options.plane), &wanted, &missing, &eb);
	respond_missing(exchange, &missing, &eb);
}

void respond_no_session(struct exchange *exchange, const char *key)
{
	struct not_found missing;
	struct errbuf eb = {0};

	(void)not_found_session(plane_environment(exchange->api->options.plane), key,
		exchange->api->options.now_ms(), &missing, &eb);
	respond_missing(exchange, &missing, &eb);
}
