/*
 * What views draw on: a rectangle of the screen, written cell by cell in roles.
 *
 * Every text, our own too, comes to the screen through canvas_text(), which passes it through the one
 * allow-list (core/base/term_text.h), clips it by cells and fills the rest of its field with blanks. Nothing is
 * allocated and nothing is sent to the terminal here: the screen does that once a frame.
 *
 * A canvas also keeps the clock of the frame, and hears of every age that is drawn: `next_change_ms` is
 * then the wall time at which the picture would first look different by itself.
 */
#ifndef UMBRA_TUI_TERM_CANVAS_H
#define UMBRA_TUI_TERM_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

#include "tui/theme/theme.h"

/* enum, in UTF-8, in ASCII; one cell each */
#define GLYPH_TABLE(X)               \
	X(GLYPH_MARK, "┃", ">")      \
	X(GLYPH_OPEN, "▾", "-")      \
	X(GLYPH_CLOSED, "▸", "+")    \
	X(GLYPH_READY, "●", "*")     \
	X(GLYPH_STARTING, "◐", "~")  \
	X(GLYPH_UNHEALTHY, "✗", "x") \
	X(GLYPH_DRAINING, "○", "o")  \
	X(GLYPH_RULE, "─", "-")      \
	X(GLYPH_NONE, "–", "-")      \
	X(GLYPH_ARROW, "→", ">")     \
	X(GLYPH_UP, "▲", "^")        \
	X(GLYPH_DOWN, "▼", "v")      \
	X(GLYPH_WARNING, "⚠", "!")   \
	X(GLYPH_CRUMB, "›", ">")     \
	X(GLYPH_SIDE, "│", "|")      \
	X(GLYPH_CHECK, "✓", "#")     \
	X(GLYPH_CUT, "…", "~")

enum glyph {
#define X(name, utf8, ascii) name,
	GLYPH_TABLE(X)
#undef X
		GLYPH_COUNT
};

struct cell_buffer; /* of the screen: the cells of the picture */
struct theme_attrs; /* of the screen: roles as curses attributes */

struct canvas {
	const struct theme_attrs *colours;
	struct cell_buffer *grid;
	int y, x, rows, cols;
	bool ascii;
	bool selected; /* on the ground of the selected row of a list */
	bool old; /* everything in the one role of what is no longer sure */
	int64_t now_ms;
	int64_t *next_change_ms; /* shared by the canvases of a frame; 0: never */
};

/* A part of it, clipped to it. */
struct canvas canvas_part(const struct canvas *canvas, int y, int x, int rows, int cols);
/*
 * For a row of a list: blanks over the whole of it, and, when it is the selected one, its mark in the first column.
 * What is drawn on the canvas that is returned stands on the row's ground.
 */
struct canvas canvas_list_row(const struct canvas *canvas, int y, bool selected);
/* Writes at most `cols` cells from x on and fills up to `cols` with blanks; what is cut ends in an ellipsis. */
void canvas_text(
	const struct canvas *canvas, int y, int x, int cols, enum role role, struct str text);
void canvas_c(
	const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text);
/* Right-aligned in the field. */
void canvas_right(
	const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text);
/* Like canvas_text, but nothing is filled; returns the cells it took. */
int canvas_run(
	const struct canvas *canvas, int y, int x, int cols, enum role role, struct str text);
int canvas_run_c(
	const struct canvas *canvas, int y, int x, int cols, enum role role, const char *text);
/* `find` (empty: nothing) is shown in the role of matches, whatever case it is in. */
void canvas_text_found(const struct canvas *canvas, int y, int x, int cols, enum role role,
	struct str text, struct str find);
int canvas_glyph(const struct canvas *canvas, int y, int x, enum role role, enum glyph glyph);
/* One of eight heights of a bar, 0 lowest. */
void canvas_bar(const struct canvas *canvas, int y, int x, enum role role, int height);
/* Blanks from x to the end of the row, or over a whole rectangle. */
void canvas_clear(const struct canvas *canvas, int y, int x);
void canvas_clear_rows(const struct canvas *canvas, int y, int rows);
void canvas_rule(const struct canvas *canvas, int y);

/*
 * How long ago (or ahead, for negative) as "3h"; asks for a new picture when that text would change.
 * Returns the text in `dst`.
 */
enum { AGE_SIZE = 24 };
const char *canvas_age(const struct canvas *canvas, int64_t time_ms, char dst[AGE_SIZE]);
const char *canvas_left(const struct canvas *canvas, int64_t time_ms, char dst[AGE_SIZE]);
/* The picture changes by itself at this wall time. */
void canvas_changes_at(const struct canvas *canvas, int64_t time_ms);

/* Position of `needle` in `text`, ASCII case ignored; text.n when it is not there or empty. */
size_t text_find_nocase(struct str text, struct str needle);

#endif
