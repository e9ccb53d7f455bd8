/* Rows of names and values: what is broken where, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widgets/property_list.h"

static struct property_list facts;

static int setup(void **state)
{
	(void)state;
	property_list_init(&facts);
	property_list_begin(&facts, 8, 8 + 1 + 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	property_list_finish(&facts);
	return 0;
}

static void check_row(size_t at, const char *name, const char *text)
{
	const struct property *row = &facts.rows[at];

	assert_true(at < facts.count);
	if (name)
		assert_string_equal(row->name, name);
	else
		assert_null(row->name);
	assert_int_equal(row->len, str_of(text).n);
	assert_memory_equal(facts.text.data + row->from, text, row->len);
}

static void test_long_values_go_on_below(void **state)
{
	(void)state;
	property_list_add(&facts, "title", ROLE_BASE, "Move seat holds to pricing");
	check_row(0, "title", "Move seat holds to");
	check_row(1, "", "pricing");
	property_list_add(&facts, "link", ROLE_BASE, "https://git.example/studio/pulls/482");
	check_row(2, "link", "https://git.example/");
	check_row(3, "", "studio/pulls/482");
	assert_int_equal(facts.count, 4);
}

static void test_nothing_to_say(void **state)
{
	(void)state;
	property_list_add(&facts, "owner", ROLE_BASE, NULL);
	property_list_add(&facts, "owner", ROLE_BASE, "");
	property_list_blank(&facts); /* nothing is above it */
	assert_int_equal(facts.count, 0);
}

static void test_a_sentence_has_the_whole_width(void **state)
{
	(void)state;
	property_list_say(&facts, ROLE_STRONG, "twenty-nine cells are a line, no more");
	check_row(0, NULL, "twenty-nine cells are a line,");
	check_row(1, NULL, "no more");
	property_list_begin(&facts, 8, 40);
	assert_int_equal(facts.count, 0);
}

static void test_there_is_an_end(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * PROPERTY_LIST_MAX; i++)
		property_list_addf(&facts, "n", ROLE_BASE, "%d", i);
	property_list_blank(&facts);
	assert_int_equal(facts.count, PROPERTY_LIST_MAX);
}

#define FACTS(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FACTS(test_long_values_go_on_below),
		FACTS(test_nothing_to_say),
		FACTS(test_a_sentence_has_the_whole_width),
		FACTS(test_there_is_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
