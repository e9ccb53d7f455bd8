/*
 * Writes a pull request: its own fields by their table, its versions by that of versions. Called by the API.
 */
#include "core/wire/pull.h"

#include "core/wire/record.h"

static void write_version(struct json_writer *w, const struct pull_version *entry)
{
	json_object(w, NULL);
	wire_write_fields(w, &version_type, entry->version, 0);
	json_bool(w, "newest", entry->newest);
	json_object_end(w);
}

void wire_write_pull(struct json_writer *w, const char *key, const struct pull *pull)
{
	json_object(w, key);
	wire_write_fields(w, &pull_type, pull, 0);
	json_array(w, "versions");
	for (size_t i = 0; i < pull->version_count; i++)
		write_version(w, &pull->versions[i]);
	json_array_end(w);
	json_array(w, "sessions");
	for (size_t i = 0; i < pull->session_count; i++)
		json_c(w, NULL, pull->sessions[i]->key);
	json_array_end(w);
	json_object_end(w);
}
