/*
 * What map.c and draw.c share: the state of the Map, of all requests or of one session's. Of the two only.
 */
#ifndef UMBRA_TUI_VIEWS_MAP_INTERNAL_H
#define UMBRA_TUI_VIEWS_MAP_INTERNAL_H

#include "core/base/hashmap.h"
#include "core/model/name_rules.h"

#include "tui/ui/view.h"
#include "tui/ui/filtering.h"
#include "tui/views/map/calls.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"

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
	char session[LIMIT_SESSION_KEY + 1]; /* whose requests; "": everybody's */
	struct map_calls calls;
	struct map_tree tree;
	struct list_cursor list;
	struct placed placed[COLUMN_TOTAL];
	struct hashmap *folds; /* service -> folded; the outside is " " */
	struct filtering filtering;
	bool stale;
	bool moved; /* a person chose the row */
	bool known; /* the control plane has answered */
	size_t losing, failing; /* rows of services */
	/* What is selected: */
	enum map_kind kind;
	char caller[LIMIT_SERVICE_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1];
	char command[COMMAND_MAX];
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
void map_place(struct map_view *state, int cols);
void map_view_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);
void map_view_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas);

#endif
