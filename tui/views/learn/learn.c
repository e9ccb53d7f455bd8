/*
 * View 7, Learn: a tour that watches what one does, the routing rules to try, and the glossary. Works also where
 * nothing may be sent: what would write is left out of the tour then.
 *
 * Invariant: it shows and remembers, and changes nothing but its own state.
 */
#include "tui/views/learn/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/ui/view.h"
#include "tui/ui/draw_text.h"
#include "tui/widgets/format.h"
#include "tui/ui/text_page.h"
#include "tui/views/describe.h"
#include "tui/views/learn/rules.h"
#include "tui/widgets/list_cursor.h"

enum { WORD_COLS = 20 };
enum page { PAGE_TOUR, PAGE_RULES, PAGE_WORDS, PAGES };
static const char *const page_names[PAGES] = {"Tour", "Rules to try", "Glossary"};

struct learn {
	enum page page;
	struct tour tour;
	struct list_cursor steps; /* the selected one is told whole */
	enum tour_step next; /* as of the last prepare */
	struct rules_form form;
	struct list_cursor fields;
	struct strbuf command;
	struct text_page words;
	char text[TOUR_TEXT_SIZE]; /* of the selected step */
};

struct tour *learn_tour(void *state)
{
	return &((struct learn *)state)->tour;
}

static void *learn_create(void)
{
	struct learn *state = xcalloc(1, sizeof(*state));

	rules_init(&state->form);
	strbuf_init(&state->command, (size_t)4 * LIMIT_FILTER);
	state->fields.count = RULES_FIELDS;
	state->steps.count = state->steps.height = TOUR_STEPS;
	state->tour.told = state->tour.watched = -1;
	text_page_init(&state->words, TEXT_PAGE_LEFT, WORD_COLS, false);
	describe_glossary(&state->words);
	text_page_heading(&state->words, "reasons: why a request went where it went");
	for (int i = 0; i < REASON_COUNT; i++)
		text_page_add_word(
			&state->words, reason_names[i], ROLE_STRONG, reason_sentences[i]);
	return state;
}

static void learn_destroy(void *arg)
{
	struct learn *state = arg;

	rules_finish(&state->form);
	strbuf_finish(&state->command);
	text_page_finish(&state->words);
	free(state);
}

/* ---- preparing ---- */

static void prepare_rules(struct learn *state, const struct model *model, const struct ui *ui)
{
	if (state->form.text[RULES_SERVICE][0] == '\0' && model->env->node_count > 0)
		rules_example(&state->form, RULES_SERVICE, model, ui->session,
			state->form.text[RULES_SERVICE]);
	rules_decide(&state->form, model);
	strbuf_reset(&state->command);
	rules_command(&state->form, &state->command);
}

/* What is selected goes on with the tour. */
static void prepare_tour(struct learn *state, const struct model *model)
{
	enum tour_step next = tour_next(&state->tour);

	if (next != state->next && next < TOUR_STEPS)
		list_cursor_select(&state->steps, next);
	state->next = next;
	tour_text((enum tour_step)state->steps.selected, model, state->text);
}

static void learn_prepare(
	void *arg, const struct model *model, struct ui *ui, unsigned parts, int rows, int cols)
{
	struct learn *state = arg;

	(void)parts;
	state->fields.height = RULES_FIELDS;
	text_page_resize(&state->words, rows, cols);
	if (state->page == PAGE_RULES)
		prepare_rules(state, model, ui);
	if (state->page == PAGE_TOUR)
		prepare_tour(state, model);
}

/* ---- the tour ---- */

enum { TALL_ROWS = 32 }; /* each lesson may have two */

static int draw_step(const struct learn *state, const struct ui *ui, const struct canvas *canvas,
	int y, enum tour_step step)
{
	bool done = (state->tour.done & (1U << step)) != 0;
	bool skipped = !done && (state->tour.skipped & (1U << step)) != 0;
	bool whole = (size_t)step == state->steps.selected;
	int wide = canvas->cols >= 110 ? 46 : canvas->cols - 8;
	char lesson[TOUR_TEXT_SIZE];
	char number[16];
	struct canvas row;

	(void)snprintf(number, sizeof(number), "%d", (int)step + 1);
	row = canvas_list_row(canvas, y, whole);
	if (done || skipped)
		(void)canvas_glyph(&row, y, 3, done ? ROLE_READY : ROLE_QUIET,
			done ? GLYPH_READY : GLYPH_NONE);
	canvas_right(&row, y, 4, 3, ROLE_QUIET, number);
	canvas_text_found(&row, y, 8, wide - 8,
		whole  ? ROLE_SELECTED
		: done ? ROLE_BASE
		       : ROLE_QUIET,
		str_of(tour_title(step)), str_of(ui->find));
	if (canvas->cols >= 110 && done && !whole) {
		row = canvas_part(canvas, y, 0, canvas->rows >= TALL_ROWS ? 2 : 1, canvas->cols);
		tour_lesson(step, lesson);
		y += format_sentence(&row, 0, wide, ROLE_QUIET, str_of(lesson)) - 1;
	}
	if (canvas->cols >= 110 && skipped)
		canvas_c(&row, y, wide, canvas->cols - wide - 1, ROLE_QUIET,
			tour_writes(step) && ui->read_only ? "left out: nothing is sent from here"
							   : "left out");
	y++;
	if (!whole)
		return y;
	y = format_sentence(canvas, y, 8, ROLE_STRONG, str_of(state->text));
	if (tour_writes(step) && !done && !skipped)
		y = draw_text_keys(canvas, y, 8, ROLE_BASE,
			"This changes your own session only, also where others work; {learn.skip} "
			"leaves it out.");
	tour_lesson(step, lesson);
	return format_sentence(canvas, y, 8, ROLE_QUIET, str_of(lesson));
}

static void draw_tour(const struct learn *state, const struct ui *ui, const struct canvas *canvas)
{
	bool over = tour_next(&state->tour) == TOUR_STEPS;
	int y = draw_text_keys(canvas, 0, 3, over ? ROLE_DONE : ROLE_BASE,
		over ? "Tour finished. {global.help} lists keys, {global.command} lists commands, "
		       "the glossary explains the terms."
		: state->tour.on
			? "Do each in its view: the tour sees it and goes on. Its line stays at "
			  "the "
			  "bottom; {global.view-learn} comes back here, "
			  "{global.command}tour off puts it away."
			: "Twelve things to do once, in about five minutes. {learn.open} begins; "
			  "the tour sees what you do, and goes on.");

	y++;
	for (int i = 0; i < TOUR_STEPS && y < canvas->rows; i++)
		y = draw_step(state, ui, canvas, y, (enum tour_step)i);
}

/* ---- the rules ---- */

static void draw_field(const struct learn *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas, enum rules_field field)
{
	bool is_selected = (size_t)field == state->fields.selected;
	const char *text = state->form.text[field];
	char example[LIMIT_FILTER + 1];
	int y = (int)field;
	int x = 14;
	struct canvas row = canvas_list_row(canvas, y, is_selected);

	canvas_text_found(&row, y, 3, 10, is_selected ? ROLE_SELECTED : ROLE_STRONG,
		str_of(rules_name(field)), str_of(ui->find));
	if (text[0] != '\0') {
		canvas_c(&row, y, x, canvas->cols - x - 1, ROLE_INPUT, text);
		return;
	}
	rules_example(&state->form, field, model, ui->session, example);
	x += canvas_run_c(&row, y, x, canvas->cols - x - 1, ROLE_QUIET, rules_help(field));
	x += canvas_run_c(&row, y, x, canvas->cols - x - 1, ROLE_QUIET, ", as in ");
	canvas_c(&row, y, x, canvas->cols - x - 1, ROLE_COMMAND, example);
}

static void draw_outcome(const struct rules_form *form, const struct canvas *canvas, int y)
{
	int x = 3;

	if (form->status != 0)
		(void)canvas_glyph(canvas, y, 1, ROLE_UNHEALTHY, GLYPH_UNHEALTHY);
	else
		(void)canvas_glyph(canvas, y, 1, ROLE_READY, GLYPH_ARROW);
	x += canvas_run_c(canvas, y, x, canvas->cols - x - 1,
		form->status != 0 ? ROLE_UNHEALTHY
		: form->serves    ? ROLE_PINNED
				  : ROLE_STABLE,
		form->outcome);
	if (form->reason[0] != '\0') {
		x += canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_QUIET, "   reason: ");
		(void)canvas_run_c(canvas, y, x, canvas->cols - x - 1, ROLE_STRONG, form->reason);
	}
}

static enum role line_role(enum explain_kind kind)
{
	static const enum role roles[EXPLAIN_COUNT] = {
		[EXPLAIN_RULE] = ROLE_BASE,
		[EXPLAIN_NOT] = ROLE_QUIET,
		[EXPLAIN_NOTE] = ROLE_QUIET,
		[EXPLAIN_WARN] = ROLE_WARNING,
		[EXPLAIN_NOW] = ROLE_BASE,
		[EXPLAIN_HINT] = ROLE_QUIET,
	};

	return roles[kind];
}

static void draw_rules(const struct learn *state, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct rules_form *form = &state->form;
	struct canvas body = canvas_part(canvas, 0, 0, canvas->rows - 1, canvas->cols);
	int last = canvas->rows - 1;
	int y = RULES_FIELDS;
	int x = 1;

	for (int i = 0; i < RULES_FIELDS; i++)
		draw_field(state, model, ui, &body, (enum rules_field)i);
	canvas_rule(&body, y++);
	draw_outcome(form, &body, y++);
	y = format_sentence(&body, y, 3, ROLE_BASE, explanation_headline(&form->explanation));
	for (size_t i = 0; i < form->explanation.count && y < body.rows; i++) {
		enum explain_kind kind;
		struct str line = explanation_line(&form->explanation, i, &kind);

		y = format_sentence(&body, y, 3, line_role(kind), line);
	}
	x += canvas_run_c(canvas, last, x, 2, ROLE_COMMAND, "$ ");
	canvas_text(
		canvas, last, x, canvas->cols - x - 1, ROLE_COMMAND, strbuf_str(&state->command));
}

/* ---- the whole ---- */

static void learn_draw(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct learn *state = arg;

	if (state->page == PAGE_WORDS)
		text_page_draw(&state->words, canvas, str_of(ui->find));
	else
		canvas_clear_rows(canvas, 0, canvas->rows);
	if (state->page == PAGE_TOUR)
		draw_tour(state, ui, canvas);
	else if (state->page == PAGE_RULES)
		draw_rules(state, model, ui, canvas);
}

static int count_steps(uint32_t steps)
{
	int count = 0;

	for (int i = 0; i < TOUR_STEPS; i++)
		count += (int)((steps >> i) & 1);
	return count;
}

static void say_progress(const struct tour *tour, char *dst, size_t size)
{
	int left_out = count_steps(tour->skipped & ~tour->done);

	(void)snprintf(dst, size, left_out > 0 ? "%d of %d done, %d left out" : "%d of %d done",
		count_steps(tour->done), TOUR_STEPS, left_out);
}

static void learn_draw_title(const void *arg, const struct model *model, const struct ui *ui,
	const struct canvas *canvas)
{
	const struct learn *state = arg;
	char text[64] = "";
	int x = 1;

	(void)model;
	(void)ui;
	x += canvas_glyph(canvas, 0, x, ROLE_QUIET, GLYPH_CRUMB) + 1;
	for (int i = 0; i < PAGES; i++)
		x += canvas_run_c(canvas, 0, x, 16,
			     state->page == (enum page)i ? ROLE_TAB_NOW : ROLE_TAB, page_names[i]) +
		     2;
	if (state->page == PAGE_TOUR)
		say_progress(&state->tour, text, sizeof(text));
	else if (state->page == PAGE_RULES)
		(void)snprintf(text, sizeof(text), "decided as the proxy does, now");
	else
		text_page_position(&state->words, text, sizeof(text));
	canvas_right(canvas, 0, x, canvas->cols - x, ROLE_QUIET, text);
}

/* ---- acting ---- */

static void edit(struct learn *state, const struct model *model, struct ui *ui)
{
	enum rules_field field = (enum rules_field)state->fields.selected;
	char *text = state->form.text[field];
	char example[LIMIT_FILTER + 1];

	if (field == RULES_STRICT) {
		str_copy(text, LIMIT_FILTER + 1, text[0] ? STR_LIT("") : STR_LIT("1"));
		return;
	}
	if (field == RULES_SERVICE && model->env->node_count > 0) {
		ui_ask_pick(ui, QUESTION_RULES, "a request to which service?");
		for (size_t i = 0; i < model->env->node_count; i++)
			picker_add(&ui->prompt.picker, model->env->nodes[i].service->name,
				model->env->nodes[i].service->description);
		picker_ready(&ui->prompt.picker, 10);
		return;
	}
	rules_example(&state->form, field, model, ui->session, example);
	ui_ask_line(ui, QUESTION_RULES, rules_name(field), text[0] ? text : example);
}

static void act_tour(struct learn *state, struct ui *ui, enum action action)
{
	if (action == ACTION_SKIP) {
		tour_skip(&state->tour);
	} else if (action == ACTION_AGAIN || tour_next(&state->tour) == TOUR_STEPS) {
		tour_begin(&state->tour);
	} else {
		state->tour.on = !state->tour.on;
		if (!state->tour.on)
			ui_say(ui, ROLE_DONE, "the tour is put away; {learn.open} goes on with it");
	}
}

/* Of the tour, or of the form. */
static struct list_cursor *rows_of(struct learn *state)
{
	return state->page == PAGE_TOUR ? &state->steps : &state->fields;
}

static bool learn_find(void *arg, const struct model *model, struct str text, bool back, bool stay)
{
	struct learn *state = arg;
	struct list_cursor *rows = rows_of(state);

	if (state->page == PAGE_WORDS)
		return text_page_find(&state->words, model, text, back, stay);
	for (size_t i = 0; i < rows->count; i++) {
		size_t row = list_cursor_around(rows, i, back, stay);
		struct str title =
			str_of(state->page == PAGE_TOUR ? tour_title((enum tour_step)row)
							: rules_name((enum rules_field)row));

		if (text_find_nocase(title, text) == title.n)
			continue;
		list_cursor_select(rows, row);
		return true;
	}
	return false;
}

static enum redraw learn_act(
	void *arg, const struct model *model, struct ui *ui, enum action action)
{
	struct learn *state = arg;

	switch (action) {
	case ACTION_LEFT:
		state->page = (state->page + PAGES - 1) % PAGES;
		return REDRAW_ALL;
	case ACTION_RIGHT:
		state->page = (state->page + 1) % PAGES;
		return REDRAW_ALL;
	case ACTION_OPEN:
	case ACTION_SKIP:
	case ACTION_AGAIN:
		if (state->page == PAGE_TOUR)
			act_tour(state, ui, action);
		else if (state->page == PAGE_RULES && action == ACTION_OPEN)
			edit(state, model, ui);
		else if (state->page == PAGE_RULES && action == ACTION_AGAIN)
			memset(state->form.text, 0, sizeof(state->form.text));
		return REDRAW_ALL;
	default:
		break;
	}
	if (state->page == PAGE_WORDS)
		return text_page_move(&state->words, action) ? REDRAW_ALL : REDRAW_NONE;
	return list_cursor_move(rows_of(state), keymap_motion(action)) ? REDRAW_ALL : REDRAW_NONE;
}

static enum redraw learn_answer(void *arg, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	struct learn *state = arg;

	(void)model;
	(void)ui;
	if (question != QUESTION_RULES)
		return REDRAW_NONE;
	str_copy(state->form.text[state->fields.selected], LIMIT_FILTER + 1, str_of(text));
	return REDRAW_ALL;
}

/* The fields of the rules are rows; a press on the tour is Enter. */
static enum mouse_answer learn_mouse(
	void *arg, const struct model *model, struct ui *ui, const struct mouse_event *mouse)
{
	struct learn *state = arg;

	(void)model;
	(void)ui;
	if (mouse->kind != MOUSE_PRESS || state->page == PAGE_WORDS)
		return MOUSE_IGNORED;
	return state->page == PAGE_TOUR ? MOUSE_AGAIN
					: list_cursor_press(&state->fields, (size_t)mouse->y);
}

/* ---- from one run to the next ---- */

static void keep_steps(cJSON *object, const char *name, uint32_t steps)
{
	cJSON *list = cJSON_AddArrayToObject(object, name);

	for (int i = 0; i < TOUR_STEPS; i++)
		if (steps & (1U << i))
			cJSON_AddItemToArray(
				list, cJSON_CreateString(tour_name((enum tour_step)i)));
}

static void learn_keep(const void *arg, cJSON *object)
{
	const struct learn *state = arg;

	cJSON_AddBoolToObject(object, "tour", state->tour.on);
	keep_steps(object, "done", state->tour.done);
	keep_steps(object, "skipped", state->tour.skipped);
}

static uint32_t restored_steps(const cJSON *object, const char *name)
{
	const cJSON *item;
	uint32_t steps = 0;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, name))
	{
		for (int i = 0; cJSON_IsString(item) && i < TOUR_STEPS; i++)
			if (strcmp(item->valuestring, tour_name((enum tour_step)i)) == 0)
				steps |= 1U << i;
	}
	return steps;
}

static void learn_restore(void *arg, const cJSON *object)
{
	struct learn *state = arg;

	state->tour.on = false;
	(void)json_get_bool(object, "tour", &state->tour.on);
	state->tour.done = restored_steps(object, "done");
	state->tour.skipped = restored_steps(object, "skipped");
}

const struct view view_learn = {
	.name = "learn",
	.title = "Learn",
	.key = '7',
	.area = AREA_LEARN,
	.flags = VIEW_ALWAYS,
	.create = learn_create,
	.destroy = learn_destroy,
	.prepare = learn_prepare,
	.draw_title = learn_draw_title,
	.draw = learn_draw,
	.act = learn_act,
	.answer = learn_answer,
	.find = learn_find,
	.mouse = learn_mouse,
	.keep = learn_keep,
	.restore = learn_restore,
};
