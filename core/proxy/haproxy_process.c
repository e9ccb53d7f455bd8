/*
 * Starts, finds and watches HAProxy. Used by the driver from the loop. Invariant: at most one process is
 * watched, and at most one launch is under way.
 */
#include "core/proxy/haproxy_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "core/base/xalloc.h"
#include "core/base/executable.h"
#include "core/base/strbuf.h"

enum { COMPLAINT_MAX = 64 << 10, VERSION_MAJOR = 2, VERSION_MINOR = 6 };

struct process {
	struct event_base *base;
	struct process_events events;
	char *dir;
	pid_t launcher; /* the child that becomes a daemon; 0 when none */
	struct bufferevent *complaints;
	struct strbuf complaint;
	pid_t pid;
	int pidfd;
	struct event *ended;
};

/* ---- the program ---------------------------------------------------------------------------------------- */

/* Where distributions put it for root only. */
static const char more_dirs[] = "/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin";

pid_t process_launch(const char *const *argv, int *ret_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	pid_t pid = 0;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return 0;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
#ifdef __GLIBC__
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	/* posix_spawn does not write to argv; its prototype is older than const. */
	char **arguments = (char **)(uintptr_t)argv;
	int error = posix_spawn(&pid, argv[0], &actions, &attributes, arguments, environ);
	if (error != 0)
		pid = 0;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (pid == 0)
		close(ends[0]);
	else
		*ret_fd = ends[0];
	errno = error;
	return pid;
}

/* The digits `text` begins with: "6-dev3" is 6. */
static bool read_number(struct str text, int *ret_number)
{
	uint64_t number;
	size_t digits = 0;

	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	if (!str_to_u64((struct str){text.p, digits}, &number) || number > INT_MAX)
		return false;
	*ret_number = (int)number;
	return true;
}

bool process_read_version(
	struct str text, char *dst, size_t size_bytes, int *ret_major, int *ret_minor)
{
	static const char *const leads[] = {"HAProxy version ", "HA-Proxy version "};

	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		if (!str_starts(text, str_of(leads[i])))
			continue;
		struct str rest = {text.p + strlen(leads[i]), text.n - strlen(leads[i])};
		struct str version = str_cut(&rest, ' ');
		struct str numbers = version;
		if (!read_number(str_cut(&numbers, '.'), ret_major) ||
			!read_number(str_cut(&numbers, '.'), ret_minor))
			return false;
		return str_copy(dst, size_bytes, version);
	}
	return false;
}

static enum err check_version(const char *program, char *dst, size_t size_bytes, struct errbuf *eb)
{
	const char *const argv[] = {program, "-v", NULL};
	char text[512];
	size_t len = 0;
	int fd, status, major = 0, minor = 0;
	pid_t pid = process_launch(argv, &fd);

	if (pid == 0)
		return err_set(eb, ERR_IO, "%s cannot be run: %s", program, strerror(errno));
	for (;;) {
		ssize_t got = read(fd, text + len, sizeof(text) - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (len += (size_t)got) == sizeof(text))
			break;
	}
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!process_read_version((struct str){text, len}, dst, size_bytes, &major, &minor))
		return err_set(eb, ERR_FAILED,
			"%s is not HAProxy: `%s -v` does not print its version", program, program);
	if (major < VERSION_MAJOR || (major == VERSION_MAJOR && minor < VERSION_MINOR))
		return err_set(eb, ERR_FAILED,
			"%s is HAProxy %s; 2.6 or newer is needed. Install it, or name another one "
			"with --haproxy PATH",
			program, dst);
	return ERR_NONE;
}

char *process_find(const char *program, char *ret_version, size_t size_bytes, struct errbuf *eb)
{
	char *path = program != NULL ? xstrdup(program) : executable_find("haproxy", more_dirs);

	if (path == NULL) {
		err_set(eb, ERR_NOT_FOUND,
			"haproxy is not installed: nothing of that name in PATH. Install HAProxy "
			"2.6 or newer (Debian: apt-get install haproxy), or name it with --haproxy "
			"PATH");
		return NULL;
	}
	if (access(path, X_OK) != 0) {
		err_set(eb, ERR_NOT_FOUND, "haproxy cannot be run: %s: %s", path, strerror(errno));
		free(path);
		return NULL;
	}
	if (check_version(path, ret_version, size_bytes, eb) != ERR_NONE) {
		free(path);
		return NULL;
	}
	return path;
}

/* What the file begins with; empty when it cannot be read. */
static struct str read_file(const char *path, char *dst, size_t size_bytes)
{
	FILE *file = fopen(path, "re");
	size_t len = file != NULL ? fread(dst, 1, size_bytes, file) : 0;

	if (file != NULL)
		fclose(file);
	return (struct str){dst, len};
}

static pid_t read_pid(const char *dir)
{
	struct strbuf path;
	char text[24] = "";
	uint64_t pid = 0;
	FILE *file;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/pid", dir);
	file = fopen(path.data, "re");
	strbuf_finish(&path);
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return str_to_u64(str_of(text), &pid) && pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Whether `pid` was started with this master socket. Workers were, too: they are copies of their master. */
static bool is_of(pid_t pid, const char *master, pid_t *ret_parent)
{
	char path[64], text[8192];
	struct str rest;
	uint64_t parent = 0;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	rest = read_file(path, text, sizeof(text));
	while (rest.n > 0 && !found)
		found = str_eq_c(str_cut(&rest, '\0'), master);
	if (!found)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	rest = read_file(path, text, sizeof(text));
	/* "4711 (haproxy) S 1 ...": the name may hold anything, so the last bracket counts. */
	while (str_find_char(rest, ')') < rest.n)
		str_cut(&rest, ')');
	rest = str_trim(rest);
	if (rest.n == 0 || rest.p[0] == 'Z')
		return false;
	str_cut(&rest, ' ');
	if (!str_to_u64(str_cut(&rest, ' '), &parent) || parent > INT_MAX)
		return false;
	*ret_parent = (pid_t)parent;
	return true;
}

/* The one whose parent is none of them. */
static pid_t find_master(const char *master)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0, parent, other;
	uint64_t pid;

	while (dir != NULL && found == 0 && (entry = readdir(dir)) != NULL)
		if (str_to_u64(str_of(entry->d_name), &pid) && pid > 1 && pid <= INT_MAX &&
			is_of((pid_t)pid, master, &parent) && !is_of(parent, master, &other))
			found = (pid_t)pid;
	if (dir != NULL)
		closedir(dir);
	return found;
}

pid_t process_of_dir(const char *dir)
{
	struct strbuf path;
	pid_t pid = read_pid(dir), parent;

	strbuf_init(&path, 8192);
	strbuf_addf(&path, "%s/master.sock", dir);
	if (pid == 0 || !is_of(pid, path.data, &parent) || is_of(parent, path.data, &parent))
		pid = find_master(path.data);
	strbuf_finish(&path);
	return pid;
}

/* ---- the process ------------------------------------------------------------------------------------------ */

struct process *process_create(struct event_base *base, const struct process_events *events)
{
	struct process *process = xcalloc(1, sizeof(*process));

	process->base = base;
	process->events = *events;
	process->pidfd = -1;
	strbuf_init(&process->complaint, COMPLAINT_MAX);
	return process;
}

static void unwatch(struct process *process)
{
	if (process->ended != NULL)
		event_free(process->ended);
	if (process->pidfd >= 0)
		close(process->pidfd);
	process->ended = NULL;
	process->pidfd = -1;
	process->pid = 0;
}

static void on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct process *process = arg;

	(void)fd;
	(void)what;
	unwatch(process);
	process->events.ended(process->events.arg);
}

bool process_watch(struct process *process, pid_t pid)
{
	unwatch(process);
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0)
		return false;
	process->pid = pid;
	process->ended = event_new(process->base, process->pidfd, EV_READ, on_ended, process);
	event_add(process->ended, NULL);
	return true;
}

pid_t process_pid(const struct process *process)
{
	return process->pid;
}

void process_signal(struct process *process, int signal)
{
	/* Through the pidfd: a number that was given to another process since cannot be hit. */
	if (process->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0);
}

/* The launcher has closed its output: it is a daemon now, or it has failed. */
static void on_launched(struct bufferevent *bev, short what, void *arg)
{
	struct process *process = arg;
	pid_t pid = 0;
	int status = 1;

	(void)what;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(input);
	strbuf_reset(&process->complaint);
	strbuf_add(&process->complaint, (const char *)evbuffer_pullup(input, -1), len);
	bufferevent_free(bev);
	process->complaints = NULL;
	/* It ends with its output; what is left of it takes no time. */
	while (waitpid(process->launcher, &status, 0) < 0 && errno == EINTR)
		;
	process->launcher = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		pid = read_pid(
			process->dir); /* its socket is not there yet: it executes itself anew */
	process->events.started(process->events.arg, pid, strbuf_str(&process->complaint));
}

void process_start(struct process *process, const char *program, const char *dir)
{
	struct strbuf text;
	int fd = -1;

	free(process->dir);
	process->dir = xstrdup(dir);
	strbuf_init(&text, 4096);
	strbuf_addf(&text, "%s/pid", dir);
	char *pid = strbuf_detach(&text);
	strbuf_addf(&text, "%s/master.sock", dir);
	char *master = strbuf_detach(&text);
	strbuf_addf(&text, "%s/haproxy.cfg", dir);
	char *config = strbuf_detach(&text);
	const char *const argv[] = {
		program, "-W", "-D", "-p", pid, "-S", master, "-f", config, NULL};
	process->launcher = process_launch(argv, &fd);
	free(pid);
	free(master);
	free(config);
	if (process->launcher == 0) {
		process->events.started(process->events.arg, 0, str_of("it could not be run"));
		return;
	}
	evutil_make_socket_nonblocking(fd);
	process->complaints = bufferevent_socket_new(
		process->base, fd, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_setcb(process->complaints, NULL, NULL, on_launched, process);
	bufferevent_enable(process->complaints, EV_READ);
}

void process_destroy(struct process *process)
{
	if (process == NULL)
		return;
	unwatch(process);
	if (process->complaints != NULL)
		bufferevent_free(process->complaints);
	strbuf_finish(&process->complaint);
	free(process->dir);
	free(process);
}
