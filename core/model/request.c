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

#define RECORD struct request

static const struct field fields[] = {
	FIELD(INT, "seq", seq, 0, "number of the record, up by one"),
	FIELD(TIME, "time", time, 0, "when the request came in"),
	FIELD(VIEW, "id", id, 0, "the hop's own id", .max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "trace", trace, FIELD_ALWAYS, "trace id, shared by the hops of one journey",
		.max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "service", service, FIELD_ALWAYS,
		"the service asked for; null when the host is not known", .max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "version", version, FIELD_ALWAYS, "the version that served; null when none did",
		.max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "pinned", pinned, 0, "the version a pin named, where that did not serve",
		.max = LIMIT_LOG_VALUE),
	FIELD(CHOICE, "kind", kind, FIELD_ALWAYS, "its kind", .choices = version_kind_names),
	FIELD(VIEW, "endpoint", endpoint, FIELD_ALWAYS, "the endpoint that served",
		.max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "session", session, FIELD_ALWAYS, "the session key found, known or not",
		.max = LIMIT_LOG_VALUE),
	FIELD(CHOICE, "carrier", carrier, FIELD_ALWAYS, "where the key that counts was found",
		.choices = carrier_names),
	FIELD(BOOL, "conflict", conflict, FIELD_ZERO, "two carriers differ"),
	FIELD(BOOL, "malformed", malformed, 0,
		"a carrier, Routing-Pins, Routing-Strict or the baggage was not as it must be"),
	FIELD(CHOICE, "reason", reason, FIELD_ALWAYS, "why this version", .choices = reason_names),
	FIELD(CHOICE, "intended", intended, FIELD_ALWAYS, "the reason that stable-down replaced",
		.choices = reason_names),
	FIELD(VIEW, "caller", caller, FIELD_ALWAYS,
		"service@version that made the request; null at the edge", .max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "method", method, 0, "method", .max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "host", host, 0, "Host header", .max = LIMIT_LOG_VALUE),
	FIELD(VIEW, "path", path, 0, "path asked for", .max = LIMIT_LOG_VALUE),
	FIELD(INT, "status", status, FIELD_ZERO,
		"status code; 0 when the request was cut before one: the client went away, or "
		"broke HTTP/2"),
	FIELD(CHOICE, "answered_by", answered_by, 0, "who made the response",
		.choices = answered_by_names),
	FIELD(VIEW, "error", error, FIELD_ALWAYS, "the proxy's word for what went wrong",
		.max = LIMIT_LOG_VALUE),
	FIELD(INT, "retries", retries, FIELD_ZERO, "connections tried again"),
	FIELD(NUMBER, "total_ms", total_ms, FIELD_ZERO,
		"from the request's first byte to the response's last"),
	FIELD(NUMBER, "upstream_ms", upstream_ms, FIELD_ZERO,
		"until the endpoint's response headers"),
	FIELD(INT, "bytes_in", bytes_in, FIELD_ZERO, "bytes of the request"),
	FIELD(INT, "bytes_out", bytes_out, FIELD_ZERO, "bytes of the response"),
	FIELD(VIEW, "protocol", protocol, 0, "protocol of the client's side",
		.max = LIMIT_LOG_VALUE),
	FIELD(INT, "revision", revision, 0, "revision of the table the proxy routed by"),
};

const struct record_type request_type = RECORD_TYPE("request", fields);

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
