/*
 * Making and knowing the tables. Called by the SQLite store when it opens a file. The index row_mark holds
 * the name and checksum of each row a second time, on other pages: it says what is missing when the pages of
 * the table cannot be read.
 */
#include "core/store/schema.h"

#include <stdio.h>

#include "core/base/hash.h"

enum { APPLICATION_ID = 0x756d6272 }; /* PRAGMA application_id: "umbr" */

#define TABLE_ROW                                                                         \
	"CREATE TABLE row (kind INTEGER NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, " \
	"mark INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
#define INDEX_MARK "CREATE INDEX row_mark ON row (kind, id, mark)"
#define TABLE_COMMITS                                                                          \
	"CREATE TABLE commits (id INTEGER PRIMARY KEY, file TEXT NOT NULL, count INTEGER NOT " \
	"NULL)"

int64_t schema_mark(int kind, struct str id, struct str json)
{
	static const uint8_t id_key[HASH_KEY_BYTES] = "id of a row";
	static const uint8_t json_key[HASH_KEY_BYTES] = "json of a row";
	uint64_t mark = hash_siphash(id_key, id) * 31 + hash_siphash(json_key, json);

	return (int64_t)(mark * 31 + (uint64_t)(unsigned)kind);
}

static struct str text_of(sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);

	return (struct str){text, text == NULL ? 0 : (size_t)sqlite3_value_bytes(value)};
}

static void mark_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	sqlite3_result_int64(context,
		schema_mark(sqlite3_value_int(values[0]), text_of(values[1]), text_of(values[2])));
}

static int query_int(sqlite3 *db, const char *sql, int *ret_value)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

int schema_look(sqlite3 *db, enum schema_state *ret_state, int *ret_version)
{
	int application = 0;
	int things = 0;
	int ours = 0;
	int code = query_int(db, "PRAGMA user_version", ret_version);

	if (code == SQLITE_OK)
		code = query_int(db, "PRAGMA application_id", &application);
	if (code == SQLITE_OK)
		code = query_int(db, "SELECT count(*) FROM sqlite_master", &things);
	if (code == SQLITE_OK)
		code = query_int(db,
			"SELECT count(*) FROM sqlite_master WHERE sql IN ('" TABLE_ROW
			"', '" INDEX_MARK "', '" TABLE_COMMITS "')",
			&ours);
	if (code != SQLITE_OK)
		return code;
	if (things == 0 && *ret_version == 0 && application == 0)
		*ret_state = SCHEMA_EMPTY;
	else if (ours == 3 && *ret_version == SCHEMA_VERSION && application == APPLICATION_ID)
		*ret_state = SCHEMA_GOOD;
	else if (ours == 3)
		*ret_state = *ret_version > SCHEMA_VERSION ? SCHEMA_NEWER : SCHEMA_DAMAGED;
	else if (application != APPLICATION_ID)
		*ret_state = SCHEMA_FOREIGN;
	else if (*ret_version > SCHEMA_VERSION)
		*ret_state = SCHEMA_NEWER;
	else
		*ret_state = *ret_version == 1 && ours == 0 ? SCHEMA_OLD : SCHEMA_DAMAGED;
	return code;
}

int schema_make(sqlite3 *db)
{
	char sql[1024];
	int had = 0;
	int code = sqlite3_create_function(db, "row_mark", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
		NULL, mark_function, NULL, NULL);

	if (code == SQLITE_OK)
		code = query_int(db, "SELECT count(*) FROM sqlite_master WHERE name = 'row'", &had);
	if (code != SQLITE_OK)
		return code;
	(void)snprintf(sql, sizeof(sql),
		"BEGIN IMMEDIATE; %s" TABLE_ROW "; " INDEX_MARK "; " TABLE_COMMITS "; %s"
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		had > 0 ? "ALTER TABLE row RENAME TO row_1; " : "",
		had > 0 ? "INSERT INTO row SELECT kind, id, json, row_mark(kind, id, json) FROM "
			  "row_1; DROP TABLE row_1; "
			: "",
		APPLICATION_ID, SCHEMA_VERSION);
	code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (code != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
