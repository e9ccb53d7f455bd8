/*
 * The pane in which one of a few is chosen. The prompt owns one; views fill it. What is typed narrows the
 * rows to those that contain it; the arrows move, and j and k before anything is typed.
 */
#include "tui/widgets/picker.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

/* The rule, what is typed, and the hints. */
enum { FRAME_ROWS = 3 };

void picker_clear(struct picker *picker)
{
	for (size_t i = 0; i < picker->count; i++) {
		free(picker->items[i].value);
		free(picker->items[i].note);
	}
	free(picker->items);
	free(picker->shown);
	memset(picker, 0, sizeof(*picker));
}

void picker_add(struct picker *picker, const char *value, const char *note)
{
	array_reserve(&picker->items, &picker->cap, picker->count + 1, sizeof(*picker->items));
	picker->items[picker->count].value = xstrdup(value);
	picker->items[picker->count].note = xstrdup(note ? note : "");
	picker->count++;
}

static void narrow(struct picker *picker)
{
	struct str typed = {picker->input.text, picker->input.len};
	size_t n = 0;

	array_reserve(&picker->shown, &picker->shown_cap, picker->count + 1, sizeof(size_t));
	for (size_t i = 0; i < picker->count; i++) {
		struct str value = str_of(picker->items[i].value);
		struct str note = str_of(picker->items[i].note);

		if (typed.n == 0 || text_find_nocase(value, typed) < value.n ||
			text_find_nocase(note, typed) < note.n)
			picker->shown[n++] = i;
	}
	list_cursor_resize(&picker->list, n, picker->list.height);
}

bool picker_has(const struct picker *picker, const char *value)
{
	for (size_t i = 0; i < picker->count; i++)
		if (strcmp(picker->items[i].value, value) == 0)
			return true;
	return false;
}

void picker_ready(struct picker *picker, size_t height)
{
	picker->list.height = height > 0 ? height : 1;
	line_edit_set(&picker->input, "");
	narrow(picker);
}

void picker_begin(struct picker *picker, const char *value)
{
	for (size_t i = 0; i < picker->count; i++)
		if (strcmp(picker->items[i].value, value) == 0)
			list_cursor_select(&picker->list, i);
}

enum line_edit_event picker_key(struct picker *picker, int32_t key)
{
	static const struct {
		int32_t key;
		enum list_motion motion;
	} moves[] = {{KEYS_UP, MOTION_UP}, {KEYS_DOWN, MOTION_DOWN}, {KEYS_PAGE_UP, MOTION_PAGE_UP},
		{KEYS_PAGE_DOWN, MOTION_PAGE_DOWN}, {KEYS_BACK_TAB, MOTION_UP},
		{KEYS_TAB, MOTION_DOWN}, {'j', MOTION_DOWN}, {'k', MOTION_UP}};
	bool typing = picker->typing || picker->input.pasting;
	enum line_edit_event event;

	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (moves[i].key == key && !(typing && key > ' ' && key < KEYS_FIRST)) {
			(void)list_cursor_move(&picker->list, moves[i].motion);
			return LINE_EDIT_MOVED;
		}
	}
	event = line_edit_key(&picker->input, key);
	if (event == LINE_EDIT_CHANGED) {
		picker->typing = picker->input.len > 0;
		narrow(picker);
		list_cursor_select(&picker->list, 0);
	}
	if (event == LINE_EDIT_DONE && !picker_value(picker))
		return LINE_EDIT_IGNORED;
	return event;
}

enum mouse_answer picker_press(struct picker *picker, int row)
{
	return row < 2 ? MOUSE_IGNORED : list_cursor_press(&picker->list, (size_t)row - 2);
}

const char *picker_value(const struct picker *picker)
{
	if (picker->list.selected >= picker->list.count)
		return NULL;
	return picker->items[picker->shown[picker->list.selected]].value;
}

int picker_rows(const struct picker *picker, int max)
{
	int rows = (int)(picker->count < 12 ? picker->count : 12) + FRAME_ROWS;

	return rows < max ? rows : max;
}

void picker_fit(struct picker *picker, int rows)
{
	list_cursor_resize(&picker->list, picker->list.count,
		rows > FRAME_ROWS ? (size_t)(rows - FRAME_ROWS) : 1);
}

static void draw_hints(const struct canvas *canvas, int y)
{
	static const char *const hints[][2] = {
		{"Enter", "choose"}, {"j k", "move"}, {"Esc", "cancel"}, {"a-z", "filter"}};
	int x = 1;

	canvas_clear(canvas, y, 0);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		x += canvas_run_c(canvas, y, x, 8, ROLE_KEY, hints[i][0]) + 1;
		x += canvas_run_c(canvas, y, x, 16, ROLE_HINT, hints[i][1]) + 2;
	}
}

void picker_draw(const struct canvas *canvas, const struct picker *picker, const char *title)
{
	int value_cols = canvas->cols / 3;

	if (value_cols < 24)
		value_cols = 24;
	canvas_rule(canvas, 0);
	canvas_clear(canvas, 1, 0);
	line_edit_draw(canvas, 1, 2 + canvas_run_c(canvas, 1, 1, canvas->cols, ROLE_PROMPT, title),
		&picker->input, SIZE_MAX);
	draw_hints(canvas, canvas->rows - 1);
	for (int row = 2; row < canvas->rows - 1; row++) {
		size_t at = picker->list.top + (size_t)row - 2;
		const struct pick *item;
		bool selected = at == picker->list.selected && picker->list.count > 0;
		struct canvas part = canvas_list_row(canvas, row, selected);

		if (picker->list.count == 0 && row == 2)
			canvas_c(canvas, row, 3, canvas->cols - 4, ROLE_WARNING,
				"nothing matches; Bksp takes a letter back");
		if (at >= picker->list.count)
			continue;
		item = &picker->items[picker->shown[at]];
		canvas_c(&part, row, 3, value_cols, selected ? ROLE_SELECTED : ROLE_BASE,
			item->value);
		canvas_c(&part, row, 4 + value_cols, canvas->cols - 4 - value_cols, ROLE_QUIET,
			item->note);
	}
}
