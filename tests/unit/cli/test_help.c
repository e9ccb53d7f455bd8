/* Help, manual and completion scripts: all of the table is in them, and nothing in them is obeyed by troff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/xalloc.h"
#include "core/cli/help.h"
#include "core/cli/man_page.h"
#include "core/cli/completion_scripts.h"
#include "core/cli/topics.h"
#include "core/command/commands.h"
#include "core/model/decision.h"
#include "core/model/filter.h"

enum { TEXT_MAX = 1 << 20 };

static void assert_has(const struct strbuf *text, const char *part)
{
	if (!strstr(text->data, part))
		fail_msg("no \"%s\" in: %s", part, text->data);
}

static void help_names_every_command(void **state)
{
	struct strbuf text;
	struct strbuf name;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	strbuf_init(&name, TEXT_MAX);
	help_write_all(&text);
	for (size_t i = 0; commands[i]; i++) {
		strbuf_reset(&name);
		strbuf_add_c(&name, "\n  ");
		command_name(&name, commands[i]);
		strbuf_add_char(&name, ' ');
		assert_has(&text, name.data);
	}
	strbuf_finish(&text);
	strbuf_finish(&name);
}

static void help_of_a_command_has_all_of_it(void **state)
{
	struct strbuf text;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	for (size_t i = 0; commands[i]; i++) {
		strbuf_reset(&text);
		help_write_command(&text, commands[i]);
		for (size_t k = 0; commands[i]->examples[k]; k++)
			assert_has(&text, commands[i]->examples[k]);
		for (size_t k = 0; k < commands[i]->arg_count; k++)
			assert_has(&text, commands[i]->args[k].name);
		for (size_t k = 0; k < command_global_count; k++)
			if (commands[i]->alone && command_globals[k].kind != ARG_FLAG)
				assert_null(strstr(text.data, command_globals[k].name));
			else
				assert_has(&text, command_globals[k].name);
	}
	strbuf_finish(&text);
}

static void help_keeps_to_eighty_columns(void **state)
{
	struct strbuf text;
	struct str rest;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	help_write_all(&text);
	help_write_noun(&text, "session");
	for (rest = strbuf_str(&text); rest.p;) {
		struct str line = str_cut(&rest, '\n');

		if (line.n > 80)
			fail_msg("%.*s", STR_ARG(line));
	}
	strbuf_finish(&text);
}

/* Text as the manual writes it, to look for. */
static void as_in_troff(struct strbuf *out, const char *text)
{
	strbuf_reset(out);
	for (; *text; text++) {
		if (*text == '-')
			strbuf_add_char(out, '\\');
		if (*text == '~')
			strbuf_add_c(out, "\\(ti");
		else if (*text == '\'')
			strbuf_add_c(out, "\\(aq");
		else
			strbuf_add_char(out, *text);
	}
}

static void the_manual_has_all_tables(void **state)
{
	struct strbuf text;
	struct strbuf part;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	strbuf_init(&part, TEXT_MAX);
	man_page_write(&text);
	assert_true(strbuf_ok(&text));
	for (size_t i = 0; commands[i]; i++) {
		for (size_t k = 0; commands[i]->examples[k]; k++) {
			as_in_troff(&part, commands[i]->examples[k]);
			assert_has(&text, part.data);
		}
		for (size_t k = 0; k < commands[i]->arg_count; k++) {
			as_in_troff(&part, commands[i]->args[k].help);
			assert_has(&text, part.data);
		}
	}
	for (size_t i = 0; i < filter_term_count; i++) {
		as_in_troff(&part, filter_terms[i].example);
		assert_has(&text, part.data);
	}
	for (int i = 0; i < REASON_COUNT; i++) {
		as_in_troff(&part, reason_names[i]);
		assert_has(&text, part.data);
	}
	strbuf_finish(&text);
	strbuf_finish(&part);
}

/* A line that begins with a control character must be one of the requests the page is made of. */
static void the_limits_are_those_of_the_program(void **state)
{
	struct strbuf text;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	assert_true(topic_write(&text, "limits"));
	assert_has(&text, "    4000  services\n");
	assert_has(&text, "response      24h ");
	assert_has(&text, "connect       2s ");
	strbuf_finish(&text);
}

/* Each topic that the list has, with a sentence of it; 80 columns wide. */
static void each_topic_says_what_it_is_for(void **state)
{
	static const char *const topics[][2] = {
		{"carriers", "baggage   the member routing-session=KEY"},
		{"config", "[context studio]"},
		{"environment", "NO_COLOR"},
		{"exit-codes", "4   Not found, or gone."},
		{"filters", "service:cart              the service"},
		{"grpc", "umbra service set search --protocol h2c --health-type grpc\n"},
		{"limits", "keep-alive"},
		{"topics", "umbra help limits"},
	};
	struct strbuf list, text;
	struct str rest;
	size_t count = 0;

	(void)state;
	strbuf_init(&list, TEXT_MAX);
	strbuf_init(&text, TEXT_MAX);
	topics_write(&list);
	for (rest = strbuf_str(&list); rest.p;)
		count += str_starts(str_cut(&rest, '\n'), STR_LIT("  umbra help "));
	assert_int_equal(count, ARRAY_LEN(topics));
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		strbuf_reset(&text);
		assert_true(topic_write(&text, topics[i][0]));
		assert_has(&list, topics[i][0]);
		assert_has(&text, topics[i][1]);
		for (rest = strbuf_str(&text); rest.p;) {
			struct str line = str_cut(&rest, '\n');

			if (line.n > 80)
				fail_msg("%s: %.*s", topics[i][0], STR_ARG(line));
		}
	}
	assert_false(topic_write(&text, "cart"));
	strbuf_finish(&list);
	strbuf_finish(&text);
}

static void the_manual_has_only_its_own_requests(void **state)
{
	static const char *const requests[] = {
		".TH ", ".SH ", ".SS ", ".TP", ".PP", ".RS 4", ".RE", ".nf", ".fi", ".nh", ".ad l"};
	struct strbuf text;
	struct str rest;

	(void)state;
	strbuf_init(&text, TEXT_MAX);
	man_page_write(&text);
	for (rest = strbuf_str(&text); rest.p;) {
		struct str line = str_cut(&rest, '\n');
		bool known = !line.n || (line.p[0] != '.' && line.p[0] != '\'');

		for (size_t i = 0; i < ARRAY_LEN(requests); i++)
			known |= str_starts(line, str_of(requests[i]));
		if (!known)
			fail_msg("%.*s", STR_ARG(line));
	}
	strbuf_finish(&text);
}

static void every_shell_has_its_script(void **state)
{
	const struct arg_spec *shell = &command_completion.args[0];

	(void)state;
	for (size_t i = 0; shell->choices[i]; i++) {
		const char *script = completion_script(shell->choices[i]);

		assert_non_null(script);
		assert_non_null(strstr(script, "__complete -- "));
	}
	assert_null(completion_script("tcsh"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_names_every_command),
		cmocka_unit_test(help_of_a_command_has_all_of_it),
		cmocka_unit_test(help_keeps_to_eighty_columns),
		cmocka_unit_test(the_manual_has_all_tables),
		cmocka_unit_test(the_manual_has_only_its_own_requests),
		cmocka_unit_test(every_shell_has_its_script),
		cmocka_unit_test(the_limits_are_those_of_the_program),
		cmocka_unit_test(each_topic_says_what_it_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
