/*
 * The README's picture: the real dashboard on the real demo after a minute of traffic, as text on standard
 * output. `make picture` puts it into the README.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/base/time.h"

#include "tests/support/pty.h"

enum { ROWS = 33, COLS = 117, TRAFFIC_MS = 62000 };

/* Starts the demo; its first line that begins with "ready" has the URL. Returns its pid, 0 without one. */
static pid_t start_demo(const char *umbra, char *url, size_t size)
{
	char line[512];
	int ends[2];
	FILE *out;
	pid_t pid;

	if (pipe(ends) != 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		execl(umbra, umbra, "demo", "--headless", "--seed", "482", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	out = fdopen(ends[0], "r");
	while (out && fgets(line, sizeof(line), out)) {
		struct str rest = str_of(line);
		size_t at = str_find(rest, STR_LIT("api="));

		if (!str_starts(rest, STR_LIT("ready ")) || at == rest.n)
			continue;
		rest = (struct str){rest.p + at + 4, rest.n - at - 4};
		return str_copy(url, size, str_cut(&rest, ' ')) ? pid : 0;
	}
	return 0;
}

static void print_screen(const struct pty *pty)
{
	char row[PTY_ROW_SIZE];
	int last = 0;

	for (int y = 0; y < pty->rows; y++) {
		pty_row(pty, y, row);
		last = row[0] != '\0' ? y : last;
	}
	for (int y = 0; y <= last; y++) {
		pty_row(pty, y, row);
		puts(row);
	}
}

int main(int argc, char **argv)
{
	static const char *const env[] = {"LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=/nonexistent",
		"XDG_STATE_HOME=/nonexistent", "UMBRA_USER=dev1", NULL};
	const char *umbra = argc > 1 ? argv[1] : "build/umbra";
	char url[256];
	pid_t demo = start_demo(umbra, url, sizeof(url));
	const char *const command[] = {umbra, "--url", url, NULL};
	int64_t until = time_monotonic_ms() + TRAFFIC_MS;
	struct pty pty;

	if (demo == 0) {
		fputs("the demo did not start\n", stderr);
		return 1;
	}
	pty_start(&pty, ROWS, COLS, command, env);
	pty_wait_text(&pty, "booking");
	while (time_monotonic_ms() < until)
		(void)pty_read(&pty, 200);
	pty_keys(&pty, "fpr-482\r");
	pty_quiet(&pty, 150);
	print_screen(&pty);
	pty_finish(&pty);
	(void)kill(demo, SIGTERM);
	(void)waitpid(demo, NULL, 0);
	return 0;
}
