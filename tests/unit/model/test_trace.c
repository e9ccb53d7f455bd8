/*
 * Who lost the session: traces drawn as rows of hops, each asked of the hop that has none. Then the index
 * that finds the hops of a trace among others.
 */
#include "core/model/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

enum { HOPS = 8 };

/* "schedule@pr-540", and who called it. The first hop of a trace is the one that is asked about. */
struct row {
	const char *at;
	const char *caller;
	bool in_session;
	int64_t from_ms;
	double total_ms;
};

/* clang-format off */
static const struct {
	const char *what;
	struct row hops[HOPS];
	const char *lost_by; /* NULL: nothing is said */
} cases[] = {
	{"the sample's: schedule drops it on its way to profile",
		{{"profile@1", "", false, 30, 5},
			{"schedule@pr-540", "gateway@1", true, 25, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"the hop at the edge drops it", {{"profile@1", "", false, 30, 5}, {"gateway@1", "", true, 20, 60}},
		"gateway@1"},
	{"one after the other: the one before has ended",
		{{"profile@1", "", false, 60, 5},
			{"booking@1", "gateway@1", true, 25, 20},
			{"schedule@pr-540", "gateway@1", true, 55, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"side by side, overlapping: either may have",
		{{"profile@1", "", false, 35, 5},
			{"booking@1", "gateway@1", true, 25, 20},
			{"schedule@pr-540", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"side by side, one within the other: either may have",
		{{"profile@1", "", false, 35, 5},
			{"booking@1", "gateway@1", true, 25, 40},
			{"schedule@pr-540", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"side by side, of one version: it was that version",
		{{"profile@1", "", false, 35, 5},
			{"schedule@pr-540", "gateway@1", true, 25, 40},
			{"schedule@pr-540", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"four deep",
		{{"profile@1", "", false, 35, 2},
			{"schedule@pr-540", "booking@1", true, 33, 8},
			{"booking@1", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"a service that calls itself",
		{{"profile@1", "", false, 35, 2},
			{"schedule@pr-540", "booking@1", true, 33, 8},
			{"booking@1", "schedule@pr-540", true, 30, 20},
			{"schedule@pr-540", "", true, 20, 60}},
		"schedule@pr-540"},
	{"lost further up: the one that called had none to lose",
		{{"notify@1", "", false, 35, 2},
			{"profile@1", "", false, 33, 8},
			{"schedule@pr-540", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"and where it was lost is said of the one before",
		{{"profile@1", "", false, 33, 8},
			{"notify@1", "", false, 35, 2},
			{"schedule@pr-540", "gateway@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"baggage came without the session: the caller is named",
		{{"profile@1", "schedule@pr-540", false, 35, 5},
			{"booking@1", "gateway@1", true, 25, 40},
			{"schedule@pr-540", "booking@1", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"the caller is named, and had none",
		{{"profile@1", "schedule@pr-540", false, 35, 5},
			{"schedule@pr-540", "gateway@1", false, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"the caller is named, and is not there",
		{{"profile@1", "schedule@pr-540", false, 35, 5}, {"gateway@1", "", true, 20, 60}}, NULL},
	{"only the header is passed on: no hop names its caller",
		{{"profile@1", "", false, 35, 5},
			{"schedule@pr-540", "", true, 30, 20},
			{"gateway@1", "", true, 20, 60}},
		"schedule@pr-540"},
	{"the outer hop has not come yet",
		{{"profile@1", "", false, 30, 5}, {"schedule@pr-540", "gateway@1", true, 25, 20}}, NULL},
	{"nothing contains it: it was called and not waited for",
		{{"profile@1", "", false, 78, 5}, {"gateway@1", "", true, 20, 60}}, NULL},
	{"it came before all others", {{"profile@1", "", false, 19, 5}, {"gateway@1", "", true, 20, 60}}, NULL},
	{"it ends within the millisecond that its caller ends in",
		{{"profile@1", "", false, 30, 50.5}, {"gateway@1", "", true, 20, 60}}, "gateway@1"},
	{"what it called seems to contain it",
		{{"profile@1", "", false, 30, 1.2},
			{"notify@1", "profile@1", false, 30, 0.9},
			{"gateway@1", "", true, 20, 60}},
		"gateway@1"},
	{"an answer of the proxy called nobody",
		{{"profile@1", "", false, 35, 2}, {"search", "gateway@1", true, 30, 20}, {"gateway@1", "", true, 20, 60}},
		"gateway@1"},
	{"it broke off and stable was asked instead: the first attempt is not on record",
		{{"profile@1", "", false, 31, 978},
			{"schedule@1", "gateway@1", true, 797, 1011},
			{"profile@1", "schedule@1", true, 1802, 4},
			{"gateway@1", "", true, 18, 1790}},
		NULL},
	{"its caller ended before it did",
		{{"profile@1", "", false, 30, 30},
			{"schedule@pr-540", "gateway@1", true, 25, 20},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"its caller seems to begin after it",
		{{"profile@1", "", false, 30, 5},
			{"schedule@pr-540", "gateway@1", true, 31, 6},
			{"gateway@1", "", true, 20, 60}},
		NULL},
	{"one after the other, within a millisecond",
		{{"profile@1", "", false, 30, 5},
			{"booking@1", "gateway@1", true, 25, 5.9},
			{"schedule@1", "gateway@1", true, 34, 5.9},
			{"gateway@1", "", true, 20, 60}},
		"gateway@1"},
	{"what it called goes on longer than it did, and called on",
		{{"profile@1", "", false, 30, 5},
			{"notify@1", "profile@1", false, 31, 9},
			{"booking@1", "notify@1", false, 32, 2},
			{"gateway@1", "", true, 20, 60}},
		"gateway@1"},
	{"alone", {{"profile@1", "", false, 35, 2}}, NULL},
	{"no session anywhere", {{"profile@1", "", false, 35, 2}, {"gateway@1", "", false, 20, 60}}, NULL},
	{"it has one", {{"profile@1", "", true, 35, 2}, {"gateway@1", "", true, 20, 60}}, NULL},
};
/* clang-format on */

static struct request make_hop(const struct row *row, int64_t seq)
{
	struct str rest = str_of(row->at);
	struct request hop = {.seq = seq, .trace = STR_LIT("t")};

	hop.service = str_cut(&rest, '@');
	hop.version = rest;
	hop.caller = str_of(row->caller);
	hop.session = row->in_session ? STR_LIT("qa") : (struct str){0};
	hop.time = INT64_C(1795388400000) + row->from_ms;
	hop.total_ms = row->total_ms;
	return hop;
}

static void check(const char *what, const struct request *by, const char *expected)
{
	char id[128] = "nobody";

	if (by != NULL)
		(void)snprintf(
			id, sizeof(id), "%.*s@%.*s", STR_ARG(by->service), STR_ARG(by->version));
	if (strcmp(id, expected != NULL ? expected : "nobody") != 0)
		print_message("%s\n", what);
	assert_string_equal(id, expected != NULL ? expected : "nobody");
}

/* In whatever order they come. */
static void test_lost_by(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request hops[HOPS];
		const struct request *order[HOPS];
		size_t count = 0;

		while (count < HOPS && cases[i].hops[count].at != NULL) {
			hops[count] = make_hop(&cases[i].hops[count], (int64_t)count + 1);
			count++;
		}
		for (size_t turn = 0; turn < count; turn++) {
			for (size_t n = 0; n < count; n++)
				order[n] = &hops[(n + turn) % count];
			check(cases[i].what, trace_lost_by(order, count, &hops[0]),
				cases[i].lost_by);
			for (size_t n = 0; n < count; n++)
				order[n] = &hops[(turn + count - n) % count];
			check(cases[i].what, trace_lost_by(order, count, &hops[0]),
				cases[i].lost_by);
		}
	}
}

/* ---- the index ---- */

enum { KEPT = 1000 };

struct store {
	struct request records[KEPT];
	char traces[KEPT][16];
	int64_t oldest;
};

static const struct request *get(const void *arg, int64_t number)
{
	const struct store *store = arg;

	return number >= store->oldest && number < KEPT ? &store->records[number] : NULL;
}

static void put(struct store *store, struct trace_index *index, int64_t number, int trace)
{
	struct row row = {"cart@1", "", true, number, 1};

	store->records[number] = make_hop(&row, number);
	(void)snprintf(store->traces[number], sizeof(store->traces[number]), "t%d", trace);
	store->records[number].trace = str_of(store->traces[number]);
	trace_index_add(index, number, store->records[number].trace);
}

static size_t count_hops(const struct trace_index *index, const char *trace)
{
	const struct request *hops[TRACE_HOPS_MAX];
	size_t count = trace_index_hops(index, str_of(trace), hops);

	for (size_t i = 0; i < count; i++) {
		assert_true(str_eq_c(hops[i]->trace, trace));
		assert_true(i == 0 || hops[i]->seq < hops[i - 1]->seq);
	}
	return count;
}

static void test_index_finds_what_is_in_reach(void **state)
{
	static struct store store;
	struct trace_index *index = trace_index_create(200, get, &store); /* 256 */

	(void)state;
	assert_int_equal(count_hops(index, "t0"), 0);
	for (int64_t i = 0; i < KEPT; i++)
		put(&store, index, i, (int)(i % 10));
	/* 744..999 are in reach. */
	assert_int_equal(count_hops(index, "t0"), 25);
	assert_int_equal(count_hops(index, "t4"), 26);
	assert_int_equal(count_hops(index, "t10"), 0);
	store.oldest = 980;
	assert_int_equal(count_hops(index, "t0"), 2);
	trace_index_destroy(index);
}

static void test_index_gives_up_on_too_many(void **state)
{
	static struct store store;
	struct trace_index *index = trace_index_create(KEPT, get, &store);

	(void)state;
	for (int64_t i = 0; i < TRACE_HOPS_MAX; i++)
		put(&store, index, i, 7);
	assert_int_equal(count_hops(index, "t7"), TRACE_HOPS_MAX);
	put(&store, index, TRACE_HOPS_MAX, 7);
	assert_int_equal(count_hops(index, "t7"), 0);
	assert_null(trace_index_lost_by(index, &store.records[3]));
	trace_index_destroy(index);
}

/* Numbers without a trace leave gaps, and a reach of one bucket puts all in one chain. */
static void test_index_with_gaps_and_one_chain(void **state)
{
	static struct store store;
	struct trace_index *index = trace_index_create(1, get, &store);

	(void)state;
	put(&store, index, 3, 1);
	assert_int_equal(count_hops(index, "t1"), 1);
	put(&store, index, 9, 2);
	assert_int_equal(count_hops(index, "t1"), 0);
	assert_int_equal(count_hops(index, "t2"), 1);
	trace_index_add(index, 10, (struct str){0});
	assert_int_equal(count_hops(index, "t2"), 1);
	trace_index_destroy(index);
	trace_index_destroy(NULL);
}

/* As the records come: the callee first, the hop from outside last. */
static void test_index_says_who_lost_it(void **state)
{
	static struct store store;
	struct trace_index *index = trace_index_create(64, get, &store);

	(void)state;
	for (int64_t i = 0; i < 3; i++) {
		assert_null(i > 0 ? trace_index_lost_by(index, &store.records[0]) : NULL);
		store.records[i] = make_hop(&cases[0].hops[i], i + 1);
		trace_index_add(index, i, store.records[i].trace);
	}
	check(cases[0].what, trace_index_lost_by(index, &store.records[0]), cases[0].lost_by);
	assert_null(trace_index_lost_by(index, &store.records[1]));
	trace_index_destroy(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_by),
		cmocka_unit_test(test_index_finds_what_is_in_reach),
		cmocka_unit_test(test_index_gives_up_on_too_many),
		cmocka_unit_test(test_index_with_gaps_and_one_chain),
		cmocka_unit_test(test_index_says_who_lost_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
