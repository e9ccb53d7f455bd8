/*
 * Turns a theme into curses attributes, for the depth the terminal has. Called by the screen when it
 * starts and when the theme changes; canvas.c reads the result.
 */
#include "tui/colours.h"

#include <string.h>

#include "core/base/mem.h"

static attr_t curses_attributes(unsigned style)
{
	static const attr_t of[] = {A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE, A_ITALIC};
	attr_t attributes = A_NORMAL;

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (style & 1U << i)
			attributes |= of[i];
	return attributes;
}

/* A terminal of 8 colours shows the bright ones as the others, in bold. */
static short curses_colour(
	const struct colour *colour, enum depth depth, int count, attr_t *attributes)
{
	if (depth == DEPTH_256)
		return colour->of_256;
	if (colour->of_16 >= 8 && count < 16) {
		*attributes |= A_BOLD;
		return (short)(colour->of_16 - 8);
	}
	return colour->of_16;
}

static void make_blanks(struct colours *colours)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		cchar_t *cell = &colours->blanks[i];

		memset(cell, 0, sizeof(*cell)); /* cells are compared byte by byte */
		(void)setcchar(cell, L" ", colours->attributes[i], colours->pairs[i], NULL);
	}
}

void colours_init(struct colours *colours, const struct theme *theme, enum depth depth, int count)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[i];
		attr_t ground_attributes = 0;

		colours->pairs[i] = 0;
		if (depth == DEPTH_MONO) {
			colours->attributes[i] = curses_attributes(style->mono);
			continue;
		}
		colours->attributes[i] = curses_attributes(style->attributes);
		colours->pairs[i] = (short)(i + 1);
		(void)init_pair((short)(i + 1),
			curses_colour(&style->ink, depth, count, &colours->attributes[i]),
			curses_colour(&style->ground, depth, count, &ground_attributes));
	}
	make_blanks(colours);
}
