/*
 * Lists with titles. Called by the views that are such lists, and by the app for what stands in their `struct view`.
 * Invariant: after each call the selection is a row with an id, if there is any.
 */
#include "tui/ui/list_view.h"

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/term_text.h"

#include "tui/ui/draw_text.h"

void list_view_init(struct list_view *list, const struct list_kind *kind)
{
	memset(list, 0, sizeof(*list));
	list->kind = kind;
	list->stale = true;
	columns_choose_all(&list->choice, kind->columns);
}

void list_view_finish(struct list_view *list)
{
	filtering_finish(&list->filtering);
}

/* ---- the selection ---- */

void list_view_resize(struct list_view *list, int rows, int cols)
{
	list_cursor_resize(&list->cursor, list->cursor.count, rows > 1 ? (size_t)rows : 1);
	(void)columns_place_chosen(list->kind->columns, &list->choice, cols, list->placed);
}

/* Takes over what the cursor is on; off a row without an id, to the next one that has one. */
static void take_selection(struct list_view *list, const struct model *model, bool up)
{
	size_t row = list->cursor.selected;

	while (row < list->cursor.count) {
		list->kind->id(list, model, row, list->id);
		if (list->id[0] != '\0')
			break;
		up = up && row > 0;
		row = up ? row - 1 : row + 1;
	}
	if (row < list->cursor.count)
		list_cursor_select(&list->cursor, row);
}

static bool find_id(
	const struct list_view *list, const struct model *model, struct str id, size_t *ret_row)
{
	char other[LIST_ID_SIZE];

	for (size_t i = 0; id.n > 0 && i < list->cursor.count; i++) {
		size_t row = list_cursor_around(&list->cursor, i, false, true);

		list->kind->id(list, model, row, other);
		if (!str_eq_c(id, other))
			continue;
		*ret_row = row;
		return true;
	}
	return false;
}

void list_view_built(void *state, const struct model *model, size_t count, size_t hidden)
{
	struct list_view *list = state;
	struct str id = str_of(list->id);
	const char *part = strrchr(list->id, ' ');
	struct str whole = {id.p, part ? (size_t)(part - list->id) : 0};
	size_t row;

	list->stale = false;
	list->hidden = hidden;
	list->cursor.count = count;
	if (list->moved && (find_id(list, model, id, &row) || find_id(list, model, whole, &row)))
		list_cursor_follow(&list->cursor, row);
	else
		list_cursor_resize(&list->cursor, count, list->cursor.height);
	take_selection(list, model, false);
}

void list_view_select(void *state, const struct model *model, size_t row)
{
	struct list_view *list = state;

	list->moved = true;
	list_cursor_select(&list->cursor, row);
	take_selection(list, model, false);
}

void list_view_reveal(struct list_view *list, const char *id)
{
	str_copy(list->id, sizeof(list->id), str_of(id));
	list->moved = true;
	list->stale = true;
}

bool list_view_act(void *state, const struct model *model, struct ui *ui, enum action action)
{
	struct list_view *list = state;
	size_t before = list->cursor.selected;

	list->moved = true;
	if (list_cursor_move(&list->cursor, keymap_motion(action))) {
		take_selection(
			list, model, list->cursor.selected < before || action == ACTION_BOTTOM);
		return true;
	}
	if (action == ACTION_REVERSE && list->kind->order_count > 0) {
		list->reverse = !list->reverse;
		list->stale = true;
		return true;
	}
	if (action != ACTION_COLUMNS || !list->kind->columns->about)
		return false;
	ui_choose_columns(ui, list->kind->columns, &list->choice);
	return true;
}

/* ---- drawing ---- */

static void draw_none(
	const struct list_view *list, const struct model *model, const struct canvas *canvas)
{
	const struct list_kind *kind = list->kind;
	bool none = list->hidden == 0 && kind->none;
	const char *help =
		none ? kind->none_help : "{list.filter} changes it, {global.back} shows all again.";
	int y = 3;

	if (list->hidden == 0 && !none)
		return;
	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? kind->none : "Nothing matches the filter.");
	if (help)
		y = draw_text_keys(canvas, y, 3, ROLE_QUIET, help);
	if (none && kind->none_command)
		(void)draw_text_shell_line(canvas, y, 3, model, kind->none_command);
}

void list_view_draw(const void *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct list_view *list = state;
	const struct list_kind *kind = list->kind;

	columns_draw_titles(canvas, 0, kind->columns->specs, kind->columns->count, list->placed);
	for (size_t i = 0; i < list->cursor.height; i++) {
		size_t row = list->cursor.top + i;
		int y = (int)i + 1;

		bool is_row = row < list->cursor.count;
		struct canvas part =
			canvas_list_row(canvas, y, is_row && row == list->cursor.selected);

		if (is_row)
			kind->draw_row(state, model, ui, &part, y, row);
	}
	if (list->cursor.count == 0)
		draw_none(list, model, canvas);
}

void list_view_draw_order(
	const struct list_view *list, const struct canvas *canvas, int x, const char *before)
{
	const struct sort_order *order = &list->kind->orders[list->order];
	int end = canvas->cols - 1; /* the arrow's */
	char filter[LIMIT_FILTER + 64] = "";
	int cells;

	if (list->filtering.filter)
		(void)snprintf(filter, sizeof(filter), "filter: %s (%zu hidden)   ",
			list->filtering.text, list->hidden);
	cells = (int)(text_cells(str_of(before)) + text_cells(str_of(filter)) + strlen("sort: ") +
		      strlen(order->name));
	if (end - cells - 1 > x)
		x = end - cells - 1;
	x += canvas_run_c(canvas, 0, x, end - x, ROLE_STAGED, before);
	x += canvas_run_c(canvas, 0, x, end - x, ROLE_STAGED, filter);
	x += canvas_run_c(canvas, 0, x, end - x, ROLE_QUIET, "sort: ");
	(void)canvas_run_c(canvas, 0, x, end - x, ROLE_QUIET, order->name);
	(void)canvas_glyph(
		canvas, 0, end, ROLE_QUIET, order->rising != list->reverse ? GLYPH_UP : GLYPH_DOWN);
}

void list_view_draw_title(const void *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	(void)model;
	(void)ui;
	list_view_draw_order(state, canvas, 1, "");
}

void list_view_letters(const struct list_kind *kind, char *dst, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, size - 1);
	for (size_t i = 0; i < kind->order_count; i++)
		strbuf_addf(&text, "%s%c %s", i > 0 ? "   " : "", kind->orders[i].letter,
			kind->orders[i].name);
	str_copy(dst, size, strbuf_str(&text));
	strbuf_finish(&text);
}

void list_view_position(const void *state, char *dst, size_t size)
{
	const struct list_view *list = state;

	dst[0] = '\0';
	if (list->cursor.count > list->cursor.height)
		(void)snprintf(
			dst, size, "%zu of %zu", list->cursor.selected + 1, list->cursor.count);
}

/* ---- filter, find, sort ---- */

enum err list_view_set_filter(void *state, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct list_view *list = state;
	enum err err = filtering_set(&list->filtering, list->kind->filtered, text, ret_column, eb);

	(void)model;
	list->stale |= err == ERR_NONE;
	return err;
}

const char *list_view_filter(const void *state)
{
	return ((const struct list_view *)state)->filtering.text;
}

bool list_view_find(void *state, const struct model *model, struct str text, bool back, bool stay)
{
	struct list_view *list = state;

	for (size_t i = 0; i < list->cursor.count; i++) {
		size_t row = list_cursor_around(&list->cursor, i, back, stay);

		if (!list->kind->has_text(state, model, row, text))
			continue;
		list_view_select(state, model, row);
		return true;
	}
	return false;
}

bool list_view_sort(void *state, const struct model *model, char letter)
{
	struct list_view *list = state;

	(void)model;
	for (size_t i = 0; i < list->kind->order_count; i++) {
		if (list->kind->orders[i].letter != letter)
			continue;
		list->order = i;
		list->reverse = false;
		list->stale = true;
		return true;
	}
	return false;
}

/* ---- the mouse, and what is kept ---- */

enum mouse_answer list_view_mouse(
	void *state, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct list_view *list = state;
	const struct list_kind *kind = list->kind;
	size_t row = list->cursor.top + (size_t)mouse->y - 1;
	char id[LIST_ID_SIZE];
	char letter;

	(void)ui;
	if (mouse->kind != MOUSE_PRESS)
		return MOUSE_IGNORED;
	if (mouse->y > 0) {
		if ((size_t)mouse->y > list->cursor.height || row >= list->cursor.count)
			return MOUSE_IGNORED;
		kind->id(state, model, row, id);
		if (id[0] == '\0')
			return MOUSE_IGNORED;
		list->moved = true;
		if (row == list->cursor.selected)
			return MOUSE_AGAIN;
		list_view_select(state, model, row);
		return MOUSE_DONE;
	}
	letter = columns_sort_letter(
		kind->columns->specs, kind->columns->count, list->placed, mouse->x);
	if (letter == '\0' || kind->order_count == 0)
		return MOUSE_IGNORED;
	list->moved = true;
	if (letter != kind->orders[list->order].letter)
		return list_view_sort(state, model, letter) ? MOUSE_DONE : MOUSE_IGNORED;
	list->reverse = !list->reverse;
	list->stale = true;
	return MOUSE_DONE;
}

void list_view_keep(const void *state, cJSON *object)
{
	const struct list_view *list = state;
	const struct list_kind *kind = list->kind;

	if (kind->columns->about)
		columns_keep(&list->choice, kind->columns, object);
	if (kind->order_count == 0)
		return;
	(void)cJSON_AddStringToObject(
		object, "sort", (const char[]){kind->orders[list->order].letter, '\0'});
	(void)cJSON_AddBoolToObject(object, "reverse", list->reverse);
}

void list_view_restore(void *state, const cJSON *object)
{
	struct list_view *list = state;
	const struct list_kind *kind = list->kind;
	struct str letter;

	if (kind->columns->about)
		columns_restore(&list->choice, kind->columns, object);
	if (kind->order_count == 0)
		return;
	if (json_get_str(object, "sort", &letter) && letter.n == 1)
		(void)list_view_sort(state, NULL, letter.p[0]);
	(void)json_get_bool(object, "reverse", &list->reverse);
}
