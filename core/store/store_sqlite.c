/*
 * The store that lasts: one SQLite file, in WAL mode with a full sync for each transaction.
 *
 * Nobody waits for the log to be moved into the file: that is done once the store has been quiet, and within
 * a commit only when the log has become long all the same.
 *
 * Group commit: at most one group of batches is with the worker thread. What is committed meanwhile
 * queues up and is the next group, one transaction and one sync for all of it. Invariants: a batch is in
 * `group` or in `queue`, never in both; the database handle is the worker's while a group is with it and
 * nobody's otherwise (load and close run before the first and after the last).
 */
#include "core/store/store.h"

#include <event2/event.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/base/worker.h"
#include "core/store/pending.h"
#include "core/store/state_dir.h"

enum {
	SCHEMA_VERSION = 1, /* PRAGMA user_version */
	APPLICATION_ID = 0x756d6272, /* PRAGMA application_id: "umbr" */
	LOG_PAGES = 1000, /* of the write-ahead log, to be moved into the file when it is quiet */
	LOG_PAGES_MOST = 4000, /* 16 MiB: moved by the commit that came so far */
	QUIET_US = 100000,
	BUSY_MS = 5000, /* a person with a database shell may hold a lock for a moment */
};

enum statement {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_PUT,
	STMT_DELETE,
	STMT_TRIM,
	STMT_COUNT
};

static const char *const statement_sql[STMT_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_PUT] = "INSERT OR REPLACE INTO row (kind, id, json) VALUES (?1, ?2, ?3)",
	[STMT_DELETE] = "DELETE FROM row WHERE kind = ?1 AND id = ?2",
	[STMT_TRIM] = "DELETE FROM row WHERE kind = ?1 AND id < ?2",
};

struct sqlite_store {
	struct store store;
	struct worker *worker;
	int lock_fd;
	char path[PATH_MAX];
	sqlite3 *db;
	sqlite3_stmt *statements[STMT_COUNT];
	struct pending_list group; /* with the worker; empty when it is idle */
	struct pending_list queue; /* committed since */
	enum err
		group_err; /* what came of the group; written by the worker, read when it is back */
	struct errbuf group_eb;
	int64_t group_file_bytes;
	int group_log_pages; /* in the write-ahead log */
	struct event *quiet; /* libevent's: moves the log into the file */
	int64_t file_bytes;
	char last_error[512]; /* "" when the last group was stored */
};

/* ---- the database, on the worker's thread once it runs -------------------------------------------- */

static enum err explain(
	const struct sqlite_store *sqlite, int code, const char *doing, struct errbuf *eb)
{
	static const struct {
		int code;
		const char *text;
	} known[] = {
		{SQLITE_NOTADB, "is not a database of umbra; move it away or choose another "
				"directory with --data"},
		{SQLITE_CORRUPT,
			"is damaged; restore it from a copy, or move it away to start empty"},
		{SQLITE_FULL, "cannot grow: the disk is full; make room, then try again"},
		{SQLITE_READONLY, "cannot be written; check its owner and mode, or choose another "
				  "directory with --data"},
		{SQLITE_CANTOPEN, "cannot be opened; check its owner and mode, or choose another "
				  "directory with --data"},
		{SQLITE_BUSY, "is locked by another program; close it and try again"},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if ((code & 0xff) == known[i].code)
			return err_set(eb, ERR_STORE, "%s %s", sqlite->path, known[i].text);
	}
	return err_set(eb, ERR_STORE, "%s: %s failed: %s", sqlite->path, doing,
		sqlite->db != NULL ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(code));
}

/* Runs a statement that returns no rows. `id` and `json` may be NULL. */
static int run(struct sqlite_store *sqlite, enum statement which, enum row_kind kind,
	const char *id, const char *json)
{
	sqlite3_stmt *stmt = sqlite->statements[which];
	int code;

	if (id != NULL) {
		sqlite3_bind_int(stmt, 1, (int)kind);
		sqlite3_bind_text(stmt, 2, id, -1, SQLITE_STATIC);
	}
	if (json != NULL)
		sqlite3_bind_text(stmt, 3, json, -1, SQLITE_STATIC);
	code = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int write_batch(struct sqlite_store *sqlite, const struct batch *batch)
{
	char bound[ROW_EVENT_ID_SIZE];
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < batch->count; i++) {
		const struct row *row = &batch->rows[i];

		code = run(sqlite, row->json != NULL ? STMT_PUT : STMT_DELETE, row->kind, row->id,
			row->json);
	}
	if (code == SQLITE_OK && batch->trim_events_below > 0) {
		row_event_id(batch->trim_events_below, bound);
		code = run(sqlite, STMT_TRIM, ROW_EVENT, bound, NULL);
	}
	return code;
}

static int64_t file_size(const struct sqlite_store *sqlite)
{
	struct stat status;

	return stat(sqlite->path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static int on_logged(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *sqlite = arg;

	(void)db;
	(void)name;
	sqlite->group_log_pages = pages;
	return SQLITE_OK;
}

/* What fails here is in the log still, and is tried again. */
static void move_log(void *arg)
{
	struct sqlite_store *sqlite = arg;

	(void)sqlite3_wal_checkpoint_v2(sqlite->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* The worker's job: all of the group or nothing of it. */
static void write_group(void *arg)
{
	struct sqlite_store *sqlite = arg;
	int code = run(sqlite, STMT_BEGIN, 0, NULL, NULL);

	for (struct pending *p = sqlite->group.first; code == SQLITE_OK && p != NULL; p = p->next)
		code = write_batch(sqlite, &p->batch);
	if (code == SQLITE_OK)
		code = run(sqlite, STMT_COMMIT, 0, NULL, NULL);
	sqlite->group_err = ERR_NONE;
	if (code != SQLITE_OK)
		sqlite->group_err = explain(sqlite, code, "writing", &sqlite->group_eb);
	/* Some errors have rolled back already. */
	if (code != SQLITE_OK && sqlite3_get_autocommit(sqlite->db) == 0)
		run(sqlite, STMT_ROLLBACK, 0, NULL, NULL);
	if (sqlite->group_log_pages >= LOG_PAGES_MOST)
		move_log(sqlite);
	sqlite->group_file_bytes = file_size(sqlite);
}

/* ---- on the loop --------------------------------------------------------------------------------- */

static void start_group(struct sqlite_store *sqlite);

/* Begins anew with each group that is done, and so ends when none has been for a while. */
static void wait_for_quiet(struct sqlite_store *sqlite)
{
	static const struct timeval quiet = {0, QUIET_US};

	if (sqlite->group_log_pages >= LOG_PAGES)
		(void)evtimer_add(sqlite->quiet, &quiet);
}

static void on_quiet(evutil_socket_t fd, short what, void *arg)
{
	struct sqlite_store *sqlite = arg;

	(void)fd;
	(void)what;
	if (sqlite->group.count == 0)
		worker_post(sqlite->worker, move_log, NULL, sqlite);
}

static void on_group_done(void *arg)
{
	struct sqlite_store *sqlite = arg;
	struct pending_list group = pending_take(&sqlite->group);
	struct pending_list after = {0};
	enum err err = sqlite->group_err;
	struct errbuf eb = {0};

	sqlite->file_bytes = sqlite->group_file_bytes;
	sqlite->last_error[0] = '\0';
	if (err != ERR_NONE) {
		eb = sqlite->group_eb;
		str_copy(sqlite->last_error, sizeof(sqlite->last_error), str_of(eb.text));
		after = pending_take(&sqlite->queue);
	}
	pending_report(&group, err, &eb);
	pending_report(&after, err, &eb);
	wait_for_quiet(sqlite);
	start_group(sqlite);
}

static void start_group(struct sqlite_store *sqlite)
{
	if (sqlite->group.count > 0 || sqlite->queue.count == 0)
		return;
	sqlite->group = pending_take(&sqlite->queue);
	worker_post(sqlite->worker, write_group, on_group_done, sqlite);
}

static void sqlite_commit(struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	pending_add(&sqlite->queue, batch, done, arg);
	start_group(sqlite);
}

static struct str column(sqlite3_stmt *stmt, int index)
{
	const char *text = (const char *)sqlite3_column_text(stmt, index);

	return (struct str){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, index)};
}

static enum err sqlite_load(struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(
		sqlite->db, "SELECT kind, id, json FROM row ORDER BY kind, id", -1, &stmt, NULL);
	enum err err = ERR_NONE;

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(stmt);
		if (code != SQLITE_ROW)
			break;
		if (!row(arg, (enum row_kind)sqlite3_column_int(stmt, 0), column(stmt, 1),
			    column(stmt, 2), eb)) {
			err = ERR_IO;
			break;
		}
	}
	if (err == ERR_NONE && code != SQLITE_DONE)
		err = explain(sqlite, code, "reading", eb);
	sqlite3_finalize(stmt);
	return err;
}

static void sqlite_close(struct sqlite_store *sqlite)
{
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	if (sqlite->quiet != NULL)
		event_free(sqlite->quiet);
	if (sqlite->lock_fd >= 0)
		close(sqlite->lock_fd);
	free(sqlite);
}

static void sqlite_destroy(struct store *store)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	/* Reports every group; each report posts the next one, until the queue is empty. */
	worker_destroy(sqlite->worker);
	sqlite_close(sqlite);
}

static void sqlite_describe(const struct store *store, char *dst, size_t size_bytes)
{
	const struct sqlite_store *sqlite = (const struct sqlite_store *)store;
	struct json_writer w;
	struct strbuf out;

	strbuf_init(&out, size_bytes - 1);
	json_start(&w, &out);
	json_c(&w, "driver", "sqlite");
	json_c(&w, "file", sqlite->path);
	json_int(&w, "size_bytes", sqlite->file_bytes);
	json_uint(&w, "pending", sqlite->group.count + sqlite->queue.count);
	json_c(&w, "last_error", sqlite->last_error[0] != '\0' ? sqlite->last_error : NULL);
	str_copy(dst, size_bytes, strbuf_ok(&out) ? strbuf_str(&out) : STR_LIT(""));
	strbuf_finish(&out);
}

static const struct store_ops sqlite_ops = {
	.name = "sqlite",
	.load = sqlite_load,
	.commit = sqlite_commit,
	.destroy = sqlite_destroy,
	.describe = sqlite_describe,
};

/* ---- opening ------------------------------------------------------------------------------------- */

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

/* An empty file becomes ours; a file that is ours may not be newer than this program. */
static enum err check_schema(struct sqlite_store *sqlite, struct errbuf *eb)
{
	int version = 0;
	int application = 0;
	int tables = 0;
	int code = query_int(sqlite->db, "PRAGMA user_version", &version);

	if (code == SQLITE_OK)
		code = query_int(sqlite->db, "PRAGMA application_id", &application);
	if (code == SQLITE_OK)
		code = query_int(sqlite->db, "SELECT count(*) FROM sqlite_master", &tables);
	if (code != SQLITE_OK)
		return explain(sqlite, code, "opening", eb);
	if (version == 0 && tables == 0)
		return ERR_NONE;
	if (application != APPLICATION_ID)
		return explain(sqlite, SQLITE_NOTADB, "opening", eb);
	if (version > SCHEMA_VERSION)
		return err_set(eb, ERR_STORE,
			"%s was written by a newer umbra (schema %d, this one knows %d); run that "
			"one, or choose another directory with --data",
			sqlite->path, version, SCHEMA_VERSION);
	return ERR_NONE;
}

static enum err prepare(struct sqlite_store *sqlite, struct errbuf *eb)
{
	char schema[512];
	int code;

	/* In this order: WAL first, so that making the schema is already a WAL transaction. */
	snprintf(schema, sizeof(schema),
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; "
		"CREATE TABLE IF NOT EXISTS row (kind INTEGER NOT NULL, id TEXT NOT NULL, "
		"json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID; "
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		APPLICATION_ID, SCHEMA_VERSION);
	code = sqlite3_exec(sqlite->db, schema, NULL, NULL, NULL);
	for (size_t i = 0; code == SQLITE_OK && i < STMT_COUNT; i++)
		code = sqlite3_prepare_v3(sqlite->db, statement_sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &sqlite->statements[i], NULL);
	return code == SQLITE_OK ? ERR_NONE : explain(sqlite, code, "opening", eb);
}

static enum err open_database(struct sqlite_store *sqlite, const char *dir, struct errbuf *eb)
{
	int len = snprintf(sqlite->path, sizeof(sqlite->path), "%s/state.db", dir);
	int code;
	enum err err;

	if (len < 0 || (size_t)len >= sizeof(sqlite->path))
		return err_set(eb, ERR_IO, "%s is too long a name for a directory", dir);
	sqlite->lock_fd = state_dir_acquire(dir, eb);
	if (sqlite->lock_fd < 0)
		return ERR_IO;
	code = sqlite3_open_v2(sqlite->path, &sqlite->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return explain(sqlite, code, "opening", eb);
	sqlite3_busy_timeout(sqlite->db, BUSY_MS);
	(void)sqlite3_wal_hook(sqlite->db, on_logged, sqlite); /* instead of its own, at 1000 */
	err = check_schema(sqlite, eb);
	return err != ERR_NONE ? err : prepare(sqlite, eb);
}

struct store *store_sqlite_open(struct event_base *base, const char *dir, struct errbuf *eb)
{
	struct sqlite_store *sqlite = xcalloc(1, sizeof(*sqlite));

	sqlite->store.ops = &sqlite_ops;
	sqlite->lock_fd = -1;
	if (open_database(sqlite, dir, eb) == ERR_NONE) {
		sqlite->file_bytes = file_size(sqlite);
		sqlite->quiet = evtimer_new(base, on_quiet, sqlite);
		if (sqlite->quiet != NULL)
			sqlite->worker = worker_create(base, "umbra-store");
		if (sqlite->worker != NULL)
			return &sqlite->store;
		err_set(eb, ERR_FAILED, "cannot start the thread that stores state");
	}
	sqlite_close(sqlite);
	return NULL;
}
