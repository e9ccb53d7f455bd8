/* The `:` line: what it offers, what it says is wrong, and its lines of before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/command/command.h"

#include "tui/term/keys.h"
#include "tui/ui/palette.h"
#include "tui/ui/view.h"

static struct environment env;
static struct selection selected;
static struct palette_source source;
static struct palette palette;

static void put(enum object_kind kind, const char *id, void *record)
{
	const struct change change = {kind, (char *)(uintptr_t)id, record, 1};

	assert_true(environment_apply(&env, &change));
	record_unref(object_type(kind), record);
}

static void add_version(const char *service, const char *name, const char *id)
{
	struct version *version = record_create(&version_type);

	version->service = xstrdup(service);
	version->name = xstrdup(name);
	version->kind = KIND_EPHEMERAL;
	put(OBJECT_VERSION, id, version);
}

static int setup(void **state)
{
	struct service *service = record_create(&service_type);
	struct session *session = record_create(&session_type);

	(void)state;
	environment_init(&env);
	memset(&selected, 0, sizeof(selected));
	memset(&palette, 0, sizeof(palette));
	source = (struct palette_source){.env = &env, .selected = &selected, .session = ""};
	service->name = xstrdup("booking");
	put(OBJECT_SERVICE, "booking", service);
	add_version("booking", "pr-1", "booking@pr-1");
	add_version("booking", "pr-482", "booking@pr-482");
	session->key = xstrdup("checkout-4f2k");
	put(OBJECT_SESSION, "checkout-4f2k", session);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	palette_finish(&palette);
	environment_finish(&env);
	return 0;
}

static const char *first(const char *line)
{
	palette_open(&palette, line, &source);
	return palette.count > 0 ? palette.shown[0].value : "";
}

/* Whether the line runs; then it comes as a command, or it is a word of the dashboard's own. */
static bool checks(void)
{
	struct command_args *command = NULL;
	bool runs = palette_check(&palette, &source, &command);

	assert_true(runs || !command);
	args_destroy(command);
	return runs;
}

static void test_offers(void **state)
{
	static const struct {
		const char *line, *first;
	} cases[] = {
		{"verlist", "version list"},
		{"ret", "version retire"},
		{"reque", "requests"},
		{"umbra verlist", "version list"},
		{"version retire 482", "booking@pr-482"},
		{"session pin ck b482", "booking=pr-482"},
		{"session end k4", "checkout-4f2k"},
		{"pins k4", "checkout-4f2k"},
		{"requests serv", "service:"},
		{"requests service:bk", "service:booking"},
		{"version list state:unh", "state:unhealthy"},
		{"version extend booking@pr-1 --t", "--ttl"},
		{"theme lig", "light"},
		{"serve", "service set"}, /* serve itself does not run here */
		{"nothing like it", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (strcmp(first(cases[i].line), cases[i].first) != 0)
			fail_msg(":%s offers \"%s\"", cases[i].line, first(cases[i].line));
}

static void test_selected_comes_first(void **state)
{
	(void)state;
	assert_string_equal(first("version show "), "booking@pr-1");
	selected.kind = SELECTED_VERSION;
	str_copy(selected.service, sizeof(selected.service), STR_LIT("booking"));
	str_copy(selected.version, sizeof(selected.version), STR_LIT("pr-482"));
	assert_string_equal(first("version show "), "booking@pr-482");
	assert_string_equal(first("session pin checkout-4f2k "), "booking=pr-482");
	assert_string_equal(first(""), "version show");
}

static void test_tab_completes(void **state)
{
	(void)state;
	palette_open(&palette, "ret", &source);
	(void)palette_key(&palette, KEYS_TAB, &source);
	assert_string_equal(palette.input.text, "version retire ");
	(void)palette_key(&palette, '4', &source);
	(void)palette_key(&palette, KEYS_TAB, &source);
	assert_string_equal(palette.input.text, "version retire booking@pr-482 ");
	palette_open(&palette, "requests servic", &source);
	(void)palette_key(&palette, KEYS_TAB, &source);
	assert_string_equal(palette.input.text, "requests service:"); /* and no blank */
	palette_open(&palette, "zzz", &source);
	(void)palette_key(&palette, KEYS_TAB, &source);
	assert_string_equal(palette.input.text, "zzz");
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *line;
		size_t column; /* SIZE_MAX: nothing is wrong while it is typed */
		bool runs;
	} cases[] = {
		{"version lst ", 8, false},
		{"version lst", SIZE_MAX, false}, /* it may become right */
		{"bogus ", 0, false},
		{"version extend booking@pr-1 --ttl never ", 34, false},
		{"version extend booking@pr-1 --ttl ", SIZE_MAX, false},
		{"version extend booking@pr-1 --ttl 3d", SIZE_MAX, true},
		{"version list staet:ready ", 13, false},
		{"version show", SIZE_MAX, false}, /* which one is missing */
		{"version show booking@pr-1", SIZE_MAX, true},
		{"serve", SIZE_MAX, false},
		{"version list", SIZE_MAX, true},
		{"version list --watch", SIZE_MAX, false}, /* the dashboard is never old */
		{"q", SIZE_MAX, true},
		{"theme", SIZE_MAX, false},
		{"theme light", SIZE_MAX, true},
		{"   ", SIZE_MAX, false},
		{"version show 'booking@pr-1", SIZE_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		palette_open(&palette, cases[i].line, &source);
		if (palette.column != cases[i].column)
			fail_msg("\"%s\": column %zu (%s)", cases[i].line, palette.column,
				palette.mistake);
		if (checks() != cases[i].runs)
			fail_msg("\"%s\": %s", cases[i].line, palette.mistake);
	}
}

static void test_read_only(void **state)
{
	(void)state;
	source.read_only = true;
	palette_open(&palette, "session end checkout-4f2k", &source);
	assert_false(checks());
	assert_non_null(strstr(palette.mistake, "READ-ONLY"));
	palette_open(&palette, "session show checkout-4f2k", &source);
	assert_true(checks());
}

/* What the command table says of views is so. */
static void test_commands_open_views(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct command_view *opens = &commands[i]->opens;
		size_t k = 0;

		if (!opens->name)
			continue;
		while (view_list[k] && strcmp(view_list[k]->name, opens->name) != 0)
			k++;
		assert_true(view_list[k] && (opens->argument || view_list[k]->key != '\0'));
		for (k = 0; opens->argument && k < commands[i]->arg_count; k++)
			if (strcmp(commands[i]->args[k].name, opens->argument) == 0)
				break;
		assert_true(!opens->argument || k < commands[i]->arg_count);
	}
}

static void test_history(void **state)
{
	(void)state;
	for (int i = 0; i < PALETTE_HISTORY + 10; i++) {
		char line[24];

		(void)snprintf(line, sizeof(line), "line %d", i);
		palette_remember(&palette, line);
		palette_remember(&palette, line); /* not twice */
	}
	assert_int_equal(palette.history_count, PALETTE_HISTORY);
	palette_open(&palette, "new", &source);
	(void)palette_key(&palette, KEYS_UP, &source);
	assert_string_equal(palette.input.text, "line 59");
	for (int i = 0; i < 100; i++)
		(void)palette_key(&palette, KEYS_UP, &source);
	assert_string_equal(palette.input.text, "line 10");
	for (int i = 0; i < 100; i++)
		(void)palette_key(&palette, KEYS_DOWN, &source);
	assert_string_equal(palette.input.text, "new");
}

/* As long as it may be, and of more words than are looked at. */
static void test_limits(void **state)
{
	char line[LIMIT_FILTER + 1];
	struct palette_words words;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_string_equal(first(line), "");
	assert_false(checks());
	for (size_t i = 0; i + 1 < sizeof(line); i += 2)
		line[i] = ' ';
	palette_open(&palette, line, &source);
	(void)checks();
	palette_split(str_of(line), &words);
	assert_int_equal(words.count, PALETTE_WORDS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_offers),
		CASE(test_selected_comes_first),
		CASE(test_tab_completes),
		CASE(test_mistakes),
		CASE(test_read_only),
		CASE(test_commands_open_views),
		CASE(test_history),
		CASE(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
