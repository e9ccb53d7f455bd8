/*
 * What a change of a session would do: a row for each kind of change, told as its sentence, then the
 * services that a pull request does not touch, and that decide_session() says what decide() says.
 */
#include "core/model/session_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/routing_context.h"
#include "core/model/environment.h"
#include "tests/support/environment_builder.h"

#define NOW INT64_C(1795388400000)

static struct environment env;

static void put_version(const char *service, const char *name, int kind, int state, int64_t pr)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	version->state = state;
	version->pr_number = pr;
	environment_put(&env, OBJECT_VERSION, version);
}

static void put_tombstone(const char *id, int64_t pr, int why)
{
	struct tombstone *tombstone = record_create(&tombstone_type);

	tombstone->kind = GONE_VERSION;
	text_set(&tombstone->id, id);
	tombstone->pr_number = pr;
	tombstone->why = why;
	tombstone->gone_at = NOW - 12 * INT64_C(60000);
	text_set(&tombstone->actor, "dev1");
	environment_put(&env, OBJECT_TOMBSTONE, tombstone);
}

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	environment_put_service(&env, "cart");
	environment_put_service(&env, "pay"); /* its stable is down */
	environment_put_service(&env, "ship"); /* it had a version of #7 */
	put_version("cart", "1.0", KIND_STABLE, STATE_READY, 0);
	put_version("cart", "pr-7", KIND_EPHEMERAL, STATE_READY, 7);
	put_version("cart", "pr-8", KIND_EPHEMERAL, STATE_READY, 8);
	put_version("cart", "sick", KIND_EPHEMERAL, STATE_UNHEALTHY, 0);
	put_version("cart", "new", KIND_EPHEMERAL, STATE_STARTING, 0);
	put_version("pay", "1.0", KIND_STABLE, STATE_UNHEALTHY, 0);
	put_version("pay", "pr-7", KIND_EPHEMERAL, STATE_READY, 7);
	put_version("pay", "sick", KIND_EPHEMERAL, STATE_UNHEALTHY, 0);
	put_version("ship", "1.0", KIND_STABLE, STATE_READY, 0);
	put_tombstone("ship@pr-7", 7, WHY_EXPIRED);
	put_tombstone("cart@old", 6, WHY_RETIRED);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

/* "lenient cart=pr-7 pay=sick"; "none": there is no session. */
static struct session *make_session(const char *text)
{
	struct session *session = record_create(&session_type);
	struct str rest = str_of(text);
	struct str policy = str_cut(&rest, ' ');

	if (str_eq_c(policy, "none")) {
		record_unref(&session_type, session);
		return NULL;
	}
	text_set(&session->key, "dev");
	session->policy = str_eq_c(policy, "strict") ? POLICY_STRICT : POLICY_LENIENT;
	while (rest.p != NULL) {
		struct str version = str_cut(&rest, ' ');
		struct str service = str_cut(&version, '=');
		char *name = str_dup(version);

		dict_set(&session->pins, service, name);
		free(name);
	}
	return session;
}

static void test_changes(void **state)
{
	static const struct {
		const char *before, *after;
		size_t routes;
		const char *sentences; /* joined by '|' */
	} cases[] = {
		{"none", "lenient", 0, ""},
		{"none", "lenient cart=pr-7", 1, "cart goes from stable 1.0 to pr-7."},
		{"none", "lenient cart=1.0", 0, "cart stays with stable 1.0."},
		{"lenient", "lenient cart=pr-7", 1, "cart goes from stable 1.0 to pr-7."},
		{"lenient cart=pr-7", "lenient cart=pr-7", 0, ""},
		{"lenient cart=pr-7", "lenient cart=pr-8", 1, "cart goes from pr-7 to pr-8."},
		{"lenient cart=pr-7", "lenient", 1, "cart goes from pr-7 to stable 1.0."},
		{"lenient", "lenient cart=sick", 0,
			"cart stays with stable 1.0, because sick is unhealthy."},
		{"lenient", "lenient cart=new", 0,
			"cart stays with stable 1.0, because new is starting."},
		{"lenient", "lenient cart=gone", 0,
			"cart stays with stable 1.0, because gone is not there."},
		{"strict", "strict cart=sick", 1,
			"cart goes from stable 1.0 to 503, because sick is unhealthy and the "
			"session is strict."},
		{"strict cart=sick", "strict cart=gone", 0,
			"cart still gets 503, because gone is not there and the session is "
			"strict."},
		{"strict cart=sick", "strict cart=pr-7", 1, "cart goes from 503 to pr-7."},
		{"lenient cart=sick", "strict cart=sick", 1,
			"cart goes from stable 1.0 to 503, because sick is unhealthy and the "
			"session is strict."},
		{"lenient cart=pr-7", "strict cart=pr-7", 0, ""},
		{"none", "lenient pay=pr-7", 1, "pay goes from 503 to pr-7."},
		{"lenient pay=pr-7", "lenient", 1,
			"pay goes from pr-7 to 503, because no stable version is ready."},
		{"lenient", "lenient pay=sick", 0,
			"pay still gets 503, because sick is unhealthy and no stable version is "
			"ready."},
		{"lenient cart=pr-7 ship=1.0", "lenient cart=pr-8 pay=pr-7", 2,
			"cart goes from pr-7 to pr-8.|pay goes from 503 to pr-7.|ship stays with "
			"stable 1.0."},
		/* what is gone, remembered and not */
		{"lenient", "lenient cart=old", 0,
			"cart stays with stable 1.0, because old was retired by dev1 12m ago."},
		{"strict", "strict cart=old", 1,
			"cart goes from stable 1.0 to 503, because old was retired by dev1 12m ago "
			"and the session is strict."},
		{"lenient", "lenient cart=older", 0,
			"cart stays with stable 1.0, because older is not there."},
		/* a pin of a service that has been removed */
		{"lenient old=1.0", "lenient", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct session *before = make_session(cases[i].before);
		struct session *after = make_session(cases[i].after);
		struct session_diff dryrun;
		struct strbuf text;

		strbuf_init(&text, 1000);
		session_diff_make(&env, before, after, 0, &dryrun);
		for (size_t j = 0; j < dryrun.count; j++) {
			strbuf_add_c(&text, j > 0 ? "|" : "");
			session_diff_say_change(&text, &env, &dryrun.changes[j], NOW);
		}
		if (!str_eq_c(strbuf_str(&text), cases[i].sentences))
			fail_msg("row %zu: %s", i, text.data);
		assert_int_equal(dryrun.routes_changed, cases[i].routes);
		assert_int_equal(dryrun.unchanged_total, 0);
		strbuf_finish(&text);
		session_diff_finish(&dryrun);
		record_unref(&session_type, before);
		record_unref(&session_type, after);
	}
}

static void test_unchanged(void **state)
{
	static const struct {
		int64_t pr;
		const char *after;
		const char *sentences;
	} cases[] = {
		{7, "lenient cart=pr-7 pay=pr-7",
			"ship has no version of #7 any more (ship@pr-7 expired 12m ago) and stays "
			"with stable 1.0."},
		{8, "lenient cart=pr-8",
			"pay has no version of #8 and gets 503.|ship has no version of #8 and "
			"stays with stable 1.0."},
		{8, "lenient cart=pr-8 pay=pr-7",
			"ship has no version of #8 and stays with stable 1.0."},
		{7, "lenient ship=1.0", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct session *after = make_session(cases[i].after);
		struct session_diff dryrun;
		struct strbuf text;

		strbuf_init(&text, 1000);
		session_diff_make(&env, NULL, after, cases[i].pr, &dryrun);
		for (size_t j = 0; j < dryrun.unchanged_count; j++) {
			strbuf_add_c(&text, j > 0 ? "|" : "");
			session_diff_say_unchanged(&text, &dryrun.unchanged[j], cases[i].pr, NOW);
		}
		if (!str_eq_c(strbuf_str(&text), cases[i].sentences))
			fail_msg("row %zu: %s", i, text.data);
		strbuf_finish(&text);
		session_diff_finish(&dryrun);
		record_unref(&session_type, after);
	}
}

/* Those that are remembered come first, also behind many that never had one. */
static void test_unchanged_is_bounded(void **state)
{
	struct session *after = make_session("lenient");
	struct session_diff dryrun;
	char name[16];

	(void)state;
	for (int i = 0; i < 2 * SESSION_DIFF_UNCHANGED_MAX; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		environment_put_service(&env, name);
	}
	session_diff_make(&env, NULL, after, 7, &dryrun);
	assert_int_equal(dryrun.unchanged_count, SESSION_DIFF_UNCHANGED_MAX);
	assert_int_equal(dryrun.unchanged_total, 2 * SESSION_DIFF_UNCHANGED_MAX + 1);
	assert_string_equal(dryrun.unchanged[0].service->name, "ship");
	assert_string_equal(dryrun.unchanged[1].service->name, "a0");
	session_diff_finish(&dryrun);
	record_unref(&session_type, after);
}

/* One rule, asked two ways. */
static void test_agrees_with_decide(void **state)
{
	static const char *const sessions[] = {"lenient", "strict", "lenient cart=pr-7 pay=sick",
		"strict cart=sick pay=pr-7", "strict pay=gone"};
	const struct header_line header = {STR_LIT("Routing-Session"), STR_LIT("dev")};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sessions); i++) {
		struct session *session = make_session(sessions[i]);

		record_ref(session);
		environment_put(&env, OBJECT_SESSION, session);
		for (size_t j = 0; j < env.node_count; j++) {
			const struct service *service = env.nodes[j].service;
			struct routing_context context;
			struct decision asked, told;
			char host[64];

			snprintf(host, sizeof(host), "%s.env.localhost", service->name);
			routing_context_read(&env, STR_LIT("env.localhost"),
				&(struct hop){str_of(host), STR_LIT("/"), &header, 1}, &context);
			decide(&env, &context, &asked);
			decide_session(&env, session, service, &told);
			assert_ptr_equal(asked.service, told.service);
			assert_ptr_equal(asked.version, told.version);
			assert_int_equal(asked.reason, told.reason);
			assert_int_equal(asked.intended, told.intended);
			assert_true(str_eq(asked.wanted, told.wanted));
			assert_int_equal(asked.strict, told.strict);
			assert_int_equal(asked.status, told.status);
		}
		record_unref(&session_type, session);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unchanged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unchanged_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_agrees_with_decide, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
