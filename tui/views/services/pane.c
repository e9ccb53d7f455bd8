/*
 * What is known of the selected row, beside the list where the screen is wide, below it where it is tall, and
 * nowhere on a small one (Enter shows all of it). The last row is always the equal command line.
 */
#include <stdio.h>
#include <string.h>

#include "tui/ui/draw_text.h"
#include "tui/views/describe.h"
#include "tui/views/services/internal.h"

enum {
	BESIDE_COLS = 150, /* a list needs about 90, what is beside it 48 */
	BELOW_ROWS = 24,
	BELOW_SIZE = 3, /* rule, headline, sentence */
	PANE_COLS_MIN = 48,
	PANE_COLS_MAX = 64,
	DRAGGED_COLS_MIN = 24, /* a name, and a word of what there is to say */
	LIST_COLS_MIN = 60, /* the columns that say what is wrong */
};

static int within(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

static int pane_cols(const struct services *state, int cols)
{
	if (state->pane_cols_wanted > 0)
		return within(state->pane_cols_wanted, DRAGGED_COLS_MIN, cols - 1 - LIST_COLS_MIN);
	return within(cols / 3, PANE_COLS_MIN, PANE_COLS_MAX);
}

void services_drag_pane(struct services *state, int x, int cols)
{
	state->pane_cols_wanted = within(cols - 1 - x, DRAGGED_COLS_MIN, cols - 1 - LIST_COLS_MIN);
}

void services_lay_out(struct services *state, int rows, int cols)
{
	state->pane = cols >= BESIDE_COLS  ? PANE_BESIDE
		      : rows >= BELOW_ROWS ? PANE_BELOW
					   : PANE_NONE;
	state->list_cols = state->pane == PANE_BESIDE ? cols - pane_cols(state, cols) - 1 : cols;
	state->list_rows = rows - 2 - (state->pane == PANE_BELOW ? BELOW_SIZE : 0);
	if (state->list_rows < 1)
		state->list_rows = 1;
}

void services_fill_pane(struct services *state, const struct model *model, int rows, int cols)
{
	const struct version *version = services_selected_version(state, model);
	const struct service_node *node = services_selected_node(state, model);

	if (state->pane != PANE_BESIDE)
		return;
	text_page_begin(&state->facts);
	if (version)
		describe_version(&state->facts, model, version);
	else if (node)
		describe_service(&state->facts, model, node);
	text_page_resize(&state->facts, rows, pane_cols(state, cols));
}

static void draw_version_headline(const struct canvas *canvas, int y, const struct version *version)
{
	char id[VERSION_ID_SIZE];
	char text[LIMIT_TITLE + 512];
	char age[AGE_SIZE];
	int x = 1;

	name_join_version(str_of(version->service), str_of(version->name), id);
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
}

static void draw_service_headline(const struct canvas *canvas, int y, const struct service *service)
{
	char text[LIMIT_DESCRIPTION + 256];
	int x = 1;

	x += canvas_run_c(canvas, y, x, canvas->cols - 2, ROLE_STRONG, service->name) + 2;
	(void)snprintf(text, sizeof(text), "%s%s%s",
		service->description ? service->description : "", service->owner ? "  owner " : "",
		service->owner ? service->owner : "");
	canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_BASE, text);
}

static void draw_below(const struct model *model, const struct canvas *canvas,
	const struct service_node *node, const struct version *version)
{
	char text[512];
	enum role role;

	canvas_rule(canvas, 0);
	if (version) {
		draw_version_headline(canvas, 1, version);
		role = describe_version_sentence(model, version, text, sizeof(text));
	} else {
		draw_service_headline(canvas, 1, node->service);
		role = describe_service_sentence(node, text, sizeof(text));
	}
	canvas_c(canvas, 2, 1, canvas->cols - 1, role, text);
}

static void draw_beside(const struct services *state, const struct canvas *canvas,
	const struct service_node *node, const struct version *version)
{
	struct canvas part = canvas_part(canvas, 1, 1, canvas->rows - 1, canvas->cols - 1);
	char text[AGE_SIZE];
	int x = 2;

	for (int y = 0; y < canvas->rows; y++) {
		canvas_clear(canvas, y, 0);
		(void)canvas_glyph(canvas, y, 0, ROLE_RULE, GLYPH_SIDE);
	}
	x += canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_STRONG, node->service->name);
	if (version) {
		x += canvas_run_c(canvas, 0, x, 1, ROLE_QUIET, "@");
		(void)canvas_run_c(canvas, 0, x, canvas->cols - x, ROLE_STRONG, version->name);
		/* The facts have this age in them. */
		(void)canvas_age(canvas, version->state_since, text);
	}
	text_page_draw(&state->facts, &part, STR_LIT(""));
}

void services_draw_pane(
	const struct services *state, const struct model *model, const struct canvas *canvas)
{
	const struct version *version = services_selected_version(state, model);
	const struct service_node *node = services_selected_node(state, model);
	struct canvas part;

	draw_text_command(canvas, canvas->rows - 1, state->command);
	if (state->pane == PANE_NONE)
		return;
	part = state->pane == PANE_BESIDE
		       ? canvas_part(canvas, 0, state->list_cols, canvas->rows - 1, canvas->cols)
		       : canvas_part(canvas, canvas->rows - 1 - BELOW_SIZE, 0, BELOW_SIZE,
				 canvas->cols);
	canvas_clear_rows(&part, 0, part.rows);
	if (!node)
		return;
	if (state->pane == PANE_BESIDE)
		draw_beside(state, &part, node, version);
	else
		draw_below(model, &part, node, version);
}
