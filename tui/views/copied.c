/*
 * The text that was copied, whole, to be read and selected: opened with it by the copy menu. It stands at the left
 * edge, and the mouse is the terminal's meanwhile.
 *
 * A line for the shell that is longer than the screen is broken between its words, with a backslash: what is
 * selected over several rows runs as it is. Other text is cut at the edge.
 */
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"

#include "tui/views/cells.h"

struct copied {
	char *text; /* NULL: nothing yet */
	bool shell;
	size_t top; /* the first row shown */
	size_t rows; /* of the text, and of the screen: the last time it was prepared */
	size_t height;
};

static const char continued[] = " \\";
enum { CONTINUED_CELLS = sizeof(continued) - 1, NOTE_ROWS = 2 };

/* What stands in one row. */
struct row {
	struct str text;
	bool continued; /* a blank was left out behind it */
};

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

/* The last blank outside of quotes among the first `n` bytes; `n` when there is none. */
static size_t word_end(struct str text, size_t n)
{
	bool quoted = false;
	size_t end = n;

	for (size_t i = 0; i < n; i++) {
		if (text.p[i] == '\'' && (i == 0 || text.p[i - 1] != '\\' || quoted))
			quoted = !quoted;
		else if (text.p[i] == ' ' && !quoted && i > 0)
			end = i;
	}
	return end;
}

static struct row take_row(struct str *rest, int cols, bool shell)
{
	size_t fits = fitting(*rest, cols);
	struct row row = {{rest->p, fits}, false};
	size_t most, end;

	if (fits == 0)
		row.text.n = fits = 1; /* a glyph that is wider than the screen */
	most = fitting(*rest, cols - CONTINUED_CELLS);
	end = shell && fits < rest->n ? word_end(*rest, most) : most;
	if (shell && fits < rest->n && end < most) {
		row = (struct row){{rest->p, end}, true};
		fits = end + 1;
	}
	*rest = (struct str){rest->p + fits, rest->n - fits};
	return row;
}

static void *copied_create(void)
{
	return xcalloc(1, sizeof(struct copied));
}

static void copied_destroy(void *arg)
{
	struct copied *state = arg;

	free(state->text);
	free(state);
}

static void copied_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct copied *state = arg;
	struct str text = str_of(argument);

	(void)ui;
	free(state->text);
	state->text = xstrdup(argument);
	state->top = 0;
	state->shell = str_starts(text, STR_LIT("curl ")) || str_starts(text, STR_LIT("umbra ")) ||
		       str_starts(text, STR_LIT("grpcurl ")) ||
		       str_starts(text, str_of(model->program));
}

static void copied_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct copied *state = arg;
	struct str rest = str_of(state->text);

	(void)model;
	(void)ui;
	(void)parts;
	state->height = rows > NOTE_ROWS ? (size_t)(rows - NOTE_ROWS) : 1;
	for (state->rows = 0; rest.n > 0; state->rows++)
		(void)take_row(&rest, cols, state->shell);
	if (state->top + state->height > state->rows)
		state->top = state->rows > state->height ? state->rows - state->height : 0;
}

static void copied_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct copied *state = arg;
	struct str rest = str_of(state->text);
	int y = 0;

	(void)model;
	(void)ui;
	canvas_clear_rows(canvas, 0, canvas->rows);
	for (size_t row = 0; rest.n > 0 && y < canvas->rows - NOTE_ROWS; row++) {
		struct row line = take_row(&rest, canvas->cols, state->shell);
		int x;

		if (row < state->top)
			continue;
		x = canvas_run(canvas, y, 0, canvas->cols, ROLE_BASE, line.text);
		if (line.continued)
			(void)canvas_run_c(canvas, y, x, CONTINUED_CELLS, ROLE_BASE, continued);
		y++;
	}
	canvas_c(canvas, y + 1, 1, canvas->cols - 2, ROLE_QUIET,
		rest.n > 0 || state->top > 0
			? "The mouse selects text here. j k PgDn PgUp: the rest."
			: "The mouse selects text here.");
}

static enum redraw copied_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct copied *state = arg;
	size_t last = state->rows > state->height ? state->rows - state->height : 0;
	size_t by = action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP ? state->height : 1;

	(void)model;
	switch (action) {
	case ACTION_BACK:
		ui_back(ui);
		return REDRAW_ALL;
	case ACTION_DOWN:
	case ACTION_PAGE_DOWN:
		state->top = state->top + by < last ? state->top + by : last;
		return REDRAW_ALL;
	case ACTION_UP:
	case ACTION_PAGE_UP:
		state->top -= by < state->top ? by : state->top;
		return REDRAW_ALL;
	default:
		return REDRAW_NONE;
	}
}

const struct view view_copied = {
	.name = "copied",
	.title = "Copied text",
	.area = AREA_DETAIL,
	.flags = VIEW_ALWAYS | VIEW_SELECTS_TEXT,
	.create = copied_create,
	.destroy = copied_destroy,
	.open = copied_open,
	.prepare = copied_prepare,
	.draw = copied_draw,
	.act = copied_act,
};
