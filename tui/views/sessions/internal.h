/* The parts of the Sessions view know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_INTERNAL_H
#define UMBRA_TUI_VIEWS_SESSIONS_INTERNAL_H

#include "tui/ui/view.h"
#include "tui/ui/list_view.h"
#include "tui/views/sessions/pin_matrix.h"

enum sessions_column {
	SESSIONS_KEY,
	SESSIONS_OWNER,
	SESSIONS_POLICY,
	SESSIONS_AGE,
	SESSIONS_EXPIRES,
	SESSIONS_COUNT,
	SESSIONS_PINS,
	SESSIONS_TOTAL
};

extern const struct column_set sessions_columns;

struct sessions {
	struct list_view list; /* rows by the key of the session */
	uint32_t *rows; /* into the environment's sessions */
	size_t cap;
	struct pin_matrix matrix;
	int matrix_cols; /* it takes; 0: there is none */
	bool as_matrix; /* it fits: it is the last column, which is a list of pins else */
	int key_cols; /* of the longest key in the list */
	bool below; /* what is known of the selected row stands below the list */
	char *command; /* what shows the selected one; NULL: none is */
};

/* sessions.c */
const struct session *sessions_at(
	const struct sessions *state, const struct model *model, size_t row);

/* rows.c */
/* Sizes and places, from the rows there are. */
void sessions_lay_out(struct sessions *state, int rows, int cols);
/* Over the matrix each service has a title of its own. */
void sessions_draw_titles(const struct sessions *state, const struct canvas *canvas);
void sessions_draw_row(const void *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row);
/* Rule, headline and sentence, where there is room for them; the command line. */
void sessions_draw_foot(
	const struct sessions *state, const struct model *model, const struct canvas *canvas);

#endif
