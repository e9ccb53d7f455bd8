/*
 * The pane of F12. app.c takes a sample a second while it is open; drawing is pure. Everything in it is measured:
 * getrusage(2), /proc/self/statm (proc(5)), and the counters of the terminal and the client.
 */
#include "tui/app/perf_overlay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/client/client.h"

#include "tui/term/canvas.h"
#include "tui/term/terminal.h"

enum { PANE_COLS = 60, PANE_ROWS = 9 };

void perf_overlay_poll(struct perf_overlay *overlay, double seconds)
{
	overlay->poll_ms[overlay->poll_count++ % PERF_OVERLAY_POLLS] = (float)(seconds * 1000);
}

static int64_t cpu_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* The second number of statm: pages that are in memory. */
static uint64_t resident_bytes(void)
{
	char text[128] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	struct str rest = {text, n > 0 ? (size_t)n : 0};
	uint64_t pages = 0;

	if (fd >= 0)
		close(fd);
	(void)str_cut(&rest, ' ');
	(void)str_to_u64(str_cut(&rest, ' '), &pages);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void perf_overlay_toggle(struct perf_overlay *overlay)
{
	overlay->shown = !overlay->shown;
	memset(&overlay->first, 0, sizeof(overlay->first));
	memset(&overlay->now, 0, sizeof(overlay->now));
}

bool perf_overlay_sample(
	struct perf_overlay *overlay, const struct terminal *screen, const struct client *client)
{
	struct perf_overlay_sample *now = &overlay->now;
	uint64_t exchanges;

	if (!overlay->shown)
		return false;
	overlay->before = *now;
	memset(now, 0, sizeof(*now));
	now->at_ms = time_monotonic_ms();
	now->cpu_us = cpu_us();
	terminal_cost(screen, &now->tty_bytes, &now->frames);
	if (client)
		client_cost(client, &now->net_bytes, &exchanges);
	if (overlay->first.at_ms == 0)
		overlay->first = *now;
	overlay->resident_bytes = resident_bytes();
	return true;
}

static int by_size(const void *a, const void *b)
{
	float left = *(const float *)a;
	float right = *(const float *)b;

	return (left > right) - (left < right);
}

/* The middle and the longest of the polls that are kept; 0 without any. */
static void poll_times(const struct perf_overlay *overlay, double *ret_p50_ms, double *ret_max_ms)
{
	float sorted[PERF_OVERLAY_POLLS];
	size_t count =
		overlay->poll_count < PERF_OVERLAY_POLLS ? overlay->poll_count : PERF_OVERLAY_POLLS;

	*ret_p50_ms = *ret_max_ms = 0;
	if (count == 0)
		return;
	memcpy(sorted, overlay->poll_ms, count * sizeof(sorted[0]));
	qsort(sorted, count, sizeof(sorted[0]), by_size);
	*ret_p50_ms = (double)sorted[count / 2];
	*ret_max_ms = (double)sorted[count - 1];
}

/* ---- drawing ---- */

static void format_bytes(char dst[24], double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB"};
	size_t unit = 0;

	for (; bytes >= 1000 && unit + 1 < ARRAY_LEN(units); unit++)
		bytes /= 1000;
	(void)snprintf(dst, 24, "%.*f %s", unit > 0 ? 1 : 0, bytes, units[unit]);
}

/* What a counter grew by each second, between the last two samples. */
static double rate(const struct perf_overlay *overlay, uint64_t now, uint64_t before)
{
	int64_t ms = overlay->now.at_ms - overlay->before.at_ms;

	return overlay->before.at_ms > 0 && ms > 0 ? (double)(now - before) * 1000 / (double)ms : 0;
}

static double cpu_share(
	const struct perf_overlay_sample *now, const struct perf_overlay_sample *before)
{
	int64_t ms = now->at_ms - before->at_ms;

	return before->at_ms > 0 && ms > 0
		       ? (double)(now->cpu_us - before->cpu_us) / 10 / (double)ms
		       : 0;
}

static void draw_line(const struct canvas *pane, int y, const char *name, const char *value)
{
	canvas_clear(pane, y, 0);
	(void)canvas_glyph(pane, y, 0, ROLE_RULE, GLYPH_MARK);
	(void)canvas_run_c(pane, y, 2, 12, ROLE_QUIET, name);
	(void)canvas_run_c(pane, y, 15, pane->cols - 15, ROLE_FIGURE, value);
}

void perf_overlay_draw(
	const struct perf_overlay *overlay, const char *url, const struct canvas *canvas)
{
	struct canvas pane = canvas_part(canvas, 0, canvas->cols - PANE_COLS, PANE_ROWS, PANE_COLS);
	const struct perf_overlay_sample *now = &overlay->now;
	char text[96], a[24], b[24];
	double p50, longest;

	if (canvas->cols < PANE_COLS || canvas->rows < PANE_ROWS)
		return;
	canvas_clear(&pane, 0, 0);
	(void)canvas_glyph(&pane, 0, 0, ROLE_RULE, GLYPH_MARK);
	(void)canvas_run_c(&pane, 0, 2, PANE_COLS - 2, ROLE_HEADING, "WHAT THIS DASHBOARD TAKES");
	(void)snprintf(text, sizeof(text), "%.2f %% of a core now, %.2f %% on average",
		cpu_share(now, &overlay->before), cpu_share(now, &overlay->first));
	draw_line(&pane, 1, "processor", text);
	format_bytes(a, (double)overlay->resident_bytes);
	draw_line(&pane, 2, "memory", a);
	format_bytes(a, rate(overlay, now->tty_bytes, overlay->before.tty_bytes));
	format_bytes(b, (double)now->tty_bytes);
	(void)snprintf(text, sizeof(text), "%s/s, %s in all", a, b);
	draw_line(&pane, 3, "to terminal", text);
	(void)snprintf(text, sizeof(text), "%.1f /s, %llu in all",
		rate(overlay, now->frames, overlay->before.frames),
		(unsigned long long)now->frames);
	draw_line(&pane, 4, "frames", text);
	format_bytes(a, rate(overlay, now->net_bytes, overlay->before.net_bytes));
	format_bytes(b, (double)now->net_bytes);
	(void)snprintf(text, sizeof(text), "%s/s, %s in all", a, b);
	draw_line(&pane, 5, "from network", text);
	poll_times(overlay, &p50, &longest);
	(void)snprintf(
		text, sizeof(text), "half of them under %.1f ms, at most %.1f ms", p50, longest);
	draw_line(&pane, 6, "a poll", text);
	draw_line(&pane, 7, "connected to", url);
	canvas_clear(&pane, 8, 0);
}
