/*
 * What HAProxy costs while no serve runs: CPU per request at 1,000 a second with serve killed, against the same
 * with serve. The two are measured by turns, several times; the figure is the ratio of their medians. A restart
 * of serve makes a new worker, so what is measured is told by the master with its workers.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/system_fixture.h"

enum { TURNS = 7, TURN_S = 3, RATE = 1000, PATIENCE_MS = 20000 };

#define HOST "cart.env.localhost"

static struct system served;

static bool furnish(void)
{
	struct http *http = served.crowd[0];
	char body[128];

	(void)snprintf(body, sizeof(body), "{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:%d\"]}",
		served.ports[0]);
	return system_ask(http, "PUT", "/v1/services/cart", "{}") / 100 == 2 &&
	       system_ask(http, "PUT", "/v1/services/cart/versions/v1", body) / 100 == 2;
}

static int read_master(void)
{
	char path[320], text[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/data/proxy/pid", served.dir);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	(void)fclose(file);
	return (int)strtol(text, NULL, 10);
}

/* Once no worker is left that a reload replaced, all is applied, and requests are answered. */
static bool settle(void)
{
	int64_t until_ms = time_monotonic_ms() + PATIENCE_MS;
	struct http *http = served.crowd[0];

	while (time_monotonic_ms() < until_ms)
		if (system_ask(http, "GET", "/v1/status", "") == 200 &&
			system_number(http, "old_workers") <= 0 &&
			system_number(http, "revisions_behind") == 0 &&
			system_requests(&served, HOST, RATE, 1) > 0)
			return true;
	return false;
}

static double measure(int master)
{
	double cpu = bench_result_cpu_seconds(master);
	double sent = system_requests(&served, HOST, RATE, TURN_S);

	return sent > 0 ? (bench_result_cpu_seconds(master) - cpu) * 1e6 / sent : -1;
}

int main(void)
{
	double with[TURNS], alone[TURNS], ratio = -1;
	char more[160];
	size_t turns = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	if (!system_start(&served, 1) || !furnish())
		return 1;
	for (; turns < TURNS && settle(); turns++) {
		const int master = read_master();

		with[turns] = measure(master);
		system_kill(&served);
		alone[turns] = measure(master);
		if (with[turns] < 0 || alone[turns] < 0 || system_restart(&served) < 0)
			break;
	}
	if (turns == TURNS)
		ratio = bench_result_percentile(alone, TURNS, 0.5) /
			bench_result_percentile(with, TURNS, 0.5);
	(void)snprintf(more, sizeof(more), "\"turns\":%zu,\"us_alone\":%.1f,\"us_with\":%.1f",
		turns, bench_result_percentile(alone, turns, 0.5),
		bench_result_percentile(with, turns, 0.5));
	(void)bench_result_print(&(struct bench_result){"alone",
		"HAProxy's CPU per request without serve, of that with it", "x", ratio, 1.05, false,
		NULL, 0, more});
	system_stop(&served);
	return 0;
}
