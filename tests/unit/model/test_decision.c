/*
 * The decision table, one row for each reason, lenient and strict; then what stable-down replaces,
 * and the rows where two rules meet.
 */
#include "core/model/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "tests/support/environment_builder.h"

static struct environment env;

static void put_version(const char *service, const char *name, int kind, int state)
{
	struct version *version = record_create(&version_type);
	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	version->state = state;
	environment_put(&env, OBJECT_VERSION, version);
}

static void put_session(const char *key, int policy, const char *version)
{
	struct session *session = record_create(&session_type);
	text_set(&session->key, key);
	session->policy = policy;
	if (version != NULL)
		dict_set(&session->pins, STR_LIT("cart"), version);
	dict_set(&session->pins, STR_LIT("other"), "pr-1");
	environment_put(&env, OBJECT_SESSION, session);
}

static void put_tombstone(int kind, const char *id, int policy)
{
	struct tombstone *tombstone = record_create(&tombstone_type);
	tombstone->kind = kind;
	text_set(&tombstone->id, id);
	tombstone->policy = policy;
	environment_put(&env, OBJECT_TOMBSTONE, tombstone);
}

static int set_up(void **state)
{
	static const struct {
		const char *key, *version;
	} pins[] = {{"plain", NULL}, {"ready", "pr-1"}, {"gone", "pr-gone"}, {"never", "pr-never"},
		{"sick", "pr-sick"}, {"starting", "pr-starting"}, {"draining", "pr-draining"},
		{"stable", "stable"}};
	char strict[32];
	(void)state;

	environment_init(&env);
	environment_put_service(&env, "cart");
	environment_put_service(&env, "down"); /* its stable is unhealthy */
	environment_put_service(&env, "bare"); /* it has none */
	put_version("cart", "stable", KIND_STABLE, STATE_READY);
	put_version("cart", "pr-1", KIND_EPHEMERAL, STATE_READY);
	put_version("cart", "pr-2", KIND_EPHEMERAL, STATE_READY);
	put_version("cart", "pr-sick", KIND_EPHEMERAL, STATE_UNHEALTHY);
	put_version("cart", "pr-starting", KIND_EPHEMERAL, STATE_STARTING);
	put_version("cart", "pr-draining", KIND_EPHEMERAL, STATE_DRAINING);
	put_version("down", "stable", KIND_STABLE, STATE_UNHEALTHY);
	put_version("down", "pr-1", KIND_EPHEMERAL, STATE_READY);
	for (size_t i = 0; i < ARRAY_LEN(pins); i++) {
		put_session(pins[i].key, POLICY_LENIENT, pins[i].version);
		snprintf(strict, sizeof(strict), "%s-strict", pins[i].key);
		put_session(strict, POLICY_STRICT, pins[i].version);
	}
	put_tombstone(GONE_SESSION, "ended", POLICY_LENIENT);
	put_tombstone(GONE_SESSION, "ended-strict", POLICY_STRICT);
	put_tombstone(GONE_VERSION, "cart@pr-gone", POLICY_LENIENT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

struct row {
	const char *service, *key, *pins; /* as sent; NULL: not sent */
	bool ask_strict;
	/* then */
	enum reason reason, intended;
	const char *version; /* NULL: 503 */
	bool strict;
};

#define NO REASON_COUNT

static void check(const struct row *row)
{
	char host[64];
	struct header_line headers[3];
	struct hop hop = {.target = STR_LIT("/"), .headers = headers};
	struct routing_context ctx;
	struct decision decision;

	print_message("%s key=%s pins=%s strict=%d\n", row->service, row->key ? row->key : "-",
		row->pins ? row->pins : "-", row->ask_strict);
	snprintf(host, sizeof(host), "%s.env.localhost", row->service);
	hop.host = str_of(host);
	if (row->key != NULL)
		headers[hop.header_count++] =
			(struct header_line){STR_LIT("Routing-Session"), str_of(row->key)};
	if (row->pins != NULL)
		headers[hop.header_count++] =
			(struct header_line){STR_LIT("Routing-Pins"), str_of(row->pins)};
	if (row->ask_strict)
		headers[hop.header_count++] =
			(struct header_line){STR_LIT("Routing-Strict"), STR_LIT("1")};
	routing_context_read(&env, STR_LIT("env.localhost"), &hop, &ctx);
	decide(&env, &ctx, &decision);
	assert_int_equal(decision.reason, row->reason);
	assert_int_equal(decision.intended, row->intended);
	assert_int_equal(decision.strict, row->strict);
	assert_int_equal(decision.status, row->version != NULL ? 0 : 503);
	assert_int_equal(decision.version != NULL, row->version != NULL);
	if (row->version != NULL && decision.version != NULL)
		assert_string_equal(decision.version->name, row->version);
}

static void check_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&rows[i]);
}

static void the_table(void **state)
{
	static const struct row rows[] = {
		/* lenient */
		{"cart", NULL, NULL, false, REASON_NO_SESSION, NO, "stable", false},
		{"cart", "plain", NULL, false, REASON_NO_PIN, NO, "stable", false},
		{"cart", "ready", NULL, false, REASON_PINNED, NO, "pr-1", false},
		{"cart", NULL, "cart=\"pr-2\"", false, REASON_DIRECT_PIN, NO, "pr-2", false},
		{"cart", "nobody", NULL, false, REASON_SESSION_UNKNOWN, NO, "stable", false},
		{"cart", "ended", NULL, false, REASON_SESSION_EXPIRED, NO, "stable", false},
		{"cart", "gone", NULL, false, REASON_VERSION_GONE, NO, "stable", false},
		{"cart", "sick", NULL, false, REASON_VERSION_UNHEALTHY, NO, "stable", false},
		{"cart", "starting", NULL, false, REASON_VERSION_UNHEALTHY, NO, "stable", false},
		{"cart", "draining", NULL, false, REASON_VERSION_UNHEALTHY, NO, "stable", false},
		/* strict, by the request */
		{"cart", NULL, NULL, true, REASON_NO_SESSION, NO, "stable", true},
		{"cart", "plain", NULL, true, REASON_NO_PIN, NO, "stable", true},
		{"cart", "ready", NULL, true, REASON_PINNED, NO, "pr-1", true},
		{"cart", NULL, "cart=\"pr-2\"", true, REASON_DIRECT_PIN, NO, "pr-2", true},
		{"cart", "nobody", NULL, true, REASON_SESSION_UNKNOWN, NO, NULL, true},
		{"cart", "ended", NULL, true, REASON_SESSION_EXPIRED, NO, NULL, true},
		{"cart", "gone", NULL, true, REASON_VERSION_GONE, NO, NULL, true},
		{"cart", "sick", NULL, true, REASON_VERSION_UNHEALTHY, NO, NULL, true},
		{"cart", "starting", NULL, true, REASON_VERSION_UNHEALTHY, NO, NULL, true},
		{"cart", "draining", NULL, true, REASON_VERSION_UNHEALTHY, NO, NULL, true},
		/* strict, by the session */
		{"cart", "plain-strict", NULL, false, REASON_NO_PIN, NO, "stable", true},
		{"cart", "ready-strict", NULL, false, REASON_PINNED, NO, "pr-1", true},
		{"cart", "ended-strict", NULL, false, REASON_SESSION_EXPIRED, NO, NULL, true},
		{"cart", "gone-strict", NULL, false, REASON_VERSION_GONE, NO, NULL, true},
		{"cart", "sick-strict", NULL, false, REASON_VERSION_UNHEALTHY, NO, NULL, true},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void stable_down_replaces_what_stable_would_serve(void **state)
{
	static const struct row rows[] = {
		{"down", NULL, NULL, false, REASON_STABLE_DOWN, REASON_NO_SESSION, NULL, false},
		{"down", NULL, NULL, true, REASON_STABLE_DOWN, REASON_NO_SESSION, NULL, true},
		{"down", "plain", NULL, false, REASON_STABLE_DOWN, REASON_NO_PIN, NULL, false},
		{"down", "plain-strict", NULL, false, REASON_STABLE_DOWN, REASON_NO_PIN, NULL,
			true},
		{"down", "nobody", NULL, false, REASON_STABLE_DOWN, REASON_SESSION_UNKNOWN, NULL,
			false},
		{"down", "ended", NULL, false, REASON_STABLE_DOWN, REASON_SESSION_EXPIRED, NULL,
			false},
		{"down", NULL, "down=\"no\"", false, REASON_STABLE_DOWN, REASON_VERSION_GONE, NULL,
			false},
		{"down", NULL, "down=\"stable\"", false, REASON_STABLE_DOWN,
			REASON_VERSION_UNHEALTHY, NULL, false},
		/* a strict request was not for stable, so that is not what failed it */
		{"down", "nobody", NULL, true, REASON_SESSION_UNKNOWN, NO, NULL, true},
		{"down", "ended-strict", NULL, false, REASON_SESSION_EXPIRED, NO, NULL, true},
		{"down", NULL, "down=\"no\"", true, REASON_VERSION_GONE, NO, NULL, true},
		/* an ephemeral version works while stable is down */
		{"down", NULL, "down=\"pr-1\"", false, REASON_DIRECT_PIN, NO, "pr-1", false},
		{"bare", NULL, NULL, false, REASON_STABLE_DOWN, REASON_NO_SESSION, NULL, false},
		{"bare", NULL, "bare=\"x\"", true, REASON_VERSION_GONE, NO, NULL, true},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void where_rules_meet(void **state)
{
	static const struct row rows[] = {
		/* a direct pin wins over whatever the session is, for the service it names */
		{"cart", "ready", "cart=\"pr-2\"", false, REASON_DIRECT_PIN, NO, "pr-2", false},
		{"cart", "ready", "other=\"pr-2\"", false, REASON_PINNED, NO, "pr-1", false},
		{"cart", "nobody", "cart=\"pr-2\"", true, REASON_DIRECT_PIN, NO, "pr-2", true},
		{"cart", "ended-strict", "cart=\"pr-2\"", false, REASON_DIRECT_PIN, NO, "pr-2",
			true},
		{"cart", "ready", "cart=\"pr-sick\"", false, REASON_VERSION_UNHEALTHY, NO, "stable",
			false},
		{"cart", "ready-strict", "cart=\"pr-sick\"", false, REASON_VERSION_UNHEALTHY, NO,
			NULL, true},
		{"cart", "ready", "cart=\"no-such\"", false, REASON_VERSION_GONE, NO, "stable",
			false},
		{"cart", "ready", "cart=\"no such!\"", false, REASON_PINNED, NO, "pr-1", false},
		/* malformed: the whole header is as if it were not there */
		{"cart", "ready", "cart=\"pr-2\", x", false, REASON_PINNED, NO, "pr-1", false},
		{"cart", "Not-A-Key", NULL, false, REASON_SESSION_UNKNOWN, NO, "stable", false},
		{"cart", "Not-A-Key", NULL, true, REASON_SESSION_UNKNOWN, NO, NULL, true},
		/* pinned to what is stable */
		{"cart", "stable", NULL, false, REASON_PINNED, NO, "stable", false},
		/* a version that never was is as one that is gone */
		{"cart", "never", NULL, false, REASON_VERSION_GONE, NO, "stable", false},
		{"cart", "never-strict", NULL, false, REASON_VERSION_GONE, NO, NULL, true},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

/* The 32nd hop goes nowhere, for whatever reason it would have gone somewhere; the 31st does. */
static void a_loop_ends(void **state)
{
	static const struct {
		const char *service, *key, *hops;
		bool strict;
		enum reason reason;
		int status;
	} rows[] = {
		{"cart", "ready", "30", false, REASON_PINNED, 0},
		{"cart", "ready", "31", false, REASON_PINNED, 508},
		{"cart", "ready", "400", true, REASON_PINNED, 508},
		{"cart", "plain", "31", false, REASON_NO_PIN, 508},
		{"cart", "gone", "31", true, REASON_VERSION_GONE, 508},
		{"down", "plain", "31", false, REASON_NO_PIN, 508},
		{"nope", "ready", "31", false, REASON_COUNT, 404},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct header_line headers[] = {{STR_LIT("Routing-Session"), str_of(rows[i].key)},
			{STR_LIT("Routing-Hops"), str_of(rows[i].hops)},
			{STR_LIT("Routing-Strict"), rows[i].strict ? STR_LIT("1") : STR_LIT("0")}};
		char host[64];
		struct hop hop = {.target = STR_LIT("/"), .headers = headers, .header_count = 3};
		struct routing_context ctx;
		struct decision decision;

		snprintf(host, sizeof(host), "%s.env.localhost", rows[i].service);
		hop.host = str_of(host);
		routing_context_read(&env, STR_LIT("env.localhost"), &hop, &ctx);
		decide(&env, &ctx, &decision);
		assert_int_equal(decision.status, rows[i].status);
		assert_int_equal(decision.reason, rows[i].reason);
		assert_int_equal(decision.intended, REASON_COUNT);
		assert_int_equal(decision.version != NULL, rows[i].status == 0);
	}
}

static void decide_for(const char *host, const char *key, struct decision *ret)
{
	struct header_line header = {STR_LIT("Routing-Session"), str_of(key)};
	struct hop hop = {str_of(host), STR_LIT("/"), &header, 1};
	static struct routing_context ctx;

	routing_context_read(&env, STR_LIT("env.localhost"), &hop, &ctx);
	decide(&env, &ctx, ret);
}

static void the_facts_beside_it(void **state)
{
	struct decision decision;
	(void)state;

	decide_for("nope.env.localhost", "ready", &decision);
	assert_null(decision.service);
	assert_int_equal(decision.status, 404);
	assert_int_equal(decision.reason, REASON_COUNT);

	decide_for("cart.env.localhost", "gone", &decision);
	assert_string_equal(decision.session->key, "gone");
	assert_true(str_eq_c(decision.wanted, "pr-gone"));
	assert_string_equal(decision.gone->id, "cart@pr-gone");

	decide_for("cart.env.localhost", "never", &decision);
	assert_null(decision.gone);

	decide_for("cart.env.localhost", "ended", &decision);
	assert_null(decision.session);
	assert_string_equal(decision.gone->id, "ended");
	assert_null(decision.wanted.p);
}

static void what_a_pin_would_do(void **state)
{
	static const struct {
		const char *service, *version;
		bool strict;
		const char *said; /* NULL: it serves */
	} rows[] = {
		{"cart", "pr-1", true, NULL},
		{"cart", "stable", false, NULL},
		{"cart", "pr-sick", false,
			"cart@pr-sick is unhealthy (connection refused): stable serves cart until "
			"it is ready"},
		{"cart", "pr-sick", true,
			"cart@pr-sick is unhealthy (connection refused): every request to cart "
			"gets 503 until it is ready"},
		{"cart", "pr-starting", false,
			"cart@pr-starting is starting: stable serves cart until it is ready"},
		{"cart", "pr-gone", true, "cart@pr-gone is gone: every request to cart gets 503"},
		{"down", "pr-9", false,
			"down@pr-9 is gone, and no stable version is ready: every request to down "
			"gets 503"},
	};
	struct version *sick = (struct version *)(uintptr_t)environment_version(
		&env, STR_LIT("cart"), STR_LIT("pr-sick"));
	struct strbuf text;

	(void)state;
	text_set(&sick->state_detail, "connection refused");
	strbuf_init(&text, 400);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct decision decision;

		strbuf_reset(&text);
		decide_pin(&env,
			environment_session(
				&env, rows[i].strict ? STR_LIT("plain-strict") : STR_LIT("plain")),
			environment_service(&env, str_of(rows[i].service)), str_of(rows[i].version),
			&decision);
		assert_int_equal(
			decision_say_unserved(&text, &env, &decision), rows[i].said != NULL);
		assert_string_equal(
			text.len > 0 ? text.data : "", rows[i].said ? rows[i].said : "");
	}
	strbuf_finish(&text);
}

static void every_reason_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < REASON_COUNT; i++) {
		assert_non_null(reason_names[i]);
		assert_non_null(reason_sentences[i]);
	}
	assert_null(reason_names[REASON_COUNT]);
}

/* A pin that serves, but not for as long as the session lives. */
static void an_expiry_before_the_sessions_is_said(void **state)
{
	static const struct {
		enum reason reason;
		int64_t version, session; /* minutes from now; 0: never */
		const char *says;
	} rows[] = {
		{REASON_PINNED, 3, 480, "cart@pr-1 expires in 3m, the session in 8h"},
		{REASON_PINNED, 3, 0, "cart@pr-1 expires in 3m, the session never"},
		{REASON_PINNED, 480, 480, ""},
		{REASON_PINNED, 500, 480, ""},
		{REASON_PINNED, 0, 480, ""},
		{REASON_PINNED, 0, 0, ""},
		{REASON_VERSION_UNHEALTHY, 3, 480, ""},
	};
	const int64_t now_ms = INT64_C(1700000000000), minute = 60000;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char service[] = "cart", name[] = "pr-1";
		struct version version = {.service = service,
			.name = name,
			.expires_at = rows[i].version ? now_ms + rows[i].version * minute : 0};
		struct session session = {
			.expires_at = rows[i].session ? now_ms + rows[i].session * minute : 0};
		struct decision decision = {
			.reason = rows[i].reason, .version = &version, .session = &session};
		struct strbuf text;

		strbuf_init(&text, 1024);
		assert_int_equal(
			decision_say_expiry(&text, &decision, now_ms), rows[i].says[0] != '\0');
		assert_string_equal(text.len > 0 ? text.data : "", rows[i].says);
		strbuf_finish(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expiry_before_the_sessions_is_said),
		cmocka_unit_test(the_table),
		cmocka_unit_test(stable_down_replaces_what_stable_would_serve),
		cmocka_unit_test(where_rules_meet),
		cmocka_unit_test(a_loop_ends),
		cmocka_unit_test(the_facts_beside_it),
		cmocka_unit_test(what_a_pin_would_do),
		cmocka_unit_test(every_reason_has_its_words),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
