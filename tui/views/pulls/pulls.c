/*
 * View 2, Pull requests: every pull request that a version names, with its services, and below it, when it is
 * unfolded, the versions themselves. Grouped by core/model/pull.h from the environment of the feed, exactly as
 * the API does for GET /v1/pulls, so that it is as new as the feed and nothing more is asked for.
 *
 * Invariant: what is selected is known by number, link and version, and looked up again when rows come and go.
 * The list borrows from the environment: it is made anew in prepare after every batch, before anyone reads it.
 */
#include "tui/ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/views/pulls/internal.h"
#include "tui/ui/draw_text.h"

enum { BELOW_ROWS = 24, BELOW_SIZE = 3 };

static void *pulls_create(void)
{
	struct pulls *state = xcalloc(1, sizeof(*state));

	state->unfolded = hashmap_create();
	state->stale = true;
	pulls_init_orders(state);
	columns_choose_all(&state->choice, &pulls_columns);
	return state;
}

static void pulls_destroy(void *arg)
{
	struct pulls *state = arg;

	pulls_finish(&state->list);
	hashmap_destroy(state->unfolded, NULL);
	filtering_finish(&state->filtering);
	free(state->order);
	free(state->rows);
	free(state);
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

static void pulls_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct pulls *state = arg;
	bool anew = (parts & (MODEL_SERVICES | MODEL_SESSIONS)) != 0;

	(void)ui;
	if (anew)
		pulls_gather(state, model);
	if (anew || parts & MODEL_FIGURES)
		pulls_add_figures(state, model);
	state->below = rows >= BELOW_ROWS;
	state->cursor.height = (size_t)(rows - 2 - (state->below ? BELOW_SIZE : 0));
	if (anew || state->stale || parts & MODEL_FIGURES) {
		pulls_build(state, model);
		remember(state);
	}
	list_cursor_resize(&state->cursor, state->count, state->cursor.height);
	(void)columns_place_chosen(&pulls_columns, &state->choice, cols - 1, state->placed);
}

/* ---- drawing ---- */

static void draw_empty(
	const struct pulls *state, const struct model *model, const struct canvas *canvas)
{
	bool none = state->list.count == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "No version names a pull request." : "Nothing matches the filter.");
	(void)draw_text_keys(canvas, 3, 3, ROLE_QUIET,
		none ? "CI registers one with:"
		     : "{list.filter} changes it, {global.back} shows all again.");
	if (none)
		(void)draw_text_shell_line(canvas, 4, 3, model,
			"version register cart@pr-482 --endpoint 127.0.0.1:9001 --pr 482");
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
		draw_empty(state, model, canvas);
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

static void pulls_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pulls *state = arg;
	char text[LIMIT_FILTER + 64] = "";

	(void)model;
	(void)ui;
	if (state->filtering.filter)
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   ",
			state->filtering.text, state->list.count - state->order_count);
	sorting_draw(&state->sorting, canvas, 1, text[0] ? ROLE_STAGED : ROLE_QUIET, text);
}

/* ---- acting ---- */

static void fold(struct pulls *state, bool folded)
{
	const struct pull *pull = pulls_at(state, state->cursor.selected);

	if (!pull)
		return;
	pulls_fold(state, pull, folded);
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

	version_set_clear(&state->asked);
	if (!pull)
		return false;
	if (version)
		return version_set_add(&state->asked, version);
	for (size_t i = 0; i < pull->version_count; i++) {
		if (!pull->versions[i].newest ||
			version_set_add(&state->asked, pull->versions[i].version))
			continue;
		ui_say(ui, ROLE_WARNING,
			"#%" PRId64
			" has more than %d services: select a version, or create with c",
			pull->number, VERSION_SET_MAX);
		return false;
	}
	return true;
}

static void act_create(struct pulls *state, struct ui *ui)
{
	char name[32];
	char label[64];

	if (state->name.number == 0)
		return;
	state->asked_number = state->name.number;
	(void)snprintf(name, sizeof(name), "pr-%" PRId64, state->name.number);
	(void)snprintf(label, sizeof(label),
		"Session name (pins all of #%" PRId64 "):", state->name.number);
	ui_ask_line(ui, QUESTION_CREATE_ON_PULL, label, name);
}

static enum redraw pulls_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pulls *state = arg;

	state->moved = true;
	if (list_cursor_move(&state->cursor, keymap_motion(action))) {
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
			version_set_pin(&state->asked, model, ui);
		break;
	case ACTION_CREATE:
		act_create(state, ui);
		break;
	case ACTION_REVERSE:
		state->sorting.reverse = !state->sorting.reverse;
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
		(void)version_set_answered(&state->asked, model, ui, question, text);
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
	ui_run(ui, line);
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
	enum err err = filtering_set(&state->filtering, FILTERED_PULLS, text, ret_column, eb);

	(void)model;
	state->stale |= err == ERR_NONE;
	return err;
}

static const char *pulls_filter(const void *arg)
{
	const struct pulls *state = arg;

	return state->filtering.text;
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

	(void)model;
	for (size_t i = 0; i < state->cursor.count; i++) {
		size_t at = list_cursor_around(&state->cursor, i, back, stay);

		if (!has_text(state, at, text))
			continue;
		state->moved = true;
		list_cursor_select(&state->cursor, at);
		remember(state);
		return true;
	}
	return false;
}

static bool pulls_sort(void *arg, const struct model *model, char letter)
{
	struct pulls *state = arg;

	(void)model;
	state->stale = true;
	return sorting_take(&state->sorting, letter);
}

/* ---- coming here, the mouse, and what is kept ---- */

static bool has_version(const struct pull *pull, const struct selection *selection)
{
	for (size_t i = 0; i < pull->version_count; i++) {
		const struct version *version = pull->versions[i].version;

		if (strcmp(version->service, selection->service) == 0 &&
			strcmp(version->name, selection->version) == 0)
			return true;
	}
	return false;
}

static const struct pull *pull_meant(const struct pulls *state, const struct selection *selection)
{
	bool by_version = selection->kind == SELECTED_VERSION;

	for (size_t i = 0; i < state->order_count; i++) {
		const struct pull *pull = &state->list.items[state->order[i]];

		if (by_version ? has_version(pull, selection) : pull->number == selection->number)
			return pull;
	}
	return NULL;
}

static bool pulls_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct pulls *state = arg;
	const struct pull *pull = pull_meant(state, selection);

	(void)model;
	if (!pull)
		return false;
	state->name.number = pull->number;
	str_copy(state->name.url, sizeof(state->name.url), pull->url);
	state->version[0] = '\0';
	if (selection->kind == SELECTED_VERSION) {
		name_join_version(
			str_of(selection->service), str_of(selection->version), state->version);
		pulls_fold(state, pull, false);
	}
	state->moved = true;
	state->stale = true;
	return true;
}

static enum mouse_answer pulls_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct pulls *state = arg;
	const struct table table = {&state->cursor, pulls_columns.specs, pulls_columns.count,
		state->placed, &state->sorting};
	bool sorted;
	enum mouse_answer answer = table_mouse(&table, mouse, &sorted);

	(void)model;
	(void)ui;
	state->stale |= sorted;
	state->moved |= answer != MOUSE_IGNORED;
	if (answer != MOUSE_IGNORED && !sorted)
		remember(state);
	return answer;
}

static void pulls_keep(const void *arg, struct cJSON *object)
{
	const struct pulls *state = arg;

	columns_keep(&state->choice, &pulls_columns, object);
	sorting_keep(&state->sorting, object);
}

static void pulls_restore(void *arg, const struct cJSON *object)
{
	struct pulls *state = arg;

	columns_restore(&state->choice, &pulls_columns, object);
	sorting_restore(&state->sorting, object);
}

const struct view view_pulls = {
	.name = "pulls",
	.title = "Pull requests",
	.key = '2',
	.area = AREA_PULLS,
	.list_at = offsetof(struct pulls, cursor),
	.create = pulls_create,
	.destroy = pulls_destroy,
	.prepare = pulls_prepare,
	.draw_title = pulls_draw_title,
	.draw = pulls_draw,
	.act = pulls_act,
	.answer = pulls_answer,
	.selected = pulls_selected,
	.reveal = pulls_reveal,
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
