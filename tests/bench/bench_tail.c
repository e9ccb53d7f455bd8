/*
 * What a line costs an open tail, and how late it is on the screen: the real dashboard at 120x40 against the
 * real API, at three rates. Beside it, at the same time, tail -f, less +F and lnav (those that are installed)
 * follow a file that grows by as many lines as wide. Costs are CPU time; lag is from the hand of the
 * control plane to the terminal.
 *
 * The budget of 5 us stands beside the 8 that less takes on a machine at rest. Where less takes longer, for the
 * machine or for what else it does, so may we: by as much.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/tail_latency.h"
#include "tests/support/pty_meter.h"

enum { SETTLE_MS = 2500, RUN_MS = 8000, TICK_MS = 10 };
enum { FULL_RATE = 10000, BUDGET_US = 5, LESS_US = 8 };
enum { PEER_TAIL, PEER_LESS, PEER_LNAV, PEER_COUNT };

static char file_name[] = "/tmp/umbra-bench-XXXXXX";

static const char *const peers[PEER_COUNT][4] = {
	[PEER_TAIL] = {"tail", "-f", file_name},
	[PEER_LESS] = {"less", "+F", file_name},
	[PEER_LNAV] = {"lnav", file_name},
};

/* Grows the file until it is stopped. */
static pid_t start_writer(int rate)
{
	pid_t pid = fork();
	FILE *file = pid == 0 ? fopen(file_name, "a") : NULL;
	unsigned n = 0;

	if (pid != 0)
		return pid;
	while (file != NULL && getppid() != 1) {
		for (int i = 0; i < rate * TICK_MS / 1000; i++)
			(void)fprintf(file,
				"18:42:07.113 service-%04u pr-401     pinned      200   12.1 GET   "
				" "
				"/items/%u?page=2   gateway@2026.11.20\n",
				n % 8, n),
				n++;
		(void)fflush(file);
		(void)usleep(TICK_MS * 1000);
	}
	_exit(1);
}

static void read_all(struct tail_latency *watch, struct pty_meter *terms, int64_t ms)
{
	int64_t until_ms = time_monotonic_ms() + ms;

	while (time_monotonic_ms() < until_ms) {
		tail_latency_read(watch, 2);
		for (int i = 0; i < PEER_COUNT; i++)
			while (terms[i].pid > 0 && pty_meter_read(&terms[i], 0))
				terms[i].raw.len = 0;
	}
}

static double cpu_of(const struct pty_meter *term)
{
	return term->pid > 0 ? bench_result_cpu_seconds(term->pid) : 0;
}

static double budget_us(double less_us)
{
	return less_us > LESS_US ? BUDGET_US * less_us / LESS_US : BUDGET_US;
}

static void print_memory(const struct tail_latency *watch, const struct pty_meter *terms)
{
	double kib[PEER_COUNT];
	char more[96];

	for (int i = 0; i < PEER_COUNT; i++)
		kib[i] = terms[i].pid > 0 ? bench_result_private_kib(terms[i].pid) : -1;
	(void)snprintf(
		more, sizeof(more), "\"less\":%.0f,\"tail\":%.0f", kib[PEER_LESS], kib[PEER_TAIL]);
	(void)bench_result_print(&(struct bench_result){"tail", "memory with a full tail", "KiB",
		bench_result_private_kib(watch->pty.pid),
		16 * 1024 + watch->scene.services * watch->scene.versions, false, "lnav",
		kib[PEER_LNAV], more});
}

static void print(int rate, double cost_us, const double *peer_us, struct tail_latency *watch)
{
	char what[96], more[160];

	(void)snprintf(what, sizeof(what), "CPU per line of a tail of %d lines/s", rate);
	(void)snprintf(more, sizeof(more), "\"tail\":%.1f,\"lnav\":%.1f", peer_us[PEER_TAIL],
		peer_us[PEER_LNAV]);
	(void)bench_result_print(&(struct bench_result){"tail", what, "us", cost_us,
		budget_us(peer_us[PEER_LESS]), false, "less", peer_us[PEER_LESS], more});
	(void)snprintf(what, sizeof(what), "line on the screen after, %d lines/s, p99", rate);
	(void)snprintf(more, sizeof(more), "\"p50\":%.1f,\"max\":%.1f,\"lines\":%zu",
		bench_result_percentile(watch->lags_ms, watch->lag_count, 0.5),
		bench_result_percentile(watch->lags_ms, watch->lag_count, 1), watch->lag_count);
	(void)bench_result_print(&(struct bench_result){"tail", what, "ms",
		bench_result_percentile(watch->lags_ms, watch->lag_count, 0.99), 50, false, NULL, 0,
		more});
}

static void measure(int rate)
{
	struct tail_latency watch;
	struct pty_meter terms[PEER_COUNT];
	double peer_us[PEER_COUNT], cost;
	double lines = (double)rate * RUN_MS / 1e3;
	pid_t writer = start_writer(rate);

	if (!tail_latency_start(&watch, rate, (SETTLE_MS + RUN_MS) / 1000))
		exit(1);
	for (int i = 0; i < PEER_COUNT; i++)
		if (!pty_meter_start(&terms[i], peers[i]))
			terms[i].pid = 0;
	read_all(&watch, terms, SETTLE_MS);
	tail_latency_begin(&watch);
	cost = bench_result_cpu_seconds(watch.pty.pid);
	for (int i = 0; i < PEER_COUNT; i++)
		peer_us[i] = cpu_of(&terms[i]);
	read_all(&watch, terms, RUN_MS);
	cost = (bench_result_cpu_seconds(watch.pty.pid) - cost) * 1e6 / lines;
	for (int i = 0; i < PEER_COUNT; i++)
		peer_us[i] = terms[i].pid > 0 ? (cpu_of(&terms[i]) - peer_us[i]) * 1e6 / lines : -1;
	print(rate, cost, peer_us, &watch);
	if (rate == FULL_RATE)
		print_memory(&watch, terms);
	for (int i = 0; i < PEER_COUNT; i++)
		pty_meter_stop(&terms[i]);
	tail_latency_stop(&watch);
	(void)kill(writer, SIGKILL);
	(void)waitpid(writer, NULL, 0);
}

int main(void)
{
	static const int rates[] = {1000, 2000, FULL_RATE};

	(void)signal(SIGPIPE, SIG_IGN);
	(void)close(mkstemp(file_name));
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		if (truncate(file_name, 0) != 0)
			return 1;
		measure(rates[i]);
	}
	(void)unlink(file_name);
	return 0;
}
