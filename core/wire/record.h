/*
 * Any record <-> JSON, driven by its field table. Server, client and stores use the same functions.
 */
#ifndef UMBRA_WIRE_RECORD_H
#define UMBRA_WIRE_RECORD_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/model/event.h"
#include "core/model/schema.h"
#include "core/model/request.h"

enum wire_mode {
	WIRE_PUT, /* from a client: required fields must be there, read-only ones are refused (but see wire_read_change) */
	WIRE_PATCH, /* from a client, RFC 7396: null clears, dicts carry NULL values for removed keys */
	WIRE_TRUST, /* from our own server or store: unknown fields are skipped, bounds still hold */
};

/*
 * Reads `object` into a zeroed `record`; ret_present has a bit for each field that was there (null
 * included). On failure the record is finished (all fields freed) and `eb` names the field and what is
 * expected; an unknown field comes with the nearest known name.
 */
enum err wire_read_record(const struct record_type *type, const cJSON *object, enum wire_mode mode,
	void *record, uint64_t *ret_present, struct errbuf *eb);

/*
 * The same for a client that sends back what it read, for a change of `current` (NULL: there is none): a
 * read-only field is no mistake while its value is that of `current`, and is left out of what was present;
 * so is that one of ttl and expires_at that it has left as it was.
 */
enum err wire_read_change(const struct record_type *type, const cJSON *object, enum wire_mode mode,
	const void *current, void *record, uint64_t *ret_present, struct errbuf *eb);

/* Writes the fields (not the braces): json_object(); wire_write_fields(); json_object_end(). Fields in `skip` are left out. */
void wire_write_fields(
	struct json_writer *w, const struct record_type *type, const void *record, uint64_t skip);
/* The whole object, under `key` (may be NULL). */
void wire_write_record(
	struct json_writer *w, const char *key, const struct record_type *type, const void *record);

/* A request record's JSON line has `carriers` as a list and enums as words; views into `object`. */
void wire_write_request(struct json_writer *w, const char *key, const struct request *request);
enum err wire_read_request(const cJSON *object, struct request *ret_request, struct errbuf *eb);

/* An event's `before` and `after` are JSON values on the wire, text in the record. */
void wire_write_event(struct json_writer *w, const char *key, const struct event *event);
enum err wire_read_event(const cJSON *object, struct event *ret_event, struct errbuf *eb);

#endif
