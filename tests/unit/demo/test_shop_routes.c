/*
 * What the sample shop answers, without HTTP: paths, seats, and what pull request 482 changes.
 */
#include "core/demo/shop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/demo/fixtures.h"

static struct shop_holds holds;

static struct shop_visit visit_of(const char *service, unsigned traits)
{
	return (struct shop_visit){.service = str_of(service),
		.version = STR_LIT("v"),
		.traits = traits,
		.holds = &holds,
		.now_ms = 1000,
		.class_id = 1,
		.member_id = 1,
		.word = "",
		.post = true};
}

/* The status; the answer's text goes to `out`. */
static int answer(struct shop_visit *v, const char *path, struct strbuf *out)
{
	const struct shop_route *route = shop_route_find(v, str_of(path));
	struct json_writer w;
	int status;

	assert_non_null(route);
	strbuf_reset(out);
	json_start(&w, out);
	json_object(&w, NULL);
	status = route->answer(v, &w);
	json_object_end(&w);
	return status;
}

static void paths_are_found(void **state)
{
	static const struct {
		const char *service;
		const char *path;
		unsigned traits;
		unsigned class_id; /* 0: not found */
	} cases[] = {
		{"gateway", "/", 0, 1},
		{"gateway", "/book", 0, 1},
		{"gateway", "/class/7", 0, 7},
		{"gateway", "/class/13", 0, 0},
		{"gateway", "/class/", 0, 0},
		{"gateway", "/class/7x", 0, 0},
		{"gateway", "/seats/hold", 0, 0},
		{"pricing", "/holds", 0, 0},
		{"pricing", "/holds", TRAIT_HOLDS_IN_PRICING, 1},
		{"booking", "/", 0, 1},
		{"booking", "/x", 0, 0},
		{"cart", "/", 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct shop_visit v = visit_of(cases[i].service, cases[i].traits);
		const struct shop_route *r = shop_route_find(&v, str_of(cases[i].path));

		assert_int_equal(r != NULL, cases[i].class_id != 0);
		if (r != NULL)
			assert_int_equal(v.class_id, cases[i].class_id);
	}
}

static void seats_run_out_and_come_back(void **state)
{
	struct shop_visit v = visit_of("booking", 0);
	struct strbuf out;
	int n = 0;

	(void)state;
	memset(&holds, 0, sizeof(holds));
	strbuf_init(&out, 4096);
	while (n < 100 && answer(&v, "/seats/hold", &out) == 200)
		n++;
	assert_int_equal(n, 18); /* Morning yoga has so many */
	assert_non_null(strstr(out.data, "class full"));
	v.class_id = 2;
	assert_int_equal(answer(&v, "/seats/hold", &out), 200);
	v.class_id = 1;
	v.now_ms += 20000;
	assert_int_equal(answer(&v, "/seats/hold", &out), 200);
	assert_non_null(strstr(out.data, "\"held_by\":\"booking\""));
	strbuf_finish(&out);
}

static void pricing_holds_when_it_is_that_version(void **state)
{
	struct shop_visit stable = visit_of("pricing", 0);
	struct shop_visit pull = visit_of("pricing", TRAIT_HOLDS_IN_PRICING);
	struct strbuf out;

	(void)state;
	memset(&holds, 0, sizeof(holds));
	strbuf_init(&out, 4096);
	assert_int_equal(answer(&stable, "/quote", &out), 200);
	assert_string_equal(out.data, "{\"class\":1,\"price\":1400}");
	assert_int_equal(answer(&pull, "/quote", &out), 200);
	assert_string_equal(out.data, "{\"class\":1,\"price\":1400,\"held\":true}");
	pull.post = false;
	assert_int_equal(answer(&pull, "/quote", &out), 200);
	assert_string_equal(out.data, "{\"class\":1,\"price\":1400}");
	strbuf_finish(&out);
}

static void calls_go_to_routes_that_exist(void **state)
{
	static const char *const paths[] = {"/", "/search", "/class/1", "/book", "/pay", "/me",
		"/classes", "/seats/hold", "/seats/confirm", "/bookings", "/quote", "/from",
		"/charge", "/teacher/1", "/send"};
	const struct fixture_service *s;
	size_t i;
	size_t leg;
	char target[64];

	(void)state;
	for (s = fixture_services; s->name != NULL; s++) {
		for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
			struct shop_visit v = visit_of(s->name, 0);
			const struct shop_route *r = shop_route_find(&v, str_of(paths[i]));

			for (leg = 0; r != NULL && r->legs[leg].service != NULL; leg++) {
				struct shop_visit to =
					visit_of(r->legs[leg].service, r->legs[leg].trait);

				(void)str_copy(target, sizeof(target), str_of(r->legs[leg].target));
				target[strcspn(target, "?")] = '\0';
				if (strchr(target, '#') != NULL)
					*strchr(target, '#') = '1';
				assert_non_null(shop_route_find(&to, str_of(target)));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_found),
		cmocka_unit_test(seats_run_out_and_come_back),
		cmocka_unit_test(pricing_holds_when_it_is_that_version),
		cmocka_unit_test(calls_go_to_routes_that_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
