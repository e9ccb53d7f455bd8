/* What fits, and which of two fits better. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/ui/fuzzy.h"

static int score(const char *word, const char *typed)
{
	return fuzzy_score(str_of(word), str_of(typed));
}

static void test_fits(void **state)
{
	static const struct {
		const char *word, *typed;
		bool fits;
	} cases[] = {
		{"version", "vsn", true},
		{"version", "VER", true},
		{"version", "nv", false},
		{"version", "versions", false},
		{"", "a", false},
		{"booking@pr-482", "482", true},
		{"booking@pr-482", "bk4", true},
		{"anything", "", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if ((score(cases[i].word, cases[i].typed) >= 0) != cases[i].fits)
			fail_msg("%s in %s", cases[i].typed, cases[i].word);
}

static void test_better(void **state)
{
	static const struct {
		const char *typed, *better, *worse;
	} cases[] = {
		{"se", "session", "version-set"},
		{"list", "list", "--list"},
		{"482", "booking@pr-482", "booking@4-8-2"},
		{"bp", "booking@pr-482", "zebpack"},
		{"ext", "extend", "e-x-t"},
		{"pr", "pricing", "spring"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (score(cases[i].better, cases[i].typed) <= score(cases[i].worse, cases[i].typed))
			fail_msg("%s: %s (%d), %s (%d)", cases[i].typed, cases[i].better,
				score(cases[i].better, cases[i].typed), cases[i].worse,
				score(cases[i].worse, cases[i].typed));
}

/* Many places to begin at, and a word of any length: still a number, and soon. */
static void test_long_words(void **state)
{
	char word[4096];
	struct str whole = {word, sizeof(word)};

	(void)state;
	for (size_t i = 0; i < sizeof(word); i++)
		word[i] = 'a';
	assert_true(fuzzy_score(whole, STR_LIT("aaaa")) > 0);
	assert_int_equal(fuzzy_score(whole, STR_LIT("ab")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_better),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
