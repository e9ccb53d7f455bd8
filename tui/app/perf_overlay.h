/*
 * What the dashboard itself takes: processor, memory, bytes to the terminal and from the control plane. Counted
 * always (a number goes up), worked out and shown only while somebody looks.
 */
#ifndef UMBRA_TUI_APP_PERF_OVERLAY_H
#define UMBRA_TUI_APP_PERF_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;

enum { PERF_OVERLAY_POLLS = 64 };

/* Counters since the start, at one moment. */
struct perf_overlay_sample {
	int64_t at_ms; /* monotonic; 0: not taken yet */
	int64_t cpu_us; /* user and system */
	uint64_t tty_bytes;
	uint64_t frames;
	uint64_t net_bytes;
	uint64_t exchanges;
};

struct perf_overlay {
	bool shown;
	struct perf_overlay_sample first, before, now; /* the last two are about a second apart */
	uint64_t resident_bytes;
	float poll_ms
		[PERF_OVERLAY_POLLS]; /* of the polls of the stats, the newest over the oldest */
	size_t poll_count; /* since the start */
};

void perf_overlay_poll(struct perf_overlay *cost, double seconds);
/* Takes a sample; the one before moves. `tty` and `net` counters are the caller's. */
void perf_overlay_take(struct perf_overlay *cost, uint64_t tty_bytes, uint64_t frames,
	uint64_t net_bytes, uint64_t exchanges);
/* The middle and the longest of the polls kept; 0 without any. */
void perf_overlay_polls(const struct perf_overlay *cost, double *ret_p50_ms, double *ret_max_ms);
/* In the upper right corner of the canvas; with the control plane's URL. */
void perf_overlay_draw(
	const struct perf_overlay *cost, const char *url, const struct canvas *canvas);

#endif
