/*
 * Figures over a sliding window: 60 slots of one second each, with a count, error counts, bytes and a
 * histogram over the window. Used for a version, a caller-to-callee edge and a session.
 */
#ifndef UMBRA_MODEL_WINDOW_H
#define UMBRA_MODEL_WINDOW_H

#include <stdint.h>

enum { WINDOW_SLOTS = 60 };

struct window;

/* What the figures of one thing were over the last `seconds` (1..60). */
struct figures {
	double rate; /* requests per second */
	double share_4xx; /* 0..1 */
	double share_5xx;
	double p50_ms, p95_ms, p99_ms;
	uint64_t count;
	uint64_t bytes_in, bytes_out;
	int64_t last_seen; /* ms, 0: never */
	uint32_t history[WINDOW_SLOTS]; /* requests per second, oldest first */
};

struct window *window_create(void);
void window_destroy(struct window *w);
void window_add(struct window *w, int64_t time_ms, int status, double total_ms, int64_t bytes_in,
	int64_t bytes_out);
/* `now_ms` may be later than the last add: the slots between are empty. */
void window_figures(
	const struct window *w, int64_t now_ms, int seconds, struct figures *ret_figures);
int64_t window_last_seen(const struct window *w);

#endif
