/*
 * A line for the shell in the rows of a screen. Pure.
 *
 * It is broken between its words, and the row ends with a backslash: what is selected over several rows runs as it
 * is. A word that is longer than a row is cut at the edge, as is text that is not for the shell.
 */
#ifndef UMBRA_TUI_VIEWS_SHELL_ROWS_H
#define UMBRA_TUI_VIEWS_SHELL_ROWS_H

#include <stdbool.h>

#include "core/base/str.h"

enum { SHELL_CONTINUED_CELLS = 2 }; /* of " \" */

struct shell_rows {
	struct str rest; /* not taken yet */
	bool shell; /* it is for the shell */
	/* Where `rest` begins: between quotes, behind a backslash, or neither. */
	enum { SHELL_PLAIN, SHELL_QUOTED, SHELL_ESCAPED } place;
};

struct shell_row {
	struct str text;
	bool continued; /* a blank was left out behind it, and " \" is to stand there */
};

/* The next row of `cols` cells; while `rest` is not empty. */
struct shell_row shell_rows_take(struct shell_rows *rows, int cols);

#endif
