/*
 * The plane over time: what expires, what a start finds, and what observers and the events see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/plane_fixture.h"
#include "tests/support/store_failing.h"
#include "tests/support/store_memory.h"

#define WRITE(...) bench_write(&bench, &(struct write_spec){__VA_ARGS__})

static const struct environment *env_of(const struct plane_fixture *bench)
{
	return plane_environment(bench->plane);
}

/* ---- time ---------------------------------------------------------------------------------------- */

static void run_until_gone(struct plane_fixture *bench, const char *key)
{
	int64_t give_up = time_monotonic_ms() + 1000;

	while (environment_session(env_of(bench), str_of(key)) != NULL &&
		time_monotonic_ms() < give_up)
		event_base_loop(bench->base, EVLOOP_ONCE);
	assert_null(environment_session(env_of(bench), str_of(key)));
}

static void test_expiry(void **state)
{
	struct plane_fixture bench;
	const struct tombstone *gone;

	(void)state;
	bench_shop(&bench);
	bench_now_ms += DEFAULT_SESSION_TTL_MS - 1;
	bench_turn(&bench);
	assert_non_null(environment_session(env_of(&bench), STR_LIT("dev")));
	bench_now_ms += 1;
	run_until_gone(&bench, "dev"); /* within a second */
	gone = environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("dev"));
	assert_int_equal(gone->why, WHY_EXPIRED);
	assert_string_equal(gone->actor, "umbra");
	assert_int_equal(bench_last_event(&bench)->action, EVENT_SESSION_EXPIRED);
	assert_string_equal(bench_last_event(&bench)->actor, "umbra");

	/* Versions end, stable does not, and all that is over at a start ends then. */
	bench_session(&bench, "probe");
	bench_now_ms += DEFAULT_VERSION_TTL_MS;
	bench_restart(&bench);
	run_until_gone(&bench, "probe");
	assert_int_equal(env_of(&bench)->version_count, 1);
	assert_non_null(bench_find(&bench, "cart", "v1"));
	/* The tombstones of a day ago are forgotten. */
	assert_null(environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("dev")));
	assert_non_null(environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("probe")));
	bench_finish(&bench);
}

/* What cannot be ended, because it cannot be stored, is ended a little later. */
static void test_expiry_is_tried_again(void **state)
{
	struct event_base *base = event_base_new();
	struct plane_fixture bench;

	(void)state;
	bench_init_store(&bench, base, store_failing_create(store_memory_create(base), 2, false));
	bench_session(&bench, "dev");
	bench_now_ms += DEFAULT_SESSION_TTL_MS;
	for (int i = 0; i < 3; i++)
		event_base_loop(bench.base, EVLOOP_ONCE);
	assert_non_null(environment_session(env_of(&bench), STR_LIT("dev")));
	bench_now_ms += 500;
	run_until_gone(&bench, "dev");
	bench_finish(&bench);
}

/* ---- starts -------------------------------------------------------------------------------------- */

static void test_restart_keeps_all_but_health(void **state)
{
	struct plane_fixture bench;
	struct environment before;
	int64_t revision;
	int64_t events;

	(void)state;
	bench_shop(&bench);
	bench_health(&bench, "cart", "v1", ENDPOINT_UP);
	bench_turn(&bench);
	environment_copy(&before, env_of(&bench));
	events = plane_events_last(bench.plane);
	for (int i = 0; i < 3; i++) {
		revision = env_of(&bench)->revision;
		bench_restart(&bench);
		assert_true(env_of(&bench)->revision > revision || i > 0);
		assert_same_environment(env_of(&bench), &before, false);
		assert_string_equal(env_of(&bench)->epoch, before.epoch);
		assert_int_equal(plane_events_last(bench.plane), events);
		assert_int_equal(bench_find(&bench, "cart", "v1")->state, STATE_STARTING);
	}
	revision = env_of(&bench)->revision;
	bench_service(&bench, "new");
	assert_int_equal(env_of(&bench)->revision, revision + 1);
	environment_finish(&before);
	bench_finish(&bench);
}

/* More writes than one reservation, cut off at any point: no revision comes twice. */
static void test_revisions_never_repeat(void **state)
{
	struct plane_fixture bench;
	int64_t last = -1;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	bench_version(&bench, "cart", "pr-1", "ephemeral", "127.0.0.1:1");
	for (int i = 0; i < 2500; i++) {
		if (i % 700 == 699)
			bench_restart(&bench);
		if (i % 3 == 0)
			bench_health(&bench, "cart", "pr-1", i % 2 ? ENDPOINT_UP : ENDPOINT_DOWN);
		bench_now_ms++;
		bench_version(&bench, "cart", "pr-1", "ephemeral", "127.0.0.1:1");
		assert_true(bench_find(&bench, "cart", "pr-1")->revision > last);
		last = bench_find(&bench, "cart", "pr-1")->revision;
		assert_true(env_of(&bench)->revision >= last);
		last = env_of(&bench)->revision;
	}
	bench_finish(&bench);
}

/* At every place around the ceiling: a start begins above what was seen. */
static void test_start_is_above_what_was_seen(void **state)
{
	struct plane_fixture bench;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	bench_version(&bench, "cart", "pr-1", "ephemeral", "127.0.0.1:1");
	for (int i = 0; i < 6; i++) {
		int64_t until = env_of(&bench)->revision + 998 + i;

		while (env_of(&bench)->revision < until) {
			bench_now_ms++;
			bench_version(&bench, "cart", "pr-1", "ephemeral", "127.0.0.1:1");
		}
		bench_restart(&bench);
		assert_true(env_of(&bench)->revision > until);
		bench_health(&bench, "cart", "pr-1", ENDPOINT_UP);
		until = env_of(&bench)->revision;
		bench_restart(&bench);
		assert_true(env_of(&bench)->revision >= until);
	}
	bench_finish(&bench);
}

static void on_row_stored(void *arg, enum err err, const struct errbuf *eb)
{
	(void)eb;
	*(bool *)arg = err == ERR_NONE;
}

/* Whatever one row holds, the others are there, it is named, and clients are told to forget what they know. */
static void test_bad_rows_are_named(void **state)
{
	static const struct {
		enum row_kind kind;
		const char *id;
		const char *json;
		const char *named;
	} bad[] = {
		{ROW_SERVICE, "shop", "{", "service shop"},
		{ROW_VERSION, "gone@pr-1",
			"{\"service\":\"gone\",\"version\":\"pr-1\",\"kind\":\"ephemeral\","
			"\"endpoints\":[\"127.0.0.1:9\"],\"revision\":5}",
			"version gone@pr-1: its service"},
		{ROW_SESSION, "dev", "{\"key\":7}", "session dev"},
		{ROW_TOMBSTONE, "cart@pr-0", "[]", "what was remembered of cart@pr-0"},
		{ROW_EVENT, "0000000000000000077", "rubbish", "event 77"},
		{ROW_META, "revision-ceiling", "\"x", "number revision-ceiling"},
	};
	struct plane_fixture bench;
	char epoch[EPOCH_SIZE];
	int64_t revision;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	revision = env_of(&bench)->revision;
	str_copy(epoch, sizeof(epoch), str_of(env_of(&bench)->epoch));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct batch batch;
		bool stored = false;

		batch_init(&batch);
		batch_put(&batch, bad[i].kind, bad[i].id, bad[i].json);
		store_commit(bench.store, &batch, on_row_stored, &stored);
		bench_wait(&bench, &stored);
	}
	bench_restart(&bench);
	assert_int_equal(bench.store->damage.lost, ARRAY_LEN(bad));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		print_message("%s\n", bench.store->damage.names[i]);
		assert_non_null(strstr(bench.store->damage.names[i], bad[i].named));
	}
	assert_non_null(environment_service(env_of(&bench), STR_LIT("cart")));
	assert_string_not_equal(env_of(&bench)->epoch, epoch);
	assert_true(env_of(&bench)->revision > revision);
	bench_service(&bench, "shop");
	/* A version whose service was lost does not come back with a service of that name. */
	bench_service(&bench, "gone");
	bench_restart(&bench);
	assert_non_null(environment_service(env_of(&bench), STR_LIT("gone")));
	assert_null(environment_version(env_of(&bench), STR_LIT("gone"), STR_LIT("pr-1")));
	bench_finish(&bench);
}

/* ---- observers, events --------------------------------------------------------------------------- */

struct seen {
	struct plane *plane;
	unsigned batches;
	unsigned changes;
	unsigned notes;
	bool leave;
};

static void on_changed(
	void *arg, const struct environment *env, const struct change *changes, size_t count)
{
	struct seen *seen = arg;

	assert_ptr_equal(env, plane_environment(seen->plane));
	seen->batches++;
	for (size_t i = 0; i < count; i++)
		seen->changes += changes[i].kind != OBJECT_TOMBSTONE;
	if (seen->leave)
		plane_unobserve(seen->plane, seen);
}

static void on_noted(void *arg, const struct event *event)
{
	struct seen *seen = arg;

	assert_true(event->revision <= plane_environment(seen->plane)->revision);
	seen->notes++;
}

static void test_observers(void **state)
{
	struct plane_fixture bench;
	struct seen one = {0};
	struct seen two = {.leave = true};

	(void)state;
	bench_init(&bench);
	one.plane = two.plane = bench.plane;
	plane_observe(bench.plane, &(struct plane_observer){on_changed, on_noted, NULL, &one});
	plane_observe(bench.plane, &(struct plane_observer){on_changed, NULL, NULL, &two});
	bench_service(&bench, "cart");
	bench_version(&bench, "cart", "v1", "stable", "127.0.0.1:1");
	assert_int_equal(one.batches, 2);
	assert_int_equal(one.changes, 3); /* the service, the version, the service's stable */
	assert_int_equal(one.notes, 2);
	assert_int_equal(two.batches, 1);
	plane_add_event(bench.plane, EVENT_PROXY_STARTED, "haproxy", "{\"pid\":7}");
	while (one.notes < 3)
		event_base_loop(bench.base, EVLOOP_ONCE);
	assert_int_equal(one.batches, 2);
	assert_string_equal(bench_last_event(&bench)->after, "{\"pid\":7}");
	plane_unobserve(bench.plane, &one);
	bench_service(&bench, "search");
	assert_int_equal(one.batches, 2);
	bench_finish(&bench);
}

static void test_events_are_trimmed(void **state)
{
	static const struct event *events[LIMIT_EVENTS_KEPT + 10];
	struct plane_fixture bench;
	size_t count;
	int64_t last;

	(void)state;
	bench_init(&bench);
	/* The last of them is one at which the store is trimmed: it holds no more than are kept, and no fewer. */
	last = LIMIT_EVENTS_KEPT / 256 * 256 + 512;
	while (plane_events_last(bench.plane) < last) {
		plane_add_event(bench.plane, EVENT_PROXY_LOST, "haproxy", NULL);
		event_base_loop(bench.base, EVLOOP_ONCE);
	}
	assert_int_equal(plane_events_last(bench.plane), last);
	for (int round = 0; round < 2; round++) {
		count = plane_events(bench.plane, 0, events, ARRAY_LEN(events));
		assert_int_equal(count, LIMIT_EVENTS_KEPT);
		assert_int_equal(events[0]->seq, last);
		assert_int_equal(events[count - 1]->seq, last - LIMIT_EVENTS_KEPT + 1);
		assert_int_equal(plane_events(bench.plane, last - 3, events, 10), 3);
		bench_restart(&bench);
	}
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_expiry_is_tried_again),
		cmocka_unit_test(test_restart_keeps_all_but_health),
		cmocka_unit_test(test_revisions_never_repeat),
		cmocka_unit_test(test_start_is_above_what_was_seen),
		cmocka_unit_test(test_bad_rows_are_named),
		cmocka_unit_test(test_observers),
		cmocka_unit_test(test_events_are_trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
