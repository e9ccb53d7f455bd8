/*
 * The picture of the Requests view: its columns, a row for each line, losses and what is left out among them,
 * and the title. Only prepare's part (requests_place) writes to the state.
 */
#include "tui/views/requests/internal.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"

#include "tui/widgets/format.h"

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_TIME] = {"ENDED", 8, 0, 3, 5, false, 0},
	[COLUMN_SERVICE] = {"SERVICE", 9, 12, 2, 0, false, 0},
	[COLUMN_VERSION] = {"VERSION", 10, 13, 2, 0, false, 0},
	[COLUMN_WHY] = {"WHY", 10, 17, 2, 4, false, 0},
	[COLUMN_STATUS] = {"STATUS", 6, 0, 1, 0, true, 0},
	[COLUMN_MS] = {"MS", 6, 0, 1, 3, true, 0},
	[COLUMN_METHOD] = {"METHOD", 6, 0, 2, 6, false, 0},
	[COLUMN_PATH] = {"PATH", 12, 80, 1, 0, false, 0},
	[COLUMN_CALLER] = {"CALLER", 14, 60, 2, 7, false, 0},
	[COLUMN_SESSION] = {"SESSION", 12, 20, 2, 8, false, 0},
};

/* What is said behind the name of who lost the session, as much as there is room for. */
static const char *const lost_ways[] = {" lost the session here", " lost the session", " lost it"};

/* One row while it is drawn. */
struct line_row {
	const struct requests *state;
	const struct model *model;
	const struct ui *ui;
	const struct canvas *canvas;
	const struct request *line;
	int y;
	bool quiet; /* not what was asked for, but around it */
	char lost_by
		[VERSION_ID_SIZE]; /* who lost the session on the way to it; "" when it was not lost */
};

/* ---- what stands in the cells ---- */

/* The version that made the request; NULL when it is none of ours. */
static const struct version *caller_of(const struct model *model, const struct request *line)
{
	struct str service, version;

	if (!name_split_version(line->caller, &service, &version))
		return NULL;
	return environment_version(model->env, service, version);
}

/* Only requests that carry a session or pins reach an ephemeral version: when one calls on without, it lost them. */
static bool called_without(const struct model *model, const struct request *line)
{
	const struct version *caller = caller_of(model, line);

	return caller && caller->kind == KIND_EPHEMERAL;
}

static void find_lost_by(const struct model *model, int64_t number, char dst[VERSION_ID_SIZE])
{
	const struct request *line = request_log_get(model->lines, number);
	const struct request *by;

	dst[0] = '\0';
	if (line->seq == 0 || line->reason != REASON_NO_SESSION)
		return;
	by = request_log_lost_session(model->lines, number);
	if (by && by->kind == KIND_STABLE)
		(void)str_copy(dst, VERSION_ID_SIZE, by->service);
	else if (by)
		name_join_version(by->service, by->version, dst);
	else if (called_without(model, line))
		(void)str_copy(dst, VERSION_ID_SIZE, line->caller);
}

/* A stable caller is its service; what is beside stable is named in full. */
static struct str caller_text(const struct model *model, const struct request *line)
{
	const struct version *caller = caller_of(model, line);

	return caller && caller->kind == KIND_STABLE ? str_of(caller->service) : line->caller;
}

static struct str version_text(const struct request *line)
{
	return line->kind == KIND_STABLE ? STR_LIT("stable")
	       : request_version(line).n ? request_version(line)
					 : STR_LIT("-");
}

static const char *reason_text(const struct request *line)
{
	return line->reason < REASON_COUNT ? reason_names[line->reason] : "-";
}

/* ---- where the columns stand ---- */

static void need(struct requests *state, int column, int cells)
{
	if (cells > state->needs[column])
		state->needs[column] = cells;
}

static void need_line(struct requests *state, const struct model *model, int64_t number)
{
	const struct request *line = request_log_get(model->lines, number);
	char lost_by[VERSION_ID_SIZE];

	if (!line || line->seq == 0)
		return;
	find_lost_by(model, number, lost_by);
	need(state, COLUMN_SERVICE, (int)text_cells(line->service));
	need(state, COLUMN_VERSION,
		(int)text_cells(version_text(line)) + (lost_by[0] || line->conflict ? 2 : 0));
	need(state, COLUMN_WHY, (int)strlen(reason_text(line)));
	need(state, COLUMN_PATH, (int)text_cells(line->path));
	need(state, COLUMN_CALLER,
		lost_by[0] ? (int)(strlen(lost_by) + strlen(lost_ways[0]))
			   : (int)text_cells(caller_text(model, line)));
	need(state, COLUMN_SESSION, (int)text_cells(line->session));
}

/* The least width is what is in sight, where that is less. */
static void shrink(struct column_spec *specs, const int *needs)
{
	static const enum requests_column names[] = {COLUMN_SERVICE, COLUMN_VERSION};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct column_spec *spec = &specs[names[i]];
		int title = (int)strlen(spec->title);
		int least = needs[names[i]] > title ? needs[names[i]] : title;

		if (least < spec->min)
			spec->min = least;
	}
}

/* The word that says why is read whole: the others can do with less, and without the method. */
static void widen_why(
	const struct column_spec *specs, const int *needs, int width, struct placed *placed)
{
	struct column_spec wider[COLUMN_TOTAL];
	struct placed tried[COLUMN_TOTAL];

	memcpy(wider, specs, sizeof(wider));
	shrink(wider, needs);
	wider[COLUMN_WHY].min = specs[COLUMN_WHY].max;
	if (placed[COLUMN_WHY].width == 0 || placed[COLUMN_WHY].width >= wider[COLUMN_WHY].min)
		return;
	(void)columns_place(wider, COLUMN_TOTAL, width, tried);
	for (size_t i = 0; i < COLUMN_TOTAL; i++)
		if (i != COLUMN_METHOD && (tried[i].width > 0) != (placed[i].width > 0))
			return;
	memcpy(placed, tried, sizeof(tried));
}

void requests_place(struct requests *state, const struct model *model, int cols)
{
	struct column_spec specs[COLUMN_TOTAL];

	for (size_t i = 0; i < state->list.height; i++)
		need_line(state, model, request_log_number(model->lines, state->list.top + i));
	memcpy(specs, columns, sizeof(specs));
	for (size_t i = 0; i < COLUMN_TOTAL; i++)
		if (state->needs[i] < specs[i].max)
			specs[i].max = state->needs[i];
	if (cols >= 110) /* room for the milliseconds */
		specs[COLUMN_TIME].min = 12;
	if (strncmp(model->scope, "session:", 8) == 0)
		specs[COLUMN_SESSION].min = 0;
	(void)columns_place(specs, COLUMN_TOTAL, cols - 1, state->placed);
	if (state->placed[COLUMN_CALLER].width < specs[COLUMN_CALLER].max) {
		specs[COLUMN_SESSION].min = 0; /* the caller wants the room */
		(void)columns_place(specs, COLUMN_TOTAL, cols - 1, state->placed);
	}
	if (state->placed[COLUMN_CALLER].width == 0) { /* what is left over is for both */
		specs[COLUMN_PATH].max = columns[COLUMN_PATH].max;
		(void)columns_place(specs, COLUMN_TOTAL, cols - 1, state->placed);
	}
	widen_why(specs, state->needs, cols - 1, state->placed);
}

/* ---- drawing ---- */

static enum role loud(const struct line_row *row, enum role role)
{
	return row->quiet ? ROLE_QUIET : role;
}

static void put(const struct line_row *row, int column, enum role role, struct str text)
{
	const struct placed *at = &row->state->placed[column];

	if (at->width > 0)
		canvas_text_found(row->canvas, row->y, at->x, at->width, loud(row, role), text,
			str_of(row->ui->find));
}

static void put_number(const struct line_row *row, int column, enum role role, const char *text)
{
	const struct placed *at = &row->state->placed[column];

	if (at->width > 0)
		canvas_right(row->canvas, row->y, at->x, at->width, loud(row, role), text);
}

static void draw_numbers(const struct line_row *row)
{
	const struct request *line = row->line;
	char text[32];

	if (line->status > 0)
		(void)snprintf(text, sizeof(text), "%lld", (long long)line->status);
	else
		(void)snprintf(text, sizeof(text), "-");
	put_number(row, COLUMN_STATUS, format_status_role(line->status), text);
	(void)snprintf(
		text, sizeof(text), line->total_ms < 99999 ? "%.1f" : "%.0f", line->total_ms);
	put_number(row, COLUMN_MS, ROLE_FIGURE, text);
}

static void draw_why(const struct line_row *row)
{
	const struct request *line = row->line;
	const struct placed *at = &row->state->placed[COLUMN_VERSION];
	bool lost = row->lost_by[0] != '\0';

	put(row, COLUMN_VERSION,
		line->kind == KIND_STABLE ? ROLE_STABLE
		: line->version.n         ? ROLE_EPHEMERAL
					  : ROLE_UNHEALTHY,
		version_text(line));
	if (lost || line->conflict)
		(void)canvas_glyph(row->canvas, row->y, at->x + at->width - 1,
			loud(row, ROLE_WARNING), GLYPH_WARNING);
	put(row, COLUMN_WHY, lost ? ROLE_WARNING : format_reason_role(line->reason),
		str_of(reason_text(line)));
}

static void draw_lost(const struct line_row *row, const struct placed *at)
{
	enum role role = loud(row, ROLE_WARNING);
	int used = canvas_run_c(row->canvas, row->y, at->x, at->width, role, row->lost_by);
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(lost_ways) && used + (int)strlen(lost_ways[i]) > at->width)
		i++;
	canvas_c(row->canvas, row->y, at->x + used, at->width - used, role, lost_ways[i]);
}

/* Where there is no column for the caller it stands behind the path: cut, before it is left out. */
static void draw_caller_behind(const struct line_row *row, struct str caller)
{
	enum { LEAST_COLS = 4 }; /* "by …" */
	const struct placed *at = &row->state->placed[COLUMN_PATH];
	int used = (int)text_cells(row->line->path) + 1;

	if (caller.n == 0 || at->width - used < LEAST_COLS)
		return;
	used += canvas_run_c(row->canvas, row->y, at->x + used, 3, ROLE_QUIET, "by ");
	(void)canvas_run(row->canvas, row->y, at->x + used, at->width - used,
		loud(row, row->lost_by[0] ? ROLE_WARNING : ROLE_QUIET), caller);
}

static void draw_caller(const struct line_row *row)
{
	const struct placed *at = &row->state->placed[COLUMN_CALLER];
	const struct version *caller = caller_of(row->model, row->line);
	struct str text = caller_text(row->model, row->line);

	if (at->width == 0)
		draw_caller_behind(row, text);
	else if (row->lost_by[0] != '\0')
		draw_lost(row, at);
	else if (text.n == 0)
		(void)canvas_glyph(row->canvas, row->y, at->x, ROLE_QUIET, GLYPH_NONE);
	else
		put(row, COLUMN_CALLER,
			caller && caller->kind == KIND_EPHEMERAL ? ROLE_EPHEMERAL : ROLE_QUIET,
			text);
}

static void draw_loss(const struct canvas *canvas, int y, int64_t count, struct str why)
{
	char text[400];

	if (count >= 0)
		(void)snprintf(text, sizeof(text), " %lld lines lost here: %.*s ", (long long)count,
			STR_ARG(why));
	else
		(void)snprintf(text, sizeof(text), " lines lost here, nobody knows how many: %.*s ",
			STR_ARG(why));
	(void)canvas_run_c(canvas, y, 3, canvas->cols - 4, ROLE_LOST, text);
}

/* A rule with words in it: what is between these lines. */
static void draw_break(const struct canvas *canvas, int y, const char *text)
{
	int x = 3;

	for (; x < 11; x++)
		(void)canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_RULE);
	x += canvas_run_c(canvas, y, x + 1, canvas->cols - x - 2, ROLE_QUIET, text) + 2;
	for (int end = x + 8; x < end; x++)
		(void)canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_RULE);
}

static void draw_gap(const struct model *model, const struct canvas *canvas, int y, size_t row)
{
	int64_t left_out = request_log_number(model->lines, row) -
			   request_log_number(model->lines, row - 1) - 1;
	char text[48];

	(void)snprintf(text, sizeof(text), "%lld hidden", (long long)left_out);
	draw_break(canvas, y, text);
}

static void draw_line(struct line_row *row, int64_t number)
{
	const struct request *line = row->line;
	char clock[TIME_TEXT_SIZE];
	int64_t lost;
	struct str why;

	if (line_is_loss(line, &lost, &why)) {
		draw_loss(row->canvas, row->y, lost, why);
		return;
	}
	find_lost_by(row->model, number, row->lost_by);
	/* Records come when a request has ended: by that time the rows are in order. */
	time_format_clock(line->time + (int64_t)line->total_ms, clock);
	if (row->state->placed[COLUMN_TIME].width < 12)
		clock[8] = '\0'; /* without the milliseconds */
	put(row, COLUMN_TIME, ROLE_QUIET, str_of(clock));
	put(row, COLUMN_SERVICE, ROLE_BASE, line->service.n > 0 ? line->service : line->host);
	draw_why(row);
	draw_numbers(row);
	put(row, COLUMN_METHOD, ROLE_BASE, line->method);
	put(row, COLUMN_PATH, ROLE_BASE, line->path);
	draw_caller(row);
	put(row, COLUMN_SESSION, ROLE_SESSION, line->session);
}

static void draw_row(const struct requests *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t at)
{
	enum line_part part = request_log_part(model->lines, at);
	int64_t number = request_log_number(model->lines, at);
	struct line_row row = {.state = state,
		.model = model,
		.ui = ui,
		.canvas = canvas,
		.line = request_log_get(model->lines, number),
		.y = y,
		.quiet = part == LINE_CONTEXT};

	if (part == LINE_GAP)
		draw_gap(model, canvas, y, at);
	else if (row.line)
		draw_line(&row, number);
}

void requests_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct requests *state = arg;

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->height; i++) {
		size_t at = state->list.top + i - state->blank;

		bool is_row = i >= state->blank && at < state->list.count;
		struct canvas row =
			canvas_list_row(canvas, (int)i + 1, is_row && at == state->list.selected);

		if (is_row)
			draw_row(state, model, ui, &row, (int)i + 1, at);
		else if (i + 1 == state->blank)
			draw_break(canvas, (int)i + 1, "what was here is no longer kept");
	}
	if (state->list.count == 0)
		requests_draw_empty(state, model, canvas);
}

/* ---- the title ---- */

enum { TITLE_SIZE = LIMIT_FILTER + 300 };
static const char everything[] = "all requests";

static int add_errors(const struct requests *state, char *dst, size_t size)
{
	size_t before = state->errors_before;
	size_t behind = state->errors_behind;

	if (before + behind == 0)
		return 0;
	if (state->follows)
		return snprintf(dst, size, "   %zu error%s above", before, before == 1 ? "" : "s");
	return snprintf(dst, size, "   %zu error%s above, %zu below", before,
		before == 1 ? "" : "s", behind);
}

static int add_filter(const struct requests *state, const struct request_log_counts *counts,
	bool hides, char *dst, size_t size)
{
	char around[24] = "";
	char hidden[40] = "";

	if (state->filter_text[0] == '\0')
		return 0;
	if (state->context > 0)
		(void)snprintf(around, sizeof(around), " +-%zu", state->context);
	if (hides)
		(void)snprintf(hidden, sizeof(hidden), " (%zu hidden)", counts->hidden);
	return snprintf(dst, size, "   filter %s%s%s", state->filter_text, around, hidden);
}

/* What the stats go without where there is no room, one after the other. */
enum brevity { BRIEF_NOT, BRIEF_RATE, BRIEF_HIDDEN, BRIEF_ERRORS };

/* Returns where in the text the errors begin. */
static int describe(const struct requests *state, const struct model *model,
	const struct request_log_counts *counts, enum brevity brevity, char text[TITLE_SIZE])
{
	int64_t newest = request_log_number(model->lines, state->list.count - 1);
	int64_t behind = counts->kept > 0 && newest > state->seen ? newest - state->seen : 0;
	int used;

	if (model->tail.state == FEED_STALE)
		used = snprintf(text, TITLE_SIZE, "reconnecting");
	else if (!state->follows)
		used = snprintf(text, TITLE_SIZE, "paused, %lld new", (long long)behind);
	else if (counts->per_second > 0 && brevity < BRIEF_RATE)
		used = snprintf(text, TITLE_SIZE, "following, %d/s", counts->per_second);
	else
		used = snprintf(text, TITLE_SIZE, "following");
	if (counts->lost > 0 || counts->lost_unknown)
		used += snprintf(text + used, TITLE_SIZE - (size_t)used, "   lost %lld%s",
			(long long)counts->lost, counts->lost_unknown ? " and more" : "");
	used += add_filter(
		state, counts, brevity < BRIEF_HIDDEN, text + used, TITLE_SIZE - (size_t)used);
	if (brevity < BRIEF_ERRORS)
		(void)add_errors(state, text + used, TITLE_SIZE - (size_t)used);
	return used;
}

/* What it is narrowed to has at least half of the row, if it needs it; returns the cells of the stats. */
static int describe_beside(const struct requests *state, const struct model *model,
	const struct request_log_counts *counts, int cols, char text[TITLE_SIZE], int *ret_errors)
{
	int scope = (int)text_cells(str_of(model->scope[0] != '\0' ? model->scope : everything));
	enum brevity brevity = BRIEF_NOT;
	int cells;

	if (scope > cols / 2)
		scope = cols / 2;
	for (;; brevity++) {
		*ret_errors = describe(state, model, counts, brevity, text);
		cells = (int)text_cells(str_of(text));
		if (cells + 2 + scope <= cols)
			return cells;
		if (brevity == BRIEF_ERRORS)
			return cols - 2 - scope;
	}
}

/* What it is narrowed to, and the key that shows all again. */
static int draw_scope(const struct model *model, const struct canvas *canvas, int x, int cols)
{
	struct str key = keymap_key(AREA_REQUESTS, ACTION_ALL);
	int hint = (int)text_cells(key) + (int)strlen(" shows all");
	int used;

	if (model->scope[0] == '\0')
		return canvas_run_c(canvas, 0, x, cols, ROLE_STRONG, everything);
	used = canvas_run_c(canvas, 0, x, cols, ROLE_STRONG, model->scope);
	if (key.n == 0 || used + 3 + hint > cols)
		return used;
	used += 3;
	used += canvas_run(canvas, 0, x + used, cols - used, ROLE_KEY, key);
	return used + canvas_run_c(canvas, 0, x + used, cols - used, ROLE_HINT, " shows all");
}

void requests_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct requests *state = arg;
	struct request_log_counts counts;
	char text[TITLE_SIZE];
	int x = 1;
	int cells, errors;
	enum role role;

	(void)ui;
	request_log_count(model->lines, model->now_ms, &counts);
	if (state->follows && counts.per_second > 0)
		canvas_changes_at(canvas, model->now_ms + 1000);
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	cells = describe_beside(state, model, &counts, canvas->cols - x, text, &errors);
	(void)draw_scope(model, canvas, x, canvas->cols - x - cells - 2);
	role = counts.lost > 0 || counts.lost_unknown || model->tail.state == FEED_STALE
		       ? ROLE_WARNING
	       : state->follows ? ROLE_LIVE
				: ROLE_STAGED;
	x = canvas->cols - cells;
	x += canvas_run(canvas, 0, x, cells, role, (struct str){text, (size_t)errors});
	canvas_c(canvas, 0, x, canvas->cols - x, ROLE_UNHEALTHY, text + errors);
}
