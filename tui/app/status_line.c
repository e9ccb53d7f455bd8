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

static int hint_cells(const char *keys, const char *hint)
{
	struct str rest = str_of(keys);
	struct str key = str_cut(&rest, ' ');

	return key.n == 0 ? 0 : (int)(text_cells(key) + 1 + text_cells(str_of(hint))) + 2;
}

/* What is drawn as a key is one for the mouse, too. */
static int draw_hint(struct layout *layout, const struct canvas *canvas, int x, const char *keys,
	const char *hint)
{
	struct str rest = str_of(keys);
	struct str key = str_cut(&rest, ' ');
	int need = hint_cells(keys, hint) - 2;
	int32_t number;

	if (key.n == 0 || x + need >= canvas->cols)
		return x;
	if (key_from_name(key, &number))
		layout_add_area(layout, canvas, 0, x, need, number);
	x += canvas_run(canvas, 0, x, 8, ROLE_KEY, key) + 1;
	return x + canvas_run_c(canvas, 0, x, 24, ROLE_HINT, hint) + 2;
}

/* Those one must always find: they keep their room at the end, whatever a view has to say. */
struct hint {
	const char *keys, *hint;
};

enum { LASTING_HINTS = 6, MESSAGE_ROWS_MAX = 3 };

static size_t lasting_hints(struct layout *layout, struct hint hints[LASTING_HINTS])
{
	const struct view *view = navigation_top(layout->nav)->view;
	const struct {
		bool shown;
		enum action action;
		const char *words; /* NULL: those of the keymap */
	} all[LASTING_HINTS] = {
		{!layout->ui->mouse && layout->mouse_given, ACTION_MOUSE, "mouse back"},
		{view->set_filter != NULL, ACTION_FILTER, NULL},
		{view->selected != NULL, ACTION_COPY, NULL},
		{navigation_has_up(layout->nav), ACTION_BACK, "back"},
		{true, ACTION_HELP, NULL},
		{true, ACTION_QUIT, NULL},
	};
	size_t count = 0;

	for (size_t i = 0; i < LASTING_HINTS; i++) {
		const struct binding *binding = keymap_binding(AREA_LIST, all[i].action);

		if (all[i].shown)
			hints[count++] = (struct hint){
				keymap_keys(binding), all[i].words ? all[i].words : binding->hint};
	}
	return count;
}

static bool lasts(enum action action)
{
	return action == ACTION_FILTER || action == ACTION_COPY || action == ACTION_HELP ||
	       action == ACTION_QUIT;
}

static void draw_hints(struct layout *layout, const struct canvas *canvas, enum area area)
{
	struct hint hints[LASTING_HINTS];
	size_t count = lasting_hints(layout, hints);
	struct canvas room = *canvas;
	int x = 1;

	for (size_t i = 0; i < count; i++)
		room.cols -= hint_cells(hints[i].keys, hints[i].hint);
	for (; area != AREA_COUNT; area = area_parent(area)) {
		for (size_t i = 0; i < binding_count; i++) {
			const struct binding *binding = &bindings[i];

			if (binding->area == area && binding->hint && !lasts(binding->action) &&
				(binding->action != ACTION_FIND ||
					navigation_top(layout->nav)->view->find))
				x = draw_hint(
					layout, &room, x, keymap_keys(binding), binding->hint);
		}
	}
	for (size_t i = 0; i < count; i++)
		x = draw_hint(layout, canvas, x, hints[i].keys, hints[i].hint);
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
	[QUESTION_EXTEND] = {"extend", "cancel"},
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
	if (prompt->input.proposed)
		return "type to replace, arrows to edit";
	if (prompt->question == QUESTION_SCOPE)
		return "status:5xx  session:KEY  >200ms  since:15m  !not";
	if (prompt->question == QUESTION_FILTER)
		return "state:unhealthy  pr:482  \"text\"  !not";
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
	if (prompt->mistake[0] != '\0') {
		draw_mistake(prompt, canvas, x);
		return;
	}
	(void)snprintf(text, sizeof(text), "Enter %s   Esc %s   %s", words.yes, words.no,
		line_help(prompt));
	if (x + (int)text_cells(str_of(text)) >= canvas->cols)
		x = 1;
	canvas_c(canvas, 2, x, canvas->cols - x - 1, ROLE_QUIET, text);
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
	x = draw_hint(layout, &part, 1, prompt->loses ? "y" : "Enter", words.yes);
	x = draw_hint(layout, &part, x, "Esc", words.no);
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
