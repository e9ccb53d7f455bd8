/*
 * Placing columns and drawing their titles. Called by the views; columns_place() is pure, so a table of
 * widths tests it.
 */
#include "tui/widgets/columns.h"

#include <assert.h>

#include "tui/canvas.h"

static int width_of(const struct column_spec *specs, size_t count, const struct placed *placed)
{
	int width = 0;

	for (size_t i = 0; i < count; i++)
		if (placed[i].width > 0)
			width += specs[i].gap + placed[i].width;
	return width;
}

/* The shown column that goes next; count when none may. */
static size_t next_to_drop(
	const struct column_spec *specs, size_t count, const struct placed *placed)
{
	size_t worst = count;

	for (size_t i = 0; i < count; i++)
		if (placed[i].width > 0 && specs[i].drop > 0 &&
			(worst == count || specs[i].drop > specs[worst].drop))
			worst = i;
	return worst;
}

/* One cell more for each that may have it; returns how many were given out. */
static int grow(const struct column_spec *specs, size_t count, struct placed *placed, int spare)
{
	int given = 0;

	for (size_t i = 0; i < count && given < spare; i++) {
		if (placed[i].width == 0 || placed[i].width >= specs[i].max)
			continue;
		placed[i].width++;
		given++;
	}
	return given;
}

int columns_place(const struct column_spec *specs, size_t count, int width, struct placed *placed)
{
	int x = 0;
	int spare, grown;

	assert(count <= COLUMNS_MAX);
	for (size_t i = 0; i < count; i++)
		placed[i].width = specs[i].min;
	while (width_of(specs, count, placed) > width) {
		size_t drop = next_to_drop(specs, count, placed);

		if (drop == count)
			break;
		placed[drop].width = 0;
	}
	spare = width - width_of(specs, count, placed);
	while (spare > 0 && (grown = grow(specs, count, placed, spare)) > 0)
		spare -= grown;
	for (size_t i = 0; i < count; i++) {
		if (placed[i].width == 0)
			continue;
		x += specs[i].gap;
		placed[i].x = x;
		x += placed[i].width;
	}
	return x;
}

void columns_draw_titles(const struct canvas *canvas, int y, const struct column_spec *specs,
	size_t count, const struct placed *placed)
{
	canvas_clear(canvas, y, 0);
	for (size_t i = 0; i < count; i++) {
		if (placed[i].width == 0)
			continue;
		(specs[i].right ? canvas_right : canvas_c)(
			canvas, y, placed[i].x, placed[i].width, ROLE_HEADING, specs[i].title);
	}
}
