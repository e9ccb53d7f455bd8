/*
 * What `umbra theme list` and `umbra theme check` say, as JSON for the printer of the command line, and the
 * arithmetic below it. Called by tui/main.c and by the unit test that holds every carried theme to AA.
 */
#include "tui/theme/contrast.h"

#include <math.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"

#include "tui/theme/colour.h"

/* ---- contrast ---- */

/* The extremes of what a terminal may have for `default`, by the theme's ground. */
static const struct {
	int32_t ground[2];
	int32_t ink[2];
} own[] = {
	[GROUND_ANY] = {{0x000000, 0xffffff}, {0xffffff, 0x000000}},
	[GROUND_DARK] = {{0x000000, 0x2b2b2b}, {0xffffff, 0xb2b2b2}},
	[GROUND_LIGHT] = {{0xffffff, 0xe4e4e4}, {0x000000, 0x4d4d4d}},
};

static int32_t rgb_shown(const struct colour *colour, bool of_256, int32_t otherwise)
{
	if (colour->rgb < 0)
		return otherwise;
	return of_256 ? colour_of_256(colour->of_256) : colour->rgb;
}

static int32_t half_way(int32_t a, int32_t b)
{
	int32_t middle = 0;

	for (int shift = 0; shift <= 16; shift += 8)
		middle |= ((a >> shift & 255) + (b >> shift & 255)) / 2 << shift;
	return middle;
}

/* 0: not counted. */
static double contrast_on(const struct theme *theme, const struct style *style,
	const struct colour *colour, bool of_256)
{
	double worst = 0;

	if (style->ink.rgb < 0 && colour->rgb < 0)
		return 0;
	for (int i = 0; i < 4; i++) {
		int32_t ground = rgb_shown(colour, of_256, own[theme->ground].ground[i / 2]);
		int32_t ink = rgb_shown(&style->ink, of_256, own[theme->ground].ink[i % 2]);
		double ratio;

		if (style->attributes & STYLE_DIM)
			ink = half_way(ink, ground);
		ratio = colour_contrast(ink, ground);
		if (worst == 0 || ratio < worst)
			worst = ratio;
	}
	return worst;
}

static double contrast_of(const struct theme *theme, enum role role, bool of_256)
{
	const struct style *style = &theme->styles[role];
	const struct style *row = &theme->styles[ROLE_ROW];
	bool in_rows = (!style->has_ground || role == ROLE_BASE) && role != ROLE_RULE;
	double ratio = contrast_on(theme, style, &style->ground, of_256);
	double selected = in_rows ? contrast_on(theme, style, &row->ground, of_256) : 0;

	return selected > 0 && (ratio == 0 || selected < ratio) ? selected : ratio;
}

struct theme_contrast theme_contrast(const struct theme *theme, enum role role)
{
	return (struct theme_contrast){
		contrast_of(theme, role, false), contrast_of(theme, role, true)};
}

static double lower(struct theme_contrast contrast)
{
	return contrast.of_256 < contrast.truecolour ? contrast.of_256 : contrast.truecolour;
}

bool theme_is_readable(const struct theme *theme, enum role role)
{
	double ratio = lower(theme_contrast(theme, role));

	return ratio == 0 || ratio >= role_contrast[role];
}

/* ---- as JSON ---- */

struct report {
	struct json_writer json;
	size_t failed;
};

static void write_colour(struct json_writer *w, const char *key, const struct colour *colour)
{
	char text[24];

	if (colour->rgb < 0)
		(void)snprintf(text, sizeof(text), "default");
	else
		(void)snprintf(
			text, sizeof(text), "#%06x/%d", (unsigned)colour->rgb, colour->of_256);
	json_c(w, key, text);
}

/* Cut, not rounded: 4.496 is not yet 4.5. */
static void write_ratio(struct json_writer *w, const char *key, double ratio)
{
	if (ratio > 0)
		json_double(w, key, floor(ratio * 100) / 100);
	else
		json_null(w, key);
}

static void write_role(
	struct report *report, const char *name, const struct theme *theme, enum role role)
{
	struct theme_contrast contrast = theme_contrast(theme, role);
	struct json_writer *w = &report->json;
	bool good = theme_is_readable(theme, role);

	json_object(w, NULL);
	json_c(w, "theme", name);
	json_c(w, "role", role_names[role]);
	write_colour(w, "ink", &theme->styles[role].ink);
	write_colour(w, "ground", &theme->styles[role].ground);
	write_ratio(w, "contrast", contrast.truecolour);
	write_ratio(w, "contrast_256", contrast.of_256);
	json_double(w, "needs", role_contrast[role]);
	json_c(w, "result", !good ? "fails" : lower(contrast) > 0 ? "AA" : "the terminal's own");
	json_object_end(w);
	report->failed += !good;
}

static void write_every_role(struct report *report, const char *name, const struct theme *theme)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		write_role(report, name, theme, (enum role)role);
}

static void write_what_matters(struct report *report, const char *name, const struct theme *theme)
{
	enum role lowest = ROLE_COUNT;
	double least = 0;
	size_t before = report->failed;

	for (int role = 0; role < ROLE_COUNT; role++) {
		double margin = lower(theme_contrast(theme, (enum role)role)) / role_contrast[role];

		if (!theme_is_readable(theme, (enum role)role))
			write_role(report, name, theme, (enum role)role);
		if (margin > 0 && (lowest == ROLE_COUNT || margin < least)) {
			lowest = (enum role)role;
			least = margin;
		}
	}
	if (report->failed == before)
		write_role(report, name, theme, lowest == ROLE_COUNT ? ROLE_BASE : lowest);
}

static void write_broken(struct report *report, const char *name, const struct errbuf *eb)
{
	json_object(&report->json, NULL);
	json_c(&report->json, "theme", name);
	json_c(&report->json, "result", eb->text);
	json_object_end(&report->json);
	report->failed++;
}

static void check_all(struct report *report)
{
	struct theme_names names;

	theme_names_read(&names);
	for (size_t i = 0; i < names.count; i++) {
		struct theme theme;
		struct errbuf eb = {0};

		if (theme_load(names.names[i], &theme, NULL, &eb) == ERR_NONE)
			write_what_matters(report, names.names[i], &theme);
		else
			write_broken(report, names.names[i], &eb);
	}
	theme_names_finish(&names);
}

enum err theme_check_write(struct strbuf *out, const char *const *names, size_t count,
	size_t *ret_failed, struct errbuf *eb)
{
	struct report report = {.failed = 0};
	enum err err = ERR_NONE;

	json_start(&report.json, out);
	json_object(&report.json, NULL);
	json_array(&report.json, "roles");
	for (size_t i = 0; i < count && !err; i++) {
		struct theme theme;

		err = theme_load(names[i], &theme, NULL, eb);
		if (!err)
			write_every_role(&report, names[i], &theme);
	}
	if (count == 0)
		check_all(&report);
	json_array_end(&report.json);
	json_object_end(&report.json);
	if (!err)
		*ret_failed = report.failed;
	return err;
}

void theme_list_write(struct strbuf *out)
{
	struct theme_names names;
	struct json_writer w;

	theme_names_read(&names);
	json_start(&w, out);
	json_object(&w, NULL);
	json_array(&w, "themes");
	for (size_t i = 0; i < names.count; i++) {
		struct errbuf eb = {0};
		struct theme theme;
		char path[THEME_PATH_SIZE] = "";
		bool whole = theme_load(names.names[i], &theme, path, &eb) == ERR_NONE;

		json_object(&w, NULL);
		json_c(&w, "name", names.names[i]);
		json_c(&w, "from", !whole ? eb.text : *path ? path : "the program");
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	theme_names_finish(&names);
}
