/*
 * Reads HAProxy's log: a ring in a worker's memory, read over its runtime socket, and the count of lines that
 * did not arrive.
 *
 * `show events RING -w` (management.txt) answers with the lines the ring still has and goes on with those that
 * come. The ring has 8 MiB and costs nothing while nobody reads; a reader that comes back finds what was
 * logged meanwhile. When even that is too small, the oldest lines are gone: each line carries its number among
 * those of its process (%lc), so loss is a gap in the numbers. A gap counts once it has stayed open over a second.
 * Two threads that log at the same moment may write one number twice and leave out the one before, so it tells how
 * many came and not which: a line that is read twice is known by its id.
 *
 * Each worker has a ring of its own, so there is a source for each. A worker that a reload replaced goes on
 * writing to the connection it has, and does not end before that is closed. What is no line (too long, cut
 * short) comes as LOG_MALFORMED with nothing in the record.
 */
#ifndef UMBRA_PROXY_HAPROXY_LOG_SOCKET_H
#define UMBRA_PROXY_HAPROXY_LOG_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/proxy/haproxy_log.h"

struct event_base;
struct log_socket;
struct source;

struct log_socket_events {
	/* `source`: which log it is from; gone after the call where that was read in another way. */
	void (*line)(void *arg, const struct source *source, enum log_kind kind,
		struct log_record *record);
	/* Lines that did not arrive; -1: it is not known how many. */
	void (*lost)(void *arg, int64_t count);
	/* Whether a request's line was recorded by an earlier run; asked for lines of SOURCE_AGAIN. NULL: never. */
	bool (*recorded)(void *arg, const struct log_record *record);
	/* The connection is gone. The source is still to be closed. */
	void (*ended)(void *arg, struct source *source);
	void *arg;
};

struct log_socket *log_socket_create(
	struct event_base *base, const struct log_socket_events *events);
/* All its sources must be closed. NULL is fine. */
void log_socket_destroy(struct log_socket *receiver);

/*
 * SOURCE_NEW: nobody has read this log. SOURCE_AGAIN: an earlier run has: requests it recorded are passed over, and
 * what is said of servers' health is old until it has been quiet for a second. SOURCE_ON: we have, and go on with
 * what is logged from now.
 */
enum source_kind { SOURCE_NEW, SOURCE_AGAIN, SOURCE_ON };
/* Reads the log of the worker whose runtime socket is at `path`. NULL when the path is too long. */
struct source *source_open(struct log_socket *receiver, const char *path, enum source_kind kind);
/* NULL is fine. */
void source_close(struct source *source);
/* How long nothing has come, from the time it was opened. */
int64_t source_quiet_ms(const struct source *source);
/*
 * A whole log that was read in another way, as of SOURCE_AGAIN. Lines that came in an earlier call are passed over
 * until log_socket_forget(). Changes the text.
 */
void log_socket_take(struct log_socket *receiver, char *text, size_t len);
void log_socket_forget(struct log_socket *receiver);

/* The numbers seen of each process. Pure; the receiver has one. */
enum { COUNTED_PROCESSES = 64 };
struct line_counts {
	struct line_count {
		int64_t pid; /* 0: unused */
		int64_t first, last; /* numbers seen */
		int64_t arrived;
		int64_t told; /* lost lines already reported */
		int64_t open; /* gaps at the last check */
	} of[COUNTED_PROCESSES];
	unsigned next; /* the entry to give to a new process */
};
/* Returns whether it is the first of its process. */
bool line_counts_add(struct line_counts *counts, int64_t pid, int64_t number);
/* Lines that are surely lost and not yet told. Called once a second. */
int64_t line_counts_check(struct line_counts *counts);

#endif
