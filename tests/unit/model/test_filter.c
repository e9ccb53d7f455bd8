/*
 * The filter language: what matches what, and where each mistake is said to be and what is expected
 * there.
 */
#include "core/model/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "tests/support/environment_builder.h"

#define NOW INT64_C(1700000000000)

static struct environment env;

static int set_up(void **state)
{
	(void)state;
	environment_init(&env);
	struct service *service = record_create(&service_type);
	text_set(&service->name, "cart");
	text_set(&service->owner, "payments");
	environment_put(&env, OBJECT_SERVICE, service);
	struct version *version = record_create(&version_type);
	text_set(&version->service, "cart");
	text_set(&version->name, "pr-482");
	version->kind = KIND_EPHEMERAL;
	version->state = STATE_UNHEALTHY;
	version->pr_number = 482;
	text_set(&version->pr_author, "Dev1");
	text_set(&version->pr_title, "Faster Carts");
	version->deployed_at = NOW - 60000;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:9002"));
	environment_put(&env, OBJECT_VERSION, version);
	struct session *session = record_create(&session_type);
	text_set(&session->key, "dev-4f2k");
	text_set(&session->name, "dev");
	text_set(&session->owner, "dev1");
	session->created_at = NOW - 3600000;
	dict_set(&session->pins, STR_LIT("cart"), "pr-482");
	dict_set(&session->pins, STR_LIT("search"), "pr-9");
	environment_put(&env, OBJECT_SESSION, session);
	struct tombstone *gone = record_create(&tombstone_type);
	gone->kind = GONE_VERSION;
	text_set(&gone->id, "cart@pr-1");
	text_set(&gone->pr_author, "dev2");
	gone->pr_number = 1;
	environment_put(&env, OBJECT_TOMBSTONE, gone);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

static const struct request sample = {
	.seq = 90210,
	.time = NOW - 10000,
	.id = {"0a1b2c", 6},
	.trace = {"4bf92f3577b34da6", 16},
	.service = {"cart", 4},
	.version = {"pr-482", 6},
	.kind = KIND_EPHEMERAL,
	.endpoint = {"127.0.0.1:9002", 14},
	.session = {"dev-4f2k", 8},
	.carrier = CARRIER_COOKIE,
	.reason = REASON_PINNED,
	.intended = REASON_COUNT,
	.caller = {"gateway@2026.11.20", 18},
	.method = {"GET", 3},
	.host = {"cart.env.localhost", 18},
	.path = {"/Items/item-77", 14},
	.status = 503,
	.error = {"connection refused", 18},
	.total_ms = 212.5,
};

static struct filter *parse(const char *text)
{
	struct errbuf eb;
	struct filter *filter = filter_parse(str_of(text), NULL, &eb);

	if (filter == NULL)
		fail_msg("%s: %s", text, eb.text);
	return filter;
}

struct row {
	const char *filter;
	bool matches;
};

static void requests_match(void **state)
{
	static const struct row rows[] = {
		{"", true},
		{" \t ", true},
		{"service:cart", true},
		{"SERVICE:cart", true},
		{"service:Cart", false},
		{"service:car", false},
		{"service:car*", true},
		{"service:*art", true},
		{"service:*ar*", true},
		{"service:*", true},
		{"service:cart*", true},
		{"service:carts*", false},
		{"service:search,cart", true},
		{"service:search,booking", false},
		{"service:\"cart\"", true},
		{"service:\"car*\"", false},
		{"!service:cart", false},
		{"!service:search", true},
		{"!service:search,cart", false},
		{"service:cart service:search", false},
		{"version:pr-482", true},
		{"session:dev-4f2k", true},
		{"session:*", true},
		{"pr:482", true},
		{"pr:481,482", true},
		{"#482", true},
		{"#481,#482", true},
		{"!#482", false},
		{"\"#482\"", false},
		{"#fast", false},
		{"pr:48", false},
		{"author:dev1", true},
		{"author:dev", false},
		{"owner:DEV1", true},
		{"kind:ephemeral", true},
		{"kind:stable", false},
		{"kind:*", true},
		{"state:unhealthy", false},
		{"!state:unhealthy", true},
		{"status:503", true},
		{"status:5xx", true},
		{"status:5XX", true},
		{"status:4xx", false},
		{"status:404,5xx", true},
		{"!status:5xx", false},
		{"method:get", true},
		{"method:POST,GET", true},
		{"path:/Items/*", true},
		{"path:/items/*", false},
		{"path:/Items/item-77", true},
		{"reason:pinned", true},
		{"reason:*pin*", true},
		{"reason:version-*", false},
		{"carrier:cookie", true},
		{"carrier:header", false},
		{"caller:gateway", true},
		{"caller:gateway@2026.11.20", true},
		{"caller:gateway@*", true},
		{"caller:gate", false},
		{"trace:4bf92f*", true},
		{"id:0a1b2c", true},
		{">200ms", true},
		{">212ms", true},
		{">213ms", false},
		{"<213ms", true},
		{"<200ms", false},
		{">1s", false},
		{"!>1s", true},
		{"since:15s", true},
		{"since:10s", true},
		{"since:9s", false},
		{"!since:9s", true},
		{"\"connection refused\"", true},
		{"REFUSED", true},
		{"refuse", true},
		{"accepted", false},
		{"!accepted", true},
		{"accepted,refused", true},
		{"\"say \\\"x\\\"\"", false},
		{"9002", true},
		{"pinned", true},
		{"/item-[0-9]+/", true},
		{"/^cart$/", true},
		{"/^art/", false},
		{"/ITEM/", false},
		{"/\\/Items\\/item/", true},
		{"/Items.*refused/", false},
		{"!/item-[0-9]+/", false},
		{"service:cart status:5xx !method:POST >100ms refused", true},
		{"service:cart status:5xx !method:GET", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		if (filter_match_request(filter, &sample, &env, NOW) != rows[i].matches)
			fail_msg("%s: should be %d", rows[i].filter, rows[i].matches);
		if (rows[i].matches)
			assert_true(filter_may_match_request(filter, &sample, NOW));
		filter_destroy(filter);
	}
}

static bool matches(const char *text, const struct request *request, const struct environment *e)
{
	struct filter *filter = parse(text);
	bool yes = filter_match_request(filter, request, e, NOW);

	filter_destroy(filter);
	return yes;
}

static void absent_words_match_nothing(void **state)
{
	struct request request = {.kind = KIND_COUNT,
		.carrier = CARRIER_COUNT,
		.reason = REASON_NO_SESSION,
		.intended = REASON_COUNT};
	(void)state;

	assert_false(matches("session:*", &request, &env));
	assert_true(matches("!session:*", &request, &env));
	assert_false(matches("kind:*", &request, &env));
	assert_false(matches("carrier:*", &request, &env));
	assert_false(matches("caller:*", &request, &env));
	assert_false(matches("owner:*", &request, &env));
	assert_true(matches("status:0", &request, &env));
}

static void what_is_gone_keeps_its_author(void **state)
{
	struct request request = sample;
	(void)state;

	request.version = STR_LIT("pr-1");
	assert_true(matches("pr:1 author:dev2", &request, &env));
	request.version = STR_LIT("pr-2");
	assert_false(matches("author:dev2", &request, &env));
	assert_true(matches("!author:dev2", &request, &env));
}

static void without_an_environment(void **state)
{
	static const struct {
		const char *filter;
		bool match, may;
	} rows[] = {
		{"pr:482", false, true},
		{"pr:9", false, true},
		{"!pr:482", true, true},
		{"author:x,y", false, true},
		{"owner:x service:cart", false, true},
		{"owner:x service:search", false, false},
		{"!service:search", true, true},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		print_message("%s\n", rows[i].filter);
		assert_int_equal(filter_match_request(filter, &sample, NULL, NOW), rows[i].match);
		assert_int_equal(filter_may_match_request(filter, &sample, NOW), rows[i].may);
		filter_destroy(filter);
	}
}

static void versions_match(void **state)
{
	static const struct row rows[] = {
		{"", true},
		{"service:cart", true},
		{"version:pr-*", true},
		{"pr:482 author:DEV1", true},
		{"owner:payments", true},
		{"owner:dev1", false},
		{"kind:ephemeral state:unhealthy", true},
		{"state:ready,unhealthy", true},
		{"state:ready", false},
		{"since:2m", true},
		{"since:30s", false},
		{"faster", true},
		{"127.0.0.1:9002", true},
		{"payments", true},
		{"/[Cc]arts$/", true},
		{"status:500", false},
		{"!status:500", true},
		{"session:dev-4f2k", false},
		{">1ms", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		if (filter_match_version(filter, environment_service(&env, STR_LIT("cart")),
			    environment_version(&env, STR_LIT("cart"), STR_LIT("pr-482")),
			    NOW) != rows[i].matches)
			fail_msg("%s: should be %d", rows[i].filter, rows[i].matches);
		filter_destroy(filter);
	}
}

static void sessions_match(void **state)
{
	static const struct row rows[] = {
		{"session:dev-*", true},
		{"owner:dev1", true},
		{"service:search", true},
		{"service:booking", false},
		{"version:pr-9", true},
		{"version:pr-9 service:cart", true},
		{"since:2h", true},
		{"since:30m", false},
		{"pr-48", true},
		{"search", true},
		{"author:dev1", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		if (filter_match_session(filter, environment_session(&env, STR_LIT("dev-4f2k")),
			    NOW) != rows[i].matches)
			fail_msg("%s: should be %d", rows[i].filter, rows[i].matches);
		filter_destroy(filter);
	}
}

/* What fell to stable is found by the name of the version that should have served, and by its pull request. */
static void what_was_pinned_elsewhere(void **state)
{
	static const struct row rows[] = {
		{"version:1.0", true},
		{"version:pr-482", true},
		{"version:pr-1", false},
		{"!version:pr-482", false},
		{"pr:482", true},
		{"author:dev1", true},
		{"kind:stable", true},
		{"\"pr-482\"", true},
	};
	struct request request = sample;
	(void)state;

	request.version = STR_LIT("1.0");
	request.kind = KIND_STABLE;
	request.pinned = STR_LIT("pr-482");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		print_message("%s\n", rows[i].filter);
		assert_int_equal(
			filter_match_request(filter, &request, &env, NOW), rows[i].matches);
		filter_destroy(filter);
	}
}

static void events_match(void **state)
{
	char object[] = "cart@pr-482", key[] = "dev-4f2k", actor[] = "ci", after[] = "{\"a\":1}";
	const struct event version = {.time = NOW,
		.action = EVENT_VERSION_READY,
		.object = object,
		.actor = actor,
		.after = after};
	const struct event session = {
		.time = NOW, .action = EVENT_SESSION_PINNED, .object = key, .actor = actor};
	static const struct {
		const char *filter;
		bool version, session;
	} rows[] = {
		{"service:cart", true, false},
		{"version:pr-482", true, false},
		{"session:dev-4f2k", false, true},
		{"service:dev-4f2k", false, false},
		{"version-ready", true, false},
		{"ci", true, true},
		{"/\"a\":1/", true, false},
		{"since:1s", true, true},
		{"status:200", false, false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter *filter = parse(rows[i].filter);
		print_message("%s\n", rows[i].filter);
		assert_int_equal(filter_match_event(filter, &version, NOW), rows[i].version);
		assert_int_equal(filter_match_event(filter, &session, NOW), rows[i].session);
		filter_destroy(filter);
	}
}

static void mistakes_say_where_and_what(void **state)
{
	static const struct {
		const char *filter;
		size_t column;
		const char *expected; /* a part of it */
	} rows[] = {
		{"serivce:cart", 0, "service:"},
		{"status:5xx serivce:cart", 11, "service:"},
		{"http://x", 0, "quotes"},
		{"xyzzyx:1", 0,
			"service: version: session: pr: author: owner: kind: state: "
			"status: method: path: reason: carrier: caller: trace: id: since: or"},
		{"#48x", 0, "482"},
		{"service:", 8, "a word"},
		{"service: cart", 8, "a word"},
		{"service:cart,", 13, "a word"},
		{"service:a,,b", 10, "a word"},
		{"service:a*b", 9, "quotes"},
		{"service:\"cart", 8, "\""},
		{"service:\"\"", 8, "a text"},
		{"service:\"a\"b", 11, "blank"},
		{"service:a\"b", 9, "blank"},
		{"\"open", 0, "\""},
		{"status:abc", 7, "404"},
		{"status:6xx", 7, "5xx"},
		{"status:5*", 7, "5xx"},
		{"status:404,99", 11, "404"},
		{"pr:abc", 3, "482"},
		{"pr:0", 3, "482"},
		{"pr:4*", 3, "482"},
		{"kind:foo", 5, "stable, ephemeral"},
		{"state:up", 6, "unhealthy"},
		{"reason:none", 7, "version-gone"},
		{"carrier:x*", 8, "cookie"},
		{">200", 1, "200ms"},
		{">fast", 1, "200ms"},
		{"< 5ms", 1, "200ms"},
		{"since:yesterday", 6, "15m"},
		{"since:15", 6, "15m"},
		{"!", 1, "a term"},
		{"! x", 1, "a term"},
		{"!!x", 1, "a term"},
		{"/checkout", 0, "path:"},
		{"//", 1, "between"},
		{"/a/b", 3, "blank"},
		{"/(a/", 1, "POSIX"},
		{"/a(b)\\1/", 5, "\\1"},
		{"/(((a{100}){100}){100})/", 1, "repeats"},
		{"/((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+/", 1, "repeats"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct errbuf eb;
		size_t column = 999;
		struct filter *filter = filter_parse(str_of(rows[i].filter), &column, &eb);
		if (filter != NULL)
			fail_msg("%s was taken", rows[i].filter);
		assert_int_equal(eb.err, ERR_BAD_FILTER);
		if (column != rows[i].column || strstr(eb.expected, rows[i].expected) == NULL)
			fail_msg("%s: %s; expected: %s", rows[i].filter, eb.text, eb.expected);
	}
}

static void what_looks_like_a_mistake_and_is_none(void **state)
{
	static const char *const rows[] = {
		"/[\\1]/",
		"/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/",
		"10:30",
		"a-b:c",
		"http-*",
		"\"a:b\"",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		filter_destroy(parse(rows[i]));
}

static void bounds(void **state)
{
	char text[LIMIT_FILTER + 2];
	struct errbuf eb;
	size_t column;
	(void)state;

	memset(text, 'a', sizeof(text));
	filter_destroy(filter_parse((struct str){text, LIMIT_FILTER}, NULL, &eb));
	assert_null(filter_parse((struct str){text, LIMIT_FILTER + 1}, &column, &eb));
	assert_int_equal(column, LIMIT_FILTER);

	for (size_t i = 0; i < LIMIT_FILTER_TERMS + 1; i++)
		text[i * 2 + 1] = ' ';
	filter_destroy(filter_parse((struct str){text, (size_t)LIMIT_FILTER_TERMS * 2}, NULL, &eb));
	assert_null(
		filter_parse((struct str){text, (size_t)LIMIT_FILTER_TERMS * 2 + 1}, &column, &eb));
	assert_int_equal(column, LIMIT_FILTER_TERMS * 2);

	text[0] = '/';
	memset(text + 1, 'a', LIMIT_REGEX + 1);
	text[LIMIT_REGEX + 1] = '/';
	filter_destroy(filter_parse((struct str){text, LIMIT_REGEX + 2}, NULL, &eb));
	text[LIMIT_REGEX + 1] = 'a';
	text[LIMIT_REGEX + 2] = '/';
	assert_null(filter_parse((struct str){text, LIMIT_REGEX + 3}, &column, &eb));
	assert_non_null(strstr(eb.expected, "200"));
}

static void questions_about_a_filter(void **state)
{
	struct filter *filter = parse(
		"service:cart !session:a trace:x* id:a,b version:\"pr 1\" since:15m,1h since:2h");
	(void)state;

	assert_true(str_eq_c(filter_exact(filter, "service"), "cart"));
	assert_true(str_eq_c(filter_exact(filter, "version"), "pr 1"));
	assert_null(filter_exact(filter, "session").p);
	assert_null(filter_exact(filter, "trace").p);
	assert_null(filter_exact(filter, "id").p);
	assert_int_equal(filter_since(filter, NOW), NOW - 3600000);
	assert_false(filter_is_costly(filter));
	assert_false(filter_is_empty(filter));
	assert_true(str_starts(filter_text(filter), STR_LIT("service:cart !session:a")));
	filter_destroy(filter);

	filter = parse("!since:1h /x/");
	assert_int_equal(filter_since(filter, NOW), 0);
	assert_true(filter_is_costly(filter));
	filter_destroy(filter);

	filter = parse("service:x state:ready !status:5xx text /re/");
	assert_null(filter_not_of_versions(filter));
	assert_string_equal(filter_not_of_sessions(filter), "state");
	filter_destroy(filter);
	filter = parse("status:5xx");
	assert_string_equal(filter_not_of_versions(filter), "status");
	filter_destroy(filter);

	filter = parse(" ");
	assert_true(filter_is_empty(filter));
	filter_destroy(filter);
	filter_destroy(NULL);
}

/* Each row's example is a filter, and a closed list names what the term takes. */
static void the_table_is_true(void **state)
{
	(void)state;
	for (size_t i = 0; i < filter_term_count; i++) {
		const struct filter_term_info *info = &filter_terms[i];
		char text[64];
		assert_non_null(info->help);
		assert_true(str_starts(str_of(info->example), str_of(info->name)));
		filter_destroy(parse(info->example));
		for (size_t j = 0; info->values != NULL && info->values[j] != NULL; j++) {
			snprintf(text, sizeof(text), "%s:%s", info->name, info->values[j]);
			filter_destroy(parse(text));
		}
	}
}

/* What is said of all versions of a service is true of each of them. */
static void reach_of_services(void **state)
{
	static const struct {
		const char *filter;
		enum filter_reach reach;
	} cases[] = {
		{"service:cart", FILTER_ALL},
		{"service:search", FILTER_NONE},
		{"!service:cart", FILTER_NONE},
		{"!service:search", FILTER_ALL},
		{"owner:payments", FILTER_ALL},
		{"owner:dev1", FILTER_NONE},
		{"car", FILTER_ALL},
		{"/^ca/", FILTER_ALL},
		{"!car", FILTER_NONE},
		{"pr-4", FILTER_SOME},
		{"!pr-4", FILTER_SOME},
		{"car state:ready", FILTER_SOME},
		{"service:search state:ready", FILTER_NONE},
		{"version:cart@pr-1", FILTER_SOME},
		{"!state:ready", FILTER_SOME},
		{"since:1h", FILTER_SOME},
	};
	struct service service = {
		.name = (char *)(uintptr_t) "cart", .owner = (char *)(uintptr_t) "payments"};
	struct version versions[] = {
		{.service = service.name,
			.name = (char *)(uintptr_t) "pr-482",
			.state = STATE_READY},
		{.service = service.name, .name = (char *)(uintptr_t) "2026.11.20"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct filter *filter = filter_parse(str_of(cases[i].filter), NULL, NULL);

		assert_non_null(filter);
		assert_int_equal(filter_reach_service(filter, &service), cases[i].reach);
		for (size_t j = 0; j < ARRAY_LEN(versions); j++) {
			bool matches = filter_match_version(filter, &service, &versions[j], NOW);

			if (cases[i].reach != FILTER_SOME)
				assert_int_equal(matches, cases[i].reach == FILTER_ALL);
		}
		filter_destroy(filter);
	}
}

/* The automaton is made anew now and then: nothing is lost by it, and nothing left behind. */
static void an_expression_is_used_for_long(void **state)
{
	struct filter *with = parse("/item-[0-9]+/"), *without = parse("/^art/");

	(void)state;
	for (int i = 0; i < 2500; i++) {
		assert_true(filter_match_request(with, &sample, &env, NOW));
		assert_false(filter_match_request(without, &sample, &env, NOW));
	}
	filter_destroy(with);
	filter_destroy(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_is_used_for_long),
		cmocka_unit_test(requests_match),
		cmocka_unit_test(what_was_pinned_elsewhere),
		cmocka_unit_test(absent_words_match_nothing),
		cmocka_unit_test(what_is_gone_keeps_its_author),
		cmocka_unit_test(without_an_environment),
		cmocka_unit_test(versions_match),
		cmocka_unit_test(reach_of_services),
		cmocka_unit_test(sessions_match),
		cmocka_unit_test(events_match),
		cmocka_unit_test(mistakes_say_where_and_what),
		cmocka_unit_test(what_looks_like_a_mistake_and_is_none),
		cmocka_unit_test(bounds),
		cmocka_unit_test(questions_about_a_filter),
		cmocka_unit_test(the_table_is_true),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
