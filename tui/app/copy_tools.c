/*
 * Copying by other programs, see copy_tools.h. Called by clipboard.c.
 *
 * The text is written into the pipe before the program runs: a pipe of PIPE_BYTES holds all of it, so no write is
 * left over. The end of a program is heard through its pidfd.
 */
#include "tui/app/copy_tools.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/xalloc.h"

enum { PIPE_BYTES = 128 * 1024, PATIENCE_S = 3 };

/* Of those with the same name one is enough: the next is tried where one is not there, or fails. */
static const struct way {
	const char *name;
	const char *variable; /* says that what it copies to is there; NULL: that is always there */
	const char *argv[5];
} ways[] = {
	/* -w: also to the clipboard of the terminal that tmux runs in; unknown before 3.2 */
	{"tmux's buffer", "TMUX", {"tmux", "load-buffer", "-w", "-", NULL}},
	{"tmux's buffer", "TMUX", {"tmux", "load-buffer", "-", NULL}},
	{"the Wayland clipboard", "WAYLAND_DISPLAY", {"wl-copy", NULL}},
	{"the X clipboard", "DISPLAY", {"xclip", "-selection", "clipboard", NULL}},
	{"the X clipboard", "DISPLAY", {"xsel", "--clipboard", "--input", NULL}},
	{"the clipboard", NULL, {"pbcopy", NULL}},
};
enum { WAYS = (int)ARRAY_LEN(ways) };

/* One that runs. */
struct tool {
	struct copy_tools *tools;
	struct tool *next;
	int way;
	unsigned copy; /* for which it was started */
	pid_t pid;
	int pidfd;
	struct event *ended;
};

struct copy_tools {
	struct event_base *base;
	copy_tools_done *done;
	void *arg;
	char text[COPY_TEXT_MAX];
	size_t len;
	struct tool *running;
	unsigned copy; /* counts them: what an earlier one leads to is no longer told */
	char took[COPY_SAID_MAX];
	char failed[COPY_SAID_MAX];
};

static void add_words(char dst[COPY_SAID_MAX], const char *words)
{
	size_t used = strlen(dst);

	(void)snprintf(dst + used, COPY_SAID_MAX - used, "%s%s", used > 0 ? ", " : "", words);
}

/* The reading end of a pipe with the text in it; -1 when there is none. */
static int make_input(const struct copy_tools *tools)
{
	int fds[2];
	ssize_t written;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES);
	(void)fcntl(fds[1], F_SETFL, O_NONBLOCK);
	written = write(fds[1], tools->text, tools->len);
	(void)close(fds[1]);
	if (written == (ssize_t)tools->len)
		return fds[0];
	(void)close(fds[0]);
	return -1;
}

/* In a session of its own: xclip and wl-copy go on holding the text when the terminal is gone. 0 when it is not there. */
static pid_t spawn(const struct way *way, int input)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid = 0;

	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		(void)posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	/* execve() does not write to argv; its type is older than const (POSIX, exec, rationale). */
	if (posix_spawnp(&pid, way->argv[0], &files, &attributes,
		    (char *const *)(uintptr_t)way->argv, environ) != 0)
		pid = 0;
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return pid;
}

static void tool_destroy(struct tool *tool)
{
	event_free(tool->ended);
	(void)close(tool->pidfd);
	free(tool);
}

static void take_out(struct copy_tools *tools, const struct tool *tool)
{
	struct tool **at = &tools->running;

	while (*at != tool)
		at = &(*at)->next;
	*at = tool->next;
}

static bool start(struct copy_tools *tools, int way);

static bool start_next(struct copy_tools *tools, int way)
{
	return way + 1 < WAYS && strcmp(ways[way + 1].name, ways[way].name) == 0 &&
	       start(tools, way + 1);
}

static void tell_when_all_ended(struct copy_tools *tools)
{
	for (const struct tool *tool = tools->running; tool; tool = tool->next)
		if (tool->copy == tools->copy)
			return;
	tools->done(tools->arg, tools->took, tools->failed);
}

static void note_end(struct copy_tools *tools, int index, int status)
{
	const struct way *way = &ways[index];
	char why[48];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		add_words(tools->took, way->name);
		return;
	}
	if (start_next(tools, index))
		return;
	if (WIFEXITED(status))
		(void)snprintf(why, sizeof(why), "%s exited %d", way->argv[0], WEXITSTATUS(status));
	else
		(void)snprintf(
			why, sizeof(why), "%s did not end in %d s", way->argv[0], PATIENCE_S);
	add_words(tools->failed, why);
}

/* What has not ended in time is ended, and that is heard in turn. */
static void on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct tool *tool = arg;
	struct copy_tools *tools = tool->tools;
	bool is_told = tool->copy == tools->copy;
	int way = tool->way;
	int status = 0;

	(void)fd;
	if (what & EV_TIMEOUT) {
		(void)kill(tool->pid, SIGKILL);
		(void)event_add(tool->ended, NULL);
		return;
	}
	(void)waitpid(tool->pid, &status, 0); /* it has ended: this waits for nothing */
	take_out(tools, tool);
	tool_destroy(tool);
	if (!is_told)
		return;
	note_end(tools, way, status);
	tell_when_all_ended(tools);
}

/* False when it is not there, and no other of its name. */
static bool start(struct copy_tools *tools, int index)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	const struct way *way = &ways[index];
	const char *value = way->variable ? getenv(way->variable) : "yes";
	struct tool *tool;
	pid_t pid;
	int input;

	if (!value || *value == '\0')
		return false;
	input = make_input(tools);
	if (input < 0)
		return false;
	pid = spawn(way, input);
	(void)close(input);
	if (pid == 0)
		return start_next(tools, index);
	tool = xcalloc(1, sizeof(*tool));
	*tool = (struct tool){tools, tools->running, index, tools->copy, pid,
		(int)syscall(SYS_pidfd_open, pid, 0), NULL};
	tools->running = tool;
	tool->ended = event_new(tools->base, tool->pidfd, EV_READ, on_ended, tool);
	(void)event_add(tool->ended, &patience);
	return true;
}

/* ---- the terminal's own ---- */

/* RFC 4648, section 4. */
static void add_base64(struct strbuf *out, struct str text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < text.n; i += 3) {
		size_t left = text.n - i;
		uint32_t three = 0;

		for (size_t j = 0; j < 3; j++)
			three = three << 8 | (j < left ? (unsigned char)text.p[i + j] : 0U);
		for (size_t j = 0; j < 4; j++)
			strbuf_add_char(out, j <= left ? digits[three >> (18 - 6 * j) & 63] : '=');
	}
}

void copy_osc52(struct strbuf *out, struct str text)
{
	strbuf_add_c(out, "\033]52;c;");
	add_base64(out, text);
	strbuf_add_c(out, "\a");
}

/* ---- beginning and end ---- */

struct copy_tools *copy_tools_create(struct event_base *base, copy_tools_done *done, void *arg)
{
	struct copy_tools *tools = xcalloc(1, sizeof(*tools));

	tools->base = base;
	tools->done = done;
	tools->arg = arg;
	return tools;
}

void copy_tools_destroy(struct copy_tools *tools)
{
	if (!tools)
		return;
	for (struct tool *tool = tools->running, *next; tool; tool = next) {
		next = tool->next;
		tool_destroy(tool);
	}
	free(tools);
}

bool copy_tools_start(struct copy_tools *tools, struct str text)
{
	bool any = false;

	tools->copy++;
	tools->took[0] = tools->failed[0] = '\0';
	if (text.n > sizeof(tools->text))
		return false;
	memcpy(tools->text, text.p, text.n);
	tools->len = text.n;
	for (int i = 0; i < WAYS; i++)
		if (i == 0 || strcmp(ways[i].name, ways[i - 1].name) != 0)
			any = start(tools, i) || any;
	return any;
}
