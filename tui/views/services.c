/*
 * View 1, Services: the tree of services and their versions with live figures. Reads the environment, the
 * figures and the pin counts; acts by command lines only.
 *
 * Invariant: what is selected is known by name. Rows are numbered anew whenever the tree is built, and the
 * selection is looked up again, so that it never slides to another version while one reads.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "core/model/names.h"

#include "tui/views/cells.h"
#include "tui/views/services_index.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum {
	COLUMN_NAME,
	COLUMN_PR,
	COLUMN_AUTHOR,
	COLUMN_COMMIT,
	COLUMN_AGE,
	COLUMN_EXPIRES,
	COLUMN_HEALTH,
	COLUMN_RATE,
	COLUMN_ERRORS,
	COLUMN_P95,
	COLUMN_MINUTE,
	COLUMN_PINS,
	COLUMN_TOTAL
};

/* What goes first on a narrow screen: who and which commit can be looked up, what is wrong cannot wait. */
static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_NAME] = {"SERVICE / VERSION", 20, 40, 3, 0, false, 'n'},
	[COLUMN_PR] = {"PR", 5, 0, 1, 3, false, 0},
	[COLUMN_AUTHOR] = {"AUTHOR", 8, 20, 2, 7, false, 0},
	[COLUMN_COMMIT] = {"COMMIT", 7, 0, 2, 9, false, 0},
	[COLUMN_AGE] = {"AGE", 3, 0, 2, 6, true, 'a'},
	[COLUMN_EXPIRES] = {"EXPIRES", 7, 0, 1, 4, true, 'x'},
	[COLUMN_HEALTH] = {"HEALTH", 12, 40, 2, 0, false, 'h'},
	[COLUMN_RATE] = {"REQ/S", 6, 0, 1, 0, true, 'r'},
	[COLUMN_ERRORS] = {"5XX%", 7, 0, 1, 0, true, 'e'},
	[COLUMN_P95] = {"P95", 6, 0, 1, 2, true, 'p'},
	[COLUMN_MINUTE] = {"LAST MINUTE", 11, 30, 2, 8, false, 0},
	[COLUMN_PINS] = {"PINS", 4, 0, 1, 1, true, 'i'},
};

static const struct {
	char letter;
	const char *name;
} orders[ORDER_COUNT] = {
	[ORDER_NAME] = {'n', "name"},
	[ORDER_RATE] = {'r', "req/s"},
	[ORDER_ERRORS] = {'e', "5xx"},
	[ORDER_P95] = {'p', "p95"},
	[ORDER_AGE] = {'a', "age"},
	[ORDER_EXPIRES] = {'x', "expires"},
	[ORDER_HEALTH] = {'h', "health"},
	[ORDER_PINS] = {'i', "pins"},
};

struct services {
	struct tree_index tree;
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	struct filter *filter;
	char filter_text[LIMIT_FILTER + 1];
	enum tree_order order;
	bool reverse;
	bool stale; /* the tree is to be built anew */
	bool moved; /* a person chose the row; until then it is the first, whatever comes */
	char service[LIMIT_SERVICE_NAME + 1]; /* what is selected; "" nothing yet */
	char version[LIMIT_VERSION_NAME + 1]; /* "" for the service itself */
	int detail_rows;
	char pinned_by[256]; /* of the selected version */
	char pin_session[LIMIT_SESSION_KEY + 1]; /* what the pin that is asked about is for */
	char command[COMMAND_MAX]; /* what Enter is as a command line */
};

static void *services_create(void)
{
	struct services *state = xcalloc(1, sizeof(*state));

	tree_init(&state->tree);
	state->stale = true;
	return state;
}

static void services_destroy(void *arg)
{
	struct services *state = arg;

	tree_finish(&state->tree);
	filter_destroy(state->filter);
	free(state);
}

/* ---- the selection ---- */

static const struct tree_row *row_at(const struct services *state, size_t at)
{
	return at < state->tree.count ? &state->tree.rows[at] : NULL;
}

static const struct service_node *node_of(const struct model *model, const struct tree_row *row)
{
	return row && row->node < model->env->node_count ? &model->env->nodes[row->node] : NULL;
}

/* NULL for a service's row. */
static const struct version *version_of(const struct model *model, const struct tree_row *row)
{
	const struct service_node *node = node_of(model, row);

	if (!node || row->version < 0 || (size_t)row->version >= node->version_count)
		return NULL;
	return node->versions[row->version];
}

static const struct service_node *selected_node(
	const struct services *state, const struct model *model)
{
	return node_of(model, row_at(state, state->list.selected));
}

static const struct version *selected_version(
	const struct services *state, const struct model *model)
{
	return version_of(model, row_at(state, state->list.selected));
}

static void describe_pins(struct services *state, const struct model *model)
{
	struct word_list words = {
		.dst = state->pinned_by, .size = sizeof(state->pinned_by), .max = 3};
	size_t total;

	state->pinned_by[0] = '\0';
	if (state->version[0] == '\0')
		return;
	total = model_pin_count(model, str_of(state->service), str_of(state->version));
	for (size_t i = 0;
		i < model->env->session_count && words.shown < words.max && words.shown < total;
		i++) {
		const struct session *session = model->env->sessions[i];
		const char *pin = session_pin(session, str_of(state->service));
		char word[LIMIT_SESSION_KEY + LIMIT_WORD + 8];

		if (!pin || strcmp(pin, state->version) != 0)
			continue;
		(void)snprintf(word, sizeof(word), "%s%s%s%s", session->key,
			session->owner ? " (" : "", session->owner ? session->owner : "",
			session->owner ? ")" : "");
		words_add(&words, word);
	}
	words_end(&words, total);
}

/* Takes over what the list has selected. */
static void remember(struct services *state, const struct model *model)
{
	const struct service_node *node = selected_node(state, model);
	const struct version *version = selected_version(state, model);
	char id[VERSION_ID_SIZE];
	struct command_vars vars;

	str_copy(state->service, sizeof(state->service), str_of(node ? node->service->name : ""));
	str_copy(state->version, sizeof(state->version), str_of(version ? version->name : ""));
	describe_pins(state, model);
	memset(&vars, 0, sizeof(vars));
	vars.service = str_of(state->service);
	name_join_version(vars.service, str_of(state->version), id);
	vars.id = str_of(id);
	ui_command(state->command,
		version ? keymap_binding(AREA_SERVICES, ACTION_OPEN)->command
			: "umbra service show {service}",
		&vars);
}

static void build(struct services *state, const struct model *model)
{
	size_t row;

	tree_build(&state->tree, model, state->filter, state->order, state->reverse);
	state->stale = false;
	state->list.count = state->tree.count;
	if (state->moved && tree_find(&state->tree, model, str_of(state->service),
				    str_of(state->version), &row))
		list_follow(&state->list, row);
	else
		list_resize(&state->list, state->tree.count, state->list.height);
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
	filter_destroy(state->filter);
	state->filter = NULL;
	state->filter_text[0] = '\0';
	state->moved = true;
	state->stale = true;
}

static int detail_rows_for(int rows)
{
	return rows >= 18 ? 4 : rows >= 13 ? 3 : 2;
}

static void services_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct services *state = arg;
	bool by_figures = state->order == ORDER_RATE || state->order == ORDER_ERRORS ||
			  state->order == ORDER_P95;

	(void)ui;
	if (parts & MODEL_SERVICES || (parts & MODEL_FIGURES && by_figures) ||
		(parts & MODEL_SESSIONS && state->order == ORDER_PINS))
		state->stale = true;
	state->detail_rows = detail_rows_for(rows);
	state->list.height =
		rows - 1 > state->detail_rows ? (size_t)(rows - 1 - state->detail_rows) : 1;
	if (state->stale) {
		build(state, model);
		parts |= MODEL_SERVICES;
	}
	list_resize(&state->list, state->tree.count, state->list.height);
	(void)columns_place(columns, COLUMN_TOTAL, cols - 1, state->placed);
	if (parts & (MODEL_SERVICES | MODEL_SESSIONS) || state->service[0] == '\0')
		remember(state, model);
}

/* ---- drawing ---- */

static void draw_figures(const struct services *state, const struct canvas *canvas, int y,
	const struct figures *figures)
{
	const struct placed *at = state->placed;
	char text[16];
	double share = figures->share_5xx * 100;

	cell_rate(text, figures->rate);
	canvas_right(canvas, y, at[COLUMN_RATE].x, at[COLUMN_RATE].width,
		figures->rate > 0 ? ROLE_FIGURE : ROLE_QUIET, text);
	(void)snprintf(text, sizeof(text), "%.1f", share);
	canvas_right(canvas, y, at[COLUMN_ERRORS].x, at[COLUMN_ERRORS].width,
		share >= 1 ? ROLE_UNHEALTHY : ROLE_QUIET, text);
	if (share >= 1)
		(void)canvas_glyph(canvas, y, at[COLUMN_ERRORS].x, ROLE_UNHEALTHY, GLYPH_UP);
	if (at[COLUMN_P95].width > 0 && figures->count > 0) {
		cell_ms(text, figures->p95_ms);
		canvas_right(canvas, y, at[COLUMN_P95].x, at[COLUMN_P95].width, ROLE_FIGURE, text);
	}
}

static void draw_minute(const struct services *state, const struct canvas *canvas, int y,
	const struct figures *figures, const struct figures *scale)
{
	const struct placed *at = &state->placed[COLUMN_MINUTE];

	if (at->width > 0 && figures && scale)
		cell_spark(canvas, y, at->x, at->width, figures, scale);
}

static void draw_service_health(const struct services *state, const struct canvas *canvas, int y,
	const struct service_node *node)
{
	const struct placed *at = &state->placed[COLUMN_HEALTH];
	size_t in[STATE_COUNT] = {0};
	int worst = STATE_READY;
	char text[48];

	for (size_t i = 0; i < node->version_count; i++)
		in[node->versions[i]->state]++;
	if (in[STATE_UNHEALTHY] > 0)
		worst = STATE_UNHEALTHY;
	else if (in[STATE_READY] == 0 && in[STATE_STARTING] > 0)
		worst = STATE_STARTING;
	if (node->version_count == 0) {
		canvas_c(canvas, y, at->x, at->width, ROLE_QUIET, "no version");
		return;
	}
	(void)canvas_glyph(canvas, y, at->x, cell_state_role(worst), cell_state_glyph(worst));
	(void)snprintf(text, sizeof(text), "%zu of %zu", in[STATE_READY], node->version_count);
	canvas_c(canvas, y, at->x + 3, at->width - 3,
		worst == STATE_READY ? ROLE_BASE : cell_state_role(worst), text);
}

static void draw_service(const struct services *state, const struct model *model,
	const struct ui *ui, const struct canvas *canvas, int y, const struct service_node *node,
	bool selected)
{
	const struct figures *figures =
		figures_service(model->figures, str_of(node->service->name));
	bool filtered = state->filter && !filter_is_empty(state->filter);

	if (node->version_count > 0)
		(void)canvas_glyph(canvas, y, 1, ROLE_QUIET,
			tree_is_folded(&state->tree, node, filtered) ? GLYPH_CLOSED : GLYPH_OPEN);
	canvas_text_found(canvas, y, 3, state->placed[COLUMN_NAME].width,
		selected ? ROLE_SELECTED : ROLE_SERVICE, str_of(node->service->name),
		str_of(ui->find));
	draw_service_health(state, canvas, y, node);
	if (figures)
		draw_figures(state, canvas, y, figures);
	draw_minute(state, canvas, y, figures, figures);
}

static void draw_origin(const struct services *state, const struct ui *ui,
	const struct canvas *canvas, int y, const struct version *version)
{
	const struct placed *at = state->placed;
	char text[32];

	if (at[COLUMN_PR].width > 0 && version->pr_number > 0) {
		(void)snprintf(text, sizeof(text), "#%lld", (long long)version->pr_number);
		canvas_text_found(canvas, y, at[COLUMN_PR].x, at[COLUMN_PR].width, ROLE_PR,
			str_of(text), str_of(ui->find));
	}
	if (at[COLUMN_AUTHOR].width > 0 && version->kind == KIND_STABLE && !version->pr_author)
		(void)canvas_glyph(canvas, y, at[COLUMN_AUTHOR].x, ROLE_QUIET, GLYPH_NONE);
	else if (at[COLUMN_AUTHOR].width > 0)
		canvas_text_found(canvas, y, at[COLUMN_AUTHOR].x, at[COLUMN_AUTHOR].width,
			ROLE_BASE, str_of(version->pr_author), str_of(ui->find));
	if (at[COLUMN_COMMIT].width > 0) {
		struct str commit = str_of(version->commit);

		if (commit.n > 7)
			commit.n = 7;
		canvas_text(canvas, y, at[COLUMN_COMMIT].x, at[COLUMN_COMMIT].width, ROLE_QUIET,
			commit);
	}
}

static void draw_times(const struct services *state, const struct canvas *canvas, int y,
	const struct version *version)
{
	const struct placed *at = state->placed;
	char text[32];
	enum role role;

	if (at[COLUMN_AGE].width > 0)
		canvas_right(canvas, y, at[COLUMN_AGE].x, at[COLUMN_AGE].width, ROLE_BASE,
			canvas_age(canvas,
				version->deployed_at ? version->deployed_at : version->created_at,
				text));
	if (at[COLUMN_EXPIRES].width == 0)
		return;
	role = cell_expires(canvas, version->expires_at, text);
	if (text[0] == '\0')
		(void)canvas_glyph(canvas, y, at[COLUMN_EXPIRES].x + at[COLUMN_EXPIRES].width - 1,
			ROLE_QUIET, GLYPH_NONE);
	else
		canvas_right(canvas, y, at[COLUMN_EXPIRES].x, at[COLUMN_EXPIRES].width, role, text);
}

/* Why it is unhealthy may take the room of figures that are not there. */
static void draw_version_state(const struct services *state, const struct canvas *canvas, int y,
	const struct version *version, const struct figures *figures)
{
	const struct placed *at = state->placed;
	int end = at[COLUMN_HEALTH].x + at[COLUMN_HEALTH].width;

	if (version->state == STATE_UNHEALTHY && (!figures || figures->rate == 0)) {
		end = at[COLUMN_MINUTE].width > 0 ? at[COLUMN_MINUTE].x - 1
		      : at[COLUMN_PINS].width > 0 ? at[COLUMN_PINS].x - 1
						  : canvas->cols - 1;
		figures = NULL;
	}
	cell_state(canvas, y, at[COLUMN_HEALTH].x, end - at[COLUMN_HEALTH].x, version);
	if (figures)
		draw_figures(state, canvas, y, figures);
}

static void draw_version(const struct services *state, const struct model *model,
	const struct ui *ui, const struct canvas *canvas, int y, const struct version *version,
	bool selected)
{
	const struct figures *figures =
		figures_version(model->figures, str_of(version->service), str_of(version->name));
	size_t pins = model_pin_count(model, str_of(version->service), str_of(version->name));
	const struct placed *at = state->placed;
	bool stable = version->kind == KIND_STABLE;
	int x = 5;
	int width = at[COLUMN_NAME].width - 2;
	char text[24];

	if (stable)
		width -= 8;
	canvas_text_found(canvas, y, x, width,
		selected ? ROLE_SELECTED
		: stable ? ROLE_STABLE
			 : ROLE_EPHEMERAL,
		str_of(version->name), str_of(ui->find));
	if (stable) {
		int used = (int)strlen(version->name) + 2;

		(void)canvas_run_c(canvas, y, x + (used < width + 1 ? used : width + 1), 6,
			ROLE_QUIET, "stable");
	}
	draw_origin(state, ui, canvas, y, version);
	draw_times(state, canvas, y, version);
	draw_version_state(state, canvas, y, version, figures);
	draw_minute(state, canvas, y, figures,
		figures_service(model->figures, str_of(version->service)));
	if (at[COLUMN_PINS].width > 0 && pins > 0) {
		(void)snprintf(text, sizeof(text), "%zu", pins);
		canvas_right(
			canvas, y, at[COLUMN_PINS].x, at[COLUMN_PINS].width, ROLE_SESSION, text);
	}
}

/* One sentence about what arrives at the selected version, and why. */
static void version_sentence(
	const struct services *state, const struct version *version, char *dst, size_t size)
{
	const char *detail = version->state_detail ? version->state_detail : "no answer";

	if (version->state == STATE_UNHEALTHY)
		(void)snprintf(dst, size, "Its checks fail: %s. %s", detail,
			version->kind == KIND_STABLE
				? "Requests that need it get 503."
				: "Lenient sessions that pin it get stable, strict ones 503.");
	else if (version->state == STATE_STARTING)
		(void)snprintf(
			dst, size, "No check has passed yet; until then nothing arrives here.");
	else if (version->state == STATE_DRAINING)
		(void)snprintf(dst, size, "It is going: what runs may end, nothing new arrives.");
	else if (version->kind == KIND_STABLE)
		(void)snprintf(dst, size, "Serves every request that no pin sends elsewhere.%s%s",
			state->pinned_by[0] ? " Pinned by: " : "", state->pinned_by);
	else if (state->pinned_by[0] == '\0')
		(void)snprintf(dst, size,
			"No session pins it, so nothing arrives here but direct pins. p pins it.");
	else
		(void)snprintf(dst, size, "Only requests of sessions that pin it arrive here: %s.",
			state->pinned_by);
}

static void draw_version_detail(const struct services *state, const struct canvas *canvas, int y,
	const struct version *version)
{
	char id[VERSION_ID_SIZE];
	char text[LIMIT_TITLE + 512];
	char age[AGE_SIZE];
	int x = 1;

	name_join_version(str_of(version->service), str_of(version->name), id);
	canvas_clear(canvas, y, 0);
	x += canvas_run_c(canvas, y, x, canvas->cols - 2, ROLE_STRONG, id) + 2;
	if (version->pr_title) {
		(void)snprintf(text, sizeof(text), "\"%s\"", version->pr_title);
		x += canvas_run_c(canvas, y, x, canvas->cols / 2, ROLE_BASE, text) + 2;
	}
	if (version->pr_number > 0) {
		(void)snprintf(text, sizeof(text), "#%lld", (long long)version->pr_number);
		x += canvas_run_c(canvas, y, x, 12, ROLE_PR, text) + 1;
	}
	(void)snprintf(text, sizeof(text), "%s%s%s%s%sbuilt %s ago",
		version->pr_author ? "by " : "", version->pr_author ? version->pr_author : "",
		version->pr_branch ? ", branch " : "", version->pr_branch ? version->pr_branch : "",
		version->pr_author || version->pr_branch ? ", " : "",
		canvas_age(canvas,
			version->deployed_at ? version->deployed_at : version->created_at, age));
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_BASE, text);
	if (state->detail_rows < 4)
		return;
	version_sentence(state, version, text, sizeof(text));
	canvas_c(canvas, y + 1, 0, 1, ROLE_BASE, "");
	canvas_c(canvas, y + 1, 1, canvas->cols - 1,
		version->state == STATE_UNHEALTHY ? ROLE_WARNING : ROLE_BASE, text);
}

static void draw_service_detail(const struct services *state, const struct canvas *canvas, int y,
	const struct service_node *node)
{
	const struct service *service = node->service;
	char text[LIMIT_DESCRIPTION + 256];
	size_t beside = node->version_count - (node_stable(node) ? 1 : 0);
	int x = 1;

	canvas_clear(canvas, y, 0);
	x += canvas_run_c(canvas, y, x, canvas->cols - 2, ROLE_STRONG, service->name) + 2;
	(void)snprintf(text, sizeof(text), "%s%s%s",
		service->description ? service->description : "", service->owner ? "  owner " : "",
		service->owner ? service->owner : "");
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_BASE, text);
	if (state->detail_rows < 4)
		return;
	if (service->stable)
		(void)snprintf(text, sizeof(text),
			"Stable is %s; %zu version%s beside it. Its p95 is that of its slowest "
			"version.",
			service->stable, beside, beside == 1 ? "" : "s");
	else
		(void)snprintf(text, sizeof(text),
			"It has no stable version: requests that no pin sends elsewhere get 503.");
	canvas_c(canvas, y + 1, 0, 1, ROLE_BASE, "");
	canvas_c(canvas, y + 1, 1, canvas->cols - 1, service->stable ? ROLE_BASE : ROLE_WARNING,
		text);
}

static void draw_details(
	const struct services *state, const struct model *model, const struct canvas *canvas)
{
	int y = canvas->rows - state->detail_rows;
	const struct version *version = selected_version(state, model);
	const struct service_node *node = selected_node(state, model);
	int x = 1;

	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, state->detail_rows - 1);
	if (!node)
		return;
	if (state->detail_rows >= 3) {
		if (version)
			draw_version_detail(state, canvas, y + 1, version);
		else
			draw_service_detail(state, canvas, y + 1, node);
	}
	x += canvas_run_c(canvas, canvas->rows - 1, x, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, canvas->rows - 1, x, canvas->cols - x - 1, ROLE_COMMAND, state->command);
}

static void draw_empty(
	const struct services *state, const struct model *model, const struct canvas *canvas)
{
	bool none = model->env->node_count == 0;

	canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
		none ? "No service is registered yet." : "Nothing matches the filter.");
	canvas_c(canvas, 3, 3, canvas->cols - 4, ROLE_QUIET,
		none ? "umbra version register cart@2026.11.20 --endpoint 127.0.0.1:9001 --stable"
		     : "/ changes it, / and Esc shows everything again.");
	(void)state;
}

static void services_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		const struct tree_row *row = row_at(state, state->list.top + i);
		const struct version *version = version_of(model, row);
		const struct service_node *node = node_of(model, row);
		bool selected = state->list.top + i == state->list.selected;
		int y = (int)i + 1;

		canvas_clear(canvas, y, 0);
		if (!node)
			continue;
		if (selected)
			(void)canvas_glyph(canvas, y, 0, ROLE_MARK, GLYPH_MARK);
		if (version)
			draw_version(state, model, ui, canvas, y, version, selected);
		else
			draw_service(state, model, ui, canvas, y, node, selected);
	}
	if (state->tree.count == 0)
		draw_empty(state, model, canvas);
	draw_details(state, model, canvas);
}

static void services_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct services *state = arg;
	char text[LIMIT_FILTER + 64];
	int x = 1;
	int cells;

	(void)model;
	(void)ui;
	if (state->service[0] != '\0') {
		x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
		x += canvas_run_c(canvas, 0, x, 32, ROLE_STRONG, state->service) + 2;
	}
	if (state->filter_text[0] != '\0')
		(void)snprintf(text, sizeof(text), "filter: %s (hides %zu)   sort: %s",
			state->filter_text, state->tree.hidden, orders[state->order].name);
	else
		(void)snprintf(text, sizeof(text), "sort: %s", orders[state->order].name);
	cells = (int)text_cells(str_of(text)) + 2;
	if (cells > canvas->cols - x)
		cells = canvas->cols - x;
	x = canvas->cols - cells;
	x += canvas_run_c(canvas, 0, x, cells - 2, state->filter_text[0] ? ROLE_STAGED : ROLE_QUIET,
		     text) +
	     1;
	(void)canvas_glyph(canvas, 0, x, ROLE_QUIET,
		(state->order == ORDER_NAME) != state->reverse ? GLYPH_UP : GLYPH_DOWN);
}

/* ---- acting ---- */

static void fold(struct services *state, const struct model *model, bool folded)
{
	const struct service_node *node = selected_node(state, model);

	if (!node)
		return;
	tree_fold(&state->tree, node, folded);
	if (folded)
		state->version[0] = '\0'; /* its row is the service's now */
	state->stale = true;
}

static void act_open(struct services *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = selected_node(state, model);
	const struct version *version = selected_version(state, model);
	bool filtered = state->filter && !filter_is_empty(state->filter);
	char id[VERSION_ID_SIZE];

	if (version) {
		name_join_version(str_of(version->service), str_of(version->name), id);
		ui_open(ui, &view_detail, id);
	} else if (node) {
		fold(state, model, !tree_is_folded(&state->tree, node, filtered));
	}
}

static void act_logs(const struct services *state, struct ui *ui)
{
	char scope[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 32];

	if (state->service[0] == '\0')
		return;
	(void)snprintf(scope, sizeof(scope), "service:%s%s%s", state->service,
		state->version[0] ? " version:" : "", state->version);
	ui_open(ui, &view_requests, scope);
}

static struct command_vars vars_of(const struct services *state, char id[VERSION_ID_SIZE])
{
	struct command_vars vars;

	memset(&vars, 0, sizeof(vars));
	name_join_version(str_of(state->service), str_of(state->version), id);
	vars.id = str_of(id);
	vars.service = str_of(state->service);
	vars.version = str_of(state->version);
	return vars;
}

static void confirm_pin(
	struct services *state, const struct model *model, struct ui *ui, const char *key)
{
	const struct session *session = environment_session(model->env, str_of(key));
	char id[VERSION_ID_SIZE];
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];
	struct command_vars vars = vars_of(state, id);

	str_copy(state->pin_session, sizeof(state->pin_session), str_of(key));
	vars.session = str_of(key);
	ui_command(command, keymap_binding(AREA_SERVICES, ACTION_PIN)->command, &vars);
	(void)snprintf(label, sizeof(label),
		"Requests that carry session %s of %s will be served by %s. Nobody else's change "
		"their way.",
		key, session && session->owner ? session->owner : "nobody", id);
	ui_ask_confirm(ui, QUESTION_PIN, false, label, command);
}

static bool is_own(const struct ui *ui, const struct session *session)
{
	return session->owner && ui->actor[0] != '\0' && strcmp(session->owner, ui->actor) == 0;
}

static void offer_sessions(const struct model *model, struct ui *ui, bool own)
{
	char note[LIMIT_WORD + 64];

	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];

		if (is_own(ui, session) != own)
			continue;
		(void)snprintf(note, sizeof(note), "%s%s%s, %zu pin%s",
			session->owner ? session->owner : "", session->owner ? ", " : "",
			session_policy_names[session->policy], session->pins.count,
			session->pins.count == 1 ? "" : "s");
		picker_add(&ui->prompt.picker, session->key, note);
	}
}

static void act_pin(struct services *state, const struct model *model, struct ui *ui)
{
	if (state->version[0] == '\0') {
		ui_say(ui, ROLE_WARNING, "p pins a version: select one of %s", state->service);
		return;
	}
	if (ui->session[0] != '\0' && environment_session(model->env, str_of(ui->session))) {
		confirm_pin(state, model, ui, ui->session);
		return;
	}
	ui_ask_pick(ui, QUESTION_PIN_SESSION, "pin it to which session?");
	offer_sessions(model, ui, true);
	picker_add(&ui->prompt.picker, "+ a new session", "it will be yours");
	offer_sessions(model, ui, false);
	picker_ready(&ui->prompt.picker, 10);
}

static void act_extend(struct services *state, const struct model *model, struct ui *ui)
{
	const struct version *version = selected_version(state, model);
	char ttl[DURATION_TEXT_SIZE] = "72h";

	if (!version) {
		ui_say(ui, ROLE_WARNING, "e extends a version: select one of %s", state->service);
		return;
	}
	if (version->kind == KIND_STABLE) {
		ui_say(ui, ROLE_WARNING, "e extends a version that expires; stable does not");
		return;
	}
	if (version->ttl_ms > 0)
		duration_format(version->ttl_ms, ttl);
	ui_ask_line(ui, QUESTION_EXTEND, "lifetime from now", ttl);
}

static void act_retire(struct services *state, const struct model *model, struct ui *ui)
{
	const struct version *version = selected_version(state, model);
	char id[VERSION_ID_SIZE];
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];
	struct command_vars vars = vars_of(state, id);

	if (!version) {
		ui_say(ui, ROLE_WARNING, "R retires a version: select one of %s", state->service);
		return;
	}
	if (version->kind == KIND_STABLE) {
		ui_say(ui, ROLE_WARNING, "R retires a version beside stable; stable stays");
		return;
	}
	ui_command(command, keymap_binding(AREA_SERVICES, ACTION_RETIRE)->command, &vars);
	(void)snprintf(label, sizeof(label), "Retire %s? %s%s%s", id,
		state->pinned_by[0] ? "Pinned by " : "No session pins it", state->pinned_by,
		state->pinned_by[0] ? ": lenient ones go to stable, strict ones get 503." : ".");
	ui_ask_confirm(ui, QUESTION_RETIRE, true, label, command);
}

static enum redraw services_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct services *state = arg;

	state->moved = true;
	if (list_move(&state->list, action)) {
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
	case ACTION_LOGS:
		act_logs(state, ui);
		break;
	case ACTION_PIN:
		act_pin(state, model, ui);
		break;
	case ACTION_EXTEND:
		act_extend(state, model, ui);
		break;
	case ACTION_RETIRE:
		act_retire(state, model, ui);
		break;
	case ACTION_REVERSE:
		state->reverse = !state->reverse;
		state->stale = true;
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static void answer_session(
	struct services *state, const struct model *model, struct ui *ui, const char *text)
{
	if (text[0] == '+') {
		ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
		return;
	}
	confirm_pin(state, model, ui, text);
}

static enum redraw services_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct services *state = arg;
	char id[VERSION_ID_SIZE];
	struct command_vars vars = vars_of(state, id);
	char line[COMMAND_MAX];

	vars.session = str_of(state->pin_session);
	switch (question) {
	case QUESTION_PIN:
		ui_run_binding(ui, keymap_binding(AREA_SERVICES, ACTION_PIN), &vars);
		break;
	case QUESTION_RETIRE:
		ui_run_binding(ui, keymap_binding(AREA_SERVICES, ACTION_RETIRE), &vars);
		break;
	case QUESTION_EXTEND:
		vars.ttl = str_of(text);
		ui_run_binding(ui, keymap_binding(AREA_SERVICES, ACTION_EXTEND), &vars);
		break;
	case QUESTION_PIN_SESSION:
		answer_session(state, model, ui, text);
		break;
	case QUESTION_CREATE:
		vars.name = str_of(text);
		ui_command(line,
			text[0] ? "umbra session create {name} --pin {service}={version}"
				: "umbra session create --pin {service}={version}",
			&vars);
		ui_run_mine(ui, line);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}

static enum err services_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct services *state = arg;
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

static const char *services_filter(const void *arg)
{
	const struct services *state = arg;

	return state->filter_text;
}

static bool has_text(const struct model *model, const struct tree_row *row, struct str text)
{
	const struct version *version = version_of(model, row);
	const struct service_node *node = node_of(model, row);
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
	size_t count = state->tree.count;
	size_t at = state->list.selected;

	for (size_t i = 0; i < count; i++) {
		if (!(stay && i == 0))
			at = back ? (at + count - 1) % count : (at + 1) % count;
		if (has_text(model, row_at(state, at), text)) {
			state->moved = true;
			list_select(&state->list, at);
			remember(state, model);
			return true;
		}
	}
	return false;
}

static bool services_sort(void *arg, const struct model *model, char letter)
{
	struct services *state = arg;

	(void)model;
	for (int i = 0; i < ORDER_COUNT; i++) {
		if (orders[i].letter == letter) {
			state->order = (enum tree_order)i;
			state->reverse = false;
			state->stale = true;
			return true;
		}
	}
	return false;
}

const struct view view_services = {
	.name = "services",
	.title = "Services",
	.key = '1',
	.area = AREA_SERVICES,
	.create = services_create,
	.destroy = services_destroy,
	.open = services_open,
	.prepare = services_prepare,
	.draw_title = services_draw_title,
	.draw = services_draw,
	.act = services_act,
	.answer = services_answer,
	.set_filter = services_set_filter,
	.filter = services_filter,
	.find = services_find,
	.sort = services_sort,
	.sort_letters = "n name   r req/s   e 5xx   p p95   a age   x expires   h health   i pins",
};
