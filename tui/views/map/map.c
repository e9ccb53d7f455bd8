/*
 * View 6, Map: who calls whom, drawn from the requests of the last minute, as a tree from where they come in.
 * Enter shows a service with its callers and what it calls (service.c); l tails exactly these requests.
 * The same of one session's requests, opened with its key: which version served each hop, and who lost it.
 *
 * Invariant: the selection is a call (caller, service, version), looked up again when the tree is made anew.
 */
#include "tui/views/map/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/command/commands.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

static void map_view_destroy(void *arg)
{
	struct map_view *state = arg;

	map_tree_finish(&state->tree);
	map_calls_finish(&state->calls);
	hashmap_destroy(state->folds, NULL);
	list_view_finish(&state->list);
	free(state->command);
	free(state);
}

/* ---- rows ---- */

static struct str fold_key(const char *service)
{
	return service[0] != '\0' ? str_of(service) : STR_LIT(" ");
}

static bool is_folded(void *arg, const char *service)
{
	const struct map_view *state = arg;

	return !state->list.filtering.text[0] &&
	       hashmap_get(state->folds, fold_key(service)) != NULL;
}

static const struct map_row *selected_row(const struct map_view *state)
{
	return map_row_at(state, state->list.cursor.selected);
}

const char *map_name_of(const struct map_row *row)
{
	if (row->kind == MAP_OUTSIDE)
		return "outside";
	if (row->kind == MAP_VERSION)
		return row->version[0] != '\0' ? row->version : "answered by the proxy";
	return row->service;
}

static void name_command(struct map_view *state, const char *scope)
{
	ui_print_command(&state->command,
		state->session[0] ? args_create(&command_session_map, "KEY", state->session, NULL)
				  : args_create(&command_logs, "--follow", "", "FILTER",
					    scope[0] ? scope : NULL, NULL));
}

/* What is said of the selected row. */
static void describe(struct map_view *state)
{
	const struct map_row *row = selected_row(state);
	char scope[LIMIT_FILTER + 1] = "";

	state->sentence[0] = state->lost[0] = '\0';
	if (row) {
		map_sentence(row, state->session, state->sentence, sizeof(state->sentence));
		map_lost(row, state->lost, sizeof(state->lost));
		map_scope(row, state->session, scope);
	}
	name_command(state, scope);
}

static void id_of(const void *arg, const struct model *model, size_t index, char id[LIST_ID_SIZE])
{
	const struct map_row *row = map_row_at(arg, index);
	bool version = row && row->kind == MAP_VERSION;

	(void)model;
	(void)snprintf(id, LIST_ID_SIZE, "%s>%s%s%s", row ? row->caller : "",
		row ? row->service : "", version ? " " : "", version ? row->version : "");
}

/* A call that fails, or loses the session; of a service's rows only, its versions say the same again. */
static bool is_trouble(const struct map_row *row)
{
	return row->kind == MAP_SERVICE && !row->root &&
	       (row->sum.lost > 0 || row->sum.likely > 0 || map_share_5xx(&row->sum) >= 0.01);
}

static void count_troubles(struct map_view *state)
{
	state->losing = state->failing = 0;
	for (size_t i = 0; i < state->tree.count; i++) {
		const struct map_row *row = &state->tree.rows[i];

		if (!is_trouble(row))
			continue;
		state->losing += row->sum.lost > 0;
		state->failing += map_share_5xx(&row->sum) >= 0.01;
	}
}

static void build(struct map_view *state, const struct model *model)
{
	map_calls_collect(
		&state->calls, model, map_edges(state, model), state->list.filtering.filter);
	map_tree_build(&state->tree, state->calls.calls, state->calls.count, is_folded, state);
	count_troubles(state);
	state->known = call_graph_known(map_edges(state, model));
	list_view_built(state, model, state->tree.count, state->calls.hidden);
}

static void map_view_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct map_view *state = arg;

	(void)ui;
	list_view_resize(&state->list, rows - MAP_PANE_ROWS - 1, cols - 1);
	if (parts & (MODEL_EDGES | MODEL_SERVICES) || state->list.stale)
		build(state, model);
	describe(state);
}

/* ---- acting ---- */

static void fold(struct map_view *state, bool folded)
{
	const struct map_row *row = selected_row(state);

	if (!row || row->kind == MAP_VERSION || row->more == MAP_LEAF)
		return;
	if (folded)
		(void)hashmap_set(state->folds, fold_key(row->service), state);
	else
		(void)hashmap_remove(state->folds, fold_key(row->service));
	state->list.stale = true;
}

/* Without what comes from outside: folded, it would leave a single row. */
static void fold_all(struct map_view *state)
{
	bool any = false;

	for (size_t i = 0; i < state->tree.count; i++) {
		const struct map_row *row = &state->tree.rows[i];

		if (row->more != MAP_OPEN || row->kind == MAP_OUTSIDE)
			continue;
		(void)hashmap_set(state->folds, fold_key(row->service), state);
		any = true;
	}
	if (!any) {
		hashmap_destroy(state->folds, NULL);
		state->folds = hashmap_create();
	}
	state->list.stale = true;
}

/* To the next row that fails or loses the session, round the end. */
static void go_to_trouble(
	struct map_view *state, const struct model *model, struct ui *ui, bool back)
{
	size_t count = state->tree.count;
	size_t at = state->list.cursor.selected;

	for (size_t i = 0; i < count; i++) {
		at = back ? (at + count - 1) % count : (at + 1) % count;
		if (is_trouble(&state->tree.rows[at])) {
			list_view_select(state, model, at);
			return;
		}
	}
	ui_say(ui, ROLE_QUIET, "no call here fails or loses its session");
}

static void ask_session(const struct model *model, struct ui *ui)
{
	char note[LIMIT_WORD + 64];

	if (model->env->session_count == 0) {
		ui_say(ui, ROLE_QUIET,
			"there is no session yet: {sessions.create} in Sessions opens one");
		return;
	}
	ui_ask_pick(ui, QUESTION_MAP_SESSION, "the map of which session's requests?");
	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];

		(void)snprintf(note, sizeof(note), "%s%s%zu pin%s",
			session->owner ? session->owner : "", session->owner ? ", " : "",
			session->pins.count, session->pins.count == 1 ? "" : "s");
		picker_add(&ui->prompt.picker, session->key, note);
	}
	picker_ready(&ui->prompt.picker, 10);
}

static enum redraw map_view_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	(void)arg;
	(void)model;
	if (question == QUESTION_MAP_SESSION)
		ui_open(ui, &view_map_session, text);
	return REDRAW_ALL;
}

static enum redraw map_view_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct map_view *state = arg;
	const struct map_row *row = selected_row(state);
	char scope[LIMIT_FILTER + 1];

	if (list_view_act(state, model, ui, action))
		return REDRAW_BODY;
	switch (action) {
	case ACTION_MAP:
		ask_session(model, ui);
		return REDRAW_ALL;
	case ACTION_FOLD_ALL:
		fold_all(state);
		return REDRAW_ALL;
	case ACTION_BACK:
		ui_back(ui);
		return REDRAW_ALL;
	case ACTION_ERROR_NEXT:
	case ACTION_ERROR_BEFORE:
		go_to_trouble(state, model, ui, action == ACTION_ERROR_BEFORE);
		return REDRAW_ALL;
	default:
		break;
	}
	if (!row)
		return REDRAW_NONE;
	switch (action) {
	case ACTION_OPEN:
		if (row->kind == MAP_OUTSIDE)
			fold(state, row->more != MAP_FOLDED);
		else
			ui_open(ui, &view_map_service, row->service);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, action == ACTION_LEFT);
		break;
	case ACTION_LOGS:
		map_scope(row, state->session, scope);
		ui_open(ui, &view_requests, scope);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static void map_view_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct map_view *state = arg;
	const struct map_row *row = selected_row(state);

	(void)model;
	if (row)
		map_select(row, ret_selection);
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(state->session));
	if (state->session[0] && (!row || row->root || row->kind == MAP_OUTSIDE))
		ret_selection->kind = SELECTED_SESSION;
}

static bool map_view_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct map_view *state = arg;
	struct str caller = str_of(selection->caller);

	for (size_t i = 0; i < state->tree.count; i++) {
		const struct map_row *row = &state->tree.rows[i];
		const char *version = row->kind == MAP_VERSION ? row->version : "";

		if (strcmp(row->service, selection->service) == 0 &&
			str_eq_c(caller, row->caller) && strcmp(version, selection->version) == 0) {
			list_view_select(state, model, i);
			return true;
		}
	}
	return false;
}

static enum mouse_answer map_view_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct map_view *state = arg;
	enum mouse_answer answer = list_view_mouse(state, model, ui, mouse);
	const struct map_row *row = answer == MOUSE_IGNORED ? NULL : selected_row(state);

	/* On the mark before the name: it is folded, or unfolded. */
	if (row && (row->more == MAP_OPEN || row->more == MAP_FOLDED) &&
		mouse->x == state->list.placed[COLUMN_NAME].x + 2 * row->depth - 2) {
		fold(state, row->more == MAP_OPEN);
		return MOUSE_DONE;
	}
	return answer;
}

/* The services that are folded. */
static void map_view_keep(const void *arg, struct cJSON *object)
{
	const struct map_view *state = arg;
	cJSON *folded = cJSON_AddArrayToObject(object, "folded");
	size_t cursor = 0;
	struct str key;
	void *value;
	char name[LIMIT_SERVICE_NAME + 1];

	for (int i = 0; i < KEEP_LIST_MAX && hashmap_next(state->folds, &cursor, &key, &value); i++)
		if (str_copy(name, sizeof(name), key))
			(void)cJSON_AddItemToArray(folded, cJSON_CreateString(name));
}

static void map_view_restore(void *arg, const struct cJSON *object)
{
	struct map_view *state = arg;
	const cJSON *item;
	int count = 0;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, "folded"))
	{
		struct str name = str_of(cJSON_IsString(item) ? item->valuestring : "");

		if (count++ == KEEP_LIST_MAX)
			return;
		if (name_is_service(name) || str_eq(name, fold_key("")))
			(void)hashmap_set(state->folds, name, state);
	}
}

static bool has_text(const void *arg, const struct model *model, size_t index, struct str text)
{
	const struct map_row *row = map_row_at(arg, index);
	struct str name = str_of(row ? map_name_of(row) : "");

	(void)model;
	return text_find_nocase(name, text) < name.n;
}

static const struct list_kind map_list = {
	.filtered = FILTERED_CALLS,
	.columns = &map_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = map_draw_row,
};

static const struct list_kind map_session_list = {
	.filtered = FILTERED_CALLS,
	.columns = &map_session_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = map_draw_row,
};

static void *map_view_create(void)
{
	struct map_view *state = xcalloc(1, sizeof(*state));

	list_view_init(&state->list, &map_list);
	map_tree_init(&state->tree);
	state->folds = hashmap_create();
	return state;
}

static void map_session_open(
	void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct map_view *state = arg;

	(void)model;
	(void)ui;
	str_copy(state->session, sizeof(state->session), str_of(argument));
	state->tree.inline_versions = true;
	state->list.kind = &map_session_list;
	state->list.stale = true;
}

const struct view view_map = {
	.name = "map",
	.title = "Map",
	.key = '6',
	.area = AREA_MAP,
	.list = &map_list,
	.position = list_view_position,
	.flags = VIEW_EDGES,
	.create = map_view_create,
	.destroy = map_view_destroy,
	.prepare = map_view_prepare,
	.draw_title = map_view_draw_title,
	.draw = map_view_draw,
	.act = map_view_act,
	.answer = map_view_answer,
	.selected = map_view_selected,
	.reveal = map_view_reveal,
	.mouse = map_view_mouse,
	.keep = map_view_keep,
	.restore = map_view_restore,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
};

const struct view view_map_session = {
	.name = "map-session",
	.title = "Map",
	.area = AREA_MAP,
	.list = &map_session_list,
	.position = list_view_position,
	.flags = VIEW_SESSION_EDGES,
	.create = map_view_create,
	.destroy = map_view_destroy,
	.open = map_session_open,
	.prepare = map_view_prepare,
	.draw_title = map_view_draw_title,
	.draw = map_view_draw,
	.act = map_view_act,
	.answer = map_view_answer,
	.selected = map_view_selected,
	.mouse = map_view_mouse,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
};
