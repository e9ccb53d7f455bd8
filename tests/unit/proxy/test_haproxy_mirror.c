/*
 * What HAProxy is told when the environment changes: the exact commands, and nothing for what stays.
 */
#include "core/proxy/haproxy_rules.h"
#include "core/proxy/haproxy_mirror.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/proxy/haproxy_config.h"

static struct environment env;
static struct mirror table;
static struct haproxy_batch commands;

static bool resolve(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address)
{
	(void)arg;
	*ret_address = endpoint->is_address ? endpoint->host : STR_LIT("10.0.0.9");
	return endpoint->is_address || str_eq_c(endpoint->host, "known.example");
}

static void put(enum object_kind kind, void *record)
{
	struct change change;

	change_init(&change, kind, record, env.revision + 1);
	record_unref(object_type(kind), record);
	environment_apply(&env, &change);
	change_finish(&change);
}

static void take_out(enum object_kind kind, const char *id)
{
	struct change change;

	change_init_removed(&change, kind, id, env.revision + 1);
	environment_apply(&env, &change);
	change_finish(&change);
}

static void put_version(const char *name, int kind, const char *endpoint)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, "cart");
	text_set(&version->name, name);
	version->kind = kind;
	strlist_add(&version->endpoints, str_of(endpoint));
	put(OBJECT_VERSION, version);
}

static void put_session(const char *key, int policy, const char *version)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	session->policy = policy;
	if (version != NULL)
		dict_set(&session->pins, STR_LIT("cart"), version);
	put(OBJECT_SESSION, session);
}

static int set_up(void **state)
{
	struct service *service = record_create(&service_type);

	(void)state;
	environment_init(&env);
	mirror_init(&table, resolve, NULL);
	haproxy_batch_init(&commands);
	text_set(&service->name, "cart");
	put(OBJECT_SERVICE, service);
	put_version("v1", KIND_STABLE, "127.0.0.1:9001");
	put_session("old", POLICY_LENIENT, "v1");
	mirror_build(&table, &env);
	mirror_loaded(&table);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	haproxy_batch_finish(&commands);
	mirror_finish(&table);
	environment_finish(&env);
	return 0;
}

static void assert_commands(const char *want)
{
	size_t lines = 0;
	const char *got = commands.text.len > 0 ? commands.text.data : "";

	assert_string_equal(got, want);
	for (const char *p = got; *p != '\0'; p++)
		lines += *p == '\n' || *p == ';';
	assert_int_equal(commands.replies, lines);
	haproxy_batch_reset(&commands);
}

static void sync_version(const char *name)
{
	mirror_sync_version(&table, &env, STR_LIT("cart"), str_of(name), &commands);
}

#define CHECK "check inter 2000ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down"

static void a_version_comes_gets_well_and_goes(void **state)
{
	struct mirror_place place;
	(void)state;

	put_version("pr-1", KIND_EPHEMERAL, "127.0.0.1:9002");
	sync_version("pr-1");
	assert_commands("add server cart/pr-1:0 127.0.0.1:9002 weight 0 " CHECK "\n"
			"add server cart:strict/pr-1:0 127.0.0.1:9002 weight 0\n"
			"enable health cart/pr-1:0; enable server cart/pr-1:0; "
			"set server cart/pr-1:0 health down\n"
			"add map maps/cart.versions pr-1 version-unhealthy\n");
	sync_version("pr-1");
	assert_commands("");
	assert_true(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("pr-1:0"), &place));
	assert_true(mirror_set_health(&table, &place, true, &commands));
	assert_commands("set server cart:strict/pr-1:0 state ready\n"
			"set map maps/cart.versions pr-1 pinned\n");
	assert_false(mirror_set_health(&table, &place, true, &commands));
	assert_commands("");
	take_out(OBJECT_VERSION, "cart@pr-1");
	sync_version("pr-1");
	assert_commands("del map maps/cart.versions pr-1\n"
			"set server cart:strict/pr-1:0 state maint\n"
			"set server cart/pr-1:0 state maint\n");
	assert_false(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("pr-1:0"), &place));
}

static void a_name_waits_for_its_address(void **state)
{
	(void)state;
	put_version("pr-2", KIND_EPHEMERAL, "nowhere.example:80");
	sync_version("pr-2");
	assert_commands("add server cart/pr-2:0 127.0.0.1:80 weight 0 " CHECK "\n"
			"add server cart:strict/pr-2:0 127.0.0.1:80 weight 0\n"
			"add map maps/cart.versions pr-2 version-unhealthy\n");
	put_version("pr-2", KIND_EPHEMERAL, "known.example:80");
	sync_version("pr-2");
	assert_commands("set server cart/pr-2:0 addr 10.0.0.9 port 80\n"
			"set server cart:strict/pr-2:0 addr 10.0.0.9 port 80\n"
			"enable health cart/pr-2:0; enable server cart/pr-2:0; "
			"set server cart/pr-2:0 health down\n");
}

static void promotion_moves_the_weight(void **state)
{
	(void)state;
	put_version("v1", KIND_EPHEMERAL, "127.0.0.1:9001");
	sync_version("v1");
	assert_commands("set server cart/v1:0 weight 0\n"
			"set server cart/v1:0t state maint\n"
			"del map maps/cart.versions ~stable\n");
	put_version("v1", KIND_STABLE, "127.0.0.1:9001");
	sync_version("v1");
	assert_commands("set server cart/v1:0 weight 1\n"
			"set server cart/v1:0t state maint\n"
			"add map maps/cart.versions ~stable v1\n");
}

static size_t deletions;
static void count_deletion(void *arg, const struct mirror_place *place)
{
	(void)arg;
	(void)place;
	deletions++;
}

/* Each endpoint of stable has a twin, so that HAProxy has two to choose from; it goes where the server goes. */
static void stable_has_a_twin(void **state)
{
	struct mirror_place place;
	(void)state;

	assert_true(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("v1:0"), &place));
	assert_false(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("v1:0t"), &place));
	assert_true(mirror_set_health(&table, &place, true, &commands));
	assert_commands("set server cart:strict/v1:0 state ready\n"
			"set server cart/v1:0t state ready\n"
			"set map maps/cart.versions v1 pinned\n");
	put_version("v1", KIND_STABLE, "127.0.0.1:9003");
	sync_version("v1");
	assert_commands("set server cart:strict/v1:0 state maint\n"
			"set server cart/v1:0t state maint\n"
			"set server cart/v1:0 health down\n"
			"set server cart/v1:0 addr 127.0.0.1 port 9003\n"
			"set server cart:strict/v1:0 addr 127.0.0.1 port 9003\n"
			"set server cart/v1:0t addr 127.0.0.1 port 9003\n"
			"enable health cart/v1:0; enable server cart/v1:0; "
			"set server cart/v1:0 health down\n"
			"set map maps/cart.versions v1 version-unhealthy\n");
	assert_true(mirror_set_health(&table, &place, true, &commands));
	haproxy_batch_reset(&commands);
	/* Demoted, and gone: the twin is deleted before the server. */
	put_version("v1", KIND_EPHEMERAL, "127.0.0.1:9003");
	sync_version("v1");
	assert_commands("set server cart/v1:0 weight 0\n"
			"set server cart/v1:0t state maint\n"
			"del map maps/cart.versions ~stable\n");
	assert_true(mirror_set_health(&table, &place, false, &commands));
	assert_commands("set server cart:strict/v1:0 state maint\n"
			"set map maps/cart.versions v1 version-unhealthy\n");
	take_out(OBJECT_VERSION, "cart@v1");
	sync_version("v1");
	haproxy_batch_reset(&commands);
	for (deletions = 0; deletions < 2;) {
		mirror_leftovers(&table, count_deletion, NULL);
		assert_false(
			mirror_leftover_deleted(&table, STR_LIT("cart"), STR_LIT("v1"), 0, true));
	}
	mirror_leftovers(&table, count_deletion, NULL);
	assert_int_equal(deletions, 2);
}

static void what_becomes_stable_gets_a_twin(void **state)
{
	struct mirror_place place;
	(void)state;

	put_version("pr-1", KIND_EPHEMERAL, "127.0.0.1:9002");
	sync_version("pr-1");
	assert_true(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("pr-1:0"), &place));
	assert_true(mirror_set_health(&table, &place, true, &commands));
	haproxy_batch_reset(&commands);
	put_version("v1", KIND_EPHEMERAL, "127.0.0.1:9001");
	put_version("pr-1", KIND_STABLE, "127.0.0.1:9002");
	sync_version("pr-1");
	assert_commands("set server cart/pr-1:0 weight 1\n"
			"add server cart/pr-1:0t 127.0.0.1:9002 weight 1\n"
			"set server cart/pr-1:0t state ready\n"
			"set map maps/cart.versions ~stable pr-1\n");
	sync_version("pr-1");
	assert_commands("");
}

/* HAProxy serves requests between two commands, and a service without a weight has nobody to answer them. */
static void the_next_stable_has_its_weight_before_the_last_loses_it(void **state)
{
	(void)state;
	put_version("pr-1", KIND_EPHEMERAL, "127.0.0.1:9002");
	sync_version("pr-1");
	haproxy_batch_reset(&commands);
	put_version("v1", KIND_EPHEMERAL, "127.0.0.1:9001");
	put_version("pr-1", KIND_STABLE, "127.0.0.1:9002");
	sync_version("v1");
	assert_commands("set server cart/pr-1:0 weight 1\n"
			"add server cart/pr-1:0t 127.0.0.1:9002 weight 1\n"
			"set map maps/cart.versions ~stable pr-1\n"
			"set server cart/v1:0 weight 0\n"
			"set server cart/v1:0t state maint\n");
	sync_version("pr-1");
	assert_commands("");
	/* Back again, and the one before is gone when that is told. */
	put_version("v1", KIND_STABLE, "127.0.0.1:9001");
	take_out(OBJECT_VERSION, "cart@pr-1");
	sync_version("pr-1");
	assert_commands("set server cart/v1:0 weight 1\n"
			"set server cart/v1:0t state maint\n"
			"set map maps/cart.versions ~stable v1\n"
			"del map maps/cart.versions pr-1\n"
			"set server cart/pr-1:0 state maint\n");
}

static void an_endpoint_is_up_under_its_new_number_before_the_old_one_goes(void **state)
{
	struct version *version = record_create(&version_type);
	struct mirror_place place;
	(void)state;

	assert_true(mirror_find_server(&table, STR_LIT("cart"), STR_LIT("v1:0"), &place));
	assert_true(mirror_set_health(&table, &place, true, &commands));
	haproxy_batch_reset(&commands);
	text_set(&version->service, "cart");
	text_set(&version->name, "v1");
	version->kind = KIND_STABLE;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9000"));
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9001"));
	put(OBJECT_VERSION, version);
	sync_version("v1");
	assert_non_null(
		strstr(commands.text.data, "set server cart/v1:1 weight 0\n"
					   "enable health cart/v1:1; enable server cart/v1:1; "
					   "set server cart/v1:1 health down\n"
					   "set server cart/v1:1 weight 1\n"));
	const char *raised = strstr(commands.text.data, "set server cart/v1:1 health up\n");
	const char *lowered = strstr(commands.text.data, "set server cart/v1:0 health down\n");
	const char *moved = strstr(commands.text.data, "set server cart/v1:0 addr ");
	assert_non_null(raised);
	assert_true(raised < lowered);
	assert_true(lowered < moved);
	haproxy_batch_reset(&commands);
}

static void sync_session(const char *key)
{
	mirror_sync_session(&table, &env, str_of(key), &commands);
}

static void sessions_only_add_to_the_large_map(void **state)
{
	(void)state;
	put_session("dev", POLICY_LENIENT, "pr-1");
	sync_session("dev");
	assert_commands("add map maps/cart.pins dev pr-1\nadd map maps/sessions dev no-pin\n");
	put_session("dev", POLICY_STRICT, "pr-2");
	sync_session("dev");
	assert_commands(
		"set map maps/cart.pins dev pr-2\nadd map maps/changed dev no-pin.strict\n");
	put_session("dev", POLICY_LENIENT, NULL);
	sync_session("dev");
	assert_commands("set map maps/changed dev no-pin\ndel map maps/cart.pins dev\n");
	sync_session("dev");
	assert_commands("");
	take_out(OBJECT_SESSION, "dev");
	sync_session("dev");
	assert_commands("set map maps/changed dev session-unknown\n");
}

static void facts_are_one_line_of_json(void **state)
{
	struct tombstone *tombstone = record_create(&tombstone_type);
	(void)state;

	text_set(&tombstone->id, "cart@pr-9");
	text_set(&tombstone->actor, "a\n\nb; \"c\" \\ %[x]");
	mirror_sync_gone(&table, tombstone, &commands);
	assert_non_null(strstr(commands.text.data, "a\\n\\nb; \\\"c\\\" \\\\ %[x]"));
	assert_int_equal(commands.replies, 1);
	char *first = strchr(commands.text.data, '\n');
	assert_string_equal(strchr(first + 1, '\n'), "\n\n");
	haproxy_batch_reset(&commands);
	record_unref(&tombstone_type, tombstone);
}

static void nothing_breaks_out_of_a_line(void **state)
{
	struct config_options options = {.dir = "/tmp/a 'b' \"c\" #d",
		.runtime_path = "/tmp/a 'b' \"c\" #d/runtime.sock",
		.listen = "127.0.0.1:1",
		.domain = "env.localhost",
		.api_url = "http://x/'%[rand]'"};
	struct strbuf text;
	(void)state;

	strbuf_init(&text, CONFIG_MAX_BYTES);
	config_write(&text, &options, &table);
	assert_true(strbuf_ok(&text));
	assert_non_null(
		strstr(text.data, "stats socket '/tmp/a '\\''b'\\'' \"c\" #d/runtime.sock' level"));
	assert_non_null(strstr(text.data, "http://x/'\\''%%[rand]'\\''"));
	strbuf_finish(&text);
}

/* A service may have any name: its maps must not be files that the rules have, too. */
static void no_service_takes_a_file_of_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < rules_file_count; i++) {
		struct str name = str_of(rules_files[i].name);

		assert_false(str_ends(name, STR_LIT(".pins")));
		assert_false(str_ends(name, STR_LIT(".versions")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_version_comes_gets_well_and_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_waits_for_its_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(promotion_moves_the_weight, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stable_has_a_twin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_becomes_stable_gets_a_twin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_next_stable_has_its_weight_before_the_last_loses_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_endpoint_is_up_under_its_new_number_before_the_old_one_goes, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			sessions_only_add_to_the_large_map, set_up, tear_down),
		cmocka_unit_test_setup_teardown(facts_are_one_line_of_json, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_breaks_out_of_a_line, set_up, tear_down),
		cmocka_unit_test(no_service_takes_a_file_of_the_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
