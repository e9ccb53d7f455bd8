/*
 * Whole exchanges: what arrives of an answer, of none, and after a cancel; URLs, encoding, back-off, stats.
 */
#include "core/client/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/client/stream.h"
#include "core/wire/traffic.h"
#include "tests/support/fake_server.h"

/* ---- whole exchanges ----------------------------------------------------------------------------- */

struct answer {
	int count;
	enum err err;
	int status;
	char text[600], field[100], body[256];
	int64_t applied, etag_revision;
	size_t body_len;
};

static void keep_answer(void *arg, const struct client_response *response)
{
	struct answer *answer = arg;
	answer->count++;
	answer->err = response->err;
	answer->status = response->status;
	snprintf(answer->text, sizeof(answer->text), "%s", response->eb->text);
	snprintf(answer->field, sizeof(answer->field), "%s", response->eb->field);
	str_copy(answer->body, sizeof(answer->body), response->body);
	answer->body_len = response->body.n;
	answer->applied = response->applied;
	answer->etag_revision = response->etag_revision;
}

static void answer_well(struct fake_server *server, struct evhttp_request *request)
{
	(void)server;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	evhttp_add_header(headers, "umbra-applied", " 1041 ");
	evhttp_add_header(headers, "ETag", "\"a-b-c-1042\"");
	fake_reply(request, 200, "{\"fine\":true}");
}

static void exchanges(void **state)
{
	(void)state;
	struct fake_server server;
	struct answer answer = {0};
	/* No proxy stands between a machine and itself, whatever the environment says. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	fake_start(&server, answer_well, 0);
	client_request(server.client, "GET", "/v1/environment", NULL, 0, keep_answer, &answer);
	assert_int_equal(answer.count, 0);
	run_until(&server, answer.count == 1);
	assert_int_equal(answer.err, ERR_NONE);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "{\"fine\":true}");
	assert_int_equal(answer.applied, 1041);
	assert_int_equal(answer.etag_revision, 1042);
	assert_string_equal(server.last, "GET /v1/environment");
	assert_string_equal(server.actor, "");

	client_request(server.client, "PUT", "/v1/services/a", "{\"owner\":\"x\"}", 0, keep_answer,
		&answer);
	run_until(&server, answer.count == 2);
	assert_string_equal(server.last, "PUT /v1/services/a");
	assert_string_equal(server.actor, "dev1");
	assert_string_equal(server.type, "application/json");
	assert_string_equal(server.body, "{\"owner\":\"x\"}");
	client_request(server.client, "DELETE", "/v1/services/a", NULL, 0, keep_answer, &answer);
	run_until(&server, answer.count == 3);
	assert_string_equal(server.last, "DELETE /v1/services/a");
	assert_int_equal(server.connections, 1);
	uint64_t bytes, count;
	client_cost(server.client, &bytes, &count);
	assert_int_equal(count, 3);
	assert_true(bytes > 150);
	fake_stop(&server);
	unsetenv("http_proxy");
}

static int64_t plane_ahead_ms;

static void answer_dated(struct fake_server *server, struct evhttp_request *request)
{
	time_t now = (time_t)((time_now_ms() + plane_ahead_ms) / 1000);
	char date[32];

	(void)server;
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
	evhttp_add_header(evhttp_request_get_output_headers(request), "Date", date);
	fake_reply(request, 200, "{}");
}

/* Seconds are no news: clocks that nobody sets drift, and an answer takes its time. */
static void clocks_apart_are_noticed(void **state)
{
	static const struct {
		int64_t ahead_ms;
		const char *said; /* NULL: nothing */
	} cases[] = {{0, NULL}, {50000, NULL}, {-50000, NULL},
		{600000, "the clock of the control plane is 10m ahead of this machine's"},
		{-7210000, "the clock of the control plane is 2h behind this machine's"},
		{0, NULL}};
	struct fake_server server;
	struct answer answer = {0};
	struct strbuf said;

	(void)state;
	strbuf_init(&said, 400);
	fake_start(&server, answer_dated, 0);
	assert_int_equal(client_clock_ahead_ms(server.client), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t off;

		plane_ahead_ms = cases[i].ahead_ms + (cases[i].said ? 2000 : 0);
		client_request(server.client, "GET", "/v1/x", NULL, 0, keep_answer, &answer);
		run_until(&server, answer.count == (int)i + 1);
		strbuf_reset(&said);
		assert_int_equal(client_say_clock(server.client, &said), cases[i].said != NULL);
		if (!cases[i].said) {
			assert_int_equal(client_clock_ahead_ms(server.client), 0);
			continue;
		}
		if (!strstr(said.data, cases[i].said))
			fail_msg("%s", said.data);
		off = client_now_ms(server.client) - time_now_ms() - cases[i].ahead_ms;
		assert_in_range(off + 10000, 0, 20000);
	}
	strbuf_finish(&said);
	fake_stop(&server);
}

static void answer_problem(struct fake_server *server, struct evhttp_request *request)
{
	(void)server;
	fake_reply(request, 400,
		"{\"code\":\"unknown-field\",\"detail\":\"no endpoint\",\"field\":\"endpoint\"}");
}

static void problems_arrive(void **state)
{
	(void)state;
	struct fake_server server;
	struct answer answer = {0};
	fake_start(&server, answer_problem, 0);
	client_request(server.client, "GET", "/v1/x", NULL, 0, keep_answer, &answer);
	run_until(&server, answer.count == 1);
	assert_int_equal(answer.err, ERR_UNKNOWN_FIELD);
	assert_int_equal(answer.status, 400);
	assert_string_equal(answer.text, "no endpoint");
	assert_string_equal(answer.field, "endpoint");
	fake_stop(&server);
}

static void answer_never(struct fake_server *server, struct evhttp_request *request)
{
	fake_hold(server, request);
}

static void nobody_answers(void **state)
{
	(void)state;
	struct fake_server server;
	struct answer answer = {0};
	fake_start(&server, answer_never, 0);
	client_request(server.client, "GET", "/v1/x", NULL, 50, keep_answer, &answer);
	run_until(&server, answer.count == 1);
	assert_int_equal(answer.err, ERR_UNREACHABLE);
	assert_int_equal(answer.status, 0);
	assert_non_null(strstr(answer.text, "no answer within 0.05 s"));

	/* A port nobody listens on. */
	struct client_options options = {.url = "http://127.0.0.1:1"};
	struct client *client = client_create(server.base, &options, NULL);
	client_request(client, "GET", "/v1/x", NULL, 0, keep_answer, &answer);
	run_until(&server, answer.count == 2);
	assert_int_equal(answer.err, ERR_UNREACHABLE);
	assert_non_null(strstr(answer.text, "http://127.0.0.1:1"));
	assert_string_equal(client_url(client), "http://127.0.0.1:1");
	client_destroy(client);
	fake_stop(&server);
}

/* Only a write that was sent may have been done. */
static void a_write_without_an_answer_may_be_done(void **state)
{
	static const struct {
		const char *method, *path;
		bool refused, may;
	} cases[] = {{"POST", "/v1/sessions", false, true}, {"GET", "/v1/sessions", false, false},
		{"POST", "/v1/sessions?dry-run=1", false, false},
		{"POST", "/v1/sessions", true, false}};
	static const char may[] = "the control plane may have done it; look before trying again";
	struct client_options options = {.url = "http://127.0.0.1:1"};
	struct answer answer = {0};
	struct fake_server server;
	struct client *nobody;

	(void)state;
	fake_start(&server, answer_never, 0);
	nobody = client_create(server.base, &options, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		client_request(cases[i].refused ? nobody : server.client, cases[i].method,
			cases[i].path, cases[i].method[0] == 'P' ? "{}" : NULL, 50, keep_answer,
			&answer);
		run_until(&server, answer.count == (int)i + 1);
		assert_int_equal(answer.err, ERR_UNREACHABLE);
		if ((strstr(answer.text, may) != NULL) != cases[i].may)
			fail_msg("case %zu: %s", i, answer.text);
	}
	client_destroy(nobody);
	fake_stop(&server);
}

static void no_call(void *arg, const struct client_response *response)
{
	(void)arg;
	(void)response;
	fail_msg("called after it was cancelled");
}

static void destroys(void *arg, const struct client_response *response)
{
	struct fake_server *server = arg;
	(void)response;
	client_destroy(server->client);
	server->client = NULL;
}

static void nothing_comes_after_a_cancel(void **state)
{
	(void)state;
	struct fake_server server;
	struct answer answer = {0};
	fake_start(&server, answer_well, 0);
	struct client_transfer *call =
		client_request(server.client, "GET", "/v1/a", NULL, 0, no_call, NULL);
	client_request(server.client, "GET", "/v1/b", NULL, 0, keep_answer, &answer);
	client_cancel(call);
	run_until(&server, answer.count == 1);
	client_request(server.client, "GET", "/v1/c", NULL, 0, destroys, &server);
	call = client_request(server.client, "GET", "/v1/never", NULL, 0, no_call, NULL);
	(void)call;
	run_until(&server, server.client == NULL);
	client_destroy(NULL);
	client_cancel(NULL);
	fake_stop(&server);
}

static void takes_urls(void **state)
{
	(void)state;
	static const char *const good[] = {"http://127.0.0.1:7070", "https://umbra.example/",
		"http://[::1]:7070/base", "http://localhost"};
	static const char *const bad[] = {"", "127.0.0.1:7070", "ftp://x", "file:///etc/passwd",
		"http://", "http://u:p@host", "http://host/?a=1", "http://host/#a", "http://ho st/",
		"http://h:99999"};
	struct event_base *base = event_base_new();
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct client_options options = {.url = good[i]};
		struct client *client = client_create(base, &options, NULL);
		if (client == NULL)
			fail_msg("%s was refused", good[i]);
		client_destroy(client);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct client_options options = {.url = bad[i]};
		struct errbuf eb;
		if (client_create(base, &options, &eb) != NULL)
			fail_msg("%s passed", bad[i]);
		assert_int_equal(eb.err, ERR_USAGE);
	}
	event_base_free(base);
}

static void encodes(void **state)
{
	(void)state;
	struct strbuf out;
	strbuf_init(&out, 100);
	client_encode(&out, STR_LIT("aZ9-._~ /?&=%\xc3\xa4\n"));
	assert_string_equal(out.data, "aZ9-._~%20%2F%3F%26%3D%25%C3%A4%0A");
	strbuf_finish(&out);
}

static void backs_off(void **state)
{
	(void)state;
	static const int bases[] = {250, 500, 1000, 2000, 4000, 5000, 5000};
	struct backoff low = {0}, high = {0};
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		int least = backoff_next_ms(&low, 0);
		int most = backoff_next_ms(&high, (uint64_t)(bases[i] / 2));
		assert_int_equal(least, bases[i] - bases[i] / 4);
		assert_int_equal(most, least + bases[i] / 2);
	}
}

/* ---- stats ------------------------------------------------------------------------------------- */

static void keep_key(void *arg, const char *key, const struct stats *stats)
{
	assert_true(stats->rate == 2);
	strbuf_addf(arg, "%s;", key);
}

static void reads_stats(void **state)
{
	(void)state;
	struct stats stats = {.rate = 2};
	struct strbuf body, keys;
	struct json_writer w;
	struct errbuf eb;
	int64_t since = 0;
	strbuf_init(&body, 10000);
	strbuf_init(&keys, 1000);
	json_start(&w, &body);
	json_object(&w, NULL);
	json_array(&w, "versions");
	for (int i = 0; i < 2; i++) {
		json_object(&w, NULL);
		json_c(&w, "service", i == 0 ? "cart" : "pay");
		json_c(&w, "version", i == 0 ? "pr-1" : NULL);
		wire_write_stats(&w, &stats);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_int(&w, "since", 1234);
	json_object_end(&w);
	assert_true(client_read_stats(strbuf_str(&body), keep_key, &keys, &since, &eb));
	assert_string_equal(keys.data, "cart@pr-1;pay;");
	assert_int_equal(since, 1234);
	assert_false(client_read_stats(STR_LIT("{}"), keep_key, &keys, &since, &eb));
	assert_false(
		client_read_stats(STR_LIT("{\"versions\":[{}]}"), keep_key, &keys, &since, &eb));
	assert_false(client_read_stats(STR_LIT("<html>"), keep_key, &keys, &since, &eb));
	strbuf_finish(&body);
	strbuf_finish(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanges),
		cmocka_unit_test(clocks_apart_are_noticed),
		cmocka_unit_test(problems_arrive),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(a_write_without_an_answer_may_be_done),
		cmocka_unit_test(nothing_comes_after_a_cancel),
		cmocka_unit_test(takes_urls),
		cmocka_unit_test(encodes),
		cmocka_unit_test(backs_off),
		cmocka_unit_test(reads_stats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
