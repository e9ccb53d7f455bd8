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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
