/*
 * Those who wait: the changes feed, the events and the tails, told when something happens, in order and
 * once; limits on how many; and the orderly stop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/bufferevent.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/api_fixture.h"

static const struct api_limits small = {.held = 3, .heartbeat_ms = 50};

static int setup_small(void **state)
{
	return fixture_setup_with(state, &small);
}

static const char *changes_path(const struct fixture *f, int64_t since, const char *wait)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "/v1/changes?since=%lld&epoch=%s&wait=%s",
		(long long)since, plane_environment(f->plane)->epoch, wait);
	return path;
}

static int64_t revision(const struct fixture *f)
{
	return plane_environment(f->plane)->revision;
}

static void test_full(void **state)
{
	struct fixture *f = *state;
	char last[64];

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart/versions/a",
				 "{\"endpoints\":[\"127.0.0.1:1\"]}"),
		201);
	(void)snprintf(last, sizeof(last), "\n{\"revision\":%lld}\n", (long long)revision(f));
	/* Nothing known, another epoch, a revision that has not been: everything. */
	assert_int_equal(fixture_ask(f, "GET", "/v1/changes", NULL), 200);
	assert_string_equal(http_header(f->http, "Content-Type"), "application/x-ndjson");
	fixture_has(f, "\"full\":true}\n{\"service\":{\"name\":\"cart\"");
	fixture_has(f, "\n{\"version\":{\"service\":\"cart\",\"version\":\"a\"");
	fixture_has(f, last);
	assert_int_equal(
		fixture_ask(f, "GET", "/v1/changes?since=1&epoch=other&wait=9s", NULL), 200);
	fixture_has(f, "\"full\":true}");
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, revision(f) + 1, "9s"), NULL), 200);
	fixture_has(f, "\"full\":true}");
}

static void test_difference(void **state)
{
	struct fixture *f = *state;
	int64_t since;

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"gone\"}"), 201);
	since = revision(f);
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{\"owner\":\"a\"}"), 200);
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{\"owner\":\"b\"}"), 200);
	assert_int_equal(fixture_ask(f, "DELETE", "/v1/sessions/gone", NULL), 204);
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, since, "9s"), NULL), 200);
	fixture_has(f, "\"full\":false}\n{\"service\":");
	fixture_has(f, "\"owner\":\"b\"");
	assert_null(strstr(f->http->body, "\"owner\":\"a\""));
	fixture_has(f, "\n{\"removed\":{\"kind\":\"session\",\"id\":\"gone\"}}\n{\"revision\":");
	/* Nothing new and no wish to wait: first and last line. */
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, revision(f), "0s"), NULL), 200);
	fixture_has(f, "\"full\":false}\n{\"revision\":");
}

static const char *tombstones_path(const struct fixture *f, int64_t since, const char *wait)
{
	static char path[300];

	(void)snprintf(path, sizeof(path), "%s&tombstones=1", changes_path(f, since, wait));
	return path;
}

/* Only for who asks, in the full answer, the difference, and to those who wait. */
static void test_tombstones(void **state)
{
	static const char grave[] = "\n{\"tombstone\":{\"kind\":\"session\",\"id\":\"gone\","
				    "\"why\":\"retired\",";
	struct fixture *f = *state;
	struct http *told = http_open(f->base, f->address);
	struct http *other = http_open(f->base, f->address);
	int64_t since;

	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"gone\"}"), 201);
	since = revision(f);
	http_ask(told, "GET", tombstones_path(f, since, "30s"), NULL, NULL);
	http_ask(other, "GET", changes_path(f, since, "30s"), NULL, NULL);
	assert_true(http_until(told, "\"full\":false,\"tombstones\":true}\n"));
	assert_true(http_until(other, "\"full\":false}\n"));
	assert_int_equal(fixture_ask(f, "DELETE", "/v1/sessions/gone", NULL), 204);
	assert_true(http_answer(told, false));
	assert_true(http_answer(other, false));
	assert_non_null(strstr(told->body, grave));
	assert_null(strstr(other->body, "tombstone"));

	assert_int_equal(fixture_ask(f, "GET", tombstones_path(f, since, "0s"), NULL), 200);
	fixture_has(f, "\n{\"removed\":{\"kind\":\"session\",\"id\":\"gone\"}}\n");
	fixture_has(f, grave);
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, since, "0s"), NULL), 200);
	assert_null(strstr(f->http->body, "tombstone"));
	assert_int_equal(fixture_ask(f, "GET", "/v1/changes?tombstones=1", NULL), 200);
	fixture_has(f, "\"full\":true,\"tombstones\":true}\n");
	fixture_has(f, grave);
	assert_int_equal(fixture_ask(f, "GET", "/v1/changes", NULL), 200);
	assert_null(strstr(f->http->body, "tombstone"));
	assert_int_equal(fixture_ask(f, "GET", "/v1/changes?tombstones=yes", NULL), 400);
	fixture_has(f, "\"field\":\"tombstones\"");

	/* There again, and so not remembered as gone. */
	since = revision(f);
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"gone\"}"), 201);
	assert_int_equal(fixture_ask(f, "GET", tombstones_path(f, since, "0s"), NULL), 200);
	fixture_has(f, "\n{\"removed\":{\"kind\":\"tombstone\",\"id\":\"session:gone\"}}\n");
	http_close(told);
	http_close(other);
}

/* More than a full answer has: the newest of them, and nothing is lost of the rest. */
static void test_many_tombstones(void **state)
{
	enum { MORE = 50 };
	struct fixture *f = *state;
	char path[64], body[64];
	size_t count = 0;

	for (int i = 0; i < LIMIT_TOMBSTONES_TOLD + MORE; i++) {
		(void)snprintf(body, sizeof(body), "{\"key\":\"s%d\"}", i);
		(void)snprintf(path, sizeof(path), "/v1/sessions/s%d", i);
		assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", body), 201);
		assert_int_equal(fixture_ask(f, "DELETE", path, NULL), 204);
	}
	assert_int_equal(fixture_ask(f, "GET", "/v1/changes?tombstones=1", NULL), 200);
	for (const char *at = f->http->body; (at = strstr(at, "{\"tombstone\":")) != NULL; at++)
		count++;
	assert_in_range(count, LIMIT_TOMBSTONES_TOLD - MORE, LIMIT_TOMBSTONES_TOLD);
	fixture_has(f, "\"id\":\"s2049\"");
	assert_null(strstr(f->http->body, "\"id\":\"s0\""));
	assert_int_equal(fixture_ask(f, "GET", "/v1/sessions/s0", NULL), 410);
}

static void test_held(void **state)
{
	struct fixture *f = *state;
	struct http *waiting = http_open(f->base, f->address);

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	http_ask(waiting, "GET", changes_path(f, revision(f), "30s"), NULL, NULL);
	/* The reply starts at once: headers and first line. */
	assert_true(http_until(waiting, "\"full\":false}\n"));
	assert_int_equal(fixture_ask(f, "GET", "/v1/status", NULL), 200);
	fixture_has(f, "\"held_requests\":{\"used\":1,");
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"dev\"}"), 201);
	assert_true(http_answer(waiting, false));
	assert_non_null(strstr(waiting->body, "{\"session\":{\"key\":\"dev\""));
	assert_non_null(strstr(waiting->body, "\n{\"revision\":"));
	/* The connection is good for the next. */
	http_ask(waiting, "GET", changes_path(f, revision(f), "30s"), NULL, NULL);
	assert_true(http_until(waiting, "\"full\":false}\n"));
	http_close(waiting);
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"dev2\"}"), 201);
	assert_int_equal(fixture_ask(f, "GET", "/v1/status", NULL), 200);
	fixture_has(f, "\"held_requests\":{\"used\":0,");
}

static void test_wait_over(void **state)
{
	struct fixture *f = *state;
	char last[64];

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	(void)snprintf(last, sizeof(last), "\"full\":false}\n{\"revision\":%lld}\n",
		(long long)revision(f));
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, revision(f), "50ms"), NULL), 200);
	fixture_has(f, last);
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, 1, "2h"), NULL), 400);
	fixture_has(f, "\"field\":\"wait\"");
}

/* Many wait for one change: all are told, each the whole of it. */
static void test_many(void **state)
{
	enum { COUNT = 600 };
	static struct http *waiting[COUNT];
	struct fixture *f = *state;

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	for (int i = 0; i < COUNT; i++) {
		waiting[i] = http_open(f->base, f->address);
		http_ask(waiting[i], "GET", changes_path(f, revision(f), "30s"), NULL, NULL);
	}
	for (int i = 0; i < COUNT; i++)
		assert_true(http_until(waiting[i], "\"full\":false}\n"));
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"key\":\"dev\"}"), 201);
	for (int i = 0; i < COUNT; i++) {
		assert_true(http_answer(waiting[i], false));
		assert_non_null(strstr(waiting[i]->body, "{\"session\":{\"key\":\"dev\""));
	}
	for (int i = 0; i < COUNT; i++)
		http_close(waiting[i]);
}

static void test_too_many_held(void **state)
{
	struct fixture *f = *state;
	struct http *waiting[3];

	for (int i = 0; i < 3; i++) {
		waiting[i] = http_open(f->base, f->address);
		http_ask(waiting[i], "GET", changes_path(f, revision(f), "30s"), NULL, NULL);
		assert_true(http_until(waiting[i], "\"full\":false}\n"));
	}
	assert_int_equal(fixture_ask(f, "GET", changes_path(f, revision(f), "30s"), NULL), 503);
	fixture_has(f, "\"code\":\"busy\"");
	assert_string_equal(http_header(f->http, "Retry-After"), "1");
	assert_int_equal(fixture_ask(f, "GET", "/v1/events?since=1000000&wait=9s", NULL), 503);
	assert_int_equal(fixture_ask(f, "GET", "/v1/requests/tail", NULL), 503);
	http_close(waiting[0]);
	http_ask(f->http, "GET", changes_path(f, revision(f), "20ms"), NULL, NULL);
	assert_true(http_answer(f->http, false));
	assert_int_equal(f->http->status, 200);
	for (int i = 1; i < 3; i++)
		http_close(waiting[i]);
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	struct http *waiting = http_open(f->base, f->address);
	char path[128];

	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", "{}"), 201);
	assert_int_equal(fixture_ask(f, "GET", "/v1/events", NULL), 200);
	fixture_has(f, "\"action\":\"service-created\"");
	fixture_has(f, "\"object\":\"cart\"");
	(void)snprintf(path, sizeof(path), "/v1/events?since=%lld&wait=30s",
		(long long)plane_events_last(f->plane));
	http_ask(waiting, "GET", path, NULL, NULL);
	assert_true(http_until(waiting, "\r\n\r\n"));
	assert_int_equal(fixture_ask(f, "DELETE", "/v1/services/cart", NULL), 204);
	assert_true(http_answer(waiting, false));
	assert_non_null(strstr(waiting->body, "\"action\":\"service-removed\""));
	assert_null(strstr(waiting->body, "service-created"));
	http_close(waiting);
}

/* ---- tails ----------------------------------------------------------------------------------------- */

static int64_t take(struct fixture *f, const char *service, const char *path)
{
	const struct request request = {.time = time_now_ms(),
		.id = STR_LIT("id"),
		.service = str_of(service),
		.version = STR_LIT("1.0"),
		.carrier = CARRIER_COUNT,
		.reason = REASON_NO_SESSION,
		.intended = REASON_COUNT,
		.method = STR_LIT("GET"),
		.host = STR_LIT("cart.env.localhost"),
		.path = str_of(path),
		.status = 200,
		.total_ms = 1.5,
		.protocol = STR_LIT("HTTP/1.1")};

	return traffic_take(f->traffic, &request);
}

static void test_tail(void **state)
{
	struct fixture *f = *state;
	struct http *tail = http_open(f->base, f->address);
	char text[64];

	http_ask(tail, "GET", "/v1/requests/tail?filter=service:cart", NULL, NULL);
	assert_true(http_answer(tail, true));
	assert_int_equal(tail->status, 200);
	assert_string_equal(http_header(tail, "Content-Type"), "application/x-ndjson");
	(void)take(f, "search", "/not-this");
	(void)snprintf(text, sizeof(text), "{\"seq\":%lld,", (long long)take(f, "cart", "/one"));
	assert_true(http_until(tail, text));
	(void)take(f, "cart", "/two");
	assert_true(http_until(tail, "\"path\":\"/two\""));
	assert_int_equal(evbuffer_search(tail->in, "/not-this", 9, NULL).pos, -1);
	traffic_report_loss(f->traffic, 7, "the socket was full");
	assert_true(http_until(tail, "{\"dropped\":7,\"why\":\"the socket was full\"}"));
	traffic_report_loss(f->traffic, -1, "who knows");
	assert_true(http_until(tail, "{\"dropped\":null,\"why\":\"who knows\"}"));
	http_close(tail);
}

static void test_tail_since(void **state)
{
	struct fixture *f = *state;
	struct http *tail = http_open(f->base, f->address);
	int64_t first = take(f, "cart", "/one");
	char path[96];

	(void)take(f, "cart", "/two");
	(void)take(f, "cart", "/three");
	(void)snprintf(path, sizeof(path), "/v1/requests/tail?since=%lld", (long long)first);
	http_ask(tail, "GET", path, NULL, NULL);
	assert_true(http_until(tail, "\"path\":\"/three\""));
	assert_true(http_until(tail, "\"path\":\"/two\""));
	assert_int_equal(evbuffer_search(tail->in, "/one", 4, NULL).pos, -1);
	http_close(tail);
}

static void test_heartbeat(void **state)
{
	struct fixture *f = *state;
	struct http *tail = http_open(f->base, f->address);

	http_ask(tail, "GET", "/v1/requests/tail", NULL, NULL);
	assert_true(http_answer(tail, true));
	for (int i = 0; i < 3; i++) {
		assert_true(http_until(tail, "{\"heartbeat\":\""));
		assert_true(http_until(tail, "}\n"));
		(void)evbuffer_drain(tail->in, evbuffer_get_length(tail->in));
	}
	http_close(tail);
}

/* A client that does not read does not grow the server, and is told what it missed. */
static void test_slow_reader(void **state)
{
	enum { COUNT = 40000 };
	struct fixture *f = *state;
	struct http *tail = http_open(f->base, f->address);
	char last[64];

	http_ask(tail, "GET", "/v1/requests/tail", NULL, NULL);
	assert_true(http_answer(tail, true));
	(void)bufferevent_disable(tail->bev, EV_READ);
	for (int i = 0; i < COUNT; i++) {
		(void)take(f, "cart", "/a-path-that-is-as-long-as-paths-usually-are-in-practice");
		if (i % 1000 == 0)
			(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
	}
	(void)snprintf(last, sizeof(last), "{\"seq\":%lld,", (long long)take(f, "cart", "/last"));
	(void)bufferevent_enable(tail->bev, EV_READ);
	assert_true(http_until(tail, "{\"dropped\":"));
	assert_true(http_until(tail, last));
	http_close(tail);
}

/* ---- the end --------------------------------------------------------------------------------------- */

static void test_stop(void **state)
{
	struct fixture *f = *state;
	struct http *feed = http_open(f->base, f->address);
	struct http *tail = http_open(f->base, f->address);
	struct http *events = http_open(f->base, f->address);
	char path[96];

	(void)snprintf(path, sizeof(path), "/v1/events?since=%lld&wait=30s",
		(long long)plane_events_last(f->plane));
	http_ask(feed, "GET", changes_path(f, revision(f), "30s"), NULL, NULL);
	http_ask(tail, "GET", "/v1/requests/tail", NULL, NULL);
	http_ask(events, "GET", path, NULL, NULL);
	assert_true(http_until(feed, "\"full\":false}\n"));
	assert_true(http_until(tail, "\r\n\r\n"));
	assert_true(http_until(events, "\r\n\r\n"));
	api_stop(f->api);
	assert_true(http_answer(feed, false));
	assert_non_null(strstr(feed->body, "{\"revision\":"));
	assert_true(http_answer(tail, false));
	assert_true(http_answer(events, false));
	assert_non_null(strstr(events->body, "\"events\":[]"));
	assert_int_equal(api_pending(f->api), 0);
	/* A connection that is there still gets an answer, and no new one is accepted. */
	http_ask(feed, "GET", "/v1/status", NULL, NULL);
	assert_true(http_answer(feed, false));
	assert_int_equal(feed->status, 503);
	assert_true(http_until_closed(feed));
	http_close(feed);
	http_close(tail);
	http_close(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_difference, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_tombstones, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_many_tombstones, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_held, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_wait_over, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_many, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_too_many_held, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_events, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_tail, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_tail_since, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_heartbeat, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_stop, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
