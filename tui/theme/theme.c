/*
 * Reads themes and finds the nearest colours. Used by the screen, which turns a theme into curses pairs,
 * and by the check of themes; knows nothing of curses. A theme is whole or it is an error: a bad file
 * never leaves half a theme.
 */
#include "tui/theme/theme.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ini.h"
#include "core/base/xalloc.h"
#include "core/base/str.h"

#include "tui/theme/colour.h"

const char *const role_names[ROLE_COUNT] = {
#define X(name, word, mono, least, help) [name] = (word),
	ROLE_TABLE(X)
#undef X
};

const char *const role_help[ROLE_COUNT] = {
#define X(name, word, mono, least, help) [name] = (help),
	ROLE_TABLE(X)
#undef X
};

const double role_contrast[ROLE_COUNT] = {
#define X(name, word, mono, least, help) [name] = (least),
	ROLE_TABLE(X)
#undef X
};

static const unsigned role_mono[ROLE_COUNT] = {
#define X(name, word, mono, least, help) [name] = (mono),
	ROLE_TABLE(X)
#undef X
};

/* name, the same as part of an identifier */
#define THEME_TABLE(X)                              \
	X("dark", dark)                             \
	X("light", light)                           \
	X("high-contrast", high_contrast)           \
	X("colour-blind-dark", colour_blind_dark)   \
	X("colour-blind-light", colour_blind_light) \
	X("mono", mono)                             \
	X("gruvbox-dark", gruvbox_dark)             \
	X("nord", nord)                             \
	X("solarized-dark", solarized_dark)         \
	X("solarized-light", solarized_light)       \
	X("dracula", dracula)                       \
	X("catppuccin-mocha", catppuccin_mocha)

#define X(name, word) extern const char data_##word##_theme[];
THEME_TABLE(X)
#undef X

const struct theme_text theme_texts[] = {
#define X(name, word) {name, data_##word##_theme},
	THEME_TABLE(X)
#undef X
};
const size_t theme_text_count = ARRAY_LEN(theme_texts);

static const struct str suffix = {".theme", 6};

static const char *const attribute_names[] = {"bold", "dim", "underline", "reverse", "italic"};
static const char *const colour_names_16[] = {"black", "red", "green", "yellow", "blue", "magenta",
	"cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white"};

static bool parse_hex(struct str word, int32_t *ret_rgb)
{
	int32_t rgb = 0;

	if (word.n != 7 || word.p[0] != '#')
		return false;
	for (size_t i = 1; i < 7; i++) {
		const char *digits = "0123456789abcdef";
		char c = word.p[i] >= 'A' && word.p[i] <= 'F' ? (char)(word.p[i] + 32) : word.p[i];
		const char *at = c != '\0' ? strchr(digits, c) : NULL;

		if (!at)
			return false;
		rgb = rgb << 4 | (int32_t)(at - digits);
	}
	*ret_rgb = rgb;
	return true;
}

static bool parse_16(struct str word, int16_t *ret_index)
{
	for (size_t i = 0; i < ARRAY_LEN(colour_names_16); i++) {
		if (str_eq_c(word, colour_names_16[i])) {
			*ret_index = (int16_t)i;
			return true;
		}
	}
	if (str_eq_c(word, "default")) {
		*ret_index = -1;
		return true;
	}
	return false;
}

static enum err parse_colour(struct str word, struct colour *ret_colour, struct errbuf *eb)
{
	struct str rest = word;
	struct str part = str_cut(&rest, '/');
	struct colour colour = {-1, -1, -1};
	uint64_t index;

	if (str_eq_c(part, "default") && !rest.p) {
		*ret_colour = colour;
		return ERR_NONE;
	}
	if (!parse_hex(part, &colour.rgb))
		return err_set(eb, ERR_BAD_VALUE,
			"\"%.*s\" is no colour; expected #rrggbb or default", STR_ARG(part));
	colour.of_256 = (int16_t)colour_nearest_256(colour.rgb);
	colour.of_16 = (int16_t)colour_nearest_16(colour.rgb);
	if (rest.p) {
		part = str_cut(&rest, '/');
		if (!str_to_u64(part, &index) || index > 255)
			return err_set(eb, ERR_BAD_VALUE,
				"\"%.*s\" is no colour of 256; expected 0 to 255", STR_ARG(part));
		colour.of_256 = (int16_t)index;
	}
	if (rest.p && !parse_16(rest, &colour.of_16))
		return err_set(eb, ERR_BAD_VALUE,
			"\"%.*s\" is no colour of 16; expected black, red, ... bright-white",
			STR_ARG(rest));
	*ret_colour = colour;
	return ERR_NONE;
}

enum err colour_parse(struct str word, struct colour *ret_colour, struct errbuf *eb)
{
	int16_t index;

	if (word.n > 0 && word.p[0] == '#')
		return parse_colour(word, ret_colour, eb);
	if (!parse_16(word, &index) || index < 0)
		return err_set_field(eb, ERR_BAD_VALUE, "colour",
			"#rrggbb, or black, red, ... bright-white", "\"%.*s\" is no colour",
			STR_ARG(word));
	*ret_colour = (struct colour){colour_of_256(index), index, index};
	return ERR_NONE;
}

static bool parse_attribute(struct str word, unsigned *attributes)
{
	for (size_t i = 0; i < ARRAY_LEN(attribute_names); i++) {
		if (str_eq_c(word, attribute_names[i])) {
			*attributes |= 1U << i;
			return true;
		}
	}
	return false;
}

static enum err parse_style(struct str value, struct style *style, struct errbuf *eb)
{
	struct str rest = str_trim(value);
	bool ground = false;

	style->set = true;
	style->ink = (struct colour){-1, -1, -1};
	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ' ');

		if (word.n == 0 || parse_attribute(word, &style->attributes))
			continue;
		if (str_eq_c(word, "on")) {
			ground = style->has_ground = true;
			continue;
		}
		if (parse_colour(word, ground ? &style->ground : &style->ink, eb) != ERR_NONE)
			return ERR_BAD_VALUE;
	}
	return ERR_NONE;
}

static enum err parse_mono(struct str value, struct style *style, struct errbuf *eb)
{
	struct str rest = str_trim(value);

	style->mono = 0;
	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ' ');

		if (word.n > 0 && !str_eq_c(word, "none") && !parse_attribute(word, &style->mono))
			return err_set(eb, ERR_BAD_VALUE,
				"\"%.*s\" is no attribute; expected bold, dim, underline, reverse, "
				"italic or none",
				STR_ARG(word));
	}
	return ERR_NONE;
}

static bool parse_about(const char *name, const char *value, struct theme *theme, struct errbuf *eb)
{
	static const char *const grounds[] = {
		[GROUND_ANY] = "any", [GROUND_DARK] = "dark", [GROUND_LIGHT] = "light"};

	if (strcmp(name, "name") == 0) {
		str_copy(theme->name, sizeof(theme->name), str_of(value));
		return true;
	}
	for (size_t i = 0; strcmp(name, "ground") == 0 && i < ARRAY_LEN(grounds); i++) {
		if (strcmp(value, grounds[i]) == 0) {
			theme->ground = (enum theme_ground)i;
			return true;
		}
	}
	err_set(eb, ERR_BAD_VALUE,
		"[theme] %s = %s is not known; expected name, or ground = dark or light", name,
		value);
	return false;
}

static bool theme_entry(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	struct theme *theme = arg;
	bool mono = strcmp(section, "mono") == 0;

	if (strcmp(section, "theme") == 0)
		return parse_about(name, value, theme, eb);
	if (!mono && strcmp(section, "roles") != 0) {
		err_set(eb, ERR_BAD_VALUE,
			"[%s] %s is not known; expected [theme], [roles] or [mono]", section, name);
		return false;
	}
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (strcmp(role_names[i], name) == 0)
			return (mono ? parse_mono : parse_style)(
				       str_of(value), &theme->styles[i], eb) == ERR_NONE;
	}
	err_set(eb, ERR_BAD_VALUE, "there is no role \"%s\"", name);
	return false;
}

static void theme_init(struct theme *theme)
{
	memset(theme, 0, sizeof(*theme));
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		theme->styles[i].ink = theme->styles[i].ground = (struct colour){-1, -1, -1};
		theme->styles[i].mono = role_mono[i];
	}
}

/* What roles take from base when they say nothing of their own. */
static void theme_complete(struct theme *theme)
{
	const struct style *base = &theme->styles[ROLE_BASE];

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct style *style = &theme->styles[i];

		if (!style->set)
			style->ink = base->ink;
		if (!style->has_ground)
			style->ground = base->ground;
	}
}

void theme_set_environment(struct theme *theme, const struct colour *ground)
{
	static const struct colour black = {0x000000, 16, 0}, white = {0xffffff, 231, 15};
	bool light =
		colour_contrast(ground->rgb, black.rgb) > colour_contrast(ground->rgb, white.rgb);

	theme->styles[ROLE_ENVIRONMENT] = (struct style){
		.set = true,
		.has_ground = true,
		.ink = light ? black : white,
		.ground = *ground,
		.attributes = STYLE_BOLD,
		.mono = STYLE_BOLD | STYLE_REVERSE,
	};
}

enum err theme_parse(const char *file, const char *text, struct theme *ret_theme, struct errbuf *eb)
{
	struct theme theme;
	enum err err;

	theme_init(&theme);
	err = ini_read_text(file, text, theme_entry, &theme, eb);
	if (err != ERR_NONE)
		return err;
	theme_complete(&theme);
	*ret_theme = theme;
	return ERR_NONE;
}

enum err theme_read(const char *path, struct theme *ret_theme, struct errbuf *eb)
{
	struct theme theme;
	enum err err;

	theme_init(&theme);
	err = ini_read_file(path, theme_entry, &theme, eb);
	if (err != ERR_NONE)
		return err;
	theme_complete(&theme);
	*ret_theme = theme;
	return ERR_NONE;
}

void theme_directory(char dst[THEME_PATH_SIZE])
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	dst[0] = '\0';
	if (config && config[0] == '/')
		(void)snprintf(dst, THEME_PATH_SIZE, "%s/umbra/themes", config);
	else if (home && home[0] == '/')
		(void)snprintf(dst, THEME_PATH_SIZE, "%s/.config/umbra/themes", home);
}

void theme_path(const char *name, char dst[THEME_PATH_SIZE])
{
	char directory[THEME_PATH_SIZE];
	int n = 0;

	theme_directory(directory);
	if (strchr(name, '/'))
		n = snprintf(dst, THEME_PATH_SIZE, "%s", name);
	else if (str_ends(str_of(name), suffix))
		n = snprintf(dst, THEME_PATH_SIZE, "./%s", name);
	else if (directory[0] != '\0')
		n = snprintf(dst, THEME_PATH_SIZE, "%s/%s.theme", directory, name);
	if (n <= 0 || n >= THEME_PATH_SIZE)
		dst[0] = '\0';
}

static const struct theme_text *find_carried(const char *name)
{
	for (size_t i = 0; i < theme_text_count; i++)
		if (strcmp(theme_texts[i].name, name) == 0)
			return &theme_texts[i];
	return NULL;
}

static enum err no_such_theme(const char *name, struct errbuf *eb)
{
	char known[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < theme_text_count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			i > 0 ? ", " : "", theme_texts[i].name);
	return err_set_field(eb, ERR_NOT_FOUND, "theme", known, "there is no theme \"%s\"", name);
}

enum err theme_load(const char *name, struct theme *ret_theme, char ret_path[THEME_PATH_SIZE],
	struct errbuf *eb)
{
	const struct theme_text *carried = find_carried(name);
	bool is_path = strchr(name, '/') || str_ends(str_of(name), suffix);
	char path[THEME_PATH_SIZE];
	enum err err;

	theme_path(name, path);
	err = path[0] != '\0' ? theme_read(path, ret_theme, eb) : ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND && !is_path) {
		path[0] = '\0';
		if (eb)
			errbuf_clear(eb); /* that there is no such file is nobody's mistake */
		err = carried ? theme_parse(name, carried->text, ret_theme, eb)
			      : no_such_theme(name, eb);
	}
	if (ret_path)
		(void)str_copy(ret_path, THEME_PATH_SIZE, str_of(path));
	return err;
}

/* ---- names ---- */

static void add_name(struct theme_names *names, struct str name)
{
	array_reserve(&names->names, &names->cap, names->count + 1, sizeof(*names->names));
	names->names[names->count++] = str_dup(name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* But for those that stand in for one the program carries: they are listed already. */
static void add_own(struct theme_names *names, const char *file)
{
	struct str name = str_of(file);
	char text[NAME_MAX + 1];

	if (!str_ends(name, suffix))
		return;
	name.n -= suffix.n;
	if (name.n > 0 && str_copy(text, sizeof(text), name) && !find_carried(text))
		add_name(names, name);
}

void theme_names_read(struct theme_names *ret_names)
{
	char directory[THEME_PATH_SIZE];
	struct theme_names names = {0};
	struct dirent *entry;
	DIR *dir;

	for (size_t i = 0; i < theme_text_count; i++)
		add_name(&names, str_of(theme_texts[i].name));
	theme_directory(directory);
	dir = directory[0] != '\0' ? opendir(directory) : NULL;
	while (dir && (entry = readdir(dir)) != NULL)
		add_own(&names, entry->d_name);
	if (dir)
		(void)closedir(dir);
	qsort(names.names + theme_text_count, names.count - theme_text_count, sizeof(*names.names),
		compare_names);
	*ret_names = names;
}

void theme_names_finish(struct theme_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct theme_names){0};
}
