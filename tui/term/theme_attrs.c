/*
 * Turns a theme into curses attributes, for the depth the terminal has. Called by the screen when it
 * starts and when the theme changes; canvas.c reads the result.
 */
#include "tui/term/theme_attrs.h"

#include <string.h>

#include "core/base/xalloc.h"

static attr_t curses_attributes(unsigned style)
{
	static const attr_t of[] = {A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE, A_ITALIC};
	attr_t attributes = A_NORMAL;

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (style & 1U << i)
			attributes |= of[i];
	return attributes;
}

enum { BLACK = 0, WHITE = 7, BRIGHT = 8 };

/* As the terminal numbers it. On a direct one that is 0xrrggbb; -1 is its own everywhere. */
static int curses_colour(const struct colour *colour, enum depth depth)
{
	switch (depth) {
	case DEPTH_DIRECT:
		return colour->rgb;
	case DEPTH_256:
		return colour->of_256;
	default:
		return colour->of_16;
	}
}

/*
 * A terminal of 8 colours shows the bright ones as the others, in bold. Not black: where bold is not bright
 * that would be black on black, so grey is what can be read on the ground.
 */
static int ink_of_8(int ink, int ground, attr_t *attributes)
{
	if (ink == BLACK + BRIGHT)
		return ground == WHITE ? BLACK : WHITE;
	*attributes |= ink >= BRIGHT ? A_BOLD : 0;
	return ink % BRIGHT;
}

static void make_pair(struct theme_attrs *colours, int role, const struct style *style,
	enum depth depth, int count)
{
	int ink = curses_colour(&style->ink, depth);
	int ground = curses_colour(&style->ground, depth);

	if (depth == DEPTH_16 && count < 2 * BRIGHT) {
		ground %= BRIGHT;
		ink = ink_of_8(ink, ground, &colours->attributes[role]);
	}
	colours->pairs[role] = (short)(role + 1);
	(void)init_extended_pair(role + 1, ink, ground);
}

static void make_blank(cchar_t *cell, attr_t attributes, short pair)
{
	memset(cell, 0, sizeof(*cell)); /* cells are compared byte by byte */
	(void)setcchar(cell, L" ", attributes, pair, NULL);
}

/* What keeps its ink in the selected row: what is wrong there, and where text was found. */
static bool is_loud(int role)
{
	static const bool loud[ROLE_COUNT] = {
		[ROLE_STARTING] = true,
		[ROLE_UNHEALTHY] = true,
		[ROLE_WARNING] = true,
		[ROLE_MARK] = true,
		[ROLE_STAGED] = true,
		[ROLE_FAILED] = true,
	};

	return loud[role];
}

/*
 * The selected row is in the one style of `selected`, but for what is loud: curses sends attributes, ink and ground at
 * each change, 20 to 30 bytes. It stands on the ground of `row` where there is one and the terminal can show it, else
 * reversed in base's colours. What has a ground of its own keeps it.
 */
static void make_row_blank(
	struct theme_attrs *colours, const struct theme *theme, int role, enum depth depth)
{
	const struct style *style = &theme->styles[role];
	const struct style *row = &theme->styles[ROLE_ROW];
	bool keeps = style->has_ground && role != ROLE_BASE && depth != DEPTH_MONO;
	bool has_ground = row->has_ground && depth >= DEPTH_256;
	bool is_reversed = depth == DEPTH_MONO ? row->mono & STYLE_REVERSE
					       : row->has_ground || row->attributes & STYLE_REVERSE;
	int drawn = keeps || is_loud(role) ? role : ROLE_SELECTED;
	attr_t attributes = colours->attributes[drawn];
	short pair = colours->pairs[drawn];

	if (has_ground && !keeps) {
		pair = (short)(ROLE_COUNT + drawn + 1);
		(void)init_extended_pair(pair, curses_colour(&theme->styles[drawn].ink, depth),
			curses_colour(&row->ground, depth));
	} else if (!keeps && is_reversed) {
		pair = colours->pairs[ROLE_BASE];
		attributes = (attributes & ~(attr_t)A_DIM) ^ A_REVERSE;
	}
	make_blank(&colours->row_blanks[role], attributes, pair);
}

void theme_attrs_init(
	struct theme_attrs *colours, const struct theme *theme, enum depth depth, int count)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[i];

		colours->pairs[i] = 0;
		if (depth == DEPTH_MONO) {
			colours->attributes[i] = curses_attributes(style->mono);
			continue;
		}
		colours->attributes[i] = curses_attributes(style->attributes);
		make_pair(colours, i, style, depth, count);
	}
	for (int i = 0; i < ROLE_COUNT; i++) {
		make_blank(&colours->blanks[i], colours->attributes[i], colours->pairs[i]);
		make_row_blank(colours, theme, i, depth);
	}
}
