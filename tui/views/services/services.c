/*
 * View 1, Services: the tree of services and their versions with live figures. Reads the environment, the
 * figures and the pins. Rows are drawn by rows.c, what stands beside them by pane.c, and
 * what is done with versions by actions.c.
 *
 * Invariant: what is selected is known by name. Rows are numbered anew whenever the tree is built, and the
 * selection is looked up again, so that it never slides to another version while one reads.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/views/services/internal.h"
#include "tui/ui/draw_text.h"

enum { PANE_COLS_MAX = 4096 }; /* columns no terminal has */

static const struct sort_order orders[ORDER_COUNT] = {
	[ORDER_NAME] = {'n', "name", true},
	[ORDER_RATE] = {'r', "req/s", false},
	[ORDER_ERRORS] = {'e', "5xx", false},
	[ORDER_P95] = {'p', "p95", false},
	[ORDER_AGE] = {'a', "age", true}, /* the youngest first */
	[ORDER_EXPIRES] = {'x', "expires", true},
	[ORDER_HEALTH] = {'h', "health", false}, /* the worst first */
	[ORDER_PINS] = {'i', "pins", false},
};

static void *services_create(void)
{
	struct services *state = xcalloc(1, sizeof(*state));

	tree_init(&state->tree);
	property_list_init(&state->facts);
	columns_choose_all(&state->choice, &services_columns);
	sorting_init(&state->sorting, orders, ORDER_COUNT);
	state->stale = true;
	return state;
}

static void services_destroy(void *arg)
{
	struct services *state = arg;

	tree_finish(&state->tree);
	property_list_finish(&state->facts);
	filtering_finish(&state->filtering);
	free(state);
}

/* ---- the selection ---- */

const struct tree_row *services_row(const struct services *state, size_t at)
{
	return at < state->tree.count ? &state->tree.rows[at] : NULL;
}

const struct service_node *services_node(const struct model *model, const struct tree_row *row)
{
	return row && row->node < model->env->node_count ? &model->env->nodes[row->node] : NULL;
}

const struct version *services_version(const struct model *model, const struct tree_row *row)
{
	const struct service_node *node = services_node(model, row);

	if (!node || row->version < 0 || (size_t)row->version >= node->version_count)
		return NULL;
	return node->versions[row->version];
}

const struct service_node *services_selected_node(
	const struct services *state, const struct model *model)
{
	return services_node(model, services_row(state, state->list.selected));
}

const struct version *services_selected_version(
	const struct services *state, const struct model *model)
{
	return services_version(model, services_row(state, state->list.selected));
}

/* Takes over what the list has selected. */
static void remember(struct services *state, const struct model *model)
{
	const struct service_node *node = services_selected_node(state, model);
	const struct version *version = services_selected_version(state, model);
	char id[VERSION_ID_SIZE];
	struct command_vars vars;

	str_copy(state->service, sizeof(state->service), str_of(node ? node->service->name : ""));
	str_copy(state->version, sizeof(state->version), str_of(version ? version->name : ""));
	memset(&vars, 0, sizeof(vars));
	vars.service = str_of(state->service);
	name_join_version(vars.service, str_of(state->version), id);
	vars.id = str_of(id);
	state->command[0] = '\0';
	if (node)
		ui_command(state->command,
			version ? keymap_binding(AREA_SERVICES, ACTION_OPEN)->command
				: "umbra service show {service}",
			&vars);
}

static void build(struct services *state, const struct model *model)
{
	size_t row;

	tree_build(&state->tree, model, state->filtering.filter, (enum tree_order)state->sorting.at,
		state->sorting.reverse, state->mine ? &state->me : NULL);
	state->stale = false;
	state->list.count = state->tree.count;
	if (state->moved && tree_find(&state->tree, model, str_of(state->service),
				    str_of(state->version), &row))
		list_cursor_follow(&state->list, row);
	else
		list_cursor_resize(&state->list, state->tree.count, state->list.height);
}

/* At a service or a version of it: "cart", "cart@pr-482". What hides it gives way. */
static void services_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct services *state = arg;
	struct str version = str_of(argument);
	struct str service = str_cut(&version, '@');
	size_t node;

	(void)ui;
	if (!model_find_node(model, service, &node))
		return;
	str_copy(state->service, sizeof(state->service), service);
	str_copy(state->version, sizeof(state->version), version);
	if (version.n > 0)
		tree_fold(&state->tree, &model->env->nodes[node], false);
	filtering_finish(&state->filtering);
	state->moved = true;
	state->stale = true;
}

/* Whose is mine may change while it is shown first. */
static bool update_owner_filter(struct services *state, const struct ui *ui)
{
	bool same = strcmp(state->me.actor, ui->actor) == 0 &&
		    strcmp(state->me.session, ui->session) == 0;

	str_copy(state->me.actor, sizeof(state->me.actor), str_of(ui->actor));
	str_copy(state->me.session, sizeof(state->me.session), str_of(ui->session));
	return !same && state->mine;
}

/* What the order of the rows is made from. */
static unsigned parts_of_order(const struct services *state)
{
	size_t order = state->sorting.at;
	bool by_figures = order == ORDER_RATE || order == ORDER_ERRORS || order == ORDER_P95;
	bool by_sessions = order == ORDER_PINS || state->mine;

	return MODEL_SERVICES | (by_figures ? MODEL_FIGURES : 0U) |
	       (by_sessions ? MODEL_SESSIONS : 0U);
}

static void services_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct services *state = arg;

	if (parts & MODEL_SERVICES)
		services_forget_marks(state, model);
	if (parts & parts_of_order(state))
		state->stale = true;
	if (update_owner_filter(state, ui))
		state->stale = true;
	services_lay_out(state, rows, cols);
	state->list.height = (size_t)state->list_rows;
	if (state->stale) {
		build(state, model);
		parts |= MODEL_SERVICES;
	}
	list_cursor_resize(&state->list, state->tree.count, state->list.height);
	(void)columns_place_chosen(
		&services_columns, &state->choice, state->list_cols - 1, state->placed);
	if (parts & MODEL_SERVICES || state->service[0] == '\0')
		remember(state, model);
	services_fill_pane(state, model);
}

/* ---- drawing ---- */

static void draw_empty(const struct model *model, const struct canvas *canvas)
{
	bool none = model->env->node_count == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "No service is registered yet." : "Nothing matches the filter.");
	if (none)
		(void)draw_text_shell_line(canvas, 3, 3, model,
			"version register cart@2026.11.20 --endpoint 127.0.0.1:9001 --stable");
	else
		(void)draw_text_keys(canvas, 3, 3, ROLE_QUIET,
			"{list.filter} changes it, {global.back} shows all again.");
}

static void services_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;
	struct canvas list = canvas_part(canvas, 0, 0, state->list_rows + 1, state->list_cols);

	columns_draw_titles(
		&list, 0, services_columns.specs, services_columns.count, state->placed);
	for (size_t i = 0; i < state->list.height; i++)
		services_draw_row(state, model, ui, &list, (int)i + 1, state->list.top + i);
	if (state->tree.count == 0)
		draw_empty(model, &list);
	services_draw_pane(state, model, canvas);
}

/* What makes the list another one than all services. */
static void title_text(const struct services *state, char *dst, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, size - 1);
	if (state->marks.count > 0)
		strbuf_addf(&text, "%zu marked   ", state->marks.count);
	if (state->mine)
		strbuf_addf(&text, "mine first (%zu)   ", state->tree.mine_count);
	if (state->filtering.filter)
		strbuf_addf(&text, "filter: %s (hides %zu)   ", state->filtering.text,
			state->tree.hidden);
	str_copy(dst, size, strbuf_str(&text));
	strbuf_finish(&text);
}

static void services_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;
	char text[LIMIT_FILTER + 128];
	int x = 1;

	(void)model;
	(void)ui;
	if (state->service[0] != '\0') {
		x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 0, x, 32, ROLE_STRONG, state->service) + 2;
	}
	title_text(state, text, sizeof(text));
	sorting_draw(&state->sorting, canvas, x, text[0] ? ROLE_STAGED : ROLE_QUIET, text);
}

/* ---- acting ---- */

static void fold(struct services *state, const struct model *model, bool folded)
{
	const struct service_node *node = services_selected_node(state, model);

	if (!node)
		return;
	tree_fold(&state->tree, node, folded);
	if (folded)
		state->version[0] = '\0'; /* its row is the service's now */
	state->stale = true;
}

static void act_open(struct services *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = services_selected_node(state, model);
	const struct version *version = services_selected_version(state, model);
	bool filtered = state->filtering.filter != NULL;
	char id[VERSION_ID_SIZE];

	if (version) {
		name_join_version(str_of(version->service), str_of(version->name), id);
		ui_open(ui, &view_detail, id);
	} else if (node) {
		fold(state, model, !tree_is_folded(&state->tree, node, filtered));
	}
}

static void act_mine(struct services *state, struct ui *ui)
{
	if (ui->actor[0] == '\0' && ui->session[0] == '\0' && !state->mine) {
		ui_say(ui, ROLE_WARNING,
			"your name is not known: set UMBRA_USER, or user in the config");
		return;
	}
	state->mine = !state->mine;
	state->stale = true;
	state->moved = false; /* to the top, where mine is */
	list_cursor_select(&state->list, 0);
	if (state->mine)
		ui_say(ui, ROLE_DONE, "first what %s wrote, or pins by a session",
			ui->actor[0] ? ui->actor : ui->session);
}

static enum redraw services_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct services *state = arg;

	state->moved = true;
	if (list_cursor_move(&state->list, keymap_motion(action)) ||
		services_do(state, model, ui, action)) {
		remember(state, model);
		return REDRAW_BODY;
	}
	switch (action) {
	case ACTION_OPEN:
		act_open(state, model, ui);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, model, action == ACTION_LEFT);
		break;
	case ACTION_REVERSE:
		state->sorting.reverse = !state->sorting.reverse;
		state->stale = true;
		break;
	case ACTION_MINE:
		act_mine(state, ui);
		break;
	case ACTION_COLUMNS:
		ui_choose_columns(ui, &services_columns, &state->choice);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static enum redraw services_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	return services_answered(arg, model, ui, question, text);
}

static void services_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct services *state = arg;

	(void)model;
	if (state->service[0] == '\0')
		return;
	ret_selection->kind = state->version[0] ? SELECTED_VERSION : SELECTED_SERVICE;
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(state->service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(state->version));
}

static enum err services_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct services *state = arg;
	enum err err = filtering_set(&state->filtering, FILTERED_VERSIONS, text, ret_column, eb);

	(void)model;
	state->stale |= err == ERR_NONE;
	return err;
}

static const char *services_filter(const void *arg)
{
	const struct services *state = arg;

	return state->filtering.text;
}

static bool has_text(const struct model *model, const struct tree_row *row, struct str text)
{
	const struct version *version = services_version(model, row);
	const struct service_node *node = services_node(model, row);
	char pr[24] = "";
	const char *fields[6];
	size_t count = 0;

	if (!node)
		return false;
	if (!version)
		return text_find_nocase(str_of(node->service->name), text) <
		       strlen(node->service->name);
	if (version->pr_number > 0)
		(void)snprintf(pr, sizeof(pr), "#%lld", (long long)version->pr_number);
	fields[count++] = version->name;
	fields[count++] = version->pr_author;
	fields[count++] = version->pr_title;
	fields[count++] = version->pr_branch;
	fields[count++] = version->commit;
	fields[count++] = pr;
	for (size_t i = 0; i < count; i++) {
		struct str field = str_of(fields[i]);

		if (text_find_nocase(field, text) < field.n)
			return true;
	}
	return false;
}

static bool services_find(
	void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct services *state = arg;

	for (size_t i = 0; i < state->list.count; i++) {
		size_t at = list_cursor_around(&state->list, i, back, stay);

		if (!has_text(model, services_row(state, at), text))
			continue;
		state->moved = true;
		list_cursor_select(&state->list, at);
		remember(state, model);
		return true;
	}
	return false;
}

static bool services_sort(void *arg, const struct model *model, char letter)
{
	struct services *state = arg;

	(void)model;
	state->stale = true;
	return sorting_take(&state->sorting, letter);
}

static bool services_reveal(void *arg, const struct model *model, const struct selection *selection)
{
	struct services *state = arg;
	struct str service = str_of(selection->service);
	struct str version = str_of(selection->version);

	size_t node;

	if (!model_find_node(model, service, &node) ||
		(version.n > 0 && !environment_version(model->env, service, version)))
		return false;
	str_copy(state->service, sizeof(state->service), service);
	str_copy(state->version, sizeof(state->version), version);
	state->moved = true;
	state->stale = true;
	return true;
}

static enum mouse_answer services_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct services *state = arg;
	const struct table table = {&state->list, services_columns.specs, services_columns.count,
		state->placed, &state->sorting};
	enum mouse_answer answer;
	bool sorted;

	(void)ui;
	if (state->dragging && mouse->kind != MOUSE_PRESS) {
		services_drag_pane(state, mouse->x, mouse->cols);
		state->dragging = mouse->kind != MOUSE_RELEASE;
		return MOUSE_DONE;
	}
	state->dragging = state->pane == PANE_BESIDE && mouse->kind == MOUSE_PRESS &&
			  mouse->x == state->list_cols && mouse->y < mouse->rows - 1;
	if (state->dragging)
		return MOUSE_GRABBED;
	if (mouse->x >= state->list_cols)
		return MOUSE_IGNORED;
	answer = table_mouse(&table, mouse, &sorted);
	state->stale |= sorted;
	state->moved |= answer != MOUSE_IGNORED;
	if (answer != MOUSE_IGNORED && !sorted)
		remember(state, model);
	return answer;
}

static void services_keep(const void *arg, struct cJSON *object)
{
	const struct services *state = arg;

	columns_keep(&state->choice, &services_columns, object);
	sorting_keep(&state->sorting, object);
	(void)cJSON_AddBoolToObject(object, "mine", state->mine);
	if (state->pane_cols_wanted > 0)
		(void)cJSON_AddNumberToObject(object, "pane", state->pane_cols_wanted);
}

static void services_restore(void *arg, const struct cJSON *object)
{
	struct services *state = arg;
	double pane;

	columns_restore(&state->choice, &services_columns, object);
	sorting_restore(&state->sorting, object);
	(void)json_get_bool(object, "mine", &state->mine);
	if (json_get_double(object, "pane", &pane) && pane >= 1 && pane <= PANE_COLS_MAX)
		state->pane_cols_wanted = (int)pane;
}

const struct view view_services = {
	.name = "services",
	.title = "Services",
	.key = '1',
	.area = AREA_SERVICES,
	.list_at = offsetof(struct services, list),
	.create = services_create,
	.destroy = services_destroy,
	.open = services_open,
	.prepare = services_prepare,
	.draw_title = services_draw_title,
	.draw = services_draw,
	.act = services_act,
	.answer = services_answer,
	.selected = services_selected,
	.reveal = services_reveal,
	.mouse = services_mouse,
	.keep = services_keep,
	.restore = services_restore,
	.set_filter = services_set_filter,
	.filter = services_filter,
	.find = services_find,
	.sort = services_sort,
	.sort_letters = "n name   r req/s   e 5xx   p p95   a age   x expires   h health   i pins",
};
