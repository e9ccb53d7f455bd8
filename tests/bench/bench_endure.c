/*
 * Endurance: the real dashboard follows 2,000 lines a second while keys are pressed all the time. Every key is
 * seen to arrive, lines stay in time, and once the ring is full the memory does not grow. UMBRA_ENDURE_SECONDS
 * says for how long, 60 when it is not set.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_result.h"
#include "tests/support/tail_latency.h"

enum { RATE = 2000, FILL_S = 20, SECONDS = 60, KEY_MS = 50, PATIENCE_MS = 2000 };
enum { GROWTH_KIB_MAX = 1024 };

/* Pressed one after another while following, none of which moves or filters a line. */
static const char digits[] = "3141592653";

struct endurance {
	struct tail_latency watch;
	size_t pressed, lost;
	double answers_ms[100000];
	size_t answers;
};

static void read_for(struct endurance *run, int ms)
{
	int64_t until_ms = time_monotonic_ms() + ms;

	while (time_monotonic_ms() < until_ms)
		tail_latency_read(&run->watch, 2);
}

/* Presses a key and waits until the screen shows what it does. */
static void press(struct endurance *run, const char *key, const char *shows)
{
	int64_t begin_ns = time_monotonic_ns();
	int64_t until_ms = time_monotonic_ms() + PATIENCE_MS;

	pty_keys(&run->watch.pty, key);
	run->pressed++;
	while (!pty_shows(&run->watch.pty, shows) && time_monotonic_ms() < until_ms)
		tail_latency_read(&run->watch, 2);
	if (!pty_shows(&run->watch.pty, shows))
		run->lost++;
	else if (run->answers < ARRAY_LEN(run->answers_ms))
		run->answers_ms[run->answers++] = (double)(time_monotonic_ns() - begin_ns) / 1e6;
	read_for(run, KEY_MS);
}

/* A pause and back, and a line that is typed without being kept. */
static void press_round(struct endurance *run)
{
	char typed[sizeof(digits) + 16];

	tail_latency_pause(&run->watch, true);
	press(run, "F", "paused");
	press(run, "G", "following");
	tail_latency_pause(&run->watch, false);
	press(run, "t", "which requests");
	for (size_t i = 0; i + 1 < sizeof(digits); i++) {
		const char key[] = {digits[i], '\0'};

		(void)snprintf(typed, sizeof(typed), "which requests %.*s", (int)i + 1, digits);
		press(run, key, typed);
	}
	press(run, "\033", "following");
}

static void run_until(struct endurance *run, int64_t until_ms)
{
	while (time_monotonic_ms() < until_ms)
		press_round(run);
}

static void print(struct endurance *run, int seconds, double before_kib, double after_kib)
{
	struct tail_latency *watch = &run->watch;
	char more[200], row[PTY_ROW_SIZE];
	const char *lost;

	pty_row(&watch->pty, 2, row);
	lost = strstr(row, "lost ");
	(void)snprintf(more, sizeof(more), "\"seconds\":%d,\"before\":%.0f,\"after\":%.0f", seconds,
		before_kib, after_kib);
	(void)bench_result_print(&(struct bench_result){"endure", "memory with a full tail", "KiB",
		after_kib, 16 * 1024 + watch->scene.services * watch->scene.versions, false, NULL,
		0, NULL});
	(void)bench_result_print(
		&(struct bench_result){"endure", "memory once the ring is full, growth", "KiB",
			after_kib > before_kib ? after_kib - before_kib : 0, GROWTH_KIB_MAX, false,
			NULL, 0, more});
	(void)snprintf(more, sizeof(more), "\"p50\":%.1f,\"lines\":%zu,\"shown_lost\":%d",
		bench_result_percentile(watch->lags_ms, watch->lag_count, 0.5), watch->lag_count,
		lost != NULL ? (int)strtol(lost + strlen("lost "), NULL, 10) : 0);
	(void)bench_result_print(&(struct bench_result){"endure", "line on the screen after, p99",
		"ms", bench_result_percentile(watch->lags_ms, watch->lag_count, 0.99), 50, false,
		NULL, 0, more});
	(void)snprintf(more, sizeof(more), "\"keys\":%zu,\"answered_p99_ms\":%.1f", run->pressed,
		bench_result_percentile(run->answers_ms, run->answers, 0.99));
	(void)bench_result_print(&(struct bench_result){"endure", "keys that were lost", "keys",
		(double)run->lost, 0.5, false, NULL, 0, more});
}

int main(void)
{
	static struct endurance run;
	const char *text = getenv("UMBRA_ENDURE_SECONDS");
	int seconds = text != NULL ? (int)strtol(text, NULL, 10) : SECONDS;
	double before_kib, after_kib;

	(void)signal(SIGPIPE, SIG_IGN);
	if (seconds <= FILL_S)
		seconds = FILL_S + 1;
	if (!tail_latency_start(&run.watch, RATE, seconds))
		return 1;
	run_until(&run, time_monotonic_ms() + FILL_S * 1000LL);
	before_kib = bench_result_private_kib(run.watch.pty.pid);
	tail_latency_begin(&run.watch);
	run_until(&run, time_monotonic_ms() + (seconds - FILL_S) * 1000LL);
	after_kib = bench_result_private_kib(run.watch.pty.pid);
	print(&run, seconds, before_kib, after_kib);
	tail_latency_stop(&run.watch);
	return 0;
}
