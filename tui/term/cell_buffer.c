/*
 * The picture's cells, see cell_buffer.h. Written by canvas.c, handed to curses by terminal.c once a frame.
 *
 * Invariant: a glyph of two cells is followed by one cell without a character, and such a cell stands
 * nowhere else.
 */
#include "tui/term/cell_buffer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

static const cchar_t second; /* half of a wide glyph */

static cchar_t *cells_create(int count)
{
	return xcalloc((size_t)(count > 0 ? count : 1), sizeof(cchar_t));
}

void cell_buffer_resize(struct cell_buffer *grid, int rows, int cols, const cchar_t *blank)
{
	cell_buffer_finish(grid);
	grid->rows = rows;
	grid->cols = cols;
	grid->cells = cells_create(rows * cols);
	grid->given = cells_create(rows * cols);
	grid->row = cells_create(cols);
	grid->known = xcalloc((size_t)(rows > 0 ? rows : 1), sizeof(*grid->known));
	for (int i = 0; i < rows * cols; i++)
		grid->cells[i] = *blank;
}

void cell_buffer_finish(struct cell_buffer *grid)
{
	free(grid->cells);
	free(grid->given);
	free(grid->row);
	free(grid->known);
	memset(grid, 0, sizeof(*grid));
}

void cell_buffer_forget(struct cell_buffer *grid)
{
	for (int y = 0; y < grid->rows; y++)
		grid->known[y] = false;
}

/* What stands across the border left of x would be half a glyph. */
static void split(struct cell_buffer *grid, cchar_t *row, int x)
{
	if (x <= 0 || x >= grid->cols || row[x].chars[0] != L'\0')
		return;
	row[x - 1].chars[0] = row[x].chars[0] = L' ';
	memset(&row[x - 1].chars[1], 0, sizeof(row[x].chars) - sizeof(row[x].chars[0]));
	row[x].attr = row[x - 1].attr;
	row[x].ext_color = row[x - 1].ext_color;
}

void cell_buffer_put(struct cell_buffer *grid, int y, int x, const cchar_t *cell, int cells)
{
	cchar_t *row = grid->cells + (size_t)y * (size_t)grid->cols;

	split(grid, row, x);
	split(grid, row, x + cells);
	row[x] = *cell;
	if (cells == 2)
		row[x + 1] = second;
}

void cell_buffer_text(
	struct cell_buffer *grid, int y, int x, const cchar_t *cell, const char *text, int cols)
{
	cchar_t *row = grid->cells + (size_t)y * (size_t)grid->cols;

	split(grid, row, x);
	split(grid, row, x + cols);
	for (int i = 0; i < cols; i++) {
		row[x + i] = *cell;
		row[x + i].chars[0] = (wchar_t)text[i];
	}
}

void cell_buffer_fill(struct cell_buffer *grid, int y, int x, const cchar_t *cell, int cols)
{
	cchar_t *row = grid->cells + (size_t)y * (size_t)grid->cols;

	split(grid, row, x);
	split(grid, row, x + cols);
	for (int i = 0; i < cols; i++)
		row[x + i] = *cell;
}

/* ---- to curses ---- */

/* To hand over so many cells that did not change is cheaper than to begin anew. */
enum { GAP_MAX = 8 };

struct span {
	int from, to;
};

static bool is_row_as_given(const struct cell_buffer *grid, int y)
{
	size_t at = (size_t)y * (size_t)grid->cols;

	return grid->known[y] && memcmp(&grid->cells[at], &grid->given[at],
					 (size_t)grid->cols * sizeof(*grid->cells)) == 0;
}

static bool has_changed(const struct cell_buffer *grid, int y, int x)
{
	size_t at = (size_t)y * (size_t)grid->cols + (size_t)x;

	return !grid->known[y] ||
	       memcmp(&grid->cells[at], &grid->given[at], sizeof(*grid->cells)) != 0;
}

/* The next cells that changed, from x on, and those between them; empty when there are no more. */
static struct span next_span(const struct cell_buffer *grid, int y, int x)
{
	struct span span;

	while (x < grid->cols && !has_changed(grid, y, x))
		x++;
	span = (struct span){x, x};
	for (; x < grid->cols && x - span.to <= GAP_MAX; x++)
		if (has_changed(grid, y, x))
			span.to = x + 1;
	return span;
}

static void give_span(struct cell_buffer *grid, WINDOW *window, int y, struct span span)
{
	size_t at = (size_t)y * (size_t)grid->cols;
	const cchar_t *row = grid->cells + at;
	int count = 0;

	for (int x = span.from; x < span.to; x++)
		if (row[x].chars[0] != L'\0')
			grid->row[count++] = row[x];
	(void)mvwadd_wchnstr(window, y, span.from, grid->row, count);
	memcpy(grid->given + at + span.from, row + span.from,
		(size_t)(span.to - span.from) * sizeof(*row));
}

void cell_buffer_give(struct cell_buffer *grid, WINDOW *window)
{
	for (int y = 0; y < grid->rows; y++) {
		struct span span;

		if (is_row_as_given(grid, y))
			continue;
		span = next_span(grid, y, 0);
		while (span.from < span.to) {
			give_span(grid, window, y, span);
			span = next_span(grid, y, span.to);
		}
		grid->known[y] = true;
	}
}
