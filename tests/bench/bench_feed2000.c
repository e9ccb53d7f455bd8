/*
 * 2,000 dashboards wait on the changes feed and one session is created: the time from that request until
 * the last of them has been told, and the server's CPU for it.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/time.h"
#include "tests/support/bench_server.h"

enum { DASHBOARDS = 2000, ROUNDS = 5, BUDGET_MS = 200, PATIENCE_MS = 10000 };

struct crowd {
	int epoll;
	int fds[DASHBOARDS];
	int writer;
};

static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool send_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static bool crowd_connect(struct crowd *crowd, const struct bench_server *server)
{
	crowd->epoll = epoll_create1(0);
	crowd->writer = bench_server_connect(server);
	for (unsigned i = 0; i < DASHBOARDS; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		crowd->fds[i] = bench_server_connect(server);
		if (crowd->fds[i] < 0 ||
			epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, crowd->fds[i], &event) != 0)
			return false;
	}
	return crowd->writer >= 0;
}

static bool crowd_wait_for(
	struct crowd *crowd, const struct bench_server *server, long long revision)
{
	char request[256];

	(void)snprintf(request, sizeof(request),
		"GET /v1/changes?since=%lld&epoch=%s&wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n",
		revision, server->hello.epoch);
	for (unsigned i = 0; i < DASHBOARDS; i++) {
		if (!send_text(crowd->fds[i], request))
			return false;
	}
	return true;
}

/* Reads until each has seen `text` once; the largest of numbers behind it goes to ret_number. */
static bool crowd_see(struct crowd *crowd, const char *text, long long *ret_number)
{
	int64_t until_ms = time_monotonic_ms() + PATIENCE_MS;
	unsigned seen = 0;

	while (seen < DASHBOARDS && time_monotonic_ms() < until_ms) {
		struct epoll_event events[256];
		int count = epoll_wait(crowd->epoll, events, 256, 100);

		for (int i = 0; i < count; i++) {
			char bytes[8192];
			ssize_t len =
				read(crowd->fds[events[i].data.u32], bytes, sizeof(bytes) - 1);
			const char *found;

			if (len <= 0)
				return false;
			bytes[len] = '\0';
			found = strstr(bytes, text);
			if (found == NULL)
				continue;
			seen++;
			*ret_number = strtoll(found + strlen(text), NULL, 10);
		}
	}
	return seen == DASHBOARDS;
}

/* Milliseconds from the write to the last who was told, negative when it did not work. */
static double round_of(struct crowd *crowd, const struct bench_server *server, long long *revision)
{
	static const char write_request[] = "POST /v1/sessions HTTP/1.1\r\nHost: "
					    "localhost\r\nContent-Type: application/json\r\n"
					    "Content-Length: 14\r\n\r\n{\"name\":\"dev\"}";
	char drained[4096];
	long long unused = 0;
	int64_t begin_ns;
	double took_ms;

	if (!crowd_wait_for(crowd, server, *revision) ||
		!crowd_see(crowd, "\"full\":false", &unused))
		return -1;
	begin_ns = time_monotonic_ns();
	if (!send_text(crowd->writer, write_request) ||
		!crowd_see(crowd, "{\"revision\":", revision))
		return -1;
	took_ms = (double)(time_monotonic_ns() - begin_ns) / 1e6;
	return read(crowd->writer, drained, sizeof(drained)) > 0 ? took_ms : -1;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

int main(void)
{
	static struct crowd crowd;
	struct bench_server server;
	double took_ms[ROUNDS] = {0};
	long long revision;
	double cost;
	bool good;

	(void)signal(SIGPIPE, SIG_IGN);
	raise_files();
	good = bench_server_start(&server, bench_run_api) && crowd_connect(&crowd, &server);
	revision = server.hello.revision;
	for (int i = 0; good && i < ROUNDS; i++) {
		took_ms[i] = round_of(&crowd, &server, &revision);
		good = took_ms[i] >= 0;
	}
	cost = bench_server_stop(&server);
	qsort(took_ms, ROUNDS, sizeof(took_ms[0]), by_size);
	(void)printf(
		"{\"bench\":\"feed2000\",\"what\":\"2,000 dashboards told of one change, median "
		"of %d\",\"value\":%.1f,\"unit\":\"ms\",\"budget\":%d,\"worst\":%.1f,"
		"\"server_cpu_ms\":%.1f,\"ok\":%s}\n",
		ROUNDS, took_ms[ROUNDS / 2], BUDGET_MS, took_ms[ROUNDS - 1], cost * 1000 / ROUNDS,
		good && took_ms[ROUNDS / 2] <= BUDGET_MS ? "true" : "false");
	return good ? 0 : 1;
}
