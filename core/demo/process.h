/*
 * Processes of the demo: how one is started, what it is told, and how all of them end.
 */
#ifndef UMBRA_DEMO_PROCESS_H
#define UMBRA_DEMO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The options of every role; each uses what concerns it. Texts are borrowed from argv. */
struct process_args {
	uint16_t port; /* --port */
	char proxy_address[48]; /* --proxy A:P */
	uint16_t proxy_port;
	const char *domain; /* --domain, default env.localhost */
	uint64_t seed; /* --seed */
	double rate; /* --rate, requests a second */
	const char *dir; /* --dir, the demo's temporary directory */
	const char *haproxy; /* --haproxy; NULL without */
};

/* False when an option is not known or its value is not possible. Words that are no options are passed over. */
bool process_args_read(int argc, const char *const *argv, struct process_args *ret_args);

/* Descriptors that a started process finds open: 0 is /dev/null, 1 and 2 as asked, and these. */
enum { PROCESS_LIFELINE = 3, PROCESS_REPORT = 4, PROCESS_LOCK = 5 };

struct process_start {
	const char *const *argv; /* NULL-terminated; argv[0] is only shown */
	int death_signal; /* sent to it when its parent is gone; 0: none */
	bool new_session; /* out of reach of the terminal's signals */
	int out; /* descriptor for stdout; -1: /dev/null */
	int err; /* and stderr */
	int death_pipe; /* becomes PROCESS_LIFELINE; -1: closed */
	int report; /* becomes PROCESS_REPORT; -1: closed */
	int lock; /* becomes PROCESS_LOCK; 0: closed */
};

/* Starts this same program again. -1 with errno when that is not possible. */
pid_t process_spawn(const struct process_start *start);

/*
 * Makes the caller the one that inherits its descendants' orphans (PR_SET_CHILD_SUBREAPER), so that
 * process_end_all() finds those that left their session too, as HAProxy does.
 */
void process_adopt_orphans(void);
/*
 * TERM to all children, and KILL to what is left after `grace_ms`, orphans included, until there is no
 * child any more. Blocks.
 */
void process_end_all(int grace_ms);
/* Removes a directory and all in it; links are not followed. True when nothing is left of it. */
bool process_remove_tree(const char *path);

#endif
