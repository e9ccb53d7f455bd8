/* Which row a path finds, and which methods it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/route.h"
#include "core/base/xalloc.h"

static void test_find(void **state)
{
	static const struct {
		enum route_method method;
		const char *path;
		const char *found; /* NULL: no row */
		const char *allow; /* "": no such path */
		const char *parts[ROUTE_PARTS];
	} cases[] = {
		{METHOD_GET, "/v1/environment", "/v1/environment", "GET", {0}},
		{METHOD_GET, "/v1/environment/", NULL, "", {0}},
		{METHOD_GET, "/v1/environmen", NULL, "", {0}},
		{METHOD_GET, "", NULL, "", {0}},
		{METHOD_GET, "/", NULL, "", {0}},
		{METHOD_PUT, "/v1/environment", NULL, "GET", {0}},
		{METHOD_HEAD, "/v1/environment", NULL, "GET", {0}},
		{METHOD_HEAD, "/v1/status", "/v1/status", "GET, HEAD", {0}},
		{METHOD_COUNT, "/v1/status", NULL, "GET, HEAD", {0}},
		{METHOD_GET, "/v1/services", NULL, "", {0}},
		{METHOD_GET, "/v1/services/", NULL, "", {0}},
		{METHOD_GET, "/v1/services/cart", "/v1/services/{service}", "GET, HEAD", {"cart"}},
		{METHOD_PATCH, "/v1/services/cart", NULL, "GET, HEAD, PUT, DELETE", {0}},
		{METHOD_POST, "/v1/services/cart/stable", "/v1/services/{service}/stable", "POST",
			{"cart"}},
		{METHOD_PATCH, "/v1/services/cart/versions/pr-1",
			"/v1/services/{service}/versions/{version}",
			"GET, HEAD, PUT, PATCH, DELETE", {"cart", "pr-1"}},
		{METHOD_PUT, "/v1/services/cart/versions/pr-1/x", NULL, "", {0}},
		{METHOD_POST, "/v1/sessions", "/v1/sessions", "GET, POST", {0}},
		{METHOD_PUT, "/v1/sessions/dev-4f2k/pins/cart",
			"/v1/sessions/{session}/pins/{service}", "PUT, DELETE",
			{"dev-4f2k", "cart"}},
		{METHOD_GET, "/v1/requests/tail", "/v1/requests/tail", "GET", {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct route_match match;
		struct strbuf allow;

		route_find(cases[i].method, str_of(cases[i].path), &match);
		if (cases[i].found == NULL) {
			assert_null(match.route);
			strbuf_init(&allow, 128);
			route_allow(&allow, match.methods);
			assert_string_equal(allow.len > 0 ? allow.data : "", cases[i].allow);
			strbuf_finish(&allow);
			continue;
		}
		assert_non_null(match.route);
		assert_string_equal(match.route->path, cases[i].found);
		for (size_t p = 0; p < ROUTE_PARTS; p++) {
			if (cases[i].parts[p] != NULL)
				assert_true(str_eq_c(match.parts[p], cases[i].parts[p]));
			else
				assert_true(p >= match.part_count);
		}
	}
}

static void test_part_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(routes[i].path, "/v1/sessions/{session}/pins/{service}") != 0)
			continue;
		assert_true(str_eq_c(route_part_name(&routes[i], 0), "session"));
		assert_true(str_eq_c(route_part_name(&routes[i], 1), "service"));
		assert_null(route_part_name(&routes[i], 2).p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_part_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
