/*
 * The way out when a signal ends the program. Owned by the screen, one at a time. The handler runs on a stack of
 * its own and calls async-signal-safe functions only (signal-safety(7)): write, tcsetattr, sigaction, raise. Then
 * the signal takes its former way, so that the exit status, a core file or a sanitizer's report is what it would
 * have been.
 */
#include "tui/term/crash_restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/xalloc.h"

/*
 * Every signal that ends a process gets the handler, but for these: they cannot be caught, end nothing, or are the
 * loop's, which ends as it should.
 */
static const int left_alone[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU,
	SIGURG, SIGWINCH, SIGTERM, SIGINT, SIGHUP};
enum { SIGNALS_END = 65, /* behind the last of Linux, SIGRTMAX */ CRASH_STACK = 64 * 1024 };

static struct {
	bool armed;
	char sequence[512];
	size_t len;
	struct termios modes;
	bool has_modes;
	bool caught[SIGNALS_END];
	struct sigaction former[SIGNALS_END]; /* of those that are caught */
	stack_t former_stack;
	void *stack;
	int held_fd; /* memory that stands in for stderr */
	int stderr_fd; /* the real one */
} restore = {.held_fd = -1, .stderr_fd = -1};

static void write_held(int from, int to)
{
	char block[512];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(from, block, sizeof(block), at)) > 0) {
		if (write(to, block, (size_t)n) < 0)
			break;
		at += n;
	}
}

static void on_end(int number)
{
	ssize_t written = write(STDOUT_FILENO, restore.sequence, restore.len);

	(void)written;
	if (restore.has_modes)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &restore.modes);
	if (restore.stderr_fd >= 0) {
		write_held(restore.held_fd, restore.stderr_fd);
		(void)dup2(restore.stderr_fd, STDERR_FILENO);
	}
	(void)sigaction(number, &restore.former[number], NULL);
	(void)raise(number); /* it is blocked here, and comes when this returns */
}

void crash_restore_remember(void)
{
	restore.has_modes = tcgetattr(STDIN_FILENO, &restore.modes) == 0;
}

/* One that is ignored ends nothing, and stays ignored. */
static void catch_signal(int number, const struct sigaction *action)
{
	struct sigaction *former = &restore.former[number];

	for (size_t i = 0; i < ARRAY_LEN(left_alone); i++)
		if (left_alone[i] == number)
			return;
	/* libc keeps some numbers for itself and refuses them. */
	if (sigaction(number, NULL, former) != 0 ||
		(!(former->sa_flags & SA_SIGINFO) && former->sa_handler == SIG_IGN))
		return;
	restore.caught[number] = sigaction(number, action, NULL) == 0;
}

void crash_restore_arm(const char *sequence)
{
	struct sigaction action;
	stack_t stack;

	restore.len = strlen(sequence);
	if (restore.len > sizeof(restore.sequence))
		restore.len = sizeof(restore.sequence);
	memcpy(restore.sequence, sequence, restore.len);

	restore.stack = xmalloc(CRASH_STACK);
	memset(&stack, 0, sizeof(stack));
	stack.ss_sp = restore.stack;
	stack.ss_size = CRASH_STACK;
	(void)sigaltstack(&stack, &restore.former_stack);

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_end;
	action.sa_flags = SA_ONSTACK;
	for (int i = 1; i < SIGNALS_END; i++)
		catch_signal(i, &action);
	restore.armed = true;
}

void crash_restore_disarm(void)
{
	if (!restore.armed)
		return;
	for (int i = 1; i < SIGNALS_END; i++)
		if (restore.caught[i])
			(void)sigaction(i, &restore.former[i], NULL);
	memset(restore.caught, 0, sizeof(restore.caught));
	(void)sigaltstack(&restore.former_stack, NULL);
	free(restore.stack);
	restore.stack = NULL;
	restore.armed = false;
}

void crash_restore_hold_stderr(void)
{
	if (restore.stderr_fd >= 0 || !isatty(STDERR_FILENO))
		return;
	(void)fflush(stderr);
	restore.held_fd = memfd_create("umbra-stderr", MFD_CLOEXEC);
	restore.stderr_fd = dup(STDERR_FILENO);
	if (restore.held_fd < 0 || restore.stderr_fd < 0 ||
		dup2(restore.held_fd, STDERR_FILENO) < 0) {
		close(restore.held_fd);
		close(restore.stderr_fd);
		restore.held_fd = restore.stderr_fd = -1;
	}
}

void crash_restore_release_stderr(void)
{
	if (restore.stderr_fd < 0)
		return;
	(void)fflush(stderr);
	(void)dup2(restore.stderr_fd, STDERR_FILENO);
	write_held(restore.held_fd, STDERR_FILENO);
	close(restore.held_fd);
	close(restore.stderr_fd);
	restore.held_fd = restore.stderr_fd = -1;
}
