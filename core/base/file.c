/*
 * Opening what is ours and nobody else's. Called by the rooms that keep files: store, traffic, proxy, demo.
 */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"

enum { OTHERS = S_IRWXG | S_IRWXO };

void file_reason(int error, const char *dir, char *dst, size_t size_bytes)
{
	if (error == ENOSPC || error == EDQUOT)
		(void)snprintf(dst, size_bytes, "no space left on %s", dir);
	else if (error == ELOOP)
		(void)snprintf(dst, size_bytes, "it is a symbolic link; remove it");
	else
		(void)snprintf(dst, size_bytes, "%s", strerror(error));
}

static int refuse(const char *path, int error, struct errbuf *eb)
{
	const char *slash = strrchr(path, '/');
	char dir[512];
	char reason[sizeof(dir) + 32];

	(void)snprintf(dir, sizeof(dir), "%.*s", slash != NULL ? (int)(slash - path) : 1,
		slash != NULL ? path : ".");
	file_reason(error, dir, reason, sizeof(reason));
	(void)err_set(eb, ERR_IO, "cannot open %s: %s", path, reason);
	return -1;
}

int file_open_private(const char *path, int flags, struct errbuf *eb)
{
	/* Without O_NONBLOCK a FIFO of that name would keep us waiting for its other end. */
	int fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat status;
	int error = 0;

	if (fd < 0)
		return refuse(path, errno, eb);
	if (fstat(fd, &status) != 0)
		error = errno;
	else if (!S_ISREG(status.st_mode))
		error = EINVAL;
	else if ((status.st_mode & OTHERS) != 0 && fchmod(fd, 0600) != 0)
		error = errno;
	if (error == 0)
		return fd;
	close(fd);
	return refuse(path, error, eb);
}

bool file_write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		text.p += n > 0 ? n : 0;
		text.n -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool file_replace(const char *path, struct str text, bool sync)
{
	char beside[PATH_MAX];
	int fd, error;
	bool good;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return false;
	good = file_write_all(fd, text) && (!sync || fsync(fd) == 0);
	error = errno;
	if (close(fd) != 0 && good) {
		error = errno;
		good = false;
	}
	if (good && rename(beside, path) == 0)
		return true;
	error = good ? errno : error;
	(void)unlink(beside);
	errno = error;
	return false;
}

bool file_make_dirs_above(const char *path)
{
	char *copy = xstrdup(path);
	bool good = true;
	int error;

	for (char *slash = strchr(copy + 1, '/'); slash && good; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		good = mkdir(copy, 0700) == 0 || errno == EEXIST;
		*slash = '/';
	}
	error = errno;
	free(copy);
	errno = error;
	return good;
}

bool file_make_private_dir(const char *path, struct errbuf *eb)
{
	struct stat status;
	int error = 0;

	if (mkdir(path, 0700) == 0)
		return true;
	if (errno != EEXIST || lstat(path, &status) != 0)
		error = errno;
	else if (S_ISLNK(status.st_mode))
		error = ELOOP;
	else if (!S_ISDIR(status.st_mode))
		error = ENOTDIR;
	else if ((status.st_mode & OTHERS) != 0 && chmod(path, 0700) != 0)
		error = errno;
	if (error != 0)
		refuse(path, error, eb);
	return error == 0;
}

bool file_take_database(const char *path, struct errbuf *eb)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char name[PATH_MAX + 16];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct file_id id;
		int fd;

		(void)snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		if (i > 0 && !file_identify(name, &id))
			continue;
		fd = file_open_private(name, O_RDWR, eb);
		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

bool file_identify_fd(int fd, struct file_id *ret_id)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return false;
	*ret_id = (struct file_id){status.st_dev, status.st_ino};
	return true;
}

bool file_identify(const char *path, struct file_id *ret_id)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return false;
	*ret_id = (struct file_id){status.st_dev, status.st_ino};
	return true;
}

bool file_is(const char *path, const struct file_id *id)
{
	struct file_id now;

	return file_identify(path, &now) && now.device == id->device && now.inode == id->inode;
}
