/* A theme as the terminal can show it: roles as curses attributes and pairs. Of terminal.c and canvas.c only. */
#ifndef UMBRA_TUI_TERM_THEME_ATTRS_H
#define UMBRA_TUI_TERM_THEME_ATTRS_H

#include <curses.h>

#include "tui/theme/theme.h"

enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_DIRECT };

struct theme_attrs {
	attr_t attributes[ROLE_COUNT];
	short pairs[ROLE_COUNT];
	cchar_t blanks[ROLE_COUNT]; /* a blank that looks so */
	cchar_t row_blanks[ROLE_COUNT]; /* the same in the selected row of a list */
};

/*
 * Makes the pairs (pair i+1 for role i, and as many behind them for the selected row) for a terminal with that depth
 * and number (count) of colours. Cells on the screen that use them change at the next frame.
 */
void theme_attrs_init(
	struct theme_attrs *colours, const struct theme *theme, enum depth depth, int count);

#endif
