/*
 * View 2, Pull requests: every pull request that a version names, with its services, and below it, when it is
 * unfolded, the versions themselves. Grouped by core/model/pull.h from the environment of the feed, exactly as
 * the API does for GET /v1/pulls, so that it is as new as the feed and nothing more is asked for.
 *
 * Invariant: what is selected is known by number, link and version, and looked up again when rows come and go.
 * The list borrows from the environment: it is made anew in prepare after every batch, before anyone reads it.
 */
#include "tui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include "tui/views/pulls_internal.h"

enum { BELOW_ROWS = 24, BELOW_SIZE = 3 };

static char is_unfolded; /* the value in the map of those that are */

static void *pulls_create(void)
{
	struct pulls *state = xcalloc(1, sizeof(*state));

	state->unfolded = map_create();
	state->sort = 'n';
	state->stale = true;
	columns_choose_all(&state->choice, &pulls_columns);
	return state;
}

static void pulls_destroy(void *arg)
{
	struct pulls *state = arg;

	pulls_finish(&state->list);
	map_destroy(state->unfolded, NULL);
	filter_destroy(state->filter);
	free(state->order);
	free(state->rows);
	free(state);
}

/* ---- rows ---- */

const struct pull *pulls_at(const struct pulls *state, size_t row)
{
	return row < state->count ? &state->list.items[state->rows[row].pull] : NULL;
}

const struct version *pulls_version_at(const struct pulls *state, size_t row)
{
	const struct pull *pull = pulls_at(state, row);

	return pull && state->rows[row].version >= 0
		       ? pull->versions[state->rows[row].version].version
		       : NULL;
}

enum { FOLD_KEY_SIZE = LIMIT_URL + 32 };

static struct str fold_key(const struct pull *pull, char dst[FOLD_KEY_SIZE])
{
	(void)snprintf(dst, FOLD_KEY_SIZE, "%" PRId64 " %.*s", pull->number, STR_ARG(pull->url));
	return str_of(dst);
}

bool pulls_is_unfolded(const struct pulls *state, const struct pull *pull)
{
	char key[FOLD_KEY_SIZE];

	return map_get(state->unfolded, fold_key(pull, key)) != NULL;
}

/* ---- order ---- */

static double key_of(const struct pull *pull, char sort)
{
	switch (sort) {
	case 'a':
		return (double)pull->deployed_at;
	case 'x':
		return pull->expires_at ? -(double)pull->expires_at : -1e300;
	case 'h':
		return (double)(pull->services - pull->ready);
	case 'r':
		return pull->rate;
	case 'e':
		return pull->rate > 0 ? pull->share_5xx : -1;
	case 'i':
		return (double)pull->session_count;
	default:
		return (double)pull->number;
	}
}

/* The larger first; among equals as the list has them. */
static int compare(const void *left, const void *right, void *arg)
{
	const struct pulls *state = arg;
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;
	const struct pull *x = &state->list.items[a];
	const struct pull *y = &state->list.items[b];
	double difference = state->sort == 'o' ? (double)str_cmp(x->author, y->author)
					       : key_of(y, state->sort) - key_of(x, state->sort);

	if (difference == 0)
		return a < b ? -1 : a > b;
	return (difference < 0) != state->reverse ? -1 : 1;
}

static void put_in_order(struct pulls *state, const struct model *model)
{
	bool filtered = state->filter && !filter_is_empty(state->filter);

	array_reserve(
		&state->order, &state->order_cap, state->list.count + 1, sizeof(*state->order));
	state->order_count = 0;
	for (size_t i = 0; i < state->list.count; i++)
		if (!filtered ||
			filter_match_pull(state->filter, &state->list.items[i], model->now_ms))
			state->order[state->order_count++] = (uint32_t)i;
	if (state->order_count > 0)
		qsort_r(state->order, state->order_count, sizeof(*state->order), compare, state);
}

static void add_row(struct pulls *state, uint32_t pull, int32_t version)
{
	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(*state->rows));
	state->rows[state->count++] = (struct pulls_row){pull, version};
}

static void add_figures(struct pulls *state, const struct model *model)
{
	for (size_t i = 0; i < state->list.count; i++) {
		struct pull *pull = &state->list.items[i];

		pull->rate = pull->share_5xx = 0;
		pull->count = 0;
		for (size_t j = 0; j < pull->version_count; j++) {
			const struct version *version = pull->versions[j].version;
			const struct figures *figures = figures_version(
				model->figures, str_of(version->service), str_of(version->name));

			if (figures)
				pull_add_figures(pull, figures);
		}
	}
}

/* ---- the selection ---- */

static bool is_selected(const struct pulls *state, size_t row, bool with_version)
{
	const struct pull *pull = pulls_at(state, row);
	const struct version *version = pulls_version_at(state, row);
	char id[VERSION_ID_SIZE] = "";

	if (version)
		name_join_version(str_of(version->service), str_of(version->name), id);
	return pull->number == state->name.number && str_eq_c(pull->url, state->name.url) &&
	       strcmp(with_version ? state->version : "", id) == 0;
}

/* The row of what is selected, or of its pull request; false: neither is there. */
static bool find_selected(const struct pulls *state, size_t *ret_row)
{
	for (int with_version = 1; with_version >= 0; with_version--) {
		for (size_t i = 0; i < state->count; i++) {
			if (is_selected(state, i, with_version != 0)) {
				*ret_row = i;
				return true;
			}
		}
	}
	return false;
}

static void remember(struct pulls *state)
{
	const struct pull *pull = pulls_at(state, state->cursor.selected);
	const struct version *version = pulls_version_at(state, state->cursor.selected);
	struct command_vars vars;

	memset(&state->name, 0, sizeof(state->name));
	memset(&vars, 0, sizeof(vars));
	state->version[0] = state->command[0] = '\0';
	if (!pull)
		return;
	state->name.number = pull->number;
	str_copy(state->name.url, sizeof(state->name.url), pull->url);
	if (version) {
		name_join_version(str_of(version->service), str_of(version->name), state->version);
		vars.id = str_of(state->version);
		ui_command(state->command, "umbra version show {id}", &vars);
	} else {
		(void)snprintf(state->command, sizeof(state->command), "umbra pr show %" PRId64,
			pull->number);
	}
}

static void build(struct pulls *state, const struct model *model)
{
	size_t row;

	put_in_order(state, model);
	state->count = 0;
	for (size_t i = 0; i < state->order_count; i++) {
		const struct pull *pull = &state->list.items[state->order[i]];

		add_row(state, state->order[i], -1);
		for (size_t j = 0; pulls_is_unfolded(state, pull) && j < pull->version_count; j++)
			add_row(state, state->order[i], (int32_t)j);
	}
	state->stale = false;
	state->cursor.count = state->count;
	if (state->moved && find_selected(state, &row))
		list_follow(&state->cursor, row);
	else
		list_resize(&state->cursor, state->count, state->cursor.height);
}

static void pulls_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct pulls *state = arg;
	bool anew = (parts & (MODEL_SERVICES | MODEL_SESSIONS)) != 0;

	(void)ui;
	if (anew) {
		pulls_finish(&state->list);
		pulls_collect(model->env, 0, &state->list);
		pulls_add_sessions(&state->list, model->env);
	}
	if (anew || parts & MODEL_FIGURES)
		add_figures(state, model);
	state->below = rows >= BELOW_ROWS;
	state->cursor.height = (size_t)(rows - 2 - (state->below ? BELOW_SIZE : 0));
	if (anew || state->stale || parts & MODEL_FIGURES) {
		build(state, model);
		remember(state);
	}
	list_resize(&state->cursor, state->count, state->cursor.height);
	(void)columns_place_chosen(&pulls_columns, &state->choice, cols - 1, state->placed);
}

/* ---- drawing ---- */

static void draw_empty(const struct pulls *state, const struct canvas *canvas)
{
	bool none = state->list.count == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "No version names a pull request." : "Nothing matches the filter.");
	canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
		none ? "CI registers one with:"
		     : "/ changes it, / and Esc shows everything again.");
	if (none)
		canvas_c(canvas, 4, 3, canvas->cols - 4, ROLE_COMMAND,
			"$ umbra version register cart@pr-482 --endpoint 127.0.0.1:9001 --pr 482");
}

static void pulls_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pulls *state = arg;
	struct canvas below;
	int y = canvas->rows - 1;
	int x = 1;

	columns_draw_titles(canvas, 0, pulls_columns.specs, pulls_columns.count, state->placed);
	for (size_t i = 0; i < state->cursor.height; i++)
		pulls_draw_row(state, model, ui, canvas, (int)i + 1, state->cursor.top + i);
	if (state->count == 0)
		draw_empty(state, canvas);
	if (state->below) {
		below = canvas_part(canvas, y - BELOW_SIZE, 0, BELOW_SIZE, canvas->cols);
		pulls_draw_below(state, model, &below);
	}
	canvas_clear(canvas, y, 0);
	if (state->command[0] == '\0')
		return;
	x += canvas_run_c(canvas, y, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_COMMAND, state->command);
}

static const struct {
	char letter;
	const char *name;
} pulls_orders[] = {{'n', "number"}, {'o', "author"}, {'h', "health"}, {'a', "age"},
	{'x', "expires"}, {'r', "req/s"}, {'e', "5xx"}, {'i', "sessions"}};

static void pulls_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pulls *state = arg;
	bool filtered = state->filter_text[0] != '\0';
	char text[LIMIT_FILTER + 64];
	int used = 0;
	int cells, x;

	(void)model;
	(void)ui;
	if (filtered)
		used = snprintf(text, sizeof(text), "filter: %s (hides %zu)   ", state->filter_text,
			state->list.count - state->order_count);
	for (size_t i = 0; i < ARRAY_LEN(pulls_orders); i++)
		if (pulls_orders[i].letter == state->sort)
			(void)snprintf(text + used, sizeof(text) - (size_t)used, "sort: %s",
				pulls_orders[i].name);
	cells = (int)text_cells(str_of(text)) + 2;
	if (cells > canvas->cols - 1)
		cells = canvas->cols - 1;
	x = canvas->cols - cells;
	x += canvas_run_c(canvas, 0, x, cells - 2, filtered ? ROLE_STAGED : ROLE_QUIET, text) + 1;
	(void)canvas_glyph(canvas, 0, x, ROLE_QUIET,
		(state->sort == 'o') != state->reverse ? GLYPH_UP : GLYPH_DOWN);
}

/* ---- acting ---- */

static void fold(struct pulls *state, bool folded)
{
	const struct pull *pull = pulls_at(state, state->cursor.selected);
	char key[FOLD_KEY_SIZE];

	if (!pull)
		return;
	if (folded)
		(void)map_remove(state->unfolded, fold_key(pull, key));
	else
		(void)map_set(state->unfolded, fold_key(pull, key), &is_unfolded);
	if (folded)
		state->version[0] = '\0'; /* its row is the pull request's now */
	state->stale = true;
}

static void act_open(struct pulls *state, struct ui *ui)
{
	const struct pull *pull = pulls_at(state, state->cursor.selected);

	if (state->version[0] != '\0')
		ui_open(ui, &view_detail, state->version);
	else if (pull)
		fold(state, pulls_is_unfolded(state, pull));
}

static void act_logs(const struct pulls *state, struct ui *ui)
{
	char scope[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 32];
	struct str service, version;

	if (state->name.number == 0)
		return;
	if (name_split_version(str_of(state->version), &service, &version))
		(void)snprintf(scope, sizeof(scope), "service:%.*s version:%.*s", STR_ARG(service),
			STR_ARG(version));
	else
		(void)snprintf(scope, sizeof(scope), "pr:%" PRId64, state->name.number);
	ui_open(ui, &view_requests, scope);
}

/* The selected version, or the newest of each service; false, with the reason, when they are too many. */
static bool ask_about(struct pulls *state, struct ui *ui)
{
	const struct pull *pull = pulls_at(state, state->cursor.selected);
	const struct version *version = pulls_version_at(state, state->cursor.selected);

	targets_clear(&state->asked);
	if (!pull)
		return false;
	if (version)
		return targets_add(&state->asked, version);
	for (size_t i = 0; i < pull->version_count; i++) {
		if (!pull->versions[i].newest ||
			targets_add(&state->asked, pull->versions[i].version))
			continue;
		ui_say(ui, ROLE_WARNING,
			"#%" PRId64
			" has more than %d services: select a version, or create with c",
			pull->number, TARGETS_MAX);
		return false;
	}
	return true;
}

static void act_create(struct pulls *state, struct ui *ui)
{
	char name[32];

	if (state->name.number == 0)
		return;
	state->asked_number = state->name.number;
	(void)snprintf(name, sizeof(name), "pr-%" PRId64, state->name.number);
	ui_ask_line(ui, QUESTION_CREATE_ON_PULL, "name of the session on all of it", name);
}

static enum redraw pulls_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pulls *state = arg;

	state->moved = true;
	if (list_move(&state->cursor, action)) {
		remember(state);
		return REDRAW_BODY;
	}
	switch (action) {
	case ACTION_OPEN:
		act_open(state, ui);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, action == ACTION_LEFT);
		break;
	case ACTION_LOGS:
		act_logs(state, ui);
		break;
	case ACTION_PIN:
		if (ask_about(state, ui))
			targets_pin(&state->asked, model, ui);
		break;
	case ACTION_CREATE:
		act_create(state, ui);
		break;
	case ACTION_REVERSE:
		state->reverse = !state->reverse;
		state->stale = true;
		break;
	case ACTION_COLUMNS:
		ui_choose_columns(ui, &pulls_columns, &state->choice);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static enum redraw pulls_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct pulls *state = arg;
	char number[24];
	char line[COMMAND_MAX];
	struct command_vars vars;

	if (question != QUESTION_CREATE_ON_PULL) {
		(void)targets_answered(&state->asked, model, ui, question, text);
		return REDRAW_BODY;
	}
	memset(&vars, 0, sizeof(vars));
	(void)snprintf(number, sizeof(number), "%" PRId64, state->asked_number);
	vars.name = str_of(text);
	vars.pull = str_of(number);
	ui_command(line,
		text[0] ? keymap_binding(AREA_PULLS, ACTION_CREATE)->command
			: "umbra session create --pr {pull}",
		&vars);
	ui_run_mine(ui, line);
	return REDRAW_BODY;
}

static void pulls_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct pulls *state = arg;
	struct str service, version;

	(void)model;
	if (state->name.number == 0)
		return;
	ret_selection->kind = SELECTED_PULL;
	ret_selection->number = state->name.number;
	if (!name_split_version(str_of(state->version), &service, &version))
		return;
	ret_selection->kind = SELECTED_VERSION;
	str_copy(ret_selection->service, sizeof(ret_selection->service), service);
	str_copy(ret_selection->version, sizeof(ret_selection->version), version);
}

/* ---- filter, find, sort ---- */

static enum err pulls_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct pulls *state = arg;
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

static const char *pulls_filter(const void *arg)
{
	const struct pulls *state = arg;

	return state->filter_text;
}

static bool has_text(const struct pulls *state, size_t row, struct str text)
{
	const struct pull *pull = &state->list.items[state->rows[row].pull];
	const struct version *version = pulls_version_at(state, row);
	char words[VERSION_ID_SIZE + 24];
	const struct str *const fields[] = {&pull->title, &pull->author, &pull->branch, &pull->url};

	if (version)
		name_join_version(str_of(version->service), str_of(version->name), words);
	else
		(void)snprintf(words, sizeof(words), "#%" PRId64, pull->number);
	if (text_find_nocase(str_of(words), text) < strlen(words))
		return true;
	for (size_t i = 0; !version && i < ARRAY_LEN(fields); i++)
		if (text_find_nocase(*fields[i], text) < fields[i]->n)
			return true;
	return false;
}

static bool pulls_find_text(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct pulls *state = arg;
	size_t at = state->cursor.selected;

	(void)model;
	for (size_t i = 0; i < state->count; i++) {
		if (!(stay && i == 0))
			at = back ? (at + state->count - 1) % state->count
				  : (at + 1) % state->count;
		if (has_text(state, at, text)) {
			state->moved = true;
			list_select(&state->cursor, at);
			remember(state);
			return true;
		}
	}
	return false;
}

static bool pulls_sort(void *arg, const struct model *model, char letter)
{
	struct pulls *state = arg;

	(void)model;
	for (size_t i = 0; i < ARRAY_LEN(pulls_orders); i++) {
		if (pulls_orders[i].letter == letter) {
			state->sort = letter;
			state->reverse = false;
			state->stale = true;
			return true;
		}
	}
	return false;
}

/* ---- mouse, and what is kept ---- */

static enum mouse_answer pulls_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse *mouse)
{
	struct pulls *state = arg;
	size_t row = state->cursor.top + (size_t)mouse->y - 1;
	bool again = row == state->cursor.selected;

	(void)ui;
	if (mouse->kind != MOUSE_PRESS || mouse->y > (int)state->cursor.height)
		return MOUSE_IGNORED;
	if (mouse->y == 0) {
		char letter = columns_sort_letter(&pulls_columns, state->placed, mouse->x);

		return letter && pulls_sort(state, model, letter) ? MOUSE_DONE : MOUSE_IGNORED;
	}
	if (row >= state->count)
		return MOUSE_IGNORED;
	state->moved = true;
	list_select(&state->cursor, row);
	remember(state);
	return again ? MOUSE_AGAIN : MOUSE_DONE;
}

static void pulls_keep(const void *arg, struct cJSON *object)
{
	const struct pulls *state = arg;
	char letter[2] = {state->sort, '\0'};
	struct strbuf columns;

	strbuf_init(&columns, LIMIT_FILTER);
	columns_write(&columns, &state->choice, &pulls_columns);
	(void)cJSON_AddStringToObject(object, "columns", columns.data);
	(void)cJSON_AddStringToObject(object, "sort", letter);
	(void)cJSON_AddBoolToObject(object, "reverse", state->reverse);
	strbuf_finish(&columns);
}

static void pulls_restore(void *arg, const struct cJSON *object)
{
	struct pulls *state = arg;
	struct str text;

	if (json_get_str(object, "columns", &text))
		columns_read(&state->choice, &pulls_columns, text);
	if (json_get_str(object, "sort", &text) && text.n == 1)
		(void)pulls_sort(state, NULL, text.p[0]);
	(void)json_get_bool(object, "reverse", &state->reverse);
}

const struct view view_pulls = {
	.name = "pulls",
	.title = "Pull requests",
	.key = '2',
	.area = AREA_PULLS,
	.create = pulls_create,
	.destroy = pulls_destroy,
	.prepare = pulls_prepare,
	.draw_title = pulls_draw_title,
	.draw = pulls_draw,
	.act = pulls_act,
	.answer = pulls_answer,
	.selected = pulls_selected,
	.mouse = pulls_mouse,
	.keep = pulls_keep,
	.restore = pulls_restore,
	.set_filter = pulls_set_filter,
	.filter = pulls_filter,
	.find = pulls_find_text,
	.sort = pulls_sort,
	.sort_letters = "n number   o author   h health   a age   x expires   r req/s   e 5xx   "
			"i sessions",
};
