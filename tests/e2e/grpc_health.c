/*
 * gRPC servers for tests, over libnghttp2, which checks what it is sent: one process, any number of ports.
 *
 *   grpc_health NAME=STATUS...     prints "NAME PORT" for each, then runs until TERM
 *
 * Each answers only grpc.health.v1.Health/Check, with its STATUS: SERVING, NOT_SERVING, UNKNOWN (an empty
 * message), or UNIMPLEMENTED, which is no message but a status in the trailers. Every other call is
 * UNIMPLEMENTED too. "NAME STATUS" on a line of its own to the standard input changes it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <nghttp2/nghttp2.h>

#include "core/base/xalloc.h"

enum { SERVERS_MAX = 16, MESSAGE_MAX = 8 };

struct grpc_server {
	char name[64];
	char status[32];
};

struct conn {
	struct grpc_server *server;
	nghttp2_session *session;
	struct bufferevent *bev;
};

/* One call. */
struct stream {
	char path[128];
	char type[64];
	unsigned char message[MESSAGE_MAX];
	size_t len;
	bool done;
};

static struct grpc_server servers[SERVERS_MAX];
static size_t server_count;
static struct event_base *base;

#define HEADER(name, value)                                                                \
	{                                                                                  \
		(uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value), strlen(name), \
			strlen(value), NGHTTP2_NV_FLAG_NONE                                \
	}

static struct grpc_server *find(const char *name)
{
	for (size_t i = 0; i < server_count; i++)
		if (strcmp(servers[i].name, name) == 0)
			return &servers[i];
	return NULL;
}

/* ---- answering ------------------------------------------------------------------------------------- */

static ssize_t read_message(nghttp2_session *session, int32_t id, uint8_t *buf, size_t length,
	uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	const struct stream *stream = source->ptr;
	nghttp2_nv trailers[] = {HEADER("grpc-status", "0")};

	(void)arg;
	(void)length;
	memcpy(buf, stream->message, stream->len);
	*flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
	(void)nghttp2_submit_trailer(session, id, trailers, 1);
	return (ssize_t)stream->len;
}

static void answer(struct conn *conn, int32_t id, struct stream *stream)
{
	const char *status = conn->server->status;
	nghttp2_nv refusal[] = {HEADER(":status", "200"),
		HEADER("content-type", "application/grpc"), HEADER("grpc-status", "12"),
		HEADER("by", conn->server->name)};
	nghttp2_nv head[] = {HEADER(":status", "200"), HEADER("content-type", "application/grpc")};
	nghttp2_data_provider provider = {{.ptr = stream}, read_message};
	unsigned char value = strcmp(status, "SERVING") == 0 ? 1 : 2;

	if (strcmp(stream->path, "/grpc.health.v1.Health/Check") != 0 ||
		strcmp(stream->type, "application/grpc") != 0 ||
		strcmp(status, "UNIMPLEMENTED") == 0) {
		(void)nghttp2_submit_response(conn->session, id, refusal, 4, NULL);
		return;
	}
	stream->len = 5;
	if (strcmp(status, "UNKNOWN") != 0) {
		stream->message[4] = 2;
		stream->message[5] = 8;
		stream->message[6] = value;
		stream->len = 7;
	}
	(void)nghttp2_submit_response(conn->session, id, head, 2, &provider);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct stream *stream;

	if ((frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) ||
		(frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	if (stream != NULL && !stream->done) {
		stream->done = true;
		answer(arg, frame->hd.stream_id, stream);
	}
	return 0;
}

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	(void)arg;
	if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		(void)nghttp2_session_set_stream_user_data(
			session, frame->hd.stream_id, xcalloc(1, sizeof(struct stream)));
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
	struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	(void)flags;
	(void)arg;
	if (stream == NULL)
		return 0;
	if (name_len == 5 && memcmp(name, ":path", 5) == 0)
		(void)snprintf(stream->path, sizeof(stream->path), "%.*s", (int)value_len,
			(const char *)value);
	if (name_len == 12 && memcmp(name, "content-type", 12) == 0)
		(void)snprintf(stream->type, sizeof(stream->type), "%.*s", (int)value_len,
			(const char *)value);
	return 0;
}

static int on_stream_end(nghttp2_session *session, int32_t id, uint32_t code, void *arg)
{
	(void)code;
	(void)arg;
	free(nghttp2_session_get_stream_user_data(session, id));
	return 0;
}

/* ---- connections ----------------------------------------------------------------------------------- */

static ssize_t on_send(
	nghttp2_session *session, const uint8_t *data, size_t length, int flags, void *arg)
{
	struct conn *conn = arg;

	(void)session;
	(void)flags;
	(void)bufferevent_write(conn->bev, data, length);
	return (ssize_t)length;
}

static void conn_free(struct conn *conn)
{
	nghttp2_session_del(conn->session);
	bufferevent_free(conn->bev);
	free(conn);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);
	ssize_t used = nghttp2_session_mem_recv(conn->session, evbuffer_pullup(input, -1), len);

	if (used < 0 || nghttp2_session_send(conn->session) != 0) {
		(void)fprintf(stderr, "%s: %s\n", conn->server->name, nghttp2_strerror((int)used));
		conn_free(conn);
		return;
	}
	(void)evbuffer_drain(input, len);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		conn_free(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
	int len, void *arg)
{
	struct conn *conn = xcalloc(1, sizeof(*conn));
	nghttp2_session_callbacks *callbacks;

	(void)listener;
	(void)from;
	(void)len;
	conn->server = arg;
	(void)nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_end);
	(void)nghttp2_session_server_new(&conn->session, callbacks, conn);
	nghttp2_session_callbacks_del(callbacks);
	conn->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(conn->bev, on_read, NULL, on_event, conn);
	(void)bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	(void)nghttp2_submit_settings(conn->session, NGHTTP2_FLAG_NONE, NULL, 0);
	(void)nghttp2_session_send(conn->session);
}

/* ---- starting -------------------------------------------------------------------------------------- */

static void on_command(evutil_socket_t fd, short what, void *arg)
{
	char text[1024], name[64], status[32];
	ssize_t len = read(fd, text, sizeof(text) - 1);
	struct grpc_server *server;

	(void)what;
	if (len <= 0) {
		(void)event_del(arg);
		return;
	}
	text[len] = '\0';
	for (char *line = text; *line != '\0'; line += *line == '\n') {
		server = sscanf(line, "%63s %31s", name, status) == 2 ? find(name) : NULL;
		if (server != NULL)
			memcpy(server->status, status, sizeof(status));
		line += strcspn(line, "\n");
	}
}

static bool listen_for(const char *argument)
{
	struct grpc_server *server = &servers[server_count++];
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	struct evconnlistener *listener;

	if (sscanf(argument, "%63[^=]=%31s", server->name, server->status) != 2)
		return false;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = evconnlistener_new_bind(base, on_accept, server,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, (struct sockaddr *)&address,
		sizeof(address));
	if (listener == NULL || getsockname(evconnlistener_get_fd(listener),
					(struct sockaddr *)&address, &len) != 0)
		return false;
	(void)printf("%s %u\n", server->name, (unsigned)ntohs(address.sin_port));
	return true;
}

int main(int argc, char **argv)
{
	struct event *commands;

	base = event_base_new();
	for (int i = 1; i < argc && i <= SERVERS_MAX; i++) {
		if (!listen_for(argv[i])) {
			(void)fprintf(stderr, "grpc_health: %s cannot listen\n", argv[i]);
			return 1;
		}
	}
	(void)fflush(stdout);
	commands = event_new(base, 0, EV_READ | EV_PERSIST, on_command, event_self_cbarg());
	(void)event_add(commands, NULL);
	(void)event_base_dispatch(base);
	return 0;
}
