/*
 * A list under a row of titles: by which of its columns it is sorted, what the mouse does on it, and what is kept of
 * it from run to run. The view has the rows; it makes them anew when the order is another one.
 */
#ifndef UMBRA_TUI_WIDGETS_TABLE_H
#define UMBRA_TUI_WIDGETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/theme/theme.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"
#include "tui/widgets/mouse_event.h"

struct canvas;
struct cJSON;

struct sort_order {
	char letter; /* after `s`; of the column, where there is one */
	const char *name;
	bool rising; /* the least comes first: the arrow points up */
};

/* `orders` is of static storage, the first of them is the one of the beginning. */
struct sorting {
	const struct sort_order *orders;
	size_t count;
	size_t at; /* into the orders */
	bool reverse;
};

void sorting_init(struct sorting *sorting, const struct sort_order *orders, size_t count);
char sorting_letter(const struct sorting *sorting);
/* False when no order has the letter. */
bool sorting_take(struct sorting *sorting, char letter);
/* "before   sort: name" and an arrow, at the right end of the row and not left of x. */
void sorting_draw(const struct sorting *sorting, const struct canvas *canvas, int x, enum role role,
	const char *before);
void sorting_keep(const struct sorting *sorting, struct cJSON *object);
void sorting_restore(struct sorting *sorting, const struct cJSON *object);

/* The parts of a view's table, for one press. */
struct table {
	struct list_cursor *list;
	const struct column_spec *specs;
	size_t count;
	const struct placed *placed;
	struct sorting *sorting; /* NULL: it has one order */
};

/*
 * Titles are in row 0 of the body, the list begins below them. A press on a title sorts by it, on the title it is
 * sorted by it reverses the order: then `ret_sorted`. On a row it selects; on the selected one: MOUSE_AGAIN.
 */
enum mouse_answer table_mouse(
	const struct table *table, const struct mouse_event *mouse, bool *ret_sorted);

#endif
