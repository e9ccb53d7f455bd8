/*
 * Opening state.db: taken for us alone, of this version, whole, or made whole from what can be read.
 *
 * Called by store_sqlite.c before its thread runs. A damaged file is never written to: what is good in it goes
 * into a new one, which takes its name when it is complete.
 *
 * The damaged file and its log belong together, and two files cannot be replaced at once. So the new one is first
 * called state.db.repaired: from then on the log is removed and the new file given its name, by this run or, when it
 * is killed, by the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/base/time.h"
#include "core/store/repair.h"
#include "core/store/schema.h"
#include "core/store/sqlite_internal.h"
#include "core/store/state_dir.h"

#define REPAIRED "state.db.repaired"

enum { BUSY_MS = 5000 }; /* a person with a database shell may hold a lock for a moment */

static enum err open_handle(struct sqlite_store *sqlite, const char *path, struct errbuf *eb)
{
	int code = sqlite3_open_v2(path, &sqlite->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK)
		return sqlite_explain(sqlite, code, "opening", eb);
	sqlite3_busy_timeout(sqlite->db, BUSY_MS);
	(void)sqlite3_wal_hook(
		sqlite->db, sqlite_on_logged, sqlite); /* instead of its own, at 1000 */
	return ERR_NONE;
}

static void close_handle(struct sqlite_store *sqlite)
{
	sqlite3_close(sqlite->db);
	sqlite->db = NULL;
}

/* WAL first, so that making the schema is already a WAL transaction. */
static int set_modes(sqlite3 *db)
{
	return sqlite3_exec(
		db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL, NULL);
}

/* The rows go into a file of their own, which takes the place of the damaged one when it is complete. */
static enum err write_repaired(
	struct sqlite_store *sqlite, const char *path, struct batch *rows, struct errbuf *eb)
{
	enum err err;
	int code;

	(void)unlink(path);
	err = open_handle(sqlite, path, eb);
	if (err != ERR_NONE)
		return err;
	/* Without a log beside it: what is renamed must be all there is. */
	code = sqlite3_exec(sqlite->db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL",
		NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = schema_make(sqlite->db);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(sqlite->db, sqlite_statement_sql[STMT_PUT], -1,
			&sqlite->statements[STMT_PUT], NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(sqlite->db, "BEGIN", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite_write_batch(sqlite, rows);
	if (code == SQLITE_OK)
		code = sqlite3_exec(sqlite->db, "COMMIT", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		err = sqlite_explain(sqlite, code, "repairing", eb);
	sqlite3_finalize(sqlite->statements[STMT_PUT]);
	sqlite->statements[STMT_PUT] = NULL;
	close_handle(sqlite);
	return err;
}

static void sync_dir(const struct sqlite_store *sqlite)
{
	int dir = open(sqlite->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0) {
		(void)fsync(dir);
		close(dir);
	}
}

/* The new file takes the place of the damaged one, whose log is not its log. */
static enum err replace_damaged(
	const struct sqlite_store *sqlite, const char *repaired, struct errbuf *eb)
{
	if (unlink(sqlite->watched_path[WATCH_LOG]) != 0 && errno != ENOENT)
		return err_set(eb, ERR_IO, "%s cannot be removed: %s",
			sqlite->watched_path[WATCH_LOG], strerror(errno));
	sync_dir(sqlite);
	if (rename(repaired, sqlite->path) != 0)
		return err_set(eb, ERR_IO, "%s cannot be replaced by %s: %s", sqlite->path,
			repaired, strerror(errno));
	sync_dir(sqlite);
	return ERR_NONE;
}

/* The damaged file gets a second name, `kept`, its log too, and then the new one its place. */
static enum err put_in_place(
	struct sqlite_store *sqlite, const char *fresh, const char *kept, struct errbuf *eb)
{
	char kept_log[PATH_MAX + 8];
	char repaired[PATH_MAX];

	(void)snprintf(kept_log, sizeof(kept_log), "%s-wal", kept);
	(void)snprintf(repaired, sizeof(repaired), "%s/" REPAIRED, sqlite->dir);
	if (link(sqlite->path, kept) != 0 ||
		(link(sqlite->watched_path[WATCH_LOG], kept_log) != 0 && errno != ENOENT))
		return err_set(eb, ERR_IO, "%s is damaged and cannot be kept as %s: %s",
			sqlite->path, kept, strerror(errno));
	sync_dir(sqlite);
	if (rename(fresh, repaired) != 0)
		return err_set(eb, ERR_IO, "%s cannot be written: %s", repaired, strerror(errno));
	sync_dir(sqlite);
	return replace_damaged(sqlite, repaired, eb);
}

/* A run before this one was killed when all it had saved was written. */
static enum err finish_repair(struct sqlite_store *sqlite, struct errbuf *eb)
{
	char repaired[PATH_MAX];

	(void)snprintf(repaired, sizeof(repaired), "%s/" REPAIRED, sqlite->dir);
	if (access(repaired, F_OK) != 0)
		return ERR_NONE;
	store_damage_say(&sqlite->store.damage,
		"%s was damaged; what could be read of it was saved, how much is lost is not known "
		"any more, and the damaged file is kept as %s/state.db.damaged-*; look at what is "
		"there, and register again what is missing",
		sqlite->path, sqlite->dir);
	return replace_damaged(sqlite, repaired, eb);
}

/* Saves what can be read, and says what could not and where the damaged file is. */
static enum err repair(struct sqlite_store *sqlite, const char *what, struct errbuf *eb)
{
	struct store_damage *damage = &sqlite->store.damage;
	char fresh[PATH_MAX];
	char kept[PATH_MAX];
	char time[TIME_TEXT_SIZE];
	struct batch rows;
	size_t saved;
	bool complete;
	int keep_log = 0;
	enum err err;

	time_format(time_now_ms(), time);
	(void)snprintf(fresh, sizeof(fresh), "%s/state.db.new", sqlite->dir);
	(void)snprintf(kept, sizeof(kept), "%s/state.db.damaged-%s", sqlite->dir, time);
	batch_init(&rows);
	repair_read(sqlite->db, &rows, damage, &complete);
	saved = rows.count;
	(void)sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &keep_log);
	close_handle(sqlite);
	if (saved == 0)
		err = sqlite_explain(sqlite, SQLITE_CORRUPT, "repairing", eb);
	else
		err = write_repaired(sqlite, fresh, &rows, eb);
	batch_finish(&rows);
	if (err == ERR_NONE)
		err = put_in_place(sqlite, fresh, kept, eb);
	store_damage_say(damage,
		"%s was damaged (%s); %zu rows of it were saved, %zu are lost%s, and the damaged "
		"file is kept as %s; register again what is lost, or restore the file from a copy",
		sqlite->path, what, saved, damage->lost,
		complete ? "" : ", and there may be others whose names cannot be read", kept);
	return err != ERR_NONE ? err : open_handle(sqlite, sqlite->path, eb);
}

/* A file of this version that is whole, whatever it was before. */
static enum err check_database(struct sqlite_store *sqlite, struct errbuf *eb)
{
	enum schema_state state = SCHEMA_DAMAGED;
	char why[200] = "its tables are not as they were made";
	int version = 0;
	int code = schema_look(sqlite->db, &state, &version);

	if (code != SQLITE_OK && (code & 0xff) != SQLITE_CORRUPT)
		return sqlite_explain(sqlite, code, "opening", eb);
	switch (code == SQLITE_OK ? state : SCHEMA_DAMAGED) {
	case SCHEMA_FOREIGN:
		return sqlite_explain(sqlite, SQLITE_NOTADB, "opening", eb);
	case SCHEMA_NEWER:
		return err_set(eb, ERR_STORE,
			"%s was written by a newer umbra (schema %d, this one knows %d); run that "
			"one, or choose another directory with --data",
			sqlite->path, version, SCHEMA_VERSION);
	case SCHEMA_EMPTY:
	case SCHEMA_OLD:
		break;
	case SCHEMA_GOOD:
		if (repair_is_whole(sqlite->db, why, sizeof(why)))
			break;
		return repair(sqlite, why, eb);
	case SCHEMA_DAMAGED:
		return repair(sqlite, why, eb);
	}
	code = set_modes(sqlite->db);
	if (code == SQLITE_OK && state != SCHEMA_GOOD)
		code = schema_make(sqlite->db);
	return code == SQLITE_OK ? ERR_NONE : sqlite_explain(sqlite, code, "opening", eb);
}

/* What the database says of itself; a new or a repaired one has no name, and gets one. */
static int read_commits(struct sqlite_store *sqlite, bool *ret_named)
{
	struct commits *commits = &sqlite->commits;
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(
		sqlite->db, "SELECT file, count FROM commits WHERE id = 1", -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		str_copy(commits->file, sizeof(commits->file), sqlite_column(stmt, 0));
		commits->count = sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	*ret_named = code == SQLITE_ROW;
	if (code != SQLITE_DONE)
		return code == SQLITE_ROW ? SQLITE_OK : code;
	random_word(commits->file, COMMITS_NAME_SIZE - 1);
	code = sqlite3_prepare_v2(sqlite->db,
		"INSERT INTO commits (id, file, count) VALUES (1, ?1, 0)", -1, &stmt, NULL);
	sqlite3_bind_text(stmt, 1, commits->file, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Compares with the count beside the database, which no damage of the database reaches. */
static enum err check_commits(struct sqlite_store *sqlite, struct errbuf *eb)
{
	struct store_damage *damage = &sqlite->store.damage;
	struct commits beside = {{0}, 0};
	char path[PATH_MAX];
	enum commits_state state;
	bool named = false;
	int code = read_commits(sqlite, &named);

	if (code != SQLITE_OK)
		return sqlite_explain(sqlite, code, "opening", eb);
	(void)snprintf(path, sizeof(path), "%s/state.commits", sqlite->dir);
	sqlite->commits_fd = file_open_private(path, O_RDWR, eb);
	if (sqlite->commits_fd < 0)
		return ERR_IO;
	state = commits_read(sqlite->commits_fd, &beside);
	if (damage->text[0] != '\0')
		; /* it is told already */
	else if (state == COMMITS_UNREADABLE)
		store_damage_say(damage,
			"%s cannot be read, so it is not known whether the newest changes are in "
			"%s",
			path, sqlite->path);
	else if (!named && state == COMMITS_GOOD && beside.count > 0)
		store_damage_say(damage,
			"%s is new or empty, and %lld changes were stored here before; if that was "
			"not meant, restore it from a copy",
			sqlite->path, (long long)beside.count);
	else if (strcmp(beside.file, sqlite->commits.file) == 0 &&
		 beside.count > sqlite->commits.count)
		store_damage_say(damage,
			"%s lacks the newest %lld changes: its log was damaged or removed, or it "
			"is an older copy; look at what was changed last, and do it again where it "
			"is missing",
			sqlite->path, (long long)(beside.count - sqlite->commits.count));
	(void)commits_write(sqlite->commits_fd, &sqlite->commits);
	return ERR_NONE;
}

static enum err prepare(struct sqlite_store *sqlite, struct errbuf *eb)
{
	int code = set_modes(sqlite->db);

	for (size_t i = 0; code == SQLITE_OK && i < STMT_COUNT; i++)
		code = sqlite3_prepare_v3(sqlite->db, sqlite_statement_sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &sqlite->statements[i], NULL);
	return code == SQLITE_OK ? ERR_NONE : sqlite_explain(sqlite, code, "opening", eb);
}

static enum err watch_files(struct sqlite_store *sqlite, struct errbuf *eb)
{
	for (size_t i = 0; i < WATCH_COUNT; i++) {
		if (!file_identify(sqlite->watched_path[i], &sqlite->watched[i]))
			return err_set(eb, ERR_IO, "%s cannot be found: %s",
				sqlite->watched_path[i], strerror(errno));
	}
	return ERR_NONE;
}

enum err sqlite_open_database(struct sqlite_store *sqlite, const char *dir, struct errbuf *eb)
{
	static const char *const names[WATCH_COUNT] = {
		[WATCH_FILE] = "state.db",
		[WATCH_LOG] = "state.db-wal",
		[WATCH_LOCK] = "lock",
	};
	enum err err;

	if (!str_copy(sqlite->dir, sizeof(sqlite->dir), str_of(dir)))
		return err_set(eb, ERR_IO, "%s is too long a name for a directory", dir);
	for (size_t i = 0; i < WATCH_COUNT; i++)
		(void)snprintf(sqlite->watched_path[i], sizeof(sqlite->watched_path[i]), "%s/%s",
			dir, names[i]);
	memcpy(sqlite->path, sqlite->watched_path[WATCH_FILE], sizeof(sqlite->path));
	sqlite->lock_fd = state_dir_acquire(dir, eb);
	if (sqlite->lock_fd < 0)
		return ERR_IO;
	if (finish_repair(sqlite, eb) != ERR_NONE)
		return ERR_IO;
	/* SQLite gives its log the mode of the database. */
	if (!file_take_database(sqlite->path, eb))
		return ERR_IO;
	err = open_handle(sqlite, sqlite->path, eb);
	if (err == ERR_NONE)
		err = check_database(sqlite, eb);
	if (err == ERR_NONE)
		err = prepare(sqlite, eb);
	if (err == ERR_NONE)
		err = check_commits(sqlite, eb);
	return err != ERR_NONE ? err : watch_files(sqlite, eb);
}
