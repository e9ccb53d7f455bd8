/* What the files of core/cli that run commands share; nobody else includes it. */
#ifndef UMBRA_CLI_INTERNAL_H
#define UMBRA_CLI_INTERNAL_H

#include "core/cli/config.h"
#include "core/cli/printer.h"

struct event;
struct event_base;

enum { CLI_TEXT_MAX = 1 << 20 };

/* One command on its way. */
struct cli {
	const struct command_args *args;
	struct config
		config; /* read before a command that has a start(); a `.local` without one reads it itself */
	struct printer printer;
	struct event_base *base;
	struct client *client;
	struct command_run *run; /* NULL when it has ended */
	struct event *reader; /* of the pipe that the output is; NULL: it is none */
	int exit_code;
	bool clock_told;
};

/* Each says an error, and returns the exit code. `body` is the problem it came in. */
int cli_fail_run(struct cli *cli, const struct errbuf *eb);
int cli_fail_answer(struct cli *cli, const struct errbuf *eb, struct str body);
/* Prints, and finishes the text. */
int cli_print_text(struct cli *cli, struct strbuf *text);
/* Makes the loop and the client. */
bool cli_connect(struct cli *cli, struct errbuf *eb);

#endif
