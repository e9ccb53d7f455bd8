/*
 * JSON: a bounded parse into cJSON, and a writer that appends to a strbuf.
 *
 * Reading goes through cJSON. Writing does not build a tree: documents of megabytes are written in
 * slices, and a log line costs no allocation. The writer is a few calls; it places the commas.
 */
#ifndef UMBRA_BASE_JSON_H
#define UMBRA_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"

/*
 * Parses one whole JSON text (RFC 8259): nothing but white space may follow it, no deeper than
 * LIMIT_JSON_DEPTH, strings valid UTF-8 without U+0000. The caller frees with cJSON_Delete.
 * NULL on failure, with ERR_BAD_JSON and the byte position in `eb`.
 */
cJSON *json_parse(struct str text, struct errbuf *eb);

struct json_writer {
	struct strbuf *out; /* borrowed */
	uint32_t depth;
	bool comma; /* the next element wants a comma before it */
};

void json_start(struct json_writer *w, struct strbuf *out);
/* `key` NULL inside an array or at the top. */
void json_object(struct json_writer *w, const char *key);
void json_object_end(struct json_writer *w);
void json_array(struct json_writer *w, const char *key);
void json_array_end(struct json_writer *w);
/*
 * Escaped (RFC 8259 section 7), and with it whatever term_text.h would not show, so that JSON can go to a
 * terminal as it is. Invalid UTF-8 bytes are written as U+FFFD: the output is always valid.
 */
void json_str(struct json_writer *w, const char *key, struct str value);
/* NULL writes null. */
void json_c(struct json_writer *w, const char *key, const char *value);
void json_int(struct json_writer *w, const char *key, int64_t value);
void json_uint(struct json_writer *w, const char *key, uint64_t value);
/* At most three decimals; a value that is not finite is null. */
void json_double(struct json_writer *w, const char *key, double value);
void json_bool(struct json_writer *w, const char *key, bool value);
void json_null(struct json_writer *w, const char *key);
/* RFC 3339, null for 0. */
void json_time(struct json_writer *w, const char *key, int64_t time_ms);
void json_duration(struct json_writer *w, const char *key, int64_t duration_ms);
/* A value that is JSON already. */
void json_raw(struct json_writer *w, const char *key, struct str json);

/* The escaping of json_str alone, quotes included. */
void json_escape(struct strbuf *out, struct str text);

/* Readers of a member: false when absent or of another type. The text is borrowed from the tree. */
bool json_get_str(const cJSON *object, const char *key, struct str *ret_value);
bool json_get_u64(const cJSON *object, const char *key, uint64_t *ret_value);
bool json_get_bool(const cJSON *object, const char *key, bool *ret_value);
bool json_get_double(const cJSON *object, const char *key, double *ret_value);

#endif
