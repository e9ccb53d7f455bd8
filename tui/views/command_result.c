/*
 * What a command of the `:` line answered: a list as a table with the command's own columns, an object as
 * names and values. Opened by the app with the line, then told the body; it shows the answer as it was, and
 * grows no older with the model. Enter opens what a row is about, where that is something one can open.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/command/value_format.h"
#include "core/command/command.h"
#include "core/model/name_rules.h"

#include "tui/widgets/list_cursor.h"

enum { RESULT_ROWS_MAX = 50000, RESULT_COLUMNS_MAX = 24, DEPTH_MAX = 8, NAME_SIZE = 256 };

struct result_row {
	struct value_text *cells; /* one each column; of an object name and value */
	struct selection selection;
};

struct result {
	char *line;
	const struct command *command;
	size_t columns; /* of the table; of an object 2 */
	size_t widths[RESULT_COLUMNS_MAX];
	struct result_row *rows;
	size_t count;
	size_t cap;
	struct list_cursor list;
	int64_t now_ms; /* when it came: ages count from there */
};

static void *result_create(void)
{
	return xcalloc(1, sizeof(struct result));
}

static void clear(struct result *state)
{
	for (size_t i = 0; i < state->count; i++) {
		for (size_t k = 0; k < state->columns; k++)
			free(state->rows[i].cells[k].text);
		free(state->rows[i].cells);
	}
	state->count = 0;
}

static void result_destroy(void *arg)
{
	struct result *state = arg;

	clear(state);
	free(state->rows);
	free(state->line);
	free(state);
}

static void result_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct result *state = arg;

	free(state->line);
	state->line = xstrdup(argument);
	state->now_ms = model->now_ms;
	state->command = ui->answered;
}

/* ---- rows ---- */

/* A name that is none of ours is left out: nothing is opened with it then. */
static void take_name(char *dst, size_t size, const cJSON *item, const char *member)
{
	struct str text;

	if (json_get_str(item, member, &text) && text.n < size)
		str_copy(dst, size, text);
}

/* What the row is about, by the member names of the API. */
static void read_selection(const struct result *state, const cJSON *item, struct selection *what)
{
	const char *noun = state->command->noun;

	memset(what, 0, sizeof(*what));
	if (strcmp(noun, "version") == 0) {
		take_name(what->service, sizeof(what->service), item, "service");
		take_name(what->version, sizeof(what->version), item, "version");
		if (what->service[0] != '\0' && what->version[0] != '\0')
			what->kind = SELECTED_VERSION;
	} else if (strcmp(noun, "session") == 0) {
		take_name(what->session, sizeof(what->session), item, "key");
		if (what->session[0] != '\0')
			what->kind = SELECTED_SESSION;
	} else if (strcmp(noun, "service") == 0) {
		take_name(what->service, sizeof(what->service), item, "name");
		if (what->service[0] != '\0')
			what->kind = SELECTED_SERVICE;
	}
}

static struct result_row *add_row(struct result *state)
{
	struct result_row *row;

	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(*state->rows));
	row = &state->rows[state->count++];
	memset(row, 0, sizeof(*row));
	row->cells = xcalloc(state->columns, sizeof(*row->cells));
	return row;
}

static void set_cell(
	struct result *state, struct result_row *row, size_t at, struct value_text cell)
{
	row->cells[at] = cell;
	if (cell.cells > state->widths[at])
		state->widths[at] = cell.cells;
}

static void add_list(struct result *state, const cJSON *body)
{
	const struct text_style style = {.local = true, .now_ms = state->now_ms};
	const struct command *command = state->command;
	const cJSON *item;

	state->columns = command->column_count < RESULT_COLUMNS_MAX ? command->column_count
								    : RESULT_COLUMNS_MAX;
	for (size_t i = 0; i < state->columns; i++)
		state->widths[i] = strlen(command->columns[i].title);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, command->list_path))
	{
		struct result_row *row;

		if (state->count == RESULT_ROWS_MAX)
			return;
		row = add_row(state);
		read_selection(state, item, &row->selection);
		for (size_t i = 0; i < state->columns; i++)
			set_cell(state, row, i, value_make(&style, &command->columns[i], item));
	}
}

static struct value_text cell_of(struct str raw)
{
	const struct text_style style = {.local = true};
	struct value_text cell = {0};
	struct strbuf safe;

	strbuf_init(&safe, VALUE_MAX);
	cell.cells = value_add_safe(&safe, &style, raw.n > 0 ? raw : STR_LIT("-"), VALUE_MAX);
	cell.text = strbuf_detach(&safe);
	return cell;
}

static void add_members(struct result *state, const char *prefix, const cJSON *object, int depth)
{
	const cJSON *member;

	cJSON_ArrayForEach(member, object)
	{
		char name[NAME_SIZE];
		struct strbuf value;
		struct result_row *row;

		(void)snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] ? "." : "",
			member->string ? member->string : "");
		if (cJSON_IsObject(member) && member->child && depth < DEPTH_MAX) {
			add_members(state, name, member, depth + 1);
			continue;
		}
		if (state->count == RESULT_ROWS_MAX)
			return;
		strbuf_init(&value, VALUE_MAX);
		value_add_raw(&value, member);
		row = add_row(state);
		set_cell(state, row, 0, cell_of(str_of(name)));
		set_cell(state, row, 1, cell_of(strbuf_str(&value)));
		strbuf_finish(&value);
	}
}

static enum redraw result_told(void *arg, const struct model *model, struct ui *ui, struct str text)
{
	struct result *state = arg;
	cJSON *body = json_parse(text, NULL);

	(void)model;
	(void)ui;
	clear(state);
	memset(state->widths, 0, sizeof(state->widths));
	if (body && state->command && state->command->shape == SHAPE_LIST) {
		add_list(state, body);
	} else if (body) {
		state->columns = 2;
		add_members(state, "", body, 0);
	}
	cJSON_Delete(body);
	return REDRAW_ALL;
}

/* ---- showing ---- */

static bool is_table(const struct result *state)
{
	return state->command && state->command->shape == SHAPE_LIST;
}

static void result_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct result *state = arg;

	(void)model;
	(void)ui;
	(void)parts;
	(void)cols;
	list_cursor_resize(&state->list, state->count, rows > 1 ? (size_t)rows - 1 : 1);
}

static void draw_titles(const struct result *state, const struct canvas *canvas)
{
	int x = 2;

	canvas_clear(canvas, 0, 0);
	for (size_t i = 0; is_table(state) && i < state->columns && x < canvas->cols; i++) {
		const struct column *column = &state->command->columns[i];
		int width = (int)state->widths[i];

		if (column->right)
			canvas_right(canvas, 0, x, width, ROLE_HEADING, column->title);
		else
			(void)canvas_run_c(canvas, 0, x, width, ROLE_HEADING, column->title);
		x += width + 2;
	}
}

static void draw_row(const struct result *state, const struct canvas *canvas, int y, size_t at)
{
	static const enum role roles[TONE_COUNT] = {[TONE_PLAIN] = ROLE_BASE,
		[TONE_QUIET] = ROLE_QUIET,
		[TONE_WARN] = ROLE_WARNING,
		[TONE_BAD] = ROLE_UNHEALTHY};
	const struct result_row *row = &state->rows[at];
	bool selected = at == state->list.selected;
	int x = 2;

	if (selected)
		(void)canvas_glyph(canvas, y, 0, ROLE_MARK, GLYPH_MARK);
	for (size_t i = 0; i < state->columns && x < canvas->cols - 1; i++) {
		const struct value_text *cell = &row->cells[i];
		enum role role = selected && i == 0           ? ROLE_SELECTED
				 : !is_table(state) && i == 0 ? ROLE_QUIET
							      : roles[cell->tone];
		bool last = i + 1 == state->columns;
		int room = canvas->cols - 1 - x;
		int width = last || (int)state->widths[i] > room ? room : (int)state->widths[i];

		if (is_table(state) && state->command->columns[i].right && !last)
			canvas_right(canvas, y, x, width, role, cell->text);
		else
			(void)canvas_run_c(canvas, y, x, width, role, cell->text);
		x += width + 2;
	}
}

static void result_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct result *state = arg;

	(void)model;
	(void)ui;
	draw_titles(state, canvas);
	for (int y = 1; y < canvas->rows; y++) {
		size_t at = state->list.top + (size_t)y - 1;

		canvas_clear(canvas, y, 0);
		if (at < state->count)
			draw_row(state, canvas, y, at);
	}
	if (state->count == 0)
		canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
			"The answer is empty: there is none of these.");
}

static void result_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct result *state = arg;
	char text[64];
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	(void)canvas_run_c(canvas, 0, x, canvas->cols - x - 16, ROLE_COMMAND, state->line);
	(void)snprintf(text, sizeof(text), "%zu of %zu",
		state->count > 0 ? state->list.selected + 1 : 0, state->count);
	canvas_right(canvas, 0, canvas->cols - 15, 15, ROLE_QUIET, text);
}

/* ---- acting ---- */

static const struct selection *selected(const struct result *state)
{
	return state->list.selected < state->count ? &state->rows[state->list.selected].selection
						   : NULL;
}

static bool open_row(const struct result *state, struct ui *ui)
{
	const struct selection *what = selected(state);
	char id[VERSION_ID_SIZE];

	if (what && what->kind == SELECTED_VERSION) {
		name_join_version(str_of(what->service), str_of(what->version), id);
		ui_open(ui, &view_detail, id);
	} else if (what && what->kind == SELECTED_SESSION) {
		ui_open(ui, &view_pins, what->session);
	} else if (what && what->kind == SELECTED_SERVICE) {
		ui_open(ui, &view_services, what->service);
	} else {
		return false;
	}
	return true;
}

static enum redraw result_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct result *state = arg;

	(void)model;
	if (action == ACTION_BACK) {
		ui_back(ui);
		return REDRAW_ALL;
	}
	if (list_cursor_move(&state->list, keymap_motion(action)) ||
		(action == ACTION_OPEN && open_row(state, ui)))
		return REDRAW_ALL;
	return REDRAW_NONE;
}

static void result_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct selection *what = selected(arg);

	(void)model;
	if (what)
		*ret_selection = *what;
}

static bool has_text(const struct result *state, size_t at, struct str text)
{
	for (size_t i = 0; i < state->columns; i++) {
		struct str cell = str_of(state->rows[at].cells[i].text);

		if (text_find_nocase(cell, text) < cell.n)
			return true;
	}
	return false;
}

static bool result_find(void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct result *state = arg;
	size_t count = state->count;
	size_t at = state->list.selected;

	(void)model;
	for (size_t i = 0; i < count; i++) {
		if (!(stay && i == 0))
			at = back ? (at + count - 1) % count : (at + 1) % count;
		if (has_text(state, at, text)) {
			list_cursor_select(&state->list, at);
			return true;
		}
	}
	return false;
}

static enum mouse_answer result_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct result *state = arg;

	(void)model;
	(void)ui;
	if (mouse->kind != MOUSE_PRESS || mouse->y < 1)
		return MOUSE_IGNORED;
	return list_cursor_press(&state->list, (size_t)mouse->y - 1);
}

const struct view view_result = {
	.name = "result",
	.title = "Answer",
	.area = AREA_RESULT,
	.flags = VIEW_ALWAYS,
	.create = result_create,
	.destroy = result_destroy,
	.open = result_open,
	.prepare = result_prepare,
	.draw_title = result_draw_title,
	.draw = result_draw,
	.act = result_act,
	.dry_run_result = result_told,
	.selected = result_selected,
	.find = result_find,
	.mouse = result_mouse,
};
