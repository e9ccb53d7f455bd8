/*
 * The API's beginning, middle and end: the listener, the way of a request to its handler, and the orderly
 * stop. `umbra serve` exchanges it; everything else in this folder hangs below.
 *
 * Invariant: whatever evhttp hands over is answered by a handler or refused with a problem here.
 */
#include "core/api/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/listener.h>
#include <event2/util.h>

#include "core/api/exchange.h"
#include "core/api/conn.h"
#include "core/api/preconditions.h"
#include "core/api/internal.h"
#include "core/base/xalloc.h"
#include "core/base/net.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"
#include "core/model/pull.h"
#include "core/plane/plane.h"

enum {
	HEADERS_MAX = 32 << 10,
	BACKLOG = 1024,
	/* Changes that come together are told together: 2,000 dashboards are not woken for each of a burst. */
	WAKE_DELAY_MS = 2,
};

static const struct api_limits default_limits = {
	.connections = LIMIT_CONNECTIONS,
	.unread = LIMIT_UNREAD,
	.held = LIMIT_HELD_REQUESTS,
	.idle_ms = 120 * 1000LL,
	.request_ms = 30 * 1000LL,
	.heartbeat_ms = 5 * 1000LL,
	.applied_ms = 500,
};

/* ---- from request to handler ----------------------------------------------------------------------- */

static enum route_method method_of(const struct evhttp_request *req)
{
	static const struct {
		enum evhttp_cmd_type command;
		enum route_method method;
	} methods[] = {
		{EVHTTP_REQ_GET, METHOD_GET},
		{EVHTTP_REQ_HEAD, METHOD_HEAD},
		{EVHTTP_REQ_PUT, METHOD_PUT},
		{EVHTTP_REQ_POST, METHOD_POST},
		{EVHTTP_REQ_PATCH, METHOD_PATCH},
		{EVHTTP_REQ_DELETE, METHOD_DELETE},
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (evhttp_request_get_command(req) == methods[i].command)
			return methods[i].method;
	}
	return METHOD_COUNT;
}

static enum err not_allowed(struct exchange *exchange, unsigned methods, struct errbuf *eb)
{
	struct strbuf allow;
	enum err err;

	strbuf_init(&allow, 128);
	route_allow(&allow, methods);
	exchange_header(exchange, "Allow", allow.data);
	err = err_set_field(
		eb, ERR_METHOD, NULL, allow.data, "this path does not take that method");
	strbuf_finish(&allow);
	return err;
}

/* Decodes the path's variable parts and checks them as the names they are. */
static enum err read_parts(
	struct exchange *exchange, const struct route_match *match, struct errbuf *eb)
{
	static const struct {
		const char *name;
		enum err (*check)(struct str s, const char *field, struct errbuf *eb);
	} kinds[] = {
		{"service", name_check_service},
		{"version", name_check_version},
		{"session", name_check_session},
		{"number", pull_check_number},
	};

	for (size_t i = 0; i < match->part_count; i++) {
		struct str raw = match->parts[i];
		char text[3 * EXCHANGE_PART_SIZE];
		struct str part = {text, 0};
		enum err err = ERR_NONE;

		/* Too long to be a name even when every byte is encoded: let the check say so. */
		if (raw.n > sizeof(text) || !query_decode(raw, false, text, &part.n))
			part = raw;
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			if (str_eq_c(route_part_name(match->route, i), kinds[k].name))
				err = kinds[k].check(part, kinds[k].name, eb);
		}
		if (err != ERR_NONE)
			return err;
		(void)str_copy(exchange->parts[i], sizeof(exchange->parts[i]), part);
	}
	return ERR_NONE;
}

static enum err find_route(struct exchange *exchange, struct errbuf *eb)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->req);
	struct route_match match;
	enum err err;

	route_find(method_of(exchange->req), str_of(evhttp_uri_get_path(uri)), &match);
	if (match.methods == 0)
		return err_set_field(eb, ERR_NOT_FOUND, NULL, "a path that /v1/openapi.json lists",
			"there is no such path");
	if (match.route == NULL)
		return not_allowed(exchange, match.methods, eb);
	exchange->route = match.route;
	err = read_parts(exchange, &match, eb);
	if (err != ERR_NONE)
		return err;
	return query_parse(
		&exchange->query, evhttp_uri_get_query(uri), match.route->params, ROUTE_PARAMS, eb);
}

static enum err check_request(struct exchange *exchange, struct errbuf *eb)
{
	enum err err = precondition_host(exchange, eb);

	if (err == ERR_NONE)
		err = precondition_framing(exchange, eb);
	if (err == ERR_NONE && exchange->api->stopping)
		err = err_set(eb, ERR_BUSY, "the control plane is being stopped");
	if (err != ERR_NONE) {
		/* Whoever is not talking to us, or not clearly, or too late, starts anew. */
		exchange_header(exchange, "Connection", "close");
		return err;
	}
	err = find_route(exchange, eb);
	if (err == ERR_NONE && exchange->route->flags & ROUTE_WRITE)
		err = precondition_write(exchange, eb);
	if (err == ERR_NONE && exchange->route->flags & ROUTE_BODY)
		err = precondition_body(exchange, eb);
	return err;
}

static void request_read(struct evhttp_request *req, void *arg)
{
	struct api *api = arg;
	struct conn *conn = conn_of(api, req);
	struct errbuf eb = {0};
	struct exchange *exchange;

	conn_busy(conn, req);
	/* An answer in pieces ends with the connection in HTTP/1.0, and evhttp does not see to that. */
	if (req->minor == 0)
		(void)evhttp_remove_header(evhttp_request_get_input_headers(req), "Connection");
	exchange = exchange_create(api, conn, req);
	if (check_request(exchange, &eb) != ERR_NONE)
		exchange_fail(exchange, &eb, NULL);
	else
		exchange->route->handle(exchange);
}

/* ---- what the plane tells -------------------------------------------------------------------------- */

static void wake_later(struct api *api)
{
	static const struct timeval delay = {0, WAKE_DELAY_MS * 1000L};

	if (LIST_EMPTY(&api->feeds) && LIST_EMPTY(&api->event_waits))
		return;
	if (!event_pending(api->wake, EV_TIMEOUT, NULL))
		(void)event_add(api->wake, &delay);
}

static void wake_due(evutil_socket_t unused, short what, void *arg)
{
	static const struct timeval next_turn = {0, 0};
	struct api *api = arg;
	bool more = changes_wake(api);

	(void)unused;
	(void)what;
	more |= events_wake(api);
	if (more)
		(void)event_add(api->wake, &next_turn);
}

static void plane_changed(
	void *arg, const struct environment *env, const struct change *changes, size_t count)
{
	(void)env;
	(void)changes;
	(void)count;
	wake_later(arg);
}

static void plane_noted(void *arg, const struct event *event)
{
	(void)event;
	wake_later(arg);
}

/* ---- beginning and end ----------------------------------------------------------------------------- */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* ADDRESS:PORT with a numeric address; unlike that of an endpoint the port may be 0. */
static bool parse_address(struct str text, union address *ret_address)
{
	char host[INET6_ADDRSTRLEN];
	size_t colon = text.n;
	uint64_t port;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || !str_to_u64((struct str){text.p + colon, text.n - colon}, &port) ||
		port > UINT16_MAX)
		return false;
	text.n = colon - 1;
	*ret_address = (union address){.v6 = {0}};
	if (text.p[0] == '[' && text.p[text.n - 1] == ']') {
		ret_address->v6.sin6_family = AF_INET6;
		ret_address->v6.sin6_port = htons((uint16_t)port);
		return str_copy(host, sizeof(host), (struct str){text.p + 1, text.n - 2}) &&
		       inet_pton(AF_INET6, host, &ret_address->v6.sin6_addr) == 1;
	}
	ret_address->v4.sin_family = AF_INET;
	ret_address->v4.sin_port = htons((uint16_t)port);
	if (str_eq_c(text, "localhost"))
		text = STR_LIT("127.0.0.1");
	return str_copy(host, sizeof(host), text) &&
	       inet_pton(AF_INET, host, &ret_address->v4.sin_addr) == 1;
}

static enum err read_address(const char *text, union address *ret_address, struct errbuf *eb)
{
	if (!parse_address(str_of(text), ret_address))
		return err_set_field(eb, ERR_USAGE, "--listen", "ADDRESS:PORT, like 127.0.0.1:7070",
			"%.80s is not an address to listen on", text);
	if (!net_is_loopback(net_host(str_of(text))))
		return err_set_field(eb, ERR_USAGE, "--listen",
			"a loopback address, like 127.0.0.1:7070 or [::1]:7070",
			"%.80s can be reached from other machines, and this control plane does not "
			"ask who is calling",
			text);
	return ERR_NONE;
}

static void write_address(evutil_socket_t fd, char dst[API_ADDRESS_SIZE])
{
	union address sa = {.v6 = {0}};
	socklen_t len = sizeof(sa);
	char text[INET6_ADDRSTRLEN] = "";

	(void)getsockname(fd, &sa.any, &len);
	if (sa.any.sa_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &sa.v6.sin6_addr, text, sizeof(text));
		(void)snprintf(dst, API_ADDRESS_SIZE, "[%s]:%u", text, ntohs(sa.v6.sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &sa.v4.sin_addr, text, sizeof(text));
		(void)snprintf(dst, API_ADDRESS_SIZE, "%s:%u", text, ntohs(sa.v4.sin_port));
	}
}

struct evconnlistener *api_bind(struct event_base *base, const char *address,
	char ret_address[API_ADDRESS_SIZE], struct errbuf *eb)
{
	struct evconnlistener *listener;
	union address sa = {.v6 = {0}};

	if (read_address(address, &sa, eb) != ERR_NONE)
		return NULL;
	listener = evconnlistener_new_bind(base, NULL, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
			LEV_OPT_DISABLED,
		BACKLOG, &sa.any, sa.any.sa_family == AF_INET6 ? sizeof(sa.v6) : sizeof(sa.v4));
	if (listener == NULL) {
		(void)err_set_field(eb, ERR_IO, "--listen",
			errno == EADDRINUSE ? "another port, or 0 for a free one"
					    : "an address of this machine that you may use",
			"cannot listen on %.80s for the API: %s", address, strerror(errno));
		return NULL;
	}
	write_address(evconnlistener_get_fd(listener), ret_address);
	return listener;
}

static void set_default(void *value, const void *standard, size_t size)
{
	static const char zero[sizeof(int64_t)];

	if (memcmp(value, zero, size) == 0)
		memcpy(value, standard, size);
}

static void fill_limits(struct api_limits *limits)
{
#define FILL(member) set_default(&limits->member, &default_limits.member, sizeof(limits->member))
	FILL(connections);
	FILL(unread);
	FILL(held);
	FILL(idle_ms);
	FILL(request_ms);
	FILL(heartbeat_ms);
	FILL(applied_ms);
#undef FILL
}

static void install_http(struct api *api)
{
	api->http = evhttp_new(api->base);
	assert(api->http != NULL);
	/* All of them, those we do not know too: the route table says 405. */
	evhttp_set_allowed_methods(api->http, UINT16_MAX);
	evhttp_set_default_content_type(api->http, NULL);
	evhttp_set_max_headers_size(api->http, HEADERS_MAX);
	/* A longer body is read and thrown away, so that its client gets to read the answer. */
	evhttp_set_max_body_size(api->http, LIMIT_BODY);
	(void)evhttp_set_flags(api->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_gencb(api->http, request_read, api);
	conn_install(api);
	api->bound = evhttp_bind_listener(api->http, api->listener);
	(void)evconnlistener_enable(api->listener);
}

struct api *api_create(
	struct event_base *base, struct evconnlistener *listener, const struct api_options *options)
{
	struct api *api = xcalloc(1, sizeof(*api));
	const struct plane_observer observer = {
		.changed = plane_changed, .noted = plane_noted, .arg = api};

	api->options = *options;
	fill_limits(&api->options.limits);
	api->base = base;
	api->listener = listener;
	write_address(evconnlistener_get_fd(listener), api->address);
	api->scratch = evbuffer_new();
	assert(api->scratch != NULL);
	api->started_at = options->now_ms();
	api->started_monotonic_ms = time_monotonic_ms();
	api->tick_ms = api->started_monotonic_ms;
	LIST_INIT(&api->conns);
	TAILQ_INIT(&api->idle);
	TAILQ_INIT(&api->reading);
	LIST_INIT(&api->feeds);
	LIST_INIT(&api->event_waits);
	LIST_INIT(&api->tails);
	api->wake = evtimer_new(base, wake_due, api);
	install_http(api);
	plane_observe(options->plane, &observer);
	return api;
}

void api_stop(struct api *api)
{
	if (api->stopping)
		return;
	api->stopping = true;
	api->listener = NULL;
	evhttp_del_accept_socket(api->http, api->bound);
	changes_stop(api);
	events_stop(api);
	tails_stop(api);
}

size_t api_pending(const struct api *api)
{
	const struct conn *conn;
	size_t busy = 0;

	LIST_FOREACH(conn, &api->conns, link)
	{
		busy += conn->state == CONN_BUSY;
	}
	return busy;
}

void api_destroy(struct api *api)
{
	if (api == NULL)
		return;
	plane_unobserve(api->options.plane, api);
	api->listener = NULL;
	evhttp_free(api->http);
	event_free(api->wake);
	if (api->sweep != NULL)
		event_free(api->sweep);
	evbuffer_free(api->scratch);
	free(api->openapi);
	free(api->by_fd);
	free(api);
}
