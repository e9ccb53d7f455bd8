/*
 * The stand-in over evhttp. It runs only while the test runs the loop; held requests are forgotten when
 * their client goes away.
 */
#include "tests/support/fake_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct bufferevent *count_connection(struct event_base *base, void *arg)
{
	((struct fake_server *)arg)->connections++;
	return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
}

static void copy_header(struct evhttp_request *request, const char *name, char *dst, size_t size)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
	str_copy(dst, size, str_of(value));
}

static void on_request(struct evhttp_request *request, void *arg)
{
	static const char *const methods[] = {[EVHTTP_REQ_GET] = "GET",
		[EVHTTP_REQ_PUT] = "PUT",
		[EVHTTP_REQ_POST] = "POST",
		[EVHTTP_REQ_DELETE] = "DELETE",
		[EVHTTP_REQ_PATCH] = "PATCH"};
	struct fake_server *server = arg;
	struct evbuffer *input = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(input);

	server->requests++;
	snprintf(server->last, sizeof(server->last), "%s %s",
		methods[evhttp_request_get_command(request)], evhttp_request_get_uri(request));
	copy_header(request, "Umbra-Actor", server->actor, sizeof(server->actor));
	copy_header(request, "Content-Type", server->type, sizeof(server->type));
	len = len < sizeof(server->body) ? len : sizeof(server->body) - 1;
	evbuffer_copyout(input, server->body, len);
	server->body[len] = '\0';
	server->answer(server, request);
}

void fake_reply(struct evhttp_request *request, int status, const char *body)
{
	struct evbuffer *output = evbuffer_new();
	evbuffer_add(output, body, strlen(body));
	evhttp_send_reply(request, status, "x", output);
	evbuffer_free(output);
}

void fake_send(struct evhttp_request *request, const char *bytes, size_t len)
{
	struct evbuffer *output = evbuffer_new();
	evbuffer_add(output, bytes, len);
	evhttp_send_reply_chunk(request, output);
	evbuffer_free(output);
}

void fake_send_text(struct evhttp_request *request, const char *text)
{
	fake_send(request, text, strlen(text));
}

static void on_closed(struct evhttp_connection *connection, void *arg)
{
	struct fake_server *server = arg;
	for (int i = server->held_count - 1; i >= 0; i--) {
		struct held held = server->held[i];
		if (held.connection != connection)
			continue;
		server->held[i] = server->held[--server->held_count];
		/* libevent leaves a request whose client went away to whoever answers it. */
		if (evhttp_request_get_connection(held.request) == NULL)
			evhttp_request_free(held.request);
	}
}

void fake_hold(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	assert_true(server->held_count < HELD_MAX);
	server->held[server->held_count++] = (struct held){request, connection};
	evhttp_connection_set_closecb(connection, on_closed, server);
}

static void forget_held(struct fake_server *server, struct evhttp_request *request)
{
	for (int i = 0; i < server->held_count; i++)
		if (server->held[i].request == request)
			server->held[i] = server->held[--server->held_count];
	evhttp_connection_set_closecb(evhttp_request_get_connection(request), NULL, NULL);
}

void fake_end(struct fake_server *server, struct evhttp_request *request)
{
	forget_held(server, request);
	evhttp_send_reply_end(request);
}

void fake_cut(struct fake_server *server, struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(connection);
	struct evbuffer *output = bufferevent_get_output(bev);
	evbuffer_unfreeze(output, 1);
	while (evbuffer_get_length(output) > 0)
		assert_true(evbuffer_write(output, bufferevent_getfd(bev)) > 0);
	forget_held(server, request);
	evhttp_connection_free(connection);
}

static void fail_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("it did not come within 10 s");
}

void fake_start(struct fake_server *server,
	void (*answer)(struct fake_server *server, struct evhttp_request *request), int silence_ms)
{
	struct evhttp_bound_socket *bound;
	ev_uint16_t port = 0;
	char url[64];
	struct timeval limit = {10, 0};

	*server = (struct fake_server){.base = event_base_new(), .answer = answer};
	server->http = evhttp_new(server->base);
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_PUT | EVHTTP_REQ_POST |
							 EVHTTP_REQ_DELETE | EVHTTP_REQ_PATCH);
	evhttp_set_bevcb(server->http, count_connection, server);
	evhttp_set_gencb(server->http, on_request, server);
	bound = evhttp_bind_socket_with_handle(server->http, "127.0.0.1", port);
	assert_non_null(bound);
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	memset(&address, 0, sizeof(address));
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len);
	server->port = ntohs(((struct sockaddr_in *)&address)->sin_port);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", server->port);
	struct client_options options = {.url = url, .actor = "dev\r\n1", .silence_ms = silence_ms};
	server->client = client_create(server->base, &options, NULL);
	assert_non_null(server->client);
	server->limit = evtimer_new(server->base, fail_late, NULL);
	evtimer_add(server->limit, &limit);
}

void fake_stop(struct fake_server *server)
{
	client_destroy(server->client);
	event_free(server->limit);
	evhttp_free(server->http);
	event_base_free(server->base);
}

struct evhttp_request *fake_open(struct fake_server *server, struct evhttp_request *request)
{
	fake_hold(server, request);
	evhttp_send_reply_start(request, 200, "OK");
	return request;
}
