/* A theme as the terminal can show it: roles as curses attributes and pairs. Of screen.c and canvas.c only. */
#ifndef UMBRA_TUI_PALETTE_H
#define UMBRA_TUI_PALETTE_H

#include <curses.h>

#include "tui/theme.h"

enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256 };

struct palette {
	attr_t attributes[ROLE_COUNT];
	short pairs[ROLE_COUNT];
};

/*
 * Makes the pairs (pair i+1 for role i) for a terminal with that depth and number of colours. Cells on the
 * screen that use them change at the next frame.
 */
void palette_init(
	struct palette *palette, const struct theme *theme, enum depth depth, int colours);

#endif
