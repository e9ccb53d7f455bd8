/* Filters of views: a mistake leaves the one there is, and a term that cannot match is a mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/ui/filtering.h"

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
		{FILTERED_CALLS, "status:4xx,5xx caller:gateway kind:stable >20ms !status:5xx",
			NULL},
		{FILTERED_CALLS, "method:POST",
			"calls have no method; they have service version caller pr author kind "
			"since "
			"status:4xx status:5xx > < and text"},
		{FILTERED_CALLS, "!status:5xx,404",
			"calls have no status but 4xx and 5xx; they have service version caller pr "
			"author kind since status:4xx status:5xx > < and text"},
		{FILTERED_REQUESTS, "status:404 method:POST carrier:cookie", NULL},
		{FILTERED_REQUESTS, "state:ready",
			"requests have no state; they have every other term and text"},
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

static void test_calls(void **state)
{
	static const struct filter_call call = {
		.caller = {"gateway@1", 9},
		.service = {"cart", 4},
		.version = {"pr-1", 4},
		.kind = 1, /* ephemeral */
		.share_4xx = 0.5,
		.p95_ms = 30,
		.last_seen = 1000,
	};
	static const struct {
		const char *text;
		bool matches;
	} cases[] = {
		{"status:4xx", true},
		{"status:5xx", false},
		{"status:4xx,5xx", true},
		{"!status:4xx", false},
		{"!status:5xx", true},
		{"caller:gateway", true},
		{"caller:gateway@1", true},
		{"!caller:*", false},
		{"service:cart version:pr-*", true},
		{"kind:stable", false},
		{">20ms", true},
		{"<20ms", false},
		{"since:1s", true},
		{"GATE", true},
		{"nothing", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filter *filter = filter_parse(str_of(cases[i].text), NULL, NULL);

		if (filter_match_call(filter, &call, NULL, 1500) != cases[i].matches)
			fail_msg("%s", cases[i].text);
		filter_destroy(filter);
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
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
