/*
 * A client of HAProxy's runtime socket over a bufferevent: commands are pipelined, replies are checked, and
 * nothing blocks. One connection stays with one worker process, also after a reload has replaced it.
 */
#ifndef UMBRA_PROXY_HAPROXY_RUNTIME_H
#define UMBRA_PROXY_HAPROXY_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/proxy/haproxy_batch.h"

struct event_base;
struct runtime;

struct runtime_events {
	void (*closed)(void *arg); /* by HAProxy, or never opened; not by runtime_close() */
	void *arg;
};

/* A command that was refused. */
struct runtime_error {
	size_t at; /* its number in the batch, from 0 */
	char *words;
};

/* What came of a batch. Borrowed for the call. */
struct runtime_result {
	const struct runtime *runtime; /* that it was sent over: perhaps an old worker's by now */
	size_t errors; /* replies that said so; all of them when the connection was lost */
	struct str error; /* the first one */
	const struct runtime_error *refused; /* the first ones, in order */
	size_t refused_count;
	struct str text; /* the last reply */
};
typedef void (*runtime_done_fn)(void *arg, const struct runtime_result *result);

/* NULL when the path is too long for a socket. `events` is copied. */
struct runtime *runtime_open(
	struct event_base *base, const char *path, const struct runtime_events *events);
void runtime_set_events(struct runtime *runtime, const struct runtime_events *events);
/* Takes the text over and leaves `commands` empty. `done` (may be NULL) once all its replies have come. */
void runtime_send(
	struct runtime *runtime, struct haproxy_batch *commands, runtime_done_fn done, void *arg);
/* Batches that still wait are told that the connection was lost. NULL is fine. Not from inside a `done`. */
void runtime_close(struct runtime *runtime);
/* Batches sent and not answered yet. */
size_t runtime_waiting(const struct runtime *runtime);

/*
 * One question over a connection of its own, also to the master's socket: `done` gets the whole answer, or
 * p == NULL when there was none. `done` is never called from inside; the question ends with it, or with
 * question_cancel() (NULL is fine).
 */
struct question;
enum question_end {
	QUESTION_ANSWERED,
	QUESTION_REFUSED, /* nobody listens: the socket is not there, or whoever made it is gone */
	QUESTION_SILENT, /* not answered within timeout_ms, or the connection broke */
};
typedef void (*question_done_fn)(void *arg, struct str answer, enum question_end end);
struct question *question_ask(struct event_base *base, const char *path, const char *command,
	int timeout_ms, question_done_fn done, void *arg);
void question_cancel(struct question *question);

#endif
