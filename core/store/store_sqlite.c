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

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/worker.h"
#include "core/store/schema.h"
#include "core/store/sqlite_internal.h"
#include "core/store/state_dir.h"

enum {
	LOG_PAGES = 1000, /* of the write-ahead log, to be moved into the file when it is quiet */
	LOG_PAGES_MOST = 4000, /* 16 MiB: moved by the commit that came so far */
	QUIET_US = 100000,
	LOOK_S = 1, /* between two looks whether the files are still there */
	PROBE_LOOKS = 2, /* looks between two writes of our own, while the last write has failed */
	PROBE_BYTES =
		32768, /* as much as a write from outside takes, or it would find room that is none */
};

const char *const sqlite_statement_sql[STMT_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_PUT] = "INSERT OR REPLACE INTO row (kind, id, json, mark) VALUES (?1, ?2, ?3, ?4)",
	[STMT_DELETE] = "DELETE FROM row WHERE kind = ?1 AND id = ?2",
	[STMT_TRIM] = "DELETE FROM row WHERE kind = ?1 AND id < ?2",
	[STMT_COMMITS] = "UPDATE commits SET count = count + 1 WHERE file = ?1 AND count = ?2",
};

/* ---- the database, on the worker's thread once it runs -------------------------------------------- */

static bool is_disk_full(const struct sqlite_store *sqlite, int code)
{
	struct statvfs fs;
	int error = sqlite->db != NULL ? sqlite3_system_errno(sqlite->db) : 0;

	if ((code & 0xff) == SQLITE_FULL)
		return true;
	/* Some of its calls lose the reason on the way. */
	return (code & 0xff) == SQLITE_IOERR &&
	       (error == ENOSPC || error == EDQUOT ||
		       (statvfs(sqlite->dir, &fs) == 0 && fs.f_bavail == 0));
}

enum err sqlite_explain(
	const struct sqlite_store *sqlite, int code, const char *doing, struct errbuf *eb)
{
	static const struct {
		int code;
		const char *text;
	} known[] = {
		{SQLITE_NOTADB, "is not a database of umbra, or its beginning is damaged; restore "
				"it from a copy, move it away to start empty, or choose another "
				"directory with --data"},
		{SQLITE_CORRUPT,
			"is damaged; restore it from a copy, or move it away to start empty"},
		{SQLITE_READONLY, "cannot be written; check its owner and mode, or choose another "
				  "directory with --data"},
		{SQLITE_CANTOPEN, "cannot be opened; check its owner and mode, or choose another "
				  "directory with --data"},
		{SQLITE_BUSY, "is locked by another program; close it and try again"},
	};
	struct rlimit limit;

	if (is_disk_full(sqlite, code))
		return err_set(eb, ERR_STORE, "no space left on %s; %s", sqlite->dir,
			sqlite->worker == NULL
				? "make room there, or choose another directory with --data"
				: "what is stored is served and routed as before, and changes are "
				  "taken again when there is room");
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if ((code & 0xff) == known[i].code)
			return err_set(eb, ERR_STORE, "%s %s", sqlite->path, known[i].text);
	}
	/* SQLite does not keep why a write failed. */
	if ((code & 0xff) == SQLITE_IOERR && getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
		limit.rlim_cur != RLIM_INFINITY)
		return err_set(eb, ERR_STORE,
			"%s: %s failed: %s; files may not grow beyond %llu bytes here (ulimit -f)",
			sqlite->path, doing, sqlite3_errstr(code),
			(unsigned long long)limit.rlim_cur);
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
	if (json != NULL) {
		sqlite3_bind_text(stmt, 3, json, -1, SQLITE_STATIC);
		sqlite3_bind_int64(stmt, 4, schema_mark((int)kind, str_of(id), str_of(json)));
	}
	code = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int sqlite_write_batch(struct sqlite_store *sqlite, const struct batch *batch)
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

int sqlite_on_logged(void *arg, sqlite3 *db, const char *name, int pages)
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

/* Counts the commit; false when the count is not what it was after our last one. */
static int count_commit(struct sqlite_store *sqlite, bool *ret_ours)
{
	sqlite3_stmt *stmt = sqlite->statements[STMT_COMMITS];
	int code;

	sqlite3_bind_text(stmt, 1, sqlite->commits.file, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, sqlite->commits.count);
	code = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	*ret_ours = code != SQLITE_DONE || sqlite3_changes(sqlite->db) == 1;
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* A lock that was removed is taken again, so that no other control plane can. */
static bool renew_lock(struct sqlite_store *sqlite, struct errbuf *eb)
{
	int fd = state_dir_lock(sqlite->dir, eb);

	if (fd < 0)
		return false;
	close(sqlite->lock_fd);
	sqlite->lock_fd = fd;
	return file_identify_fd(fd, &sqlite->watched[WATCH_LOCK]);
}

/* Whether what is open is what the names lead to. Leaves a sentence when not. */
static bool files_are_there(struct sqlite_store *sqlite)
{
	struct errbuf eb = {0};
	struct file_id id;

	errbuf_clear(&sqlite->found_missing);
	for (size_t i = 0; i < WATCH_COUNT; i++) {
		const char *path = sqlite->watched_path[i];

		if (file_is(path, &sqlite->watched[i]) ||
			(i == WATCH_LOCK && renew_lock(sqlite, &eb)))
			continue;
		(void)err_set(&sqlite->found_missing, ERR_STORE,
			"%s was %s while it was open, so nothing can be stored; %s",
			i == WATCH_LOCK || !file_identify(sqlite->dir, &id) ? sqlite->dir : path,
			file_identify(path, &id) ? "replaced" : "removed",
			eb.text[0] != '\0' ? eb.text
					   : "put it back, or restart umbra serve to begin with "
					     "what is there now");
		return false;
	}
	return true;
}

static int write_rows(struct sqlite_store *sqlite, bool *ret_ours)
{
	int code = run(sqlite, STMT_BEGIN, 0, NULL, NULL);

	*ret_ours = true;
	if (code == SQLITE_OK)
		code = count_commit(sqlite, ret_ours);
	for (struct commit_queue *p = sqlite->group.first;
		code == SQLITE_OK && *ret_ours && p != NULL; p = p->next)
		code = sqlite_write_batch(sqlite, &p->batch);
	if (code == SQLITE_OK && *ret_ours)
		code = run(sqlite, STMT_COMMIT, 0, NULL, NULL);
	return code;
}

/* The worker's job: all of the group or nothing of it. */
static void write_group(void *arg)
{
	struct sqlite_store *sqlite = arg;
	struct errbuf *eb = &sqlite->group_eb;
	bool there = files_are_there(sqlite);
	bool ours = true;
	int code = there ? write_rows(sqlite, &ours) : SQLITE_OK;

	sqlite->group_err =
		code != SQLITE_OK ? sqlite_explain(sqlite, code, "writing", eb) : ERR_NONE;
	/* Some errors have rolled back already. */
	if (sqlite3_get_autocommit(sqlite->db) == 0)
		run(sqlite, STMT_ROLLBACK, 0, NULL, NULL);
	if (there && ours && code == SQLITE_OK) {
		sqlite->commits.count++;
		(void)commits_write(sqlite->commits_fd, &sqlite->commits);
		/* What went while it was written is nowhere now. */
		there = files_are_there(sqlite);
	}
	if (!there)
		sqlite->group_err = err_set(eb, ERR_STORE, "%s", sqlite->found_missing.text);
	else if (!ours)
		sqlite->group_err = err_set(eb, ERR_STORE,
			"%s was changed by another program; restart umbra serve to begin with what "
			"is in it now",
			sqlite->path);
	if (sqlite->group_log_pages >= LOG_PAGES_MOST)
		move_log(sqlite);
	sqlite->group_file_bytes = file_size(sqlite);
}

static void look(void *arg)
{
	(void)files_are_there(arg);
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

static void copy_missing(struct sqlite_store *sqlite)
{
	sqlite->missing = sqlite->found_missing;
}

/* Where nothing can be stored, the log has a line when that begins and one when it ends. */
static void tell_ready(struct sqlite_store *sqlite)
{
	char why[512];
	bool failed = !store_ready(&sqlite->store, why, sizeof(why));

	if (failed && !sqlite->told_failed)
		log_error("nothing can be stored, so changes are refused: %s", why);
	if (!failed && sqlite->told_failed)
		log_warning("changes can be stored again");
	sqlite->told_failed = failed;
}

static void on_looked(void *arg)
{
	struct sqlite_store *sqlite = arg;

	/* With a group at the worker the text is its to write. */
	if (sqlite->group.count > 0)
		return;
	copy_missing(sqlite);
	tell_ready(sqlite);
}

static void on_group_done(void *arg)
{
	struct sqlite_store *sqlite = arg;
	struct commit_queue_list group = commit_queue_take(&sqlite->group);
	struct commit_queue_list after = {0};
	enum err err = sqlite->group_err;
	struct errbuf eb = {0};

	copy_missing(sqlite);
	sqlite->file_bytes = sqlite->group_file_bytes;
	sqlite->last_error[0] = '\0';
	if (err != ERR_NONE) {
		eb = sqlite->group_eb;
		str_copy(sqlite->last_error, sizeof(sqlite->last_error), str_of(eb.text));
		after = commit_queue_take(&sqlite->queue);
	}
	tell_ready(sqlite);
	commit_queue_report(&group, err, &eb);
	commit_queue_report(&after, err, &eb);
	wait_for_quiet(sqlite);
	start_group(sqlite);
}

static void start_group(struct sqlite_store *sqlite)
{
	if (sqlite->group.count > 0 || sqlite->queue.count == 0)
		return;
	sqlite->group = commit_queue_take(&sqlite->queue);
	worker_post(sqlite->worker, write_group, on_group_done, sqlite);
}

static void sqlite_commit(struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	commit_queue_add(&sqlite->queue, batch, done, arg);
	start_group(sqlite);
}

/*
 * Nobody may want to write while it says that it is not ready, so it finds out itself when writes work again. What came
 * of it is in `last_error`.
 */
static void probe(struct sqlite_store *sqlite)
{
	struct batch batch;
	struct strbuf text;

	strbuf_init(&text, PROBE_BYTES);
	strbuf_addf(&text, "\"%*s\"", PROBE_BYTES - 2, "");
	batch_init(&batch);
	batch_put(&batch, ROW_META, "probe", text.data);
	strbuf_finish(&text);
	sqlite_commit(&sqlite->store, &batch, NULL, NULL);
	batch_finish(&batch);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct sqlite_store *sqlite = arg;

	(void)fd;
	(void)what;
	if (sqlite->group.count > 0 || worker_pending(sqlite->worker) > 0)
		return;
	if (sqlite->last_error[0] != '\0' && ++sqlite->looks % PROBE_LOOKS == 0)
		probe(sqlite);
	else
		worker_post(sqlite->worker, look, on_looked, sqlite);
}

struct str sqlite_column(sqlite3_stmt *stmt, int index)
{
	const char *text = (const char *)sqlite3_column_text(stmt, index);

	return (struct str){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, index)};
}

static enum err sqlite_load(struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	sqlite3_stmt *stmt = NULL;
	/* Without the row that probe() leaves: it is no part of the state. */
	int code = sqlite3_prepare_v2(sqlite->db,
		"SELECT kind, id, json FROM row WHERE id <> 'probe' OR kind <> ? ORDER BY kind, id",
		-1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int(stmt, 1, ROW_META);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		struct errbuf why = {0};

		code = sqlite3_step(stmt);
		if (code != SQLITE_ROW)
			break;
		if (!row(arg, (enum row_kind)sqlite3_column_int(stmt, 0), sqlite_column(stmt, 1),
			    sqlite_column(stmt, 2), &why))
			store_damage_add(&store->damage, (enum row_kind)sqlite3_column_int(stmt, 0),
				sqlite_column(stmt, 1), why.text);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE ? ERR_NONE : sqlite_explain(sqlite, code, "reading", eb);
}

static void sqlite_close(struct sqlite_store *sqlite)
{
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	if (sqlite->quiet != NULL)
		event_free(sqlite->quiet);
	if (sqlite->look != NULL)
		event_free(sqlite->look);
	if (sqlite->commits_fd >= 0)
		close(sqlite->commits_fd);
	if (sqlite->lock_fd >= 0)
		close(sqlite->lock_fd);
	store_damage_finish(&sqlite->store.damage);
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
	json_c(&w, "missing", sqlite->missing.err != ERR_NONE ? sqlite->missing.text : NULL);
	str_copy(dst, size_bytes, strbuf_ok(&out) ? strbuf_str(&out) : STR_LIT(""));
	strbuf_finish(&out);
}

static bool sqlite_ready(const struct store *store, char *why, size_t size_bytes)
{
	const struct sqlite_store *sqlite = (const struct sqlite_store *)store;

	const char *text =
		sqlite->missing.err != ERR_NONE ? sqlite->missing.text : sqlite->last_error;

	str_copy(why, size_bytes, str_of(text));
	return text[0] == '\0';
}

static const struct store_ops sqlite_ops = {
	.name = "sqlite",
	.load = sqlite_load,
	.commit = sqlite_commit,
	.destroy = sqlite_destroy,
	.describe = sqlite_describe,
	.ready = sqlite_ready,
};

/* ---- life ---------------------------------------------------------------------------------------- */

static bool start_timers(struct sqlite_store *sqlite, struct event_base *base)
{
	static const struct timeval look_every = {LOOK_S, 0};

	sqlite->quiet = evtimer_new(base, on_quiet, sqlite);
	sqlite->look = event_new(base, -1, EV_PERSIST, on_look, sqlite);
	return sqlite->quiet != NULL && sqlite->look != NULL &&
	       event_add(sqlite->look, &look_every) == 0;
}

struct store *store_sqlite_open(struct event_base *base, const char *dir, struct errbuf *eb)
{
	struct sqlite_store *sqlite = xcalloc(1, sizeof(*sqlite));

	sqlite->store.ops = &sqlite_ops;
	sqlite->lock_fd = -1;
	sqlite->commits_fd = -1;
	if (sqlite_open_database(sqlite, dir, eb) == ERR_NONE) {
		sqlite->file_bytes = file_size(sqlite);
		if (start_timers(sqlite, base))
			sqlite->worker = worker_create(base, "umbra-store");
		if (sqlite->worker != NULL)
			return &sqlite->store;
		err_set(eb, ERR_FAILED, "cannot start the thread that stores state");
	}
	sqlite_close(sqlite);
	return NULL;
}
