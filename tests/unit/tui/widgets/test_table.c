/* Lists with titles: what is sorted by, what the mouse does, and what is kept of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"

#include "tui/widgets/table.h"

static const struct sort_order orders[] = {{'n', "name", true}, {'r', "req/s", false}};

static const struct column_spec specs[] = {
	{"NAME", 10, 0, 3, 0, false, 'n'},
	{"PR", 5, 0, 2, 0, false, 0},
	{"REQ/S", 6, 0, 2, 0, true, 'r'},
};
enum { COUNT = ARRAY_LEN(specs) };

static struct sorting sorting;
static struct list_cursor list;
static struct placed placed[COUNT];

static int setup(void **state)
{
	(void)state;
	sorting_init(&sorting, orders, ARRAY_LEN(orders));
	list = (struct list_cursor){.count = 5, .height = 3, .top = 1, .selected = 1};
	(void)columns_place(specs, COUNT, 40, placed);
	return 0;
}

static enum mouse_answer press(enum mouse_kind kind, int y, int x, bool *ret_sorted)
{
	const struct table table = {&list, specs, COUNT, placed, &sorting};
	const struct mouse_event mouse = {kind, y, x, 10, 40};

	return table_mouse(&table, &mouse, ret_sorted);
}

static void test_letters(void **state)
{
	(void)state;
	assert_int_equal(sorting_letter(&sorting), 'n');
	sorting.reverse = true;
	assert_true(sorting_take(&sorting, 'r'));
	assert_int_equal(sorting_letter(&sorting), 'r');
	assert_false(sorting.reverse);
	assert_false(sorting_take(&sorting, 'z'));
	assert_int_equal(sorting_letter(&sorting), 'r');
}

static void test_presses(void **state)
{
	static const struct {
		int y, x;
		enum mouse_answer answer;
		bool sorted;
		char letter;
		bool reverse;
		size_t selected;
	} cases[] = {
		{0, 5, MOUSE_DONE, true, 'n', true,
			1}, /* the title it is sorted by: the other way */
		{0, 5, MOUSE_DONE, true, 'n', false, 1},
		{0, 22, MOUSE_DONE, true, 'r', false, 1},
		{0, 16, MOUSE_IGNORED, false, 'r', false, 1}, /* PR sorts by nothing */
		{0, 39, MOUSE_IGNORED, false, 'r', false, 1}, /* no column */
		{1, 5, MOUSE_AGAIN, false, 'r', false, 1},
		{3, 39, MOUSE_DONE, false, 'r', false, 3},
		{4, 5, MOUSE_IGNORED, false, 'r', false, 3}, /* below the list */
		{9, 5, MOUSE_IGNORED, false, 'r', false, 3},
	};
	bool sorted;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			press(MOUSE_PRESS, cases[i].y, cases[i].x, &sorted), cases[i].answer);
		assert_int_equal(sorted, cases[i].sorted);
		assert_int_equal(sorting_letter(&sorting), cases[i].letter);
		assert_int_equal(sorting.reverse, cases[i].reverse);
		assert_int_equal(list.selected, cases[i].selected);
	}
	assert_int_equal(press(MOUSE_DRAG, 1, 5, &sorted), MOUSE_IGNORED);
	list.count = 2; /* rows that are blank */
	list.top = 0;
	assert_int_equal(press(MOUSE_PRESS, 3, 5, &sorted), MOUSE_IGNORED);
}

static void test_kept(void **state)
{
	static const struct {
		const char *json;
		char letter;
		bool reverse;
	} cases[] = {
		{"{\"sort\":\"r\",\"reverse\":true}", 'r', true},
		{"{\"sort\":\"?\",\"reverse\":true}", 'n', true},
		{"{\"sort\":\"rn\"}", 'n', false},
		{"{\"sort\":3,\"reverse\":\"yes\"}", 'n', false},
		{"{}", 'n', false},
	};
	cJSON *object = cJSON_CreateObject();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cJSON *kept = json_parse(str_of(cases[i].json), NULL);

		sorting_init(&sorting, orders, ARRAY_LEN(orders));
		sorting_restore(&sorting, kept);
		assert_int_equal(sorting_letter(&sorting), cases[i].letter);
		assert_int_equal(sorting.reverse, cases[i].reverse);
		cJSON_Delete(kept);
	}
	assert_true(sorting_take(&sorting, 'r'));
	sorting.reverse = true;
	sorting_keep(&sorting, object);
	sorting_init(&sorting, orders, ARRAY_LEN(orders));
	sorting_restore(&sorting, object);
	assert_int_equal(sorting_letter(&sorting), 'r');
	assert_true(sorting.reverse);
	cJSON_Delete(object);
}

#define TABLE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE(test_letters),
		TABLE(test_presses),
		TABLE(test_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
