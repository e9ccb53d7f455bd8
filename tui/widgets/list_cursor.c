/*
 * The arithmetic of scrolling, for every list. Pure. Invariant after each call: selected < count (or both
 * 0), top <= selected < top + height, and no blank rows below the last while there are rows above.
 */
#include "tui/widgets/list_cursor.h"

static void settle(struct list_cursor *list)
{
	if (list->height == 0)
		list->height = 1;
	if (list->selected >= list->count)
		list->selected = list->count > 0 ? list->count - 1 : 0;
	if (list->top > list->selected)
		list->top = list->selected;
	if (list->selected >= list->top + list->height)
		list->top = list->selected - list->height + 1;
	if (list->top + list->height > list->count)
		list->top = list->count > list->height ? list->count - list->height : 0;
}

void list_cursor_resize(struct list_cursor *list, size_t count, size_t height)
{
	list->count = count;
	list->height = height;
	settle(list);
}

void list_cursor_follow(struct list_cursor *list, size_t row)
{
	size_t place = list->selected - list->top;

	list->selected = row;
	list->top = row > place ? row - place : 0;
	settle(list);
}

void list_cursor_select(struct list_cursor *list, size_t row)
{
	list->selected = row;
	settle(list);
}

static void step(struct list_cursor *list, size_t by, bool down)
{
	if (down)
		list->selected += by;
	else
		list->selected = list->selected > by ? list->selected - by : 0;
	settle(list);
}

/* A page moves what is shown, too, so that the selected row stays at its place. */
static void page(struct list_cursor *list, size_t by, bool down)
{
	if (by == 0)
		by = 1;
	if (down)
		list->top += by;
	else
		list->top = list->top > by ? list->top - by : 0;
	if (list->top + list->height > list->count)
		list->top = list->count > list->height ? list->count - list->height : 0;
	step(list, by, down);
}

bool list_cursor_move(struct list_cursor *list, enum list_motion motion)
{
	size_t height = list->height > 1 ? list->height : 2;

	switch (motion) {
	case MOTION_UP:
	case MOTION_DOWN:
		step(list, 1, motion == MOTION_DOWN);
		return true;
	case MOTION_PAGE_UP:
	case MOTION_PAGE_DOWN:
		page(list, height - 1, motion == MOTION_PAGE_DOWN);
		return true;
	case MOTION_HALF_UP:
	case MOTION_HALF_DOWN:
		page(list, height / 2, motion == MOTION_HALF_DOWN);
		return true;
	case MOTION_TOP:
		list_cursor_select(list, 0);
		return true;
	case MOTION_BOTTOM:
		list_cursor_select(list, list->count > 0 ? list->count - 1 : 0);
		return true;
	default:
		return false;
	}
}

enum mouse_answer list_cursor_press(struct list_cursor *list, size_t at)
{
	size_t row = list->top + at;

	if (at >= list->height || row >= list->count)
		return MOUSE_IGNORED;
	if (row == list->selected)
		return MOUSE_AGAIN;
	list_cursor_select(list, row);
	return MOUSE_DONE;
}

size_t list_cursor_around(const struct list_cursor *list, size_t i, bool back, bool stay)
{
	size_t by = i + (stay ? 0 : 1);

	if (list->count == 0)
		return 0;
	by %= list->count;
	return (list->selected + (back ? list->count - by : by)) % list->count;
}

bool list_cursor_at_end(const struct list_cursor *list)
{
	return list->selected + 1 >= list->count;
}
