/*
 * What map.c and draw.c share: the state of the Map, of all requests or of one session's. Of the two only.
 */
#ifndef UMBRA_TUI_VIEWS_MAP_INTERNAL_H
#define UMBRA_TUI_VIEWS_MAP_INTERNAL_H

#include "core/base/hashmap.h"
#include "core/model/name_rules.h"

#include "tui/ui/list_view.h"
#include "tui/views/map/calls.h"

enum map_column {
	COLUMN_NAME,
	COLUMN_SERVED, /* of one session's Map only */
	COLUMN_RATE,
	COLUMN_SHARE,
	COLUMN_ERRORS,
	COLUMN_P95,
	COLUMN_SPARK,
	COLUMN_LOST,
	COLUMN_TOTAL
};

struct map_view {
	struct list_view list; /* rows by the call: caller, service, version */
	char session[LIMIT_SESSION_KEY + 1]; /* whose requests; "": everybody's */
	struct map_calls calls;
	struct map_tree tree;
	struct hashmap *folds; /* service -> folded; the outside is " " */
	bool known; /* the control plane has answered */
	size_t losing, failing; /* rows of services */
	/* Of the selected row: */
	char *command;
	char sentence[512];
	char lost[256];
};

static inline const struct map_row *map_row_at(const struct map_view *state, size_t at)
{
	return at < state->tree.count ? &state->tree.rows[at] : NULL;
}

static inline const struct call_graph *map_edges(
	const struct map_view *state, const struct model *model)
{
	return state->session[0] ? model->session_edges : model->edges;
}

/* What a row is called: a service, a version, the outside. */
const char *map_name_of(const struct map_row *row);

/* draw.c */
enum { MAP_PANE_ROWS = 4 };
extern const struct column_set map_columns, map_session_columns;
void map_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row);
void map_view_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);
void map_view_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);

#endif
