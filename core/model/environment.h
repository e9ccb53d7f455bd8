/*
 * The environment: services with their versions, sessions, and what is remembered of the gone.
 *
 * Everything is sorted (services by name; versions stable first, then by name; sessions by key), so the
 * order of the API and of the screen is the order in memory, and looking up is a binary search. The
 * environment holds one reference on each record. The plane has one, each client has one of its own,
 * made from the changes feed: both by environment_apply().
 */
#ifndef UMBRA_MODEL_ENVIRONMENT_H
#define UMBRA_MODEL_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/service.h"
#include "core/model/session.h"
#include "core/model/tombstone.h"
#include "core/model/version.h"

enum object_kind { OBJECT_SERVICE, OBJECT_VERSION, OBJECT_SESSION, OBJECT_TOMBSTONE, OBJECT_COUNT };
extern const char *const object_kind_names[OBJECT_COUNT + 1];
const struct record_type *object_type(enum object_kind kind);

/* One thing put in, replaced, or (record NULL) taken out. */
struct change {
	enum object_kind kind;
	char *id; /* "cart", "cart@pr-482", "checkout-4f2k", tombstones "version:cart@pr-1" or "session:KEY"; owned */
	void *record; /* a reference is held; NULL removes */
	int64_t revision;
};

struct service_node {
	struct service *service;
	struct version **versions;
	size_t version_count;
	size_t version_cap;
};

enum { EPOCH_SIZE = 33 };

struct environment {
	char epoch[EPOCH_SIZE];
	int64_t revision;
	struct service_node *nodes;
	size_t node_count;
	size_t node_cap;
	struct session **sessions;
	size_t session_count;
	size_t session_cap;
	struct tombstone **tombstones;
	size_t tombstone_count;
	size_t tombstone_cap;
	size_t version_count; /* over all services */
	bool remembers; /* the tombstones are in it; a client may have an environment without */
};

void environment_init(struct environment *env);
void environment_finish(struct environment *env);
/* Another environment over the same records (a reference on each). `dst` is initialised here. */
void environment_copy(struct environment *dst, const struct environment *src);

/*
 * Puts in or takes out, and raises the revision to the change's. A version whose service is not there is
 * ignored and false returned; removing a service takes its versions along.
 */
bool environment_apply(struct environment *env, const struct change *change);

struct service_node *environment_node(const struct environment *env, struct str service);
struct service *environment_service(const struct environment *env, struct str name);
struct version *environment_version(
	const struct environment *env, struct str service, struct str version);
struct session *environment_session(const struct environment *env, struct str key);
struct tombstone *environment_tombstone(
	const struct environment *env, enum tombstone_kind kind, struct str id);
/* Since when it remembers at most `most` tombstones: the newest, and of one moment all or none. */
int64_t environment_gone_since(const struct environment *env, size_t most);
/* Forgets the tombstones of before. */
void environment_forget(struct environment *env, int64_t since);
/* NULL when the service has none, or there is no service. */
struct version *node_stable(const struct service_node *node);
/* A host registered on a service, compared in lower case. Linear over services that have hosts. */
struct service *environment_service_by_host(const struct environment *env, struct str host);
/* Whether another version of this service has the endpoint; NULL when none. */
struct version *node_endpoint_holder(
	const struct service_node *node, struct str endpoint, struct str except_version);

void change_init(struct change *change, enum object_kind kind, void *record, int64_t revision);
void change_init_removed(
	struct change *change, enum object_kind kind, const char *id, int64_t revision);
void change_finish(struct change *change);
/* The id a record has in changes; the caller frees. */
char *object_id(enum object_kind kind, const void *record);

#endif
