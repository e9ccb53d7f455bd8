/*
 * View 3, Sessions: who routes what elsewhere. Enter shows a session's pins (pins.c). Acts by command lines
 * only.
 *
 * Invariant: the selection is a key, and looked up again when sessions come and go.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include "tui/views/cells.h"
#include "tui/views/matrix.h"
#include "tui/views/session_actions.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum {
	COLUMN_KEY,
	COLUMN_OWNER,
	COLUMN_POLICY,
	COLUMN_AGE,
	COLUMN_EXPIRES,
	COLUMN_COUNT,
	COLUMN_PINS,
	COLUMN_TOTAL
};

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_KEY] = {"SESSION", 18, 30, 3, 0, false, 'n'},
	[COLUMN_OWNER] = {"OWNER", 8, 16, 2, 3, false, 'o'},
	[COLUMN_POLICY] = {"POLICY", 7, 0, 2, 2, false, 0},
	[COLUMN_AGE] = {"AGE", 4, 0, 2, 4, true, 'a'},
	[COLUMN_EXPIRES] = {"EXPIRES", 7, 0, 1, 1, true, 'x'},
	[COLUMN_COUNT] = {"PINS", 4, 0, 2, 0, true, 'i'},
	[COLUMN_PINS] = {"SERVICE=VERSION", 16, 200, 2, 0, false, 0},
};

static const struct {
	char letter;
	const char *name;
} orders[] = {{'n', "name"}, {'o', "owner"}, {'a', "age"}, {'x', "expires"}, {'i', "pins"}};

struct sessions {
	uint32_t *rows; /* into the environment's sessions */
	size_t count;
	size_t cap;
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	struct matrix matrix; /* in the last column, when it fits */
	struct filter *filter;
	char filter_text[LIMIT_FILTER + 1];
	char order;
	bool reverse;
	bool stale;
	bool moved; /* a person chose the row; until then it is the first, whatever comes */
	char key[LIMIT_SESSION_KEY + 1];
	char command[COMMAND_MAX];
};

static void *sessions_create(void)
{
	struct sessions *state = xcalloc(1, sizeof(*state));

	state->order = 'n';
	state->stale = true;
	return state;
}

static void sessions_destroy(void *arg)
{
	struct sessions *state = arg;

	filter_destroy(state->filter);
	free(state->rows);
	free(state);
}

static const struct session *session_at(
	const struct sessions *state, const struct model *model, size_t row)
{
	if (row >= state->count || state->rows[row] >= model->env->session_count)
		return NULL;
	return model->env->sessions[state->rows[row]];
}

static const struct session *selected(const struct sessions *state, const struct model *model)
{
	return session_at(state, model, state->list.selected);
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

static void build(struct sessions *state, const struct model *model)
{
	struct order_context context = {model, state->order, state->reverse};

	state->stale = false;
	state->count = 0;
	array_reserve(
		&state->rows, &state->cap, model->env->session_count + 1, sizeof(*state->rows));
	for (size_t i = 0; i < model->env->session_count; i++)
		if (!state->filter ||
			filter_match_session(state->filter, model->env->sessions[i], model->now_ms))
			state->rows[state->count++] = (uint32_t)i;
	if (state->count > 1)
		qsort_r(state->rows, state->count, sizeof(*state->rows), compare_rows, &context);
	state->list.count = state->count;
	for (size_t i = 0; state->moved && i < state->count; i++) {
		if (strcmp(model->env->sessions[state->rows[i]]->key, state->key) == 0) {
			list_follow(&state->list, i);
			return;
		}
	}
}

/* The matrix goes before the age, and before nothing else; where it does not fit, pins are a list. */
static void place(struct sessions *state, const struct model *model, int cols)
{
	struct column_spec specs[COLUMN_TOTAL];
	int width = matrix_make(&state->matrix, model->env, state->rows, state->count);

	memcpy(specs, columns, sizeof(specs));
	specs[COLUMN_PINS].min = width;
	specs[COLUMN_PINS].max = 0;
	if (width > 0 && columns_place(specs, COLUMN_TOTAL, cols, state->placed) <= cols &&
		state->placed[COLUMN_OWNER].width > 0)
		return;
	state->matrix.count = 0;
	(void)columns_place(columns, COLUMN_TOTAL, cols, state->placed);
}

static void sessions_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct sessions *state = arg;

	(void)ui;
	state->list.height = rows > 4 ? (size_t)rows - 3 : 1;
	if (parts & MODEL_SESSIONS || state->stale) {
		build(state, model);
		parts |= MODEL_SESSIONS;
	}
	list_resize(&state->list, state->count, state->list.height);
	place(state, model, cols - 1);
	if (parts & MODEL_SESSIONS)
		remember(state, model);
}

/* ---- drawing ---- */

/* A pin as one sees it: quiet when it serves, with a mark when it does not. Returns the cells it took. */
static int draw_pin(const struct model *model, const struct canvas *canvas, int y, int x, int cols,
	const char *service, const char *pin)
{
	const struct version *version =
		environment_version(model->env, str_of(service), str_of(pin));
	int from = x;

	if (version && version_is_ready(version))
		return canvas_run_c(canvas, y, x, cols, ROLE_EPHEMERAL, pin);
	x += 1 + canvas_glyph(canvas, y, x,
			 version ? cell_state_role(version->state) : ROLE_WARNING,
			 version ? cell_state_glyph(version->state) : GLYPH_WARNING);
	x += canvas_run_c(canvas, y, x, cols - (x - from),
		version ? cell_state_role(version->state) : ROLE_WARNING, pin);
	return x - from;
}

static void draw_in_matrix(const struct sessions *state, const struct model *model,
	const struct canvas *canvas, int y, const struct session *session)
{
	for (size_t i = 0; i < state->matrix.count; i++) {
		const struct matrix_column *column = &state->matrix.columns[i];
		const char *pin = session_pin(session, str_of(column->service));
		int x = state->placed[COLUMN_PINS].x + column->x;

		if (pin)
			(void)draw_pin(model, canvas, y, x, column->width, column->service, pin);
		else
			(void)canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_NONE);
	}
}

/* "booking=pr-482  pricing=pr-482", as many as fit, and how many more there are. */
static void draw_in_list(const struct model *model, const struct canvas *canvas, int y, int x,
	int cols, const struct session *session)
{
	int end = x + cols;

	for (size_t i = 0; i < session->pins.count; i++) {
		const struct dict_entry *pin = &session->pins.entries[i];
		bool last = i + 1 == session->pins.count;
		int need = (int)(strlen(pin->key) + strlen(pin->value)) + 3 + (last ? 0 : 5);
		char more[32];

		if (i > 0 && x + need > end) {
			(void)snprintf(more, sizeof(more), "+%zu", session->pins.count - i);
			(void)canvas_run_c(canvas, y, x, end - x, ROLE_FIGURE, more);
			return;
		}
		x += canvas_run_c(canvas, y, x, end - x, ROLE_QUIET, pin->key);
		x += canvas_run_c(canvas, y, x, end - x, ROLE_QUIET, "=");
		x += draw_pin(model, canvas, y, x, end - x, pin->key, pin->value) + 2;
	}
}

static void draw_pins(const struct sessions *state, const struct model *model,
	const struct canvas *canvas, int y, const struct session *session)
{
	const struct placed *at = &state->placed[COLUMN_PINS];

	if (session->pins.count == 0)
		(void)canvas_run_c(
			canvas, y, at->x, at->width, ROLE_QUIET, "pins nothing: stable everywhere");
	else if (state->matrix.count > 0)
		draw_in_matrix(state, model, canvas, y, session);
	else
		draw_in_list(model, canvas, y, at->x, at->width, session);
}

/* Over the matrix each service has a title of its own. */
static void draw_titles(const struct sessions *state, const struct canvas *canvas)
{
	const struct placed *at = &state->placed[COLUMN_PINS];

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	if (state->matrix.count > 0)
		canvas_clear(canvas, 0, at->x);
	for (size_t i = 0; i < state->matrix.count; i++)
		(void)canvas_run_c(canvas, 0, at->x + state->matrix.columns[i].x,
			state->matrix.columns[i].width, ROLE_HEADING,
			state->matrix.columns[i].service);
}

static void draw_session(const struct sessions *state, const struct model *model,
	const struct ui *ui, const struct canvas *canvas, int y, const struct session *session,
	bool is_selected)
{
	const struct placed *at = state->placed;
	char text[32];
	enum role role;

	canvas_text_found(canvas, y, at[COLUMN_KEY].x, at[COLUMN_KEY].width,
		is_selected ? ROLE_SELECTED : ROLE_SESSION, str_of(session->key), str_of(ui->find));
	if (at[COLUMN_OWNER].width > 0)
		canvas_text_found(canvas, y, at[COLUMN_OWNER].x, at[COLUMN_OWNER].width, ROLE_BASE,
			str_of(session->owner), str_of(ui->find));
	if (at[COLUMN_POLICY].width > 0)
		canvas_c(canvas, y, at[COLUMN_POLICY].x, at[COLUMN_POLICY].width,
			session->policy == POLICY_STRICT ? ROLE_STRONG : ROLE_QUIET,
			session_policy_names[session->policy]);
	if (at[COLUMN_AGE].width > 0)
		canvas_right(canvas, y, at[COLUMN_AGE].x, at[COLUMN_AGE].width, ROLE_BASE,
			canvas_age(canvas, session->created_at, text));
	if (at[COLUMN_EXPIRES].width > 0) {
		role = cell_expires(canvas, session->expires_at, text);
		canvas_right(canvas, y, at[COLUMN_EXPIRES].x, at[COLUMN_EXPIRES].width, role, text);
	}
	(void)snprintf(text, sizeof(text), "%zu", session->pins.count);
	canvas_right(canvas, y, at[COLUMN_COUNT].x, at[COLUMN_COUNT].width, ROLE_FIGURE, text);
	draw_pins(state, model, canvas, y, session);
}

static void sessions_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct sessions *state = arg;
	int x = 1;

	draw_titles(state, canvas);
	for (size_t i = 0; i < state->list.height; i++) {
		size_t row = state->list.top + i;
		const struct session *session = session_at(state, model, row);
		int y = (int)i + 1;

		canvas_clear(canvas, y, 0);
		if (!session)
			continue;
		if (row == state->list.selected)
			(void)canvas_glyph(canvas, y, 1, ROLE_MARK, GLYPH_MARK);
		draw_session(state, model, ui, canvas, y, session, row == state->list.selected);
	}
	if (state->count == 0) {
		canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
			model->env->session_count == 0 ? "There is no session yet."
						       : "Nothing matches the filter.");
		canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
			"c creates one: a key, and what it pins. Requests that carry it are yours "
			"alone.");
	}
	canvas_rule(canvas, canvas->rows - 2);
	canvas_clear(canvas, canvas->rows - 1, 0);
	x += canvas_run_c(canvas, canvas->rows - 1, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, canvas->rows - 1, x, canvas->cols - x - 1, ROLE_COMMAND,
		state->count > 0 ? state->command
				 : "umbra session create NAME --pin SERVICE=VERSION");
}

static const char *order_name(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (orders[i].letter == letter)
			return orders[i].name;
	return "";
}

static void sessions_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct sessions *state = arg;
	char text[LIMIT_FILTER + 64];

	(void)ui;
	if (state->filter_text[0] != '\0')
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   sort: %s%s",
			state->filter_text, model->env->session_count - state->count,
			order_name(state->order), state->reverse ? " reversed" : "");
	else
		(void)snprintf(text, sizeof(text), "sort: %s%s", order_name(state->order),
			state->reverse ? " reversed" : "");
	canvas_right(canvas, 0, 2, canvas->cols - 2,
		state->filter_text[0] ? ROLE_STAGED : ROLE_QUIET, text);
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
	ui_say(ui, ROLE_DONE, "%s of %s is your session until you leave: p pins to it",
		session->key, session->owner ? session->owner : "nobody");
}

static enum redraw sessions_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct sessions *state = arg;
	const struct session *session = selected(state, model);

	state->moved = true;
	if (list_move(&state->list, action)) {
		remember(state, model);
		return REDRAW_BODY;
	}
	if (action == ACTION_CREATE) {
		ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
	} else if (action == ACTION_REVERSE) {
		state->reverse = !state->reverse;
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
	struct filter *filter = filter_parse(str_of(text), ret_column, eb);

	(void)model;
	if (!filter)
		return ERR_BAD_FILTER;
	filter_destroy(state->filter);
	state->filter = filter;
	str_copy(state->filter_text, sizeof(state->filter_text), str_of(text));
	state->stale = true;
	return ERR_NONE;
}

static const char *sessions_filter(const void *arg)
{
	const struct sessions *state = arg;

	return state->filter_text;
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
	size_t at = state->list.selected;

	for (size_t i = 0; i < state->count; i++) {
		const struct session *session;

		if (!(stay && i == 0))
			at = back ? (at + state->count - 1) % state->count
				  : (at + 1) % state->count;
		session = session_at(state, model, at);
		if (session && has_text(session, text)) {
			state->moved = true;
			list_select(&state->list, at);
			remember(state, model);
			return true;
		}
	}
	return false;
}

static bool sessions_sort(void *arg, const struct model *model, char letter)
{
	struct sessions *state = arg;

	(void)model;
	if (order_name(letter)[0] == '\0')
		return false;
	state->order = letter;
	state->reverse = false;
	state->stale = true;
	return true;
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

const struct view view_sessions = {
	.name = "sessions",
	.title = "Sessions",
	.key = '3',
	.area = AREA_SESSIONS,
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
};
