/* Filters of views: a mistake leaves the one there is, and a term that cannot match is a mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"

#include "tui/views/filtering.h"

static void test_takes(void **state)
{
	static const struct {
		enum filtered what;
		const char *text;
		const char *mistake; /* NULL: it is taken */
	} cases[] = {
		{FILTERED_VERSIONS, "state:unhealthy author:dev1 payments", NULL},
		{FILTERED_VERSIONS, "status:5xx",
			"versions have no status; they have service version pr author owner kind "
			"state since and text"},
		{FILTERED_SESSIONS, "owner:dev1 session:qa*", NULL},
		{FILTERED_SESSIONS, "state:ready",
			"sessions have no state; they have service version session owner since and "
			"text"},
		{FILTERED_PULLS, "pr:482 state:unhealthy", NULL},
		{FILTERED_PULLS, "caller:gateway",
			"pull requests have no caller; they have service version session pr author "
			"state since and text"},
		{FILTERED_EVENTS, "since:15m", NULL},
		{FILTERED_EVENTS, "pr:482",
			"events have no pr; they have service version session author since and "
			"text"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filtering filtering = {0};
		struct errbuf eb;
		size_t column = 0;
		enum err err;

		errbuf_clear(&eb);
		assert_int_equal(
			filtering_set(&filtering, cases[i].what, "x", &column, &eb), ERR_NONE);
		err = filtering_set(&filtering, cases[i].what, cases[i].text, &column, &eb);
		assert_int_equal(err, cases[i].mistake ? ERR_BAD_FILTER : ERR_NONE);
		assert_string_equal(filtering.text, cases[i].mistake ? "x" : cases[i].text);
		assert_non_null(filtering.filter);
		if (cases[i].mistake)
			assert_string_equal(eb.text, cases[i].mistake);
		filtering_finish(&filtering);
	}
}

static void test_none(void **state)
{
	struct filtering filtering = {0};
	struct errbuf eb;
	size_t column = 0;

	(void)state;
	errbuf_clear(&eb);
	assert_int_equal(filtering_set(&filtering, FILTERED_VERSIONS, "a", &column, &eb), ERR_NONE);
	assert_int_equal(
		filtering_set(&filtering, FILTERED_VERSIONS, "\"", &column, &eb), ERR_BAD_FILTER);
	assert_string_equal(filtering.text, "a");
	assert_int_equal(filtering_set(&filtering, FILTERED_VERSIONS, " ", &column, &eb), ERR_NONE);
	assert_null(filtering.filter);
	filtering_finish(&filtering);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
