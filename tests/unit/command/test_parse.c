/*
 * The command table and its parser: every row is well-formed, right lines are read, and wrong ones are
 * answered with the argument, the nearest right name and what would be accepted.
 */
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
#include "core/command/parse.h"

/* ---- the table ---- */

static void check_row(const struct command *command)
{
	bool optional_seen = false;

	assert_non_null(command->noun);
	assert_non_null(command->verb);
	assert_true(strlen(command->summary) > 0 && strlen(command->summary) <= 100);
	assert_non_null(command->examples[0]);
	assert_null(command->examples[COMMAND_EXAMPLES]);
	assert_ptr_equal(command_find(command->noun, command->verb), command);
	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg_spec *spec = &command->args[i];

		assert_non_null(spec->help);
		if (arg_is_option(spec) && spec->kind != ARG_FLAG)
			assert_non_null(spec->value);
		if (spec->kind == ARG_CHOICE)
			assert_non_null(spec->choices);
		if (arg_is_option(spec))
			continue;
		/* A required positional after an optional one could never be told apart. */
		assert_false(spec->required && optional_seen);
		optional_seen |= !spec->required;
	}
}

static void every_row_is_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++)
		check_row(commands[i]);
}

/* Printed and read again, it is the same. */
static void assert_prints_itself(const struct command_args *args)
{
	struct command_args again;
	struct errbuf eb = {0};
	struct strbuf line;

	strbuf_init(&line, 65536);
	args_print(&line, args);
	if (command_parse_line(line.data, &again, &eb))
		fail_msg("%s: %s", line.data, eb.text);
	assert_ptr_equal(again.command, args->command);
	assert_int_equal(again.count, args->count);
	for (size_t i = 0; i < args->count; i++) {
		assert_ptr_equal(again.values[i].spec, args->values[i].spec);
		assert_string_equal(again.values[i].value, args->values[i].value);
	}
	assert_int_equal(command_check(&again, NULL), ERR_NONE);
	args_finish(&again);
	strbuf_finish(&line);
}

/* The part of an example that is a line of ours: without a pipe, a file, what a shell does with it. */
static void check_example(const struct command *command, const char *example)
{
	struct command_args args;
	struct errbuf eb = {0};
	char *line = xstrdup(example);
	char *pipe = strstr(line, " | ");
	char *file = strstr(line, " > ");
	char *begin = line;

	if (pipe || file)
		*(pipe ? pipe : file) = '\0';
	if (!strncmp(line, "source <(", 9)) {
		begin += 9;
		line[strlen(line) - 1] = '\0';
	}
	assert_true(str_starts(str_of(begin), STR_LIT("umbra")));
	if (command_parse_line(begin, &args, &eb))
		fail_msg("%s: %s", begin, eb.text);
	assert_ptr_equal(args.command, command);
	assert_prints_itself(&args);
	args_finish(&args);
	free(line);
}

static void every_example_parses(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++)
		for (size_t k = 0; commands[i]->examples[k]; k++)
			check_example(commands[i], commands[i]->examples[k]);
}

/* ---- built, not read ---- */

static void a_value_is_printed_from_its_parts(void **state)
{
	const struct command *pin = command_find("session", "pin");
	const struct command *create = command_find("session", "create");
	struct command_args *args =
		args_create(pin, "KEY", "dev-4f2k", "SERVICE=VERSION", "cart=pr-9", NULL);
	struct strbuf line;

	(void)state;
	strbuf_init(&line, 1024);
	args_add(args, "--unpin", "search");
	args_add(args, "SERVICE=VERSION", "book=pr-9");
	args_add(args, "--dry-run", "");
	args_print(&line, args);
	assert_string_equal(line.data,
		"umbra session pin dev-4f2k cart=pr-9 --unpin search book=pr-9 --dry-run");
	assert_prints_itself(args);
	args_destroy(args);

	strbuf_reset(&line);
	args = args_create(create, "--ttl", "8h", "--pr", NULL, "NAME", "--it's a name", NULL);
	args_print(&line, args);
	assert_string_equal(line.data, "umbra session create --ttl 8h -- '--it'\\''s a name'");
	assert_prints_itself(args);
	args_destroy(args);

	strbuf_reset(&line);
	args = args_create(command_find("", "logs"), "FILTER", "service:cart >5ms", "--follow", "",
		"--output", "json", NULL);
	args_print(&line, args);
	assert_string_equal(line.data, "umbra logs 'service:cart >5ms' -f -o json");
	assert_prints_itself(args);
	args_destroy(args);
	args_destroy(NULL);
	strbuf_finish(&line);
}

/* As many pins as nobody would type, all names at their longest. */
static void a_value_has_any_length(void **state)
{
	struct command_args *args =
		args_create(command_find("session", "pin"), "KEY", "dev-4f2k", NULL);
	char pin[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2];

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		(void)snprintf(
			pin, sizeof(pin), "a-service-of-31-characters-x%03u=%063u", i % 1000, i);
		args_add(args, "SERVICE=VERSION", pin);
	}
	assert_prints_itself(args);
	args_destroy(args);
}

/* What was built is checked as what was typed is. */
static void a_value_is_checked(void **state)
{
	const struct command *extend = command_find("session", "extend");
	static const struct {
		const char *key, *ttl, *says;
	} rows[] = {
		{"dev-4f2k", "3d", ""},
		{"dev-4f2k", "soon", "--ttl: \"soon\" is not a duration"},
		{"No Key", NULL, "KEY: \"No Key\" is not a session key"},
		{NULL, "3d", "KEY is missing"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_args *args =
			args_create(extend, "KEY", rows[i].key, "--ttl", rows[i].ttl, NULL);
		struct errbuf eb = {0};

		assert_int_equal(command_check(args, &eb), rows[i].says[0] ? ERR_USAGE : ERR_NONE);
		assert_string_equal(eb.text, rows[i].says);
		args_destroy(args);
	}
}

/* ---- right lines ---- */

static const struct {
	const char *line;
	const char *noun, *verb;
	const char *values; /* "NAME=value|NAME=value" in order */
} right[] = {
	{"", "", "", ""},
	{"umbra", "", "", ""},
	{"--read-only --url=http://h:1", "", "", "--read-only=|--url=http://h:1"},
	{"--session dev-4f2k", "", "", "--session=dev-4f2k"},
	{"status -ojson", "", "status", "--output=json"},
	{"--url http://h status", "", "status", "--url=http://h"},
	{"session --url http://h pin k a=b c=d", "session", "pin",
		"--url=http://h|KEY=k|SERVICE=VERSION=a=b|SERVICE=VERSION=c=d"},
	{"session pin k --output=json a=b", "session", "pin",
		"KEY=k|--output=json|SERVICE=VERSION=a=b"},
	{"session create 'Checkout flow' --pin a=1 --pin b=2 --strict --ttl 3d", "session",
		"create", "NAME=Checkout flow|--pin=a=1|--pin=b=2|--strict=|--ttl=3d"},
	{"session use --none", "session", "use", "--none="},
	{"version register cart@pr-1 --endpoint [::1]:80 --endpoint h:81 --label a=b=c", "version",
		"register",
		"SERVICE@VERSION=cart@pr-1|--endpoint=[::1]:80|--endpoint=h:81|--label=a=b=c"},
	{"version register cart@1 --endpoint h:1 --title \"\"", "version", "register",
		"SERVICE@VERSION=cart@1|--endpoint=h:1|--title="},
	{"version register cart@1 --endpoint h:1 --commit '' --build 9007199254740991", "version",
		"register",
		"SERVICE@VERSION=cart@1|--endpoint=h:1|--commit=|--build=9007199254740991"},
	{"logs -f -n5 service:cart status:5xx", "", "logs",
		"--follow=|--lines=5|FILTER=service:cart|FILTER=status:5xx"},
	{"logs -n 0", "", "logs", "--lines=0"},
	{"logs -- -x", "", "logs", "FILTER=-x"},
	{"curl cart/items -H 'a: b' --data x", "", "curl",
		"SERVICE/PATH=cart/items|CURL-OPTION=-H|CURL-OPTION=a: "
		"b|CURL-OPTION=--data|CURL-OPTION=x"},
	{"curl cart -o f -h", "", "curl",
		"SERVICE/PATH=cart|CURL-OPTION=-o|CURL-OPTION=f|CURL-OPTION=-h"},
	{"curl cart -- --session", "", "curl",
		"SERVICE/PATH=cart|CURL-OPTION=--|CURL-OPTION=--session"},
	{"curl --session k cart --help", "", "curl",
		"--session=k|SERVICE/PATH=cart|CURL-OPTION=--help"},
	{"curl cart -- -v", "", "curl", "SERVICE/PATH=cart|CURL-OPTION=--|CURL-OPTION=-v"},
	{"help session pin", "", "help", "COMMAND=session|COMMAND=pin"},
	{"session pin --help", "session", "pin", "--help="},
	{"session pin -h k", "session", "pin", "--help=|KEY=k"},
	{"--version", "", "", "--version="},
	{"serve --listen 127.0.0.1:0", "", "serve", "--listen=127.0.0.1:0"},
	{"completion zsh", "", "completion", "SHELL=zsh"},
};

static void right_lines_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		struct command_args args;
		struct errbuf eb = {0};
		struct strbuf values;

		strbuf_init(&values, 4096);
		if (command_parse_line(right[i].line, &args, &eb))
			fail_msg("%s: %s", right[i].line, eb.text);
		assert_ptr_equal(args.command, command_find(right[i].noun, right[i].verb));
		for (size_t k = 0; k < args.count; k++)
			strbuf_addf(&values, "%s%s=%s", k ? "|" : "", args.values[k].spec->name,
				args.values[k].value);
		assert_string_equal(values.data, right[i].values);
		strbuf_finish(&values);
		args_finish(&args);
	}
}

static void a_noun_alone_has_help(void **state)
{
	struct command_args args;

	(void)state;
	assert_int_equal(command_parse_line("session --help", &args, NULL), ERR_NONE);
	assert_null(args.command);
	assert_string_equal(args.noun, "session");
	assert_true(args_has(&args, "--help"));
	args_finish(&args);
}

/* ---- wrong lines ---- */

static const struct {
	const char *line;
	const char *says; /* part of the sentence */
	const char *expects; /* part of what is accepted, or NULL */
} wrong[] = {
	{"sesion list", "\"sesion\" is not a command; did you mean \"session\"?", "service"},
	{"frobnicate", "\"frobnicate\" is not a command", "logs"},
	{"session", "\"session\" needs a subcommand", "list, show, create, pin"},
	{"session pinn k a=b", "is not a subcommand of session; did you mean \"pin\"?", "unpin"},
	{"session pin", "KEY is missing", "umbra session pin KEY SERVICE=VERSION..."},
	{"session pin k", "SERVICE=VERSION is missing", "umbra session pin"},
	{"session pin k cart", "SERVICE=VERSION: \"cart\" is not a pin", "service=version"},
	{"session pin k cart=", "is not a pin", "cart=pr-482"},
	{"session pin K a=b", "KEY: \"K\" is not a session key", "a-z 0-9"},
	{"session pin a--b a=b", "is not a session key", NULL},
	{"session create x --strct", "did you mean \"--strict\"?", "--pin"},
	{"session create x --strict=yes", "--strict takes no value", NULL},
	{"session create x y", "\"y\" is one word too many", "umbra session create"},
	{"session create --ttl", "--ttl needs a value", NULL},
	{"session create --ttl 3x", "--ttl: \"3x\" is not a duration", "90s, 15m, 8h or 3d"},
	{"session create --ttl 0s", "is not a duration", NULL},
	{"session create --ttl 1h --ttl 2h", "--ttl is given twice", NULL},
	{"version show cart", "is not a version", "service@version"},
	{"version show Cart@1", "is not a version", NULL},
	{"version register a@b", "--endpoint is missing", "--endpoint HOST:PORT"},
	{"version register a@b --endpoint h", "is not an endpoint: the port is missing",
		"host:port"},
	{"version register a@b --endpoint h:", "the port is missing", NULL},
	{"version register a@b --endpoint [::1]", "the port is missing", NULL},
	{"version register a@b --endpoint h:0", "is not an endpoint: ports begin at 1", NULL},
	{"version register a@b --endpoint h:99999", "ports end at 65535", NULL},
	{"version register a@b --endpoint h:99999999999999999999999", "ports end at 65535", NULL},
	{"version register a@b --endpoint h:http", "the port is not a number", NULL},
	{"version register a@b --endpoint http://h:1", "drop http://", NULL},
	{"version register a@b --endpoint https://h:1/x", "drop https://", NULL},
	{"version register a@b --endpoint h:1/", "drop the path", NULL},
	{"version register a@b --endpoint ::1", "an IPv6 address stands in brackets", NULL},
	{"version register a@b --endpoint 10.0.0.256:1", "there is no such host", NULL},
	{"version register Booking@PR-777 --endpoint h:1", "is not a version",
		"names of services are lower case: \"booking@PR-777\" would be one"},
	{"service set x --protocol grpc", "\"grpc\" is not a choice: gRPC is h2c", "http1, h2c"},
	{"events since:15m", "one word too many; here it is an option: --since 15m", NULL},
	{"version register a@b --endpoint h:1 --pr x", "--pr: \"x\" is not the number",
		"a number, such as 482"},
	{"version register a@b --endpoint h:1 --label x", "is not a label", "key=value"},
	{"status --output yaml", "--output: \"yaml\" is not a choice", "text, json, ndjson"},
	{"status --url ftp://x", "--url: \"ftp://x\" is not a URL", "http://"},
	{"status --url ''", "is not a URL", NULL},
	{"service set cart --protocol h3", "is not a choice", "http1, h2c"},
	{"service set 9cart", "is not the name of a service", "\"cart\" would be one"},
	{"logs -n 100001", "is not a number", "at most 100000"},
	{"logs -n -5", "is not a number", NULL},
	{"logs statuss:500", "", NULL},
	{"logs 'x", "a quote is not closed", NULL},
	{"curl -i shop/x", "curl's own options come after SERVICE/PATH", "--session"},
	{"curl -XPOST shop/x", "come after SERVICE/PATH", "--session"},
	{"logs --since 5m", "'since:5m'", "--follow"},
	{"logs --status=5xx", "'status:5xx'", "--follow"},
	{"curl cart/ --session dev-4f2k",
		"--session is an option of umbra and stands before SERVICE/PATH",
		"umbra curl --session dev-4f2k cart/"},
	{"curl cart/ -X POST --session=k -d 'a b'", "stands before SERVICE/PATH",
		"umbra curl --session=k cart/ -X POST -d 'a b'"},
	{"curl --session k cart/ --session l", "stands before SERVICE/PATH",
		"umbra curl --session l --session k cart/"},
	{"curl cart/ --session", "stands before SERVICE/PATH", "umbra curl --session KEY cart/"},
	{"curl cart/ --url http://h", "--url is an option", "umbra curl --url http://h cart/"},
	{"curl -- cart/ --context x", "--context is an option", "umbra curl --context x"},
	{"help session --url http://h", "--url is an option of umbra and stands before COMMAND",
		"umbra help --url http://h session"},
	{"help session pin -o json", "--output is an option", "umbra help -o json session pin"},
	{"curl Cart/x", "is not a service and path", "gateway/book"},
	{"completion", "SHELL is missing: one of bash, zsh, fish", "umbra completion SHELL"},
	{"version register a@b --endpoint ''", "is not an endpoint", NULL},
	{"session create x --pr ''", "is not the number of a pull request", NULL},
	{"version extend a@b --ttl ''", "is not a duration", NULL},
	{"version register a@b --endpoint h:1 --build 9007199254740992", "is not a number",
		"at most 9007199254740991"},
	{"version register a@b --endpoint h:1 --pr-url 'http://x y'", "is not a URL", NULL},
	{"version register cart@feature/login --endpoint h:1", "is not a version",
		"\"cart@feature-login\" would be one"},
	{"version show 'My Cart@1'", "is not a version", "\"my-cart@1\" would be one"},
	{"session pin Dev.Key a=b", "is not a session key", "\"dev-key\" would be one"},
	{"session pin k cart=feature/login", "is not a pin", "\"cart=feature-login\" would be one"},
	{"completion tcsh", "is not a choice", "bash, zsh, fish"},
	{"--theme x status", "\"--theme\" is not an option of status", NULL},
	{"status '\x1b[31m'", "\\x1b", NULL},
};

static void wrong_lines_are_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct command_args args;
		struct errbuf eb = {0};
		enum err err = command_parse_line(wrong[i].line, &args, &eb);

		if (!err)
			fail_msg("%s: was accepted", wrong[i].line);
		if (err_exit_code(err) != 2)
			fail_msg("%s: exit code %d", wrong[i].line, err_exit_code(err));
		if (!strstr(eb.text, wrong[i].says))
			fail_msg("%s: says %s", wrong[i].line, eb.text);
		if (wrong[i].expects && !strstr(eb.expected, wrong[i].expects))
			fail_msg("%s: expects %s", wrong[i].line, eb.expected);
	}
}

/* ---- words as a shell splits them ---- */

static const struct {
	const char *line;
	const char *value; /* of the session's NAME */
} quoted[] = {
	{"session create plain", "plain"},
	{"session create 'a b'", "a b"},
	{"session create \"a 'b' c\"", "a 'b' c"},
	{"session create a\\ b", "a b"},
	{"session create \"a\\\"b\"", "a\"b"},
	{"session create 'a\\b'", "a\\b"},
	{"session create a'b'\"c\"", "abc"},
	{"session create ''", ""},
	{"  session\tcreate   x  ", "x"},
};

static void lines_are_split_as_by_a_shell(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
		struct command_args args;

		assert_int_equal(command_parse_line(quoted[i].line, &args, NULL), ERR_NONE);
		assert_string_equal(args_get(&args, "NAME"), quoted[i].value);
		args_finish(&args);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_well_formed),
		cmocka_unit_test(every_example_parses),
		cmocka_unit_test(a_value_is_printed_from_its_parts),
		cmocka_unit_test(a_value_has_any_length),
		cmocka_unit_test(a_value_is_checked),
		cmocka_unit_test(right_lines_are_read),
		cmocka_unit_test(a_noun_alone_has_help),
		cmocka_unit_test(wrong_lines_are_explained),
		cmocka_unit_test(lines_are_split_as_by_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
