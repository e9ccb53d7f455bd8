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

#include "tui/ui/list_view.h"

enum { RESULT_ROWS_MAX = 50000, RESULT_COLUMNS_MAX = COLUMNS_MAX, DEPTH_MAX = 8, NAME_SIZE = 256 };

struct result_row {
	struct value_text *cells; /* one each column; of an object name and value */
	struct selection selection;
};

struct result {
	struct list_view list; /* rows by number */
	struct list_kind kind;
	struct column_set set;
	struct column_spec specs[RESULT_COLUMNS_MAX];
	char *line;
	const struct command *command;
	size_t columns; /* of the table; of an object 2 */
	size_t widths[RESULT_COLUMNS_MAX];
	struct result_row *rows;
	size_t count;
	size_t cap;
	int64_t now_ms; /* when it came: ages count from there */
};

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
	list_view_finish(&state->list);
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
	list_view_built(state, model, state->count, 0);
	return REDRAW_ALL;
}

/* ---- showing ---- */

static bool is_table(const struct result *state)
{
	return state->command && state->command->shape == SHAPE_LIST;
}

/* As wide as their widest cell, as long as there is room; what has none is not shown. */
static void size_columns(struct result *state, int cols)
{
	int x = 2;

	for (size_t i = 0; i < state->columns; i++) {
		const struct column *column = is_table(state) ? &state->command->columns[i] : NULL;
		bool last = i + 1 == state->columns;
		int room = cols - 1 - x > 0 ? cols - 1 - x : 0;
		int width = last || (int)state->widths[i] > room ? room : (int)state->widths[i];

		state->specs[i] = (struct column_spec){.title = column ? column->title : "",
			.min = width,
			.gap = 2,
			.right = column && column->right && !last};
		x += width + 2;
	}
	state->set.count = state->columns;
	columns_choose_all(&state->list.choice, &state->set);
}

static void result_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct result *state = arg;

	(void)model;
	(void)ui;
	(void)parts;
	size_columns(state, cols);
	list_view_resize(&state->list, rows - 1, cols);
}

static void draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at)
{
	static const enum role roles[TONE_COUNT] = {[TONE_PLAIN] = ROLE_BASE,
		[TONE_QUIET] = ROLE_QUIET,
		[TONE_WARN] = ROLE_WARNING,
		[TONE_BAD] = ROLE_UNHEALTHY};
	const struct result *state = arg;

	(void)model;
	for (size_t i = 0; i < state->columns; i++) {
		const struct value_text *cell = &state->rows[at].cells[i];
		const struct placed *placed = &state->list.placed[i];
		enum role role = roles[cell->tone];

		if (i == 0 && at == state->list.cursor.selected)
			role = ROLE_SELECTED;
		else if (i == 0 && !is_table(state))
			role = ROLE_QUIET;
		if (state->specs[i].right)
			canvas_right(canvas, y, placed->x, placed->width, role, cell->text);
		else if (placed->width > 0)
			canvas_text_found(canvas, y, placed->x, placed->width, role,
				str_of(cell->text), str_of(ui->find));
	}
}

static void result_position(const void *arg, char *dst, size_t size)
{
	const struct list_cursor *cursor = &((const struct result *)arg)->list.cursor;

	(void)snprintf(dst, size, "%zu of %zu", cursor->count > 0 ? cursor->selected + 1 : 0,
		cursor->count);
}

static void result_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct result *state = arg;
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	(void)canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_COMMAND, state->line);
}

/* ---- acting ---- */

static const struct selection *selected(const struct result *state)
{
	size_t at = state->list.cursor.selected;

	return at < state->count ? &state->rows[at].selection : NULL;
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

	if (action == ACTION_BACK)
		ui_back(ui);
	else if (!list_view_act(state, model, ui, action) &&
		 !(action == ACTION_OPEN && open_row(state, ui)))
		return REDRAW_NONE;
	return REDRAW_ALL;
}

static void result_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct selection *what = selected(arg);

	(void)model;
	if (what)
		*ret_selection = *what;
}

static void id_of(const void *arg, const struct model *model, size_t at, char id[LIST_ID_SIZE])
{
	(void)arg;
	(void)model;
	(void)snprintf(id, LIST_ID_SIZE, "%zu", at);
}

static bool has_text(const void *arg, const struct model *model, size_t at, struct str text)
{
	const struct result *state = arg;

	(void)model;
	for (size_t i = 0; i < state->columns; i++) {
		struct str cell = str_of(state->rows[at].cells[i].text);

		if (text_find_nocase(cell, text) < cell.n)
			return true;
	}
	return false;
}

static void *result_create(void)
{
	struct result *state = xcalloc(1, sizeof(*state));

	state->set.specs = state->specs;
	state->kind = (struct list_kind){
		.columns = &state->set,
		.id = id_of,
		.has_text = has_text,
		.draw_row = draw_row,
		.none = "The answer is empty: there is none of these.",
	};
	list_view_init(&state->list, &state->kind);
	return state;
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
	.position = result_position,
	.draw = list_view_draw,
	.act = result_act,
	.dry_run_result = result_told,
	.selected = result_selected,
	.find = list_view_find,
	.mouse = list_view_mouse,
};
