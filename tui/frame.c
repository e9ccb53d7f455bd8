/*
 * The picture: header, tabs, crumbs, the view's body, and the last rows (hints, or the prompt). Pure drawing
 * from (model, ui, view state); called by the app once a frame.
 *
 *   row 0     umbra, environment, connection, totals, your session
 *   row 1     tabs
 *   row 2     crumbs, and what the view says of itself
 *   row 3..   the view
 *   last      hints, a message, or the prompt
 */
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"

#include "tui/app_internal.h"
#include "tui/keys.h"

enum { MIN_ROWS = 15, MIN_COLS = 60, HEAD_ROWS = 3 };

/* ---- header ---- */

static enum role connection_text(
	const struct model *model, const struct canvas *canvas, char *dst, size_t size)
{
	char age[AGE_SIZE] = "";

	switch (model->feed.state) {
	case FEED_LIVE:
		(void)snprintf(dst, size, "live");
		return ROLE_LIVE;
	case FEED_CONNECTING:
		(void)snprintf(dst, size, "connecting");
		return ROLE_STARTING;
	default:
		if (model->feed.login) {
			(void)snprintf(dst, size, " AUTH expired ");
			return ROLE_STALE;
		}
		if (model->feed.last_byte_ms > 0)
			(void)canvas_age(canvas, model->feed.last_byte_ms, age);
		if (age[0] != '\0')
			(void)snprintf(dst, size, " STALE %s ", age);
		else
			(void)snprintf(dst, size, " NOT CONNECTED ");
		return ROLE_STALE;
	}
}

struct total {
	char text[64];
	enum role role;
	int drop; /* the highest goes first where there is no room */
};

/* The totals that fit, right-aligned; those with the highest `drop` are left out first. */
static void draw_totals(const struct canvas *canvas, struct total *totals, size_t count, int from)
{
	int x = canvas->cols - 1;

	for (;;) {
		int width = 0;
		size_t worst = count;

		for (size_t i = 0; i < count; i++) {
			if (totals[i].text[0] == '\0')
				continue;
			width += (int)text_cells(str_of(totals[i].text)) + 2;
			if (worst == count || totals[i].drop > totals[worst].drop)
				worst = i;
		}
		if (worst == count || width <= canvas->cols - from - 1)
			break;
		totals[worst].text[0] = '\0';
	}
	for (size_t i = count; i-- > 0;) {
		int cells = (int)text_cells(str_of(totals[i].text));

		if (cells == 0)
			continue;
		x -= cells;
		(void)canvas_run_c(canvas, 0, x, cells, totals[i].role, totals[i].text);
		x -= 2;
	}
}

static void count_text(char dst[64], size_t count, const char *noun)
{
	(void)snprintf(dst, 64, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static bool mine_is_gone(const struct app *app)
{
	return !environment_session(app->model.env, str_of(app->ui.session));
}

/* What stands on a ground of its own takes the blanks around it, and moves nothing. */
static int draw_environment(const struct app *app, const struct canvas *canvas, int x)
{
	const char *name = app->model.name[0] ? app->model.name : app->model.url;
	int end = x + canvas_run_c(canvas, 0, x, 24, ROLE_ENVIRONMENT, name);

	if (app->theme.styles[ROLE_ENVIRONMENT].has_ground) {
		(void)canvas_run_c(canvas, 0, x - 1, 1, ROLE_ENVIRONMENT, " ");
		(void)canvas_run_c(canvas, 0, end, 1, ROLE_ENVIRONMENT, " ");
	}
	if (app->model.demo)
		end += canvas_run_c(canvas, 0, end + 1, 6, ROLE_DEMO, " DEMO ");
	return end + 2;
}

static void draw_header(const struct app *app, const struct canvas *canvas)
{
	const struct model *model = &app->model;
	struct total totals[6];
	char text[300];
	enum role role;
	int x = 1;

	memset(totals, 0, sizeof(totals));
	canvas_clear(canvas, 0, 0);
	x += canvas_run_c(canvas, 0, x, 8, ROLE_BRAND, "umbra") + 2;
	x = draw_environment(app, canvas, x);
	role = connection_text(model, canvas, text, sizeof(text));
	x += canvas_run_c(canvas, 0, x, 24, role, text) + 2;
	if (model->feed.state == FEED_STALE && model->known) {
		(void)snprintf(text, sizeof(text), "%s%s",
			model->feed.login ? "log in again, C-l tries now. " : "", model->feed.why);
		(void)canvas_run_c(canvas, 0, x, canvas->cols - x - 1, ROLE_UNHEALTHY, text);
		return;
	}
	if (!model->known)
		return;
	count_text(totals[0].text, model->env->node_count, "service");
	count_text(totals[1].text, model->env->version_count, "version");
	count_text(totals[2].text, model->env->session_count, "session");
	(void)snprintf(totals[3].text, 64, "%.1f req/s", model->rate);
	(void)snprintf(totals[4].text, 64, "%.1f%% 5xx", model->share_5xx * 100);
	if (app->ui.read_only)
		(void)snprintf(totals[5].text, 64, "READ-ONLY");
	else if (app->ui.session[0] != '\0')
		(void)snprintf(totals[5].text, 64, "you: %s%s", app->ui.session,
			mine_is_gone(app) ? ", gone" : "");
	for (int i = 0; i < 6; i++) {
		static const int drops[] = {3, 4, 5, 2, 1, 0};

		totals[i].drop = drops[i];
		totals[i].role = i < 3 ? ROLE_QUIET : ROLE_FIGURE;
	}
	totals[4].role = model->share_5xx >= 0.01 ? ROLE_UNHEALTHY : ROLE_FIGURE;
	totals[5].role = app->ui.read_only || mine_is_gone(app) ? ROLE_WARNING : ROLE_SESSION;
	draw_totals(canvas, totals, 6, x);
}

static void draw_help_key(struct app *app, const struct canvas *canvas, int from)
{
	struct str rest = str_of(keymap_keys(keymap_binding(AREA_GLOBAL, ACTION_HELP)));
	struct str key = str_cut(&rest, ' ');
	int x = canvas->cols - 6 - (int)text_cells(key);

	int32_t number;

	if (key.n == 0 || x <= from)
		return;
	if (key_from_name(key, &number))
		spots_add(app, canvas, 1, x, canvas->cols - x, number);
	x += canvas_run(canvas, 1, x, 8, ROLE_KEY, key) + 1;
	(void)canvas_run_c(canvas, 1, x, 4, ROLE_HINT, "help");
}

static void draw_tabs(struct app *app, const struct canvas *canvas)
{
	const struct opened *shown = app_tab(app);
	char key[2] = "";
	int x = 1;

	canvas_clear(canvas, 1, 0);
	for (size_t i = 0; i < app->tab_count; i++) {
		bool now = &app->tabs[i] == shown;

		key[0] = app->tabs[i].view->key;
		spots_add(app, canvas, 1, x, 2 + (int)text_cells(str_of(app->tabs[i].view->title)),
			-key[0]);
		x += canvas_run_c(canvas, 1, x, 1, ROLE_KEY, key) + 1;
		x += canvas_run_c(canvas, 1, x, 20, now ? ROLE_TAB_NOW : ROLE_TAB,
			     app->tabs[i].view->title) +
		     2;
	}
	draw_help_key(app, canvas, x);
}

static void draw_crumbs(struct app *app, const struct canvas *canvas)
{
	const struct opened *top = app_top(app);
	const char *title = app_tab(app)->view->title;
	struct canvas rest;
	int x = 1;

	canvas_clear(canvas, 2, 0);
	if (top != app_tab(app))
		spots_add(app, canvas, 2, x, (int)text_cells(str_of(title)), KEYS_ESCAPE);
	x += canvas_run_c(canvas, 2, x, 20, ROLE_STRONG, title);
	if (top != app_tab(app) && top->view->title) {
		x += 1 + canvas_glyph(canvas, 2, x + 1, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 2, x, 20, ROLE_STRONG, top->view->title);
	}
	rest = canvas_part(canvas, 2, x, 1, canvas->cols - x - 1);
	if (top->view->draw_title && (app->model.known || (top->view->flags & VIEW_ALWAYS)))
		top->view->draw_title(top->state, &app->model, &app->ui, &rest);
}

/* ---- the last rows ---- */

static int hint_cells(const char *keys, const char *hint)
{
	struct str rest = str_of(keys);
	struct str key = str_cut(&rest, ' ');

	return key.n == 0 ? 0 : (int)(text_cells(key) + 1 + text_cells(str_of(hint))) + 2;
}

/* What is drawn as a key is one for the mouse, too. */
static int draw_hint(
	struct app *app, const struct canvas *canvas, int x, const char *keys, const char *hint)
{
	struct str rest = str_of(keys);
	struct str key = str_cut(&rest, ' ');
	int need = hint_cells(keys, hint) - 2;
	int32_t number;

	if (key.n == 0 || x + need >= canvas->cols)
		return x;
	if (key_from_name(key, &number))
		spots_add(app, canvas, 0, x, need, number);
	x += canvas_run(canvas, 0, x, 8, ROLE_KEY, key) + 1;
	return x + canvas_run_c(canvas, 0, x, 24, ROLE_HINT, hint) + 2;
}

/* Those one must always find: they keep their room at the end, whatever a view has to say. */
struct hint {
	const char *keys, *hint;
};

enum { LASTING_HINTS = 4 };

static size_t lasting_hints(struct app *app, struct hint hints[LASTING_HINTS])
{
	static const enum action actions[] = {ACTION_HELP, ACTION_QUIT};
	size_t count = 0;

	if (!app->ui.mouse && app->mouse_given)
		hints[count++] = (struct hint){
			keymap_keys(keymap_binding(AREA_GLOBAL, ACTION_MOUSE)), "mouse back"};
	if (places_has_up(app))
		hints[count++] = (struct hint){
			keymap_keys(keymap_binding(AREA_GLOBAL, ACTION_BACK)), "back"};
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		const struct binding *binding = keymap_binding(AREA_GLOBAL, actions[i]);

		hints[count++] = (struct hint){keymap_keys(binding), binding->hint};
	}
	return count;
}

static void draw_hints(struct app *app, const struct canvas *canvas, enum area area)
{
	struct hint hints[LASTING_HINTS];
	size_t count = lasting_hints(app, hints);
	struct canvas room = *canvas;
	int x = 1;

	for (size_t i = 0; i < count; i++)
		room.cols -= hint_cells(hints[i].keys, hints[i].hint);
	for (; area != AREA_COUNT; area = area_parent(area)) {
		for (size_t i = 0; i < binding_count; i++) {
			const struct binding *binding = &bindings[i];

			if (binding->area == area && binding->hint &&
				binding->action != ACTION_HELP && binding->action != ACTION_QUIT)
				x = draw_hint(app, &room, x, keymap_keys(binding), binding->hint);
		}
	}
	for (size_t i = 0; i < count; i++)
		x = draw_hint(app, canvas, x, hints[i].keys, hints[i].hint);
}

static void draw_last_row(struct app *app, const struct canvas *canvas)
{
	const struct ui *ui = &app->ui;

	canvas_clear(canvas, 0, 0);
	if (ui->message[0] != '\0') {
		canvas_c(canvas, 0, 1, canvas->cols - 2, ui->message_role, ui->message);
		return;
	}
	if (ui->running > 0) {
		canvas_c(canvas, 0, 1, canvas->cols - 2, ROLE_STARTING,
			"sent, waiting for the answer");
		return;
	}
	draw_hints(app, canvas,
		app->model.known || app_top(app)->view->flags & VIEW_ALWAYS
			? app_top(app)->view->area
			: AREA_GLOBAL);
}

static void draw_line_prompt(const struct prompt *prompt, const struct canvas *canvas)
{
	int x = 1;

	canvas_rule(canvas, 0);
	canvas_clear(canvas, 1, 0);
	x += canvas_run_c(canvas, 1, x, canvas->cols / 2, ROLE_PROMPT, prompt->label) + 1;
	input_draw(canvas, 1, x, &prompt->input, prompt->column);
	canvas_clear(canvas, 2, 0);
	if (prompt->mistake[0] != '\0') {
		int at = x;

		if (prompt->column != SIZE_MAX)
			at += (int)text_cells((struct str){prompt->input.text,
				prompt->column < prompt->input.len ? prompt->column
								   : prompt->input.len});
		if (prompt->column != SIZE_MAX && at < canvas->cols / 2)
			at += canvas_run_c(canvas, 2, at, 1, ROLE_FAILED, "^") + 1;
		else
			at = x;
		canvas_c(canvas, 2, at, canvas->cols - at - 1, ROLE_FAILED, prompt->mistake);
		return;
	}
	canvas_c(canvas, 2, x, canvas->cols - x - 1, ROLE_QUIET,
		prompt->question == QUESTION_FILTER ? "Enter keep   Esc show all   state:unhealthy "
						      " pr:482  author:dev1  \"text\"  !not"
		: prompt->question == QUESTION_FIND ? "Enter keep   n next   N before   Esc drop"
						    : "Enter send   Esc drop");
}

/* A sentence over at most `rows` rows, broken at blanks. */
static void draw_wrapped(
	const struct canvas *canvas, int y, int rows, enum role role, struct str text)
{
	int width = canvas->cols - 2;

	for (int row = 0; row < rows; row++) {
		size_t take = text.n;

		while (row < rows - 1 && take > 0 &&
			(int)text_cells((struct str){text.p, take}) > width) {
			while (take > 0 && text.p[take - 1] != ' ')
				take--;
			while (take > 0 && text.p[take - 1] == ' ')
				take--;
		}
		if (take == 0)
			take = text.n;
		canvas_clear(canvas, y + row, 0);
		canvas_text(canvas, y + row, 1, width, role, (struct str){text.p, take});
		text = str_trim((struct str){text.p + take, text.n - take});
	}
}

static void draw_confirm(struct app *app, const struct canvas *canvas)
{
	const struct prompt *prompt = &app->ui.prompt;
	int x = 1;

	canvas_rule(canvas, 0);
	draw_wrapped(
		canvas, 1, 2, prompt->loses ? ROLE_WARNING : ROLE_PROMPT, str_of(prompt->label));
	canvas_clear(canvas, 3, 0);
	if (prompt->command[0] != '\0') {
		x += canvas_run_c(canvas, 3, x, 2, ROLE_COMMAND, "$ ");
		canvas_c(canvas, 3, x, canvas->cols - x - 1, ROLE_COMMAND, prompt->command);
	}
	canvas_clear(canvas, 4, 0);
	{
		struct canvas row = canvas_part(canvas, 4, 0, 1, canvas->cols);

		x = draw_hint(app, &row, 1, prompt->loses ? "y" : "Enter", "yes, send it");
		(void)draw_hint(app, &row, x, "Esc", "no, leave it as it is");
	}
}

static int prompt_rows(const struct app *app, int rows)
{
	const struct prompt *prompt = &app->ui.prompt;

	switch (prompt->kind) {
	case PROMPT_LINE:
		return 3;
	case PROMPT_PICK:
		return picker_rows(&prompt->picker, rows - HEAD_ROWS - 4);
	case PROMPT_CONFIRM:
		return 5;
	case PROMPT_PALETTE:
		return palette_rows(&app->palette, rows - HEAD_ROWS - 6);
	default:
		return 1;
	}
}

static void draw_prompt(struct app *app, const struct canvas *canvas)
{
	const struct prompt *prompt = &app->ui.prompt;

	switch (prompt->kind) {
	case PROMPT_LINE:
		draw_line_prompt(prompt, canvas);
		return;
	case PROMPT_PICK:
		picker_draw(canvas, &prompt->picker, prompt->label);
		return;
	case PROMPT_CONFIRM:
		draw_confirm(app, canvas);
		return;
	case PROMPT_PALETTE:
		palette_draw(&app->palette, canvas);
		return;
	case PROMPT_LETTER:
		canvas_c(canvas, 0, 0, canvas->cols, ROLE_PROMPT, " sort by");
		canvas_c(canvas, 0, 9, canvas->cols - 9, ROLE_HINT, prompt->label);
		return;
	default:
		draw_last_row(app, canvas);
		return;
	}
}

/* ---- when there is nothing to show ---- */

static const struct {
	const char *command, *what;
} ways_on[] = {
	{"umbra demo", "the whole system with a sample shop and real traffic"},
	{"umbra serve", "control plane and proxy"},
	{"umbra --url U", "one that runs elsewhere"},
};

static void draw_unknown(const struct app *app, const struct canvas *canvas)
{
	const struct model *model = &app->model;
	bool login = model->feed.login;
	char line[600];
	struct canvas part;
	int y = canvas->rows / 5;

	canvas_clear_rows(canvas, 0, canvas->rows);
	if (model->feed.state != FEED_STALE) {
		(void)snprintf(line, sizeof(line), "Asking %s ...", model->url);
		canvas_c(canvas, y, 4, canvas->cols - 5, ROLE_QUIET, line);
		return;
	}
	(void)snprintf(line, sizeof(line),
		login ? "A login is wanted at %s" : "No control plane answers at %s", model->url);
	canvas_c(canvas, y, 4, canvas->cols - 5, ROLE_STRONG, line);
	part = canvas_part(canvas, 0, 3, canvas->rows, canvas->cols - 3);
	draw_wrapped(&part, y + 1, 2, ROLE_QUIET, str_of(model->feed.why));
	canvas_c(canvas, y + 4, 4, canvas->cols - 5, ROLE_BASE,
		login ? "Log in again to what stands before it: a proxy, a tunnel, a VPN. Or:"
		      : "Start one:");
	for (size_t i = 0; i < ARRAY_LEN(ways_on); i++) {
		canvas_c(canvas, y + 5 + (int)i, 4, 14, ROLE_KEY, ways_on[i].command);
		canvas_c(
			canvas, y + 5 + (int)i, 18, canvas->cols - 19, ROLE_QUIET, ways_on[i].what);
	}
	canvas_c(canvas, y + 9, 4, canvas->cols - 5, ROLE_BASE,
		"This screen keeps trying and fills by itself. C-l tries now, q leaves.");
}

static void draw_too_small(const struct canvas *canvas)
{
	char line[64];

	canvas_clear_rows(canvas, 0, canvas->rows);
	canvas_c(canvas, canvas->rows > 2 ? 1 : 0, 0, canvas->cols, ROLE_STRONG,
		"too small for umbra");
	(void)snprintf(line, sizeof(line), "%dx%d, needs %dx%d", canvas->cols, canvas->rows,
		MIN_COLS, MIN_ROWS);
	canvas_c(canvas, canvas->rows > 2 ? 2 : 1, 0, canvas->cols, ROLE_BASE, line);
}

static void draw_body(struct app *app, const struct canvas *canvas)
{
	struct opened *top = app_top(app);
	struct canvas body = *canvas;

	if (!app->model.known && !(top->view->flags & VIEW_ALWAYS)) {
		draw_unknown(app, canvas);
		return;
	}
	body.old = app->model.feed.state == FEED_STALE && !(top->view->flags & VIEW_ALWAYS);
	if (top->view->prepare)
		top->view->prepare(
			top->state, &app->model, &app->ui, top->parts, body.rows, body.cols);
	top->parts = 0;
	guide_watch(app);
	top->view->draw(top->state, &app->model, &app->ui, &body);
}

static bool is_too_small(const struct canvas *canvas)
{
	return canvas->rows < MIN_ROWS || canvas->cols < MIN_COLS;
}

struct canvas frame_body(struct app *app, const struct canvas *whole)
{
	int below = prompt_rows(app, whole->rows) + guide_rows(app, whole->rows, whole->cols);

	if (is_too_small(whole))
		return canvas_part(whole, 0, 0, 0, 0);
	return canvas_part(whole, HEAD_ROWS, 0, whole->rows - HEAD_ROWS - below, whole->cols);
}

void frame_paint(struct app *app)
{
	struct canvas canvas;
	struct canvas part;
	int last, guide;

	app->next_change_ms = 0;
	app->spots.count = 0;
	canvas = screen_canvas(app->screen, app->model.now_ms, &app->next_change_ms);
	if (is_too_small(&canvas)) {
		draw_too_small(&canvas);
		screen_show(app->screen);
		return;
	}
	last = prompt_rows(app, canvas.rows);
	if (app->ui.prompt.kind == PROMPT_PICK)
		picker_fit(&app->ui.prompt.picker, last);
	guide = guide_rows(app, canvas.rows, canvas.cols);
	part = frame_body(app, &canvas);
	app->spots.body_y = HEAD_ROWS;
	app->spots.body_rows = part.rows;
	app->spots.body_cols = part.cols;
	app->spots.prompt_y = canvas.rows - last;
	draw_body(app, &part);
	if (app->cost.shown)
		cost_draw(&app->cost, &part);
	if (guide > 0) {
		part = canvas_part(&canvas, canvas.rows - last - guide, 0, guide, canvas.cols);
		guide_draw(app, &part);
	}
	draw_header(app, &canvas);
	draw_tabs(app, &canvas);
	draw_crumbs(app, &canvas);
	part = canvas_part(&canvas, canvas.rows - last, 0, last, canvas.cols);
	draw_prompt(app, &part);
	screen_show(app->screen);
}
