/*
 * The rows of a session's pins: what serves each service now, what is staged, and what that does. Called by pins.c;
 * const, nothing allocated.
 */
#include <stdio.h>
#include <string.h>

#include "core/model/decision.h"

#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/views/sessions/pins_internal.h"

static const struct column_spec specs[PINS_TOTAL] = {
	[PINS_SERVICE] = {"SERVICE", 12, 24, 3, 0, false, 'n'},
	[PINS_NOW] = {"NOW", 17, 26, 2, 0, false, 'p'},
	[PINS_STAGED] = {"STAGED", 12, 20, 4, 0, false, 'p'},
	[PINS_EFFECT] = {"WHAT CHANGES", 26, 120, 2, 1, false, 0},
};

const struct column_set pins_columns = {specs, NULL, PINS_TOTAL};

void pins_lay_out(struct pins *state, int rows, int cols)
{
	list_view_resize(&state->list, (int)state->list.cursor.height, cols - 1);
	state->foot = state->list.placed[PINS_EFFECT].width > 0 ? 3 : 4;
	list_view_resize(&state->list, rows - state->foot - 1, cols - 1);
}

static void draw_now(const struct pins *state, const struct canvas *canvas, int y,
	const struct service_node *node, const struct version *pinned, const char *pin)
{
	const struct placed *at = &state->list.placed[PINS_NOW];
	const struct version *stable = node_stable(node);
	int x = at->x;

	if (pin) {
		canvas_c(canvas, y, x, at->width,
			!pinned                    ? ROLE_WARNING
			: version_is_ready(pinned) ? ROLE_EPHEMERAL
						   : format_state_role(pinned->state),
			pin);
		return;
	}
	x += canvas_run_c(canvas, y, x, at->width, ROLE_QUIET, stable ? "stable " : "no stable");
	if (stable)
		canvas_c(canvas, y, x, at->x + at->width - x, ROLE_STABLE, stable->name);
}

static const char *instead(const struct decision *decision)
{
	return decision->version ? "stable serves" : "requests get 503";
}

/* What a staged change does, in half a sentence; the role says whether it is what one hopes for. */
static enum role staged_effect(const struct staged *staged, const struct decision *decision,
	const struct version *version, char *dst, size_t size)
{
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
			version_state_names[version->state], instead(decision));
		return ROLE_WARNING;
	}
	(void)snprintf(dst, size, "the change is for this session only");
	return ROLE_BASE;
}

/* What is worth knowing of a row where nothing is staged. */
static enum role standing_effect(const struct decision *decision, const struct version *pinned,
	const char *pin, char *dst, size_t size)
{
	dst[0] = '\0';
	if (!pin)
		return ROLE_QUIET;
	if (!pinned) {
		(void)snprintf(dst, size, "%s is gone: %s", pin, instead(decision));
		return ROLE_WARNING;
	}
	if (!version_is_ready(pinned)) {
		(void)snprintf(
			dst, size, "%s: %s", version_state_names[pinned->state], instead(decision));
		return ROLE_WARNING;
	}
	if (pinned->pr_number > 0)
		(void)snprintf(dst, size, "#%lld%s%s", (long long)pinned->pr_number,
			pinned->pr_title ? "  " : "", pinned->pr_title ? pinned->pr_title : "");
	return ROLE_QUIET;
}

enum { EFFECT_SIZE = LIMIT_TITLE + 128 };

/* What the row's pin does, or would do when what is staged is sent; in few words where there is little room. */
static enum role effect_of(const struct pins *state, const struct model *model,
	const struct service_node *node, int cols, char dst[EFFECT_SIZE])
{
	const struct session *session = pins_session(state, model);
	struct str service = str_of(node->service->name);
	const char *pin = session_pin(session, service);
	const struct staged *staged = pins_staged(state, node->service->name);
	const char *said =
		staged ? dry_run_preview_say(&state->effects, staged->service, cols) : NULL;
	struct decision decision;
	enum role role;

	decide_pin(model->env, session, node->service,
		str_of(staged ? staged->version
			: pin ? pin
			      : ""),
		&decision);
	if (!staged)
		return standing_effect(&decision,
			pin ? environment_version(model->env, service, str_of(pin)) : NULL, pin,
			dst, EFFECT_SIZE);
	role = staged_effect(staged, &decision,
		environment_version(model->env, service, str_of(staged->version)), dst,
		EFFECT_SIZE);
	if (said)
		str_copy(dst, EFFECT_SIZE, str_of(said));
	return role;
}

void pins_draw_row(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, int y, size_t row)
{
	const struct pins *state = arg;
	const struct service_node *node = pins_node(state, model, row);
	const struct session *session = pins_session(state, model);
	bool selected = row == state->list.cursor.selected;
	const struct placed *at = state->list.placed;
	char text[EFFECT_SIZE];
	const struct staged *staged;
	struct str service;
	const char *pin;
	enum role role;

	if (!node || !session)
		return;
	service = str_of(node->service->name);
	pin = session_pin(session, service);
	staged = pins_staged(state, node->service->name);
	canvas_text_found(canvas, y, at[PINS_SERVICE].x, at[PINS_SERVICE].width,
		selected        ? ROLE_SELECTED
		: pin || staged ? ROLE_SERVICE
				: ROLE_BASE,
		service, str_of(ui->find));
	draw_now(state, canvas, y, node,
		pin ? environment_version(model->env, service, str_of(pin)) : NULL, pin);
	if (staged) {
		(void)canvas_glyph(canvas, y, at[PINS_STAGED].x - 3, ROLE_STAGED, GLYPH_ARROW);
		canvas_c(canvas, y, at[PINS_STAGED].x, at[PINS_STAGED].width, ROLE_STAGED,
			staged->version[0] ? staged->version : "stable");
	}
	role = effect_of(state, model, node, at[PINS_EFFECT].width, text);
	canvas_c(canvas, y, at[PINS_EFFECT].x, at[PINS_EFFECT].width, role, text);
}

/* ---- below the list ---- */

static int draw_key(const struct canvas *canvas, int y, int x, enum action action, const char *hint)
{
	x += canvas_run(canvas, y, x, 5, ROLE_KEY, keymap_key(AREA_PINS, action)) + 1;
	return x + canvas_run_c(canvas, y, x, 40, ROLE_HINT, hint) + 2;
}

/* The keys have their room, whatever there is to say of what is staged. */
static void draw_staged(const struct pins *state, const struct canvas *canvas, int y)
{
	enum { KEYS_COLS = 28 }; /* a apply  u undo  Esc drop */
	int room = canvas->cols - 2 - KEYS_COLS;
	char routes[64] = "";
	char text[128];
	int x = 1;

	if (state->effects.known)
		(void)snprintf(routes, sizeof(routes), "; %lld route%s would change",
			(long long)state->effects.routes_changed,
			state->effects.routes_changed == 1 ? "" : "s");
	(void)snprintf(text, sizeof(text), "%zu change%s staged, nothing sent yet%s.",
		state->staged_count, state->staged_count == 1 ? "" : "s", routes);
	if ((int)strlen(text) > room)
		(void)snprintf(text, sizeof(text), "%zu staged%s", state->staged_count, routes);
	x += canvas_run_c(canvas, y, x, room, ROLE_STAGED, text) + 3;
	x = draw_key(canvas, y, x, ACTION_APPLY, "apply");
	x = draw_key(canvas, y, x, ACTION_UNDO, "undo");
	(void)draw_key(canvas, y, x, ACTION_BACK, "drop");
}

/* What the column of effects says of the selected row, where there is no room for that column. */
static void draw_effect(const struct pins *state, const struct model *model,
	const struct canvas *canvas, int y, const struct service_node *node)
{
	char text[EFFECT_SIZE];
	enum role role;
	int x = 1;

	x += canvas_run_c(canvas, y, x, LIMIT_SERVICE_NAME, ROLE_SERVICE, node->service->name) + 2;
	role = effect_of(state, model, node, canvas->cols - x - 1, text);
	canvas_c(canvas, y, x, canvas->cols - x - 1, role, text);
}

void pins_draw_foot(
	const struct pins *state, const struct model *model, const struct canvas *canvas)
{
	const struct service_node *node = pins_node(state, model, state->list.cursor.selected);
	int y = canvas->rows - state->foot;
	int last = canvas->rows - 1;
	struct canvas row;
	int x = 1;

	canvas_rule(canvas, y);
	row = canvas_part(canvas, last - 1, 0, 1, canvas->cols);
	canvas_clear_rows(canvas, y + 1, state->foot - 1);
	if (state->list.placed[PINS_EFFECT].width == 0 && node && pins_session(state, model))
		draw_effect(state, model, canvas, y + 1, node);
	if (state->staged_count > 0) {
		draw_staged(state, canvas, last - 1);
	} else if (state->before_count > 0) {
		x += canvas_run_c(canvas, last - 1, x, canvas->cols - 2, ROLE_DONE, "Applied.") + 2;
		(void)draw_key(
			canvas, last - 1, x, ACTION_UNDO, "puts back what was pinned before");
	} else {
		(void)draw_text_keys(&row, 0, 1, ROLE_QUIET,
			"{pins.open} chooses a version for the session; {pins.apply} sends what is "
			"staged.");
	}
	draw_text_command(canvas, last, state->command);
}
