/*
 * A record is a struct with a table of its fields.
 *
 * The table is the one list of what a thing has: cloning, comparing, freeing, JSON in both directions,
 * the columns of `-o text` and the openapi document all read it. Adding a field is adding a struct member
 * and a row.
 *
 * Shared records (service, version, session, tombstone) are immutable once they are in an environment,
 * and counted: to change one, clone it, change the clone, and put that in. They begin with `unsigned refs`.
 * Counting is not atomic: records stay on the loop's thread.
 */
#ifndef UMBRA_MODEL_SCHEMA_H
#define UMBRA_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/xalloc.h"

enum field_type {
	FIELD_TEXT, /* char *, owned; NULL is absent */
	FIELD_VIEW, /* struct str, borrowed; p == NULL is absent (request records) */
	FIELD_INT, /* int64_t; 0 is absent unless FIELD_ZERO */
	FIELD_NUMBER, /* double */
	FIELD_BOOL, /* bool */
	FIELD_TIME, /* int64_t ms, 0 is absent; RFC 3339 on the wire */
	FIELD_DURATION, /* int64_t ms, 0 is absent; "72h" on the wire */
	FIELD_CHOICE, /* int, an index into `choices` */
	FIELD_LIST, /* struct strlist */
	FIELD_DICT, /* struct dict */
};

enum field_flag {
	FIELD_WRITABLE =
		1
		<< 0, /* clients may set it; others get ERR_READ_ONLY_FIELD, or are ignored when equal */
	FIELD_REQUIRED = 1 << 1, /* a PUT or POST must carry it */
	FIELD_VOLATILE = 1 << 2, /* not stored (state, state_detail, revision of health) */
	FIELD_ZERO = 1 << 3, /* 0 and "" are values and are written */
	FIELD_IDENTITY = 1 << 4, /* part of the path; a body may repeat it but not change it */
	FIELD_ALWAYS = 1 << 5, /* absent is written as null, not left out */
};

struct strlist {
	size_t count;
	char **items; /* owned */
};

struct dict_entry {
	char *key;
	char *value; /* in a patch NULL removes the key */
};

/* Sorted by key, keys unique. */
struct dict {
	size_t count;
	struct dict_entry *entries;
};

struct field {
	const char *name; /* on the wire; "pr.number" is member `number` of object `pr` */
	enum field_type type;
	size_t offset;
	size_t max; /* bytes of a text, entries of a list or dict, largest of an int (0: INT64_MAX) */
	unsigned flags;
	const char *const *choices; /* NULL-terminated, for FIELD_CHOICE */
	/* Further check of a text, of each list item, or of each dict entry (key and value); may be NULL. */
	enum err (*check)(struct str value, const char *field, struct errbuf *eb);
	enum err (*check_entry)(
		struct str key, struct str value, const char *field, struct errbuf *eb);
	/* Writes the one form of a list item that passed `check`; items of one form are one. May be NULL. */
	void (*unify)(struct str value, char *dst, size_t size_bytes);
	const char *help; /* half a sentence for docs and openapi */
};

/*
 * A row of the table of RECORD, the struct that the file defines it as:
 * FIELD(TEXT, "pr.title", pr_title, FIELD_WRITABLE, "half a sentence", .max = LIMIT_TITLE). After the help stands what
 * only some fields have.
 */
#define FIELD(field_type, wire_name, member, field_flags, ...)                                  \
	{                                                                                       \
		.name = (wire_name), .type = FIELD_##field_type,                                \
		.offset = offsetof(RECORD, member), .flags = (field_flags), .help = __VA_ARGS__ \
	}

struct record_type {
	const char *noun; /* "version" */
	size_t size;
	const struct field *fields;
	size_t field_count; /* at most 64: masks are uint64_t */
};

#define RECORD_TYPE(record_noun, table)                                           \
	{                                                                         \
		.noun = (record_noun), .size = sizeof(RECORD), .fields = (table), \
		.field_count = ARRAY_LEN(table)                                   \
	}

/* A zeroed record with one reference. */
void *record_create(const struct record_type *type);
void *record_clone(const struct record_type *type, const void *record);
void *record_ref(void *record);
/* The last reference frees the fields and the record. NULL is fine. */
void record_unref(const struct record_type *type, void *record);
/* Frees the fields of a record on the caller's storage and zeroes it. */
void record_finish(const struct record_type *type, void *record);
/* Compares the fields that are not in `ignore` (bit i for fields[i]). */
bool record_equal(const struct record_type *type, const void *a, const void *b, uint64_t ignore);
/* Whether the field has a value. */
bool field_is_set(const struct field *field, const void *record);
/*
 * RFC 7396 on records: copies from `patch` the fields in `present`; dicts are merged entry by entry
 * (a NULL value removes) when `merge_dicts`, else replaced.
 */
void record_merge(const struct record_type *type, void *into, const void *patch, uint64_t present,
	bool merge_dicts);
/* The bit of a field, by wire name; asserts that there is one. */
uint64_t record_bit(const struct record_type *type, const char *field_name);
const struct field *record_field(const struct record_type *type, struct str name);
/* All fields that have `flag`. */
uint64_t record_mask(const struct record_type *type, unsigned flag);

/* Owned text: frees the old, copies the new. */
void text_set(char **slot, const char *value);

void strlist_add(struct strlist *list, struct str item);
void strlist_finish(struct strlist *list);
bool strlist_has(const struct strlist *list, struct str item);
bool strlist_equal(const struct strlist *a, const struct strlist *b);
void dict_set(struct dict *dict, struct str key, const char *value);
/* Returns whether it was there. */
bool dict_remove(struct dict *dict, struct str key);
/* Also when its value is NULL. */
bool dict_has(const struct dict *dict, struct str key);
/* NULL when absent. */
const char *dict_get(const struct dict *dict, struct str key);

#endif
