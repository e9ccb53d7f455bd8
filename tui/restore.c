/*
 * The crash path. Owned by the screen, one at a time. The handler runs on a stack of its own and calls
 * async-signal-safe functions only (signal-safety(7)): write, tcsetattr, sigaction, raise. Then the signal
 * takes its former way, so that a core file or a sanitizer's report is what it would have been.
 */
#include "tui/restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/mem.h"

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { CRASH_SIGNALS = (int)ARRAY_LEN(crash_signals), CRASH_STACK = 64 * 1024 };

static struct {
	bool armed;
	char sequence[512];
	size_t len;
	struct termios modes;
	bool has_modes;
	struct sigaction former[CRASH_SIGNALS];
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

static void on_crash(int number)
{
	ssize_t written = write(STDOUT_FILENO, restore.sequence, restore.len);

	(void)written;
	if (restore.has_modes)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &restore.modes);
	if (restore.stderr_fd >= 0) {
		write_held(restore.held_fd, restore.stderr_fd);
		(void)dup2(restore.stderr_fd, STDERR_FILENO);
	}
	for (int i = 0; i < CRASH_SIGNALS; i++)
		if (crash_signals[i] == number)
			(void)sigaction(number, &restore.former[i], NULL);
	(void)raise(number); /* it is blocked here, and comes when this returns */
}

void restore_remember(void)
{
	restore.has_modes = tcgetattr(STDIN_FILENO, &restore.modes) == 0;
}

void restore_arm(const char *sequence)
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
	action.sa_handler = on_crash;
	action.sa_flags = SA_ONSTACK;
	for (int i = 0; i < CRASH_SIGNALS; i++)
		(void)sigaction(crash_signals[i], &action, &restore.former[i]);
	restore.armed = true;
}

void restore_disarm(void)
{
	if (!restore.armed)
		return;
	for (int i = 0; i < CRASH_SIGNALS; i++)
		(void)sigaction(crash_signals[i], &restore.former[i], NULL);
	(void)sigaltstack(&restore.former_stack, NULL);
	free(restore.stack);
	restore.stack = NULL;
	restore.armed = false;
}

void restore_hold_stderr(void)
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

void restore_release_stderr(void)
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
