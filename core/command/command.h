/*
 * The one table of commands: name, arguments, help, completion, start(client, args, done). CLI, dashboard
 * palette, completion scripts and man page are all made from it. A command prints nothing: it answers with
 * a result, and whoever started it shows that.
 *
 * A row whose `start` is NULL is run by the program itself (serve, demo, completion, man, curl, config);
 * it stands here so that help, completion and manual know it.
 */
#ifndef UMBRA_COMMAND_COMMAND_H
#define UMBRA_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/client/client.h"

/* What an argument's value is: how it is checked and completed. */
enum arg_kind {
	ARG_FLAG, /* no value */
	ARG_TEXT,
	ARG_INT,
	ARG_DURATION,
	ARG_SERVICE,
	ARG_VERSION_ID, /* service@version */
	ARG_VERSION, /* version of the service named before */
	ARG_SESSION,
	ARG_PIN, /* service=version */
	ARG_ENDPOINT,
	ARG_FILTER,
	ARG_URL,
	ARG_FILE,
	ARG_CHOICE,
	ARG_REST, /* everything that follows, untouched */
};

struct arg_spec {
	const char *name; /* "--ttl" for an option, "SESSION" for a positional */
	enum arg_kind kind;
	bool required;
	bool repeated;
	const char *value; /* what help calls the value: "DURATION" */
	const char *help;
	const char *const *choices; /* for ARG_CHOICE */
};

/* One parsed invocation: values in the order of the command line. */
struct arg_value {
	const struct arg_spec *spec;
	const char *value; /* "" for flags; borrowed from argv or owned by the args */
};

struct command_args {
	const struct command *command;
	struct arg_value *values;
	size_t count;
	size_t cap;
	char *storage; /* owned copy of the line when parsed from one */
};

/* The first (or next after *cursor) value of an argument, NULL when absent. */
const char *args_get(const struct command_args *args, const char *name);
const char *args_next(const struct command_args *args, const char *name, size_t *cursor);
bool args_has(const struct command_args *args, const char *name);
void args_finish(struct command_args *args);

/* What shapes the result: how text output lays it out. JSON output is `body` as it came. */
struct column {
	const char *title;
	const char *path; /* "pr.number" in each item */
	bool right; /* right-aligned */
};

enum result_shape {
	SHAPE_NONE, /* only the message */
	SHAPE_OBJECT, /* body is an object: name: value lines */
	SHAPE_LIST, /* body holds a list at `list_path`: a table */
	SHAPE_LINES, /* a stream: each chunk is one JSON line */
};

struct command_result {
	enum err err;
	const struct errbuf *eb;
	struct str body; /* JSON, borrowed for the call; may be empty */
	struct str message; /* one line for a person: what was done */
	bool more; /* SHAPE_LINES: there is more to come */
};

typedef void (*command_done_fn)(void *arg, const struct command_result *result);

/* Something under way; cancel to stop a stream. */
struct command_run;

struct command {
	const char *noun; /* "session"; "" for one-word commands' first word in `verb` */
	const char *verb; /* "pin" */
	const char *summary; /* one line */
	const char *help; /* a paragraph or NULL */
	const char *example; /* one line of shell */
	const struct arg_spec *args;
	size_t arg_count;
	enum result_shape shape;
	const char *list_path; /* "versions" */
	const struct column *columns;
	size_t column_count;
	bool writes; /* refused with --read-only */
	struct command_run *(*start)(struct client *client, const struct command_args *args,
		command_done_fn done, void *arg);
};

extern const struct command *const commands[]; /* NULL-terminated, in the order of help */

const struct command *command_find(const char *noun, const char *verb);
/* argv without the program's name. ERR_USAGE with a sentence, the argument and what is accepted. `ret_args` is finished on failure. */
enum err command_parse(
	int argc, const char *const *argv, struct command_args *ret_args, struct errbuf *eb);
/* A palette line, words as a shell would split them ('..', "..", \). A leading "umbra" is skipped. */
enum err command_parse_line(const char *line, struct command_args *ret_args, struct errbuf *eb);
void command_cancel(struct command_run *run);

/*
 * Candidates for the word at the end of `words` (the last one may be empty or partial). `env` (may be
 * NULL) gives names of services, versions and sessions. `add` is called for each.
 */
void command_complete(const struct environment *env, const char *const *words, size_t count,
	void (*add)(void *arg, const char *candidate, const char *help), void *arg);

#endif
