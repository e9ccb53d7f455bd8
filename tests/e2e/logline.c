/*
 * Sends stdin to the socket that HAProxy's log goes to, as lines no proxy would write:
 *
 *   logline PATH        as one line, with its length before it (RFC 6587, 3.4.1)
 *   logline PATH raw    as it is
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/str.h"

static bool send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

int main(int argc, char **argv)
{
	static char text[256 * 1024];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const size_t n = fread(text, 1, sizeof(text), stdin);
	char length[32] = "";

	if (argc < 2 || !str_copy(address.sun_path, sizeof(address.sun_path), str_of(argv[1])))
		return 2;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror(argv[1]);
		return 1;
	}
	if (argc == 2)
		(void)snprintf(length, sizeof(length), "%zu ", n);
	/* It may be closed on us, which is one right answer to such lines. */
	if (send_all(fd, length, strlen(length)))
		(void)send_all(fd, text, n);
	(void)close(fd);
	return 0;
}
