/*
 * Upgraded connections (WebSocket's handshake, RFC 6455 section 1.3, then raw bytes), both ends.
 *
 *   tunnel serve NAME                   prints "NAME PORT"; answers 200, and an upgrade with 101 and then an echo;
 *                                       /_switch with another protocol's 101 and then an echo, whatever is asked
 *   tunnel A:P HOST [/TARGET] [COUNT]   opens COUNT (1) of them through the proxy, prints "open", and says a number
 *                                       over each every 50 ms. At TERM it closes them and prints
 *                                       {"open":N,"cut":N,"said":N,"heard":N}; cut: ended by the other side
 */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"
#include "core/base/time.h"

enum { TUNNELS_MAX = 64, TICK_MS = 50, LAST_WORDS_MS = 2000, NUMBER_BYTES = 9 };

static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			       "Connection: Upgrade\r\n"
			       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char switched[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n"
			       "Connection: Upgrade\r\n\r\n";
static const char plain[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static volatile sig_atomic_t ending;

static void on_term(int signal_number)
{
	(void)signal_number;
	ending = 1;
}

/* ---- serving ------------------------------------------------------------------------------------------ */

/* The head of a request; what follows it is not there before it is answered. */
static bool read_head(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		const ssize_t n = read(fd, text + len, size - 1 - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, "\r\n\r\n") != NULL)
			return true;
	}
	return false;
}

static void answer(int fd)
{
	char text[65536];
	ssize_t n;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!read_head(fd, text, sizeof(text)))
		return;
	if (strstr(text, "/_switch ") != NULL) {
		(void)send(fd, switched, sizeof(switched) - 1, MSG_NOSIGNAL);
	} else if (strcasestr(text, "\r\nupgrade: websocket\r\n") != NULL) {
		(void)send(fd, accepted, sizeof(accepted) - 1, MSG_NOSIGNAL);
	} else {
		(void)send(fd, plain, sizeof(plain) - 1, MSG_NOSIGNAL);
		return;
	}
	while ((n = read(fd, text, sizeof(text))) > 0)
		if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
			return;
}

static int serve(const char *name)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)signal(SIGCHLD, SIG_IGN);
	if (bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 64) != 0 ||
		getsockname(listener, (struct sockaddr *)&address, &len) != 0)
		return 1;
	(void)printf("%s %d\n", name, ntohs(address.sin_port));
	(void)fflush(stdout);
	for (;;) {
		const int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && fork() == 0) {
			(void)close(listener);
			answer(fd);
			_exit(0);
		}
		(void)close(fd);
	}
}

/* ---- talking -------------------------------------------------------------------------------------------- */

static int open_tunnel(int port, const char *name, const char *target)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[4096];

	const int len = snprintf(text, sizeof(text),
		"GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		target, name);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		send(fd, text, (size_t)len, MSG_NOSIGNAL) != len ||
		!read_head(fd, text, sizeof(text)) || strstr(text, " 101 ") == NULL) {
		(void)fprintf(stderr, "tunnel: no upgrade: %.200s\n", text);
		exit(1);
	}
	return fd;
}

struct talk {
	struct pollfd fds[TUNNELS_MAX];
	size_t count;
	size_t open, cut;
	unsigned long long said, heard; /* bytes */
};

static void say(struct talk *talk)
{
	char number[NUMBER_BYTES + 1];

	(void)snprintf(number, sizeof(number), "%08llx\n", talk->said & 0xffffffffU);
	for (size_t i = 0; i < talk->count; i++)
		if (talk->fds[i].fd >= 0 &&
			send(talk->fds[i].fd, number, NUMBER_BYTES, MSG_NOSIGNAL) == NUMBER_BYTES)
			talk->said += NUMBER_BYTES;
}

static void hear(struct talk *talk, int wait_ms)
{
	char text[65536];

	if (poll(talk->fds, talk->count, wait_ms) <= 0)
		return;
	for (size_t i = 0; i < talk->count; i++) {
		if (talk->fds[i].fd < 0 || talk->fds[i].revents == 0)
			continue;
		const ssize_t n = read(talk->fds[i].fd, text, sizeof(text));
		if (n > 0) {
			talk->heard += (unsigned long long)n;
			continue;
		}
		(void)close(talk->fds[i].fd);
		talk->fds[i].fd = -1;
		talk->open--;
		talk->cut++;
	}
}

static void run(struct talk *talk)
{
	int64_t next_ms = time_monotonic_ms();

	while (!ending) {
		const int64_t now_ms = time_monotonic_ms();

		if (now_ms >= next_ms) {
			say(talk);
			next_ms = now_ms + TICK_MS;
		}
		hear(talk, (int)(next_ms - now_ms > 0 ? next_ms - now_ms : 0));
	}
	next_ms = time_monotonic_ms() + LAST_WORDS_MS;
	while (talk->heard < talk->said && time_monotonic_ms() < next_ms)
		hear(talk, TICK_MS);
}

int main(int argc, char **argv)
{
	struct talk talk = {.count = 0};
	struct str address;
	uint64_t port, count = 1;

	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (argc < 3)
		return 2;
	address = str_of(argv[1]);
	const size_t colon = str_find_char(address, ':');
	if (!str_to_u64(str_of(argv[1] + colon + 1), &port) ||
		(argc > 4 && (!str_to_u64(str_of(argv[4]), &count) || count > TUNNELS_MAX)))
		return 2;
	(void)signal(SIGTERM, on_term);
	for (; talk.count < count; talk.count++, talk.open++)
		talk.fds[talk.count] = (struct pollfd){
			open_tunnel((int)port, argv[2], argc > 3 ? argv[3] : "/"), POLLIN, 0};
	(void)printf("open\n");
	(void)fflush(stdout);
	run(&talk);
	(void)printf("{\"open\":%zu,\"cut\":%zu,\"said\":%llu,\"heard\":%llu}\n", talk.open,
		talk.cut, talk.said, talk.heard);
	return 0;
}
