/*
 * The table itself, and the small questions about it. Everything that names a command (parser, help,
 * completion, manual, palette) walks this list; nothing else knows which commands there are.
 */
#include "core/command/command.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/command/commands.h"

const struct command *const commands[] = {
	&command_dashboard,
	&command_demo,
	&command_serve,
	&command_service_list,
	&command_service_show,
	&command_service_set,
	&command_service_remove,
	&command_version_list,
	&command_version_show,
	&command_version_register,
	&command_version_wait,
	&command_version_extend,
	&command_version_retire,
	&command_version_promote,
	&command_pr_list,
	&command_pr_show,
	&command_session_list,
	&command_session_show,
	&command_session_create,
	&command_session_pin,
	&command_session_unpin,
	&command_session_set,
	&command_session_use,
	&command_session_extend,
	&command_session_link,
	&command_session_map,
	&command_session_end,
	&command_curl,
	&command_logs,
	&command_events,
	&command_status,
	&command_theme_list,
	&command_theme_check,
	&command_config,
	&command_completion,
	&command_man,
	&command_help,
	NULL,
};

const char *const command_outputs[] = {"text", "json", "ndjson", "name", NULL};

const struct arg_spec command_globals[] = {
	ARG(URL, "--url", "URL", "of the control plane"),
	ARG(TEXT, "--context", "NAME", "the context of the config file to take"),
	ARG(CHOICE, "--output", "FORM", "form of the output", .choices = command_outputs,
		.letter = 'o'),
	ARG(FLAG, "--utc", NULL, "times in UTC; on a terminal they are local, with the offset"),
	ARG(FLAG, "--help", NULL, "show this help", .letter = 'h'),
	ARG(FLAG, "--version", NULL, "print the version of umbra"),
};
const size_t command_global_count = ARRAY_LEN(command_globals);

const struct command *command_find(const char *noun, const char *verb)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->noun, noun) && !strcmp(commands[i]->verb, verb))
			return commands[i];
	return NULL;
}

void command_name(struct strbuf *out, const struct command *command)
{
	if (!*command->verb)
		strbuf_add_c(out, "umbra");
	else if (!*command->noun)
		strbuf_add_c(out, command->verb);
	else
		strbuf_addf(out, "%s %s", command->noun, command->verb);
}

static void usage_arg(struct strbuf *out, const struct arg_spec *spec)
{
	bool option = arg_is_option(spec);

	strbuf_add_c(out, spec->required ? " " : " [");
	if (option && spec->letter)
		strbuf_addf(out, "-%c", spec->letter);
	else
		strbuf_add_c(out, spec->name);
	if (option && spec->kind != ARG_FLAG)
		strbuf_addf(out, " %s", spec->value);
	if (!spec->required)
		strbuf_add_char(out, ']');
	if (spec->repeated)
		strbuf_add_c(out, "...");
}

void command_usage(struct strbuf *out, const struct command *command)
{
	strbuf_add_c(out, "umbra");
	if (*command->verb) {
		strbuf_add_char(out, ' ');
		command_name(out, command);
	}
	for (size_t i = 0; i < command->arg_count; i++)
		usage_arg(out, &command->args[i]);
}

/* ---- parsed arguments ---- */

const char *args_next(const struct command_args *args, const char *name, size_t *cursor)
{
	for (size_t i = *cursor; i < args->count; i++) {
		if (strcmp(args->values[i].spec->name, name) != 0)
			continue;
		*cursor = i + 1;
		return args->values[i].value;
	}
	*cursor = args->count;
	return NULL;
}

const char *args_get(const struct command_args *args, const char *name)
{
	size_t cursor = 0;

	return args_next(args, name, &cursor);
}

bool args_has(const struct command_args *args, const char *name)
{
	return args_get(args, name) != NULL;
}

static const struct arg_spec *find_arg(const struct command *command, const char *name)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (strcmp(command->args[i].name, name) == 0)
			return &command->args[i];
	for (size_t i = 0; i < command_global_count; i++)
		if (strcmp(command_globals[i].name, name) == 0)
			return &command_globals[i];
	return NULL;
}

void args_add(struct command_args *args, const char *name, const char *value)
{
	const struct arg_spec *spec = find_arg(args->command, name);

	assert(spec);
	array_reserve(&args->values, &args->cap, args->count + 1, sizeof(*args->values));
	args->values[args->count++] = (struct arg_value){spec, xstrdup(value)};
}

struct command_args *args_create(const struct command *command, ...)
{
	struct command_args *args = xcalloc(1, sizeof(*args));
	const char *name;
	va_list ap;

	args->command = command;
	va_start(ap, command);
	while ((name = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		if (value)
			args_add(args, name, value);
	}
	va_end(ap);
	return args;
}

void args_finish(struct command_args *args)
{
	for (size_t i = 0; i < args->count; i++)
		free(args->values[i].value);
	free(args->values);
	*args = (struct command_args){0};
}

void args_destroy(struct command_args *args)
{
	if (!args)
		return;
	args_finish(args);
	free(args);
}

static void print_value(struct strbuf *out, const struct arg_value *value)
{
	const struct arg_spec *spec = value->spec;

	strbuf_add_char(out, ' ');
	if (arg_is_option(spec) && spec->letter)
		strbuf_addf(out, "-%c", spec->letter);
	else if (arg_is_option(spec))
		strbuf_add_c(out, spec->name);
	if (spec->kind == ARG_FLAG)
		return;
	if (arg_is_option(spec))
		strbuf_add_char(out, ' ');
	shell_quote(out, str_of(value->value));
}

/* A value that looks like an option stands behind "--", and with it all that are no options. */
void args_print(struct strbuf *out, const struct command_args *args)
{
	bool apart = false;

	strbuf_add_c(out, "umbra");
	if (*args->command->verb) {
		strbuf_add_char(out, ' ');
		command_name(out, args->command);
	}
	for (size_t i = 0; i < args->count; i++)
		apart |= !arg_is_option(args->values[i].spec) && args->values[i].value[0] == '-' &&
			 args->values[i].spec->kind != ARG_REST;
	for (size_t i = 0; i < args->count; i++)
		if (!apart || arg_is_option(args->values[i].spec))
			print_value(out, &args->values[i]);
	if (!apart)
		return;
	strbuf_add_c(out, " --");
	for (size_t i = 0; i < args->count; i++)
		if (!arg_is_option(args->values[i].spec))
			print_value(out, &args->values[i]);
}
