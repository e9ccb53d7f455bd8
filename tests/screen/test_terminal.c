/*
 * The terminal: given back however the program ends, asked for nothing but its ground (test_ground.c), every kind of
 * it served, and silent while nothing happens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"

#include "tests/support/dashboard_fixture.h"

static void test_quit(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	assert_true(pty.alternate);
	assert_int_equal(pty.asked, 0);
	dashboard_quit();
	assert_int_equal(pty.asked, 0);
	assert_false(pty_shows(&pty, "umbra:")); /* nothing to complain of */
}

/* Nothing is set up on what it cannot use: the sentence is all there is. */
static void test_no_terminal(void **state)
{
	const char *const argv[] = {
		"/bin/sh", "-c", "exec \"${UMBRA:-build/umbra}\" </dev/null", NULL};
	const char *const env[] = {"TERM=xterm-256color", NULL};

	(void)state;
	dashboard_close();
	pty_start(&pty, 24, 80, argv, env);
	assert_int_equal(pty_wait_end(&pty), 2);
	assert_true(pty_shows(&pty, "the dashboard needs a terminal"));
	assert_false(pty_shows(&pty, "[warn]"));
}

/* Every signal that ends a program, but for KILL: by default (signal(7)) these do not. */
static bool ends_nothing(int number)
{
	static const int numbers[] = {
		SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH,
#ifdef __SANITIZE_ADDRESS__
		SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, /* it reports them, and ends otherwise */
#endif
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void test_signals(void **state)
{
	(void)state;
	for (int number = 1; number < 32; number++) {
		if (ends_nothing(number))
			continue;
		dashboard_close();
		dashboard_start(&pty, &stage, &(struct dashboard_options){.rows = 24, .cols = 80});
		pty_wait_text(&pty, "studio-demo");
		assert_true(pty.mouse);
		pty_keys(&pty, "/"); /* also while something is typed */
		pty_wait_text(&pty, "Esc show all");
		(void)fprintf(stderr, "signal %d\n", number);
		pty_signal(&pty, number);
		if (pty_wait_end(&pty) != 128 + number)
			fail_msg("signal %d: status %x", number, (unsigned)pty.status);
		pty_check_restored(&pty);
		assert_non_null(strstr(pty.raw.data, "\033[?2004h"));
		assert_non_null(strstr(pty.raw.data, "\033[?2004l"));
	}
}

/* C-c is Esc where something is asked, and the key that quits elsewhere. */
static void test_interrupt(void **state)
{
	static const struct {
		const char *keys, *shows;
	} prompts[] = {
		{"/check", "Esc show all"}, {":vers", "Tab complete"}, {"y", "a-z filter"},
		{"D", "no, cancel"}, {"s", "sort"}, {"?", "› Help"}, /* q closes it */
	};

	(void)state;
	dashboard_open((struct dashboard_options){0});
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "D end");
	for (size_t i = 0; i < ARRAY_LEN(prompts); i++) {
		pty_keys(&pty, prompts[i].keys);
		pty_wait_text(&pty, prompts[i].shows);
		pty_keys(&pty, "\003");
		pty_wait_text(&pty, "D end");
	}
	pty_keys(&pty, "\003");
	assert_int_equal(pty_wait_end(&pty), 0);
	pty_check_restored(&pty);
}

static void test_suspend(void **state)
{
	int status = 0;

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	pty_keys(&pty, "\032");
	assert_int_equal(waitpid(pty.pid, &status, WUNTRACED), pty.pid);
	assert_true(WIFSTOPPED(status));
	pty_quiet(&pty, 50);
	pty_check_restored(&pty);
	pty_resize(&pty, 30, 100);
	pty_signal(&pty, SIGCONT);
	pty_wait_text(&pty, "studio-demo");
	assert_true(pty.alternate);
	pty_keys(&pty, "3");
	pty_wait_text(&pty, "qa-seats");
	dashboard_quit();
}

static bool has_colour(void)
{
	return strstr(pty.raw.data, "\033[38;5;") || strstr(pty.raw.data, "\033[38:2:") ||
	       strstr(pty.raw.data, "\033[31m") || strstr(pty.raw.data, "\033[32m") ||
	       strstr(pty.raw.data, ";32m") || strstr(pty.raw.data, "\033[33m");
}

struct kind {
	const char *term;
	const char *env[3];
	bool colour;
	bool colour_256;
	bool ascii;
};

static void test_kinds(void **state)
{
	static const struct kind kinds[] = {
		{"xterm-256color", {NULL}, true, true, false},
		{"xterm-256color", {"NO_COLOR=1"}, false, false, false},
		{"xterm-256color", {"LC_ALL=C"}, true, true, true},
		{"xterm", {NULL}, true, false, false},
		{"linux", {NULL}, true, false, false},
		{"vt100", {"LC_ALL=C"}, false, false, true},
		{"vt100", {NULL}, false, false, false},
		{"linux", {"LC_ALL=C"}, true, false, true},
		{"screen-256color", {NULL}, true, true, false},
		{"tmux-256color", {NULL}, true, true, false},
		{"xterm-256color", {"COLORTERM=truecolor"}, true, true, false},
		{"xterm-direct", {"COLORTERM=truecolor"}, true, false, false},
		{"xterm-direct", {"NO_COLOR=1"}, false, false, false},
	};
	static const struct {
		const char *key, *shows;
	} views[] = {{"2", "#482"}, {"3", "qa-seats"}, {"4", "/find?q=yoga"},
		{"5", "became unhealthy"}, {"6", " outside "}, {"7", "Learn"}, {"?", "Help"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct kind *kind = &kinds[i];
		bool beyond_ascii = false;

		dashboard_open((struct dashboard_options){.term = kind->term, .env = kind->env});
		assert_true(pty_shows(&pty, "booking"));
		assert_true(pty_shows(&pty, kind->ascii ? "*  ready" : "●  ready"));
		for (size_t j = 0; j < ARRAY_LEN(views); j++) {
			pty_keys(&pty, views[j].key);
			pty_wait_text(&pty, views[j].shows);
		}
		for (size_t j = 0; j < pty.raw.len; j++)
			beyond_ascii |= (unsigned char)pty.raw.data[j] >= 0x80;
		if (has_colour() != kind->colour || beyond_ascii == kind->ascii ||
			(strstr(pty.raw.data, "\033[38;5;") != NULL) != kind->colour_256)
			fail_msg("kind %zu, %s", i, kind->term);
		assert_int_equal(pty.asked, 0);
		pty_keys(&pty, "q"); /* the help */
		dashboard_quit();
	}
}

static void test_no_such_terminal(void **state)
{
	static const char *const terms[] = {"dumb", "no-such-terminal", "unknown"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		dashboard_close();
		dashboard_start(&pty, &stage, &(struct dashboard_options){.term = terms[i]});
		assert_int_equal(pty_wait_end(&pty), 2);
		assert_non_null(strstr(pty.raw.data, terms[i]));
		assert_non_null(strstr(pty.raw.data, "umbra --once"));
		assert_null(strchr(pty.raw.data, '\033'));
	}
}

static void test_silence(void **state)
{
	int64_t deadline;
	uint64_t before;

	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	before = pty.bytes;
	deadline = time_monotonic_ms() + 3000;
	while (time_monotonic_ms() < deadline)
		(void)pty_read(&pty, 100);
	assert_int_equal(pty.bytes - before, 0);
}

static void test_a_key_costs_little(void **state)
{
	(void)state;
	dashboard_open((struct dashboard_options){.rows = 24, .cols = 80});
	for (int i = 0; i < 20; i++) {
		uint64_t before = pty.bytes;

		pty_keys(&pty, i < 12 ? "j" : "k");
		(void)pty_read(&pty, 1000);
		if (pty.bytes - before > 600 || pty.bytes == before)
			fail_msg("%llu bytes for a key", (unsigned long long)(pty.bytes - before));
	}
}

int main(void)
{
	const struct rlimit none = {0, 0};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_no_such_terminal),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_a_key_costs_little),
	};

	(void)setrlimit(RLIMIT_CORE, &none);
	return cmocka_run_group_tests(tests, dashboard_setup, dashboard_teardown);
}
