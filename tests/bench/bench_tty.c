/*
 * What the dashboard costs, seen from its terminal (120x40): from start to the first paint and to the data,
 * at rest and with traffic shown, for a key with 40,000 versions, and its memory (bench_tail.c has the tail).
 *
 * The program is the real one, against the real API in a process of its own (support/bench_environment.h). Whatever of
 * htop, btop, tig and hatop (on an HAProxy of its own) is installed is measured beside it, in turn, so that what
 * the machine does meanwhile falls on all of them. Times are medians; costs are CPU time, not the clock's.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "tests/support/bench_environment.h"
#include "tests/support/bench_result.h"
#include "tests/support/pty_meter.h"

enum {
	ROUNDS = 15,
	KEYS = 150,
	PASSES = 3,
	IDLE_MS = 10000,
	SETTLE_MS = 3000,
	PATIENCE_MS = 20000
};

static const struct bench_environment demo_sized = {.services = 8, .versions = 2, .sessions = 4};
static const struct bench_environment demo_busy = {
	.services = 8, .versions = 2, .sessions = 4, .rate = 100};
static const struct bench_environment large = {.services = 2000, .versions = 20, .sessions = 2000};

enum { PEER_HTOP, PEER_BTOP, PEER_TIG, PEER_HATOP, PEER_COUNT };

static char haproxy_dir[] = "/tmp/umbra-bench-XXXXXX";
static char haproxy_socket[64];

static const char *const peers[PEER_COUNT][4] = {
	[PEER_HTOP] = {"htop", NULL},
	[PEER_BTOP] = {"btop", NULL},
	[PEER_TIG] = {"tig", NULL},
	[PEER_HATOP] = {"hatop", "-s", haproxy_socket, NULL},
};

enum { MORE_SIZE = 256 };

/* The others, as further members of a figure; null stands for one that is not installed. */
static void add_peers(char more[MORE_SIZE], const double values[PEER_COUNT], int but)
{
	for (int i = 0; i < PEER_COUNT; i++) {
		size_t used = strlen(more);
		const char *comma = used > 0 ? "," : "";

		if (i == but)
			continue;
		if (values[i] < 0)
			(void)snprintf(
				more + used, MORE_SIZE - used, "%s\"%s\":null", comma, peers[i][0]);
		else
			(void)snprintf(more + used, MORE_SIZE - used, "%s\"%s\":%.*f", comma,
				peers[i][0], values[i] < 10 ? 3 : 0, values[i]);
	}
}

/* ---- an HAProxy for hatop: 8 services of two servers, as many as the dashboard shows ---- */

static void write_haproxy_config(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return;
	(void)fprintf(file,
		"global\n stats socket %s level admin\ndefaults\n mode http\n timeout connect 1s\n"
		" timeout client 1s\n timeout server 1s\nfrontend f\n bind unix@%s/front\n"
		" default_backend b0\n",
		haproxy_socket, haproxy_dir);
	for (int i = 0; i < demo_sized.services; i++)
		(void)fprintf(
			file, "backend b%d\n server one 127.0.0.1:1\n server two 127.0.0.1:2\n", i);
	(void)fclose(file);
}

static pid_t start_haproxy(void)
{
	char config[sizeof(haproxy_dir) + 16];
	pid_t pid;

	if (mkdtemp(haproxy_dir) == NULL)
		return -1;
	(void)snprintf(config, sizeof(config), "%s/config", haproxy_dir);
	(void)snprintf(haproxy_socket, sizeof(haproxy_socket), "%s/stats", haproxy_dir);
	write_haproxy_config(config);
	pid = fork();
	if (pid == 0) {
		(void)execlp("haproxy", "haproxy", "-q", "-db", "-f", config, (char *)NULL);
		(void)execl(
			"/usr/sbin/haproxy", "haproxy", "-q", "-db", "-f", config, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < PATIENCE_MS / 10 && access(haproxy_socket, F_OK) != 0 &&
			waitpid(pid, NULL, WNOHANG) == 0;
		i++)
		(void)usleep(10000);
	return pid;
}

static void stop_haproxy(pid_t pid)
{
	static const char *const left[] = {"config", "stats", "front"};
	char path[sizeof(haproxy_dir) + 16];

	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", haproxy_dir, left[i]);
		(void)unlink(path);
	}
	(void)rmdir(haproxy_dir);
}

/* ---- the program under measurement ---- */

struct dashboard {
	char url[128];
	const char *argv[4];
};

static void dashboard_words(struct dashboard *dashboard, const char *address)
{
	const char *program = getenv("UMBRA");

	(void)snprintf(dashboard->url, sizeof(dashboard->url), "http://%s", address);
	dashboard->argv[0] = program != NULL ? program : "build/umbra";
	dashboard->argv[1] = "--url";
	dashboard->argv[2] = dashboard->url;
	dashboard->argv[3] = NULL;
}

static bool start_program(struct pty_meter *term, const char *address)
{
	struct dashboard dashboard;

	dashboard_words(&dashboard, address);
	return pty_meter_start(term, dashboard.argv);
}

/* ---- start ---- */

struct starts {
	double paint[ROUNDS], data[ROUNDS], cpu[ROUNDS];
	size_t count;
};

/* One start; `data` NULL when there is nobody to bring any. */
static void start_once(struct starts *starts, const char *address, const char *data)
{
	struct pty_meter term;
	double paint;

	if (!start_program(&term, address))
		return;
	paint = pty_meter_until(&term, "Asking", PATIENCE_MS);
	starts->data[starts->count] = data != NULL ? pty_meter_until(&term, data, PATIENCE_MS) : -1;
	starts->cpu[starts->count] = bench_result_cpu_seconds(term.pid) * 1e3;
	if (paint >= 0)
		starts->paint[starts->count++] = paint;
	pty_meter_stop(&term);
}

static void start_peers(double times[PEER_COUNT][ROUNDS], size_t counts[PEER_COUNT])
{
	for (int i = 0; i < PEER_COUNT; i++) {
		struct pty_meter term;
		double ms;

		if (!pty_meter_start(&term, peers[i]))
			continue;
		ms = pty_meter_settle(&term, 50, PATIENCE_MS);
		if (ms >= 0)
			times[i][counts[i]++] = ms;
		pty_meter_stop(&term);
	}
}

static void measure_starts(void)
{
	static struct starts alone, served;
	static double times[PEER_COUNT][ROUNDS];
	size_t counts[PEER_COUNT] = {0};
	double medians[PEER_COUNT];
	struct bench_server server;
	char more[MORE_SIZE];

	if (!bench_environment_start(&server, &demo_sized))
		return;
	for (int i = 0; i < ROUNDS; i++) {
		start_once(&alone, "127.0.0.1:1", NULL);
		start_once(&served, server.hello.address, SCENE_FIRST);
		start_peers(times, counts);
	}
	(void)bench_server_stop(&server);
	for (int i = 0; i < PEER_COUNT; i++)
		medians[i] = bench_result_percentile(times[i], counts[i], 0.5);
	(void)snprintf(more, sizeof(more), "\"rounds\":%d", ROUNDS);
	add_peers(more, medians, PEER_TIG);
	(void)bench_result_print(
		&(struct bench_result){"tty", "start to first paint, nobody to ask", "ms",
			bench_result_percentile(alone.paint, alone.count, 0.5), 30, false, "tig",
			medians[PEER_TIG], more});
	(void)bench_result_print(&(struct bench_result){"tty", "start to first paint", "ms",
		bench_result_percentile(served.paint, served.count, 0.5), 30, false, "tig",
		medians[PEER_TIG], more});
	(void)snprintf(more, sizeof(more), "\"cpu_ms\":%.1f",
		bench_result_percentile(served.cpu, served.count, 0.5));
	add_peers(more, medians, PEER_TIG);
	(void)bench_result_print(&(struct bench_result){"tty", "start to data, 8 services", "ms",
		bench_result_percentile(served.data, served.count, 0.5), 60, false, "tig",
		medians[PEER_TIG], more});
}

/* ---- at rest ---- */

enum { AT_REST, AT_WORK, BESIDE, IDLERS = BESIDE + PEER_COUNT };

struct idler {
	struct pty_meter term;
	double cpu; /* at the beginning, then the share of a core in percent */
	double bytes; /* at the beginning, then a second */
	double private_kib;
};

static void read_all(struct idler *idlers, int64_t ms)
{
	int64_t until_ms = time_monotonic_ms() + ms;

	while (time_monotonic_ms() < until_ms) {
		for (int i = 0; i < IDLERS; i++)
			(void)(idlers[i].term.pid > 0 && !idlers[i].term.ended &&
				pty_meter_read(&idlers[i].term, 20));
	}
}

static void measure_idlers(struct idler *idlers)
{
	int64_t begin_ms;
	double seconds;

	read_all(idlers, SETTLE_MS);
	for (int i = 0; i < IDLERS; i++) {
		idlers[i].cpu = bench_result_cpu_seconds(idlers[i].term.pid);
		idlers[i].bytes = (double)idlers[i].term.bytes;
	}
	begin_ms = time_monotonic_ms();
	read_all(idlers, IDLE_MS);
	seconds = (double)(time_monotonic_ms() - begin_ms) / 1e3;
	for (int i = 0; i < IDLERS; i++) {
		struct idler *idler = &idlers[i];
		bool there = idler->term.pid > 0 && !idler->term.ended;
		double cpu = bench_result_cpu_seconds(idler->term.pid) - idler->cpu;

		idler->cpu = there ? cpu * 100 / seconds : -1;
		idler->private_kib = there ? bench_result_private_kib(idler->term.pid) : -1;
		idler->bytes = there ? ((double)idler->term.bytes - idler->bytes) / seconds : -1;
		pty_meter_stop(&idler->term);
	}
}

static void print_idle(const char *what, const char *unit, double value, double budget,
	const double values[PEER_COUNT])
{
	char more[MORE_SIZE] = "";

	add_peers(more, values, PEER_HTOP);
	(void)bench_result_print(&(struct bench_result){
		"tty", what, unit, value, budget, false, "htop", values[PEER_HTOP], more});
}

static void print_idlers(const struct idler *idlers)
{
	const struct idler *rest = &idlers[AT_REST];
	const struct idler *work = &idlers[AT_WORK];
	double cpu[PEER_COUNT], bytes[PEER_COUNT], private_kib[PEER_COUNT];
	double memory_kib = 16 * 1024 + demo_sized.services * demo_sized.versions;

	for (int i = 0; i < PEER_COUNT; i++) {
		cpu[i] = idlers[BESIDE + i].cpu;
		bytes[i] = idlers[BESIDE + i].bytes;
		private_kib[i] = idlers[BESIDE + i].private_kib;
	}
	print_idle("CPU while nothing changes", "% of a core", rest->cpu, 0.1, cpu);
	print_idle("CPU with 100 requests/s shown", "% of a core", work->cpu, 0.5, cpu);
	print_idle("bytes while nothing changes", "B/s", rest->bytes, 100, bytes);
	print_idle("bytes with 100 requests/s shown", "B/s", work->bytes, 0, bytes);
	print_idle("memory with 8 services", "KiB", work->private_kib, memory_kib, private_kib);
}

static void measure_idle(void)
{
	static struct idler idlers[IDLERS];
	struct bench_server quiet, busy;

	if (!bench_environment_start(&quiet, &demo_sized))
		return;
	if (bench_environment_start(&busy, &demo_busy)) {
		(void)start_program(&idlers[AT_REST].term, quiet.hello.address);
		(void)start_program(&idlers[AT_WORK].term, busy.hello.address);
		for (int i = 0; i < PEER_COUNT; i++)
			(void)pty_meter_start(&idlers[BESIDE + i].term, peers[i]);
		measure_idlers(idlers);
		print_idlers(idlers);
		(void)bench_server_stop(&busy);
	}
	(void)bench_server_stop(&quiet);
}

/* ---- keys ---- */

struct presses {
	double ms[KEYS], bytes[KEYS];
	size_t count;
	double cpu_us; /* a key */
	double p50_ms, p95_ms, median_bytes;
};

static void press_keys(struct presses *presses, struct pty_meter *term, const char *const *keys)
{
	double cpu = bench_result_cpu_seconds(term->pid);
	size_t key = 0;

	presses->count = 0;
	for (int i = 0; i < KEYS; i++) {
		uint64_t before = term->bytes;
		double ms = pty_meter_press(term, keys[key]);

		key = keys[key + 1] != NULL ? key + 1 : 0;
		if (ms < 0)
			continue;
		presses->ms[presses->count] = ms;
		presses->bytes[presses->count++] = (double)(term->bytes - before);
	}
	presses->cpu_us = (bench_result_cpu_seconds(term->pid) - cpu) * 1e6 / KEYS;
	presses->p50_ms = bench_result_percentile(presses->ms, presses->count, 0.5);
	presses->p95_ms = bench_result_percentile(presses->ms, presses->count, 0.95);
	presses->median_bytes = bench_result_percentile(presses->bytes, presses->count, 0.5);
}

/* The pass that the rest of the machine disturbed least. */
static void press_again(struct presses *best, struct pty_meter *term, const char *const *keys)
{
	static struct presses pass;

	press_keys(&pass, term, keys);
	if (best->count == 0 || pass.p95_ms < best->p95_ms)
		*best = pass;
}

static void print_presses(const char *what, double budget_bytes, const struct presses *presses,
	const struct presses *peer)
{
	char text[96], more[160];
	bool there = peer->count > 0;

	(void)snprintf(text, sizeof(text), "%s to paint, 40,000 versions, p95", what);
	(void)snprintf(more, sizeof(more),
		"\"p50\":%.2f,\"answered\":%zu,\"keys\":%d,\"cpu_us\":%.0f", presses->p50_ms,
		presses->count, KEYS, presses->cpu_us);
	(void)bench_result_print(&(struct bench_result){"tty", text, "ms", presses->p95_ms, 2,
		false, "htop", there ? peer->p95_ms : -1, more});
	(void)snprintf(text, sizeof(text), "%s, bytes, median", what);
	(void)bench_result_print(&(struct bench_result){"tty", text, "B", presses->median_bytes,
		budget_bytes, false, "htop", there ? peer->median_bytes : -1, NULL});
}

/* One way of pressing keys: what leads to the screen, and what is pressed there over and over. */
static const struct way {
	const char *what;
	const char *before; /* NULL: nothing */
	const char *keys[9]; /* NULL-terminated */
	double budget_bytes; /* 0: none; a page is as long as it is */
} ways[] = {
	{"key", NULL, {"j", "j", "k", "j", NULL}, 600},
	{"page key", NULL, {"\033[6~", "\033[6~", "\033[5~", NULL}, 0},
	{"key of a fold", "gg", {"h", "\r", NULL}, 0},
	{"key of a filter", "g/", {"s", "e", "r", "v", "\177", "\177", "\177", "\177", NULL}, 0},
	{"key in Pull requests", "\r2g", {"j", "j", "k", "j", NULL}, 600},
	{"key in Sessions", "3g", {"j", "j", "k", "j", NULL}, 600},
	{"key in Timeline", "5g", {"j", "j", "k", "j", NULL}, 600},
};

static void measure_keys(struct pty_meter *term)
{
	static const char *const down[] = {"\033[B", NULL};
	static struct presses best[ARRAY_LEN(ways)], beside;
	struct pty_meter peer;
	bool there = pty_meter_start(&peer, peers[PEER_HTOP]);

	if (there)
		(void)pty_meter_settle(&peer, 300, SETTLE_MS);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		if (ways[i].before) {
			(void)pty_meter_press(term, ways[i].before);
			(void)pty_meter_settle(term, 200, SETTLE_MS);
		}
		for (int pass = 0; pass < PASSES; pass++) {
			press_again(&best[i], term, ways[i].keys);
			if (there && i == 0)
				press_again(&beside, &peer, down);
		}
	}
	if (there)
		pty_meter_stop(&peer);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		print_presses(ways[i].what, ways[i].budget_bytes, &best[i], &beside);
}

/* What it holds of 42,000 things, how long until it holds them, and how it answers keys then. */
static void measure_large(void)
{
	double versions = (double)large.services * large.versions;
	struct bench_server server;
	struct pty_meter term;
	char more[128];
	double data;

	if (!bench_environment_start(&server, &large))
		return;
	if (start_program(&term, server.hello.address)) {
		data = pty_meter_until(&term, SCENE_FIRST, PATIENCE_MS);
		(void)snprintf(more, sizeof(more), "\"cpu_ms\":%.0f",
			bench_result_cpu_seconds(term.pid) * 1e3);
		(void)bench_result_print(&(struct bench_result){"tty",
			"start to data, 40,000 versions", "ms", data, 0, false, NULL, 0, more});
		(void)pty_meter_settle(&term, 200, SETTLE_MS);
		measure_keys(&term);
		(void)bench_result_print(&(struct bench_result){"tty",
			"memory with 40,000 versions", "KiB", bench_result_private_kib(term.pid),
			16 * 1024 + versions, false, NULL, 0, NULL});
		pty_meter_stop(&term);
	}
	(void)bench_server_stop(&server);
}

int main(void)
{
	pid_t haproxy;

	(void)signal(SIGPIPE, SIG_IGN);
	haproxy = start_haproxy();
	measure_starts();
	measure_idle();
	measure_large();
	stop_haproxy(haproxy);
	return 0;
}
