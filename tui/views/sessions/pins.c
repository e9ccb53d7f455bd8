/*
 * The pins of one session: what serves each service now, what is staged, and what that changes. Nothing is
 * sent before it is applied, and then as one change.
 *
 * Invariant: what is staged differs from what is; as soon as the environment says the same, it is staged no
 * more. So after an apply one sees the change arrive.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/views/sessions/pins_internal.h"
#include "tui/views/sessions/actions.h"

/* The picker's row for taking a pin away. */
static const char no_pin[] = "no pin";

enum { ORDER_NAME, ORDER_PINNED };

static const struct sort_order orders[] = {
	[ORDER_NAME] = {'n', "name", true},
	[ORDER_PINNED] = {'p', "pinned first", true},
};

static void *pins_create(void)
{
	struct pins *state = xcalloc(1, sizeof(*state));

	state->stale = true;
	sorting_init(&state->sorting, orders, ARRAY_LEN(orders));
	return state;
}

static void pins_destroy(void *arg)
{
	struct pins *state = arg;

	filtering_finish(&state->filtering);
	dry_run_preview_clear(&state->effects);
	free(state->before);
	free(state->staged);
	free(state->rows);
	free(state);
}

static void pins_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct pins *state = arg;

	(void)model;
	(void)ui;
	str_copy(state->key, sizeof(state->key), str_of(argument));
}

const struct session *pins_session(const struct pins *state, const struct model *model)
{
	return environment_session(model->env, str_of(state->key));
}

const struct service_node *pins_node(
	const struct pins *state, const struct model *model, size_t row)
{
	if (row >= state->count || state->rows[row] >= model->env->node_count)
		return NULL;
	return &model->env->nodes[state->rows[row]];
}

/* ---- rows ---- */

static bool shows(
	const struct pins *state, const struct model *model, const struct service_node *node)
{
	if (state->only_staged && state->staged_count > 0)
		return pins_staged(state, node->service->name) != NULL;
	if (!state->filtering.filter)
		return true;
	for (size_t i = 0; i < node->version_count; i++)
		if (filter_match_version(state->filtering.filter, node->service, node->versions[i],
			    model->now_ms))
			return true;
	return false;
}

static bool is_pinned(const struct pins *state, const struct session *session, const char *service)
{
	return pins_staged(state, service) || (session && session_pin(session, str_of(service)));
}

enum half { ALL_OF_THEM, PINNED_ONES, OTHERS };

/* In the order of names, as the environment has them, or against it. */
static void add_rows(struct pins *state, const struct model *model, enum half half)
{
	const struct session *session = pins_session(state, model);
	size_t count = model->env->node_count;

	for (size_t i = 0; i < count; i++) {
		size_t at = state->sorting.reverse ? count - 1 - i : i;
		const struct service_node *node = &model->env->nodes[at];

		if (half != ALL_OF_THEM &&
			is_pinned(state, session, node->service->name) != (half == PINNED_ONES))
			continue;
		if (shows(state, model, node))
			state->rows[state->count++] = (uint32_t)at;
	}
}

static void build(struct pins *state, const struct model *model)
{
	state->stale = false;
	state->count = 0;
	array_reserve(&state->rows, &state->cap, model->env->node_count + 1, sizeof(*state->rows));
	if (state->sorting.at == ORDER_PINNED) {
		add_rows(state, model, PINNED_ONES);
		add_rows(state, model, OTHERS);
	} else {
		add_rows(state, model, ALL_OF_THEM);
	}
	state->list.count = state->count;
	for (size_t i = 0; i < state->count; i++) {
		if (strcmp(model->env->nodes[state->rows[i]].service->name, state->service) == 0) {
			list_cursor_follow(&state->list, i);
			return;
		}
	}
	if (state->service[0] != '\0')
		list_cursor_select(&state->list, 0);
}

static void remember(struct pins *state, const struct model *model)
{
	const struct service_node *node = pins_node(state, model, state->list.selected);

	str_copy(state->service, sizeof(state->service), str_of(node ? node->service->name : ""));
}

/* The first look goes to what is pinned. */
static void select_first_pin(struct pins *state, const struct session *session)
{
	if (state->service[0] == '\0' && session && session->pins.count > 0)
		str_copy(state->service, sizeof(state->service),
			str_of(session->pins.entries[0].key));
}

static void pins_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct pins *state = arg;
	const struct session *session = pins_session(state, model);

	(void)ui;
	pins_lay_out(state, rows, cols);
	select_first_pin(state, session);
	if (parts & MODEL_SESSIONS)
		pins_drop_what_is_so(state, session);
	if (parts & (MODEL_SERVICES | MODEL_SESSIONS) || state->stale)
		build(state, model);
	list_cursor_resize(&state->list, state->count, state->list.height);
	remember(state, model);
	pins_write_command(state);
}

/* ---- drawing ---- */

static void pins_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;

	columns_draw_titles(canvas, 0, pins_columns, PINS_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++)
		pins_draw_row(state, model, ui, canvas, (int)i + 1, state->list.top + i);
	pins_draw_foot(state, model, canvas);
	if (!pins_session(state, model))
		(void)draw_text_keys(canvas, 2, 3, ROLE_WARNING,
			"This session has ended or expired. {global.back} goes back.");
	else if (state->count == 0)
		canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
			model->env->node_count == 0 ? "No service is registered yet."
						    : "Nothing matches the filter.");
}

static void pins_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	char text[LIMIT_FILTER + LIMIT_WORD + 128] = "";
	char left[32];
	int x = 1;
	int cells;

	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, LIMIT_SESSION_KEY, ROLE_SESSION, state->key) + 2;
	if (!session)
		return;
	if (state->filtering.filter)
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   ",
			state->filtering.text, model->env->node_count - state->count);
	if (text[0] || state->sorting.at != ORDER_NAME || state->sorting.reverse) {
		sorting_draw(&state->sorting, canvas, x, ROLE_STAGED, text);
		return;
	}
	(void)format_expires(canvas, session->expires_at, left);
	(void)snprintf(text, sizeof(text), "%s   owner %s   expires %s%s",
		session_policy_names[session->policy], session->owner ? session->owner : "nobody",
		left[0] ? "in " : "never", left);
	cells = (int)text_cells(str_of(text));
	if (cells > canvas->cols - x)
		cells = canvas->cols - x;
	canvas_c(canvas, 0, canvas->cols - cells, cells, ROLE_QUIET, text);
}

/* ---- acting ---- */

/* What is true of a version, for its row in the picker; what serves now says so first. */
static void version_note(const struct version *version, bool now, char *dst, size_t size)
{
	const char *begin = now ? "now; " : "";
	const char *state = version_state_names[version->state];

	if (version->kind == KIND_STABLE)
		(void)snprintf(dst, size, "%sstable, %s; pinned it stays this one", begin, state);
	else
		(void)snprintf(dst, size, "%s%s%s%s%s%s%s", begin, state,
			version->pr_author ? ", " : "",
			version->pr_author ? version->pr_author : "",
			version->pr_title ? "  \"" : "", version->pr_title ? version->pr_title : "",
			version->pr_title ? "\"" : "");
}

/* Begins on what is now, so that Enter alone changes nothing. */
static void ask_version(struct pins *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = pins_node(state, model, state->list.selected);
	const struct session *session = pins_session(state, model);
	struct picker *picker = &ui->prompt.picker;
	char note[LIMIT_TITLE + LIMIT_WORD + 64];
	char label[LIMIT_SERVICE_NAME + 32];
	const char *pin;

	if (!node || !session)
		return;
	pin = session_pin(session, str_of(node->service->name));
	(void)snprintf(label, sizeof(label), "which version of %s?", node->service->name);
	ui_ask_pick(ui, QUESTION_VERSION, label);
	for (size_t i = 0; i < node->version_count; i++) {
		const struct version *version = node->versions[i];

		version_note(version, pin && strcmp(pin, version->name) == 0, note, sizeof(note));
		picker_add(picker, version->name, note);
	}
	if (pin && !picker_has(picker, pin))
		picker_add(picker, pin, "now; it is gone");
	picker_add(picker, no_pin,
		pin ? "whatever is stable serves" : "now; whatever is stable serves");
	picker_ready(picker, 10);
	picker_begin(picker, pin ? pin : no_pin);
}

static void ask_pull(const struct model *model, struct ui *ui)
{
	char value[32];

	ui_ask_pick(ui, QUESTION_PULL, "all of which pull request?");
	for (size_t i = 0; i < model->env->node_count; i++) {
		const struct service_node *node = &model->env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++) {
			const struct version *version = node->versions[j];

			(void)snprintf(
				value, sizeof(value), "#%lld", (long long)version->pr_number);
			if (version->pr_number > 0 && !picker_has(&ui->prompt.picker, value))
				picker_add(&ui->prompt.picker, value,
					version->pr_title ? version->pr_title : "");
		}
	}
	picker_ready(&ui->prompt.picker, 10);
}

static void back(struct pins *state, struct ui *ui)
{
	if (state->staged_count == 0) {
		ui_back(ui);
		return;
	}
	ui_say(ui, ROLE_WARNING, "dropped what was staged, nothing was sent");
	state->staged_count = 0;
	state->stale = state->only_staged;
}

static enum redraw pins_act(void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pins *state = arg;
	const struct session *session = pins_session(state, model);

	if (list_cursor_move(&state->list, keymap_motion(action))) {
		remember(state, model);
		return REDRAW_BODY;
	}
	if (action == ACTION_BACK) {
		back(state, ui);
		return REDRAW_ALL;
	}
	if (!session)
		return REDRAW_NONE;
	switch (action) {
	case ACTION_OPEN:
		ask_version(state, model, ui);
		break;
	case ACTION_UNPIN:
		if (session_pin(session, str_of(state->service)) ||
			pins_staged(state, state->service)) {
			pins_stage(state, session, state->service, "");
			pins_staged_anew(state, ui);
		}
		break;
	case ACTION_PIN:
		ask_pull(model, ui);
		break;
	case ACTION_UNDO:
		pins_undo(state, session, ui);
		break;
	case ACTION_DIFF:
		state->only_staged = !state->only_staged;
		state->stale = true;
		break;
	case ACTION_REVERSE:
		state->sorting.reverse = !state->sorting.reverse;
		state->stale = true;
		break;
	case ACTION_APPLY:
		pins_apply(state, session, ui);
		break;
	default:
		return session_act(session, ui, action) ? REDRAW_ALL : REDRAW_NONE;
	}
	return REDRAW_ALL;
}

static enum redraw pins_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	int64_t number;

	if (question == QUESTION_VERSION && session) {
		pins_stage(state, session, state->service, strcmp(text, no_pin) == 0 ? "" : text);
		pins_staged_anew(state, ui);
	} else if (question == QUESTION_PULL && session) {
		if (str_to_i64(str_of(text + 1), &number))
			pins_stage_pull(state, session, model, number);
		pins_staged_anew(state, ui);
	} else if (!session_answer(state->key, ui, question, text)) {
		return REDRAW_NONE;
	}
	return REDRAW_ALL;
}

static enum redraw pins_dry_run_result(
	void *arg, const struct model *model, struct ui *ui, struct str body)
{
	struct pins *state = arg;

	(void)model;
	(void)ui;
	if (state->staged_count > 0)
		dry_run_preview_read(&state->effects, body);
	return REDRAW_BODY;
}

static enum err pins_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct pins *state = arg;
	enum err err = filtering_set(&state->filtering, FILTERED_VERSIONS, text, ret_column, eb);

	(void)model;
	state->stale |= err == ERR_NONE;
	return err;
}

static const char *pins_filter(const void *arg)
{
	const struct pins *state = arg;

	return state->filtering.text;
}

static bool pins_find(
	void *arg, const struct model *model, struct str text, bool back_wards, bool stay)
{
	struct pins *state = arg;

	for (size_t i = 0; i < state->list.count; i++) {
		size_t at = list_cursor_around(&state->list, i, back_wards, stay);
		const struct service_node *node = pins_node(state, model, at);

		if (!node || text_find_nocase(str_of(node->service->name), text) ==
				     strlen(node->service->name))
			continue;
		list_cursor_select(&state->list, at);
		remember(state, model);
		return true;
	}
	return false;
}

static bool pins_sort(void *arg, const struct model *model, char letter)
{
	struct pins *state = arg;

	(void)model;
	state->stale = true;
	return sorting_take(&state->sorting, letter);
}

static bool pins_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct pins *state = arg;

	if (strcmp(selection->session, state->key) != 0 ||
		!environment_service(model->env, str_of(selection->service)))
		return false;
	str_copy(state->service, sizeof(state->service), str_of(selection->service));
	state->stale = true;
	return true;
}

static enum mouse_answer pins_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct pins *state = arg;
	const struct table table = {
		&state->list, pins_columns, PINS_TOTAL, state->placed, &state->sorting};
	bool sorted;
	enum mouse_answer answer = table_mouse(&table, mouse, &sorted);

	(void)ui;
	state->stale |= sorted;
	if (answer != MOUSE_IGNORED && !sorted)
		remember(state, model);
	return answer;
}

static void pins_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	const char *pin = session ? session_pin(session, str_of(state->service)) : NULL;

	if (!session)
		return;
	ret_selection->kind = state->service[0] != '\0' ? SELECTED_PIN : SELECTED_SESSION;
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(state->key));
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(state->service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(pin));
	ret_selection->staged = state->staged_count;
}

const struct view view_pins = {
	.name = "pins",
	.area = AREA_PINS,
	.list_at = offsetof(struct pins, list),
	.create = pins_create,
	.destroy = pins_destroy,
	.open = pins_open,
	.prepare = pins_prepare,
	.draw_title = pins_draw_title,
	.draw = pins_draw,
	.act = pins_act,
	.answer = pins_answer,
	.dry_run_result = pins_dry_run_result,
	.set_filter = pins_set_filter,
	.filter = pins_filter,
	.find = pins_find,
	.sort = pins_sort,
	.sort_letters = "n name   p pinned first",
	.selected = pins_selected,
	.reveal = pins_reveal,
	.mouse = pins_mouse,
};
