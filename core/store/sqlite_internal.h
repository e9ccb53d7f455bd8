/*
 * What the two files of the SQLite store share; nobody else includes it. sqlite_open.c opens, checks and
 * repairs a file before the loop runs; store_sqlite.c loads it and writes to it.
 */
#ifndef UMBRA_STORE_SQLITE_INTERNAL_H
#define UMBRA_STORE_SQLITE_INTERNAL_H

#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "core/base/file.h"
#include "core/store/commits.h"
#include "core/store/commit_queue.h"
#include "core/store/store.h"

enum statement {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_PUT,
	STMT_DELETE,
	STMT_TRIM,
	STMT_COMMITS,
	STMT_COUNT
};

extern const char *const sqlite_statement_sql[STMT_COUNT];

/* What is open, and what its name must lead to while it is. */
enum watched { WATCH_FILE, WATCH_LOG, WATCH_LOCK, WATCH_COUNT };

struct sqlite_store {
	struct store store;
	struct worker *worker;
	int lock_fd;
	int commits_fd;
	char dir[PATH_MAX - 64]; /* room for a file's name behind it */
	char path[PATH_MAX]; /* of the database */
	char watched_path[WATCH_COUNT][PATH_MAX];
	struct file_id watched[WATCH_COUNT];
	struct commits commits; /* the worker's */
	sqlite3 *db;
	sqlite3_stmt *statements[STMT_COUNT];
	struct commit_queue_list group; /* with the worker; empty when it is idle */
	struct commit_queue_list queue; /* committed since */
	enum err
		group_err; /* what came of the group; written by the worker, read when it is back */
	struct errbuf group_eb;
	int64_t group_file_bytes;
	int group_log_pages; /* in the write-ahead log */
	struct event *quiet; /* libevent's: moves the log into the file */
	struct event *look; /* libevent's: whether the files are still there, and can be written */
	unsigned looks; /* while the last write has failed */
	bool told_failed; /* the log has said that nothing can be stored */
	int64_t file_bytes;
	char last_error[512]; /* "" when the last group was stored */
	struct errbuf
		found_missing; /* by the worker at its last look; ERR_NONE when all is there */
	struct errbuf missing; /* the loop's copy */
};

/* The lock and the database, checked and whole; what was wrong with it is in the store's damage. */
enum err sqlite_open_database(struct sqlite_store *sqlite, const char *dir, struct errbuf *eb);

/* A sentence for SQLite's code, with what to do. Returns ERR_STORE. */
enum err sqlite_explain(
	const struct sqlite_store *sqlite, int code, const char *doing, struct errbuf *eb);
/* Rows of a batch, in the transaction that is open. SQLite's code. */
int sqlite_write_batch(struct sqlite_store *sqlite, const struct batch *batch);
/* A column's text, SQLite's until the next step. */
struct str sqlite_column(sqlite3_stmt *stmt, int index);
/* For sqlite3_wal_hook. */
int sqlite_on_logged(void *arg, sqlite3 *db, const char *name, int pages);

#endif
