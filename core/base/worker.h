/*
 * A thread that does what the event loop must not wait for.
 *
 * Jobs run one after another in the order they were posted, on the worker's thread; each job's `done`
 * then runs on the loop's thread, in the same order. A job must not touch what the loop owns. This is
 * the only place of core/ that knows threads.
 */
#ifndef UMBRA_BASE_WORKER_H
#define UMBRA_BASE_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct worker;

/* NULL when the thread or its wake-up could not be made. Name: at most 15 bytes, seen in ps and perf. */
struct worker *worker_create(struct event_base *base, const char *name);
/* Runs what was posted to its end, calls every `done`, then joins. NULL is fine. */
void worker_destroy(struct worker *worker);
/* `work` on the worker's thread, then `done` (may be NULL) on the loop. `arg` is handed to both. */
void worker_post(
	struct worker *worker, void (*work)(void *arg), void (*done)(void *arg), void *arg);
/* Jobs posted whose `done` has not run yet. */
size_t worker_pending(const struct worker *worker);

#endif
