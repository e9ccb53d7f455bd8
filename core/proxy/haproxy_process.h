/*
 * HAProxy as a process: found, asked for its version, started as a daemon of its own session (master and
 * worker), taken over when it runs already, watched, reloaded and ended by signals.
 *
 * The master is never our child for long: it is started with -D and outlives us. Its death is seen through
 * a pidfd (pidfd_open(2)), whoever its parent is.
 */
#ifndef UMBRA_PROXY_HAPROXY_PROCESS_H
#define UMBRA_PROXY_HAPROXY_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct event_base;
struct process;

/*
 * The path of the program: `program` itself, or "haproxy" from PATH and the sbin directories; the caller
 * frees. NULL when it is missing, cannot be run, or is older than 2.6, with what to do in `eb`. Blocks for
 * some milliseconds: it runs `haproxy -v`.
 */
char *process_find(const char *program, char *ret_version, size_t size_bytes, struct errbuf *eb);
/* "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - ..." to "2.6.12-1+deb12u4"; false when it is not that. */
bool process_read_version(
	struct str text, char *dst, size_t size_bytes, int *ret_major, int *ret_minor);

/* A child whose output comes through *ret_fd; 0 when it could not be made. Nothing of ours is inherited. */
pid_t process_launch(const char *const *argv, int *ret_fd);

/*
 * The master that runs on dir, 0 when none does: the process of dir/pid, and where that is missing or is not one
 * that was started with this directory, what is found among all processes. Its files may have been removed, and it
 * need not answer.
 */
pid_t process_of_dir(const char *dir);

struct process_events {
	/* The daemon runs (its pid), or it did not start: `text` is what it complained of. */
	void (*started)(void *arg, pid_t pid, struct str text);
	void (*ended)(void *arg); /* a watched process is gone */
	void *arg;
};

struct process *process_create(struct event_base *base, const struct process_events *events);
/* Runs `program -W -D` on dir/haproxy.cfg with dir/master.sock and dir/pid. `started` tells. */
void process_start(struct process *process, const char *program, const char *dir);
/* Watches a process that runs; false when it is gone already. */
bool process_watch(struct process *process, pid_t pid);
/* 0 when none is watched. */
pid_t process_pid(const struct process *process);
void process_signal(struct process *process, int signal);
/* Lets go of it; it runs on. */
void process_destroy(struct process *process);

#endif
