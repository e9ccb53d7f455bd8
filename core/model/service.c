/*
 * The field table of a service. Read by everything that handles records by their table.
 */
#include "core/model/service.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/model/name_rules.h"

const char *const protocol_names[PROTOCOL_COUNT + 1] = {
	[PROTOCOL_HTTP1] = "http1",
	[PROTOCOL_H2C] = "h2c",
};

const char *const health_type_names[HEALTH_TYPE_COUNT + 1] = {
	[HEALTH_TCP] = "tcp",
	[HEALTH_HTTP] = "http",
	[HEALTH_GRPC] = "grpc",
};

#define RECORD struct service

static const struct field fields[] = {
	FIELD(TEXT, "name", name, FIELD_IDENTITY, "its name, one DNS label",
		.max = LIMIT_SERVICE_NAME, .check = name_check_service),
	FIELD(LIST, "hosts", hosts, FIELD_WRITABLE | FIELD_ZERO,
		"host names that mean this service, besides <service>.<domain>", .max = LIMIT_HOSTS,
		.check = name_check_host),
	FIELD(CHOICE, "health.type", health_type, FIELD_WRITABLE | FIELD_ALWAYS,
		"what a check asks: http is the default with a path, tcp without; grpc is "
		"grpc.health.v1",
		.choices = health_type_names),
	FIELD(TEXT, "health.path", health_path, FIELD_WRITABLE,
		"path that a check of type http requests", .max = LIMIT_PATH,
		.check = name_check_path),
	FIELD(INT, "health.port", health_port, FIELD_WRITABLE,
		"where it asks, the endpoint's port by default", .max = 65535),
	FIELD(DURATION, "health.interval", health_interval_ms, FIELD_WRITABLE,
		"time between two checks of an endpoint (default 2s); an endpoint always has 2s to "
		"answer one",
		.max = 3600000),
	FIELD(CHOICE, "protocol", protocol, FIELD_WRITABLE, "what its endpoints speak",
		.choices = protocol_names),
	FIELD(DURATION, "timeouts.connect", connect_timeout_ms, FIELD_WRITABLE,
		"how long a connection to an endpoint may take, 2s by default",
		.max = LIMIT_CONNECT_TIMEOUT_MS),
	FIELD(DURATION, "timeouts.response", response_timeout_ms, FIELD_WRITABLE,
		"how long a version may send nothing, before its answer and within it; 24h by "
		"default",
		.max = LIMIT_SILENCE_MS),
	FIELD(DURATION, "timeouts.idle", idle_timeout_ms, FIELD_WRITABLE,
		"how long a WebSocket may be silent in both directions, 24h by default",
		.max = LIMIT_SILENCE_MS),
	FIELD(TEXT, "owner", owner, FIELD_WRITABLE, "the team to ask", .max = LIMIT_WORD,
		.check = name_check_word),
	FIELD(TEXT, "repository", repository, FIELD_WRITABLE, "URL of its repository",
		.max = LIMIT_URL, .check = name_check_word),
	FIELD(TEXT, "description", description, FIELD_WRITABLE, "what it is for",
		.max = LIMIT_DESCRIPTION),
	FIELD(TEXT, "stable", stable, FIELD_ALWAYS,
		"the name of its stable version, null without one", .max = LIMIT_VERSION_NAME,
		.check = name_check_version),
	FIELD(TEXT, "refused", refused, FIELD_VOLATILE,
		"why the proxy leaves it out, in the proxy's words; absent: it does not",
		.max = LIMIT_DETAIL),
	FIELD(INT, "revision", revision, 0, "the environment's revision of its last change"),
};

const struct record_type service_type = RECORD_TYPE("service", fields);

uint64_t service_mask_shown(void)
{
	return record_bit(&service_type, "owner") | record_bit(&service_type, "repository") |
	       record_bit(&service_type, "description") | record_bit(&service_type, "stable") |
	       record_bit(&service_type, "refused") | record_bit(&service_type, "revision");
}

enum health_type service_health_default(const struct service *service)
{
	return service->health_path != NULL ? HEALTH_HTTP : HEALTH_TCP;
}
