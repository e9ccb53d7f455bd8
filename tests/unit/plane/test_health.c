/*
 * What the agent reports: endpoints' health and the states that follow, how far the proxy is, and who
 * waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/plane/internal.h"
#include "tests/support/plane_fixture.h"
#include "tests/support/store_failing.h"
#include "tests/support/store_memory.h"

static void report(
	struct plane_fixture *bench, const char *version, size_t index, enum endpoint_health health)
{
	plane_report_health(bench->plane, STR_LIT("cart"), str_of(version), index, health,
		health == ENDPOINT_DOWN ? "connection refused" : NULL);
}

static void settle(struct plane_fixture *bench)
{
	do
		bench_turn(bench);
	while (bench->plane->first != NULL);
}

static void assert_state(
	const struct plane_fixture *bench, const char *version, int state, const char *detail)
{
	const struct version *found = bench_find(bench, "cart", version);

	assert_string_equal(version_state_names[found->state], version_state_names[state]);
	assert_int_equal(found->state_detail != NULL, detail != NULL);
	if (detail != NULL)
		assert_string_equal(found->state_detail, detail);
}

static void put_two(struct plane_fixture *bench, const char *version, const char *endpoints)
{
	char body[200];

	snprintf(body, sizeof(body), "{\"endpoints\":[%s]}", endpoints);
	assert_int_equal(bench_write(bench, &(struct write_spec){.verb = PLANE_PUT_VERSION,
						    .service = "cart",
						    .version = version,
						    .body = body}),
		ERR_NONE);
}

/* Two endpoints, each unknown, up or down: what the version is then. */
static const struct {
	enum endpoint_health health[2];
	int state;
	const char *detail;
} state_cases[] = {
	{{ENDPOINT_UNKNOWN, ENDPOINT_UNKNOWN}, STATE_STARTING, NULL},
	{{ENDPOINT_UP, ENDPOINT_UNKNOWN}, STATE_READY, NULL},
	{{ENDPOINT_UP, ENDPOINT_UP}, STATE_READY, NULL},
	{{ENDPOINT_UP, ENDPOINT_DOWN}, STATE_READY, "1 of 2 endpoints down: connection refused"},
	{{ENDPOINT_DOWN, ENDPOINT_UNKNOWN}, STATE_STARTING, "connection refused"},
	{{ENDPOINT_DOWN, ENDPOINT_DOWN}, STATE_UNHEALTHY, "connection refused"},
};

static void test_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(state_cases); i++) {
		struct plane_fixture bench;
		int64_t revision;

		print_message("case %zu\n", i);
		bench_init(&bench);
		bench_service(&bench, "cart");
		put_two(&bench, "pr-1", "\"127.0.0.1:1\",\"127.0.0.1:2\"");
		revision = plane_environment(bench.plane)->revision;
		report(&bench, "pr-1", 0, state_cases[i].health[0]);
		report(&bench, "pr-1", 1, state_cases[i].health[1]);
		settle(&bench);
		assert_state(&bench, "pr-1", state_cases[i].state, state_cases[i].detail);
		/* One step for both reports, or none when nothing is new. */
		assert_int_equal(plane_environment(bench.plane)->revision, revision + (i > 0));
		assert_int_equal(bench_find(&bench, "cart", "pr-1")->revision, revision + (i > 0));
		report(&bench, "pr-1", 0, state_cases[i].health[0]);
		settle(&bench);
		assert_int_equal(plane_environment(bench.plane)->revision, revision + (i > 0));
		bench_finish(&bench);
	}
}

static void test_reports_of_what_is_not_there(void **state)
{
	struct plane_fixture bench;
	int64_t revision;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	put_two(&bench, "pr-1", "\"127.0.0.1:1\"");
	revision = plane_environment(bench.plane)->revision;
	report(&bench, "pr-1", 1, ENDPOINT_UP);
	report(&bench, "pr-2", 0, ENDPOINT_UP);
	plane_report_health(bench.plane, STR_LIT("none"), STR_LIT("pr-1"), 0, ENDPOINT_UP, NULL);
	settle(&bench);
	assert_int_equal(plane_environment(bench.plane)->revision, revision);
	bench_finish(&bench);
}

/* What is known of an endpoint stays known while the version has it. */
static void test_endpoints_change(void **state)
{
	struct plane_fixture bench;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	put_two(&bench, "pr-1", "\"127.0.0.1:1\",\"127.0.0.1:2\"");
	report(&bench, "pr-1", 0, ENDPOINT_DOWN);
	report(&bench, "pr-1", 1, ENDPOINT_UP);
	settle(&bench);
	put_two(&bench, "pr-1", "\"127.0.0.1:2\",\"127.0.0.1:3\"");
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_READY, NULL);
	put_two(&bench, "pr-1", "\"127.0.0.1:3\"");
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_STARTING, NULL);
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_READY, NULL);

	/* Gone and back is a new one. */
	assert_int_equal(bench_write(&bench, &(struct write_spec){.verb = PLANE_DELETE_VERSION,
						     .service = "cart",
						     .version = "pr-1"}),
		ERR_NONE);
	put_two(&bench, "pr-1", "\"127.0.0.1:3\"");
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_STARTING, NULL);
	bench_finish(&bench);
}

/* A report that comes while a write of the same version is in txn is not lost, nor misread. */
static void test_report_during_a_write(void **state)
{
	const struct write_spec put = {.verb = PLANE_PUT_VERSION,
		.service = "cart",
		.version = "pr-1",
		.body = "{\"endpoints\":[\"127.0.0.1:9\",\"127.0.0.1:1\"]}"};
	struct plane_fixture bench;
	struct write_result result;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	put_two(&bench, "pr-1", "\"127.0.0.1:1\"");
	/* Of 127.0.0.1:1, the first one as yet; looked at when the write is in txn. */
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	bench_start(&bench, &put, &result);
	settle(&bench);
	assert_true(result.done);
	assert_state(&bench, "pr-1", STATE_READY, NULL);
	assert_int_equal(bench_find(&bench, "cart", "pr-1")->endpoints.count, 2);
	report(&bench, "pr-1", 1, ENDPOINT_DOWN);
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_STARTING, "connection refused");
	bench_finish(&bench);
}

/* A failing write takes a report behind it along; it is made again. */
static void test_report_behind_a_failing_write(void **state)
{
	const struct write_spec put = {
		.verb = PLANE_PUT_SERVICE, .service = "search", .body = "{}"};
	struct event_base *base = event_base_new();
	struct plane_fixture bench;
	struct write_result result;

	(void)state;
	bench_init_store(&bench, base, store_failing_create(store_memory_create(base), 3, false));
	bench_service(&bench, "cart");
	put_two(&bench, "pr-1", "\"127.0.0.1:1\"");
	/* Looked at when the write has taken off: the state's txn is behind it. */
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	bench_start(&bench, &put, &result);
	bench_wait(&bench, &result.done);
	assert_int_equal(result.err, ERR_STORE);
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_READY, NULL);
	bench_finish(&bench);
}

/* A store that fails while `fails`, and counts what it is asked. */
struct counting_store {
	struct store store;
	struct store *inner;
	bool fails;
	unsigned commits;
};

struct failing_commit {
	store_done_fn done;
	void *arg;
};

static void on_failed(void *arg, enum err err, const struct errbuf *eb)
{
	struct failing_commit *failing = arg;
	struct errbuf full = {ERR_STORE, "the disk is full", "", ""};

	(void)err;
	(void)eb;
	failing->done(failing->arg, ERR_STORE, &full);
	free(failing);
}

static enum err counting_load(struct store *store, store_row_fn row, void *arg, struct errbuf *eb)
{
	return store_load(((struct counting_store *)store)->inner, row, arg, eb);
}

static void counting_commit(struct store *store, struct batch *batch, store_done_fn done, void *arg)
{
	struct counting_store *counting = (struct counting_store *)store;
	struct failing_commit *failing;

	counting->commits++;
	if (!counting->fails) {
		store_commit(counting->inner, batch, done, arg);
		return;
	}
	failing = xcalloc(1, sizeof(*failing));
	*failing = (struct failing_commit){done, arg};
	batch_finish(batch);
	batch_init(batch);
	store_commit(counting->inner, batch, on_failed, failing);
}

static void counting_destroy(struct store *store)
{
	store_destroy(((struct counting_store *)store)->inner);
}

static const struct store_ops counting_ops = {
	.load = counting_load, .commit = counting_commit, .destroy = counting_destroy};

/* A start has no revision left to give until it has stored a new ceiling. */
static void start_anew(struct plane_fixture *bench, struct counting_store *counting)
{
	struct event_base *base = event_base_new();

	*counting =
		(struct counting_store){{.ops = &counting_ops}, store_memory_create(base), 0, 0};
	bench_init_store(bench, base, &counting->store);
	bench_service(bench, "cart");
	put_two(bench, "pr-1", "\"127.0.0.1:1\"");
	bench_restart(bench);
	counting->commits = 0;
	counting->fails = true;
}

/*
 * As many turns as a loop that does not rest would use up at once. It tries twice a second and not in each, with
 * one commit for the state and one for its event.
 */
static void assert_rests(struct plane_fixture *bench, const struct counting_store *counting)
{
	int64_t start = time_monotonic_ms();

	for (int i = 0; i < 1000 || counting->commits == 0; i++)
		bench_turn(bench);
	assert_true(counting->commits <= 2 + 2 * ((time_monotonic_ms() - start) / 500));
}

/* What the disk does not take is tried again after a pause, and no revision is used up meanwhile. */
static void test_a_report_that_cannot_be_stored(void **state)
{
	struct counting_store counting;
	struct plane_fixture bench;

	(void)state;
	start_anew(&bench, &counting);
	int64_t revision = plane_environment(bench.plane)->revision;
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	assert_rests(&bench, &counting);
	assert_int_equal(plane_environment(bench.plane)->revision, revision);
	/* Another report does not wake it. */
	counting.commits = 0;
	report(&bench, "pr-1", 0, ENDPOINT_DOWN);
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	assert_rests(&bench, &counting);
	counting.fails = false;
	while (bench_find(&bench, "cart", "pr-1")->state != STATE_READY)
		bench_turn(&bench);
	assert_int_equal(plane_environment(bench.plane)->revision, revision + 1);
	bench_finish(&bench);
}

static void test_a_refusal_that_cannot_be_stored(void **state)
{
	struct counting_store counting;
	struct plane_fixture bench;

	(void)state;
	start_anew(&bench, &counting);
	int64_t revision = plane_environment(bench.plane)->revision;
	plane_report_refused(bench.plane, STR_LIT("cart"), "unknown keyword");
	assert_rests(&bench, &counting);
	counting.fails = false;
	while (environment_service(plane_environment(bench.plane), STR_LIT("cart"))->refused ==
		NULL)
		bench_turn(&bench);
	assert_int_equal(plane_environment(bench.plane)->revision, revision + 1);
	bench_finish(&bench);
}

static void test_failed_writes_use_no_revision(void **state)
{
	const struct write_spec put = {
		.verb = PLANE_PUT_SERVICE, .service = "search", .body = "{}"};
	struct counting_store counting;
	struct plane_fixture bench;

	(void)state;
	start_anew(&bench, &counting);
	int64_t revision = plane_environment(bench.plane)->revision;
	for (int i = 0; i < 3; i++)
		assert_int_equal(bench_write(&bench, &put), ERR_STORE);
	counting.fails = false;
	assert_int_equal(bench_write(&bench, &put), ERR_NONE);
	assert_int_equal(bench.result.revision, revision + 1);
	bench_finish(&bench);
}

static void on_unstored(void *arg, const struct event *event)
{
	struct strbuf *text = arg;

	strbuf_addf(text, "%s %s\n", event_action_names[event->action], event->object);
}

/* What happened is told though it cannot be stored; what a write would have done, or is tried again, is not. */
static void test_what_happened_is_told_unstored(void **state)
{
	const struct write_spec put = {
		.verb = PLANE_PUT_SERVICE, .service = "search", .body = "{}"};
	struct counting_store counting;
	struct plane_fixture bench;
	struct strbuf text;

	(void)state;
	start_anew(&bench, &counting);
	strbuf_init(&text, 4096);
	plane_observe(bench.plane, &(struct plane_observer){.unstored = on_unstored, .arg = &text});
	plane_add_event(bench.plane, EVENT_PROXY_STARTED, "proxy", "{}");
	assert_int_equal(bench_write(&bench, &put), ERR_STORE);
	counting.commits = 0;
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	assert_rests(&bench, &counting);
	assert_string_equal(strbuf_str(&text).p, "proxy-started proxy\n");
	bench_finish(&bench);
	strbuf_finish(&text);
}

static size_t count_events(const struct plane_fixture *bench, enum event_action action)
{
	const struct event *events[200];
	size_t count = plane_events(bench->plane, 0, events, ARRAY_LEN(events));
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += events[i]->action == (int)action;
	return found;
}

static void test_events_of_health(void **state)
{
	const struct event *event;
	struct plane_fixture bench;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	put_two(&bench, "pr-1", "\"127.0.0.1:1\"");
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	settle(&bench);
	assert_int_equal(count_events(&bench, EVENT_VERSION_READY), 1);
	report(&bench, "pr-1", 0, ENDPOINT_DOWN);
	settle(&bench);
	assert_int_equal(count_events(&bench, EVENT_VERSION_UNHEALTHY), 1);
	plane_events(bench.plane, 0, &event, 1);
	assert_string_equal(event->object, "cart@pr-1");
	assert_string_equal(event->actor, "umbra");
	assert_string_equal(event->after, "{\"state_detail\":\"connection refused\"}");

	/* After a start everything comes up again: that is no news. To be down is. */
	bench_now_ms += 1000;
	bench_restart(&bench);
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	settle(&bench);
	assert_state(&bench, "pr-1", STATE_READY, NULL);
	assert_int_equal(count_events(&bench, EVENT_VERSION_READY), 1);
	report(&bench, "pr-1", 0, ENDPOINT_DOWN);
	settle(&bench);
	report(&bench, "pr-1", 0, ENDPOINT_UP);
	settle(&bench);
	assert_int_equal(count_events(&bench, EVENT_VERSION_UNHEALTHY), 2);
	assert_int_equal(count_events(&bench, EVENT_VERSION_READY), 2);
	bench_finish(&bench);
}

/* A thousand versions that come up at once are one batch for observers, and stored as nothing. */
static void count_batches(
	void *arg, const struct environment *env, const struct change *changes, size_t count)
{
	(void)env;
	(void)changes;
	assert_int_equal(count, 100);
	++*(unsigned *)arg;
}

static void test_many_reports_are_one_step(void **state)
{
	struct plane_fixture bench;
	unsigned batches = 0;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	for (int i = 0; i < 100; i++) {
		char version[16];
		char endpoint[32];

		snprintf(version, sizeof(version), "v%d", i);
		snprintf(endpoint, sizeof(endpoint), "127.0.0.1:%d", i + 1);
		bench_version(&bench, "cart", version, "ephemeral", endpoint);
	}
	plane_observe(bench.plane, &(struct plane_observer){count_batches, NULL, NULL, &batches});
	for (int i = 0; i < 100; i++) {
		char version[16];

		snprintf(version, sizeof(version), "v%d", i);
		report(&bench, version, 0, ENDPOINT_UP);
	}
	settle(&bench);
	assert_int_equal(batches, 1);
	bench_finish(&bench);
}

/* ---- the proxy ----------------------------------------------------------------------------------- */

struct waited {
	bool done;
	int64_t applied;
};

static void on_applied(void *arg, int64_t applied)
{
	struct waited *waited = arg;

	assert_false(waited->done);
	waited->done = true;
	waited->applied = applied;
}

static void test_waiting_for_the_proxy(void **state)
{
	struct plane_fixture bench;
	struct waited waited[6] = {0};
	struct plane_wait *cancelled;
	int64_t start;

	(void)state;
	bench_init(&bench);
	/* Nobody waits for a proxy that is down, or for what is applied already. */
	assert_null(plane_wait_applied(bench.plane, 5, 1000, on_applied, &waited[0]));
	assert_true(waited[0].done);
	plane_report_proxy(bench.plane, true);
	plane_report_applied(bench.plane, 5);
	assert_int_equal(plane_applied(bench.plane), 5);
	assert_null(plane_wait_applied(bench.plane, 5, 1000, on_applied, &waited[1]));
	assert_true(waited[1].done);

	assert_non_null(plane_wait_applied(bench.plane, 7, 10000, on_applied, &waited[2]));
	assert_non_null(plane_wait_applied(bench.plane, 9, 10000, on_applied, &waited[3]));
	cancelled = plane_wait_applied(bench.plane, 7, 10000, on_applied, &waited[4]);
	plane_wait_cancel(cancelled);
	plane_report_applied(bench.plane, 6);
	bench_turn(&bench);
	assert_false(waited[2].done);
	plane_report_applied(bench.plane, 8);
	bench_wait(&bench, &waited[2].done);
	assert_int_equal(waited[2].applied, 8);
	assert_false(waited[3].done);
	plane_report_proxy(bench.plane, false);
	bench_wait(&bench, &waited[3].done);
	assert_false(waited[4].done);

	plane_report_proxy(bench.plane, true);
	start = time_monotonic_ms();
	assert_non_null(plane_wait_applied(bench.plane, 99, 30, on_applied, &waited[5]));
	bench_wait(&bench, &waited[5].done);
	assert_true(time_monotonic_ms() - start >= 29);
	assert_int_equal(waited[5].applied, 8);
	/* One that still waits at the end is forgotten. */
	waited[5].done = false;
	assert_non_null(plane_wait_applied(bench.plane, 99, 30000, on_applied, &waited[5]));
	bench_finish(&bench);
	assert_false(waited[5].done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_reports_of_what_is_not_there),
		cmocka_unit_test(test_endpoints_change),
		cmocka_unit_test(test_report_during_a_write),
		cmocka_unit_test(test_report_behind_a_failing_write),
		cmocka_unit_test(test_a_report_that_cannot_be_stored),
		cmocka_unit_test(test_a_refusal_that_cannot_be_stored),
		cmocka_unit_test(test_failed_writes_use_no_revision),
		cmocka_unit_test(test_what_happened_is_told_unstored),
		cmocka_unit_test(test_events_of_health),
		cmocka_unit_test(test_many_reports_are_one_step),
		cmocka_unit_test(test_waiting_for_the_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
