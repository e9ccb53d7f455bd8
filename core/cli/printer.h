/*
 * Where results go: stdout and stderr, in the form that was asked for. Output that is lost is told, and the exit
 * code is not 0: 1, or when nobody reads any more (| head) quietly 141, as of a program that SIGPIPE ended.
 */
#ifndef UMBRA_CLI_PRINTER_H
#define UMBRA_CLI_PRINTER_H

#include <stdbool.h>

#include "core/cli/format.h"

/* In the order of command_outputs. */
enum output_form { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_NDJSON, OUTPUT_NAME };

struct printer {
	const struct command *command;
	enum output_form form;
	struct text_style style;
	bool follow; /* of a stream: it has no end, so -o json is a line each too */
	size_t widths[TABLE_COLUMNS_MAX]; /* of a list's columns */
	bool begun; /* of a stream: something was written */
	bool closed; /* stdout is: write no more */
	int error; /* why it is: an errno */
};

void printer_init(struct printer *printer, const struct command_args *args);
/* One result without an error. False when it cannot be shown as what it should be; `eb` says why. */
bool printer_result(
	struct printer *printer, const struct command_result *result, struct errbuf *eb);
/* On stderr. `body` is the problem it came in, or empty; `hint` is a further line, or NULL. */
void printer_error(
	struct printer *printer, const struct errbuf *eb, struct str body, const char *hint);
/* Text that is the program's own. */
void printer_text(struct printer *printer, struct str text);
/* The exit code of a command that came to `code`. */
int printer_end(const struct printer *printer, int code);
/* Says that output was lost because of an errno, and returns the exit code of that. */
int printer_lost(int error);

#endif
