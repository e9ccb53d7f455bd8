/*
 * Bodies that are no record: a few fields, checked by a table of their own in the manner of
 * wire_read_record (unknown fields by name, types, what is required).
 */
#ifndef UMBRA_API_BODY_SCHEMA_H
#define UMBRA_API_BODY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "core/base/err.h"

enum body_type {
	BODY_VERSION, /* a version's name */
	BODY_BOOL,
};

struct body_field {
	const char *name;
	enum body_type type;
	bool required;
};

enum err body_check(
	const cJSON *body, const struct body_field *fields, size_t count, struct errbuf *eb);

#endif
