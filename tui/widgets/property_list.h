/*
 * What is known of one thing, as rows of a name and a value; values are broken to fit. Filled in prepare,
 * drawn row by row.
 */
#ifndef UMBRA_TUI_WIDGETS_PROPERTY_LIST_H
#define UMBRA_TUI_WIDGETS_PROPERTY_LIST_H

#include <stddef.h>

#include "core/base/strbuf.h"

#include "tui/theme/theme.h"

struct canvas;

enum { PROPERTY_LIST_MAX = 256 };

struct property {
	const char *name; /* of static storage; "" on the rows that go on with the one above */
	size_t from; /* into the text */
	size_t len;
	enum role role;
};

struct property_list {
	struct strbuf text;
	struct property rows[PROPERTY_LIST_MAX];
	size_t count;
	int name_cols;
	int cols; /* of a row, name and value */
};

void property_list_init(struct property_list *facts);
void property_list_finish(struct property_list *facts);
/* Forgets all rows; the next ones are made for this width. */
void property_list_begin(struct property_list *facts, int name_cols, int cols);

/* A name without a value to say is left out: `text` NULL or "" adds nothing. */
void property_list_add(
	struct property_list *facts, const char *name, enum role role, const char *text);
void property_list_addf(struct property_list *facts, const char *name, enum role role,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What was appended to facts->text since it had the length `from`. */
void property_list_take(struct property_list *facts, const char *name, enum role role, size_t from);
/* A text over the whole width, without a name. */
void property_list_say(struct property_list *facts, enum role role, const char *text);
void property_list_blank(struct property_list *facts);

/* Row `at` on row y of the canvas from x on; beyond the last: blanks. */
void property_list_draw(
	const struct property_list *facts, const struct canvas *canvas, int y, int x, size_t at);

#endif
