/*
 * Choosing the columns of the list one came from: which are shown, and in which order. Opened by
 * ui_choose_columns(). What is changed holds at once; leaving is all there is to confirm.
 *
 * It says of every column what it shows, and so is the glossary of the list, too.
 */
#include "tui/ui/view.h"

#include <stdlib.h>

#include "core/base/xalloc.h"

#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"

enum { TITLE_COLS = 19, FOOT_ROWS = 3 };

struct chooser {
	const struct column_set *set;
	struct column_choice *choice; /* of the view below, which outlives this one */
	struct placed placed[COLUMNS_MAX]; /* as that view would show them */
	struct list_cursor list;
};

static void *chooser_create(void)
{
	return xcalloc(1, sizeof(struct chooser));
}

static void chooser_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct chooser *state = arg;

	(void)model;
	(void)argument;
	state->set = ui->column_set;
	state->choice = ui->column_choice;
	state->list.selected = 1;
}

static void chooser_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct chooser *state = arg;

	(void)model;
	(void)ui;
	(void)parts;
	list_cursor_resize(
		&state->list, state->set->count, rows > FOOT_ROWS ? (size_t)(rows - FOOT_ROWS) : 1);
	(void)columns_place_chosen(state->set, state->choice, cols - 1, state->placed);
}

static void draw_column(const struct chooser *state, const struct canvas *canvas, int y, size_t at)
{
	size_t index = state->choice->order[at];
	bool selected = at == state->list.selected;
	bool hidden = state->choice->hidden[index];
	bool cut = !hidden && state->placed[index].width == 0;
	int x = 5;

	(void)canvas_glyph(
		canvas, y, 3, hidden ? ROLE_QUIET : ROLE_READY, hidden ? GLYPH_NONE : GLYPH_CHECK);
	canvas_c(canvas, y, x, TITLE_COLS,
		selected ? ROLE_SELECTED
		: hidden ? ROLE_QUIET
			 : ROLE_BASE,
		state->set->specs[index].title);
	x += TITLE_COLS + 1;
	if (cut)
		x += canvas_run_c(
			     canvas, y, x, canvas->cols - x - 1, ROLE_WARNING, "no room here:") +
		     1;
	canvas_c(canvas, y, x, canvas->cols - x - 1, hidden ? ROLE_QUIET : ROLE_BASE,
		state->set->about[index].help);
}

static bool is_cut(const struct chooser *state)
{
	for (size_t i = 0; i < state->set->count; i++)
		if (!state->choice->hidden[i] && state->placed[i].width == 0)
			return true;
	return false;
}

static void chooser_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct chooser *state = arg;

	(void)model;
	(void)ui;
	for (size_t i = 0; i < state->list.height; i++) {
		size_t at = state->list.top + i;

		struct canvas row = canvas_list_row(canvas, (int)i, at == state->list.selected);

		if (at < state->set->count)
			draw_column(state, &row, (int)i, at);
	}
	canvas_rule(canvas, canvas->rows - FOOT_ROWS);
	canvas_clear_rows(canvas, canvas->rows - FOOT_ROWS + 1, FOOT_ROWS - 1);
	columns_draw_titles(canvas, canvas->rows - FOOT_ROWS + 1, state->set->specs,
		state->set->count, state->placed);
	if (is_cut(state))
		canvas_c(canvas, canvas->rows - 1, 3, canvas->cols - 4, ROLE_QUIET,
			"Columns that do not fit are shown again when the window is wider.");
}

static enum redraw chooser_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct chooser *state = arg;
	size_t at = state->list.selected;
	bool on = action == ACTION_MOVE_ON;

	(void)model;
	if (list_cursor_move(&state->list, keymap_motion(action)))
		return REDRAW_BODY;
	switch (action) {
	case ACTION_MARK:
		if (!columns_toggle(state->choice, state->set, at))
			ui_say(ui, ROLE_WARNING, "this one stays: it says what the row is");
		return REDRAW_BODY;
	case ACTION_MOVE_ON:
	case ACTION_MOVE_BACK:
		if (columns_move(state->choice, state->set, at, on))
			list_cursor_select(&state->list, on ? at + 1 : at - 1);
		return REDRAW_BODY;
	case ACTION_BACK:
		ui_back(ui);
		return REDRAW_ALL;
	default:
		return REDRAW_NONE;
	}
}

const struct view view_columns = {
	.name = "columns",
	.title = "Columns",
	.area = AREA_COLUMNS,
	.create = chooser_create,
	.destroy = free,
	.open = chooser_open,
	.prepare = chooser_prepare,
	.draw = chooser_draw,
	.act = chooser_act,
};
