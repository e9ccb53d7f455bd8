/*
 * The machinery over field tables: clone, compare, merge and free any record, and the small owned
 * containers records are made of (text, list, sorted dict).
 *
 * Everybody who handles records calls it. Invariant: a record owns every text, list and dict its table
 * names, so copying and freeing by the table is complete; views (FIELD_VIEW) are never freed.
 */
#include "core/model/schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

static void *slot_of(const struct field *field, void *record)
{
	return (char *)record + field->offset;
}

static const void *slot_in(const struct field *field, const void *record)
{
	return (const char *)record + field->offset;
}

/* ---- owned parts --------------------------------------------------------------------------------- */

void text_set(char **slot, const char *value)
{
	char *copy = xstrdup(value);

	free(*slot);
	*slot = copy;
}

void strlist_add(struct strlist *list, struct str item)
{
	list->items = xrealloc(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = str_dup(item);
}

void strlist_finish(struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strlist){0};
}

bool strlist_has(const struct strlist *list, struct str item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (str_eq_c(item, list->items[i]))
			return true;
	}
	return false;
}

static void strlist_copy(struct strlist *dst, const struct strlist *src)
{
	*dst = (struct strlist){0};
	if (src->count == 0)
		return;
	dst->items = xcalloc(src->count, sizeof(*dst->items));
	for (; dst->count < src->count; dst->count++)
		dst->items[dst->count] = xstrdup(src->items[dst->count]);
}

bool strlist_equal(const struct strlist *a, const struct strlist *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	}
	return true;
}

/* Where `key` is or belongs. */
static size_t dict_position(const struct dict *dict, struct str key, bool *ret_found)
{
	size_t low = 0;
	size_t high = dict->count;

	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(str_of(dict->entries[middle].key), key);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dict_set(struct dict *dict, struct str key, const char *value)
{
	bool found;
	size_t at = dict_position(dict, key, &found);

	if (found) {
		text_set(&dict->entries[at].value, value);
		return;
	}
	dict->entries = xrealloc(dict->entries, dict->count + 1, sizeof(*dict->entries));
	memmove(&dict->entries[at + 1], &dict->entries[at],
		(dict->count - at) * sizeof(*dict->entries));
	dict->entries[at] = (struct dict_entry){.key = str_dup(key), .value = xstrdup(value)};
	dict->count++;
}

bool dict_remove(struct dict *dict, struct str key)
{
	bool found;
	size_t at = dict_position(dict, key, &found);

	if (!found)
		return false;
	free(dict->entries[at].key);
	free(dict->entries[at].value);
	dict->count--;
	memmove(&dict->entries[at], &dict->entries[at + 1],
		(dict->count - at) * sizeof(*dict->entries));
	return true;
}

bool dict_has(const struct dict *dict, struct str key)
{
	bool found;

	dict_position(dict, key, &found);
	return found;
}

const char *dict_get(const struct dict *dict, struct str key)
{
	bool found;
	size_t at = dict_position(dict, key, &found);

	return found ? dict->entries[at].value : NULL;
}

static void dict_finish(struct dict *dict)
{
	for (size_t i = 0; i < dict->count; i++) {
		free(dict->entries[i].key);
		free(dict->entries[i].value);
	}
	free(dict->entries);
	*dict = (struct dict){0};
}

static void dict_copy(struct dict *dst, const struct dict *src)
{
	*dst = (struct dict){0};
	if (src->count == 0)
		return;
	dst->entries = xcalloc(src->count, sizeof(*dst->entries));
	for (; dst->count < src->count; dst->count++) {
		dst->entries[dst->count].key = xstrdup(src->entries[dst->count].key);
		dst->entries[dst->count].value = xstrdup(src->entries[dst->count].value);
	}
}

static void dict_merge(struct dict *into, const struct dict *patch)
{
	for (size_t i = 0; i < patch->count; i++) {
		struct str key = str_of(patch->entries[i].key);

		if (patch->entries[i].value == NULL)
			dict_remove(into, key);
		else
			dict_set(into, key, patch->entries[i].value);
	}
}

static bool dict_equal(const struct dict *a, const struct dict *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct dict_entry *x = &a->entries[i];
		const struct dict_entry *y = &b->entries[i];

		if (strcmp(x->key, y->key) != 0 || !str_eq(str_of(x->value), str_of(y->value)))
			return false;
	}
	return true;
}

/* ---- one field ----------------------------------------------------------------------------------- */

static const size_t plain_sizes[] = {
	[FIELD_VIEW] = sizeof(struct str),
	[FIELD_INT] = sizeof(int64_t),
	[FIELD_NUMBER] = sizeof(double),
	[FIELD_BOOL] = sizeof(bool),
	[FIELD_TIME] = sizeof(int64_t),
	[FIELD_DURATION] = sizeof(int64_t),
	[FIELD_CHOICE] = sizeof(int),
};

static void field_finish(const struct field *field, void *record)
{
	switch (field->type) {
	case FIELD_TEXT:
		text_set(slot_of(field, record), NULL);
		break;
	case FIELD_LIST:
		strlist_finish(slot_of(field, record));
		break;
	case FIELD_DICT:
		dict_finish(slot_of(field, record));
		break;
	default:
		memset(slot_of(field, record), 0, plain_sizes[field->type]);
	}
}

/* `into` holds nothing that would leak. */
static void field_copy(const struct field *field, void *into, const void *from)
{
	switch (field->type) {
	case FIELD_TEXT:
		*(char **)slot_of(field, into) = xstrdup(*(char *const *)slot_in(field, from));
		break;
	case FIELD_LIST:
		strlist_copy(slot_of(field, into), slot_in(field, from));
		break;
	case FIELD_DICT:
		dict_copy(slot_of(field, into), slot_in(field, from));
		break;
	default:
		memcpy(slot_of(field, into), slot_in(field, from), plain_sizes[field->type]);
	}
}

static bool field_equal(const struct field *field, const void *a, const void *b)
{
	const void *x = slot_in(field, a);
	const void *y = slot_in(field, b);

	switch (field->type) {
	case FIELD_TEXT:
		return str_eq(str_of(*(char *const *)x), str_of(*(char *const *)y));
	case FIELD_VIEW:
		return str_eq(*(const struct str *)x, *(const struct str *)y);
	case FIELD_LIST:
		return strlist_equal(x, y);
	case FIELD_DICT:
		return dict_equal(x, y);
	default:
		return memcmp(x, y, plain_sizes[field->type]) == 0;
	}
}

bool field_is_set(const struct field *field, const void *record)
{
	const void *slot = slot_in(field, record);
	bool zero_counts = (field->flags & FIELD_ZERO) != 0;

	switch (field->type) {
	case FIELD_TEXT: {
		const char *text = *(char *const *)slot;

		return text != NULL && (zero_counts || text[0] != '\0');
	}
	case FIELD_VIEW: {
		struct str view = *(const struct str *)slot;

		return view.p != NULL && (zero_counts || view.n > 0);
	}
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_DURATION:
		return zero_counts || *(const int64_t *)slot != 0;
	case FIELD_NUMBER:
		return zero_counts || *(const double *)slot != 0;
	case FIELD_BOOL:
		return zero_counts || *(const bool *)slot;
	case FIELD_CHOICE:
		return field->choices[*(const int *)slot] != NULL;
	case FIELD_LIST:
		return zero_counts || ((const struct strlist *)slot)->count > 0;
	case FIELD_DICT:
		return zero_counts || ((const struct dict *)slot)->count > 0;
	}
	return false;
}

/* ---- records ------------------------------------------------------------------------------------- */

void *record_create(const struct record_type *type)
{
	void *record = xcalloc(1, type->size);

	*(unsigned *)record = 1;
	return record;
}

void *record_clone(const struct record_type *type, const void *record)
{
	void *clone = record_create(type);

	for (size_t i = 0; i < type->field_count; i++)
		field_copy(&type->fields[i], clone, record);
	return clone;
}

void *record_ref(void *record)
{
	++*(unsigned *)record;
	return record;
}

void record_unref(const struct record_type *type, void *record)
{
	if (record == NULL)
		return;
	assert(*(unsigned *)record > 0);
	if (--*(unsigned *)record > 0)
		return;
	record_finish(type, record);
	free(record);
}

void record_finish(const struct record_type *type, void *record)
{
	for (size_t i = 0; i < type->field_count; i++)
		field_finish(&type->fields[i], record);
	memset(record, 0, type->size);
}

bool record_equal(const struct record_type *type, const void *a, const void *b, uint64_t ignore)
{
	for (size_t i = 0; i < type->field_count; i++) {
		if ((ignore >> i & 1) == 0 && !field_equal(&type->fields[i], a, b))
			return false;
	}
	return true;
}

void record_merge(const struct record_type *type, void *into, const void *patch, uint64_t present,
	bool merge_dicts)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];

		if ((present >> i & 1) == 0)
			continue;
		/* A patch that sets a dict to null has none of its entries: it is emptied. */
		if (field->type == FIELD_DICT && merge_dicts &&
			((const struct dict *)slot_in(field, patch))->count > 0) {
			dict_merge(slot_of(field, into), slot_in(field, patch));
			continue;
		}
		field_finish(field, into);
		field_copy(field, into, patch);
	}
}

uint64_t record_bit(const struct record_type *type, const char *field_name)
{
	const struct field *field = record_field(type, str_of(field_name));

	assert(field != NULL);
	return field == NULL ? 0 : UINT64_C(1) << (field - type->fields);
}

const struct field *record_field(const struct record_type *type, struct str name)
{
	for (size_t i = 0; i < type->field_count; i++) {
		if (str_eq_c(name, type->fields[i].name))
			return &type->fields[i];
	}
	return NULL;
}

uint64_t record_mask(const struct record_type *type, unsigned flag)
{
	uint64_t mask = 0;

	assert(type->field_count <= 64);
	for (size_t i = 0; i < type->field_count; i++) {
		if (type->fields[i].flags & flag)
			mask |= UINT64_C(1) << i;
	}
	return mask;
}
