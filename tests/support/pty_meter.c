/*
 * The counting terminal, see pty_meter.h.
 */
#include "tests/support/pty_meter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/time.h"

enum { RAW_MAX = 1 << 20, ANSWER_MS = 2000, ANSWER_GAP_MS = 10 };

/* exec tells of its failure through a pipe that a success closes. */
static void become(const char *const *argv, int failed)
{
	(void)setenv("TERM", "xterm-256color", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setenv("XDG_CONFIG_HOME", "/dev/null/nowhere", 1);
	(void)setenv("XDG_STATE_HOME", "/dev/null", 1);
	(void)unsetenv("NO_COLOR");
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	if (write(failed, "!", 1) != 1)
		_exit(126);
	_exit(127);
}

bool pty_meter_start(struct pty_meter *term, const char *const *argv)
{
	struct winsize size = {.ws_row = PTY_METER_ROWS, .ws_col = PTY_METER_COLS};
	int failed[2];
	char mark;

	memset(term, 0, sizeof(*term));
	if (pipe2(failed, O_CLOEXEC) != 0)
		return false;
	strbuf_init(&term->raw, RAW_MAX);
	term->start_ns = time_monotonic_ns();
	term->pid = forkpty(&term->master, NULL, NULL, &size);
	if (term->pid == 0)
		become(argv, failed[1]);
	(void)close(failed[1]);
	if (term->pid < 0 || read(failed[0], &mark, 1) == 1) {
		(void)close(failed[0]);
		pty_meter_stop(term);
		return false;
	}
	(void)close(failed[0]);
	(void)fcntl(term->master, F_SETFD, FD_CLOEXEC);
	(void)fcntl(term->master, F_SETFL, O_NONBLOCK);
	return true;
}

void pty_meter_stop(struct pty_meter *term)
{
	int64_t until_ms = time_monotonic_ms() + 1000;

	if (term->pid <= 0)
		return;
	(void)kill(term->pid, SIGTERM);
	while (waitpid(term->pid, NULL, WNOHANG) == 0) {
		(void)pty_meter_read(term, 5); /* it may wait for its last bytes to be taken */
		if (time_monotonic_ms() > until_ms)
			(void)kill(term->pid, SIGKILL);
	}
	(void)close(term->master);
	strbuf_finish(&term->raw);
	term->pid = 0;
}

/* What its ground is, a terminal says when it is asked (OSC 11): here a dark one. */
static void answer(const struct pty_meter *term, const char *bytes, size_t len)
{
	static const char question[] = "\033]11;?";
	static const char dark[] = "\033]11;rgb:0000/0000/0000\033\\";

	if (memmem(bytes, len, question, sizeof(question) - 1))
		(void)!write(term->master, dark, sizeof(dark) - 1);
}

bool pty_meter_read(struct pty_meter *term, int ms)
{
	struct pollfd fd = {.fd = term->master, .events = POLLIN};
	char block[65536];
	ssize_t len;

	if (poll(&fd, 1, ms) <= 0)
		return false;
	len = read(term->master, block, sizeof(block));
	if (len <= 0) {
		if (len == 0 || errno != EAGAIN)
			term->ended = true;
		return false;
	}
	term->last_ns = time_monotonic_ns();
	term->bytes += (uint64_t)len;
	strbuf_add(&term->raw, block, (size_t)len);
	answer(term, block, (size_t)len);
	return true;
}

static double ms_between(int64_t from_ns, int64_t to_ns)
{
	return (double)(to_ns - from_ns) / 1e6;
}

double pty_meter_until(struct pty_meter *term, const char *text, int ms)
{
	int64_t until_ms = time_monotonic_ms() + ms;
	size_t seen = 0;

	while (!term->ended && time_monotonic_ms() < until_ms) {
		size_t back = strlen(text);

		if (!pty_meter_read(term, 20))
			continue;
		if (memmem(term->raw.data + seen, term->raw.len - seen, text, back) != NULL)
			return ms_between(term->start_ns, term->last_ns);
		seen = term->raw.len > back ? term->raw.len - back : 0;
	}
	return -1;
}

double pty_meter_settle(struct pty_meter *term, int quiet_ms, int ms)
{
	int64_t until_ms = time_monotonic_ms() + ms;

	while (!term->ended && time_monotonic_ms() < until_ms) {
		if (!pty_meter_read(term, quiet_ms) && term->bytes > 0)
			break;
	}
	return term->bytes > 0 ? ms_between(term->start_ns, term->last_ns) : -1;
}

double pty_meter_press(struct pty_meter *term, const char *keys)
{
	int64_t begin_ns;

	while (pty_meter_read(term, 0))
		;
	begin_ns = time_monotonic_ns();
	if (write(term->master, keys, strlen(keys)) != (ssize_t)strlen(keys) ||
		!pty_meter_read(term, ANSWER_MS))
		return -1;
	while (pty_meter_read(term, ANSWER_GAP_MS))
		;
	return ms_between(begin_ns, term->last_ns);
}
