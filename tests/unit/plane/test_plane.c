/*
 * The plane's verbs: what each does to services, versions, sessions and pins, and that repeating is
 * harmless. What they refuse is in test_refusals.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"
#include "core/plane/internal.h"
#include "tests/support/plane_fixture.h"

#define WRITE(...) bench_write(&bench, &(struct write_spec){__VA_ARGS__})

#define EP(x) "{\"endpoints\":[\"" x "\"]}"

static const struct environment *env_of(const struct plane_fixture *bench)
{
	return plane_environment(bench->plane);
}

/* ---- services and versions ----------------------------------------------------------------------- */

static void test_put_is_idempotent(void **state)
{
	const struct write_spec put_service = {.verb = PLANE_PUT_SERVICE,
		.service = "cart",
		.body = "{\"hosts\":[\"shop.example\"],\"health\":{\"path\":\"/healthz\"},"
			"\"owner\":\"payments\"}"};
	const struct write_spec put_stable = {.verb = PLANE_PUT_VERSION,
		.service = "cart",
		.version = "v1",
		.body = "{\"kind\":\"stable\",\"endpoints\":"
			"[\"127.0.0.1:1\"],\"commit\":\"a1\"}"};
	const struct write_spec put_pr = {.verb = PLANE_PUT_VERSION,
		.service = "cart",
		.version = "pr-1",
		.body = "{\"endpoints\":[\"127.0.0.1:2\"],\"pr\":{\"number\":1}}"};
	struct plane_fixture bench;
	struct version *version;
	int64_t revision;
	int64_t events;

	(void)state;
	bench_init(&bench);
	assert_int_equal(bench_write(&bench, &put_service), ERR_NONE);
	assert_true(bench.result.created);
	assert_string_equal(bench.result.name, "cart");
	assert_int_equal(bench_write(&bench, &put_stable), ERR_NONE);
	assert_true(bench.result.created);
	assert_string_equal(environment_service(env_of(&bench), STR_LIT("cart"))->stable, "v1");
	assert_int_equal(bench_write(&bench, &put_pr), ERR_NONE);
	revision = env_of(&bench)->revision;
	events = plane_events_last(bench.plane);
	assert_int_equal(events, 3);

	/* Services and stable versions: nothing at all happens. */
	bench_now_ms += 1000;
	assert_int_equal(bench_write(&bench, &put_service), ERR_NONE);
	assert_false(bench.result.created);
	assert_string_equal(bench.result.name, "cart");
	assert_int_equal(bench_write(&bench, &put_stable), ERR_NONE);
	assert_int_equal(env_of(&bench)->revision, revision);

	/* An ephemeral version lives on from now; that is no event. */
	version = bench_find(&bench, "cart", "pr-1");
	assert_int_equal(version->expires_at, bench_now_ms - 1000 + DEFAULT_VERSION_TTL_MS);
	assert_int_equal(bench_write(&bench, &put_pr), ERR_NONE);
	version = bench_find(&bench, "cart", "pr-1");
	assert_int_equal(version->expires_at, bench_now_ms + DEFAULT_VERSION_TTL_MS);
	assert_int_equal(version->created_at, bench_now_ms - 1000);
	assert_int_equal(version->deployed_at, bench_now_ms - 1000);
	assert_int_equal(env_of(&bench)->revision, revision + 1);
	assert_int_equal(version->revision, revision + 1);
	assert_int_equal(plane_events_last(bench.plane), events);

	/* PUT replaces: what is not said is no more. */
	assert_int_equal(WRITE(.verb = PLANE_PUT_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"endpoints\":[\"127.0.0.1:2\"],\"commit\":\"b2\"}"),
		ERR_NONE);
	version = bench_find(&bench, "cart", "pr-1");
	assert_int_equal(version->pr_number, 0);
	assert_int_equal(version->deployed_at, bench_now_ms);
	assert_string_equal(bench_last_event(&bench)->before,
		"{\"pr\":{\"number\":1},\"deployed_at\":"
		"\"2026-11-22T19:56:49.000Z\"}");
	bench_finish(&bench);
}

static void test_patch_merges(void **state)
{
	struct plane_fixture bench;
	struct version *version;
	int64_t expires_at;

	(void)state;
	bench_shop(&bench);
	assert_int_equal(
		WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
			.body = "{\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"commit\":\"c1\"}"),
		ERR_NONE);
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"labels\":{\"a\":null,\"c\":\"3\"}}"),
		ERR_NONE);
	version = bench_find(&bench, "cart", "pr-1");
	assert_string_equal(version->commit, "c1");
	assert_int_equal(version->labels.count, 2);
	assert_null(dict_get(&version->labels, STR_LIT("a")));
	assert_string_equal(bench_last_event(&bench)->before, "{\"labels\":{\"a\":\"1\"}}");
	assert_string_equal(bench_last_event(&bench)->after, "{\"labels\":{\"c\":\"3\"}}");

	/* ttl counts from now; expires_at takes its place; nothing is left alone. */
	bench_now_ms += 60000;
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"ttl\":\"2h\"}"),
		ERR_NONE);
	assert_int_equal(bench_find(&bench, "cart", "pr-1")->expires_at, bench_now_ms + 7200000);
	assert_int_equal(bench_last_event(&bench)->action, EVENT_VERSION_CHANGED);
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"expires_at\":\"2026-12-01T00:00:00Z\"}"),
		ERR_NONE);
	version = bench_find(&bench, "cart", "pr-1");
	assert_int_equal(version->ttl_ms, 0);
	expires_at = version->expires_at;
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"build\":7}"),
		ERR_NONE);
	assert_int_equal(bench_find(&bench, "cart", "pr-1")->expires_at, expires_at);
	bench_finish(&bench);
}

static void test_taking_endpoints(void **state)
{
	struct plane_fixture bench;
	struct version *version;

	(void)state;
	bench_shop(&bench);
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-2",
				 .body = "{\"endpoints\":[\"127.0.0.1:3\",\"127.0.0.1:4\"]}"),
		ERR_NONE);
	/* One of two: the other stays. The last: it is retired. Another service's is not concerned. */
	assert_int_equal(
		WRITE(.verb = PLANE_PUT_VERSION, .service = "cart", .version = "pr-3",
			.body = "{\"endpoints\":[\"127.0.0.1:3\",\"127.0.0.1:2\"]}", .take = true),
		ERR_NONE);
	version = bench_find(&bench, "cart", "pr-2");
	assert_int_equal(version->endpoints.count, 1);
	assert_string_equal(version->endpoints.items[0], "127.0.0.1:4");
	assert_null(bench_find(&bench, "cart", "pr-1"));
	assert_int_equal(
		environment_tombstone(env_of(&bench), GONE_VERSION, STR_LIT("cart@pr-1"))->why,
		WHY_RETIRED);
	assert_non_null(bench_find(&bench, "search", "pr-9"));
	assert_int_equal(bench_find(&bench, "cart", "pr-3")->endpoints.count, 2);
	bench_finish(&bench);
}

static void test_promote_and_roll_back(void **state)
{
	struct plane_fixture bench;
	struct version *version;

	(void)state;
	bench_shop(&bench);
	bench_health(&bench, "cart", "pr-1", ENDPOINT_UP);
	assert_int_equal(
		WRITE(.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-1"), ERR_NONE);
	assert_string_equal(bench.result.name, "cart");
	assert_string_equal(environment_service(env_of(&bench), STR_LIT("cart"))->stable, "pr-1");
	version = bench_find(&bench, "cart", "pr-1");
	assert_int_equal(version->kind, KIND_STABLE);
	assert_int_equal(version->expires_at, 0);
	assert_int_equal(version->state, STATE_READY);
	version = bench_find(&bench, "cart", "v1");
	assert_int_equal(version->kind, KIND_EPHEMERAL);
	assert_int_equal(version->expires_at, bench_now_ms + DEFAULT_VERSION_TTL_MS);
	assert_string_equal(bench_last_event(&bench)->object, "cart@pr-1");
	assert_string_equal(bench_last_event(&bench)->before, "{\"stable\":\"v1\"}");
	assert_string_equal(bench_last_event(&bench)->after, "{\"stable\":\"pr-1\"}");
	/* Pins keep naming their version. */
	assert_string_equal(
		session_pin(environment_session(env_of(&bench), STR_LIT("dev")), STR_LIT("cart")),
		"pr-1");
	assert_int_equal(
		WRITE(.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-1"), ERR_NONE);
	assert_int_equal(
		WRITE(.verb = PLANE_PROMOTE, .service = "cart", .version = "v1"), ERR_NOT_READY);
	assert_int_equal(
		WRITE(.verb = PLANE_PROMOTE, .service = "cart", .version = "v1", .force = true),
		ERR_NONE);
	assert_string_equal(environment_service(env_of(&bench), STR_LIT("cart"))->stable, "v1");
	/* A service without one gets its first that way, too. */
	assert_int_equal(
		WRITE(.verb = PLANE_PROMOTE, .service = "search", .version = "pr-9", .force = true),
		ERR_NONE);
	assert_null(bench_last_event(&bench)->before);
	bench_finish(&bench);
}

static void test_removed_service_takes_all_along(void **state)
{
	struct plane_fixture bench;
	const struct tombstone *gone;

	(void)state;
	bench_shop(&bench);
	assert_int_equal(WRITE(.verb = PLANE_DELETE_SERVICE, .service = "cart"), ERR_NONE);
	assert_null(environment_node(env_of(&bench), STR_LIT("cart")));
	assert_int_equal(env_of(&bench)->version_count, 1);
	gone = environment_tombstone(env_of(&bench), GONE_VERSION, STR_LIT("cart@v1"));
	assert_int_equal(gone->why, WHY_SERVICE_REMOVED);
	assert_int_equal(bench_last_event(&bench)->action, EVENT_SERVICE_REMOVED);
	assert_int_equal(
		WRITE(.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "v1"), ERR_GONE);
	assert_int_equal(bench.result.why, WHY_SERVICE_REMOVED);

	/* What is registered again is not gone any more. */
	bench_service(&bench, "cart");
	bench_version(&bench, "cart", "v1", "stable", "127.0.0.1:1");
	assert_null(environment_tombstone(env_of(&bench), GONE_VERSION, STR_LIT("cart@v1")));
	bench_finish(&bench);
}

static void test_limits(void **state)
{
	struct plane_fixture bench;
	char name[32];

	(void)state;
	bench_init(&bench);
	bench_service(&bench, "cart");
	for (int i = 0; i < LIMIT_VERSIONS_PER_SERVICE; i++) {
		char endpoint[32];

		snprintf(name, sizeof(name), "v%d", i);
		snprintf(endpoint, sizeof(endpoint), "127.0.0.1:%d", i + 1);
		bench_version(&bench, "cart", name, "ephemeral", endpoint);
	}
	assert_int_equal(WRITE(.verb = PLANE_PUT_VERSION, .service = "cart", .version = "more",
				 .body = EP("127.0.0.1:5000")),
		ERR_LIMIT);
	assert_int_equal(WRITE(.verb = PLANE_PUT_VERSION, .service = "cart", .version = "v7",
				 .body = EP("127.0.0.1:8")),
		ERR_NONE);
	bench_finish(&bench);
}

/* Each patch is small, what they add up to is not. */
static void test_pins_have_a_limit(void **state)
{
	struct plane_fixture bench;
	char service[32];

	(void)state;
	bench_init(&bench);
	bench_session(&bench, "dev");
	for (int i = 0; i <= LIMIT_PINS; i++) {
		enum err err;

		snprintf(service, sizeof(service), "s%d", i);
		bench_service(&bench, service);
		bench_version(&bench, service, "v1", "stable", "127.0.0.1:1");
		err = WRITE(.verb = PLANE_PUT_PIN, .service = service, .version = "v1",
			.session = "dev");
		assert_int_equal(err, i < LIMIT_PINS ? ERR_NONE : ERR_LIMIT);
	}
	bench_finish(&bench);
}

/* Tombstones are bounded: the oldest is forgotten before its time. */
static void test_tombstones_have_a_limit(void **state)
{
	struct plane_fixture bench;

	(void)state;
	bench_init(&bench);
	bench_session(&bench, "dev");
	for (int i = 0; i < LIMIT_TOMBSTONES; i++) {
		struct tombstone *tombstone = record_create(&tombstone_type);
		struct change change;
		char id[32];

		snprintf(id, sizeof(id), "t%06d", i);
		tombstone->kind = GONE_SESSION;
		text_set(&tombstone->id, id);
		tombstone->gone_at = bench_now_ms - (i == 777);
		change_init(&change, OBJECT_TOMBSTONE, tombstone, 0);
		environment_apply(&bench.plane->committed, &change);
		environment_apply(&bench.plane->pending, &change);
		change_finish(&change);
		record_unref(&tombstone_type, tombstone);
	}
	assert_int_equal(WRITE(.verb = PLANE_DELETE_SESSION, .session = "dev"), ERR_NONE);
	assert_int_equal(env_of(&bench)->tombstone_count, LIMIT_TOMBSTONES);
	assert_null(environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("t000777")));
	assert_non_null(environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("dev")));
	bench_finish(&bench);
}

/* ---- sessions ------------------------------------------------------------------------------------ */

static void test_sessions(void **state)
{
	struct plane_fixture bench;
	struct session *session;
	char key[64];

	(void)state;
	bench_shop(&bench);
	assert_int_equal(WRITE(.verb = PLANE_CREATE_SESSION,
				 .body = "{\"name\":\"Checkout flow!\"}", .actor = "dev1"),
		ERR_NONE);
	assert_true(bench.result.created);
	assert_true(str_starts(str_of(bench.result.name), STR_LIT("checkout-flow-")));
	assert_int_equal(strlen(bench.result.name), strlen("checkout-flow-") + 4);
	assert_true(name_is_session(str_of(bench.result.name)));
	str_copy(key, sizeof(key), str_of(bench.result.name));
	session = environment_session(env_of(&bench), str_of(key));
	assert_string_equal(session->owner, "dev1");
	assert_int_equal(session->expires_at, bench_now_ms + DEFAULT_SESSION_TTL_MS);
	assert_int_equal(session->policy, POLICY_LENIENT);

	assert_int_equal(WRITE(.verb = PLANE_PATCH_SESSION, .session = key,
				 .body = "{\"pins\":{\"cart\":\"pr-1\",\"search\":\"pr-9\"}}"),
		ERR_NONE);
	assert_int_equal(bench_last_event(&bench)->action, EVENT_SESSION_PINNED);
	assert_string_equal(bench_last_event(&bench)->after,
		"{\"pins\":{\"cart\":\"pr-1\",\"search\":\"pr-9\"}}");
	assert_int_equal(
		WRITE(.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-2", .session = key),
		ERR_NONE);
	assert_string_equal(bench_last_event(&bench)->before, "{\"pins\":{\"cart\":\"pr-1\"}}");
	assert_string_equal(bench_last_event(&bench)->after, "{\"pins\":{\"cart\":\"pr-2\"}}");
	assert_int_equal(
		WRITE(.verb = PLANE_DELETE_PIN, .service = "search", .session = key), ERR_NONE);
	assert_int_equal(bench_last_event(&bench)->action, EVENT_SESSION_UNPINNED);
	session = environment_session(env_of(&bench), str_of(key));
	assert_int_equal(session->pins.count, 1);
	assert_int_equal(WRITE(.verb = PLANE_PATCH_SESSION, .session = key,
				 .body = "{\"policy\":\"strict\"}", .if_match = session->revision),
		ERR_NONE);
	assert_int_equal(bench_last_event(&bench)->action, EVENT_SESSION_CHANGED);

	/* Strict is remembered; the key can be had again. */
	assert_int_equal(WRITE(.verb = PLANE_DELETE_SESSION, .session = key), ERR_NONE);
	assert_string_equal(bench.result.gone, key);
	assert_int_equal(environment_tombstone(env_of(&bench), GONE_SESSION, str_of(key))->policy,
		POLICY_STRICT);
	bench_session(&bench, key);
	assert_null(environment_tombstone(env_of(&bench), GONE_SESSION, str_of(key)));
	bench_finish(&bench);
}

/* A pin to what is gone stays until somebody changes it. */
static void test_pins_outlive_versions(void **state)
{
	struct plane_fixture bench;

	(void)state;
	bench_shop(&bench);
	assert_int_equal(WRITE(.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "pr-1"),
		ERR_NONE);
	assert_string_equal(bench.result.gone, "cart@pr-1");
	assert_int_equal(
		WRITE(.verb = PLANE_PATCH_SESSION, .session = "dev", .body = "{\"ttl\":\"1h\"}"),
		ERR_NONE);
	assert_string_equal(
		session_pin(environment_session(env_of(&bench), STR_LIT("dev")), STR_LIT("cart")),
		"pr-1");
	assert_int_equal(
		WRITE(.verb = PLANE_DELETE_PIN, .service = "cart", .session = "dev"), ERR_NONE);
	bench_finish(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_is_idempotent),
		cmocka_unit_test(test_patch_merges),
		cmocka_unit_test(test_taking_endpoints),
		cmocka_unit_test(test_promote_and_roll_back),
		cmocka_unit_test(test_removed_service_takes_all_along),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_pins_have_a_limit),
		cmocka_unit_test(test_tombstones_have_a_limit),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_pins_outlive_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
