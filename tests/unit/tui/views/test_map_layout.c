/* The tree of calls and the two sides of a service: every call once, rounds cut, folds, roots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

#include "tui/views/map/calls.h"
#include "tui/views/map/layout.h"

#define STABLE "1"
#define CALL(...)                        \
	{                                \
		__VA_ARGS__, "", 0, 0, 0 \
	}

static const struct map_call shop[] = {
	CALL("", "", "gateway", STABLE, false, false, 10, 0, 40, 600, 0),
	CALL("gateway", STABLE, "booking", STABLE, false, false, 3, 0, 20, 180, 0),
	CALL("gateway", STABLE, "booking", "pr-482", false, true, 1, .5, 30, 60, 0),
	CALL("gateway", STABLE, "search", STABLE, false, false, 6, 0, 10, 360, 0),
	CALL("booking", STABLE, "pricing", STABLE, false, false, 3, 0, 5, 180, 0),
	CALL("booking", "pr-482", "pricing", "pr-482", true, true, 1, 0, 6, 60, 7),
	CALL("search", STABLE, "pricing", STABLE, false, false, 6, 0, 5, 360, 0),
};

static const char *const marks[] = {[MAP_OPEN] = "-",
	[MAP_LEAF] = "",
	[MAP_FOLDED] = "+",
	[MAP_ABOVE] = "^",
	[MAP_CYCLE] = "o"};

/* "outside- 10 | .gateway- 10 | ..search- 6 | ...": a dot for each step of depth. */
static void check(const struct map_tree *tree, const char *want)
{
	struct strbuf text;

	strbuf_init(&text, (size_t)64 * 1024);
	for (size_t i = 0; i < tree->count; i++) {
		const struct map_row *row = &tree->rows[i];

		if (i > 0)
			strbuf_add_c(&text, " | ");
		for (int d = 0; d < row->depth; d++)
			strbuf_add_char(&text, '.');
		strbuf_addf(&text, "%s%s%s %g",
			row->kind == MAP_OUTSIDE   ? "outside"
			: row->kind == MAP_VERSION ? "@"
						   : row->service,
			row->kind == MAP_VERSION ? row->version : "", marks[row->more],
			row->sum.rate);
	}
	assert_string_equal(text.data ? text.data : "", want);
	strbuf_finish(&text);
}

static void test_tree(void **state)
{
	struct map_tree tree;

	(void)state;
	map_tree_init(&tree);
	map_tree_build(&tree, shop, ARRAY_LEN(shop), NULL, NULL);
	check(&tree, "outside- 10 | .gateway- 10 | ..search- 6 | ...pricing 6 | ..booking- 4 | "
		     "...@1 3 | ...@pr-482 1 | ...pricing 4 | ....@1 3 | ....@pr-482 1");
	assert_int_equal(tree.services, 4);
	assert_true(tree.outside.rate > 9.9 && tree.outside.rate < 10.1);
	/* Shares: of the caller's calls, of a version's of its row. */
	assert_true(tree.rows[2].share > 0.59 && tree.rows[2].share < 0.61);
	assert_true(tree.rows[6].share > 0.24 && tree.rows[6].share < 0.26);
	/* One version, and stable: the row says it all. */
	assert_string_equal(tree.rows[2].version, STABLE);
	assert_null(tree.rows[4].version);
	assert_true(tree.rows[6].ephemeral);
	/* Errors are weighed, a p95 is that of the slowest. */
	assert_true(map_share_5xx(&tree.rows[4].sum) > 0.124);
	assert_true(map_share_5xx(&tree.rows[4].sum) < 0.126);
	assert_int_equal((int)tree.rows[4].sum.p95_ms, 30);
	assert_int_equal(tree.rows[7].sum.lost, 7);
	map_tree_finish(&tree);
}

static void test_rounds(void **state)
{
	static const struct map_call round[] = {
		CALL("", "", "a", STABLE, false, false, 1, 0, 1, 60, 0),
		CALL("a", STABLE, "b", STABLE, false, false, 1, 0, 1, 60, 0),
		CALL("b", STABLE, "a", STABLE, false, false, 1, 0, 1, 60, 0),
		CALL("b", STABLE, "b", STABLE, false, false, .5, 0, 1, 30, 0),
		/* Nobody leads here; it goes round by itself. */
		CALL("x", STABLE, "y", STABLE, false, false, 1, 0, 1, 60, 0),
		CALL("y", STABLE, "x", STABLE, false, false, 1, 0, 1, 60, 0),
		/* A timer of its own. */
		CALL("cron", STABLE, "a", STABLE, false, false, 1, 0, 1, 60, 0),
	};
	struct map_tree tree;

	(void)state;
	map_tree_init(&tree);
	map_tree_build(&tree, round, ARRAY_LEN(round), NULL, NULL);
	check(&tree, "outside- 1 | .a- 1 | ..b- 1 | ...ao 1 | ...bo 0.5 | cron- 0 | .a^ 1 | x- 0 | "
		     ".y- 1 | ..xo 1");
	map_tree_finish(&tree);
}

static bool fold(void *arg, const char *service)
{
	return strcmp(arg, service) == 0;
}

static void test_folds(void **state)
{
	char gateway[] = "gateway", outside[] = "", booking[] = "booking";
	struct map_tree tree;

	(void)state;
	map_tree_init(&tree);
	map_tree_build(&tree, shop, ARRAY_LEN(shop), fold, gateway);
	check(&tree, "outside- 10 | .gateway+ 10");
	map_tree_build(&tree, shop, ARRAY_LEN(shop), fold, outside);
	check(&tree, "outside+ 10");
	map_tree_build(&tree, shop, ARRAY_LEN(shop), fold, booking);
	check(&tree, "outside- 10 | .gateway- 10 | ..search- 6 | ...pricing 6 | ..booking+ 4");
	map_tree_finish(&tree);
}

static void test_nothing(void **state)
{
	struct map_tree tree;

	(void)state;
	map_tree_init(&tree);
	map_tree_build(&tree, NULL, 0, NULL, NULL);
	assert_int_equal(tree.count, 0);
	map_tree_finish(&tree);
}

/* Everybody calls everybody: still no more rows than calls, and the outside's two. */
static void test_dense(void **state)
{
	enum { N = 60 };
	static char names[N][16];
	static struct map_call calls[N * N + 1];
	size_t count = 0;
	struct map_tree tree;

	(void)state;
	for (int i = 0; i < N; i++)
		(void)snprintf(names[i], sizeof(names[i]), "s%02d", i);
	calls[count++] = (struct map_call){.caller = "",
		.caller_version = "",
		.service = names[0],
		.version = STABLE,
		.rate = 1};
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			calls[count++] = (struct map_call){.caller = names[i],
				.caller_version = STABLE,
				.service = names[j],
				.version = STABLE,
				.rate = 1};
	map_tree_init(&tree);
	map_tree_build(&tree, calls, count, NULL, NULL);
	assert_int_equal(tree.count, count + 1);
	map_tree_finish(&tree);
}

static void test_sides(void **state)
{
	struct map_side side = {0};

	(void)state;
	map_side_build(&side, shop, ARRAY_LEN(shop), "pricing", true);
	assert_int_equal(side.count, 4); /* search; booking with two versions */
	assert_string_equal(side.rows[0].service, "search");
	assert_string_equal(side.rows[0].version, STABLE);
	assert_string_equal(side.rows[1].service, "booking");
	assert_int_equal(side.rows[2].kind, MAP_VERSION);
	assert_string_equal(side.rows[3].version, "pr-482");
	assert_true(side.rows[3].ephemeral);
	assert_int_equal(side.rows[3].sum.lost, 7);
	assert_true(side.rows[0].share > 0.59 && side.rows[0].share < 0.61);
	map_side_build(&side, shop, ARRAY_LEN(shop), "gateway", true);
	assert_int_equal(side.count, 1);
	assert_int_equal(side.rows[0].kind, MAP_OUTSIDE);
	map_side_build(&side, shop, ARRAY_LEN(shop), "gateway", false);
	assert_int_equal(side.count, 4);
	assert_string_equal(side.rows[0].service, "search");
	assert_string_equal(side.rows[3].version, "pr-482");
	map_side_build(&side, shop, ARRAY_LEN(shop), "nobody", false);
	assert_int_equal(side.count, 0);
	map_side_finish(&side);
}

/* Who lost it: the version that lost most, of all that the losing ones called. */
static void test_losses(void **state)
{
	const struct map_call calls[] = {
		{"schedule", "1", "profile", "1", false, false, 9, 0, 5, 540, 0, "", 0, 0, 0},
		{"schedule", "pr-540", "profile", "1", true, false, 1, 0, 5, 30, 20, "t1", 0, 20,
			0},
		{"schedule", "pr-540", "profile", "pr-551", true, true, 1, 0, 5, 7, 0, "", 7, 0, 0},
		{"schedule", "pr-9", "profile", "1", true, false, 1, 0, 5, 3, 1, "t2", 0, 1, 0},
	};
	struct map_tree tree;
	struct map_side side = {0};

	(void)state;
	map_tree_init(&tree);
	map_tree_build(&tree, calls, ARRAY_LEN(calls), NULL, NULL);
	check(&tree, "schedule- 0 | .profile 12 | ..@1 11 | ..@pr-551 1");
	assert_int_equal(tree.rows[1].sum.lost, 21);
	assert_int_equal(tree.rows[1].sum.lost_of, 40);
	assert_string_equal(tree.rows[1].sum.lost_by, "pr-540");
	assert_true(tree.rows[1].sum.lost_by_others);
	assert_string_equal(tree.rows[1].sum.lost_trace, "t1");
	assert_int_equal(tree.rows[1].sum.pinned, 7);
	assert_int_equal(tree.rows[1].sum.without, 21);
	assert_int_equal(tree.rows[2].sum.lost_of, 33);
	assert_null(tree.rows[3].sum.lost_by);
	/* Of one session: what one version alone served stands on one row. */
	tree.inline_versions = true;
	map_tree_build(&tree, calls + 2, 1, NULL, NULL);
	check(&tree, "schedule- 0 | .profile 1");
	assert_string_equal(tree.rows[1].version, "pr-551");
	assert_true(tree.rows[1].ephemeral);
	map_tree_finish(&tree);

	map_side_build(&side, calls, ARRAY_LEN(calls), "profile", true);
	assert_int_equal(side.count, 4);
	assert_string_equal(side.rows[0].service, "schedule");
	assert_int_equal(side.rows[0].sum.lost_of, 40);
	assert_string_equal(side.rows[2].version, "pr-540");
	assert_int_equal(side.rows[2].sum.lost, 20);
	assert_int_equal(side.rows[2].sum.lost_of, 37);
	map_side_finish(&side);
}

/* What is probable is said as that, and only where nothing is certain. */
static void probable_losses_are_said_as_such(void **state)
{
	struct map_call calls[] = {
		CALL("", "", "gateway", STABLE, false, false, 1, 0, 1, 9, 0),
		CALL("gateway", "1", "profile", STABLE, false, false, 1, 0, 1, 4, 0),
		CALL("gateway", "pr-2", "profile", STABLE, true, false, 1, 0, 1, 5, 0),
	};
	struct map_tree tree;
	char text[256];

	(void)state;
	calls[1].likely = 1;
	calls[2].likely = 3;
	map_tree_init(&tree);
	map_tree_build(&tree, calls, ARRAY_LEN(calls), NULL, NULL);
	assert_int_equal(tree.rows[2].sum.likely, 4);
	map_lost(&tree.rows[2], text, sizeof(text));
	assert_string_equal(text, "gateway@pr-2 probably lost the session on 4 requests");
	map_lost_cell(&tree.rows[2], 40, text, sizeof(text));
	assert_string_equal(text, "likely 4, by gateway@pr-2");
	map_lost_cell(&tree.rows[2], 20, text, sizeof(text));
	assert_string_equal(text, "likely 4, by pr-2");
	map_lost_cell(&tree.rows[2], 10, text, sizeof(text));
	assert_string_equal(text, "likely 4");
	calls[1].lost = 2;
	map_tree_build(&tree, calls, ARRAY_LEN(calls), NULL, NULL);
	map_lost(&tree.rows[2], text, sizeof(text));
	assert_string_equal(text, "gateway@1 lost the session on 2 of 4 requests");
	map_tree_finish(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_dense),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(probable_losses_are_said_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
