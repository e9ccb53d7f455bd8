/*
 * The store's contract over every driver (one table of cases), and what only SQLite has: durability over
 * kill -9, the lock, and the sentences for directories and files that cannot be used.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sqlite3.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/store/store.h"
#include "tests/support/store_failing.h"
#include "tests/support/store_memory.h"

/* ---- a directory, a loop, a store ---------------------------------------------------------------- */

struct bench {
	struct event_base *base;
	char dir[64];
	struct store *store;
	unsigned reports;
	enum err errs[64];
	int order[64];
	struct errbuf last;
};

static void bench_init(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	bench->base = event_base_new();
	snprintf(bench->dir, sizeof(bench->dir), P_tmpdir "/umbra-store-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
}

static void remove_dir(const char *dir)
{
	static const char *const files[] = {
		"state.db", "state.db-wal", "state.db-shm", "state.commits", "lock"};
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void bench_finish(struct bench *bench)
{
	store_destroy(bench->store);
	event_base_free(bench->base);
	remove_dir(bench->dir);
}

static struct store *open_sqlite(struct bench *bench)
{
	struct errbuf eb = {0};
	struct store *store = store_sqlite_open(bench->base, bench->dir, &eb);

	if (store == NULL)
		print_message("%s\n", eb.text);
	assert_non_null(store);
	return store;
}

static struct store *open_memory(struct bench *bench)
{
	return store_memory_create(bench->base);
}

struct told {
	struct bench *bench;
	int number;
};

static void on_done(void *arg, enum err err, const struct errbuf *eb)
{
	struct told *told = arg;
	struct bench *bench = told->bench;

	assert_true(bench->reports < ARRAY_LEN(bench->errs));
	bench->errs[bench->reports] = err;
	bench->order[bench->reports++] = told->number;
	if (err != ERR_NONE)
		bench->last = *eb;
	free(told);
}

static void commit(struct bench *bench, int number, struct batch *batch)
{
	struct told *told = xmalloc(sizeof(*told));

	*told = (struct told){bench, number};
	store_commit(bench->store, batch, on_done, told);
	assert_int_equal(batch->count, 0);
	batch_finish(batch);
}

static void commit_row(
	struct bench *bench, int number, enum row_kind kind, const char *id, const char *json)
{
	struct batch batch;

	batch_init(&batch);
	batch_put(&batch, kind, id, json);
	commit(bench, number, &batch);
}

static void wait_reports(struct bench *bench, unsigned count)
{
	while (bench->reports < count)
		assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
}

static bool add_row(
	void *arg, enum row_kind kind, struct str id, struct str json, struct errbuf *eb)
{
	(void)eb;
	strbuf_addf(arg, "%d/%.*s=%.*s ", (int)kind, STR_ARG(id), STR_ARG(json));
	return true;
}

static void assert_rows(struct bench *bench, const char *expected)
{
	struct strbuf text;

	strbuf_init(&text, 1 << 20);
	assert_int_equal(store_load(bench->store, add_row, &text, NULL), ERR_NONE);
	strbuf_add_char(&text, '.');
	assert_string_equal(text.data, expected);
	strbuf_finish(&text);
}

/* ---- the contract, over every driver ------------------------------------------------------------- */

static void case_rows(struct bench *bench)
{
	struct batch batch;

	assert_rows(bench, ".");
	commit_row(bench, 1, ROW_SESSION, "b", "{}");
	commit_row(bench, 2, ROW_SERVICE, "z", "{\"n\":\"\xe2\x98\x83 '\"}");
	batch_init(&batch);
	batch_put(&batch, ROW_SESSION, "a", "1");
	batch_put(&batch, ROW_SESSION, "b", "2");
	batch_put(&batch, ROW_META, "epoch", "\"e\"");
	batch_put(&batch, ROW_SESSION, "none", NULL);
	commit(bench, 3, &batch);
	commit_row(bench, 4, ROW_SESSION, "a", NULL);
	assert_int_equal(bench->reports, 0); /* never from inside commit */
	wait_reports(bench, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(bench->order[i], i + 1);
		assert_int_equal(bench->errs[i], ERR_NONE);
	}
	assert_rows(bench, "1/z={\"n\":\"\xe2\x98\x83 '\"} 3/b=2 6/epoch=\"e\" .");
}

static void case_empty_batch(struct bench *bench)
{
	struct batch batch;

	batch_init(&batch);
	commit(bench, 1, &batch);
	wait_reports(bench, 1);
	assert_int_equal(bench->errs[0], ERR_NONE);
}

static void case_trim(struct bench *bench)
{
	struct batch batch;
	char id[ROW_EVENT_ID_SIZE];

	batch_init(&batch);
	for (int64_t seq = 8; seq <= 11; seq++) {
		row_event_id(seq, id);
		batch_put(&batch, ROW_EVENT, id, "e");
	}
	batch_put(&batch, ROW_META, "0", "m");
	batch_put(&batch, ROW_SERVICE, "0", "s");
	commit(bench, 1, &batch);
	batch_init(&batch);
	batch.trim_events_below = 10;
	commit(bench, 2, &batch);
	wait_reports(bench, 2);
	assert_rows(bench, "1/0=s 5/0000000000000000010=e 5/0000000000000000011=e 6/0=m .");
}

static bool refuse_second(
	void *arg, enum row_kind kind, struct str id, struct str json, struct errbuf *eb)
{
	(void)kind;
	(void)id;
	(void)json;
	if (++*(int *)arg != 2)
		return true;
	err_set(eb, ERR_BAD_JSON, "the second row is bad");
	return false;
}

/* What cannot be used is named, and the rest is loaded. */
static void case_load_goes_on(struct bench *bench)
{
	struct errbuf eb = {0};
	int seen = 0;

	commit_row(bench, 1, ROW_SERVICE, "a", "1");
	commit_row(bench, 2, ROW_SERVICE, "b", "1");
	commit_row(bench, 3, ROW_SERVICE, "c", "1");
	wait_reports(bench, 3);
	assert_int_equal(store_load(bench->store, refuse_second, &seen, &eb), ERR_NONE);
	assert_int_equal(seen, 3);
	assert_true(store_is_damaged(bench->store));
	assert_int_equal(bench->store->damage.lost, 1);
	assert_string_equal(bench->store->damage.names[0], "service b: the second row is bad");
}

static void case_destroy_reports(struct bench *bench)
{
	commit_row(bench, 1, ROW_SERVICE, "a", "1");
	commit_row(bench, 2, ROW_SERVICE, "b", "1");
	store_destroy(bench->store);
	bench->store = NULL;
	assert_int_equal(bench->reports, 2);
	assert_int_equal(bench->errs[1], ERR_NONE);
}

static void case_describe(struct bench *bench)
{
	char text[512];
	char small[4];

	store_describe(bench->store, text, sizeof(text));
	assert_non_null(strstr(text, "\"driver\":\""));
	assert_non_null(strstr(text, "\"pending\":0"));
	store_describe(bench->store, small, sizeof(small));
	assert_string_equal(small, "");
}

static void test_contract(void **state)
{
	static struct store *(*const drivers[])(struct bench *) = {open_memory, open_sqlite};
	static void (*const cases[])(struct bench *) = {case_rows, case_empty_batch, case_trim,
		case_load_goes_on, case_destroy_reports, case_describe};

	(void)state;
	for (size_t d = 0; d < ARRAY_LEN(drivers); d++) {
		for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
			struct bench bench;

			print_message("driver %zu case %zu\n", d, c);
			bench_init(&bench);
			bench.store = drivers[d](&bench);
			cases[c](&bench);
			bench_finish(&bench);
		}
	}
}

/* ---- failing on order ---------------------------------------------------------------------------- */

/* Six commits at once with the n-th failing: it and what followed fail, then all is well again. */
static void run_failing(struct store *(*open_inner)(struct bench *), unsigned n, bool forever)
{
	struct bench bench;
	char expected[64] = "";

	bench_init(&bench);
	bench.store = store_failing_create(open_inner(&bench), n, forever);
	for (int i = 1; i <= 6; i++) {
		char id[2] = {(char)('0' + i), '\0'};

		commit_row(&bench, i, ROW_SERVICE, id, "x");
	}
	wait_reports(&bench, 6);
	commit_row(&bench, 7, ROW_SERVICE, "7", "x");
	wait_reports(&bench, 7);
	for (int i = 1; i <= 7; i++) {
		bool failed = n > 0 && i >= (int)n && (i < 7 || n == 7 || forever);
		size_t len = strlen(expected);

		assert_int_equal(bench.order[i - 1], i);
		assert_int_equal(bench.errs[i - 1], failed ? ERR_STORE : ERR_NONE);
		if (!failed)
			snprintf(expected + len, sizeof(expected) - len, "1/%d=x ", i);
	}
	snprintf(expected + strlen(expected), 2, ".");
	assert_rows(&bench, expected);
	bench_finish(&bench);
}

static void test_failing_on_order(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 8; n++) {
		run_failing(open_memory, n, false);
		run_failing(open_memory, n, true);
		run_failing(open_sqlite, n, false);
	}
}

/* ---- SQLite: durability -------------------------------------------------------------------------- */

static void on_ack(void *arg, enum err err, const struct errbuf *eb)
{
	struct told *told = arg;

	(void)eb;
	if (err == ERR_NONE)
		(void)!write(STDOUT_FILENO, &told->number, sizeof(told->number));
	free(told);
}

/* A child that commits until it is killed and writes the number of each durable batch to `fd`. */
static void commit_for_ever(const char *dir, int fd)
{
	struct event_base *base = event_base_new();
	struct store *store = store_sqlite_open(base, dir, NULL);
	int number = 0;

	if (store == NULL || dup2(fd, STDOUT_FILENO) < 0)
		_exit(9);
	for (;;) {
		for (int i = 0; i < 5; i++) {
			struct told *told = xmalloc(sizeof(*told));
			struct batch batch;
			char id[16];

			*told = (struct told){NULL, ++number};
			snprintf(id, sizeof(id), "%08d", number);
			batch_init(&batch);
			batch_put(&batch, ROW_SESSION, id, "{}");
			store_commit(store, &batch, on_ack, told);
			batch_finish(&batch);
		}
		event_base_loop(base, EVLOOP_ONCE);
	}
}

struct seen {
	int next;
};

/* Batches are durable in order, so the rows are 1, 2, 3 ... without a hole. */
static bool count_row(
	void *arg, enum row_kind kind, struct str id, struct str json, struct errbuf *eb)
{
	struct seen *seen = arg;
	char expected[16];

	(void)kind;
	(void)json;
	(void)eb;
	snprintf(expected, sizeof(expected), "%08d", seen->next++);
	assert_true(str_eq_c(id, expected));
	return true;
}

static void test_kill_keeps_what_was_acknowledged(void **state)
{
	struct bench bench;
	int last = 0;

	(void)state;
	bench_init(&bench);
	for (int round = 0; round < 3; round++) {
		struct seen seen = {1};
		int ends[2];
		int number;
		pid_t child;

		remove_dir(bench.dir);
		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			close(ends[0]);
			commit_for_ever(bench.dir, ends[1]);
		}
		close(ends[1]);
		for (last = 0; last < 50 + 37 * round;) {
			assert_int_equal(read(ends[0], &number, sizeof(number)), sizeof(number));
			assert_int_equal(number, last + 1);
			last = number;
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(ends[0], &number, sizeof(number)) == sizeof(number))
			last = number;
		close(ends[0]);
		bench.store = open_sqlite(&bench);
		assert_int_equal(store_load(bench.store, count_row, &seen, NULL), ERR_NONE);
		print_message("acknowledged %d, found %d\n", last, seen.next - 1);
		assert_true(seen.next - 1 >= last);
		store_destroy(bench.store);
		bench.store = NULL;
	}
	bench_finish(&bench);
}

/* ---- SQLite: what cannot be opened or written ---------------------------------------------------- */

static void assert_refused(struct bench *bench, const char *dir, const char *sentence)
{
	struct errbuf eb = {0};

	assert_null(store_sqlite_open(bench->base, dir, &eb));
	print_message("%s\n", eb.text);
	assert_non_null(strstr(eb.text, dir));
	assert_non_null(strstr(eb.text, sentence));
}

static void test_lock_names_the_holder(void **state)
{
	struct bench bench;
	char sentence[32];

	(void)state;
	bench_init(&bench);
	bench.store = open_sqlite(&bench);
	snprintf(sentence, sizeof(sentence), "(pid %d)", (int)getpid());
	assert_refused(&bench, bench.dir, sentence);
	store_destroy(bench.store);
	bench.store = open_sqlite(&bench);
	bench_finish(&bench);
}

static void write_file(const struct bench *bench, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/state.db", bench->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void run_sql(const struct bench *bench, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/state.db", bench->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_foreign_and_newer_files(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	write_file(&bench, "this is a letter to my grandmother, not a database at all, and it is "
			   "longer than one hundred bytes, as letters to her are");
	assert_refused(&bench, bench.dir, "not a database of umbra");
	remove_dir(bench.dir);
	mkdir(bench.dir, 0700);
	run_sql(&bench, "CREATE TABLE other (x)");
	assert_refused(&bench, bench.dir, "not a database of umbra");
	remove_dir(bench.dir);
	bench.store = open_sqlite(&bench);
	store_destroy(bench.store);
	bench.store = NULL;
	run_sql(&bench, "PRAGMA user_version = 7");
	assert_refused(&bench, bench.dir, "newer umbra (schema 7, this one knows 2)");
	bench_finish(&bench);
}

static void test_directory_is_private_and_made(void **state)
{
	struct bench bench;
	struct stat status;
	char dir[128];
	char parent[96];

	(void)state;
	bench_init(&bench);
	snprintf(parent, sizeof(parent), "%s/a", bench.dir);
	snprintf(dir, sizeof(dir), "%s/b", parent);
	bench.store = store_sqlite_open(bench.base, dir, NULL);
	assert_non_null(bench.store);
	assert_int_equal(stat(dir, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	store_destroy(bench.store);
	bench.store = NULL;
	remove_dir(dir);
	rmdir(parent);
	write_file(&bench, "");
	snprintf(dir, sizeof(dir), "%s/state.db", bench.dir);
	assert_refused(&bench, dir, "is not a directory");
	assert_refused(&bench, "", "No such file");
	bench_finish(&bench);
}

/* Runs in a child without root's rights, because root may write everywhere. */
static int refused_when_read_only(const struct bench *bench)
{
	struct event_base *base = event_base_new();
	struct errbuf eb = {0};
	bool refused;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 8;
	refused = store_sqlite_open(base, bench->dir, &eb) == NULL;
	event_base_free(base);
	return refused && strstr(eb.text, "Permission denied") && strstr(eb.text, bench->dir) ? 0
											      : 9;
}

static void test_read_only_directory(void **state)
{
	struct bench bench;
	int status;
	pid_t child;

	(void)state;
	bench_init(&bench);
	assert_int_equal(chmod(bench.dir, 0555), 0);
	child = fork();
	if (child == 0)
		_exit(refused_when_read_only(&bench));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	bench_finish(&bench);
}

/* Files that may not grow stand for a full disk; when there is room again the store goes on. */
static void test_recovers_when_the_file_may_grow_again(void **state)
{
	struct bench bench;
	struct rlimit before;
	struct rlimit tight;
	struct strbuf big;
	char text[1024];

	(void)state;
	bench_init(&bench);
	bench.store = open_sqlite(&bench);
	commit_row(&bench, 1, ROW_SESSION, "a", "1");
	wait_reports(&bench, 1);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	tight = before;
	tight.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &tight);
	strbuf_init(&big, 1 << 20);
	for (int i = 0; i < 20000; i++)
		strbuf_addf(&big, "%08x ", (unsigned)i * 2654435761U);
	commit_row(&bench, 2, ROW_SESSION, "b", big.data);
	commit_row(&bench, 3, ROW_SESSION, "c", "1");
	wait_reports(&bench, 3);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	strbuf_finish(&big);
	assert_int_equal(bench.errs[1], ERR_STORE);
	assert_int_equal(bench.errs[2], ERR_STORE);
	assert_non_null(strstr(bench.last.text, "state.db"));
	store_describe(bench.store, text, sizeof(text));
	assert_non_null(strstr(text, "\"last_error\":\""));
	commit_row(&bench, 4, ROW_SESSION, "d", "1");
	wait_reports(&bench, 4);
	assert_int_equal(bench.errs[3], ERR_NONE);
	assert_rows(&bench, "3/a=1 3/d=1 .");
	store_describe(bench.store, text, sizeof(text));
	assert_non_null(strstr(text, "\"last_error\":null"));
	bench_finish(&bench);
}

/* ---- the write-ahead log ------------------------------------------------------------------------- */

static int64_t file_bytes(const struct bench *bench)
{
	struct stat status;
	char path[256];

	snprintf(path, sizeof(path), "%s/state.db", bench->dir);
	return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}

/* `until` reports, one commit of 64 pages of the log after another. */
static void commit_pages(struct bench *bench, unsigned until, const char *json)
{
	char id[16];

	while (bench->reports < until) {
		snprintf(id, sizeof(id), "%u", bench->reports);
		commit_row(bench, 1, ROW_SESSION, id, json);
		wait_reports(bench, bench->reports + 1);
	}
}

/* Into the file when it is quiet, so that no commit waits for it; a very long one in a commit all the same. */
static void test_log_is_moved_when_nobody_waits(void **state)
{
	static char json[256 * 1024];
	struct bench bench;

	(void)state;
	memset(json, '1', sizeof(json) - 1);
	bench_init(&bench);
	bench.store = open_sqlite(&bench);
	commit_pages(&bench, 20, json);
	assert_in_range(file_bytes(&bench), 0, 1 << 20);
	while (file_bytes(&bench) < 4 << 20)
		assert_int_equal(event_base_loop(bench.base, EVLOOP_NONBLOCK), 0);
	bench.reports = 0;
	commit_pages(&bench, 64, json);
	assert_in_range(file_bytes(&bench), 14 << 20, 64 << 20);
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_failing_on_order),
		cmocka_unit_test(test_kill_keeps_what_was_acknowledged),
		cmocka_unit_test(test_lock_names_the_holder),
		cmocka_unit_test(test_foreign_and_newer_files),
		cmocka_unit_test(test_directory_is_private_and_made),
		cmocka_unit_test(test_read_only_directory),
		cmocka_unit_test(test_log_is_moved_when_nobody_waits),
		cmocka_unit_test(test_recovers_when_the_file_may_grow_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
