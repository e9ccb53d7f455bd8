/*
 * The lines of the changes feed, written by the API and read by the client. A line is read by itself;
 * that they come in the right order is the feed's business (core/client).
 */
#include "core/wire/changes.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "core/wire/record.h"
#include "core/wire/tombstone.h"

void wire_write_feed_first(struct strbuf *out, const struct feed_line *line)
{
	struct json_writer w;

	json_start(&w, out);
	json_object(&w, NULL);
	json_c(&w, "epoch", line->epoch);
	json_int(&w, "since", line->since);
	json_bool(&w, "full", line->full);
	if (line->tombstones)
		json_bool(&w, "tombstones", true);
	json_object_end(&w);
	strbuf_add_char(out, '\n');
}

void wire_write_feed_change(struct strbuf *out, const struct change *change)
{
	struct json_writer w;
	const char *noun = object_kind_names[change->kind];

	json_start(&w, out);
	json_object(&w, NULL);
	if (change->kind == OBJECT_TOMBSTONE && change->record != NULL) {
		wire_write_tombstone(&w, noun, change->record);
	} else if (change->record != NULL) {
		wire_write_record(&w, noun, object_type(change->kind), change->record);
	} else {
		json_object(&w, "removed");
		json_c(&w, "kind", noun);
		json_c(&w, "id", change->id);
		json_object_end(&w);
	}
	json_object_end(&w);
	strbuf_add_char(out, '\n');
}

void wire_write_feed_last(struct strbuf *out, int64_t revision)
{
	struct json_writer w;

	json_start(&w, out);
	json_object(&w, NULL);
	json_int(&w, "revision", revision);
	json_object_end(&w);
	strbuf_add_char(out, '\n');
}

static enum err bad_line(struct errbuf *eb, const char *what)
{
	return err_set(eb, ERR_BAD_JSON, "A line of the changes feed has no %s", what);
}

static bool get_revision(const cJSON *object, const char *key, int64_t *ret_revision)
{
	uint64_t value;

	if (!json_get_u64(object, key, &value))
		return false;
	*ret_revision = (int64_t)value;
	return true;
}

static enum err read_first(const cJSON *object, struct feed_line *line, struct errbuf *eb)
{
	struct str epoch;

	line->kind = FEED_FIRST;
	if (!json_get_str(object, "epoch", &epoch) || epoch.n == 0 ||
		!str_copy(line->epoch, sizeof(line->epoch), epoch))
		return bad_line(eb, "epoch");
	if (!get_revision(object, "since", &line->since))
		return bad_line(eb, "since");
	if (!json_get_bool(object, "full", &line->full))
		return bad_line(eb, "full");
	/* Absent where nobody asked for them. */
	(void)json_get_bool(object, "tombstones", &line->tombstones);
	return ERR_NONE;
}

static enum err read_removed(const cJSON *removed, struct feed_line *line, struct errbuf *eb)
{
	struct str kind, id;

	if (!json_get_str(removed, "kind", &kind) || !json_get_str(removed, "id", &id))
		return bad_line(eb, "kind and id of what was removed");
	for (int i = 0; i < OBJECT_COUNT; i++) {
		if (!str_eq_c(kind, object_kind_names[i]))
			continue;
		change_init_removed(&line->change, (enum object_kind)i, id.p, 0);
		return ERR_NONE;
	}
	return bad_line(eb, "known kind of what was removed");
}

/* The names that make a record's id: without them there is no place for it. */
static bool has_identity(enum object_kind kind, const void *record)
{
	const struct record_type *type = object_type(kind);

	if (kind == OBJECT_TOMBSTONE)
		return ((const struct tombstone *)record)->id != NULL;
	for (size_t i = 0; i < type->field_count; i++)
		if ((type->fields[i].flags & FIELD_IDENTITY) != 0 &&
			!field_is_set(&type->fields[i], record))
			return false;
	return true;
}

static enum err read_put(
	enum object_kind kind, const cJSON *object, struct feed_line *line, struct errbuf *eb)
{
	const struct record_type *type = object_type(kind);
	void *record = record_create(type);
	int64_t revision = 0;
	enum err err = wire_read_record(type, object, WIRE_TRUST, record, NULL, eb);

	if (err != ERR_NONE) {
		/* It was finished and holds nothing. */
		free(record);
		return err;
	}
	if (!has_identity(kind, record)) {
		record_unref(type, record);
		return bad_line(eb, "name");
	}
	get_revision(object, "revision", &revision);
	change_init(&line->change, kind, record, revision);
	record_unref(type, record);
	return ERR_NONE;
}

static enum err read_line(const cJSON *tree, struct feed_line *line, struct errbuf *eb)
{
	const cJSON *removed = cJSON_GetObjectItemCaseSensitive(tree, "removed");

	if (cJSON_GetObjectItemCaseSensitive(tree, "epoch") != NULL)
		return read_first(tree, line, eb);
	line->kind = FEED_LAST;
	if (get_revision(tree, "revision", &line->revision))
		return ERR_NONE;
	line->kind = FEED_CHANGE;
	if (removed != NULL)
		return read_removed(removed, line, eb);
	for (int i = 0; i < OBJECT_COUNT; i++) {
		const cJSON *object = cJSON_GetObjectItemCaseSensitive(tree, object_kind_names[i]);
		if (object != NULL)
			return read_put((enum object_kind)i, object, line, eb);
	}
	return bad_line(eb, "member that is known");
}

enum err wire_read_feed_line(struct str text, struct feed_line *ret_line, struct errbuf *eb)
{
	struct feed_line line = {.kind = FEED_LAST};
	cJSON *tree = json_parse(text, eb);

	if (tree == NULL)
		return ERR_BAD_JSON;
	enum err err = read_line(tree, &line, eb);
	cJSON_Delete(tree);
	if (err == ERR_NONE)
		*ret_line = line;
	return err;
}
