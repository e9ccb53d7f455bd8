/*
 * The rows of the Timeline, and the pane with the whole of one change. Called by timeline.c; const, nothing
 * allocated: what is detail of the events in sight was worked out before.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"

#include "tui/ui/draw_text.h"
#include "tui/views/timeline/internal.h"

static const struct column_spec timeline_specs[TIMELINE_TOTAL] = {
	[TIMELINE_TIME] = {"TIME", 8, 0, 3, 0, false, 0},
	[TIMELINE_REVISION] = {"REVISION", 8, 0, 2, 2, true, 0},
	[TIMELINE_WHO] = {"WHO", 7, 14, 2, 0, false, 0},
	[TIMELINE_WHAT] = {"WHAT", 34, 48, 2, 0, false, 0},
	[TIMELINE_CHANGE] = {"WHAT IS DIFFERENT", 20, 200, 2, 1, false, 0},
};

const struct column_set timeline_columns = {timeline_specs, NULL, TIMELINE_TOTAL};

enum { WHAT_COLS_MIN = 26, GLYPH_COLS = 2 };

/* What is detail beside its words flows over into the next column, where that has nothing to say. */
void timeline_measure(struct timeline *state, const struct event *event)
{
	const struct event_words *words = event_words(event);
	int what = GLYPH_COLS + (int)(strlen(words->before) + strlen(words->after) +
					text_cells(str_of(event->object)));
	int who = (int)text_cells(str_of(event->actor));

	if (what > state->what_cols)
		state->what_cols = what;
	if (who > state->who_cols)
		state->who_cols = who;
}

static int at_most(int cols, int most)
{
	return cols < most ? cols : most;
}

/* What is different has all that the words before it do not need. */
void timeline_place(struct timeline *state, int cols)
{
	struct column_spec specs[TIMELINE_TOTAL];
	struct column_spec *what = &specs[TIMELINE_WHAT];

	memcpy(specs, timeline_specs, sizeof(specs));
	specs[TIMELINE_WHO].max = at_most(state->who_cols, specs[TIMELINE_WHO].max);
	what->max = at_most(state->what_cols, what->max);
	what->min = at_most(what->max > WHAT_COLS_MIN ? what->max : WHAT_COLS_MIN, what->min);
	(void)columns_place(specs, TIMELINE_TOTAL, cols, state->list.placed);
}

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
static bool tells_fields(const struct event_detail *detail)
{
	for (size_t i = 0; detail && i < detail->diff.count; i++)
		if (detail->diff.fields[i].telling)
			return true;
	return false;
}

static void draw_what(const struct timeline *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, const struct event *event, bool is_selected)
{
	const struct placed *at = &state->list.placed[TIMELINE_WHAT];
	const struct event_words *words = event_words(event);
	const struct event_detail *detail = timeline_detail(state, event->seq);
	const struct placed *beside = &state->list.placed[TIMELINE_CHANGE];
	struct str object = str_of(event->object);
	int end = tells_fields(detail) || beside->width == 0 ? at->x + at->width
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
	if (detail && diff_detail(&detail->diff)[0] != '\0') {
		x += canvas_run_c(canvas, y, x, end - x, words->role, ": ");
		(void)canvas_run_c(canvas, y, x, end - x, words->role, diff_detail(&detail->diff));
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

static int value_cells(const struct event *event, const char *text, bool there)
{
	if (there)
		return (int)text_cells(str_of(text));
	return absent(event) ? (int)strlen(absent(event)) : 1;
}

/* What draw_field() takes when there is room for all of it. */
static int field_cells(
	const struct event_diff *diff, const struct diff_field *field, const struct event *event)
{
	enum { ARROW_COLS = 3 };
	bool both = event->before && event->after;
	int name = (int)text_cells(str_of(diff_text(diff, field->name))) + 1;
	int after = value_cells(event, diff_text(diff, field->after), field->has);
	int before = value_cells(event, diff_text(diff, field->before), field->had);

	return name + (both ? before + ARROW_COLS + after : field->has ? after : before);
}

/* "+2 pins", or "+2" where there is no room for the word. */
static void draw_more_pins(const struct canvas *canvas, int y, int x, int room, size_t count)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "+%zu pin%s", count, count == 1 ? "" : "s");

	if (len > room)
		(void)snprintf(text, sizeof(text), "+%zu", count);
	(void)canvas_run_c(canvas, y, x, room, ROLE_FIGURE, text);
}

/*
 * As many fields as there is room for; of the first at least a part. Of pins it says how many more there are: what
 * else there is stands in the pane, and is counted there.
 */
static void draw_change(
	const struct timeline *state, const struct canvas *canvas, int y, const struct event *event)
{
	enum { MORE_COLS = 5, GAP = 2 }; /* "  +12" */
	const struct placed *at = &state->list.placed[TIMELINE_CHANGE];
	const struct event_detail *detail = timeline_detail(state, event->seq);
	int end = at->x + at->width;
	int x = at->x;
	size_t leading = detail ? diff_leading(&detail->diff) : 0;

	for (size_t i = 0; at->width > 0 && detail && i < detail->diff.count; i++) {
		const struct diff_field *field = &detail->diff.fields[i];
		int room = end - (leading > i + 1 ? MORE_COLS : 0);

		if (!field->telling)
			continue;
		if (x > at->x && x + field_cells(&detail->diff, field, event) > room) {
			if (leading > i)
				draw_more_pins(canvas, y, x, end - x, leading - i);
			return;
		}
		x += draw_field(canvas, y, x, room, &detail->diff, field, event) + GAP;
	}
}

static void draw_event(const struct timeline *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, const struct event *event)
{
	const struct placed *at = state->list.placed;
	bool is_selected = event->seq == timeline_selected_seq(state);
	char text[TIME_TEXT_SIZE];

	time_format_clock(event->time, text);
	text[8] = '\0';
	canvas_c(canvas, y, at[TIMELINE_TIME].x, at[TIMELINE_TIME].width, ROLE_QUIET, text);
	canvas_text_found(canvas, y, at[TIMELINE_WHO].x, at[TIMELINE_WHO].width,
		event_by_person(event) ? ROLE_BASE : ROLE_QUIET, str_of(event->actor),
		str_of(ui->find));
	draw_what(state, model, ui, canvas, y, event, is_selected);
	draw_change(state, canvas, y, event);
	(void)snprintf(text, sizeof(text), "%lld", (long long)event->revision);
	if (at[TIMELINE_REVISION].width > 0 && event->revision > 0)
		canvas_right(canvas, y, at[TIMELINE_REVISION].x, at[TIMELINE_REVISION].width,
			ROLE_QUIET, text);
}

static void draw_between(const struct canvas *canvas, int y, const struct timeline_row *row,
	const struct event *below)
{
	char day[DAY_SIZE];

	if (row->kind == ROW_MARK) {
		canvas_rule(canvas, y);
		(void)canvas_run_c(
			canvas, y, 3, canvas->cols - 4, ROLE_STAGED, " new above, seen below ");
		return;
	}
	event_day(below->time, canvas->now_ms, day);
	canvas_c(canvas, y, 3, canvas->cols - 4, ROLE_HEADING, day);
}

void timeline_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t index)
{
	const struct timeline *state = arg;
	const struct timeline_row *row = &state->rows[index];
	const struct event *event = event_log_find(model->events, row->seq);

	if (!event)
		return;
	if (row->kind == ROW_EVENT)
		draw_event(state, model, ui, canvas, y, event);
	else
		draw_between(canvas, y, row, event);
}

/* ---- the pane ---- */

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

void timeline_draw_pane(
	const struct timeline *state, const struct model *model, const struct canvas *canvas)
{
	int y = canvas->rows - state->pane_rows;
	int last = canvas->rows - 1; /* the command's */
	int64_t selected = timeline_selected_seq(state);
	const struct event *event = event_log_find(model->events, selected);
	const struct event_detail *detail = timeline_detail(state, selected);
	char text[64];

	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, state->pane_rows - 1);
	draw_text_command(canvas, last, state->command);
	if (!event || !detail || state->count == 0 || y + 1 >= last)
		return;
	y = draw_pane_head(canvas, y + 1, &detail->diff, event);
	for (size_t i = 0; i < detail->diff.count; i++, y++) {
		if (y == last - 1 && i + 1 < detail->diff.count) {
			(void)snprintf(text, sizeof(text), "and %zu more: %.*s shows %s",
				detail->diff.count - i,
				STR_ARG(keymap_key(
					AREA_TIMELINE, state->wide ? ACTION_LESS : ACTION_MORE)),
				state->wide ? "fewer" : "them");
			canvas_c(canvas, y, 3, canvas->cols - 4, ROLE_QUIET, text);
			return;
		}
		if (y >= last)
			return;
		draw_pane_field(canvas, y, &detail->diff, &detail->diff.fields[i], event);
	}
}
