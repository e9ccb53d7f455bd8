/* Settings: what goes before what, what is refused, and that editing leaves every other line as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/cli/config.h"

/* ---- editing ---- */

static const struct {
	const char *text;
	const char *section, *value;
	const char *after;
} edits[] = {
	{"", "", "k", "session = k\n"},
	{"", "context a", "k", "[context a]\nsession = k\n"},
	{"", "", NULL, ""},
	{"user = x\n", "", "k", "user = x\nsession = k\n"},
	{"user = x", "", "k", "user = x\nsession = k\n"},
	{"session = old\nuser = x\n", "", "k", "session = k\nuser = x\n"},
	{"session=old\n# note\n", "", NULL, "# note\n"},
	{"# session = old\n", "", "k", "# session = old\nsession = k\n"},
	{"[context a]\nurl = u\n\n[context b]\nurl = v\n", "context a", "k",
		"[context a]\nurl = u\nsession = k\n\n[context b]\nurl = v\n"},
	{"[context a]\nurl = u\n\n[context b]\nsession = old\n", "context b", "k",
		"[context a]\nurl = u\n\n[context b]\nsession = k\n"},
	{"[context a]\nsession = a\n[context b]\nsession = b\n", "context a", NULL,
		"[context a]\n[context b]\nsession = b\n"},
	{"[context a]\nurl = u\n", "context b", "k",
		"[context a]\nurl = u\n\n[context b]\nsession = k\n"},
	{"[ context a ]\nurl = u\n", "context a", "k", "[ context a ]\nurl = u\nsession = k\n"},
	{"[context a]\nurl = u\n", "", "k", "session = k\n\n[context a]\nurl = u\n"},
	{"user = x\n\n[context a]\nurl = u\n", "", "k",
		"user = x\nsession = k\n\n[context a]\nurl = u\n"},
	{"session = a\nsession = b\n", "", "k", "session = k\n"},
};

static void editing_changes_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		struct strbuf out;

		strbuf_init(&out, 4096);
		config_edit(
			&out, str_of(edits[i].text), edits[i].section, "session", edits[i].value);
		if (strcmp(out.data, edits[i].after) != 0)
			fail_msg("%zu: %s", i, out.data);
		strbuf_finish(&out);
	}
}

/* ---- loading ---- */

static char dir[64];

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/umbra-config-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	setenv("XDG_CONFIG_HOME", dir, 1);
	for (int i = 0; i < SETTING_COUNT; i++)
		unsetenv(setting_infos[i].variable);
	return 0;
}

static void path_of(char *dst, size_t size, const char *name)
{
	snprintf(dst, size, "%s%s", dir, name);
}

static int teardown(void **state)
{
	char path[128];

	(void)state;
	path_of(path, sizeof(path), "/umbra/config");
	unlink(path);
	path_of(path, sizeof(path), "/umbra");
	rmdir(path);
	return rmdir(dir);
}

static void write_config(const char *text)
{
	char path[128];
	FILE *file;

	path_of(path, sizeof(path), "/umbra");
	mkdir(path, 0700);
	path_of(path, sizeof(path), "/umbra/config");
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char both[] =
	"context = a\nuser = all\n[context a]\nurl = http://a:1\nsession = in-a\n"
	"[context b]\nurl = http://b:1\nuser = b-user\n";

static const struct {
	const char *file; /* NULL: none */
	const char *url_variable, *session_variable;
	const char *line;
	const char *url, *session, *user; /* NULL: not looked at */
} loads[] = {
	{NULL, NULL, NULL, "status", "http://127.0.0.1:7070", "-", NULL},
	{"url = http://f:1\n", NULL, NULL, "status", "http://f:1", "-", NULL},
	{"url = http://f:1\n", "http://e:1", NULL, "status", "http://e:1", "-", NULL},
	{"url = http://f:1\n", "http://e:1", NULL, "status --url http://o:1", "http://o:1", "-",
		NULL},
	{both, NULL, NULL, "status", "http://a:1", "in-a", "all"},
	{both, NULL, NULL, "status --context b", "http://b:1", "-", "b-user"},
	{both, NULL, "from-env", "status", "http://a:1", "from-env", "all"},
	{both, NULL, "from-env", "curl --session opt cart/", "http://a:1", "opt", "all"},
	{"session = \n", NULL, NULL, "status", NULL, "-", NULL},
};

static void set_or_unset(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void flags_go_before_variables_before_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(loads); i++) {
		struct command_args args;
		struct config config;
		struct errbuf eb = {0};
		const char *session;

		write_config(loads[i].file ? loads[i].file : "");
		set_or_unset("UMBRA_URL", loads[i].url_variable);
		set_or_unset("UMBRA_SESSION", loads[i].session_variable);
		assert_int_equal(command_parse_line(loads[i].line, &args, &eb), ERR_NONE);
		if (config_load(&args, &config, &eb))
			fail_msg("%zu: %s", i, eb.text);
		session = config.values[SETTING_SESSION];
		if (loads[i].url)
			assert_string_equal(config.values[SETTING_URL], loads[i].url);
		assert_string_equal(session ? session : "-", loads[i].session);
		if (loads[i].user)
			assert_string_equal(config.values[SETTING_USER], loads[i].user);
		config_finish(&config);
		args_finish(&args);
	}
	unsetenv("UMBRA_URL");
	unsetenv("UMBRA_SESSION");
}

static const struct {
	const char *file, *line;
	const char *colour; /* NULL: none */
} colours[] = {
	{"colour = red\n", "", "red"},
	{"colour = red\n", "--url http://o:1", "red"},
	{"[context a]\nurl = http://a:1\ncolour = #b00020\n", "--context a", "#b00020"},
	{"[context a]\nurl = http://a:1\ncolour = #b00020\n", "--context a --url http://o:1", NULL},
	{"url = http://f:1\n[context a]\ncolour = #b00020\n", "--context a", "#b00020"},
	{"[context a]\nurl = http://a:1\n", "--context a", NULL},
};

static void a_colour_is_of_its_own_control_plane(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(colours); i++) {
		struct command_args args;
		struct config config;
		struct errbuf eb = {0};
		const char *colour;

		write_config(colours[i].file);
		assert_int_equal(command_parse_line(colours[i].line, &args, &eb), ERR_NONE);
		if (config_load(&args, &config, &eb))
			fail_msg("%zu: %s", i, eb.text);
		colour = config_colour(&config);
		assert_string_equal(
			colour ? colour : "-", colours[i].colour ? colours[i].colour : "-");
		config_finish(&config);
		args_finish(&args);
	}
}

static const struct {
	const char *file, *says;
} mistakes[] = {
	{"tint = red\n", "tint is not a setting"},
	{"url = ftp://x\n", "not an http URL"},
	{"session = Not A Key\n", "not a session key"},
	{"[contexts a]\nurl = http://x\n", "[contexts a] is not a section"},
	{"[context a]\ncontext = b\n", "context is not a setting"},
	{"context = c\n[context a]\nurl = http://x\n", "has no context \"c\""},
};

static void mistakes_name_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct config config;
		struct errbuf eb = {0};

		write_config(mistakes[i].file);
		assert_int_equal(config_load(NULL, &config, &eb), ERR_USAGE);
		if (!strstr(eb.text, mistakes[i].says))
			fail_msg("%zu: %s", i, eb.text);
		assert_non_null(strstr(eb.text, "/umbra/config"));
		config_finish(&config);
	}
}

static void use_is_read_back(void **state)
{
	static const char *const keys[] = {"one-4f2k", NULL, "two"};

	(void)state;
	write_config(both);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct config config;
		struct errbuf eb = {0};

		assert_int_equal(config_load(NULL, &config, &eb), ERR_NONE);
		if (config_store_session(&config, keys[i], &eb))
			fail_msg("%s", eb.text);
		config_finish(&config);
		assert_int_equal(config_load(NULL, &config, &eb), ERR_NONE);
		if (keys[i])
			assert_string_equal(config.values[SETTING_SESSION], keys[i]);
		else
			assert_null(config.values[SETTING_SESSION]);
		config_finish(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(editing_changes_one_line),
		cmocka_unit_test(flags_go_before_variables_before_the_file),
		cmocka_unit_test(a_colour_is_of_its_own_control_plane),
		cmocka_unit_test(mistakes_name_the_place),
		cmocka_unit_test(use_is_read_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
