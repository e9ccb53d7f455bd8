/*
 * Any palette line: parsed or refused with a sentence, never both; what is parsed belongs to its command; and
 * completion offers only words that begin with what is there.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"

enum { LINE_MAX_BYTES = 4096, WORDS_MAX = 64 };

static void require(bool is_so)
{
	if (!is_so)
		abort();
}

static bool is_of(const struct command *command, const struct arg_spec *spec)
{
	for (size_t i = 0; i < command->arg_count; i++)
		if (spec == &command->args[i])
			return true;
	for (size_t i = 0; i < command_global_count; i++)
		if (spec == &command_globals[i])
			return true;
	return false;
}

/* What was read is printed as a line that reads the same; but for what is passed on, which may not be the last there. */
static void check_print(const struct command_args *args)
{
	struct command_args again;
	struct strbuf line;

	for (size_t i = 0; i < args->count; i++)
		if (args->values[i].spec->kind == ARG_REST)
			return;
	strbuf_init(&line, (size_t)LINE_MAX_BYTES * 8);
	args_print(&line, args);
	require(command_parse_line(line.data, &again, NULL) == ERR_NONE);
	require(again.command == args->command);
	args_finish(&again);
	strbuf_finish(&line);
}

static void check_line(const char *line)
{
	struct command_args args;
	struct errbuf eb = {0};

	if (command_parse_line(line, &args, &eb)) {
		require(eb.text[0] != '\0');
		require(args.values == NULL);
		return;
	}
	require(args.command != NULL || args.noun != NULL);
	for (size_t i = 0; i < args.count; i++) {
		require(args.values[i].value != NULL);
		require(args.command == NULL || is_of(args.command, args.values[i].spec));
	}
	if (args.command)
		check_print(&args);
	args_finish(&args);
}

static void check_candidate(void *arg, const char *candidate, const char *help)
{
	const char *partial = arg;

	(void)help;
	require(!strncmp(candidate, partial, strlen(partial)));
}

/* The words as they are between blanks: completion gets them from a shell, unquoted. */
static void check_completion(char *line)
{
	const char *words[WORDS_MAX];
	char *save = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " ", &save); word && count < WORDS_MAX;
		word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	if (count) {
		char *partial = strdup(words[count - 1]);

		require(partial != NULL);
		command_complete(NULL, words, count, check_candidate, partial);
		free(partial);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line;

	if (size > LINE_MAX_BYTES)
		return 0;
	line = strndup((const char *)data, size);
	require(line != NULL);
	check_line(line);
	check_completion(line);
	free(line);
	return 0;
}
