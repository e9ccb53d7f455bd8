/*
 * The changes feed and the live tail against a server that answers as it should, and as it should not:
 * truncated, slow, malformed, silent, too much, and gone.
 */
#include "core/client/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/client/transfer.h"
#include "core/wire/tail.h"
#include "tests/support/fake_server.h"

/* ---- the feed ------------------------------------------------------------------------------------ */

struct watcher {
	struct fake_server *server;
	struct feed *feed;
	int changed, states;
	bool full;
	size_t count;
	enum feed_state state;
	char why[600];
	int destroy_at; /* the n-th change ends the client; 0: none */
};

static void on_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	struct watcher *watcher = arg;
	(void)changes;
	(void)env;
	watcher->changed++;
	watcher->count = count;
	watcher->full = full;
	if (watcher->changed == watcher->destroy_at) {
		client_destroy(watcher->server->client);
		watcher->server->client = NULL;
		watcher->feed = NULL;
	}
}

static void on_state(void *arg, enum feed_state state, const char *why)
{
	struct watcher *watcher = arg;
	watcher->states++;
	watcher->state = state;
	assert_int_equal(state == FEED_STALE, why != NULL);
	snprintf(watcher->why, sizeof(watcher->why), "%s", why != NULL ? why : "");
}

static const struct feed_ops feed_ops = {on_changed, on_state};

#define FIRST(epoch, since, full) \
	"{\"epoch\":\"" epoch "\",\"since\":" since ",\"full\":" full "}\n"
#define SERVICE(name, revision) "{\"service\":{\"name\":\"" name "\",\"revision\":" revision "}}\n"
#define LAST(revision) "{\"revision\":" revision "}\n"

static void watch(struct fake_server *server, struct watcher *watcher,
	void (*answer)(struct fake_server *server, struct evhttp_request *request), int silence_ms)
{
	fake_start(server, answer, silence_ms);
	*watcher = (struct watcher){.server = server};
	watcher->feed = client_feed(server->client, &feed_ops, watcher);
}

/* By the number of the request: everything, a difference in pieces, a new epoch, then it is held. */
static void answer_feed(struct fake_server *server, struct evhttp_request *request)
{
	static const char *const bodies[] = {
		FIRST("e1", "0", "true") SERVICE("cart", "7") SERVICE("search", "8") LAST("10"),
		FIRST("e1", "10", "false") SERVICE("pay",
			"11") "{\"removed\":{\"kind\":\"service\",\"id\":\"cart\"}}\n" LAST("12"),
		FIRST("e2", "12", "true") SERVICE("other", "1") LAST("1"),
	};
	struct evhttp_request *stream = fake_open(server, request);
	if (server->requests > 3) {
		fake_send_text(stream, FIRST("e2", "1", "false"));
		return;
	}
	const char *body = bodies[server->requests - 1];
	for (size_t i = 0; i < strlen(body); i++)
		fake_send(stream, body + i, 1);
	fake_end(server, stream);
}

static void feed_keeps_an_environment(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_feed, 0);
	run_until(&server, watcher.changed == 1);
	const struct environment *env = feed_environment(watcher.feed);
	assert_string_equal(server.last, "GET /v1/changes?tombstones=1&wait=10s");
	assert_true(watcher.full && watcher.count == 2);
	assert_int_equal(env->node_count, 2);
	assert_int_equal(env->revision, 10);
	assert_string_equal(env->epoch, "e1");
	assert_int_equal(watcher.state, FEED_LIVE);

	run_until(&server, watcher.changed == 2);
	assert_string_equal(server.last, "GET /v1/changes?tombstones=1&wait=10s&since=10&epoch=e1");
	assert_false(watcher.full);
	assert_null(environment_service(env, STR_LIT("cart")));
	assert_non_null(environment_service(env, STR_LIT("pay")));
	assert_int_equal(env->revision, 12);

	run_until(&server, watcher.changed == 3);
	assert_true(watcher.full);
	assert_int_equal(env->node_count, 1);
	assert_int_equal(env->revision, 1);
	assert_string_equal(env->epoch, "e2");
	run_until(&server, server.requests == 4);
	assert_int_equal(watcher.states, 1);
	assert_true(feed_last_seen_ms(watcher.feed) > 0);
	fake_stop(&server);
}

#define FIRST_TOLD(since, full) \
	"{\"epoch\":\"e1\",\"since\":" since ",\"full\":" full ",\"tombstones\":true}\n"
#define TOMBSTONE(id)                                       \
	"{\"tombstone\":{\"kind\":\"version\",\"id\":\"" id \
	"\",\"why\":\"retired\",\"gone_at\":\"2026-11-22T18:42:07.113Z\",\"actor\":\"dev1\"}}\n"
#define REMOVED(kind, id) "{\"removed\":{\"kind\":\"" kind "\",\"id\":\"" id "\"}}\n"

static void answer_tombstones(struct fake_server *server, struct evhttp_request *request)
{
	static const char *const bodies[] = {
		FIRST_TOLD("0", "true") SERVICE("cart", "7") TOMBSTONE("cart@a") LAST("10"),
		FIRST_TOLD("10", "false") REMOVED("version", "cart@b") TOMBSTONE("cart@b")
			REMOVED("tombstone", "version:cart@a") LAST("12"),
		/* A control plane that knows nothing of them. */
		FIRST("e1", "12", "true") SERVICE("cart", "7") LAST("13"),
	};
	struct evhttp_request *stream = fake_open(server, request);
	if (server->requests > 3) {
		fake_send_text(stream, FIRST("e1", "13", "false"));
		return;
	}
	fake_send_text(stream, bodies[server->requests - 1]);
	fake_end(server, stream);
}

static void feed_remembers_the_gone(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_tombstones, 0);
	const struct environment *env = feed_environment(watcher.feed);
	assert_false(env->remembers);
	run_until(&server, watcher.changed == 1);
	assert_true(env->remembers);
	assert_string_equal(
		environment_tombstone(env, GONE_VERSION, STR_LIT("cart@a"))->actor, "dev1");
	run_until(&server, watcher.changed == 2);
	assert_int_equal(watcher.count, 3);
	assert_null(environment_tombstone(env, GONE_VERSION, STR_LIT("cart@a")));
	assert_non_null(environment_tombstone(env, GONE_VERSION, STR_LIT("cart@b")));
	run_until(&server, watcher.changed == 3);
	assert_false(env->remembers);
	assert_int_equal(env->tombstone_count, 0);
	fake_stop(&server);
}

/* Each wrong once, then right. */
static void answer_wrong(struct fake_server *server, struct evhttp_request *request)
{
	static const char *const wrong[] = {
		FIRST("e1", "0", "true") SERVICE("half", "7"), /* then the connection is cut */
		FIRST("e1", "0", "true") SERVICE("cart", "7") "{\"service\":{\"name\":\n",
		FIRST("e1", "0", "true") FIRST("e1", "0", "true"),
		SERVICE("cart", "7") LAST("7"),
		FIRST("e1", "0", "false") LAST("7"),
	};
	struct evhttp_request *stream = fake_open(server, request);
	size_t n = (size_t)server->requests - 1;
	fake_send_text(stream, n < ARRAY_LEN(wrong) ? wrong[n]
						    : FIRST("e1", "0", "true") SERVICE("whole", "7")
							      LAST("9"));
	if (n == 0)
		fake_cut(server, stream);
	else if (n >= ARRAY_LEN(wrong))
		fake_end(server, stream);
}

static void feed_discards_what_is_not_whole(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_wrong, 0);
	for (int n = 1; n <= 5; n++) {
		run_until(&server, server.requests == n);
		run_until(&server, watcher.state == FEED_STALE);
		assert_int_equal(watcher.changed, 0);
		assert_int_equal(feed_environment(watcher.feed)->node_count, 0);
		assert_true(watcher.why[0] != '\0');
		watcher.state = FEED_CONNECTING;
		feed_retry(watcher.feed);
	}
	run_until(&server, watcher.changed == 1);
	assert_non_null(environment_service(feed_environment(watcher.feed), STR_LIT("whole")));
	assert_int_equal(feed_environment(watcher.feed)->node_count, 1);
	fake_stop(&server);
}

/* The server says it cannot tell the difference after all: it ends without a last line. */
static void answer_cut_short(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_request *stream = fake_open(server, request);
	if (server->requests == 1)
		fake_send_text(stream, FIRST("e1", "0", "true") LAST("5"));
	else if (server->requests == 2)
		fake_send_text(stream, FIRST("e1", "5", "false"));
	else
		fake_send_text(stream, FIRST("e1", "5", "true") SERVICE("cart", "7") LAST("9"));
	fake_end(server, stream);
}

static void feed_asks_again_when_cut_short(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_cut_short, 0);
	run_until(&server, watcher.changed == 2);
	assert_int_equal(server.requests, 3);
	assert_int_equal(watcher.states, 1);
	assert_int_equal(watcher.state, FEED_LIVE);
	fake_stop(&server);
}

static void answer_silence(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_request *stream = fake_open(server, request);
	if (server->requests == 1)
		fake_send_text(stream, FIRST("e1", "0", "true") SERVICE("cart", "7"));
	else
		fake_send_text(stream, FIRST("e1", "0", "true") SERVICE("cart", "7") LAST("9"));
}

static void feed_notices_silence(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_silence, 100);
	run_until(&server, watcher.state == FEED_STALE);
	assert_non_null(strstr(watcher.why, "nothing was heard for 0.1 s"));
	assert_int_equal(watcher.changed, 0);
	run_until(&server, watcher.changed == 1);
	assert_int_equal(watcher.state, FEED_LIVE);
	fake_stop(&server);
}

/* Held, it hears nothing; who asked for something else knows more, unless it has heard something since. */
static void feed_believes_another_exchange(void **state)
{
	struct fake_server server;
	struct watcher watcher;
	int64_t seen_ms;

	(void)state;
	watch(&server, &watcher, answer_feed, 0);
	run_until(&server, server.requests == 4);
	seen_ms = feed_last_seen_ms(watcher.feed);
	feed_unanswered(watcher.feed, seen_ms - 1, "no answer within 3 s");
	assert_int_equal(watcher.state, FEED_LIVE);
	feed_unanswered(watcher.feed, seen_ms + 60000, "no answer within 3 s");
	assert_int_equal(watcher.state, FEED_STALE);
	assert_string_equal(watcher.why, "no answer within 3 s");
	assert_int_equal(feed_failure(watcher.feed), ERR_UNREACHABLE);
	assert_true(feed_last_seen_ms(watcher.feed) >= seen_ms);
	run_until(&server, watcher.state == FEED_LIVE);
	assert_int_equal(server.requests, 5);
	assert_int_equal(feed_environment(watcher.feed)->node_count, 1);
	fake_stop(&server);
}

static void answer_refusing(struct fake_server *server, struct evhttp_request *request)
{
	(void)server;
	fake_reply(request, 421, "{\"code\":\"foreign-host\",\"detail\":\"not my name\"}");
}

static void feed_says_what_the_server_says(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_refusing, 0);
	run_until(&server, watcher.state == FEED_STALE);
	assert_string_equal(watcher.why, "not my name");
	fake_stop(&server);
}

/* Whole at first; then held, and once the login is over, a proxy's word of it. */
static void answer_until_the_login_ends(struct fake_server *server, struct evhttp_request *request)
{
	if (server->requests > 2) {
		fake_reply(request, 401, "<h1>Log in</h1>");
		return;
	}
	struct evhttp_request *stream = fake_open(server, request);
	fake_send_text(stream, server->requests == 1 ? FIRST("e1", "0", "true") SERVICE("cart", "7")
							       LAST("9")
						     : FIRST("e1", "9", "false"));
	if (server->requests == 1)
		fake_end(server, stream);
}

static void feed_asks_anew_where_it_is_held(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_until_the_login_ends, 0);
	run_until(&server, server.requests == 2 && watcher.state == FEED_LIVE);
	assert_int_equal(feed_failure(watcher.feed), ERR_NONE);
	feed_retry(watcher.feed);
	run_until(&server, watcher.state == FEED_STALE);
	assert_int_equal(server.requests, 3);
	assert_int_equal(feed_failure(watcher.feed), ERR_LOGIN);
	assert_non_null(strstr(watcher.why, "answered 401"));
	assert_int_equal(feed_environment(watcher.feed)->node_count, 1);
	fake_stop(&server);
}

static void feed_may_end_from_inside(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_feed, 0);
	watcher.destroy_at = 2;
	run_until(&server, server.client == NULL);
	assert_int_equal(watcher.changed, 2);
	fake_stop(&server);
}

/* ---- the tail ------------------------------------------------------------------------------------ */

struct listener {
	struct tail_client *tail;
	int records, lost, refused;
	int64_t seqs[64], lost_count, sum;
	enum feed_state state;
	char why[600];
};

static void on_record(void *arg, const struct request *request)
{
	struct listener *listener = arg;
	if (listener->records < 64)
		listener->seqs[listener->records] = request->seq;
	listener->records++;
	listener->sum += request->seq;
}

static void on_lost(void *arg, int64_t count, const char *why)
{
	struct listener *listener = arg;
	listener->lost++;
	listener->lost_count = count;
	str_copy(listener->why, sizeof(listener->why), str_of(why));
}

static void on_tail_state(void *arg, enum feed_state state, const char *why)
{
	struct listener *listener = arg;
	(void)why;
	listener->state = state;
}

static void on_refused(void *arg, const struct errbuf *eb)
{
	struct listener *listener = arg;
	listener->refused++;
	str_copy(listener->why, sizeof(listener->why), str_of(eb->text));
}

static const struct tail_client_ops tail_ops = {on_record, on_lost, on_tail_state, on_refused};

static void add_record(struct strbuf *out, int64_t seq)
{
	struct request request = {.seq = seq,
		.service = STR_LIT("cart"),
		.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.reason = REASON_NO_SESSION,
		.intended = REASON_COUNT};
	wire_write_tail_record(out, &request);
}

static void send_records(struct evhttp_request *stream, int64_t first, int64_t last)
{
	struct strbuf out;
	strbuf_init(&out, 100 << 20);
	for (int64_t seq = first; seq <= last; seq++)
		add_record(&out, seq);
	fake_send(stream, out.data, out.len);
	strbuf_finish(&out);
}

static void send_heartbeat(struct evhttp_request *stream, int64_t seq)
{
	struct strbuf out;
	strbuf_init(&out, 1000);
	wire_write_tail_heartbeat(&out, 1, seq);
	fake_send(stream, out.data, out.len);
	strbuf_finish(&out);
}

static void answer_tail(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_request *stream = fake_open(server, request);
	switch (server->requests) {
	case 1: /* two records, and half of a third when the connection breaks */
		send_heartbeat(stream, 10);
		send_records(stream, 11, 12);
		fake_send_text(stream, "{\"seq\":13,\"serv");
		fake_cut(server, stream);
		break;
	case 2: /* it begins before what was asked for; nothing matches for a while */
		send_records(stream, 12, 14);
		send_heartbeat(stream, 40);
		fake_end(server, stream);
		break;
	case 3:
		send_heartbeat(stream, 40);
		fake_send_text(stream, "{\"dropped\":5,\"why\":\"the ring was full\"}\n");
		send_records(stream, 46, 46);
		fake_cut(server, stream);
		break;
	default: /* another data directory: the numbers begin anew */
		send_heartbeat(stream, 3);
		send_records(stream, 4, 4);
	}
}

static void tail_loses_and_doubles_nothing(void **state)
{
	(void)state;
	struct fake_server server;
	struct listener listener = {0};
	fake_start(&server, answer_tail, 0);
	client_tail(server.client, "service:cart >2ms", TAIL_CLIENT_FROM_NOW, &tail_ops, &listener);
	run_until(&server, listener.records == 2 && listener.state == FEED_STALE);
	assert_string_equal(server.last, "GET /v1/requests/tail?filter=service%3Acart%20%3E2ms");
	run_until(&server, server.requests == 2);
	assert_string_equal(
		server.last, "GET /v1/requests/tail?since=12&filter=service%3Acart%20%3E2ms");
	run_until(&server, listener.records == 4 && server.requests == 3);
	assert_string_equal(
		server.last, "GET /v1/requests/tail?since=40&filter=service%3Acart%20%3E2ms");
	run_until(&server, listener.records == 5);
	assert_int_equal(listener.lost, 1);
	assert_int_equal(listener.lost_count, 5);
	assert_string_equal(listener.why, "the ring was full");
	run_until(&server, listener.records == 6);
	assert_int_equal(listener.lost, 2);
	assert_int_equal(listener.lost_count, -1);
	static const int64_t seqs[] = {11, 12, 13, 14, 46, 4};
	assert_memory_equal(listener.seqs, seqs, sizeof(seqs));
	assert_int_equal(listener.state, FEED_LIVE);
	fake_stop(&server);
}

static struct evhttp_request *open_stream;

static void answer_open_tail(struct fake_server *server, struct evhttp_request *request)
{
	open_stream = fake_open(server, request);
	send_heartbeat(open_stream, 3);
	send_records(open_stream, 4, 4);
}

/* What comes while a tail gathers is there at once for whoever asks, and not before. */
static void tail_gathers_until_asked(void **state)
{
	(void)state;
	struct fake_server server;
	struct listener listener = {0};
	fake_start(&server, answer_open_tail, 0);
	char *url = xstrdup(client_url(server.client));
	client_destroy(server.client);
	server.client = client_create(
		server.base, &(struct client_options){.url = url, .gather_ms = 60000}, NULL);
	client_tail(server.client, NULL, TAIL_CLIENT_FROM_NOW, &tail_ops, &listener);
	while (listener.records == 0) {
		event_base_loop(server.base, EVLOOP_NONBLOCK);
		client_gather_now(server.client);
	}
	send_records(open_stream, 5, 6);
	for (int turn = 0; turn < 100; turn++)
		event_base_loop(server.base, EVLOOP_NONBLOCK);
	assert_int_equal(listener.records, 1);
	client_gather_now(server.client);
	assert_int_equal(listener.records, 3);
	free(url);
	fake_stop(&server);
}

static void answer_bad_filter(struct fake_server *server, struct evhttp_request *request)
{
	(void)server;
	fake_reply(request, 400, "{\"code\":\"bad-filter\",\"detail\":\"column 3\"}");
}

static void tail_ends_when_refused(void **state)
{
	(void)state;
	struct fake_server server;
	struct listener listener = {0};
	fake_start(&server, answer_bad_filter, 0);
	listener.tail =
		client_tail(server.client, "a:b", TAIL_CLIENT_FROM_NOW, &tail_ops, &listener);
	run_until(&server, listener.refused == 1);
	assert_string_equal(listener.why, "column 3");
	tail_client_cancel(listener.tail);
	fake_stop(&server);
}

enum { MANY = 20000 };

static void answer_much(struct fake_server *server, struct evhttp_request *request)
{
	send_records(fake_open(server, request), 1, MANY);
}

/* Some megabytes at once: in slices, with reading paused between, and none missing. */
static void tail_takes_much(void **state)
{
	(void)state;
	struct fake_server server;
	struct listener listener = {0};
	fake_start(&server, answer_much, 0);
	client_tail(server.client, NULL, TAIL_CLIENT_FROM_NOW, &tail_ops, &listener);
	run_until(&server, listener.records == MANY);
	assert_int_equal(listener.sum, (int64_t)MANY * (MANY + 1) / 2);
	assert_int_equal(server.requests, 1);
	fake_stop(&server);
}

static void answer_endless_line(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_request *stream = fake_open(server, request);
	const size_t len = (size_t)TRANSFER_LINE_MAX * 2;
	char *text = xmalloc(len);
	memset(text, 'x', len);
	fake_send(stream, text, len);
	free(text);
}

static void a_line_has_a_bound(void **state)
{
	(void)state;
	struct fake_server server;
	struct watcher watcher;
	watch(&server, &watcher, answer_endless_line, 0);
	run_until(&server, watcher.state == FEED_STALE);
	assert_non_null(strstr(watcher.why, "more than is accepted"));
	fake_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feed_keeps_an_environment),
		cmocka_unit_test(feed_remembers_the_gone),
		cmocka_unit_test(feed_discards_what_is_not_whole),
		cmocka_unit_test(feed_asks_again_when_cut_short),
		cmocka_unit_test(feed_notices_silence),
		cmocka_unit_test(feed_believes_another_exchange),
		cmocka_unit_test(feed_says_what_the_server_says),
		cmocka_unit_test(feed_asks_anew_where_it_is_held),
		cmocka_unit_test(feed_may_end_from_inside),
		cmocka_unit_test(tail_loses_and_doubles_nothing),
		cmocka_unit_test(tail_gathers_until_asked),
		cmocka_unit_test(tail_ends_when_refused),
		cmocka_unit_test(tail_takes_much),
		cmocka_unit_test(a_line_has_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
