/*
 * An environment of any size on the real API (api_fixture.h), for the benches: services of equal make,
 * versions with everything a pull request brings, sessions that pin, and requests at a steady rate.
 */
#ifndef UMBRA_TESTS_SUPPORT_BENCH_ENVIRONMENT_H
#define UMBRA_TESTS_SUPPORT_BENCH_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/bench_server.h"

/* What every first service is called; the others count up. */
#define SCENE_FIRST "service-0000"

struct bench_environment {
	int services;
	int versions; /* of each service, the first is its stable one */
	int sessions;
	int rate; /* requests a second; the n-th has the path /items/N?page=2 */
	int64_t *
		taken_ns; /* shared memory: when the n-th was taken, monotonic; NULL: nobody asks */
	size_t taken_max;
};

/* A server with it in a process of its own; stopped with bench_server_stop(). */
bool bench_environment_start(struct bench_server *server, const struct bench_environment *scene);

#endif
