/*
 * Orders and the mouse of lists with titles. Called by the views that are such lists. Invariant: a sorting is by one
 * of its orders, whatever was typed, pressed or kept.
 */
#include "tui/widgets/table.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/term_text.h"

#include "tui/term/canvas.h"

void sorting_init(struct sorting *sorting, const struct sort_order *orders, size_t count)
{
	*sorting = (struct sorting){orders, count, 0, false};
}

char sorting_letter(const struct sorting *sorting)
{
	return sorting->orders[sorting->at].letter;
}

bool sorting_take(struct sorting *sorting, char letter)
{
	for (size_t i = 0; i < sorting->count; i++) {
		if (sorting->orders[i].letter != letter)
			continue;
		sorting->at = i;
		sorting->reverse = false;
		return true;
	}
	return false;
}

void sorting_draw(const struct sorting *sorting, const struct canvas *canvas, int x, enum role role,
	const char *before)
{
	const struct sort_order *order = &sorting->orders[sorting->at];
	int said = (int)(text_cells(str_of(before)) + strlen("sort: ") + strlen(order->name));
	int end = canvas->cols - 1; /* the arrow's */

	if (end - said - 1 > x)
		x = end - said - 1;
	x += canvas_run_c(canvas, 0, x, end - x, role, before);
	x += canvas_run_c(canvas, 0, x, end - x, role, "sort: ");
	(void)canvas_run_c(canvas, 0, x, end - x, role, order->name);
	(void)canvas_glyph(canvas, 0, end, ROLE_QUIET,
		order->rising != sorting->reverse ? GLYPH_UP : GLYPH_DOWN);
}

void sorting_keep(const struct sorting *sorting, cJSON *object)
{
	const char letter[2] = {sorting_letter(sorting), '\0'};

	(void)cJSON_AddStringToObject(object, "sort", letter);
	(void)cJSON_AddBoolToObject(object, "reverse", sorting->reverse);
}

void sorting_restore(struct sorting *sorting, const cJSON *object)
{
	struct str letter;

	if (json_get_str(object, "sort", &letter) && letter.n == 1)
		(void)sorting_take(sorting, letter.p[0]);
	(void)json_get_bool(object, "reverse", &sorting->reverse);
}

/* What a second press on the same title means to everybody. */
static bool press_title(const struct table *table, int x)
{
	char letter = columns_sort_letter(table->specs, table->count, table->placed, x);

	if (!table->sorting || letter == '\0')
		return false;
	if (letter != sorting_letter(table->sorting))
		return sorting_take(table->sorting, letter);
	table->sorting->reverse = !table->sorting->reverse;
	return true;
}

enum mouse_answer table_mouse(
	const struct table *table, const struct mouse_event *mouse, bool *ret_sorted)
{
	*ret_sorted = false;
	if (mouse->kind != MOUSE_PRESS)
		return MOUSE_IGNORED;
	if (mouse->y > 0)
		return list_cursor_press(table->list, (size_t)mouse->y - 1);
	*ret_sorted = press_title(table, mouse->x);
	return *ret_sorted ? MOUSE_DONE : MOUSE_IGNORED;
}
