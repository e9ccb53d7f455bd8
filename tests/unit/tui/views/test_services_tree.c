/* The rows of the tree: folds, filters, orders, and what is mine first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

#include "tui/views/services/tree.h"

static struct environment env;
static struct model model;
static struct tree_index tree;

static void put(enum object_kind kind, void *record)
{
	struct change change;

	change_init(&change, kind, record, ++env.revision);
	assert_true(environment_apply(&env, &change));
	change_finish(&change);
}

static void put_service(const char *name)
{
	struct service *service = record_create(&service_type);

	service->name = xstrdup(name);
	put(OBJECT_SERVICE, service);
	record_unref(&service_type, service);
}

static void put_version(const char *service, const char *name, bool stable, const char *author)
{
	struct version *version = record_create(&version_type);

	version->service = xstrdup(service);
	version->name = xstrdup(name);
	version->kind = stable ? KIND_STABLE : KIND_EPHEMERAL;
	version->pr_author = author ? xstrdup(author) : NULL;
	put(OBJECT_VERSION, version);
	record_unref(&version_type, version);
}

static int setup(void **state)
{
	(void)state;
	environment_init(&env);
	model_init(&model, "http://127.0.0.1:1");
	tree_init(&tree);
	put_service("booking");
	put_version("booking", "1", true, NULL);
	put_version("booking", "pr-1", false, "ann");
	put_version("booking", "pr-2", false, "bob");
	put_service("cart");
	put_version("cart", "1", true, "bob"); /* stable: everybody's */
	put_service("search");
	put_version("search", "1", true, NULL);
	put_version("search", "pr-3", false, "bob");
	(void)model_take(&model, &env, NULL, 0, true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_finish(&tree);
	model_finish(&model);
	environment_finish(&env);
	return 0;
}

/* "booking booking@1 ..." */
static void check(const char *expected)
{
	struct strbuf rows;

	strbuf_init(&rows, 4096);
	for (size_t i = 0; i < tree.count; i++) {
		const struct service_node *node = &env.nodes[tree.rows[i].node];

		strbuf_addf(&rows, "%s%s", i > 0 ? " " : "", node->service->name);
		if (tree.rows[i].version >= 0)
			strbuf_addf(&rows, "@%s", node->versions[tree.rows[i].version]->name);
	}
	assert_string_equal(rows.data, expected);
	strbuf_finish(&rows);
}

static void test_folds(void **state)
{
	(void)state;
	tree_build(&tree, &model, NULL, ORDER_NAME, false, NULL);
	check("booking booking@1 booking@pr-1 booking@pr-2 cart search search@1 search@pr-3");
	tree_fold(&tree, &env.nodes[0], true);
	tree_fold(&tree, &env.nodes[1], false);
	tree_build(&tree, &model, NULL, ORDER_NAME, false, NULL);
	check("booking cart cart@1 search search@1 search@pr-3");
	tree_build(&tree, &model, NULL, ORDER_NAME, true, NULL);
	check("search search@1 search@pr-3 cart cart@1 booking");
}

static void test_filter(void **state)
{
	struct filter *filter = filter_parse(STR_LIT("author:bob kind:ephemeral"), NULL, NULL);

	(void)state;
	assert_non_null(filter);
	tree_build(&tree, &model, filter, ORDER_NAME, false, NULL);
	check("booking booking@pr-2 search search@pr-3");
	assert_int_equal(tree.hidden, 4);
	filter_destroy(filter);
}

static void test_mine_by_author(void **state)
{
	static const struct owner_filter bob = {.actor = "bob"};
	static const struct owner_filter ann = {.actor = "ann"};
	static const struct owner_filter nobody = {.actor = ""};

	(void)state;
	tree_build(&tree, &model, NULL, ORDER_NAME, true, &bob);
	assert_int_equal(tree.mine_count, 2);
	check("search search@1 search@pr-3 booking booking@1 booking@pr-2 booking@pr-1 cart");
	tree_build(&tree, &model, NULL, ORDER_NAME, true, &ann);
	check("booking booking@1 booking@pr-1 booking@pr-2 search search@1 search@pr-3 cart");
	tree_build(&tree, &model, NULL, ORDER_NAME, false, &nobody);
	assert_int_equal(tree.mine_count, 0);
}

static void test_mine_by_session(void **state)
{
	static const struct owner_filter cleo = {.actor = "cleo"};
	static const struct owner_filter by_key = {.session = "cleo-1"};
	struct session *session = record_create(&session_type);

	(void)state;
	session->key = xstrdup("cleo-1");
	session->owner = xstrdup("cleo");
	session->pins.count = 1;
	session->pins.entries = xcalloc(1, sizeof(*session->pins.entries));
	session->pins.entries[0] = (struct dict_entry){xstrdup("search"), xstrdup("pr-3")};
	put(OBJECT_SESSION, session);
	record_unref(&session_type, session);
	(void)model_take(&model, &env, NULL, 0, true);
	assert_int_equal(model_pin_count(&model, STR_LIT("search"), STR_LIT("pr-3")), 1);
	assert_string_equal(
		model_pinned(&model, STR_LIT("search"), STR_LIT("pr-3"))->sessions[0]->key,
		"cleo-1");
	assert_null(model_pinned(&model, STR_LIT("search"), STR_LIT("1")));
	tree_build(&tree, &model, NULL, ORDER_NAME, false, &cleo);
	check("search search@1 search@pr-3 booking booking@1 booking@pr-1 booking@pr-2 cart");
	tree_build(&tree, &model, NULL, ORDER_NAME, false, &by_key);
	assert_int_equal(tree.mine_count, 1);
}

#define TREE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE(test_folds),
		TREE(test_filter),
		TREE(test_mine_by_author),
		TREE(test_mine_by_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
