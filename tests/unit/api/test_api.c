/*
 * The API over real HTTP: one environment, built up by requests, each answer checked for its status, its
 * headers and what is in it. Order matters in each table: later rows see what earlier ones did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "tests/support/api_fixture.h"

struct step {
	const char *method;
	const char *path;
	const char *body;
	int status;
	const char *has; /* in the body; NULL: anything */
};

static void run_rows(struct fixture *f, const struct step *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = fixture_ask(f, rows[i].method, rows[i].path, rows[i].body);

		if (status != rows[i].status)
			fail_msg("row %zu: %s %s answered %d: %s", i, rows[i].method, rows[i].path,
				status, f->http->body);
		if (rows[i].has != NULL)
			fixture_has(f, rows[i].has);
		if (status >= 400) {
			fixture_has(f, "\"type\":\"urn:umbra:problem:");
			assert_string_equal(
				http_header(f->http, "Content-Type"), "application/problem+json");
		}
	}
}

#define CART "/v1/services/cart"
#define PR1 CART "/versions/pr-1"
#define STABLE CART "/versions/1.0"

static void test_services(void **state)
{
	static const struct step rows[] = {
		{"GET", CART, NULL, 404, "\"code\":\"not-found\""},
		{"PUT", CART, "{}", 201, "\"name\":\"cart\""},
		{"PUT", CART, "{\"name\":\"cart\",\"owner\":\"payments\"}", 200,
			"\"owner\":\"payments\""},
		{"GET", CART, NULL, 200, "\"protocol\":\"http1\""},
		{"GET", "/v1/services/carr", NULL, 404, "\"near\":[\"cart\"]"},
		{"PUT", CART, "{\"name\":\"card\"}", 400, "\"code\":\"conflicting-fields\""},
		{"PUT", CART, "{\"ownr\":\"x\"}", 400, "\"code\":\"unknown-field\""},
		{"PUT", CART, "{\"ownr\":\"x\"}", 400, "\"field\":\"ownr\""},
		{"PUT", CART, "{\"owner\":5}", 400, "\"code\":\"wrong-type\""},
		{"PUT", CART, "{\"protocol\":\"h3\"}", 400, "h2c"},
		{"PUT", CART, "{\"revision\":9}", 400, "\"code\":\"read-only-field\""},
		{"PUT", CART, "{\"hosts\":[\"UPPER.example\"]}", 400, NULL},
		{"PUT", CART, "[]", 400, "\"code\":\"wrong-type\""},
		{"PUT", CART, "{", 400, "\"code\":\"bad-json\""},
		{"PUT", CART, "", 400, "\"code\":\"bad-json\""},
		{"PUT", "/v1/services/Cart", "{}", 400, "\"code\":\"bad-name\""},
		{"PUT", "/v1/services/a--b", "{}", 400, "\"code\":\"bad-name\""},
		{"PUT", "/v1/services/cart%2Fx", "{}", 400, "\"code\":\"bad-name\""},
		{"PUT", "/v1/services/%63art", "{}", 200, "\"name\":\"cart\""},
		{"PATCH", CART, "{}", 405, "\"code\":\"method-not-allowed\""},
		{"GET", "/v1/service", NULL, 404, "\"code\":\"not-found\""},
		{"GET", CART "?x=1", NULL, 400, "\"code\":\"bad-parameter\""},
		{"DELETE", CART, NULL, 204, NULL},
		{"DELETE", CART, NULL, 404, "\"code\":\"not-found\""},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

static void test_versions(void **state)
{
	static const struct step rows[] = {
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", 404,
			"\"code\":\"service-unknown\""},
		{"PUT", PR1 "?create-service=yes", "{\"endpoints\":[\"127.0.0.1:9001\"]}", 400,
			"\"code\":\"bad-parameter\""},
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1, "{}", 400, "\"code\":\"missing-field\""},
		{"PUT", PR1, "{\"endpoints\":[\"nonsense\"]}", 400, "endpoints"},
		{"PUT", PR1, "{\"endpoint\":\"127.0.0.1:9001\"}", 400,
			"\"expected\":\"endpoints\""},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", 201, "\"state\":\"starting\""},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", 200, "\"kind\":\"ephemeral\""},
		{"GET", PR1, NULL, 200, "\"ttl\":\"72h\""},
		{"GET", PR1, NULL, 200, "\"how_to\":{\"curl\":\"curl "},
		{"PUT", PR1,
			"{\"endpoints\":[\"127.0.0.1:9001\"],\"service\":\"cart\",\"version\":\"pr-"
			"2\"}",
			400, "\"code\":\"conflicting-fields\""},
		{"PUT", CART "/versions/pr-2", "{\"endpoints\":[\"127.0.0.1:9001\"]}", 409,
			"\"code\":\"endpoint-taken\""},
		{"PUT", CART "/versions/pr-2?take=2", "{\"endpoints\":[\"127.0.0.1:9001\"]}", 400,
			"\"code\":\"bad-parameter\""},
		{"PUT", STABLE, "{\"endpoints\":[\"127.0.0.1:9000\"],\"kind\":\"stable\"}", 201,
			"\"kind\":\"stable\""},
		{"PUT", CART "/versions/2.0",
			"{\"endpoints\":[\"127.0.0.1:9003\"],\"kind\":\"stable\"}", 409,
			"\"code\":\"stable-exists\""},
		{"GET", CART, NULL, 200, "\"stable\":\"1.0\""},
		{"PATCH", PR1, "{\"kind\":\"stable\"}", 409, "\"field\":\"kind\""},
		{"PATCH", PR1, "{\"pr\":{\"number\":482,\"title\":\"Faster\"}}", 200,
			"\"number\":482"},
		{"PATCH", PR1, "{\"pr\":{\"title\":null}}", 200, "\"pr\":{\"number\":482}"},
		{"PATCH", PR1, "{\"ttl\":\"1h\",\"expires_at\":\"2030-01-01T00:00:00Z\"}", 400,
			"\"code\":\"conflicting-fields\""},
		{"PATCH", CART "/versions/nope", "{}", 404, "\"code\":\"not-found\""},
		{"DELETE", STABLE, NULL, 409, "\"code\":\"is-stable\""},
		{"POST", CART "/stable", "{\"version\":\"pr-1\"}", 409, "\"code\":\"not-ready\""},
		{"POST", CART "/stable", "{\"version\":\"pr-1\",\"force\":1}", 400,
			"\"code\":\"wrong-type\""},
		{"POST", CART "/stable", "{\"versio\":\"pr-1\"}", 400,
			"\"code\":\"unknown-field\""},
		{"POST", CART "/stable", "{}", 400, "\"code\":\"missing-field\""},
		{"POST", CART "/stable", "{\"version\":\"pr-1\",\"force\":true}", 200, NULL},
		{"GET", CART, NULL, 200, "\"stable\":\"pr-1\""},
		{"GET", STABLE, NULL, 200, "\"kind\":\"ephemeral\""},
		{"DELETE", STABLE, NULL, 204, NULL},
		{"GET", STABLE, NULL, 410,
			"\"tombstone\":{\"kind\":\"version\",\"id\":\"cart@1.0\""},
		{"PATCH", STABLE, "{}", 410, "\"code\":\"gone\""},
		{"GET", CART "/versions/pr-2", NULL, 404, "\"near\":[\"pr-1\"]"},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

/* A version makes its service when it is asked to, and says so; what it says may be sent back. */
static void test_first_version(void **state)
{
	static const struct step rows[] = {
		{"PUT", PR1 "?create-service=1", "{\"endpoints\":[\"nonsense\"]}", 400, NULL},
		{"GET", CART, NULL, 404, NULL},
		{"PUT", PR1 "?create-service=1", "{\"endpoints\":[]}", 400, NULL},
		{"PUT", "/v1/services/Cart/versions/1?create-service=1",
			"{\"endpoints\":[\"127.0.0.1:1\"]}", 400, "\"code\":\"bad-name\""},
		{"GET", CART, NULL, 404, NULL},
		{"PUT", STABLE "?create-service=1",
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9001\"]}", 201,
			"\"service_created\":true"},
		{"GET", CART, NULL, 200, "\"stable\":\"1.0\""},
		{"PUT", PR1 "?create-service=1", "{\"endpoints\":[\"127.0.0.1:9002\"]}", 201,
			"\"version\":\"pr-1\""},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9002\"],\"service_created\":true}", 200,
			NULL},
		{"GET", "/v1/events?limit=9", NULL, 200,
			"\"action\":\"service-created\",\"object\":\"cart\""},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
	assert_int_equal(fixture_ask(*state, "GET", PR1, NULL), 200);
	assert_null(strstr(((struct fixture *)*state)->http->body, "service_created"));
}

/* A PUT says all there is; with keep=1 what it does not say stays. */
static void test_keeping(void **state)
{
	static const char all[] =
		"{\"endpoints\":[\"127.0.0.1:9001\"],\"ttl\":\"8h\",\"commit\":\"a1\",\"labels\":{"
		"\"a\":"
		"\"1\"},\"pr\":{\"number\":482,\"title\":\"Faster\",\"author\":\"dev1\"}}";
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1 "?keep=1", all, 201, "\"ttl\":\"8h\""},
		{"PUT", PR1 "?keep=1",
			"{\"endpoints\":[\"127.0.0.1:9002\"],\"labels\":{\"b\":\"2\"}}", 200,
			"\"labels\":{\"a\":\"1\",\"b\":\"2\"},"},
		{"GET", PR1, NULL, 200,
			"\"pr\":{\"number\":482,\"title\":\"Faster\",\"author\":\"dev1\"},"
			"\"commit\":\"a1\""},
		{"GET", PR1, NULL, 200, "\"ttl\":\"8h\""},
		{"PUT", PR1 "?keep=1", "{\"endpoints\":[\"127.0.0.1:9001\"]}", 200,
			"\"replaced\":{\"endpoints\":[\"127.0.0.1:9002\"]}"},
		{"PUT", PR1 "?keep=1",
			"{\"endpoints\":[\"127.0.0.1:9001\"],\"pr\":{\"number\":483}}", 200,
			"\"pr\":{\"number\":483},"},
		{"PUT", PR1, all, 200, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9002\"],\"replaced\":{}}", 200,
			"\"replaced\":{\"endpoints\":[\"127.0.0.1:9001\"],\"pr\":{\"number\":482,"},
		{"GET", PR1, NULL, 200, "\"labels\":{}"},
		{"GET", PR1, NULL, 200, "\"ttl\":\"72h\""},
		{"PUT", PR1 "?keep=2", all, 400, "keep"},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
	assert_int_equal(
		fixture_ask(*state, "PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9002\"]}"), 200);
	assert_null(strstr(((struct fixture *)*state)->http->body, "replaced"));
}

#define BUILD(n) "{\"endpoints\":[\"127.0.0.1:9001\"],\"build\":" n "}"

/* Jobs that come late. */
static void test_builds(void **state)
{
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1, BUILD("8"), 201, NULL},
		{"PUT", PR1, BUILD("8"), 200, NULL},
		{"PUT", PR1, BUILD("7"), 409, "\"code\":\"build-older\""},
		{"PUT", PR1, BUILD("7"), 409, "cart@pr-1 is of build 8, and this is build 7"},
		{"PATCH", PR1, "{\"build\":7}", 409, "\"code\":\"build-older\""},
		{"PATCH", PR1, "{\"commit\":\"a1\"}", 200, "\"build\":8"},
		{"PUT", PR1 "?force=1", BUILD("7"), 200, "\"build\":7"},
		{"PUT", PR1, BUILD("9"), 200, "\"build\":9"},
		{"DELETE", PR1, NULL, 204, NULL},
		{"DELETE", PR1, NULL, 410, "\"build\":9"},
		{"PUT", PR1, BUILD("9"), 409, "build 9 does not bring it back"},
		{"PUT", PR1, BUILD("8"), 409, "\"tombstone\":{\"kind\":\"version\""},
		{"PUT", PR1, BUILD("10"), 201, "\"came_back\":{\"kind\":\"version\""},
		{"DELETE", PR1, NULL, 204, NULL},
		{"PUT", PR1 "?force=1", BUILD("1"), 201, "\"came_back\":"},
		{"DELETE", PR1, NULL, 204, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", 201, "\"came_back\":"},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"],\"came_back\":{}}", 200, NULL},
		{"DELETE", PR1, NULL, 204, NULL},
		{"PUT", PR1, BUILD("1"), 201, NULL},
		{"PUT", PR1, BUILD("9007199254740991"), 200, NULL},
		{"PUT", PR1, BUILD("9007199254740992"), 400, "0 to 9007199254740991"},
		{"PUT", PR1, BUILD("9007199254740993"), 400, "\"code\":\"bad-value\""},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

static void test_create_only(void **state)
{
	static const struct {
		const char *path, *body, *tag;
		int status;
	} rows[] = {
		{CART, "{}", "*", 201},
		{CART, "{}", "*", 412},
		{CART, "{}", "\"x\"", 400},
		{PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", "*", 201},
		{PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", "*", 412},
		{"/v1/sessions/dev/pins/cart", "{\"version\":\"pr-1\"}", "*", 200},
		{"/v1/sessions/dev/pins/cart", "{\"version\":\"pr-1\"}", "*", 412},
	};
	struct fixture *f = *state;
	char header[64];

	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"dev\"}"), 201);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(header, sizeof(header), "If-None-Match: %s\r\n", rows[i].tag);
		assert_int_equal(fixture_ask_with(f, "PUT", rows[i].path, header, rows[i].body),
			rows[i].status);
		if (rows[i].status == 412)
			fixture_has(f, "\"code\":\"exists\"");
	}
	assert_int_equal(fixture_ask_with(f, "DELETE", PR1, "If-None-Match: *\r\n", NULL), 400);
}

/* GET, edit, PUT: the whole answer is sent back, edited in one place. */
static void round_trip(struct fixture *f, const char *method, const char *path, const char *from,
	const char *to, int status, const char *has)
{
	char body[8192];
	char *at;
	const char *read;

	assert_int_equal(fixture_ask(f, "GET", path, NULL), 200);
	read = f->http->body;
	at = strstr(read, from);
	assert_non_null(at);
	(void)snprintf(
		body, sizeof(body), "%.*s%s%s", (int)(at - read), read, to, at + strlen(from));
	if (fixture_ask(f, method, path, body) != status)
		fail_msg("%s %s, %s: %s", method, path, to, f->http->body);
	fixture_has(f, has);
}

static void test_round_trip(void **state)
{
	static const struct step prepare[] = {
		{"PUT", CART, "{\"owner\":\"a\"}", 201, NULL},
		{"PUT", STABLE, "{\"endpoints\":[\"127.0.0.1:9000\"],\"kind\":\"stable\"}", 201,
			NULL},
		{"PUT", PR1,
			"{\"endpoints\":[\"127.0.0.1:9001\"],\"ttl\":\"2h\",\"commit\":\"a1\"}",
			201, NULL},
		{"POST", "/v1/sessions", "{\"key\":\"dev\",\"pins\":{\"cart\":\"pr-1\"}}", 201,
			"\"warnings\":[\"cart@pr-1 is starting"},
	};
	static const struct {
		const char *method, *path, *from, *to;
		int status;
		const char *has;
	} rows[] = {
		{"PUT", CART, "\"owner\":\"a\"", "\"owner\":\"b\"", 200, "\"owner\":\"b\""},
		{"PUT", CART, "\"stable\":\"1.0\"", "\"stable\":\"pr-1\"", 400,
			"\"field\":\"stable\""},
		{"PUT", CART, "\"stable\":\"1.0\"", "\"stable\":null", 400,
			"\"code\":\"read-only-field\""},
		{"PUT", CART, "\"revision\":", "\"revision\":1", 400, "\"field\":\"revision\""},
		{"PUT", PR1, "\"commit\":\"a1\"", "\"commit\":\"a2\"", 200, "\"ttl\":\"2h\""},
		{"PUT", PR1, "\"ttl\":\"2h\"", "\"ttl\":\"3h\"", 200, "\"ttl\":\"3h\""},
		{"PUT", PR1, "\"expires_at\":\"20", "\"expires_at\":\"21", 400,
			"\"field\":\"expires_at\""},
		{"PUT", PR1, "\"state\":\"starting\"", "\"state\":\"ready\"", 400,
			"\"field\":\"state\""},
		{"PUT", PR1, "\"state\":\"starting\"", "\"state\":5", 400,
			"\"code\":\"read-only-field\""},
		{"PUT", PR1, "\"how_to\":{", "\"how_to\":{\"x\":1,", 400, "\"field\":\"how_to\""},
		{"PUT", STABLE, "\"labels\":{}", "\"labels\":{\"a\":\"b\"}", 200,
			"\"labels\":{\"a\":\"b\"}"},
		{"PATCH", "/v1/sessions/dev", "\"name\":\"dev\"", "\"name\":\"other\"", 200,
			"\"name\":\"other\""},
		/* Requests came in elsewhere when it was read. */
		{"PATCH", "/v1/sessions/dev", "--cart.", "--gateway.", 200, "\"name\":\"other\""},
		{"PATCH", "/v1/sessions/dev", "\"created_at\":\"20", "\"created_at\":\"19", 400,
			"\"field\":\"created_at\""},
	};
	struct fixture *f = *state;

	run_rows(f, prepare, ARRAY_LEN(prepare));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		round_trip(f, rows[i].method, rows[i].path, rows[i].from, rows[i].to,
			rows[i].status, rows[i].has);
}

static void test_take(void **state)
{
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\",\"127.0.0.1:9002\"]}", 201, NULL},
		{"PUT", CART "/versions/pr-2?take=1", "{\"endpoints\":[\"127.0.0.1:9001\"]}", 201,
			NULL},
		{"GET", PR1, NULL, 200, "\"endpoints\":[\"127.0.0.1:9002\"]"},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

#define SESSION "/v1/sessions/dev-4f2k"

/* What is below our domain belongs to services and sessions. */
static void test_hosts_of_the_domain(void **state)
{
#define HOST(host) "{\"hosts\":[\"" host "\"]}"
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", "/v1/services/shop", HOST("x--cart.env.localhost"), 409,
			"is the link of a session \\\"x\\\" to the service cart"},
		{"PUT", CART, HOST("x--cart.env.localhost"), 409, "\"code\":\"host-taken\""},
		{"PUT", "/v1/services/shop", HOST("x--nobody.env.localhost"), 409, NULL},
		{"PUT", "/v1/services/shop", HOST("cart.env.localhost"), 409,
			"cart.env.localhost belongs to the service cart"},
		{"PUT", CART, HOST("cart.env.localhost"), 200, NULL},
		{"PUT", "/v1/services/shop",
			"{\"hosts\":[\"env.localhost\",\"a.b.env.localhost\",\"x--cart.example\","
			"\"front.env.localhost\",\"9--.env.localhost\"]}",
			400, NULL},
		{"PUT", "/v1/services/shop",
			"{\"hosts\":[\"env.localhost\",\"x--cart.b.env.localhost\","
			"\"x--cart.example\",\"front.env.localhost\"]}",
			201, NULL},
		{"PUT", "/v1/services/front", "{}", 409,
			"front.env.localhost belongs to the service shop"},
		{"PUT", "/v1/services/front/versions/1?create-service=1",
			"{\"endpoints\":[\"127.0.0.1:9\"]}", 409, "\"code\":\"host-taken\""},
		{"PUT", "/v1/services/shop", "{}", 200, NULL},
		{"PUT", "/v1/services/front", "{}", 201, NULL},
	};
#undef HOST

	run_rows(*state, rows, ARRAY_LEN(rows));
}

static void test_key_length(void **state)
{
	static const struct {
		const char *path, *body;
		int status;
		size_t total; /* of the key */
		const char *begins;
	} rows[] = {
		{"/v1/sessions", "{\"name\":\"dev\"}", 201, 8, "dev-"},
		{"/v1/sessions?key-length=4", "{\"name\":\"dev\"}", 201, 8, "dev-"},
		{"/v1/sessions?key-length=24", "{\"name\":\"dev\"}", 201, 28, "dev-"},
		{"/v1/sessions?key-length=24", "{\"name\":\"a long one\"}", 201, 30, "a-lon-"},
		{"/v1/sessions?key-length=23", "{\"name\":\"a long one\"}", 201, 30, "a-long-"},
		{"/v1/sessions?key-length=22", "{\"name\":\"a long one\"}", 201, 29, "a-long-"},
		{"/v1/sessions?key-length=24", "{}", 201, 30, "sessi-"},
		{"/v1/sessions?key-length=3", "{}", 400, 0, NULL},
		{"/v1/sessions?key-length=25", "{}", 400, 0, NULL},
		{"/v1/sessions?key-length=8", "{\"key\":\"mine\"}", 400, 0, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = *state;
		cJSON *body;
		struct str key;
		int status = fixture_ask(f, "POST", rows[i].path, rows[i].body);

		if (status != rows[i].status)
			fail_msg("%s answered %d: %s", rows[i].path, status, f->http->body);
		if (status != 201)
			continue;
		body = json_parse(str_of(f->http->body), NULL);
		assert_true(json_get_str(body, "key", &key));
		if (key.n != rows[i].total || !str_starts(key, str_of(rows[i].begins)))
			fail_msg("%s: %.*s", rows[i].path, STR_ARG(key));
		cJSON_Delete(body);
	}
}

/* Spellings of one endpoint are one endpoint. */
static void test_spellings(void **state)
{
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"LOCALHOST:1\",\"localhost:01\"]}", 201,
			"\"endpoints\":[\"localhost:1\"]"},
		{"PUT", PR1, "{\"endpoints\":[\"[0:0:0:0:0:0:0:1]:1\",\"[::1]:01\"]}", 200,
			"\"endpoints\":[\"[::1]:1\"]"},
		{"PUT", CART "/versions/pr-2", "{\"endpoints\":[\"[::01]:1\"]}", 409,
			"\"code\":\"endpoint-taken\""},
		{"PUT", CART "/versions/pr-2", "{\"endpoints\":[\"0x7f000001:80\"]}", 400,
			"\"code\":\"bad-value\""},
		{"PUT", CART "/versions/pr-2?take=1", "{\"endpoints\":[\"[::01]:1\"]}", 201, NULL},
		{"GET", PR1, NULL, 410, NULL},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

static void test_sessions(void **state)
{
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}", 201, NULL},
		{"POST", "/v1/sessions", "{\"name\":\"Checkout flow!\"}", 201,
			"\"key\":\"checkout-flow-"},
		{"POST", "/v1/sessions",
			"{\"key\":\"dev-4f2k\",\"name\":\"dev\",\"pins\":{\"cart\":\"pr-1\"}}", 201,
			"\"pins\":{\"cart\":\"pr-1\"}"},
		{"GET", SESSION, NULL, 200,
			"\"link\":\"http://dev-4f2k--cart.env.localhost:8080/\""},
		{"GET", SESSION, NULL, 200, "\"ttl\":\"8h\""},
		{"POST", "/v1/sessions", "{\"key\":\"dev-4f2k\"}", 409, "\"code\":\"key-taken\""},
		{"POST", "/v1/sessions", "{\"pins\":{\"cart\":\"pr-2\"}}", 409,
			"\"code\":\"version-unknown\""},
		{"POST", "/v1/sessions", "{\"pins\":{\"cart\":\"pr-2\"}}", 409,
			"\"near\":[\"pr-1\"]"},
		{"POST", "/v1/sessions", "{\"policy\":\"hard\"}", 400, "strict"},
		{"PATCH", SESSION, "{\"policy\":\"strict\"}", 200, "\"policy\":\"strict\""},
		{"PATCH", SESSION, "{\"pins\":{\"cart\":null}}", 200, "\"pins\":{}"},
		{"PUT", SESSION "/pins/cart", "{\"version\":\"pr-1\"}", 200,
			"\"pins\":{\"cart\":\"pr-1\"}"},
		{"PUT", SESSION "/pins/cart", "{\"version\":\"pr-9\"}", 409,
			"\"code\":\"version-unknown\""},
		{"PUT", SESSION "/pins/cart", "{\"version\":\"-\"}", 400, "\"code\":\"bad-name\""},
		{"PUT", SESSION "/pins/cart", "{}", 400, "\"code\":\"missing-field\""},
		{"PUT", "/v1/sessions/dev-xxxx/pins/cart", "{\"version\":\"pr-1\"}", 404,
			"\"near\":["},
		{"DELETE", SESSION "/pins/cart", NULL, 204, NULL},
		{"GET", SESSION, NULL, 200, "\"pins\":{}"},
		{"GET", "/v1/sessions", NULL, 200, "{\"sessions\":[{\"key\":\"checkout-flow-"},
		{"DELETE", SESSION, NULL, 204, NULL},
		{"GET", SESSION, NULL, 410, "\"policy\":\"strict\""},
		{"DELETE", SESSION, NULL, 410, "\"code\":\"gone\""},
		{"GET", "/v1/sessions/never", NULL, 404, "\"code\":\"not-found\""},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

#define PULL(number, url) \
	"\"pr\":{\"number\":" #number ",\"url\":\"https://forge.example/" url "\"}"

static void test_pulls(void **state)
{
	static const struct step rows[] = {
		{"GET", "/v1/pulls", NULL, 200, "\"pulls\":[]}"},
		{"GET", "/v1/pulls/482", NULL, 404, "\"code\":\"not-found\""},
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", "/v1/services/pay", "{}", 201, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]," PULL(482, "482") "}", 201,
			"\"endpoints_ready\":0"},
		{"PUT", "/v1/services/pay/versions/pr-482",
			"{\"endpoints\":[\"127.0.0.1:9002\"]," PULL(482, "482") "}", 201, NULL},
		{"PUT", "/v1/services/pay/versions/pr-7",
			"{\"endpoints\":[\"127.0.0.1:9003\"]," PULL(7, "a/7") "}", 201, NULL},
		{"PUT", CART "/versions/pr-7",
			"{\"endpoints\":[\"127.0.0.1:9004\"]," PULL(7, "b/7") "}", 201, NULL},
		{"POST", "/v1/sessions", "{\"key\":\"dev\",\"pins\":{\"cart\":\"pr-1\"}}", 201,
			NULL},
		{"GET", "/v1/pulls", NULL, 200, "\"pulls\":[{\"number\":482,"},
		{"GET", "/v1/pulls/482", NULL, 200,
			"\"state\":\"starting\",\"services\":2,\"ready\":0,"},
		{"GET", "/v1/pulls/482", NULL, 200, "\"sessions\":[\"dev\"]}"},
		{"GET", "/v1/pulls/482", NULL, 200, "\"versions\":[{\"service\":\"cart\""},
		{"GET", "/v1/pulls?filter=service:cart+pr:7", NULL, 200,
			"\"pulls\":[{\"number\":7,\"url\":\"https://forge.example/b/7\""},
		{"GET", "/v1/pulls?filter=session:none", NULL, 200, "\"pulls\":[]}"},
		{"GET", "/v1/pulls?filter=nope:x", NULL, 400, "\"code\":\"bad-filter\""},
		{"GET", "/v1/pulls/7", NULL, 409,
			"\"near\":[\"https://forge.example/a/7\",\"https://forge.example/b/7\"]"},
		{"GET", "/v1/pulls/7?url=https://forge.example/a/7", NULL, 200,
			"\"service\":\"pay\",\"version\":\"pr-7\""},
		{"GET", "/v1/pulls/7?url=https://forge.example/c/7", NULL, 404, "\"near\":["},
		{"GET", "/v1/pulls/483", NULL, 404, "\"near\":[\"482\""},
		{"GET", "/v1/pulls/pr-482", NULL, 400, "\"field\":\"number\""},
		{"GET", "/v1/pulls/0", NULL, 400, NULL},
		{"DELETE", PR1, NULL, 204, NULL},
		{"GET", "/v1/pulls/482", NULL, 200, "\"services\":1,"},
		{"GET", "/v1/pulls/482", NULL, 200, "\"sessions\":[]}"},
		{"DELETE", "/v1/services/pay/versions/pr-482", NULL, 204, NULL},
		{"GET", "/v1/pulls/482", NULL, 410, "\"pr\":{\"number\":482}"},
		{"GET", "/v1/pulls/482", NULL, 410, "the last, "},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

static void test_session_of_pull(void **state)
{
	static const struct step rows[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", "/v1/services/pay", "{}", 201, NULL},
		{"PUT", "/v1/services/ship", "{}", 201, NULL},
		{"POST", "/v1/sessions", "{\"pr\":482}", 409, "\"code\":\"version-unknown\""},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]," PULL(482, "482") "}", 201,
			NULL},
		{"PUT", "/v1/services/pay/versions/pr-482",
			"{\"endpoints\":[\"127.0.0.1:9002\"]," PULL(482, "482") "}", 201, NULL},
		{"PUT", CART "/versions/own", "{\"endpoints\":[\"127.0.0.1:9005\"]}", 201, NULL},
		{"POST", "/v1/sessions", "{\"key\":\"all\",\"pr\":482}", 201,
			"\"pins\":{\"cart\":\"pr-1\",\"pay\":\"pr-482\"}"},
		{"POST", "/v1/sessions",
			"{\"key\":\"mine\",\"pr\":482,\"pins\":{\"cart\":\"own\"}}", 201,
			"\"pins\":{\"cart\":\"own\",\"pay\":\"pr-482\"}"},
		{"GET", "/v1/events?limit=1", NULL, 200,
			"\"action\":\"session-created\",\"object\":\"mine\""},
		{"POST", "/v1/sessions", "{\"pr\":481}", 409, "\"near\":[\"482\"]"},
		{"POST", "/v1/sessions", "{\"pr\":481}", 409, "\"field\":\"pr\""},
		{"POST", "/v1/sessions", "{\"pr\":0}", 400, "\"field\":\"pr\""},
		{"POST", "/v1/sessions", "{\"pr\":4.5}", 400, "\"field\":\"pr\""},
		{"POST", "/v1/sessions", "{\"pr\":\"482\"}", 400, "\"code\":\"wrong-type\""},
		{"POST", "/v1/sessions", "{\"pr\":1,\"pr\":2}", 400, "\"code\":\"unknown-field\""},
		{"POST", "/v1/sessions", "{\"pr_url\":\"https://x\"}", 400,
			"\"code\":\"missing-field\""},
		{"POST", "/v1/sessions", "{\"pr\":482,\"pr_url\":5}", 400, "\"field\":\"pr_url\""},
		{"PUT", "/v1/services/ship/versions/pr-482",
			"{\"endpoints\":[\"127.0.0.1:9003\"]," PULL(482, "b/482") "}", 201, NULL},
		{"POST", "/v1/sessions", "{\"pr\":482}", 409,
			"\"near\":[\"https://forge.example/482\",\"https://forge.example/b/482\"]"},
		{"POST", "/v1/sessions",
			"{\"key\":\"b\",\"pr\":482,\"pr_url\":\"https://forge.example/b/482\"}",
			201, "\"pins\":{\"ship\":\"pr-482\"}"},
		{"POST", "/v1/sessions", "{\"pr\":482,\"pr_url\":\"https://forge.example/c\"}", 409,
			"\"code\":\"version-unknown\""},
		{"PATCH", "/v1/sessions/b", "{\"pr\":482,\"pr_url\":\"https://forge.example/482\"}",
			200, "\"pins\":{\"cart\":\"pr-1\",\"pay\":\"pr-482\",\"ship\":\"pr-482\"}"},
		/* Pins by name go first, also those that end. */
		{"PATCH", "/v1/sessions/b",
			"{\"pr\":482,\"pr_url\":\"https://forge.example/"
			"482\",\"pins\":{\"pay\":null}}",
			200, "\"pins\":{\"cart\":\"pr-1\",\"ship\":\"pr-482\"}"},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

/* A dry run refuses what the write would, answers what would be, and leaves nothing behind. */
static void test_dry_run(void **state)
{
	static const struct step prepare[] = {
		{"PUT", CART, "{}", 201, NULL},
		{"PUT", "/v1/services/pay", "{}", 201, NULL},
		{"PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]," PULL(482, "482") "}", 201,
			NULL},
		{"PUT", STABLE, "{\"endpoints\":[\"127.0.0.1:9000\"],\"kind\":\"stable\"}", 201,
			NULL},
		{"POST", "/v1/sessions", "{\"key\":\"dev\",\"pins\":{\"cart\":\"1.0\"}}", 201,
			NULL},
		{"PATCH", "/v1/sessions/dev", "{\"name\":\"dev\"}", 200, NULL},
	};
	static const struct step rows[] = {
		{"POST", "/v1/sessions?dry-run=1", "{\"pr\":482}", 200,
			"{\"dry_run\":true,\"session\":{\"owner\":"},
		{"POST", "/v1/sessions?dry-run=1", "{\"pr\":482}", 200,
			"\"pins\":{\"cart\":\"pr-1\"}"},
		{"POST", "/v1/sessions?dry-run=1", "{\"pr\":482}", 200,
			"\"sentence\":\"pay has no version of #482 and gets 503.\""},
		{"POST", "/v1/sessions?dry-run=1", "{\"pr\":9}", 409, "\"near\":[\"482\""},
		{"POST", "/v1/sessions?dry-run=1", "{\"key\":\"dev\"}", 409,
			"\"code\":\"key-taken\""},
		{"POST", "/v1/sessions?dry-run=1", "{\"key\":\"new\",\"ttl\":\"1ms\"}", 400,
			"\"field\":\"ttl\""},
		{"POST", "/v1/sessions?dry-run=yes", "{}", 400, "\"field\":\"dry-run\""},
		{"PATCH", "/v1/sessions/dev?dry-run=1", "{\"pins\":{\"cart\":\"pr-1\"}}", 200,
			"\"key\":\"dev\""},
		{"PATCH", "/v1/sessions/dev?dry-run=1", "{\"pins\":{\"cart\":\"pr-9\"}}", 409,
			"\"code\":\"version-unknown\""},
		{"PATCH", "/v1/sessions/none?dry-run=1", "{}", 404, NULL},
		{"PUT", "/v1/sessions/dev/pins/cart?dry-run=1", "{\"version\":\"pr-1\"}", 200,
			"\"pin\":\"pr-1\""},
		{"PUT", "/v1/sessions/dev/pins/cart?dry-run=1", "{\"version\":\"pr-9\"}", 409,
			NULL},
		{"DELETE", "/v1/sessions/dev/pins/cart?dry-run=1", NULL, 200, "\"pins\":{}"},
		{"DELETE", "/v1/sessions/dev/pins/pay?dry-run=1", NULL, 404, NULL},
		{"DELETE", "/v1/sessions/dev?dry-run=1", NULL, 400, "\"code\":\"bad-parameter\""},
	};
	struct fixture *f = *state;
	int64_t revision;
	int64_t event;

	run_rows(f, prepare, ARRAY_LEN(prepare));
	revision = plane_environment(f->plane)->revision;
	event = plane_events_last(f->plane);
	run_rows(f, rows, ARRAY_LEN(rows));
	assert_int_equal(plane_environment(f->plane)->revision, revision);
	assert_int_equal(plane_events_last(f->plane), event);
	assert_int_equal(fixture_ask(f, "GET", "/v1/sessions", NULL), 200);
	fixture_has(f, "{\"sessions\":[{\"key\":\"dev\"");
	fixture_has(f, "\"pins\":{\"cart\":\"1.0\"}");
	assert_int_equal(fixture_ask_with(f, "PATCH", "/v1/sessions/dev?dry-run=1",
				 "If-Match: \"1\"\r\n", "{}"),
		412);
	/* Revisions go on where they were. */
	assert_int_equal(fixture_ask(f, "PATCH", "/v1/sessions/dev", "{\"name\":\"other\"}"), 200);
	assert_int_equal(plane_environment(f->plane)->revision, revision + 1);
}

/* More than a slice: the answer comes in pieces and is whole; stats are those of the versions. */
static void test_many_pulls(void **state)
{
	enum { PULLS = 400 };
	struct fixture *f = *state;
	struct request request = {
		.service = STR_LIT("cart"), .version = STR_LIT("pr-9"), .status = 500};
	char path[64];
	char body[400];
	cJSON *answer;

	assert_int_equal(fixture_ask(f, "PUT", CART, "{}"), 201);
	for (int i = 1; i <= PULLS; i++) {
		(void)snprintf(path, sizeof(path), CART "/versions/pr-%d", i);
		(void)snprintf(body, sizeof(body),
			"{\"endpoints\":[\"127.0.0.1:%d\"],\"pr\":{\"number\":%d,\"title\":\"%"
			"0200d\"}}",
			1000 + i, i, i);
		assert_int_equal(fixture_ask(f, "PUT", path, body), 201);
	}
	for (int i = 0; i < 6; i++) {
		request.status = i < 3 ? 500 : 200;
		(void)traffic_take(f->traffic, &request);
	}
	assert_int_equal(fixture_ask(f, "GET", "/v1/pulls/9", NULL), 200);
	fixture_has(f, "\"rate\":6,\"share_5xx\":0.5,");
	assert_int_equal(fixture_ask(f, "GET", "/v1/pulls", NULL), 200);
	fixture_has(f, "\"rate\":6,\"share_5xx\":0.5,");
	answer = cJSON_Parse(f->http->body);
	assert_int_equal(
		cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "pulls")), PULLS);
	cJSON_Delete(answer);
	assert_int_equal(fixture_ask(f, "HEAD", "/v1/pulls/9", NULL), 200);
}

static void test_headers(void **state)
{
	struct fixture *f = *state;
	char tag[128];
	char match[200];

	assert_int_equal(fixture_ask_with(f, "PUT", CART, "If-Match: *\r\n", "{}"), 412);
	assert_int_equal(fixture_ask(f, "PUT", CART, "{}"), 201);
	assert_string_equal(http_header(f->http, "Location"), CART);
	assert_int_equal(fixture_ask_with(f, "PUT", CART, "If-Match: *\r\n", "{}"), 200);
	(void)snprintf(tag, sizeof(tag), "%s", http_header(f->http, "ETag"));
	assert_int_equal(fixture_ask(f, "GET", CART, NULL), 200);
	assert_string_equal(http_header(f->http, "ETag"), tag);
	assert_string_equal(http_header(f->http, "Content-Type"), "application/json");

	(void)snprintf(match, sizeof(match), "If-Match: %s\r\n", tag);
	assert_int_equal(fixture_ask_with(f, "PUT", CART, match, "{\"owner\":\"a\"}"), 200);
	assert_int_equal(fixture_ask_with(f, "PUT", CART, match, "{\"owner\":\"b\"}"), 412);
	fixture_has(f, "\"code\":\"revision-mismatch\"");
	assert_int_equal(fixture_ask_with(f, "PUT", CART, "If-Match: 5\r\n", "{}"), 400);
	/* Several lines are a list, which is refused in one line too. */
	assert_int_equal(
		fixture_ask_with(f, "PUT", CART, "If-Match: *\r\nIf-Match: \"5\"\r\n", "{}"), 400);
	assert_int_equal(fixture_ask_with(f, "PUT", CART, "If-Match: *, \"5\"\r\n", "{}"), 400);
	assert_int_equal(
		fixture_ask_with(f, "PUT", CART, "If-None-Match: *\r\nIf-None-Match: *\r\n", "{}"),
		400);
	assert_int_equal(fixture_ask(f, "GET", "/v1/environment", NULL), 200);
	(void)snprintf(match, sizeof(match), "If-None-Match: \"a\"\r\nIf-None-Match: %s\r\n",
		http_header(f->http, "ETag"));
	assert_int_equal(fixture_ask_with(f, "GET", "/v1/environment", match, NULL), 304);
	assert_int_equal(fixture_ask_with(f, "PUT", CART, "If-Match: \"other-5\"\r\n", "{}"), 412);
	assert_int_equal(fixture_ask(f, "GET", CART, NULL), 200);
	fixture_has(f, "\"owner\":\"a\"");

	assert_int_equal(fixture_ask(f, "POST", "/v1/environment", "{}"), 405);
	assert_string_equal(http_header(f->http, "Allow"), "GET");
	assert_int_equal(fixture_ask(f, "HEAD", CART, NULL), 200);
	assert_non_null(http_header(f->http, "Content-Length"));
	assert_string_not_equal(http_header(f->http, "Content-Length"), "0");
	/* Nothing but the header lines came: the connection can be used on. */
	assert_int_equal(fixture_ask(f, "GET", CART, NULL), 200);

	assert_int_equal(
		fixture_ask_with(f, "PUT", CART, "Umbra-Actor: dev1\r\n", "{\"owner\":\"c\"}"),
		200);
	assert_int_equal(fixture_ask(f, "GET", "/v1/events?limit=1", NULL), 200);
	fixture_has(f, "\"actor\":\"dev1\"");
	assert_int_equal(fixture_ask_with(f, "PUT", CART, "Umbra-Actor: a\033[2Jb\r\n", "{}"), 400);
	fixture_has(f, "\"field\":\"Umbra-Actor\"");
	assert_int_equal(fixture_ask_with(f, "DELETE", CART, NULL, NULL), 204);
	assert_int_equal(fixture_ask(f, "GET", "/v1/events?limit=1", NULL), 200);
	fixture_has(f, "\"actor\":\"anonymous\"");
}

static void test_environment(void **state)
{
	struct fixture *f = *state;
	char match[200];
	cJSON *body;
	uint64_t revision = 0;

	assert_int_equal(fixture_ask(f, "PUT", CART, "{}"), 201);
	assert_int_equal(fixture_ask(f, "PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}"), 201);
	assert_int_equal(fixture_ask(f, "GET", "/v1/environment", NULL), 200);
	body = json_parse(str_of(f->http->body), NULL);
	assert_non_null(body);
	assert_true(json_get_u64(body, "revision", &revision));
	assert_int_equal(revision, plane_environment(f->plane)->revision);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "services")), 1);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "versions")), 1);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "sessions")), 0);
	cJSON_Delete(body);

	(void)snprintf(match, sizeof(match), "If-None-Match: %s\r\n", http_header(f->http, "ETag"));
	assert_int_equal(fixture_ask_with(f, "GET", "/v1/environment", match, NULL), 304);
	assert_int_equal(f->http->body_len, 0);
	assert_non_null(http_header(f->http, "ETag"));
	assert_int_equal(fixture_ask(f, "DELETE", PR1, NULL), 204);
	assert_int_equal(fixture_ask_with(f, "GET", "/v1/environment", match, NULL), 200);
}

/* More than one slice, every thing once, in order. */
static void test_large_environment(void **state)
{
	enum { COUNT = 900 };
	struct fixture *f = *state;
	char path[128];
	char body[160];
	cJSON *json;
	const cJSON *item;
	char last[64] = "";

	assert_int_equal(fixture_ask(f, "PUT", CART, "{}"), 201);
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(path, sizeof(path), CART "/versions/v%d", i);
		(void)snprintf(body, sizeof(body), "{\"endpoints\":[\"127.0.0.1:%d\"]}", 10000 + i);
		assert_int_equal(fixture_ask(f, "PUT", path, body), 201);
	}
	assert_int_equal(fixture_ask(f, "GET", "/v1/environment", NULL), 200);
	assert_true(f->http->body_len > 2UL * 128 * 1024);
	json = json_parse(str_of(f->http->body), NULL);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "versions")), COUNT);
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "versions"))
	{
		const char *name = cJSON_GetObjectItem(item, "version")->valuestring;

		assert_true(strcmp(last, name) < 0);
		(void)snprintf(last, sizeof(last), "%s", name);
	}
	cJSON_Delete(json);
}

struct applied_wait {
	struct fixture *f;
	int64_t revision;
};

static bool has_revision(void *arg)
{
	const struct applied_wait *wait = arg;

	return plane_environment(wait->f->plane)->revision > wait->revision;
}

/* A write answers when the proxy routes by it, or after the wait, or at once while the proxy is down. */
static void test_read_your_writes(void **state)
{
	struct fixture *f = *state;
	struct applied_wait wait = {.f = f};
	char expected[32];
	int64_t revision;

	assert_int_equal(fixture_ask(f, "PUT", CART, "{}"), 201);
	assert_int_equal(fixture_ask(f, "PUT", PR1, "{\"endpoints\":[\"127.0.0.1:9001\"]}"), 201);
	plane_report_proxy(f->plane, true);
	plane_report_applied(f->plane, plane_environment(f->plane)->revision);

	wait.revision = plane_environment(f->plane)->revision;
	http_ask(f->http, "POST", "/v1/sessions", NULL,
		"{\"key\":\"a\",\"pins\":{\"cart\":\"pr-1\"}}");
	assert_true(loop_until(f->base, has_revision, &wait));
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
	assert_int_equal(evbuffer_get_length(f->http->in), 0);
	revision = plane_environment(f->plane)->revision;
	plane_report_applied(f->plane, revision);
	assert_true(http_answer(f->http, false));
	assert_int_equal(f->http->status, 201);
	(void)snprintf(expected, sizeof(expected), "%lld", (long long)revision);
	assert_string_equal(http_header(f->http, "Umbra-Applied"), expected);

	/* Not applied in time: the answer says by how far. */
	assert_int_equal(fixture_ask(f, "DELETE", "/v1/sessions/a/pins/cart", NULL), 204);
	assert_string_equal(http_header(f->http, "Umbra-Applied"), expected);

	plane_report_proxy(f->plane, false);
	assert_int_equal(
		fixture_ask(f, "PUT", "/v1/sessions/a/pins/cart", "{\"version\":\"pr-1\"}"), 200);
	assert_string_equal(http_header(f->http, "Umbra-Applied"), expected);
}

/* Of limits that let a write wait for a day. */
static int setup_patient(void **state)
{
	static const struct api_limits limits = {.applied_ms = INT64_C(24) * 3600 * 1000};

	return fixture_setup_with(state, &limits);
}

/* The proxy does not know the service yet: neither that nor its versions are waited for. */
static void test_a_new_service_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	plane_report_proxy(f->plane, true);
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/new", "{}"), 201);
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/new/versions/a",
				 "{\"endpoints\":[\"127.0.0.1:9001\"]}"),
		201);
	assert_string_equal(http_header(f->http, "Umbra-Applied"), "0");
}

static void test_others(void **state)
{
	static const struct step rows[] = {
		{"GET", "/healthz", NULL, 200, "\"ready\":true"},
		{"GET", "/readyz", NULL, 200, "\"ready\":true"},
		{"GET", "/v1/status", NULL, 200, "\"domain\":\"env.localhost\""},
		{"GET", "/v1/status", NULL, 200, "\"held_requests\":{\"used\":0,\"max\":4096}"},
		{"GET", "/v1/status", NULL, 200, "\"proxy\":{\"url\":\"http://127.0.0.1:8080\""},
		{"GET", "/v1/openapi.json", NULL, 200, "\"openapi\":\t\"3.1.0\""},
		{"GET", "/v1/requests", NULL, 200, "{\"requests\":[],\"next\":null,"},
		{"GET", "/v1/requests?limit=0", NULL, 400, "\"field\":\"limit\""},
		{"GET", "/v1/requests?limit=1001", NULL, 400, "from 1 to 1000"},
		{"GET", "/v1/requests?filter=status:", NULL, 400, "\"code\":\"bad-filter\""},
		{"GET", "/v1/requests?filter=colour:red", NULL, 400, "\"code\":\"bad-filter\""},
		{"GET", "/v1/traffic", NULL, 200, "\"versions\":[],\"since\":"},
		{"GET", "/v1/traffic?by=edge&window=5s", NULL, 200,
			"{\"window\":\"5s\",\"edges\":[]"},
		{"GET", "/v1/traffic?by=edge&session=dev-1", NULL, 200,
			"\"edges\":[],\"session\":\"dev-1\",\"requests\":0,\"likely\":0,"
			"\"unclear\":0,\"complete\":true"},
		{"GET", "/v1/traffic?by=edge&session=-", NULL, 400, "\"field\":\"session\""},
		{"GET", "/v1/traffic?session=dev-1", NULL, 400, "by=edge"},
		{"GET", "/v1/traffic?by=session", NULL, 200, "\"sessions\":[]"},
		{"GET", "/v1/traffic?by=colour", NULL, 400, "version, edge, session"},
		{"GET", "/v1/traffic?window=61s", NULL, 400, "\"field\":\"window\""},
		{"GET", "/v1/events?limit=2", NULL, 200, "\"events\":["},
		{"GET", "/v1/events?since=x", NULL, 400, "\"field\":\"since\""},
	};

	run_rows(*state, rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_services, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_versions, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_first_version, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_keeping, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_builds, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_create_only, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_take, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_hosts_of_the_domain, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_key_length, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_spellings, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_sessions, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pulls, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_session_of_pull, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_many_pulls, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_headers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_environment, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_large_environment, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_read_your_writes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_new_service_is_not_waited_for, setup_patient, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_others, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
