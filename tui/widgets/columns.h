/*
 * Columns of a table: which fit, and where; and which a person chose, in which order. Pure.
 *
 * All that are shown get their least width; when that is too much, the one with the highest `drop` goes first.
 * What is left over goes to those that may grow, a cell each in turn, up to their `max`. A view that knows what its
 * texts need says so in the choice: then no column that may grow is wider than that, and the first one, which names
 * the rows, gets what it needs before the others grow; columns that go early (COLUMN_DROP_EARLY) go for it.
 */
#ifndef UMBRA_TUI_WIDGETS_COLUMNS_H
#define UMBRA_TUI_WIDGETS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

struct canvas;
struct cJSON;

struct column_spec {
	const char *title;
	int min;
	int max; /* grows up to this; 0: does not grow */
	int gap; /* blanks before it */
	int drop; /* 0: never dropped; the highest goes first */
	bool right;
	char sort; /* the letter after `s`, 0: not sortable */
};

enum { COLUMNS_MAX = 24, COLUMN_DROP_EARLY = 8 };

struct placed {
	int x;
	int width; /* 0: not shown */
};

/* `placed` has `count` entries. Returns the columns used in all. */
int columns_place(const struct column_spec *specs, size_t count, int width, struct placed *placed);
/* The row of titles. */
void columns_draw_titles(const struct canvas *canvas, int y, const struct column_spec *specs,
	size_t count, const struct placed *placed);

/* What `s` would take for the column at x; 0 when it sorts by nothing. */
char columns_sort_letter(
	const struct column_spec *specs, size_t count, const struct placed *placed, int x);

/* ---- a table whose columns are chosen ---- */

/* Beside the spec of the same index. */
struct column_about {
	const char *id; /* in what is saved: one word */
	const char *help; /* what it shows, for the chooser */
	bool hidden; /* until someone asks for it */
};

struct column_set {
	const struct column_spec *specs;
	const struct column_about *about; /* NULL: nobody chooses */
	size_t count;
};

/* The first column is what the rows are: it stays the first, and shown. */
struct column_choice {
	unsigned char order[COLUMNS_MAX]; /* indexes into the set */
	bool hidden[COLUMNS_MAX]; /* by index into the set */
	int needs[COLUMNS_MAX]; /* by index: cells of the longest text; 0: not known */
};

/* All as the set has them; what the texts need stays. */
void columns_choose_all(struct column_choice *choice, const struct column_set *set);
/* Shows or hides what stands at place `at` of the order; false: it stays. */
bool columns_toggle(struct column_choice *choice, const struct column_set *set, size_t at);
/* Moves it one place on, or back; false at either end. */
bool columns_move(struct column_choice *choice, const struct column_set *set, size_t at, bool on);
/* The text of a row in the column at that index of the set takes so many cells. */
void columns_need(struct column_choice *choice, size_t index, int cells);
int columns_place_chosen(const struct column_set *set, const struct column_choice *choice,
	int width, struct placed *placed);

/* "pr -author commit": the order, with a minus before what is hidden. */
void columns_write(
	struct strbuf *out, const struct column_choice *choice, const struct column_set *set);
/*
 * Takes what columns_write() wrote, perhaps of another version of the program: words it does not know are
 * passed over, columns that are not in it stay behind the others as the table has them.
 */
void columns_read(struct column_choice *choice, const struct column_set *set, struct str text);
/* The same as the member "columns" of what is kept of a view. */
void columns_keep(
	const struct column_choice *choice, const struct column_set *set, struct cJSON *object);
void columns_restore(
	struct column_choice *choice, const struct column_set *set, const struct cJSON *object);

#endif
