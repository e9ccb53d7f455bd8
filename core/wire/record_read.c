/*
 * Records from JSON, driven by their field tables: the API reads bodies with it, the client and the
 * stores what the server wrote. A record is whole or it is finished: nothing half-read is left behind.
 *
 * Writing is in record_write.c, the two things that are no plain records in record_request.c and record_event.c.
 */
#include "core/wire/record.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"
#include "core/wire/read.h"

enum {
	PATH_SIZE = 96, /* "group.member[7]", as an errbuf's field holds it */
	NAMES_MAX = 80, /* fields and groups of a table */
	FORM_SIZE = LIMIT_ENDPOINT + 1,
	SAFE_SIZE = 64, /* of a wrong name or value that is said again */
};

#define DURATION_FORM "a duration like 90s, 15m, 8h or 3d"
#define TIME_FORM "a time like 2026-11-22T18:42:07Z"

struct reader {
	const struct record_type *type;
	enum wire_mode mode;
	void *record;
	const void *current; /* what a client changes, or NULL */
	uint64_t present;
	uint64_t skip; /* fields that are not read here */
	size_t next; /* where the next member is likely to be in the table */
	struct errbuf *eb;
};

/* One member on its way into its field. */
struct member {
	const struct field *field;
	const cJSON *value;
	void *slot;
};

static bool is_client(const struct reader *r)
{
	return r->mode != WIRE_TRUST;
}

/* The beginning of a text from outside, safe to be said again. */
static const char *make_safe(const char *text, char dst[SAFE_SIZE])
{
	struct strbuf safe;

	strbuf_init(&safe, SAFE_SIZE - 1);
	for (struct str rest = str_of(text); rest.n > 0 && strbuf_ok(&safe);) {
		struct text_glyph glyph;
		text_next(&rest, false, &glyph);
		strbuf_add(&safe, glyph.bytes, glyph.len);
	}
	str_copy(dst, SAFE_SIZE, strbuf_str(&safe));
	strbuf_finish(&safe);
	return dst;
}

/* What stands in the wrong place: a text itself, of others what they are. */
static const char *name_value(const cJSON *value, char dst[SAFE_SIZE])
{
	if (cJSON_IsString(value))
		return make_safe(value->valuestring, dst);
	return cJSON_IsNumber(value)  ? "a number"
	       : cJSON_IsBool(value)  ? "true or false"
	       : cJSON_IsNull(value)  ? "null"
	       : cJSON_IsArray(value) ? "a list"
				      : "an object";
}

static enum err wrong_type(
	struct reader *r, const char *path, const cJSON *value, const char *expected)
{
	char text[SAFE_SIZE];

	return err_set_field(r->eb, ERR_WRONG_TYPE, path, expected, "%s must be %s, not %s", path,
		expected, name_value(value, text));
}

static enum err wrong_value(
	struct reader *r, const char *path, const cJSON *value, const char *expected)
{
	char text[SAFE_SIZE];

	return err_set_field(r->eb, ERR_BAD_VALUE, path, expected, "%s cannot be %s", path,
		name_value(value, text));
}

/* ---- values -------------------------------------------------------------------------------------- */

static enum err check_text(
	struct reader *r, const struct field *field, const char *path, const char *text)
{
	struct str s = str_of(text);
	char expected[48];

	if (field->max > 0 && field->type != FIELD_LIST && s.n > field->max) {
		snprintf(expected, sizeof(expected), "at most %zu bytes", field->max);
		return err_set_field(
			r->eb, ERR_BAD_VALUE, path, expected, "%s is %zu bytes long", path, s.n);
	}
	return field->check != NULL ? field->check(s, path, r->eb) : ERR_NONE;
}

static enum err read_text(struct reader *r, const struct member *m)
{
	const char *text = m->value->valuestring;
	unsigned counts = FIELD_ZERO | FIELD_REQUIRED | FIELD_IDENTITY;

	if (!cJSON_IsString(m->value))
		return wrong_type(r, m->field->name, m->value, "a text");
	/* CI passes "" for what it does not have. */
	if (text[0] == '\0' && (m->field->flags & counts) == 0)
		return ERR_NONE;
	enum err err = check_text(r, m->field, m->field->name, text);
	if (err != ERR_NONE)
		return err;
	if (m->field->type == FIELD_VIEW)
		*(struct str *)m->slot = str_of(text);
	else
		text_set(m->slot, text);
	return ERR_NONE;
}

static enum err wrong_int(struct reader *r, const struct member *m, double max)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "a whole number of 0 to %.0f", max);
	if (cJSON_IsNumber(m->value))
		return wrong_value(r, m->field->name, m->value, expected);
	return wrong_type(r, m->field->name, m->value, expected);
}

static enum err read_int(struct reader *r, const struct member *m)
{
	double value = m->value->valuedouble;
	double max = m->field->max > 0 ? (double)m->field->max : (double)LIMIT_INTEGER;

	if (!cJSON_IsNumber(m->value) || !(value >= 0 && value <= max) || value != floor(value))
		return wrong_int(r, m, max);
	*(int64_t *)m->slot = (int64_t)value;
	return ERR_NONE;
}

static enum err read_number(struct reader *r, const struct member *m)
{
	if (!cJSON_IsNumber(m->value) || !isfinite(m->value->valuedouble))
		return wrong_type(r, m->field->name, m->value, "a number");
	*(double *)m->slot = m->value->valuedouble;
	return ERR_NONE;
}

static enum err read_bool(struct reader *r, const struct member *m)
{
	if (!cJSON_IsBool(m->value))
		return wrong_type(r, m->field->name, m->value, "true or false");
	*(bool *)m->slot = cJSON_IsTrue(m->value);
	return ERR_NONE;
}

static enum err read_time(struct reader *r, const struct member *m)
{
	if (!cJSON_IsString(m->value))
		return wrong_type(r, m->field->name, m->value, TIME_FORM);
	if (!time_parse(str_of(m->value->valuestring), m->slot))
		return wrong_value(r, m->field->name, m->value, TIME_FORM);
	return ERR_NONE;
}

static enum err read_duration(struct reader *r, const struct member *m)
{
	int64_t value;

	if (!cJSON_IsString(m->value))
		return wrong_type(r, m->field->name, m->value, DURATION_FORM);
	/* 0 would mean "none", which is written null. */
	if (!duration_parse(str_of(m->value->valuestring), &value) || value == 0)
		return wrong_value(r, m->field->name, m->value, DURATION_FORM);
	if (m->field->max > 0 && value > (int64_t)m->field->max) {
		char most[DURATION_TEXT_SIZE], expected[DURATION_TEXT_SIZE + 16];
		duration_format((int64_t)m->field->max, most);
		snprintf(expected, sizeof(expected), "at most %s", most);
		return wrong_value(r, m->field->name, m->value, expected);
	}
	*(int64_t *)m->slot = value;
	return ERR_NONE;
}

static enum err read_choice(struct reader *r, const struct member *m)
{
	const char *const *choices = m->field->choices;
	struct strbuf expected;

	for (int i = 0; cJSON_IsString(m->value) && choices[i] != NULL; i++) {
		if (strcmp(choices[i], m->value->valuestring) == 0) {
			*(int *)m->slot = i;
			return ERR_NONE;
		}
	}
	strbuf_init(&expected, sizeof(r->eb->expected) - 1);
	for (size_t i = 0; choices[i] != NULL; i++)
		strbuf_addf(&expected, "%s%s",
			i == 0                   ? ""
			: choices[i + 1] == NULL ? " or "
						 : ", ",
			choices[i]);
	enum err err = cJSON_IsString(m->value)
			       ? wrong_value(r, m->field->name, m->value, expected.data)
			       : wrong_type(r, m->field->name, m->value, expected.data);
	strbuf_finish(&expected);
	return err;
}

/* Lists and dicts: the bound is checked before anything is copied. */
static enum err check_count(struct reader *r, const struct member *m)
{
	char expected[48];

	if (m->field->max == 0 || (size_t)cJSON_GetArraySize(m->value) <= m->field->max)
		return ERR_NONE;
	snprintf(expected, sizeof(expected), "at most %zu", m->field->max);
	return err_set_field(r->eb, ERR_BAD_VALUE, m->field->name, expected, "%s has too many: %d",
		m->field->name, cJSON_GetArraySize(m->value));
}

static enum err read_list(struct reader *r, const struct member *m)
{
	const cJSON *item;
	int i = 0;

	if (!cJSON_IsArray(m->value))
		return wrong_type(r, m->field->name, m->value, "a list of texts");
	enum err err = check_count(r, m);
	cJSON_ArrayForEach(item, m->value)
	{
		char path[PATH_SIZE];
		snprintf(path, sizeof(path), "%s[%d]", m->field->name, i++);
		if (err == ERR_NONE && !cJSON_IsString(item))
			err = wrong_type(r, path, item, "a text");
		if (err == ERR_NONE)
			err = check_text(r, m->field, path, item->valuestring);
		if (err != ERR_NONE)
			return err;
		struct str text = str_of(item->valuestring);
		char form[FORM_SIZE];
		if (m->field->unify != NULL) {
			m->field->unify(text, form, sizeof(form));
			text = str_of(form);
		}
		if (!strlist_has(m->slot, text))
			strlist_add(m->slot, text);
		else if (m->field->unify == NULL)
			return wrong_value(r, path, item, "each only once");
	}
	return ERR_NONE;
}

static enum err read_dict(struct reader *r, const struct member *m)
{
	const cJSON *item;

	if (!cJSON_IsObject(m->value))
		return wrong_type(r, m->field->name, m->value, "an object of texts");
	enum err err = check_count(r, m);
	cJSON_ArrayForEach(item, m->value)
	{
		bool removes = cJSON_IsNull(item) && r->mode == WIRE_PATCH;
		struct str key = str_of(item->string);
		struct str value = str_of(removes ? NULL : item->valuestring);
		if (err == ERR_NONE && !removes && !cJSON_IsString(item))
			err = wrong_type(r, m->field->name, item, "an object of texts");
		if (err == ERR_NONE && dict_has(m->slot, key))
			err = err_set_field(r->eb, ERR_BAD_VALUE, m->field->name,
				"each key only once", "%s has a key twice", m->field->name);
		if (err == ERR_NONE && m->field->check_entry != NULL)
			err = m->field->check_entry(key, value, m->field->name, r->eb);
		if (err != ERR_NONE)
			return err;
		dict_set(m->slot, key, value.p);
	}
	return err;
}

static enum err (*const read_value[])(struct reader *r, const struct member *m) = {
	[FIELD_TEXT] = read_text,
	[FIELD_VIEW] = read_text,
	[FIELD_INT] = read_int,
	[FIELD_NUMBER] = read_number,
	[FIELD_BOOL] = read_bool,
	[FIELD_TIME] = read_time,
	[FIELD_DURATION] = read_duration,
	[FIELD_CHOICE] = read_choice,
	[FIELD_LIST] = read_list,
	[FIELD_DICT] = read_dict,
};

/* ---- members ------------------------------------------------------------------------------------- */

/* The member of `group` ("" is the record itself) called `key`, or NULL. */
static const struct field *find_field(struct reader *r, const char *group, const char *key)
{
	size_t count = r->type->field_count, skip = group[0] != '\0' ? strlen(group) + 1 : 0;

	/* Members mostly come in the table's order: the search starts where the last one ended. */
	for (size_t n = 0; n < count; n++) {
		size_t i = (r->next + n) % count;
		const char *name = r->type->fields[i].name;
		if (skip > 0 && (strncmp(name, group, skip - 1) != 0 || name[skip - 1] != '.'))
			continue;
		if (strcmp(name + skip, key) == 0 && strchr(key, '.') == NULL) {
			r->next = i + 1;
			return &r->type->fields[i];
		}
	}
	return NULL;
}

static bool in_group(const struct field *field, const char *group)
{
	size_t len = strlen(group);

	return strncmp(field->name, group, len) == 0 && field->name[len] == '.';
}

static bool is_group(const struct record_type *type, const char *name)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (in_group(&type->fields[i], name))
			return true;
	return false;
}

static bool is_accepted(const struct field *field)
{
	return (field->flags & (FIELD_WRITABLE | FIELD_IDENTITY)) != 0;
}

/* Says the nearest of the names a client may give; all of them when none is near. */
static enum err unknown_field(struct reader *r, const char *group, const char *key)
{
	char path[PATH_SIZE], safe[SAFE_SIZE];
	const char *names[NAMES_MAX];
	size_t count = 0, near;
	struct strbuf all;
	enum err err;

	assert(r->type->field_count <= NAMES_MAX);
	snprintf(path, sizeof(path), "%s%s%s", group, group[0] != '\0' ? "." : "",
		make_safe(key, safe));
	strbuf_init(&all, sizeof(((struct errbuf *)NULL)->expected) - 1);
	for (size_t i = 0; i < r->type->field_count; i++) {
		if (!is_accepted(&r->type->fields[i]))
			continue;
		names[count] = r->type->fields[i].name;
		strbuf_addf(&all, "%s%s", count > 0 ? ", " : "", names[count]);
		count++;
	}
	if (name_near(str_of(path), names, count, &near, 1) == 1)
		err = err_set_field(r->eb, ERR_UNKNOWN_FIELD, path, names[near],
			"A %s has no field %s; did you mean %s?", r->type->noun, path, names[near]);
	else
		err = err_set_field(r->eb, ERR_UNKNOWN_FIELD, path, all.data,
			"A %s has no field %s", r->type->noun, path);
	strbuf_finish(&all);
	return err;
}

/* Null clears: a choice that knows absence gets the index after its last, the rest is zeroed already. */
static void set_null(const struct member *m)
{
	int i = 0;

	if (m->field->type != FIELD_CHOICE || (m->field->flags & FIELD_ALWAYS) == 0)
		return;
	while (m->field->choices[i] != NULL)
		i++;
	*(int *)m->slot = i;
}

/* Whether the value is the one that `current` has. */
static bool is_unchanged(struct reader *r, const struct field *field, const cJSON *value)
{
	uint64_t others = ~(UINT64_C(1) << (field - r->type->fields));
	void *given = record_create(r->type);
	struct member m = {field, value, (char *)given + field->offset};
	struct errbuf *eb = r->eb;
	struct errbuf unread;
	bool same;

	r->eb = &unread;
	same = (cJSON_IsNull(value) || read_value[field->type](r, &m) == ERR_NONE) &&
	       record_equal(r->type, given, r->current, others);
	r->eb = eb;
	record_unref(r->type, given);
	return same;
}

static enum err read_only(struct reader *r, const struct field *field, const cJSON *value)
{
	if (r->current == NULL)
		return err_set_field(r->eb, ERR_READ_ONLY_FIELD, field->name, "leave it out",
			"%s is set by the server", field->name);
	if (is_unchanged(r, field, value))
		return ERR_NONE;
	return err_set_field(r->eb, ERR_READ_ONLY_FIELD, field->name,
		"leave it out, or as it is now",
		"%s is set by the server, and this is not what it is", field->name);
}

static enum err read_member(struct reader *r, const struct field *field, const cJSON *value)
{
	uint64_t bit = UINT64_C(1) << (field - r->type->fields);
	struct member m = {field, value, (char *)r->record + field->offset};

	if (r->skip & bit)
		return ERR_NONE;
	if (is_client(r) && !is_accepted(field))
		return read_only(r, field, value);
	if (r->present & bit)
		return err_set_field(r->eb, ERR_BAD_JSON, field->name, "each field only once",
			"%s is given twice", field->name);
	/* RFC 7396: an empty object changes nothing, which is not the same as clearing. */
	if (r->mode != WIRE_PATCH || !cJSON_IsObject(value) || value->child != NULL)
		r->present |= bit;
	if (!cJSON_IsNull(value))
		return read_value[field->type](r, &m);
	set_null(&m);
	return ERR_NONE;
}

static enum err read_members(struct reader *r, const char *group, const cJSON *object);

static enum err read_group(struct reader *r, const char *group, const cJSON *value)
{
	if (cJSON_IsObject(value))
		return read_members(r, group, value);
	if (!cJSON_IsNull(value))
		return wrong_type(r, group, value, "an object");
	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *field = &r->type->fields[i];
		enum err err = ERR_NONE;
		if (in_group(field, group) && (is_accepted(field) || !is_client(r)))
			err = read_member(r, field, value);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err read_members(struct reader *r, const char *group, const cJSON *object)
{
	const cJSON *child;
	enum err err = ERR_NONE;

	cJSON_ArrayForEach(child, object)
	{
		const struct field *field = find_field(r, group, child->string);
		if (field != NULL) {
			err = read_member(r, field, child);
		} else if (group[0] == '\0' && is_group(r->type, child->string)) {
			err = read_group(r, child->string, child);
		} else if (is_client(r)) {
			err = unknown_field(r, group, child->string);
		}
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static enum err check_required(struct reader *r)
{
	for (size_t i = 0; r->mode == WIRE_PUT && i < r->type->field_count; i++) {
		const struct field *field = &r->type->fields[i];
		const char *slot = (const char *)r->record + field->offset;
		bool empty =
			field->type == FIELD_LIST && ((const struct strlist *)slot)->count == 0;
		if ((field->flags & FIELD_REQUIRED) == 0 ||
			(!empty && field_is_set(field, r->record)))
			continue;
		return err_set_field(r->eb, ERR_MISSING_FIELD, field->name, field->help,
			"A %s needs %s", r->type->noun, field->name);
	}
	return ERR_NONE;
}

static int64_t *time_slot(const struct field *field, void *record)
{
	return (int64_t *)(void *)((char *)record + field->offset);
}

/* Lets go of `field` when it is as it was. */
static bool drop_unchanged(struct reader *r, const struct field *field)
{
	uint64_t bit = UINT64_C(1) << (field - r->type->fields);

	if (r->current == NULL || !record_equal(r->type, r->record, r->current, ~bit))
		return false;
	*time_slot(field, r->record) = 0;
	r->present &= ~bit;
	return true;
}

/*
 * Both say when it ends. A client that means one must not have to guess which counts; one that sends back
 * both as they were means the first: the lifetime starts anew, as with any PUT.
 */
static enum err check_conflicts(struct reader *r)
{
	const struct field *ttl = record_field(r->type, STR_LIT("ttl"));
	const struct field *expires = record_field(r->type, STR_LIT("expires_at"));

	if (!is_client(r) || ttl == NULL || expires == NULL || *time_slot(ttl, r->record) == 0 ||
		*time_slot(expires, r->record) == 0 || drop_unchanged(r, expires) ||
		drop_unchanged(r, ttl))
		return ERR_NONE;
	return err_set_field(r->eb, ERR_CONFLICTING_FIELDS, "ttl", "ttl or expires_at, not both",
		"ttl and expires_at both say when it ends");
}

enum err wire_read_fields(
	struct wire_reading *reading, const cJSON *object, void *record, struct errbuf *eb)
{
	struct errbuf unread;
	struct reader r = {.type = reading->type,
		.mode = reading->mode,
		.record = record,
		.current = reading->current,
		.skip = reading->skip,
		.eb = eb != NULL ? eb : &unread};
	enum err err;

	if (cJSON_IsObject(object))
		err = read_members(&r, "", object);
	else
		err = err_set(r.eb, ERR_WRONG_TYPE, "A %s must be a JSON object", r.type->noun);
	if (err == ERR_NONE)
		err = check_required(&r);
	if (err == ERR_NONE)
		err = check_conflicts(&r);
	if (err == ERR_NONE)
		reading->present = r.present;
	else
		record_finish(r.type, record);
	return err;
}

enum err wire_read_record(const struct record_type *type, const cJSON *object, enum wire_mode mode,
	void *record, uint64_t *ret_present, struct errbuf *eb)
{
	return wire_read_change(type, object, mode, NULL, record, ret_present, eb);
}

enum err wire_read_change(const struct record_type *type, const cJSON *object, enum wire_mode mode,
	const void *current, void *record, uint64_t *ret_present, struct errbuf *eb)
{
	struct wire_reading reading = {.type = type, .mode = mode, .current = current};
	enum err err = wire_read_fields(&reading, object, record, eb);

	if (err == ERR_NONE && ret_present != NULL)
		*ret_present = reading.present;
	return err;
}
