/*
 * What is not there is told with the same words and the same near names by whatever asked for it: reading,
 * changing, removing, and things that name it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "tests/support/api_fixture.h"

#define CART "/v1/services/cart"

static void make(struct fixture *f)
{
	static const char *const steps[][3] = {
		{"PUT", CART, "{}"},
		{"PUT", CART "/versions/1.0",
			"{\"kind\":\"stable\",\"endpoints\":[\"127.0.0.1:9001\"]}"},
		{"PUT", CART "/versions/pr-482", "{\"endpoints\":[\"127.0.0.1:9002\"]}"},
		{"PUT", CART "/versions/pr-9", "{\"endpoints\":[\"127.0.0.1:9003\"]}"},
		{"DELETE", CART "/versions/pr-9", NULL},
		{"POST", "/v1/sessions", "{\"key\":\"dev-4f2k\"}"},
		{"POST", "/v1/sessions", "{\"key\":\"dev-gone\"}"},
		{"DELETE", "/v1/sessions/dev-gone", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (fixture_ask(f, steps[i][0], steps[i][1], steps[i][2]) >= 300)
			fail_msg("%s %s: %s", steps[i][0], steps[i][1], f->http->body);
}

static void ask(struct fixture *f, const char *method, const char *path, int status)
{
	bool body = strcmp(method, "PATCH") == 0;
	int got = fixture_ask(f, method, path, body ? "{}" : NULL);

	if (got != status)
		fail_msg("%s %s answered %d: %s", method, path, got, f->http->body);
}

static void methods_agree(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *has;
		bool patch;
	} cases[] = {
		{"/v1/services/carr", 404, "\"near\":[\"cart\"]", false},
		{"/v1/services/Cart", 400, "\"code\":\"bad-name\"", false},
		{CART "/versions/pr-428", 404, "\"near\":[\"pr-482\"]", true},
		{CART "/versions/pr_483", 404, "\"near\":[\"pr-482\"]", true},
		{CART "/versions/zzzzzz", 404, "has no version \\\"zzzzzz\\\"", true},
		{CART "/versions/pr-9", 410, "cart@pr-9 was retired", true},
		{"/v1/services/carr/versions/pr-9", 404, "\"code\":\"service-unknown\"", true},
		{"/v1/sessions/dev-4f2", 404, "\"near\":[\"dev-4f2k\"", true},
		{"/v1/sessions/dev-gone", 410, "session \\\"dev-gone\\\" was ended", true},
	};
	struct fixture *f = *state;

	make(f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *first;

		ask(f, "GET", cases[i].path, cases[i].status);
		fixture_has(f, cases[i].has);
		first = xstrdup(f->http->body);
		ask(f, "DELETE", cases[i].path, cases[i].status);
		assert_string_equal(f->http->body, first);
		if (cases[i].patch) {
			ask(f, "PATCH", cases[i].path, cases[i].status);
			assert_string_equal(f->http->body, first);
		}
		free(first);
	}
}

/* The sentence, the near names and what is expected of a version that is only named, not asked for. */
static void naming_agrees(void **state)
{
	static const char *const ways[][3] = {
		{"PUT", "/v1/sessions/dev-4f2k/pins/cart", "{\"version\":\"pr-428\"}"},
		{"PATCH", "/v1/sessions/dev-4f2k", "{\"pins\":{\"cart\":\"pr-428\"}}"},
		{"POST", "/v1/sessions", "{\"name\":\"x\",\"pins\":{\"cart\":\"pr-428\"}}"},
		{"POST", CART "/stable", "{\"version\":\"pr-428\"}"},
	};
	struct fixture *f = *state;

	make(f);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		assert_int_equal(fixture_ask(f, ways[i][0], ways[i][1], ways[i][2]), 409);
		fixture_has(f, "\"detail\":\"cart has no version \\\"pr-428\\\"\"");
		fixture_has(f, "\"expected\":\"pr-482\"");
		fixture_has(f, "\"near\":[\"pr-482\"]");
	}
}

static void pulls_agree(void **state)
{
	static const char sentence[] = "\"detail\":\"no service has a version of #481\"";
	struct fixture *f = *state;

	make(f);
	assert_int_equal(fixture_ask(f, "GET", "/v1/pulls/481", NULL), 404);
	fixture_has(f, sentence);
	assert_int_equal(fixture_ask(f, "POST", "/v1/sessions", "{\"pr\":481}"), 409);
	fixture_has(f, sentence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(methods_agree, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(naming_agrees, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(pulls_agree, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
