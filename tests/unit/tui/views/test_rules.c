/* The form of the routing rules: it says what decide() says, of every carrier, and gives the equal curl line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tui/views/learn/rules.h"
#include "tests/support/environment_builder.h"

static struct environment env;
static struct model model;
static struct rules_form form;

static void put_version(const char *name, int kind, int state)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, "cart");
	text_set(&version->name, name);
	version->kind = kind;
	version->state = state;
	strlist_add(&version->endpoints, STR_LIT("127.0.0.1:1"));
	environment_put(&env, OBJECT_VERSION, version);
}

static int setup(void **state)
{
	struct service *service = record_create(&service_type);
	struct session *session = record_create(&session_type);

	(void)state;
	environment_init(&env);
	model_init(&model, "http://127.0.0.1:1");
	text_set(&service->name, "cart");
	environment_put(&env, OBJECT_SERVICE, service);
	put_version("1", KIND_STABLE, STATE_READY);
	put_version("pr-1", KIND_EPHEMERAL, STATE_READY);
	put_version("pr-2", KIND_EPHEMERAL, STATE_UNHEALTHY);
	text_set(&session->key, "dev-1");
	dict_set(&session->pins, STR_LIT("cart"), "pr-1");
	environment_put(&env, OBJECT_SESSION, session);
	model.env = &env;
	model.known = true;
	rules_init(&form);
	str_copy(form.text[RULES_SERVICE], LIMIT_FILTER + 1, STR_LIT("cart"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rules_finish(&form);
	model_finish(&model);
	environment_finish(&env);
	return 0;
}

static void set(enum rules_field field, const char *text)
{
	str_copy(form.text[field], LIMIT_FILTER + 1, str_of(text));
}

static void expect(const char *outcome, const char *reason)
{
	rules_decide(&form, &model);
	assert_string_equal(form.outcome, outcome);
	assert_string_equal(form.reason, reason);
	assert_true(explanation_headline(&form.explanation).n > 0);
}

static void test_carriers(void **state)
{
	static const struct {
		enum rules_field field;
		const char *text;
	} carriers[] = {
		{RULES_HEADER, "dev-1"},
		{RULES_BAGGAGE, "a=b, routing-session=dev-1"},
		{RULES_QUERY, "x=1&routing-session=dev-1"},
		{RULES_COOKIE, "routing-session=dev-1"},
		{RULES_HOST, "dev-1"},
		{RULES_PINS, "cart=\"pr-1\""},
	};

	(void)state;
	expect("cart@1 serves it, the stable version", "no-session");
	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		set(carriers[i].field, carriers[i].text);
		expect("cart@pr-1 serves it",
			carriers[i].field == RULES_PINS ? "direct-pin" : "pinned");
		assert_true(form.serves);
		set(carriers[i].field, "");
	}
}

static void test_strict_and_unhealthy(void **state)
{
	(void)state;
	set(RULES_PINS, "cart=\"pr-2\"");
	expect("cart@1 serves it, the stable version", "version-unhealthy");
	set(RULES_STRICT, "1");
	expect("503 for cart: no version serves it", "version-unhealthy");
	assert_int_equal(form.status, 503);
	set(RULES_PINS, "");
	set(RULES_STRICT, "");
	set(RULES_HEADER, "never-1");
	expect("cart@1 serves it, the stable version", "session-unknown");
	set(RULES_SERVICE, "nothing");
	expect("404: the host names no service", "");
	assert_int_equal(form.status, 404);
}

/* What it offers to begin with works. */
static void test_examples(void **state)
{
	(void)state;
	for (int i = RULES_HEADER; i < RULES_STRICT; i++) {
		char text[LIMIT_FILTER + 1];

		rules_example(&form, (enum rules_field)i, &model, "", text);
		set((enum rules_field)i, text);
		rules_decide(&form, &model);
		assert_true(form.serves);
		set((enum rules_field)i, "");
	}
}

static void test_command(void **state)
{
	struct strbuf line;

	(void)state;
	strbuf_init(&line, 8192);
	set(RULES_COOKIE, "routing-session=dev-1; it's");
	set(RULES_QUERY, "a=1");
	set(RULES_HOST, "dev-1");
	rules_decide(&form, &model);
	rules_command(&form, &line);
	assert_string_equal(line.data, "umbra curl 'cart/?a=1' -H 'Cookie: routing-session=dev-1; "
				       "it'\\''s' -H 'Host: dev-1--cart.env.localhost'");
	strbuf_finish(&line);
}

/* Whatever is typed is data. */
static void test_hostile(void **state)
{
	char text[LIMIT_FILTER + 1];

	(void)state;
	memset(text, '%', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < RULES_FIELDS; i++)
		set((enum rules_field)i, text);
	rules_decide(&form, &model);
	assert_int_equal(form.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_carriers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strict_and_unhealthy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_examples, setup, teardown),
		cmocka_unit_test_setup_teardown(test_command, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
