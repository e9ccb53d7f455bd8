/*
 * The `:` line: its keys and how it looks. The app owns one and hands it keys and what there is to complete from;
 * what fits and what is wrong is found in palette_complete.c, what a line does in app/command_line.c.
 */
#include "tui/ui/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/model/access_forms.h"

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

enum { KEY_CHOOSE_NEXT = 14, KEY_CHOOSE_BEFORE = 16 };

void palette_finish(struct palette *palette)
{
	for (size_t i = 0; i < palette->history_count; i++)
		free(palette->history[i]);
	palette->history_count = 0;
}

/* ---- keys ---- */

void palette_open(struct palette *palette, const char *text, const struct palette_source *source)
{
	line_edit_set(&palette->input, text);
	palette->history_at = palette->history_count;
	palette->draft[0] = '\0';
	palette_complete(palette, source);
}

void palette_remember(struct palette *palette, const char *line)
{
	size_t count = palette->history_count;

	if (line[0] == '\0' || (count > 0 && strcmp(palette->history[count - 1], line) == 0))
		return;
	if (count == PALETTE_HISTORY) {
		free(palette->history[0]);
		memmove(palette->history, palette->history + 1,
			--count * sizeof(palette->history[0]));
	}
	palette->history[count] = xstrdup(line);
	palette->history_count = count + 1;
	palette->history_at = palette->history_count;
}

static void walk_history(struct palette *palette, bool back)
{
	size_t at = palette->history_at;

	if (back ? at == 0 : at >= palette->history_count)
		return;
	if (at >= palette->history_count)
		str_copy(palette->draft, sizeof(palette->draft), str_of(palette->input.text));
	at = back ? at - 1 : at + 1;
	line_edit_set(&palette->input,
		at < palette->history_count ? palette->history[at] : palette->draft);
	palette->history_at = at;
}

static void choose(struct palette *palette, bool next)
{
	if (palette->count > 0)
		palette->chosen =
			(palette->chosen + (next ? 1 : palette->count - 1)) % palette->count;
}

/* The chosen candidate in place of the word; a blank after it, unless something is to follow at once. */
static void take_chosen(struct palette *palette)
{
	const char *value;
	struct strbuf line;
	size_t cursor;

	if (palette->count == 0)
		return;
	value = palette->shown[palette->chosen].value;
	strbuf_init(&line, LIMIT_FILTER);
	strbuf_add(&line, palette->input.text, palette->word);
	if (palette->word == 0)
		strbuf_add_c(&line, value); /* a command may be two words */
	else
		shell_quote(&line, str_of(value));
	if (strchr(":/=", value[strlen(value) - 1]) == NULL &&
		palette->input.text[palette->input.cursor] != ' ')
		strbuf_add_char(&line, ' ');
	cursor = line.len;
	strbuf_add_c(&line, palette->input.text + palette->input.cursor);
	if (strbuf_ok(&line)) {
		line_edit_set(&palette->input, line.data);
		palette->input.cursor = cursor;
	}
	strbuf_finish(&line);
}

enum line_edit_event palette_key(
	struct palette *palette, int32_t key, const struct palette_source *source)
{
	enum line_edit_event event = LINE_EDIT_CHANGED;

	switch (key) {
	case KEYS_UP:
	case KEYS_DOWN:
		walk_history(palette, key == KEYS_UP);
		break;
	case KEY_CHOOSE_NEXT:
	case KEY_CHOOSE_BEFORE:
	case KEYS_BACK_TAB:
		choose(palette, key == KEY_CHOOSE_NEXT);
		return LINE_EDIT_MOVED;
	case KEYS_TAB:
		take_chosen(palette);
		break;
	default:
		event = line_edit_key(&palette->input, key);
		break;
	}
	if (event == LINE_EDIT_CHANGED || event == LINE_EDIT_MOVED)
		palette_complete(palette, source);
	return event;
}

/* ---- drawing ---- */

int palette_rows(const struct palette *palette, int max)
{
	int rows = 5 + PALETTE_SHOWN;

	(void)palette; /* always as high: what is above does not jump while one types */
	return rows < max ? rows : max < 3 ? 3 : max;
}

static void draw_state(const struct palette *palette, const struct canvas *canvas, int y)
{
	int x = 2;

	canvas_clear(canvas, y, 0);
	if (palette->mistake[0] != '\0') {
		struct str before = {palette->input.text, palette->column};

		if (palette->column != SIZE_MAX && palette->column <= palette->input.len) {
			x += (int)text_cells(before);
			if (x > canvas->cols / 2)
				x = 2;
			else
				x += canvas_run_c(canvas, y, x, 1, ROLE_FAILED, "^") + 1;
		}
		canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_FAILED, palette->mistake);
	} else if (palette->sent) {
		canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_STARTING,
			"sent, waiting for the answer");
	} else {
		canvas_c(canvas, y, x, canvas->cols - x - 1, ROLE_COMMAND,
			palette->usage[0] ? palette->usage
					  : "a command as behind umbra in a shell; a view; theme, "
					    "tour, help, q");
	}
}

static void draw_candidate(
	const struct palette *palette, const struct canvas *canvas, int y, size_t at)
{
	const struct palette_candidate *candidate = &palette->shown[at];
	bool chosen = at == palette->chosen;
	int value_cols = canvas->cols / 3 > 24 ? canvas->cols / 3 : 24;
	struct canvas row = canvas_list_row(canvas, y, chosen);

	canvas_c(&row, y, 3, value_cols, chosen ? ROLE_SELECTED : ROLE_BASE, candidate->value);
	canvas_c(&row, y, 4 + value_cols, canvas->cols - 5 - value_cols, ROLE_QUIET,
		candidate->help);
}

static void draw_hints(const struct palette *palette, const struct canvas *canvas, int y)
{
	static const char *const hints[][2] = {{"Enter", "run"}, {"Tab", "complete"},
		{"C-n", "next"}, {"Up", "line before"}, {"Esc", "cancel"}};
	char more[48];
	int x = 1;

	canvas_clear(canvas, y, 0);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		x += canvas_run_c(canvas, y, x, 8, ROLE_KEY, hints[i][0]) + 1;
		x += canvas_run_c(canvas, y, x, 16, ROLE_HINT, hints[i][1]) + 2;
	}
	if (palette->total > palette->count) {
		(void)snprintf(more, sizeof(more), "%zu more", palette->total - palette->count);
		canvas_right(canvas, y, x, canvas->cols - x - 1, ROLE_QUIET, more);
	}
}

void palette_draw(const struct palette *palette, const struct canvas *canvas)
{
	int last = canvas->rows - 1;

	canvas_rule(canvas, 0);
	canvas_clear(canvas, 1, 0);
	(void)canvas_run_c(canvas, 1, 1, 1, ROLE_PROMPT, ":");
	line_edit_draw(canvas, 1, 2, &palette->input, palette->column);
	draw_state(palette, canvas, 2);
	if (last < 4)
		return;
	canvas_clear(canvas, 3, 0);
	canvas_c(canvas, 3, 2, canvas->cols - 3, ROLE_QUIET, palette->help);
	for (int y = 4; y < last; y++) {
		canvas_clear(canvas, y, 0);
		if (y == 4 && palette->count == 0 && palette->help[0] == '\0')
			canvas_c(canvas, y, 2, canvas->cols - 3, ROLE_QUIET, "nothing fits here");
		if ((size_t)(y - 4) < palette->count)
			draw_candidate(palette, canvas, y, (size_t)(y - 4));
	}
	draw_hints(palette, canvas, last);
}
