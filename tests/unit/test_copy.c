/* What there is to copy of each thing, word for word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"

#include "tui/copy.h"
#include "tests/support/environment.h"

static struct environment env;
static struct model model;

static int set_up(void **state)
{
	struct service *service = record_create(&service_type);
	struct version *version = record_create(&version_type);
	struct session *session = record_create(&session_type);
	struct request request = {
		.seq = 7,
		.trace = STR_LIT("4bf92f35"),
		.id = STR_LIT("r-1"),
		.service = STR_LIT("cart"),
		.version = STR_LIT("pr-482"),
		.session = STR_LIT("dev-4f2k"),
		.method = STR_LIT("POST"),
		.path = STR_LIT("/items?q=it's\x1b[2J"),
		.intended = REASON_COUNT,
	};

	(void)state;
	environment_init(&env);
	text_set(&service->name, "cart");
	environment_put(&env, THING_SERVICE, service);
	text_set(&version->service, "cart");
	text_set(&version->name, "pr-482");
	text_set(&version->pr_url, "https://forge.example/cart/pull/482");
	text_set(&version->commit, "a1b2c3d");
	version->pr_number = 482;
	version->kind = KIND_EPHEMERAL;
	environment_put(&env, THING_VERSION, version);
	text_set(&session->key, "dev-4f2k");
	dict_set(&session->pins, STR_LIT("cart"), "pr-482");
	environment_put(&env, THING_SESSION, session);
	model_init(&model, "http://127.0.0.1:7070");
	model.env = &env;
	str_copy(model.proxy_url, sizeof(model.proxy_url), STR_LIT("http://127.0.0.1:8080"));
	str_copy(model.domain, sizeof(model.domain), STR_LIT("env.localhost"));
	lines_add(model.lines, &request, &env, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	model_finish(&model);
	environment_finish(&env);
	return 0;
}

static void assert_form(const struct selection *what, const char *name, const char *expected)
{
	struct strbuf text;
	bool found;

	strbuf_init(&text, 4096);
	found = copy_find(&text, &model, what, "dev-4f2k", name);
	if (expected) {
		assert_true(found);
		assert_string_equal(text.data, expected);
	} else {
		assert_false(found);
	}
	strbuf_finish(&text);
}

static void test_forms(void **state)
{
	const struct selection service = {.kind = SELECTED_SERVICE, .service = "cart"};
	const struct selection version = {
		.kind = SELECTED_VERSION, .service = "cart", .version = "pr-482"};
	const struct selection session = {.kind = SELECTED_SESSION, .session = "dev-4f2k"};
	const struct selection pull = {.kind = SELECTED_PULL, .number = 482};
	const struct selection edge = {
		.kind = SELECTED_EDGE, .service = "cart", .caller = "gateway@1.2"};
	const struct selection event = {.kind = SELECTED_EVENT, .session = "dev-4f2k", .number = 7};
	const struct selection nothing = {.kind = SELECTED_NONE};

	(void)state;
	assert_form(&service, "header", "Routing-Session: dev-4f2k");
	assert_form(&service, "umbra", "umbra service show cart");
	assert_form(&version, "header", "Routing-Pins: cart=\"pr-482\"");
	assert_form(&version, "curl",
		"curl -g -H 'Routing-Pins: cart=\"pr-482\"' http://cart.env.localhost:8080/");
	assert_form(&version, "link", NULL);
	assert_form(&version, "commit", "a1b2c3d");
	assert_form(&version, "pull request", "https://forge.example/cart/pull/482");
	assert_form(&version, "logs", "umbra logs -f 'service:cart version:pr-482'");
	assert_form(&session, "link", "http://dev-4f2k--cart.env.localhost:8080/");
	assert_form(&session, "umbra", "umbra session show dev-4f2k");
	assert_form(&pull, "session", "umbra session create --pr 482");
	assert_form(&pull, "pull request", "https://forge.example/cart/pull/482");
	assert_form(&pull, "curl", NULL);
	assert_form(&edge, "logs", "umbra logs -f 'caller:gateway service:cart'");
	assert_form(&event, "header", "Routing-Session: dev-4f2k");
	assert_form(&nothing, "umbra", NULL);
	model.program = "build/umbra";
	model.url = "http://127.0.0.1:4711";
	assert_form(&pull, "session",
		"build/umbra session create --pr 482 --url http://127.0.0.1:4711");
	assert_form(&nothing, "dashboard", "build/umbra --url http://127.0.0.1:4711");
	assert_form(&session, "header", "Routing-Session: dev-4f2k");
}

/* Nothing that was logged may run, or move a cursor, when it is pasted. */
static void test_what_was_logged_is_harmless(void **state)
{
	struct selection request = {.kind = SELECTED_REQUEST};

	(void)state;
	request.number = lines_number(model.lines, 0);
	assert_form(&request, "curl",
		"curl -X POST -g -H 'Routing-Session: dev-4f2k' "
		"'http://cart.env.localhost:8080/items?q=it'\\''s%1B[2J'");
	assert_form(&request, "trace", "4bf92f35");
	assert_form(&request, "umbra", "umbra logs trace:4bf92f35");
	request.number = 99;
	assert_form(&request, "trace", NULL);
}

/* Before the control plane has said where requests enter, nothing is made up. */
static void test_no_entry_point(void **state)
{
	const struct selection session = {.kind = SELECTED_SESSION, .session = "dev-4f2k"};

	(void)state;
	model.proxy_url[0] = '\0';
	assert_form(&session, "link", NULL);
	assert_form(&session, "session key", "dev-4f2k");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_forms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_was_logged_is_harmless, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_entry_point, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
