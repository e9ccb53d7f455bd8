/*
 * Makes the temporary directory, starts the host in it, and waits: for the end of the death_pipe (who
 * started the demo is gone, or wants it gone), for the end of the host, or for TERM. Then it ends every
 * descendant and removes the directory. Before that it removes what dead demos have left, whose reaper and
 * host were killed at once.
 *
 * The host holds a death_pipe to the reaper in turn, and does the same when that breaks.
 */
#include "core/demo/reaper.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "core/base/file.h"
#include "core/demo/process.h"

enum {
	ARGS_MAX = 32,
	GRACE_MS = 4000,
	DIR_MAX = 64,
	LEFT_MS = 2000, /* for the proxy of a dead demo to end */
};

#define NAME_PREFIX "umbra-demo-"

/* Sockets live in there and their paths hold 107 bytes, so a long TMPDIR is no place; nor one HAProxy expands. */
static const char *temporary_dir(void)
{
	const char *where = getenv("TMPDIR");

	if (where == NULL || *where != '/' || strlen(where) > 32 || strpbrk(where, "$,") != NULL)
		return "/tmp";
	return where;
}

/* The lock of a demo's directory, held by reaper and host until the last of them ends. */
#define LOCK "demo.lock"
#define LOCK_FRESH "demo.lock.new"

/* -1 when there is none, or somebody holds it. */
static int take_lock(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* It gets its name when it is taken: another demo that starts would take one that nobody holds, and its directory. */
static int make_lock(int dir)
{
	int fd = take_lock(dir, LOCK_FRESH, O_CREAT | O_EXCL);

	if (fd < 0 || renameat(dir, LOCK_FRESH, dir, LOCK) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool make_dir(const char *where, char dir[DIR_MAX], int *ret_lock)
{
	int fd;

	(void)snprintf(dir, DIR_MAX, "%s/" NAME_PREFIX "XXXXXX", where);
	if (mkdtemp(dir) == NULL)
		return false;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_lock = fd >= 0 ? make_lock(fd) : -1;
	if (fd >= 0)
		(void)close(fd);
	if (*ret_lock < 0) {
		int error = errno;

		(void)rmdir(dir);
		errno = error;
	}
	return *ret_lock >= 0;
}

/* ---- what dead demos have left --------------------------------------------------------------------- */

/* Whether a process has `path` in its command line, as HAProxy has the path of its configuration. */
static bool was_started_with(pid_t pid, const char *path)
{
	char name[64];
	char words[4096];
	ssize_t n;
	int fd;

	(void)snprintf(name, sizeof(name), "/proc/%d/cmdline", (int)pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, words, sizeof(words));
	(void)close(fd);
	return n > 0 && memmem(words, (size_t)n, path, strlen(path)) != NULL;
}

/* HAProxy routes on when everything else was killed; it has a session of its own. */
static void end_proxy(const char *dir)
{
	char path[DIR_MAX + 32];
	char text[24] = "";
	pid_t pid;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/data/proxy/pid", dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	pid = (pid_t)strtol(text, NULL, 10);
	for (int i = 0; i < LEFT_MS / 10 && pid > 1 && was_started_with(pid, dir); i++) {
		(void)kill(pid, i < LEFT_MS / 20 ? SIGTERM : SIGKILL);
		(void)poll(NULL, 0, 10);
	}
}

/* The demos whose reaper and host were killed at once: nobody holds their lock. */
static void remove_leftovers(const char *where)
{
	DIR *all = opendir(where);
	struct dirent *entry;

	while (all != NULL && (entry = readdir(all)) != NULL) {
		char dir[DIR_MAX];
		struct stat status;
		int fd = -1;
		int lock = -1;

		if (strncmp(entry->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0 ||
			strlen(entry->d_name) != strlen(NAME_PREFIX "XXXXXX"))
			continue;
		(void)snprintf(dir, sizeof(dir), "%.32s/%.20s", where, entry->d_name);
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid())
			lock = take_lock(fd, LOCK, 0);
		if (lock >= 0) {
			end_proxy(dir);
			(void)process_remove_tree(dir);
			(void)close(lock);
		}
		if (fd >= 0)
			(void)close(fd);
	}
	if (all != NULL)
		(void)closedir(all);
}

static pid_t start_host(
	int argc, const char *const *argv, const char *dir, int lock, int *ret_lifeline)
{
	const char *args[ARGS_MAX + 6] = {"umbra", "__shop", "host", "--dir", dir};
	int ends[2];
	pid_t pid;
	int i;

	for (i = 2; i < argc && i < ARGS_MAX; i++)
		args[i + 3] = argv[i];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = process_spawn(&(struct process_start){.argv = args,
		.death_signal = SIGTERM,
		.out = -1,
		.err = STDERR_FILENO,
		.death_pipe = ends[0],
		.lock = lock,
		.report = PROCESS_REPORT});
	(void)close(ends[0]);
	*ret_lifeline = ends[1];
	return pid;
}

/* Until the demo is to end. Orphans that come to us and die meanwhile are collected. */
static void watch(pid_t host, int signals)
{
	struct pollfd fds[] = {{PROCESS_LIFELINE, POLLIN, 0}, {signals, POLLIN, 0}};
	struct signalfd_siginfo info;
	pid_t pid;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0)
			return;
		if (fds[1].revents == 0)
			continue;
		if (read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGCHLD)
			return;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			if (pid == host)
				return;
	}
}

int reaper_main(int argc, const char *const *argv)
{
	char dir[DIR_MAX];
	sigset_t set;
	int signals;
	const char *where = temporary_dir();
	int death_pipe = -1;
	int lock = -1;
	pid_t host;

	process_adopt_orphans();
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)fcntl(PROCESS_LIFELINE, F_SETFD, FD_CLOEXEC);
	(void)fcntl(PROCESS_REPORT, F_SETFD, FD_CLOEXEC);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	remove_leftovers(where);
	if (signals < 0 || !make_dir(where, dir, &lock)) {
		char reason[64];

		file_reason(errno, where, reason, sizeof(reason));
		(void)dprintf(PROCESS_REPORT,
			"failed no directory can be made in %s: %s; TMPDIR names another place\n",
			where, reason);
		return 1;
	}
	host = start_host(argc, argv, dir, lock, &death_pipe);
	/* Only the host reports from here on: when it ends, the reader sees the end. */
	(void)close(PROCESS_REPORT);
	if (host > 0)
		watch(host, signals);
	process_end_all(GRACE_MS);
	(void)process_remove_tree(dir);
	return 0;
}
