/*
 * The picture, and where in it the mouse presses a key:
 *
 *   row 0     umbra, environment, connection, totals, your session
 *   row 1     tabs
 *   row 2     crumbs, and what the view says of itself
 *   row 3..   the view
 *   below     the tour's next step: tour_bar.c
 *   last      hints, a message, or the prompt: status_line.c
 */
#ifndef UMBRA_TUI_APP_LAYOUT_H
#define UMBRA_TUI_APP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/term/canvas.h"

struct frames;
struct model;
struct navigation;
struct palette;
struct perf_overlay;
struct terminal;
struct theme;
struct ui;

enum { HEAD_ROWS = 3 };

/* Where in the last frame a press of the mouse is the press of a key. */
struct click_area {
	int y, x, cols; /* of the screen */
	int32_t key; /* below 0: of a tab, negated */
};

enum { CLICK_AREAS_MAX = 48 };

struct layout {
	struct terminal *screen;
	const struct theme *theme;
	const struct model *model;
	const struct palette *palette;
	const struct perf_overlay *overlay;
	struct ui *ui;
	struct navigation *nav;
	struct frames *frames;
	bool mouse_given; /* to the terminal, by key: a hint says how to take it back */
	/* Of the last frame: */
	struct click_area areas[CLICK_AREAS_MAX];
	size_t area_count;
	int body_rows, body_cols; /* the view's part; it begins at HEAD_ROWS */
	int prompt_y;
};

/* Whether the screen is too small for the dashboard: it shows only that. */
bool layout_is_too_small(const struct canvas *whole);
/* Prepares the view on top for the next frame, at the size that it will have there. */
void layout_prepare(struct layout *layout);
/* The same, and paints the frame. Returns when something in it grows older, 0: nothing does. */
int64_t layout_paint(struct layout *layout, int64_t now_ms);
/* For what draws: what is there is a key for the mouse, too. Position is of the canvas. */
void layout_add_area(
	struct layout *layout, const struct canvas *canvas, int y, int x, int cols, int32_t key);

#endif
