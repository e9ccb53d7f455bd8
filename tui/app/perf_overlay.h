/*
 * What the dashboard itself takes: processor, memory, bytes to the terminal and from the control plane. The counters
 * run always; samples are taken, and shown, only while the overlay is open (F12).
 */
#ifndef UMBRA_TUI_APP_PERF_OVERLAY_H
#define UMBRA_TUI_APP_PERF_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;
struct client;
struct terminal;

enum { PERF_OVERLAY_POLLS = 64 };

/* Counters since the start, at one moment. */
struct perf_overlay_sample {
	int64_t at_ms; /* monotonic; 0: not taken yet */
	int64_t cpu_us; /* user and system */
	uint64_t tty_bytes;
	uint64_t frames;
	uint64_t net_bytes;
};

struct perf_overlay {
	bool shown;
	struct perf_overlay_sample first, before, now; /* the last two are about a second apart */
	uint64_t resident_bytes;
	float poll_ms
		[PERF_OVERLAY_POLLS]; /* of the polls of the stats, the newest over the oldest */
	size_t poll_count; /* since the start */
};

/* The stats were answered after so long. */
void perf_overlay_poll(struct perf_overlay *overlay, double seconds);
/* Opens or closes it. Opened, it counts from now. */
void perf_overlay_toggle(struct perf_overlay *overlay);
/* Takes a sample while it is shown; false: it is not. `client` NULL: there is none yet. */
bool perf_overlay_sample(
	struct perf_overlay *overlay, const struct terminal *screen, const struct client *client);
/* In the upper right corner of the canvas; with the control plane's URL. */
void perf_overlay_draw(
	const struct perf_overlay *overlay, const char *url, const struct canvas *canvas);

#endif
