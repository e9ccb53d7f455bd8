/*
 * Tombstones as JSON. The record has the members of both kinds; a version has no policy, and a reader
 * must not take the default for one.
 */
#include "core/wire/tombstone.h"

#include "core/wire/record.h"

void wire_write_tombstone(struct json_writer *w, const char *key, const struct tombstone *tombstone)
{
	uint64_t of_session =
		record_bit(&tombstone_type, "policy") | record_bit(&tombstone_type, "owner");

	json_object(w, key);
	wire_write_fields(
		w, &tombstone_type, tombstone, tombstone->kind == GONE_VERSION ? of_session : 0);
	json_object_end(w);
}
