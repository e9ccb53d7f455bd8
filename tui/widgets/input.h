/* One line of typed text with a cursor. UTF-8; the cursor stands between characters. */
#ifndef UMBRA_TUI_WIDGETS_INPUT_H
#define UMBRA_TUI_WIDGETS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"

struct canvas;

struct input {
	char text[LIMIT_FILTER + 1];
	size_t len;
	size_t cursor; /* byte */
	bool pasting;
	bool proposed; /* the whole text is selected: what is typed comes in its place */
};

enum input_event { INPUT_IGNORED, INPUT_MOVED, INPUT_CHANGED, INPUT_DONE, INPUT_CANCELLED };

/* A text to go on with; the cursor at its end. */
void input_set(struct input *input, const char *text);
/* A text to take or to type over. Any key that edits or moves begins with it as it is. */
void input_propose(struct input *input, const char *text);
enum input_event input_key(struct input *input, int32_t key);
/*
 * Draws from x to the end of the row and keeps the cursor in sight. `mistake` is the byte something is wrong
 * at, or SIZE_MAX.
 */
void input_draw(
	const struct canvas *canvas, int y, int x, const struct input *input, size_t mistake);

#endif
