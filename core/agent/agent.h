/*
 * The agent: keeps a proxy equal to the plane's environment, and brings back what the proxy sees.
 *
 * Environment -> proxy: it observes the plane, resolves endpoints that have a name (every 30 s, on a
 * worker), and hands changes to the proxy's driver. Proxy -> plane: health, applied revision, up and down.
 * Proxy -> traffic: request records and their loss. In serve's process now; on other machines later,
 * which is why it uses the plane only through what plane/plane.h lists for it.
 */
#ifndef UMBRA_AGENT_AGENT_H
#define UMBRA_AGENT_AGENT_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/proxy/proxy.h"

struct agent;
struct event_base;
struct plane;
struct traffic;

struct agent_options {
	const char *
		program; /* of the proxy (--haproxy); NULL: found in PATH, then in the sbin directories */
	const char
		*dir; /* the data directory; the proxy's files go to dir/proxy, made when missing */
	const char *
		listen; /* where requests enter (--proxy-listen), "127.0.0.1:8080"; port 0 chooses one */
	const char *domain; /* "env.localhost" */
	const char *api_url; /* "http://127.0.0.1:7070" */
};

/*
 * Checks what can be checked before anything runs: the proxy's program is there and new enough, the
 * address is free (or held by the proxy that is to be adopted), the directory can be written. The sentence
 * in `eb` names it and says what to do. Texts are copied; plane and traffic stay the caller's and must
 * outlive the agent. NULL on failure.
 */
struct agent *agent_create(struct event_base *base, struct plane *plane, struct traffic *traffic,
	const struct agent_options *options, struct errbuf *eb);

/*
 * Starts or adopts the proxy. `ready` is called once, from the loop: with NULL when it takes traffic, or
 * with what went wrong when the first start failed (the agent then goes on trying until it is stopped).
 */
void agent_start(struct agent *agent, void (*ready)(void *arg, const struct errbuf *eb), void *arg);

/* Where requests enter, with the port that was chosen: "127.0.0.1:8080". Known after agent_create(). */
const char *agent_proxy_address(const struct agent *agent);

/* For status. Texts are borrowed until the loop runs on. */
void agent_facts(const struct agent *agent, struct proxy_facts *ret_facts);

/* Stops the proxy too; `done` (once, from the loop) when it is gone. Never more than 5 s. */
void agent_stop(struct agent *agent, void (*done)(void *arg), void *arg);

/* NULL is fine. Without agent_stop() the proxy keeps routing by its last table, to be adopted later. */
void agent_destroy(struct agent *agent);

#endif
