/* Themes: what a file may say, what is refused and where, and that those carried inside are whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/theme/theme.h"
#include "tui/theme/contrast.h"
#include "tui/theme/ground.h"

static void test_carried_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_text_count; i++) {
		struct theme theme;
		struct errbuf eb;

		errbuf_clear(&eb);
		if (theme_parse(theme_texts[i].name, theme_texts[i].text, &theme, &eb) != ERR_NONE)
			fail_msg("%s", eb.text);
		assert_string_equal(theme.name, theme_texts[i].name);
		for (size_t role = 0; role < ROLE_COUNT; role++)
			if (!theme.styles[role].set)
				fail_msg("%s has no %s", theme.name, role_names[role]);
	}
}

static void test_a_style(void **state)
{
	struct theme theme;
	const struct style *style = &theme.styles[ROLE_READY];

	(void)state;
	assert_int_equal(
		theme_parse("t",
			"[roles]\nbase = default on #101010\nready = #7ec699/114/green bold\n"
			"stale = #ffffff on #ff0000//red\n[mono]\nready = underline\nquiet = "
			"none\n",
			&theme, NULL),
		ERR_BAD_VALUE); /* an empty 256 is no number */
	assert_int_equal(
		theme_parse("t",
			"[roles]\nbase = default on #101010\nready = #7ec699/114/green bold\n"
			"stale = #ffffff on #ff0000\n[mono]\nready = underline\nquiet = none\n",
			&theme, NULL),
		ERR_NONE);
	assert_int_equal(style->ink.rgb, 0x7ec699);
	assert_int_equal(style->ink.of_256, 114);
	assert_int_equal(style->ink.of_16, 2);
	assert_int_equal(style->attributes, STYLE_BOLD);
	assert_int_equal(style->mono, STYLE_UNDERLINE);
	assert_int_equal(style->ground.rgb, 0x101010); /* the base's */
	assert_int_equal(theme.styles[ROLE_STALE].ground.of_256, 196);
	assert_int_equal(theme.styles[ROLE_QUIET].mono, 0);
	assert_int_equal(theme.styles[ROLE_SELECTED].mono, STYLE_BOLD); /* the role's own */
	assert_int_equal(theme.styles[ROLE_SELECTED].ink.rgb, -1);
}

struct refused {
	const char *text;
	const char *says;
};

static void test_refused(void **state)
{
	static const struct refused cases[] = {
		{"[roles]\nbase = #12345\n", "t:2: "},
		{"[roles]\n\n\nbase = green\n", "t:4: "},
		{"[roles]\nnothing = bold\n", "there is no role \"nothing\""},
		{"[roles]\nbase = #123456/256\n", "0 to 255"},
		{"[roles]\nbase = #123456/25/mauve\n", "mauve"},
		{"[mono]\nbase = red\n", "no attribute"},
		{"[colours]\nbase = bold\n", "[colours]"},
		{"[theme]\nground = blue\n", "ground = dark or light"},
		{"[theme]\nauthor = me\n", "[theme] author"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct theme theme = {.name = "as it was"};
		struct errbuf eb;

		errbuf_clear(&eb);
		assert_int_not_equal(theme_parse("t", cases[i].text, &theme, &eb), ERR_NONE);
		if (!strstr(eb.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", eb.text, cases[i].says);
		assert_string_equal(theme.name, "as it was");
	}
}

static void test_a_file_goes_before_what_is_carried(void **state)
{
	char directory[] = "/tmp/umbra-theme-XXXXXX";
	char path[256];
	char found[THEME_PATH_SIZE];
	struct theme theme;
	struct errbuf eb;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(setenv("XDG_CONFIG_HOME", directory, 1), 0);
	errbuf_clear(&eb);
	assert_int_equal(theme_load("dark", &theme, found, &eb), ERR_NONE);
	assert_string_equal(eb.text, "");
	assert_string_equal(found, "");
	(void)snprintf(path, sizeof(path), "%s/mine.theme", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("[theme]\nname = mine\n[roles]\nbase = bold\n", file);
	(void)fclose(file);
	assert_int_equal(theme_load(path, &theme, found, NULL), ERR_NONE);
	assert_string_equal(theme.name, "mine");
	assert_string_equal(found, path);
	errbuf_clear(&eb);
	assert_int_equal(theme_load("none-such", &theme, found, &eb), ERR_NOT_FOUND);
	assert_non_null(strstr(eb.expected, "high-contrast"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void write_file(const char *directory, const char *file)
{
	char path[320];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, file);
	out = fopen(path, "we");
	assert_non_null(out);
	(void)fclose(out);
}

static void test_names(void **state)
{
	static const char *const files[] = {"zebra.theme", "aster.theme", "nord.theme", ".theme",
		"notes.txt", "aster.theme.orig"};
	char directory[] = "/tmp/umbra-theme-XXXXXX";
	char path[256];
	struct theme_names names;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(setenv("XDG_CONFIG_HOME", directory, 1), 0);
	(void)snprintf(path, sizeof(path), "%s/umbra", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/umbra/themes", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		write_file(path, files[i]);
	theme_names_read(&names);
	assert_int_equal(names.count, theme_text_count + 2);
	assert_string_equal(names.names[0], "dark");
	assert_string_equal(names.names[theme_text_count], "aster");
	assert_string_equal(names.names[theme_text_count + 1], "zebra");
	theme_names_finish(&names);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/umbra/themes/%s", directory, files[i]);
		assert_int_equal(unlink(path), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/umbra/themes", directory);
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/umbra", directory);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void test_paths(void **state)
{
	static const struct {
		const char *name, *path;
	} cases[] = {
		{"nord", "/etc/xdg/umbra/themes/nord.theme"},
		{"mine.theme", "./mine.theme"},
		{"a/mine", "a/mine"},
		{"/a/mine.theme", "/a/mine.theme"},
	};
	char path[THEME_PATH_SIZE];
	char longest[THEME_PATH_SIZE + 1];

	(void)state;
	assert_int_equal(setenv("XDG_CONFIG_HOME", "/etc/xdg", 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		theme_path(cases[i].name, path);
		assert_string_equal(path, cases[i].path);
	}
	memset(longest, 'a', sizeof(longest));
	longest[THEME_PATH_SIZE] = '\0';
	theme_path(longest, path);
	assert_string_equal(path, "");
}

static void test_environment(void **state)
{
	static const struct {
		const char *colour;
		int ink_rgb, ground_256; /* ink -1: refused */
	} cases[] = {
		{"#b00020", 0xffffff, 124},
		{"#ffd000", 0x000000, 220},
		{"#b00020/88/red", 0xffffff, 88},
		{"red", 0xffffff, 1},
		{"bright-yellow", 0x000000, 11},
		{"default", -1, 0},
		{"#b0002", -1, 0},
		{"mauve", -1, 0},
		{"", -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct theme theme;
		struct colour colour;
		const struct style *style = &theme.styles[ROLE_ENVIRONMENT];
		enum err err = colour_parse(str_of(cases[i].colour), &colour, NULL);

		assert_int_equal(err == ERR_NONE, cases[i].ink_rgb >= 0);
		if (err)
			continue;
		assert_int_equal(theme_load("nord", &theme, NULL, NULL), ERR_NONE);
		theme_set_environment(&theme, &colour);
		assert_int_equal(style->ink.rgb, cases[i].ink_rgb);
		assert_int_equal(style->ground.of_256, cases[i].ground_256);
		assert_true(style->has_ground);
		assert_true(style->mono & STYLE_REVERSE);
	}
}

static void test_told(void **state)
{
	static const struct {
		const char *colours;
		enum theme_ground ground;
	} cases[] = {{"15;0", GROUND_DARK}, {"0;15", GROUND_LIGHT}, {"0;default;7", GROUND_LIGHT},
		{"7;8", GROUND_DARK}, {"15;default", GROUND_ANY}, {"", GROUND_ANY},
		{"0", GROUND_DARK}, {"x", GROUND_ANY}};

	(void)state;
	assert_int_equal(unsetenv("COLORFGBG"), 0);
	assert_int_equal(theme_ground_told(), GROUND_ANY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(setenv("COLORFGBG", cases[i].colours, 1), 0);
		if (theme_ground_told() != cases[i].ground)
			fail_msg("%s", cases[i].colours);
	}
	assert_string_equal(theme_for(GROUND_LIGHT), "light");
	assert_string_equal(theme_for(GROUND_DARK), "dark");
	assert_string_equal(theme_for(GROUND_ANY), "dark");
}

static void test_answers(void **state)
{
	static const struct {
		const char *answer;
		enum theme_ground ground;
	} cases[] = {
		{"rgb:ffff/ffff/ffff", GROUND_LIGHT},
		{"rgb:fdfd/f6f6/e3e3", GROUND_LIGHT},
		{"rgb:ff/ff/ff", GROUND_LIGHT},
		{"rgb:f/f/f", GROUND_LIGHT},
		{"rgb:fff/ff/f", GROUND_LIGHT},
		{"RGB:ffff/ffff/ffff", GROUND_ANY},
		{"rgb:1e1e/1e1e/1e1e", GROUND_DARK},
		{"rgb:00/2b/36", GROUND_DARK},
		{"rgba:ffff/ffff/ffff/ffff", GROUND_LIGHT},
		{"rgba:0000/0000/0000/8000", GROUND_DARK},
		{"#ffffff", GROUND_LIGHT},
		{"#FFF", GROUND_LIGHT},
		{"#000000000000", GROUND_DARK},
		{"#282828", GROUND_DARK},
		{"", GROUND_ANY},
		{"?", GROUND_ANY},
		{"#", GROUND_ANY},
		{"#ffff", GROUND_ANY},
		{"rgb:", GROUND_ANY},
		{"rgb:ff/ff", GROUND_ANY},
		{"rgb:fffff/ff/ff", GROUND_ANY},
		{"rgb:gg/ff/ff", GROUND_ANY},
		{"rgb:ff//ff", GROUND_ANY},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (theme_ground_of(str_of(cases[i].answer)) != cases[i].ground)
			fail_msg("%s", cases[i].answer);
}

/* Text on the terminal's own ground can be read on those that are meant; what has a ground of its own keeps it. */
static void test_follow(void **state)
{
	static const enum theme_ground grounds[] = {GROUND_ANY, GROUND_DARK, GROUND_LIGHT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(grounds); i++) {
		struct theme theme;

		assert_int_equal(theme_load(theme_for(grounds[i]), &theme, NULL, NULL), ERR_NONE);
		theme_follow(&theme, grounds[i]);
		assert_int_equal(theme.styles[ROLE_BASE].ink.rgb, -1);
		assert_int_equal(theme.styles[ROLE_BASE].ground.of_256, -1);
		assert_true(theme.styles[ROLE_MATCH].ground.rgb >= 0);
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct theme_contrast contrast = theme_contrast(&theme, (enum role)role);

			/* The 256 have few colours in the middle. */
			if (grounds[i] == GROUND_ANY && contrast.of_256 >= AA_SHAPE)
				contrast.of_256 = role_contrast[role];
			if (contrast.truecolour > 0 &&
				(contrast.truecolour < role_contrast[role] ||
					contrast.of_256 < role_contrast[role]))
				fail_msg("ground %d: %s has %.2f, %.2f in 256", grounds[i],
					role_names[role], contrast.truecolour, contrast.of_256);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried_are_whole),
		cmocka_unit_test(test_a_style),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_a_file_goes_before_what_is_carried),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
