/*
 * The data plane behind one vtable.
 *
 * A driver turns an environment into a running proxy that obeys the routing rules (core/model/decision.h
 * says what they decide), keeps it equal to the environment while that changes, and tells what the proxy
 * sees: health of endpoints and the requests it served. It knows no control plane: its owner (core/agent)
 * hands in the environment and receives the events.
 *
 * Nothing here blocks the loop. Every event is called from the loop, never from inside a call of the
 * vtable, and its arguments are borrowed for the call.
 */
#ifndef UMBRA_PROXY_PROXY_H
#define UMBRA_PROXY_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"
#include "core/model/request.h"

struct event_base;
struct proxy;

enum proxy_state {
	PROXY_STOPPED, /* not started yet, or stopped by us */
	PROXY_STARTING,
	PROXY_RUNNING,
	PROXY_RELOADING, /* takes traffic with the old configuration until the new one is loaded */
	PROXY_LOST, /* died or cannot be started; tried again within a second */
	PROXY_STATE_COUNT
};
extern const char *const proxy_state_names[PROXY_STATE_COUNT + 1];

/* What status shows. Texts are borrowed until the loop runs on. */
struct proxy_facts {
	enum proxy_state state;
	const char *driver; /* "haproxy" */
	const char *version; /* of the program, "2.6.12"; "" before it is known */
	const char *address; /* where requests enter, "127.0.0.1:8080"; "" before it is known */
	const char *error; /* the last thing that went wrong and still is; "" when all is well */
	pid_t pid; /* the process to signal; 0 when none runs */
	bool adopted; /* it was running before this control plane */
	int64_t started_at; /* ms; of the process */
	int64_t revision; /* the environment's, applied */
	int64_t lag_ms; /* how long the oldest change not yet applied has been waiting; 0: none waits */
	int64_t check_interval_ms; /* of health checks that name none; grows above 2,000 endpoints */
	/* Why changes of services are not loaded yet though all is well; "" when none wait. */
	const char *waiting;
	/* Processes that a reload replaced and that live on for connections that are open. */
	size_t old_workers;
	int64_t old_workers_bytes; /* of memory they have together */
	uint64_t reloads; /* by this control plane */
	uint64_t restarts; /* after the process died */
	uint64_t commands; /* changes made without a reload */
	uint64_t lines_lost; /* records of requests that did not arrive */
	uint64_t lines_malformed; /* lines that were no record */
	size_t services, endpoints, sessions, pins; /* in its table */
};

struct proxy_events {
	/* It takes traffic: after a start, an adoption, and each restart. */
	void (*up)(void *arg, bool adopted);
	/* It does not (ERR_IO and the sentence); it is tried again until stopped. */
	void (*down)(void *arg, const struct errbuf *eb);
	/* It routes by this revision of the environment. Revisions come in order; some are skipped. */
	void (*applied)(void *arg, int64_t revision);
	/* A check changed its mind about an endpoint. `detail` may be NULL when it is up. */
	void (*health)(void *arg, struct str service, struct str version, size_t endpoint_index,
		bool up, const char *detail);
	/*
	 * It does not take this service, in its own words, and leaves it out; NULL: it takes it again. Told once
	 * the others are in the configuration that is loaded.
	 */
	void (*refused)(void *arg, struct str service, const char *words);
	/* One hop, served or refused. `seq` is not set. */
	void (*request)(void *arg, const struct request *request);
	/* A line of the log that is no record. */
	void (*malformed)(void *arg);
	/*
	 * Whether the request with this id was recorded by an earlier run. Asked after an adoption, when the proxy's
	 * log is read that was written meanwhile. NULL: none was.
	 */
	bool (*recorded)(void *arg, struct str id);
	/* Records that did not arrive; -1: it is not known how many. */
	void (*lost)(void *arg, int64_t count, const char *why);
	/*
	 * The numeric address ("10.0.0.7", "::1") for an endpoint, as the owner resolved it. False while it is
	 * not known, or nothing may be sent there: the endpoint is then left out, and taken in by a later
	 * call of `readdress`.
	 */
	bool (*resolve)(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address);
	void *arg;
};

struct proxy_options {
	const char *program; /* NULL: found in PATH, then in the sbin directories */
	const char *dir; /* for its files and sockets; made when missing, mode 0700 */
	const char *listen; /* "127.0.0.1:8080"; port 0 chooses a free one */
	const char *domain; /* "env.localhost" */
	const char *api_url; /* told to whoever asks for a service that is not there */
};

struct proxy_ops {
	const char *name;
	/*
	 * Starts it with this environment, or takes over one that runs already on the same dir (adoption).
	 * `up` or `down` tells. The environment is borrowed until the next start or apply, which bring it
	 * again: it stays where it is and changes only between calls.
	 */
	void (*start)(struct proxy *proxy, const struct environment *env);
	/*
	 * The environment changed by these. Pins, sessions and versions of services that the proxy has are
	 * changed in the running process; a service that is new or changed is loaded with others, at most
	 * once a second. `applied` tells when.
	 */
	void (*apply)(struct proxy *proxy, const struct environment *env,
		const struct change *changes, size_t count);
	/* What `resolve` says for endpoints of this version may have changed. */
	void (*readdress)(struct proxy *proxy, struct str service, struct str version);
	/* Ends the process, running requests included; `done` (once) when it is gone. */
	void (*stop)(struct proxy *proxy, void (*done)(void *arg), void *arg);
	void (*facts)(const struct proxy *proxy, struct proxy_facts *ret_facts);
	/* Lets go. A process that was not stopped keeps routing by its last table. */
	void (*destroy)(struct proxy *proxy);
};

/* Every driver's struct begins with this. */
struct proxy {
	const struct proxy_ops *ops;
};

static inline void proxy_start(struct proxy *proxy, const struct environment *env)
{
	proxy->ops->start(proxy, env);
}

static inline void proxy_apply(struct proxy *proxy, const struct environment *env,
	const struct change *changes, size_t count)
{
	proxy->ops->apply(proxy, env, changes, count);
}

static inline void proxy_readdress(struct proxy *proxy, struct str service, struct str version)
{
	proxy->ops->readdress(proxy, service, version);
}

static inline void proxy_stop(struct proxy *proxy, void (*done)(void *arg), void *arg)
{
	proxy->ops->stop(proxy, done, arg);
}

static inline void proxy_facts(const struct proxy *proxy, struct proxy_facts *ret_facts)
{
	proxy->ops->facts(proxy, ret_facts);
}

static inline void proxy_destroy(struct proxy *proxy)
{
	if (proxy != NULL)
		proxy->ops->destroy(proxy);
}

/*
 * HAProxy >= 2.6, master and worker. Checks what can be checked before anything is started, and names it:
 * the program is missing or too old, the address is not one or is taken, the directory cannot be written.
 * Texts of the options are copied. NULL on failure.
 */
struct proxy *proxy_haproxy_create(struct event_base *base, const struct proxy_options *options,
	const struct proxy_events *events, struct errbuf *eb);

#endif
