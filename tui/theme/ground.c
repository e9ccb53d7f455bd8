/*
 * Dark or light, see ground.h. Called by app/theme_watch.c, which decides when to ask and what to wear.
 */
#include "tui/theme/ground.h"

#include <stdlib.h>

#include "core/base/xalloc.h"

#include "tui/theme/colour.h"

enum theme_ground theme_ground_told(void)
{
	const char *colours = getenv("COLORFGBG");
	struct str rest = str_of(colours);
	struct str last = rest;
	uint64_t number;

	while (rest.p)
		last = str_cut(&rest, ';');
	if (!str_to_u64(last, &number))
		return GROUND_ANY;
	return number >= 7 && number != 8 ? GROUND_LIGHT : GROUND_DARK;
}

const char *theme_for(enum theme_ground ground)
{
	return ground == GROUND_LIGHT ? "light" : "dark";
}

/* ---- the answer ---- */

/* 1 to 4 hexadecimal digits, of which all set are 255. */
static bool parse_channel(struct str digits, int32_t *ret_channel)
{
	static const int32_t whole[] = {0, 0xf, 0xff, 0xfff, 0xffff};
	int32_t value = 0;

	if (digits.n == 0 || digits.n >= ARRAY_LEN(whole))
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		char c = digits.p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return false;
		value = value * 16 + digit;
	}
	*ret_channel = value * 255 / whole[digits.n];
	return true;
}

/* `rgb:` or `rgba:`, whose opacity comes last and is passed over, and a slash between channels; or `#` and none. */
static bool parse_rgb(struct str text, int32_t *ret_rgb)
{
	const struct str rgb = STR_LIT("rgb:"), rgba = STR_LIT("rgba:");
	bool slashes = str_starts(text, rgb) || str_starts(text, rgba);
	size_t head = !slashes ? 1 : str_starts(text, rgb) ? rgb.n : rgba.n;
	struct str rest = {text.p + head, text.n - head};
	size_t digits = rest.n / 3;
	int32_t channel = 0;
	int32_t value = 0;

	if (!slashes && (text.n < 4 || text.p[0] != '#' || rest.n % 3 != 0))
		return false;
	for (size_t i = 0; i < 3; i++) {
		struct str part =
			slashes ? str_cut(&rest, '/') : (struct str){rest.p + i * digits, digits};

		if (!parse_channel(part, &channel))
			return false;
		value = value << 8 | channel;
	}
	*ret_rgb = value;
	return true;
}

enum theme_ground theme_ground_of(struct str answer)
{
	int32_t rgb;

	if (!parse_rgb(answer, &rgb))
		return GROUND_ANY;
	return colour_contrast(rgb, 0x000000) > colour_contrast(rgb, 0xffffff) ? GROUND_LIGHT
									       : GROUND_DARK;
}

/* ---- following it ---- */

static const struct colour own = {-1, -1, -1};

/* The luminance that black and white are equally far from, in WCAG's sense. */
#define MIDDLE 0.179
/* The greyest of what is called light here (contrast.h). */
#define LIGHT_GREY 0xe4e4e4

enum { GREY_SPREAD = 0x30, RED = 1, MAGENTA = 5, BRIGHT = 8 };

static bool is_nearly_white(int32_t rgb)
{
	int32_t channels[3] = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255};
	int32_t least = 255, most = 0;

	for (int i = 0; i < 3; i++) {
		least = channels[i] < least ? channels[i] : least;
		most = channels[i] > most ? channels[i] : most;
	}
	return most - least < GREY_SPREAD && least > 0xb0;
}

/* The lightest of the same hue that is no lighter than `most`. */
static int32_t darkened(int32_t rgb, double most)
{
	int32_t best = rgb;

	for (int part = 255; part > 0 && colour_luminance(best) > most; part--)
		best = (rgb >> 16 & 255) * part / 255 << 16 | (rgb >> 8 & 255) * part / 255 << 8 |
		       (rgb & 255) * part / 255;
	return best;
}

/* Of the 256: the nearest may be too light or too dark for one of the two grounds. */
static int16_t middle_of_256(int32_t rgb)
{
	int index = colour_nearest_256(rgb);

	if (colour_contrast(colour_of_256(index), 0xffffff) < AA_SHAPE ||
		colour_contrast(colour_of_256(index), 0x000000) < AA_SHAPE)
		return own.of_256;
	return (int16_t)index;
}

/* Of the 16, whose shades are each terminal's own, only these are read on both grounds. */
static int16_t middle_of_16(int16_t index)
{
	int plain = index % BRIGHT;

	return plain == RED || plain == MAGENTA ? (int16_t)plain : own.of_16;
}

static void follow_any(struct style *style)
{
	if (style->ink.rgb < 0)
		return;
	if (is_nearly_white(style->ink.rgb)) {
		style->ink = own;
		return;
	}
	style->ink.rgb = darkened(style->ink.rgb, MIDDLE);
	style->ink.of_256 = middle_of_256(style->ink.rgb);
	style->ink.of_16 = middle_of_16(style->ink.of_16);
}

/* Light grounds are not all white: an ink that is too light for LIGHT_GREY gets darker. */
static void follow_light(struct style *style, double contrast)
{
	double most = (colour_luminance(LIGHT_GREY) + 0.05) / contrast - 0.05;
	int32_t rgb = style->ink.rgb;

	if (rgb < 0)
		return;
	style->ink.rgb = darkened(rgb, most);
	for (int percent = 100; colour_luminance(colour_of_256(style->ink.of_256)) > most;
		percent--)
		style->ink.of_256 =
			(int16_t)colour_nearest_256(darkened(style->ink.rgb, most * percent / 100));
}

/* In the middle there is no ground on which every ink is read: the row is reversed. */
static void follow_row(struct style *row, enum theme_ground ground)
{
	row->ink = own;
	if (ground == GROUND_ANY) {
		row->has_ground = false;
		row->attributes = STYLE_REVERSE;
		row->ground = own;
	}
}

void theme_follow(struct theme *theme, enum theme_ground ground)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		struct style *style = &theme->styles[role];

		if (role == ROLE_ROW)
			follow_row(style, ground);
		if (style->has_ground && role != ROLE_BASE)
			continue;
		style->ground = own;
		if (role == ROLE_BASE)
			style->ink = own;
		else if (ground == GROUND_ANY)
			follow_any(style);
		else if (ground == GROUND_LIGHT)
			follow_light(style, role_contrast[role]);
	}
	theme->ground = ground;
}
