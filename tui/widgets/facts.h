/*
 * What is known of one thing, as rows of a name and a value; values are broken to fit. Filled in prepare,
 * drawn row by row.
 */
#ifndef UMBRA_TUI_WIDGETS_FACTS_H
#define UMBRA_TUI_WIDGETS_FACTS_H

#include <stddef.h>

#include "core/base/strbuf.h"

#include "tui/theme.h"

struct canvas;

enum { FACTS_MAX = 256 };

struct fact {
	const char *name; /* of static storage; "" on the rows that go on with the one above */
	size_t from; /* into the text */
	size_t len;
	enum role role;
};

struct facts {
	struct strbuf text;
	struct fact rows[FACTS_MAX];
	size_t count;
	int name_cols;
	int cols; /* of a row, name and value */
};

void facts_init(struct facts *facts);
void facts_finish(struct facts *facts);
/* Forgets all rows; the next ones are made for this width. */
void facts_begin(struct facts *facts, int name_cols, int cols);

/* A name without a value to say is left out: `text` NULL or "" adds nothing. */
void facts_add(struct facts *facts, const char *name, enum role role, const char *text);
void facts_addf(struct facts *facts, const char *name, enum role role, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* What was appended to facts->text since it had the length `from`. */
void facts_take(struct facts *facts, const char *name, enum role role, size_t from);
/* A text over the whole width, without a name. */
void facts_say(struct facts *facts, enum role role, const char *text);
void facts_blank(struct facts *facts);

/* Row `at` on row y of the canvas from x on; beyond the last: blanks. */
void facts_draw(const struct facts *facts, const struct canvas *canvas, int y, int x, size_t at);

#endif
