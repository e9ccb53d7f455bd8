/*
 * Versions grouped into pull requests: which belong together, which counts for a service, what the whole
 * says, who pins it, and the numbers that are near.
 */
#include "core/model/pull.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/filter.h"
#include "tests/support/environment_builder.h"

static struct environment env;

struct row {
	const char *service;
	const char *name;
	int64_t number;
	const char *url;
	const char *title;
	int64_t deployed_at;
	int64_t expires_at;
	int state;
};

static void put_version(const struct row *row)
{
	struct version *version = record_create(&version_type);

	if (environment_service(&env, str_of(row->service)) == NULL) {
		struct service *service = record_create(&service_type);

		text_set(&service->name, row->service);
		environment_put(&env, OBJECT_SERVICE, service);
	}
	text_set(&version->service, row->service);
	text_set(&version->name, row->name);
	text_set(&version->pr_url, row->url);
	text_set(&version->pr_title, row->title);
	version->kind = KIND_EPHEMERAL;
	version->pr_number = row->number;
	version->created_at = row->deployed_at - 1;
	version->deployed_at = row->deployed_at;
	version->expires_at = row->expires_at;
	version->state = row->state;
	version->revision = row->deployed_at * 10;
	environment_put(&env, OBJECT_VERSION, version);
}

static void put_session(const char *key, const char *service, const char *version)
{
	struct session *session = environment_session(&env, str_of(key));

	session = session != NULL ? record_clone(&session_type, session)
				  : record_create(&session_type);
	text_set(&session->key, key);
	dict_set(&session->pins, str_of(service), version);
	environment_put(&env, OBJECT_SESSION, session);
}

#define FORGE_A "https://forge.example/a/pulls/7"
#define FORGE_B "https://forge.example/b/pulls/7"

static const struct row rows[] = {
	{"cart", "1.0", 0, NULL, NULL, 1, 0, STATE_READY},
	/* one pull request over three services, one of them with two builds and no link on the first */
	{"cart", "pr-482", 482, NULL, "First title", 100, 500, STATE_UNHEALTHY},
	{"cart", "pr-482-b", 482, "https://forge.example/482", "Second title", 200, 900,
		STATE_READY},
	{"search", "pr-482", 482, "https://forge.example/482", "", 150, 0, STATE_STARTING},
	{"pay", "pr-482", 482, "https://forge.example/482", NULL, 300, 800, STATE_READY},
	/* the same number in two repositories, and once without saying which */
	{"cart", "pr-7", 7, FORGE_B, "Of b", 10, 60, STATE_READY},
	{"pay", "pr-7", 7, FORGE_A, "Of a", 20, 50, STATE_READY},
	{"search", "pr-7", 7, NULL, "Of nobody", 30, 40, STATE_DRAINING},
	/* no links at all, deployed at once: the last by name is the newest */
	{"pay", "build-1", 9, NULL, "Nine", 40, 0, STATE_READY},
	{"pay", "build-2", 9, NULL, "Nine", 40, 0, STATE_UNHEALTHY},
};

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		put_version(&rows[i]);
	put_session("ann", "cart", "pr-482");
	put_session("ann", "pay", "pr-482");
	put_session("bob", "cart", "pr-7");
	put_session("bob", "pay", "pr-7");
	put_session("cid", "cart", "pr-gone");
	put_session("cid", "gone", "pr-482");
	put_session("dee", "cart", "1.0");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

static void test_groups(void **state)
{
	static const struct {
		int64_t number;
		const char *url;
		const char *title;
		size_t versions;
		int64_t services, ready;
		int state;
		int64_t created_at, deployed_at, expires_at, revision;
		const char *sessions;
	} wants[] = {
		{482, "https://forge.example/482", "Second title", 4, 3, 2, STATE_STARTING, 99, 300,
			800, 3000, "ann"},
		{9, NULL, "Nine", 2, 1, 0, STATE_UNHEALTHY, 39, 40, 0, 400, ""},
		{7, FORGE_A, "Of a", 1, 1, 1, STATE_READY, 19, 20, 50, 200, "bob"},
		{7, FORGE_B, "Of b", 1, 1, 1, STATE_READY, 9, 10, 60, 100, "bob"},
		{7, NULL, "Of nobody", 1, 1, 0, STATE_DRAINING, 29, 30, 40, 300, ""},
	};
	struct pull_list list;

	(void)state;
	pulls_collect(&env, 0, &list);
	pulls_add_sessions(&list, &env);
	assert_int_equal(list.count, ARRAY_LEN(wants));
	for (size_t i = 0; i < list.count; i++) {
		const struct pull *pull = &list.items[i];

		assert_int_equal(pull->number, wants[i].number);
		assert_true(str_eq(pull->url, str_of(wants[i].url)));
		assert_true(str_eq_c(pull->title, wants[i].title));
		assert_int_equal(pull->version_count, wants[i].versions);
		assert_int_equal(pull->services, wants[i].services);
		assert_int_equal(pull->ready, wants[i].ready);
		assert_int_equal(pull->state, wants[i].state);
		assert_int_equal(pull->created_at, wants[i].created_at);
		assert_int_equal(pull->deployed_at, wants[i].deployed_at);
		assert_int_equal(pull->expires_at, wants[i].expires_at);
		assert_int_equal(pull->revision, wants[i].revision);
		assert_int_equal(pull->session_count, wants[i].sessions[0] != '\0');
		if (pull->session_count > 0)
			assert_string_equal(pull->sessions[0]->key, wants[i].sessions);
	}
	pulls_finish(&list);
}

static void test_order_of_versions(void **state)
{
	static const struct {
		const char *service, *name;
		bool newest;
	} wants[] = {
		{"cart", "pr-482-b", true},
		{"cart", "pr-482", false},
		{"pay", "pr-482", true},
		{"search", "pr-482", true},
	};
	struct pull_list list;
	const struct pull *pull;

	(void)state;
	pulls_collect(&env, 482, &list);
	assert_int_equal(list.count, 1);
	pull = &list.items[0];
	for (size_t i = 0; i < ARRAY_LEN(wants); i++) {
		assert_string_equal(pull->versions[i].version->service, wants[i].service);
		assert_string_equal(pull->versions[i].version->name, wants[i].name);
		assert_int_equal(pull->versions[i].newest, wants[i].newest);
	}
	pulls_finish(&list);
	pulls_collect(&env, 9, &list);
	assert_string_equal(list.items[0].versions[0].version->name, "build-2");
	assert_true(list.items[0].versions[0].newest);
	pulls_finish(&list);
}

/* The worst of the newest: unhealthy, starting, draining, ready. */
static void test_worst_state(void **state)
{
	static const struct {
		int states[3];
		int worst;
	} cases[] = {
		{{STATE_READY, STATE_READY, STATE_READY}, STATE_READY},
		{{STATE_READY, STATE_DRAINING, STATE_READY}, STATE_DRAINING},
		{{STATE_STARTING, STATE_DRAINING, STATE_READY}, STATE_STARTING},
		{{STATE_STARTING, STATE_DRAINING, STATE_UNHEALTHY}, STATE_UNHEALTHY},
		{{STATE_UNHEALTHY, STATE_STARTING, STATE_READY}, STATE_UNHEALTHY},
	};
	static const char *const services[] = {"cart", "pay", "search"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pull_list list;

		for (size_t j = 0; j < ARRAY_LEN(services); j++)
			put_version(&(struct row){
				services[j], "w", 5, NULL, NULL, 1, 0, cases[i].states[j]});
		pulls_collect(&env, 5, &list);
		assert_int_equal(list.items[0].state, cases[i].worst);
		pulls_finish(&list);
	}
}

static void test_find(void **state)
{
	static const struct {
		int64_t number;
		const char *url; /* NULL: any */
		size_t count;
		const char *title;
	} cases[] = {
		{482, NULL, 1, "Second title"},
		{7, NULL, 3, "Of a"},
		{7, FORGE_B, 1, "Of b"},
		{7, "", 1, "Of nobody"},
		{7, "https://forge.example/c", 0, NULL},
		{8, NULL, 0, NULL},
		{1, NULL, 0, NULL},
		{10000, NULL, 0, NULL},
	};
	struct pull_list list;

	(void)state;
	pulls_collect(&env, 0, &list);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t count;
		const struct pull *pull =
			pulls_find(&list, cases[i].number, str_of(cases[i].url), &count);

		assert_int_equal(count, cases[i].count);
		assert_true((pull != NULL) == (count > 0));
		if (pull != NULL)
			assert_true(str_eq_c(pull->title, cases[i].title));
	}
	pulls_finish(&list);
}

static void test_stats(void **state)
{
	struct pull pull = {0};

	(void)state;
	pull_add_stats(&pull, &(struct stats){.rate = 0});
	assert_true(pull.share_5xx == 0);
	pull_add_stats(&pull, &(struct stats){.rate = 0.5, .count = 30, .share_5xx = 0.1});
	pull_add_stats(&pull, &(struct stats){.rate = 1.5, .count = 90, .share_5xx = 0.5});
	assert_true(pull.rate == 2.0);
	assert_true(pull.share_5xx > 0.399 && pull.share_5xx < 0.401);
}

static void test_filter(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{"", 5},
		{"pr:482", 1},
		{"#7", 3},
		{"state:ready", 2},
		{"state:starting,unhealthy", 2},
		{"service:search", 2},
		{"version:build-2", 1},
		{"session:bob", 2},
		{"session:*", 3},
		{"!session:*", 2},
		{"second", 1},
		{"pulls/7", 2},
		{"\"of nobody\"", 1},
		{"since:1s", 0},
		{"status:500", 0},
	};
	struct pull_list list;

	(void)state;
	pulls_collect(&env, 0, &list);
	pulls_add_sessions(&list, &env);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filter *filter = filter_parse(str_of(cases[i].text), NULL, NULL);
		size_t count = 0;

		assert_non_null(filter);
		for (size_t j = 0; j < list.count; j++)
			count += filter_match_pull(filter, &list.items[j], 1000000);
		if (count != cases[i].count)
			fail_msg("'%s' keeps %zu", cases[i].text, count);
		assert_true((filter_not_of_pulls(filter) != NULL) ==
			    (strcmp(cases[i].text, "status:500") == 0));
		filter_destroy(filter);
	}
	pulls_finish(&list);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t number; /* 0: refused */
	} cases[] = {
		{"482", 482},
		{"#482", 482},
		{"1000000000", 1000000000},
		{"1000000001", 0},
		{"0", 0},
		{"", 0},
		{"#", 0},
		{"##1", 0},
		{"-1", 0},
		{"4x", 0},
		{"99999999999999999999", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct errbuf eb;
		int64_t number = 0;

		errbuf_clear(&eb);
		assert_int_equal(
			pull_parse_number(str_of(cases[i].text), &number), cases[i].number != 0);
		assert_int_equal(number, cases[i].number);
		assert_int_equal(pull_check_number(str_of(cases[i].text), "number", &eb),
			cases[i].number != 0 ? ERR_NONE : ERR_BAD_VALUE);
	}
}

static void test_near(void **state)
{
	char near[PULL_NEAR_MAX][PULL_NUMBER_SIZE];

	(void)state;
	assert_true(pulls_near(&env, 483, near) >= 1);
	assert_string_equal(near[0], "482");
	/* nothing is like it: the highest */
	assert_int_equal(pulls_near(&env, 123456789, near), 3);
	assert_string_equal(near[0], "482");
	assert_string_equal(near[2], "7");
}

static void test_empty(void **state)
{
	char near[PULL_NEAR_MAX][PULL_NUMBER_SIZE];
	struct environment none;
	struct pull_list list;

	(void)state;
	environment_init(&none);
	pulls_collect(&none, 0, &list);
	pulls_add_sessions(&list, &none);
	assert_int_equal(list.count, 0);
	assert_null(pulls_find(&list, 1, (struct str){0}, NULL));
	pulls_finish(&list);
	assert_int_equal(pulls_near(&none, 1, near), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_order_of_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_worst_state, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_filter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_near, set_up, tear_down),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
