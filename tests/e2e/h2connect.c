/*
 * Asks for a tunnel over HTTP/2 (RFC 8441), which no client here does by itself:
 *
 *   h2connect PORT AUTHORITY PROTOCOL [NAME VALUE]...     PROTOCOL "-" for a plain CONNECT
 *
 * Prints the status and the headers of the answer, or "reset CODE" when the stream was.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nghttp2/nghttp2.h>

enum { FIELDS_MAX = 32 };

static bool done;

static ssize_t on_send(nghttp2_session *h2, const uint8_t *data, size_t len, int flags, void *arg)
{
	const int *fd = arg;

	(void)h2;
	(void)flags;
	return send(*fd, data, len, MSG_NOSIGNAL);
}

static int on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *arg)
{
	(void)h2;
	(void)frame;
	(void)flags;
	(void)arg;
	(void)printf("%.*s: %.*s\n", (int)name_len, (const char *)name, (int)value_len,
		(const char *)value);
	return 0;
}

static int on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *arg)
{
	(void)h2;
	(void)arg;
	if (frame->hd.type == NGHTTP2_HEADERS)
		done = true;
	return 0;
}

static int on_closed(nghttp2_session *h2, int32_t id, uint32_t code, void *arg)
{
	(void)h2;
	(void)id;
	(void)arg;
	if (!done)
		(void)printf("reset %u\n", (unsigned)code);
	done = true;
	return 0;
}

static ssize_t no_body(nghttp2_session *h2, int32_t id, uint8_t *buf, size_t len, uint32_t *flags,
	nghttp2_data_source *source, void *arg)
{
	(void)h2;
	(void)id;
	(void)buf;
	(void)len;
	(void)flags;
	(void)source;
	(void)arg;
	return NGHTTP2_ERR_DEFERRED; /* the tunnel stays open */
}

static void add(nghttp2_nv *fields, size_t *count, const char *name, const char *value)
{
	fields[(*count)++] = (nghttp2_nv){(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value,
		strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static nghttp2_session *start(int *fd)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_session *h2;

	(void)nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_closed);
	(void)nghttp2_session_client_new(&h2, callbacks, fd);
	nghttp2_session_callbacks_del(callbacks);
	(void)nghttp2_submit_settings(h2, NGHTTP2_FLAG_NONE, NULL, 0);
	return h2;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const nghttp2_data_provider provider = {.read_callback = no_body};
	nghttp2_nv fields[FIELDS_MAX];
	uint8_t buf[65536];
	size_t count = 0;
	nghttp2_session *h2;
	ssize_t n = 0;

	if (argc < 4)
		return 2;
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return 1;
	add(fields, &count, ":method", "CONNECT");
	if (strcmp(argv[3], "-") != 0) {
		add(fields, &count, ":scheme", "http");
		add(fields, &count, ":path", "/tunnel-of-h2");
		add(fields, &count, ":protocol", argv[3]);
	}
	add(fields, &count, ":authority", argv[2]);
	for (int i = 4; i + 1 < argc && count < FIELDS_MAX; i += 2)
		add(fields, &count, argv[i], argv[i + 1]);
	h2 = start(&fd);
	/* The server says first that it knows :protocol. */
	while (!done && nghttp2_session_send(h2) == 0 && (n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		if (nghttp2_session_mem_recv(h2, buf, (size_t)n) < 0)
			break;
		if (count > 0 && nghttp2_session_get_remote_settings(
					 h2, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1) {
			(void)nghttp2_submit_request(h2, NULL, fields, count, &provider, NULL);
			count = 0;
		}
	}
	nghttp2_session_del(h2);
	(void)close(fd);
	return 0;
}
