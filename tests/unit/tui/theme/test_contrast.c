/*
 * Every theme the program carries is held to WCAG's AA here, and the colour-blind ones to states that are told
 * apart without red and green. Also what the check counts, and what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"

#include "tui/theme/colour.h"
#include "tui/theme/contrast.h"

static void load(const char *name, struct theme *theme)
{
	struct errbuf eb = {0};

	if (theme_load(name, theme, NULL, &eb) != ERR_NONE)
		fail_msg("%s", eb.text);
}

/* ---- AA ---- */

static void carried_themes_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_text_count; i++) {
		struct theme theme;

		load(theme_texts[i].name, &theme);
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct theme_contrast contrast = theme_contrast(&theme, (enum role)role);

			if (!theme_is_readable(&theme, (enum role)role))
				fail_msg("%s: %s has %.2f, %.2f in 256", theme.name,
					role_names[role], contrast.truecolour, contrast.of_256);
		}
	}
}

/* A theme with a ground of its own leaves nothing to the terminal, and the other way round. */
static void grounds_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_text_count; i++) {
		struct theme theme;
		bool own;

		load(theme_texts[i].name, &theme);
		own = theme.styles[ROLE_BASE].ground.rgb >= 0;
		for (int role = 0; role < ROLE_COUNT; role++)
			if (own && (theme.styles[role].ground.rgb < 0 ||
					   theme.styles[role].ink.rgb < 0))
				fail_msg("%s: %s is partly the terminal's", theme.name,
					role_names[role]);
		if (own)
			assert_int_equal(theme.ground, GROUND_ANY);
	}
}

struct counted {
	const char *text;
	int truecolour, of_256; /* in hundredths, cut */
	bool readable;
};

/* The role looked at is "strong". */
static void what_is_counted(void **state)
{
	static const struct counted cases[] = {
		{"[roles]\nbase = #ffffff on #000000\nstrong = #6c6c6c\n", 399, 399, false},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #777777/255\n", 468, 1809, true},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #767676 on #ffffff\n", 454, 454,
			true},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #ffffff dim\n", 524, 524, true},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #6c6c6c reverse\n", 399, 399, false},
		{"[roles]\nbase = default on default\nstrong = default bold\n", 0, 0, true},
		{"[roles]\nbase = default on default\nstrong = #ffffff\n", 100, 100, false},
		{"[roles]\nbase = default on default\nstrong = #767676\n", 454, 454, true},
		{"[theme]\nground = dark\n[roles]\nstrong = #ffffff\n", 1415, 1415, true},
		{"[theme]\nground = light\n[roles]\nstrong = #000000\n", 1651, 1651, true},
		{"[theme]\nground = light\n[roles]\nstrong = default on #808080\n", 214, 214,
			false},
		/* In the selected row, too. */
		{"[roles]\nbase = #ffffff on #000000\nstrong = #777777\nrow = #ffffff on #303030\n",
			294, 290, false},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #ffffff\nrow = #ffffff on "
		 "#000000/255\n",
			2100, 116, false},
		{"[roles]\nbase = #ffffff on #000000\nstrong = #ffffff on #000000\nrow = #ffffff "
		 "on "
		 "#777777\n",
			2100, 2100, true},
		{"[theme]\nground = dark\n[roles]\nrow = default on #444444\n", 459, 459, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct theme_contrast contrast;
		struct theme theme;

		assert_int_equal(theme_parse("t", cases[i].text, &theme, NULL), ERR_NONE);
		contrast = theme_contrast(&theme, ROLE_STRONG);
		if ((int)(contrast.truecolour * 100 + 0.001) != cases[i].truecolour ||
			(int)(contrast.of_256 * 100 + 0.001) != cases[i].of_256 ||
			theme_is_readable(&theme, ROLE_STRONG) != cases[i].readable)
			fail_msg("%zu: %.3f, %.3f", i, contrast.truecolour, contrast.of_256);
	}
}

/* ---- without red and green ---- */

/*
 * What a colour looks like with no long-wave, and with no middle-wave cones: Machado, Oliveira and Fernandes,
 * "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0, on linear RGB.
 */
static const double sights[][3][3] = {
	{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998}}, /* protanopia */
	{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881}}, /* deuteranopia */
};

static double lab_curve(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE L*a*b*, D65, of the colour as it is seen. */
static void lab_seen(int32_t rgb, const double sight[3][3], double ret_lab[3])
{
	static const double to_xyz[3][3] = {{0.4124 / 0.95047, 0.3576 / 0.95047, 0.1805 / 0.95047},
		{0.2126, 0.7152, 0.0722}, {0.0193 / 1.08883, 0.1192 / 1.08883, 0.9505 / 1.08883}};
	double linear[3], seen[3], curve[3];

	for (int i = 0; i < 3; i++) {
		int32_t channel = rgb >> (16 - 8 * i) & 255;

		linear[i] = colour_luminance(channel * 0x010101);
	}
	for (int i = 0; i < 3; i++) {
		double sum =
			sight[i][0] * linear[0] + sight[i][1] * linear[1] + sight[i][2] * linear[2];

		seen[i] = fmin(fmax(sum, 0), 1);
	}
	for (int i = 0; i < 3; i++)
		curve[i] = lab_curve(
			to_xyz[i][0] * seen[0] + to_xyz[i][1] * seen[1] + to_xyz[i][2] * seen[2]);
	ret_lab[0] = 116 * curve[1] - 16;
	ret_lab[1] = 500 * (curve[0] - curve[1]);
	ret_lab[2] = 200 * (curve[1] - curve[2]);
}

/* CIE 1976; some 2.3 are just seen side by side, 20 are seen across a room. */
static double distance_seen(int32_t a, int32_t b, const double sight[3][3])
{
	double la[3], lb[3];

	lab_seen(a, sight, la);
	lab_seen(b, sight, lb);
	return sqrt((la[0] - lb[0]) * (la[0] - lb[0]) + (la[1] - lb[1]) * (la[1] - lb[1]) +
		    (la[2] - lb[2]) * (la[2] - lb[2]));
}

/* What the eye is caught by: the ground where there is one, else the ink. */
static int32_t catching(const struct style *style, bool of_256)
{
	const struct colour *colour = style->has_ground ? &style->ground : &style->ink;

	return of_256 ? colour_of_256(colour->of_256) : colour->rgb;
}

static void states_are_told_apart(const char *name, enum role a, enum role b)
{
	struct theme theme;

	load(name, &theme);
	for (size_t sight = 0; sight < ARRAY_LEN(sights); sight++) {
		for (int of_256 = 0; of_256 < 2; of_256++) {
			double distance = distance_seen(catching(&theme.styles[a], of_256),
				catching(&theme.styles[b], of_256), sights[sight]);

			if (distance < 20)
				fail_msg("%s: %s and %s are %.1f apart, sight %zu, of 256: %d",
					name, role_names[a], role_names[b], distance, sight,
					of_256);
		}
	}
}

static void no_state_rests_on_red_against_green(void **state)
{
	static const char *const names[] = {"colour-blind-dark", "colour-blind-light"};
	static const enum role states[] = {ROLE_READY, ROLE_STARTING, ROLE_WARNING, ROLE_UNHEALTHY};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t a = 0; a < ARRAY_LEN(states); a++)
			for (size_t b = 0; b < a; b++)
				states_are_told_apart(names[i], states[a], states[b]);
}

/* ---- what is said ---- */

static cJSON *check(const char *const *names, size_t count, size_t *ret_failed)
{
	struct errbuf eb = {0};
	struct strbuf out;
	cJSON *answer;

	strbuf_init(&out, 1 << 20);
	if (theme_check_write(&out, names, count, ret_failed, &eb) != ERR_NONE)
		fail_msg("%s", eb.text);
	answer = json_parse(strbuf_str(&out), NULL);
	strbuf_finish(&out);
	assert_non_null(answer);
	return answer;
}

static void a_named_theme_says_every_role(void **state)
{
	static const char *const names[] = {"nord", "mono"};
	size_t failed = 99;
	cJSON *answer = check(names, 2, &failed);
	const cJSON *rows = cJSON_GetObjectItemCaseSensitive(answer, "roles");
	const cJSON *base = cJSON_GetArrayItem(rows, ROLE_COUNT);
	struct str text;

	(void)state;
	assert_int_equal(failed, 0);
	assert_int_equal(cJSON_GetArraySize(rows), 2 * ROLE_COUNT);
	assert_true(json_get_str(base, "theme", &text) && str_eq_c(text, "mono"));
	assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(base, "contrast")));
	assert_true(json_get_str(base, "result", &text) && str_eq_c(text, "the terminal's own"));
	cJSON_Delete(answer);
}

static void without_a_name_one_row_a_theme(void **state)
{
	size_t failed = 99;
	cJSON *answer = check(NULL, 0, &failed);

	(void)state;
	assert_int_equal(failed, 0);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "roles")),
		(int)theme_text_count);
	cJSON_Delete(answer);
}

static void a_theme_that_is_not_there_is_the_error(void **state)
{
	static const char *const names[] = {"nord", "none-such"};
	struct errbuf eb = {0};
	struct strbuf out;
	size_t failed = 99;

	(void)state;
	strbuf_init(&out, 1 << 20);
	assert_int_equal(theme_check_write(&out, names, 2, &failed, &eb), ERR_NOT_FOUND);
	assert_non_null(strstr(eb.text, "none-such"));
	assert_int_equal(failed, 99);
	strbuf_finish(&out);
}

static int setup(void **state)
{
	(void)state;
	return setenv("XDG_CONFIG_HOME", "/dev/null/nowhere", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carried_themes_can_be_read),
		cmocka_unit_test(grounds_are_whole),
		cmocka_unit_test(what_is_counted),
		cmocka_unit_test(no_state_rests_on_red_against_green),
		cmocka_unit_test(a_named_theme_says_every_role),
		cmocka_unit_test(without_a_name_one_row_a_theme),
		cmocka_unit_test(a_theme_that_is_not_there_is_the_error),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
