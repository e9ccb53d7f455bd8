/*
 * Making and locking the state directory, for stores with files. The lock is flock(2) on dir/lock: the
 * kernel gives it up with the process. The file's text, the holder's pid, is only for the sentence that
 * a second control plane gets.
 */
#include "core/store/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/str.h"

static enum err refuse(const char *dir, int error, struct errbuf *eb)
{
	bool file = error == ENOTDIR || error == EEXIST;
	bool full = error == ENOSPC || error == EDQUOT;
	char reason[PATH_MAX + 64];

	file_reason(error, dir, reason, sizeof(reason));
	return err_set(eb, ERR_IO, "cannot keep state in %s: %s; %schoose another with --data", dir,
		file ? "it, or something above it, is not a directory" : reason,
		full ? "make room there, or " : "");
}

static enum err make_dirs(const char *dir, struct errbuf *eb)
{
	struct stat status;

	if (dir[0] == '\0')
		return refuse(dir, ENOENT, eb);
	if (!file_make_dirs_above(dir) || (mkdir(dir, 0700) != 0 && errno != EEXIST))
		return refuse(dir, errno, eb);
	if (stat(dir, &status) != 0 || !S_ISDIR(status.st_mode))
		return refuse(dir, ENOTDIR, eb);
	return ERR_NONE;
}

static void name_holder(int fd, const char *dir, struct errbuf *eb)
{
	char text[24] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	struct str pid = str_trim((struct str){text, len > 0 ? (size_t)len : 0});

	pid.n = str_find_char(pid, '\n');
	if (pid.n > 0)
		err_set(eb, ERR_IO,
			"another control plane (pid %.*s) uses %s; stop it or choose another "
			"directory with --data",
			STR_ARG(pid), dir);
	else
		err_set(eb, ERR_IO,
			"another control plane uses %s; stop it or choose another directory with "
			"--data",
			dir);
}

int state_dir_acquire(const char *dir, struct errbuf *eb)
{
	return make_dirs(dir, eb) == ERR_NONE ? state_dir_lock(dir, eb) : -1;
}

int state_dir_lock(const char *dir, struct errbuf *eb)
{
	char path[PATH_MAX];
	char pid[24];
	int len;
	int fd;

	len = snprintf(path, sizeof(path), "%s/lock", dir);
	if (len < 0 || (size_t)len >= sizeof(path)) {
		refuse(dir, ENAMETOOLONG, eb);
		return -1;
	}
	fd = file_open_private(path, O_RDWR, eb);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		name_holder(fd, dir, eb);
		close(fd);
		return -1;
	}
	len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	/* Without its text (a full disk) the lock still holds. */
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, pid, (size_t)len, 0);
	return fd;
}
