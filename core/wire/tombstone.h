/*
 * What is remembered of a version or session that is gone, as a 410 and a 503 show it and the store
 * keeps it: only the members of its kind. Read back with wire_read_record(&tombstone_type, …, WIRE_TRUST, …).
 */
#ifndef UMBRA_WIRE_TOMBSTONE_H
#define UMBRA_WIRE_TOMBSTONE_H

#include "core/base/json.h"
#include "core/model/tombstone.h"

void wire_write_tombstone(
	struct json_writer *w, const char *key, const struct tombstone *tombstone);

#endif
