/*
 * How many request records a second one core takes: into the ring and the figures, with a history that
 * writes what it can and tails that read along with a filter. One JSON line. Budget: 100,000 a second,
 * none lost to the tails; the history may shed.
 *
 * Records come in bursts with a turn of the loop between, as datagrams do. Time is the loop's thread's
 * CPU time, so other load on the machine does not count; seconds by the clock stand beside it.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/time.h"
#include "core/traffic/traffic.h"

enum { RECORDS = 1000000, BURST = 200, VERSIONS = 1000, SESSIONS = 500, BUDGET = 100000 };

static int64_t heard, lost;

static void on_record(void *arg, const struct request *request)
{
	(void)arg;
	(void)request;
	heard++;
}

static void on_lost(void *arg, int64_t count, const char *why)
{
	(void)arg;
	(void)why;
	lost += count > 0 ? count : 1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static double cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void take(struct traffic *traffic, int64_t n)
{
	char service[32], version[32], session[32], id[40], trace[40], path[64];
	struct request request = {.time = time_now_ms(),
		.id = {id, (size_t)snprintf(id, sizeof(id), "%016llx", (unsigned long long)n)},
		.trace = {trace, (size_t)snprintf(trace, sizeof(trace), "%032llx",
					 (unsigned long long)n / 4)},
		.service = {service, (size_t)snprintf(service, sizeof(service), "service-%d",
					     (int)(n % (VERSIONS / 10)))},
		.version = {version, (size_t)snprintf(version, sizeof(version), "pr-%d",
					     (int)(n % VERSIONS / 100))},
		.session = {session,
			(size_t)snprintf(session, sizeof(session), "dev-%d", (int)(n % SESSIONS))},
		.path = {path,
			(size_t)snprintf(path, sizeof(path), "/items/%lld?page=2", (long long)n)},
		.endpoint = STR_LIT("127.0.0.1:9002"),
		.caller = STR_LIT("gateway@2026.11.20"),
		.method = STR_LIT("GET"),
		.host = STR_LIT("service-1.env.localhost"),
		.protocol = STR_LIT("HTTP/1.1"),
		.carrier = CARRIER_HEADER,
		.reason = REASON_PINNED,
		.intended = REASON_COUNT,
		.status = n % 50 == 0 ? 503 : 200,
		.total_ms = (double)(n % 300) / 3,
		.bytes_in = 310,
		.bytes_out = 1882};

	traffic_take(traffic, &request);
}

int main(void)
{
	static const char *const filters[] = {
		"status:5xx", "session:dev-7 service:service-7", "items/77"};
	static const struct tail_ops ops = {.record = on_record, .lost = on_lost};
	const char *tmp = getenv("TMPDIR");
	char dir[256];
	struct errbuf eb = {0};
	struct traffic_counters counters;

	snprintf(dir, sizeof(dir), "%s/umbra-bench-XXXXXX", tmp != NULL ? tmp : P_tmpdir);
	if (mkdtemp(dir) == NULL)
		return 1;
	struct event_base *base = event_base_new();
	const struct traffic_options options = {.dir = dir, .now_ms = time_now_ms};
	struct traffic *traffic = traffic_create(base, &options, &eb);
	if (traffic == NULL) {
		fprintf(stderr, "%s\n", eb.text);
		return 1;
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		traffic_tail(traffic, filter_parse(str_of(filters[i]), NULL, NULL), 0, &ops, NULL);
	int64_t start = time_monotonic_ms();
	double cpu = cpu_seconds();
	for (int64_t n = 0; n < RECORDS; n++) {
		take(traffic, n);
		if (n % BURST == BURST - 1)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
	cpu = cpu_seconds() - cpu;
	double seconds = (double)(time_monotonic_ms() - start) / 1000;
	traffic_counters(traffic, &counters);
	double rate = RECORDS / cpu;
	bool ok = rate >= BUDGET && lost == 0;
	printf("{\"bench\":\"intake\",\"what\":\"request records into ring, figures, history and 3 "
	       "filtered tails, per second of the loop's CPU\",\"value\":%.0f,\"unit\":\"/s\","
	       "\"budget\":%d,\"us_per_record\":%.2f,\"clock_seconds\":%.2f,\"tail_records\":%lld,"
	       "\"tail_lost\":%lld,\"history_shed\":%lld,\"ok\":%s}\n",
		rate, BUDGET, 1e6 / rate, seconds, (long long)heard, (long long)lost,
		(long long)counters.history_shed_count, ok ? "true" : "false");
	traffic_destroy(traffic);
	event_base_free(base);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
