/*
 * View 1, Services: the tree of services and their versions with live stats. Reads the environment, the
 * stats and the pins. Rows are drawn by rows.c, what stands beside them by pane.c, and
 * what is done with versions by tui/views/object_actions.c.
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
#include "core/command/commands.h"

#include "tui/views/services/internal.h"
#include "tui/views/version_actions.h"

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

static void services_destroy(void *arg)
{
	struct services *state = arg;

	tree_finish(&state->tree);
	text_page_finish(&state->facts);
	list_view_finish(&state->list);
	chosen_versions_finish(&state->marks);
	free(state->command);
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
	return services_node(model, services_row(state, state->list.cursor.selected));
}

const struct version *services_selected_version(
	const struct services *state, const struct model *model)
{
	return services_version(model, services_row(state, state->list.cursor.selected));
}

/* The names of what is selected, and what shows it as a command line. */
static void name_selected(struct services *state, const struct model *model)
{
	const struct service_node *node = services_selected_node(state, model);
	const struct version *version = services_selected_version(state, model);
	char id[VERSION_ID_SIZE];

	str_copy(state->service, sizeof(state->service), str_of(node ? node->service->name : ""));
	str_copy(state->version, sizeof(state->version), str_of(version ? version->name : ""));
	name_join_version(str_of(state->service), str_of(state->version), id);
	ui_print_command(&state->command,
		version ? args_create(&command_version_show, "SERVICE@VERSION", id, NULL)
		: node  ? args_create(&command_service_show, "SERVICE", state->service, NULL)
			: NULL);
}

/* ---- marks ---- */

bool services_is_marked(const struct services *state, const struct version *version)
{
	return chosen_versions_find(&state->marks, version) < state->marks.count;
}

/* Versions that are gone are not marked any more. */
static void forget_marks(struct services *state, const struct model *model)
{
	for (size_t i = state->marks.count; i-- > 0;)
		if (!chosen_versions_version(&state->marks, model, i))
			chosen_versions_remove(&state->marks, i);
}

static void act_mark(struct services *state, const struct model *model, struct ui *ui)
{
	const struct version *version = services_selected_version(state, model);

	if (!version) {
		ui_say(ui, ROLE_WARNING,
			"{services.mark} marks versions, and %s is a service: move to one of its "
			"versions",
			state->service);
		return;
	}
	if (services_is_marked(state, version))
		chosen_versions_remove(&state->marks, chosen_versions_find(&state->marks, version));
	else
		chosen_versions_add(&state->marks, version);
	(void)list_view_act(state, model, ui, ACTION_DOWN);
}

/* ---- rows ---- */

static void build(struct services *state, const struct model *model)
{
	tree_build(&state->tree, model, state->list.filtering.filter,
		(enum tree_order)state->list.order, state->list.reverse,
		state->mine ? &state->me : NULL);
	list_view_built(state, model, state->tree.count, state->tree.hidden);
}

static void reveal(struct services *state, struct str service, struct str version)
{
	char id[VERSION_ID_SIZE];

	(void)snprintf(id, sizeof(id), "%.*s%s%.*s", STR_ARG(service), version.n > 0 ? " " : "",
		STR_ARG(version));
	list_view_reveal(&state->list, id);
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
	if (version.n > 0)
		tree_fold(&state->tree, &model->env->nodes[node], false);
	filtering_finish(&state->list.filtering);
	reveal(state, service, version);
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
	size_t order = state->list.order;
	bool by_stats = order == ORDER_RATE || order == ORDER_ERRORS || order == ORDER_P95;
	bool by_sessions = order == ORDER_PINS || state->mine;

	return MODEL_SERVICES | (by_stats ? MODEL_STATS : 0U) | (by_sessions ? MODEL_SESSIONS : 0U);
}

static void services_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct services *state = arg;

	if (parts & MODEL_SERVICES)
		forget_marks(state, model);
	if (parts & parts_of_order(state))
		state->list.stale = true;
	if (update_owner_filter(state, ui))
		state->list.stale = true;
	services_lay_out(state, rows, cols);
	list_view_resize(&state->list, state->list_rows, state->list_cols - 1);
	if (state->list.stale)
		build(state, model);
	name_selected(state, model);
	services_fill_pane(state, model, rows, cols);
}

/* ---- drawing ---- */

static void services_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;
	struct canvas list = canvas_part(canvas, 0, 0, state->list_rows + 1, state->list_cols);

	list_view_draw(state, model, ui, &list);
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
		strbuf_addf(&text, "mine first: %zu   ", state->tree.mine_count);
	str_copy(dst, size, strbuf_str(&text));
	strbuf_finish(&text);
}

static void services_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;
	char text[128];
	int x = 1;

	(void)model;
	(void)ui;
	if (state->service[0] != '\0') {
		x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 0, x, 32, ROLE_STRONG, state->service) + 2;
	}
	title_text(state, text, sizeof(text));
	list_view_draw_order(&state->list, canvas, x, text);
}

/* ---- acting ---- */

static void fold(struct services *state, const struct model *model, bool folded)
{
	const struct service_node *node = services_selected_node(state, model);

	if (!node)
		return;
	tree_fold(&state->tree, node, folded);
	state->list.stale = true;
}

static void fold_all(struct services *state, const struct model *model)
{
	bool filtered = state->list.filtering.filter != NULL;
	bool folded = true;

	for (size_t i = 0; i < model->env->node_count; i++)
		folded = folded && tree_is_folded(&state->tree, &model->env->nodes[i], filtered);
	for (size_t i = 0; i < model->env->node_count; i++)
		tree_fold(&state->tree, &model->env->nodes[i], !folded);
	state->list.stale = true;
}

static void act_open(struct services *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = services_selected_node(state, model);
	const struct version *version = services_selected_version(state, model);
	bool filtered = state->list.filtering.filter != NULL;
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
	state->list.stale = true;
	state->list.moved = false; /* to the top, where mine is */
	list_cursor_select(&state->list.cursor, 0);
	if (state->mine)
		ui_say(ui, ROLE_DONE, "yours first (%s: author, or pinned by your sessions)",
			ui->actor[0] ? ui->actor : ui->session);
}

static enum redraw services_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct services *state = arg;

	if (list_view_act(state, model, ui, action))
		return REDRAW_BODY;
	switch (action) {
	case ACTION_OPEN:
		act_open(state, model, ui);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		fold(state, model, action == ACTION_LEFT);
		break;
	case ACTION_MARK:
		act_mark(state, model, ui);
		break;
	case ACTION_UNMARK:
		chosen_versions_clear(&state->marks);
		break;
	case ACTION_FOLD_ALL:
		fold_all(state, model);
		break;
	case ACTION_MINE:
		act_mine(state, ui);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static enum redraw services_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct services *state = arg;

	(void)model;
	(void)ui;
	(void)text;
	if (version_is_done(question))
		chosen_versions_clear(&state->marks);
	return REDRAW_BODY;
}

static const struct chosen_versions *services_marked(const void *arg)
{
	return &((const struct services *)arg)->marks;
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

static void id_of(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE])
{
	const struct tree_row *tree_row = services_row(arg, row);
	const struct service_node *node = services_node(model, tree_row);
	const struct version *version = services_version(model, tree_row);

	(void)snprintf(id, LIST_ID_SIZE, "%s%s%s", node ? node->service->name : "",
		version ? " " : "", version ? version->name : "");
}

static bool has_text(const void *arg, const struct model *model, size_t row, struct str text)
{
	const struct tree_row *tree_row = services_row(arg, row);
	const struct version *version = services_version(model, tree_row);
	const struct service_node *node = services_node(model, tree_row);
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

static const struct list_kind services_list = {
	.filtered = FILTERED_VERSIONS,
	.orders = orders,
	.order_count = ORDER_COUNT,
	.columns = &services_columns,
	.id = id_of,
	.has_text = has_text,
	.draw_row = services_draw_row,
	.none = "No service is registered yet.",
	.none_command = "version register cart@2026.11.20 --endpoint 127.0.0.1:9001 --stable",
};

static void *services_create(void)
{
	struct services *state = xcalloc(1, sizeof(*state));

	list_view_init(&state->list, &services_list);
	tree_init(&state->tree);
	text_page_init(&state->facts, 1, SERVICES_FACT_COLS, false);
	return state;
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
	reveal(state, service, version);
	return true;
}

static enum mouse_answer services_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct services *state = arg;

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
	return list_view_mouse(state, model, ui, mouse);
}

static void services_keep(const void *arg, struct cJSON *object)
{
	const struct services *state = arg;

	list_view_keep(state, object);
	(void)cJSON_AddBoolToObject(object, "mine", state->mine);
	if (state->pane_cols_wanted > 0)
		(void)cJSON_AddNumberToObject(object, "pane", state->pane_cols_wanted);
}

static void services_restore(void *arg, const struct cJSON *object)
{
	struct services *state = arg;
	double pane;

	list_view_restore(state, object);
	(void)json_get_bool(object, "mine", &state->mine);
	if (json_get_double(object, "pane", &pane) && pane >= 1 && pane <= PANE_COLS_MAX)
		state->pane_cols_wanted = (int)pane;
}

const struct view view_services = {
	.name = "services",
	.title = "Services",
	.key = '1',
	.area = AREA_SERVICES,
	.list = &services_list,
	.position = list_view_position,
	.create = services_create,
	.destroy = services_destroy,
	.open = services_open,
	.prepare = services_prepare,
	.draw_title = services_draw_title,
	.draw = services_draw,
	.act = services_act,
	.answer = services_answer,
	.marked = services_marked,
	.selected = services_selected,
	.reveal = services_reveal,
	.mouse = services_mouse,
	.keep = services_keep,
	.restore = services_restore,
	.set_filter = list_view_set_filter,
	.filter = list_view_filter,
	.find = list_view_find,
	.sort = list_view_sort,
};
