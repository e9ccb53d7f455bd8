/*
 * A demo that starts while another looks for what dead demos have left: its lock has a name only once it is held.
 * The guardian is stopped at each system call on the way there.
 */
#include "core/demo/reaper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/demo/process.h"

static char where[32];

static pid_t start_guardian(void)
{
	static const char *const argv[] = {"__shop", "guardian", NULL};
	pid_t child = fork();
	int status;

	if (child == 0) {
		(void)setenv("TMPDIR", where, 1);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		(void)raise(SIGSTOP);
		_exit(reaper_main(2, argv));
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		skip(); /* nobody is traced here */
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD), 0);
	return child;
}

/* Runs it on to its next system call, and says which it is; -1: what comes out of one. */
static long next_call(pid_t child)
{
	struct __ptrace_syscall_info info;
	int status;

	for (;;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) > 0);
		return info.op == PTRACE_SYSCALL_INFO_ENTRY ? (long)info.entry.nr : -1;
	}
}

/* Whether the one directory that is there has a lock, and whether it could be taken. */
static bool find_lock(bool *ret_free)
{
	DIR *all = opendir(where);
	struct dirent *entry;
	char path[320];
	int fd = -1;

	assert_non_null(all);
	while ((entry = readdir(all)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/demo.lock", where, entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	(void)closedir(all);
	if (fd < 0)
		return false;
	*ret_free = flock(fd, LOCK_EX | LOCK_NB) == 0;
	(void)close(fd);
	return true;
}

static void a_lock_with_a_name_is_held(void **state)
{
	pid_t child;
	bool is_free = false, found = false;
	int status;

	(void)state;
	(void)snprintf(where, sizeof(where), "/tmp/umbra-guard-XXXXXX");
	assert_non_null(mkdtemp(where));
	child = start_guardian();
	for (int i = 0; i < 1000 && !found; i++) {
		(void)next_call(child);
		found = find_lock(&is_free);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(process_remove_tree(where));
	assert_true(found);
	assert_false(is_free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lock_with_a_name_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
