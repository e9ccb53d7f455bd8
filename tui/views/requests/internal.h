/* The parts of the Requests view know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_REQUESTS_INTERNAL_H
#define UMBRA_TUI_VIEWS_REQUESTS_INTERNAL_H

#include "core/model/name_rules.h"

#include "tui/ui/view.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"

enum requests_column {
	COLUMN_TIME,
	COLUMN_SERVICE,
	COLUMN_VERSION,
	COLUMN_WHY,
	COLUMN_STATUS,
	COLUMN_MS,
	COLUMN_METHOD,
	COLUMN_PATH,
	COLUMN_CALLER,
	COLUMN_SESSION,
	COLUMN_TOTAL
};

struct requests {
	struct list_cursor list;
	/*
	 * Rows left blank above the list, so that what is read stays where it is while the lines above it leave
	 * the ring; gone with the next key.
	 */
	size_t blank;
	int64_t trimmed; /* as of the last prepare */
	size_t height; /* rows below the titles */
	struct placed placed[COLUMN_TOTAL];
	int needs
		[COLUMN_TOTAL]; /* the widest cell that was in sight; so columns grow and do not jump */
	bool follows;
	int64_t selected; /* number of the line, while not following */
	int64_t seen; /* the last number when following stopped */
	size_t context; /* lines shown around each that matches */
	size_t errors_before, errors_behind; /* of the selected row, among those shown */
	size_t line,
		line_count; /* which line it is, and of how many: the rows without those between groups */
	char filter_text[LIMIT_FILTER + 1];
};

/* rows.c */
/* Where the columns stand, for what is in sight. */
void requests_place(struct requests *state, const struct model *model, int cols);
void requests_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);
void requests_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);

/* empty.c */
/* The session or version the tail is narrowed to; left as it is when it is none that is there. */
void requests_scope_selection(const struct model *model, struct selection *ret_selection);
/* Below the titles: why nothing is shown, what it waits for, and what would send one. */
void requests_draw_empty(
	const struct requests *state, const struct model *model, const struct canvas *canvas);

#endif
