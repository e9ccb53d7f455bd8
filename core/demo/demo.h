/*
 * The demo: the whole system on this machine, with a sample shop, its pull requests and its visitors.
 *
 * Four kinds of process, each the same program again:
 *
 *   umbra demo                dashboard, tour or headless; holds the reaper's death_pipe
 *     umbra __shop reaper   ancestor of all below (a subreaper); ends when nothing of it is left
 *       umbra __shop host     starts serve, the shop and the visitors, and starts again what ends early
 *         umbra serve         control plane and proxy
 *         umbra __shop serve SERVICE VERSION ...   one for each version
 *         umbra __shop visitors ...
 *
 * The death_pipe is a pipe: when its writing end closes, however that came about (stop, a signal, kill -9,
 * a crash), the reaper ends everything and removes the temporary directory. There is no other way to stop.
 */
#ifndef UMBRA_DEMO_DEMO_H
#define UMBRA_DEMO_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct demo_options {
	uint64_t seed; /* of the visitors and the shop's chances; 0: chosen and told */
	double rate; /* requests a second that enter at the gateway; 0: 50 */
	const char *haproxy; /* handed to serve; NULL: what serve finds */
};

struct demo;

/*
 * Starts it and waits until the control plane answers (some 0.2 s): enough for a dashboard, which then
 * sees the services arrive. NULL with a sentence; nothing is left running then. Blocks; no event loop
 * of the caller is needed before or while it runs.
 */
struct demo *demo_start(const struct demo_options *options, struct errbuf *eb);
/*
 * Waits until every version that can be is healthy and visitors are on their way. With `say` (may be
 * NULL) what happens meanwhile is told, a sentence a line without newline.
 */
enum err demo_wait_ready(struct demo *demo, int timeout_ms, struct errbuf *eb);
/* Ends all of it, and returns when nothing is left. NULL is fine. */
void demo_stop(struct demo *demo);

/* "http://127.0.0.1:41234", borrowed until demo_stop(). */
const char *demo_api_url(const struct demo *demo);
const char *demo_proxy_url(const struct demo *demo);
uint64_t demo_seed(const struct demo *demo);

/*
 * `umbra demo --headless`: prints the ready line to stdout, tells of restarts on stderr, and runs until
 * INT, TERM or HUP (exit code 0) or until it cannot go on (1).
 */
int demo_headless(const struct demo_options *options);
/*
 * `umbra demo` without a terminal: one pass of the tour in plain text against the real thing. Exit code 0
 * when all was as it must be, else 1 with a line for what was not.
 */
int demo_selfcheck(const struct demo_options *options);

/*
 * The hidden verb `__shop`: what the demo starts again as itself. `argv` without the program's name:
 * {"__shop", ROLE, ...}. To be called before anything else of the program, with no thread started.
 */
int demo_shop_main(int argc, const char *const *argv);

#endif
