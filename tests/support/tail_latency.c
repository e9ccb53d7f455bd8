/*
 * See tail_latency.h. The times of taking are in memory shared with the server; the requests on the screen
 * are told by the numbers in their paths.
 */
#include "tests/support/tail_latency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/pty_meter.h"

static size_t memory_size(const struct tail_latency *watch)
{
	return watch->scene.taken_max * sizeof(*watch->scene.taken_ns);
}

static void start_dashboard(struct tail_latency *watch)
{
	static const char *const env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=/dev/null/nowhere", NULL};
	const char *program = getenv("UMBRA");
	char url[128];
	const char *const argv[] = {program != NULL ? program : "build/umbra", "--url", url, NULL};

	(void)snprintf(url, sizeof(url), "http://%s", watch->server.hello.address);
	pty_start(&watch->pty, PTY_METER_ROWS, PTY_METER_COLS, argv, env);
	pty_wait_text(&watch->pty, SCENE_FIRST);
	pty_keys(&watch->pty, "4");
	pty_wait_text(&watch->pty, "/items/");
}

bool tail_latency_start(struct tail_latency *watch, int rate, int seconds)
{
	struct bench_environment *scene = &watch->scene;

	memset(watch, 0, sizeof(*watch));
	*scene = (struct bench_environment){
		.services = 8, .versions = 2, .sessions = 4, .rate = rate};
	scene->taken_max = (size_t)rate * (size_t)(seconds + 30);
	scene->taken_ns = mmap(NULL, memory_size(watch), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene->taken_ns == MAP_FAILED)
		return false;
	watch->lags_ms = xcalloc(scene->taken_max, sizeof(*watch->lags_ms));
	if (!bench_environment_start(&watch->server, scene))
		return false;
	start_dashboard(watch);
	return true;
}

void tail_latency_stop(struct tail_latency *watch)
{
	pty_finish(&watch->pty);
	(void)bench_server_stop(&watch->server);
	(void)munmap(watch->scene.taken_ns, memory_size(watch));
	free(watch->lags_ms);
}

/* One behind the newest request on the screen. */
static size_t shown_until(const struct tail_latency *watch)
{
	static const char path[] = "/items/";
	size_t until = 0;

	for (int y = 0; y < watch->pty.rows; y++) {
		char row[PTY_ROW_SIZE];
		const char *at;

		pty_row(&watch->pty, y, row);
		at = strstr(row, path);
		if (at != NULL && strtoul(at + sizeof(path) - 1, NULL, 10) + 1 > until)
			until = strtoul(at + sizeof(path) - 1, NULL, 10) + 1;
	}
	return until;
}

void tail_latency_begin(struct tail_latency *watch)
{
	watch->lag_count = 0;
	tail_latency_pause(watch, false);
}

void tail_latency_pause(struct tail_latency *watch, bool paused)
{
	watch->paused = paused;
	while (watch->next < watch->scene.taken_max && watch->scene.taken_ns[watch->next] != 0)
		watch->next++;
}

void tail_latency_read(struct tail_latency *watch, int ms)
{
	int64_t now_ns;
	size_t until;

	if (!pty_read(&watch->pty, ms) || watch->paused)
		return;
	now_ns = watch->pty.last_ns;
	until = shown_until(watch);
	for (; watch->next < until && watch->next < watch->scene.taken_max &&
		watch->scene.taken_ns[watch->next] != 0;
		watch->next++)
		watch->lags_ms[watch->lag_count++] =
			(double)(now_ns - watch->scene.taken_ns[watch->next]) / 1e6;
}
