/* Sends stdin as one datagram to a Unix socket: dgram PATH. For lines that no proxy would write. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char text[256 * 1024];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	const size_t n = fread(text, 1, sizeof(text), stdin);

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	if (sendto(fd, text, n, 0, (struct sockaddr *)&address, sizeof(address)) != (ssize_t)n) {
		perror(argv[1]);
		return 1;
	}
	(void)close(fd);
	return 0;
}
