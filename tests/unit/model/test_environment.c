/* The environment: order, lookups, and random changes against a plain model; expiry over it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/expiry.h"

static void put(struct environment *env, enum object_kind kind, void *record, bool expected)
{
	struct change change;

	change_init(&change, kind, record, env->revision + 1);
	assert_int_equal(environment_apply(env, &change), expected);
	change_finish(&change);
	record_unref(object_type(kind), record);
}

static void take_out(struct environment *env, enum object_kind kind, const char *id, bool expected)
{
	struct change change;

	change_init_removed(&change, kind, id, env->revision + 1);
	assert_int_equal(environment_apply(env, &change), expected);
	change_finish(&change);
}

static void put_service(struct environment *env, const char *name, const char *host)
{
	struct service *service = record_create(&service_type);

	text_set(&service->name, name);
	if (host != NULL)
		strlist_add(&service->hosts, str_of(host));
	put(env, OBJECT_SERVICE, service, true);
}

static struct version *make_version(const char *service, const char *name, int kind)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:1"));
	return version;
}

static void test_order_and_lookups(void **state)
{
	struct environment env;
	struct service_node *node;

	(void)state;
	environment_init(&env);
	put(&env, OBJECT_VERSION, make_version("cart", "pr-1", KIND_EPHEMERAL), false);
	put_service(&env, "search", NULL);
	put_service(&env, "cart", "shop.example");
	put(&env, OBJECT_VERSION, make_version("cart", "pr-2", KIND_EPHEMERAL), true);
	put(&env, OBJECT_VERSION, make_version("cart", "pr-10", KIND_EPHEMERAL), true);
	put(&env, OBJECT_VERSION, make_version("cart", "v9", KIND_STABLE), true);
	node = environment_node(&env, STR_LIT("cart"));
	assert_ptr_equal(node, &env.nodes[0]);
	assert_string_equal(node->versions[0]->name, "v9");
	assert_string_equal(node->versions[1]->name, "pr-10");
	assert_string_equal(node->versions[2]->name, "pr-2");
	assert_ptr_equal(node_stable(node), node->versions[0]);
	assert_null(node_stable(environment_node(&env, STR_LIT("search"))));

	/* Promotion in the order the plane may send it: two stable ones for a moment. */
	put(&env, OBJECT_VERSION, make_version("cart", "pr-2", KIND_STABLE), true);
	put(&env, OBJECT_VERSION, make_version("cart", "v9", KIND_EPHEMERAL), true);
	node = environment_node(&env, STR_LIT("cart"));
	assert_string_equal(node_stable(node)->name, "pr-2");
	assert_int_equal(node->version_count, 3);
	assert_int_equal(env.version_count, 3);
	assert_string_equal(environment_version(&env, STR_LIT("cart"), STR_LIT("v9"))->name, "v9");
	assert_null(environment_version(&env, STR_LIT("cart"), STR_LIT("v")));
	assert_null(environment_version(&env, STR_LIT("none"), STR_LIT("v9")));

	assert_string_equal(
		environment_service_by_host(&env, STR_LIT("Shop.Example"))->name, "cart");
	assert_null(environment_service_by_host(&env, STR_LIT("shop")));
	assert_string_equal(
		node_endpoint_holder(node, STR_LIT("127.0.0.1:1"), STR_LIT("pr-2"))->name, "pr-10");
	assert_null(node_endpoint_holder(node, STR_LIT("127.0.0.1:2"), STR_LIT("pr-2")));

	take_out(&env, OBJECT_VERSION, "cart@none", false);
	take_out(&env, OBJECT_VERSION, "nonsense", false);
	take_out(&env, OBJECT_SERVICE, "cart", true);
	take_out(&env, OBJECT_SERVICE, "cart", false);
	assert_int_equal(env.version_count, 0);
	assert_int_equal(env.node_count, 1);
	environment_finish(&env);
}

static void put_session(
	struct environment *env, const char *key, const char *service, const char *version)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	if (service != NULL)
		dict_set(&session->pins, str_of(service), version);
	put(env, OBJECT_SESSION, session, true);
}

static void put_tombstone(struct environment *env, int kind, const char *id, int64_t gone_at)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = kind;
	text_set(&tombstone->id, id);
	tombstone->gone_at = gone_at;
	put(env, OBJECT_TOMBSTONE, tombstone, true);
}

static void test_sessions_and_tombstones(void **state)
{
	struct environment env;

	(void)state;
	environment_init(&env);
	put_session(&env, "b", "cart", "pr-1");
	put_session(&env, "a", "cart", "pr-1");
	put_session(&env, "c", "cart", "pr-2");
	assert_string_equal(env.sessions[0]->key, "a");
	assert_int_equal(env.sessions[0]->pins.count, 1);
	put_session(&env, "a", NULL, NULL);
	assert_int_equal(env.session_count, 3);
	assert_string_equal(env.sessions[0]->key, "a");
	assert_int_equal(env.sessions[0]->pins.count, 0);
	take_out(&env, OBJECT_SESSION, "b", true);
	assert_null(environment_session(&env, STR_LIT("b")));

	/* A session and a version may share an id. */
	put_tombstone(&env, GONE_SESSION, "x", 1);
	put_tombstone(&env, GONE_VERSION, "x", 2);
	assert_int_equal(environment_tombstone(&env, GONE_SESSION, STR_LIT("x"))->gone_at, 1);
	assert_int_equal(environment_tombstone(&env, GONE_VERSION, STR_LIT("x"))->gone_at, 2);
	take_out(&env, OBJECT_TOMBSTONE, "session:x", true);
	assert_null(environment_tombstone(&env, GONE_SESSION, STR_LIT("x")));
	assert_int_equal(env.tombstone_count, 1);
	environment_finish(&env);
}

/* A random history applied to an environment; which of 6 x 6 versions and 20 sessions are there is the model. */
enum { SERVICES = 6, VERSIONS = 6, SESSIONS = 20 };

struct plain {
	bool service[SERVICES];
	int version[SERVICES][VERSIONS]; /* 0 absent, else kind + 1 */
	bool session[SESSIONS];
};

static void step_random(struct environment *env, struct plain *plain)
{
	int s = rand() % SERVICES;
	int v = rand() % VERSIONS;
	int k = rand() % SESSIONS;
	char service[16];
	char version[16];
	char id[40];

	snprintf(service, sizeof(service), "s%d", s * 7 % 10);
	snprintf(version, sizeof(version), "v%d", v * 3 % 10);
	switch (rand() % 8) {
	case 0:
		put_service(env, service, NULL);
		plain->service[s] = true;
		break;
	case 1:
		take_out(env, OBJECT_SERVICE, service, plain->service[s]);
		plain->service[s] = false;
		memset(plain->version[s], 0, sizeof(plain->version[s]));
		break;
	case 2:
	case 3:
	case 4:
		plain->version[s][v] = plain->service[s] ? rand() % 2 + 1 : 0;
		put(env, OBJECT_VERSION,
			make_version(service, version,
				plain->version[s][v] ? plain->version[s][v] - 1 : 0),
			plain->service[s]);
		break;
	case 5:
		snprintf(id, sizeof(id), "%s@%s", service, version);
		take_out(env, OBJECT_VERSION, id, plain->version[s][v] != 0);
		plain->version[s][v] = 0;
		break;
	case 6:
		snprintf(id, sizeof(id), "k%d", k);
		put_session(env, id, NULL, NULL);
		plain->session[k] = true;
		break;
	default:
		snprintf(id, sizeof(id), "k%d", k);
		take_out(env, OBJECT_SESSION, id, plain->session[k]);
		plain->session[k] = false;
	}
}

static void check_against(const struct environment *env, const struct plain *plain)
{
	size_t versions = 0;
	size_t sessions = 0;

	for (int s = 0; s < SERVICES; s++) {
		char service[16];

		snprintf(service, sizeof(service), "s%d", s * 7 % 10);
		assert_int_equal(
			environment_service(env, str_of(service)) != NULL, plain->service[s]);
		for (int v = 0; v < VERSIONS; v++) {
			char name[16];
			struct version *version;

			snprintf(name, sizeof(name), "v%d", v * 3 % 10);
			version = environment_version(env, str_of(service), str_of(name));
			assert_int_equal(version != NULL, plain->version[s][v] != 0);
			if (version == NULL)
				continue;
			assert_int_equal(version->kind + 1, plain->version[s][v]);
			versions++;
		}
	}
	assert_int_equal(env->version_count, versions);
	for (int k = 0; k < SESSIONS; k++)
		sessions += plain->session[k];
	assert_int_equal(env->session_count, sessions);
	for (size_t i = 1; i < env->session_count; i++)
		assert_true(strcmp(env->sessions[i - 1]->key, env->sessions[i]->key) < 0);
	for (size_t i = 1; i < env->node_count; i++)
		assert_true(
			strcmp(env->nodes[i - 1].service->name, env->nodes[i].service->name) < 0);
}

static void test_random_history(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	struct environment env;
	struct environment copy;
	struct plain plain = {0};
	struct plain then;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand(seed);
	environment_init(&env);
	for (int i = 0; i < 2000; i++) {
		step_random(&env, &plain);
		check_against(&env, &plain);
	}
	/* A copy does not follow. */
	then = plain;
	environment_copy(&copy, &env);
	for (int i = 0; i < 200; i++)
		step_random(&env, &plain);
	check_against(&copy, &then);
	check_against(&env, &plain);
	environment_finish(&copy);
	environment_finish(&env);
}

static void test_expiry(void **state)
{
	struct environment env;
	struct expired due[8];
	struct version *version = make_version("cart", "pr-1", KIND_EPHEMERAL);
	struct session *session = record_create(&session_type);

	(void)state;
	environment_init(&env);
	assert_int_equal(expiry_next(&env), 0);
	put_service(&env, "cart", NULL);
	put(&env, OBJECT_VERSION, make_version("cart", "v1", KIND_STABLE), true);
	assert_int_equal(expiry_next(&env), 0);
	version->expires_at = 5000;
	put(&env, OBJECT_VERSION, version, true);
	text_set(&session->key, "dev");
	session->expires_at = 4000;
	put(&env, OBJECT_SESSION, session, true);
	put_tombstone(&env, GONE_SESSION, "old", 4500 - TOMBSTONE_KEPT_MS);
	assert_int_equal(expiry_next(&env), 4000);
	assert_int_equal(expiry_due(&env, 3999, due, 8), 0);
	assert_int_equal(expiry_due(&env, 4000, due, 8), 1);
	assert_int_equal(due[0].kind, OBJECT_SESSION);
	assert_int_equal(expiry_due(&env, 9000, due, 8), 3);
	assert_int_equal(due[2].kind, OBJECT_TOMBSTONE);
	due[1] = (struct expired){0};
	assert_int_equal(expiry_due(&env, 9000, due, 1), 3);
	assert_null(due[1].record);
	environment_finish(&env);
}

static void test_apply_stays_cheap(void **state)
{
	struct environment env;
	clock_t start;
	int64_t spent_ns;

	(void)state;
	environment_init(&env);
	for (int i = 0; i < 50000; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%05d", i);
		put_session(&env, key, NULL, NULL);
	}
	start = clock();
	for (int i = 0; i < 1000; i++) {
		take_out(&env, OBJECT_SESSION, "k00000", true);
		put_session(&env, "k00000", NULL, NULL);
	}
	spent_ns = (int64_t)(clock() - start) * (1000000000 / CLOCKS_PER_SEC) / 2000;
	print_message("first of 50,000 sessions in or out: %lld ns of CPU\n", (long long)spent_ns);
	/* Far above what it takes, so that only a change of order shows. */
	assert_true(spent_ns < 1000000);
	environment_finish(&env);
}

/* The newest are told; of one moment all or none. */
static void test_memory_is_bounded(void **state)
{
	static const struct {
		size_t most;
		int64_t since;
		size_t left;
	} cases[] = {{9, INT64_MIN, 5}, {5, INT64_MIN, 5}, {4, 11, 4}, {3, 31, 1}, {2, 31, 1},
		{1, 31, 1}, {0, 41, 0}};
	struct environment env, copy;

	(void)state;
	environment_init(&env);
	env.remembers = true;
	put_tombstone(&env, GONE_SESSION, "a", 30);
	put_tombstone(&env, GONE_SESSION, "b", 10);
	put_tombstone(&env, GONE_VERSION, "cart@c", 40);
	put_tombstone(&env, GONE_VERSION, "cart@d", 30);
	put_tombstone(&env, GONE_VERSION, "cart@e", 30);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		environment_copy(&copy, &env);
		assert_true(copy.remembers);
		assert_int_equal(environment_gone_since(&copy, cases[i].most), cases[i].since);
		environment_forget(&copy, cases[i].since);
		assert_int_equal(copy.tombstone_count, cases[i].left);
		assert_int_equal(
			environment_tombstone(&copy, GONE_VERSION, STR_LIT("cart@c")) != NULL,
			cases[i].left > 0);
		environment_finish(&copy);
	}
	environment_finish(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_lookups),
		cmocka_unit_test(test_sessions_and_tombstones),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_random_history),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_apply_stays_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
