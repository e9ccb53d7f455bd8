/*
 * What HAProxy has been told: services with their servers, session keys, pins and what is remembered of
 * the gone. The driver keeps one; every change of the environment is compared with it, and the difference
 * becomes commands. Pure: no I/O, no clock.
 *
 * How it lies in HAProxy. A service `cart` is two backends: `cart`, where stable has the weight, and its
 * strict twin `cart:strict`, where nobody has any, so that only the server a rule names is used. Endpoint i
 * of version pr-482 is the server `pr-482:i` in both; `:` can be in no version's name. Twins have no checks
 * of their own; here they are put into maintenance while the check of the first fails. Each endpoint of stable
 * is in `cart` once more, as `2026.1:0t` with a weight too: HAProxy waits a second before it sends a request on
 * whose server refused the connection, unless there are two others to choose from. That twin is parked as the
 * strict one is, and else is nothing: no record, no health and no count knows it.
 * Maps (relative to the configuration):
 *   maps/hosts          host -> service, each also with a trailing dot
 *   maps/sessions       key -> "no-pin", "no-pin.strict", "session-expired", "session-expired.strict"
 *   maps/changed        the same, looked up first: setting an entry of a large map stalls HAProxy, adding
 *                       one does not, so the large one only grows and changes of it go here
 *   maps/gone           "cart@pr-1", "session:KEY" -> facts as JSON
 *   maps/paths          "cart-1" -> what its check asks for, when that is not the service's path
 *   maps/cart.pins      key -> version
 *   maps/cart.versions  version -> "REASON" or "REASON:ENDPOINTS:EXPIRES", REASON being "pinned" when it is
 *                       ready and else "version-unhealthy", EXPIRES in seconds, 0 when it does not end
 *                       within a day; the short form for one endpoint and 0. And "~stable" -> version
 */
#ifndef UMBRA_PROXY_HAPROXY_MIRROR_H
#define UMBRA_PROXY_HAPROXY_MIRROR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/base/hashmap.h"
#include "core/base/str.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"
#include "core/proxy/haproxy_batch.h"

enum server_place {
	SERVER_ABSENT, /* HAProxy has no server of this name */
	SERVER_ACTIVE, /* it is checked, and used while it is up */
	SERVER_PARKED, /* in maintenance: retired, draining or without an address */
	SERVER_DELETING, /* HAProxy was asked to delete it */
};

struct mirror_server {
	enum server_place place;
	bool up; /* its check passes */
	bool heard; /* its check has said something since it was started at this address */
	int64_t quiet_ms; /* how long mirror_quiet() has seen that it has not */
	int64_t moved_ms; /* monotonic, when it was given another address; 0: never */
	bool twin; /* HAProxy has `VERSION:INDEXt` too; only in use while the version is stable */
	uint16_t port;
	uint16_t check_port; /* where its check asks; 0: at `port` */
	char address[INET6_ADDRSTRLEN]; /* numeric */
};

struct mirror_version {
	char *name;
	bool gone; /* retired; stays while HAProxy still has servers of it */
	bool stable;
	size_t count; /* of endpoints; servers beyond it are leftovers to delete */
	struct mirror_server servers[LIMIT_ENDPOINTS];
	char entry[64]; /* its value in maps/SERVICE.versions; "" when it has none */
	char *path; /* its value in maps/paths; NULL when it has none */
	uint16_t check_port; /* 0: the endpoint's */
	int64_t expires_at;
};

struct mirror_service {
	struct service *service; /* a reference; what the configuration was written from */
	bool loaded; /* HAProxy has its backends */
	struct hashmap *versions; /* name -> struct mirror_version */
	char *stable; /* the value of "~stable", NULL without an entry */
	bool has_leftovers; /* servers to delete */
	bool has_quiet; /* servers that are down and whose check has said nothing since it was started */
	char *refused; /* HAProxy's words why it does not take the service; NULL: it does */
	bool nameless; /* not even a backend that says so is taken */
};

struct mirror_session {
	const char *state; /* a value of maps/sessions */
	bool overlaid; /* it has an entry in maps/changed */
	struct session *session; /* a reference, for its pins; NULL when it has ended */
};

struct mirror {
	struct hashmap *services; /* name -> struct mirror_service */
	struct hashmap *sessions; /* key -> struct mirror_session */
	struct hashmap *gone; /* id in maps/gone -> itself */
	size_t endpoint_count;
	size_t pin_count;
	int64_t now_ms; /* the wall clock, as the owner saw it last */
	int64_t monotonic_ms; /* likewise */
	/* See struct proxy_events: resolves an endpoint's host. */
	bool (*resolve)(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address);
	void *arg;
};

void mirror_init(struct mirror *table,
	bool (*resolve)(void *arg, const struct endpoint_parts *endpoint, struct str *ret_address),
	void *arg);
void mirror_finish(struct mirror *table);

/*
 * Makes it anew from the environment, as a freshly loaded HAProxy will have it: nothing retired, nothing
 * overlaid. What was known of the health of an endpoint stays while its address is the same. Services are
 * `loaded` only once mirror_loaded() says that HAProxy took it.
 */
void mirror_build(struct mirror *table, const struct environment *env);
void mirror_loaded(struct mirror *table);

/*
 * A service alone, as mirror_build() makes it, that is in no table; `node` says what it is now. The caller frees
 * it with mirror_service_destroy().
 */
struct mirror_service *mirror_make_service(
	const struct mirror *table, const struct service_node *node);
void mirror_service_destroy(struct mirror_service *service);

/* Whether `service` (NULL: gone) differs from the loaded one in what only a reload changes. */
bool mirror_needs_load(const struct mirror *table, struct str name, const struct service *service);

/* Each appends what HAProxy must be told so that it has what the environment says. */
void mirror_sync_version(struct mirror *table, const struct environment *env, struct str service,
	struct str version, struct haproxy_batch *commands);
void mirror_sync_session(struct mirror *table, const struct environment *env, struct str key,
	struct haproxy_batch *commands);
void mirror_sync_gone(
	struct mirror *table, const struct tombstone *tombstone, struct haproxy_batch *commands);

/* Time has passed: versions that end within a day get it written into their entries. */
void mirror_sync_expiry(struct mirror *table, struct haproxy_batch *commands);

/* Where a server's name leads; false for twins, leftovers and what is not known. */
struct mirror_place {
	struct mirror_service *service;
	struct mirror_version *version;
	size_t index;
};
bool mirror_find_server(const struct mirror *table, struct str backend, struct str server,
	struct mirror_place *ret_place);
/* A check changed its mind. False when that was known. */
bool mirror_set_health(struct mirror *table, const struct mirror_place *place, bool up,
	struct haproxy_batch *commands);

/*
 * HAProxy logs of a check only what is new, so of a server that was moved from one dead address to another it
 * says nothing. Called every `apart_ms`; calls back for each service with a server that mirror_is_quiet(), so that
 * the owner asks HAProxy.
 */
void mirror_quiet(struct mirror *table, int64_t apart_ms,
	void (*each)(void *arg, const struct mirror_service *service), void *arg);
/*
 * Whether it is down, and its check has said nothing for so long that one which was begun at this address
 * must have ended, after one of the address before.
 */
bool mirror_is_quiet(const struct mirror *table, const struct mirror_place *place);

/*
 * Servers of retired versions and given up endpoints, which HAProxy deletes once they are idle. Each is
 * SERVER_DELETING until mirror_leftover_deleted() says what came of it, which returns whether the version
 * is to be synchronised again because it was registered anew meanwhile. One with a twin in its backend is asked
 * for twice: the twin is deleted first.
 */
void mirror_leftovers(const struct mirror *table,
	void (*each)(void *arg, const struct mirror_place *place), void *arg);
bool mirror_leftover_deleted(
	struct mirror *table, struct str service, struct str version, size_t index, bool deleted);

/* Entries in the maps of sessions that nobody asks for any more: replaced ones, and those of the forgotten. */
size_t mirror_dead_entries(const struct mirror *table, const struct environment *env);
/* HAProxy's maps of sessions are as the environment is. */
void mirror_forget_dead(struct mirror *table, const struct environment *env);

/* The value for maps/sessions, NULL when neither session nor tombstone is there. */
const char *mirror_session_state(const struct environment *env, struct str key);
/* Facts of a tombstone as one line of JSON. */
void mirror_write_facts(struct strbuf *out, const struct tombstone *tombstone);
/* The key of a tombstone in maps/gone; the caller frees. */
char *mirror_gone_id(const struct tombstone *tombstone);

/* "check inter 2s fall 2 rise 1 ..." for servers of this version. */
void mirror_write_check(struct strbuf *out, const struct mirror *table,
	const struct service *service, const struct mirror_version *version);
/* The interval a service's checks have: its own, or 2 s, or 10 s when there are more than 2,000 endpoints. */
int64_t mirror_check_interval(const struct mirror *table, const struct service *service);

#endif
