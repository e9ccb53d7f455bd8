/*
 * The Map's picture: the tree of calls with its stats, and the pane below that says the selected row in a
 * sentence. Called by map.c, which has worked out all there is to draw.
 */
#include "tui/views/map/internal.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"

static const struct column_spec all_columns[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"WHO IS CALLED", 26, 56, 3, 0, false, 0},
	[COLUMN_RATE] = {"CALLS/S", 7, 0, 1, 0, true, 0},
	[COLUMN_SHARE] = {"SHARE", 8, 20, 2, 4, false, 0},
	[COLUMN_ERRORS] = {"5XX%", 7, 0, 1, 0, true, 0},
	[COLUMN_P95] = {"P95", 6, 0, 1, 2, true, 0},
	[COLUMN_SPARK] = {"LAST MINUTE", 11, 30, 3, 5, false, 0},
	[COLUMN_LOST] = {"SESSION LOST", 13, 48, 2, 3, false, 0},
};

static const struct column_spec session_columns[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"WHO IS CALLED", 20, 48, 3, 0, false, 0},
	[COLUMN_SERVED] = {"SERVED BY", 17, 40, 2, 1, false, 0},
	[COLUMN_RATE] = {"CALLS", 6, 0, 1, 0, true, 0},
	[COLUMN_ERRORS] = {"5XX%", 7, 0, 1, 0, true, 0},
	[COLUMN_P95] = {"P95", 6, 0, 1, 4, true, 0},
	[COLUMN_SPARK] = {"LAST MINUTE", 11, 30, 3, 5, false, 0},
	[COLUMN_LOST] = {"SESSION LOST", 13, 48, 2, 2, false, 0},
};

const struct column_set map_columns = {all_columns, NULL, COLUMN_TOTAL};
const struct column_set map_session_columns = {session_columns, NULL, COLUMN_TOTAL};

/* ---- cells ---- */

enum { NAME_LEAST = 12 }; /* cells, however deep it stands */

static enum role name_role(const struct map_row *row, bool is_selected)
{
	if (is_selected)
		return ROLE_SELECTED;
	if (row->kind == MAP_OUTSIDE)
		return ROLE_STRONG;
	if (row->kind == MAP_VERSION)
		return row->version[0] == '\0' ? ROLE_UNHEALTHY
		       : row->ephemeral        ? ROLE_EPHEMERAL
					       : ROLE_STABLE;
	return row->more == MAP_ABOVE || row->more == MAP_CYCLE ? ROLE_BASE : ROLE_SERVICE;
}

/* What stands behind the name, quietly. */
static const char *after_name(const struct map_view *state, const struct map_row *row)
{
	if (row->kind == MAP_VERSION)
		return row->version[0] != '\0' && !row->ephemeral ? "stable" : "";
	if (row->more == MAP_ABOVE)
		return "see above";
	if (row->more == MAP_CYCLE)
		return "calls go round";
	return row->kind == MAP_SERVICE && row->version && !state->session[0] ? row->version : "";
}

static void draw_name(const struct map_view *state, const struct ui *ui,
	const struct canvas *canvas, int y, const struct map_row *row, bool is_selected)
{
	const struct placed *at = &state->list.placed[COLUMN_NAME];
	int indent = 2 * row->depth;
	int end = at->x + at->width;
	int x;
	struct str name = str_of(map_name_of(row));
	int cells = (int)text_cells(name);

	if (indent > at->width - NAME_LEAST) /* deeper than can be shown */
		indent = at->width - NAME_LEAST;
	x = at->x + indent;
	if (row->more == MAP_OPEN || row->more == MAP_FOLDED)
		(void)canvas_glyph(canvas, y, x - 2, ROLE_QUIET,
			row->more == MAP_OPEN ? GLYPH_OPEN : GLYPH_CLOSED);
	if (row->kind == MAP_VERSION && row->version[0] != '\0')
		x += canvas_run_c(canvas, y, x, 1, ROLE_QUIET, "@");
	if (cells > end - x)
		cells = end - x;
	canvas_text_found(canvas, y, x, cells, name_role(row, is_selected), name, str_of(ui->find));
	x += cells + 1;
	if (row->sum.lost > 0 && x < end)
		x += canvas_glyph(canvas, y, x, ROLE_WARNING, GLYPH_WARNING) + 1;
	if (x < end)
		(void)canvas_run_c(canvas, y, x, end - x, ROLE_QUIET, after_name(state, row));
}

/* Which version, and whether a pin sent the requests there. */
static void draw_served(
	const struct canvas *canvas, int y, const struct placed *at, const struct map_row *row)
{
	const struct map_sum *sum = &row->sum;
	int end = at->x + at->width;
	int x = at->x;
	bool pinned = sum->pinned > 0;

	if (at->width == 0 || row->kind == MAP_OUTSIDE)
		return;
	if (!row->version) {
		(void)canvas_run_c(canvas, y, x, at->width, ROLE_QUIET, "several versions");
		return;
	}
	if (row->version[0] == '\0') {
		(void)canvas_run_c(canvas, y, x, at->width, ROLE_UNHEALTHY, "the proxy");
		return;
	}
	x += canvas_run_c(canvas, y, x, at->width - (pinned ? 7 : 0),
		row->ephemeral ? ROLE_EPHEMERAL : ROLE_STABLE, row->version);
	if (x + 1 < end)
		(void)canvas_run_c(canvas, y, x + 1, end - x - 1, pinned ? ROLE_PINNED : ROLE_QUIET,
			!pinned                     ? row->ephemeral ? "" : "stable"
			: sum->pinned == sum->count ? "pinned"
						    : "partly pinned");
}

static void draw_spark(const struct map_view *state, const struct model *model,
	const struct canvas *canvas, int y, const struct map_row *row)
{
	const struct placed *at = &state->list.placed[COLUMN_SPARK];
	struct stats stats;

	if (at->width == 0)
		return;
	call_graph_history(map_edges(state, model), row->kind == MAP_OUTSIDE ? "" : row->caller,
		row->kind == MAP_OUTSIDE ? NULL : row->service,
		row->kind == MAP_VERSION ? row->version : NULL, &stats);
	format_spark(canvas, y, at->x, at->width, &stats);
}

static void draw_lost(
	const struct canvas *canvas, int y, const struct placed *at, const struct map_row *row)
{
	char text[256];

	if (at->width == 0 || row->kind == MAP_OUTSIDE)
		return;
	if (row->sum.lost > 0 || row->sum.likely > 0) {
		map_lost_cell(row, at->width, text, sizeof(text));
		(void)canvas_run_c(canvas, y, at->x, at->width, ROLE_WARNING, text);
	} else if (row->sum.without > 0) {
		(void)canvas_run_c(canvas, y, at->x, at->width, ROLE_QUIET,
			row->caller[0] ? "gone before" : "by whom?");
	}
}

void map_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t index)
{
	const struct map_view *state = arg;
	const struct map_row *row = &state->tree.rows[index];
	const struct placed *at = state->list.placed;
	char text[32];

	draw_name(state, ui, canvas, y, row, index == state->list.cursor.selected);
	if (row->root)
		return;
	if (state->session[0]) {
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)row->sum.count);
		draw_served(canvas, y, &at[COLUMN_SERVED], row);
	} else {
		format_rate(text, row->sum.rate);
	}
	canvas_right(canvas, y, at[COLUMN_RATE].x, at[COLUMN_RATE].width, ROLE_FIGURE, text);
	if (at[COLUMN_SHARE].width > 0)
		map_draw_share(canvas, y, at[COLUMN_SHARE].x, at[COLUMN_SHARE].width, row->share);
	map_draw_errors(canvas, y, at[COLUMN_ERRORS].x, at[COLUMN_ERRORS].width, &row->sum,
		row->kind == MAP_SERVICE && !row->root);
	if (at[COLUMN_P95].width > 0) {
		format_ms(text, row->sum.p95_ms);
		canvas_right(canvas, y, at[COLUMN_P95].x, at[COLUMN_P95].width, ROLE_FIGURE, text);
	}
	draw_spark(state, model, canvas, y, row);
	draw_lost(canvas, y, &at[COLUMN_LOST], row);
}

/* ---- the pane ---- */

/* "it pins booking=pr-482 schedule=pr-540". */
static void draw_pins(
	const struct map_view *state, const struct model *model, const struct canvas *canvas, int y)
{
	const struct session *session = environment_session(model->env, str_of(state->session));
	char unclear[96];
	int x = 1;

	canvas_clear(canvas, y, 0);
	if (!session) {
		(void)canvas_run_c(canvas, y, x, canvas->cols - 2, ROLE_QUIET,
			"The session has ended, or there never was one by that key.");
		return;
	}
	x += canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_QUIET,
		session->pins.count > 0 ? "It pins" : "It pins nothing.");
	for (size_t i = 0; i < session->pins.count && x < canvas->cols - 2; i++) {
		char pin[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 3];

		(void)snprintf(pin, sizeof(pin), " %s=%s", session->pins.entries[i].key,
			session->pins.entries[i].value);
		x += canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_QUIET, pin);
	}
	if (!call_graph_complete(model->session_edges))
		x += canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_WARNING,
			"   The newest of its requests only: there are more.");
	if (call_graph_unclear(model->session_edges) == 0)
		return;
	(void)snprintf(unclear, sizeof(unclear),
		"   %llu more may be its: other traffic explains them too.",
		(unsigned long long)call_graph_unclear(model->session_edges));
	(void)canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_WARNING, unclear);
}

static void draw_pane(
	const struct map_view *state, const struct model *model, const struct canvas *canvas)
{
	int y = canvas->rows - MAP_PANE_ROWS;
	int x = 1;
	char keys[96];

	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, MAP_PANE_ROWS - 1);
	canvas_c(canvas, y + 1, 1, canvas->cols - 2, ROLE_BASE, state->sentence);
	if (state->lost[0] != '\0') {
		(void)canvas_glyph(canvas, y + 2, 1, ROLE_WARNING, GLYPH_WARNING);
		x = 3 + canvas_run_c(canvas, y + 2, 3, canvas->cols - 4, ROLE_WARNING, state->lost);
		keymap_text(
			keys, sizeof(keys), "   {global.explain} why, {request.trace} one of them");
		(void)canvas_run_c(canvas, y + 2, x, canvas->cols - x - 1, ROLE_QUIET, keys);
	} else if (state->session[0]) {
		draw_pins(state, model, canvas, y + 2);
	} else {
		canvas_c(canvas, y + 2, 1, canvas->cols - 2, ROLE_QUIET,
			"SHARE: part of its caller's calls; of a version: part of the row above "
			"it");
	}
	draw_text_command(canvas, y + 3, state->command);
}

static void draw_empty(const struct map_view *state, const struct canvas *canvas)
{
	char text[LIMIT_SESSION_KEY + 112];

	(void)snprintf(text, sizeof(text), "No request%s%s in the last minute.",
		state->session[0] ? " of session " : "", state->session);
	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG, text);
	(void)snprintf(text, sizeof(text),
		"The map is drawn from real requests: umbra curl%s%s SERVICE/PATH sends one.",
		state->session[0] ? " --session " : "", state->session);
	canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET, text);
}

void map_view_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_view *state = arg;

	list_view_draw(state, model, ui, canvas);
	if (state->tree.count == 0 && state->known && state->list.hidden == 0)
		draw_empty(state, canvas);
	draw_pane(state, model, canvas);
}

/* ---- the title ---- */

/* "⚠ 1 call loses the session  ▲ 2 calls fail": what one came for. */
static int draw_troubles(const struct map_view *state, const struct canvas *canvas, int x)
{
	char text[48];

	if (state->losing > 0) {
		x += canvas_glyph(canvas, 0, x, ROLE_WARNING, GLYPH_WARNING) + 1;
		(void)snprintf(text, sizeof(text), "%zu call%s the session", state->losing,
			state->losing == 1 ? " loses" : "s lose");
		x += canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_WARNING, text) + 2;
	}
	if (state->failing > 0) {
		x += canvas_glyph(canvas, 0, x, ROLE_UNHEALTHY, GLYPH_UP) + 1;
		(void)snprintf(text, sizeof(text), "%zu call%s", state->failing,
			state->failing == 1 ? " fails" : "s fail");
		x += canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_UNHEALTHY, text) + 2;
	}
	return x;
}

void map_view_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct map_view *state = arg;
	char text[LIMIT_FILTER + 96];
	int x = 1;

	(void)model;
	(void)ui;
	if (state->session[0]) {
		x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_STRONG, state->session) + 2;
	}
	x = draw_troubles(state, canvas, x + 1);
	if (state->list.filtering.text[0] != '\0')
		(void)snprintf(text, sizeof(text), "filter: %s (%zu hidden)   last 60 s",
			state->list.filtering.text, state->calls.hidden);
	else
		(void)snprintf(text, sizeof(text), "%zu services   real requests of the last 60 s",
			state->tree.services);
	if (x + (int)strlen(text) > canvas->cols && !state->list.filtering.text[0])
		(void)snprintf(text, sizeof(text), "last 60 s");
	canvas_right(canvas, 0, x, canvas->cols - x,
		state->list.filtering.text[0] ? ROLE_STAGED : ROLE_QUIET, text);
}
