/*
 * A server under measurement in a process of its own, so that its CPU is its own: forked, it says where it
 * listens, runs its loop until it is stopped, and says what that cost.
 */
#ifndef UMBRA_TESTS_SUPPORT_BENCH_SERVER_H
#define UMBRA_TESTS_SUPPORT_BENCH_SERVER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <event2/event.h>

#include "core/api/server.h"

struct bench_hello {
	char address[API_ADDRESS_SIZE];
	char epoch[64];
	long long revision;
};

struct bench_server {
	pid_t pid;
	int from;
	struct bench_hello hello;
};

/* In the parent. `run` sets up, calls bench_serve(), and cleans up. False when it did not come up. */
bool bench_server_start(struct bench_server *server, void (*run)(int to));
/* Returns the CPU seconds of its loop, 0 when it did not tell. */
double bench_server_stop(struct bench_server *server);
/* A blocking connection to it, -1 when there is none. */
int bench_server_connect(const struct bench_server *server);

/* In the child: says hello, runs the loop until TERM, tells the cost. */
void bench_serve(struct event_base *base, const struct bench_hello *hello, int to);
/* The whole API over an empty environment (api_fixture.h), as a `run`. */
void bench_run_api(int to);

#endif
