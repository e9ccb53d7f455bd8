/*
 * Lines of HAProxy's log: as it writes them, and as somebody hostile would.
 */
#include "core/proxy/haproxy_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"

/* Parsed in a block of its own size, so that a reader beyond its end is seen under ASan. */
static char *line;

static enum log_kind parse(const char *text, struct log_record *record)
{
	size_t len = strlen(text);

	/* A block of just that size, so that a sanitizer sees what reads beyond it. */
	free(line);
	line = xmalloc(len > 0 ? len : 1);
	for (size_t i = 0; i < len; i++)
		line[i] = text[i];
	return log_parse(line, len, record);
}

static void assert_text(struct str got, const char *want)
{
	if (want == NULL ? got.p != NULL : !str_eq_c(got, want))
		fail_msg("got '%.*s', want '%s'", STR_ARG(got), want != NULL ? want : "nothing");
}

#define TIMES "1795379064189045 1795379064202145 1795379064201045"
#define TRACE "9514ad5d170e93090cac5f0772808e0e"

static void a_pinned_request(void **state)
{
	struct log_record r;
	(void)state;

	assert_int_equal(
		parse("R 17/35 16691 " TIMES " 200 1882 310 1 -- HTTP/1.1 GET cart pr-482:1 "
		      "[127.0.0.1]:9002 pinned - 1041 " TRACE
		      " gateway%402026.11.20 dev-4f2k - - dev-4f2k - - /items "
		      "{Shop.example:8080|||}",
			&r),
		LOG_REQUEST);
	assert_int_equal(r.counter, 17);
	assert_int_equal(r.pid, 16691);
	assert_int_equal(r.endpoint_index, 1);
	assert_int_equal(r.request.time, 1795379064189);
	assert_text(r.request.id, "660e3435bb075-23");
	assert_text(r.request.trace, TRACE);
	assert_text(r.request.service, "cart");
	assert_text(r.request.version, "pr-482");
	assert_text(r.request.endpoint, "127.0.0.1:9002");
	assert_text(r.request.session, "dev-4f2k");
	assert_int_equal(r.request.carrier, CARRIER_HEADER);
	assert_int_equal(r.request.carriers, 1U << CARRIER_HEADER | 1U << CARRIER_COOKIE);
	assert_false(r.request.conflict);
	assert_false(r.request.malformed);
	assert_int_equal(r.request.reason, REASON_PINNED);
	assert_int_equal(r.request.intended, REASON_COUNT);
	assert_text(r.request.caller, "gateway@2026.11.20");
	assert_text(r.request.method, "GET");
	assert_text(r.request.path, "/items");
	assert_text(r.request.host, "shop.example");
	assert_text(r.request.protocol, "HTTP/1.1");
	assert_text(r.request.error, NULL);
	assert_int_equal(r.request.status, 200);
	assert_int_equal(r.request.answered_by, ANSWERED_BY_VERSION);
	assert_int_equal(r.request.retries, 1);
	assert_int_equal(r.request.bytes_in, 310);
	assert_int_equal(r.request.bytes_out, 1882);
	assert_int_equal(r.request.revision, 1041);
	assert_true(r.request.total_ms > 13.09 && r.request.total_ms < 13.11);
	assert_true(r.request.upstream_ms > 11.99 && r.request.upstream_ms < 12.01);
}

static void what_was_pinned(void **state)
{
	static const struct {
		const char *server, *reason, *intended, *version, *pinned;
	} rows[] = {
		{"<NOSRV> [-]:-", "version-unhealthy", "-/pr-9", NULL, "pr-9"},
		{"1:0 [127.0.0.1]:9001", "version-gone", "-/pr-9", "1", "pr-9"},
		{"<NOSRV> [-]:-", "stable-down", "version-gone/pr-9", NULL, "pr-9"},
		{"pr-9:0 [127.0.0.1]:9009", "pinned", "-/pr-9", "pr-9", NULL},
		{"1:0 [127.0.0.1]:9001", "no-session", "-/-", "1", NULL},
		{"1:0 [127.0.0.1]:9001", "no-session", "-", "1", NULL},
		{"1:0 [127.0.0.1]:9001", "version-gone", "-/<b>", "1", NULL},
	};
	struct log_record r;
	char text[512];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text),
			"R 17/35 16691 " TIMES " 200 1882 310 0 -- HTTP/1.1 GET cart %s %s %s 1041 "
			"- - dev-4f2k - - - - - /items {|||}",
			rows[i].server, rows[i].reason, rows[i].intended);
		assert_int_equal(parse(text, &r), LOG_REQUEST);
		assert_text(r.request.version, rows[i].version);
		assert_text(r.request.pinned, rows[i].pinned);
		assert_int_equal(
			r.request.intended, i == 2 ? (int)REASON_VERSION_GONE : (int)REASON_COUNT);
	}
}

static void who_answered_and_why(void **state)
{
	static const struct {
		const char *
			middle; /* status .. end state, protocol, method, backend, server, endpoint, reason, intended */
		const char *service, *version, *error, *endpoint;
		int answered_by, reason, intended;
		bool answered;
	} rows[] = {
		{"200 1 1 0 --|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1", NULL, "127.0.0.1:80",
			ANSWERED_BY_VERSION, REASON_NO_SESSION, REASON_COUNT, true},
		{"200 1 1 0 --|cart:strict v1:0 [::1]:80 no-pin -", "cart", "v1", NULL, "[::1]:80",
			ANSWERED_BY_VERSION, REASON_NO_PIN, REASON_COUNT, true},
		{"503 1 1 0 SC|cart <NOSRV> [-]:- stable-down no-session", "cart", NULL,
			"no ready endpoint", NULL, ANSWERED_BY_PROXY, REASON_STABLE_DOWN,
			REASON_NO_SESSION, false},
		{"503 1 1 3 SC|cart v1:0 [127.0.0.1]:80 stable-down no-pin", "cart", "v1",
			"connection refused", "127.0.0.1:80", ANSWERED_BY_PROXY, REASON_STABLE_DOWN,
			REASON_NO_PIN, false},
		{"504 1 1 0 sH|cart pr-1:0 [10.0.0.7]:80 pinned -", "cart", "pr-1",
			"no answer in time", "10.0.0.7:80", ANSWERED_BY_PROXY, REASON_PINNED,
			REASON_COUNT, false},
		{"404 1 1 0 LR|umbra:in <NOSRV> [-]:- - -", NULL, NULL, NULL, NULL,
			ANSWERED_BY_PROXY, REASON_COUNT, REASON_COUNT, false},
		{"400 1 1 0 PR|umbra:in <NOSRV> [-]:- - -", NULL, NULL, "request is not valid HTTP",
			NULL, ANSWERED_BY_PROXY, REASON_COUNT, REASON_COUNT, false},
		{"400 1 1 0 PH|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1",
			"request body is not valid HTTP", "127.0.0.1:80", ANSWERED_BY_PROXY,
			REASON_NO_SESSION, REASON_COUNT, false},
		{"200 1 1 0 PD|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1",
			"request body is not valid HTTP", "127.0.0.1:80", ANSWERED_BY_VERSION,
			REASON_NO_SESSION, REASON_COUNT, true},
		{"502 1 1 0 PH|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1",
			"answer is not valid HTTP", "127.0.0.1:80", ANSWERED_BY_PROXY,
			REASON_NO_SESSION, REASON_COUNT, false},
		{"502 1 1 0 LH|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1",
			"changed to a protocol that was not asked for", "127.0.0.1:80",
			ANSWERED_BY_PROXY, REASON_NO_SESSION, REASON_COUNT, false},
		{"500 1 1 0 PR|umbra:in <NOSRV> [-]:- no-pin -/cart", "cart", NULL,
			"a rule failed, most likely for want of room for headers", NULL,
			ANSWERED_BY_PROXY, REASON_COUNT, REASON_COUNT, false},
		{"500 1 1 0 PR|umbra:in <NOSRV> [-]:- - -/-", NULL, NULL,
			"a rule failed, most likely for want of room for headers", NULL,
			ANSWERED_BY_PROXY, REASON_COUNT, REASON_COUNT, false},
		{"501 1 1 0 PR|umbra:in <NOSRV> [-]:- - -/cart", NULL, NULL,
			"request is not valid HTTP", NULL, ANSWERED_BY_PROXY, REASON_COUNT,
			REASON_COUNT, false},
		{"-1 1 1 0 CD|cart v1:0 [127.0.0.1]:80 - -", "cart", "v1", "client went away",
			"127.0.0.1:80", ANSWERED_BY_VERSION, REASON_NO_SESSION, REASON_COUNT, true},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];
		struct str rest = str_of(rows[i].middle), head = str_cut(&rest, '|');
		snprintf(text, sizeof(text),
			"R 0 1 1795379064189045 1795379064189145 %s %.*s HTTP/1.1 GET %.*s 7 - - - "
			"- - - - - /x {h|||}",
			rows[i].answered ? "1795379064189100" : "-", STR_ARG(head), STR_ARG(rest));
		if (parse(text, &r) != LOG_REQUEST)
			fail_msg("refused: %s", text);
		assert_text(r.request.service, rows[i].service);
		assert_text(r.request.version, rows[i].version);
		assert_text(r.request.error, rows[i].error);
		assert_text(r.request.endpoint, rows[i].endpoint);
		assert_int_equal(r.request.answered_by, rows[i].answered_by);
		assert_int_equal(r.request.reason, rows[i].reason);
		assert_int_equal(r.request.intended, rows[i].intended);
		assert_int_equal(r.request.carrier, CARRIER_COUNT);
		assert_true(r.request.status >= 0);
	}
}

static void carriers(void **state)
{
	static const struct {
		const char *columns; /* header, baggage, query, cookie, host, malformed */
		unsigned found;
		int carrier;
		const char *session;
		bool conflict, malformed;
	} rows[] = {
		{"- - - - - -", 0, CARRIER_COUNT, NULL, false, false},
		{"- - - - a -", 16, CARRIER_HOST, "a", false, false},
		{"- - a b - -", 12, CARRIER_QUERY, "a", true, false},
		{"a a a a a pins", 31, CARRIER_HEADER, "a", false, true},
		{"- a%20b - a%20b - baggage", 10, CARRIER_BAGGAGE, "a%20b", false, true},
		{"a - - - b -", 17, CARRIER_HEADER, "a", true, false},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];
		snprintf(text, sizeof(text),
			"R 0 1 " TIMES " 200 1 1 0 -- HTTP/1.1 GET cart v:0 [127.0.0.1]:1 no-pin - "
			"7 - none %s /x {h|x|routing-session=y|}",
			rows[i].columns);
		assert_int_equal(parse(text, &r), LOG_REQUEST);
		assert_int_equal(r.request.carriers, rows[i].found);
		assert_int_equal(r.request.carrier, rows[i].carrier);
		assert_text(r.request.session, rows[i].session);
		assert_int_equal(r.request.conflict, rows[i].conflict);
		assert_int_equal(r.request.malformed, rows[i].malformed);
	}
}

/* Nothing was read by the rules: what was captured tells. */
static void captured_carriers(void **state)
{
	static const struct {
		const char *captured;
		unsigned found;
		const char *session;
		bool conflict;
		const char *caller;
	} rows[] = {
		{"{h|||}", 0, NULL, false, NULL},
		{"{h|a||}", 1, "a", false, NULL},
		{"{h|a|routing-session=a,routing-hop=cart%40v1.2_x|}", 3, "a", false,
			"cart@v1.2_x"},
		{"{h|a|x=1, routing-session = b ;p=1 ,routing-hop=cart%40v1|c}", 3, "a", true,
			"cart@v1"},
		{"{h||routing-hop=cart%40v1;p|}", 0, NULL, false, "cart@v1"},
		{"{h||routing-hop=Cart%40v1|}", 0, NULL, false, NULL},
		{"{h||routing-hop=cart%40|}", 0, NULL, false, NULL},
		{"{h|a b#7C#23#c3|routing-session=,routing-session=b|}", 1, "a%20b%7C%23%23c3",
			false, NULL},
		{"{h|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|}", 1,
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false,
			NULL},
		{"{h|#", 0, NULL, false, NULL},
		{"-", 0, NULL, false, NULL},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"R 0 1 " TIMES " 200 1 1 0 -- HTTP/1.1 GET cart v:0 [127.0.0.1]:1 no-pin - "
			"7 - - - - - - - - /x %s",
			rows[i].captured);
		assert_int_equal(parse(text, &r), LOG_REQUEST);
		assert_int_equal(r.request.carriers, rows[i].found);
		assert_text(r.request.session, rows[i].session);
		assert_int_equal(r.request.conflict, rows[i].conflict);
		assert_text(r.request.caller, rows[i].caller);
	}
}

/* What HAProxy says of the first line of each kind of request, and what is true of it. */
static void first_lines(void **state)
{
	static const struct {
		const char *protocol, *method, *path, *captured;
		const char *want_protocol, *want_method, *want_path;
	} rows[] = {
		{"HTTP/1.1", "GET", "/a#22b#23c#7f", "{h|||}", "HTTP/1.1", "GET", "/a\"b#c#7f"},
		{"HTTP/1.1", "GET", "/%22", "{h|||}", "HTTP/1.1", "GET", "/%22"},
		{"HTTP/1.1", "OPTIONS", "*", "{h|||}", "HTTP/1.1", "OPTIONS", "*"},
		{"HTTP/2.0", "OPTIONS", "http://h:1", "{h|||}", "HTTP/2.0", "OPTIONS", "*"},
		{"HTTP/1.1", "CONNECT", "h:443", "{h|||}", "HTTP/1.1", "CONNECT", "h:443"},
		{"HTTP/1.1", "GET", "http://h", "{h|||}", "HTTP/1.1", "GET", "/"},
		{"HTTP/2.0", "GET", "https://h:1/a://b#22", "{h|||}", "HTTP/2.0", "GET",
			"/a://b\""},
		{"HTTP/1.1", "GET", "/a://b/c", "{h|||}", "HTTP/1.1", "GET", "/a://b/c"},
		{"HTTP/1.1", "GET", "://", "{h|||}", "HTTP/1.1", "GET", "/"},
		{"HTTP/0.9", "GET", "/", "{h|||}", NULL, "GET", "/"},
		{"<BADREQ>", "<BADREQ>", "<BADREQ>", "", NULL, NULL, NULL},
		{"HTTP/1.1", "GET", "<BADREQ>", "{|||}", "HTTP/1.1", "GET", "<BADREQ>"},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"R 0 1 " TIMES " 200 1 1 0 -- %s %s cart v:0 [127.0.0.1]:1 no-pin - "
			"7 - - - - - - - - %s %s",
			rows[i].protocol, rows[i].method, rows[i].path, rows[i].captured);
		assert_int_equal(parse(text, &r), LOG_REQUEST);
		assert_text(r.request.protocol, rows[i].want_protocol);
		assert_text(r.request.method, rows[i].want_method);
		assert_text(r.request.path, rows[i].want_path);
	}
}

/* HAProxy marks a request that went to another server in the end; that server's twin is the server. */
static void a_redispatch(void **state)
{
	struct log_record r;
	(void)state;

	assert_int_equal(parse("R 0 1 " TIMES " 200 1 1 +2 -- HTTP/1.1 GET cart v:3t [127.0.0.1]:1 "
			       "version-unhealthy - 7 - - - - - - - - /x {h|||}",
				 &r),
		LOG_REQUEST);
	assert_int_equal(r.request.retries, 2);
	assert_text(r.request.version, "v");
	assert_text(r.request.endpoint, "127.0.0.1:1");
	assert_int_equal(r.endpoint_index, 3);
}

static void the_host_may_hold_anything(void **state)
{
	static const struct {
		const char *captured, *host;
	} rows[] = {
		{"{a b\tc R 0 1 #1B[2J \xff 200#7Cx}|||}", "a b\tc r 0 1 \x1b[2j \xff 200|x}"},
		{"{[::1]|||}", "[::1]"},
		{"{[::1]:80|||}", "[::1]"},
		{"{a:80|||}", "a"},
		{"{:|||}", NULL},
		{"{|||}", NULL},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"R 0 1 " TIMES " 404 1 1 0 LR HTTP/1.1 GET umbra:unknown <NOSRV> [-]:- - - "
			"7 - - - - - - - - /p %s",
			rows[i].captured);
		assert_int_equal(parse(text, &r), LOG_REQUEST);
		assert_text(r.request.host, rows[i].host);
		assert_text(r.request.path, "/p");
		assert_int_equal(r.request.reason, REASON_COUNT);
	}
}

static void hostile_lines(void **state)
{
	static const char *const rows[] = {"R ", "R", "R 1", "R 1 2 3 4 5 6 7 8 9 10",
		"R x 1 " TIMES
		" 200 1 1 0 -- HTTP/1.1 GET cart v:0 [::1]:1 - - 7 - - - - - - - - /x h",
		"R -5 1 " TIMES
		" 200 1 1 0 -- HTTP/1.1 GET cart v:0 [::1]:1 - - 7 - - - - - - - - /x h",
		"R 0 1 a b c 200 1 1 0 -- HTTP/1.1 GET cart v:0 [::1]:1 - - 7 - - - - - - - - /x h",
		"R 0 1 " TIMES
		" 200 1 1 0 -- HTTP/1.1 GET cart v:0 [::1]:1 - - 7 - - - - - - - -  /x h",
		"R 0 1 " TIMES
		" 200 1 1 0 -- HTTP/1.1 GET cart v:0 [::1]:1 - - 7 - - - - - - - - /x"};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (parse(rows[i], &r) == LOG_REQUEST)
			fail_msg("taken: %s", rows[i]);
	assert_int_equal(parse("", &r), LOG_OTHER);
	assert_int_equal(parse("\n", &r), LOG_OTHER);
	assert_int_equal(
		parse("Proxy cart stopped (cumulated conns: FE: 0, BE: 3).", &r), LOG_OTHER);
}

static void odd_columns_make_no_odd_fields(void **state)
{
	struct log_record r;
	(void)state;

	assert_int_equal(parse("R 0 1 " TIMES
			       " x y z w -- ? ? cart <NOSRV> [ nonsense nonsense x - gateway - - "
			       "- - - - * h",
				 &r),
		LOG_REQUEST);
	assert_int_equal(r.request.status, 0);
	assert_int_equal(r.request.bytes_in, 0);
	assert_int_equal(r.request.reason, REASON_COUNT);
	assert_int_equal(r.request.intended, REASON_COUNT);
	assert_text(r.request.caller, NULL);
	assert_text(r.request.endpoint, NULL);
}

static void health(void **state)
{
	static const struct {
		const char *text;
		enum log_kind kind;
		bool up;
		const char *detail;
	} rows[] = {
		{"Health check for server cart/pr-1:0 succeeded, reason: Layer7 check passed, "
		 "code: 200, "
		 "check duration: 2ms, status: 2/2 UP.",
			LOG_HEALTH, true, ""},
		{"Health check for server cart/pr-1:0 succeeded, reason: Layer4 check passed, "
		 "check duration: "
		 "0ms, status: 2/2 DRAIN.\n",
			LOG_HEALTH, true, ""},
		{"Health check for server cart/pr-1:0 failed, reason: Layer4 connection problem, "
		 "info: "
		 "\"Connection refused\", check duration: 0ms, status: 1/2 DRAIN.",
			LOG_HEALTH, true, ""},
		{"Health check for server cart/pr-1:0 failed, reason: Layer4 connection problem, "
		 "info: "
		 "\"Connection refused\", check duration: 0ms, status: 0/1 DOWN.",
			LOG_HEALTH, false, "connection refused"},
		{"Health check for server cart/pr-1:0 failed, reason: Layer7 wrong status, code: "
		 "501, info: "
		 "\"Unsupported method ('OPTIONS')\", check duration: 1ms, status: 0/2 DOWN.",
			LOG_HEALTH, false, "answered 501"},
		{"Health check for server cart/pr-1:0 failed, reason: Layer7 timeout, check "
		 "duration: 2001ms, "
		 "status: 0/2 DOWN.",
			LOG_HEALTH, false, "no answer in time"},
		{"Server cart/pr-1:0 is UP. 1 active and 0 backup servers online. 0 sessions "
		 "requeued, 0 total "
		 "in queue.",
			LOG_OTHER, false, NULL},
		{"Server cart/pr-1:0 is DOWN. 1 active and 0 backup servers left.", LOG_HEALTH,
			false, ""},
		{"Server cart/pr-1:0 is DOWN, reason: Layer4 timeout, check duration: 5ms.",
			LOG_HEALTH, false, "no connection in time"},
		{"Server cart/pr-1:0 is DOWN, changed from CLI. 1 active", LOG_OTHER, false, NULL},
		{"Server cart/pr-1:0 is UP/READY (leaving forced maintenance).", LOG_OTHER, false,
			NULL},
		{"Server cart/pr-1:0 was DOWN and now enters maintenance.", LOG_OTHER, false, NULL},
		{"Server cart/pr-1:0", LOG_OTHER, false, NULL},
		{"Server cart is UP.", LOG_OTHER, false, NULL},
		{"Health check for server cart/pr-1:0 failed, reason: x", LOG_OTHER, false, NULL},
		{"backend 'cart' has no server available!", LOG_OTHER, false, NULL},
	};
	struct log_record r;
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum log_kind kind = parse(rows[i].text, &r);
		if (kind != rows[i].kind)
			fail_msg("kind %d of: %s", (int)kind, rows[i].text);
		if (kind != LOG_HEALTH)
			continue;
		assert_text(r.health.backend, "cart");
		assert_text(r.health.server, "pr-1:0");
		assert_int_equal(r.health.up, rows[i].up);
		assert_string_equal(r.health.detail, rows[i].detail);
		if (strstr(rows[i].text, "duration: 2001ms") != NULL)
			assert_int_equal(r.health.duration_ms, 2001);
	}
}

static int tear_down(void **state)
{
	(void)state;
	free(line);
	return 0;
}

/* HAProxy has one state for a stream that its client has cancelled and for one that breaks HTTP/2. */
static void a_stream_that_is_cut(void **state)
{
	char text[] =
		"R 0 1 1795379064189045 1795379064189145 - -1 1 1 0 CH HTTP/2.0 POST cart v1:0 "
		"[127.0.0.1]:80 - - 7 - - - - - - - - /x {h|||}";
	struct log_record r;
	(void)state;

	assert_int_equal(parse(text, &r), LOG_REQUEST);
	assert_text(r.request.error, "client went away or broke HTTP/2");
	assert_int_equal(r.request.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pinned_request),
		cmocka_unit_test(what_was_pinned),
		cmocka_unit_test(who_answered_and_why),
		cmocka_unit_test(carriers),
		cmocka_unit_test(captured_carriers),
		cmocka_unit_test(first_lines),
		cmocka_unit_test(a_redispatch),
		cmocka_unit_test(the_host_may_hold_anything),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(odd_columns_make_no_odd_fields),
		cmocka_unit_test(health),
		cmocka_unit_test(a_stream_that_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
