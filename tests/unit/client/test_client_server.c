/*
 * The client against the real API, plane and traffic, in one loop: what it says is what the control plane
 * has, also after the API has been away.
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
#include "core/base/random.h"
#include "core/base/time.h"
#include "tests/support/api_fixture.h"

struct pair {
	struct fixture f;
	struct client *client;
	struct event *limit;
	/* The feed. */
	struct feed *feed;
	enum feed_state state;
	int batches;
	/* The tail. */
	int64_t expected; /* the seq that must come next */
	int records, lost;
	/* The last answer. */
	int answers;
	struct client_response response;
	char sentence[512];
};

static void fail_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("it did not come within 20 s");
}

static void pair_start(struct pair *pair)
{
	char url[API_ADDRESS_SIZE + 8];
	struct timeval limit = {20, 0};

	memset(pair, 0, sizeof(*pair));
	fixture_start(&pair->f, NULL);
	snprintf(url, sizeof(url), "http://%s", pair->f.address);
	struct client_options options = {.url = url, .actor = "tester"};
	pair->client = client_create(pair->f.base, &options, NULL);
	assert_non_null(pair->client);
	pair->limit = evtimer_new(pair->f.base, fail_late, NULL);
	evtimer_add(pair->limit, &limit);
}

static void pair_stop(struct pair *pair)
{
	client_destroy(pair->client);
	event_free(pair->limit);
	fixture_stop(&pair->f);
}

#define run_until(pair, is_so) \
	while (!(is_so))       \
	event_base_loop((pair)->f.base, EVLOOP_ONCE)

/* The API goes away, with every connection, and comes back at the same address. */
static void api_away(struct pair *pair)
{
	api_destroy(pair->f.api);
	pair->f.api = NULL;
}

static void api_back(struct pair *pair)
{
	struct api_options options = {.now_ms = time_now_ms,
		.entry = {STR_LIT("http://127.0.0.1:8080"), STR_LIT("env.localhost")},
		.plane = pair->f.plane,
		.traffic = pair->f.traffic,
		.store = pair->f.store};
	char address[API_ADDRESS_SIZE];
	struct errbuf eb;

	errbuf_clear(&eb);
	struct evconnlistener *listener = api_bind(pair->f.base, pair->f.address, address, &eb);
	assert_string_equal(eb.text, "");
	pair->f.api = api_create(pair->f.base, listener, &options);
}

static void on_answer(void *arg, const struct client_response *response)
{
	struct pair *pair = arg;
	pair->answers++;
	pair->response = *response;
	str_copy(pair->sentence, sizeof(pair->sentence), str_of(response->eb->text));
}

static int ask(struct pair *pair, const char *method, const char *path, const char *body)
{
	int before = pair->answers;
	client_request(pair->client, method, path, body, 0, on_answer, pair);
	run_until(pair, pair->answers > before);
	return pair->response.status;
}

static void on_changed(void *arg, const struct environment *env, const struct change *changes,
	size_t count, bool full)
{
	(void)env;
	(void)changes;
	(void)count;
	(void)full;
	((struct pair *)arg)->batches++;
}

static void on_state(void *arg, enum feed_state state, const char *why)
{
	(void)why;
	((struct pair *)arg)->state = state;
}

static const struct feed_ops feed_ops = {on_changed, on_state};

static void same_records(const struct record_type *type, const void *ours, const void *theirs)
{
	if (!record_equal(type, ours, theirs, 0))
		fail_msg("a %s differs", type->noun);
}

static void same_environment(const struct environment *a, const struct environment *b)
{
	assert_string_equal(a->epoch, b->epoch);
	assert_int_equal(a->revision, b->revision);
	assert_int_equal(a->node_count, b->node_count);
	assert_int_equal(a->session_count, b->session_count);
	for (size_t i = 0; i < a->node_count; i++) {
		same_records(&service_type, a->nodes[i].service, b->nodes[i].service);
		assert_int_equal(a->nodes[i].version_count, b->nodes[i].version_count);
		for (size_t j = 0; j < a->nodes[i].version_count; j++)
			same_records(
				&version_type, a->nodes[i].versions[j], b->nodes[i].versions[j]);
	}
	for (size_t i = 0; i < a->session_count; i++)
		same_records(&session_type, a->sessions[i], b->sessions[i]);
}

static void catch_up(struct pair *pair)
{
	const struct environment *ours = feed_environment(pair->feed);
	const struct environment *theirs = plane_environment(pair->f.plane);
	run_until(pair, ours->revision == theirs->revision && ours->epoch[0] != '\0');
	same_environment(ours, theirs);
}

/* ---- the feed ------------------------------------------------------------------------------------ */

static unsigned below(unsigned limit)
{
	return limit > 0 ? (unsigned)(random_u64() % limit) : 0;
}

/* One write of any kind; many are refused, which is as well. */
static void write_something(struct pair *pair)
{
	static const struct {
		const char *method, *path, *body;
	} forms[] = {
		{"PUT", "/v1/services/s%u", "{\"owner\":\"team-%u\"}"},
		{"PUT", "/v1/services/s%u/versions/pr-%u",
			"{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:%u\"]}"},
		{"PUT", "/v1/services/s%u/versions/pr-%u",
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%u\"]}"},
		{"PATCH", "/v1/services/s%u/versions/pr-%u",
			"{\"pr\":{\"number\":%u,\"title\":\"T\"},\"labels\":{\"a\":\"b\"}}"},
		{"PUT", "/v1/sessions/k%u/pins/s%u", "{\"version\":\"pr-%u\"}"},
		{"POST", "/v1/sessions", "{\"key\":\"k%u\",\"policy\":\"strict\"}"},
		{"DELETE", "/v1/services/s%u/versions/pr-%u", NULL},
		{"DELETE", "/v1/sessions/k%u", NULL},
		{"DELETE", "/v1/services/s%u", NULL},
	};
	char path[128], body[128];
	size_t n = below(ARRAY_LEN(forms));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(path, sizeof(path), forms[n].path, below(6), below(5));
	if (forms[n].body != NULL)
		snprintf(body, sizeof(body), forms[n].body, below(5) + 1000 * (unsigned)(n < 3));
#pragma GCC diagnostic pop
	int status = ask(pair, forms[n].method, path, forms[n].body != NULL ? body : NULL);
	if (status < 200 || status >= 500)
		fail_msg("%s %s: %d %s", forms[n].method, path, status, pair->sentence);
}

static void the_feed_keeps_up(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	pair.feed = client_feed(pair.client, &feed_ops, &pair);
	catch_up(&pair);
	for (int round = 0; round < 40; round++) {
		for (unsigned i = 1 + below(10); i > 0; i--)
			write_something(&pair);
		catch_up(&pair);
	}
	assert_int_equal(pair.state, FEED_LIVE);
	assert_true(pair.batches > 10);
	pair_stop(&pair);
}

static void the_feed_comes_back(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	assert_int_equal(ask(&pair, "PUT", "/v1/services/cart", "{}"), 201);
	pair.feed = client_feed(pair.client, &feed_ops, &pair);
	catch_up(&pair);
	api_away(&pair);
	run_until(&pair, pair.state == FEED_STALE);
	same_environment(feed_environment(pair.feed), plane_environment(pair.f.plane));
	api_back(&pair);
	assert_int_equal(ask(&pair, "PUT", "/v1/services/search", "{}"), 201);
	run_until(&pair, pair.state == FEED_LIVE);
	catch_up(&pair);
	assert_int_equal(feed_environment(pair.feed)->node_count, 2);
	pair_stop(&pair);
}

static void answers_say_all(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	assert_int_equal(ask(&pair, "PUT", "/v1/services/cart", "{\"ownr\":\"x\"}"), 400);
	assert_int_equal(pair.response.err, ERR_UNKNOWN_FIELD);
	assert_non_null(strstr(pair.sentence, "owner"));
	assert_int_equal(ask(&pair, "GET", "/v1/services/cart", NULL), 404);
	assert_int_equal(pair.response.err, ERR_NOT_FOUND);
	assert_int_equal(ask(&pair, "PUT", "/v1/services/cart", "{}"), 201);
	assert_int_equal(pair.response.etag_revision, plane_environment(pair.f.plane)->revision);
	api_away(&pair);
	assert_int_equal(ask(&pair, "GET", "/v1/services/cart", NULL), 0);
	assert_int_equal(pair.response.err, ERR_UNREACHABLE);
	pair_stop(&pair);
}

/* ---- the tail ------------------------------------------------------------------------------------ */

static void on_record(void *arg, const struct request *request)
{
	struct pair *pair = arg;
	pair->records++;
	if (!str_eq_c(request->service, "cart"))
		fail_msg("it does not match");
	if (request->seq != pair->expected)
		fail_msg("%lld came for %lld", (long long)request->seq, (long long)pair->expected);
	/* Every third is of the service that is asked for. */
	pair->expected += 3;
}

static void on_lost(void *arg, int64_t count, const char *why)
{
	(void)count;
	(void)why;
	((struct pair *)arg)->lost++;
}

static const struct tail_client_ops tail_ops = {on_record, on_lost, on_state, NULL};

static void take(struct pair *pair, int count)
{
	struct request request = {.time = time_now_ms(),
		.version = STR_LIT("1"),
		.carrier = CARRIER_COUNT,
		.reason = REASON_NO_SESSION,
		.intended = REASON_COUNT,
		.method = STR_LIT("GET"),
		.path = STR_LIT("/"),
		.status = 200};
	for (int i = 0; i < count; i++) {
		request.service = i % 3 == 0 ? STR_LIT("cart") : STR_LIT("other");
		int64_t seq = traffic_take(pair->f.traffic, &request);
		if (pair->expected == 0)
			pair->expected = seq;
	}
}

static void the_tail_loses_nothing(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	client_tail(pair.client, "service:cart", TAIL_CLIENT_FROM_NOW, &tail_ops, &pair);
	run_until(&pair, pair.state == FEED_LIVE);
	take(&pair, 300);
	run_until(&pair, pair.records == 100);
	for (int round = 0; round < 2; round++) {
		api_away(&pair);
		take(&pair, 300);
		run_until(&pair, pair.state == FEED_STALE);
		take(&pair, 300);
		api_back(&pair);
		run_until(&pair, pair.state == FEED_LIVE);
		take(&pair, 300);
		run_until(&pair, pair.records == 100 + 300 * (round + 1));
	}
	assert_int_equal(pair.lost, 0);
	pair_stop(&pair);
}

/* Nothing matched yet when the connection breaks: what matches meanwhile is not missed. */
static void an_idle_tail_loses_nothing(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	take(&pair, 30);
	pair.expected = 0;
	client_tail(pair.client, "service:cart", TAIL_CLIENT_FROM_NOW, &tail_ops, &pair);
	run_until(&pair, pair.state == FEED_LIVE);
	api_away(&pair);
	take(&pair, 30);
	run_until(&pair, pair.state == FEED_STALE);
	api_back(&pair);
	run_until(&pair, pair.records == 10);
	assert_int_equal(pair.lost, 0);
	pair_stop(&pair);
}

/* There was no record at all when the connection broke. */
static void a_tail_before_the_first_record_loses_nothing(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	client_tail(pair.client, "service:cart", TAIL_CLIENT_FROM_NOW, &tail_ops, &pair);
	run_until(&pair, pair.state == FEED_LIVE);
	api_away(&pair);
	take(&pair, 30);
	run_until(&pair, pair.state == FEED_STALE);
	api_back(&pair);
	run_until(&pair, pair.records == 10);
	assert_int_equal(pair.lost, 0);
	pair_stop(&pair);
}

/* More than the ring holds came meanwhile: it is told. */
static void a_tail_that_was_away_too_long_is_told(void **state)
{
	(void)state;
	struct pair pair;
	pair_start(&pair);
	take(&pair, 3);
	client_tail(pair.client, "service:other", TAIL_CLIENT_FROM_NOW,
		&(const struct tail_client_ops){.lost = on_lost, .state = on_state}, &pair);
	run_until(&pair, pair.state == FEED_LIVE);
	api_away(&pair);
	run_until(&pair, pair.state == FEED_STALE);
	take(&pair, 6000);
	api_back(&pair);
	run_until(&pair, pair.lost > 0);
	pair_stop(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_feed_keeps_up),
		cmocka_unit_test(the_feed_comes_back),
		cmocka_unit_test(answers_say_all),
		cmocka_unit_test(the_tail_loses_nothing),
		cmocka_unit_test(an_idle_tail_loses_nothing),
		cmocka_unit_test(a_tail_before_the_first_record_loses_nothing),
		cmocka_unit_test(a_tail_that_was_away_too_long_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
