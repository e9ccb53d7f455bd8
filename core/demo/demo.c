/*
 * The starter's side of the demo: holds the death_pipe, reads the reports, and hands out the addresses.
 *
 * Whatever becomes of this process, the death_pipe closes with it and the reaper cleans up; demo_stop()
 * closes it too, and only waits for what would happen anyway.
 */
#include "core/demo/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/demo/reaper.h"
#include "core/demo/supervisor.h"
#include "core/demo/process.h"
#include "core/demo/shop.h"
#include "core/demo/load_generator.h"

enum { START_MS = 15000, READY_MS = 25000, STOP_MS = 8000, TEXT_MAX = 512 };

struct demo {
	pid_t reaper;
	int death_pipe;
	int report;
	int cancel; /* readable when waiting is to end; -1: never */
	uint64_t seed;
	bool ready;
	char api[128];
	char proxy[128];
	char dir[128];
	char buffer[2048]; /* what was read and not yet used */
	size_t buffered;
};

/* ---- reports ------------------------------------------------------------------------------------- */

static bool take_line(struct demo *demo, char line[TEXT_MAX])
{
	char *end = memchr(demo->buffer, '\n', demo->buffered);
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - demo->buffer);
	(void)str_copy(line, TEXT_MAX, (struct str){demo->buffer, len});
	demo->buffered -= len + 1;
	memmove(demo->buffer, end + 1, demo->buffered);
	return true;
}

/* The next report. ERR_TIMEOUT; ERR_FAILED when there will be none any more; ERR_ASSERT when cancelled. */
static enum err read_line(struct demo *demo, int64_t until_ms, char line[TEXT_MAX])
{
	struct pollfd fds[] = {{demo->report, POLLIN, 0}, {demo->cancel, POLLIN, 0}};
	int64_t left;
	ssize_t n;

	while (!take_line(demo, line)) {
		left = until_ms - time_monotonic_ms();
		if (left <= 0)
			return ERR_TIMEOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return ERR_FAILED;
		if (fds[1].revents != 0)
			return ERR_ASSERT;
		if (fds[0].revents == 0)
			continue;
		if (demo->buffered == sizeof(demo->buffer))
			demo->buffered = 0;
		n = read(demo->report, demo->buffer + demo->buffered,
			sizeof(demo->buffer) - demo->buffered);
		if (n <= 0)
			return ERR_FAILED;
		demo->buffered += (size_t)n;
	}
	return ERR_NONE;
}

/* Reads up to the report that begins with `word`; what is said meanwhile goes to stderr. */
static enum err await(
	struct demo *demo, const char *word, int timeout_ms, char line[TEXT_MAX], struct errbuf *eb)
{
	const int64_t until = time_monotonic_ms() + timeout_ms;
	enum err err;

	while ((err = read_line(demo, until, line)) == ERR_NONE) {
		if (strncmp(line, word, strlen(word)) == 0)
			return ERR_NONE;
		if (str_starts(str_of(line), STR_LIT("failed ")))
			return err_set(eb, ERR_FAILED, "%s", line + strlen("failed "));
		if (str_starts(str_of(line), STR_LIT("say ")))
			(void)fprintf(stderr, "demo: %s\n", line + strlen("say "));
	}
	if (err == ERR_TIMEOUT)
		return err_set(eb, err, "the demo is not there after %d s", timeout_ms / 1000);
	return err_set(eb, err, err == ERR_ASSERT ? "interrupted" : "the demo's host has ended");
}

/* ---- starting and stopping ----------------------------------------------------------------------- */

static bool start_guardian(struct demo *demo, const struct demo_options *options)
{
	char seed[24];
	char rate[24];
	int life[2];
	int report[2];
	const char *argv[] = {"umbra", "__shop", "guardian", "--seed", seed, "--rate", rate,
		options->haproxy != NULL ? "--haproxy" : NULL, options->haproxy, NULL};

	(void)snprintf(seed, sizeof(seed), "%llu", (unsigned long long)demo->seed);
	(void)snprintf(rate, sizeof(rate), "%g", options->rate > 0 ? options->rate : 50);
	if (pipe2(life, O_CLOEXEC) != 0)
		return false;
	if (pipe2(report, O_CLOEXEC) != 0) {
		(void)close(life[0]);
		(void)close(life[1]);
		return false;
	}
	demo->reaper = process_spawn(&(struct process_start){.argv = argv,
		.new_session = true,
		.out = -1,
		.err = -1,
		.death_pipe = life[0],
		.report = report[1]});
	(void)close(life[0]);
	(void)close(report[1]);
	demo->death_pipe = life[1];
	demo->report = report[0];
	return demo->reaper > 0;
}

static struct demo *start(const struct demo_options *options, int cancel, struct errbuf *eb)
{
	struct demo *demo = xcalloc(1, sizeof(*demo));
	char line[TEXT_MAX];

	demo->cancel = cancel;
	demo->death_pipe = -1;
	demo->report = -1;
	demo->seed = options->seed != 0 ? options->seed : random_u64() % 1000000 + 1;
	if (!start_guardian(demo, options))
		(void)err_set(eb, ERR_FAILED, "no process can be started: %s", strerror(errno));
	else if (await(demo, "api ", START_MS, line, eb) == ERR_NONE &&
		 sscanf(line, "api %127s %127s %127s", demo->api, demo->proxy, demo->dir) == 3)
		return demo;
	demo_stop(demo);
	return NULL;
}

struct demo *demo_start(const struct demo_options *options, struct errbuf *eb)
{
	return start(options, -1, eb);
}

enum err demo_wait_ready(struct demo *demo, int timeout_ms, struct errbuf *eb)
{
	char line[TEXT_MAX];
	enum err err;

	if (demo->ready)
		return ERR_NONE;
	err = await(demo, "ready", timeout_ms, line, eb);
	demo->ready = err == ERR_NONE;
	return err;
}

void demo_stop(struct demo *demo)
{
	const int64_t until = time_monotonic_ms() + STOP_MS;
	char line[TEXT_MAX];

	if (demo == NULL)
		return;
	if (demo->death_pipe >= 0)
		(void)close(demo->death_pipe);
	if (demo->reaper > 0)
		while (waitpid(demo->reaper, NULL, 0) < 0 && errno == EINTR)
			;
	/* Should the reaper have been killed, it is the host that cleans up, and reports to its end. */
	demo->cancel = -1;
	while (demo->report >= 0 && read_line(demo, until, line) == ERR_NONE)
		;
	if (demo->report >= 0)
		(void)close(demo->report);
	if (demo->dir[0] != '\0')
		(void)process_remove_tree(demo->dir);
	free(demo);
}

const char *demo_api_url(const struct demo *demo)
{
	return demo->api;
}

const char *demo_proxy_url(const struct demo *demo)
{
	return demo->proxy;
}

uint64_t demo_seed(const struct demo *demo)
{
	return demo->seed;
}

/* ---- without a dashboard ------------------------------------------------------------------------- */

static int stop_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until a signal (ERR_ASSERT) or until the demo cannot go on. */
static enum err run_headless(struct demo *demo, struct errbuf *eb)
{
	char line[TEXT_MAX];
	enum err err;

	err = demo_wait_ready(demo, READY_MS, eb);
	if (err != ERR_NONE)
		return err;
	(void)printf("ready api=%s proxy=%s pid=%d\n", demo->api, demo->proxy, (int)getpid());
	(void)fflush(stdout);
	do
		err = await(demo, "failed ", INT32_MAX, line, eb);
	while (err == ERR_TIMEOUT);
	return err == ERR_NONE ? err_set(eb, ERR_FAILED, "%s", line + strlen("failed ")) : err;
}

int demo_headless(const struct demo_options *options)
{
	const int signals = stop_signals();
	struct errbuf eb = {0};
	struct demo *demo;
	enum err err = ERR_FAILED;

	demo = start(options, signals, &eb);
	if (demo != NULL) {
		(void)fprintf(stderr, "demo: seed %llu, data in %s\n",
			(unsigned long long)demo->seed, demo->dir);
		err = run_headless(demo, &eb);
	} else {
		err = eb.err;
	}
	demo_stop(demo);
	(void)close(signals);
	if (err == ERR_ASSERT)
		return 0;
	(void)fprintf(stderr, "demo: %s\n", eb.text);
	return 1;
}

/* ---- the helper processes ------------------------------------------------------------------------ */

static const struct {
	const char *name;
	int (*main)(int argc, const char *const *argv);
} roles[] = {
	{"guardian", reaper_main},
	{"host", supervisor_main},
	{"serve", shop_main},
	{"visitors", load_generator_main},
};

int demo_shop_main(int argc, const char *const *argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < ARRAY_LEN(roles); i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			return roles[i].main(argc, argv);
	(void)fprintf(stderr, "__shop is for the demo's own processes\n");
	return 2;
}
