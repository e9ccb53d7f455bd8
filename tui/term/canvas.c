/*
 * Drawing into the grid of cells. Called by the views and the widgets, within a frame only.
 *
 * Invariant: no byte from outside reaches the grid but as a glyph of text_next(), and each glyph is written
 * at the cell it was counted to, so that a terminal (or libc) with another idea of a width cannot shift
 * the rest of a row.
 */
#include "tui/term/canvas.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "core/base/term_text.h"
#include "core/base/time.h"

#include "tui/term/theme_attrs.h"
#include "tui/term/cell_buffer.h"

static const char *const glyphs_utf8[GLYPH_COUNT] = {
#define X(name, utf8, ascii) [name] = (utf8),
	GLYPH_TABLE(X)
#undef X
};

static const char *const glyphs_ascii[GLYPH_COUNT] = {
#define X(name, utf8, ascii) [name] = (ascii),
	GLYPH_TABLE(X)
#undef X
};

/* Where glyphs go, one behind the other. */
struct run {
	const struct canvas *canvas;
	int y;
	int x; /* of the canvas */
	cchar_t cell; /* a blank with the looks of the role */
	enum role role;
};

static enum role role_of(const struct canvas *canvas, enum role role)
{
	return canvas->old && role != ROLE_STALE ? ROLE_OLD : role;
}

/* A blank with the looks of the role. */
static const cchar_t *blank_of(const struct canvas *canvas, enum role role)
{
	const struct theme_attrs *colours = canvas->colours;

	role = role_of(canvas, role);
	return canvas->selected ? &colours->row_blanks[role] : &colours->blanks[role];
}

static void run_role(struct run *run, enum role role)
{
	if (run->role != role)
		run->cell = *blank_of(run->canvas, role);
	run->role = role;
}

static struct run run_start(const struct canvas *canvas, int y, int x, enum role role)
{
	struct run run = {.canvas = canvas, .y = y, .x = x, .role = ROLE_COUNT};

	run_role(&run, role);
	return run;
}

static void run_put(struct run *run, const cchar_t *cell, int cells)
{
	const struct canvas *canvas = run->canvas;

	cell_buffer_put(canvas->grid, canvas->y + run->y, canvas->x + run->x, cell, cells);
	run->x += cells;
}

static void run_cell(struct run *run, wchar_t wc)
{
	run->cell.chars[0] = wc;
	run_put(run, &run->cell, 1);
}

/* One glyph as wide characters: the base and its marks. Of those libc counts otherwise, only the place. */
static void run_glyph(struct run *run, const struct text_glyph *glyph)
{
	struct str rest = {glyph->bytes, glyph->len};
	cchar_t cell = run->cell;
	size_t count = 0;

	/* Letters that stand for it, one a cell; else a character and its marks. */
	if (glyph->len == 1 || (glyph->escaped && (unsigned char)glyph->bytes[0] < 0x80)) {
		for (size_t i = 0; i < glyph->len; i++)
			run_cell(run, (wchar_t)glyph->bytes[i]);
		return;
	}
	while (count < CCHARW_MAX && rest.n > 0) {
		uint32_t code_point = 0;
		size_t len = utf8_decode(rest, &code_point);

		if (len == 0)
			break;
		cell.chars[count++] = (wchar_t)code_point;
		rest = (struct str){rest.p + len, rest.n - len};
	}
	if (cell.chars[0] > 0x7e && wcwidth(cell.chars[0]) != glyph->cells) {
		run_cell(run, L'?');
		for (int i = 1; i < glyph->cells; i++)
			run_cell(run, L' ');
		return;
	}
	run_put(run, &cell, glyph->cells);
}

/* Clips to the canvas; false when nothing of the field is on it. */
static bool clip(const struct canvas *canvas, int y, int x, int *cols)
{
	if (y < 0 || y >= canvas->rows || x < 0 || x >= canvas->cols)
		return false;
	if (*cols > canvas->cols - x)
		*cols = canvas->cols - x;
	return *cols > 0;
}

struct canvas canvas_part(const struct canvas *canvas, int y, int x, int rows, int cols)
{
	struct canvas part = *canvas;

	y = y < 0 ? 0 : y > canvas->rows ? canvas->rows : y;
	x = x < 0 ? 0 : x > canvas->cols ? canvas->cols : x;
	part.y += y;
	part.x += x;
	part.rows = rows < 0 ? 0 : rows > canvas->rows - y ? canvas->rows - y : rows;
	part.cols = cols < 0 ? 0 : cols > canvas->cols - x ? canvas->cols - x : cols;
	return part;
}

static wchar_t glyph_wc(const struct canvas *canvas, enum glyph glyph)
{
	uint32_t code_point = '?';

	(void)utf8_decode(
		str_of(canvas->ascii ? glyphs_ascii[glyph] : glyphs_utf8[glyph]), &code_point);
	return (wchar_t)code_point;
}

/* Where a piece of text is looked for: its place in the text that is drawn. */
struct found {
	const char *from, *to;
};

/* As text_next(), with a short way for a printable ASCII byte that no mark can follow. */
static bool next_glyph(struct str *rest, bool ascii, struct text_glyph *ret_glyph)
{
	const char *at = rest->p;

	if (rest->n == 0 || *at < 0x20 || *at > 0x7e ||
		(rest->n > 1 && (unsigned char)at[1] >= 0x80))
		return text_next(rest, ascii, ret_glyph);
	ret_glyph->bytes = at;
	ret_glyph->len = 1;
	ret_glyph->cells = 1;
	ret_glyph->taken = 1;
	ret_glyph->escaped = ret_glyph->shortened = false;
	*rest = (struct str){at + 1, rest->n - 1};
	return true;
}

/*
 * Draws `text` into `cols` cells. One glyph is held back, so that the last cell that fits can become an
 * ellipsis when there is more.
 */
static int draw_text(const struct canvas *canvas, int y, int x, int cols, enum role role,
	struct str text, const struct found *found)
{
	struct run run = run_start(canvas, y, x, role);
	int room = cols;
	struct text_glyph glyph;
	struct str rest = text;

	if (!found && text.n <= (size_t)cols && text_is_plain(text)) {
		cell_buffer_text(
			canvas->grid, canvas->y + y, canvas->x + x, &run.cell, text.p, (int)text.n);
		return (int)text.n;
	}
	while (next_glyph(&rest, canvas->ascii, &glyph)) {
		bool inside = found && glyph.bytes >= found->from && glyph.bytes < found->to;

		if (glyph.cells > room || (glyph.cells == room && rest.n > 0)) {
			if (room > 0) {
				run_role(&run, ROLE_QUIET);
				run_cell(&run, glyph_wc(canvas, GLYPH_CUT));
			}
			break;
		}
		run_role(&run, inside                              ? ROLE_MATCH
			       : glyph.escaped && !glyph.shortened ? ROLE_ESCAPED
								   : role);
		run_glyph(&run, &glyph);
		room -= glyph.cells;
	}
	return run.x - x;
}

/* The same cell over and over. */
static void draw_line(
	const struct canvas *canvas, int y, int x, int cols, enum role role, wchar_t wc)
{
	cchar_t cell = *blank_of(canvas, role);

	cell.chars[0] = wc;
	if (cols > 0)
		cell_buffer_fill(canvas->grid, canvas->y + y, canvas->x + x, &cell, cols);
}

static void draw_blanks(const struct canvas *canvas, int y, int x, int cols)
{
	draw_line(canvas, y, x, cols, ROLE_BASE, L' ');
}

int canvas_run(const struct canvas *canvas, int y, int x, int cols, enum role role, struct str text)
{
	if (!clip(canvas, y, x, &cols))
		return 0;
	return draw_text(canvas, y, x, cols, role, text, NULL);
}

int canvas_run_c(
	const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text)
{
	return canvas_run(canvas, y, x, cols, role, str_of(text));
}

void canvas_text(
	const struct canvas *canvas, int y, int x, int cols, enum role role, struct str text)
{
	int used;

	if (!clip(canvas, y, x, &cols))
		return;
	used = draw_text(canvas, y, x, cols, role, text, NULL);
	draw_blanks(canvas, y, x + used, cols - used);
}

void canvas_c(const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text)
{
	canvas_text(canvas, y, x, cols, role, str_of(text));
}

void canvas_right(
	const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text)
{
	int cells = (int)text_cells(str_of(text));
	int lead = cells < cols ? cols - cells : 0;

	if (!clip(canvas, y, x, &cols))
		return;
	draw_blanks(canvas, y, x, lead < cols ? lead : cols);
	canvas_text(canvas, y, x + lead, cols - lead, role, str_of(text));
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

size_t text_find_nocase(struct str text, struct str needle)
{
	if (needle.n == 0)
		return text.n;
	for (size_t i = 0; i + needle.n <= text.n; i++) {
		size_t same = 0;

		while (same < needle.n && lower(text.p[i + same]) == lower(needle.p[same]))
			same++;
		if (same == needle.n)
			return i;
	}
	return text.n;
}

void canvas_text_found(const struct canvas *canvas, int y, int x, int cols, enum role role,
	struct str text, struct str find)
{
	size_t at = text_find_nocase(text, find);
	struct found found;
	int used;

	if (at == text.n) {
		canvas_text(canvas, y, x, cols, role, text);
		return;
	}
	if (!clip(canvas, y, x, &cols))
		return;
	found = (struct found){text.p + at, text.p + at + find.n};
	used = draw_text(canvas, y, x, cols, role, text, &found);
	draw_blanks(canvas, y, x + used, cols - used);
}

int canvas_glyph(const struct canvas *canvas, int y, int x, enum role role, enum glyph glyph)
{
	int cols = 1;
	struct run run = run_start(canvas, y, x, role);

	if (!clip(canvas, y, x, &cols))
		return 0;
	run_cell(&run, glyph_wc(canvas, glyph));
	return 1;
}

void canvas_bar(const struct canvas *canvas, int y, int x, enum role role, int height)
{
	static const char ascii[] = "_.,-=+*#";
	int cols = 1;
	struct run run = run_start(canvas, y, x, role);

	if (!clip(canvas, y, x, &cols))
		return;
	height = height < 0 ? 0 : height > 7 ? 7 : height;
	run_cell(&run, canvas->ascii ? (wchar_t)ascii[height] : (wchar_t)(0x2581 + height));
}

void canvas_clear(const struct canvas *canvas, int y, int x)
{
	int cols = canvas->cols - x;

	if (clip(canvas, y, x, &cols))
		draw_blanks(canvas, y, x, cols);
}

struct canvas canvas_list_row(const struct canvas *canvas, int y, bool selected)
{
	struct canvas row = *canvas;

	row.selected = selected;
	canvas_clear(&row, y, 0);
	if (selected)
		(void)canvas_glyph(&row, y, 0, ROLE_MARK, GLYPH_MARK);
	return row;
}

void canvas_clear_rows(const struct canvas *canvas, int y, int rows)
{
	for (int i = 0; i < rows; i++)
		canvas_clear(canvas, y + i, 0);
}

void canvas_rule(const struct canvas *canvas, int y)
{
	int cols = canvas->cols;

	if (clip(canvas, y, 0, &cols))
		draw_line(canvas, y, 0, cols, ROLE_RULE, glyph_wc(canvas, GLYPH_RULE));
}

void canvas_changes_at(const struct canvas *canvas, int64_t time_ms)
{
	if (time_ms > canvas->now_ms &&
		(*canvas->next_change_ms == 0 || time_ms < *canvas->next_change_ms))
		*canvas->next_change_ms = time_ms;
}

/* The unit in which duration_format_short() counts at that length. */
static int64_t unit_of(int64_t duration_ms)
{
	char text[DURATION_TEXT_SIZE];
	size_t len;

	duration_format_short(duration_ms, text);
	len = strlen(text);
	switch (len > 0 ? text[len - 1] : 's') {
	case 'd':
		return 24LL * 3600 * 1000;
	case 'h':
		return 3600LL * 1000;
	case 'm':
		return 60LL * 1000;
	default:
		return 1000;
	}
}

const char *canvas_age(const struct canvas *canvas, int64_t time_ms, char dst[AGE_SIZE])
{
	int64_t age = canvas->now_ms > time_ms ? canvas->now_ms - time_ms : 0;
	int64_t unit;

	if (time_ms == 0) {
		dst[0] = '\0';
		return dst;
	}
	duration_format_short(age, dst);
	unit = unit_of(age);
	canvas_changes_at(canvas, canvas->now_ms + unit - age % unit);
	return dst;
}

const char *canvas_left(const struct canvas *canvas, int64_t time_ms, char dst[AGE_SIZE])
{
	int64_t left = time_ms > canvas->now_ms ? time_ms - canvas->now_ms : 0;
	int64_t stays;

	if (time_ms == 0) {
		dst[0] = '\0';
		return dst;
	}
	stays = duration_format_left(left, dst);
	if (stays > 0)
		canvas_changes_at(canvas, canvas->now_ms + stays);
	return dst;
}
