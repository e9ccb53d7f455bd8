/*
 * View 6, Map: who calls whom, drawn from the requests of the last minute, as a tree from where they come in.
 * Enter shows a service with its callers and what it calls (map_service.c); l tails exactly these requests.
 *
 * Invariant: the selection is a call (caller, service, version), looked up again when the tree is made anew.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include "tui/views/cells.h"
#include "tui/views/map_calls.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum {
	COLUMN_NAME,
	COLUMN_RATE,
	COLUMN_SHARE,
	COLUMN_ERRORS,
	COLUMN_P95,
	COLUMN_NOTE,
	COLUMN_TOTAL
};

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"WHO IS CALLED", 34, 52, 3, 0, false, 0},
	[COLUMN_RATE] = {"CALLS/S", 7, 0, 1, 0, true, 0},
	[COLUMN_SHARE] = {"SHARE", 8, 20, 2, 0, false, 0},
	[COLUMN_ERRORS] = {"5XX%", 6, 0, 1, 0, true, 0},
	[COLUMN_P95] = {"P95", 6, 0, 1, 0, true, 0},
	[COLUMN_NOTE] = {"", 18, 60, 2, 1, false, 0},
};

struct map_view {
	struct map_calls calls;
	struct map_tree tree;
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	struct map *folds; /* service -> folded; the outside is " " */
	struct filter *filter;
	char filter_text[LIMIT_FILTER + 1];
	bool stale;
	bool moved; /* a person chose the row */
	enum map_kind kind; /* what is selected */
	char caller[LIMIT_SERVICE_NAME + 1];
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1];
	char command[COMMAND_MAX];
	char sentence[512];
	char lost[256];
};

static void *map_view_create(void)
{
	struct map_view *state = xcalloc(1, sizeof(*state));

	map_tree_init(&state->tree);
	state->folds = map_create();
	state->stale = true;
	return state;
}

static void map_view_destroy(void *arg)
{
	struct map_view *state = arg;

	map_tree_finish(&state->tree);
	map_calls_finish(&state->calls);
	map_destroy(state->folds, NULL);
	filter_destroy(state->filter);
	free(state);
}

/* ---- rows ---- */

static struct str fold_key(const char *service)
{
	return service[0] != '\0' ? str_of(service) : STR_LIT(" ");
}

static bool is_folded(void *arg, const char *service)
{
	const struct map_view *state = arg;

	return !state->filter_text[0] && map_get(state->folds, fold_key(service)) != NULL;
}

static const struct map_row *row_at(const struct map_view *state, size_t at)
{
	return at < state->tree.count ? &state->tree.rows[at] : NULL;
}

static const struct map_row *selected_row(const struct map_view *state)
{
	return row_at(state, state->list.selected);
}

/* Takes over what the list has selected. */
static void remember(struct map_view *state)
{
	const struct map_row *row = selected_row(state);
	struct command_vars vars;
	char scope[LIMIT_FILTER + 1] = "";

	memset(&vars, 0, sizeof(vars));
	state->sentence[0] = state->lost[0] = state->caller[0] = state->service[0] = '\0';
	state->version[0] = '\0';
	if (row) {
		state->kind = row->kind;
		str_copy(state->caller, sizeof(state->caller), str_of(row->caller));
		str_copy(state->service, sizeof(state->service), str_of(row->service));
		if (row->kind == MAP_VERSION)
			str_copy(state->version, sizeof(state->version), str_of(row->version));
		map_sentence(row, state->sentence, sizeof(state->sentence));
		map_lost(row, &state->calls, state->lost, sizeof(state->lost));
		map_scope(row, scope);
	}
	vars.filter = str_of(scope);
	ui_command(state->command, keymap_binding(AREA_MAP, ACTION_LOGS)->command, &vars);
}

static bool is_selected(const struct map_view *state, const struct map_row *row)
{
	return row->kind == state->kind && strcmp(row->caller, state->caller) == 0 &&
	       strcmp(row->service, state->service) == 0 &&
	       (row->kind != MAP_VERSION || strcmp(row->version, state->version) == 0);
}

static void build(struct map_view *state, const struct model *model)
{
	map_calls_collect(&state->calls, model, state->filter);
	map_tree_build(&state->tree, state->calls.calls, state->calls.count, is_folded, state);
	state->stale = false;
	state->list.count = state->tree.count;
	for (size_t i = 0; state->moved && i < state->tree.count; i++) {
		if (is_selected(state, &state->tree.rows[i])) {
			list_follow(&state->list, i);
			return;
		}
	}
}

static void map_view_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct map_view *state = arg;

	(void)ui;
	state->list.height = rows > 6 ? (size_t)rows - 5 : 1;
	if (parts & (MODEL_EDGES | MODEL_SERVICES) || state->stale)
		build(state, model);
	list_resize(&state->list, state->tree.count, state->list.height);
	(void)columns_place(columns, COLUMN_TOTAL, cols - 1, state->placed);
	remember(state);
}

/* ---- drawing ---- */

static enum role name_role(const struct map_row *row, bool is_selected_row)
{
	if (is_selected_row)
		return ROLE_SELECTED;
	if (row->kind == MAP_OUTSIDE)
		return ROLE_STRONG;
	if (row->kind == MAP_VERSION)
		return row->version[0] == '\0' ? ROLE_UNHEALTHY
		       : row->ephemeral        ? ROLE_EPHEMERAL
					       : ROLE_STABLE;
	return row->more == MAP_ABOVE || row->more == MAP_CYCLE ? ROLE_BASE : ROLE_SERVICE;
}

static const char *name_of(const struct map_row *row)
{
	if (row->kind == MAP_OUTSIDE)
		return "outside";
	if (row->kind == MAP_VERSION)
		return row->version[0] != '\0' ? row->version : "nobody: the proxy answered";
	return row->service;
}

static const char *after_name(const struct map_row *row)
{
	if (row->kind == MAP_VERSION)
		return row->version[0] != '\0' && !row->ephemeral ? "stable" : "";
	if (row->more == MAP_ABOVE)
		return "see above";
	if (row->more == MAP_CYCLE)
		return "calls go round";
	return row->kind == MAP_SERVICE && row->version ? row->version : "";
}

static void draw_name(const struct map_view *state, const struct ui *ui,
	const struct canvas *canvas, int y, const struct map_row *row, bool is_selected_row)
{
	const struct placed *at = &state->placed[COLUMN_NAME];
	int indent = 2 * row->depth;
	int end = at->x + at->width;
	int x;
	struct str name = str_of(name_of(row));
	int cells = (int)text_cells(name);

	if (indent > at->width - 16) /* deeper than can be shown */
		indent = at->width - 16;
	x = at->x + indent;
	if (row->more == MAP_OPEN || row->more == MAP_FOLDED)
		(void)canvas_glyph(canvas, y, x - 2, ROLE_QUIET,
			row->more == MAP_OPEN ? GLYPH_OPEN : GLYPH_CLOSED);
	if (row->kind == MAP_VERSION && row->version[0] != '\0')
		x += canvas_run_c(canvas, y, x, 1, ROLE_QUIET, "@");
	if (cells > end - x)
		cells = end - x;
	canvas_text_found(
		canvas, y, x, cells, name_role(row, is_selected_row), name, str_of(ui->find));
	x += cells + 1;
	if (row->sum.lost > 0)
		x += canvas_glyph(canvas, y, x, ROLE_WARNING, GLYPH_WARNING) + 1;
	if (x < end)
		(void)canvas_run_c(canvas, y, x, end - x, ROLE_QUIET, after_name(row));
}

static void draw_row(const struct map_view *state, const struct ui *ui, const struct canvas *canvas,
	int y, const struct map_row *row, bool is_selected_row)
{
	const struct placed *at = state->placed;
	char text[256];

	draw_name(state, ui, canvas, y, row, is_selected_row);
	if (row->root)
		return;
	cell_rate(text, row->sum.rate);
	canvas_right(canvas, y, at[COLUMN_RATE].x, at[COLUMN_RATE].width, ROLE_FIGURE, text);
	map_draw_share(canvas, y, at[COLUMN_SHARE].x, at[COLUMN_SHARE].width, row->share);
	map_draw_errors(canvas, y, at[COLUMN_ERRORS].x, at[COLUMN_ERRORS].width, &row->sum);
	cell_ms(text, row->sum.p95_ms);
	canvas_right(canvas, y, at[COLUMN_P95].x, at[COLUMN_P95].width, ROLE_FIGURE, text);
	if (at[COLUMN_NOTE].width == 0 || row->sum.lost == 0)
		return;
	map_lost(row, &state->calls, text, sizeof(text));
	(void)canvas_run_c(canvas, y, at[COLUMN_NOTE].x, at[COLUMN_NOTE].width, ROLE_WARNING, text);
}

static void draw_pane(const struct map_view *state, const struct canvas *canvas)
{
	int y = canvas->rows - 4;
	int x = 1;

	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, 3);
	canvas_c(canvas, y + 1, 1, canvas->cols - 2, ROLE_BASE, state->sentence);
	if (state->lost[0] != '\0') {
		(void)canvas_glyph(canvas, y + 2, 1, ROLE_WARNING, GLYPH_WARNING);
		(void)canvas_run_c(canvas, y + 2, 3, canvas->cols - 4, ROLE_WARNING, state->lost);
	} else {
		canvas_c(canvas, y + 2, 1, canvas->cols - 2, ROLE_QUIET,
			"SHARE: how much of all its caller's calls this is; of a version, of the "
			"row above it");
	}
	x += canvas_run_c(canvas, y + 3, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, y + 3, x, canvas->cols - x - 1, ROLE_COMMAND, state->command);
}

static void draw_empty(const struct map_view *state, const struct canvas *canvas)
{
	bool none = state->calls.hidden == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "No request in the last minute." : "Nothing matches the filter.");
	canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
		none ? "The map is drawn from real requests: umbra curl SERVICE/PATH sends one."
		     : "Calls have service: version: caller: kind: pr: author: status: and text.");
}

static void map_view_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_view *state = arg;

	(void)model;
	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		size_t at = state->list.top + i;
		const struct map_row *row = row_at(state, at);
		int y = (int)i + 1;

		canvas_clear(canvas, y, 0);
		if (!row)
			continue;
		if (at == state->list.selected)
			(void)canvas_glyph(canvas, y, 0, ROLE_MARK, GLYPH_MARK);
		draw_row(state, ui, canvas, y, row, at == state->list.selected);
	}
	if (state->tree.count == 0)
		draw_empty(state, canvas);
	draw_pane(state, canvas);
}

static void map_view_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_view *state = arg;
	char text[LIMIT_FILTER + 96];

	(void)model;
	(void)ui;
	if (state->filter_text[0] != '\0')
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   last 60 s",
			state->filter_text, state->calls.hidden);
	else
		(void)snprintf(text, sizeof(text), "%zu services   real requests of the last 60 s",
			state->tree.services);
	canvas_right(canvas, 0, 2, canvas->cols - 2,
		state->filter_text[0] ? ROLE_STAGED : ROLE_QUIET, text);
}

/* ---- acting ---- */

static void fold(struct map_view *state, bool folded)
{
	const struct map_row *row = selected_row(state);

	if (!row || row->kind == MAP_VERSION || row->more == MAP_LEAF)
		return;
	if (folded)
		(void)map_set(state->folds, fold_key(row->service), state);
	else
		(void)map_remove(state->folds, fold_key(row->service));
	state->moved = true;
	state->stale = true;
}

static enum redraw map_view_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct map_view *state = arg;
	const struct map_row *row = selected_row(state);
	char scope[LIMIT_FILTER + 1];

	(void)model;
	if (list_move(&state->list, action)) {
		state->moved = true;
		remember(state);
		return REDRAW_BODY;
	}
	if (!row)
		return REDRAW_NONE;
	switch (action) {
	case ACTION_OPEN:
		if (row->kind == MAP_OUTSIDE)
			fold(state, row->more != MAP_FOLDED);
		else
			ui_open(ui, &view_map_service, row->service);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, action == ACTION_LEFT);
		break;
	case ACTION_LOGS:
		map_scope(row, scope);
		ui_open(ui, &view_requests, scope);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static void map_view_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct map_row *row = selected_row(arg);

	(void)model;
	if (row)
		map_select(row, ret_selection);
}

static enum err map_view_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct map_view *state = arg;
	struct filter *filter = filter_parse(str_of(text), ret_column, eb);

	(void)model;
	if (!filter)
		return ERR_BAD_FILTER;
	filter_destroy(state->filter);
	state->filter = filter;
	str_copy(state->filter_text, sizeof(state->filter_text), str_of(text));
	state->stale = true;
	return ERR_NONE;
}

static const char *map_view_filter(const void *arg)
{
	const struct map_view *state = arg;

	return state->filter_text;
}

static bool map_view_find(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct map_view *state = arg;
	size_t count = state->tree.count;
	size_t at = state->list.selected;

	(void)model;
	for (size_t i = 0; i < count; i++) {
		struct str name;

		if (!(stay && i == 0))
			at = back ? (at + count - 1) % count : (at + 1) % count;
		name = str_of(name_of(&state->tree.rows[at]));
		if (text_find_nocase(name, text) < name.n) {
			state->moved = true;
			list_select(&state->list, at);
			remember(state);
			return true;
		}
	}
	return false;
}

const struct view view_map = {
	.name = "map",
	.title = "Map",
	.key = '6',
	.area = AREA_MAP,
	.flags = VIEW_EDGES,
	.create = map_view_create,
	.destroy = map_view_destroy,
	.prepare = map_view_prepare,
	.draw_title = map_view_draw_title,
	.draw = map_view_draw,
	.act = map_view_act,
	.selected = map_view_selected,
	.set_filter = map_view_set_filter,
	.filter = map_view_filter,
	.find = map_view_find,
};
