/*
 * Columns of a table: which fit, and where. Pure.
 *
 * All get their least width; when that is too much, the one with the highest `drop` goes first. What is
 * left over goes to those that may grow, a cell each in turn, up to their `max`.
 */
#ifndef UMBRA_TUI_WIDGETS_COLUMNS_H
#define UMBRA_TUI_WIDGETS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct canvas;

struct column_spec {
	const char *title;
	int min;
	int max; /* grows up to this; 0: does not grow */
	int gap; /* blanks before it */
	int drop; /* 0: never dropped */
	bool right;
	char sort; /* the letter after `s`, 0: not sortable */
};

enum { COLUMNS_MAX = 24 };

struct placed {
	int x;
	int width; /* 0: not shown */
};

/* `placed` has `count` entries. Returns the columns used in all. */
int columns_place(const struct column_spec *specs, size_t count, int width, struct placed *placed);
/* The row of titles; the sorted one (count: none) with its direction. */
void columns_draw_titles(const struct canvas *canvas, int y, const struct column_spec *specs,
	size_t count, const struct placed *placed);

#endif
