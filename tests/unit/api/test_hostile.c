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
#include <event2/bufferevent.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "core/base/xalloc.h"
#include "tests/support/api_fixture.h"

static const struct api_limits small = {
	.connections = 8, .held = 8, .idle_ms = 400, .request_ms = 200, .heartbeat_ms = 50};

static int setup_small(void **state)
{
	return fixture_setup_with(state, &small);
}

static void send_text(struct http *http, const char *text)
{
	http_send(http, text, strlen(text));
}

#define GET "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
#define PUT \
	"PUT /v1/services/cart HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

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
		/* Announced, and nothing of it sent: answered all the same. */
		{PUT "Content-Length: 1048577\r\n\r\n", 413, "\"code\":\"too-large\""},
		{PUT "Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n", 413,
			"at most 1 MiB"},
		{PUT "Content-Length: 99999999999999999999\r\n\r\n", 400,
			"\"field\":\"Content-Length\""},
		{PUT "Content-Length: +2\r\n\r\n{}", 400, "Content-Length"},
		{PUT "Content-Length: 0x2\r\n\r\n{}", 400, "Content-Length"},
		{PUT "Content-Length: 2, 2\r\n\r\n{}", 400, "Content-Length"},
		{PUT "Content-Length:\r\n\r\n", 400, "Content-Length"},
		{PUT "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "two lengths"},
		{PUT "Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}", 201, NULL},
		{PUT "Content-Length : 2\r\n\r\n{}", 400, "no name"},
		{PUT "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", 400,
			"where the body"},
		{PUT "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
			"where the body"},
		{PUT "Transfer-Encoding: gzip, chunked\r\n\r\n", 400, "where the body"},
		{PUT "Transfer-Encoding: xchunked\r\n\r\n", 400, "where the body"},
		{PUT "Transfer-Encoding : chunked\r\n\r\n", 400, "no name"},
		{PUT "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}", 400, "size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400,
			"size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", 400,
			"size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n\r\n{}", 400, "size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", 400,
			"size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nxx\r\n", 400, "size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n", 400, "size of a chunk"},
		{PUT "Transfer-Encoding: chunked\r\n\r\n1 \r\n{\r\n01\r\n}\r\n0\r\n\r\n", 200,
			NULL},
		{PUT "Transfer-Encoding: chunked\r\n\r\nA00000\r\n", 413, NULL},
		{GET "Host: localhost\r\n\r\n", 400, "two Host"},
		{GET "Host: evil.example\r\n\r\n", 400, "two Host"},
		{"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n", 400,
			"two Host"},
		{"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 421,
			"evil.example"},
		{"GET HTTPS://evil.example HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, NULL},
		{"GET http://localhost@evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 421,
			NULL},
		{"GET http://evil.example?http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
			421, NULL},
		{"GET http://localhost:7070/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
			NULL},
		{"GET /healthz\r\n\r\n", 400, "first line"},
		{"GET /healthz HTTP/0.9\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"GET /healthz HTTP/1.9\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"GET /healthz HTTP/1.10\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"GET /healthz http/1.1\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"GET /healthz  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "space"},
		{"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "first line"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "first line"},
		{GET "X-Folded: a\r\n b\r\n\r\n", 400, "next line"},
		{"GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n", 400, "next line"},
		{GET ": value\r\n\r\n", 400, "no name"},
		{GET "X Y: value\r\n\r\n", 400, "no name"},
		{GET "X-Control: a\x01z\r\n\r\n", 400, "control character"},
		{GET "X-Return: a\rb: c\r\n\r\n", 400, "control character"},
		{"GET /he\x7flthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "control character"},
		{GET "X-Text: caf\xc3\xa9\ttab\r\n\r\n", 200, NULL},
		{"GET /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
			"where the body"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http *http = http_open(f->base, f->address);

		send_text(http, cases[i].bytes);
		if (!http_answer(http, strncmp(cases[i].bytes, "HEAD", 4) == 0))
			fail_msg("case %zu: no answer to %.200s", i, cases[i].bytes);
		if (http->status != cases[i].status)
			fail_msg("case %zu: %d %s to %.200s", i, http->status, http->body,
				cases[i].bytes);
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

/* The same bytes one at a time, and behind a good request in one piece: it is seen wherever it is cut. */
static void test_cut_anywhere(void **state)
{
	static const char bad[] = GET "Content-Length: 1\r\nContent-Length: 2\r\n\r\n";
	struct fixture *f = *state;
	struct http *http = http_open(f->base, f->address);

	for (size_t i = 0; bad[i] != '\0'; i++) {
		http_send(http, &bad[i], 1);
		(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
	}
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 400);
	assert_true(http_until_closed(http));
	http_close(http);
	http = http_open(f->base, f->address);
	send_text(http,
		GET "\r\n" GET "Content-Length: 0\r\n\r\n" GET "Host: two\r\n\r\n" GET "\r\n");
	for (int i = 0; i < 2; i++) {
		assert_true(http_answer(http, false));
		assert_int_equal(http->status, 200);
	}
	assert_true(http_answer(http, false));
	assert_int_equal(http->status, 400);
	assert_non_null(strstr(http->body, "two Host"));
	assert_true(http_until_closed(http));
	http_close(http);
	assert_int_equal(fixture_ask(f, "GET", "/healthz", NULL), 200);
}

static void open_idle(struct fixture *f, struct http **held, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		held[i] = http_open(f->base, f->address);
		http_ask(held[i], "GET", "/healthz", NULL, NULL);
		assert_true(http_answer(held[i], false));
	}
}

/* One more than there may be: the one that has been idle longest goes. */
static void test_longest_idle_goes(void **state)
{
	struct fixture *f = *state;
	struct http *held[8];
	struct http *late;

	open_idle(f, held, 8);
	http_ask(held[0], "GET", "/healthz", NULL, NULL);
	assert_true(http_answer(held[0], false));
	late = http_open(f->base, f->address);
	http_ask(late, "GET", "/healthz", NULL, NULL);
	assert_true(http_answer(late, false));
	assert_int_equal(late->status, 200);
	assert_true(http_until_closed(held[1]));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(held[i]->closed, i == 1);
	http_close(late);
	for (size_t i = 0; i < 8; i++)
		http_close(held[i]);
}

/* With all of them busy it waits its turn. */
static void test_connections(void **state)
{
	struct fixture *f = *state;
	struct http *held[8];
	struct http *late;

	for (size_t i = 0; i < 8; i++) {
		held[i] = http_open(f->base, f->address);
		http_ask(held[i], "GET", "/v1/requests/tail", NULL, NULL);
		assert_true(http_answer(held[i], true));
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

/* What the program has allocated and not freed; 0 where the C library does not say, as under the sanitizers. */
static size_t allocated_bytes(void)
{
#ifdef __GLIBC__
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#else
	return 0;
#endif
}

/* Bodies that do not end take so much together and no more, small requests go on, and memory is given back. */
static void test_unread_bodies(void **state)
{
	enum { CLIENTS = 100, BYTES = 1000000 };
	static const char one_left[] = "\"connections\":{\"used\":1,";
	struct fixture *f = *state;
	struct http *clients[CLIENTS];
	char *body = xmalloc(BYTES);
	size_t before = allocated_bytes();
	size_t refused = 0;
	size_t most = 0;

	memset(body, ' ', BYTES);
	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i] = http_open(f->base, f->address);
		send_text(clients[i], PUT "Content-Length: 1000001\r\n\r\n");
		http_send(clients[i], body, BYTES);
		for (int turn = 0; turn < 200 &&
				   evbuffer_get_length(bufferevent_get_output(clients[i]->bev)) > 0;
			turn++)
			(void)event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		if (allocated_bytes() > most)
			most = allocated_bytes();
	}
	assert_int_equal(fixture_ask(f, "PUT", "/v1/services/small", "{}"), 201);
	for (size_t i = 0; i < CLIENTS; i++) {
		if (evbuffer_get_length(clients[i]->in) == 0)
			continue;
		refused++;
		assert_true(http_answer(clients[i], false));
		assert_int_equal(clients[i]->status, 503);
		assert_non_null(strstr(clients[i]->body, "\"code\":\"busy\""));
	}
	print_message("%zu of %d refused, %zu kB more at the most\n", refused, CLIENTS,
		(most - before) / 1024);
	assert_in_range(refused, CLIENTS - LIMIT_UNREAD / BYTES - 2, CLIENTS - 1);
	assert_in_range(most - before, 0, 2 * (size_t)LIMIT_UNREAD);
	for (size_t i = 0; i < CLIENTS; i++)
		http_close(clients[i]);
	for (size_t i = 0; i < (size_t)10 * CLIENTS && strstr(f->http->body, one_left) == NULL; i++)
		assert_int_equal(fixture_ask(f, "GET", "/v1/status", NULL), 200);
	fixture_has(f, one_left);
	fixture_has(f, "\"unread_bytes\":{\"used\":0,");
	assert_in_range(allocated_bytes(), 0, before + (size_t)LIMIT_UNREAD / 16);
	free(body);
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
		cmocka_unit_test_setup_teardown(
			test_longest_idle_goes, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_cut_anywhere, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_unread_bodies, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
