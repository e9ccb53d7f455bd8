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

/* The picker's row for taking a pin away. */
static const char no_pin[] = "no pin";

enum { ORDER_NAME, ORDER_PINNED };

static const struct sort_order orders[] = {
	[ORDER_NAME] = {'n', "name", true},
	[ORDER_PINNED] = {'p', "pinned first", true},
};

static void pins_destroy(void *arg)
{
	struct pins *state = arg;

	list_view_finish(&state->list);
	dry_run_preview_clear(&state->effects);
	free(state->command);
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
	if (row >= state->list.cursor.count || state->rows[row] >= model->env->node_count)
		return NULL;
	return &model->env->nodes[state->rows[row]];
}

/* ---- rows ---- */

static bool shows(
	const struct pins *state, const struct model *model, const struct service_node *node)
{
	if (state->only_staged && state->staged_count > 0)
		return pins_staged(state, node->service->name) != NULL;
	if (!state->list.filtering.filter)
		return true;
	for (size_t i = 0; i < node->version_count; i++)
		if (filter_match_version(state->list.filtering.filter, node->service,
			    node->versions[i], model->now_ms))
			return true;
	return false;
}

static bool is_pinned(const struct pins *state, const struct session *session, const char *service)
{
	return pins_staged(state, service) || (session && session_pin(session, str_of(service)));
}

enum half { ALL_OF_THEM, PINNED_ONES, OTHERS };

/* From `row` on, in the order of names, as the environment has them, or against it. Returns the row behind them. */
static size_t add_rows(struct pins *state, const struct model *model, enum half half, size_t row)
{
	const struct session *session = pins_session(state, model);
	size_t count = model->env->node_count;

	for (size_t i = 0; i < count; i++) {
		size_t at = state->list.reverse ? count - 1 - i : i;
		const struct service_node *node = &model->env->nodes[at];

		if (half != ALL_OF_THEM &&
			is_pinned(state, session, node->service->name) != (half == PINNED_ONES))
			continue;
		if (shows(state, model, node))
			state->rows[row++] = (uint32_t)at;
	}
	return row;
}

static void build(struct pins *state, const struct model *model)
{
	size_t count = 0;

	array_reserve(&state->rows, &state->cap, model->env->node_count + 1, sizeof(*state->rows));
	if (state->list.order == ORDER_PINNED) {
		count = add_rows(state, model, PINNED_ONES, 0);
		count = add_rows(state, model, OTHERS, count);
	} else {
		count = add_rows(state, model, ALL_OF_THEM, 0);
	}
	list_view_built(state, model, count, model->env->node_count - count);
}

/* The service of the selected row; "" when there is none. */
static const char *selected_service(const struct pins *state)
{
	return state->list.cursor.count > 0 ? state->list.id : "";
}

/* The first look goes to what is pinned. */
static void select_first_pin(struct pins *state, const struct session *session)
{
	if (state->list.id[0] == '\0' && session && session->pins.count > 0)
		list_view_reveal(&state->list, session->pins.entries[0].key);
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
	if (parts & (MODEL_SERVICES | MODEL_SESSIONS) || state->list.stale)
		build(state, model);
	ui_print_command(&state->command, pins_command(state));
}

/* ---- drawing ---- */

static void pins_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;

	list_view_draw(state, model, ui, canvas);
	pins_draw_foot(state, model, canvas);
	if (pins_session(state, model))
		return;
	canvas_clear_rows(canvas, 1, (int)state->list.cursor.height);
	(void)draw_text_keys(canvas, 2, 3, ROLE_WARNING,
		"This session has ended or expired. {global.back} goes back.");
}

static void pins_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	char text[LIMIT_WORD + 128];
	char left[32];
	int x = 1;
	int cells;

	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, LIMIT_SESSION_KEY, ROLE_SESSION, state->key) + 2;
	if (!session)
		return;
	if (state->list.filtering.filter || state->list.order != ORDER_NAME ||
		state->list.reverse) {
		list_view_draw_order(&state->list, canvas, x, "");
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

/* Begins on the pin; without one on the first version beside stable, which is what one comes for. */
static void ask_version(struct pins *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = pins_node(state, model, state->list.cursor.selected);
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
	for (size_t i = 0; !pin && i < node->version_count; i++)
		if (node->versions[i]->kind != KIND_STABLE)
			pin = node->versions[i]->name;
	if (pin)
		picker_begin(picker, pin);
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
	ui_say(ui, ROLE_WARNING, "staged changes dropped; nothing was sent");
	state->staged_count = 0;
	state->list.stale = state->only_staged;
}

static enum redraw pins_act(void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	const char *service = selected_service(state);

	if (list_view_act(state, model, ui, action))
		return REDRAW_ALL;
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
		if (session_pin(session, str_of(service)) || pins_staged(state, service)) {
			pins_stage(state, session, service, "");
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
		state->list.stale = true;
		break;
	case ACTION_APPLY:
		pins_apply(state, session, ui);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_ALL;
}

/* What is so already is not staged, and that is said: else Enter would seem to do nothing. */
static void answer_version(
	struct pins *state, const struct session *session, struct ui *ui, const char *version)
{
	const char *service = selected_service(state);

	pins_stage(state, session, service, version);
	pins_staged_anew(state, ui);
	if (!pins_staged(state, service))
		ui_say(ui, ROLE_QUIET, "%s %s%s already: nothing to stage", service,
			version[0] ? "is pinned to " : "has no pin", version);
}

static enum redraw pins_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	int64_t number;

	if (question == QUESTION_VERSION && session) {
		answer_version(state, session, ui, strcmp(text, no_pin) == 0 ? "" : text);
	} else if (question == QUESTION_PULL && session) {
		if (str_to_i64(str_of(text + 1), &number))
			pins_stage_pull(state, session, model, number);
		pins_staged_anew(state, ui);
	}
	return REDRAW_ALL;
}

static enum redraw pins_dry_run_result(
	void *arg, const struct model *model, struct ui *ui, struct str body)
{
	struct pins *state = arg;

	(void)ui;
	if (state->staged_count > 0)
		dry_run_preview_read(&state->effects, model, body);
	return REDRAW_BODY;
}

static void id_of(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE])
{
	const struct service_node *node = pins_node(arg, model, row);

	str_copy(id, LIST_ID_SIZE, str_of(node ? node->service->name : ""));
}

static bool has_text(const void *arg, const struct model *model, size_t row, struct str text)
{
	const struct service_node *node = pins_node(arg, model, row);

	return node &&
	       text_find_nocase(str_of(node->service->name), text) < strlen(node->service->name);
}

static const struct list_kind pins_list = {
	.filtered = FILTERED_VERSIONS,
	.orders = orders,
	.order_count = ARRAY_LEN(orders),
	.columns = &pins_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = pins_draw_row,
	.none = "No service is registered yet.",
};

static void *pins_create(void)
{
	struct pins *state = xcalloc(1, sizeof(*state));

	list_view_init(&state->list, &pins_list);
	return state;
}

static bool pins_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct pins *state = arg;

	if (strcmp(selection->session, state->key) != 0 ||
		!environment_service(model->env, str_of(selection->service)))
		return false;
	list_view_reveal(&state->list, selection->service);
	return true;
}

static void pins_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct pins *state = arg;
	const struct session *session = pins_session(state, model);
	const char *service = selected_service(state);
	const char *pin = session ? session_pin(session, str_of(service)) : NULL;

	if (!session)
		return;
	ret_selection->kind = service[0] != '\0' ? SELECTED_PIN : SELECTED_SESSION;
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(state->key));
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(pin));
	ret_selection->staged = state->staged_count;
}

const struct view view_pins = {
	.name = "pins",
	.area = AREA_PINS,
	.list = &pins_list,
	.position = list_view_position,
	.create = pins_create,
	.destroy = pins_destroy,
	.open = pins_open,
	.prepare = pins_prepare,
	.draw_title = pins_draw_title,
	.draw = pins_draw,
	.act = pins_act,
	.answer = pins_answer,
	.dry_run_result = pins_dry_run_result,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
	.sort = list_view_sort,
	.selected = pins_selected,
	.reveal = pins_reveal,
	.mouse = list_view_mouse,
};
