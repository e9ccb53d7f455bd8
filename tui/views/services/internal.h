/* The parts of the Services view know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_VIEWS_SERVICES_INTERNAL_H
#define UMBRA_TUI_VIEWS_SERVICES_INTERNAL_H

#include "tui/ui/view.h"
#include "tui/ui/list_view.h"
#include "tui/ui/text_page.h"
#include "tui/views/services/tree.h"
#include "tui/data/chosen_versions.h"

enum services_column {
	COLUMN_NAME,
	COLUMN_PR,
	COLUMN_AUTHOR,
	COLUMN_COMMIT,
	COLUMN_AGE,
	COLUMN_EXPIRES,
	COLUMN_HEALTH,
	COLUMN_RATE,
	COLUMN_ERRORS,
	COLUMN_P95,
	COLUMN_MINUTE,
	COLUMN_PINS,
	COLUMN_SESSIONS,
	COLUMN_TOTAL
};

extern const struct column_set services_columns;

/* Where what is known of the selected row stands. */
enum pane { PANE_NONE, PANE_BELOW, PANE_BESIDE };

enum { SERVICES_FACT_COLS = 13 }; /* of the names in the pane beside */

struct services {
	struct list_view list; /* its orders are those of the tree, by index; rows by name */
	struct tree_index tree;
	bool mine; /* what is mine comes first */
	struct owner_filter me; /* as of the last building of the tree */
	char service[LIMIT_SERVICE_NAME + 1]; /* what is selected; "" nothing yet */
	char version[LIMIT_VERSION_NAME + 1]; /* "" for the service itself */
	char *command; /* what Enter is as a command line; NULL: nothing is selected */

	struct chosen_versions marks;

	enum pane pane;
	int pane_cols_wanted; /* columns of the pane beside, as the divider was dragged; 0: by the screen's width */
	bool dragging;
	int list_cols;
	int list_rows;
	struct text_page facts; /* of the pane beside */
};

/* services.c */
const struct tree_row *services_row(const struct services *state, size_t at);
const struct service_node *services_node(const struct model *model, const struct tree_row *row);
/* NULL for a service's row. */
const struct version *services_version(const struct model *model, const struct tree_row *row);
const struct service_node *services_selected_node(
	const struct services *state, const struct model *model);
const struct version *services_selected_version(
	const struct services *state, const struct model *model);
bool services_is_marked(const struct services *state, const struct version *version);

/* rows.c */
void services_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at);

/* pane.c: sizes first, then what is in it, then the picture. */
void services_lay_out(struct services *state, int rows, int cols);
/* The divider was moved to column `x` of `cols`. */
void services_drag_pane(struct services *state, int x, int cols);
void services_fill_pane(struct services *state, const struct model *model, int rows, int cols);
void services_draw_pane(
	const struct services *state, const struct model *model, const struct canvas *canvas);

#endif
