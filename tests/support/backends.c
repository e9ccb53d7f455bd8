/*
 * The test's servers: a child process with one libevent loop. A request is read as text up to its empty
 * line; bodies of requests are not expected. A request with "Upgrade: websocket" is answered 101 and
 * then echoed byte for byte.
 */
#include "tests/support/backends.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

struct server {
	struct backends *all;
	int index;
};

static void fail(const char *what)
{
	perror(what);
	exit(99);
}

static int bind_loopback(uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		fail("backends: bind");
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void echo(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_write_buffer(bev, bufferevent_get_input(bev));
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)arg;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		bufferevent_free(bev);
}

static void answer(
	struct bufferevent *bev, const struct server *server, const char *head, size_t len)
{
	struct evbuffer *output = bufferevent_get_output(bev);
	uint16_t port = server->all->up[server->index];
	bool check = strncmp(head, "GET /healthz ", 13) == 0;

	if (strcasestr(head, "\nupgrade: websocket") != NULL) {
		evbuffer_add_printf(output,
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nX-Port: %u\r\n"
			/* of the key in RFC 6455 section 1.3; HAProxy looks for it */
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
			(unsigned)port);
		bufferevent_setcb(bev, echo, NULL, on_event, NULL);
		return;
	}
	evbuffer_add_printf(output,
		"HTTP/1.1 %s\r\nContent-Length: %zu\r\nX-Port: %u\r\nContent-Type: "
		"text/plain\r\n\r\n",
		check && server->all->sick[server->index] ? "500 Sick" : "200 OK", len,
		(unsigned)port);
	evbuffer_add(output, head, len);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);

	for (;;) {
		struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
		char *head;
		size_t len;

		if (end.pos < 0)
			return;
		len = (size_t)end.pos + 4;
		head = malloc(len + 1);
		evbuffer_remove(input, head, len);
		head[len] = '\0';
		answer(bev, arg, head, len);
		free(head);
	}
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
	int len, void *arg)
{
	struct event_base *base = evconnlistener_get_base(listener);
	struct bufferevent *bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	(void)address;
	(void)len;
	bufferevent_setcb(bev, on_read, NULL, on_event, arg);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static void serve(struct backends *backends, const int *fds)
{
	struct event_base *base = event_base_new();
	static struct server servers[BACKENDS_MAX];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < backends->up_count; i++) {
		servers[i] = (struct server){backends, i};
		evconnlistener_new(
			base, on_accept, &servers[i], LEV_OPT_CLOSE_ON_FREE, 128, fds[i]);
	}
	event_base_dispatch(base);
	_exit(0);
}

void backends_start(struct backends *backends, int up_count, int down_count)
{
	int fds[BACKENDS_MAX] = {0};

	*backends = (struct backends){.up_count = up_count, .down_count = down_count};
	backends->sick = mmap(NULL, BACKENDS_MAX * sizeof(bool), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (backends->sick == MAP_FAILED)
		fail("backends: mmap");
	for (int i = 0; i < up_count; i++) {
		fds[i] = bind_loopback(&backends->up[i]);
		if (listen(fds[i], 128) != 0)
			fail("backends: listen");
	}
	for (int i = 0; i < down_count; i++)
		backends->down_fds[i] = bind_loopback(&backends->down[i]);
	backends->pid = fork();
	if (backends->pid < 0)
		fail("backends: fork");
	if (backends->pid == 0)
		serve(backends, fds);
	for (int i = 0; i < up_count; i++)
		close(fds[i]);
}

void backends_stop(struct backends *backends)
{
	kill(backends->pid, SIGKILL);
	waitpid(backends->pid, NULL, 0);
	for (int i = 0; i < backends->down_count; i++)
		close(backends->down_fds[i]);
	munmap((void *)(uintptr_t)backends->sick, BACKENDS_MAX * sizeof(bool));
}

void backends_set_sick(struct backends *backends, uint16_t port, bool sick)
{
	for (int i = 0; i < backends->up_count; i++)
		if (backends->up[i] == port)
			backends->sick[i] = sick;
}
