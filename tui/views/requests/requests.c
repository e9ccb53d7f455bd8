/*
 * View 4, Requests: the tail of a version, a session or a filter, line by line. Reads the model's lines.
 *
 * Invariant: while not following, nothing that comes or goes moves what is read; the selection is a line's
 * number, which it keeps. Losses are lines of their own, always shown, and counted in the title.
 */
#include "tui/ui/filtering.h"
#include "tui/views/requests/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/ui/export.h"

/* Lines around a match: from none to many by a key each. */
static const size_t contexts[] = {0, 1, 3, 10};

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
	if (argument[0] == '\0')
		return;
	state->follows = true;
	memset(state->needs, 0, sizeof(state->needs));
}

/* The selected line keeps its place on the screen. */
static void stay(struct requests *state, const struct model *model, int64_t trimmed)
{
	size_t row = request_log_row(model->lines, state->selected);
	size_t place = state->blank + state->list.selected - state->list.top;

	if (place >= state->height)
		place = state->height - 1;
	if (trimmed > state->trimmed)
		state->blank = row < place ? place - row : 0;
	if (state->blank > place)
		state->blank = place;
	state->list.height = state->height - state->blank;
	state->list.selected = row;
	state->list.top = row + state->blank > place ? row + state->blank - place : 0;
	list_cursor_select(&state->list, row);
}

static void requests_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct requests *state = arg;
	size_t count = request_log_shown(model->lines);
	struct request_log_counts counts;

	(void)ui;
	(void)parts;
	request_log_count(model->lines, model->now_ms, &counts);
	state->height = rows > 1 ? (size_t)rows - 1 : 1;
	state->list.count = count;
	if (state->follows) {
		state->blank = 0;
		state->list.height = state->height;
		list_cursor_select(&state->list, count > 0 ? count - 1 : 0);
	} else {
		stay(state, model, counts.trimmed);
	}
	state->trimmed = counts.trimmed;
	state->selected = request_log_number(model->lines, state->list.selected);
	state->line = state->list.selected + 1;
	for (size_t i = 0; state->context > 0 && i < state->list.selected; i++)
		state->line -= request_log_part(model->lines, i) == LINE_GAP;
	state->line_count = counts.kept - counts.hidden;
	request_log_count_errors(
		model->lines, state->list.selected, &state->errors_before, &state->errors_behind);
	requests_place(state, model, cols);
}

/* Nothing while following: that is at the last. */
static void requests_position(const void *arg, char *dst, size_t size)
{
	const struct requests *state = arg;

	dst[0] = '\0';
	if (!state->follows && state->list.count > state->height)
		(void)snprintf(dst, size, "%zu of %zu", state->line, state->line_count);
}

static const struct request *selected_line(const struct requests *state, const struct model *model)
{
	return request_log_get(model->lines, state->selected);
}

/* ---- acting ---- */

static enum err requests_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct requests *state = arg;
	struct filter *filter = filtering_parse(FILTERED_REQUESTS, text, ret_column, eb);

	if (!filter)
		return ERR_BAD_FILTER;
	str_copy(state->filter_text, sizeof(state->filter_text), str_of(text));
	state->blank = 0;
	request_log_filter(model->lines, filter, model->env, model->now_ms);
	state->list.count = request_log_shown(model->lines);
	return ERR_NONE;
}

static void set_follow(struct requests *state, const struct model *model, bool follows)
{
	state->follows = follows;
	if (!follows)
		state->seen = request_log_number(
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

static void select_row(struct requests *state, const struct model *model, size_t row)
{
	set_follow(state, model, false);
	list_cursor_select(&state->list, row);
	state->selected = request_log_number(model->lines, row);
}

/* While following the last one is looked for: it has just gone by. */
static void act_error(struct requests *state, const struct model *model, struct ui *ui, bool back)
{
	bool followed = state->follows;
	size_t row;

	back = back || followed;
	if (request_log_find_error(model->lines, state->list.selected, back, &row)) {
		select_row(state, model, row);
		if (followed)
			ui_say(ui, ROLE_QUIET,
				"the last error so far; {global.bottom} follows again");
	} else {
		ui_say(ui, ROLE_QUIET,
			followed ? "no error above or below this one" : "no error %s this one",
			back ? "above" : "below");
	}
}

/* Everything, from wherever: not narrowed by the control plane, not filtered here. */
static void act_all(struct requests *state, const struct model *model, struct ui *ui)
{
	struct errbuf eb;
	size_t column;

	errbuf_clear(&eb);
	if (state->filter_text[0] != '\0')
		(void)requests_set_filter(state, model, "", &column, &eb);
	if (model->scope[0] != '\0')
		ui_open(ui, &view_requests, "*");
	set_follow(state, model, true);
}

/* The reader stops where he is; what comes while a name is typed is saved, too. */
static void act_save(struct requests *state, const struct model *model, struct ui *ui)
{
	char name[EXPORT_NAME_SIZE];

	if (state->follows)
		set_follow(state, model, false);
	export_default_name(model->now_ms, name);
	ui_ask_line(ui, QUESTION_SAVE, "save to file (.json: as records)", name);
}

/* The filter here knows only the lines that are kept; as part of the tail it reaches back into the history. */
static void act_scope(const struct requests *state, const struct model *model, struct ui *ui)
{
	const char *more =
		strstr(model->scope, state->filter_text) == NULL ? state->filter_text : "";
	char text[2 * LIMIT_FILTER + 2];

	(void)snprintf(text, sizeof(text), "%s%s%s", model->scope,
		model->scope[0] != '\0' && more[0] != '\0' ? " " : "", more);
	ui_ask_line(ui, QUESTION_SCOPE, "show which requests", text);
}

static void act_context(struct requests *state, const struct model *model, struct ui *ui, bool more)
{
	size_t at = 0;

	while (at + 1 < ARRAY_LEN(contexts) && contexts[at] < state->context)
		at++;
	if (more ? at + 1 < ARRAY_LEN(contexts) : at > 0)
		at = more ? at + 1 : at - 1;
	state->context = contexts[at];
	request_log_set_context(model->lines, state->context, model->env, model->now_ms);
	state->list.count = request_log_shown(model->lines);
	if (state->filter_text[0] == '\0')
		ui_say(ui, ROLE_QUIET,
			"%zu lines around each line that a filter matches; {list.filter} filters",
			state->context);
	else
		ui_say(ui, ROLE_QUIET, "%zu lines around each line that matches", state->context);
}

/* The row between two groups is no place to be. */
static void skip_gap(struct requests *state, const struct model *model, bool up)
{
	if (state->list.count > 0 &&
		request_log_part(model->lines, state->list.selected) == LINE_GAP)
		list_cursor_select(
			&state->list, up ? state->list.selected - 1 : state->list.selected + 1);
}

static enum redraw act_move(struct requests *state, const struct model *model, enum action action)
{
	size_t before = state->list.selected;

	if (!list_cursor_move(&state->list, keymap_motion(action)))
		return REDRAW_NONE;
	skip_gap(state, model, state->list.selected < before);
	if (state->follows && !list_cursor_at_end(&state->list))
		set_follow(state, model, false);
	state->selected = request_log_number(model->lines, state->list.selected);
	return REDRAW_ALL;
}

static enum redraw requests_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct requests *state = arg;

	state->blank = 0; /* who presses a key moves himself */
	state->list.height = state->height;
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
	case ACTION_SCOPE:
		act_scope(state, model, ui);
		return REDRAW_ALL;
	case ACTION_ALL:
		act_all(state, model, ui);
		return REDRAW_ALL;
	case ACTION_SAVE:
		act_save(state, model, ui);
		return REDRAW_ALL;
	case ACTION_ERROR_NEXT:
	case ACTION_ERROR_BEFORE:
		act_error(state, model, ui, action == ACTION_ERROR_BEFORE);
		return REDRAW_ALL;
	case ACTION_MORE:
	case ACTION_LESS:
		act_context(state, model, ui, action == ACTION_MORE);
		return REDRAW_ALL;
	case ACTION_BACK: /* there is nowhere to go back to */
		if (model->scope[0] != '\0')
			act_all(state, model, ui);
		return REDRAW_ALL;
	default:
		return act_move(state, model, action);
	}
}

static enum mouse_answer requests_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct requests *state = arg;
	int row = mouse->y - 1 - (int)state->blank;
	enum mouse_answer answer;

	(void)ui;
	if (mouse->kind != MOUSE_PRESS || row < 0 ||
		request_log_part(model->lines, state->list.top + (size_t)row) == LINE_GAP)
		return MOUSE_IGNORED;
	answer = list_cursor_press(&state->list, (size_t)row);
	if (answer != MOUSE_IGNORED)
		select_row(state, model, state->list.selected);
	return answer;
}

static enum redraw requests_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	size_t column = 0;
	struct errbuf eb;
	struct filter *filter;

	(void)arg;
	(void)model;
	if (question == QUESTION_SAVE && text[0] != '\0')
		ui_save(ui, text);
	if (question != QUESTION_SCOPE)
		return REDRAW_NONE;
	errbuf_clear(&eb);
	filter = filtering_parse(FILTERED_REQUESTS, text, &column, &eb);
	if (filter) {
		ui_open(ui, &view_requests, text[0] ? text : "*");
	} else {
		ui_ask_again(ui, QUESTION_SCOPE, "show which requests", text);
		str_copy(ui->prompt.mistake, sizeof(ui->prompt.mistake), str_of(eb.text));
		ui->prompt.column = column;
	}
	filter_destroy(filter);
	return REDRAW_ALL;
}

static const char *requests_filter(const void *arg)
{
	const struct requests *state = arg;

	return state->filter_text;
}

static bool has_text(const struct request *line, struct str text)
{
	const struct str fields[] = {line->path, line->service, line->version, line->pinned,
		line->session, line->caller, line->method, line->trace, line->id, line->host,
		line->error, str_of(line->reason < REASON_COUNT ? reason_names[line->reason] : "")};
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
	size_t count = request_log_shown(model->lines);
	size_t at = state->list.selected;

	/* The newest comes first while following: what one looks for has just gone by. */
	if (stay && state->follows)
		back = true;
	for (size_t i = 0; i < count; i++) {
		const struct request *line;

		if (!(stay && i == 0))
			at = back ? (at + count - 1) % count : (at + 1) % count;
		line = request_log_get(model->lines, request_log_number(model->lines, at));
		if (line && request_log_part(model->lines, at) != LINE_GAP &&
			has_text(line, text)) {
			state->blank = 0;
			state->list.height = state->height;
			select_row(state, model, at);
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

	if (!line && state->list.count == 0)
		requests_scope_selection(model, ret_selection);
	if (!line || line->seq == 0)
		return;
	ret_selection->kind = SELECTED_REQUEST;
	ret_selection->number = state->selected;
	ret_selection->held = !state->follows;
	str_copy(ret_selection->service, sizeof(ret_selection->service), line->service);
	str_copy(ret_selection->version, sizeof(ret_selection->version), request_version(line));
	str_copy(ret_selection->session, sizeof(ret_selection->session), line->session);
	str_copy(ret_selection->caller, sizeof(ret_selection->caller), line->caller);
	str_copy(ret_selection->trace, sizeof(ret_selection->trace), line->trace);
}

/* Back from a trace or from two versions side by side, with the lines that were read. */
static bool requests_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct requests *state = arg;
	struct request_log_counts counts;

	if (selection->kind != SELECTED_REQUEST)
		return false;
	set_follow(state, model, true);
	if (!selection->held || !request_log_get(model->lines, selection->number))
		return !selection->held;
	request_log_count(model->lines, model->now_ms, &counts);
	state->trimmed = counts.trimmed;
	state->blank = 0;
	state->list.count = request_log_shown(model->lines);
	select_row(state, model, request_log_row(model->lines, selection->number));
	return true;
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
	.position = requests_position,
	.draw = requests_draw,
	.act = requests_act,
	.mouse = requests_mouse,
	.answer = requests_answer,
	.set_filter = requests_set_filter,
	.filter = requests_filter,
	.find = requests_find,
	.selected = requests_selected,
	.reveal = requests_reveal,
};
