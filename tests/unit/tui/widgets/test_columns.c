/* Columns: what fits, what goes first, who gets what is left over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/widgets/columns.h"

static const struct column_spec specs[] = {
	{"NAME", 10, 14, 3, 0, false, 0},
	{"PR", 5, 0, 1, 2, false, 0},
	{"WHO", 6, 8, 2, 3, false, 0},
	{"HEALTH", 8, 0, 2, 0, false, 0},
	{"PINS", 4, 0, 1, 1, true, 0},
};
enum { COUNT = ARRAY_LEN(specs) };

struct fit {
	int width;
	int widths[COUNT];
};

static void test_what_fits(void **state)
{
	static const struct fit fits[] = {
		{42, {10, 5, 6, 8, 4}}, /* just */
		{41, {14, 5, 0, 8, 4}}, /* WHO goes first, and leaves room to grow */
		{36, {12, 5, 0, 8, 4}}, {34, {10, 5, 0, 8, 4}},
		{33, {14, 0, 0, 8, 4}}, /* then PR */
		{31, {13, 0, 0, 8, 4}}, {27, {14, 0, 0, 8, 0}}, /* then PINS */
		{10, {10, 0, 0, 8, 0}}, /* the rest is never dropped */
		{100, {14, 5, 8, 8, 4}}, /* nothing grows beyond its most */
		{44, {11, 5, 7, 8, 4}}, /* a cell each in turn */
	};
	struct placed placed[COUNT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fits); i++) {
		(void)columns_place(specs, COUNT, fits[i].width, placed);
		for (size_t j = 0; j < COUNT; j++)
			if (placed[j].width != fits[i].widths[j])
				fail_msg("width %d, column %zu: %d, not %d", fits[i].width, j,
					placed[j].width, fits[i].widths[j]);
	}
}

static void test_places_do_not_overlap(void **state)
{
	struct placed placed[COUNT];

	(void)state;
	for (int width = 1; width < 120; width++) {
		int end = 0;
		int used = columns_place(specs, COUNT, width, placed);

		for (size_t i = 0; i < COUNT; i++) {
			if (placed[i].width == 0)
				continue;
			assert_int_equal(placed[i].x, end + specs[i].gap);
			end = placed[i].x + placed[i].width;
		}
		assert_int_equal(used, end);
	}
}

/* ---- chosen ---- */

static const struct column_about about[COUNT] = {
	{"name", "", false},
	{"pr", "", false},
	{"who", "", false},
	{"health", "", true},
	{"pins", "", false},
};
static const struct column_set set = {specs, about, COUNT};

static void check_written(const struct column_choice *choice, const char *expected)
{
	struct strbuf text;

	strbuf_init(&text, 200);
	columns_write(&text, choice, &set);
	assert_string_equal(text.data, expected);
	strbuf_finish(&text);
}

static void test_choosing(void **state)
{
	struct column_choice choice;

	(void)state;
	columns_choose_all(&choice, &set);
	check_written(&choice, "pr who -health pins");
	assert_true(columns_toggle(&choice, &set, 3));
	assert_true(columns_toggle(&choice, &set, 1));
	check_written(&choice, "-pr who health pins");
	assert_true(columns_move(&choice, &set, 4, false));
	check_written(&choice, "-pr who pins health");
	assert_true(columns_move(&choice, &set, 1, true));
	check_written(&choice, "who -pr pins health");
	/* The first stays what it is and where it is, and nothing leaves the table. */
	assert_false(columns_toggle(&choice, &set, 0));
	assert_false(columns_toggle(&choice, &set, COUNT));
	assert_false(columns_move(&choice, &set, 0, true));
	assert_false(columns_move(&choice, &set, 1, false));
	assert_false(columns_move(&choice, &set, COUNT - 1, true));
	check_written(&choice, "who -pr pins health");
}

static void test_what_was_saved(void **state)
{
	static const struct {
		const char *text, *is;
	} cases[] = {
		{"", "pr who -health pins"},
		{"pins -who pr health", "pins -who pr health"},
		{"who", "who pr -health pins"}, /* columns it does not know yet come behind */
		{"gone pins who who -who name", "pins who pr -health"}, /* nor these it does */
		{"  - -- pins", "pins pr who -health"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct column_choice choice;

		columns_read(&choice, &set, str_of(cases[i].text));
		check_written(&choice, cases[i].is);
	}
}

static void test_places_follow_the_choice(void **state)
{
	struct column_choice choice = {0};
	struct placed placed[COUNT];

	(void)state;
	columns_read(&choice, &set, STR_LIT("pins health -pr who"));
	(void)columns_place_chosen(&set, &choice, 100, placed);
	assert_int_equal(placed[0].x, 3);
	assert_int_equal(placed[4].x, 3 + 14 + 1);
	assert_int_equal(placed[3].x, placed[4].x + 4 + 2);
	assert_int_equal(placed[1].width, 0);
	assert_int_equal(placed[2].x, placed[3].x + 8 + 2);
}

/* The first gets what it needs before the others, of which none is wider than its texts; titles are whole. */
static void test_texts_say_what_they_need(void **state)
{
	static const struct {
		int name, who; /* needed */
		struct fit fit;
	} cases[] = {
		{0, 0, {44, {11, 5, 7, 8, 4}}}, {12, 0, {44, {12, 5, 6, 8, 4}}}, /* name first */
		{14, 8, {46, {14, 5, 6, 8, 4}}}, {14, 8, {47, {14, 5, 7, 8, 4}}},
		{99, 99, {100, {14, 5, 8, 8, 4}}}, /* no more than the most */
		{12, 2, {100, {12, 5, 3, 8, 4}}}, /* WHO is read */
		{2, 2, {33, {4, 5, 3, 8, 4}}}, /* what needs less leaves room for another */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct fit *fit = &cases[i].fit;
		struct column_choice choice = {0};
		struct placed placed[COUNT];

		columns_read(&choice, &set, STR_LIT("pr who health pins"));
		columns_need(&choice, 0, cases[i].name);
		columns_need(&choice, 2, cases[i].who);
		columns_need(&choice, 2, 1); /* the longest counts */
		if (cases[i].who == 0)
			choice.needs[2] = 0;
		(void)columns_place_chosen(&set, &choice, fit->width, placed);
		for (size_t j = 0; j < COUNT; j++)
			if (placed[j].width != fit->widths[j])
				fail_msg("case %zu, column %zu: %d, not %d", i, j, placed[j].width,
					fit->widths[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fits),
		cmocka_unit_test(test_places_do_not_overlap),
		cmocka_unit_test(test_choosing),
		cmocka_unit_test(test_what_was_saved),
		cmocka_unit_test(test_places_follow_the_choice),
		cmocka_unit_test(test_texts_say_what_they_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
