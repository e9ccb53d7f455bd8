/*
 * v: the stable version's requests and an ephemeral version's side by side, by method and route. Reads the
 * tail's lines, of a tail that is asked for both versions; the pairing is pairing.c's.
 *
 * Invariant: the pairs point into the lines as they are since the last prepare, which comes before every
 * draw. While not following, the selected request keeps its place.
 */
#include "tui/views/requests/side_by_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"

#include "tui/ui/view.h"
#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/views/requests/pairing.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list_cursor.h"

enum { COLS_MIN = 100, LINES_LOOKED_AT = 4000, PAIRS_MAX = 2000, HEAD_ROWS = 2 };

enum {
	COLUMN_TIME,
	COLUMN_METHOD,
	COLUMN_PATH,
	COLUMN_LEFT_STATUS,
	COLUMN_LEFT_MS,
	COLUMN_RIGHT_STATUS,
	COLUMN_RIGHT_MS,
	COLUMN_DIFFERENCE,
	COLUMN_TOTAL
};

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_TIME] = {"TIME", 8, 0, 3, 0, false, 0},
	[COLUMN_METHOD] = {"METHOD", 6, 0, 2, 0, false, 0},
	[COLUMN_PATH] = {"PATH", 20, 48, 1, 0, false, 0},
	[COLUMN_LEFT_STATUS] = {"STATUS", 6, 0, 4, 0, true, 0},
	[COLUMN_LEFT_MS] = {"MS", 9, 0, 2, 0, true, 0},
	[COLUMN_RIGHT_STATUS] = {"STATUS", 6, 0, 4, 0, true, 0},
	[COLUMN_RIGHT_MS] = {"MS", 9, 0, 2, 0, true, 0},
	[COLUMN_DIFFERENCE] = {"DIFFERENCE", 20, 40, 2, 0, false, 0},
};

struct side_by_side {
	char service[LIMIT_SERVICE_NAME + 1];
	char left[LIMIT_VERSION_NAME + 1];
	char right[LIMIT_VERSION_NAME + 1];
	struct list_cursor list;
	struct placed placed[COLUMN_TOTAL];
	bool narrow;
	bool follows;
	bool more; /* lines or pairs than are looked at */
	int64_t selected; /* seq of the right one */
	size_t verdicts[PAIRING_STATUS + 1]; /* how many of each */
	const struct request *hops[LINES_LOOKED_AT];
	struct pairing_pair pairs[PAIRS_MAX];
};

/* ---- opening ---- */

static void open_both(struct ui *ui, const char *service, const char *left, const char *right)
{
	char scope[LIMIT_SERVICE_NAME + 2 * LIMIT_VERSION_NAME + 32];

	(void)snprintf(scope, sizeof(scope), "service:%s version:%s,%s", service, left, right);
	ui_open(ui, &view_side, scope);
}

static void ask_which(struct ui *ui, const struct service_node *node)
{
	ui_ask_pick(ui, QUESTION_SIDE, "which version beside stable?");
	for (size_t i = 0; i < node->version_count; i++) {
		const struct version *version = node->versions[i];
		char id[VERSION_ID_SIZE];

		if (!version || version->kind == KIND_STABLE)
			continue;
		name_join_version(str_of(version->service), str_of(version->name), id);
		picker_add(&ui->prompt.picker, id, "");
	}
	picker_ready(&ui->prompt.picker, 10);
}

void side_by_side_open(
	const struct model *model, struct ui *ui, struct str service, struct str version)
{
	const struct service_node *node = environment_node(model->env, service);
	const struct version *stable = node ? node_stable(node) : NULL;
	const struct version *other = NULL;
	size_t others = 0;

	for (size_t i = 0; node && i < node->version_count; i++) {
		if (node->versions[i] == stable)
			continue;
		others++;
		if (!other || str_eq_c(version, node->versions[i]->name))
			other = node->versions[i];
	}
	if (!stable || !other)
		ui_say(ui, ROLE_WARNING,
			"{version.side} compares a version with stable: select a service that has "
			"both");
	else if (others == 1 || str_eq_c(version, other->name))
		open_both(ui, stable->service, stable->name, other->name);
	else
		ask_which(ui, node);
}

void side_by_side_answer(const struct model *model, struct ui *ui, const char *id)
{
	struct str service, version;

	if (name_split_version(str_of(id), &service, &version))
		side_by_side_open(model, ui, service, version);
}

static void *side_by_side_create(void)
{
	struct side_by_side *state = xcalloc(1, sizeof(*state));

	state->follows = true;
	return state;
}

/* What open_both() wrote. */
static void side_by_side_opened(
	void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct side_by_side *state = arg;
	struct str rest = str_of(argument);
	struct str service = str_cut(&rest, ' ');
	struct str left = str_cut(&rest, ',');

	(void)model;
	(void)ui;
	(void)str_cut(&service, ':');
	(void)str_cut(&left, ':');
	(void)str_copy(state->service, sizeof(state->service), service);
	(void)str_copy(state->left, sizeof(state->left), left);
	(void)str_copy(state->right, sizeof(state->right), rest);
}

/* ---- what stands beside what ---- */

static void pair_up(struct side_by_side *state, const struct model *model)
{
	int64_t end = request_log_end(model->lines);
	int64_t from = request_log_first(model->lines);
	size_t count = 0;

	state->more = end - from > LINES_LOOKED_AT;
	if (state->more)
		from = end - LINES_LOOKED_AT;
	for (; from < end; from++) {
		const struct request *line = request_log_get(model->lines, from);

		if (line && line->seq != 0 && str_eq_c(line->service, state->service))
			state->hops[count++] = line;
	}
	state->list.count = pairing_pairs(state->hops, count, str_of(state->left),
		str_of(state->right), state->pairs, PAIRS_MAX);
	state->more = state->more || state->list.count == PAIRS_MAX;
	memset(state->verdicts, 0, sizeof(state->verdicts));
	for (size_t i = 0; i < state->list.count; i++)
		state->verdicts[pairing_judge(&state->pairs[i])]++;
}

static size_t row_of(const struct side_by_side *state, int64_t seq)
{
	size_t row = 0;

	while (row < state->list.count && state->pairs[row].right->seq < seq)
		row++;
	return row;
}

static void note_selected(struct side_by_side *state)
{
	if (state->list.count > 0)
		state->selected = state->pairs[state->list.selected].right->seq;
}

static void side_by_side_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct side_by_side *state = arg;

	(void)ui;
	(void)parts;
	state->narrow = cols < COLS_MIN;
	(void)columns_place(columns, COLUMN_TOTAL, cols - 1, state->placed);
	pair_up(state, model);
	state->list.height = rows > HEAD_ROWS ? (size_t)(rows - HEAD_ROWS) : 1;
	if (state->follows)
		list_cursor_select(&state->list, state->list.count > 0 ? state->list.count - 1 : 0);
	else
		list_cursor_follow(&state->list, row_of(state, state->selected));
	note_selected(state);
}

/* ---- drawing ---- */

static void draw_answer(const struct side_by_side *state, const struct canvas *canvas, int y,
	int column, const struct request *answer, bool loud_status, bool loud_ms)
{
	const struct placed *status = &state->placed[column];
	const struct placed *ms = &state->placed[column + 1];
	char text[32];

	if (!answer) {
		canvas_right(canvas, y, status->x, status->width, ROLE_QUIET, "-");
		canvas_right(canvas, y, ms->x, ms->width, ROLE_QUIET, "-");
		return;
	}
	(void)snprintf(text, sizeof(text), "%lld", (long long)answer->status);
	canvas_right(canvas, y, status->x, status->width,
		loud_status ? ROLE_FAILED : format_status_role(answer->status), text);
	(void)snprintf(text, sizeof(text), "%.1f", answer->total_ms);
	canvas_right(canvas, y, ms->x, ms->width, loud_ms ? ROLE_WARNING : ROLE_FIGURE, text);
}

static void draw_difference(const struct side_by_side *state, const struct canvas *canvas, int y,
	const struct pairing_pair *pair, enum pairing_verdict verdict)
{
	const struct placed *at = &state->placed[COLUMN_DIFFERENCE];
	char text[64] = "";
	enum role role = ROLE_QUIET;

	if (verdict == PAIRING_STATUS) {
		(void)snprintf(text, sizeof(text), "%lld, stable says %lld",
			(long long)pair->right->status, (long long)pair->left->status);
		role = pair->right->status >= 400 ? ROLE_FAILED : ROLE_WARNING;
	} else if (verdict == PAIRING_SLOWER && pair->left->total_ms > 0) {
		(void)snprintf(text, sizeof(text), "%.1f x slower",
			pair->right->total_ms / pair->left->total_ms);
		role = ROLE_WARNING;
	} else if (verdict == PAIRING_SLOWER) {
		(void)snprintf(text, sizeof(text), "slower");
		role = ROLE_WARNING;
	} else if (verdict == PAIRING_ALONE) {
		(void)snprintf(text, sizeof(text), "no match in stable");
	}
	if (role != ROLE_QUIET)
		(void)canvas_glyph(canvas, y, at->x, role, GLYPH_WARNING);
	canvas_c(canvas, y, at->x + 2, at->width - 2, role, text);
}

static void draw_pair(
	const struct side_by_side *state, const struct canvas *canvas, int y, size_t row)
{
	const struct pairing_pair *pair = &state->pairs[row];
	enum pairing_verdict verdict = pairing_judge(pair);
	const struct placed *at = state->placed;
	char clock[TIME_TEXT_SIZE];

	time_format_clock(pair->right->time, clock);
	clock[8] = '\0'; /* without the milliseconds */
	canvas_c(canvas, y, at[COLUMN_TIME].x, at[COLUMN_TIME].width, ROLE_QUIET, clock);
	canvas_text(canvas, y, at[COLUMN_METHOD].x, at[COLUMN_METHOD].width, ROLE_BASE,
		pair->right->method);
	canvas_text(
		canvas, y, at[COLUMN_PATH].x, at[COLUMN_PATH].width, ROLE_BASE, pair->right->path);
	draw_answer(state, canvas, y, COLUMN_LEFT_STATUS, pair->left, false, false);
	draw_answer(state, canvas, y, COLUMN_RIGHT_STATUS, pair->right,
		verdict == PAIRING_STATUS && pair->right->status >= 400, verdict == PAIRING_SLOWER);
	draw_difference(state, canvas, y, pair, verdict);
}

/* The versions, over their columns. */
static void draw_heads(const struct side_by_side *state, const struct canvas *canvas)
{
	const struct placed *at = state->placed;
	int left = at[COLUMN_LEFT_STATUS].x;
	int right = at[COLUMN_RIGHT_STATUS].x;
	int used;

	canvas_clear(canvas, 0, 0);
	used = canvas_run_c(canvas, 0, left, right - left - 1, ROLE_STABLE, "stable ");
	(void)canvas_run_c(
		canvas, 0, left + used, right - left - used - 1, ROLE_QUIET, state->left);
	(void)canvas_run_c(
		canvas, 0, right, canvas->cols - right - 1, ROLE_EPHEMERAL, state->right);
}

static void side_by_side_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct side_by_side *state = arg;

	(void)ui;
	canvas_clear_rows(canvas, 0, canvas->rows);
	if (state->narrow) {
		(void)draw_text_keys(canvas, 1, 3, ROLE_WARNING,
			"Side by side needs 100 columns; {global.back} goes back.");
		return;
	}
	draw_heads(state, canvas);
	columns_draw_titles(canvas, 1, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		size_t row = state->list.top + i;
		struct canvas part;

		if (row >= state->list.count)
			break;
		part = canvas_list_row(canvas, (int)i + HEAD_ROWS, row == state->list.selected);
		draw_pair(state, &part, (int)i + HEAD_ROWS, row);
	}
	if (state->list.count == 0)
		canvas_c(canvas, HEAD_ROWS + 1, 3, canvas->cols - 4,
			model->scope_error[0] ? ROLE_FAILED : ROLE_QUIET,
			model->scope_error[0]
				? model->scope_error
				: "No request of it yet. The next one shows here at once.");
}

/* At the right end; short words where the long ones do not fit. What differs is loud, the rest is not. */
static void draw_counts(const struct side_by_side *state, const struct canvas *canvas, int x)
{
	char text[4][64];
	const enum role roles[4] = {state->follows ? ROLE_LIVE : ROLE_STAGED,
		state->verdicts[PAIRING_STATUS] > 0 ? ROLE_WARNING : ROLE_QUIET,
		state->verdicts[PAIRING_SLOWER] > 0 ? ROLE_WARNING : ROLE_QUIET, ROLE_QUIET};
	int cells = 0;

	for (int brief = 0; brief < 2; brief++) {
		(void)snprintf(text[0], sizeof(text[0]), "%s   %zu requests%s",
			state->follows ? "following" : "paused", state->list.count,
			state->more && !brief ? ", older ones left out" : "");
		(void)snprintf(text[1], sizeof(text[1]), "   %zu different status",
			state->verdicts[PAIRING_STATUS]);
		(void)snprintf(text[2], sizeof(text[2]), "   %zu twice as slow",
			state->verdicts[PAIRING_SLOWER]);
		(void)snprintf(text[3], sizeof(text[3]), "   %zu without a match%s",
			state->verdicts[PAIRING_ALONE], brief ? "" : " in stable");
		cells = 0;
		for (int i = 0; i < 4; i++)
			cells += (int)strlen(text[i]);
		if (cells <= canvas->cols - x)
			break;
	}
	if (canvas->cols - cells > x)
		x = canvas->cols - cells;
	for (int i = 0; i < 4; i++)
		x += canvas_run_c(canvas, 0, x, canvas->cols - x, roles[i], text[i]);
}

static void side_by_side_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct side_by_side *state = arg;
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_STRONG, state->service);
	draw_counts(state, canvas, x + 2);
}

/* ---- acting ---- */

static const struct request *selected_line(const struct side_by_side *state)
{
	return state->list.selected < state->list.count ? state->pairs[state->list.selected].right
							: NULL;
}

/* The number of a line that is kept. */
static int64_t number_of(const struct model *model, const struct request *line)
{
	int64_t number = request_log_end(model->lines);

	while (line && number > request_log_first(model->lines))
		if (request_log_get(model->lines, --number) == line)
			return number;
	return 0;
}

static void act_open(struct side_by_side *state, const struct model *model, struct ui *ui)
{
	int64_t number = number_of(model, selected_line(state));
	char argument[32];

	if (number == 0)
		return;
	state->follows = false;
	(void)snprintf(argument, sizeof(argument), "%lld", (long long)number);
	ui_open(ui, &view_detail, argument);
}

/* To the next that differs for the worse, as in Requests to the next error. */
static void act_bad(struct side_by_side *state, struct ui *ui, bool back)
{
	bool followed = state->follows;
	size_t row = state->list.selected;

	back = back || followed;
	while (back ? row > 0 : row + 1 < state->list.count) {
		enum pairing_verdict verdict;

		row = back ? row - 1 : row + 1;
		verdict = pairing_judge(&state->pairs[row]);
		if (verdict == PAIRING_STATUS || verdict == PAIRING_SLOWER) {
			state->follows = false;
			list_cursor_select(&state->list, row);
			return;
		}
	}
	ui_say(ui, ROLE_QUIET,
		followed ? "no difference above or below this one" : "no difference %s this one",
		back ? "above" : "below");
}

static enum redraw side_by_side_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct side_by_side *state = arg;

	if (action == ACTION_BACK)
		ui_back(ui);
	else if (action == ACTION_OPEN)
		act_open(state, model, ui);
	else if (action == ACTION_PAUSE)
		state->follows = !state->follows;
	else if (action == ACTION_ERROR_NEXT || action == ACTION_ERROR_BEFORE)
		act_bad(state, ui, action == ACTION_ERROR_BEFORE);
	else if (!list_cursor_move(&state->list, keymap_motion(action)))
		return REDRAW_NONE;
	else
		state->follows = action == ACTION_BOTTOM ||
				 (state->follows && list_cursor_at_end(&state->list));
	note_selected(state);
	return REDRAW_ALL;
}

static enum mouse_answer side_by_side_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct side_by_side *state = arg;
	enum mouse_answer answer;

	(void)model;
	(void)ui;
	if (mouse->kind != MOUSE_PRESS || mouse->y < HEAD_ROWS)
		return MOUSE_IGNORED;
	answer = list_cursor_press(&state->list, (size_t)(mouse->y - HEAD_ROWS));
	if (answer == MOUSE_IGNORED)
		return answer;
	state->follows = false;
	note_selected(state);
	return answer;
}

static void side_by_side_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct side_by_side *state = arg;
	const struct request *line = selected_line(state);

	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(state->service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(state->right));
	ret_selection->kind = SELECTED_VERSION;
	ret_selection->number = number_of(model, line);
	if (ret_selection->number == 0)
		return;
	ret_selection->kind = SELECTED_REQUEST;
	str_copy(ret_selection->session, sizeof(ret_selection->session), line->session);
	str_copy(ret_selection->caller, sizeof(ret_selection->caller), line->caller);
	str_copy(ret_selection->trace, sizeof(ret_selection->trace), line->trace);
}

const struct view view_side = {
	.name = "side",
	.title = "Side by side",
	.area = AREA_SIDE,
	.flags = VIEW_TAILS,
	.min_cols = COLS_MIN,
	.create = side_by_side_create,
	.destroy = free,
	.open = side_by_side_opened,
	.prepare = side_by_side_prepare,
	.draw_title = side_by_side_draw_title,
	.draw = side_by_side_draw,
	.act = side_by_side_act,
	.mouse = side_by_side_mouse,
	.selected = side_by_side_selected,
};
