/*
 * The plane over whole histories: a store that fails at every place in turn, the changes feed against a
 * shadow environment, and what a write costs with many versions.
 *
 * The model of a history with failures is the history of what was acknowledged, replayed on a plane whose
 * store is well: both must show the same environment, and so must a start from what was stored.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"
#include "tests/support/plane_fixture.h"
#include "tests/support/store_failing.h"
#include "tests/support/store_memory.h"

/* ---- a random write ------------------------------------------------------------------------------ */

enum { TEXT = 48, BODY = 200 };

/* A write with its texts, so that it can be done again. */
struct step {
	struct write_spec spec;
	char service[TEXT];
	char version[TEXT];
	char session[TEXT];
	char body[BODY];
	int64_t at;
	struct write_result result;
};

static const char *const bodies_service[] = {
	"{}", "{\"owner\":\"a\"}", "{\"owner\":\"b\",\"hosts\":[\"x.example\"]}"};
static const char *const bodies_version[] = {"{\"endpoints\":[\"10.0.0.%d:80\"]}",
	"{\"endpoints\":[\"10.0.0.%d:80\",\"10.0.1.1:80\"],\"pr\":{\"number\":7}}",
	"{\"kind\":\"stable\",\"endpoints\":[\"10.0.0.%d:80\"]}",
	"{\"endpoints\":[\"10.0.0.%d:80\"],\"ttl\":\"2s\"}"};
static const char *const bodies_patch[] = {"{\"commit\":\"c%d\"}", "{\"labels\":{\"l%d\":\"1\"}}",
	"{\"labels\":{\"l%d\":null}}", "{\"endpoints\":[\"10.0.0.%d:80\"]}"};
static const char *const bodies_session[] = {"{\"key\":\"k%d\"}",
	"{\"key\":\"k%d\",\"policy\":\"strict\",\"pins\":{\"s1\":\"v1\"}}",
	"{\"key\":\"k%d\",\"ttl\":\"3s\"}"};
static const char *const bodies_session_patch[] = {"{\"pins\":{\"s%d\":\"v1\"}}",
	"{\"pins\":{\"s%d\":null}}", "{\"owner\":\"o%d\"}", "{\"name\":\"n%d\"}"};

static const struct {
	const char *const *forms;
	size_t count;
} bodies[PLANE_VERB_COUNT] = {
	[PLANE_PUT_SERVICE] = {bodies_service, ARRAY_LEN(bodies_service)},
	[PLANE_PUT_VERSION] = {bodies_version, ARRAY_LEN(bodies_version)},
	[PLANE_PATCH_VERSION] = {bodies_patch, ARRAY_LEN(bodies_patch)},
	[PLANE_CREATE_SESSION] = {bodies_session, ARRAY_LEN(bodies_session)},
	[PLANE_PATCH_SESSION] = {bodies_session_patch, ARRAY_LEN(bodies_session_patch)},
};

/* Writes `form` with its one number, as "%d" in it, replaced. */
static void fill_body(char dst[BODY], const char *form, int number)
{
	const char *at = strstr(form, "%d");
	int head = at != NULL ? (int)(at - form) : (int)strlen(form);

	if (at == NULL)
		snprintf(dst, BODY, "%s", form);
	else
		snprintf(dst, BODY, "%.*s%d%s", head, form, number, at + 2);
}

/* Creating is likelier than ending, or nothing would be there. */
static const enum plane_verb likely[] = {PLANE_PUT_SERVICE, PLANE_PUT_SERVICE, PLANE_DELETE_SERVICE,
	PLANE_PUT_VERSION, PLANE_PUT_VERSION, PLANE_PUT_VERSION, PLANE_PUT_VERSION,
	PLANE_PUT_VERSION, PLANE_PATCH_VERSION, PLANE_PATCH_VERSION, PLANE_DELETE_VERSION,
	PLANE_PROMOTE, PLANE_CREATE_SESSION, PLANE_CREATE_SESSION, PLANE_PATCH_SESSION,
	PLANE_PATCH_SESSION, PLANE_DELETE_SESSION, PLANE_PUT_PIN, PLANE_PUT_PIN, PLANE_DELETE_PIN};

static void make_step(struct step *step)
{
	enum plane_verb verb = likely[(size_t)rand() % ARRAY_LEN(likely)];

	memset(step, 0, sizeof(*step));
	snprintf(step->service, TEXT, "s%d", rand() % 3);
	snprintf(step->version, TEXT, "v%d", rand() % 5);
	snprintf(step->session, TEXT, "k%d", rand() % 4);
	step->spec = (struct write_spec){
		.verb = verb,
		.service = step->service,
		.version = step->version,
		.session = step->session,
		.take = rand() % 2 == 0,
		.force = true,
		.actor = "tester",
	};
	if (bodies[verb].count > 0) {
		fill_body(step->body, bodies[verb].forms[(size_t)rand() % bodies[verb].count],
			rand() % 6);
		step->spec.body = step->body;
	}
}

static unsigned choose_seed(void)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)random_u64();

	print_message("SEED=%u\n", seed);
	return seed;
}

/* ---- failing at every place ---------------------------------------------------------------------- */

enum { STEPS = 60 };

static void count_revisions(
	void *arg, const struct environment *env, const struct change *changes, size_t count)
{
	int64_t *last = arg;

	(void)env;
	for (size_t i = 0; i < count; i++) {
		if (changes[i].kind == OBJECT_TOMBSTONE)
			continue;
		assert_true(changes[i].revision > *last);
		*last = changes[i].revision;
	}
}

static bool idle(const struct plane_fixture *bench)
{
	return bench->plane->first == NULL;
}

static void settle(struct plane_fixture *bench)
{
	while (!idle(bench))
		event_base_loop(bench->base, EVLOOP_ONCE);
	bench_turn(bench);
	assert_true(idle(bench));
}

/* Several writes are in txn at once: the loop turns at random. */
static void run_steps(struct plane_fixture *bench, struct step *steps, unsigned seed)
{
	srand(seed);
	for (int i = 0; i < STEPS; i++) {
		make_step(&steps[i]);
		bench_now_ms += 10;
		steps[i].at = bench_now_ms;
		bench_start(bench, &steps[i].spec, &steps[i].result);
		while (rand() % 3 == 0)
			bench_turn(bench);
	}
	settle(bench);
	for (int i = 0; i < STEPS; i++)
		assert_true(steps[i].result.done);
}

static void replay_acknowledged(struct plane_fixture *bench, struct step *steps)
{
	for (int i = 0; i < STEPS; i++) {
		struct write_result again;

		if (steps[i].result.err != ERR_NONE)
			continue;
		bench_now_ms = steps[i].at;
		bench_start(bench, &steps[i].spec, &again);
		bench_wait(bench, &again.done);
		assert_int_equal(again.err, ERR_NONE);
		assert_int_equal(again.created, steps[i].result.created);
		assert_string_equal(again.name, steps[i].result.name);
	}
}

static void assert_same_events(const struct plane_fixture *a, const struct plane_fixture *b)
{
	const struct event *of_a[STEPS * 4];
	const struct event *of_b[STEPS * 4];
	size_t count = plane_events(a->plane, 0, of_a, ARRAY_LEN(of_a));

	assert_int_equal(plane_events(b->plane, 0, of_b, ARRAY_LEN(of_b)), count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(of_a[i]->seq, of_b[i]->seq);
		assert_int_equal(of_a[i]->action, of_b[i]->action);
		assert_string_equal(of_a[i]->object, of_b[i]->object);
	}
}

/* Returns how many writes answered ERR_STORE. */
static int run_failing_history(unsigned seed, unsigned fail_at, bool forever)
{
	static struct step steps[STEPS];
	struct event_base *base = event_base_new();
	struct plane_fixture bench;
	struct plane_fixture model;
	int64_t last_revision = 0;
	int64_t end;
	int failed = 0;

	bench_init_store(
		&bench, base, store_failing_create(store_memory_create(base), fail_at, forever));
	plane_observe(
		bench.plane, &(struct plane_observer){count_revisions, NULL, NULL, &last_revision});
	run_steps(&bench, steps, seed);
	end = bench_now_ms;
	for (int i = 0; i < STEPS; i++)
		failed += steps[i].result.err == ERR_STORE;
	assert_same_environment(&bench.plane->committed, &bench.plane->pending, true);

	bench_init(&model);
	replay_acknowledged(&model, steps);
	assert_same_environment(&bench.plane->committed, &model.plane->committed, false);
	assert_same_events(&bench, &model);

	/* What was acknowledged is what a start finds. */
	bench_now_ms = end;
	bench_restart(&bench);
	assert_true(bench.plane->committed.revision > last_revision || last_revision == 0);
	assert_same_environment(&bench.plane->committed, &model.plane->committed, false);
	bench_finish(&model);
	bench_finish(&bench);
	return failed;
}

static void test_failing_store(void **state)
{
	unsigned seed = choose_seed();
	int failed = 0;

	(void)state;
	for (unsigned n = 0; n <= STEPS; n++) {
		failed += run_failing_history(seed + n, n, false);
		failed += run_failing_history(seed + n, n, true);
		failed += run_failing_history(seed, n, false);
	}
	assert_true(failed > 100);
	assert_int_equal(run_failing_history(seed, 0, false), 0);
}

/* The same over the real store, closed and opened again. */
static void test_history_on_disk(void **state)
{
	static struct step steps[STEPS];
	struct event_base *base = event_base_new();
	char dir[] = P_tmpdir "/umbra-plane-XXXXXX";
	char path[64];
	struct plane_fixture bench;
	struct plane_fixture model;
	int64_t end;

	(void)state;
	assert_non_null(mkdtemp(dir));
	bench_init_store(&bench, base, store_sqlite_open(base, dir, NULL));
	run_steps(&bench, steps, choose_seed());
	end = bench_now_ms;
	bench_init(&model);
	replay_acknowledged(&model, steps);
	bench_now_ms = end;
	plane_destroy(bench.plane);
	store_destroy(bench.store);
	bench_init_store(&bench, base, store_sqlite_open(base, dir, NULL));
	assert_same_environment(&bench.plane->committed, &model.plane->committed, false);
	assert_same_events(&bench, &model);
	bench_finish(&model);
	bench_finish(&bench);
	for (const char *const *file =
			(const char *const[]){"state.db", "state.commits", "lock", NULL};
		*file != NULL; file++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *file);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

/* Behind a failing write there may be one that changes nothing, and one of health. */
static void test_what_stands_on_a_failed_write_fails(void **state)
{
	const struct write_spec put = {.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{}"};
	const struct write_spec wrong = {
		.verb = PLANE_PUT_SERVICE, .service = "Cart", .body = "{}"};
	struct event_base *base = event_base_new();
	struct plane_fixture bench;
	struct write_result results[3];

	(void)state;
	bench_init_store(&bench, base, store_failing_create(store_memory_create(base), 1, false));
	bench_start(&bench, &put, &results[0]);
	bench_start(&bench, &put, &results[1]);
	bench_start(&bench, &wrong, &results[2]);
	assert_false(results[1].done);
	assert_int_equal(results[2].err, ERR_BAD_NAME);
	bench_wait(&bench, &results[1].done);
	assert_int_equal(results[0].err, ERR_STORE);
	assert_int_equal(results[1].err, ERR_STORE);
	assert_non_null(strstr(results[0].eb.text, "told to fail commit 1"));
	assert_int_equal(plane_environment(bench.plane)->node_count, 0);
	assert_int_equal(plane_environment(bench.plane)->revision, 0);
	assert_int_equal(bench_write(&bench, &put), ERR_NONE);
	assert_true(bench.result.created);
	/* Nobody was given the failed one's revision. */
	assert_int_equal(bench.result.revision, 1);
	bench_finish(&bench);
}

/* Writes whose plane ends before the store has them are answered, and freed when it has. */
static void test_destroy_with_writes_in_flight(void **state)
{
	const struct write_spec put = {.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{}"};
	struct plane_fixture bench;
	struct write_result result;

	(void)state;
	bench_init(&bench);
	bench_start(&bench, &put, &result);
	bench_restart(&bench);
	assert_true(result.done);
	assert_int_equal(result.err, ERR_STORE);
	bench_turn(&bench);
	bench_finish(&bench);
}

/* ---- the feed against a shadow ------------------------------------------------------------------- */

static void apply_to_shadow(void *arg, const struct change *change)
{
	environment_apply(arg, change);
}

/* What a client does: asks since its revision, takes everything when that is not known any more. */
static void follow(const struct plane_fixture *bench, struct environment *shadow)
{
	const struct environment *env = plane_environment(bench->plane);

	if (!plane_changes_since(
		    bench->plane, shadow->epoch, shadow->revision, apply_to_shadow, shadow)) {
		environment_finish(shadow);
		environment_copy(shadow, env);
	}
	shadow->revision = env->revision;
	assert_same_environment(shadow, env, true);
}

static void report_some_health(struct plane_fixture *bench)
{
	char service[TEXT];
	char version[TEXT];

	snprintf(service, TEXT, "s%d", rand() % 3);
	snprintf(version, TEXT, "v%d", rand() % 5);
	plane_report_health(bench->plane, str_of(service), str_of(version), (size_t)rand() % 2,
		(enum endpoint_health)(rand() % 3), "connection refused");
}

static void test_feed_against_shadow(void **state)
{
	enum { ROUNDS = 3000 };
	static struct step steps[ROUNDS];
	struct plane_fixture bench;
	struct environment shadows[3];
	unsigned seed = choose_seed();

	(void)state;
	srand(seed);
	bench_init(&bench);
	for (size_t i = 0; i < ARRAY_LEN(shadows); i++)
		environment_init(&shadows[i]);
	for (int i = 0; i < ROUNDS; i++) {
		make_step(&steps[i]);
		bench_now_ms += rand() % 200;
		bench_start(&bench, &steps[i].spec, &steps[i].result);
		if (rand() % 2 == 0)
			report_some_health(&bench);
		while (rand() % 2 == 0)
			bench_turn(&bench);
		/* One client follows closely, one seldom, one once in a while. */
		follow(&bench, &shadows[0]);
		if (rand() % 10 == 0)
			follow(&bench, &shadows[1]);
		if (rand() % 100 == 0)
			follow(&bench, &shadows[2]);
		if (i % 1000 == 999) {
			settle(&bench);
			bench_restart(&bench);
		}
	}
	settle(&bench);
	for (size_t i = 0; i < ARRAY_LEN(shadows); i++) {
		follow(&bench, &shadows[i]);
		environment_finish(&shadows[i]);
	}
	assert_same_environment(&bench.plane->committed, &bench.plane->pending, true);
	bench_finish(&bench);
}

static void count_change(void *arg, const struct change *change)
{
	(void)change;
	++*(unsigned *)arg;
}

static void test_feed_refuses_what_it_cannot_know(void **state)
{
	struct plane_fixture bench;
	const char *epoch;
	unsigned count = 0;
	int64_t revision;

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	bench_service(&bench, "search");
	epoch = plane_environment(bench.plane)->epoch;
	revision = plane_environment(bench.plane)->revision;
	assert_true(plane_changes_since(bench.plane, epoch, 0, count_change, &count));
	assert_int_equal(count, 2);
	assert_true(plane_changes_since(bench.plane, epoch, 1, count_change, &count));
	assert_int_equal(count, 3);
	assert_true(plane_changes_since(bench.plane, epoch, revision, count_change, &count));
	assert_int_equal(count, 3);
	assert_false(plane_changes_since(bench.plane, epoch, revision + 1, count_change, &count));
	assert_false(plane_changes_since(bench.plane, epoch, -1, count_change, &count));
	assert_false(plane_changes_since(bench.plane, "other", revision, count_change, &count));
	/* A start forgets health, so nobody may go on from before it. */
	bench_restart(&bench);
	assert_false(plane_changes_since(bench.plane, plane_environment(bench.plane)->epoch,
		revision, count_change, &count));
	bench_finish(&bench);
}

static void test_feed_forgets_the_oldest(void **state)
{
	struct change_log feed;
	struct change change;
	char id[24];

	(void)state;
	change_log_init(&feed, 10);
	for (int64_t i = 0; i < LIMIT_CHANGES_KEPT + 5; i++) {
		snprintf(id, sizeof(id), "s%lld", (long long)i);
		change_init_removed(&change, OBJECT_SERVICE, id, 11 + i);
		change_log_add(&feed, &change);
		change_finish(&change);
	}
	assert_int_equal(feed.floor, 15);
	assert_int_equal(feed.first->change.revision, 16);
	assert_int_equal(hashmap_count(feed.entries), LIMIT_CHANGES_KEPT);
	change_log_finish(&feed);
}

/* ---- what a write costs -------------------------------------------------------------------------- */

static void test_cost_with_many_versions(void **state)
{
	enum { SERVICES = 1000, VERSIONS = 10, WRITES = 2000 };
	struct plane_fixture bench;
	struct write_result result;
	int64_t spent_ns;
	clock_t start;

	(void)state;
	bench_init(&bench);
	for (int s = 0; s < SERVICES; s++) {
		char service[TEXT];

		snprintf(service, TEXT, "s%d", s);
		bench_service(&bench, service);
		for (int v = 0; v < VERSIONS; v++) {
			char version[TEXT];
			char endpoint[TEXT];

			snprintf(version, TEXT, "v%d", v);
			snprintf(endpoint, TEXT, "10.0.%d.%d:80", s % 250, v);
			bench_version(&bench, service, version, "ephemeral", endpoint);
		}
	}
	start = clock();
	for (int i = 0; i < WRITES; i++) {
		char service[TEXT];
		char body[BODY];
		struct write_spec patch = {.verb = PLANE_PATCH_VERSION,
			.service = service,
			.version = "v5",
			.body = body};

		snprintf(service, TEXT, "s%d", i % SERVICES);
		snprintf(body, BODY, "{\"commit\":\"c%d\"}", i);
		bench_start(&bench, &patch, &result);
		bench_wait(&bench, &result.done);
	}
	spent_ns = (int64_t)(clock() - start) * (1000000000 / CLOCKS_PER_SEC);
	print_message("a patch among %d versions: %lld ns of CPU, reading the body and the store "
		      "in memory "
		      "included\n",
		SERVICES * VERSIONS, (long long)(spent_ns / WRITES));
	/* Far above what it takes, so that only a change of order shows. */
	assert_true(spent_ns / WRITES < 2000000);
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failing_store),
		cmocka_unit_test(test_history_on_disk),
		cmocka_unit_test(test_what_stands_on_a_failed_write_fails),
		cmocka_unit_test(test_destroy_with_writes_in_flight),
		cmocka_unit_test(test_feed_against_shadow),
		cmocka_unit_test(test_feed_refuses_what_it_cannot_know),
		cmocka_unit_test(test_feed_forgets_the_oldest),
		cmocka_unit_test(test_cost_with_many_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
