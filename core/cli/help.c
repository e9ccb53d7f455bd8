/*
 * Help texts from the command table. Called by cli.c for --help and help; holds no text about a command
 * of its own, so it cannot disagree with what the parser takes.
 */
#include "core/cli/help.h"

#include <string.h>

#include "core/base/wrap.h"
#include "core/cli/config.h"
#include "core/model/filter.h"

const char help_proxies[] =
	"HTTP proxies on the way to the control plane and, in umbra curl, to services: http_proxy "
	"(in lower case), https_proxy and ALL_PROXY name one, NO_PROXY the hosts without one. None "
	"is used to loopback addresses, localhost and the names below it.";

enum { HELP_COLUMNS = 80, HELP_GAP = 2, HELP_NAME_MAX = 256 };

/* Broken at HELP_COLUMNS; each row but the first after `indent` blanks. */
static void write_wrapped(struct strbuf *out, const char *text, size_t indent)
{
	struct str rest = str_of(text);

	while (rest.n > 0) {
		size_t len = wrap_take(rest, HELP_COLUMNS - (int)indent);

		strbuf_add_str(out, str_trim((struct str){rest.p, len}));
		strbuf_add_char(out, '\n');
		rest = (struct str){rest.p + len, rest.n - len};
		if (rest.n > 0)
			strbuf_addf(out, "%*s", (int)indent, "");
	}
}

void help_write_entry(struct strbuf *out, const char *name, const char *text, size_t column)
{
	size_t len = strlen(name) + HELP_GAP;

	strbuf_addf(out, "  %s", name);
	if (len + HELP_GAP > column) {
		strbuf_add_char(out, '\n');
		len = 0;
	}
	strbuf_addf(out, "%*s", (int)(column - len), "");
	write_wrapped(out, text, column);
}

static void arg_title(struct strbuf *out, const struct arg_spec *spec)
{
	strbuf_reset(out);
	if (arg_is_option(spec) && spec->letter)
		strbuf_addf(out, "-%c, ", spec->letter);
	strbuf_add_c(out, spec->name);
	if (arg_is_option(spec) && spec->kind != ARG_FLAG)
		strbuf_addf(out, " %s", spec->value);
}

static void write_arg(struct strbuf *out, const struct arg_spec *spec)
{
	struct strbuf title;
	struct strbuf text;

	strbuf_init(&title, HELP_NAME_MAX);
	strbuf_init(&text, 1024);
	arg_title(&title, spec);
	strbuf_add_c(&text, spec->help);
	for (size_t i = 0; spec->choices && spec->choices[i]; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : ": ", spec->choices[i]);
	if (spec->repeated && arg_is_option(spec))
		strbuf_add_c(&text, " (may be repeated)");
	help_write_entry(out, title.data, text.data, 28);
	strbuf_finish(&title);
	strbuf_finish(&text);
}

static void write_args(struct strbuf *out, const struct arg_spec *specs, size_t count, bool options)
{
	for (size_t i = 0; i < count; i++)
		if (arg_is_option(&specs[i]) == options)
			write_arg(out, &specs[i]);
}

static bool has_args(const struct command *command, bool options)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (arg_is_option(&command->args[i]) == options)
			return true;
	return false;
}

static bool takes_filter(const struct command *command)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].kind == ARG_FILTER)
			return true;
	return false;
}

void help_write_filter_terms(struct strbuf *out)
{
	for (size_t i = 0; i < filter_term_count; i++)
		help_write_entry(out, filter_terms[i].example, filter_terms[i].help, 28);
}

void help_write_command(struct strbuf *out, const struct command *command)
{
	command_usage(out, command);
	strbuf_add_c(out, "\n\n");
	write_wrapped(out, command->summary, 0);
	if (command->help) {
		strbuf_add_char(out, '\n');
		write_wrapped(out, command->help, 0);
	}
	if (has_args(command, false)) {
		strbuf_add_c(out, "\nArguments:\n");
		write_args(out, command->args, command->arg_count, false);
	}
	if (has_args(command, true)) {
		strbuf_add_c(out, "\nOptions:\n");
		write_args(out, command->args, command->arg_count, true);
	}
	strbuf_add_c(out, "\nOptions of every command:\n");
	for (size_t i = 0; i < command_global_count; i++)
		if (!command->alone || command_globals[i].kind == ARG_FLAG)
			write_arg(out, &command_globals[i]);
	if (takes_filter(command)) {
		strbuf_add_c(out, "\nFilter terms:\n");
		help_write_filter_terms(out);
	}
	strbuf_addf(out, "\nExample%s:\n", command->examples[1] ? "s" : "");
	for (size_t i = 0; command->examples[i]; i++)
		strbuf_addf(out, "  %s\n", command->examples[i]);
}

/* Rows of one noun (or the one-word commands for ""). */
static void write_rows(struct strbuf *out, const char *noun)
{
	struct strbuf name;

	strbuf_init(&name, HELP_NAME_MAX);
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->noun, noun) != 0)
			continue;
		strbuf_reset(&name);
		command_name(&name, commands[i]);
		help_write_entry(out, name.data, commands[i]->summary, 22);
	}
	strbuf_finish(&name);
}

void help_write_noun(struct strbuf *out, const char *noun)
{
	strbuf_addf(out, "umbra %s VERB ...\n\n", noun);
	write_rows(out, noun);
	strbuf_addf(out, "\numbra %s VERB --help says more of each.\n", noun);
}

void help_write_variables(struct strbuf *out)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		help_write_entry(out, setting_infos[i].variable, setting_infos[i].help, 22);
	help_write_entry(out, "NO_COLOR", "No colours, whatever its value, when not empty.", 22);
	help_write_entry(out, "http_proxy, NO_PROXY", help_proxies, 22);
}

void help_write_all(struct strbuf *out)
{
	strbuf_add_c(out,
		"umbra [COMMAND] ...\n\n"
		"One shared environment, every service once as stable, any number of other\n"
		"versions beside it, and a session that says which of them serve you.\n\n");
	write_rows(out, "");
	for (size_t i = 0; commands[i]; i++) {
		if (!*commands[i]->noun || !strcmp(commands[i - 1]->noun, commands[i]->noun))
			continue;
		strbuf_add_char(out, '\n');
		write_rows(out, commands[i]->noun);
	}
	strbuf_add_c(out, "\nOptions of the dashboard:\n");
	write_args(out, commands[0]->args, commands[0]->arg_count, true);
	strbuf_add_c(out, "\nOptions of every command:\n");
	write_args(out, command_globals, command_global_count, true);
	strbuf_add_c(out, "\nEnvironment variables:\n");
	help_write_variables(out);
	strbuf_add_c(out,
		"\numbra COMMAND --help says more of each; umbra man | man -l - says all.\n"
		"umbra help topics lists what belongs to no command.\n");
}

void help_write_hint(struct strbuf *out, const char *noun, const struct command *command)
{
	strbuf_add_c(out, "try: umbra ");
	if (command && *command->verb) {
		command_name(out, command);
		strbuf_add_char(out, ' ');
	} else if (noun) {
		strbuf_addf(out, "%s ", noun);
	}
	strbuf_add_c(out, "--help");
}
