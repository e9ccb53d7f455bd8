/*
 * From a pin to the first request that is routed by it, on the real system with 10,000 sessions of 5 pins
 * each: PUT of the pin, then a request through the proxy, to its answer. And what all that pinning does to
 * the requests of others: their p99 with and without it, in turns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/system_fixture.h"

enum { SESSIONS = 10000, SERVICES = 5, VERSIONS = 3, PINS_MAX = 4096, TURNS = 3, TURN_S = 4 };

static struct system served;

static void make_service(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body)
{
	(void)ret_method;
	strbuf_addf(path, "/v1/services/service-%zu", i);
	strbuf_addf(body, "{\"health\":{\"path\":\"/healthz\",\"interval\":\"500ms\"}}");
}

static void make_version(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body)
{
	size_t version = i % VERSIONS;

	(void)ret_method;
	strbuf_addf(path, "/v1/services/service-%zu/versions/v%zu", i / VERSIONS, version);
	strbuf_addf(body, "{\"kind\":\"%s\",\"endpoints\":[\"127.0.0.1:%d\"]}",
		version == 0 ? "stable" : "ephemeral", served.ports[version]);
}

static void make_session(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body)
{
	*ret_method = "POST";
	strbuf_addf(path, "/v1/sessions");
	strbuf_addf(body, "{\"key\":\"dev-%zu\",\"pins\":{", i);
	for (size_t service = 0; service < SERVICES; service++)
		strbuf_addf(body, "%s\"service-%zu\":\"v1\"", service > 0 ? "," : "", service);
	strbuf_addf(body, "}}");
}

/* ---- pins ---- */

struct pinning {
	struct http *api;
	struct http *proxy;
	double ms[PINS_MAX], put_ms[PINS_MAX];
	size_t count;
	size_t late; /* the first request behind the answer was not routed by the pin */
	bool failed;
};

/* Whether the request of the session was answered by that version's server. */
static bool is_served_by(struct pinning *pinning, size_t session, int version)
{
	char request[256], name[32];
	int len = snprintf(request, sizeof(request),
		"GET / HTTP/1.1\r\nHost: service-0.env.localhost\r\nRouting-Session: "
		"dev-%zu\r\n\r\n",
		session);

	(void)snprintf(name, sizeof(name), "\"backend\":\"b%d\"", version);
	http_send(pinning->proxy, request, (size_t)len);
	pinning->failed |= !http_answer(pinning->proxy, false) || pinning->proxy->status != 200;
	return !pinning->failed && strstr(pinning->proxy->body, name) != NULL;
}

/* Each pin goes to another session, and to the version that it is not at. */
static void pin_one(struct pinning *pinning)
{
	size_t session = pinning->count * 7919 % SESSIONS;
	int version = 2;
	char path[128], body[64];
	int64_t begin_ns = time_monotonic_ns();
	double put_ms;

	(void)snprintf(path, sizeof(path), "/v1/sessions/dev-%zu/pins/service-0", session);
	(void)snprintf(body, sizeof(body), "{\"version\":\"v%d\"}", version);
	pinning->failed |= system_ask(pinning->api, "PUT", path, body) / 100 != 2;
	put_ms = (double)(time_monotonic_ns() - begin_ns) / 1e6;
	if (!pinning->failed && !is_served_by(pinning, session, version)) {
		pinning->late++;
		while (!pinning->failed && !is_served_by(pinning, session, version))
			;
	}
	pinning->put_ms[pinning->count] = put_ms;
	pinning->ms[pinning->count++] = (double)(time_monotonic_ns() - begin_ns) / 1e6;
}

static void pin_many(void *arg, int64_t until_ms)
{
	struct pinning *pinning = arg;

	while (!pinning->failed && pinning->count < PINS_MAX && time_monotonic_ms() < until_ms)
		pin_one(pinning);
}

/* ---- the run ---- */

static bool furnish(void)
{
	struct http *http = served.crowd[0];
	int64_t until_ms = time_monotonic_ms() + 30000;

	if (!system_write_all(&served, SERVICES, make_service) ||
		!system_write_all(&served, (size_t)SERVICES * VERSIONS, make_version) ||
		!system_write_all(&served, SESSIONS, make_session))
		return false;
	/* Everything routed, and every version checked. */
	while (time_monotonic_ms() < until_ms) {
		if (system_ask(http, "GET", "/v1/status", NULL) == 200 &&
			system_number(http, "revisions_behind") == 0 &&
			system_ask(http, "GET", "/v1/services/service-4/versions/v2", NULL) ==
				200 &&
			strstr(http->body, "\"state\":\"ready\"") != NULL)
			return true;
	}
	return false;
}

static void print_stats(struct pinning *pinning, double *alone, double *beside)
{
	double p50 = bench_result_percentile(pinning->ms, pinning->count, 0.5);
	double without = bench_result_percentile(alone, TURNS, 0.5);
	char more[160];

	(void)snprintf(more, sizeof(more),
		"\"p50\":%.2f,\"put_p50\":%.2f,\"pins\":%zu,\"not_routed_at_once\":%zu", p50,
		bench_result_percentile(pinning->put_ms, pinning->count, 0.5), pinning->count,
		pinning->late);
	(void)bench_result_print(&(struct bench_result){"pin",
		"pin to first request routed by it, 10,000 sessions, 50,000 pins, p99", "ms",
		pinning->failed ? -1 : bench_result_percentile(pinning->ms, pinning->count, 0.99),
		10, false, "any request, without pins, p99", without, more});
	/* Half as much again and half a millisecond is what two equal runs differ by here. */
	(void)bench_result_print(&(struct bench_result){"pin",
		"p99 of other requests, 500/s, while pins are set one after another", "ms",
		bench_result_percentile(beside, TURNS, 0.5), without * 1.5 + 0.5, false,
		"the same without pins", without, NULL});
}

int main(void)
{
	static struct pinning pinning;
	static const char other[] = "service-1.env.localhost";
	double alone[TURNS], beside[TURNS];
	bool good = system_start(&served, VERSIONS);

	if (good && (good = furnish())) {
		pinning.api = http_open(served.base, served.api);
		pinning.proxy = http_open(served.base, served.proxy);
		for (int i = 0; i < TURNS; i++) {
			alone[i] = system_load(&served, other, TURN_S, NULL, NULL);
			beside[i] = system_load(&served, other, TURN_S, pin_many, &pinning);
		}
		print_stats(&pinning, alone, beside);
		http_close(pinning.api);
		http_close(pinning.proxy);
	}
	if (served.base != NULL)
		system_stop(&served);
	return good ? 0 : 1;
}
