/*
 * The table itself and how a path finds its row. A linear walk over 30 rows that differ early is faster
 * than anything that would have to be built first. Called once per request.
 */
#include "core/api/route.h"

#include <string.h>

#include "core/api/handlers.h"
#include "core/base/xalloc.h"

const char *const route_method_names[METHOD_COUNT + 1] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_PUT] = "PUT",
	[METHOD_POST] = "POST",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

#define SERVICE "/v1/services/{service}"
#define VERSION SERVICE "/versions/{version}"
#define SESSION "/v1/sessions/{session}"
#define PIN SESSION "/pins/{service}"
#define WRITE_BODY (ROUTE_WRITE | ROUTE_BODY)

/* The polled ones first. */
const struct route routes[] = {
	{METHOD_GET, "/v1/environment", environment_get, ROUTE_STREAM, {0}},
	{METHOD_GET, "/v1/changes", changes_get, ROUTE_STREAM,
		{"since", "epoch", "wait", "tombstones"}},
	{METHOD_GET, "/v1/traffic", traffic_get, 0, {"window", "since", "by", "session"}},
	{METHOD_GET, "/v1/requests", requests_get, 0, {"filter", "limit", "before"}},
	{METHOD_GET, "/v1/requests/tail", tail_get, ROUTE_STREAM, {"filter", "since"}},
	{METHOD_GET, "/v1/events", events_get, ROUTE_STREAM, {"since", "wait", "limit"}},
	{METHOD_GET, "/v1/pulls", pulls_get, ROUTE_STREAM, {"filter"}},
	{METHOD_GET, "/v1/pulls/{number}", pull_get, 0, {"url"}},
	{METHOD_GET, SERVICE, service_get, 0, {0}},
	{METHOD_PUT, SERVICE, service_put, WRITE_BODY, {0}},
	{METHOD_DELETE, SERVICE, service_delete, ROUTE_WRITE, {0}},
	{METHOD_POST, SERVICE "/stable", service_promote, WRITE_BODY, {0}},
	{METHOD_GET, VERSION, version_get, 0, {0}},
	{METHOD_PUT, VERSION, version_put, WRITE_BODY, {"take", "force", "create-service", "keep"}},
	{METHOD_PATCH, VERSION, version_patch, WRITE_BODY, {"take", "force"}},
	{METHOD_DELETE, VERSION, version_delete, ROUTE_WRITE, {0}},
	{METHOD_GET, "/v1/sessions", sessions_get, ROUTE_STREAM, {0}},
	{METHOD_POST, "/v1/sessions", session_post, WRITE_BODY, {"dry-run", "key-length"}},
	{METHOD_GET, SESSION, session_get, 0, {0}},
	{METHOD_PATCH, SESSION, session_patch, WRITE_BODY, {"dry-run"}},
	{METHOD_DELETE, SESSION, session_delete, ROUTE_WRITE, {0}},
	{METHOD_PUT, PIN, pin_put, WRITE_BODY, {"dry-run"}},
	{METHOD_DELETE, PIN, pin_delete, ROUTE_WRITE, {"dry-run"}},
	{METHOD_GET, "/v1/status", status_get, 0, {0}},
	{METHOD_GET, "/v1/openapi.json", openapi_get, 0, {0}},
	{METHOD_GET, "/healthz", healthz_get, 0, {0}},
	{METHOD_GET, "/readyz", readyz_get, 0, {0}},
};
const size_t route_count = ARRAY_LEN(routes);

static bool path_match(const char *pattern, struct str path, struct route_match *match)
{
	match->part_count = 0;
	while (*pattern != '\0') {
		size_t n;

		if (*pattern != '{') {
			if (path.n == 0 || *path.p != *pattern)
				return false;
			pattern++;
			path.p++;
			path.n--;
			continue;
		}
		n = str_find_char(path, '/');
		if (n == 0)
			return false;
		match->parts[match->part_count++] = (struct str){path.p, n};
		path.p += n;
		path.n -= n;
		pattern = strchr(pattern, '}') + 1;
	}
	return path.n == 0;
}

void route_find(enum route_method method, struct str path, struct route_match *ret_match)
{
	struct route_match match = {0};

	*ret_match = (struct route_match){0};
	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &routes[i];
		bool head = route->method == METHOD_GET && !(route->flags & ROUTE_STREAM);

		if (!path_match(route->path, path, &match))
			continue;
		ret_match->methods |= 1u << route->method | (head ? 1u << METHOD_HEAD : 0);
		if (route->method != method && !(head && method == METHOD_HEAD))
			continue;
		match.route = route;
		match.methods = ret_match->methods;
		*ret_match = match;
		return;
	}
}

void route_allow(struct strbuf *out, unsigned methods)
{
	for (int m = 0; m < METHOD_COUNT; m++) {
		if (methods & 1u << m)
			strbuf_addf(out, "%s%s", out->len > 0 ? ", " : "", route_method_names[m]);
	}
}

struct str route_part_name(const struct route *route, size_t n)
{
	const char *p = route->path;

	for (size_t i = 0; (p = strchr(p, '{')) != NULL; i++, p++) {
		if (i == n)
			return (struct str){p + 1, (size_t)(strchr(p, '}') - p - 1)};
	}
	return (struct str){0};
}
