/*
 * Starting and ending of the demo's processes, with real ones: this program starts itself in small roles.
 */
#include "core/demo/process.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t start_role(const char *role, int out, int lifeline, bool new_session)
{
	const char *const argv[] = {"test_process", role, NULL};

	return process_spawn(&(struct process_start){.argv = argv,
		.new_session = new_session,
		.out = out,
		.err = STDERR_FILENO,
		.death_pipe = lifeline,
		.report = -1});
}

static bool is_alive(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* ---- roles --------------------------------------------------------------------------------------- */

/* Stays until it is killed; TERM is not enough. Tells its id first. Ends by itself should the test fail. */
_Noreturn static void role_stubborn(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	(void)alarm(10);
	(void)printf("%d\n", (int)getpid());
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}

/* Starts a stubborn one in a session of its own, and goes: what HAProxy's master does to serve. */
static int role_parent(void)
{
	return start_role("stubborn", STDOUT_FILENO, -1, true) > 0 ? 0 : 1;
}

/* Tells which descriptors it was given. */
static int role_fds(void)
{
	int fd;

	for (fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			(void)printf("%d ", fd);
	return 0;
}

/* ---- tests --------------------------------------------------------------------------------------- */

static void read_text(int fd, char *dst, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n + 1 < size && (got = read(fd, dst + n, size - 1 - n)) > 0) {
		n += (size_t)got;
		if (dst[n - 1] == '\n')
			break;
	}
	dst[n] = '\0';
}

static void a_child_has_the_descriptors_it_was_given(void **state)
{
	const int stray = open("/dev/null", O_RDONLY);
	char text[256];
	int ends[2];
	int life[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pipe2(life, O_CLOEXEC), 0);
	assert_true(start_role("fds", ends[1], life[0], false) > 0);
	(void)close(ends[1]);
	read_text(ends[0], text, sizeof(text));
	assert_string_equal(text, "0 1 2 3 ");
	process_end_all(1000);
	(void)close(ends[0]);
	(void)close(life[0]);
	(void)close(life[1]);
	(void)close(stray);
}

static void orphans_in_their_own_session_are_ended(void **state)
{
	char text[64];
	int ends[2];
	pid_t orphan;

	(void)state;
	process_adopt_orphans();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(start_role("parent", ends[1], -1, false) > 0);
	(void)close(ends[1]);
	read_text(ends[0], text, sizeof(text));
	orphan = (pid_t)strtol(text, NULL, 10);
	assert_true(orphan > 1 && is_alive(orphan));
	process_end_all(200);
	assert_false(is_alive(orphan));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	(void)close(ends[0]);
}

static void ending_nothing_returns_at_once(void **state)
{
	(void)state;
	(void)alarm(60); /* which ends this program if the grace is waited for */
	process_end_all(24 * 3600 * 1000);
	(void)alarm(0);
}

static void a_tree_is_removed_and_links_are_not_followed(void **state)
{
	char dir[] = "/tmp/test-process-XXXXXX";
	char other[] = "/tmp/test-process-XXXXXX";
	char path[128];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_non_null(mkdtemp(other));
	(void)snprintf(path, sizeof(path), "%s/in", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/in/link", dir);
	assert_int_equal(symlink(other, path), 0);
	(void)snprintf(path, sizeof(path), "%s/file", other);
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_true(process_remove_tree(dir));
	assert_int_equal(access(dir, F_OK), -1);
	assert_int_equal(access(path, F_OK), 0);
	assert_true(process_remove_tree(other));
	assert_true(process_remove_tree(other));
}

static void options_are_read(void **state)
{
	static const struct {
		const char *argv[4];
		bool good;
	} cases[] = {
		{{"--port", "80"}, true},
		{{"--port", "65536"}, false},
		{{"--port"}, false},
		{{"--proxy", "127.0.0.1:8080"}, true},
		{{"--proxy", "proxy.example:8080"}, false},
		{{"--proxy", "127.0.0.1"}, false},
		{{"--rate", "12.5"}, true},
		{{"--rate", "0"}, false},
		{{"--seed", "-1"}, false},
		{{"--colour", "red"}, false},
		{{"word", "--seed", "7"}, true},
	};
	struct process_args args;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 0; n < 4 && cases[i].argv[n] != NULL; n++)
			;
		assert_int_equal(process_args_read(n, cases[i].argv, &args), cases[i].good);
	}
	assert_int_equal(args.seed, 7);
	assert_string_equal(args.domain, "env.localhost");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_has_the_descriptors_it_was_given),
		cmocka_unit_test(orphans_in_their_own_session_are_ended),
		cmocka_unit_test(ending_nothing_returns_at_once),
		cmocka_unit_test(a_tree_is_removed_and_links_are_not_followed),
		cmocka_unit_test(options_are_read),
	};

	if (argc > 1 && strcmp(argv[1], "stubborn") == 0)
		role_stubborn();
	if (argc > 1 && strcmp(argv[1], "parent") == 0)
		return role_parent();
	if (argc > 1 && strcmp(argv[1], "fds") == 0)
		return role_fds();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
