/* Where one is in a list of rows: the selected row, the first one shown, and how they move. */
#ifndef UMBRA_TUI_WIDGETS_LIST_CURSOR_H
#define UMBRA_TUI_WIDGETS_LIST_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/widgets/mouse_event.h"

/* How a list moves; what moves nothing is MOTION_NONE. */
enum list_motion {
	MOTION_NONE,
	MOTION_UP,
	MOTION_DOWN,
	MOTION_PAGE_UP,
	MOTION_PAGE_DOWN,
	MOTION_HALF_UP,
	MOTION_HALF_DOWN,
	MOTION_TOP,
	MOTION_BOTTOM
};

struct list_cursor {
	size_t selected;
	size_t top;
	size_t count;
	size_t height; /* rows on the screen, at least 1 */
};

/* Takes new sizes over; the selected row stays in sight, and at its place on the screen where it can. */
void list_cursor_resize(struct list_cursor *list, size_t count, size_t height);
/* The row that was selected is now at `row`: it keeps its place on the screen. */
void list_cursor_follow(struct list_cursor *list, size_t row);
void list_cursor_select(struct list_cursor *list, size_t row);
/* False when it is MOTION_NONE. */
bool list_cursor_move(struct list_cursor *list, enum list_motion motion);
/* The mouse on the row that is `at` below the first one shown. */
enum mouse_answer list_cursor_press(struct list_cursor *list, size_t at);
/*
 * The row to look at as the i-th (0 to count - 1) when something is looked for: from the selected one on, or
 * back, and around the end. With `stay` the selected one is the first, else it is the last.
 */
size_t list_cursor_around(const struct list_cursor *list, size_t i, bool back, bool stay);
/* Whether the last row is selected. */
bool list_cursor_at_end(const struct list_cursor *list);

#endif
