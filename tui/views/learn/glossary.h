/* The glossary of Learn as a page that scrolls: words and reasons, their sentences broken to its width. */
#ifndef UMBRA_TUI_VIEWS_LEARN_GLOSSARY_H
#define UMBRA_TUI_VIEWS_LEARN_GLOSSARY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

#include "tui/ui/keymap.h"
#include "tui/widgets/list_cursor.h"

struct canvas;

/* A row: a title, or a word with the first or a further piece of its sentence. */
struct glossary_row {
	const char *word; /* NULL: a further piece */
	struct str text;
	bool title;
};

/* Zeroed it has no rows. */
struct glossary {
	struct glossary_row *rows;
	size_t count, cap;
	struct list_cursor list; /* only what is in sight: nothing is selected */
	int cols; /* that the rows were made for */
};

void glossary_finish(struct glossary *glossary);
void glossary_lay_out(struct glossary *glossary, int rows, int cols);
/* False when the action does not move. */
bool glossary_move(struct glossary *glossary, enum action action);
void glossary_draw(const struct glossary *glossary, const struct canvas *canvas);

#endif
