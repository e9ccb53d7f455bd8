/*
 * The list of a view: rows under a row of titles, one of them selected. It owns what every such list needs: the
 * cursor, the selection, the order, the columns, the filter, finding, the mouse, and what is kept of it from run to
 * run. The view makes the rows and says in a `struct list_kind` what they are.
 *
 * A `struct list_view` is the first member of the state of such a view. So the functions that take `void *state` get
 * the state and the list in one, and stand in its `struct view` as they are.
 *
 * Invariants: the selection is an id. When rows come and go it is looked up again and keeps its place on the screen;
 * when its row is gone, the selection is what stands in its place; while
 * there is no row at all, it is kept. Until a person chose a row (`moved`), the first one
 * is selected, whatever comes. A list is sorted by one of its orders, whatever was typed, pressed or kept.
 */
#ifndef UMBRA_TUI_UI_LIST_VIEW_H
#define UMBRA_TUI_UI_LIST_VIEW_H

#include "tui/ui/filtering.h"
#include "tui/ui/view.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"

/* The longest id of a row is that of a version in Pull requests: number, link and name. */
enum { LIST_ID_SIZE = LIMIT_URL + 160 };

struct sort_order {
	char letter; /* after `s`; of the column, where there is one */
	const char *name;
	bool rising; /* the least comes first: the arrow points up */
};

/* What a view says of its rows; of static storage. What is not marked as needed may be left out. */
struct list_kind {
	enum filtered filtered; /* what a filter of it matches */
	/* The first is the one of the beginning. None: titles sort nothing. */
	const struct sort_order *orders;
	size_t order_count;
	/* Needed. Where they have an `about`, a person chooses among them. */
	const struct column_set *columns;
	/*
	 * Needed. Writes what the row is, in one text; "" for a row that cannot be selected (a day in Timeline).
	 * "cart pr-482" is part of "cart": where the row of the first is gone, that of the second is selected.
	 */
	void (*id)(const void *state, const struct model *model, size_t row, char id[LIST_ID_SIZE]);
	/* Needed. Whether the row shows the text, in whatever case. */
	bool (*has_text)(const void *state, const struct model *model, size_t row, struct str text);
	/* Needed. Draws one row, whose canvas canvas_list_row() made. */
	void (*draw_row)(const void *state, const struct model *model, const struct ui *ui,
		const struct canvas *canvas, int y, size_t row);
	/* Said where there is no row although no filter hides any: a line, then help with keys, then a shell line. */
	const char *none, *none_help, *none_command;
};

struct list_view {
	const struct list_kind *kind;
	struct list_cursor cursor; /* its count is the number of rows */
	struct column_choice choice;
	struct placed placed[COLUMNS_MAX];
	struct filtering filtering;
	size_t order; /* into the orders */
	bool reverse;
	bool stale; /* the view is to make its rows anew in prepare */
	bool moved;
	size_t hidden; /* things the filter hides */
	char id[LIST_ID_SIZE]; /* selected; "" nothing yet */
};

void list_view_init(struct list_view *list, const struct list_kind *kind);
void list_view_finish(struct list_view *list);

/* ---- in prepare ---- */

/* The size of the list without its titles; the columns are placed. Before the rows are made. */
void list_view_resize(struct list_view *list, int rows, int cols);
/* After the rows were made: how many there are. The selection is looked up. */
void list_view_built(void *state, const struct model *model, size_t count, size_t hidden);

/* ---- in act ---- */

/* Moving, reversing the order, choosing columns; false when the action is none of these. */
bool list_view_act(void *state, const struct model *model, struct ui *ui, enum action action);
void list_view_select(void *state, const struct model *model, size_t row);
/* Selects by id when the rows are made next. */
void list_view_reveal(struct list_view *list, const char *id);

/* ---- drawing ---- */

/* The titles and the rows; in place of rows, why there are none. */
void list_view_draw(const void *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);
/*
 * "before   filter: x (2 hidden)   sort: name" and an arrow, at the right end of the row and not left of x. Of a list
 * that has orders.
 */
void list_view_draw_order(
	const struct list_view *list, const struct canvas *canvas, int x, const char *before);
/* "n name   o owner": what the letters after `s` mean. */
void list_view_letters(const struct list_kind *kind, char *dst, size_t size);

/* ---- ops of struct view, as they are ---- */

/* "33 of 291" where there are more rows than are in sight, else "". */
void list_view_position(const void *state, char *dst, size_t size);
void list_view_draw_title(const void *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);
enum err list_view_set_filter(void *state, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb);
const char *list_view_filter(const void *state);
bool list_view_find(void *state, const struct model *model, struct str text, bool back, bool stay);
bool list_view_sort(void *state, const struct model *model, char letter);
/*
 * A press on a title sorts by it, on the title it is sorted by it reverses the order. On a row it selects; on the
 * selected one: MOUSE_AGAIN. Titles are in row 0 of the body.
 */
enum mouse_answer list_view_mouse(
	void *state, const struct model *model, struct ui *ui, const struct mouse_event *mouse);
void list_view_keep(const void *state, struct cJSON *object);
void list_view_restore(void *state, const struct cJSON *object);

#endif
