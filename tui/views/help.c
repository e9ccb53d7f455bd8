/*
 * Help: the keys, from the keymap; the signs; what the columns and the reasons mean; the words of filters.
 * Everything that has a table is read from it, so the help cannot be older than the program.
 */
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/model/filter.h"

#include "tui/views/cells.h"
#include "tui/widgets/list.h"

struct help_row {
	const char *head; /* a title, when the rest is NULL */
	const char *text;
	const char *command;
	enum role role; /* of the head */
	enum glyph glyph; /* before the text; GLYPH_COUNT: none */
};

struct help {
	struct help_row *rows;
	size_t count;
	size_t cap;
	struct list list;
};

struct word {
	const char *word;
	const char *meaning;
};

static const struct word words[] = {
	{"service", "what requests are addressed to; it has at most one stable version"},
	{"version", "one build of a service that runs: stable, or ephemeral beside it"},
	{"session", "a key that requests carry, with pins: service to version"},
	{"pin", "for requests of the session, this version serves that service"},
	{"EXPIRES", "when it goes by itself; a ! means within 15 minutes"},
	{"REQ/S", "requests per second over the last minute"},
	{"5XX%", "how many of them were answered with 500 or above"},
	{"P95", "95 of 100 were faster; a service shows that of its slowest version"},
	{"LAST MINUTE", "requests over the last 60 s; the highest bar is the busiest moment of the "
			"service"},
	{"PINS", "how many sessions pin the version"},
	{"WHY", "the reason of the routing decision, see below"},
	{"CALLER", "the version that made the request, as the proxy knows it"},
	{"lenient", "what a pin cannot get is served by stable"},
	{"strict", "what a pin cannot get is a 503"},
};

static void add(struct help *state, struct help_row row)
{
	array_reserve(&state->rows, &state->cap, state->count + 1, sizeof(row));
	state->rows[state->count++] = row;
}

static void add_title(struct help *state, const char *title)
{
	if (state->count > 0)
		add(state, (struct help_row){.head = "", .glyph = GLYPH_COUNT});
	add(state, (struct help_row){.head = title, .role = ROLE_HEADING, .glyph = GLYPH_COUNT});
}

static void add_keys(struct help *state, enum area area)
{
	add_title(state, area_titles[area]);
	for (size_t i = 0; i < binding_count; i++)
		if (bindings[i].area == area)
			add(state, (struct help_row){keymap_keys(&bindings[i]), bindings[i].help,
					   bindings[i].command, ROLE_KEY, GLYPH_COUNT});
}

static void add_signs(struct help *state)
{
	static const char *const meanings[STATE_COUNT] = {
		[STATE_STARTING] = "starting: no check has passed yet",
		[STATE_READY] = "ready: its checks pass",
		[STATE_UNHEALTHY] = "unhealthy: its checks fail",
		[STATE_DRAINING] = "draining: it is going",
	};

	add_title(state, "signs");
	for (int i = 0; i < STATE_COUNT; i++)
		add(state, (struct help_row){
				   "", meanings[i], NULL, cell_state_role(i), cell_state_glyph(i)});
	add(state, (struct help_row){"",
			   "the session, or its pins, got lost on the way; or two carriers differ",
			   NULL, ROLE_WARNING, GLYPH_WARNING});
}

static void *help_create(void)
{
	return xcalloc(1, sizeof(struct help));
}

static void add_meanings(struct help *state)
{
	add_signs(state);
	add_title(state, "words");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		add(state, (struct help_row){words[i].word, words[i].meaning, NULL, ROLE_STRONG,
				   GLYPH_COUNT});
	add_title(state, "why a request went where it went");
	for (int i = 0; i < REASON_COUNT; i++)
		add(state, (struct help_row){reason_names[i], reason_sentences[i], NULL,
				   cell_reason_role(i), GLYPH_COUNT});
	add_title(state, "what a filter may say; words beside each other must all hold, a,b is or, "
			 "! is not");
	for (size_t i = 0; i < filter_term_count; i++)
		add(state, (struct help_row){filter_terms[i].example, filter_terms[i].help, NULL,
				   ROLE_COMMAND, GLYPH_COUNT});
}

static bool has_keys(enum area area)
{
	for (size_t i = 0; i < binding_count; i++)
		if (bindings[i].area == area)
			return true;
	return false;
}

static bool is_on_the_way(enum area from, enum area to)
{
	for (; from != AREA_COUNT; from = area_parent(from))
		if (from == to)
			return true;
	return false;
}

/* What holds where one comes from, the nearest first; then the other views. */
static void build(struct help *state, enum area from)
{
	state->count = 0;
	for (enum area area = from; area != AREA_COUNT; area = area_parent(area))
		if (has_keys(area))
			add_keys(state, area);
	for (int area = 0; area < AREA_COUNT; area++)
		if (has_keys((enum area)area) && !is_on_the_way(from, (enum area)area))
			add_keys(state, (enum area)area);
	add_meanings(state);
}

static void help_destroy(void *arg)
{
	struct help *state = arg;

	free(state->rows);
	free(state);
}

/* Opens with the keys of the area one comes from, by its title. */
static void help_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct help *state = arg;
	enum area from = AREA_GLOBAL;

	(void)model;
	(void)ui;
	for (int area = 0; area < AREA_COUNT; area++)
		if (strcmp(area_titles[area], argument) == 0)
			from = (enum area)area;
	build(state, from);
}

static void help_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct help *state = arg;

	(void)model;
	(void)ui;
	(void)parts;
	(void)cols;
	/* It scrolls as a page: what moves is the top, and nothing is selected. */
	state->list.count = state->count;
	state->list.height = rows > 0 ? (size_t)rows : 1;
	if (state->list.top + state->list.height > state->count)
		state->list.top =
			state->count > state->list.height ? state->count - state->list.height : 0;
}

static void help_draw_row(const struct help_row *row, const struct canvas *canvas, int y)
{
	int head = canvas->cols < 100 ? 16 : 20;
	int text = canvas->cols - head - 5;

	canvas_clear(canvas, y, 0);
	if (!row->text) {
		canvas_c(canvas, y, 1, canvas->cols - 2, row->role, row->head);
		return;
	}
	if (row->glyph != GLYPH_COUNT)
		(void)canvas_glyph(canvas, y, 3, row->role, row->glyph);
	else
		canvas_c(canvas, y, 3, head, row->role, row->head);
	if (row->command && canvas->cols >= 100)
		text = canvas->cols / 2 - 8;
	canvas_c(canvas, y, 4 + head, text, ROLE_BASE, row->text);
	if (row->command && canvas->cols >= 100)
		canvas_c(canvas, y, 5 + head + text, canvas->cols - 6 - head - text, ROLE_COMMAND,
			row->command);
}

static void help_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct help *state = arg;

	(void)model;
	(void)ui;
	for (int y = 0; y < canvas->rows; y++) {
		size_t at = state->list.top + (size_t)y;

		if (at < state->count)
			help_draw_row(&state->rows[at], canvas, y);
		else
			canvas_clear(canvas, y, 0);
	}
}

static void help_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct help *state = arg;
	char text[64];

	(void)model;
	(void)ui;
	(void)snprintf(text, sizeof(text), "%zu to %zu of %zu   j k PgDn PgUp   Esc back",
		state->list.top + 1,
		state->list.top + state->list.height < state->count
			? state->list.top + state->list.height
			: state->count,
		state->count);
	canvas_right(canvas, 0, 0, canvas->cols, ROLE_QUIET, text);
}

static enum redraw help_act(void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct help *state = arg;
	size_t last = state->count > state->list.height ? state->count - state->list.height : 0;

	(void)model;
	if (action == ACTION_BACK) {
		ui_back(ui);
		return REDRAW_ALL;
	}
	/* One row of a list as high as the page moves like the page. */
	state->list.selected = action == ACTION_DOWN || action == ACTION_PAGE_DOWN ||
					       action == ACTION_HALF_DOWN || action == ACTION_BOTTOM
				       ? state->list.top + state->list.height - 1
				       : state->list.top;
	if (!list_move(&state->list, action))
		return REDRAW_NONE;
	if (state->list.top > last)
		state->list.top = last;
	return REDRAW_ALL;
}

const struct view view_help = {
	.name = "help",
	.title = "Help",
	.area = AREA_HELP,
	.flags = VIEW_ALWAYS,
	.create = help_create,
	.destroy = help_destroy,
	.open = help_open,
	.prepare = help_prepare,
	.draw_title = help_draw_title,
	.draw = help_draw,
	.act = help_act,
};
