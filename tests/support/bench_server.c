/*
 * Forking, the pipe and the clock of CPU time for the benches of the API.
 */
#include "tests/support/bench_server.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/util.h>

#include "tests/support/api_fixture.h"

static double cpu_seconds(void)
{
	struct rusage use;

	(void)getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void stop_loop(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static void put(int to, const void *data, size_t len)
{
	if (write(to, data, len) != (ssize_t)len)
		_exit(1);
}

void bench_serve(struct event_base *base, const struct bench_hello *hello, int to)
{
	struct event *on_term = evsignal_new(base, SIGTERM, stop_loop, base);
	double before = cpu_seconds();
	double cost;

	(void)event_add(on_term, NULL);
	put(to, hello, sizeof(*hello));
	(void)event_base_dispatch(base);
	cost = cpu_seconds() - before;
	put(to, &cost, sizeof(cost));
	event_free(on_term);
}

void bench_run_api(int to)
{
	struct fixture f;
	struct bench_hello hello;

	fixture_start(&f, NULL);
	(void)snprintf(hello.address, sizeof(hello.address), "%s", f.address);
	(void)snprintf(hello.epoch, sizeof(hello.epoch), "%s", plane_environment(f.plane)->epoch);
	hello.revision = plane_environment(f.plane)->revision;
	bench_serve(f.base, &hello, to);
	fixture_stop(&f);
}

bool bench_server_start(struct bench_server *server, void (*run)(int to))
{
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	server->pid = fork();
	if (server->pid == 0) {
		(void)close(ends[0]);
		run(ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	server->from = ends[0];
	return server->pid > 0 && read(server->from, &server->hello, sizeof(server->hello)) ==
					  (ssize_t)sizeof(server->hello);
}

double bench_server_stop(struct bench_server *server)
{
	double cost = 0;

	if (server->pid <= 0)
		return 0;
	(void)kill(server->pid, SIGTERM);
	if (read(server->from, &cost, sizeof(cost)) != (ssize_t)sizeof(cost))
		cost = 0;
	(void)waitpid(server->pid, NULL, 0);
	(void)close(server->from);
	return cost;
}

int bench_server_connect(const struct bench_server *server)
{
	struct sockaddr_storage sa;
	int len = sizeof(sa);
	int fd;

	if (evutil_parse_sockaddr_port(server->hello.address, (struct sockaddr *)&sa, &len) != 0)
		return -1;
	fd = socket(sa.ss_family, SOCK_STREAM, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, (socklen_t)len) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}
