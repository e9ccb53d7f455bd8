/* Completion: each place on a line gives the words that may stand there, live names included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/command/command.h"
#include "core/model/environment.h"

static void put(struct environment *env, enum object_kind kind, void *record, int64_t revision)
{
	struct change change;

	change_init(&change, kind, record, revision);
	assert_true(environment_apply(env, &change));
	change_finish(&change);
	record_unref(object_type(kind), record);
}

static void put_service(struct environment *env, const char *name, int64_t revision)
{
	struct service *service = record_create(&service_type);

	text_set(&service->name, name);
	put(env, OBJECT_SERVICE, service, revision);
}

static void put_version(
	struct environment *env, const char *service, const char *name, int64_t revision)
{
	struct version *version = record_create(&version_type);

	text_set(&version->service, service);
	text_set(&version->name, name);
	text_set(&version->pr_author, "dev1");
	if (str_starts(str_of(name), STR_LIT("pr-")))
		version->pr_number = name[3] - '0' + 480;
	version->kind = str_starts(str_of(name), STR_LIT("pr-")) ? KIND_EPHEMERAL : KIND_STABLE;
	put(env, OBJECT_VERSION, version, revision);
}

static int setup(void **state)
{
	struct environment *env = xcalloc(1, sizeof(*env));
	struct session *session = record_create(&session_type);

	environment_init(env);
	put_service(env, "cart", 1);
	put_service(env, "catalog", 2);
	put_version(env, "cart", "pr-1", 3);
	put_version(env, "cart", "pr-2", 4);
	put_version(env, "catalog", "pr-1", 5);
	put_version(env, "catalog", "v1", 6);
	text_set(&session->key, "dev-4f2k");
	text_set(&session->owner, "dev1");
	put(env, OBJECT_SESSION, session, 7);
	*state = env;
	return 0;
}

static int teardown(void **state)
{
	environment_finish(*state);
	free(*state);
	return 0;
}

static const struct {
	const char *words[8];
	const char *all; /* every candidate, or NULL: it must have `some` */
	const char *some;
} cases[] = {
	{{"se"}, "serve service session ", NULL},
	{{""}, NULL, " session curl logs events status theme "},
	{{"session", "un"}, "unpin ", NULL},
	{{"session", ""}, "list show create pin unpin set use extend link map end ", NULL},
	{{"--url", "http://h", "session", "pi"}, "pin ", NULL},
	{{"nonsense", ""}, "", NULL},
	{{"session", "pin", ""}, "dev-4f2k ", NULL},
	{{"session", "pin", "dev-4f2k", "ca"}, "cart=pr-1 cart=pr-2 catalog=v1 catalog=pr-1 ",
		NULL},
	{{"session", "pin", "dev-4f2k", "cart=pr-1", "cart=pr-2"}, "cart=pr-2 ", NULL},
	{{"session", "unpin", "dev-4f2k", "cat"}, "catalog ", NULL},
	{{"version", "show", "cat"}, "catalog@v1 catalog@pr-1 ", NULL},
	{{"version", "retire", "cat"}, "catalog@pr-1 ", NULL},
	{{"version", "show", "cart@"}, "cart@pr-1 cart@pr-2 ", NULL},
	{{"session", "create", "x", "--pin", "catalog"}, "catalog=v1 catalog=pr-1 ", NULL},
	{{"session", "create", "x", "--pin=catalog"}, "--pin=catalog=v1 --pin=catalog=pr-1 ", NULL},
	{{"session", "create", "--st"}, "--strict ", NULL},
	{{"session", "create", "--strict", "--st"}, "", NULL},
	{{"session", "create", "--pin", "a=b", "--pi"}, "--pin ", NULL},
	{{"--th"}, "--theme ", NULL},
	{{"status", "-"}, "--url --context --output --utc --help --version ", NULL},
	{{"status", "-o", "n"}, "ndjson name ", NULL},
	{{"status", "--output=j"}, "--output=json ", NULL},
	{{"curl", "cat"}, "catalog/ ", NULL},
	{{"curl", "cart/", "-"}, "", NULL},
	{{"logs", "serv"}, "service: ", NULL},
	{{"logs", "service:cat"}, "service:catalog ", NULL},
	{{"logs", "reason:version-"}, NULL, "reason:version-gone "},
	{{"logs", "-f", "session:d"}, "session:dev-4f2k ", NULL},
	{{"pr", "show", ""}, "482 481 ", NULL},
	{{"session", "create", "--pr", "481"}, "481 ", NULL},
	{{"session", "create", "--pr=4"}, "--pr=482 --pr=481 ", NULL},
	{{"pr", "list", "pr:"}, "pr:482 pr:481 ", NULL},
	{{"pr", "list", "author:"}, "author:dev1 ", NULL},
	{{"session", "list", "owner:d"}, "owner:dev1 ", NULL},
	{{"logs", "caller:cat"}, "caller:catalog ", NULL},
	{{"version", "register", "cart@x", "--pr", ""}, "482 481 ", NULL},
	{{"help", "session", "pi"}, "pin ", NULL},
	{{"completion", ""}, "bash zsh fish ", NULL},
	{{"service", "set", "cart", "--protocol", ""}, "http1 h2c ", NULL},
};

static void collect(void *arg, const char *candidate, const char *help)
{
	(void)help;
	strbuf_addf(arg, "%s ", candidate);
}

static void each_place_has_its_words(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf all;
		size_t count = 0;

		while (cases[i].words[count])
			count++;
		strbuf_init(&all, 65536);
		command_complete(*state, cases[i].words, count, collect, &all);
		if (cases[i].all && strcmp(all.data, cases[i].all) != 0)
			fail_msg("%s: %s", cases[i].words[count - 1], all.data);
		if (cases[i].some && !strstr(all.data, cases[i].some))
			fail_msg("%s: %s", cases[i].words[count - 1], all.data);
		strbuf_finish(&all);
	}
}

static void without_an_environment_the_table_remains(void **state)
{
	const char *words[] = {"session", "pin", ""};
	struct strbuf all;

	(void)state;
	strbuf_init(&all, 65536);
	command_complete(NULL, words, 3, collect, &all);
	assert_string_equal(all.data, "");
	command_complete(NULL, words, 2, collect, &all);
	assert_string_equal(all.data, "pin ");
	command_complete(NULL, words, 0, collect, &all);
	assert_string_equal(all.data, "pin ");
	strbuf_finish(&all);
}

/* What somebody wrote is one value of the filter, or is not offered. */
static void what_others_wrote_is_one_value(void **state)
{
	static const struct {
		const char *author, *word, *all;
	} rows[] = {
		{"dev", "author:", "author:dev "},
		{"a b", "author:a", "author:\"a b\" "},
		{"a b", "author:\"a", "author:\"a b\" "},
		{"a b", "author:b", ""},
		{"c,d", "author:", "author:\"c,d\" "},
		{"e$(touch x)", "author:e", "author:\"e$(touch x)\" "},
		{"f\"g\\h", "author:", "author:\"f\\\"g\\\\h\" "},
		{"-i", "author:", "author:-i "},
		{"/j/", "author:", "author:\"/j/\" "},
		{"k*", "author:", "author:\"k*\" "},
		{"o\xc3\xb6", "author:o", "author:o\xc3\xb6 "},
		{"l\nm", "author:", ""},
		{"n\x1b[2J", "author:", ""},
		{"p\xe2\x80\xae"
		 "q",
			"author:", ""},
		{"r\xff", "author:", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *words[] = {"logs", rows[i].word};
		struct version *version = record_create(&version_type);
		struct environment env;
		struct strbuf all;

		environment_init(&env);
		put_service(&env, "cart", 1);
		text_set(&version->service, "cart");
		text_set(&version->name, "pr-1");
		text_set(&version->pr_author, rows[i].author);
		put(&env, OBJECT_VERSION, version, 2);
		strbuf_init(&all, 65536);
		command_complete(&env, words, 2, collect, &all);
		if (strcmp(strbuf_str(&all).n ? all.data : "", rows[i].all) != 0)
			fail_msg("%s: %s", rows[i].all, all.data);
		strbuf_finish(&all);
		environment_finish(&env);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place_has_its_words),
		cmocka_unit_test(without_an_environment_the_table_remains),
		cmocka_unit_test(what_others_wrote_is_one_value),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
