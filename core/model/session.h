/*
 * A routing session: a key that requests carry, and the pins that say which version serves which
 * service for them. Lenient: what cannot be had is served by stable. Strict: it is a 503.
 */
#ifndef UMBRA_MODEL_SESSION_H
#define UMBRA_MODEL_SESSION_H

#include <stdint.h>

#include "core/model/schema.h"

enum session_policy { POLICY_LENIENT, POLICY_STRICT, POLICY_COUNT };
extern const char *const session_policy_names[POLICY_COUNT + 1];

struct session {
	unsigned refs;
	char *key;
	char *name;
	char *owner;
	int policy; /* enum session_policy */
	struct dict pins; /* service name -> version name */
	int64_t ttl_ms;
	int64_t expires_at;
	int64_t created_at;
	int64_t revision;
};

extern const struct record_type session_type;

/* The pinned version's name, NULL when the service is not pinned. */
const char *session_pin(const struct session *session, struct str service);

#endif
