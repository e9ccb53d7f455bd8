/*
 * Choosing one of a few: a pane of rows at the bottom, narrowed by typing. j and k move like the arrows until
 * something is typed.
 */
#ifndef UMBRA_TUI_WIDGETS_PICKER_H
#define UMBRA_TUI_WIDGETS_PICKER_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/widgets/line_edit.h"
#include "tui/widgets/list_cursor.h"
#include "tui/widgets/mouse_event.h"

struct canvas;

struct pick {
	char *value;
	char *note; /* shown beside it */
};

struct picker {
	struct pick *items;
	size_t count;
	size_t cap;
	size_t *shown; /* indexes of items that match what was typed */
	size_t shown_cap;
	struct list_cursor list;
	struct line_edit input;
	bool typing; /* something was typed: letters are text from then on */
};

void picker_clear(struct picker *picker);
/* Copies both. */
void picker_add(struct picker *picker, const char *value, const char *note);
bool picker_has(const struct picker *picker, const char *value);
/* After the last item, and before it is shown. */
void picker_ready(struct picker *picker, size_t height);
/* When it is ready: begins on this one, where it is among them, and not on the first. */
void picker_begin(struct picker *picker, const char *value);
/* LINE_EDIT_DONE: picker_value() was chosen. */
enum line_edit_event picker_key(struct picker *picker, int32_t key);
/* The mouse on a row of what picker_draw() drew, the rule being 0. */
enum mouse_answer picker_press(struct picker *picker, int row);
/* NULL when nothing matches. */
const char *picker_value(const struct picker *picker);
/* Rows it wants, at most `max`. */
int picker_rows(const struct picker *picker, int max);
/* Before it is drawn on so many rows: the chosen one is in sight. */
void picker_fit(struct picker *picker, int rows);
void picker_draw(const struct canvas *canvas, const struct picker *picker, const char *title);

#endif
