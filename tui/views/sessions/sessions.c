/*
 * View 3, Sessions: who routes what elsewhere. Enter shows a session's pins (pins.c). Acts by commands
 * only.
 *
 * Invariant: the selection is a key, and looked up again when sessions come and go.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/command/commands.h"

#include "tui/views/sessions/internal.h"

static const struct sort_order orders[] = {{'n', "name", true}, {'o', "owner", true},
	{'a', "age", true}, {'x', "expires", true}, {'i', "pins", false}};

const struct session *sessions_at(
	const struct sessions *state, const struct model *model, size_t row)
{
	if (row >= state->list.cursor.count || state->rows[row] >= model->env->session_count)
		return NULL;
	return model->env->sessions[state->rows[row]];
}

static const struct session *selected(const struct sessions *state, const struct model *model)
{
	return sessions_at(state, model, state->list.cursor.selected);
}

static void id_of(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE])
{
	const struct session *session = sessions_at(arg, model, row);

	str_copy(id, LIST_ID_SIZE, str_of(session ? session->key : ""));
}

static bool has_text(const void *arg, const struct model *model, size_t row, struct str text)
{
	const struct session *session = sessions_at(arg, model, row);
	struct str fields[3];

	if (!session)
		return false;
	fields[0] = str_of(session->key);
	fields[1] = str_of(session->name);
	fields[2] = str_of(session->owner);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (text_find_nocase(fields[i], text) < fields[i].n)
			return true;
	for (size_t i = 0; i < session->pins.count; i++) {
		struct str service = str_of(session->pins.entries[i].key);
		struct str version = str_of(session->pins.entries[i].value);

		if (text_find_nocase(service, text) < service.n ||
			text_find_nocase(version, text) < version.n)
			return true;
	}
	return false;
}

static const struct list_kind sessions_list = {
	.filtered = FILTERED_SESSIONS,
	.orders = orders,
	.order_count = ARRAY_LEN(orders),
	.columns = &sessions_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = sessions_draw_row,
	.none = "There is no session yet.",
	.none_help = "{sessions.create} creates one: a key, and what it pins. Only requests that "
		     "carry the key are sent elsewhere.",
};

static void *sessions_create(void)
{
	struct sessions *state = xcalloc(1, sizeof(*state));

	list_view_init(&state->list, &sessions_list);
	return state;
}

static void sessions_destroy(void *arg)
{
	struct sessions *state = arg;

	list_view_finish(&state->list);
	free(state->command);
	free(state->rows);
	free(state);
}

/* ---- rows ---- */

struct order_context {
	const struct model *model;
	char order;
	bool reverse;
};

static int64_t compare_values(const struct session *a, const struct session *b, char order)
{
	switch (order) {
	case 'o':
		return str_cmp(str_of(a->owner), str_of(b->owner));
	case 'a': /* the youngest first */
		return b->created_at - a->created_at;
	case 'x':
		return a->expires_at - b->expires_at;
	case 'i':
		return (int64_t)b->pins.count - (int64_t)a->pins.count;
	default:
		return 0;
	}
}

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct order_context *context = arg;
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;
	int64_t difference = compare_values(
		context->model->env->sessions[a], context->model->env->sessions[b], context->order);

	if (difference == 0)
		difference = (int64_t)a - (int64_t)b;
	return (difference < 0) != context->reverse ? -1 : 1;
}

static void build(struct sessions *state, const struct model *model)
{
	struct order_context context = {
		model, orders[state->list.order].letter, state->list.reverse};
	const struct filter *filter = state->list.filtering.filter;
	size_t count = 0;

	state->key_cols = 0;
	array_reserve(
		&state->rows, &state->cap, model->env->session_count + 1, sizeof(*state->rows));
	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];
		int cols = (int)strlen(session->key);

		if (filter && !filter_match_session(filter, session, model->now_ms))
			continue;
		state->rows[count++] = (uint32_t)i;
		if (cols > state->key_cols)
			state->key_cols = cols;
	}
	if (count > 1)
		qsort_r(state->rows, count, sizeof(*state->rows), compare_rows, &context);
	state->matrix_cols = pin_matrix_make(&state->matrix, model->env, state->rows, count);
	list_view_built(state, model, count, model->env->session_count - count);
}

static void sessions_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct sessions *state = arg;
	const struct session *session;

	sessions_lay_out(state, rows, cols);
	/* Until a row is chosen it is that of one's own session. */
	if (!state->list.moved && environment_session(model->env, str_of(ui->session)))
		list_view_reveal(&state->list, ui->session);
	if (parts & MODEL_SESSIONS || state->list.stale) {
		build(state, model);
		sessions_lay_out(state, rows, cols);
	}
	session = selected(state, model);
	ui_print_command(&state->command,
		session ? args_create(&command_session_show, "KEY", session->key, NULL) : NULL);
}

/* ---- drawing ---- */

static void sessions_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct sessions *state = arg;

	list_view_draw(state, model, ui, canvas);
	sessions_draw_titles(state, canvas);
	sessions_draw_foot(state, model, canvas);
}

/* ---- acting ---- */

static enum redraw sessions_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct sessions *state = arg;
	const struct session *session = selected(state, model);

	if (list_view_act(state, model, ui, action))
		return REDRAW_BODY;
	if (action == ACTION_CREATE) {
		ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
	} else if (session && action == ACTION_OPEN) {
		ui_open(ui, &view_pins, session->key);
	} else {
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static void sessions_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct session *session = selected(arg, model);

	if (!session)
		return;
	ret_selection->kind = SELECTED_SESSION;
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(session->key));
}

static bool sessions_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct sessions *state = arg;

	if (!environment_session(model->env, str_of(selection->session)))
		return false;
	list_view_reveal(&state->list, selection->session);
	return true;
}

const struct view view_sessions = {
	.name = "sessions",
	.title = "Sessions",
	.key = '3',
	.area = AREA_SESSIONS,
	.list = &sessions_list,
	.position = list_view_position,
	.create = sessions_create,
	.destroy = sessions_destroy,
	.prepare = sessions_prepare,
	.draw_title = list_view_draw_title,
	.draw = sessions_draw,
	.act = sessions_act,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
	.sort = list_view_sort,
	.selected = sessions_selected,
	.reveal = sessions_reveal,
	.mouse = list_view_mouse,
	.keep = list_view_keep,
	.restore = list_view_restore,
};
