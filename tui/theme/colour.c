/*
 * Colours as numbers. Used by themes (the nearest of a palette), by the check of themes (contrast) and by
 * whatever has to choose an ink for a ground. Pure functions of their arguments.
 */
#include "tui/theme/colour.h"

#include <math.h>

/* What xterm has for the first 16. */
static const int32_t first_16[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
	0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
	0xffffff};

int32_t colour_of_256(int index)
{
	static const int32_t steps[] = {0, 95, 135, 175, 215, 255};

	if (index < 16)
		return first_16[index];
	if (index >= 232)
		return (8 + 10 * (index - 232)) * 0x010101;
	index -= 16;
	return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
}

/* Weighted by how the eye sees red at that brightness ("redmean"); good enough to choose a neighbour. */
static int64_t distance(int32_t a, int32_t b)
{
	int64_t red = ((a >> 16 & 255) + (b >> 16 & 255)) / 2;
	int64_t dr = (a >> 16 & 255) - (b >> 16 & 255);
	int64_t dg = (a >> 8 & 255) - (b >> 8 & 255);
	int64_t db = (a & 255) - (b & 255);

	return (512 + red) * dr * dr / 256 + 4 * dg * dg + (767 - red) * db * db / 256;
}

static int nearest(int32_t rgb, int from, int to)
{
	int best = from;

	for (int i = from; i < to; i++)
		if (distance(rgb, colour_of_256(i)) < distance(rgb, colour_of_256(best)))
			best = i;
	return best;
}

int colour_nearest_256(int32_t rgb)
{
	return nearest(rgb, 16, 256);
}

int colour_nearest_16(int32_t rgb)
{
	return nearest(rgb, 0, 16);
}

static double linear(int32_t channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

double colour_luminance(int32_t rgb)
{
	return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) +
	       0.0722 * linear(rgb & 255);
}

double colour_contrast(int32_t a, int32_t b)
{
	double la = colour_luminance(a), lb = colour_luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}
