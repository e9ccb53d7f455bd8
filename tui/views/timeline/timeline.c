/*
 * View 5, Timeline: what changed in the environment, who did it, and what was before; the newest first, because
 * that is what on-call looks for. Reads the model's events.
 *
 * Invariants: the selection is an event's seq, so what comes in above does not move the reader; rows between
 * events (days, where one was last) are never selected.
 */
#include "tui/ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/command/commands.h"

#include "tui/views/timeline/internal.h"
#include "tui/ui/draw_text.h"

#define MINUTES(n) ((n)*60LL * 1000)

static const struct window {
	int64_t ms; /* 0: everything */
	const char *title;
	const char *since;
} windows[] = {
	{0, "all", NULL},
	{MINUTES(15), "last 15 min", "15m"},
	{MINUTES(60), "last hour", "1h"},
};

static void timeline_destroy(void *arg)
{
	struct timeline *state = arg;

	for (size_t i = 0; i < DETAIL_SLOTS; i++)
		diff_finish(&state->detail[i].diff);
	free(state->detail);
	free(state->rows);
	free(state->command);
	list_view_finish(&state->list);
	free(state);
}

enum { BACK_MS = 1000 }; /* events that are asked for when it is shown are there by then */

/* Coming back, what is new since then is told from what was there. */
static void timeline_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct timeline *state = arg;

	(void)ui;
	(void)argument;
	state->mark = state->newest;
	state->back_until_ms = model->now_ms + BACK_MS;
	state->list.stale = true;
}

/* ---- rows ---- */

static bool is_shown(
	const struct timeline *state, const struct model *model, const struct event *event)
{
	if (state->people && !event_by_person(event))
		return false;
	return !state->list.filtering.filter ||
	       filter_match_event(state->list.filtering.filter, event, model->now_ms);
}

static void add_row(struct timeline *state, enum timeline_row_kind kind, int64_t seq)
{
	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(*state->rows));
	state->rows[state->count++] = (struct timeline_row){kind, seq};
}

static void build_rows(struct timeline *state, const struct model *model)
{
	int64_t from = windows[state->window].ms ? model->now_ms - windows[state->window].ms : 0;
	const struct event *above = NULL;

	state->count = 0;
	state->who_cols = state->what_cols = 0;
	state->shown = 0;
	state->fresh = 0;
	state->hidden = 0;
	for (size_t i = 0; i < event_log_count(model->events); i++) {
		const struct event *event = event_log_at(model->events, i);

		if (event->time < from)
			continue; /* not the end: clocks are set */
		if (!is_shown(state, model, event)) {
			state->hidden++;
			continue;
		}
		if (above && above->seq > state->mark && event->seq <= state->mark)
			add_row(state, ROW_MARK, event->seq);
		if (!above || !event_same_day(above->time, event->time))
			add_row(state, ROW_DAY, event->seq);
		add_row(state, ROW_EVENT, event->seq);
		timeline_measure(state, event);
		state->shown++;
		state->fresh += state->mark > 0 && event->seq > state->mark;
		above = event;
	}
}

static const struct timeline_row *row_at(const struct timeline *state, size_t at)
{
	return at < state->count ? &state->rows[at] : NULL;
}

int64_t timeline_selected_seq(const struct timeline *state)
{
	const struct timeline_row *row = row_at(state, state->list.cursor.selected);

	return row ? row->seq : 0;
}

static void id_of(const void *arg, const struct model *model, size_t index, char id[LIST_ID_SIZE])
{
	const struct timeline_row *row = row_at(arg, index);

	(void)model;
	id[0] = '\0';
	if (row && row->kind == ROW_EVENT)
		(void)snprintf(id, LIST_ID_SIZE, "%" PRId64, row->seq);
}

/* Where the selected event is not shown, the next older one is, or else the last. */
static void replace_hidden(struct timeline *state, const struct model *model)
{
	int64_t seq = 0;
	size_t row = 0;

	if (!str_to_i64(str_of(state->list.id), &seq))
		return;
	while (row + 1 < state->count &&
		(state->rows[row].kind != ROW_EVENT || state->rows[row].seq > seq))
		row++;
	if (state->count > 0)
		id_of(state, model, row, state->list.id);
}

static void build(struct timeline *state, const struct model *model)
{
	build_rows(state, model);
	replace_hidden(state, model);
	list_view_built(state, model, state->count, 0);
}

/* A window of time moves on by itself. */
static bool has_aged(const struct timeline *state, const struct model *model)
{
	const struct timeline_row *last = row_at(state, state->count - 1);
	const struct event *event = last ? event_log_find(model->events, last->seq) : NULL;

	return windows[state->window].ms && event &&
	       event->time < model->now_ms - windows[state->window].ms;
}

const struct event_detail *timeline_detail(const struct timeline *state, int64_t seq)
{
	const struct event_detail *detail = &state->detail[(uint64_t)seq % DETAIL_SLOTS];

	return detail->seq == seq ? detail : NULL;
}

static void say(struct timeline *state, const struct model *model, int64_t seq)
{
	struct event_detail *detail = &state->detail[(uint64_t)seq % DETAIL_SLOTS];
	const struct event *event = event_log_find(model->events, seq);

	if (!event || detail->seq == seq)
		return;
	detail->seq = seq;
	diff_read(&detail->diff, event);
}

/* Where it is all above what is in sight, its oldest is selected, with the mark below. */
static void show_new(struct timeline *state, const struct model *model)
{
	struct list_cursor *cursor = &state->list.cursor;
	size_t mark = 0;

	while (mark < state->count && state->rows[mark].kind != ROW_MARK)
		mark++;
	if (mark == state->count)
		return;
	state->back_until_ms = 0;
	if (mark >= cursor->top)
		return;
	list_view_select(state, model, mark - 1);
	cursor->top = mark > cursor->height / 2 ? mark - cursor->height / 2 : 0;
}

/* Wide, the whole change and no more, as far as two thirds go; else enough for most changes, whichever it is. */
static int pane_rows_for(const struct timeline *state, int rows)
{
	enum { FRAME_ROWS = 3 }; /* the rule, who did what, the command */
	const struct event_detail *detail = timeline_detail(state, timeline_selected_seq(state));
	int most = rows * 2 / 3;
	int need = FRAME_ROWS + (detail ? (int)detail->diff.count : 0);

	if (state->wide)
		return need < most ? need : most;
	return rows >= 34 ? 11 : rows >= 17 ? 6 : rows >= 13 ? 4 : 2;
}

/* Rows for the pane, and for the list what is left. */
static void share_rows(struct timeline *state, int rows, int cols)
{
	state->pane_rows = pane_rows_for(state, rows);
	list_view_resize(&state->list, rows - 1 - state->pane_rows, cols);
}

static void timeline_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct timeline *state = arg;
	const struct event *newest = event_log_at(model->events, 0);

	(void)ui;
	ui_print_command(&state->command,
		args_create(&command_events, "--since", windows[state->window].since, NULL));
	if (newest && newest->seq < state->newest) { /* another control plane counts anew */
		state->mark = 0;
		for (size_t i = 0; i < DETAIL_SLOTS; i++)
			state->detail[i].seq = 0;
	}
	state->newest = newest ? newest->seq : 0;
	share_rows(state, rows, cols - 1);
	if (parts & MODEL_EVENTS || state->list.stale || has_aged(state, model))
		build(state, model);
	say(state, model, timeline_selected_seq(state));
	share_rows(state, rows, cols - 1);
	if (model->now_ms <= state->back_until_ms)
		show_new(state, model);
	if (state->list.cursor.selected == 1 && state->list.cursor.height > 1)
		state->list.cursor.top = 0; /* with its day above it */
	timeline_place(state, cols - 1);
	for (size_t i = 0; i < state->list.cursor.height && i < DETAIL_SLOTS - 1; i++) {
		const struct timeline_row *row = row_at(state, state->list.cursor.top + i);

		if (row && row->kind == ROW_EVENT)
			say(state, model, row->seq);
	}
}

/* ---- drawing ---- */

static void draw_empty(
	const struct timeline *state, const struct model *model, const struct canvas *canvas)
{
	bool none = event_log_count(model->events) == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none                ? "Nothing has changed yet, or the answer is on its way."
		: state->hidden > 0 ? (state->people && !state->list.filtering.filter
						      ? "Nobody changed anything in this time."
						      : "Nothing matches the filter.")
		: windows[state->window].ms ? "Nothing changed in this time."
					    : "Nothing has changed yet.");
	(void)draw_text_keys(canvas, 3, 3, ROLE_QUIET,
		!none && state->people ? "{timeline.people} shows what happened by itself, too; "
					 "{timeline.since} more "
					 "time."
		: !none ? "{timeline.since} shows more time, {global.back} drops the filter."
		: model->env->node_count == 0
			? "No service is registered yet: {global.view-services} says how one is."
			: "");
}

static void timeline_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct timeline *state = arg;

	list_view_draw(state, model, ui, canvas);
	if (state->count == 0)
		draw_empty(state, model, canvas);
	timeline_draw_pane(state, model, canvas);
}

static void timeline_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct timeline *state = arg;
	const char *who = state->people ? "people only, " : "";
	size_t total = event_log_count(model->events);
	char of[32] = "", fresh[32] = "";
	char text[LIMIT_FILTER + 128];

	(void)ui;
	if (state->shown < total)
		(void)snprintf(of, sizeof(of), " of %zu", total);
	if (state->fresh > 0)
		(void)snprintf(fresh, sizeof(fresh), "%zu new   ", state->fresh);
	if (state->list.filtering.filter)
		(void)snprintf(text, sizeof(text), "%sfilter: %s (%zu hidden)   %s%s, newest first",
			fresh, state->list.filtering.text, state->hidden, who,
			windows[state->window].title);
	else
		(void)snprintf(text, sizeof(text), "%s%zu%s events   %s%s, newest first", fresh,
			state->shown, of, who, windows[state->window].title);
	canvas_right(canvas, 0, 2, canvas->cols - 2,
		state->list.filtering.filter || state->window > 0 || state->people ? ROLE_STAGED
										   : ROLE_QUIET,
		text);
}

/* Rows between events do not count. */
static void timeline_position(const void *arg, char *dst, size_t size)
{
	const struct timeline *state = arg;
	const struct list_cursor *cursor = &state->list.cursor;
	size_t at = 0;

	for (size_t i = 0; i < state->count && i <= cursor->selected; i++)
		at += state->rows[i].kind == ROW_EVENT;
	dst[0] = '\0';
	if (cursor->count > cursor->height)
		(void)snprintf(dst, size, "%zu of %zu", at, state->shown);
}

/* ---- acting ---- */

static const struct event *selected_event(const struct timeline *state, const struct model *model)
{
	return event_log_find(model->events, timeline_selected_seq(state));
}

/* To the thing itself, as it is now. */
static void jump(const struct timeline *state, const struct model *model, struct ui *ui)
{
	const struct event *event = selected_event(state, model);
	struct event_object object;
	char name[LIMIT_HOST_NAME + 1];

	if (!event)
		return;
	event_object(event, &object);
	str_copy(name, sizeof(name), str_of(event->object));
	if (object.session.n > 0) {
		if (environment_session(model->env, object.session))
			ui_open(ui, &view_pins, name);
		else
			ui_say(ui, ROLE_WARNING, "session %s is gone", name);
	} else if (object.service.n == 0) {
		ui_say(ui, ROLE_WARNING,
			"the proxy has no screen of its own: umbra status says more");
	} else if (object.version.n > 0 &&
		   !environment_version(model->env, object.service, object.version)) {
		ui_say(ui, ROLE_WARNING, "%s is gone", name);
	} else if (!environment_service(model->env, object.service)) {
		ui_say(ui, ROLE_WARNING, "service %s is gone", name);
	} else {
		ui_open(ui, &view_services, name);
	}
}

static enum redraw timeline_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct timeline *state = arg;
	bool moved = state->list.moved;

	state->back_until_ms = 0; /* somebody goes elsewhere */
	if (list_view_act(state, model, ui, action)) {
		if (action == ACTION_TOP)
			state->list.moved = false; /* and stays with the newest */
		return REDRAW_ALL;
	}
	state->list.moved = moved;
	switch (action) {
	case ACTION_OPEN:
		jump(state, model, ui);
		return REDRAW_ALL;
	case ACTION_SINCE:
		state->window = (state->window + 1) % ARRAY_LEN(windows);
		state->list.stale = true;
		return REDRAW_ALL;
	case ACTION_PEOPLE:
		state->people = !state->people;
		state->list.stale = true;
		return REDRAW_ALL;
	case ACTION_MORE:
	case ACTION_LESS:
		state->wide = action == ACTION_MORE;
		return REDRAW_ALL;
	default:
		return REDRAW_NONE;
	}
}

static void timeline_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct event *event = selected_event(arg, model);
	struct event_object object;

	if (!event)
		return;
	event_object(event, &object);
	ret_selection->kind = SELECTED_EVENT;
	ret_selection->number = event->seq;
	str_copy(ret_selection->service, sizeof(ret_selection->service), object.service);
	str_copy(ret_selection->version, sizeof(ret_selection->version), object.version);
	str_copy(ret_selection->session, sizeof(ret_selection->session), object.session);
}

static bool shows_text(const struct event *event, struct str text)
{
	const struct event_words *words = event_words(event);
	const struct str fields[] = {str_of(event->object), str_of(event->actor),
		str_of(event->before), str_of(event->after), str_of(words->before),
		str_of(words->after)};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (text_find_nocase(fields[i], text) < fields[i].n)
			return true;
	return false;
}

static bool has_text(const void *arg, const struct model *model, size_t index, struct str text)
{
	const struct timeline_row *row = row_at(arg, index);
	const struct event *event =
		row && row->kind == ROW_EVENT ? event_log_find(model->events, row->seq) : NULL;

	return event && shows_text(event, text);
}

static const struct list_kind timeline_list = {
	.filtered = FILTERED_EVENTS,
	.columns = &timeline_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = timeline_draw_row,
};

static void *timeline_create(void)
{
	struct timeline *state = xcalloc(1, sizeof(*state));

	state->detail = xcalloc(DETAIL_SLOTS, sizeof(*state->detail));
	for (size_t i = 0; i < DETAIL_SLOTS; i++)
		diff_init(&state->detail[i].diff);
	list_view_init(&state->list, &timeline_list);
	return state;
}

/* The event by its number; where it is no more, the one after it. */
static bool timeline_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct timeline *state = arg;
	char id[24];

	(void)model;
	if (selection->kind != SELECTED_EVENT)
		return false;
	(void)snprintf(id, sizeof(id), "%" PRId64, selection->number);
	list_view_reveal(&state->list, id);
	return true;
}

static void timeline_keep(const void *arg, struct cJSON *object)
{
	const struct timeline *state = arg;

	(void)cJSON_AddStringToObject(object, "window", windows[state->window].title);
	(void)cJSON_AddBoolToObject(object, "wide", state->wide);
	(void)cJSON_AddBoolToObject(object, "people", state->people);
}

static void timeline_restore(void *arg, const struct cJSON *object)
{
	struct timeline *state = arg;
	struct str title;

	for (size_t i = 0; json_get_str(object, "window", &title) && i < ARRAY_LEN(windows); i++)
		if (str_eq_c(title, windows[i].title))
			state->window = i;
	(void)json_get_bool(object, "wide", &state->wide);
	(void)json_get_bool(object, "people", &state->people);
}

const struct view view_timeline = {
	.name = "timeline",
	.title = "Timeline",
	.key = '5',
	.area = AREA_TIMELINE,
	.flags = VIEW_EVENTS,
	.create = timeline_create,
	.destroy = timeline_destroy,
	.open = timeline_open,
	.prepare = timeline_prepare,
	.draw_title = timeline_draw_title,
	.position = timeline_position,
	.draw = timeline_draw,
	.act = timeline_act,
	.selected = timeline_selected,
	.reveal = timeline_reveal,
	.mouse = list_view_mouse,
	.keep = timeline_keep,
	.restore = timeline_restore,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
};
