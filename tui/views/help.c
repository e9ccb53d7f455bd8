/*
 * Help: the keys, from the keymap; the signs; what the columns and the reasons mean; the words of filters.
 * Everything that has a table is read from it, so the help cannot be older than the program.
 */
#include "tui/ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/model/filter.h"

#include "tui/widgets/format.h"
#include "core/model/glossary.h"
#include "tui/widgets/list_cursor.h"

/* What is to be said, once; over how many lines it goes depends on the width. */
struct help_row {
	const char *head; /* a title, when there is no text */
	char *text; /* with the keys in force; NULL: none */
	char *command; /* with names in capitals; NULL: none */
	enum role role; /* of the head */
	enum glyph glyph; /* instead of the head; GLYPH_COUNT: none */
};

/* A row of the screen. */
struct help_line {
	size_t row;
	bool first; /* of its row */
	struct str text, command;
};

struct help {
	struct help_row *rows;
	size_t row_count, row_cap;
	struct help_line *lines;
	size_t count, cap;
	int cols; /* the lines are laid out for */
	struct list_cursor list;
};

enum { TEXT_MAX = 512, COMMAND_COLS = 100 /* with fewer there is no room for commands */ };

static void add(struct help *state, struct help_row row, const char *text, const char *command)
{
	const struct command_vars none = {0};
	char keyed[TEXT_MAX];
	char line[COMMAND_MAX];

	if (text) {
		keymap_text(keyed, sizeof(keyed), text);
		row.text = xstrdup(keyed);
	}
	if (command) {
		ui_command(line, command, &none);
		row.command = xstrdup(line);
	}
	array_reserve(&state->rows, &state->row_cap, state->row_count + 1, sizeof(row));
	state->rows[state->row_count++] = row;
}

static void add_word(struct help *state, const char *word, enum role role, const char *meaning)
{
	add(state, (struct help_row){.head = word, .role = role, .glyph = GLYPH_COUNT}, meaning,
		NULL);
}

static void add_title(struct help *state, const char *title)
{
	if (state->row_count > 0)
		add_word(state, "", ROLE_BASE, NULL);
	add_word(state, title, ROLE_HEADING, NULL);
}

static void add_keys(struct help *state, enum area area)
{
	add_title(state, area_titles[area]);
	for (size_t i = 0; i < binding_count; i++)
		if (bindings[i].area == area)
			add(state,
				(struct help_row){.head = keymap_keys(&bindings[i]),
					.role = ROLE_KEY,
					.glyph = GLYPH_COUNT},
				bindings[i].help, bindings[i].command);
}

static void add_sign(struct help *state, enum glyph glyph, enum role role, const char *meaning)
{
	add(state, (struct help_row){.head = "", .role = role, .glyph = glyph}, meaning, NULL);
}

static void add_signs(struct help *state)
{
	static const char *const meanings[STATE_COUNT] = {
		[STATE_STARTING] = "starting: no check has passed yet",
		[STATE_READY] = "ready: its checks pass",
		[STATE_UNHEALTHY] = "unhealthy: its checks fail",
		[STATE_DRAINING] =
			"draining: it gets no new request and goes when the last has ended",
	};

	add_title(state, "signs");
	for (int i = 0; i < STATE_COUNT; i++)
		add_sign(state, format_state_glyph(i), format_state_role(i), meanings[i]);
	add_sign(state, GLYPH_WARNING, ROLE_WARNING,
		"the session, or its pins, got lost on the way; or two carriers differ");
}

static void *help_create(void)
{
	return xcalloc(1, sizeof(struct help));
}

static void add_meanings(struct help *state)
{
	add_signs(state);
	for (size_t i = 0; i < glossary_word_count; i++) {
		if (glossary_words[i].word)
			add_word(state, glossary_words[i].word, ROLE_STRONG,
				glossary_words[i].meaning);
		else
			add_title(state, glossary_words[i].meaning);
	}
	add_title(state, "why a request went where it went");
	for (int i = 0; i < REASON_COUNT; i++)
		add_word(state, reason_names[i], format_reason_role(i), reason_sentences[i]);
	add_title(state, "filters: all terms must hold; a,b is a or b; !term is not");
	for (size_t i = 0; i < filter_term_count; i++)
		add_word(state, filter_terms[i].example, ROLE_COMMAND, filter_terms[i].help);
}

/* A demo is on ports of its own: how to reach it from elsewhere. */
static void add_place(struct help *state, const struct model *model)
{
	char text[TEXT_MAX];

	if (!model->demo)
		return;
	add_title(state, "this demo");
	(void)snprintf(text, sizeof(text), "%s --url %s", model->program, model->url);
	add_word(state, "second terminal", ROLE_STRONG, text);
	add_word(state, "control plane", ROLE_STRONG, model->url);
	add_word(state, "requests enter at", ROLE_STRONG, model->proxy_url);
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
static void build(struct help *state, const struct model *model, enum area from)
{
	add_place(state, model);
	for (enum area area = from; area != AREA_COUNT; area = area_parent(area))
		if (has_keys(area))
			add_keys(state, area);
	for (int area = 0; area < AREA_COUNT; area++)
		if (has_keys((enum area)area) && !is_on_the_way(from, (enum area)area))
			add_keys(state, (enum area)area);
	add_meanings(state);
}

static void forget_rows(struct help *state)
{
	for (size_t i = 0; i < state->row_count; i++) {
		free(state->rows[i].text);
		free(state->rows[i].command);
	}
	state->row_count = 0;
	state->cols = 0;
}

static void help_destroy(void *arg)
{
	struct help *state = arg;

	forget_rows(state);
	free(state->rows);
	free(state->lines);
	free(state);
}

/* Opens with the keys of the area one comes from, by its title. */
static void help_open(void *arg, const struct model *model, struct ui *ui, const char *argument)
{
	struct help *state = arg;
	enum area from = AREA_GLOBAL;

	(void)ui;
	for (int area = 0; area < AREA_COUNT; area++)
		if (strcmp(area_titles[area], argument) == 0)
			from = (enum area)area;
	forget_rows(state);
	build(state, model, from);
}

/* ---- lines ---- */

static int head_cols(int cols)
{
	return cols < COMMAND_COLS ? 16 : 20;
}

static int text_cols(int cols, bool has_command)
{
	return has_command && cols >= COMMAND_COLS ? cols / 2 - 8 : cols - head_cols(cols) - 5;
}

static int command_cols(int cols)
{
	return cols >= COMMAND_COLS ? cols - 6 - head_cols(cols) - text_cols(cols, true) : 0;
}

static struct str take_line(struct str *rest, int cols)
{
	size_t take = format_line(*rest, cols);
	struct str line = {rest->p, take};

	*rest = str_trim((struct str){rest->p + take, rest->n - take});
	return line;
}

static void add_line(struct help *state, struct help_line line)
{
	array_reserve(&state->lines, &state->cap, state->count + 1, sizeof(line));
	state->lines[state->count++] = line;
}

static void lay_out(struct help *state, int cols)
{
	state->cols = cols;
	state->count = 0;
	for (size_t i = 0; i < state->row_count; i++) {
		const struct help_row *row = &state->rows[i];
		struct str text = str_of(row->text);
		struct str command =
			command_cols(cols) > 0 ? str_of(row->command) : (struct str){0};
		struct help_line line = {.row = i, .first = true};

		do {
			line.text = take_line(&text, text_cols(cols, row->command != NULL));
			line.command = take_line(&command, command_cols(cols));
			add_line(state, line);
			line.first = false;
		} while (text.n > 0 || command.n > 0);
	}
}

static void help_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct help *state = arg;

	(void)model;
	(void)ui;
	(void)parts;
	if (state->cols != cols)
		lay_out(state, cols);
	/* It scrolls as a page: what moves is the top, and nothing is selected. */
	state->list.count = state->count;
	state->list.height = rows > 0 ? (size_t)rows : 1;
	if (state->list.top + state->list.height > state->count)
		state->list.top =
			state->count > state->list.height ? state->count - state->list.height : 0;
}

static void draw_head(const struct help_row *row, const struct canvas *canvas, int y)
{
	if (!row->text)
		canvas_c(canvas, y, 1, canvas->cols - 2, row->role, row->head);
	else if (row->glyph != GLYPH_COUNT)
		(void)canvas_glyph(canvas, y, 3, row->role, row->glyph);
	else
		canvas_c(canvas, y, 3, head_cols(canvas->cols), row->role, row->head);
}

static void draw_line(
	const struct help *state, const struct help_line *line, const struct canvas *canvas, int y)
{
	const struct help_row *row = &state->rows[line->row];
	int x = 4 + head_cols(canvas->cols);
	int text = text_cols(canvas->cols, row->command != NULL);

	canvas_clear(canvas, y, 0);
	if (line->first)
		draw_head(row, canvas, y);
	if (line->text.n > 0)
		canvas_text(canvas, y, x, text, ROLE_BASE, line->text);
	if (line->command.n > 0)
		canvas_text(canvas, y, x + 1 + text, command_cols(canvas->cols), ROLE_COMMAND,
			line->command);
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
			draw_line(state, &state->lines[at], canvas, y);
		else
			canvas_clear(canvas, y, 0);
	}
}

static void help_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct help *state = arg;
	char keys[96];
	char text[192];

	(void)model;
	(void)ui;
	keymap_text(keys, sizeof(keys),
		"{global.down} {global.up} {global.page-down} {global.page-up}   {global.back} "
		"back");
	(void)snprintf(text, sizeof(text), "%zu to %zu of %zu   %s", state->list.top + 1,
		state->list.top + state->list.height < state->count
			? state->list.top + state->list.height
			: state->count,
		state->count, keys);
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
	if (!list_cursor_move(&state->list, keymap_motion(action)))
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
