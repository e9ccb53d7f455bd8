/*
 * The text that was copied, whole, to be read and selected: opened with it by the copy menu. It stands at the left
 * edge, and the mouse is the terminal's meanwhile.
 */
#include "tui/ui/view.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/widgets/format.h"
#include "tui/views/shell_rows.h"

struct copied {
	char *text; /* NULL: nothing yet */
	bool shell;
	size_t top; /* the first row shown */
	size_t rows; /* of the text, and of the screen: the last time it was prepared */
	size_t height;
};

enum { NOTE_ROWS = 2 };

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
	struct shell_rows lines = {.rest = str_of(state->text), .shell = state->shell};

	(void)model;
	(void)ui;
	(void)parts;
	state->height = rows > NOTE_ROWS ? (size_t)(rows - NOTE_ROWS) : 1;
	for (state->rows = 0; lines.rest.n > 0; state->rows++)
		(void)shell_rows_take(&lines, cols);
	if (state->top + state->height > state->rows)
		state->top = state->rows > state->height ? state->rows - state->height : 0;
}

static void copied_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct copied *state = arg;
	struct shell_rows lines = {.rest = str_of(state->text), .shell = state->shell};
	int y = 0;

	(void)model;
	(void)ui;
	canvas_clear_rows(canvas, 0, canvas->rows);
	for (size_t row = 0; lines.rest.n > 0 && y < canvas->rows - NOTE_ROWS; row++) {
		struct shell_row line = shell_rows_take(&lines, canvas->cols);
		int x;

		if (row < state->top)
			continue;
		x = canvas_run(canvas, y, 0, canvas->cols, ROLE_BASE, line.text);
		if (line.continued)
			(void)canvas_run_c(canvas, y, x, SHELL_CONTINUED_CELLS, ROLE_BASE, " \\");
		y++;
	}
	canvas_c(canvas, y + 1, 1, canvas->cols - 2, ROLE_QUIET,
		lines.rest.n > 0 || state->top > 0
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
