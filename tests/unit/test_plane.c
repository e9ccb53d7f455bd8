/*
 * The plane's verbs: what each does, what each refuses (a table), that repeating is harmless, expiry,
 * restarts, promotion, and what observers and the events see.
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

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/model/names.h"
#include "core/plane/internal.h"
#include "tests/support/plane_bench.h"

#define WRITE(...) bench_write(&bench, &(struct write_spec){__VA_ARGS__})

static const struct environment *env_of(const struct plane_bench *bench)
{
	return plane_environment(bench->plane);
}

/* A shop: cart (v1 stable, pr-1, pr-2), search (no stable, pr-9), a session "dev" that pins cart=pr-1. */
static void make_shop(struct plane_bench *bench)
{
	bench_init(bench);
	bench_service(bench, "cart");
	assert_int_equal(bench_write(bench, &(struct write_spec){.verb = PLANE_PUT_SERVICE,
						    .service = "search",
						    .body = "{\"hosts\":[\"find.example\"]}"}),
		ERR_NONE);
	bench_version(bench, "cart", "v1", "stable", "127.0.0.1:1");
	bench_version(bench, "cart", "pr-1", "ephemeral", "127.0.0.1:2");
	bench_version(bench, "cart", "pr-2", "ephemeral", "127.0.0.1:3");
	bench_version(bench, "search", "pr-9", "ephemeral", "127.0.0.1:2");
	bench_version(bench, "search", "old", "ephemeral", "127.0.0.1:8");
	assert_int_equal(bench_write(bench, &(struct write_spec){.verb = PLANE_CREATE_SESSION,
						    .body = "{\"key\":\"dev\",\"pins\":{\"cart\":"
							    "\"pr-1\"}}"}),
		ERR_NONE);
	bench_session(bench, "gone");
	assert_int_equal(bench_write(bench, &(struct write_spec){.verb = PLANE_DELETE_SESSION,
						    .session = "gone"}),
		ERR_NONE);
	assert_int_equal(bench_write(bench, &(struct write_spec){.verb = PLANE_DELETE_VERSION,
						    .service = "search",
						    .version = "old"}),
		ERR_NONE);
}

/* ---- refusals ------------------------------------------------------------------------------------ */

#define EP(x) "{\"endpoints\":[\"" x "\"]}"

static const struct {
	struct write_spec spec;
	enum err err;
	const char *near; /* the first near name */
	const char *text; /* in the sentence or what is expected */
} refusals[] = {
	{{.verb = PLANE_PUT_SERVICE, .service = "Cart", .body = "{}"}, ERR_BAD_NAME, NULL,
		"service name"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{\"name\":\"crat\"}"},
		ERR_BAD_VALUE, NULL, "crat"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{\"hosts\":[\"find.example\"]}"},
		ERR_HOST_TAKEN, NULL, "search"},
	{{.verb = PLANE_PUT_SERVICE,
		 .service = "cart",
		 .body = "{\"health\":{\"interval\":\"1ms\"}}"},
		ERR_BAD_VALUE, NULL, "interval"},
	{{.verb = PLANE_PUT_SERVICE, .service = "cart", .body = "{}", .if_match = 99999},
		ERR_REVISION, NULL, "99999"},
	{{.verb = PLANE_PUT_SERVICE, .service = "new", .body = "{}", .if_match = 1}, ERR_REVISION,
		NULL, "new"},
	{{.verb = PLANE_DELETE_SERVICE, .service = "crat"}, ERR_NOT_FOUND, "cart", "crat"},
	{{.verb = PLANE_DELETE_SERVICE, .service = "cart", .if_match = 99999}, ERR_REVISION, NULL,
		NULL},

	{{.verb = PLANE_PUT_VERSION,
		 .service = "crat",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:9")},
		ERR_SERVICE_UNKNOWN, "cart", "crat"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr 3",
		 .body = EP("127.0.0.1:9")},
		ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"endpoints\":[]}"},
		ERR_BAD_VALUE, NULL, "1 to 8"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:2")},
		ERR_ENDPOINT_TAKEN, NULL, "cart@pr-1"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = EP("127.0.0.1:1"),
		 .take = true},
		ERR_ENDPOINT_TAKEN, NULL, "last endpoint of the stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9\"]}"},
		ERR_STABLE_EXISTS, NULL, "v1"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "search",
		 .version = "pr-9",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:2\"]}"},
		ERR_CONFLICT, NULL, "promot"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:1\"]}"},
		ERR_CONFLICT, NULL, "stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:1\"],\"ttl\":\"1h\"}"},
		ERR_CONFLICTING_FIELDS, NULL, "stable"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"expires_at\":\"2026-11-01T00:00:"
			 "00Z\"}"},
		ERR_BAD_VALUE, NULL, "over"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"ttl\":\"400d\"}"},
		ERR_BAD_VALUE, NULL, "366d"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"endpoints\":[\"127.0.0.1:9\"],\"ttl\":\"1ms\"}"},
		ERR_BAD_VALUE, NULL, "1s"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-3",
		 .body = "{\"version\":\"pr-4\",\"endpoints\":[\"127.0.0.1:9\"]}"},
		ERR_BAD_VALUE, NULL, "pr-4"},
	{{.verb = PLANE_PUT_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = EP("127.0.0.1:2"),
		 .if_match = 99999},
		ERR_REVISION, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-12", .body = "{}"},
		ERR_NOT_FOUND, "pr-1", "pr-12"},
	{{.verb = PLANE_PATCH_VERSION, .service = "search", .version = "old", .body = "{}"},
		ERR_GONE, NULL, "tester"},
	{{.verb = PLANE_PATCH_VERSION, .service = "none", .version = "pr-1", .body = "{}"},
		ERR_SERVICE_UNKNOWN, NULL, "none"},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"kind\":\"stable\"}"},
		ERR_STABLE_EXISTS, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "search",
		 .version = "pr-9",
		 .body = "{\"kind\":\"stable\"}"},
		ERR_CONFLICT, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "v1",
		 .body = "{\"ttl\":\"1h\"}"},
		ERR_CONFLICTING_FIELDS, NULL, NULL},
	{{.verb = PLANE_PATCH_VERSION,
		 .service = "cart",
		 .version = "pr-1",
		 .body = "{\"endpoints\":[\"127.0.0.1:3\"]}"},
		ERR_ENDPOINT_TAKEN, NULL, "cart@pr-2"},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "v1"}, ERR_IS_STABLE, NULL,
		"promote another"},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "pr-11"}, ERR_NOT_FOUND,
		"pr-1", NULL},
	{{.verb = PLANE_DELETE_VERSION, .service = "search", .version = "old"}, ERR_GONE, NULL,
		"ago"},
	{{.verb = PLANE_DELETE_VERSION, .service = "crat", .version = "pr-1"}, ERR_SERVICE_UNKNOWN,
		"cart", NULL},
	{{.verb = PLANE_DELETE_VERSION, .service = "cart", .version = "p r"}, ERR_BAD_NAME, NULL,
		NULL},
	{{.verb = PLANE_PROMOTE, .service = "crat", .version = "pr-1"}, ERR_SERVICE_UNKNOWN, "cart",
		NULL},
	{{.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-11"}, ERR_VERSION_UNKNOWN,
		"pr-1", NULL},
	{{.verb = PLANE_PROMOTE, .service = "search", .version = "old"}, ERR_VERSION_UNKNOWN, NULL,
		"retired"},
	{{.verb = PLANE_PROMOTE, .service = "cart", .version = "pr-1"}, ERR_NOT_READY, NULL,
		"starting"},
	{{.verb = PLANE_PROMOTE,
		 .service = "cart",
		 .version = "pr-1",
		 .if_match = 99999,
		 .force = true},
		ERR_REVISION, NULL, NULL},

	{{.verb = PLANE_CREATE_SESSION, .body = "{\"key\":\"dev\"}"}, ERR_KEY_TAKEN, NULL, "dev"},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"pins\":{\"crat\":\"pr-1\"}}"},
		ERR_SERVICE_UNKNOWN, "cart", NULL},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"pins\":{\"cart\":\"pr-11\"}}"},
		ERR_VERSION_UNKNOWN, "pr-1", NULL},
	{{.verb = PLANE_CREATE_SESSION, .body = "{\"ttl\":\"1ms\"}"}, ERR_BAD_VALUE, NULL, "ttl"},
	{{.verb = PLANE_PATCH_SESSION, .session = "dve", .body = "{}"}, ERR_NOT_FOUND, "dev", NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "gone", .body = "{}"}, ERR_GONE, NULL, "gone"},
	{{.verb = PLANE_PATCH_SESSION, .session = "De v", .body = "{}"}, ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "dev", .body = "{\"key\":\"other\"}"},
		ERR_BAD_VALUE, NULL, NULL},
	{{.verb = PLANE_PATCH_SESSION,
		 .session = "dev",
		 .body = "{\"pins\":{\"cart\":\"pr-2\",\"search\":\"pr-8\"}}"},
		ERR_VERSION_UNKNOWN, "pr-9", NULL},
	{{.verb = PLANE_PATCH_SESSION, .session = "dev", .body = "{}", .if_match = 99999},
		ERR_REVISION, NULL, NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "gone"}, ERR_GONE, NULL, NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "dez"}, ERR_NOT_FOUND, "dev", NULL},
	{{.verb = PLANE_DELETE_SESSION, .session = "dev", .if_match = 99999}, ERR_REVISION, NULL,
		NULL},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-22", .session = "dev"},
		ERR_VERSION_UNKNOWN, "pr-2", NULL},
	{{.verb = PLANE_PUT_PIN, .service = "search", .version = "old", .session = "dev"},
		ERR_VERSION_UNKNOWN, NULL, "retired"},
	{{.verb = PLANE_PUT_PIN, .service = "serch", .version = "pr-9", .session = "dev"},
		ERR_SERVICE_UNKNOWN, "search", NULL},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-1", .session = "nobody"},
		ERR_NOT_FOUND, NULL, "nobody"},
	{{.verb = PLANE_PUT_PIN, .service = "cart", .version = "p r", .session = "dev"},
		ERR_BAD_NAME, NULL, NULL},
	{{.verb = PLANE_DELETE_PIN, .service = "search", .session = "dev"}, ERR_NOT_FOUND, "cart",
		"search"},
	{{.verb = PLANE_DELETE_PIN, .service = "cart", .session = "gone"}, ERR_GONE, NULL, NULL},
	{{.verb = PLANE_DELETE_PIN, .service = "ca rt", .session = "dev"}, ERR_BAD_NAME, NULL,
		NULL},
};

static void test_refusals(void **state)
{
	struct plane_bench bench;
	int64_t events;
	int64_t revision;

	(void)state;
	make_shop(&bench);
	events = plane_events_last(bench.plane);
	revision = env_of(&bench)->revision;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct write_result *result = &bench.result;
		enum err err = bench_write(&bench, &refusals[i].spec);

		print_message("%zu: %s: %s (%s)\n", i, err_code(err), result->eb.text,
			result->eb.expected);
		assert_int_equal(err, refusals[i].err);
		assert_true(result->eb.text[0] != '\0');
		assert_int_equal(result->gone[0] != '\0',
			err == ERR_GONE || strstr(result->eb.text, "retired") != NULL);
		if (refusals[i].near != NULL) {
			assert_true(result->near_count > 0);
			assert_string_equal(result->near[0], refusals[i].near);
		}
		if (refusals[i].text != NULL)
			assert_true(strstr(result->eb.text, refusals[i].text) != NULL ||
				    strstr(result->eb.expected, refusals[i].text) != NULL);
		/* Refused means: nothing happened. */
		assert_int_equal(env_of(&bench)->revision, revision);
		assert_int_equal(plane_events_last(bench.plane), events);
	}
	bench_finish(&bench);
}

/* ---- services and versions ----------------------------------------------------------------------- */

static const struct event *last_event(const struct plane_bench *bench)
{
	const struct event *event = NULL;

	assert_int_equal(plane_events(bench->plane, 0, &event, 1), 1);
	return event;
}

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
	struct plane_bench bench;
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
	assert_string_equal(last_event(&bench)->before, "{\"pr\":{\"number\":1},\"deployed_at\":"
							"\"2026-11-22T19:56:49.000Z\"}");
	bench_finish(&bench);
}

static void test_patch_merges(void **state)
{
	struct plane_bench bench;
	struct version *version;
	int64_t expires_at;

	(void)state;
	make_shop(&bench);
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
	assert_string_equal(last_event(&bench)->before, "{\"labels\":{\"a\":\"1\"}}");
	assert_string_equal(last_event(&bench)->after, "{\"labels\":{\"c\":\"3\"}}");

	/* ttl counts from now; expires_at takes its place; nothing is left alone. */
	bench_now_ms += 60000;
	assert_int_equal(WRITE(.verb = PLANE_PATCH_VERSION, .service = "cart", .version = "pr-1",
				 .body = "{\"ttl\":\"2h\"}"),
		ERR_NONE);
	assert_int_equal(bench_find(&bench, "cart", "pr-1")->expires_at, bench_now_ms + 7200000);
	assert_int_equal(last_event(&bench)->action, EVENT_VERSION_CHANGED);
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
	struct plane_bench bench;
	struct version *version;

	(void)state;
	make_shop(&bench);
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
	struct plane_bench bench;
	struct version *version;

	(void)state;
	make_shop(&bench);
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
	assert_string_equal(last_event(&bench)->object, "cart@pr-1");
	assert_string_equal(last_event(&bench)->before, "{\"stable\":\"v1\"}");
	assert_string_equal(last_event(&bench)->after, "{\"stable\":\"pr-1\"}");
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
	assert_null(last_event(&bench)->before);
	bench_finish(&bench);
}

static void test_removed_service_takes_all_along(void **state)
{
	struct plane_bench bench;
	const struct tombstone *gone;

	(void)state;
	make_shop(&bench);
	assert_int_equal(WRITE(.verb = PLANE_DELETE_SERVICE, .service = "cart"), ERR_NONE);
	assert_null(environment_node(env_of(&bench), STR_LIT("cart")));
	assert_int_equal(env_of(&bench)->version_count, 1);
	gone = environment_tombstone(env_of(&bench), GONE_VERSION, STR_LIT("cart@v1"));
	assert_int_equal(gone->why, WHY_SERVICE_REMOVED);
	assert_int_equal(last_event(&bench)->action, EVENT_SERVICE_REMOVED);
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
	struct plane_bench bench;
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
	struct plane_bench bench;
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
	struct plane_bench bench;

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
		change_init(&change, THING_TOMBSTONE, tombstone, 0);
		environment_apply(&bench.plane->visible, &change);
		environment_apply(&bench.plane->tentative, &change);
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
	struct plane_bench bench;
	struct session *session;
	char key[64];

	(void)state;
	make_shop(&bench);
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
	assert_int_equal(last_event(&bench)->action, EVENT_SESSION_PINNED);
	assert_string_equal(
		last_event(&bench)->after, "{\"pins\":{\"cart\":\"pr-1\",\"search\":\"pr-9\"}}");
	assert_int_equal(
		WRITE(.verb = PLANE_PUT_PIN, .service = "cart", .version = "pr-2", .session = key),
		ERR_NONE);
	assert_string_equal(last_event(&bench)->before, "{\"pins\":{\"cart\":\"pr-1\"}}");
	assert_string_equal(last_event(&bench)->after, "{\"pins\":{\"cart\":\"pr-2\"}}");
	assert_int_equal(
		WRITE(.verb = PLANE_DELETE_PIN, .service = "search", .session = key), ERR_NONE);
	assert_int_equal(last_event(&bench)->action, EVENT_SESSION_UNPINNED);
	session = environment_session(env_of(&bench), str_of(key));
	assert_int_equal(session->pins.count, 1);
	assert_int_equal(WRITE(.verb = PLANE_PATCH_SESSION, .session = key,
				 .body = "{\"policy\":\"strict\"}", .if_match = session->revision),
		ERR_NONE);
	assert_int_equal(last_event(&bench)->action, EVENT_SESSION_CHANGED);

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
	struct plane_bench bench;

	(void)state;
	make_shop(&bench);
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

/* ---- time ---------------------------------------------------------------------------------------- */

static void run_until_gone(struct plane_bench *bench, const char *key)
{
	int64_t give_up = time_monotonic_ms() + 1000;

	while (environment_session(env_of(bench), str_of(key)) != NULL &&
		time_monotonic_ms() < give_up)
		event_base_loop(bench->base, EVLOOP_ONCE);
	assert_null(environment_session(env_of(bench), str_of(key)));
}

static void test_expiry(void **state)
{
	struct plane_bench bench;
	const struct tombstone *gone;

	(void)state;
	make_shop(&bench);
	bench_now_ms += DEFAULT_SESSION_TTL_MS - 1;
	bench_turn(&bench);
	assert_non_null(environment_session(env_of(&bench), STR_LIT("dev")));
	bench_now_ms += 1;
	run_until_gone(&bench, "dev"); /* within a second */
	gone = environment_tombstone(env_of(&bench), GONE_SESSION, STR_LIT("dev"));
	assert_int_equal(gone->why, WHY_EXPIRED);
	assert_string_equal(gone->actor, "umbra");
	assert_int_equal(last_event(&bench)->action, EVENT_SESSION_EXPIRED);
	assert_string_equal(last_event(&bench)->actor, "umbra");

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
	struct plane_bench bench;

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
	struct plane_bench bench;
	struct environment before;
	int64_t revision;
	int64_t events;

	(void)state;
	make_shop(&bench);
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
	struct plane_bench bench;
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
	struct plane_bench bench;

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

static void test_bad_row_is_named(void **state)
{
	const struct plane_options options = {.name = "test", .now_ms = time_now_ms};
	struct plane_bench bench;
	struct errbuf eb = {0};
	struct batch batch;
	bool stored = false;

	(void)state;
	bench_init(&bench);
	batch_init(&batch);
	batch_put(&batch, ROW_SESSION, "dev", "{\"key\":7}");
	store_commit(bench.store, &batch, on_row_stored, &stored);
	bench_wait(&bench, &stored);
	assert_null(plane_create(bench.base, bench.store, &options, &eb));
	print_message("%s\n", eb.text);
	assert_non_null(strstr(eb.text, "3/dev"));
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
		seen->changes += changes[i].thing != THING_TOMBSTONE;
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
	struct plane_bench bench;
	struct seen one = {0};
	struct seen two = {.leave = true};

	(void)state;
	bench_init(&bench);
	one.plane = two.plane = bench.plane;
	plane_observe(bench.plane, &(struct plane_observer){on_changed, on_noted, &one});
	plane_observe(bench.plane, &(struct plane_observer){on_changed, NULL, &two});
	bench_service(&bench, "cart");
	bench_version(&bench, "cart", "v1", "stable", "127.0.0.1:1");
	assert_int_equal(one.batches, 2);
	assert_int_equal(one.changes, 3); /* the service, the version, the service's stable */
	assert_int_equal(one.notes, 2);
	assert_int_equal(two.batches, 1);
	plane_note(bench.plane, EVENT_PROXY_STARTED, "haproxy", "{\"pid\":7}");
	while (one.notes < 3)
		event_base_loop(bench.base, EVLOOP_ONCE);
	assert_int_equal(one.batches, 2);
	assert_string_equal(last_event(&bench)->after, "{\"pid\":7}");
	plane_unobserve(bench.plane, &one);
	bench_service(&bench, "search");
	assert_int_equal(one.batches, 2);
	bench_finish(&bench);
}

static void test_events_are_trimmed(void **state)
{
	static const struct event *events[LIMIT_EVENTS_KEPT + 10];
	struct plane_bench bench;
	size_t count;
	int64_t last;

	(void)state;
	bench_init(&bench);
	for (int i = 0; i < LIMIT_EVENTS_KEPT + 600; i++)
		plane_note(bench.plane, EVENT_PROXY_LOST, "haproxy", NULL);
	while (plane_events_last(bench.plane) < LIMIT_EVENTS_KEPT + 600)
		event_base_loop(bench.base, EVLOOP_ONCE);
	last = plane_events_last(bench.plane);
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
		cmocka_unit_test(test_refusals),
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
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_expiry_is_tried_again),
		cmocka_unit_test(test_restart_keeps_all_but_health),
		cmocka_unit_test(test_revisions_never_repeat),
		cmocka_unit_test(test_start_is_above_what_was_seen),
		cmocka_unit_test(test_bad_row_is_named),
		cmocka_unit_test(test_observers),
		cmocka_unit_test(test_events_are_trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
