/*
 * The one table of commands: name, arguments, help, completion, start(client, args, done). CLI, dashboard
 * palette, completion scripts and man page are all made from it. A command prints nothing: it answers with
 * a result, and whoever started it shows that.
 *
 * A row without start() and local() is run by main() (serve, demo, themes); it stands here so that help, completion
 * and manual know it. The dashboard's start is for --once.
 */
#ifndef UMBRA_COMMAND_COMMAND_H
#define UMBRA_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/base/xalloc.h"
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
	ARG_PULL, /* number of a pull request, 482 or #482 */
	ARG_ENDPOINT,
	ARG_FILTER,
	ARG_URL,
	ARG_FILE,
	ARG_COMMIT,
	ARG_CHOICE,
	ARG_TARGET, /* service/path */
	ARG_LABEL, /* key=value */
	ARG_REST, /* everything that follows, for another program; an option of ours is refused there */
	ARG_KIND_COUNT
};

struct arg_spec {
	const char *name; /* "--ttl" for an option, "SESSION" for a positional */
	enum arg_kind kind;
	bool required;
	bool repeated;
	const char *value; /* what help calls the value: "DURATION" */
	const char *help;
	const char *const *choices; /* for ARG_CHOICE, NULL-terminated */
	char letter; /* 'f' when "-f" says the same; 0 without one */
	int64_t max; /* of an ARG_INT; 0: any that JSON can carry */
	bool may_be_empty; /* "" is as good as not given; text, URL and commit always may */
	bool not_stable; /* of an ARG_VERSION_ID: a stable version is refused, so none is offered */
	/* Of an ARG_REST: options of ours that the other program has too, and gets. NULL-terminated; NULL: none. */
	const char *const *theirs;
};

/*
 * A row of a table of them: ARG(DURATION, "--ttl", "DURATION", "lifetime from now"). What has no value, and what stands by
 * its place, has NULL there. After the help stands what only some have.
 */
#define ARG(of_kind, arg_name, of_value, ...)                                   \
	{                                                                       \
		.name = (arg_name), .kind = ARG_##of_kind, .value = (of_value), \
		.help = __VA_ARGS__                                             \
	}

/* "" for flags. */
struct arg_value {
	const struct arg_spec *spec;
	char *value;
};

/*
 * A command as a value: what is to be run, with any number of arguments in the order they were given. Read from words
 * by command_parse(), or built by args_create() and args_add(). It owns all of its values.
 */
struct command_args {
	const struct command
		*command; /* NULL only for the help of a noun: "umbra session --help" */
	const char *noun; /* then this one */
	struct arg_value *values;
	size_t count;
	size_t cap;
};

/*
 * Allocates; the caller calls args_destroy(). After the command come pairs, an argument's name and its value, and a NULL
 * at the end. A pair with the value NULL is skipped. Each name must be an argument of the command, or an option of every
 * command.
 */
struct command_args *args_create(const struct command *command, ...) __attribute__((sentinel));
void args_add(struct command_args *args, const char *name, const char *value);
/* NULL is fine. */
void args_destroy(struct command_args *args);
/* Of those on the caller's storage. */
void args_finish(struct command_args *args);

/* The first (or next after *cursor) value of an argument, NULL when absent. */
const char *args_get(const struct command_args *args, const char *name);
const char *args_next(const struct command_args *args, const char *name, size_t *cursor);
bool args_has(const struct command_args *args, const char *name);

/*
 * The one way back to text: "umbra session pin KEY cart=pr-482", each word quoted for a shell where it must be. It reads
 * back as the same values.
 */
void args_print(struct strbuf *out, const struct command_args *args);

/* How text output writes a value. */
enum column_form {
	FORM_PLAIN, /* as it is; lists with commas, objects as key=value */
	FORM_AGE, /* a time in the past: "3h" */
	FORM_LEFT, /* a time to come: "21h", loud when near */
	FORM_TIME, /* a moment: local with its offset on a terminal, else UTC */
	FORM_STATE, /* a version's state, with its mark */
	FORM_SERVED, /* the version, or "stable" when the item's kind is that */
	FORM_REASON, /* why it went there; loud when not as pinned */
	FORM_STATUS, /* an HTTP status */
	FORM_DECIMAL, /* one decimal */
	FORM_NUMBER_SIGN, /* "#482" */
	FORM_PERCENT, /* a share of 0 to 1, in percent, loud when not 0 */
	FORM_VERSIONS, /* of a pull request: service@version, and the state of those not ready */
	FORM_PINS, /* of a session: service=version, and why those cannot serve that are not ready */
	FORM_MS, /* a duration in ms: "3h" */
	FORM_BYTES, /* "12.5 MB" */
	FORM_CHANGE, /* of an event's item: what was and what is, member by member */
	FORM_COUNT
};

/* What shapes the result: how text output lays it out. JSON output is `body` as it came. */
struct column {
	const char *title;
	const char *path; /* "pr.number" in each item */
	bool right; /* right-aligned */
	enum column_form form;
	int width; /* the least, in cells; streams have nothing else to go by */
};

enum result_shape {
	SHAPE_NONE, /* only the message */
	SHAPE_OBJECT, /* body is an object: a line each of its members, or of the columns when there are some */
	SHAPE_LIST, /* body holds a list at `list_path`: a table */
	SHAPE_LINES, /* a stream: each chunk is one JSON line */
};

/*
 * An answer, or one piece of a stream. In a stream a line {"dropped":N,"why":"..."} says that records are
 * missing there (N null: unknown how many). A piece (of any shape's answer) with a message and no body is
 * a note beside it: "connection lost, trying again".
 */
struct command_result {
	enum err err;
	const struct errbuf *eb; /* NULL only without an error */
	struct str body; /* JSON, borrowed for the call; may be empty; a problem's body on errors */
	struct str message; /* one line for a person: what was done */
	struct str behind; /* why the proxy does not route by what was stored; n == 0: it does */
	bool more; /* there is more to come; without SHAPE_LINES this is a note */
};

typedef void (*command_done_fn)(void *arg, const struct command_result *result);

/*
 * Something under way. `done` comes from the loop, never before command_start() has returned; after the result
 * without `more` the run has ended by itself and its pointer is dead. The args may go when it has
 * returned. Cancel ends it early without a further result, but not from inside its own `done`.
 */
struct command_run;
struct cli; /* of core/cli */

/*
 * The dashboard opens this view and does not send the command, because the view shows the same and stays up to date.
 */
struct command_view {
	const char *name; /* NULL: no view; the command is sent */
	const char *
		argument; /* the view is opened with the values of this argument; NULL: with nothing */
	const char *otherwise; /* the view is opened with this when the argument was not given */
};

enum { COMMAND_EXAMPLES = 3 };

/* Two members of a command each, from a table of this file. */
#define COMMAND_ARGS(table) .args = (table), .arg_count = ARRAY_LEN(table)
#define COMMAND_COLUMNS(table) .columns = (table), .column_count = ARRAY_LEN(table)

/* All there is to a command: who adds one touches nothing else but the list of them. */
struct command {
	const char *noun; /* "session"; "" for one-word commands' first word in `verb` */
	const char *verb; /* "pin" */
	const char *summary; /* one line */
	const char *help; /* a paragraph or NULL */
	const char *
		examples[COMMAND_EXAMPLES + 1]; /* lines of shell, at least one, NULL behind them */
	const struct arg_spec *args;
	size_t arg_count;
	enum result_shape shape;
	const char *list_path; /* "versions" */
	const struct column *columns;
	size_t column_count;
	/* With -o name: the members that name an item, as "service@version"; NULL: there is none, it is refused. */
	const char *id;
	bool writes; /* refused with --read-only */
	bool alone; /* works on no control plane but its own: --url, --context, --output say nothing to it */
	bool how_to; /* text output shows how to reach what was made */
	bool yours; /* the session it names, or answers with, is the user's in the dashboard from then on */
	bool loses; /* something is gone after it: only a clear yes answers the question */
	/*
	 * Writes the question that the dashboard asks before it is run; false when the environment does not have what it
	 * is about. NULL: nothing is asked.
	 */
	bool (*confirm)(
		const struct environment *env, const struct command_args *args, struct strbuf *out);
	struct command_view opens;
	void (*start)(struct command_run *run, const struct command_args *args);
	/* What the command line does in place of start(); returns the exit code. NULL: start() and print. */
	int (*local)(struct cli *cli);
};

extern const struct command *const commands[]; /* NULL-terminated, in the order of help */

/* The forms of -o, NULL-terminated. */
extern const char *const command_outputs[];

/* What every command takes besides its own. */
extern const struct arg_spec command_globals[];
extern const size_t command_global_count;

/* NULL when there is none. */
const struct command *command_find(const char *noun, const char *verb);
/* "session pin"; "umbra" for the dashboard. */
void command_name(struct strbuf *out, const struct command *command);
/* "umbra session pin KEY SERVICE=VERSION...": the whole synopsis. */
void command_usage(struct strbuf *out, const struct command *command);
static inline bool arg_is_option(const struct arg_spec *spec)
{
	return spec->name[0] == '-';
}

/*
 * argv without the program's name. Each value has been checked for its kind. ERR_USAGE with a sentence, the argument
 * and what is accepted; `ret_args` is finished then, but for command and noun, which say where to look. With --help or
 * --version nothing is required, and a noun alone will do.
 */
enum err command_parse(
	int argc, const char *const *argv, struct command_args *ret_args, struct errbuf *eb);
/* A palette line, words as a shell would split them ('..', "..", \). A leading "umbra" is skipped. */
enum err command_parse_line(const char *line, struct command_args *ret_args, struct errbuf *eb);
/* What the parser asks of the values, of those that were built: each is one of its kind, none is missing. */
enum err command_check(const struct command_args *args, struct errbuf *eb);
/* Starts a command that has a start(). */
struct command_run *command_start(const struct command *command, struct client *client,
	const struct command_args *args, command_done_fn done, void *arg);
void command_cancel(struct command_run *run);

/*
 * Candidates for the word at the end of `words` (the last one may be empty or partial), each the whole word.
 * `env` (may be NULL) gives names of services, versions and sessions. `add` is called for each; `help` may be NULL.
 */
void command_complete(const struct environment *env, const char *const *words, size_t count,
	void (*add)(void *arg, const char *candidate, const char *help), void *arg);

#endif
