/*
 * The glossary of Learn. Called by learn.c. Invariant: rows borrow from the tables of words and reasons, which are of
 * static storage.
 */
#include "tui/views/learn/glossary.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/decision.h"

#include "tui/term/canvas.h"
#include "tui/widgets/format.h"
#include "core/model/glossary.h"

static void add_row(struct glossary *glossary, struct glossary_row row)
{
	array_reserve(&glossary->rows, &glossary->cap, glossary->count + 1, sizeof(row));
	glossary->rows[glossary->count++] = row;
}

static void add_word(struct glossary *glossary, const char *word, const char *meaning, int width)
{
	struct str rest = str_of(meaning);

	while (rest.n > 0) {
		size_t take = format_line(rest, width);

		add_row(glossary, (struct glossary_row){word, {rest.p, take}, false});
		rest = str_trim((struct str){rest.p + take, rest.n - take});
		word = NULL;
	}
}

static void add_title(struct glossary *glossary, const char *title)
{
	if (glossary->count > 0)
		add_row(glossary, (struct glossary_row){"", STR_LIT(""), true});
	add_row(glossary, (struct glossary_row){title, STR_LIT(""), true});
}

enum { WORD_COLS = 20 };

static void build(struct glossary *glossary, int cols)
{
	int width = cols - WORD_COLS - 5;

	glossary->count = 0;
	glossary->cols = cols;
	for (size_t i = 0; i < glossary_word_count; i++) {
		if (glossary_words[i].word)
			add_word(
				glossary, glossary_words[i].word, glossary_words[i].meaning, width);
		else
			add_title(glossary, glossary_words[i].meaning);
	}
	add_title(glossary, "reasons: why a request went where it went");
	for (int i = 0; i < REASON_COUNT; i++)
		add_word(glossary, reason_names[i], reason_sentences[i], width);
}

void glossary_finish(struct glossary *glossary)
{
	free(glossary->rows);
	memset(glossary, 0, sizeof(*glossary));
}

void glossary_lay_out(struct glossary *glossary, int rows, int cols)
{
	struct list_cursor *list = &glossary->list;

	if (glossary->cols != cols)
		build(glossary, cols);
	list->count = glossary->count;
	list->height = rows > 0 ? (size_t)rows : 1;
	if (list->top + list->height > list->count)
		list->top = list->count > list->height ? list->count - list->height : 0;
}

bool glossary_move(struct glossary *glossary, enum action action)
{
	struct list_cursor *list = &glossary->list;
	bool down = action == ACTION_DOWN || action == ACTION_PAGE_DOWN ||
		    action == ACTION_HALF_DOWN || action == ACTION_BOTTOM;

	/* One row of a list as high as the page moves like the page. */
	list->selected = down ? list->top + list->height - 1 : list->top;
	return list_cursor_move(list, keymap_motion(action));
}

void glossary_draw(const struct glossary *glossary, const struct canvas *canvas)
{
	for (int y = 0; y < canvas->rows; y++) {
		size_t at = glossary->list.top + (size_t)y;
		const struct glossary_row *row = at < glossary->count ? &glossary->rows[at] : NULL;

		if (!row)
			continue;
		if (row->word)
			canvas_c(canvas, y, row->title ? 1 : 3, WORD_COLS + (row->title ? 40 : 0),
				row->title ? ROLE_HEADING : ROLE_STRONG, row->word);
		if (!row->title)
			canvas_text(canvas, y, WORD_COLS + 4, canvas->cols - WORD_COLS - 5,
				ROLE_BASE, row->text);
	}
}
