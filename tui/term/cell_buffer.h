/*
 * The cells of the picture that is being drawn, before curses sees them. Of terminal.c and canvas.c only.
 *
 * Views draw every row anew each frame. Handing all of that to curses, run by run, costs more than drawing
 * it; here a cell is a copy, and curses gets what differs from what it was given last.
 */
#ifndef UMBRA_TUI_TERM_CELL_BUFFER_H
#define UMBRA_TUI_TERM_CELL_BUFFER_H

#include <stdbool.h>

#include <curses.h>

struct cell_buffer {
	int rows, cols;
	cchar_t *cells; /* the second cell of a wide glyph holds no character */
	cchar_t *given; /* what curses has, of rows that are `known` */
	bool *known;
	cchar_t *row; /* one without those second cells, as curses takes it */
};

/* All of it `blank`, and nothing known to curses. On a zeroed one, too. */
void cell_buffer_resize(struct cell_buffer *grid, int rows, int cols, const cchar_t *blank);
void cell_buffer_finish(struct cell_buffer *grid);
/* Curses has forgotten: every row is handed over at the next frame. */
void cell_buffer_forget(struct cell_buffer *grid);

/* One glyph of one or two cells, inside the grid. A wide one that it covers half of is gone. */
void cell_buffer_put(struct cell_buffer *grid, int y, int x, const cchar_t *cell, int cells);
/* A glyph a byte, each looking like the cell: of printable ASCII only. */
void cell_buffer_text(
	struct cell_buffer *grid, int y, int x, const cchar_t *cell, const char *text, int cols);
/* The same one-cell glyph over and over. */
void cell_buffer_fill(struct cell_buffer *grid, int y, int x, const cchar_t *cell, int cols);
/* Hands over the cells that changed. */
void cell_buffer_give(struct cell_buffer *grid, WINDOW *window);

#endif
