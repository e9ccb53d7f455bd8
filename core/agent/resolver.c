/*
 * Looks up names with getaddrinfo(3) on a worker of its own, so that /etc/hosts and the system's rules hold.
 * Used by the agent. Invariant: at most one look-up of a name is posted at a time.
 */
#include "core/agent/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/base/worker.h"

struct name {
	char *host;
	char address[INET6_ADDRSTRLEN]; /* "" while unknown */
	bool asked; /* a look-up is under way */
};

struct resolver {
	struct event_base *base;
	struct resolver_events events;
	struct worker *worker;
	struct hashmap *names;
	struct event *again;
	bool closing;
};

/* On its way to the worker and back. */
struct lookup {
	struct resolver *resolver;
	char *host;
	char address[INET6_ADDRSTRLEN];
	int rc;
};

/* IPv4 comes first: what a name of a development machine listens on more often. */
static void look_up(void *arg)
{
	struct lookup *lookup = arg;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *found = NULL, *best;

	lookup->rc = getaddrinfo(lookup->host, NULL, &hints, &found);
	if (lookup->rc != 0) {
		/* Without any configured address but loopback, AI_ADDRCONFIG hides even localhost. */
		hints.ai_flags = 0;
		lookup->rc = getaddrinfo(lookup->host, NULL, &hints, &found);
	}
	if (lookup->rc != 0 || found == NULL)
		return;
	best = found;
	for (struct addrinfo *info = found; info != NULL; info = info->ai_next) {
		if (info->ai_family == AF_INET) {
			best = info;
			break;
		}
	}
	lookup->rc = getnameinfo(best->ai_addr, best->ai_addrlen, lookup->address,
		sizeof(lookup->address), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
}

static void free_name(void *value)
{
	struct name *name = value;

	free(name->host);
	free(name);
}

static void take_answer(struct resolver *resolver, const struct lookup *lookup)
{
	struct name *name = hashmap_get(resolver->names, str_of(lookup->host));

	if (name == NULL)
		return;
	name->asked = false;
	if (lookup->rc != 0) {
		if (name->address[0] == '\0')
			resolver->events.resolved(resolver->events.arg, str_of(name->host),
				(struct str){0}, gai_strerror(lookup->rc));
		return;
	}
	if (strcmp(name->address, lookup->address) == 0)
		return;
	memcpy(name->address, lookup->address, sizeof(name->address));
	resolver->events.resolved(
		resolver->events.arg, str_of(name->host), str_of(name->address), NULL);
}

static void on_looked_up(void *arg)
{
	struct lookup *lookup = arg;

	if (!lookup->resolver->closing)
		take_answer(lookup->resolver, lookup);
	free(lookup->host);
	free(lookup);
}

static void ask(struct resolver *resolver, struct name *name)
{
	struct lookup *lookup;

	if (name->asked)
		return;
	name->asked = true;
	lookup = xcalloc(1, sizeof(*lookup));
	lookup->resolver = resolver;
	lookup->host = xstrdup(name->host);
	worker_post(resolver->worker, look_up, on_looked_up, lookup);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;
	struct hashmap *wanted = resolver->events.wanted(resolver->events.arg);
	size_t cursor = 0;
	struct str host;
	void *value;

	(void)fd;
	(void)what;
	while (hashmap_next(resolver->names, &cursor, &host, &value)) {
		struct name *name = value;
		if (name->asked || hashmap_get(wanted, host) != NULL)
			ask(resolver, name);
		else
			free_name(hashmap_remove(resolver->names, host));
	}
	hashmap_destroy(wanted, NULL);
}

struct resolver *resolver_create(
	struct event_base *base, const struct resolver_events *events, int interval_ms)
{
	struct timeval interval = time_wait_ms(interval_ms);
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));

	resolver->base = base;
	resolver->events = *events;
	resolver->names = hashmap_create();
	resolver->worker = worker_create(base, "umbra-resolve");
	if (resolver->worker == NULL) {
		resolver_destroy(resolver);
		return NULL;
	}
	resolver->again = event_new(base, -1, EV_PERSIST, on_again, resolver);
	event_add(resolver->again, &interval);
	return resolver;
}

void resolver_destroy(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver->closing = true;
	worker_destroy(resolver->worker);
	if (resolver->again != NULL)
		event_free(resolver->again);
	hashmap_destroy(resolver->names, free_name);
	free(resolver);
}

bool resolver_find(struct resolver *resolver, struct str host, struct str *ret_address)
{
	struct name *name = hashmap_get(resolver->names, host);

	if (name == NULL) {
		name = xcalloc(1, sizeof(*name));
		name->host = str_dup(host);
		hashmap_set(resolver->names, host, name);
		ask(resolver, name);
	}
	if (name->address[0] == '\0')
		return false;
	*ret_address = str_of(name->address);
	return true;
}
