/*
 * The field table of a service. Read by everything that handles records by their table; nothing here
 * runs but the check of the health path.
 */
#include "core/model/service.h"

#include <stddef.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/model/names.h"

const char *const protocol_names[PROTOCOL_COUNT + 1] = {
	[PROTOCOL_HTTP1] = "http1",
	[PROTOCOL_H2C] = "h2c",
};

/*
 * The path of a check goes into the proxy's configuration: a path and a query (RFC 3986 sections 3.3 and
 * 3.4) without what a configuration might read as quoting.
 */
static enum err check_health_path(struct str value, const char *field, struct errbuf *eb)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"-._~/%?=&+:@,;!*()";
	bool good = value.n > 0 && value.p[0] == '/';

	for (size_t i = 0; good && i < value.n; i++)
		good = memchr(allowed, value.p[i], sizeof(allowed) - 1) != NULL;
	if (good)
		return ERR_NONE;
	return err_set_field(eb, ERR_BAD_VALUE, field,
		"a path that begins with / , like /healthz; letters, digits and -._~/%?=&+:@,;!*()",
		"%s is not a path that can be asked for", field);
}

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
	{.name = "health.path",
		.type = FIELD_TEXT,
		AT(health_path),
		.max = LIMIT_PATH,
		.flags = FIELD_WRITABLE,
		.check = check_health_path,
		.help = "what checks ask for; without it a TCP connect is the check"},
	{.name = "health.interval",
		.type = FIELD_DURATION,
		AT(health_interval_ms),
		.max = 3600000,
		.flags = FIELD_WRITABLE,
		.help = "time between two checks of an endpoint, 2s by default"},
	{.name = "protocol",
		.type = FIELD_CHOICE,
		AT(protocol),
		.flags = FIELD_WRITABLE,
		.choices = protocol_names,
		.help = "what its endpoints speak"},
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
		.help = "where its source is"},
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
