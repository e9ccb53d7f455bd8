/*
 * The last rows, see status_line.h. Pure drawing, called by layout.c once a frame. Keys come from the keymap as it is in
 * force; those of a prompt are fixed, as in every line one types into.
 */
#include "tui/app/status_line.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/app/layout.h"
#include "tui/app/navigation.h"
#include "tui/data/model.h"
#include "tui/term/keys.h"
#include "tui/ui/palette.h"
#include "tui/widgets/format.h"

/* ---- hints ---- */

struct hint {
	struct str key;
	const char *words;
	int rank; /* the highest are left out first where there is no room */
};

enum { HINTS_MAX = 48, RANK_NEEDED = 0, MESSAGE_ROWS_MAX = 3 };

struct hints {
	struct hint all[HINTS_MAX];
	size_t count;
};

static int hint_cells(const struct hint *hint)
{
	return (int)(text_cells(hint->key) + 1 + text_cells(str_of(hint->words))) + 2;
}

/* What is drawn as a key is one for the mouse, too. */
static int draw_hint(
	struct layout *layout, const struct canvas *canvas, int x, const struct hint *hint)
{
	int need = hint_cells(hint) - 2;
	int32_t number;

	if (x + need >= canvas->cols)
		return x;
	if (key_from_name(hint->key, &number))
		layout_add_area(layout, canvas, 0, x, need, number);
	x += canvas_run(canvas, 0, x, 8, ROLE_KEY, hint->key) + 1;
	return x + canvas_run_c(canvas, 0, x, 24, ROLE_HINT, hint->words) + 2;
}

/* A key that a nearer area has taken does that, and not this. */
static void add_hint(
	struct hints *hints, const struct binding *binding, const char *words, int rank)
{
	struct str keys = str_trim(str_of(keymap_keys(binding)));
	struct str key = str_cut(&keys, ' ');

	for (size_t i = 0; i < hints->count; i++)
		if (str_eq(hints->all[i].key, key))
			return;
	if (key.n > 0 && hints->count < HINTS_MAX)
		hints->all[hints->count++] = (struct hint){key, words, rank};
}

/* Those that every view has stand at the end, in the order of this table. */
static const struct {
	enum action action;
	const char *words; /* NULL: those of the keymap */
	int rank;
} lasting[] = {
	{ACTION_MOUSE, "mouse back", RANK_NEEDED},
	{ACTION_FILTER, NULL, 1},
	{ACTION_COMMAND, NULL, RANK_NEEDED},
	{ACTION_EXPLAIN, NULL, RANK_NEEDED},
	{ACTION_COPY, NULL, 2},
	{ACTION_BACK, "back", RANK_NEEDED},
	{ACTION_HELP, NULL, RANK_NEEDED},
	{ACTION_QUIT, NULL, 3},
};

static bool does_something(struct layout *layout, enum action action)
{
	const struct view *view = navigation_top(layout->nav)->view;

	switch (action) {
	case ACTION_MOUSE:
		return !layout->ui->mouse && layout->mouse_given;
	case ACTION_FILTER:
		return view->set_filter != NULL;
	case ACTION_FIND:
		return view->find != NULL;
	case ACTION_EXPLAIN:
		return view->selected != NULL && view != &view_explain;
	case ACTION_COPY:
		return view->selected != NULL;
	case ACTION_BACK:
		return navigation_has_up(layout->nav);
	case ACTION_HELP:
		return view != &view_help;
	default:
		return true;
	}
}

static bool lasts(enum action action)
{
	for (size_t i = 0; i < ARRAY_LEN(lasting); i++)
		if (lasting[i].action == action)
			return true;
	return false;
}

/* Of the view and of what is selected there, by their rank. */
static void add_own_hints(struct layout *layout, enum area area, struct hints *hints)
{
	struct selection what = navigation_selection(layout->nav);
	enum area object = keymap_object(&what);

	for (enum area at = area; at != AREA_COUNT; at = keymap_next(area, object, at))
		for (size_t i = 0; i < binding_count; i++)
			if (bindings[i].area == at && bindings[i].hint &&
				!lasts(bindings[i].action) &&
				does_something(layout, bindings[i].action))
				add_hint(hints, &bindings[i], bindings[i].hint, bindings[i].rank);
	for (size_t i = 1; i < hints->count; i++)
		for (size_t j = i; j > 0 && hints->all[j - 1].rank > hints->all[j].rank; j--) {
			struct hint hint = hints->all[j];

			hints->all[j] = hints->all[j - 1];
			hints->all[j - 1] = hint;
		}
}

/* Until they fit, the least important goes: the last of those with the highest rank. */
static void leave_out(struct hints *hints, int cols)
{
	for (;;) {
		int used = 1;
		size_t worst = 0;

		for (size_t i = 0; i < hints->count; i++) {
			used += hint_cells(&hints->all[i]);
			if (hints->all[i].rank >= hints->all[worst].rank)
				worst = i;
		}
		if (used - 2 < cols || hints->count == 0)
			return;
		memmove(hints->all + worst, hints->all + worst + 1,
			(--hints->count - worst) * sizeof(hints->all[0]));
	}
}

static void draw_hints(struct layout *layout, const struct canvas *canvas, enum area area)
{
	struct hints hints = {.count = 0};
	int x = 1;

	add_own_hints(layout, area, &hints);
	for (size_t i = 0; i < ARRAY_LEN(lasting); i++) {
		const struct binding *binding = keymap_binding(AREA_LIST, lasting[i].action);

		if (does_something(layout, lasting[i].action))
			add_hint(&hints, binding,
				lasting[i].words ? lasting[i].words : binding->hint,
				lasting[i].rank);
	}
	leave_out(&hints, canvas->cols);
	for (size_t i = 0; i < hints.count; i++)
		x = draw_hint(layout, canvas, x, &hints.all[i]);
}

/* What went wrong, or will, is said whole. */
static int message_rows(const struct ui *ui, int cols)
{
	bool whole = ui->message_role == ROLE_FAILED || ui->message_role == ROLE_WARNING;
	int rows = whole ? format_sentence_rows(str_of(ui->message), cols - 2) : 1;

	return rows < 1 ? 1 : rows > MESSAGE_ROWS_MAX ? MESSAGE_ROWS_MAX : rows;
}

static void draw_last_row(struct layout *layout, const struct canvas *canvas)
{
	const struct ui *ui = layout->ui;

	canvas_clear_rows(canvas, 0, canvas->rows);
	if (ui->message[0] != '\0') {
		if (canvas->rows > 1)
			(void)format_sentence(canvas, 0, 1, ui->message_role, str_of(ui->message));
		else
			canvas_c(canvas, 0, 1, canvas->cols - 2, ui->message_role, ui->message);
		return;
	}
	if (ui->running > 0) {
		canvas_c(canvas, 0, 1, canvas->cols - 2, ROLE_STARTING,
			"sent, waiting for the answer");
		return;
	}
	draw_hints(layout, canvas,
		navigation_can_show(layout->nav) ? navigation_top(layout->nav)->view->area
						 : AREA_GLOBAL);
}

/* ---- what is asked ---- */

/* What Enter and Esc do; of a line or of a confirmation. */
static const struct answers {
	const char *yes, *no;
} answers[QUESTION_COUNT] = {
	[QUESTION_FILTER] = {"keep", "show all"},
	[QUESTION_FIND] = {"keep", "cancel"},
	[QUESTION_SCOPE] = {"show", "cancel"},
	[QUESTION_SAVE] = {"save", "cancel"},
	[QUESTION_CREATE] = {"create", "cancel"},
	[QUESTION_CREATE_ON_PULL] = {"create", "cancel"},
	[QUESTION_CREATE_AND_PIN] = {"create", "cancel"},
	[QUESTION_SET] = {"change", "cancel"},
	[QUESTION_EXTEND] = {"extend", "cancel"},
	[QUESTION_EXTEND_VERSION] = {"extend", "cancel"},
	[QUESTION_RULES] = {"apply", "cancel"},
	[QUESTION_QUIT] = {"yes, quit", "no, stay"},
};

static struct answers answers_of(const struct prompt *prompt)
{
	struct answers words = answers[prompt->question];

	if (words.yes)
		return words;
	return prompt->kind == PROMPT_CONFIRM ? (struct answers){"yes", "no, cancel"}
					      : (struct answers){"send", "cancel"};
}

static void draw_mistake(const struct prompt *prompt, const struct canvas *canvas, int x)
{
	const struct line_edit *input = &prompt->input;
	int at = x;

	if (prompt->column != SIZE_MAX)
		at += (int)text_cells((struct str){
			input->text, prompt->column < input->len ? prompt->column : input->len});
	if (prompt->column != SIZE_MAX && at < canvas->cols / 2)
		at += canvas_run_c(canvas, 2, at, 1, ROLE_FAILED, "^") + 1;
	else
		at = x;
	canvas_c(canvas, 2, at, canvas->cols - at - 1, ROLE_FAILED, prompt->mistake);
}

/* How to go on with a proposal, else what could be typed. */
static const char *line_help(const struct prompt *prompt)
{
	if (prompt->question == QUESTION_CREATE || prompt->question == QUESTION_CREATE_AND_PIN ||
		prompt->question == QUESTION_CREATE_ON_PULL)
		return "NAME --strict --ttl 2h: all may be left out";
	if (prompt->question == QUESTION_SET)
		return "--policy strict  --ttl 2h  --owner NAME";
	if (prompt->input.proposed)
		return "type to replace, arrows to edit";
	if (prompt->question == QUESTION_SCOPE)
		return "Tab complete  status:5xx  >200ms  since:15m  !not";
	if (prompt->question == QUESTION_FILTER)
		return "Tab complete  state:unhealthy  pr:482  \"text\"  !not";
	return "";
}

static void draw_line_prompt(const struct prompt *prompt, const struct canvas *canvas)
{
	struct answers words = answers_of(prompt);
	char text[160];
	int x = 1;

	canvas_rule(canvas, 0);
	canvas_clear(canvas, 1, 0);
	x += canvas_run_c(canvas, 1, x, canvas->cols / 2, ROLE_PROMPT, prompt->label) + 1;
	line_edit_draw(canvas, 1, x, &prompt->input, prompt->column);
	canvas_clear(canvas, 2, 0);
	if (prompt->fitting[0] != '\0') {
		canvas_c(canvas, 2, 1, canvas->cols - 2, ROLE_QUIET, prompt->fitting);
		return;
	}
	if (prompt->mistake[0] != '\0') {
		draw_mistake(prompt, canvas, x);
		return;
	}
	(void)snprintf(text, sizeof(text), "Enter %s   Esc %s   %s", words.yes, words.no,
		line_help(prompt));
	canvas_c(canvas, 2, 1, canvas->cols - 2, ROLE_QUIET, text);
}

enum { CONFIRM_MIN = 2, CONFIRM_MAX = 4, CONFIRM_FRAME = 3 };

static int confirm_rows(const struct prompt *prompt, int cols)
{
	int rows = format_sentence_rows(str_of(prompt->label), cols - 2);

	return rows < CONFIRM_MIN ? CONFIRM_MIN : rows > CONFIRM_MAX ? CONFIRM_MAX : rows;
}

static void draw_confirm(struct layout *layout, const struct canvas *canvas)
{
	const struct prompt *prompt = &layout->ui->prompt;
	struct answers words = answers_of(prompt);
	struct canvas part = canvas_part(canvas, 1, 0, canvas->rows - CONFIRM_FRAME, canvas->cols);
	int last = canvas->rows - 1;
	int x = 1;

	canvas_rule(canvas, 0);
	canvas_clear_rows(canvas, 1, last);
	(void)format_sentence(
		&part, 0, 1, prompt->loses ? ROLE_WARNING : ROLE_PROMPT, str_of(prompt->label));
	if (prompt->command_count > 0) {
		x += canvas_run_c(canvas, last - 1, x, 2, ROLE_COMMAND, "$ ");
		canvas_text(canvas, last - 1, x, canvas->cols - x - 1, ROLE_COMMAND,
			strbuf_str(&prompt->command_line));
	}
	part = canvas_part(canvas, last, 0, 1, canvas->cols);
	x = draw_hint(layout, &part, 1,
		&(struct hint){str_of(prompt->loses ? "y" : "Enter"), words.yes, RANK_NEEDED});
	x = draw_hint(layout, &part, x, &(struct hint){STR_LIT("Esc"), words.no, RANK_NEEDED});
	canvas_c(&part, 0, x, part.cols - x - 1, ROLE_WARNING, prompt->mistake);
}

int status_line_rows(const struct layout *layout, int rows, int cols)
{
	const struct prompt *prompt = &layout->ui->prompt;

	switch (prompt->kind) {
	case PROMPT_LINE:
		return 3;
	case PROMPT_PICK:
		return picker_rows(&prompt->picker, rows - HEAD_ROWS - 4);
	case PROMPT_CONFIRM:
		return CONFIRM_FRAME + confirm_rows(prompt, cols);
	case PROMPT_PALETTE:
		return palette_rows(layout->palette, rows - HEAD_ROWS - 6);
	case PROMPT_NONE:
		return message_rows(layout->ui, cols);
	default:
		return 1;
	}
}

void status_line_draw(struct layout *layout, const struct canvas *canvas)
{
	const struct prompt *prompt = &layout->ui->prompt;

	switch (prompt->kind) {
	case PROMPT_LINE:
		draw_line_prompt(prompt, canvas);
		return;
	case PROMPT_PICK:
		picker_draw(canvas, &prompt->picker, prompt->label);
		return;
	case PROMPT_CONFIRM:
		draw_confirm(layout, canvas);
		return;
	case PROMPT_PALETTE:
		palette_draw(layout->palette, canvas);
		return;
	case PROMPT_LETTER:
		canvas_c(canvas, 0, 0, canvas->cols, ROLE_PROMPT, " sort by");
		canvas_c(canvas, 0, 9, canvas->cols - 9, ROLE_HINT, prompt->label);
		return;
	default:
		draw_last_row(layout, canvas);
		return;
	}
}
