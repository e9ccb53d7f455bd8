/*
 * The cells of the picture that is being drawn, before curses sees them. Of screen.c and canvas.c only.
 *
 * Views draw every row anew each frame. Handing all of that to curses, run by run, costs more than drawing
 * it; here a cell is a copy, and curses gets what differs from what it was given last.
 */
#ifndef UMBRA_TUI_GRID_H
#define UMBRA_TUI_GRID_H

#include <stdbool.h>

#include <curses.h>

struct grid {
	int rows, cols;
	cchar_t *cells; /* the second cell of a wide glyph holds no character */
	cchar_t *given; /* what curses has, of rows that are `known` */
	bool *known;
	cchar_t *row; /* one without those second cells, as curses takes it */
};

/* All of it `blank`, and nothing known to curses. On a zeroed one, too. */
void grid_resize(struct grid *grid, int rows, int cols, const cchar_t *blank);
void grid_finish(struct grid *grid);
/* Curses has forgotten: every row is handed over at the next frame. */
void grid_forget(struct grid *grid);

/* One glyph of one or two cells, inside the grid. A wide one that it covers half of is gone. */
void grid_put(struct grid *grid, int y, int x, const cchar_t *cell, int cells);
/* A glyph a byte, each looking like the cell: of printable ASCII only. */
void grid_text(struct grid *grid, int y, int x, const cchar_t *cell, const char *text, int cols);
/* The same one-cell glyph over and over. */
void grid_fill(struct grid *grid, int y, int x, const cchar_t *cell, int cols);
/* Hands over the cells that changed. */
void grid_give(struct grid *grid, WINDOW *window);

#endif
