/* Pages of text: what is broken where, what is left out, how far they scroll, what stays in place, and finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"

#include "tui/ui/text_page.h"

static struct text_page page;

/* Names of 8 cells from column 2 on, so texts begin at 11; the last column is free. */
enum { COLS = 11 + 20 + 1, ROWS = 4 };

static int setup(void **state)
{
	(void)state;
	text_page_init(&page, 2, 8, true);
	return 0;
}

static int setup_scrolling(void **state)
{
	(void)state;
	text_page_init(&page, 2, 8, false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	text_page_finish(&page);
	return 0;
}

/* NULL for a name that is not there. */
static void check_line(size_t row, const char *name, const char *text)
{
	const struct text_line *line = &page.lines[row];
	const struct paragraph *paragraph;
	struct str got;

	assert_true(row < page.cursor.count);
	paragraph = &page.paragraphs[line->paragraph];
	got = str_trim((struct str){page.text.data + paragraph->from + line->from, line->len});
	if (!str_eq_c(got, text))
		fail_msg("line %zu is \"%.*s\", not \"%s\"", row, STR_ARG(got), text);
	if (name)
		assert_string_equal(paragraph->name, name);
	else
		assert_null(paragraph->name);
}

static void test_long_texts_go_on_below(void **state)
{
	(void)state;
	text_page_add(&page, "title", ROLE_BASE, "Move seat holds to pricing");
	text_page_add(&page, "link", ROLE_BASE, "https://git.example/studio/pulls/482");
	text_page_resize(&page, ROWS, COLS);
	check_line(0, "title", "Move seat holds to");
	check_line(1, "title", "pricing");
	check_line(2, "link", "https://git.example/");
	check_line(3, "link", "studio/pulls/482");
	assert_int_equal(page.cursor.count, 4);
	text_page_resize(&page, ROWS, 60);
	check_line(1, "link", "https://git.example/studio/pulls/482");
	assert_int_equal(page.cursor.count, 2);
}

static void test_nothing_to_say(void **state)
{
	(void)state;
	text_page_add(&page, "owner", ROLE_BASE, NULL);
	text_page_add(&page, "owner", ROLE_BASE, "");
	text_page_blank(&page); /* nothing is above it */
	text_page_resize(&page, ROWS, COLS);
	assert_int_equal(page.cursor.count, 0);
	assert_true(text_page_move(&page, ACTION_DOWN));
	assert_false(text_page_find(&page, NULL, str_of("x"), false, true));
}

static void test_a_text_without_a_name_has_the_whole_width(void **state)
{
	(void)state;
	text_page_add(&page, NULL, ROLE_STRONG, "twenty-nine cells are a line, no more");
	text_page_heading(&page, "below a blank row");
	text_page_resize(&page, ROWS, COLS);
	check_line(0, NULL, "twenty-nine cells are a line,");
	check_line(1, NULL, "no more");
	check_line(2, NULL, "");
	check_line(3, NULL, "below a blank row");
}

static void test_a_command_stands_beside_its_text_where_there_is_room(void **state)
{
	(void)state;
	text_page_add_entry(&page, (struct paragraph){.name = "p"},
		"pin the version to your session, or to one you choose of those there are",
		"umbra session pin SESSION SERVICE=VERSION");
	text_page_resize(&page, ROWS, 99);
	assert_int_equal(page.cursor.count, 1);
	assert_false(text_page_find(&page, NULL, str_of("SERVICE="), false, true));
	text_page_resize(&page, ROWS, 100);
	assert_int_equal(page.cursor.count, 2);
	check_line(0, "p", "pin the version to your session, or to one");
	assert_true(page.lines[0].command_len > 0);
	assert_true(text_page_find(&page, NULL, str_of("service="), false, true));
}

static void add_numbers(int count)
{
	text_page_begin(&page);
	for (int i = 0; i < count; i++)
		text_page_addf(&page, "n", ROLE_BASE, "%d is the number of this one", i);
}

static void press(enum action action, size_t top, size_t selected)
{
	assert_true(text_page_move(&page, action));
	assert_int_equal(page.cursor.top, top);
	assert_int_equal(page.cursor.selected, selected);
}

static void test_a_page_scrolls_to_its_ends(void **state)
{
	char text[48];

	(void)state;
	add_numbers(10);
	text_page_resize(&page, ROWS, 60);
	press(ACTION_UP, 0, 0);
	press(ACTION_DOWN, 1, 1);
	press(ACTION_PAGE_DOWN, 4, 4);
	press(ACTION_PAGE_DOWN, 6, 6);
	press(ACTION_DOWN, 6, 6);
	text_page_position(&page, text, sizeof(text));
	assert_string_equal(text, "7 to 10 of 10");
	press(ACTION_HALF_UP, 4, 4);
	press(ACTION_TOP, 0, 0);
	press(ACTION_BOTTOM, 6, 6);
	assert_false(text_page_move(&page, ACTION_OPEN));
	text_page_resize(&page, 20, 60);
	press(ACTION_DOWN, 0, 0);
	text_page_position(&page, text, sizeof(text));
	assert_string_equal(text, "1 to 10 of 10");
}

static void test_a_selected_line_moves_to_the_ends(void **state)
{
	char text[48];

	(void)state;
	add_numbers(10);
	text_page_resize(&page, ROWS, 60);
	press(ACTION_DOWN, 0, 1);
	press(ACTION_BOTTOM, 6, 9);
	press(ACTION_DOWN, 6, 9);
	text_page_position(&page, text, sizeof(text));
	assert_string_equal(text, "10 of 10");
	text_page_resize(&page, 20, 60);
	text_page_position(&page, text, sizeof(text));
	assert_string_equal(text, "");
}

/* Narrower, each number has two lines; at 60 columns one. */
static void test_the_place_is_kept_when_the_width_changes(void **state)
{
	(void)state;
	add_numbers(10);
	text_page_resize(&page, ROWS, 60);
	press(ACTION_PAGE_DOWN, 3, 3);
	text_page_resize(&page, ROWS, COLS);
	assert_int_equal(page.cursor.count, 20);
	check_line(page.cursor.top, "n", "3 is the number of");
	press(ACTION_DOWN, 7, 7); /* the second line of 3 */
	text_page_resize(&page, ROWS, 60);
	check_line(page.cursor.top, "n", "3 is the number of this one");
}

static void test_the_selected_line_is_kept_when_the_text_is_made_anew(void **state)
{
	(void)state;
	add_numbers(10);
	text_page_resize(&page, ROWS, COLS);
	for (int i = 0; i < 7; i++)
		assert_true(text_page_move(&page, ACTION_DOWN));
	check_line(page.cursor.selected, "n", "this one");
	assert_int_equal(page.cursor.selected - page.cursor.top, 3);
	add_numbers(12);
	text_page_resize(&page, ROWS, COLS);
	assert_int_equal(page.cursor.selected, 7);
	assert_int_equal(page.cursor.top, 4);
	add_numbers(2);
	text_page_resize(&page, ROWS, COLS);
	assert_int_equal(page.cursor.selected, 3);
	assert_int_equal(page.cursor.top, 0);
}

static void check_found(const char *text, bool back, bool stay, size_t row)
{
	assert_true(text_page_find(&page, NULL, str_of(text), back, stay));
	assert_int_equal(page.cursor.selected, row);
	assert_true(page.cursor.top <= row && row < page.cursor.top + page.cursor.height);
}

static void test_find(void **state)
{
	(void)state;
	add_numbers(10);
	text_page_add(&page, "Pinned", ROLE_BASE, "the session pins it");
	text_page_resize(&page, ROWS, COLS);
	check_found("THIS", false, true, 1); /* in whatever case */
	check_found("this", false, true, 1);
	check_found("this", false, false, 3);
	check_found("this", true, false, 1);
	check_found("this", true, false, 19); /* around */
	check_found("pinned", false, false, 20); /* a name */
	check_found("pins", false, false, 20);
	check_found("7 is", false, false, 14);
	check_found("of this", false, false, 16); /* goes on in the next line */
	assert_false(text_page_find(&page, NULL, str_of("nowhere"), false, false));
	assert_int_equal(page.cursor.selected, 16);
	assert_false(text_page_find(&page, NULL, str_of(""), false, false));
}

static void test_find_in_a_page_that_scrolls(void **state)
{
	(void)state;
	add_numbers(10);
	text_page_resize(&page, ROWS, 60);
	check_found("6 is", false, true, 6);
	assert_int_equal(page.cursor.top, 5); /* with the rows below it */
	check_found("8 is", false, false, 8);
	assert_int_equal(page.cursor.top, 5); /* it was in sight */
	check_found("9 is", false, false, 9);
	assert_int_equal(page.cursor.top, 6);
	check_found("6 is", false, false, 6);
	text_page_resize(&page, ROWS - 2, 60);
	check_found("6 is", false, true, 6); /* it is in sight also in fewer rows */
	text_page_resize(&page, ROWS, 60);
	press(ACTION_DOWN, 6, 6);
	check_found("number", false, false, 7);
}

#define SELECTING(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SCROLLING(name) cmocka_unit_test_setup_teardown(name, setup_scrolling, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SELECTING(test_long_texts_go_on_below),
		SELECTING(test_nothing_to_say),
		SELECTING(test_a_text_without_a_name_has_the_whole_width),
		SELECTING(test_a_command_stands_beside_its_text_where_there_is_room),
		SCROLLING(test_a_page_scrolls_to_its_ends),
		SELECTING(test_a_selected_line_moves_to_the_ends),
		SCROLLING(test_the_place_is_kept_when_the_width_changes),
		SELECTING(test_the_selected_line_is_kept_when_the_text_is_made_anew),
		SELECTING(test_find),
		SCROLLING(test_find_in_a_page_that_scrolls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
