/*
 * Themes on the screen: read anew by name and by path however they are saved, mistakes that leave the old one,
 * the environment's own colour, every carried theme in every depth, and terminals of direct colour.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"

#include "tests/support/dashboard_fixture.h"
#include "tui/theme/theme.h"

static char directory[64]; /* the user's configuration */
static char variable[96]; /* that names it */

static const char *const made[] = {"", "/umbra", "/umbra/themes"};

static void path_of(char dst[160], const char *below)
{
	(void)snprintf(dst, 160, "%s%s", directory, below);
}

static int setup(void **state)
{
	char path[160];

	(void)state;
	(void)snprintf(directory, sizeof(directory), "/tmp/umbra-screen-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(variable, sizeof(variable), "XDG_CONFIG_HOME=%s", directory);
	for (size_t i = 1; i < ARRAY_LEN(made); i++) {
		path_of(path, made[i]);
		if (mkdir(path, 0700) != 0)
			return -1;
	}
	return dashboard_setup(state);
}

static int teardown(void **state)
{
	static const char *const files[] = {
		"/umbra/themes/mine.theme", "/umbra/config", "/umbra/dashboard-studio.json"};
	char path[160];

	(void)dashboard_teardown(state);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		path_of(path, files[i]);
		(void)unlink(path);
	}
	for (size_t i = ARRAY_LEN(made); i-- > 0;) {
		path_of(path, made[i]);
		(void)rmdir(path);
	}
	return 0;
}

static void open_themed(struct dashboard_options options)
{
	static const char *env[2];

	env[0] = variable;
	if (!options.env)
		options.env = env;
	dashboard_open(options);
}

static void write_file(const char *below, const char *text)
{
	char path[160];
	FILE *file;

	path_of(path, below);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

/* A new file in the old one's place, as editors do, or the old one written over. */
static void write_theme(bool renamed, const char *text)
{
	char from[160], to[160];

	write_file(renamed ? "/umbra/themes/mine.theme~" : "/umbra/themes/mine.theme", text);
	path_of(from, "/umbra/themes/mine.theme~");
	path_of(to, "/umbra/themes/mine.theme");
	if (renamed)
		assert_int_equal(rename(from, to), 0);
}

static VTermScreenCell cell_at(int row, int col)
{
	VTermScreenCell cell;
	VTermPos at = {.row = row, .col = col};

	assert_true(vterm_screen_get_cell(pty.screen, at, &cell));
	return cell;
}

/* The name in the selected row. */
static bool service_is_red(void)
{
	VTermScreenCell cell = cell_at(4, 3);

	return VTERM_COLOR_IS_INDEXED(&cell.fg) && cell.fg.indexed.idx == 196;
}

static void read_anew(const char *theme, bool renamed)
{
	write_theme(renamed, "[roles]\nbase = default on default\n");
	open_themed((struct dashboard_options){.theme = theme});
	assert_false(service_is_red());
	write_theme(renamed, "[roles]\nbase = default on default\nselected = #ff0000\n");
	pty_wait_text(&pty, "read anew");
	pty_quiet(&pty, 80);
	assert_true(service_is_red());
	write_theme(renamed, "[roles]\nselected = crimson\n");
	pty_wait_text(&pty, "mine.theme:2:");
	assert_true(pty_shows(&pty, "\"crimson\" is no colour"));
	assert_true(service_is_red()); /* the old one stays */
	write_theme(renamed, "[roles]\nselected = #00ff00\n");
	pty_wait_text(&pty, "read anew");
	pty_quiet(&pty, 80);
	assert_false(service_is_red());
}

static void a_saved_theme_is_read_anew(void **state)
{
	char path[160];

	(void)state;
	path_of(path, "/umbra/themes/mine.theme");
	read_anew("mine", true);
	read_anew("mine", false);
	read_anew(path, true);
}

static void a_context_gives_theme_and_colour(void **state)
{
	VTermScreenCell name, other;
	const char *env[] = {variable, "UMBRA_CONTEXT=studio", "UMBRA_THEME=", NULL};
	char config[256];

	(void)state;
	(void)snprintf(config, sizeof(config),
		"[context studio]\nurl = %s\ntheme = light\ncolour = #b00020\n", stage.url);
	write_file("/umbra/config", config);
	open_themed((struct dashboard_options){.env = env, .url = ""});
	name = cell_at(0, 8);
	other = cell_at(0, 1);
	assert_true(VTERM_COLOR_IS_INDEXED(&name.bg) && name.bg.indexed.idx == 124);
	assert_true(VTERM_COLOR_IS_INDEXED(&name.fg) && name.fg.indexed.idx == 231);
	assert_true(VTERM_COLOR_IS_INDEXED(&other.bg) && other.bg.indexed.idx == 231);
}

static bool is_light(void)
{
	VTermScreenCell cell = cell_at(0, 1);

	return VTERM_COLOR_IS_INDEXED(&cell.bg) && cell.bg.indexed.idx == 231;
}

static void write_context(const char *theme)
{
	char config[256];

	(void)snprintf(config, sizeof(config), "[context studio]\nurl = %s\ntheme = %s\n",
		stage.url, theme);
	write_file("/umbra/config", config);
}

/* The later word counts: :theme over the config, and a change of the config over :theme. */
static void a_config_changed_later_wins(void **state)
{
	char kept[160];
	const char *env[] = {variable, kept, "UMBRA_CONTEXT=studio", "UMBRA_THEME=", NULL};
	const struct dashboard_options options = {.env = env, .url = ""};

	(void)state;
	(void)snprintf(kept, sizeof(kept), "XDG_STATE_HOME=%s", directory);
	write_context("dark");
	open_themed(options);
	assert_false(is_light());
	pty_keys(&pty, ":theme light\r");
	pty_wait_text(&pty, "theme light, saved");
	assert_true(is_light());
	dashboard_quit();
	open_themed(options);
	assert_true(is_light());
	dashboard_quit();
	write_context("dracula");
	open_themed(options);
	assert_false(is_light());
	pty_wait_text(&pty, "the theme is the config's again");
	dashboard_quit();
}

static void every_theme_in_every_depth(void **state)
{
	static const char *const terms[] = {"xterm-256color", "xterm-16color", "xterm", "linux"};

	(void)state;
	for (size_t i = 0; i < theme_text_count; i++) {
		open_themed((struct dashboard_options){
			.theme = theme_texts[i].name, .term = terms[i % ARRAY_LEN(terms)]});
		assert_true(pty_shows(&pty, "connection refused"));
		dashboard_quit();
	}
}

/* What is worn until then follows the terminal's ground; what is chosen does not. */
static void a_chosen_theme_has_its_own_ground(void **state)
{
	static const char *const told[] = {"COLORFGBG=15;0", NULL};

	(void)state;
	dashboard_open((struct dashboard_options){.env = told});
	assert_false(is_light());
	pty_keys(&pty, ":theme light\r");
	pty_wait_text(&pty, "theme light, saved");
	assert_true(is_light());
}

static bool is_on_row_ground(const VTermScreenCell *cell, const char *term)
{
	if (strcmp(term, "xterm-256color") == 0)
		return VTERM_COLOR_IS_INDEXED(&cell->bg) && cell->bg.indexed.idx == 236;
	return cell->attrs.reverse;
}

/* Over its whole width; and no other. */
static void check_selected(const char *term, int row)
{
	for (int y = 4; y < 9; y++) {
		for (int x = 0; x < pty.cols; x++) {
			VTermScreenCell cell = cell_at(y, x);

			if (is_on_row_ground(&cell, term) != (y == row))
				fail_msg("%s: row %d is selected, and in row %d column %d is %s",
					term, row, y, x, y == row ? "not" : "marked");
		}
	}
}

static void the_selected_row_is_marked_over_its_width(void **state)
{
	static const char *const terms[] = {"xterm-256color", "xterm-16color", "linux", "vt100"};
	static const char *const keys[] = {"1", "2", "3", "4g", "5g"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		dashboard_open((struct dashboard_options){.theme = "dark", .term = terms[i]});
		for (size_t view = 0; view < ARRAY_LEN(keys); view++) {
			dashboard_press(keys[view]);
			check_selected(terms[i], view == 4 ? 5 : 4); /* a day stands above */
			dashboard_press("j");
			check_selected(terms[i], view == 4 ? 6 : 5);
		}
	}
}

/* brand of dark is #7aa2f7, the ground of the selected row #2b3350. */
static void direct_colour_is_the_colour(void **state)
{
	(void)state;
	open_themed((struct dashboard_options){.theme = "dark", .term = "xterm-direct"});
	assert_non_null(strstr(pty.raw.data, "122:162:247"));
	assert_non_null(strstr(pty.raw.data, "43:51:80"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_saved_theme_is_read_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(a_context_gives_theme_and_colour, setup, teardown),
		cmocka_unit_test_setup_teardown(a_config_changed_later_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(every_theme_in_every_depth, setup, teardown),
		cmocka_unit_test_setup_teardown(direct_colour_is_the_colour, setup, teardown),
		DASHBOARD_TEST(a_chosen_theme_has_its_own_ground),
		DASHBOARD_TEST(the_selected_row_is_marked_over_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
