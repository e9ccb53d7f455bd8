/*
 * One service of the Map: who calls it on the left, whom it calls on the right, its versions between them.
 * Opened from the Map with the service's name; Enter goes on to a neighbour, Esc back the way one came.
 *
 * Invariant: `way` ends with the service that is shown.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/command/commands.h"
#include "core/model/name_rules.h"

#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/views/map/calls.h"
#include "tui/widgets/list_cursor.h"

enum { SIDE_CALLERS, SIDE_CALLEES, SIDES };
enum { WAY_MAX = 32, PANE_ROWS = 3, HEAD_ROWS = 2 };
/* Cells of a side's columns, with the blank before each. */
enum { RATE_COLS = 7, ERROR_COLS = 8, P95_COLS = 7, BAR_COLS = 9 };

struct map_service {
	struct map_calls calls;
	struct map_side sides[SIDES];
	struct list_cursor lists[SIDES];
	int side; /* where the selection is */
	char way[WAY_MAX][LIMIT_SERVICE_NAME + 1];
	size_t way_count;
	bool stale;
	char *command;
	char sentence[512];
};

static void *map_service_create(void)
{
	return xcalloc(1, sizeof(struct map_service));
}

static void map_service_destroy(void *arg)
{
	struct map_service *state = arg;

	for (int side = 0; side < SIDES; side++)
		map_side_finish(&state->sides[side]);
	map_calls_finish(&state->calls);
	free(state->command);
	free(state);
}

static const char *shown(const struct map_service *state)
{
	return state->way_count > 0 ? state->way[state->way_count - 1] : "";
}

/* The oldest step of the way is forgotten when there are too many. */
static void go_to(struct map_service *state, const char *service)
{
	if (state->way_count == WAY_MAX)
		memmove(state->way[0], state->way[1], --state->way_count * sizeof(state->way[0]));
	str_copy(state->way[state->way_count++], sizeof(state->way[0]), str_of(service));
	memset(state->lists, 0, sizeof(state->lists));
	state->stale = true;
}

static void map_service_open(
	void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	(void)model;
	(void)ui;
	go_to(arg, argument);
}

static const struct map_row *selected_row(const struct map_service *state)
{
	const struct map_side *side = &state->sides[state->side];
	size_t at = state->lists[state->side].selected;

	return at < side->count ? &side->rows[at] : NULL;
}

/* A row as the call it stands for: of which caller (perhaps one version of it), to which service. */
static void scope_of(
	const struct map_service *state, const struct map_row *row, char dst[LIMIT_FILTER + 1])
{
	const char *version = row->kind == MAP_VERSION ? row->version : "";

	if (state->side == SIDE_CALLEES)
		(void)snprintf(dst, LIMIT_FILTER + 1, "caller:%s service:%s%s%s", shown(state),
			row->service, version[0] ? " version:" : "", version);
	else if (row->kind == MAP_OUTSIDE)
		(void)snprintf(dst, LIMIT_FILTER + 1, "!caller:* service:%s", shown(state));
	else
		(void)snprintf(dst, LIMIT_FILTER + 1, "caller:%s%s%s service:%s", row->service,
			version[0] ? "@" : "", version, shown(state));
}

static void describe(struct map_service *state, const struct map_row *row)
{
	bool callee = state->side == SIDE_CALLEES;
	char rate[16], p95[16], lost[256];
	const char *other = row->kind == MAP_OUTSIDE ? "Clients outside" : row->service;

	format_rate(rate, row->sum.rate);
	format_ms(p95, row->sum.p95_ms);
	map_lost(row, lost, sizeof(lost));
	(void)snprintf(state->sentence, sizeof(state->sentence),
		"%s%s%s call%s %s%s%s %s times a second; p95 %s.%s%s%s",
		callee ? shown(state) : other, !callee && row->kind == MAP_VERSION ? "@" : "",
		!callee && row->kind == MAP_VERSION ? row->version : "",
		!callee && row->kind == MAP_OUTSIDE ? "" : "s",
		callee ? row->service : shown(state), callee && row->kind == MAP_VERSION ? "@" : "",
		callee && row->kind == MAP_VERSION ? row->version : "", rate, p95,
		lost[0] ? " " : "", lost, lost[0] ? "." : "");
}

static void remember(struct map_service *state)
{
	const struct map_row *row = selected_row(state);
	char scope[LIMIT_FILTER + 1];

	state->sentence[0] = '\0';
	(void)snprintf(scope, sizeof(scope), "service:%s", shown(state));
	if (row) {
		describe(state, row);
		scope_of(state, row, scope);
	}
	ui_print_command(
		&state->command, args_create(&command_logs, "--follow", "", "FILTER", scope, NULL));
}

static void build(struct map_service *state, const struct model *model)
{
	map_calls_collect(&state->calls, model, model->edges, NULL);
	for (int side = 0; side < SIDES; side++)
		map_side_build(&state->sides[side], state->calls.calls, state->calls.count,
			shown(state), side == SIDE_CALLERS);
	if (state->stale && state->sides[state->side].count == 0)
		state->side = SIDES - 1 - state->side;
	state->stale = false;
}

static void map_service_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct map_service *state = arg;

	(void)ui;
	(void)cols;
	if (parts & (MODEL_EDGES | MODEL_SERVICES) || state->stale)
		build(state, model);
	for (int side = 0; side < SIDES; side++)
		list_cursor_resize(&state->lists[side], state->sides[side].count,
			rows > PANE_ROWS + HEAD_ROWS + 2
				? (size_t)(rows - PANE_ROWS - HEAD_ROWS - 1)
				: 1);
	remember(state);
}

/* ---- drawing ---- */

/* Where the columns of a side stand, from the right; a width of 0: no room. */
struct side_columns {
	int name_end, bar, bar_cols, rate, errors, p95, p95_cols;
};

static struct side_columns place_columns(int cols)
{
	struct side_columns at = {.p95_cols = cols >= 40 ? P95_COLS : 0,
		.bar_cols = cols >= 48 ? BAR_COLS + (cols > 60 ? (cols - 60) / 3 : 0) : 0};

	at.p95 = cols - 1 - at.p95_cols;
	at.errors = at.p95 - ERROR_COLS;
	at.rate = at.errors - RATE_COLS;
	at.bar = at.rate - at.bar_cols;
	at.name_end = at.bar;
	return at;
}

static void draw_heads(const struct canvas *canvas, const struct side_columns *at)
{
	canvas_clear(canvas, 1, 0);
	canvas_c(canvas, 1, 3, at->name_end - 4, ROLE_HEADING, "SERVICE");
	if (at->bar_cols > 0)
		canvas_c(canvas, 1, at->bar + 1, at->bar_cols - 1, ROLE_HEADING, "SHARE");
	canvas_right(canvas, 1, at->rate + 1, RATE_COLS - 1, ROLE_HEADING, "REQ/S");
	canvas_right(canvas, 1, at->errors + 1, ERROR_COLS - 1, ROLE_HEADING, "5XX%");
	if (at->p95_cols > 0)
		canvas_right(canvas, 1, at->p95 + 1, P95_COLS - 1, ROLE_HEADING, "P95");
}

static enum role side_role(const struct map_row *row, bool is_selected)
{
	if (is_selected)
		return ROLE_SELECTED;
	if (row->kind != MAP_VERSION)
		return ROLE_SERVICE;
	return row->ephemeral ? ROLE_EPHEMERAL : ROLE_STABLE;
}

static const char *side_name(const struct map_row *row)
{
	if (row->kind == MAP_VERSION)
		return row->version[0] ? row->version : "the proxy";
	return row->kind == MAP_OUTSIDE ? "outside" : row->service;
}

static void draw_side_row(const struct ui *ui, const struct canvas *canvas, int y,
	const struct map_row *row, bool is_selected)
{
	struct side_columns at = place_columns(canvas->cols);
	int x = 3 + 2 * row->depth;
	int end = at.name_end - (row->sum.lost > 0 ? 2 : 0);
	char text[16];

	if (at.p95_cols > 0) {
		format_ms(text, row->sum.p95_ms);
		canvas_right(canvas, y, at.p95 + 1, P95_COLS - 1, ROLE_FIGURE, text);
	}
	map_draw_errors(canvas, y, at.errors + 1, ERROR_COLS - 1, &row->sum, true);
	format_rate(text, row->sum.rate);
	canvas_right(canvas, y, at.rate + 1, RATE_COLS - 1, ROLE_FIGURE, text);
	if (at.bar_cols > 0)
		map_draw_share(canvas, y, at.bar + 1, at.bar_cols - 1, row->share);
	if (row->sum.lost > 0)
		(void)canvas_glyph(canvas, y, end, ROLE_WARNING, GLYPH_WARNING);
	canvas_text_found(canvas, y, x, end - x - 1, side_role(row, is_selected),
		str_of(side_name(row)), str_of(ui->find));
}

static void draw_side(const struct map_service *state, const struct ui *ui,
	const struct canvas *canvas, int which)
{
	const struct map_side *side = &state->sides[which];
	const struct list_cursor *list = &state->lists[which];
	struct side_columns at = place_columns(canvas->cols);
	char text[96], rate[16];

	format_rate(rate, side->sum.rate);
	(void)snprintf(text, sizeof(text), "%s  %s/s",
		which == SIDE_CALLERS ? "CALLED BY" : "CALLS", rate);
	canvas_clear(canvas, 0, 0);
	canvas_c(canvas, 0, 3, canvas->cols - 4, ROLE_HEADING, text);
	draw_heads(canvas, &at);
	for (size_t i = 0; i < list->height; i++) {
		size_t row = list->top + i;
		int y = (int)i + HEAD_ROWS;
		bool is_row = row < side->count;
		bool is_selected = is_row && which == state->side && row == list->selected;
		struct canvas part = canvas_list_row(canvas, y, is_selected);

		if (is_row)
			draw_side_row(ui, &part, y, &side->rows[row], is_selected);
	}
	if (side->count == 0)
		canvas_c(canvas, HEAD_ROWS, 3, canvas->cols - 4, ROLE_QUIET,
			"no calls in the last minute");
}

static void draw_version(const struct model *model, const struct canvas *canvas, int y,
	const struct version *version)
{
	const struct stats *stats = traffic_stats_version(
		model->stats, str_of(version->service), str_of(version->name));
	char rate[16] = "";

	(void)canvas_glyph(canvas, y, 3, format_state_role(version->state),
		format_state_glyph(version->state));
	if (stats)
		format_rate(rate, stats->rate);
	canvas_right(canvas, y, canvas->cols - 8, 6, ROLE_FIGURE, rate);
	canvas_c(canvas, y, 5, canvas->cols - 14,
		version->kind == KIND_STABLE ? ROLE_STABLE : ROLE_EPHEMERAL, version->name);
}

static void draw_middle(
	const struct map_service *state, const struct model *model, const struct canvas *canvas)
{
	size_t at;
	const struct service_node *node;
	int y = HEAD_ROWS;
	int rows = canvas->rows;

	canvas_clear_rows(canvas, 0, rows);
	(void)canvas_glyph(canvas, 0, 0, ROLE_QUIET, GLYPH_ARROW);
	canvas_c(canvas, 0, 3, canvas->cols - 6, ROLE_SERVICE, shown(state));
	(void)canvas_glyph(canvas, 0, canvas->cols - 2, ROLE_QUIET, GLYPH_ARROW);
	canvas_c(canvas, 1, 5, canvas->cols - 14, ROLE_HEADING, "VERSION");
	canvas_right(canvas, 1, canvas->cols - 8, 6, ROLE_HEADING, "REQ/S");
	if (!model_find_node(model, str_of(shown(state)), &at)) {
		canvas_c(canvas, HEAD_ROWS, 3, canvas->cols - 4, ROLE_WARNING, "it is gone");
		return;
	}
	node = &model->env->nodes[at];
	for (size_t i = 0; i < node->version_count && y < rows; i++, y++) {
		if (y == rows - 1 && i + 1 < node->version_count) {
			char more[48];

			(void)snprintf(more, sizeof(more), "and %zu more", node->version_count - i);
			canvas_c(canvas, y, 5, canvas->cols - 6, ROLE_QUIET, more);
			return;
		}
		draw_version(model, canvas, y, node->versions[i]);
	}
}

static int middle_cols(int cols)
{
	return cols >= 160 ? 38 : cols >= 110 ? 30 : 24;
}

static void map_service_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_service *state = arg;
	int rows = canvas->rows - PANE_ROWS;
	int middle = middle_cols(canvas->cols);
	int side = (canvas->cols - middle) / 2;
	struct canvas part = canvas_part(canvas, 0, 0, rows, side);

	draw_side(state, ui, &part, SIDE_CALLERS);
	part = canvas_part(canvas, 0, side, rows, middle);
	draw_middle(state, model, &part);
	part = canvas_part(canvas, 0, side + middle, rows, canvas->cols - side - middle);
	draw_side(state, ui, &part, SIDE_CALLEES);
	canvas_clear(canvas, rows - 1, 0);
	canvas_rule(canvas, rows);
	canvas_c(canvas, rows + 1, 0, canvas->cols, ROLE_BASE, "");
	canvas_c(canvas, rows + 1, 1, canvas->cols - 2, ROLE_BASE, state->sentence);
	draw_text_command(canvas, rows + 2, state->command);
}

static void map_service_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_service *state = arg;
	const char *said = "real requests of the last 60 s";
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, LIMIT_SERVICE_NAME, ROLE_STRONG, shown(state)) + 2;
	canvas_right(canvas, 0, x, canvas->cols - x, ROLE_QUIET, said);
}

/* ---- acting ---- */

/* To the other side, to the row at about the same height. */
static void cross(struct map_service *state, int side)
{
	size_t row = state->lists[state->side].selected - state->lists[state->side].top;

	if (state->side == side || state->sides[side].count == 0)
		return;
	state->side = side;
	list_cursor_select(&state->lists[side], state->lists[side].top + row);
}

static enum redraw map_service_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct map_service *state = arg;
	const struct map_row *row = selected_row(state);
	char scope[LIMIT_FILTER + 1];

	(void)model;
	if (list_cursor_move(&state->lists[state->side], keymap_motion(action))) {
		remember(state);
		return REDRAW_BODY;
	}
	switch (action) {
	case ACTION_BACK:
		if (state->way_count <= 1) {
			ui_back(ui);
			break;
		}
		state->way_count--;
		memset(state->lists, 0, sizeof(state->lists));
		state->stale = true;
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		cross(state, action == ACTION_LEFT ? SIDE_CALLERS : SIDE_CALLEES);
		remember(state);
		break;
	case ACTION_OPEN:
		if (row && row->kind != MAP_OUTSIDE && strcmp(row->service, shown(state)) != 0)
			go_to(state, row->service);
		break;
	case ACTION_LOGS:
		if (!row)
			(void)snprintf(scope, sizeof(scope), "service:%s", shown(state));
		else
			scope_of(state, row, scope);
		ui_open(ui, &view_requests, scope);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_ALL;
}

static void map_service_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct map_service *state = arg;
	const struct map_row *row = selected_row(state);
	bool callee = state->side == SIDE_CALLEES;

	(void)model;
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(shown(state)));
	if (!row || (!callee && row->kind == MAP_OUTSIDE)) {
		ret_selection->kind = SELECTED_SERVICE;
		return;
	}
	ret_selection->kind = SELECTED_EDGE;
	map_select_lost(row, ret_selection);
	if (!callee) {
		(void)snprintf(ret_selection->caller, sizeof(ret_selection->caller), "%s%s%s",
			row->service, row->kind == MAP_VERSION ? "@" : "",
			row->kind == MAP_VERSION ? row->version : "");
		return;
	}
	str_copy(ret_selection->caller, sizeof(ret_selection->caller), str_of(shown(state)));
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(row->service));
	if (row->kind == MAP_VERSION)
		str_copy(ret_selection->version, sizeof(ret_selection->version),
			str_of(row->version));
}

static enum mouse_answer map_service_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct map_service *state = arg;
	int middle = middle_cols(mouse->cols);
	int left = (mouse->cols - middle) / 2;
	int which = mouse->x < left ? SIDE_CALLERS : SIDE_CALLEES;
	bool there = which == state->side;
	enum mouse_answer answer;

	(void)model;
	(void)ui;
	if (mouse->kind != MOUSE_PRESS || mouse->y < HEAD_ROWS ||
		(mouse->x >= left && mouse->x < left + middle))
		return MOUSE_IGNORED;
	answer = list_cursor_press(&state->lists[which], (size_t)(mouse->y - HEAD_ROWS));
	if (answer == MOUSE_IGNORED)
		return answer;
	state->side = which;
	remember(state);
	return there ? answer : MOUSE_DONE;
}

const struct view view_map_service = {
	.name = "map-service",
	.area = AREA_MAP_SERVICE,
	.flags = VIEW_EDGES,
	.create = map_service_create,
	.destroy = map_service_destroy,
	.open = map_service_open,
	.prepare = map_service_prepare,
	.draw_title = map_service_draw_title,
	.draw = map_service_draw,
	.act = map_service_act,
	.selected = map_service_selected,
	.mouse = map_service_mouse,
};
