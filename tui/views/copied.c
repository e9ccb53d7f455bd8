/*
 * The text that was copied, whole, to be read and selected: opened with it by the copy menu. It stands at the left
 * edge, and the mouse is the terminal's meanwhile.
 */
#include "tui/ui/view.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/ui/text_page.h"
#include "tui/views/shell_rows.h"

struct copied {
	struct text_page page;
	char *text; /* NULL: nothing yet */
	bool shell;
};

enum { NOTE_ROWS = 2 };

static void *copied_create(void)
{
	struct copied *state = xcalloc(1, sizeof(*state));

	text_page_init(&state->page, 0, 0, false);
	return state;
}

static void copied_destroy(void *arg)
{
	struct copied *state = arg;

	text_page_finish(&state->page);
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
	state->shell = str_starts(text, STR_LIT("curl ")) || str_starts(text, STR_LIT("umbra ")) ||
		       str_starts(text, STR_LIT("grpcurl ")) ||
		       str_starts(text, str_of(model->program));
}

/* The rows are as wide as the screen already: the page breaks none of them. */
static void copied_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct copied *state = arg;
	struct shell_rows lines = {.rest = str_of(state->text), .shell = state->shell};

	(void)model;
	(void)ui;
	(void)parts;
	text_page_begin(&state->page);
	while (lines.rest.n > 0) {
		struct shell_row line = shell_rows_take(&lines, cols);

		text_page_addf(&state->page, NULL, ROLE_BASE, "%.*s%s", STR_ARG(line.text),
			line.continued ? " \\" : "");
	}
	text_page_resize(&state->page, rows - NOTE_ROWS, cols + 1);
}

static void copied_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct copied *state = arg;
	const struct list_cursor *cursor = &state->page.cursor;
	bool whole = cursor->count <= cursor->height;

	(void)model;
	text_page_draw(&state->page, canvas, str_of(ui->find));
	canvas_c(canvas, (int)(whole ? cursor->count : cursor->height) + 1, 1, canvas->cols - 2,
		ROLE_QUIET,
		whole ? "The mouse selects text here."
		      : "The mouse selects text here. j k PgDn PgUp: the rest.");
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
	.act = text_page_act,
	.find = text_page_find,
};
