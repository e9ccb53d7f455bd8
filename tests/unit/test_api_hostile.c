/*
 * What a client should not do: no HTTP, too much, too slow, for another host, with two readings. Each is
 * answered with a problem as far as it can be, and none takes more than its share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/support/api_fixture.h"

static const struct api_limits small = {
	.connections = 8, .held = 2, .idle_ms = 400, .request_ms = 200, .heartbeat_ms = 50};

static int setup_small(void **state)
{
	return fixture_setup_with(state, &small);
}

static void send_text(struct http *http, const char *text)
{
	http_send(http, text, strlen(text));
}

static void test_raw(void **state)
{
	static const struct {
		const char *bytes;
		int status;
		const char *has;
	} cases[] = {
		{"rubbish that is no request\r\n\r\n", 400, "\"code\":\"usage\""},
		{"GET / HTTP/9.9\r\n\r\n", 400, "\"code\":\"usage\""},
		{"GET /v1/status HTTP/1.1\r\nno colon\r\n\r\n", 400, "\"code\":\"usage\""},
		{"GET /v1/status HTTP/1.1\r\n\r\n", 400, "\"field\":\"Host\""},
		{"GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421,
			"\"code\":\"foreign-host\""},
		{"GET /v1/status HTTP/1.1\r\nHost: localhost.evil.example:7070\r\n\r\n", 421, NULL},
		{"GET /v1/status HTTP/1.1\r\nHost: 127.example.com:7070\r\n\r\n", 421, NULL},
		{"GET /v1/status HTTP/1.1\r\nHost: cart.env.localhost\r\n\r\n", 421, NULL},
		{"GET /v1/status HTTP/1.1\r\nHost: LOCALHOST.:7070\r\n\r\n", 200, NULL},
		{"GET /v1/status HTTP/1.1\r\nHost: [::1]\r\n\r\n", 200, NULL},
		{"DELETE /v1/services/cart HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, NULL},
		{"GET http://localhost/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, NULL},
		{"GET /v1/status HTTP/1.0\r\n\r\n", 200, "\"name\":\"test\""},
		{"GET /v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
			"\"name\":\"test\""},
		{"GET /v1/environment HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
			"\"sessions\":[]}"},
		{"BREW /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "GET, HEAD"},
		{"OPTIONS /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, NULL},
		{"TRACE /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, NULL},
		{"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, NULL},
		{"HEAD /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
			400, NULL},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
			400, NULL},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
			400, "\"field\":\"Transfer-Encoding\""},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400,
			NULL},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
			415, "\"expected\":\"application/json\""},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
		 "Content-Length: 2\r\n\r\n{}",
			415, "text/plain"},
		{"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: Application/JSON "
		 "; "
		 "charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
			201, "\"key\":"},
		{"PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\n"
		 "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
			400, "\"field\":\"Expect\""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http *http = http_open(f->base, f->address);

		send_text(http, cases[i].bytes);
		if (!http_answer(http, strncmp(cases[i].bytes, "HEAD", 4) == 0))
			fail_msg("case %zu: no answer", i);
		if (http->status != cases[i].status)
			fail_msg("case %zu: %d %s", i, http->status, http->body);
		if (cases[i].has != NULL && strstr(http->body, cases[i].has) == NULL)
			fail_msg("case %zu: '%s' is not in %s", i, cases[i].has, http->body);
		if (http->status >= 400)
			assert_string_equal(
				http_header(http, "Content-Type"), "application/problem+json");
		http_close(http);
	}
}

/* Good requests first: what evhttp answers by itself is ours on a used connection, too. */
static void test_late_rubbish(void **state)
{
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);

	for (int i = 0; i < 3; i++) {
		http_ask(http, "GET", "/healthz", NULL, NULL);
		assert_true(http_answer(http, false));
		assert_int_equal(http->status, 200);
	}
	send_text(http, "rubbish that is no request\r\n\r\n");
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 400);
	assert_non_null(strstr(http->body, "\"code\":\"usage\""));
	assert_true(http_until_closed(http));
	http_close(http);
}

/* Header lines without end are not collected without end. */
static void test_long_head(void **state)
{
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);
	char line[1024];

	(void)snprintf(line, sizeof(line), "X-Much: %01000d\r\n", 0);
	send_text(http, "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n");
	for (int i = 0; i < 100; i++)
		send_text(http, line);
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 400);
	assert_non_null(strstr(http->body, "header lines"));
	http_close(http);
}

static void test_large_bodies(void **state)
{
	static const size_t sizes[] = {(1 << 20) + 1, 2 << 20, 10 << 20};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct http *http = http_open(f->base, f->address);
		char *body = xmalloc(sizes[i]);
		char head[256];

		memset(body, ' ', sizes[i]);
		(void)snprintf(head, sizeof(head),
			"PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\n"
			"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			sizes[i]);
		send_text(http, head);
		http_send(http, body, sizes[i]);
		assert_true(http_answer(http, false));
		assert_int_equal(http->status, 413);
		assert_non_null(strstr(http->body, "\"code\":\"too-large\""));
		assert_string_equal(http_header(http, "Content-Type"), "application/problem+json");
		http_close(http);
		free(body);
	}
	assert_int_equal(fixture_ask(f, "GET", "/v1/services/cart", NULL), 404);
}

/* Without a length, in chunks, and asked for: refused when it has become too large. */
static void test_large_chunks(void **state)
{
	enum { CHUNK = 0x10000 };
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);
	char chunk[CHUNK + 2];

	memset(chunk, ' ', sizeof(chunk));
	chunk[CHUNK] = '\r';
	chunk[CHUNK + 1] = '\n';
	send_text(http,
		"PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 100);
	for (int i = 0; i <= LIMIT_BODY / CHUNK; i++) {
		send_text(http, "10000\r\n");
		http_send(http, chunk, sizeof(chunk));
	}
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 413);
	assert_non_null(strstr(http->body, "\"code\":\"too-large\""));
	http_close(http);
}

/* 1 MiB is not too large. */
static void test_largest_body(void **state)
{
	struct fixture *f = *state;
	char *body = xmalloc(LIMIT_BODY + 1);

	memset(body, ' ', LIMIT_BODY);
	memcpy(body, "{}", 2);
	body[LIMIT_BODY] = '\0';
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/cart", body), 201);
	free(body);
}

static void test_pipelined(void **state)
{
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);

	http_ask(http, "PUT", "/v1/services/cart", NULL, "{}");
	http_ask(http, "GET", "/v1/services/cart", NULL, NULL);
	http_ask(http, "GET", "/v1/services/nope", NULL, NULL);
	http_ask(http, "DELETE", "/v1/services/cart", NULL, NULL);
	http_ask(http, "GET", "/v1/services/cart", NULL, NULL);
	for (int i = 0; i < 5; i++) {
		static const int expected[] = {201, 200, 404, 204, 404};

		assert_true(http_answer(http, false));
		assert_int_equal(http->status, expected[i]);
	}
	http_close(http);
}

/* Said hello, and then nothing, or a byte now and then: closed when its time is over. */
static void test_slow(void **state)
{
	static const char *const beginnings[] = {"", "G", "GET /v1/status HTTP/1.1\r\nHost: local",
		"PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
		"application/json\r\n"
		"Content-Length: 100\r\n\r\n{"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
		struct http *http = http_open(f->base, f->address);

		send_text(http, beginnings[i]);
		assert_true(http_until_closed(http));
		http_close(http);
	}
}

static bool is_done(void *arg)
{
	const struct http *http = arg;

	if (!http->closed)
		send_text(arg, "x");
	return http->closed;
}

static void test_trickle(void **state)
{
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);

	send_text(http, "GET /v1/status HTTP/1.1\r\nX-Slow: ");
	assert_true(loop_until(f->base, is_done, http));
	http_close(http);
}

/* A connection more than there may be waits its turn. */
static void test_connections(void **state)
{
	struct fixture *f = *state;
	struct http *held[8];
	struct http *late;

	for (size_t i = 0; i < 8; i++) {
		held[i] = http_open(f->base, f->address);
		http_ask(held[i], "GET", "/healthz", NULL, NULL);
		assert_true(http_answer(held[i], false));
	}
	late = http_open(f->base, f->address);
	http_ask(late, "GET", "/healthz", NULL, NULL);
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
	assert_int_equal(evbuffer_get_length(late->in), 0);
	http_close(held[0]);
	assert_true(http_answer(late, false));
	assert_int_equal(late->status, 200);
	http_close(late);
	for (size_t i = 1; i < 8; i++)
		http_close(held[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_raw, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_late_rubbish, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_long_head, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_large_bodies, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_large_chunks, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_largest_body, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pipelined, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_slow, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_trickle, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_connections, setup_small, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
