/*
 * The field table of an event and the names of what can happen. Events are made by the plane only.
 */
#include "core/model/event.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"

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

#define AT(member) .offset = offsetof(struct event, member)

static const struct field fields[] = {
	{.name = "seq", .type = FIELD_INT, AT(seq), .help = "number of the event, up by one"},
	{.name = "time", .type = FIELD_TIME, AT(time), .help = "when"},
	{.name = "actor",
		.type = FIELD_TEXT,
		AT(actor),
		.max = LIMIT_ACTOR,
		.help = "who, as claimed; umbra for what happens by itself"},
	{.name = "action",
		.type = FIELD_CHOICE,
		AT(action),
		.choices = event_action_names,
		.help = "what was done"},
	{.name = "object",
		.type = FIELD_TEXT,
		AT(object),
		.max = LIMIT_HOST_NAME,
		.help = "to what: a service, service@version, or a session's key"},
	{.name = "before",
		.type = FIELD_TEXT,
		AT(before),
		.max = LIMIT_BODY,
		.flags = FIELD_ALWAYS,
		.help = "the fields that changed, as they were"},
	{.name = "after",
		.type = FIELD_TEXT,
		AT(after),
		.max = LIMIT_BODY,
		.flags = FIELD_ALWAYS,
		.help = "the fields that changed, as they are"},
	{.name = "revision",
		.type = FIELD_INT,
		AT(revision),
		.help = "the environment's revision with it"},
};

const struct record_type event_type = {
	.noun = "event",
	.size = sizeof(struct event),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};
