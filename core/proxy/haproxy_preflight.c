/*
 * Checks the directory and the address before the driver starts HAProxy. Called once, from create, where
 * blocking is allowed.
 */
#include "core/proxy/haproxy_preflight.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/model/name_rules.h"

char *preflight_dir(const char *dir, size_t max_bytes, struct errbuf *eb)
{
	char *path;

	if (!file_make_dirs_above(dir)) {
		err_set(eb, ERR_IO, "the directory %s cannot be made: %s", dir, strerror(errno));
		return NULL;
	}
	if (!file_make_private_dir(dir, eb))
		return NULL;
	path = realpath(dir, NULL);
	if (path == NULL || access(path, W_OK | X_OK) != 0) {
		err_set(eb, ERR_IO, "the directory %s cannot be written: %s", dir, strerror(errno));
		free(path);
		return NULL;
	}
	if (strlen(path) > max_bytes) {
		err_set(eb, ERR_BAD_VALUE,
			"the path of the directory %s is too long for the sockets in it: %zu "
			"bytes, at most %zu; choose a shorter one with --data",
			path, strlen(path), max_bytes);
		free(path);
		return NULL;
	}
	return path;
}

char *preflight_kept_address(const char *dir, const char *listen, bool alive)
{
	struct strbuf path;
	char text[128];
	FILE *file;
	size_t len = 0;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/address", dir);
	file = alive ? fopen(path.data, "re") : NULL;
	strbuf_finish(&path);
	/* The file was removed under it: it has most likely the address it is to have. */
	if (file == NULL)
		return alive && !str_ends(str_of(listen), STR_LIT(":0")) ? xstrdup(listen) : NULL;
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	return xstrndup(text, len);
}

/* A socket bound there, -1 with errno when it cannot be. */
static int try_bind(const struct addrinfo *info)
{
	int yes = 1;
	int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	/* SO_REUSEADDR lets two sockets bind one address until the first listens. */
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, 1) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static char *name_socket(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[NI_MAXHOST], port[NI_MAXSERV];
	struct strbuf text;

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
		getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return NULL;
	strbuf_init(&text, 2048);
	strbuf_addf(&text, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
	return strbuf_detach(&text);
}

static bool same_host(struct str a, const char *b)
{
	struct endpoint_parts parts;

	return b != NULL && endpoint_parse(str_of(b), &parts) && str_eq(parts.host, a);
}

/* The host may be in brackets; port 0 is allowed, which endpoint_parse() refuses. */
static bool split_address(const char *listen, struct str *ret_host, char port[8])
{
	const char *colon = strrchr(listen, ':');
	uint64_t number;

	if (colon == NULL || !str_to_u64(str_of(colon + 1), &number) || number > 65535)
		return false;
	snprintf(port, 8, "%u", (unsigned)number);
	*ret_host = (struct str){listen, (size_t)(colon - listen)};
	if (ret_host->n > 2 && ret_host->p[0] == '[' && ret_host->p[ret_host->n - 1] == ']')
		*ret_host = (struct str){ret_host->p + 1, ret_host->n - 2};
	return ret_host->n > 0;
}

char *preflight_address(const char *listen, const char *kept, struct errbuf *eb)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *info = NULL;
	struct str host;
	char port[8];
	char *address = NULL;

	if (!split_address(listen, &host, port)) {
		err_set_field(eb, ERR_BAD_VALUE, "proxy-listen", "HOST:PORT, like 127.0.0.1:8080",
			"%s is not an address to listen on", listen);
		return NULL;
	}
	if (kept != NULL && strcmp(kept, listen) == 0)
		return xstrdup(kept);
	if (strcmp(port, "0") == 0 && same_host(host, kept))
		return xstrdup(kept);
	char *name = str_dup(host);
	int rc = getaddrinfo(name, port, &hints, &info);
	free(name);
	if (rc != 0) {
		err_set_field(eb, ERR_BAD_VALUE, "proxy-listen", "HOST:PORT, like 127.0.0.1:8080",
			"%s is not an address to listen on: %s", listen, gai_strerror(rc));
		return NULL;
	}
	int fd = try_bind(info);
	if (fd >= 0) {
		address = name_socket(fd);
		close(fd);
	} else if (errno == EADDRINUSE) {
		err_set(eb, ERR_IO,
			"the proxy's address %s is in use by another program; stop that, or choose "
			"another with --proxy-listen",
			listen);
	} else {
		err_set(eb, ERR_IO, "the proxy cannot listen on %s: %s", listen, strerror(errno));
	}
	freeaddrinfo(info);
	return address;
}
