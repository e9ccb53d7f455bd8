/*
 * What lasts: numbers and records over a restart and a kill, partitions that go when there is too
 * much, and a disk that is full for a while.
 */
#include "core/traffic/history.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/base/xalloc.h"
#include "tests/support/traffic_fixture.h"

static const struct traffic_options small = {.ring_items = 50};

static int64_t count_all(struct traffic_fixture *bench, const char *filter)
{
	int64_t count = 0, before = 0, last = INT64_MAX;
	struct found found;

	do {
		found_get(bench, &found, filter, before, 1000);
		assert_int_equal(found.err, ERR_NONE);
		for (size_t i = 0; i < found.count; i++) {
			assert_true(found.seqs[i] < last);
			last = found.seqs[i];
		}
		count += (int64_t)found.count;
		before = found.next;
		found_finish(&found);
	} while (before != 0);
	return count;
}

static void a_restart_loses_and_doubles_nothing(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	traffic_fixture_take(&bench, 1, 3000);
	traffic_fixture_restart(&bench);
	/* before anything new has come */
	heard_start(&bench, &heard, "", 1000);
	heard_wait(&bench, &heard, 2000);
	assert_int_equal(traffic_fixture_take(&bench, 3001, 500), 3500);
	heard_wait(&bench, &heard, 2500);
	heard_assert_run(&heard, 1001, 3500);
	assert_int_equal(heard.losses, 0);
	heard_finish(&heard);
	assert_int_equal(count_all(&bench, ""), 3500);
	assert_int_equal(count_all(&bench, "session:s-3"), 500);

	traffic_fixture_restart(&bench);
	traffic_fixture_restart(&bench);
	heard_start(&bench, &heard, "", 3400);
	heard_wait(&bench, &heard, 100);
	assert_int_equal(traffic_fixture_take(&bench, 1, 1), 3501);
	heard_wait(&bench, &heard, 101);
	heard_assert_run(&heard, 3401, 3501);
	assert_int_equal(heard.losses, 0);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

/* ---- kills ---- */

/* What a process that will be killed has given so far; in memory that outlives it. */
struct given {
	_Atomic int64_t first;
	_Atomic int64_t last;
};

_Noreturn static void take_for_ever(struct traffic_fixture *bench, struct given *given)
{
	struct event_base *base = event_base_new();
	struct errbuf eb;
	struct traffic *traffic = traffic_create(base, &bench->options, &eb);

	if (traffic == NULL)
		_exit(1);
	for (int64_t n = 1;; n++) {
		struct request request = traffic_fixture_request(n);
		int64_t seq = traffic_take(traffic, &request);
		if (given->first == 0)
			given->first = seq;
		if (seq > 0)
			given->last = seq;
		if (n % 50 == 0)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

/* Starts it in a process of its own and kills that once it has given `count` numbers. */
static void kill_after(
	struct traffic_fixture *bench, int64_t count, int64_t *ret_first, int64_t *ret_last)
{
	struct given *given = mmap(
		NULL, sizeof(*given), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(given != MAP_FAILED);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		take_for_ever(bench, given);
	while (given->last - given->first < count && waitpid(pid, NULL, WNOHANG) == 0)
		usleep(1000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	*ret_first = given->first;
	*ret_last = given->last;
	munmap(given, sizeof(*given));
}

struct reached {
	const struct heard *heard;
	int64_t seq;
};

static bool has_heard_seq(struct traffic_fixture *bench, void *arg)
{
	const struct reached *reached = arg;
	const struct heard *heard = reached->heard;

	(void)bench;
	return heard->count > 0 && heard->seqs[heard->count - 1] == reached->seq;
}

static void a_kill_gives_no_number_twice(void **state)
{
	struct traffic_fixture bench;
	struct heard heard;
	int64_t first, last = 0, highest = 0;
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	highest = traffic_fixture_take(&bench, 1, 100);
	traffic_destroy(bench.traffic);
	for (int i = 0; i < 4; i++) {
		/* once more than is reserved at first: the ceiling is raised on the way */
		kill_after(&bench, i == 1 ? 700000 : 3000, &first, &last);
		assert_true(first > highest);
		highest = last;
	}

	struct errbuf eb;
	bench.traffic = traffic_create(bench.base, &bench.options, &eb);
	first = traffic_fixture_take(&bench, 1, 1);
	assert_true(first > highest);
	/* who was there before hears all that was kept, once, and that something may be missing */
	heard_start(&bench, &heard, "", last - 2000);
	traffic_fixture_stored(&bench);
	int64_t seq = traffic_fixture_take(&bench, 2, 10);
	traffic_fixture_until(&bench, has_heard_seq, &(struct reached){&heard, seq});
	for (size_t i = 1; i < heard.count; i++)
		assert_true(heard.seqs[i] > heard.seqs[i - 1]);
	assert_int_equal(heard.unknown, 1);
	assert_int_equal(heard.lost, 0);
	assert_string_equal(heard.why, "the control plane was killed");
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void numbers_without_a_ceiling_begin_far_beyond(void **state)
{
	struct traffic_fixture bench;
	char path[300];
	(void)state;

	for (int i = 0; i < 2; i++) {
		traffic_fixture_init(&bench, true, NULL);
		traffic_fixture_take(&bench, 1, 100);
		traffic_destroy(bench.traffic);
		snprintf(path, sizeof(path), "%s/history/ceiling", bench.dir);
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		if (i == 1)
			fputs("no number at all\n", file);
		fclose(file);
		struct errbuf eb;
		bench.traffic = traffic_create(bench.base, &bench.options, &eb);
		assert_true(traffic_fixture_take(&bench, 1, 1) > 100 + HISTORY_FILES_CEILING_STEP);
		traffic_fixture_finish(&bench);
	}
}

/* ---- limits ---- */

static void the_oldest_partitions_go(void **state)
{
	const struct traffic_options options = {.ring_items = 50, .history_max_bytes = 4 << 20};
	struct traffic_fixture bench;
	struct traffic_counters counters;
	struct heard heard;
	int64_t most = 0;
	(void)state;

	traffic_fixture_init(&bench, true, &options);
	for (int64_t i = 0; i < 60; i++) {
		traffic_fixture_take(&bench, i * 1000 + 1, 1000);
		traffic_fixture_stored(&bench);
		traffic_counters(bench.traffic, &counters);
		most = counters.history_bytes > most ? counters.history_bytes : most;
	}
	assert_int_equal(counters.history_shed_count, 0);
	assert_null(counters.history_error);
	assert_true(most > 3 << 20);
	assert_true(most <= 4 << 20);
	assert_true(counters.oldest > 1 && counters.oldest < 60000);
	assert_true(counters.history_partitions > 4);
	assert_int_equal(count_all(&bench, ""), 60001 - counters.oldest);
	/* by index in the full ones, read through in the last */
	assert_int_equal(count_all(&bench, "session:s-3 since:1h"),
		(60000 + 4) / 7 - (counters.oldest - 1 + 4) / 7);
	assert_int_equal(count_all(&bench, "service:cart version:pr-9"),
		60000 / 66 - (counters.oldest - 1) / 66);
	assert_int_equal(count_all(&bench, "service:cart version:stable"),
		60000 / 6 - (counters.oldest - 1) / 6);
	for (int64_t seq = 51000; seq <= 60000; seq += 1000) {
		char filter[64];
		snprintf(filter, sizeof(filter), "id:%016llx", (unsigned long long)seq);
		assert_int_equal(count_all(&bench, filter), 1);
		snprintf(filter, sizeof(filter), "trace:%032llx service:cart version:*",
			(unsigned long long)seq / 4);
		assert_int_equal(count_all(&bench, filter), seq == 60000 ? 1 : 2);
	}

	struct found found;
	found_get(&bench, &found, "", counters.oldest, 10);
	assert_int_equal(found.count, 0);
	assert_int_equal(found.next, 0);
	assert_int_equal(found.oldest, counters.oldest);
	found_finish(&found);

	heard_start(&bench, &heard, "", 10);
	heard_wait(&bench, &heard, (size_t)(60001 - counters.oldest));
	assert_int_equal(heard.losses, 1);
	assert_int_equal(heard.lost, counters.oldest - 11);
	assert_string_equal(heard.why, "no longer kept");
	heard_finish(&heard);

	/* the same after a restart, in which the last partition goes on */
	struct traffic_counters after;
	traffic_fixture_restart(&bench);
	traffic_counters(bench.traffic, &after);
	assert_int_equal(after.history_partitions, counters.history_partitions);
	assert_int_equal(after.oldest, counters.oldest);
	assert_int_equal(count_all(&bench, ""), 60001 - counters.oldest);
	traffic_fixture_finish(&bench);
}

static void a_damaged_partition_is_passed_over(void **state)
{
	struct traffic_fixture bench;
	char path[300];
	struct traffic_counters counters;
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	traffic_fixture_take(&bench, 1, 100);
	traffic_destroy(bench.traffic);
	snprintf(path, sizeof(path), "%s/history/000001.db", bench.dir);
	FILE *file = fopen(path, "r+");
	assert_non_null(file);
	fputs("this is no database any more", file);
	fclose(file);
	struct errbuf eb;
	bench.traffic = traffic_create(bench.base, &bench.options, &eb);
	assert_non_null(bench.traffic);
	traffic_fixture_take(&bench, 1, 100);
	traffic_fixture_stored(&bench);
	assert_int_equal(count_all(&bench, ""), 100);
	traffic_counters(bench.traffic, &counters);
	assert_int_equal(counters.history_shed_count, 0);
	assert_int_equal(counters.history_partitions, 2);
	traffic_fixture_restart(&bench);
	assert_int_equal(count_all(&bench, ""), 100);
	traffic_fixture_finish(&bench);
}

/* As versions before this one wrote them, full and with their indexes, and not full. */
static void a_partition_of_before_is_read_and_goes_on(void **state)
{
	const struct traffic_options options = {.ring_items = 50, .history_max_bytes = 4 << 20};
	struct traffic_fixture bench;
	char path[300];
	sqlite3 *db;
	(void)state;

	traffic_fixture_init(&bench, true, &options);
	traffic_fixture_take(&bench, 1, 3000);
	traffic_fixture_stored(&bench);
	traffic_destroy(bench.traffic);
	for (int i = 1; i <= 2; i++) {
		snprintf(path, sizeof(path), "%s/history/%06d.db", bench.dir, i);
		assert_int_equal(
			sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
		assert_int_equal(
			sqlite3_exec(db,
				"DROP INDEX IF EXISTS request_pinned; ALTER TABLE request DROP "
				"COLUMN pinned; PRAGMA user_version = 1",
				NULL, NULL, NULL),
			SQLITE_OK);
		sqlite3_close(db);
	}
	struct errbuf eb;
	bench.traffic = traffic_create(bench.base, &bench.options, &eb);
	assert_non_null(bench.traffic);
	traffic_fixture_take(&bench, 3001, 200);
	traffic_fixture_stored(&bench);
	assert_int_equal(count_all(&bench, ""), 3200);
	assert_int_equal(count_all(&bench, "service:cart version:stable"), 533);
	/* 3036, 3102 and 3168; of the others nobody knows */
	assert_int_equal(count_all(&bench, "service:cart version:pr-9"), 3);
	traffic_fixture_finish(&bench);
}

static bool recovers(struct traffic_fixture *bench, void *arg)
{
	struct traffic_counters counters;

	(void)arg;
	traffic_fixture_take(bench, 1, 10);
	traffic_counters(bench->traffic, &counters);
	return counters.history_error == NULL;
}

static bool has_error(struct traffic_fixture *bench, void *arg)
{
	(void)arg;
	struct traffic_counters counters;

	traffic_counters(bench->traffic, &counters);
	return counters.history_error != NULL;
}

/* A limit on the size of files stands for the disk: a write beyond it fails as on a full one. */
static void a_full_disk_sheds_and_recovers(void **state)
{
	struct traffic_fixture bench;
	struct traffic_counters counters;
	struct heard heard;
	struct rlimit unlimited, limit;
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	heard_start(&bench, &heard, "", TAIL_FROM_NOW);
	traffic_fixture_take(&bench, 1, 100);
	traffic_fixture_stored(&bench);

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	limit = unlimited;
	limit.rlim_cur = 128 << 10;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	traffic_fixture_take(&bench, 101, 3000);
	traffic_fixture_until(&bench, has_error, NULL);
	traffic_fixture_take(&bench, 3101, 100);
	traffic_fixture_stored(&bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);

	traffic_counters(bench.traffic, &counters);
	assert_true(counters.history_shed_count >= 2000);
	assert_non_null(strstr(counters.history_error, "history/000001.db"));
	print_message("%s\n", counters.history_error);
	int64_t shed = counters.history_shed_count;

	traffic_fixture_until(&bench, recovers, NULL);
	traffic_fixture_take(&bench, 1, 1000);
	traffic_fixture_stored(&bench);
	traffic_counters(bench.traffic, &counters);
	assert_true(counters.history_shed_count < shed + 1000);
	/* the ring and the tail went on throughout */
	assert_int_equal(counters.taken, counters.next - 1);
	heard_wait(&bench, &heard, (size_t)counters.taken);
	heard_assert_run(&heard, 1, counters.next - 1);
	assert_int_equal(heard.losses, 0);
	heard_finish(&heard);

	/* what was shed is missing afterwards, and said to be */
	int64_t taken = counters.taken;
	shed = counters.history_shed_count;
	traffic_fixture_restart(&bench);
	assert_int_equal(count_all(&bench, ""), taken - shed);
	heard_start(&bench, &heard, "", 1);
	heard_wait(&bench, &heard, (size_t)(taken - shed - 1));
	assert_int_equal(heard.lost, shed);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

static void a_directory_that_cannot_be_is_an_error(void **state)
{
	struct traffic_fixture bench;
	struct errbuf eb = {0};
	char path[400];
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	snprintf(path, sizeof(path), "%s/history/ceiling", bench.dir);
	const struct traffic_options options = {.dir = path, .now_ms = bench.options.now_ms};
	assert_null(traffic_create(bench.base, &options, &eb));
	assert_int_equal(eb.err, ERR_IO);
	assert_non_null(strstr(eb.text, path));
	traffic_fixture_finish(&bench);
}

static void more_than_the_thread_can_do_is_shed(void **state)
{
	struct traffic_fixture bench;
	struct traffic_counters counters;
	(void)state;

	traffic_fixture_init(&bench, true, &small);
	/* no turn of the loop between: nothing that was written comes back */
	traffic_fixture_take(&bench, 1, 60000);
	traffic_fixture_stored(&bench);
	traffic_counters(bench.traffic, &counters);
	assert_int_equal(counters.taken, 60000);
	assert_int_equal(counters.history_shed_count, 60000 - 2000 - 20000);
	assert_null(counters.history_error);
	assert_int_equal(count_all(&bench, ""), 22000 + 50);
	traffic_fixture_finish(&bench);
}

static int64_t ceiling_on_disk(const struct traffic_fixture *bench)
{
	char path[300], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/history/ceiling", bench->dir);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	return strtoll(text, NULL, 10);
}

/* A step is reserved when half of one is left, and one at a time. */
static void numbers_are_reserved_early_and_once(void **state)
{
	struct traffic_fixture bench;
	int64_t first, last;
	(void)state;

	traffic_fixture_init(&bench, true, NULL);
	first = ceiling_on_disk(&bench);
	last = traffic_fixture_take(&bench, 1, 1);
	last = traffic_fixture_take(
		&bench, 1, (size_t)(first - HISTORY_FILES_CEILING_STEP / 2 - 1 - last));
	traffic_fixture_stored(&bench);
	assert_int_equal(last, first - HISTORY_FILES_CEILING_STEP / 2 - 1);
	assert_int_equal(ceiling_on_disk(&bench), first);
	for (int i = 0; i < 2; i++) {
		traffic_fixture_take(&bench, 1, 1);
		traffic_fixture_stored(&bench);
		assert_int_equal(ceiling_on_disk(&bench), first + HISTORY_FILES_CEILING_STEP);
	}
	traffic_fixture_finish(&bench);
}

static void no_number_before_the_disk_has_it(void **state)
{
	struct traffic_fixture bench;
	struct traffic_counters counters;
	struct heard heard;
	(void)state;

	/* no turn of the loop between: nothing that was reserved comes back */
	traffic_fixture_init(&bench, true, &small);
	assert_int_equal(traffic_fixture_take(&bench, 1, HISTORY_FILES_CEILING_STEP),
		HISTORY_FILES_CEILING_STEP);
	heard_start(&bench, &heard, "", TAIL_FROM_NOW);
	assert_int_equal(traffic_fixture_take(&bench, 1, 10), 0);
	traffic_counters(bench.traffic, &counters);
	assert_int_equal(counters.lost, 10);
	assert_int_equal(counters.taken, HISTORY_FILES_CEILING_STEP);
	traffic_fixture_stored(&bench);
	assert_int_equal(traffic_fixture_take(&bench, 1, 1), HISTORY_FILES_CEILING_STEP + 1);
	heard_wait(&bench, &heard, 1);
	assert_int_equal(heard.lost, 10);
	assert_int_equal(heard.lost_after, 0);
	heard_finish(&heard);
	traffic_fixture_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_loses_and_doubles_nothing),
		cmocka_unit_test(a_kill_gives_no_number_twice),
		cmocka_unit_test(numbers_without_a_ceiling_begin_far_beyond),
		cmocka_unit_test(the_oldest_partitions_go),
		cmocka_unit_test(a_damaged_partition_is_passed_over),
		cmocka_unit_test(a_partition_of_before_is_read_and_goes_on),
		cmocka_unit_test(a_full_disk_sheds_and_recovers),
		cmocka_unit_test(a_directory_that_cannot_be_is_an_error),
		cmocka_unit_test(more_than_the_thread_can_do_is_shed),
		cmocka_unit_test(numbers_are_reserved_early_and_once),
		cmocka_unit_test(no_number_before_the_disk_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
