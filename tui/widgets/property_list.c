/*
 * Rows of names and values. Used by the detail view and by the pane beside a list. Invariant: every row is a
 * piece of `text`, at most as wide as its column.
 */
#include "tui/widgets/property_list.h"

#include <stdarg.h>

#include "core/base/term_text.h"

#include "tui/term/canvas.h"

enum { PROPERTY_LIST_TEXT_MAX = 64 * 1024, LEAST_COLS = 16 };

void property_list_init(struct property_list *facts)
{
	strbuf_init(&facts->text, PROPERTY_LIST_TEXT_MAX);
	property_list_begin(facts, LEAST_COLS, 2 * LEAST_COLS);
}

void property_list_finish(struct property_list *facts)
{
	strbuf_finish(&facts->text);
}

void property_list_begin(struct property_list *facts, int name_cols, int cols)
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
static size_t ends_blank(const struct property_list *facts, size_t end)
{
	return facts->text.data[end - 1] == ' ';
}

static void add_rows(
	struct property_list *facts, const char *name, enum role role, size_t from, int width)
{
	if (width < LEAST_COLS)
		width = LEAST_COLS;
	while (from < facts->text.len && facts->count < PROPERTY_LIST_MAX) {
		size_t take = fitting(
			(struct str){facts->text.data + from, facts->text.len - from}, width);

		if (take == 0)
			return;
		facts->rows[facts->count++] =
			(struct property){name, from, take - ends_blank(facts, from + take), role};
		from += take;
		name = name ? "" : NULL;
	}
}

void property_list_take(struct property_list *facts, const char *name, enum role role, size_t from)
{
	add_rows(facts, name, role, from, facts->cols - facts->name_cols - 1);
}

void property_list_add(
	struct property_list *facts, const char *name, enum role role, const char *text)
{
	size_t from = facts->text.len;

	strbuf_add_c(&facts->text, text ? text : "");
	property_list_take(facts, name, role, from);
}

void property_list_addf(
	struct property_list *facts, const char *name, enum role role, const char *format, ...)
{
	size_t from = facts->text.len;
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&facts->text, format, ap);
	va_end(ap);
	property_list_take(facts, name, role, from);
}

void property_list_say(struct property_list *facts, enum role role, const char *text)
{
	size_t from = facts->text.len;

	strbuf_add_c(&facts->text, text);
	add_rows(facts, NULL, role, from, facts->cols);
}

void property_list_blank(struct property_list *facts)
{
	if (facts->count > 0 && facts->count < PROPERTY_LIST_MAX)
		facts->rows[facts->count++] = (struct property){"", facts->text.len, 0, ROLE_BASE};
}

void property_list_draw(
	const struct property_list *facts, const struct canvas *canvas, int y, int x, size_t at)
{
	const struct property *row = &facts->rows[at];
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
