/*
 * View 2, Pull requests: every pull request that a version names, with its services, and below it, when it is
 * unfolded, the versions themselves. Grouped by core/model/pull.h from the environment of the feed, exactly as
 * the API does for GET /v1/pulls, so that it is as new as the feed and nothing more is asked for.
 *
 * Invariant: the list borrows from the environment: it is made anew in prepare after every batch, before anyone reads it.
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
#include "core/command/commands.h"

#include "tui/views/pulls/internal.h"
#include "tui/ui/draw_text.h"
#include "tui/views/sessions/actions.h"

enum { BELOW_ROWS = 16, BELOW_SIZE = 3 };

static void pulls_destroy(void *arg)
{
	struct pulls *state = arg;

	pulls_finish(&state->list);
	hashmap_destroy(state->unfolded, NULL);
	list_view_finish(&state->view);
	free(state->command);
	free(state->order);
	free(state->rows);
	free(state);
}

static const struct pull *selected_pull(const struct pulls *state)
{
	return pulls_at(state, state->view.cursor.selected);
}

static const struct version *selected_version(const struct pulls *state)
{
	return pulls_version_at(state, state->view.cursor.selected);
}

/* What shows the selected row, as a command line. */
static void name_command(struct pulls *state)
{
	const struct pull *pull = selected_pull(state);
	const struct version *version = selected_version(state);
	struct command_args *command = NULL;
	char id[VERSION_ID_SIZE], number[PULL_NUMBER_SIZE];

	if (version) {
		name_join_version(str_of(version->service), str_of(version->name), id);
		command = args_create(&command_version_show, "SERVICE@VERSION", id, NULL);
	} else if (pull) {
		(void)snprintf(number, sizeof(number), "%" PRId64, pull->number);
		command = args_create(&command_pr_show, "NUMBER", number, NULL);
	}
	ui_print_command(&state->command, command);
}

static void pulls_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct pulls *state = arg;
	bool anew = (parts & (MODEL_SERVICES | MODEL_SESSIONS)) != 0;

	(void)ui;
	if (anew)
		pulls_gather(state, model);
	if (anew || parts & MODEL_STATS)
		pulls_add_stats(state, model);
	state->below = rows >= BELOW_ROWS;
	list_view_resize(&state->view, rows - 2 - (state->below ? BELOW_SIZE : 0), cols - 1);
	if (anew || state->view.stale || parts & MODEL_STATS)
		pulls_build(state, model);
	name_command(state);
}

/* ---- drawing ---- */

static void pulls_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pulls *state = arg;
	struct canvas below;
	int y = canvas->rows - 1;

	list_view_draw(state, model, ui, canvas);
	if (state->below) {
		below = canvas_part(canvas, y - BELOW_SIZE, 0, BELOW_SIZE, canvas->cols);
		pulls_draw_below(state, model, &below);
	}
	draw_text_command(canvas, y, state->command);
}

/* ---- acting ---- */

static void fold(struct pulls *state, bool folded)
{
	const struct pull *pull = selected_pull(state);

	if (!pull)
		return;
	pulls_fold(state, pull, folded);
	state->view.stale = true;
}

static void fold_all(struct pulls *state)
{
	bool folded = true;

	for (size_t i = 0; i < state->list.count; i++)
		folded = folded && !pulls_is_unfolded(state, &state->list.items[i]);
	for (size_t i = 0; i < state->list.count; i++)
		pulls_fold(state, &state->list.items[i], !folded);
	state->view.stale = true;
}

static void act_open(struct pulls *state, struct ui *ui)
{
	const struct pull *pull = selected_pull(state);
	const struct version *version = selected_version(state);
	char id[VERSION_ID_SIZE];

	if (version) {
		name_join_version(str_of(version->service), str_of(version->name), id);
		ui_open(ui, &view_detail, id);
	} else if (pull) {
		fold(state, pulls_is_unfolded(state, pull));
	}
}

static void act_create(struct pulls *state, struct ui *ui)
{
	const struct pull *pull = selected_pull(state);
	char name[32];
	char label[64];

	if (!pull)
		return;
	state->asked_number = pull->number;
	(void)snprintf(name, sizeof(name), "pr-%" PRId64, pull->number);
	(void)snprintf(
		label, sizeof(label), "Session name (pins all of #%" PRId64 "):", pull->number);
	ui_ask_line(ui, QUESTION_CREATE_ON_PULL, label, name);
}

static enum redraw pulls_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pulls *state = arg;

	if (list_view_act(state, model, ui, action))
		return REDRAW_BODY;
	switch (action) {
	case ACTION_OPEN:
		act_open(state, ui);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, action == ACTION_LEFT);
		break;
	case ACTION_FOLD_ALL:
		fold_all(state);
		break;
	case ACTION_CREATE:
		act_create(state, ui);
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

	(void)model;
	if (question != QUESTION_CREATE_ON_PULL)
		return REDRAW_NONE;
	session_run_typed(ui, "create", "", text, NULL, state->asked_number);
	return REDRAW_BODY;
}

static void pulls_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct pull *pull = selected_pull(arg);
	const struct version *version = selected_version(arg);

	(void)model;
	if (!pull)
		return;
	ret_selection->kind = version ? SELECTED_VERSION : SELECTED_PULL;
	ret_selection->number = pull->number;
	if (!version) {
		const struct version *build = pull->versions[0].version;

		name_join_version(
			str_of(build->service), str_of(build->name), ret_selection->build);
		return;
	}
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(version->service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(version->name));
}

static bool has_text(const void *arg, const struct model *model, size_t row, struct str text)
{
	const struct pulls *state = arg;
	const struct pull *pull = &state->list.items[state->rows[row].pull];
	const struct version *version = pulls_version_at(state, row);
	char words[VERSION_ID_SIZE + 24];
	const struct str *const fields[] = {&pull->title, &pull->author, &pull->branch, &pull->url};

	(void)model;
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

static const struct list_kind pulls_kind = {
	.filtered = FILTERED_PULLS,
	.orders = pulls_orders,
	.order_count = PULLS_ORDERS,
	.columns = &pulls_columns,
	.id = pulls_id,
	.has_text = has_text,
	.draw_row = pulls_draw_row,
	.none = "No version names a pull request.",
	.none_help = "CI registers one with:",
	.none_command = "version register cart@pr-482 --endpoint 127.0.0.1:9001 --pr 482",
};

static void *pulls_create(void)
{
	struct pulls *state = xcalloc(1, sizeof(*state));

	list_view_init(&state->view, &pulls_kind);
	state->unfolded = hashmap_create();
	return state;
}

/* ---- coming here ---- */

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
	char id[LIST_ID_SIZE];

	(void)model;
	if (!pull)
		return false;
	(void)snprintf(id, sizeof(id), "%" PRId64 " %.*s", pull->number, STR_ARG(pull->url));
	if (selection->kind == SELECTED_VERSION) {
		size_t n = strlen(id);

		(void)snprintf(
			id + n, sizeof(id) - n, " %s@%s", selection->service, selection->version);
		pulls_fold(state, pull, false);
	}
	list_view_reveal(&state->view, id);
	return true;
}

const struct view view_pulls = {
	.name = "pulls",
	.title = "Pull requests",
	.key = '2',
	.area = AREA_PULLS,
	.list = &pulls_kind,
	.position = list_view_position,
	.create = pulls_create,
	.destroy = pulls_destroy,
	.prepare = pulls_prepare,
	.draw_title = list_view_draw_title,
	.draw = pulls_draw,
	.act = pulls_act,
	.answer = pulls_answer,
	.selected = pulls_selected,
	.reveal = pulls_reveal,
	.mouse = list_view_mouse,
	.keep = list_view_keep,
	.restore = list_view_restore,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
	.sort = list_view_sort,
};
