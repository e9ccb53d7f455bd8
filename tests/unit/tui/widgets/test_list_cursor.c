/* Scrolling: its invariants after every move, and what keeps its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/widgets/list_cursor.h"

static void check(const struct list_cursor *list)
{
	if (list->count == 0) {
		assert_int_equal(list->selected, 0);
		assert_int_equal(list->top, 0);
		return;
	}
	assert_true(list->selected < list->count);
	assert_true(list->top <= list->selected);
	assert_true(list->selected < list->top + list->height);
	assert_true(list->top == 0 || list->top + list->height <= list->count);
}

static void test_invariants(void **state)
{
	static const enum list_motion moves[] = {MOTION_DOWN, MOTION_PAGE_DOWN, MOTION_UP,
		MOTION_HALF_DOWN, MOTION_PAGE_UP, MOTION_BOTTOM, MOTION_HALF_UP, MOTION_TOP,
		MOTION_UP};
	uint32_t seed = 1;

	(void)state;
	for (size_t count = 0; count < 40; count++) {
		struct list_cursor list = {0};

		for (size_t i = 0; i < 300; i++) {
			seed = seed * 1103515245 + 12345;
			if (seed >> 16 & 4)
				list_cursor_resize(&list, count, seed >> 20 & 15);
			else if (count > 0 && seed >> 16 & 8)
				list_cursor_follow(&list, (seed >> 20) % count);
			else if (list.height > 0)
				assert_true(list_cursor_move(
					&list, moves[(seed >> 20) % ARRAY_LEN(moves)]));
			if (list.height > 0)
				check(&list);
		}
	}
}

static void test_keeps_its_place(void **state)
{
	struct list_cursor list = {.selected = 20, .top = 15, .count = 100, .height = 10};

	(void)state;
	list_cursor_follow(&list, 23); /* three rows came in above */
	assert_int_equal(list.selected, 23);
	assert_int_equal(list.top, 18);
	list_cursor_follow(&list, 2); /* too near the start for the same place */
	assert_int_equal(list.selected, 2);
	assert_int_equal(list.top, 0);
}

static void test_a_page_is_a_page(void **state)
{
	struct list_cursor list = {.selected = 3, .top = 0, .count = 100, .height = 10};

	(void)state;
	assert_true(list_cursor_move(&list, MOTION_PAGE_DOWN));
	assert_int_equal(list.top, 9);
	assert_int_equal(list.selected, 12);
	assert_true(list_cursor_move(&list, MOTION_PAGE_UP));
	assert_int_equal(list.top, 0);
	assert_int_equal(list.selected, 3);
	assert_false(list_cursor_move(&list, MOTION_NONE));
}

static void test_looks_around(void **state)
{
	static const struct {
		bool back, stay;
		size_t rows[4];
	} cases[] = {
		{false, true, {2, 3, 0, 1}},
		{false, false, {3, 0, 1, 2}},
		{true, true, {2, 1, 0, 3}},
		{true, false, {1, 0, 3, 2}},
	};
	struct list_cursor list = {.selected = 2, .count = 4, .height = 2};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(list_cursor_around(&list, j, cases[i].back, cases[i].stay),
				cases[i].rows[j]);
	list = (struct list_cursor){0};
	assert_int_equal(list_cursor_around(&list, 0, true, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_invariants),
		cmocka_unit_test(test_keeps_its_place),
		cmocka_unit_test(test_a_page_is_a_page),
		cmocka_unit_test(test_looks_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
