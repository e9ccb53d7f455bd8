/* What is said of calls that lost a session: for certain, in all likelihood, or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/explain.h"

#define S(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct {
	struct explain_call call;
	const char *has[4];
	const char *hasnt;
} rows[] = {
	{{.count = 3}, {"none is known to have lost its session here"}, "probably"},
	{{.count = 3, .lost = 2},
		{"2 of 3 requests of this session lost their session on the way",
			"It is known by the trace"},
		"probably"},
	{{.count = 3, .likely = 2, .likely_usual = 2},
		{"2 of 3 requests of this session probably lost it here.",
			"schedule@pr-540 received the session and probably called profile without "
			"it, on 2 of its 3 requests",
			"nothing else that was under way", "schedule is known to call profile."},
		"It is known by the trace"},
	{{.count = 3, .likely = 3},
		{"schedule is not known to call profile, but it was so with each of several "
		 "requests",
			"A client that called profile from outside in that moment looks the same."},
		"is known to call"},
};

static void each_case_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct explain_call call = rows[i].call;
		struct explain_edge edge = {
			STR_LIT("schedule"), STR_LIT("profile"), STR_LIT("qa"), &call, 1};
		struct explanation explanation;
		struct environment env;

		call.caller_version = STR_LIT("pr-540");
		call.version = STR_LIT("2");
		environment_init(&env);
		explanation_init(&explanation);
		explain_edge(&explanation, &env, &edge, 1000000);
		for (size_t k = 0; k < ARRAY_LEN(rows[i].has) && rows[i].has[k]; k++)
			if (!strstr(explanation.text.data, rows[i].has[k]))
				fail_msg("%s: %s", rows[i].has[k], explanation.text.data);
		if (strstr(explanation.text.data, rows[i].hasnt))
			fail_msg("says %s: %s", rows[i].hasnt, explanation.text.data);
		explanation_finish(&explanation);
		environment_finish(&env);
	}
}

/* Several versions on both ends: all that is said, line by line. */
static const struct {
	const char *caller, *session;
	struct explain_call calls[3];
	size_t count;
	const char *says;
} wholes[] = {
	/* 5xx by two versions, one of them called by two, and by the proxy itself */
	{"schedule", "",
		{{S("1"), S("2"), .count = 3, .errors = 1},
			{S("pr-1"), S("2"), .count = 2, .errors = 2},
			{S("1"), S("pr-9"), .count = 4}},
		3,
		"schedule calls profile: 3 of 9 requests got 5xx.\n"
		"profile@2 answered 3 of its 5 requests with 5xx.\n"
		"profile@pr-9 answered all 4 of its requests without 5xx.\n"
		"These requests: umbra logs 'caller:schedule service:profile status:5xx'\n"},
	{"schedule", "", {{S("1"), S(""), .count = 3, .errors = 3}, {S("1"), S("2"), .count = 1}},
		2,
		"schedule calls profile: 3 of 4 requests got 5xx.\n"
		"The proxy itself answered 3 with 5xx: no version of profile served them.\n"
		"profile@2 answered its only request without 5xx.\n"
		"These requests: umbra logs 'caller:schedule service:profile status:5xx'\n"},
	{"", "", {{S(""), S("2"), .count = 1, .errors = 1}}, 1,
		"From outside to profile: 1 of 1 requests got 5xx.\n"
		"profile@2 answered its only request with 5xx.\n"
		"These requests: umbra logs 'service:profile status:5xx'\n"},
	/* a lost session: the newest trace that is known of those that lost it */
	{"schedule", "qa",
		{{S("1"), S("2"), .count = 3, .lost_trace = S("aa")},
			{S("pr-1"), S("2"), .count = 3, .lost = 1},
			{S("pr-2"), S("2"), .count = 3, .lost = 2, .lost_trace = S("bb")}},
		3,
		"schedule calls profile: 3 of 9 requests of this session lost their session on the "
		"way.\n"
		"schedule@pr-1 received the session and called profile without it, on 1 of its 3 "
		"requests of the last minute.\n"
		"schedule@pr-2 received the session and called profile without it, on 2 of its 3 "
		"requests of the last minute.\n"
		"schedule@1 is not known to have lost any of its 3 requests.\n"
		"What arrives without the session goes to stable, whatever the session pins; so "
		"does all that profile calls for it.\n"
		"It is known by the trace: these hops carry no session, and while they were under "
		"way so were only the hops that led to them.\n"
		"The version must copy the baggage header of the request it serves to the requests "
		"that it makes (or the header Routing-Session).\n"
		"One of them, hop by hop: umbra logs 'trace:bb'\n"},
};

static void each_whole_has_its_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++) {
		struct explain_edge edge = {str_of(wholes[i].caller), STR_LIT("profile"),
			str_of(wholes[i].session), wholes[i].calls, wholes[i].count};
		struct explanation explanation;
		struct environment env;

		environment_init(&env);
		explanation_init(&explanation);
		explain_edge(&explanation, &env, &edge, 1000000);
		if (strcmp(explanation.text.data, wholes[i].says) != 0)
			fail_msg("%zu: %s", i, explanation.text.data);
		explanation_finish(&explanation);
		environment_finish(&env);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_words),
		cmocka_unit_test(each_whole_has_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
