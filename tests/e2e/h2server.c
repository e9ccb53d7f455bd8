/*
 * A server for tests that speaks what the plain one (backend.c) does not: HTTP/2 with prior knowledge and by
 * `Upgrade: h2c`, gRPC, WebSocket, and streams whose parts are sent and received at known times.
 *
 *   h2server NAME...      prints "NAME PORT" for each, then runs until TERM
 *
 * HTTP/1.1:  /healthz          200
 *            /events?N         N events, one every 50 ms: "data: NANOSECONDS", when it was sent
 *            PUT /times        reads lines that say when they were sent; answers how many there were, and how many of
 *                             them came more than 40 ms later
 *            an upgrade        101 to WebSocket (its frames come back) and to h2c
 *            /broken           no HTTP
 *            /tunnel           101 to nothing that was asked for
 *            anything else     {"backend":NAME,"protocol":...,"target":...,"headers":["Name: value",...]}
 * HTTP/2:    content-type application/grpc, with the status in trailers and the name in the header `backend`:
 *            /echo.Echo/Unary  the message
 *            /echo.Echo/Stream the message five times, one every 50 ms
 *            /echo.Echo/Slow   nothing, until the caller's grpc-timeout (in ms) is over; then status 4
 *            anything else     as HTTP/1.1
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <nghttp2/nghttp2.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"

enum { EVERY_MS = 50, LATE_MS = 40, STREAMED = 5, HEAD_MAX = 1 << 18 };

/* One stream of HTTP/2, or the one answer under way of HTTP/1.1. */
struct stream {
	struct connection *c;
	int32_t id;
	char target[256];
	char method[16];
	bool grpc;
	int64_t timeout_ms;
	struct strbuf headers; /* a JSON list without its brackets */
	struct evbuffer *body;
	struct evbuffer *out;
	struct event *timer;
	int left; /* parts still to send */
	bool ended;
	const char *status; /* of gRPC */
	struct stream *next;
};

enum mode { MODE_HTTP1, MODE_HTTP2, MODE_ECHO, MODE_TIMES };

struct connection {
	const char *name;
	struct bufferevent *bev;
	enum mode mode;
	nghttp2_session *h2;
	struct stream *streams;
	int lines, late; /* of MODE_TIMES */
};

static struct event_base *base;

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- streams ----------------------------------------------------------------------------------------- */

static struct stream *stream_create(struct connection *c, int32_t id)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->c = c;
	s->id = id;
	s->status = "0";
	strbuf_init(&s->headers, HEAD_MAX);
	s->body = evbuffer_new();
	s->out = evbuffer_new();
	s->next = c->streams;
	c->streams = s;
	return s;
}

static void stream_free(struct stream *s)
{
	if (s->timer != NULL)
		event_free(s->timer);
	evbuffer_free(s->body);
	evbuffer_free(s->out);
	strbuf_finish(&s->headers);
	free(s);
}

static void stream_destroy(struct stream *s)
{
	struct stream **at = &s->c->streams;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	stream_free(s);
}

static void connection_destroy(struct connection *c)
{
	struct stream *s;

	while ((s = c->streams) != NULL) {
		c->streams = s->next;
		stream_free(s);
	}
	nghttp2_session_del(c->h2);
	bufferevent_free(c->bev);
	free(c);
}

static void every(struct stream *s, event_callback_fn fn, int64_t ms, int count)
{
	const struct timeval wait = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000};

	s->left = count;
	s->timer = event_new(base, -1, EV_PERSIST, fn, s);
	(void)event_add(s->timer, &wait);
}

static void add_header(struct stream *s, struct str name, struct str value)
{
	struct json_writer w;
	struct strbuf line, text;

	strbuf_init(&line, HEAD_MAX);
	strbuf_init(&text, HEAD_MAX);
	strbuf_addf(&line, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
	json_start(&w, &text);
	json_str(&w, NULL, strbuf_str(&line));
	strbuf_addf(
		&s->headers, "%s%.*s", s->headers.len > 0 ? "," : "", STR_ARG(strbuf_str(&text)));
	strbuf_finish(&line);
	strbuf_finish(&text);
}

static void add_answer(struct stream *s, struct evbuffer *out, const char *protocol)
{
	(void)evbuffer_add_printf(out,
		"{\"backend\":\"%s\",\"protocol\":\"%s\",\"method\":\"%s\",\"target\":\"%s\","
		"\"headers\":[%.*s]}",
		s->c->name, protocol, s->method, s->target, STR_ARG(strbuf_str(&s->headers)));
}

/* ---- HTTP/2 ------------------------------------------------------------------------------------------- */

#define FIELD(n, v)                                                                             \
	{                                                                                       \
		(uint8_t *)(uintptr_t)(n), (uint8_t *)(uintptr_t)(v), sizeof(n) - 1, strlen(v), \
			NGHTTP2_NV_FLAG_NONE                                                    \
	}

static ssize_t read_body(nghttp2_session *h2, int32_t id, uint8_t *buf, size_t len, uint32_t *flags,
	nghttp2_data_source *source, void *arg)
{
	struct stream *s = source->ptr;
	const int n = evbuffer_remove(s->out, buf, len);

	(void)arg;
	if (n > 0)
		return n;
	if (!s->ended)
		return NGHTTP2_ERR_DEFERRED;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (s->grpc) {
		const nghttp2_nv trailers[] = {
			FIELD("grpc-status", s->status), FIELD("said-by", s->c->name)};
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		(void)nghttp2_submit_trailer(h2, id, trailers, ARRAY_LEN(trailers));
	}
	return 0;
}

static void on_part(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	unsigned char message[4096];
	const ev_ssize_t len = evbuffer_copyout(s->body, message, sizeof(message));

	(void)fd;
	(void)what;
	if (len > 0 && s->timeout_ms == 0)
		(void)evbuffer_add(s->out, message, (size_t)len);
	if (--s->left <= 0) {
		s->ended = true;
		(void)event_del(s->timer);
	}
	(void)nghttp2_session_resume_data(s->c->h2, s->id);
	(void)nghttp2_session_send(s->c->h2);
}

static void answer_h2(struct stream *s)
{
	const nghttp2_nv headers[] = {FIELD(":status", "200"),
		FIELD("content-type", s->grpc ? "application/grpc" : "application/json"),
		FIELD("backend", s->c->name)};
	const nghttp2_data_provider provider = {.source.ptr = s, .read_callback = read_body};

	if (!s->grpc) {
		add_answer(s, s->out, "h2");
		s->ended = true;
	} else if (strcmp(s->target, "/echo.Echo/Stream") == 0) {
		s->timeout_ms = 0;
		every(s, on_part, EVERY_MS, STREAMED);
	} else if (strcmp(s->target, "/echo.Echo/Slow") == 0) {
		s->status = "4";
		every(s, on_part, s->timeout_ms > 0 ? s->timeout_ms : 60000, 1);
	} else {
		(void)evbuffer_add_buffer(s->out, s->body);
		s->ended = true;
	}
	(void)nghttp2_submit_response(s->c->h2, s->id, headers, ARRAY_LEN(headers), &provider);
}

static int on_begin(nghttp2_session *h2, const nghttp2_frame *frame, void *arg)
{
	if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		(void)nghttp2_session_set_stream_user_data(
			h2, frame->hd.stream_id, stream_create(arg, frame->hd.stream_id));
	return 0;
}

static int on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
	struct stream *s = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	const struct str n = {(const char *)name, name_len}, v = {(const char *)value, value_len};
	uint64_t number;

	(void)flags;
	(void)arg;
	if (s == NULL)
		return 0;
	if (str_eq_c(n, ":path"))
		(void)str_copy(s->target, sizeof(s->target), v);
	else if (str_eq_c(n, ":method"))
		(void)str_copy(s->method, sizeof(s->method), v);
	else if (str_eq_c(n, "content-type"))
		s->grpc = str_starts(v, STR_LIT("application/grpc"));
	else if (str_eq_c(n, "grpc-timeout") && str_to_u64((struct str){v.p, v.n - 1}, &number))
		s->timeout_ms = (int64_t)number;
	add_header(s, n, v);
	return 0;
}

static int on_data(
	nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *data, size_t len, void *arg)
{
	struct stream *s = nghttp2_session_get_stream_user_data(h2, id);

	(void)flags;
	(void)arg;
	if (s != NULL)
		(void)evbuffer_add(s->body, data, len);
	return 0;
}

static int on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *arg)
{
	struct stream *s = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);

	(void)arg;
	if (s != NULL && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
		(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		answer_h2(s);
	return 0;
}

static int on_closed(nghttp2_session *h2, int32_t id, uint32_t code, void *arg)
{
	struct stream *s = nghttp2_session_get_stream_user_data(h2, id);

	(void)code;
	(void)arg;
	if (s != NULL)
		stream_destroy(s);
	return 0;
}

static ssize_t on_send(nghttp2_session *h2, const uint8_t *data, size_t len, int flags, void *arg)
{
	struct connection *c = arg;

	(void)h2;
	(void)flags;
	(void)bufferevent_write(c->bev, data, len);
	return (ssize_t)len;
}

static void start_h2(struct connection *c)
{
	nghttp2_session_callbacks *callbacks;
	const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100}};

	(void)nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_closed);
	nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
	(void)nghttp2_session_server_new(&c->h2, callbacks, c);
	nghttp2_session_callbacks_del(callbacks);
	(void)nghttp2_submit_settings(c->h2, NGHTTP2_FLAG_NONE, settings, ARRAY_LEN(settings));
	c->mode = MODE_HTTP2;
}

static void read_h2(struct connection *c, struct evbuffer *in)
{
	const size_t len = evbuffer_get_length(in);
	const unsigned char *data = evbuffer_pullup(in, -1);

	if (len > 0 && nghttp2_session_mem_recv(c->h2, data, len) < 0) {
		connection_destroy(c);
		return;
	}
	(void)evbuffer_drain(in, len);
	(void)nghttp2_session_send(c->h2);
}

/* ---- HTTP/1.1 ----------------------------------------------------------------------------------------- */

static void on_event_due(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;
	char line[64], chunk[96];

	(void)fd;
	(void)what;
	(void)snprintf(line, sizeof(line), "data: %lld\n\n", (long long)now_ns());
	(void)snprintf(chunk, sizeof(chunk), "%zx\r\n%s\r\n", strlen(line), line);
	(void)evbuffer_add(bufferevent_get_output(s->c->bev), chunk, strlen(chunk));
	if (--s->left > 0)
		return;
	(void)evbuffer_add_printf(bufferevent_get_output(s->c->bev), "0\r\n\r\n");
	stream_destroy(s);
}

static void answer_text(struct connection *c, const char *text, size_t len)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	(void)evbuffer_add_printf(out,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		len);
	(void)evbuffer_add(out, text, len);
}

/* The value of a header in a head; p == NULL without. */
static struct str find_header(struct str head, const char *name)
{
	while (head.p != NULL) {
		struct str line = str_cut(&head, '\n'), value = line;
		const struct str n = str_cut(&value, ':');

		if (value.p != NULL && str_eq_nocase(n, str_of(name)))
			return str_trim(value);
	}
	return (struct str){0};
}

/* The test's client sends the key of RFC 6455 section 1.3, whose answer stands there. */
static void upgrade(struct connection *c, const char *protocol, const char *more)
{
	(void)evbuffer_add_printf(bufferevent_get_output(c->bev),
		"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
		"%s\r\nBackend: %s\r\n%s\r\n",
		protocol, c->name, more);
}

static void take_request(struct connection *c, struct str head)
{
	struct str rest = head, line = str_cut(&rest, '\n'), target = line, lines = rest;
	const struct str method = str_cut(&target, ' ');
	const struct str asked = find_header(rest, "Upgrade");
	struct stream *s = stream_create(c, 0);
	uint64_t count = 1;

	target = str_cut(&target, ' ');
	(void)str_copy(s->method, sizeof(s->method), method);
	(void)str_copy(s->target, sizeof(s->target), target);
	while (lines.p != NULL) {
		struct str value = str_cut(&lines, '\n');
		const struct str name = str_cut(&value, ':');
		if (value.p != NULL)
			add_header(s, name, str_trim(value));
	}
	if (str_eq_c(target, "/healthz")) {
		answer_text(c, "{}", 2);
	} else if (str_starts(target, STR_LIT("/events"))) {
		(void)evbuffer_add_printf(bufferevent_get_output(c->bev),
			"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
			"chunked\r\n\r\n");
		(void)str_to_u64((struct str){target.p + 8, target.n - 8}, &count);
		every(s, on_event_due, EVERY_MS, (int)count);
		return;
	} else if (str_starts(target, STR_LIT("/times"))) {
		c->mode = MODE_TIMES;
		(void)evbuffer_add_printf(
			bufferevent_get_output(c->bev), "HTTP/1.1 100 Continue\r\n\r\n");
	} else if (str_eq_c(target, "/broken")) {
		(void)evbuffer_add_printf(bufferevent_get_output(c->bev), "no HTTP\r\n\r\n");
	} else if (str_eq_c(target, "/tunnel")) {
		upgrade(c, "h2c", "");
		c->mode = MODE_ECHO;
	} else if (str_find(asked, STR_LIT("h2c")) < asked.n) {
		upgrade(c, "h2c", "");
		start_h2(c);
		s->id = 1;
		(void)nghttp2_session_upgrade2(c->h2, NULL, 0, 0, s);
		answer_h2(s);
		(void)nghttp2_session_send(c->h2);
		return;
	} else if (str_eq_nocase(asked, STR_LIT("websocket"))) {
		upgrade(c, "websocket", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
		c->mode = MODE_ECHO;
	} else {
		add_answer(s, s->out, "http/1.1");
		answer_text(c, (char *)evbuffer_pullup(s->out, -1), evbuffer_get_length(s->out));
	}
	stream_destroy(s);
}

/* Frames of WebSocket with less than 126 bytes, back without their mask (RFC 6455 section 5.2). */
static void echo(struct connection *c, struct evbuffer *in)
{
	unsigned char frame[256];

	for (;;) {
		const ev_ssize_t n = evbuffer_copyout(in, frame, sizeof(frame));
		const size_t len = n >= 2 ? frame[1] & 0x7fU : 0;

		if (n < 6 || (size_t)n < 6 + len)
			return;
		for (size_t i = 0; i < len; i++)
			frame[6 + i] ^= frame[2 + i % 4];
		frame[4] = frame[0];
		frame[5] = (unsigned char)len;
		(void)bufferevent_write(c->bev, frame + 4, len + 2);
		(void)evbuffer_drain(in, 6 + len);
	}
}

/* A body in chunks, whose lines say when they were sent; the last chunk ends it. */
static void take_times(struct connection *c, struct evbuffer *in)
{
	char *line, text[64];
	size_t len;
	bool ended = false;

	while (!ended && (line = evbuffer_readln(in, &len, EVBUFFER_EOL_CRLF)) != NULL) {
		const int64_t sent = strtoll(line, NULL, 10);

		if (len > 15) {
			c->lines++;
			c->late += now_ns() - sent > LATE_MS * 1000000LL;
		}
		ended = strcmp(line, "0") == 0;
		free(line);
	}
	if (!ended)
		return;
	(void)snprintf(text, sizeof(text), "{\"lines\":%d,\"late\":%d}", c->lines, c->late);
	answer_text(c, text, strlen(text));
	c->mode = MODE_HTTP1;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end;

	while (c->mode == MODE_HTTP1) {
		if (evbuffer_get_length(in) >= 3 && memcmp(evbuffer_pullup(in, 3), "PRI", 3) == 0) {
			start_h2(c);
			break;
		}
		end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
		if (end.pos < 0)
			return;
		{
			struct strbuf head;

			strbuf_init(&head, HEAD_MAX);
			for (ev_ssize_t i = 0; i < end.pos + 2; i++) {
				const char byte = (char)evbuffer_pullup(in, end.pos + 2)[i];
				if (byte != '\r')
					strbuf_add_char(&head, byte);
			}
			(void)evbuffer_drain(in, (size_t)end.pos + 4);
			take_request(c, strbuf_str(&head));
			strbuf_finish(&head);
		}
	}
	if (c->mode == MODE_HTTP2)
		read_h2(c, in);
	else if (c->mode == MODE_ECHO)
		echo(c, in);
	else if (c->mode == MODE_TIMES)
		take_times(c, in);
}

static void on_ended(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	connection_destroy(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
	int len, void *arg)
{
	struct connection *c = xcalloc(1, sizeof(*c));

	(void)listener;
	(void)address;
	(void)len;
	c->name = arg;
	c->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_ended, c);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

static void on_term(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	(void)event_base_loopbreak(arg);
}

int main(int argc, char **argv)
{
	struct event *term;

	base = event_base_new();
	for (int i = 1; i < argc; i++) {
		struct sockaddr_in address = {
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		ev_socklen_t len = sizeof(address);
		struct evconnlistener *listener = evconnlistener_new_bind(base, on_accept, argv[i],
			LEV_OPT_CLOSE_ON_FREE, 128, (struct sockaddr *)&address, sizeof(address));

		if (listener == NULL || getsockname(evconnlistener_get_fd(listener),
						(struct sockaddr *)&address, &len) != 0)
			return 1;
		(void)printf("%s %u\n", argv[i], ntohs(address.sin_port));
	}
	(void)fflush(stdout);
	term = evsignal_new(base, SIGTERM, on_term, base);
	(void)evsignal_add(term, NULL);
	(void)event_base_dispatch(base);
	return 0;
}
