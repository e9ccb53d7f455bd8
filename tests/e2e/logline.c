/*
 * Puts lines into HAProxy's log that no proxy would write.
 *
 *   logline between PATH REAL INPUT   listens at PATH, where a runtime socket is looked for, and passes everything
 *                                     on to REAL and back. To who reads the log ("show events") it also sends what
 *                                     comes at INPUT. Runs until TERM.
 *   logline PATH                      sends stdin to such an INPUT, as one line
 *   logline PATH raw                  the same as it is
 *   logline ask PATH COMMAND          the answer of such a socket to a command
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/str.h"

static char text[256 * 1024];

static bool send_all(int fd, const char *from, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, from, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

/* Connected to `path`, or listening there. */
static int open_socket(const char *path, bool listening)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!str_copy(address.sun_path, sizeof(address.sun_path), str_of(path)))
		exit(2);
	if (listening)
		(void)unlink(path);
	if ((listening ? bind(fd, (struct sockaddr *)&address, sizeof(address))
		       : connect(fd, (struct sockaddr *)&address, sizeof(address))) != 0 ||
		(listening && listen(fd, 16) != 0)) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* What `from` has goes to `to`; false at its end. */
static bool pass(int from, int to)
{
	const ssize_t n = read(from, text, sizeof(text));

	return n > 0 && send_all(to, text, (size_t)n);
}

static bool pass_out(int from)
{
	const ssize_t n = read(from, text, sizeof(text));

	return n > 0 && fwrite(text, 1, (size_t)n, stdout) == (size_t)n;
}

static void take_input(int input, int client)
{
	const int fd = accept(input, NULL, NULL);

	while (fd >= 0 && pass(fd, client))
		;
	(void)close(fd);
}

/* One connection, in a process of its own. */
static void stand_between(int client, const char *real, const char *input)
{
	const int server = open_socket(real, false);
	const ssize_t n = read(client, text, sizeof(text));
	const struct str first = {text, n > 0 ? (size_t)n : 0};
	const bool is_reader = str_starts(first, STR_LIT("show events"));
	struct pollfd fds[] = {{client, POLLIN, 0}, {server, POLLIN, 0},
		{is_reader ? open_socket(input, true) : -1, POLLIN, 0}};

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!send_all(server, first.p, first.n))
		return;
	while (poll(fds, ARRAY_LEN(fds), -1) > 0) {
		if (fds[0].revents != 0 && !pass(client, server)) {
			(void)shutdown(server, SHUT_WR);
			fds[0].fd = -1;
		}
		if (fds[1].revents != 0 && !pass(server, client))
			return;
		if (fds[2].revents != 0)
			take_input(fds[2].fd, client);
	}
}

static void serve(const char *path, const char *real, const char *input)
{
	const int listener = open_socket(path, true);

	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		const int client = accept(listener, NULL, NULL);

		if (client >= 0 && fork() == 0) {
			(void)close(listener);
			stand_between(client, real, input);
			_exit(0);
		}
		(void)close(client);
	}
}

int main(int argc, char **argv)
{
	if (argc == 5)
		serve(argv[2], argv[3], argv[4]);
	if (argc < 2)
		return 2;
	if (argc == 4) {
		const int socket = open_socket(argv[2], false);

		if (send_all(socket, argv[3], strlen(argv[3])) && send_all(socket, "\n", 1) &&
			shutdown(socket, SHUT_WR) == 0)
			while (pass_out(socket))
				;
		return 0;
	}
	const int fd = open_socket(argv[1], false);
	const size_t n = fread(text, 1, sizeof(text), stdin);

	if (send_all(fd, text, n) && argc == 2)
		(void)send_all(fd, "\n", 1);
	(void)close(fd);
	return 0;
}
