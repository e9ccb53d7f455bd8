/*
 * Rows of names and values. Used by the detail view and by the pane beside a list. Invariant: every row is a
 * piece of `text`, at most as wide as its column.
 */
#include "tui/widgets/facts.h"

#include <stdarg.h>

#include "core/base/text.h"

#include "tui/canvas.h"

enum { FACTS_TEXT_MAX = 64 * 1024, LEAST_COLS = 16 };

void facts_init(struct facts *facts)
{
	strbuf_init(&facts->text, FACTS_TEXT_MAX);
	facts_begin(facts, LEAST_COLS, 2 * LEAST_COLS);
}

void facts_finish(struct facts *facts)
{
	strbuf_finish(&facts->text);
}

void facts_begin(struct facts *facts, int name_cols, int cols)
{
	strbuf_reset(&facts->text);
	facts->count = 0;
	facts->name_cols = name_cols;
	facts->cols = cols;
}

/* How many bytes of the text fit into `width` cells; broken behind a blank where there is one. */
static size_t fitting(struct str text, int width)
{
	struct str rest = text;
	struct text_glyph glyph;
	size_t blank = 0;
	int cells = 0;

	while (rest.n > 0) {
		size_t at = text.n - rest.n;

		if (!text_next(&rest, false, &glyph))
			break;
		cells += glyph.cells;
		if (text.p[at] == ' ')
			blank = at + 1; /* the blank itself needs no room */
		else if (cells > width)
			return blank > 0 ? blank : at;
	}
	return text.n;
}

/* 1 when what ends there ends in a blank, which is not drawn. */
static size_t ends_blank(const struct facts *facts, size_t end)
{
	return facts->text.data[end - 1] == ' ';
}

static void add_rows(struct facts *facts, const char *name, enum role role, size_t from, int width)
{
	if (width < LEAST_COLS)
		width = LEAST_COLS;
	while (from < facts->text.len && facts->count < FACTS_MAX) {
		size_t take = fitting(
			(struct str){facts->text.data + from, facts->text.len - from}, width);

		if (take == 0)
			return;
		facts->rows[facts->count++] =
			(struct fact){name, from, take - ends_blank(facts, from + take), role};
		from += take;
		name = name ? "" : NULL;
	}
}

void facts_take(struct facts *facts, const char *name, enum role role, size_t from)
{
	add_rows(facts, name, role, from, facts->cols - facts->name_cols - 1);
}

void facts_add(struct facts *facts, const char *name, enum role role, const char *text)
{
	size_t from = facts->text.len;

	strbuf_add_c(&facts->text, text ? text : "");
	facts_take(facts, name, role, from);
}

void facts_addf(struct facts *facts, const char *name, enum role role, const char *format, ...)
{
	size_t from = facts->text.len;
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&facts->text, format, ap);
	va_end(ap);
	facts_take(facts, name, role, from);
}

void facts_say(struct facts *facts, enum role role, const char *text)
{
	size_t from = facts->text.len;

	strbuf_add_c(&facts->text, text);
	add_rows(facts, NULL, role, from, facts->cols);
}

void facts_blank(struct facts *facts)
{
	if (facts->count > 0 && facts->count < FACTS_MAX)
		facts->rows[facts->count++] = (struct fact){"", facts->text.len, 0, ROLE_BASE};
}

void facts_draw(const struct facts *facts, const struct canvas *canvas, int y, int x, size_t at)
{
	const struct fact *row = &facts->rows[at];
	struct str text;

	canvas_clear(canvas, y, x);
	if (at >= facts->count)
		return;
	text = (struct str){facts->text.data + row->from, row->len};
	if (!row->name) {
		(void)canvas_run(canvas, y, x, canvas->cols - x, row->role, text);
		return;
	}
	(void)canvas_run_c(canvas, y, x, facts->name_cols, ROLE_QUIET, row->name);
	x += facts->name_cols + 1;
	(void)canvas_run(canvas, y, x, canvas->cols - x, row->role, text);
}
