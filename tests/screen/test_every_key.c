/* Every key of the keymap in every view, and many that are not in it: none ends the program but q. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"

#include "tests/support/dash.h"

static char dir[] = "/tmp/umbra-keys-XXXXXX"; /* for what some keys write */

static int setup(void **state)
{
	const char *umbra = getenv("UMBRA");
	char *program = realpath(umbra ? umbra : "build/umbra", NULL);

	(void)state;
	assert_non_null(program);
	assert_int_equal(setenv("UMBRA", program, 1), 0);
	free(program);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	return dash_setup(state);
}

static int teardown(void **state)
{
	DIR *left = opendir(".");

	(void)state;
	for (struct dirent *entry; left && (entry = readdir(left));)
		(void)unlink(entry->d_name);
	if (left)
		(void)closedir(left);
	(void)rmdir(dir);
	return dash_teardown(state);
}

/* Esc after each, so that prompts end; what it would write is refused by --read-only. */
static void press_everything(void)
{
	static const char *const sequences[] = {"\033OA", "\033OB", "\033OC", "\033OD", "\033OH",
		"\033OF", "\033[5~", "\033[6~", "\033[3~", "\033[Z", "\033OP", "\033[24~",
		"\033[200~x\r\033[201~"};
	char key[8];

	for (int c = 1; c < 0x7f; c++) {
		if (c == 'q' || c == 3 || c == 26 || c == 28) /* leave, interrupt, suspend, quit */
			continue;
		key[0] = (char)c;
		key[1] = '\0';
		pty_keys(&pty, key);
		(void)pty_read(&pty, 5);
		if (c != 27) {
			pty_keys(&pty, "a\r\033");
			(void)pty_read(&pty, 30);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		pty_keys(&pty, sequences[i]);
		(void)pty_read(&pty, 30);
	}
}

static void test_every_key(void **state)
{
	static const char *const views[] = {"1", "2", "2\rj", "3", "3\r", "4", "4\r", "5", "6",
		"6jj\r", "7", "7\t", "1jj\r", "?"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		struct dash_options options = {.rows = 24, .cols = 80, .read_only = true};

		dash_open(options);
		pty_keys(&pty, views[i]);
		pty_quiet(&pty, 100);
		press_everything();
		pty_keys(&pty, "\033");
		pty_quiet(&pty, 60);
		pty_keys(&pty, "\033");
		pty_quiet(&pty, 60);
		pty_keys(&pty, "1");
		pty_wait_text(&pty, "SERVICE / VERSION");
		dash_quit();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
