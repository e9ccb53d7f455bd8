/*
 * View 3, Sessions: who routes what elsewhere. Enter shows a session's pins (pins.c). Acts by command lines
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

#include "tui/views/sessions/actions.h"
#include "tui/views/sessions/internal.h"
#include "tui/ui/draw_text.h"

static const struct sort_order orders[] = {{'n', "name", true}, {'o', "owner", true},
	{'a', "age", true}, {'x', "expires", true}, {'i', "pins", false}};

static void *sessions_create(void)
{
	struct sessions *state = xcalloc(1, sizeof(*state));

	sorting_init(&state->sorting, orders, ARRAY_LEN(orders));
	state->stale = true;
	return state;
}

static void sessions_destroy(void *arg)
{
	struct sessions *state = arg;

	filtering_finish(&state->filtering);
	free(state->rows);
	free(state);
}

const struct session *sessions_at(
	const struct sessions *state, const struct model *model, size_t row)
{
	if (row >= state->count || state->rows[row] >= model->env->session_count)
		return NULL;
	return model->env->sessions[state->rows[row]];
}

static const struct session *selected(const struct sessions *state, const struct model *model)
{
	return sessions_at(state, model, state->list.selected);
}

static void remember(struct sessions *state, const struct model *model)
{
	const struct session *session = selected(state, model);
	struct command_vars vars;

	str_copy(state->key, sizeof(state->key), str_of(session ? session->key : ""));
	memset(&vars, 0, sizeof(vars));
	vars.session = str_of(state->key);
	ui_command(state->command, keymap_binding(AREA_SESSIONS, ACTION_OPEN)->command, &vars);
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

static void add_row(struct sessions *state, const struct session *session, uint32_t at)
{
	int cols = (int)strlen(session->key);

	state->rows[state->count++] = at;
	if (cols > state->key_cols)
		state->key_cols = cols;
}

static void build(struct sessions *state, const struct model *model)
{
	struct order_context context = {
		model, sorting_letter(&state->sorting), state->sorting.reverse};
	const struct filter *filter = state->filtering.filter;

	state->stale = false;
	state->count = 0;
	state->key_cols = 0;
	array_reserve(
		&state->rows, &state->cap, model->env->session_count + 1, sizeof(*state->rows));
	for (size_t i = 0; i < model->env->session_count; i++)
		if (!filter || filter_match_session(filter, model->env->sessions[i], model->now_ms))
			add_row(state, model->env->sessions[i], (uint32_t)i);
	if (state->count > 1)
		qsort_r(state->rows, state->count, sizeof(*state->rows), compare_rows, &context);
	state->matrix_cols = pin_matrix_make(&state->matrix, model->env, state->rows, state->count);
	state->list.count = state->count;
	for (size_t i = 0; state->moved && i < state->count; i++) {
		if (strcmp(model->env->sessions[state->rows[i]]->key, state->key) == 0) {
			list_cursor_follow(&state->list, i);
			return;
		}
	}
}

static void sessions_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct sessions *state = arg;

	(void)ui;
	if (parts & MODEL_SESSIONS || state->stale) {
		build(state, model);
		parts |= MODEL_SESSIONS;
	}
	sessions_lay_out(state, rows, cols);
	list_cursor_resize(&state->list, state->count, state->list.height);
	if (parts & MODEL_SESSIONS)
		remember(state, model);
}

/* ---- drawing ---- */

static void draw_empty(const struct model *model, const struct canvas *canvas)
{
	bool none = model->env->session_count == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "There is no session yet." : "Nothing matches the filter.");
	(void)draw_text_keys(canvas, 3, 3, ROLE_QUIET,
		none ? "{sessions.create} creates one: a key, and what it pins. Only requests that "
		       "carry the key are sent elsewhere."
		     : "{list.filter} changes it, {global.back} shows all again.");
}

static void sessions_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct sessions *state = arg;

	sessions_draw_titles(state, canvas);
	for (size_t i = 0; i < state->list.height; i++)
		sessions_draw_row(state, model, ui, canvas, (int)i + 1, state->list.top + i);
	if (state->count == 0)
		draw_empty(model, canvas);
	sessions_draw_foot(state, model, canvas);
}

static void sessions_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct sessions *state = arg;
	char text[LIMIT_FILTER + 64] = "";

	(void)ui;
	if (state->filtering.filter)
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   ",
			state->filtering.text, model->env->session_count - state->count);
	sorting_draw(&state->sorting, canvas, 1, text[0] ? ROLE_STAGED : ROLE_QUIET, text);
}

/* ---- acting ---- */

static void use(const struct session *session, struct ui *ui)
{
	if (strcmp(ui->session, session->key) == 0) {
		ui->session[0] = '\0';
		ui_say(ui, ROLE_DONE, "%s is no longer your session; it goes on", session->key);
		return;
	}
	str_copy(ui->session, sizeof(ui->session), str_of(session->key));
	ui_say(ui, ROLE_DONE,
		"%s of %s is your session until you leave: {services.pin} in Services pins to it",
		session->key, session->owner ? session->owner : "nobody");
}

static enum redraw sessions_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct sessions *state = arg;
	const struct session *session = selected(state, model);

	state->moved = true;
	if (list_cursor_move(&state->list, keymap_motion(action))) {
		remember(state, model);
		return REDRAW_BODY;
	}
	if (action == ACTION_CREATE) {
		ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
	} else if (action == ACTION_REVERSE) {
		state->sorting.reverse = !state->sorting.reverse;
		state->stale = true;
	} else if (session && action == ACTION_OPEN) {
		ui_open(ui, &view_pins, session->key);
	} else if (session && action == ACTION_USE) {
		use(session, ui);
		return REDRAW_ALL;
	} else if (!session || !session_act(session, ui, action)) {
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static enum redraw sessions_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct sessions *state = arg;

	(void)model;
	return session_answer(state->key, ui, question, text) ? REDRAW_ALL : REDRAW_NONE;
}

static enum err sessions_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct sessions *state = arg;
	enum err err = filtering_set(&state->filtering, FILTERED_SESSIONS, text, ret_column, eb);

	(void)model;
	state->stale |= err == ERR_NONE;
	return err;
}

static const char *sessions_filter(const void *arg)
{
	const struct sessions *state = arg;

	return state->filtering.text;
}

static bool has_text(const struct session *session, struct str text)
{
	struct str fields[] = {str_of(session->key), str_of(session->name), str_of(session->owner)};

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

static bool sessions_find(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct sessions *state = arg;

	for (size_t i = 0; i < state->list.count; i++) {
		size_t at = list_cursor_around(&state->list, i, back, stay);
		const struct session *session = sessions_at(state, model, at);

		if (!session || !has_text(session, text))
			continue;
		state->moved = true;
		list_cursor_select(&state->list, at);
		remember(state, model);
		return true;
	}
	return false;
}

static bool sessions_sort(void *arg, const struct model *model, char letter)
{
	struct sessions *state = arg;

	(void)model;
	state->stale = true;
	return sorting_take(&state->sorting, letter);
}

static void sessions_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct sessions *state = arg;

	if (!selected(state, model))
		return;
	ret_selection->kind = SELECTED_SESSION;
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(state->key));
}

static bool sessions_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct sessions *state = arg;

	if (!environment_session(model->env, str_of(selection->session)))
		return false;
	str_copy(state->key, sizeof(state->key), str_of(selection->session));
	state->moved = true;
	state->stale = true;
	return true;
}

static enum mouse_answer sessions_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct sessions *state = arg;
	const struct table table = {
		&state->list, sessions_columns, SESSIONS_TOTAL, state->placed, &state->sorting};
	bool sorted;
	enum mouse_answer answer = table_mouse(&table, mouse, &sorted);

	(void)ui;
	state->stale |= sorted;
	state->moved |= answer != MOUSE_IGNORED;
	if (answer != MOUSE_IGNORED && !sorted)
		remember(state, model);
	return answer;
}

static void sessions_keep(const void *arg, struct cJSON *object)
{
	sorting_keep(&((const struct sessions *)arg)->sorting, object);
}

static void sessions_restore(void *arg, const struct cJSON *object)
{
	sorting_restore(&((struct sessions *)arg)->sorting, object);
}

const struct view view_sessions = {
	.name = "sessions",
	.title = "Sessions",
	.key = '3',
	.area = AREA_SESSIONS,
	.list_at = offsetof(struct sessions, list),
	.create = sessions_create,
	.destroy = sessions_destroy,
	.prepare = sessions_prepare,
	.draw_title = sessions_draw_title,
	.draw = sessions_draw,
	.act = sessions_act,
	.answer = sessions_answer,
	.set_filter = sessions_set_filter,
	.filter = sessions_filter,
	.find = sessions_find,
	.sort = sessions_sort,
	.sort_letters = "n name   o owner   a age   x expires   i pins",
	.selected = sessions_selected,
	.reveal = sessions_reveal,
	.mouse = sessions_mouse,
	.keep = sessions_keep,
	.restore = sessions_restore,
};
