/* The list of a view: what is selected when rows come and go, the order, finding, the mouse, and what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/term_text.h"
#include "core/base/xalloc.h"

#include "tui/ui/list_view.h"

static const struct sort_order orders[] = {{'n', "name", true}, {'r', "req/s", false}};

static const struct column_spec specs[] = {
	{"NAME", 10, 0, 3, 0, false, 'n'},
	{"PR", 5, 0, 2, 0, false, 0},
	{"REQ/S", 6, 0, 2, 0, true, 'r'},
};
static const struct column_about about[] = {
	{"name", "", false}, {"pr", "", true}, {"rate", "", false}};
static const struct column_set columns = {specs, NULL, ARRAY_LEN(specs)};
static const struct column_set chosen_columns = {specs, about, ARRAY_LEN(specs)};

/* A view whose rows are words; "" stands for a row between. */
struct words {
	struct list_view list;
	const char *rows[16];
};

static void id_of(const void *arg, const struct model *model, size_t row, char id[LIST_ID_SIZE])
{
	(void)model;
	str_copy(id, LIST_ID_SIZE, str_of(((const struct words *)arg)->rows[row]));
}

static bool has_text(const void *arg, const struct model *model, size_t row, struct str text)
{
	struct str word = str_of(((const struct words *)arg)->rows[row]);

	(void)model;
	return text_find_nocase(word, text) < word.n;
}

static const struct list_kind kind = {
	.filtered = FILTERED_SESSIONS,
	.orders = orders,
	.order_count = ARRAY_LEN(orders),
	.columns = &columns,
	.id = id_of,
	.has_text = has_text,
};
static const struct list_kind chosen_kind = {
	.columns = &chosen_columns, .id = id_of, .has_text = has_text};

static struct words words;
static struct ui ui;

/* The rows are those of the text, parted by commas. */
static void build(const char *text)
{
	static char copy[256];
	char *at = copy;
	size_t count = 0;

	str_copy(copy, sizeof(copy), str_of(text));
	while (text[0] != '\0' && at) {
		char *comma = strchr(at, ',');

		words.rows[count++] = at;
		if (comma)
			*comma++ = '\0';
		at = comma;
	}
	list_view_built(&words, NULL, count, 0);
}

static int setup(void **state)
{
	(void)state;
	list_view_init(&words.list, &kind);
	list_view_resize(&words.list, 3, 40);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	list_view_finish(&words.list);
	return 0;
}

static void act(enum action action)
{
	assert_true(list_view_act(&words, NULL, &ui, action));
}

static void test_the_first_row_until_one_is_chosen(void **state)
{
	(void)state;
	build("b,c");
	assert_string_equal(words.list.id, "b");
	build("a,b,c");
	assert_string_equal(words.list.id, "a");
	act(ACTION_DOWN);
	build("0,a,b,c");
	assert_string_equal(words.list.id, "b");
	assert_int_equal(words.list.cursor.selected, 2);
}

static void test_what_comes_for_a_row_that_goes(void **state)
{
	static const struct {
		const char *rows, *selected;
	} cases[] = {
		{"a,b,b x,c", "b x"},
		{"0,a,b,b x,c", "b x"},
		{"0,a,b,c", "b"}, /* what it is part of */
		{"0,a,c", "c"}, /* what stands in its place */
		{"", "c"},
		{"a,b,c", "c"}, /* it is back */
		{"a", "a"},
	};

	(void)state;
	build("a,b,b x,c");
	list_view_reveal(&words.list, "b x");
	assert_true(words.list.stale);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		build(cases[i].rows);
		assert_false(words.list.stale);
		assert_string_equal(words.list.id, cases[i].selected);
	}
}

static void test_rows_between_are_never_selected(void **state)
{
	const struct mouse_event on_one = {MOUSE_PRESS, 1, 5, 10, 40};

	(void)state;
	build(",a,,b,");
	assert_string_equal(words.list.id, "a");
	act(ACTION_DOWN);
	assert_string_equal(words.list.id, "b");
	act(ACTION_UP);
	assert_string_equal(words.list.id, "a");
	act(ACTION_UP);
	assert_string_equal(words.list.id, "a");
	act(ACTION_BOTTOM);
	assert_string_equal(words.list.id, "b");
	act(ACTION_TOP);
	assert_string_equal(words.list.id, "a");
	words.list.cursor.top = 0;
	assert_int_equal(list_view_mouse(&words, NULL, &ui, &on_one), MOUSE_IGNORED);
	build(",");
	act(ACTION_DOWN);
	build(",a");
	assert_string_equal(words.list.id, "a");
}

static void test_finding(void **state)
{
	static const struct {
		const char *text;
		bool back, stay, found;
		const char *selected;
	} cases[] = {
		{"AN", false, true, true, "banana"},
		{"an", false, false, true, "mango"},
		{"an", false, false, true, "banana"}, /* around the end */
		{"an", true, false, true, "mango"},
		{"zz", false, false, false, "mango"},
	};

	(void)state;
	build("apple,banana,cherry,mango");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(list_view_find(&words, NULL, str_of(cases[i].text), cases[i].back,
					 cases[i].stay),
			cases[i].found);
		assert_string_equal(words.list.id, cases[i].selected);
	}
}

static void test_letters(void **state)
{
	char text[64];

	(void)state;
	words.list.reverse = true;
	assert_true(list_view_sort(&words, NULL, 'r'));
	assert_int_equal(words.list.order, 1);
	assert_false(words.list.reverse);
	assert_false(list_view_sort(&words, NULL, 'z'));
	assert_int_equal(words.list.order, 1);
	act(ACTION_REVERSE);
	assert_true(words.list.reverse);
	assert_false(list_view_act(&words, NULL, &ui, ACTION_COLUMNS));
	list_view_letters(&kind, text, sizeof(text));
	assert_string_equal(text, "n name   r req/s");
}

static void test_presses(void **state)
{
	static const struct {
		int y, x;
		enum mouse_answer answer;
		bool stale;
		size_t order;
		bool reverse;
		size_t selected;
	} cases[] = {
		/* The title it is sorted by: the other way. */
		{0, 5, MOUSE_DONE, true, 0, true, 1},
		{0, 5, MOUSE_DONE, true, 0, false, 1},
		{0, 22, MOUSE_DONE, true, 1, false, 1},
		{0, 16, MOUSE_IGNORED, false, 1, false, 1}, /* PR sorts by nothing */
		{0, 39, MOUSE_IGNORED, false, 1, false, 1}, /* no column */
		{1, 5, MOUSE_AGAIN, false, 1, false, 1},
		{3, 39, MOUSE_DONE, false, 1, false, 3},
		{4, 5, MOUSE_IGNORED, false, 1, false, 3}, /* below the list */
		{9, 5, MOUSE_IGNORED, false, 1, false, 3},
	};
	struct mouse_event mouse = {MOUSE_DRAG, 1, 5, 10, 40};

	(void)state;
	build("a,b,c,d,e");
	words.list.cursor.top = words.list.cursor.selected = 1;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		mouse = (struct mouse_event){MOUSE_PRESS, cases[i].y, cases[i].x, 10, 40};
		words.list.stale = false;
		assert_int_equal(list_view_mouse(&words, NULL, &ui, &mouse), cases[i].answer);
		assert_int_equal(words.list.stale, cases[i].stale);
		assert_int_equal(words.list.order, cases[i].order);
		assert_int_equal(words.list.reverse, cases[i].reverse);
		assert_int_equal(words.list.cursor.selected, cases[i].selected);
	}
	mouse = (struct mouse_event){MOUSE_DRAG, 1, 5, 10, 40};
	assert_int_equal(list_view_mouse(&words, NULL, &ui, &mouse), MOUSE_IGNORED);
	build("a,b"); /* rows that are blank */
	mouse = (struct mouse_event){MOUSE_PRESS, 3, 5, 10, 40};
	assert_int_equal(list_view_mouse(&words, NULL, &ui, &mouse), MOUSE_IGNORED);
}

static void test_position(void **state)
{
	char text[32];

	(void)state;
	build("a,b,c");
	list_view_position(&words.list, text, sizeof(text));
	assert_string_equal(text, "");
	build("a,b,c,d");
	act(ACTION_DOWN);
	list_view_position(&words.list, text, sizeof(text));
	assert_string_equal(text, "2 of 4");
}

static void test_filters(void **state)
{
	size_t column = 0;
	struct errbuf eb;

	(void)state;
	errbuf_clear(&eb);
	build("a");
	assert_int_equal(list_view_set_filter(&words, NULL, "owner:me", &column, &eb), ERR_NONE);
	assert_true(words.list.stale);
	build("a");
	assert_int_equal(
		list_view_set_filter(&words, NULL, "status:5xx", &column, &eb), ERR_BAD_FILTER);
	assert_false(words.list.stale);
	assert_string_equal(list_view_filter(&words), "owner:me");
}

static void test_kept(void **state)
{
	static const struct {
		const char *json;
		size_t order;
		bool reverse;
	} cases[] = {
		{"{\"sort\":\"r\",\"reverse\":true}", 1, true},
		{"{\"sort\":\"?\",\"reverse\":true}", 0, true},
		{"{\"sort\":\"rn\"}", 0, false},
		{"{\"sort\":3,\"reverse\":\"yes\"}", 0, false},
		{"{}", 0, false},
	};
	cJSON *object = cJSON_CreateObject();
	char *text;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		cJSON *kept = json_parse(str_of(cases[i].json), NULL);

		list_view_init(&words.list, &kind);
		list_view_restore(&words, kept);
		assert_int_equal(words.list.order, cases[i].order);
		assert_int_equal(words.list.reverse, cases[i].reverse);
		cJSON_Delete(kept);
	}
	assert_true(list_view_sort(&words, NULL, 'r'));
	words.list.reverse = true;
	list_view_keep(&words, object);
	text = cJSON_PrintUnformatted(object);
	assert_string_equal(text, "{\"sort\":\"r\",\"reverse\":true}");
	free(text);
	cJSON_Delete(object);
}

/* Chosen columns are kept; what there is one order of has none to keep. */
static void test_kept_columns(void **state)
{
	cJSON *object = cJSON_CreateObject();

	(void)state;
	list_view_init(&words.list, &chosen_kind);
	assert_true(words.list.choice.hidden[1]);
	words.list.choice.hidden[2] = true;
	list_view_keep(&words, object);
	assert_null(cJSON_GetObjectItemCaseSensitive(object, "sort"));
	list_view_init(&words.list, &chosen_kind);
	list_view_restore(&words, object);
	assert_true(words.list.choice.hidden[2]);
	assert_true(list_view_act(&words, NULL, &ui, ACTION_COLUMNS));
	assert_ptr_equal(ui.column_choice, &words.list.choice);
	ui_finish(&ui);
	cJSON_Delete(object);
}

#define LIST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIST(test_the_first_row_until_one_is_chosen),
		LIST(test_what_comes_for_a_row_that_goes),
		LIST(test_rows_between_are_never_selected),
		LIST(test_finding),
		LIST(test_letters),
		LIST(test_presses),
		LIST(test_position),
		LIST(test_filters),
		LIST(test_kept),
		LIST(test_kept_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
