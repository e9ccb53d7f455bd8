/*
 * 1,000 services with 10 versions each on the real system: how long they take to register and to become
 * ready, what serve and HAProxy hold in memory and use at rest, and how long one waits then for the
 * environment, a write, `umbra --once`, the dashboard's data, and a serve that was killed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/system_fixture.h"
#include "tests/support/pty_meter.h"

enum {
	SERVICES = 1000,
	VERSIONS = 10,
	READY_MS = 120000,
	WRITES = 200,
	READS = 10,
	REST_MS = 10000
};

static struct system served;

static void make_service(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body)
{
	(void)ret_method;
	strbuf_addf(path, "/v1/services/service-%04zu", i);
	strbuf_addf(body, "{\"owner\":\"team-%zu\",\"health\":{\"path\":\"/healthz\"}}", i % 40);
}

static void make_version(
	size_t i, const char **ret_method, struct strbuf *path, struct strbuf *body)
{
	size_t version = i % VERSIONS;
	size_t service = i / VERSIONS;

	(void)ret_method;
	strbuf_addf(path, "/v1/services/service-%04zu/versions/v%zu", service, version);
	strbuf_addf(body,
		"{\"kind\":\"%s\",\"endpoints\":[\"127.0.0.1:%d\"],\"commit\":\"a1b2c3d\"",
		version == 0 ? "stable" : "ephemeral", served.ports[version]);
	if (version > 0)
		strbuf_addf(body,
			",\"pr\":{\"number\":%zu,\"title\":\"Change %zu of service "
			"%zu\",\"author\":"
			"\"dev%zu\"}",
			i, version, service, i % 30);
	strbuf_addf(body, "}");
}

static double ms_since(int64_t begin_ns)
{
	return (double)(time_monotonic_ns() - begin_ns) / 1e6;
}

static bool told(const char *what, const char *unit, double value, double budget, const char *more)
{
	return bench_result_print(
		&(struct bench_result){"scale", what, unit, value, budget, false, NULL, 0, more});
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

/* ---- registering ---- */

/* Until HAProxy has all of it and every version has passed a check. */
static bool wait_ready(struct http *http, size_t *ret_ready)
{
	int64_t until_ms = time_monotonic_ms() + READY_MS;
	int64_t look_ms = 0;

	*ret_ready = 0;
	while (time_monotonic_ms() < until_ms) {
		if (time_monotonic_ms() < look_ms) {
			(void)event_base_loop(served.base, EVLOOP_NONBLOCK);
			continue;
		}
		look_ms = time_monotonic_ms() + 500;
		if (system_ask(http, "GET", "/v1/environment", NULL) != 200)
			return false;
		*ret_ready = count_of(http->body, "\"state\":\"ready\"");
		if (*ret_ready == (size_t)SERVICES * VERSIONS)
			return true;
	}
	return false;
}

static bool measure_registering(void)
{
	size_t versions = (size_t)SERVICES * VERSIONS;
	int64_t begin_ns = time_monotonic_ns();
	char more[64];
	size_t ready;

	if (!system_write_all(&served, SERVICES, make_service))
		return false;
	(void)told("1,000 services registered", "ms", ms_since(begin_ns), 0, NULL);
	begin_ns = time_monotonic_ns();
	if (!system_write_all(&served, versions, make_version))
		return false;
	(void)told("10,000 versions registered, 64 at a time", "ms", ms_since(begin_ns), 0, NULL);
	begin_ns = time_monotonic_ns();
	(void)wait_ready(served.crowd[0], &ready);
	(void)snprintf(more, sizeof(more), "\"ready\":%zu", ready);
	(void)told("from the last of them until all are checked and ready", "ms",
		ms_since(begin_ns), 0, more);
	return ready == versions;
}

/* ---- at rest ---- */

static void measure_rest(int proxy_pid)
{
	double serve = bench_result_cpu_seconds(served.pid);
	double proxy = bench_result_cpu_seconds(proxy_pid);
	int64_t until_ms = time_monotonic_ms() + REST_MS;
	const struct timeval tick = {0, 100000};

	while (time_monotonic_ms() < until_ms) {
		(void)event_base_loopexit(served.base, &tick);
		(void)event_base_dispatch(served.base);
	}
	(void)told("CPU of serve at rest, checks going on", "% of a core",
		(bench_result_cpu_seconds(served.pid) - serve) * 1e5 / REST_MS, 0, NULL);
	(void)told("CPU of HAProxy at rest, checks going on", "% of a core",
		(bench_result_cpu_seconds(proxy_pid) - proxy) * 1e5 / REST_MS, 0, NULL);
	(void)told("memory of serve", "KiB", bench_result_private_kib(served.pid), 0, NULL);
	(void)told("memory of HAProxy, both processes", "KiB",
		bench_result_private_tree_kib(proxy_pid), 0, NULL);
}

/* ---- reading and writing ---- */

static void measure_reads(void)
{
	static const char request[] =
		"GET /v1/environment HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	double ms[READS];
	char more[64];
	size_t bytes = 0;

	for (int i = 0; i < READS; i++) {
		int64_t begin_ns = time_monotonic_ns();
		struct http *http = http_open(served.base, served.api);

		http_send(http, request, sizeof(request) - 1);
		(void)http_until_closed(http);
		ms[i] = ms_since(begin_ns);
		bytes = evbuffer_get_length(http->in);
		http_close(http);
	}
	(void)snprintf(more, sizeof(more), "\"bytes\":%zu", bytes);
	(void)told("GET /v1/environment, median", "ms", bench_result_percentile(ms, READS, 0.5), 0,
		more);
}

/* Whether it went well; told when it did not. */
static bool asked(struct http *http, const char *method, const char *path, const char *body)
{
	int status = system_ask(http, method, path, body);

	if (status / 100 != 2)
		(void)fprintf(stderr, "%s %s: %d %s\n", method, path, status,
			http->body != NULL ? http->body : "");
	return status / 100 == 2;
}

/* New versions, so that HAProxy has something to do; then they go again. */
static void measure_writes(struct http *http)
{
	static double put[WRITES], gone[WRITES];
	char path[128], body[128], more[64];
	bool good = true;

	for (int i = 0; i < WRITES; i++) {
		int64_t begin_ns = time_monotonic_ns();

		(void)snprintf(path, sizeof(path), "/v1/services/service-%04d/versions/new", i * 5);
		(void)snprintf(body, sizeof(body),
			"{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:%d\"]}",
			served.ports[VERSIONS]);
		good &= asked(http, "PUT", path, body);
		put[i] = ms_since(begin_ns);
	}
	for (int i = 0; i < WRITES; i++) {
		int64_t begin_ns = time_monotonic_ns();

		(void)snprintf(path, sizeof(path), "/v1/services/service-%04d/versions/new", i * 5);
		good &= asked(http, "DELETE", path, NULL);
		gone[i] = ms_since(begin_ns);
	}
	(void)snprintf(
		more, sizeof(more), "\"p50\":%.2f", bench_result_percentile(put, WRITES, 0.5));
	(void)told("PUT of a new version until durable and routed, p99", "ms",
		good ? bench_result_percentile(put, WRITES, 0.99) : -1, 0, more);
	(void)snprintf(
		more, sizeof(more), "\"p50\":%.2f", bench_result_percentile(gone, WRITES, 0.5));
	(void)told("DELETE of a version, p99", "ms",
		good ? bench_result_percentile(gone, WRITES, 0.99) : -1, 0, more);
}

/* What a build waits for: from its registration until requests can reach it. */
static void measure_ready(struct http *http)
{
	static const char path[] = "/v1/services/service-0500/versions/new";
	int64_t begin_ns = time_monotonic_ns();
	int64_t until_ms = time_monotonic_ms() + READY_MS;
	char body[128];
	bool ready = false;

	(void)snprintf(body, sizeof(body),
		"{\"kind\":\"ephemeral\",\"endpoints\":[\"127.0.0.1:%d\"]}",
		served.ports[VERSIONS]);
	if (!asked(http, "PUT", path, body))
		return;
	while (!ready && time_monotonic_ms() < until_ms)
		ready = asked(http, "GET", path, NULL) &&
			strstr(http->body, "\"state\":\"ready\"") != NULL;
	(void)told(
		"a new version, from PUT to ready", "ms", ready ? ms_since(begin_ns) : -1, 0, NULL);
	(void)asked(http, "DELETE", path, NULL);
}

/* ---- who looks at it ---- */

static const char *program(void)
{
	const char *path = getenv("UMBRA");

	return path != NULL ? path : "build/umbra";
}

static void measure_lookers(void)
{
	char url[128];
	const char *const dashboard[] = {program(), "--url", url, NULL};
	const char *const once[] = {program(), "--url", url, "--once", "-o", "json", NULL};
	struct pty_meter term;
	char more[64];
	double ms;

	(void)snprintf(url, sizeof(url), "http://%s", served.api);
	if (pty_meter_start(&term, dashboard)) {
		ms = pty_meter_until(&term, "service-0000", 20000);
		(void)snprintf(more, sizeof(more), "\"cpu_ms\":%.0f",
			bench_result_cpu_seconds(term.pid) * 1e3);
		(void)told("dashboard, start to data", "ms", ms, 0, more);
		(void)told("memory of the dashboard", "KiB", bench_result_private_kib(term.pid),
			16 * 1024 + SERVICES * VERSIONS, NULL);
		pty_meter_stop(&term);
	}
	if (pty_meter_start(&term, once)) {
		ms = pty_meter_settle(&term, 1000, 20000);
		(void)snprintf(
			more, sizeof(more), "\"bytes\":%llu", (unsigned long long)term.bytes);
		(void)told("umbra --once -o json, to its last byte", "ms", ms, 0, more);
		pty_meter_stop(&term);
	}
}

/* ---- killed ---- */

static void measure_restart(int proxy_pid)
{
	double ms = system_restart(&served);
	struct http *http = served.crowd[0];
	char more[64];
	size_t ready = 0;
	int64_t begin_ns = time_monotonic_ns();

	if (ms >= 0 && system_ask(http, "GET", "/v1/status", NULL) == 200 &&
		(int)system_number(http, "pid") > 0) {
		const char *proxy = strstr(http->body, "\"adopted\":true");

		(void)snprintf(more, sizeof(more), "\"adopted\":%s",
			proxy != NULL && kill(proxy_pid, 0) == 0 ? "true" : "false");
		(void)told("serve killed and started again, to ready", "ms", ms, 0, more);
		(void)wait_ready(http, &ready);
		(void)snprintf(more, sizeof(more), "\"ready\":%zu", ready);
		(void)told("from there until all versions are known as ready", "ms",
			ms_since(begin_ns), 0, more);
	} else {
		(void)told("serve killed and started again, to ready", "ms", -1, 0, NULL);
	}
}

/* The pid inside status' proxy object. */
static int find_proxy(struct http *http)
{
	const char *at = system_ask(http, "GET", "/v1/status", NULL) == 200
				 ? strstr(http->body, "\"proxy\":{")
				 : NULL;

	at = at != NULL ? strstr(at, "\"pid\":") : NULL;
	return at != NULL ? (int)strtol(at + 6, NULL, 10) : 0;
}

int main(void)
{
	bool good = system_start(&served, VERSIONS + 1);

	if (good && (good = measure_registering())) {
		struct http *http = served.crowd[0];
		int proxy_pid = find_proxy(http);

		measure_rest(proxy_pid);
		measure_reads();
		measure_writes(http);
		measure_ready(http);
		measure_lookers();
		measure_restart(proxy_pid);
	}
	if (served.base != NULL)
		system_stop(&served);
	return good ? 0 : 1;
}
