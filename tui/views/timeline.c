/*
 * View 5, Timeline: what changed in the environment, who did it, and what was before; the newest first, because
 * that is what on-call looks for. Reads the model's events.
 *
 * Invariants: the selection is an event's seq, so what comes in above does not move the reader; rows between
 * events (days, where one was last) are never selected.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/model/filter.h"
#include "core/model/names.h"

#include "tui/views/timeline_text.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum { COLUMN_TIME, COLUMN_WHO, COLUMN_WHAT, COLUMN_CHANGE, COLUMN_REVISION, COLUMN_TOTAL };

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_TIME] = {"TIME", 8, 0, 3, 0, false, 0},
	[COLUMN_WHO] = {"WHO", 7, 14, 2, 0, false, 0},
	[COLUMN_WHAT] = {"WHAT", 34, 48, 2, 0, false, 0},
	[COLUMN_CHANGE] = {"WHAT IS DIFFERENT", 20, 200, 2, 1, false, 0},
	[COLUMN_REVISION] = {"REVISION", 8, 0, 2, 2, true, 0},
};

#define MINUTES(n) ((n)*60LL * 1000)

static const struct window {
	int64_t ms; /* 0: everything */
	const char *title;
	const char *command;
} windows[] = {
	{0, "all", "umbra events"},
	{MINUTES(15), "last 15 min", "umbra events --since 15m"},
	{MINUTES(60), "last hour", "umbra events --since 1h"},
};

/* A row is an event, or stands between two. */
enum row_kind { ROW_EVENT, ROW_DAY, ROW_MARK };
struct row {
	enum row_kind kind;
	int64_t seq; /* of the event; of a row between, that of the one below it */
};

/* What is said of an event, kept while it is in sight. */
struct said {
	int64_t seq;
	struct event_diff diff;
};

enum { SAID_SLOTS = 128 };

struct timeline {
	struct row *rows;
	size_t count;
	size_t cap;
	size_t shown; /* events among the rows */
	size_t hidden; /* by the filter */
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	struct said *said; /* SAID_SLOTS, by seq */
	size_t window;
	struct filter *filter;
	char filter_text[LIMIT_FILTER + 1];
	bool stale;
	bool moved; /* a person chose the row; until then it is the newest */
	bool wide; /* the pane has most of the rows */
	int64_t selected; /* seq */
	int64_t newest; /* seq that was there when it was shown last */
	int64_t mark; /* up to here one had seen all; 0: no mark */
	int pane_rows;
};

static void *timeline_create(void)
{
	struct timeline *state = xcalloc(1, sizeof(*state));

	state->said = xcalloc(SAID_SLOTS, sizeof(*state->said));
	for (size_t i = 0; i < SAID_SLOTS; i++)
		diff_init(&state->said[i].diff);
	state->stale = true;
	return state;
}

static void timeline_destroy(void *arg)
{
	struct timeline *state = arg;

	for (size_t i = 0; i < SAID_SLOTS; i++)
		diff_finish(&state->said[i].diff);
	free(state->said);
	free(state->rows);
	filter_destroy(state->filter);
	free(state);
}

/* Coming back, what is new since then is told from what was there. */
static void timeline_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct timeline *state = arg;

	(void)model;
	(void)ui;
	(void)argument;
	state->mark = state->newest;
	state->stale = true;
}

/* ---- rows ---- */

static bool is_shown(
	const struct timeline *state, const struct model *model, const struct event *event)
{
	return !state->filter || filter_match_event(state->filter, event, model->now_ms);
}

static void add_row(struct timeline *state, enum row_kind kind, int64_t seq)
{
	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(*state->rows));
	state->rows[state->count++] = (struct row){kind, seq};
}

static void build_rows(struct timeline *state, const struct model *model)
{
	int64_t from = windows[state->window].ms ? model->now_ms - windows[state->window].ms : 0;
	const struct event *above = NULL;

	state->count = 0;
	state->shown = 0;
	state->hidden = 0;
	for (size_t i = 0; i < events_count(model->events); i++) {
		const struct event *event = events_at(model->events, i);

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
		state->shown++;
		above = event;
	}
}

static const struct row *row_at(const struct timeline *state, size_t at)
{
	return at < state->count ? &state->rows[at] : NULL;
}

/* The row of an event, or where it would be; the newest for none. */
static size_t row_of(const struct timeline *state, int64_t seq)
{
	for (size_t i = 0; i < state->count; i++)
		if (state->rows[i].kind == ROW_EVENT && state->rows[i].seq <= seq)
			return i;
	return state->count > 0 ? state->count - 1 : 0;
}

/* Off a row between events, onto the next one in the direction one moves. */
static void settle(struct timeline *state, bool up)
{
	size_t at = state->list.selected;

	while (at < state->count && state->rows[at].kind != ROW_EVENT) {
		if (up && at == 0)
			up = false; /* the first row is a day */
		at = up ? at - 1 : at + 1;
	}
	if (at < state->count)
		list_select(&state->list, at);
	if (state->list.selected == 1) /* with its day above it */
		state->list.top = 0;
	if (row_at(state, state->list.selected))
		state->selected = state->rows[state->list.selected].seq;
}

static void build(struct timeline *state, const struct model *model)
{
	build_rows(state, model);
	state->stale = false;
	state->list.count = state->count;
	if (state->moved)
		list_follow(&state->list, row_of(state, state->selected));
	else
		list_select(&state->list, 0);
}

/* A window of time moves on by itself. */
static bool has_aged(const struct timeline *state, const struct model *model)
{
	const struct row *last = row_at(state, state->count - 1);
	const struct event *event = last ? events_find(model->events, last->seq) : NULL;

	return windows[state->window].ms && event &&
	       event->time < model->now_ms - windows[state->window].ms;
}

static const struct said *said_of(const struct timeline *state, int64_t seq)
{
	const struct said *said = &state->said[(uint64_t)seq % SAID_SLOTS];

	return said->seq == seq ? said : NULL;
}

static void say(struct timeline *state, const struct model *model, int64_t seq)
{
	struct said *said = &state->said[(uint64_t)seq % SAID_SLOTS];
	const struct event *event = events_find(model->events, seq);

	if (!event || said->seq == seq)
		return;
	said->seq = seq;
	diff_read(&said->diff, event);
}

/* Half of what is there for the pane when it is wanted wide, else enough for most changes. */
static int pane_rows_for(const struct timeline *state, int rows)
{
	if (state->wide)
		return rows * 2 / 3;
	return rows >= 34 ? 11 : rows >= 17 ? 6 : rows >= 13 ? 4 : 2;
}

static void timeline_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct timeline *state = arg;
	const struct event *newest = events_at(model->events, 0);

	(void)ui;
	if (newest && newest->seq < state->newest) { /* another control plane counts anew */
		state->mark = 0;
		for (size_t i = 0; i < SAID_SLOTS; i++)
			state->said[i].seq = 0;
	}
	state->newest = newest ? newest->seq : 0;
	state->pane_rows = pane_rows_for(state, rows);
	state->list.height =
		rows - 1 > state->pane_rows ? (size_t)(rows - 1 - state->pane_rows) : 1;
	if (parts & MODEL_EVENTS || state->stale || has_aged(state, model))
		build(state, model);
	list_resize(&state->list, state->count, state->list.height);
	settle(state, false);
	(void)columns_place(columns, COLUMN_TOTAL, cols - 1, state->placed);
	for (size_t i = 0; i < state->list.height && i < SAID_SLOTS - 1; i++) {
		const struct row *row = row_at(state, state->list.top + i);

		if (row && row->kind == ROW_EVENT)
			say(state, model, row->seq);
	}
	say(state, model, state->selected);
}

/* ---- drawing ---- */

static enum role object_role(const struct event *event, const struct model *model)
{
	struct event_object object;
	const struct version *version;

	event_object(event, &object);
	if (object.session.n > 0)
		return ROLE_SESSION;
	if (object.version.n == 0)
		return ROLE_SERVICE;
	version = environment_version(model->env, object.service, object.version);
	return version && version->kind == KIND_STABLE ? ROLE_STABLE : ROLE_EPHEMERAL;
}

/* Where nothing is told of fields, the words have the room of both columns. */
static bool tells_fields(const struct said *said)
{
	for (size_t i = 0; said && i < said->diff.count; i++)
		if (said->diff.fields[i].telling)
			return true;
	return false;
}

static void draw_what(const struct timeline *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, const struct event *event, bool is_selected)
{
	const struct placed *at = &state->placed[COLUMN_WHAT];
	const struct event_words *words = event_words(event);
	const struct said *said = said_of(state, event->seq);
	const struct placed *beside = &state->placed[COLUMN_CHANGE];
	struct str object = str_of(event->object);
	int end = tells_fields(said) || beside->width == 0 ? at->x + at->width
							   : beside->x + beside->width;
	int x = at->x;
	int cells;

	if (words->glyph != GLYPH_COUNT)
		(void)canvas_glyph(canvas, y, x, words->role, words->glyph);
	x += 2;
	x += canvas_run_c(canvas, y, x, end - x, words->role, words->before);
	cells = (int)text_cells(object);
	if (cells > end - x)
		cells = end - x;
	canvas_text_found(canvas, y, x, cells,
		is_selected ? ROLE_SELECTED : object_role(event, model), object, str_of(ui->find));
	x += cells;
	x += canvas_run_c(canvas, y, x, end - x, words->role, words->after);
	if (said && diff_detail(&said->diff)[0] != '\0') {
		x += canvas_run_c(canvas, y, x, end - x, words->role, ": ");
		(void)canvas_run_c(canvas, y, x, end - x, words->role, diff_detail(&said->diff));
	}
}

/* A pin that is not there is stable. */
static const char *absent(const struct event *event)
{
	return event->action == EVENT_SESSION_PINNED || event->action == EVENT_SESSION_UNPINNED
		       ? "stable"
		       : NULL;
}

static int draw_value(const struct canvas *canvas, int y, int x, int cols, enum role role,
	const struct event *event, const char *text, bool there)
{
	if (!there && absent(event))
		return canvas_run_c(canvas, y, x, cols, role, absent(event));
	if (!there)
		return canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_NONE);
	return canvas_run_c(canvas, y, x, cols, role, text);
}

/* "lifetime 8h → 24h", or of what begins or ends only what it is. */
static int draw_field(const struct canvas *canvas, int y, int x, int end,
	const struct event_diff *diff, const struct diff_field *field, const struct event *event)
{
	int from = x;
	bool both = event->before && event->after;

	x += canvas_run_c(canvas, y, x, end - x, ROLE_QUIET, diff_text(diff, field->name)) + 1;
	if (both && x < end) {
		x += draw_value(canvas, y, x, end - x, ROLE_QUIET, event,
			     diff_text(diff, field->before), field->had) +
		     1;
		if (x < end)
			x += canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_ARROW) + 1;
	}
	if (both || field->has)
		x += draw_value(canvas, y, x, end - x, ROLE_BASE, event,
			diff_text(diff, field->after), field->has);
	else
		x += canvas_run_c(
			canvas, y, x, end - x, ROLE_QUIET, diff_text(diff, field->before));
	return x - from;
}

static void draw_change(
	const struct timeline *state, const struct canvas *canvas, int y, const struct event *event)
{
	const struct placed *at = &state->placed[COLUMN_CHANGE];
	const struct said *said = said_of(state, event->seq);
	int end = at->x + at->width;
	int x = at->x;

	if (at->width == 0 || !said)
		return;
	for (size_t i = 0; i < said->diff.count && x < end - 6; i++) {
		if (!said->diff.fields[i].telling)
			continue;
		x += draw_field(canvas, y, x, end, &said->diff, &said->diff.fields[i], event);
		x += 2;
	}
}

static void draw_event(const struct timeline *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, const struct event *event)
{
	const struct placed *at = state->placed;
	bool is_selected = event->seq == state->selected;
	char text[TIME_TEXT_SIZE];

	if (is_selected)
		(void)canvas_glyph(canvas, y, 1, ROLE_MARK, GLYPH_MARK);
	time_format_clock(event->time, text);
	text[8] = '\0';
	canvas_c(canvas, y, at[COLUMN_TIME].x, at[COLUMN_TIME].width, ROLE_QUIET, text);
	canvas_text_found(canvas, y, at[COLUMN_WHO].x, at[COLUMN_WHO].width,
		event->actor && strcmp(event->actor, "umbra") != 0 ? ROLE_BASE : ROLE_QUIET,
		str_of(event->actor), str_of(ui->find));
	draw_what(state, model, ui, canvas, y, event, is_selected);
	draw_change(state, canvas, y, event);
	(void)snprintf(text, sizeof(text), "%lld", (long long)event->revision);
	if (at[COLUMN_REVISION].width > 0 && event->revision > 0)
		canvas_right(canvas, y, at[COLUMN_REVISION].x, at[COLUMN_REVISION].width,
			ROLE_QUIET, text);
}

static void draw_between(
	const struct canvas *canvas, int y, const struct row *row, const struct event *below)
{
	char day[DAY_SIZE];

	if (row->kind == ROW_MARK) {
		canvas_rule(canvas, y);
		(void)canvas_run_c(canvas, y, 3, canvas->cols - 4, ROLE_STAGED,
			" new above; you have seen what is below ");
		return;
	}
	event_day(below->time, canvas->now_ms, day);
	canvas_c(canvas, y, 3, canvas->cols - 4, ROLE_HEADING, day);
}

static void draw_empty(
	const struct timeline *state, const struct model *model, const struct canvas *canvas)
{
	bool none = events_count(model->events) == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none                ? "Nothing has changed yet, or the answer is on its way."
		: state->hidden > 0 ? "Nothing matches the filter."
		: windows[state->window].ms ? "Nothing changed in this time."
					    : "Nothing has changed yet.");
	if (!none)
		canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
			"t shows more time, Esc drops the filter.");
}

static void draw_command(const struct timeline *state, const struct canvas *canvas)
{
	int y = canvas->rows - 1;
	int x = 1;

	canvas_clear(canvas, y, 0);
	x += canvas_run_c(canvas, y, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_COMMAND, windows[state->window].command);
}

/* The whole change: a row for each field, before and after. */
static void draw_pane_field(const struct canvas *canvas, int y, const struct event_diff *diff,
	const struct diff_field *field, const struct event *event)
{
	int name = canvas->cols < 100 ? 18 : 26;
	int value = (canvas->cols - name - 10) / 2;
	int x = 5 + name;

	canvas_c(canvas, y, 3, name, ROLE_QUIET, diff_text(diff, field->name));
	if (!event->before || !event->after) {
		canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_BASE,
			diff_text(diff, field->has ? field->after : field->before));
		return;
	}
	(void)draw_value(
		canvas, y, x, value, ROLE_QUIET, event, diff_text(diff, field->before), field->had);
	(void)canvas_glyph(canvas, y, x + value + 1, ROLE_QUIET, GLYPH_ARROW);
	(void)draw_value(canvas, y, x + value + 3, canvas->cols - x - value - 4, ROLE_STRONG, event,
		diff_text(diff, field->after), field->has);
}

static int draw_pane_head(const struct canvas *canvas, int y, const struct event_diff *diff,
	const struct event *event)
{
	const struct event_words *words = event_words(event);
	char text[LIMIT_HOST_NAME + LIMIT_DETAIL + LIMIT_ACTOR + 128];
	char age[AGE_SIZE];
	const char *detail = diff_detail(diff);

	(void)snprintf(text, sizeof(text), "%s %s%s%s%s%s, %s ago", event->actor,
		words->before[0] ? words->before : "saw that ", event->object, words->after,
		detail[0] ? ": " : "", detail, canvas_age(canvas, event->time, age));
	canvas_c(canvas, y, 1, canvas->cols - 2, ROLE_STRONG, text);
	return y + 1;
}

static void draw_pane(
	const struct timeline *state, const struct model *model, const struct canvas *canvas)
{
	int y = canvas->rows - state->pane_rows;
	int last = canvas->rows - 1; /* the command's */
	const struct event *event = events_find(model->events, state->selected);
	const struct said *said = said_of(state, state->selected);
	char text[64];

	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, state->pane_rows - 1);
	draw_command(state, canvas);
	if (!event || !said || state->count == 0 || y + 1 >= last)
		return;
	y = draw_pane_head(canvas, y + 1, &said->diff, event);
	for (size_t i = 0; i < said->diff.count; i++, y++) {
		if (y == last - 1 && i + 1 < said->diff.count) {
			(void)snprintf(text, sizeof(text), "and %zu more: d shows %s",
				said->diff.count - i, state->wide ? "fewer" : "them");
			canvas_c(canvas, y, 3, canvas->cols - 4, ROLE_QUIET, text);
			return;
		}
		if (y >= last)
			return;
		draw_pane_field(canvas, y, &said->diff, &said->diff.fields[i], event);
	}
}

static void timeline_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct timeline *state = arg;

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		const struct row *row = row_at(state, state->list.top + i);
		const struct event *event = row ? events_find(model->events, row->seq) : NULL;
		int y = (int)i + 1;

		canvas_clear(canvas, y, 0);
		if (!event)
			continue;
		if (row->kind == ROW_EVENT)
			draw_event(state, model, ui, canvas, y, event);
		else
			draw_between(canvas, y, row, event);
	}
	if (state->count == 0)
		draw_empty(state, model, canvas);
	draw_pane(state, model, canvas);
}

static void timeline_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct timeline *state = arg;
	char text[LIMIT_FILTER + 96];

	(void)ui;
	if (state->filter_text[0] != '\0')
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   %s, newest first",
			state->filter_text, state->hidden, windows[state->window].title);
	else
		(void)snprintf(text, sizeof(text), "%zu of %zu events   %s, newest first",
			state->shown, events_count(model->events), windows[state->window].title);
	canvas_right(canvas, 0, 2, canvas->cols - 2,
		state->filter_text[0] || state->window > 0 ? ROLE_STAGED : ROLE_QUIET, text);
}

/* ---- acting ---- */

static const struct event *selected_event(const struct timeline *state, const struct model *model)
{
	return state->count > 0 ? events_find(model->events, state->selected) : NULL;
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

	if (list_move(&state->list, action)) {
		state->moved = true;
		settle(state, action == ACTION_UP || action == ACTION_PAGE_UP ||
				      action == ACTION_HALF_UP || action == ACTION_BOTTOM);
		if (action == ACTION_TOP)
			state->moved = false; /* and stays with the newest */
		return REDRAW_ALL;
	}
	switch (action) {
	case ACTION_OPEN:
		jump(state, model, ui);
		return REDRAW_ALL;
	case ACTION_SINCE:
		state->window = (state->window + 1) % ARRAY_LEN(windows);
		state->stale = true;
		return REDRAW_ALL;
	case ACTION_WHOLE:
		state->wide = !state->wide;
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

static enum err timeline_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct timeline *state = arg;
	struct filter *filter = filter_parse(str_of(text), ret_column, eb);
	const char *stranger = filter ? filter_not_of_events(filter) : NULL;

	(void)model;
	if (stranger) {
		err_set(eb, ERR_BAD_FILTER,
			"events have no %s; they have service version session author since and "
			"text",
			stranger);
		*ret_column = SIZE_MAX;
		filter_destroy(filter);
		return ERR_BAD_FILTER;
	}
	if (!filter)
		return ERR_BAD_FILTER;
	filter_destroy(state->filter);
	state->filter = filter;
	str_copy(state->filter_text, sizeof(state->filter_text), str_of(text));
	state->stale = true;
	return ERR_NONE;
}

static const char *timeline_filter(const void *arg)
{
	const struct timeline *state = arg;

	return state->filter_text;
}

static bool has_text(const struct event *event, struct str text)
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

static bool timeline_find(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct timeline *state = arg;
	size_t at = state->list.selected;

	for (size_t i = 0; i < state->count; i++) {
		const struct event *event;

		if (!(stay && i == 0))
			at = back ? (at + state->count - 1) % state->count
				  : (at + 1) % state->count;
		event = events_find(model->events, state->rows[at].seq);
		if (!event || state->rows[at].kind != ROW_EVENT || !has_text(event, text))
			continue;
		state->moved = true;
		state->selected = event->seq;
		list_select(&state->list, at);
		return true;
	}
	return false;
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
	.draw = timeline_draw,
	.act = timeline_act,
	.selected = timeline_selected,
	.set_filter = timeline_set_filter,
	.filter = timeline_filter,
	.find = timeline_find,
};
