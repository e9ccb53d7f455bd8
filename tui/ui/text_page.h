/*
 * A page of text: paragraphs, each with a name at its left or without one, broken to the width of the screen. It owns
 * what every such page needs: the lines, where one is, moving, finding, and drawing. The view adds the paragraphs.
 *
 * A `struct text_page` is the first member of the state of such a view. So the functions that take `void *state` stand
 * in its `struct view` as they are.
 *
 * A page with `selects` has one line selected, as a list has. Without, keys scroll it, and a line is marked only when
 * it was found and there is room for a mark. Invariant: when the width changes, or the paragraphs are added again, the
 * line that was selected (or the first in sight) stays where it is on the screen: it is looked up by its paragraph and
 * by where it begins in it.
 */
#ifndef UMBRA_TUI_UI_TEXT_PAGE_H
#define UMBRA_TUI_UI_TEXT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/strbuf.h"

#include "tui/ui/view.h"
#include "tui/widgets/list_cursor.h"

enum { TEXT_PAGE_LEFT = 3 }; /* the column of names on a page that has the whole screen */

struct paragraph {
	const char *name; /* of static storage; NULL: the text has the whole width */
	enum glyph glyph; /* in place of the name; GLYPH_MARK, which stands for none: the name */
	enum role name_role, role;
	bool is_heading; /* stands left of the names */
	size_t from, len; /* into the text of the page */
	size_t command_len; /* of the command, which stands behind the text there; beside it on a wide screen */
};

/* A row of the screen: a piece of a paragraph, counted in bytes from where its text or its command begins. */
struct text_line {
	size_t paragraph;
	size_t from, len;
	size_t command, command_len;
};

struct text_page {
	struct strbuf text;
	struct paragraph *paragraphs;
	size_t count, cap;
	struct text_line *lines;
	size_t line_cap;
	struct list_cursor
		cursor; /* of the lines; in a page that scrolls, what is selected was found or is the top */
	int left, name_cols; /* where the names stand, and how wide they are */
	int cols; /* the lines are laid out for */
	bool selects;
	bool stale; /* paragraphs were added since */
};

void text_page_init(struct text_page *page, int left, int name_cols, bool selects);
void text_page_finish(struct text_page *page);

/* ---- in prepare: the paragraphs, then the size ---- */

/* Forgets the paragraphs. */
void text_page_begin(struct text_page *page);
/* A name and a text; `text` NULL or "" adds nothing: what is not known is left out. */
void text_page_add(struct text_page *page, const char *name, enum role role, const char *text);
void text_page_addf(struct text_page *page, const char *name, enum role role, const char *format,
	...) __attribute__((format(printf, 4, 5)));
/* What was appended to page->text since it had the length `from`. */
void text_page_take(struct text_page *page, const char *name, enum role role, size_t from);
/* A word in a role of its own, and what it means. */
void text_page_add_word(
	struct text_page *page, const char *word, enum role role, const char *meaning);
/* With the looks of the entry, and a command beside the text or NULL. */
void text_page_add_entry(
	struct text_page *page, struct paragraph entry, const char *text, const char *command);
/* An empty row; none at the top. */
void text_page_blank(struct text_page *page);
/* With an empty row above it. */
void text_page_heading(struct text_page *page, const char *text);
/* Lays the lines out where the paragraphs or the width changed. One column at the right stays free. */
void text_page_resize(struct text_page *page, int rows, int cols);

/* ---- in act and draw ---- */

/* False when the action does not move. */
bool text_page_move(struct text_page *page, enum action action);
/* `find` is shown in the role of matches. Every row of the canvas is drawn. */
void text_page_draw(const struct text_page *page, const struct canvas *canvas, struct str find);

/* ---- ops of struct view, as they are ---- */

/* Moving and going back. */
enum redraw text_page_act(
	void *state, const struct model *model, struct ui *ui, enum action action);
bool text_page_find(void *state, const struct model *model, struct str text, bool back, bool stay);
/* "33 of 291" where there is more than is in sight; of a page that scrolls always, "1 to 20 of 293". */
void text_page_position(const void *state, char *dst, size_t size);

#endif
