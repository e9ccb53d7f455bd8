/*
 * The field table of an event and the names of what can happen. Events are made by the plane only.
 */
#include "core/model/event.h"

#include <stddef.h>

#include "core/base/limits.h"

const char *const event_action_names[EVENT_ACTION_COUNT + 1] = {
	[EVENT_SERVICE_CREATED] = "service-created",
	[EVENT_SERVICE_CHANGED] = "service-changed",
	[EVENT_SERVICE_REMOVED] = "service-removed",
	[EVENT_SERVICE_REFUSED] = "service-refused",
	[EVENT_SERVICE_ACCEPTED] = "service-accepted",
	[EVENT_VERSION_REGISTERED] = "version-registered",
	[EVENT_VERSION_CHANGED] = "version-changed",
	[EVENT_VERSION_READY] = "version-ready",
	[EVENT_VERSION_UNHEALTHY] = "version-unhealthy",
	[EVENT_VERSION_PROMOTED] = "version-promoted",
	[EVENT_VERSION_RETIRED] = "version-retired",
	[EVENT_VERSION_EXPIRED] = "version-expired",
	[EVENT_SESSION_CREATED] = "session-created",
	[EVENT_SESSION_CHANGED] = "session-changed",
	[EVENT_SESSION_PINNED] = "session-pinned",
	[EVENT_SESSION_UNPINNED] = "session-unpinned",
	[EVENT_SESSION_ENDED] = "session-ended",
	[EVENT_SESSION_EXPIRED] = "session-expired",
	[EVENT_PROXY_STARTED] = "proxy-started",
	[EVENT_PROXY_ADOPTED] = "proxy-adopted",
	[EVENT_PROXY_LOST] = "proxy-lost",
};

#define RECORD struct event

static const struct field fields[] = {
	FIELD(INT, "seq", seq, 0, "number of the event, up by one"),
	FIELD(TIME, "time", time, 0, "when"),
	FIELD(TEXT, "actor", actor, 0, "who, as claimed; umbra for what happens by itself",
		.max = LIMIT_ACTOR),
	FIELD(CHOICE, "action", action, 0, "what was done", .choices = event_action_names),
	FIELD(TEXT, "object", object, 0, "to what: a service, service@version, or a session's key",
		.max = LIMIT_HOST_NAME),
	FIELD(TEXT, "before", before, FIELD_ALWAYS, "the fields that changed, as they were",
		.max = LIMIT_BODY),
	FIELD(TEXT, "after", after, FIELD_ALWAYS, "the fields that changed, as they are",
		.max = LIMIT_BODY),
	FIELD(INT, "revision", revision, 0, "the environment's revision with it"),
};

const struct record_type event_type = RECORD_TYPE("event", fields);
