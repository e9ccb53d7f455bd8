/*
 * A partition of the history over SQLite. Called by the archive only. The SQL is made from the
 * table of a request's fields, so a new field is a new column: raise SCHEMA_VERSION with it.
 *
 * WAL without a sync for each transaction: a kill loses nothing that was committed, a power cut may
 * lose the last seconds, and neither damages the file. Choices are stored as numbers, so their
 * enums are append only too.
 */
#include "core/traffic/history_partition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

enum {
	SCHEMA_VERSION = 2, /* PRAGMA user_version; 1 had no `pinned` */
	APPLICATION_ID = 0x756d6268, /* PRAGMA application_id: "umbh" */
	SQL_MAX = 8192,
};

/* ---- SQL from the field table ---- */

/*
 * Made when the partition is full, at one go: ids are random, and keeping their indexes up to date
 * with every transaction costs ten times what storing the records does.
 */
static const char *const index_sql[] = {
	"CREATE INDEX request_time ON request (time)",
	"CREATE INDEX request_version ON request (service, version)",
	"CREATE INDEX request_session ON request (session) WHERE session IS NOT NULL",
	"CREATE INDEX request_trace ON request (trace) WHERE trace IS NOT NULL",
	"CREATE INDEX request_id ON request (id) WHERE id IS NOT NULL",
	"CREATE INDEX request_pinned ON request (service, pinned) WHERE pinned IS NOT NULL",
};

static const char *column_type(enum field_type type)
{
	if (type == FIELD_VIEW)
		return "TEXT";
	return type == FIELD_NUMBER ? "REAL" : "INTEGER";
}

static void add_columns(struct strbuf *sql, bool with_types)
{
	for (size_t i = 0; i < request_type.field_count; i++) {
		const struct field *field = &request_type.fields[i];
		strbuf_addf(sql, "\"%s\"", field->name);
		if (with_types)
			strbuf_addf(sql, " %s%s", column_type(field->type),
				strcmp(field->name, "seq") == 0 ? " PRIMARY KEY" : "");
		strbuf_add_c(sql, ", ");
	}
	strbuf_add_c(sql, with_types ? "carriers INTEGER" : "carriers");
}

static void add_schema(struct strbuf *sql)
{
	strbuf_add_c(sql, "BEGIN; CREATE TABLE request (");
	add_columns(sql, true);
	strbuf_addf(sql,
		"); CREATE TABLE run (seq INTEGER PRIMARY KEY);"
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		APPLICATION_ID, SCHEMA_VERSION);
}

static enum err fail(struct partition *partition, const char *doing, struct errbuf *eb)
{
	int code = partition->db != NULL ? sqlite3_errcode(partition->db) : SQLITE_CANTOPEN;
	const char *detail = partition->db != NULL ? sqlite3_errmsg(partition->db) : "";
	int error;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		partition->bad = true;
	error = partition->db != NULL ? sqlite3_system_errno(partition->db) : 0;
	if (code == SQLITE_FULL || error == ENOSPC || error == EDQUOT)
		return err_set(eb, ERR_IO,
			"no space left for %s; requests are routed and counted, and kept again "
			"when there is room",
			partition->path);
	return err_set(eb, ERR_IO, "%s: %s: %s", partition->path, doing, detail);
}

static bool exec(struct partition *partition, const char *sql)
{
	return sqlite3_exec(partition->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static sqlite3_stmt *prepare(struct partition *partition, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(partition->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return NULL;
	return stmt;
}

/* The first row's first two columns. */
static bool query_pair(struct partition *partition, const char *sql, int64_t ret_pair[2])
{
	sqlite3_stmt *stmt = prepare(partition, sql);
	bool found = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW;

	if (found) {
		ret_pair[0] = sqlite3_column_int64(stmt, 0);
		ret_pair[1] = sqlite3_column_count(stmt) > 1 ? sqlite3_column_int64(stmt, 1) : 0;
	}
	sqlite3_finalize(stmt);
	return found;
}

/* ---- opening and closing ---- */

static int64_t file_size(const char *path, const char *suffix)
{
	char name[PATH_MAX + 8];
	struct stat status;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &status) == 0 ? (int64_t)status.st_size : 0;
}

static void measure(struct partition *partition)
{
	partition->bytes = file_size(partition->path, "") + file_size(partition->path, "-wal");
}

/* A partition of before: nothing in it is known to have been pinned. */
static bool upgrade(struct partition *partition)
{
	int64_t pair[2];

	return exec(partition, "BEGIN; ALTER TABLE request ADD COLUMN pinned TEXT;"
			       "PRAGMA user_version = 2; COMMIT") &&
	       query_pair(partition, "SELECT count(*) FROM sqlite_master WHERE type = 'index'",
		       pair) &&
	       /* The others are made while it is the newest, in their order. */
	       (pair[0] != ARRAY_LEN(index_sql) - 1 ||
		       exec(partition, index_sql[ARRAY_LEN(index_sql) - 1]));
}

static enum err read_state(struct partition *partition, struct errbuf *eb)
{
	int64_t pair[2];

	if (!query_pair(partition, "PRAGMA user_version", pair))
		return fail(partition, "reading", eb);
	if (pair[0] == 0) {
		struct strbuf sql;
		strbuf_init(&sql, SQL_MAX);
		add_schema(&sql);
		bool made = exec(partition, sql.data);
		strbuf_finish(&sql);
		if (!made)
			return fail(partition, "making the tables", eb);
	} else if (pair[0] == 1) {
		if (!upgrade(partition))
			return fail(partition, "adding a column", eb);
	} else if (pair[0] != SCHEMA_VERSION) {
		partition->bad = true;
		return err_set(eb, ERR_IO, "%s has schema %lld, this program knows %d",
			partition->path, (long long)pair[0], SCHEMA_VERSION);
	}
	/* Two looks at an end of the table; together in one SELECT it would be read whole. */
	if (!query_pair(partition,
		    "SELECT ifnull((SELECT min(seq) FROM request), 0),"
		    " ifnull((SELECT max(seq) FROM request), 0)",
		    pair))
		return fail(partition, "reading", eb);
	partition->first = pair[0];
	partition->last = pair[1];
	if (!query_pair(partition, "SELECT count(*) FROM sqlite_master WHERE type = 'index'", pair))
		return fail(partition, "reading", eb);
	partition->indexes = (unsigned)pair[0];
	measure(partition);
	return ERR_NONE;
}

enum err partition_open(struct partition *partition, struct errbuf *eb)
{
	enum err err;

	if (partition->db != NULL)
		return ERR_NONE;
	if (!file_take_database(partition->path, eb) ||
		!file_identify(partition->path, &partition->file))
		return ERR_IO;
	if (sqlite3_open_v2(partition->path, &partition->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK ||
		!exec(partition, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
				 "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 256;"
				 "PRAGMA journal_size_limit = 1048576; PRAGMA temp_store = MEMORY"))
		err = fail(partition, "opening", eb);
	else
		err = read_state(partition, eb);
	if (err != ERR_NONE)
		partition_close(partition);
	return err;
}

void partition_close(struct partition *partition)
{
	sqlite3_finalize(partition->insert);
	partition->insert = NULL;
	sqlite3_close(partition->db);
	partition->db = NULL;
	measure(partition);
}

void partition_unlink(const struct partition *partition)
{
	static const char *const suffixes[] = {"-wal", "-shm", "-journal", ""};
	char name[PATH_MAX + 16];

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", partition->path, suffixes[i]);
		(void)unlink(name);
	}
}

/* ---- writing ---- */

static void bind_field(
	sqlite3_stmt *stmt, int index, const struct field *field, const struct request *request)
{
	const void *at = (const char *)request + field->offset;

	switch (field->type) {
	case FIELD_VIEW: {
		const struct str *view = at;
		if (view->p != NULL)
			sqlite3_bind_text(stmt, index, view->p, str_int_len(*view), SQLITE_STATIC);
		else
			sqlite3_bind_null(stmt, index);
		break;
	}
	case FIELD_NUMBER:
		sqlite3_bind_double(stmt, index, *(const double *)at);
		break;
	case FIELD_BOOL:
		sqlite3_bind_int(stmt, index, *(const bool *)at);
		break;
	case FIELD_CHOICE:
		sqlite3_bind_int(stmt, index, *(const int *)at);
		break;
	default:
		sqlite3_bind_int64(stmt, index, *(const int64_t *)at);
	}
}

static bool insert(struct partition *partition, const struct request *request)
{
	int index = 1;

	for (size_t i = 0; i < request_type.field_count; i++)
		bind_field(partition->insert, index++, &request_type.fields[i], request);
	sqlite3_bind_int64(partition->insert, index, request->carriers);
	int code = sqlite3_step(partition->insert);
	sqlite3_reset(partition->insert);
	return code == SQLITE_DONE;
}

static bool prepare_insert(struct partition *partition)
{
	struct strbuf sql;

	if (partition->insert != NULL)
		return true;
	strbuf_init(&sql, SQL_MAX);
	strbuf_add_c(&sql, "INSERT INTO request (");
	add_columns(&sql, false);
	strbuf_add_c(&sql, ") VALUES (?");
	for (size_t i = 0; i < request_type.field_count; i++)
		strbuf_add_c(&sql, ", ?");
	strbuf_add_c(&sql, ")");
	partition->insert = prepare(partition, sql.data);
	strbuf_finish(&sql);
	return partition->insert != NULL;
}

enum err partition_write(struct partition *partition, struct request *const *requests, size_t count,
	struct errbuf *eb)
{
	if (count == 0)
		return ERR_NONE;
	bool good = exec(partition, "BEGIN IMMEDIATE") && prepare_insert(partition);
	for (size_t i = 0; good && i < count; i++)
		good = insert(partition, requests[i]);
	if (good && exec(partition, "COMMIT")) {
		if (partition->first == 0)
			partition->first = requests[0]->seq;
		partition->last = requests[count - 1]->seq;
		measure(partition);
		return ERR_NONE;
	}
	enum err err = fail(partition, "writing", eb);
	/* Some errors have rolled back already. */
	if (sqlite3_get_autocommit(partition->db) == 0)
		exec(partition, "ROLLBACK");
	measure(partition);
	return err;
}

bool partition_is_indexed(const struct partition *partition)
{
	return partition->indexes >= ARRAY_LEN(index_sql);
}

enum err partition_add_index(struct partition *partition, struct errbuf *eb)
{
	if (!exec(partition, index_sql[partition->indexes]))
		return fail(partition, "making an index", eb);
	partition->indexes++;
	measure(partition);
	return ERR_NONE;
}

enum err partition_add_run(struct partition *partition, int64_t seq, struct errbuf *eb)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO run (seq) VALUES (%lld)", (long long)seq);
	return exec(partition, sql) ? ERR_NONE : fail(partition, "writing", eb);
}

bool partition_has_run(struct partition *partition, int64_t after, int64_t upto)
{
	char sql[96];
	int64_t pair[2];

	snprintf(sql, sizeof(sql), "SELECT 1 FROM run WHERE seq > %lld AND seq <= %lld LIMIT 1",
		(long long)after, (long long)upto);
	return query_pair(partition, sql, pair);
}

/* ---- reading ---- */

static int choice_count(const struct field *field)
{
	int count = 0;

	while (field->choices[count] != NULL)
		count++;
	return count;
}

/* The views are SQLite's, until the next step. */
static void read_field(sqlite3_stmt *stmt, int index, const struct field *field, void *at)
{
	switch (field->type) {
	case FIELD_VIEW: {
		struct str *view = at;
		view->p = (const char *)sqlite3_column_text(stmt, index);
		view->n = view->p != NULL ? (size_t)sqlite3_column_bytes(stmt, index) : 0;
		break;
	}
	case FIELD_NUMBER:
		*(double *)at = sqlite3_column_double(stmt, index);
		break;
	case FIELD_BOOL:
		*(bool *)at = sqlite3_column_int(stmt, index) != 0;
		break;
	case FIELD_CHOICE: {
		int choice = sqlite3_column_int(stmt, index);
		int none = choice_count(field);
		*(int *)at = choice >= 0 && choice < none ? choice : none;
		break;
	}
	default:
		*(int64_t *)at = sqlite3_column_int64(stmt, index);
	}
}

static void read_row(sqlite3_stmt *stmt, struct request *request)
{
	*request = (struct request){0};
	for (size_t i = 0; i < request_type.field_count; i++)
		read_field(stmt, (int)i, &request_type.fields[i],
			(char *)request + request_type.fields[i].offset);
	request->carriers = (unsigned)sqlite3_column_int64(stmt, (int)request_type.field_count) &
			    ((1U << CARRIER_COUNT) - 1);
}

/* Indexes that give their rows in order of seq, the most telling first. */
static const struct {
	const char *terms[2];
	const char *sql;
	const char
		*other; /* of rows that `sql` leaves out, in the same order; NULL: there are none */
} lookups[] = {
	{{"id", NULL}, " AND id = ?3", NULL},
	{{"trace", NULL}, " AND trace = ?3", NULL},
	{{"session", NULL}, " AND session = ?3", NULL},
	{{"service", "version"}, " AND service = ?3 AND version = ?4",
		" AND service = ?3 AND pinned = ?4"},
};

static void add_select(struct strbuf *sql)
{
	strbuf_add_c(sql, "SELECT ");
	add_columns(sql, false);
	strbuf_add_c(sql, " FROM request WHERE seq >= ?1 AND seq <= ?2");
}

/* Adds the condition of the first index the filter can use, and its words to `ret_words`. */
static void add_lookup(struct strbuf *sql, const struct filter *filter, struct str ret_words[2])
{
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		const char *second = lookups[i].terms[1];
		struct str a = filter_exact(filter, lookups[i].terms[0]);
		struct str b = second != NULL ? filter_exact(filter, second) : (struct str){0};
		if (a.p == NULL || (second != NULL && b.p == NULL))
			continue;
		strbuf_add_c(sql, lookups[i].sql);
		if (lookups[i].other != NULL) {
			strbuf_add_c(sql, " UNION ALL ");
			add_select(sql);
			strbuf_add_c(sql, lookups[i].other);
		}
		ret_words[0] = a;
		ret_words[1] = b;
		return;
	}
}

/*
 * The first row that is not older than since:, so that older ones need not be read; by the first
 * index.
 */
static int64_t low_by_time(struct partition *partition, const struct partition_query *query)
{
	char sql[96];
	int64_t pair[2];

	if (query->since == 0 || query->ascending || partition->indexes == 0)
		return query->low;
	/* With the plus sign it is the index that is walked, not the table from its beginning. */
	snprintf(sql, sizeof(sql), "SELECT min(+seq) FROM request WHERE time >= %lld",
		(long long)query->since);
	if (!query_pair(partition, sql, pair))
		return query->low;
	if (pair[0] == 0)
		return INT64_MAX;
	return pair[0] > query->low ? pair[0] : query->low;
}

static sqlite3_stmt *prepare_read(struct partition *partition, const struct partition_query *query)
{
	struct str words[2] = {{0}, {0}};
	struct strbuf sql;

	strbuf_init(&sql, SQL_MAX);
	add_select(&sql);
	if (query->filter != NULL && !query->ascending)
		add_lookup(&sql, query->filter, words);
	strbuf_add_c(&sql, query->ascending ? " ORDER BY seq ASC" : " ORDER BY seq DESC");
	sqlite3_stmt *stmt = prepare(partition, sql.data);
	strbuf_finish(&sql);
	if (stmt == NULL)
		return NULL;
	sqlite3_bind_int64(stmt, 1, low_by_time(partition, query));
	sqlite3_bind_int64(stmt, 2, query->high);
	for (int i = 0; i < 2; i++)
		if (words[i].p != NULL)
			sqlite3_bind_text(
				stmt, 3 + i, words[i].p, str_int_len(words[i]), SQLITE_STATIC);
	return stmt;
}

enum err partition_read(struct partition *partition, const struct partition_query *query,
	size_t *ret_rows, struct errbuf *eb)
{
	sqlite3_stmt *stmt = prepare_read(partition, query);
	struct request request;
	int code = SQLITE_DONE;

	*ret_rows = 0;
	if (stmt == NULL)
		return fail(partition, "reading", eb);
	while (*ret_rows < query->max_rows && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		(*ret_rows)++;
		read_row(stmt, &request);
		if (!query->row(query->arg, &request))
			break;
	}
	sqlite3_finalize(stmt);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return fail(partition, "reading", eb);
	return ERR_NONE;
}
