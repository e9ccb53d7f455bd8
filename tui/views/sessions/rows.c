/*
 * The rows of the Sessions view, and what is said below them of the selected one. Called by sessions.c; const,
 * nothing allocated. What does not serve is marked wherever it is: a pin that leads nowhere is why people look.
 */
#include <stdio.h>
#include <string.h>

#include "tui/ui/draw_text.h"
#include "tui/views/describe.h"
#include "tui/widgets/format.h"
#include "tui/views/sessions/internal.h"

static const struct column_spec sessions_specs[SESSIONS_TOTAL] = {
	[SESSIONS_KEY] = {"SESSION", 18, 30, 3, 0, false, 'n'},
	[SESSIONS_OWNER] = {"OWNER", 8, 16, 2, 3, false, 'o'},
	[SESSIONS_POLICY] = {"POLICY", 7, 0, 2, 2, false, 0},
	[SESSIONS_AGE] = {"AGE", 4, 0, 2, 4, true, 'a'},
	[SESSIONS_EXPIRES] = {"EXPIRES", 7, 0, 1, 1, true, 'x'},
	[SESSIONS_COUNT] = {"PINS", 5, 0, 1, 0, true, 'i'},
	[SESSIONS_PINS] = {"SERVICE=VERSION", 22, 200, 2, 0, false, 0},
};

const struct column_set sessions_columns = {sessions_specs, NULL, SESSIONS_TOTAL};

enum { BELOW_ROWS = 24, BELOW_SIZE = 3 };

/* The matrix goes before the age, and before nothing else; where it does not fit, pins are a list. */
static void place(struct sessions *state, int cols)
{
	struct column_spec specs[SESSIONS_TOTAL];

	memcpy(specs, sessions_specs, sizeof(specs));
	if (state->key_cols < specs[SESSIONS_KEY].max)
		specs[SESSIONS_KEY].max = state->key_cols;
	specs[SESSIONS_PINS].min = state->matrix_cols;
	specs[SESSIONS_PINS].max = 0;
	state->as_matrix = state->matrix_cols > 0 &&
			   columns_place(specs, SESSIONS_TOTAL, cols, state->list.placed) <= cols &&
			   state->list.placed[SESSIONS_OWNER].width > 0;
	if (state->as_matrix)
		return;
	specs[SESSIONS_PINS] = sessions_specs[SESSIONS_PINS];
	(void)columns_place(specs, SESSIONS_TOTAL, cols, state->list.placed);
}

void sessions_lay_out(struct sessions *state, int rows, int cols)
{
	int foot = rows >= BELOW_ROWS ? BELOW_SIZE + 1 : 1;

	state->below = rows >= BELOW_ROWS;
	list_view_resize(&state->list, rows - foot - 1, cols - 1);
	place(state, cols - 1);
}

/* How a pin looks: quiet when it serves, with a mark when it does not. */
struct pin_look {
	bool serves;
	enum role role;
	enum glyph glyph;
};

static struct pin_look look_of(const struct model *model, const char *service, const char *pin)
{
	const struct version *version =
		environment_version(model->env, str_of(service), str_of(pin));

	if (!version)
		return (struct pin_look){false, ROLE_WARNING, GLYPH_WARNING};
	if (version_is_ready(version))
		return (struct pin_look){true, ROLE_EPHEMERAL, GLYPH_COUNT};
	return (struct pin_look){
		false, format_state_role(version->state), format_state_glyph(version->state)};
}

static void draw_in_matrix(const struct sessions *state, const struct model *model,
	const struct canvas *canvas, int y, const struct session *session)
{
	for (size_t i = 0; i < state->matrix.count; i++) {
		const struct pin_matrix_column *column = &state->matrix.columns[i];
		const char *pin = session_pin(session, str_of(column->service));
		int x = state->list.placed[SESSIONS_PINS].x + column->x;
		struct pin_look look;

		if (!pin) {
			(void)canvas_glyph(canvas, y, x, ROLE_QUIET, GLYPH_NONE);
			continue;
		}
		look = look_of(model, column->service, pin);
		if (!look.serves)
			x += 1 + canvas_glyph(canvas, y, x, look.role, look.glyph);
		(void)canvas_run_c(canvas, y, x, column->width, look.role, pin);
	}
}

static size_t broken_pins(const struct model *model, const struct session *session)
{
	size_t count = 0;

	for (size_t i = 0; i < session->pins.count; i++)
		count += !look_of(
			model, session->pins.entries[i].key, session->pins.entries[i].value)
				  .serves;
	return count;
}

struct pin_list {
	const struct model *model;
	const struct canvas *canvas;
	int y, x, end;
	size_t left; /* pins that are not drawn yet */
};

enum { MARK_COLS = 2, MORE_COLS = 5 };

static void draw_pin(
	struct pin_list *list, const struct dict_entry *pin, const struct pin_look *look, int end)
{
	const struct canvas *canvas = list->canvas;

	if (!look->serves)
		list->x += 1 + canvas_glyph(canvas, list->y, list->x, look->role, look->glyph);
	list->x += canvas_run_c(canvas, list->y, list->x, end - list->x, ROLE_QUIET, pin->key);
	list->x += canvas_run_c(canvas, list->y, list->x, end - list->x, ROLE_QUIET, "=");
	list->x += canvas_run_c(canvas, list->y, list->x, end - list->x, look->role, pin->value);
	list->x += 2;
	list->left--;
}

/* Those that serve, or those that do not; false: there was no room for one of them. */
static bool draw_those(struct pin_list *list, const struct session *session, bool serving)
{
	for (size_t i = 0; i < session->pins.count; i++) {
		const struct dict_entry *pin = &session->pins.entries[i];
		struct pin_look look = look_of(list->model, pin->key, pin->value);
		int end = list->end - (list->left > 1 ? MORE_COLS : 0);
		int need = (int)(strlen(pin->key) + strlen(pin->value)) + 1 +
			   (serving ? 0 : MARK_COLS);

		if (look.serves != serving)
			continue;
		if (list->left < session->pins.count && list->x + need > end)
			return false;
		draw_pin(list, pin, &look, end);
	}
	return true;
}

/* "booking=pr-482  pricing=pr-482", those that do not serve first, as many as fit, and how many more there are. */
static void draw_in_list(const struct model *model, const struct canvas *canvas, int y, int x,
	int cols, const struct session *session)
{
	struct pin_list list = {model, canvas, y, x, x + cols, session->pins.count};
	char more[32];

	if (draw_those(&list, session, false) && draw_those(&list, session, true))
		return;
	(void)snprintf(more, sizeof(more), "+%zu", list.left);
	(void)canvas_run_c(canvas, y, list.x, list.end - list.x, ROLE_FIGURE, more);
}

static void draw_pins(const struct sessions *state, const struct model *model,
	const struct canvas *canvas, int y, const struct session *session)
{
	const struct placed *at = &state->list.placed[SESSIONS_PINS];

	if (session->pins.count == 0)
		(void)canvas_run_c(
			canvas, y, at->x, at->width, ROLE_QUIET, "pins nothing: stable everywhere");
	else if (state->as_matrix)
		draw_in_matrix(state, model, canvas, y, session);
	else
		draw_in_list(model, canvas, y, at->x, at->width, session);
}

/* How many there are, and whether one of them leads nowhere. */
static void draw_count(const struct model *model, const struct canvas *canvas, int y,
	const struct placed *at, const struct session *session)
{
	bool broken = broken_pins(model, session) > 0;
	char text[32];

	(void)snprintf(text, sizeof(text), "%zu", session->pins.count);
	canvas_right(canvas, y, at->x, at->width, broken ? ROLE_WARNING : ROLE_FIGURE, text);
	if (broken)
		(void)canvas_glyph(canvas, y, at->x + at->width - 2 - (int)strlen(text),
			ROLE_WARNING, GLYPH_WARNING);
}

void sessions_draw_titles(const struct sessions *state, const struct canvas *canvas)
{
	const struct placed *at = &state->list.placed[SESSIONS_PINS];

	if (!state->as_matrix)
		return;
	canvas_clear(canvas, 0, at->x);
	for (size_t i = 0; i < state->matrix.count; i++)
		(void)canvas_run_c(canvas, 0, at->x + state->matrix.columns[i].x,
			state->matrix.columns[i].width, ROLE_HEADING,
			state->matrix.columns[i].service);
}

/* Yours is checked. */
static void draw_key(const struct sessions *state, const struct ui *ui, const struct canvas *canvas,
	int y, const struct session *session, bool is_selected)
{
	const struct placed *at = &state->list.placed[SESSIONS_KEY];

	if (strcmp(session->key, ui->session) == 0)
		(void)canvas_glyph(canvas, y, at->x - 2, ROLE_STAGED, GLYPH_CHECK);
	canvas_text_found(canvas, y, at->x, at->width, is_selected ? ROLE_SELECTED : ROLE_SESSION,
		str_of(session->key), str_of(ui->find));
}

void sessions_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row)
{
	const struct sessions *state = arg;
	const struct session *session = sessions_at(state, model, row);
	const struct placed *at = state->list.placed;
	char text[AGE_SIZE];

	if (!session)
		return;
	draw_key(state, ui, canvas, y, session, row == state->list.cursor.selected);
	if (at[SESSIONS_OWNER].width > 0)
		canvas_text_found(canvas, y, at[SESSIONS_OWNER].x, at[SESSIONS_OWNER].width,
			ROLE_BASE, str_of(session->owner), str_of(ui->find));
	if (at[SESSIONS_POLICY].width > 0)
		canvas_c(canvas, y, at[SESSIONS_POLICY].x, at[SESSIONS_POLICY].width,
			session->policy == POLICY_STRICT ? ROLE_STRONG : ROLE_QUIET,
			session_policy_names[session->policy]);
	if (at[SESSIONS_AGE].width > 0)
		canvas_right(canvas, y, at[SESSIONS_AGE].x, at[SESSIONS_AGE].width, ROLE_BASE,
			canvas_age(canvas, session->created_at, text));
	if (at[SESSIONS_EXPIRES].width > 0)
		format_put_expires(canvas, y, at[SESSIONS_EXPIRES].x, at[SESSIONS_EXPIRES].width,
			session->expires_at);
	draw_count(model, canvas, y, &at[SESSIONS_COUNT], session);
	draw_pins(state, model, canvas, y, session);
}

static void draw_below(
	const struct model *model, const struct canvas *canvas, const struct session *session)
{
	char text[512];
	enum role role;
	int x = 1;

	x += canvas_run_c(canvas, 1, x, LIMIT_SESSION_KEY, ROLE_SESSION, session->key) + 2;
	(void)snprintf(text, sizeof(text), "of %s, %s", session->owner ? session->owner : "nobody",
		session->policy == POLICY_STRICT
			? "strict: 503 where a pinned version does not serve"
			: "lenient: stable where a pinned version does not serve");
	canvas_c(canvas, 1, x, canvas->cols - x - 1, ROLE_BASE, text);
	role = describe_session_sentence(model, session, text, sizeof(text));
	canvas_c(canvas, 2, 1, canvas->cols - 1, role, text);
}

void sessions_draw_foot(
	const struct sessions *state, const struct model *model, const struct canvas *canvas)
{
	const struct session *session = sessions_at(state, model, state->list.cursor.selected);
	int last = canvas->rows - 1;

	if (state->below) {
		struct canvas below =
			canvas_part(canvas, last - BELOW_SIZE, 0, BELOW_SIZE, canvas->cols);

		canvas_rule(&below, 0);
		canvas_clear_rows(&below, 1, BELOW_SIZE - 1);
		if (session)
			draw_below(model, &below, session);
	}
	draw_text_command(canvas, last,
		state->command ? state->command
			       : "umbra session create NAME --pin SERVICE=VERSION");
}
