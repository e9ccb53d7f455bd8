/* One line of typed text with a cursor. UTF-8; the cursor stands between characters. */
#ifndef UMBRA_TUI_WIDGETS_LINE_EDIT_H
#define UMBRA_TUI_WIDGETS_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"

struct canvas;

struct line_edit {
	char text[LIMIT_FILTER + 1];
	size_t len;
	size_t cursor; /* byte */
	bool pasting;
	bool proposed; /* the whole text is selected: what is typed comes in its place */
};

enum line_edit_event {
	LINE_EDIT_IGNORED,
	LINE_EDIT_MOVED,
	LINE_EDIT_CHANGED,
	LINE_EDIT_DONE,
	LINE_EDIT_CANCELLED
};

/* A text to go on with; the cursor at its end. */
void line_edit_set(struct line_edit *input, const char *text);
/* A text to take or to type over. Any key that edits or moves begins with it as it is. */
void line_edit_propose(struct line_edit *input, const char *text);
enum line_edit_event line_edit_key(struct line_edit *input, int32_t key);
/*
 * Draws from x to the end of the row and keeps the cursor in sight. `mistake` is the byte something is wrong
 * at, or SIZE_MAX.
 */
void line_edit_draw(
	const struct canvas *canvas, int y, int x, const struct line_edit *input, size_t mistake);

#endif
