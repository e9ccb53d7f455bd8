/*
 * The field table of a service. Read by everything that handles records by their table.
 */
#include "core/model/service.h"

#include <stddef.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
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

#define AT(member) .offset = offsetof(struct service, member)

static const struct field fields[] = {
	{.name = "name",
		.type = FIELD_TEXT,
		AT(name),
		.max = LIMIT_SERVICE_NAME,
		.flags = FIELD_IDENTITY,
		.check = name_check_service,
		.help = "its name, one DNS label"},
	{.name = "hosts",
		.type = FIELD_LIST,
		AT(hosts),
		.max = LIMIT_HOSTS,
		.flags = FIELD_WRITABLE | FIELD_ZERO,
		.check = name_check_host,
		.help = "host names that mean this service, besides <service>.<domain>"},
	{.name = "health.type",
		.type = FIELD_CHOICE,
		AT(health_type),
		.flags = FIELD_WRITABLE | FIELD_ALWAYS,
		.choices = health_type_names,
		.help = "what a check asks: http is the default with a path, tcp without; grpc is "
			"grpc.health.v1"},
	{.name = "health.path",
		.type = FIELD_TEXT,
		AT(health_path),
		.max = LIMIT_PATH,
		.flags = FIELD_WRITABLE,
		.check = name_check_path,
		.help = "path that a check of type http requests"},
	{.name = "health.port",
		.type = FIELD_INT,
		AT(health_port),
		.max = 65535,
		.flags = FIELD_WRITABLE,
		.help = "where it asks, the endpoint's port by default"},
	{.name = "health.interval",
		.type = FIELD_DURATION,
		AT(health_interval_ms),
		.max = 3600000,
		.flags = FIELD_WRITABLE,
		.help = "time between two checks of an endpoint (default 2s); an endpoint always "
			"has "
			"2s to answer one"},
	{.name = "protocol",
		.type = FIELD_CHOICE,
		AT(protocol),
		.flags = FIELD_WRITABLE,
		.choices = protocol_names,
		.help = "what its endpoints speak"},
	{.name = "timeouts.connect",
		.type = FIELD_DURATION,
		AT(connect_timeout_ms),
		.max = LIMIT_CONNECT_TIMEOUT_MS,
		.flags = FIELD_WRITABLE,
		.help = "how long a connection to an endpoint may take, 2s by default"},
	{.name = "timeouts.response",
		.type = FIELD_DURATION,
		AT(response_timeout_ms),
		.max = LIMIT_SILENCE_MS,
		.flags = FIELD_WRITABLE,
		.help = "how long a version may send nothing, before its answer and within it; 24h "
			"by "
			"default"},
	{.name = "timeouts.idle",
		.type = FIELD_DURATION,
		AT(idle_timeout_ms),
		.max = LIMIT_SILENCE_MS,
		.flags = FIELD_WRITABLE,
		.help = "how long a WebSocket may be silent in both directions, 24h by default"},
	{.name = "owner",
		.type = FIELD_TEXT,
		AT(owner),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "the team to ask"},
	{.name = "repository",
		.type = FIELD_TEXT,
		AT(repository),
		.max = LIMIT_URL,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "URL of its repository"},
	{.name = "description",
		.type = FIELD_TEXT,
		AT(description),
		.max = LIMIT_DESCRIPTION,
		.flags = FIELD_WRITABLE,
		.help = "what it is for"},
	{.name = "stable",
		.type = FIELD_TEXT,
		AT(stable),
		.max = LIMIT_VERSION_NAME,
		.flags = FIELD_ALWAYS,
		.check = name_check_version,
		.help = "the name of its stable version, null without one"},
	{.name = "refused",
		.type = FIELD_TEXT,
		AT(refused),
		.max = LIMIT_DETAIL,
		.flags = FIELD_VOLATILE,
		.help = "why the proxy leaves it out, in the proxy's words; absent: it does not"},
	{.name = "revision",
		.type = FIELD_INT,
		AT(revision),
		.help = "the environment's revision of its last change"},
};

const struct record_type service_type = {
	.noun = "service",
	.size = sizeof(struct service),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};

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
