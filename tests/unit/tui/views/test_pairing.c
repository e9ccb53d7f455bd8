/* Routes, which request stands beside which, and what is said of the two. */
#include "tui/views/requests/pairing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void test_routes(void **state)
{
	static const struct {
		const char *path, *route;
	} cases[] = {
		{"/", "/"},
		{"", ""},
		{"/class/19", "/class/#"},
		{"/class/19/seats/7?routing-session=x&n=1", "/class/#/seats/#"},
		{"/v1/find?q=/a/1", "/v#/find"},
		{"/items/9f8e7d6c", "/items/#"},
		{"/items/0f8fad5b-d9cb-469f-a165-70867728950e/", "/items/#/"},
		{"/defaced", "/defaced"}, /* a word, no id */
		{"/a//b", "/a//b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf out;

		strbuf_init(&out, 256);
		pairing_add_route(&out, str_of(cases[i].path));
		if (!str_eq_c(strbuf_str(&out), cases[i].route))
			fail_msg("%s is %.*s", cases[i].path, STR_ARG(strbuf_str(&out)));
		strbuf_finish(&out);
	}
}

static struct request hop(int64_t seq, const char *version, const char *method, const char *path)
{
	struct request request;

	memset(&request, 0, sizeof(request));
	request.seq = seq;
	request.version = str_of(version);
	request.method = str_of(method);
	request.path = str_of(path);
	request.status = 200;
	return request;
}

static void test_pairs(void **state)
{
	const struct request all[] = {
		hop(1, "pr-1", "GET", "/me"), /* before any of stable: the first after it */
		hop(2, "1", "GET", "/class/1"),
		hop(3, "1", "GET", "/me"),
		hop(4, "1", "GET", "/class/2"),
		hop(5, "pr-1", "GET", "/class/3?x=1"), /* the last before it */
		hop(6, "pr-2", "GET", "/class/3"), /* of neither */
		hop(7, "1", "GET", "/class/9"),
		hop(8, "pr-1", "POST", "/class/3"), /* another method */
		hop(9, "pr-1", "GET", "/class/4"),
	};
	static const int64_t want[][2] = {{3, 1}, {4, 5}, {0, 8}, {7, 9}};
	const struct request *hops[ARRAY_LEN(all)];
	struct pairing_pair pairs[ARRAY_LEN(all)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		hops[i] = &all[i];
	assert_int_equal(pairing_pairs(hops, ARRAY_LEN(all), STR_LIT("1"), STR_LIT("pr-1"), pairs,
				 ARRAY_LEN(pairs)),
		ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_int_equal(pairs[i].left ? pairs[i].left->seq : 0, want[i][0]);
		assert_int_equal(pairs[i].right->seq, want[i][1]);
	}
	/* What comes later changes none that has a partner. */
	assert_int_equal(pairing_pairs(hops, 5, STR_LIT("1"), STR_LIT("pr-1"), pairs, 9), 2);
	assert_int_equal(pairs[1].left->seq, 4);
	/* The newest of them. */
	assert_int_equal(pairing_pairs(hops, 9, STR_LIT("1"), STR_LIT("pr-1"), pairs, 1), 1);
	assert_int_equal(pairs[0].right->seq, 9);
	assert_int_equal(pairs[0].left->seq, 7);
	assert_int_equal(pairing_pairs(hops, 0, STR_LIT("1"), STR_LIT("pr-1"), pairs, 9), 0);
}

static void test_judge(void **state)
{
	static const struct {
		int64_t left, right; /* status; 0 left: nothing there */
		double left_ms, right_ms;
		enum pairing_verdict verdict;
	} cases[] = {
		{200, 200, 10, 19.9, PAIRING_ALIKE},
		{200, 200, 10, 20, PAIRING_SLOWER},
		{200, 200, 1, 3, PAIRING_ALIKE}, /* within what is noise */
		{200, 200, 1, 3.5, PAIRING_SLOWER},
		{200, 200, 40, 1, PAIRING_ALIKE},
		{200, 503, 10, 10, PAIRING_STATUS},
		{503, 200, 10, 100, PAIRING_STATUS},
		{0, 503, 0, 10, PAIRING_ALONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request left = {.status = cases[i].left, .total_ms = cases[i].left_ms};
		struct request right = {.status = cases[i].right, .total_ms = cases[i].right_ms};
		struct pairing_pair pair = {cases[i].left ? &left : NULL, &right};

		assert_int_equal(pairing_judge(&pair), cases[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
