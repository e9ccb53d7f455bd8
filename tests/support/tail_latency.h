/*
 * The real dashboard's tail in a terminal, fed with numbered requests by a server in a process of its own,
 * and how long each took from the control plane's hand to the screen.
 */
#ifndef UMBRA_TESTS_SUPPORT_TAIL_LATENCY_H
#define UMBRA_TESTS_SUPPORT_TAIL_LATENCY_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/bench_environment.h"
#include "tests/support/pty.h"

struct tail_latency {
	struct bench_environment scene;
	struct bench_server server;
	struct pty pty;
	double *lags_ms; /* of those since tail_latency_begin() */
	size_t lag_count;
	size_t next; /* the first request that was not on the screen yet */
	bool paused; /* the tail does not follow: nothing is counted */
};

/* The dashboard with its tail open and following, at `rate` requests a second for at most `seconds`. */
bool tail_latency_start(struct tail_latency *watch, int rate, int seconds);
void tail_latency_stop(struct tail_latency *watch);
/* Counting begins with what comes from now on. */
void tail_latency_begin(struct tail_latency *watch);
/*
 * Takes what the dashboard wrote within `ms`. A request counts as shown when it, or a later one below which it
 * has scrolled away, is on the screen.
 */
void tail_latency_read(struct tail_latency *watch, int ms);
/* To be said before it is paused, and when it is seen to follow again. */
void tail_latency_pause(struct tail_latency *watch, bool paused);

#endif
