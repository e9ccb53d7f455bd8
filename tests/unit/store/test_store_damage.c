/*
 * A state.db that is not what was written: bits flipped, the log damaged, an older copy, files removed while
 * they are open. All the rows are there, or those that are not are named, or the store refuses with advice.
 * UMBRA_FLIPS makes more of them; the seed is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sqlite3.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/store/store.h"

enum { VERSIONS = 31, LOG_HEAD_BYTES = 32, LOG_FRAME_BYTES = 24 + 4096 };

static char dir[64];
static struct event_base *base;

static void path_of(char path[128], const char *name)
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
}

static void empty_dir(void)
{
	DIR *open = opendir(dir);
	struct dirent *entry;

	assert_non_null(open);
	while ((entry = readdir(open)) != NULL)
		(void)unlinkat(dirfd(open), entry->d_name, 0);
	closedir(open);
}

static int setup(void **state)
{
	(void)state;
	base = event_base_new();
	(void)snprintf(dir, sizeof(dir), P_tmpdir "/umbra-damage-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	empty_dir();
	event_base_free(base);
	return rmdir(dir);
}

static struct store *open_store(struct errbuf *eb)
{
	errbuf_clear(eb);
	return store_sqlite_open(base, dir, eb);
}

/* ---- writing ------------------------------------------------------------------------------------- */

struct answer {
	bool done;
	enum err err;
	char text[512];
};

static void on_done(void *arg, enum err err, const struct errbuf *eb)
{
	struct answer *answer = arg;

	answer->done = true;
	answer->err = err;
	if (err != ERR_NONE)
		(void)snprintf(answer->text, sizeof(answer->text), "%s", eb->text);
}

static void commit(struct store *store, struct batch *batch, struct answer *answer)
{
	*answer = (struct answer){0};
	store_commit(store, batch, on_done, answer);
	batch_finish(batch);
	while (!answer->done)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void put(struct store *store, enum row_kind kind, const char *id, const char *json,
	struct answer *answer)
{
	struct batch batch;

	batch_init(&batch);
	batch_put(&batch, kind, id, json);
	commit(store, &batch, answer);
}

static void put_version(struct store *store, int number)
{
	struct answer answer;
	char id[32];
	char json[300];

	(void)snprintf(id, sizeof(id), "cart@pr-%d", number);
	(void)snprintf(json, sizeof(json),
		"{\"service\":\"cart\",\"version\":\"pr-%d\",\"title\":\"%0200d\"}", number,
		number);
	put(store, ROW_VERSION, id, json, &answer);
	assert_int_equal(answer.err, ERR_NONE);
}

static struct store *write_into_store(void)
{
	struct errbuf eb;
	struct store *store = open_store(&eb);
	struct answer answer;

	assert_non_null(store);
	put(store, ROW_SERVICE, "cart", "{\"name\":\"cart\"}", &answer);
	for (int i = 1; i <= VERSIONS; i++) {
		char id[ROW_EVENT_ID_SIZE];

		put_version(store, i);
		row_event_id(i, id);
		put(store, ROW_EVENT, id, "{\"action\":\"version-registered\"}", &answer);
	}
	return store;
}

static void write_rows(void)
{
	store_destroy(write_into_store());
}

/* ---- reading ------------------------------------------------------------------------------------- */

static bool seen[VERSIONS + 1];
static size_t seen_others;

static bool see(void *arg, enum row_kind kind, struct str id, struct str json, struct errbuf *eb)
{
	char expected[32];
	uint64_t number = 0;

	(void)arg;
	(void)eb;
	seen_others += kind != ROW_VERSION;
	if (kind != ROW_VERSION)
		return true;
	assert_true(id.n > 8 && str_to_u64((struct str){id.p + 8, id.n - 8}, &number));
	assert_in_range(number, 1, VERSIONS);
	(void)snprintf(expected, sizeof(expected), "\"version\":\"pr-%d\"", (int)number);
	assert_true(json.n > 200);
	assert_non_null(memmem(json.p, json.n, expected, strlen(expected)));
	assert_false(seen[number]);
	seen[number] = true;
	return true;
}

static bool is_named(const struct store *store, const char *name)
{
	for (size_t i = 0; i < store->damage.name_count; i++) {
		if (strcmp(store->damage.names[i], name) == 0)
			return true;
	}
	return false;
}

static size_t load(struct store *store)
{
	struct errbuf eb = {0};
	size_t count = 0;

	memset(seen, 0, sizeof(seen));
	seen_others = 0;
	if (store_load(store, see, NULL, &eb) != ERR_NONE)
		fail_msg("%s", eb.text);
	for (int i = 1; i <= VERSIONS; i++)
		count += seen[i];
	return count;
}

/* The rule of this file. Returns what it was: 0 all there, 1 some named, 2 refused. */
static int assert_honest(const char *what)
{
	struct errbuf eb;
	struct store *store = open_store(&eb);
	size_t count;
	size_t lost;

	if (store == NULL) {
		if (strstr(eb.text, dir) == NULL || strstr(eb.text, "; ") == NULL)
			fail_msg("%s: refused without advice: %s", what, eb.text);
		return 2;
	}
	count = load(store);
	for (int i = 1; i <= VERSIONS; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "version cart@pr-%d", i);
		if (!seen[i] && !is_named(store, name) &&
			strstr(store->damage.text, "cannot be read") == NULL &&
			strstr(store->damage.text, "lacks the newest") == NULL &&
			strstr(store->damage.text, "is new or empty") == NULL)
			fail_msg("%s: %s is missing without a word: %s", what, name,
				store->damage.text);
	}
	lost = store->damage.lost;
	if (strstr(store->damage.text, "lacks") == NULL &&
		strstr(store->damage.text, "cannot be read") == NULL &&
		strstr(store->damage.text, "is new or empty") == NULL &&
		seen_others < VERSIONS + 1 && seen_others + count + lost < (size_t)2 * VERSIONS + 1)
		fail_msg("%s: %zu rows and %zu lost: %s", what, seen_others + count, lost,
			store->damage.text);
	/* What is there now can be written to. */
	put_version(store, 1);
	store_destroy(store);
	return count < VERSIONS;
}

/* ---- damage -------------------------------------------------------------------------------------- */

/* A file as it is, to be put back. */
struct copy {
	char *bytes;
	size_t len;
};

static struct copy copy_of(const char *name)
{
	struct copy copy = {xmalloc(1 << 20), 0};
	char path[128];
	ssize_t len;
	int fd;

	path_of(path, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	len = read(fd, copy.bytes, 1 << 20);
	close(fd);
	assert_in_range(len, 1, (1 << 20) - 1);
	copy.len = (size_t)len;
	return copy;
}

static void put_back(const struct copy *copy, const char *name)
{
	char path[128];
	int fd;

	path_of(path, name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, copy->bytes, copy->len), copy->len);
	close(fd);
}

static void flip(const char *name, off_t byte, int bit)
{
	char path[128];
	unsigned char value;
	int fd;

	path_of(path, name);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &value, 1, byte), 1);
	value ^= (unsigned char)(1U << bit);
	assert_int_equal(pwrite(fd, &value, 1, byte), 1);
	close(fd);
}

static int flips(void)
{
	const char *wanted = getenv("UMBRA_FLIPS");

	return wanted != NULL ? (int)strtol(wanted, NULL, 10) : 60;
}

static void flip_many(
	const struct copy *files, const char *const *names, size_t count, int kinds[3])
{
	unsigned seed = (unsigned)random_u64();

	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < flips(); i++) {
		size_t which = (size_t)rand() % count;
		size_t byte = (size_t)rand() % files[which].len;
		int bit = rand() % 8;
		char what[96];

		empty_dir();
		for (size_t f = 0; f < count; f++)
			put_back(&files[f], names[f]);
		flip(names[which], (off_t)byte, bit);
		(void)snprintf(what, sizeof(what), "%s byte %zu bit %d", names[which], byte, bit);
		kinds[assert_honest(what)]++;
	}
	print_message("%d all there, %d named, %d refused\n", kinds[0], kinds[1], kinds[2]);
}

static void one_bit_of_a_file_at_rest(void **state)
{
	static const char *const names[] = {"state.db", "state.commits"};
	struct copy files[2];
	int kinds[3] = {0};

	(void)state;
	write_rows();
	for (size_t i = 0; i < 2; i++)
		files[i] = copy_of(names[i]);
	/* The little one is there so that it is hit now and then. */
	flip_many(files, names, 1, kinds);
	assert_true(kinds[0] > 0 && kinds[1] > 0);
	flip_many(files, names, 2, kinds);
	for (size_t i = 0; i < 2; i++)
		free(files[i].bytes);
	empty_dir();
}

/* As a killed control plane leaves it: nearly all is in the log. */
static void one_bit_of_the_log(void **state)
{
	static const char *const names[] = {"state.db-wal", "state.db", "state.commits"};
	struct copy files[3];
	int kinds[3] = {0};
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		event_base_free(base);
		base = event_base_new();
		(void)write_into_store();
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	for (size_t i = 0; i < 3; i++)
		files[i] = copy_of(names[i]);
	/* What comes before a damaged frame is all that is left: in the first ones the file is only being made. */
	for (off_t frame = 0; frame < 10; frame++) {
		empty_dir();
		for (size_t i = 0; i < 3; i++)
			put_back(&files[i], names[i]);
		flip("state.db-wal", LOG_HEAD_BYTES + frame * LOG_FRAME_BYTES + 100, 0);
		(void)assert_honest("a frame of the log");
	}
	flip_many(files, names, 3, kinds);
	assert_true(kinds[1] > 0);
	for (size_t i = 0; i < 3; i++)
		free(files[i].bytes);
	empty_dir();
}

/* What was in the log and is gone with it is told, whether the log was cut, removed, or a copy put back. */
static void newest_changes_missing(void **state)
{
	struct copy old;
	struct errbuf eb;
	struct store *store;

	(void)state;
	write_rows();
	old = copy_of("state.db");
	store = open_store(&eb);
	put_version(store, 7);
	put_version(store, 8);
	store_destroy(store);
	put_back(&old, "state.db");
	store = open_store(&eb);
	assert_non_null(store);
	print_message("%s\n", store->damage.text);
	assert_non_null(strstr(store->damage.text, "lacks the newest 2 changes"));
	assert_int_equal(load(store), VERSIONS);
	store_destroy(store);
	/* Told once: from then on this is what there is. */
	store = open_store(&eb);
	assert_false(store_is_damaged(store));
	store_destroy(store);
	free(old.bytes);
	empty_dir();
}

static void a_file_that_became_empty(void **state)
{
	char path[128];
	struct errbuf eb;
	struct store *store;

	(void)state;
	write_rows();
	path_of(path, "state.db");
	assert_int_equal(truncate(path, 0), 0);
	store = open_store(&eb);
	assert_non_null(store);
	print_message("%s\n", store->damage.text);
	assert_non_null(strstr(store->damage.text, "is new or empty, and 63 changes"));
	store_destroy(store);
	empty_dir();
}

/* The damaged file is kept as it was, and after the repair all is well. */
static void damage_is_kept_and_mended(void **state)
{
	struct errbuf eb;
	struct store *store;
	struct copy copy;
	const char *kept;
	char *at;

	(void)state;
	write_rows();
	copy = copy_of("state.db");
	at = memmem(copy.bytes, copy.len, "\"version\":\"pr-9\"", 16);
	assert_non_null(at);
	flip("state.db", at - copy.bytes + 12, 0);
	store = open_store(&eb);
	assert_non_null(store);
	print_message("%s\n", store->damage.text);
	assert_int_equal(load(store), VERSIONS - 1);
	assert_true(is_named(store, "version cart@pr-9"));
	assert_int_equal(store->damage.lost, 1);
	kept = strstr(store->damage.text, dir);
	kept = strstr(kept + 1, "state.db.damaged-");
	assert_non_null(kept);
	copy.bytes[at - copy.bytes + 12] ^= 1;
	{
		char name[64];
		struct copy found;

		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(kept, ";"), kept);
		found = copy_of(name);
		assert_int_equal(found.len, copy.len);
		assert_memory_equal(found.bytes, copy.bytes, copy.len);
		free(found.bytes);
	}
	put_version(store, 9);
	store_destroy(store);
	store = open_store(&eb);
	assert_false(store_is_damaged(store));
	assert_int_equal(load(store), VERSIONS);
	store_destroy(store);
	free(copy.bytes);
	empty_dir();
}

/* ---- killed while it repairs --------------------------------------------------------------------- */

static void in_child(void (*act)(void))
{
	pid_t child = fork();

	if (child == 0) {
		event_base_free(base);
		base = event_base_new();
		act();
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* These two are in the log alone. */
static void write_newest(void)
{
	struct errbuf eb;
	struct store *store = open_store(&eb);
	struct answer answer;

	for (int i = 1; i <= 2; i++) {
		char id[ROW_EVENT_ID_SIZE];

		row_event_id(i, id);
		put(store, ROW_EVENT, id, "{\"action\":\"version-registered\"}", &answer);
	}
}

static bool changes_names(uint64_t call)
{
	static const long calls[] = {
#ifdef SYS_rename
		SYS_rename, SYS_link, SYS_unlink,
#endif
		SYS_renameat2, SYS_linkat, SYS_unlinkat};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (call == (uint64_t)calls[i])
			return true;
	return false;
}

/* Opens the store in a process that is killed at its n-th change of a name in the directory. False: it had fewer. */
static bool open_killed_at(int n)
{
	struct __ptrace_syscall_info info;
	struct errbuf eb;
	pid_t child = fork();
	int status;

	if (child == 0) {
		event_base_free(base);
		base = event_base_new();
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(2);
		(void)raise(SIGSTOP);
		_exit(open_store(&eb) != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		skip(); /* nobody is traced here */
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD), 0);
	for (;;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80) ||
			ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) <= 0 ||
			info.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_names(info.entry.nr))
			continue;
		if (--n == 0)
			break;
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	return true;
}

static void a_repair_killed_at_any_step(void **state)
{
	static const char *const names[] = {"state.db", "state.db-wal", "state.commits"};
	struct copy files[3];
	struct errbuf eb;
	struct store *store = open_store(&eb);
	bool killed = true;
	size_t count;
	char *at;

	(void)state;
	for (int i = 1; i <= VERSIONS; i++)
		put_version(store, i);
	store_destroy(store);
	in_child(write_newest);
	for (size_t i = 0; i < 3; i++)
		files[i] = copy_of(names[i]);
	/* Everywhere: also where a page was split, and nothing reads it. */
	while ((at = memmem(files[0].bytes, files[0].len, "\"version\":\"pr-10\"", 17)) != NULL)
		at[12] ^= 1;
	for (int n = 1; killed; n++) {
		empty_dir();
		for (size_t i = 0; i < 3; i++)
			put_back(&files[i], names[i]);
		killed = open_killed_at(n);
		store = open_store(&eb);
		assert_non_null(store);
		count = load(store);
		if (count != VERSIONS - 1 || seen[10] || seen_others != 2)
			fail_msg("killed at step %d: %zu of %d versions, %zu of 2 events: %s", n,
				count, VERSIONS - 1, seen_others, store->damage.text);
		put_version(store, 10);
		store_destroy(store);
		assert_true(!killed || n < 100);
		if (!killed)
			assert_true(n > 3);
	}
	for (size_t i = 0; i < 3; i++)
		free(files[i].bytes);
	empty_dir();
}

/* ---- removed and replaced while it is open ------------------------------------------------------- */

static bool becomes_ready(struct store *store, bool ready, char why[512])
{
	for (int i = 0; i < 100; i++) {
		if (store_ready(store, why, 512) == ready)
			return true;
		(void)event_base_loop(base, EVLOOP_ONCE);
	}
	return false;
}

static void files_gone_while_open(void **state)
{
	static const char *const names[] = {"state.db", "state.db-wal", "", NULL};

	(void)state;
	for (size_t i = 0; names[i] != NULL; i++) {
		struct errbuf eb;
		struct store *store = open_store(&eb);
		struct answer answer;
		char from[128];
		char to[144];
		char why[512];

		assert_non_null(store);
		put(store, ROW_SESSION, "before", "{}", &answer);
		assert_int_equal(answer.err, ERR_NONE);
		assert_true(store_ready(store, why, sizeof(why)));
		path_of(from, names[i]);
		from[strlen(from) - (names[i][0] == '\0')] = '\0';
		(void)snprintf(to, sizeof(to), "%s.away", from);
		assert_int_equal(rename(from, to), 0);
		put(store, ROW_SESSION, "lost", "{}", &answer);
		print_message("%s\n", answer.text);
		assert_int_equal(answer.err, ERR_STORE);
		assert_non_null(strstr(answer.text, dir));
		assert_non_null(strstr(answer.text, "removed"));
		assert_true(becomes_ready(store, false, why));
		assert_non_null(strstr(why, dir));
		/* As it was again, and so is the store; the one that was refused is not there. */
		assert_int_equal(rename(to, from), 0);
		assert_true(becomes_ready(store, true, why));
		put(store, ROW_SESSION, "after", "{}", &answer);
		assert_int_equal(answer.err, ERR_NONE);
		seen_others = 0;
		assert_int_equal(store_load(store, see, NULL, &eb), ERR_NONE);
		assert_int_equal(seen_others, 2);
		store_destroy(store);
		empty_dir();
	}
}

static void another_directory_in_its_place(void **state)
{
	struct errbuf eb;
	struct store *store = open_store(&eb);
	struct answer answer;
	char away[80];

	(void)state;
	assert_non_null(store);
	put(store, ROW_SESSION, "before", "{}", &answer);
	(void)snprintf(away, sizeof(away), "%s.away", dir);
	assert_int_equal(rename(dir, away), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	write_rows();
	put(store, ROW_SESSION, "lost", "{}", &answer);
	print_message("%s\n", answer.text);
	assert_int_equal(answer.err, ERR_STORE);
	assert_non_null(strstr(answer.text, "replaced"));
	store_destroy(store);
	empty_dir();
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(rename(away, dir), 0);
	empty_dir();
}

/* The lock comes again, unless another holds the one that is there now. */
static void the_lock_removed(void **state)
{
	struct errbuf eb;
	struct store *store = open_store(&eb);
	struct answer answer;
	char path[128];

	(void)state;
	assert_non_null(store);
	path_of(path, "lock");
	assert_int_equal(unlink(path), 0);
	put(store, ROW_SESSION, "a", "{}", &answer);
	assert_int_equal(answer.err, ERR_NONE);
	assert_null(open_store(&eb));
	assert_non_null(strstr(eb.text, "another control plane"));
	store_destroy(store);
	empty_dir();
}

/* Another program wrote into the very file. */
static void written_by_another(void **state)
{
	struct errbuf eb;
	struct store *store;
	struct answer answer;
	char path[128];
	sqlite3 *db;

	(void)state;
	store = open_store(&eb);
	assert_non_null(store);
	put(store, ROW_SESSION, "a", "{}", &answer);
	path_of(path, "state.db");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE commits SET count = 1000", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	put(store, ROW_SESSION, "b", "{}", &answer);
	print_message("%s\n", answer.text);
	assert_int_equal(answer.err, ERR_STORE);
	assert_non_null(strstr(answer.text, "changed by another program"));
	store_destroy(store);
	empty_dir();
}

/* ---- whose files they are ------------------------------------------------------------------------ */

static void files_are_private(void **state)
{
	static const char *const names[] = {
		"state.db", "state.db-wal", "state.db-shm", "state.commits", "lock"};
	struct errbuf eb;
	struct store *store;
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(chmod(dir, 0755), 0);
	for (int round = 0; round < 2; round++) {
		char path[128];
		struct stat status;

		store = open_store(&eb);
		assert_non_null(store);
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			path_of(path, names[i]);
			assert_int_equal(stat(path, &status), 0);
			if ((status.st_mode & 0777) != 0600)
				fail_msg("%s has the mode %o", names[i], status.st_mode & 0777);
		}
		store_destroy(store);
		/* As an earlier umbra left it. */
		path_of(path, "state.db");
		assert_int_equal(chmod(path, 0644), 0);
	}
	(void)umask(before);
	empty_dir();
}

static void links_are_not_followed(void **state)
{
	static const char *const names[] = {
		"lock", "state.db", "state.commits", "state.db-wal", "state.db-shm"};
	char target[128];

	(void)state;
	path_of(target, "precious");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct errbuf eb;
		struct stat status;
		char path[128];
		int fd = open(target, O_WRONLY | O_CREAT, 0640);

		assert_int_equal(write(fd, "precious", 8), 8);
		close(fd);
		path_of(path, names[i]);
		assert_int_equal(symlink(target, path), 0);
		assert_null(open_store(&eb));
		print_message("%s\n", eb.text);
		assert_non_null(strstr(eb.text, path));
		assert_non_null(strstr(eb.text, "symbolic link"));
		assert_int_equal(stat(target, &status), 0);
		assert_int_equal(status.st_size, 8);
		assert_int_equal(status.st_mode & 0777, 0640);
		empty_dir();
	}
}

/* ---- a file of an earlier umbra ------------------------------------------------------------------ */

static void earlier_schema(void **state)
{
	struct errbuf eb;
	struct store *store;
	char path[128];
	sqlite3 *db;

	(void)state;
	path_of(path, "state.db");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			"PRAGMA journal_mode = WAL; CREATE TABLE row (kind INTEGER NOT NULL, id "
			"TEXT "
			"NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID; "
			"PRAGMA application_id = 1970102898; PRAGMA user_version = 1; "
			"INSERT INTO row VALUES (1, 'cart', '{}'), (3, 'one', '{}')",
			NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	for (int round = 0; round < 2; round++) {
		store = open_store(&eb);
		assert_non_null(store);
		assert_int_equal(load(store), 0);
		assert_int_equal(seen_others, 2);
		assert_false(store_is_damaged(store));
		store_destroy(store);
	}
	empty_dir();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bit_of_a_file_at_rest),
		cmocka_unit_test(one_bit_of_the_log),
		cmocka_unit_test(newest_changes_missing),
		cmocka_unit_test(a_file_that_became_empty),
		cmocka_unit_test(a_repair_killed_at_any_step),
		cmocka_unit_test(damage_is_kept_and_mended),
		cmocka_unit_test(files_gone_while_open),
		cmocka_unit_test(another_directory_in_its_place),
		cmocka_unit_test(the_lock_removed),
		cmocka_unit_test(written_by_another),
		cmocka_unit_test(files_are_private),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(earlier_schema),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
