/*
 * The field table of a request record, and copying one into a block of its own. `carriers`, a set, is
 * not in the table: core/wire writes and reads it beside the fields.
 */
#include "core/model/request.h"

#include <stddef.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/version.h"

const char *const answered_by_names[ANSWERED_BY_COUNT + 1] = {
	[ANSWERED_BY_VERSION] = "version",
	[ANSWERED_BY_PROXY] = "proxy",
};

#define AT(member) .offset = offsetof(struct request, member)

static const struct field fields[] = {
	{.name = "seq", .type = FIELD_INT, AT(seq), .help = "number of the record, up by one"},
	{.name = "time", .type = FIELD_TIME, AT(time), .help = "when the request came in"},
	{.name = "id",
		.type = FIELD_VIEW,
		AT(id),
		.max = LIMIT_LOG_VALUE,
		.help = "the hop's own id"},
	{.name = "trace",
		.type = FIELD_VIEW,
		AT(trace),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "trace id, shared by the hops of one journey"},
	{.name = "service",
		.type = FIELD_VIEW,
		AT(service),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "the service asked for; null when the host is not known"},
	{.name = "version",
		.type = FIELD_VIEW,
		AT(version),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "the version that served; null when none did"},
	{.name = "pinned",
		.type = FIELD_VIEW,
		AT(pinned),
		.max = LIMIT_LOG_VALUE,
		.help = "the version a pin named, where that did not serve"},
	{.name = "kind",
		.type = FIELD_CHOICE,
		AT(kind),
		.flags = FIELD_ALWAYS,
		.choices = version_kind_names,
		.help = "its kind"},
	{.name = "endpoint",
		.type = FIELD_VIEW,
		AT(endpoint),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "the endpoint that served"},
	{.name = "session",
		.type = FIELD_VIEW,
		AT(session),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "the session key found, known or not"},
	{.name = "carrier",
		.type = FIELD_CHOICE,
		AT(carrier),
		.flags = FIELD_ALWAYS,
		.choices = carrier_names,
		.help = "where the key that counts was found"},
	{.name = "conflict",
		.type = FIELD_BOOL,
		AT(conflict),
		.flags = FIELD_ZERO,
		.help = "two carriers differ"},
	{.name = "malformed",
		.type = FIELD_BOOL,
		AT(malformed),
		.help = "a carrier, Routing-Pins, Routing-Strict or the baggage was not as it must "
			"be"},
	{.name = "reason",
		.type = FIELD_CHOICE,
		AT(reason),
		.flags = FIELD_ALWAYS,
		.choices = reason_names,
		.help = "why this version"},
	{.name = "intended",
		.type = FIELD_CHOICE,
		AT(intended),
		.flags = FIELD_ALWAYS,
		.choices = reason_names,
		.help = "the reason that stable-down replaced"},
	{.name = "caller",
		.type = FIELD_VIEW,
		AT(caller),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "service@version that made the request; null at the edge"},
	{.name = "method",
		.type = FIELD_VIEW,
		AT(method),
		.max = LIMIT_LOG_VALUE,
		.help = "method"},
	{.name = "host",
		.type = FIELD_VIEW,
		AT(host),
		.max = LIMIT_LOG_VALUE,
		.help = "Host header"},
	{.name = "path",
		.type = FIELD_VIEW,
		AT(path),
		.max = LIMIT_LOG_VALUE,
		.help = "path asked for"},
	{.name = "status",
		.type = FIELD_INT,
		AT(status),
		.flags = FIELD_ZERO,
		.help = "status code; 0 when the request was cut before one: the client went away, "
			"or broke HTTP/2"},
	{.name = "answered_by",
		.type = FIELD_CHOICE,
		AT(answered_by),
		.choices = answered_by_names,
		.help = "who made the response"},
	{.name = "error",
		.type = FIELD_VIEW,
		AT(error),
		.max = LIMIT_LOG_VALUE,
		.flags = FIELD_ALWAYS,
		.help = "the proxy's word for what went wrong"},
	{.name = "retries",
		.type = FIELD_INT,
		AT(retries),
		.flags = FIELD_ZERO,
		.help = "connections tried again"},
	{.name = "total_ms",
		.type = FIELD_NUMBER,
		AT(total_ms),
		.flags = FIELD_ZERO,
		.help = "from the request's first byte to the response's last"},
	{.name = "upstream_ms",
		.type = FIELD_NUMBER,
		AT(upstream_ms),
		.flags = FIELD_ZERO,
		.help = "until the endpoint's response headers"},
	{.name = "bytes_in",
		.type = FIELD_INT,
		AT(bytes_in),
		.flags = FIELD_ZERO,
		.help = "bytes of the request"},
	{.name = "bytes_out",
		.type = FIELD_INT,
		AT(bytes_out),
		.flags = FIELD_ZERO,
		.help = "bytes of the response"},
	{.name = "protocol",
		.type = FIELD_VIEW,
		AT(protocol),
		.max = LIMIT_LOG_VALUE,
		.help = "protocol of the client's side"},
	{.name = "revision",
		.type = FIELD_INT,
		AT(revision),
		.help = "revision of the table the proxy routed by"},
};

const struct record_type request_type = {
	.noun = "request",
	.size = sizeof(struct request),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};

struct str request_version(const struct request *request)
{
	return request->version.n > 0 ? request->version : request->pinned;
}

size_t request_size(const struct request *request)
{
	size_t size = sizeof(*request);

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (fields[i].type == FIELD_VIEW)
			size += ((const struct str *)((const char *)request + fields[i].offset))->n;
	}
	return size;
}

struct request *request_copy(const struct request *request)
{
	struct request *copy = xmalloc(request_size(request));
	char *text = (char *)(copy + 1);

	*copy = *request;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct str *view;

		if (fields[i].type != FIELD_VIEW)
			continue;
		view = (struct str *)((char *)copy + fields[i].offset);
		if (view->n > 0)
			memcpy(text, view->p, view->n);
		view->p = view->p == NULL ? NULL : text;
		text += view->n;
	}
	return copy;
}
