/*
 * Makes the temporary directory, starts the host in it, and waits: for the end of the lifeline (who
 * started the demo is gone, or wants it gone), for the end of the host, or for TERM. Then it ends every
 * descendant and removes the directory.
 *
 * The host holds a lifeline to the guardian in turn, and does the same when that breaks.
 */
#include "core/demo/guardian.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "core/demo/process.h"

enum { ARGS_MAX = 32, GRACE_MS = 4000, DIR_MAX = 64 };

/* Sockets live in there and their paths hold 107 bytes, so a long TMPDIR is no place. */
static bool make_dir(char dir[DIR_MAX])
{
	const char *where = getenv("TMPDIR");

	if (where == NULL || *where != '/' || strlen(where) > 32 || strpbrk(where, "$,") != NULL)
		where = "/tmp";
	(void)snprintf(dir, DIR_MAX, "%s/umbra-demo-XXXXXX", where);
	return mkdtemp(dir) != NULL;
}

static pid_t start_host(int argc, const char *const *argv, const char *dir, int *ret_lifeline)
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
		.lifeline = ends[0],
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

int guardian_main(int argc, const char *const *argv)
{
	char dir[DIR_MAX];
	sigset_t set;
	int signals;
	int lifeline = -1;
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
	if (signals < 0 || !make_dir(dir)) {
		(void)dprintf(
			PROCESS_REPORT, "failed no temporary directory: %s\n", strerror(errno));
		return 1;
	}
	host = start_host(argc, argv, dir, &lifeline);
	/* Only the host reports from here on: when it ends, the reader sees the end. */
	(void)close(PROCESS_REPORT);
	if (host > 0)
		watch(host, signals);
	process_end_all(GRACE_MS);
	(void)process_remove_tree(dir);
	return 0;
}
