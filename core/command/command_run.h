/*
 * What the commands share: one exchange after another on a client, and one result at the end.
 *
 * A command's start() writes path and body into its run, and sends. Its `reply` gets each answer
 * and either sends again or ends the run. Ending calls `done` and frees the run.
 */
#ifndef UMBRA_COMMAND_COMMAND_RUN_H
#define UMBRA_COMMAND_COMMAND_RUN_H

#include <cjson/cJSON.h>

#include "core/base/json.h"
#include "core/base/strbuf.h"
#include "core/command/command.h"

struct command_run {
	struct client *client;
	command_done_fn done;
	void *arg;
	struct client_transfer *call; /* under way, or NULL */
	struct strbuf path;
	struct strbuf body; /* sent when not empty */
	int64_t if_revision; /* a write holds only while the thing has it; 0: whatever it has */
	bool if_there; /* of run_remove() */
	struct strbuf message; /* of the result */
	char behind[512]; /* of the result */
	const char *wants; /* of the call under way: see run_send() */
	cJSON *answer; /* the body of an answer that is right; NULL until there is one, or when it has none */
	/* An answer that is right; the call is over. NULL: end with the answer's body. */
	void (*reply)(struct command_run *run, const struct client_response *response);
	/* Writes the message from the answer's body (NULL when it has none or is no JSON). May be NULL. */
	void (*say)(struct command_run *run, const cJSON *body);
	/* Frees `extra`; NULL: free(). */
	void (*release)(void *extra);
	void *extra; /* the command's own */
	/* Asked first about an error; true: it was taken care of, and the run goes on. May be NULL. */
	bool (*failed)(struct command_run *run, const struct client_response *response);
};

/* run->path becomes "/v1/a/b/...", each segment encoded. The last argument is NULL. */
void run_path(struct command_run *run, ...) __attribute__((sentinel));
/* Appends "?name=value", or "&" after the first; nothing for a NULL value. */
void run_query(struct command_run *run, const char *name, const char *value);
/* The option --if-revision of a command that writes one thing. */
#define RUN_IF_REVISION_ARG ARG(INT, "--if-revision", "N", "only if its revision is N, else fail")
/* The option --if-there of a command that takes a thing away. */
#define RUN_IF_THERE_ARG ARG(FLAG, "--if-there", NULL, "also succeed when it never existed")
/*
 * Sends DELETE. What was there and is gone already is done: a job may repeat itself; with --if-there also what
 * never was. With --if-revision it must be there.
 */
void run_remove(struct command_run *run, const struct command_args *args);
void run_if_revision(struct command_run *run, const struct command_args *args);
/*
 * Sends what path and body say; errors end the run by themselves. `wants` is a member that every right answer has:
 * without it whatever answers is no control plane, and nothing has been done. NULL: a right answer is 204, without
 * a body. timeout_ms 0: the client's.
 */
void run_send(struct command_run *run, const char *method, const char *wants, int timeout_ms);
/* A piece of a stream. */
void run_piece(struct command_run *run, struct str body, struct str message);
/* The end: body may be empty. */
void run_end(struct command_run *run, struct str body);
void run_end_error(struct command_run *run, enum err err, const struct errbuf *eb, struct str body);

/* The answer's body, an object, which the caller deletes. Once for each answer. */
cJSON *run_take_answer(struct command_run *run);

#define WAIT_DEFAULT "60s"
#define RUN_TIMEOUT_ARG                        \
	ARG(DURATION, "--timeout", "DURATION", \
		"give up waiting after this (default " WAIT_DEFAULT ")")
/*
 * Waits until the version is ready, and ends the run: with the version, or with why it is not ready after `limit`
 * (NULL: WAIT_DEFAULT). The run's `extra` is nothing yet, and becomes its own.
 */
void run_wait(struct command_run *run, const char *id, const char *limit);

/* start() of the `show` commands: GET of one service or session, shown as it is. */
void run_get_service(struct command_run *run, const struct command_args *args);
void run_get_session(struct command_run *run, const struct command_args *args);
/* The options of the streams: -f, and -n with at most `most`. */
#define RUN_FOLLOW_ARG \
	ARG(FLAG, "--follow", NULL, "follow: show new ones as they come", .letter = 'f')
#define RUN_LINES_ARG(most, text) ARG(INT, "--lines", "N", (text), .letter = 'n', .max = (most))
#define RUN_WATCH_ARG              \
	ARG(FLAG, "--watch", NULL, \
		"stay, and show each row again when it changes, and what is gone", .letter = 'w')
/* start() of the `list` commands: one list, filtered by the FILTER words, once or with --watch. */
void run_list(struct command_run *run, const struct command_args *args);

/* Lets the lifetime of run->path's thing start anew, with `ttl`, or what it has when that is NULL; `wants` as in run_send(). */
void run_extend(struct command_run *run, const char *wants, const char *ttl);

/* All values of a repeated argument in one line, with blanks between: how filters are written. */
void args_join(struct strbuf *out, const struct command_args *args, const char *name);
/* "booking=pr-482, search=pr-9", or "nothing". */
void say_pins(struct strbuf *out, const cJSON *pins);
/* A member's text, "" when it has none. */
const char *say_text(const cJSON *object, const char *name);

#endif
