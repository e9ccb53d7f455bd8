/*
 * Reading a damaged database. Called by the SQLite store before the loop runs.
 *
 * A row is good when its text has the checksum that stands beside it, or the one in the index. The table is
 * read from its beginning, from its end, and by each name that the index knows, because a page that cannot
 * be read ends a walk there. What the index names and nobody finds is lost.
 */
#include "core/store/repair.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/strbuf.h"
#include "core/store/schema.h"

enum {
	KEY_MAX = 4096,
	PAGES_LOOKED_AT = 65536, /* 256 MiB: more is checked by its rows alone */
};

#define SELECT_ROWS "SELECT kind, id, mark, json FROM row NOT INDEXED"
#define SELECT_NAMES "SELECT kind, id, mark FROM row INDEXED BY row_mark"

struct entry {
	int kind;
	struct str id;
	int64_t mark;
	struct str json;
};

static struct str column(sqlite3_stmt *stmt, int index)
{
	const char *text = (const char *)sqlite3_column_text(stmt, index);

	return (struct str){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, index)};
}

/* The next row, its views SQLite's until the next step. False at the end, which is whole with SQLITE_DONE. */
static bool next(sqlite3_stmt *stmt, struct entry *ret_entry, int *ret_code)
{
	*ret_code = sqlite3_step(stmt);
	if (*ret_code != SQLITE_ROW)
		return false;
	*ret_entry = (struct entry){.kind = sqlite3_column_int(stmt, 0),
		.id = column(stmt, 1),
		.mark = sqlite3_column_int64(stmt, 2)};
	if (sqlite3_column_count(stmt) > 3)
		ret_entry->json = column(stmt, 3);
	return true;
}

static bool has_mark(const struct entry *entry, int64_t mark)
{
	return schema_mark(entry->kind, entry->id, entry->json) == mark;
}

/* ---- whole or not -------------------------------------------------------------------------------- */

static bool pages_are_whole(sqlite3 *db, char *why, size_t size_bytes)
{
	sqlite3_stmt *stmt = NULL;
	int pages = INT32_MAX;
	bool whole = false;

	if (sqlite3_prepare_v2(db, "PRAGMA page_count", -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW)
		pages = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	if (pages > PAGES_LOOKED_AT && pages != INT32_MAX)
		return true;
	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW) {
		struct str said = column(stmt, 0);

		whole = str_eq_c(said, "ok");
		(void)snprintf(why, size_bytes, "%.*s", STR_ARG(said));
	} else {
		(void)snprintf(why, size_bytes, "%s", sqlite3_errmsg(db));
	}
	sqlite3_finalize(stmt);
	return whole;
}

/* Table and index in the same order, side by side. */
static bool rows_are_whole(sqlite3_stmt *rows, sqlite3_stmt *names, char *why, size_t size_bytes)
{
	struct entry row = {0};
	struct entry name = {0};
	int row_code;
	int name_code;

	for (;;) {
		bool more = next(rows, &row, &row_code);
		bool named = next(names, &name, &name_code);

		if (!more && !named && row_code == SQLITE_DONE && name_code == SQLITE_DONE)
			return true;
		if (!more || !named || row.kind != name.kind || !str_eq(row.id, name.id)) {
			(void)snprintf(why, size_bytes, "rows are missing, or cannot be read");
			return false;
		}
		if (row.mark != name.mark || !has_mark(&row, row.mark)) {
			(void)snprintf(why, size_bytes, "the row %d/%.*s is not as it was written",
				row.kind, STR_ARG(row.id));
			return false;
		}
	}
}

bool repair_is_whole(sqlite3 *db, char *why, size_t size_bytes)
{
	sqlite3_stmt *rows = NULL;
	sqlite3_stmt *names = NULL;
	bool whole = pages_are_whole(db, why, size_bytes);

	if (whole && (sqlite3_prepare_v2(db, SELECT_ROWS " ORDER BY kind, id", -1, &rows, NULL) !=
				     SQLITE_OK ||
			     sqlite3_prepare_v2(db, SELECT_NAMES " ORDER BY kind, id", -1, &names,
				     NULL) != SQLITE_OK)) {
		(void)snprintf(why, size_bytes, "%s", sqlite3_errmsg(db));
		whole = false;
	}
	whole = whole && rows_are_whole(rows, names, why, size_bytes);
	sqlite3_finalize(rows);
	sqlite3_finalize(names);
	return whole;
}

/* ---- what can be read ---------------------------------------------------------------------------- */

struct reading {
	sqlite3 *db;
	struct batch *good;
	struct store_damage *damage;
	struct hashmap *seen; /* "kind/id" of the good rows, and " mark" of each */
	struct hashmap *told; /* "kind/id" of the lost ones */
	struct strbuf key;
};

static struct str key_of(struct reading *reading, const struct entry *entry)
{
	strbuf_reset(&reading->key);
	strbuf_addf(&reading->key, "%d/%.*s", entry->kind, STR_ARG(entry->id));
	return strbuf_str(&reading->key);
}

static struct str mark_key(struct reading *reading, int64_t mark)
{
	strbuf_reset(&reading->key);
	strbuf_addf(&reading->key, " %" PRIx64, (uint64_t)mark);
	return strbuf_str(&reading->key);
}

static void keep(struct reading *reading, const struct entry *entry)
{
	struct str key = key_of(reading, entry);
	char *id;
	char *json;

	if (!strbuf_ok(&reading->key) || hashmap_get(reading->seen, key) != NULL)
		return;
	hashmap_set(reading->seen, key, reading);
	hashmap_set(reading->seen,
		mark_key(reading, schema_mark(entry->kind, entry->id, entry->json)), reading);
	id = str_dup(entry->id);
	json = str_dup(entry->json);
	batch_put(reading->good, (enum row_kind)entry->kind, id, json);
	free(id);
	free(json);
}

static void lose(struct reading *reading, const struct entry *entry)
{
	struct str key = key_of(reading, entry);

	if (hashmap_get(reading->seen, key) != NULL || hashmap_get(reading->told, key) != NULL)
		return;
	hashmap_set(reading->told, key, reading);
	store_damage_add(reading->damage, (enum row_kind)entry->kind, entry->id, NULL);
}

/* Whether the walk got to its end. */
static bool walk(struct reading *reading, const char *sql,
	void (*each)(struct reading *reading, const struct entry *entry))
{
	sqlite3_stmt *stmt = NULL;
	struct entry entry;
	int code = sqlite3_prepare_v2(reading->db, sql, -1, &stmt, NULL);

	if (code == SQLITE_OK) {
		while (next(stmt, &entry, &code))
			each(reading, &entry);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE;
}

static void each_row(struct reading *reading, const struct entry *entry)
{
	if (has_mark(entry, entry->mark))
		keep(reading, entry);
}

static void each_name(struct reading *reading, const struct entry *name)
{
	sqlite3_stmt *stmt = NULL;
	struct entry row;
	int code;

	if (hashmap_get(reading->seen, key_of(reading, name)) != NULL)
		return;
	if (sqlite3_prepare_v2(reading->db, SELECT_ROWS " WHERE kind = ?1 AND id = ?2", -1, &stmt,
		    NULL) == SQLITE_OK) {
		sqlite3_bind_int(stmt, 1, name->kind);
		sqlite3_bind_text(stmt, 2, name->id.p, str_int_len(name->id), SQLITE_STATIC);
		if (next(stmt, &row, &code) &&
			(has_mark(&row, row.mark) || has_mark(&row, name->mark)))
			keep(reading, &row);
	}
	sqlite3_finalize(stmt);
}

/* A good row with this checksum was found under its own name: then it is the index that is damaged here. */
static void each_missing(struct reading *reading, const struct entry *name)
{
	if (hashmap_get(reading->seen, mark_key(reading, name->mark)) == NULL)
		lose(reading, name);
}

static void each_bad(struct reading *reading, const struct entry *row)
{
	if (!has_mark(row, row->mark))
		lose(reading, row);
}

void repair_read(sqlite3 *db, struct batch *good, struct store_damage *damage, bool *ret_complete)
{
	struct reading reading = {.db = db,
		.good = good,
		.damage = damage,
		.seen = hashmap_create(),
		.told = hashmap_create()};
	bool all_rows;
	bool all_names;

	strbuf_init(&reading.key, KEY_MAX);
	all_rows = walk(&reading, SELECT_ROWS " ORDER BY kind, id", each_row);
	(void)walk(&reading, SELECT_ROWS " ORDER BY kind DESC, id DESC", each_row);
	all_names = walk(&reading, SELECT_NAMES " ORDER BY kind, id", each_name);
	if (!all_names)
		(void)walk(&reading, SELECT_NAMES " ORDER BY kind DESC, id DESC", each_name);
	(void)walk(&reading, SELECT_NAMES " ORDER BY kind, id", each_missing);
	if (!all_names) {
		(void)walk(&reading, SELECT_NAMES " ORDER BY kind DESC, id DESC", each_missing);
		(void)walk(&reading, SELECT_ROWS " ORDER BY kind, id", each_bad);
		(void)walk(&reading, SELECT_ROWS " ORDER BY kind DESC, id DESC", each_bad);
	}
	*ret_complete = all_rows || all_names;
	strbuf_finish(&reading.key);
	hashmap_destroy(reading.seen, NULL);
	hashmap_destroy(reading.told, NULL);
}
