/*
 * `haproxy -c` on a configuration before it is loaded, and what HAProxy says against it.
 *
 * HAProxy names in one run every line it cannot read, and in another, when all can be read, every backend it
 * does not take: a service that is wrong is found without trying them one by one.
 */
#ifndef UMBRA_PROXY_HAPROXY_CHECK_H
#define UMBRA_PROXY_HAPROXY_CHECK_H

#include <stdbool.h>

#include "core/base/str.h"

struct event_base;
struct check;

/*
 * What came of it: HAProxy's complaints, "" when it takes the configuration; p == NULL when it could not be run
 * or did not end in time. Borrowed for the call.
 */
typedef void (*check_done_fn)(void *arg, bool taken, struct str complaints);

/* Runs `program -c -f path`. `done` is called from the loop, never from inside, unless check_cancel() comes first. */
struct check *check_start(struct event_base *base, const char *program, const char *path,
	check_done_fn done, void *arg);
/* NULL is fine. */
void check_cancel(struct check *check);

/*
 * Finds the complaints about backends. `config` is the text that was checked. `each` gets the service's name and
 * HAProxy's words, and returns whether that was news. Returns how many were; `ret_first` (may be NULL) becomes
 * the first complaint of all, p == NULL without one.
 */
typedef bool (*check_refused_fn)(void *arg, struct str service, struct str words);
size_t check_read(struct str complaints, struct str config, check_refused_fn each, void *arg,
	struct str *ret_first);

#endif
