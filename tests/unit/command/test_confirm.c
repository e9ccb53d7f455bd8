/* The questions before a command that takes something away: what is lost, named from the environment. */
#include "core/command/confirm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

#include "tests/support/environment_builder.h"

static struct environment env;

static void put_version(const char *service, const char *name, int kind)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	version->kind = kind;
	version->state = STATE_READY;
	environment_put(&env, OBJECT_VERSION, version);
}

static void put_session(const char *key, const char *owner, int policy, const char *cart)
{
	struct session *session = record_create(&session_type);

	text_set(&session->key, key);
	text_set(&session->owner, owner);
	session->policy = policy;
	dict_set(&session->pins, STR_LIT("cart"), cart);
	environment_put(&env, OBJECT_SESSION, session);
}

static int set_up(void **state)
{
	char key[24];

	(void)state;
	environment_init(&env);
	environment_put_service(&env, "cart");
	environment_put_service(&env, "pay");
	put_version("cart", "1.0", KIND_STABLE);
	put_version("cart", "pr-1", KIND_EPHEMERAL);
	put_version("cart", "pr-2", KIND_EPHEMERAL);
	put_version("cart", "pr-3", KIND_EPHEMERAL);
	put_version("pay", "pr-1", KIND_EPHEMERAL);
	put_session("strict-1", "dev1", POLICY_STRICT, "pr-2");
	for (int i = 0; i < 6; i++) {
		(void)snprintf(key, sizeof(key), "many-%d", i);
		put_session(key, NULL, i == 0 ? POLICY_STRICT : POLICY_LENIENT, "pr-3");
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	environment_finish(&env);
	return 0;
}

/* What a question says, and whether only a clear yes answers it; NULL: it says that it does not know. */
static const struct {
	const char *line;
	bool loses;
	const char *says[2];
} questions[] = {
	{"session end strict-1", true, {"End session strict-1 of dev1?", "cart=pr-2. Requests"}},
	{"session end strict-1", true, {"get 503 for a day", "strict"}},
	{"session end many-1", true, {"of nobody?", "go to stable"}},
	{"session end gone-1", true, {NULL, NULL}},
	{"version retire cart@pr-1", true, {"Retire cart@pr-1?", "No session pins it."}},
	{"version retire cart@pr-2", true, {"Pinned by strict-1 (dev1), which", "503"}},
	{"version retire cart@pr-3", true, {"many-0, many-1, many-2, many-3 and 2 more", "503"}},
	{"version retire cart@pr-9", true, {NULL, NULL}},
	{"version promote cart@pr-1", false, {"cart", "no longer by 1.0"}},
	{"version promote pay@pr-1", false, {"pay", "pr-1."}},
	{"version promote gone@pr-1", false, {NULL, NULL}},
	{"version promote cart@pr-99", false, {NULL, NULL}},
	{"version promote cart@1.0", false, {"is the stable version of cart already", NULL}},
	{"service remove cart", true, {"its 4 versions, and pins of", "404"}},
	{"service remove pay", true, {"its 1 version.", "404"}},
	{"service remove gone", true, {NULL, NULL}},
};

static void test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		struct command_args args;
		struct strbuf text;

		strbuf_init(&text, 4096);
		assert_int_equal(command_parse_line(questions[i].line, &args, NULL), ERR_NONE);
		assert_int_equal(args.command->loses, questions[i].loses);
		assert_int_equal(
			args.command->confirm(&env, &args, &text), questions[i].says[0] != NULL);
		for (size_t k = 0; k < 2 && questions[i].says[k]; k++)
			if (!strstr(text.data, questions[i].says[k]))
				fail_msg("%s: %s", questions[i].line, text.data);
		args_finish(&args);
		strbuf_finish(&text);
	}
}

/* What takes something away asks, and nothing asks that writes nothing. */
static void test_who_asks(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		assert_true(commands[i]->confirm || !commands[i]->loses);
		assert_true(commands[i]->writes || !commands[i]->confirm);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions), cmocka_unit_test(test_who_asks)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
