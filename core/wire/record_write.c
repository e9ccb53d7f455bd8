/*
 * Records to JSON, driven by their field tables: what record_read.c reads. Members stand in the table's
 * order; those of a group ("pr.number") stand together there and become one object.
 */
#include "core/wire/record.h"

#include <stdio.h>
#include <string.h>

static void write_list(struct json_writer *w, const char *key, const struct strlist *list)
{
	json_array(w, key);
	for (size_t i = 0; i < list->count; i++)
		json_c(w, NULL, list->items[i]);
	json_array_end(w);
}

static void write_dict(struct json_writer *w, const char *key, const struct dict *dict)
{
	json_object(w, key);
	for (size_t i = 0; i < dict->count; i++)
		json_c(w, dict->entries[i].key, dict->entries[i].value);
	json_object_end(w);
}

static void write_value(
	struct json_writer *w, const char *key, const struct field *field, const void *slot)
{
	switch (field->type) {
	case FIELD_TEXT:
		json_c(w, key, *(char *const *)slot);
		break;
	case FIELD_VIEW:
		json_str(w, key, *(const struct str *)slot);
		break;
	case FIELD_INT:
		json_int(w, key, *(const int64_t *)slot);
		break;
	case FIELD_NUMBER:
		json_double(w, key, *(const double *)slot);
		break;
	case FIELD_BOOL:
		json_bool(w, key, *(const bool *)slot);
		break;
	case FIELD_TIME:
		json_time(w, key, *(const int64_t *)slot);
		break;
	case FIELD_DURATION:
		json_duration(w, key, *(const int64_t *)slot);
		break;
	case FIELD_CHOICE:
		json_c(w, key, field->choices[*(const int *)slot]);
		break;
	case FIELD_LIST:
		write_list(w, key, slot);
		break;
	case FIELD_DICT:
		write_dict(w, key, slot);
		break;
	}
}

/* The group a name is in: its first `len` bytes, 0 for none. */
static size_t group_len(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL ? (size_t)(dot - name) : 0;
}

/* Closes the group that is open and opens the field's, unless that is the same. Returns the field's. */
static const char *change_group(struct json_writer *w, const char *open, const char *name)
{
	size_t before = open != NULL ? group_len(open) : 0;
	size_t len = name != NULL ? group_len(name) : 0;
	char group[32];

	if (before > 0 && before == len && strncmp(open, name, len) == 0)
		return open;
	if (before > 0)
		json_object_end(w);
	if (len == 0)
		return NULL;
	snprintf(group, sizeof(group), "%.*s", (int)len, name);
	json_object(w, group);
	return name;
}

void wire_write_fields(
	struct json_writer *w, const struct record_type *type, const void *record, uint64_t skip)
{
	const char *open = NULL;

	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		bool set = field_is_set(field, record);
		if ((skip >> i & 1) != 0 || (!set && (field->flags & FIELD_ALWAYS) == 0))
			continue;
		open = change_group(w, open, field->name);
		const char *key = field->name + (open != NULL ? group_len(open) + 1 : 0);
		if (set)
			write_value(w, key, field, (const char *)record + field->offset);
		else
			json_null(w, key);
	}
	change_group(w, open, NULL);
}

void wire_write_record(
	struct json_writer *w, const char *key, const struct record_type *type, const void *record)
{
	json_object(w, key);
	wire_write_fields(w, type, record, 0);
	json_object_end(w);
}
