/* Rows of a line for the shell: the page of what was copied shows them. */
#include "tui/views/shell_rows.h"

#include "core/base/term_text.h"

/* Bytes that fit into `cols` cells. */
static size_t fitting(struct str text, int cols)
{
	struct str rest = text;
	struct text_glyph glyph;

	while (text_next(&rest, false, &glyph)) {
		if (glyph.cells > cols)
			return text.n - rest.n - glyph.taken;
		cols -= glyph.cells;
	}
	return text.n;
}

static void pass(struct shell_rows *rows, char c)
{
	if (rows->place == SHELL_PLAIN && c == '\\')
		rows->place = SHELL_ESCAPED;
	else if (rows->place == SHELL_PLAIN && c == '\'')
		rows->place = SHELL_QUOTED;
	else if (rows->place == SHELL_ESCAPED || c == '\'')
		rows->place = SHELL_PLAIN;
}

/* The last blank between words among the first `n` bytes; `n` when there is none. */
static size_t word_end(struct shell_rows rows, size_t n)
{
	size_t end = n;

	for (size_t i = 0; i < n; i++) {
		if (rows.rest.p[i] == ' ' && rows.place == SHELL_PLAIN && i > 0)
			end = i;
		pass(&rows, rows.rest.p[i]);
	}
	return end;
}

struct shell_row shell_rows_take(struct shell_rows *rows, int cols)
{
	size_t fits = fitting(rows->rest, cols);
	struct shell_row row = {{rows->rest.p, fits}, false};

	if (fits == 0)
		row.text.n = fits = 1; /* a glyph that is wider than the screen */
	if (rows->shell && fits < rows->rest.n) {
		size_t most = fitting(rows->rest, cols - SHELL_CONTINUED_CELLS);
		size_t end = word_end(*rows, most);

		if (end < most) {
			row = (struct shell_row){{rows->rest.p, end}, true};
			fits = end + 1;
		}
	}
	for (size_t i = 0; i < fits; i++)
		pass(rows, rows->rest.p[i]);
	rows->rest = (struct str){rows->rest.p + fits, rows->rest.n - fits};
	return row;
}
