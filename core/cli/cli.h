/*
 * The command line: one command from its words to its exit code.
 *
 * main() parses once and dispatches what needs other rooms (dashboard, serve, demo, themes); the rest is
 * cli_run(). Printing goes through stdio here and nowhere else in core/ but serve and demo.
 */
#ifndef UMBRA_CLI_CLI_H
#define UMBRA_CLI_CLI_H

#include <stdbool.h>

#include "core/command/command.h"

/* Runs --help, --version, or the command; returns the exit code. */
int cli_run(const struct command_args *args);
/* Whether --help or --version is asked for: then cli_run() answers, whatever the command. */
bool cli_is_question(const struct command_args *args);
/* Says a mistake in the words, with a hint where to look, on stderr; returns the exit code. */
int cli_fail_usage(const struct command_args *args, const struct errbuf *eb);
/* The same for an error that came later. */
int cli_fail(const struct errbuf *eb);
/* The hidden verb: argv is {"__complete", "--", WORD...}. A candidate a line. */
int cli_complete(int argc, const char *const *argv);

#endif
