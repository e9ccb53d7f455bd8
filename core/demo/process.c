/*
 * Starting and ending of the demo's processes.
 *
 * A descendant can hide from its parent (a new session, a dead parent in between) but not from a
 * subreaper: whoever loses its parent becomes our child. So "no child left" is "nothing left".
 */
#include "core/demo/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"

/* ---- what a process is told ---------------------------------------------------------------------- */

static bool read_port(const char *value, uint16_t *ret_port)
{
	uint64_t n;

	if (!str_to_u64(str_of(value), &n) || n > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)n;
	return true;
}

static bool read_option(const char *name, const char *value, struct process_args *args)
{
	struct endpoint_parts parts;

	if (strcmp(name, "--port") == 0)
		return read_port(value, &args->port);
	if (strcmp(name, "--seed") == 0)
		return str_to_u64(str_of(value), &args->seed);
	if (strcmp(name, "--rate") == 0)
		return str_to_double(str_of(value), &args->rate) && args->rate > 0;
	if (strcmp(name, "--proxy") == 0) {
		if (!endpoint_parse(str_of(value), &parts) || !parts.is_address)
			return false;
		args->proxy_port = parts.port;
		return str_copy(args->proxy_address, sizeof(args->proxy_address), parts.host);
	}
	if (strcmp(name, "--domain") == 0)
		args->domain = value;
	else if (strcmp(name, "--dir") == 0)
		args->dir = value;
	else if (strcmp(name, "--haproxy") == 0)
		args->haproxy = value;
	else
		return false;
	return true;
}

bool process_args_read(int argc, const char *const *argv, struct process_args *ret_args)
{
	struct process_args args = {.domain = "env.localhost", .rate = 50};
	int i;

	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0)
			continue;
		if (i + 1 >= argc || !read_option(argv[i], argv[i + 1], &args))
			return false;
		i++;
	}
	*ret_args = args;
	return true;
}

/* ---- starting ------------------------------------------------------------------------------------ */

/* Moves `from` to `to` for the program that is started; -1 leaves it closed. */
static void take_fd(int from, int to)
{
	if (from >= 0)
		(void)dup2(from, to);
	else
		(void)close(to);
}

enum { FDS = 6 }; /* that a program is started with, from 0 on */

/* In the child, up to exec: nothing here may allocate or lock. */
static void become(const struct process_start *s, const char *program, pid_t parent)
{
	const int null = open("/dev/null", O_RDWR);
	sigset_t none;
	int fds[] = {null, s->out >= 0 ? s->out : null, s->err >= 0 ? s->err : null, s->death_pipe,
		s->report, s->lock > 0 ? s->lock : -1};
	int i;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (s->new_session)
		(void)setsid();
	if (s->death_signal != 0) {
		(void)prctl(PR_SET_PDEATHSIG, s->death_signal);
		if (getppid() != parent) /* it went before we asked to be told */
			_exit(127);
	}
	/* Out of the way first, so that no target is overwritten before it is moved. */
	for (i = 0; i < FDS; i++)
		if (fds[i] >= 0)
			fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 16);
	for (i = 0; i < FDS; i++)
		take_fd(fds[i], i);
	(void)close_range(FDS, ~0U, 0);
	/* execv() does not write to argv; its type is older than const (POSIX, exec, rationale). */
	(void)execv(program, (char *const *)(uintptr_t)s->argv);
	_exit(127);
}

pid_t process_spawn(const struct process_start *start)
{
	char program[PATH_MAX];
	const pid_t parent = getpid();
	const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	pid_t pid;

	/* By its path where that still is the program, for ps; else by the link, which always is. */
	if (n > 0)
		program[n] = '\0';
	if (n <= 0 || access(program, X_OK) != 0)
		(void)snprintf(program, sizeof(program), "/proc/self/exe");
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(start, program, parent);
	return pid;
}

/* ---- ending -------------------------------------------------------------------------------------- */

void process_adopt_orphans(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1L);
}

/* The parent of a process, from /proc/PID/stat: "PID (name, which may have any byte) S PPID ...". */
static pid_t parent_of(const char *pid)
{
	char path[64];
	char text[512];
	const char *after;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	after = strrchr(text, ')');
	return after != NULL && strlen(after) > 4 ? (pid_t)strtol(after + 4, NULL, 10) : -1;
}

static void signal_children(int signal)
{
	const pid_t self = getpid();
	const struct dirent *entry;
	uint64_t pid;
	DIR *dir = opendir("/proc");

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (str_to_u64(str_of(entry->d_name), &pid) && parent_of(entry->d_name) == self)
			(void)kill((pid_t)pid, signal);
	(void)closedir(dir);
}

/* Collects the dead; false when there is no child, dead or alive. */
static bool have_children(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG);
	while (pid > 0 || (pid < 0 && errno == EINTR));
	return pid == 0;
}

void process_end_all(int grace_ms)
{
	const int64_t until = time_monotonic_ms() + grace_ms;

	signal_children(SIGTERM);
	while (have_children()) {
		if (time_monotonic_ms() >= until)
			signal_children(SIGKILL);
		(void)poll(NULL, 0, 10);
	}
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	(void)remove(path);
	return 0;
}

bool process_remove_tree(const char *path)
{
	(void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return access(path, F_OK) != 0;
}
