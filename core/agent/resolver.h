/*
 * Endpoints' host names to numeric addresses, on a worker, again every 30 s.
 *
 * A name is looked up when it is first asked for; until then, and while it cannot be resolved, there is no
 * address. An address once found stays when a later look-up fails: a name server that is away must not take
 * versions down.
 */
#ifndef UMBRA_AGENT_RESOLVER_H
#define UMBRA_AGENT_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct event_base;
struct hashmap;
struct resolver;

struct resolver_events {
	/* The address of a name became known, changed, or could not be found (`why`, then address is empty). */
	void (*resolved)(void *arg, struct str host, struct str address, const char *why);
	/* The names anybody has an endpoint at, as keys; the resolver destroys it. Others are forgotten. */
	struct hashmap *(*wanted)(void *arg);
	void *arg;
};

/* NULL when the worker could not be made. */
struct resolver *resolver_create(
	struct event_base *base, const struct resolver_events *events, int interval_ms);
void resolver_destroy(struct resolver *resolver);

/* The address, when it is known; otherwise a look-up is under way. Borrowed until the loop runs on. */
bool resolver_find(struct resolver *resolver, struct str host, struct str *ret_address);

#endif
