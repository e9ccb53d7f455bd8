/* One change of the environment, with who made it. `before` and `after` are JSON texts or NULL. */
#ifndef UMBRA_MODEL_EVENT_H
#define UMBRA_MODEL_EVENT_H

#include <stdint.h>

#include "core/model/schema.h"

enum event_action {
	EVENT_SERVICE_CREATED,
	EVENT_SERVICE_CHANGED,
	EVENT_SERVICE_REMOVED,
	EVENT_SERVICE_REFUSED,
	EVENT_SERVICE_ACCEPTED,
	EVENT_VERSION_REGISTERED,
	EVENT_VERSION_CHANGED,
	EVENT_VERSION_READY,
	EVENT_VERSION_UNHEALTHY,
	EVENT_VERSION_PROMOTED,
	EVENT_VERSION_RETIRED,
	EVENT_VERSION_EXPIRED,
	EVENT_SESSION_CREATED,
	EVENT_SESSION_CHANGED,
	EVENT_SESSION_PINNED,
	EVENT_SESSION_UNPINNED,
	EVENT_SESSION_ENDED,
	EVENT_SESSION_EXPIRED,
	EVENT_PROXY_STARTED,
	EVENT_PROXY_ADOPTED,
	EVENT_PROXY_LOST,
	EVENT_ACTION_COUNT
};
extern const char *const event_action_names[EVENT_ACTION_COUNT + 1]; /* "version-registered" */

struct event {
	int64_t seq;
	int64_t time;
	char *actor; /* as claimed; "umbra" for what happens by itself */
	int action; /* enum event_action */
	char *object; /* "cart@pr-482", "checkout-4f2k", "cart" */
	char *before; /* JSON object of what changed, or NULL */
	char *after;
	int64_t revision;
};

/* before and after are FIELD_TEXT here; wire/ writes them as JSON values. */
extern const struct record_type event_type;

#endif
