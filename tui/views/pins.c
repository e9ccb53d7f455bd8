/*
 * The pins of one session: what serves each service now, what is staged, and what that changes. Nothing is
 * sent before it is applied, and then as one change.
 *
 * Invariant: what is staged differs from what is; as soon as the environment says the same, it is staged no
 * more. So after an apply one sees the change arrive.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"

#include "tui/views/cells.h"
#include "tui/views/session_actions.h"
#include "tui/views/staged_effects.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/list.h"

enum { COLUMN_SERVICE, COLUMN_NOW, COLUMN_STAGED, COLUMN_EFFECT, COLUMN_TOTAL };

static const struct column_spec columns[COLUMN_TOTAL] = {
	[COLUMN_SERVICE] = {"SERVICE", 12, 20, 3, 0, false, 0},
	[COLUMN_NOW] = {"NOW", 17, 26, 2, 0, false, 0},
	[COLUMN_STAGED] = {"STAGED", 12, 20, 4, 0, false, 0},
	[COLUMN_EFFECT] = {"WHAT CHANGES", 26, 120, 2, 0, false, 0},
};

/* The picker's row for taking a pin away. */
static const char no_pin[] = "no pin";

struct staged {
	char service[LIMIT_SERVICE_NAME + 1];
	char version[LIMIT_VERSION_NAME + 1]; /* "": no pin any more */
};

struct pins {
	char key[LIMIT_SESSION_KEY + 1];
	struct staged *staged; /* in the order they were staged, so that undo takes the last */
	size_t staged_count;
	size_t staged_cap;
	struct staged *before; /* what the last apply replaced: u puts it back */
	size_t before_count;
	struct staged_effects effects; /* of what is staged, as the control plane says */
	bool only_staged; /* the other rows are not shown */
	uint32_t *rows; /* into the environment's nodes */
	size_t count;
	size_t cap;
	struct list list;
	struct placed placed[COLUMN_TOTAL];
	struct filter *filter;
	char filter_text[LIMIT_FILTER + 1];
	char service[LIMIT_SERVICE_NAME + 1]; /* selected */
	bool stale;
	char command
		[COMMAND_MAX]; /* what apply would run; without anything staged, what shows the session */
};

static void *pins_create(void)
{
	struct pins *state = xcalloc(1, sizeof(*state));

	state->stale = true;
	return state;
}

static void pins_destroy(void *arg)
{
	struct pins *state = arg;

	filter_destroy(state->filter);
	staged_effects_clear(&state->effects);
	free(state->before);
	free(state->staged);
	free(state->rows);
	free(state);
}

static void pins_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct pins *state = arg;

	(void)model;
	(void)ui;
	str_copy(state->key, sizeof(state->key), str_of(argument));
}

static const struct session *session_of(const struct pins *state, const struct model *model)
{
	return environment_session(model->env, str_of(state->key));
}

static const struct service_node *node_at(
	const struct pins *state, const struct model *model, size_t row)
{
	if (row >= state->count || state->rows[row] >= model->env->node_count)
		return NULL;
	return &model->env->nodes[state->rows[row]];
}

/* ---- staging ---- */

static struct staged *find_staged(const struct pins *state, const char *service)
{
	for (size_t i = 0; i < state->staged_count; i++)
		if (strcmp(state->staged[i].service, service) == 0)
			return &state->staged[i];
	return NULL;
}

static void unstage(struct pins *state, size_t at)
{
	memmove(state->staged + at, state->staged + at + 1,
		(state->staged_count - at - 1) * sizeof(*state->staged));
	state->staged_count--;
}

static bool is_so(const struct session *session, const struct staged *staged)
{
	const char *pin = session_pin(session, str_of(staged->service));

	return strcmp(pin ? pin : "", staged->version) == 0;
}

static void stage(
	struct pins *state, const struct session *session, const char *service, const char *version)
{
	struct staged *staged = find_staged(state, service);

	if (staged)
		unstage(state, (size_t)(staged - state->staged));
	array_reserve(&state->staged, &state->staged_cap, state->staged_count + 1,
		sizeof(*state->staged));
	staged = &state->staged[state->staged_count++];
	str_copy(staged->service, sizeof(staged->service), str_of(service));
	str_copy(staged->version, sizeof(staged->version), str_of(version));
	if (is_so(session, staged))
		state->staged_count--;
}

static void drop_what_is_so(struct pins *state, const struct session *session)
{
	state->stale |= state->only_staged;
	for (size_t i = 0; session && i < state->staged_count;) {
		if (is_so(session, &state->staged[i]))
			unstage(state, i);
		else
			i++;
	}
}

/* Everything that is staged as one command: pins, unpins, or both. */
static void write_command(struct pins *state)
{
	struct strbuf pins, line;
	struct str key = str_of(state->key);
	size_t unpins = 0;

	strbuf_init(&pins, COMMAND_MAX - 1);
	strbuf_init(&line, COMMAND_MAX - 1);
	for (size_t i = 0; i < state->staged_count; i++)
		unpins += state->staged[i].version[0] == '\0';
	for (size_t i = 0; i < state->staged_count; i++) {
		const struct staged *staged = &state->staged[i];

		if (staged->version[0] != '\0')
			strbuf_addf(&pins, " %s=%s", staged->service, staged->version);
		else
			strbuf_addf(&pins, "%s%s",
				unpins == state->staged_count ? " " : " --unpin ", staged->service);
	}
	strbuf_addf(&line, "umbra session %s %.*s%s",
		state->staged_count == 0        ? "show"
		: unpins == state->staged_count ? "unpin"
						: "pin",
		STR_ARG(key), pins.data ? pins.data : "");
	str_copy(state->command, sizeof(state->command), strbuf_str(&line));
	strbuf_finish(&pins);
	strbuf_finish(&line);
}

/* ---- rows ---- */

static bool shows(
	const struct pins *state, const struct model *model, const struct service_node *node)
{
	if (state->only_staged && state->staged_count > 0)
		return find_staged(state, node->service->name) != NULL;
	if (!state->filter || filter_is_empty(state->filter))
		return true;
	for (size_t i = 0; i < node->version_count; i++)
		if (filter_match_version(
			    state->filter, node->service, node->versions[i], model->now_ms))
			return true;
	return false;
}

static void build(struct pins *state, const struct model *model)
{
	size_t selected = 0;

	state->stale = false;
	state->count = 0;
	array_reserve(&state->rows, &state->cap, model->env->node_count + 1, sizeof(*state->rows));
	for (size_t i = 0; i < model->env->node_count; i++) {
		if (!shows(state, model, &model->env->nodes[i]))
			continue;
		if (strcmp(model->env->nodes[i].service->name, state->service) == 0)
			selected = state->count;
		state->rows[state->count++] = (uint32_t)i;
	}
	state->list.count = state->count;
	if (state->service[0] != '\0')
		list_follow(&state->list, selected);
}

static void remember(struct pins *state, const struct model *model)
{
	const struct service_node *node = node_at(state, model, state->list.selected);

	str_copy(state->service, sizeof(state->service), str_of(node ? node->service->name : ""));
}

/* The first look goes to what is pinned. */
static void select_first_pin(struct pins *state, const struct session *session)
{
	if (state->service[0] == '\0' && session && session->pins.count > 0)
		str_copy(state->service, sizeof(state->service),
			str_of(session->pins.entries[0].key));
}

static void pins_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct pins *state = arg;
	const struct session *session = session_of(state, model);

	(void)ui;
	state->list.height = rows > 6 ? (size_t)rows - 4 : 1;
	select_first_pin(state, session);
	if (parts & MODEL_SESSIONS)
		drop_what_is_so(state, session);
	if (parts & MODEL_SERVICES || state->stale)
		build(state, model);
	list_resize(&state->list, state->count, state->list.height);
	remember(state, model);
	write_command(state);
	(void)columns_place(columns, COLUMN_TOTAL, cols - 1, state->placed);
}

/* ---- drawing ---- */

static void draw_now(const struct pins *state, const struct canvas *canvas, int y,
	const struct service_node *node, const struct version *pinned, const char *pin)
{
	const struct placed *at = &state->placed[COLUMN_NOW];
	const struct version *stable = node_stable(node);
	int x = at->x;

	if (pin) {
		canvas_c(canvas, y, x, at->width,
			!pinned                    ? ROLE_WARNING
			: version_is_ready(pinned) ? ROLE_EPHEMERAL
						   : cell_state_role(pinned->state),
			pin);
		return;
	}
	x += canvas_run_c(canvas, y, x, at->width, ROLE_QUIET, stable ? "stable " : "no stable");
	if (stable)
		canvas_c(canvas, y, x, at->x + at->width - x, ROLE_STABLE, stable->name);
}

/* What a staged change does, in half a sentence; the role says whether it is what one hopes for. */
static enum role staged_effect(const struct session *session, const struct staged *staged,
	const struct version *version, char *dst, size_t size)
{
	bool strict = session->policy == POLICY_STRICT;

	if (staged->version[0] == '\0') {
		(void)snprintf(dst, size, "unpin: stable serves this session again");
		return ROLE_BASE;
	}
	if (!version) {
		(void)snprintf(dst, size, "%s is gone: it cannot be pinned", staged->version);
		return ROLE_FAILED;
	}
	if (!version_is_ready(version)) {
		(void)snprintf(dst, size, "%s, so %s until it is ready",
			version_state_names[version->state],
			strict ? "requests get 503" : "stable serves");
		return ROLE_WARNING;
	}
	(void)snprintf(dst, size, "route changes for this session only");
	return ROLE_BASE;
}

/* What is worth knowing of a row where nothing is staged. */
static enum role standing_effect(const struct session *session, const struct version *pinned,
	const char *pin, char *dst, size_t size)
{
	bool strict = session->policy == POLICY_STRICT;

	dst[0] = '\0';
	if (!pin)
		return ROLE_QUIET;
	if (!pinned) {
		(void)snprintf(dst, size, "%s is gone: %s", pin,
			strict ? "requests get 503" : "stable serves");
		return ROLE_WARNING;
	}
	if (!version_is_ready(pinned)) {
		(void)snprintf(dst, size, "%s: %s", version_state_names[pinned->state],
			strict ? "requests get 503" : "stable serves");
		return ROLE_WARNING;
	}
	if (pinned->pr_number > 0)
		(void)snprintf(dst, size, "#%lld%s%s", (long long)pinned->pr_number,
			pinned->pr_title ? "  " : "", pinned->pr_title ? pinned->pr_title : "");
	return ROLE_QUIET;
}

static void draw_row(const struct pins *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, const struct service_node *node, bool selected)
{
	const struct session *session = session_of(state, model);
	struct str service = str_of(node->service->name);
	const char *pin = session_pin(session, service);
	const struct version *pinned =
		pin ? environment_version(model->env, service, str_of(pin)) : NULL;
	const struct staged *staged = find_staged(state, node->service->name);
	const struct placed *at = state->placed;
	char text[LIMIT_TITLE + 128];
	enum role role;

	canvas_text_found(canvas, y, at[COLUMN_SERVICE].x, at[COLUMN_SERVICE].width,
		selected        ? ROLE_SELECTED
		: pin || staged ? ROLE_SERVICE
				: ROLE_BASE,
		service, str_of(ui->find));
	draw_now(state, canvas, y, node, pinned, pin);
	if (staged) {
		const struct version *version =
			environment_version(model->env, service, str_of(staged->version));

		(void)canvas_glyph(canvas, y, at[COLUMN_STAGED].x - 3, ROLE_STAGED, GLYPH_ARROW);
		canvas_c(canvas, y, at[COLUMN_STAGED].x, at[COLUMN_STAGED].width, ROLE_STAGED,
			staged->version[0] ? staged->version : "stable");
		role = staged_effect(session, staged, version, text, sizeof(text));
		if (staged_effects_say(&state->effects, staged->service))
			str_copy(text, sizeof(text),
				str_of(staged_effects_say(&state->effects, staged->service)));
	} else {
		role = standing_effect(session, pinned, pin, text, sizeof(text));
	}
	canvas_c(canvas, y, at[COLUMN_EFFECT].x, at[COLUMN_EFFECT].width, role, text);
}

static void draw_footer(const struct pins *state, const struct canvas *canvas)
{
	int y = canvas->rows - 3;
	char text[128];
	char routes[64] = "";
	int x = 1;

	if (state->effects.known)
		(void)snprintf(routes, sizeof(routes), "; %lld route%s would change",
			(long long)state->effects.routes_changed,
			state->effects.routes_changed == 1 ? "" : "s");
	canvas_rule(canvas, y);
	canvas_clear_rows(canvas, y + 1, 2);
	if (state->staged_count > 0) {
		(void)snprintf(text, sizeof(text), "%zu change%s staged, nothing sent yet%s.",
			state->staged_count, state->staged_count == 1 ? "" : "s", routes);
		x += canvas_run_c(canvas, y + 1, x, canvas->cols - 2, ROLE_STAGED, text) + 3;
		x += canvas_run_c(canvas, y + 1, x, 1, ROLE_KEY, "a") + 1;
		x += canvas_run_c(canvas, y + 1, x, 8, ROLE_HINT, "apply") + 2;
		x += canvas_run_c(canvas, y + 1, x, 1, ROLE_KEY, "u") + 1;
		x += canvas_run_c(canvas, y + 1, x, 8, ROLE_HINT, "undo") + 2;
		x += canvas_run_c(canvas, y + 1, x, 3, ROLE_KEY, "Esc") + 1;
		(void)canvas_run_c(canvas, y + 1, x, 8, ROLE_HINT, "drop");
	} else if (state->before_count > 0) {
		x += canvas_run_c(canvas, y + 1, x, canvas->cols - 2, ROLE_DONE, "Applied.") + 2;
		x += canvas_run_c(canvas, y + 1, x, 1, ROLE_KEY, "u") + 1;
		(void)canvas_run_c(
			canvas, y + 1, x, 40, ROLE_HINT, "puts back what was pinned before");
	} else {
		canvas_c(canvas, y + 1, 1, canvas->cols - 2, ROLE_QUIET,
			"Enter chooses the version of a service for this session; nothing is sent "
			"before a.");
	}
	x = 1 + canvas_run_c(canvas, y + 2, 1, 2, ROLE_COMMAND, "$ ");
	canvas_c(canvas, y + 2, x, canvas->cols - x - 1, ROLE_COMMAND, state->command);
}

static void pins_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;

	columns_draw_titles(canvas, 0, columns, COLUMN_TOTAL, state->placed);
	for (size_t i = 0; i < state->list.height; i++) {
		size_t row = state->list.top + i;
		const struct service_node *node = node_at(state, model, row);
		int y = (int)i + 1;

		canvas_clear(canvas, y, 0);
		if (!node || !session_of(state, model))
			continue;
		if (row == state->list.selected)
			(void)canvas_glyph(canvas, y, 1, ROLE_MARK, GLYPH_MARK);
		draw_row(state, model, ui, canvas, y, node, row == state->list.selected);
	}
	draw_footer(state, canvas);
	if (!session_of(state, model))
		canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_WARNING,
			"This session has ended or expired. Esc goes back.");
	else if (state->count == 0)
		canvas_c(canvas, 2, 3, canvas->cols - 4, ROLE_STRONG,
			model->env->node_count == 0 ? "No service is registered yet."
						    : "Nothing matches the filter.");
}

static void pins_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct pins *state = arg;
	const struct session *session = session_of(state, model);
	char text[LIMIT_WORD + 128];
	char left[32];
	int x = 1;
	int cells;

	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	x += canvas_run_c(canvas, 0, x, LIMIT_SESSION_KEY, ROLE_SESSION, state->key) + 2;
	if (!session)
		return;
	(void)cell_expires(canvas, session->expires_at, left);
	(void)snprintf(text, sizeof(text), "%s   owner %s   expires in %s",
		session_policy_names[session->policy], session->owner ? session->owner : "nobody",
		left[0] ? left : "never");
	cells = (int)text_cells(str_of(text));
	if (cells > canvas->cols - x)
		cells = canvas->cols - x;
	canvas_c(canvas, 0, canvas->cols - cells, cells, ROLE_QUIET, text);
}

/* ---- acting ---- */

static void ask_version(struct pins *state, const struct model *model, struct ui *ui)
{
	const struct service_node *node = node_at(state, model, state->list.selected);
	char note[LIMIT_TITLE + LIMIT_WORD + 64];
	char label[LIMIT_SERVICE_NAME + 32];

	if (!node)
		return;
	(void)snprintf(label, sizeof(label), "which version of %s?", node->service->name);
	ui_ask_pick(ui, QUESTION_VERSION, label);
	for (size_t i = 0; i < node->version_count; i++) {
		const struct version *version = node->versions[i];

		if (version->kind == KIND_STABLE)
			(void)snprintf(note, sizeof(note), "stable, %s; pinned it stays this one",
				version_state_names[version->state]);
		else
			(void)snprintf(note, sizeof(note), "%s%s%s%s%s%s",
				version_state_names[version->state], version->pr_author ? ", " : "",
				version->pr_author ? version->pr_author : "",
				version->pr_title ? "  \"" : "",
				version->pr_title ? version->pr_title : "",
				version->pr_title ? "\"" : "");
		picker_add(&ui->prompt.picker, version->name, note);
	}
	picker_add(&ui->prompt.picker, no_pin, "whatever is stable serves");
	picker_ready(&ui->prompt.picker, 10);
}

/* What is staged has changed: what it would do is asked of the control plane, which alone knows. */
static void staged_anew(struct pins *state, struct ui *ui)
{
	char line[COMMAND_MAX + 16];

	state->stale = state->only_staged;
	staged_effects_clear(&state->effects);
	write_command(state);
	if (state->staged_count == 0)
		return;
	(void)snprintf(line, sizeof(line), "%s --dry-run", state->command);
	ui_try(ui, line);
}

/* All versions of a pull request, a service each. */
static void stage_pull(struct pins *state, const struct session *session, const struct model *model,
	int64_t number)
{
	for (size_t i = 0; i < model->env->node_count; i++) {
		const struct service_node *node = &model->env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++)
			if (node->versions[j]->pr_number == number)
				stage(state, session, node->service->name, node->versions[j]->name);
	}
}

static void ask_pull(const struct model *model, struct ui *ui)
{
	char value[32];

	ui_ask_pick(ui, QUESTION_PULL, "all of which pull request?");
	for (size_t i = 0; i < model->env->node_count; i++) {
		const struct service_node *node = &model->env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++) {
			const struct version *version = node->versions[j];

			(void)snprintf(
				value, sizeof(value), "#%lld", (long long)version->pr_number);
			if (version->pr_number > 0 && !picker_has(&ui->prompt.picker, value))
				picker_add(&ui->prompt.picker, value,
					version->pr_title ? version->pr_title : "");
		}
	}
	picker_ready(&ui->prompt.picker, 10);
}

static void apply(struct pins *state, const struct session *session, struct ui *ui)
{
	if (state->staged_count == 0) {
		ui_say(ui, ROLE_WARNING, "nothing is staged: Enter chooses a version");
		return;
	}
	state->before = xrealloc(state->before, state->staged_count, sizeof(*state->before));
	state->before_count = state->staged_count;
	for (size_t i = 0; i < state->staged_count; i++) {
		const char *pin = session_pin(session, str_of(state->staged[i].service));

		state->before[i] = state->staged[i];
		str_copy(state->before[i].version, sizeof(state->before[i].version), str_of(pin));
	}
	ui_run(ui, state->command);
}

/* The last thing staged; when nothing is, the last apply, as one change. */
static void undo(struct pins *state, const struct session *session, struct ui *ui)
{
	if (state->staged_count > 0) {
		state->staged_count--;
		staged_anew(state, ui);
		return;
	}
	for (size_t i = 0; i < state->before_count; i++)
		stage(state, session, state->before[i].service, state->before[i].version);
	state->before_count = 0;
	write_command(state);
	if (state->staged_count > 0)
		ui_run(ui, state->command);
	else
		ui_say(ui, ROLE_WARNING, "there is nothing to undo");
}

static void back(struct pins *state, struct ui *ui)
{
	if (state->staged_count == 0) {
		ui_back(ui);
		return;
	}
	ui_say(ui, ROLE_WARNING, "dropped what was staged, nothing was sent");
	state->staged_count = 0;
	state->stale = state->only_staged;
}

static enum redraw pins_act(void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct pins *state = arg;
	const struct session *session = session_of(state, model);

	if (list_move(&state->list, action)) {
		remember(state, model);
		return REDRAW_BODY;
	}
	if (action == ACTION_BACK) {
		back(state, ui);
		return REDRAW_ALL;
	}
	if (!session)
		return REDRAW_NONE;
	switch (action) {
	case ACTION_OPEN:
		ask_version(state, model, ui);
		break;
	case ACTION_UNPIN:
		if (session_pin(session, str_of(state->service)) ||
			find_staged(state, state->service)) {
			stage(state, session, state->service, "");
			staged_anew(state, ui);
		}
		break;
	case ACTION_PIN:
		ask_pull(model, ui);
		break;
	case ACTION_UNDO:
		undo(state, session, ui);
		break;
	case ACTION_DIFF:
		state->only_staged = !state->only_staged;
		state->stale = true;
		break;
	case ACTION_APPLY:
		apply(state, session, ui);
		break;
	default:
		return session_act(session, ui, action) ? REDRAW_ALL : REDRAW_NONE;
	}
	return REDRAW_ALL;
}

static enum redraw pins_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct pins *state = arg;
	const struct session *session = session_of(state, model);
	int64_t number;

	if (question == QUESTION_VERSION && session) {
		stage(state, session, state->service, strcmp(text, no_pin) == 0 ? "" : text);
		staged_anew(state, ui);
	} else if (question == QUESTION_PULL && session) {
		if (str_to_i64(str_of(text + 1), &number))
			stage_pull(state, session, model, number);
		staged_anew(state, ui);
	} else if (!session_answer(state->key, ui, question, text)) {
		return REDRAW_NONE;
	}
	return REDRAW_ALL;
}

static enum redraw pins_told(void *arg, const struct model *model, struct ui *ui, struct str body)
{
	struct pins *state = arg;

	(void)model;
	(void)ui;
	if (state->staged_count > 0)
		staged_effects_read(&state->effects, body);
	return REDRAW_BODY;
}

static enum err pins_set_filter(void *arg, const struct model *model, const char *text,
	size_t *ret_column, struct errbuf *eb)
{
	struct pins *state = arg;
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

static const char *pins_filter(const void *arg)
{
	const struct pins *state = arg;

	return state->filter_text;
}

static bool pins_find(
	void *arg, const struct model *model, struct str text, bool back_wards, bool stay)
{
	struct pins *state = arg;
	size_t at = state->list.selected;

	for (size_t i = 0; i < state->count; i++) {
		const struct service_node *node;

		if (!(stay && i == 0))
			at = back_wards ? (at + state->count - 1) % state->count
					: (at + 1) % state->count;
		node = node_at(state, model, at);
		if (node && text_find_nocase(str_of(node->service->name), text) <
				    strlen(node->service->name)) {
			list_select(&state->list, at);
			remember(state, model);
			return true;
		}
	}
	return false;
}

static void pins_selected(
	const void *arg, const struct model *model, struct selection *ret_selection)
{
	const struct pins *state = arg;
	const struct session *session = session_of(state, model);
	const char *pin = session ? session_pin(session, str_of(state->service)) : NULL;

	if (!session)
		return;
	ret_selection->kind = state->service[0] != '\0' ? SELECTED_PIN : SELECTED_SESSION;
	str_copy(ret_selection->session, sizeof(ret_selection->session), str_of(state->key));
	str_copy(ret_selection->service, sizeof(ret_selection->service), str_of(state->service));
	str_copy(ret_selection->version, sizeof(ret_selection->version), str_of(pin));
}

const struct view view_pins = {
	.name = "pins",
	.area = AREA_PINS,
	.create = pins_create,
	.destroy = pins_destroy,
	.open = pins_open,
	.prepare = pins_prepare,
	.draw_title = pins_draw_title,
	.draw = pins_draw,
	.act = pins_act,
	.answer = pins_answer,
	.told = pins_told,
	.set_filter = pins_set_filter,
	.filter = pins_filter,
	.find = pins_find,
	.selected = pins_selected,
};
