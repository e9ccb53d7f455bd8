/*
 * View 4, Requests: the tail of a version, a session or a filter, line by line. Reads the model's lines.
 *
 * Invariant: while not following, nothing that comes or goes moves what is read; the selection is a line's
 * number, which it keeps. Losses are lines of their own, always shown, and counted in the title.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/model/names.h"

#include "tui/views/cells.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum {
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

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_TIME] = {"TIME", 8, 0, 3, 5, false, 0},
	[COLUMN_SERVICE] = {"SERVICE", 9, 12, 2, 0, false, 0},
	[COLUMN_VERSION] = {"VERSION", 10, 13, 2, 0, false, 0},
	[COLUMN_WHY] = {"WHY", 10, 16, 2, 4, false, 0},
	[COLUMN_STATUS] = {"STATUS", 6, 0, 1, 0, true, 0},
	[COLUMN_MS] = {"MS", 6, 0, 1, 3, true, 0},
	[COLUMN_METHOD] = {"METHOD", 6, 0, 2, 6, false, 0},
	[COLUMN_PATH] = {"PATH", 18, 80, 1, 0, false, 0},
	[COLUMN_CALLER] = {"CALLER", 14, 40, 2, 7, false, 0},
	[COLUMN_SESSION] = {"SESSION", 12, 20, 2, 8, false, 0},
};

struct requests {
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	bool follows;
	int64_t selected; /* number of the line, while not following */
	int64_t seen; /* the last number when following stopped */
	char filter_text[LIMIT_FILTER + 1];
};

static void *requests_create(void)
{
	struct requests *state = xcalloc(1, sizeof(*state));

	state->follows = true;
	return state;
}

static void requests_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct requests *state = arg;

	(void)model;
	(void)ui;
	if (argument[0] != '\0')
		state->follows = true;
}

static void requests_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct requests *state = arg;
	size_t count = lines_shown(model->lines);
	struct column_spec specs[COLUMN_TOTAL];

	(void)ui;
	(void)parts;
	memcpy(specs, columns, sizeof(specs));
	if (cols >= 110) /* room for the milliseconds */
		specs[COLUMN_TIME].min = 12;
	if (strncmp(model->scope, "session:", 8) == 0)
		specs[COLUMN_SESSION].min = 0;
	(void)columns_place(specs, COLUMN_TOTAL, cols - 1, state->placed);
	state->list.count = count;
	state->list.height = rows > 1 ? (size_t)rows - 1 : 1;
	if (state->follows)
		list_select(&state->list, count > 0 ? count - 1 : 0);
	else
		list_follow(&state->list, lines_row(model->lines, state->selected));
	state->selected = lines_number(model->lines, state->list.selected);
}

static const struct request *selected_line(const struct requests *state, const struct model *model)
{
	return lines_get(model->lines, state->selected);
}

/* ---- drawing ---- */

/* The version that made the request; NULL when it is none of ours (any more). */
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
	const struct version *caller =
		line->reason == REASON_NO_SESSION ? caller_of(model, line) : NULL;

	return caller && caller->kind == KIND_EPHEMERAL;
}

/* The session was lost on the way to this line: by whom, as it is written in CALLER; "" when it was not. */
static void lost_by(const struct model *model, int64_t number, char dst[VERSION_ID_SIZE])
{
	const struct request *line = lines_get(model->lines, number);
	const struct request *by = NULL;

	dst[0] = '\0';
	if (!line || line->seq == 0 || line->reason != REASON_NO_SESSION)
		return;
	by = lines_lost_session(model->lines, number);
	if (by && by->kind == KIND_STABLE)
		(void)str_copy(dst, VERSION_ID_SIZE, by->service);
	else if (by)
		name_join_version(by->service, by->version, dst);
	else if (called_without(model, line))
		(void)str_copy(dst, VERSION_ID_SIZE, line->caller);
}

static void put(const struct requests *state, const struct ui *ui, const struct canvas *canvas,
	int y, int column, enum role role, struct str text)
{
	const struct placed *at = &state->placed[column];

	if (at->width > 0)
		canvas_text_found(canvas, y, at->x, at->width, role, text, str_of(ui->find));
}

static void draw_numbers(const struct requests *state, const struct ui *ui,
	const struct canvas *canvas, int y, const struct request *line)
{
	const struct placed *at = state->placed;
	char text[24];

	(void)ui;
	if (line->status > 0)
		(void)snprintf(text, sizeof(text), "%lld", (long long)line->status);
	else
		(void)snprintf(text, sizeof(text), "-");
	canvas_right(canvas, y, at[COLUMN_STATUS].x, at[COLUMN_STATUS].width,
		cell_status_role(line->status), text);
	(void)snprintf(
		text, sizeof(text), line->total_ms < 99999 ? "%.1f" : "%.0f", line->total_ms);
	if (at[COLUMN_MS].width > 0)
		canvas_right(canvas, y, at[COLUMN_MS].x, at[COLUMN_MS].width, ROLE_FIGURE, text);
}

static void draw_why(const struct requests *state, const struct ui *ui, const struct canvas *canvas,
	int y, const struct request *line, bool lost)
{
	bool stable = line->kind == KIND_STABLE;
	struct str version = stable ? STR_LIT("stable") : line->version;
	const struct placed *at = &state->placed[COLUMN_VERSION];

	if (version.n == 0)
		version = STR_LIT("-");
	put(state, ui, canvas, y, COLUMN_VERSION,
		stable            ? ROLE_STABLE
		: line->version.n ? ROLE_EPHEMERAL
				  : ROLE_UNHEALTHY,
		version);
	if (lost || line->conflict)
		(void)canvas_glyph(canvas, y, at->x + at->width - 1, ROLE_WARNING, GLYPH_WARNING);
	put(state, ui, canvas, y, COLUMN_WHY, lost ? ROLE_WARNING : cell_reason_role(line->reason),
		str_of(line->reason < REASON_COUNT ? reason_names[line->reason] : "-"));
}

/* As much of it as there is room for. */
static void draw_lost(const struct canvas *canvas, int y, const struct placed *at, const char *by)
{
	static const char *const ways[] = {
		" lost the session here", " lost the session", " lost it"};
	int used;
	size_t i = 0;

	if (at->width == 0)
		return;
	used = canvas_run_c(canvas, y, at->x, at->width, ROLE_WARNING, by);
	while (i + 1 < ARRAY_LEN(ways) && used + (int)strlen(ways[i]) > at->width)
		i++;
	canvas_c(canvas, y, at->x + used, at->width - used, ROLE_WARNING, ways[i]);
}

/* A stable caller is its service; what is beside stable is named in full. */
static void draw_caller(const struct requests *state, const struct model *model,
	const struct ui *ui, const struct canvas *canvas, int y, const struct request *line)
{
	const struct version *caller = caller_of(model, line);
	bool stable = caller && caller->kind == KIND_STABLE;

	if (line->caller.n > 0)
		put(state, ui, canvas, y, COLUMN_CALLER,
			caller && !stable ? ROLE_EPHEMERAL : ROLE_QUIET,
			stable ? str_of(caller->service) : line->caller);
	else if (state->placed[COLUMN_CALLER].width > 0)
		(void)canvas_glyph(
			canvas, y, state->placed[COLUMN_CALLER].x, ROLE_QUIET, GLYPH_NONE);
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

static void draw_line(const struct requests *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, int64_t number)
{
	const struct request *line = lines_get(model->lines, number);
	char clock[TIME_TEXT_SIZE];
	char by[VERSION_ID_SIZE];
	int64_t lost;
	struct str why;

	if (line_is_loss(line, &lost, &why)) {
		draw_loss(canvas, y, lost, why);
		return;
	}
	lost_by(model, number, by);
	time_format_clock(line->time, clock);
	if (state->placed[COLUMN_TIME].width < 12)
		clock[8] = '\0'; /* without the milliseconds */
	put(state, ui, canvas, y, COLUMN_TIME, ROLE_QUIET, str_of(clock));
	put(state, ui, canvas, y, COLUMN_SERVICE, ROLE_BASE,
		line->service.n > 0 ? line->service : line->host);
	draw_why(state, ui, canvas, y, line, by[0] != '\0');
	draw_numbers(state, ui, canvas, y, line);
	put(state, ui, canvas, y, COLUMN_METHOD, ROLE_BASE, line->method);
	put(state, ui, canvas, y, COLUMN_PATH, ROLE_STRONG, line->path);
	if (by[0] != '\0')
		draw_lost(canvas, y, &state->placed[COLUMN_CALLER], by);
	else
		draw_caller(state, model, ui, canvas, y, line);
	put(state, ui, canvas, y, COLUMN_SESSION, ROLE_SESSION, line->session);
}

static void draw_empty(const struct model *model, const struct canvas *canvas)
{
	const char *what = "Waiting for the first request.";

	if (model->scope_error[0] != '\0')
		what = model->scope_error;
	else if (model->tail.state == FEED_STALE)
		what = model->tail.why;
	canvas_c(canvas, 2, 3, canvas->cols - 4, model->scope_error[0] ? ROLE_FAILED : ROLE_QUIET,
		what);
	if (model->scope_error[0] != '\0')
		canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET, "t asks for something else");
	else if (strncmp(model->scope, "session:", 8) == 0)
		canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
			"umbra curl --session KEY SERVICE/PATH sends one");
}

static void requests_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct requests *state = arg;

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		size_t row = state->list.top + i;
		const struct request *line =
			row < state->list.count
				? lines_get(model->lines, lines_number(model->lines, row))
				: NULL;

		canvas_clear(canvas, (int)i + 1, 0);
		if (!line)
			continue;
		if (row == state->list.selected)
			(void)canvas_glyph(canvas, (int)i + 1, 1, ROLE_MARK, GLYPH_MARK);
		draw_line(state, model, ui, canvas, (int)i + 1, lines_number(model->lines, row));
	}
	if (state->list.count == 0)
		draw_empty(model, canvas);
}

static void requests_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct requests *state = arg;
	struct lines_counts counts;
	char text[LIMIT_FILTER + 200];
	int x = 1;
	int used = 0;
	int cells;
	int64_t behind;

	(void)ui;
	lines_count(model->lines, model->now_ms, &counts);
	behind = (int64_t)counts.kept > 0
			 ? lines_number(model->lines, state->list.count - 1) - state->seen
			 : 0;
	if (model->tail.state == FEED_STALE)
		used = snprintf(text, sizeof(text), "reconnecting");
	else if (state->follows)
		used = snprintf(text, sizeof(text), "following   %d/s", counts.per_second);
	else
		used = snprintf(text, sizeof(text), "paused, %lld new",
			(long long)(behind > 0 ? behind : 0));
	used += snprintf(text + used, sizeof(text) - (size_t)used, "   lost %lld%s",
		(long long)counts.lost, counts.lost_unknown ? "+?" : "");
	if (state->filter_text[0] != '\0')
		(void)snprintf(text + used, sizeof(text) - (size_t)used, "   filter %s hides %zu",
			state->filter_text, counts.hidden);
	if (state->follows && counts.per_second > 0)
		canvas_changes_at(canvas, model->now_ms + 1000);
	cells = (int)text_cells(str_of(text));
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, canvas->cols - x - cells - 2, ROLE_STRONG,
		model->scope[0] ? model->scope : "everything");
	if (cells > canvas->cols - x - 2)
		cells = canvas->cols - x - 2;
	canvas_c(canvas, 0, canvas->cols - cells, cells,
		counts.lost > 0 || counts.lost_unknown || model->tail.state == FEED_STALE
			? ROLE_WARNING
		: state->follows ? ROLE_LIVE
				 : ROLE_STAGED,
		text);
}

/* ---- acting ---- */

static void set_follow(struct requests *state, const struct model *model, bool follows)
{
	state->follows = follows;
	if (!follows)
		state->seen = lines_number(
			model->lines, state->list.count > 0 ? state->list.count - 1 : 0);
}

static void act_open(const struct requests *state, const struct model *model, struct ui *ui)
{
	const struct request *line = selected_line(state, model);
	char argument[32];

	if (!line || line->seq == 0)
		return;
	(void)snprintf(argument, sizeof(argument), "%lld", (long long)state->selected);
	ui_open(ui, &view_detail, argument);
}

/* All the hops of the selected one's trace; Esc comes back. */
static void act_trace(const struct requests *state, const struct model *model, struct ui *ui)
{
	const struct request *line = selected_line(state, model);
	char scope[LIMIT_FILTER + 1];

	if (!line || line->trace.n == 0 || line->trace.n > LIMIT_WORD) {
		ui_say(ui, ROLE_WARNING, "this one has no trace: its caller sent no traceparent");
		return;
	}
	(void)snprintf(scope, sizeof(scope), "trace:%.*s", STR_ARG(line->trace));
	ui_open(ui, &view_requests, scope);
}

static enum redraw requests_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct requests *state = arg;

	switch (action) {
	case ACTION_BOTTOM:
		set_follow(state, model, true);
		return REDRAW_ALL;
	case ACTION_PAUSE:
		set_follow(state, model, !state->follows);
		return REDRAW_ALL;
	case ACTION_OPEN:
		if (state->follows)
			set_follow(state, model, false);
		act_open(state, model, ui);
		return REDRAW_ALL;
	case ACTION_TRACE:
		act_trace(state, model, ui);
		return REDRAW_ALL;
	case ACTION_SCOPE:
		ui_ask_line(ui, QUESTION_SCOPE, "tail what", model->scope);
		return REDRAW_ALL;
	default:
		break;
	}
	if (!list_move(&state->list, action))
		return REDRAW_NONE;
	if (state->follows && !list_at_end(&state->list))
		set_follow(state, model, false);
	state->selected = lines_number(model->lines, state->list.selected);
	return REDRAW_ALL;
}

static enum redraw requests_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	size_t column = 0;
	struct errbuf eb;
	struct filter *filter;

	(void)arg;
	(void)model;
	if (question != QUESTION_SCOPE)
		return REDRAW_NONE;
	errbuf_clear(&eb);
	filter = filter_parse(str_of(text), &column, &eb);
	if (filter) {
		ui_open(ui, &view_requests, text[0] ? text : "*");
	} else {
		ui_ask_line(ui, QUESTION_SCOPE, "tail what", text);
		str_copy(ui->prompt.mistake, sizeof(ui->prompt.mistake), str_of(eb.text));
		ui->prompt.column = column;
	}
	filter_destroy(filter);
	return REDRAW_ALL;
}

static enum err requests_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct requests *state = arg;
	struct filter *filter = filter_parse(str_of(text), ret_column, eb);

	if (!filter)
		return ERR_BAD_FILTER;
	str_copy(state->filter_text, sizeof(state->filter_text), str_of(text));
	lines_sieve(model->lines, filter, model->env, model->now_ms);
	state->list.count = lines_shown(model->lines);
	return ERR_NONE;
}

static const char *requests_filter(const void *arg)
{
	const struct requests *state = arg;

	return state->filter_text;
}

static bool has_text(const struct request *line, struct str text)
{
	const struct str fields[] = {line->path, line->service, line->version, line->session,
		line->caller, line->method, line->trace, line->id, line->host, line->error,
		str_of(line->reason < REASON_COUNT ? reason_names[line->reason] : "")};
	char status[24];

	(void)snprintf(status, sizeof(status), "%lld", (long long)line->status);
	if (str_eq_c(text, status))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (text_find_nocase(fields[i], text) < fields[i].n)
			return true;
	return false;
}

static bool requests_find(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct requests *state = arg;
	size_t count = lines_shown(model->lines);
	size_t at = state->list.selected;

	/* The newest comes first while following: what one looks for has just gone by. */
	if (stay && state->follows)
		back = true;
	for (size_t i = 0; i < count; i++) {
		const struct request *line;

		if (!(stay && i == 0))
			at = back ? (at + count - 1) % count : (at + 1) % count;
		line = lines_get(model->lines, lines_number(model->lines, at));
		if (line && has_text(line, text)) {
			set_follow(state, model, false);
			list_select(&state->list, at);
			state->selected = lines_number(model->lines, at);
			return true;
		}
	}
	return false;
}

static void requests_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct requests *state = arg;
	const struct request *line = selected_line(state, model);

	if (!line || line->seq == 0)
		return;
	ret_selection->kind = SELECTED_REQUEST;
	ret_selection->number = state->selected;
	str_copy(ret_selection->service, sizeof(ret_selection->service), line->service);
	str_copy(ret_selection->version, sizeof(ret_selection->version), line->version);
	str_copy(ret_selection->session, sizeof(ret_selection->session), line->session);
	str_copy(ret_selection->caller, sizeof(ret_selection->caller), line->caller);
}

const struct view view_requests = {
	.name = "requests",
	.title = "Requests",
	.key = '4',
	.area = AREA_REQUESTS,
	.flags = VIEW_TAILS,
	.create = requests_create,
	.destroy = free,
	.open = requests_open,
	.prepare = requests_prepare,
	.draw_title = requests_draw_title,
	.draw = requests_draw,
	.act = requests_act,
	.answer = requests_answer,
	.set_filter = requests_set_filter,
	.filter = requests_filter,
	.find = requests_find,
	.selected = requests_selected,
};
