/*
 * A version of a service: stable (at most one a service) or ephemeral, with 1..8 endpoints.
 *
 * `state` is what health checks say and is not stored: after a start every version is `starting`.
 * A version with several endpoints is ready when one of them is.
 */
#ifndef UMBRA_MODEL_VERSION_H
#define UMBRA_MODEL_VERSION_H

#include <stdint.h>

#include "core/model/schema.h"

enum version_kind { KIND_STABLE, KIND_EPHEMERAL, KIND_COUNT };
extern const char *const version_kind_names[KIND_COUNT + 1];

/*
 * `draining` takes no new requests and counts as not ready. The word is the API's, and all who read a state
 * know it, but the control plane sets it nowhere: retiring takes a version away at once (410, and
 * version-gone for those that pin it). What is under way at its endpoints ends by itself, for the proxy
 * deletes a server only when no connection to it is left.
 */
enum version_state { STATE_STARTING, STATE_READY, STATE_UNHEALTHY, STATE_DRAINING, STATE_COUNT };
extern const char *const version_state_names[STATE_COUNT + 1];

struct version {
	unsigned refs;
	char *service;
	char *name; /* "version" on the wire */
	int kind; /* enum version_kind */
	struct strlist endpoints; /* as registered: host:port */
	char *health_path; /* instead of the service's; NULL: the service's */
	int64_t health_port; /* instead of the service's; 0: the service's */
	int state; /* enum version_state */
	char *state_detail; /* "connection refused"; NULL when there is nothing to say */
	int64_t state_since;
	int64_t endpoints_ready; /* how many of `endpoints` answer checks */
	int64_t pr_number;
	char *pr_title;
	char *pr_url;
	char *pr_branch;
	char *pr_author;
	char *commit;
	char *base_commit;
	int64_t build;
	int64_t created_at;
	int64_t deployed_at;
	int64_t ttl_ms; /* 0: does not expire */
	int64_t expires_at; /* 0: does not expire */
	struct dict labels;
	int64_t revision;
};

extern const struct record_type version_type;

/* Pinned requests may be sent there: it has an endpoint that answers checks and is not draining. */
static inline bool version_is_ready(const struct version *version)
{
	return version->state == STATE_READY;
}

#endif
