/* Files of ours: replaced as a whole or not at all, and of nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/file.h"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/umbra-file-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int count_files(void)
{
	DIR *open = opendir(dir);
	int count = 0;

	for (struct dirent *entry; (entry = readdir(open)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(open);
	return count;
}

static int teardown(void **state)
{
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static void check_text(const char *path, const char *wanted)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, file), strlen(wanted));
	fclose(file);
	assert_string_equal(text, wanted);
}

static void a_file_is_replaced_whole(void **state)
{
	char path[128];
	struct stat status;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	assert_true(file_replace(path, STR_LIT("the first text, a long one\n"), true));
	check_text(path, "the first text, a long one\n");
	assert_true(file_replace(path, STR_LIT("second\n"), false));
	check_text(path, "second\n");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(count_files(), 1);
}

/* What cannot be written whole leaves the old text, and nothing beside it. */
static void a_file_that_cannot_be_written_stays(void **state)
{
	static const struct rlimit small = {4, RLIM_INFINITY},
				   none = {RLIM_INFINITY, RLIM_INFINITY};
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	assert_true(file_replace(path, STR_LIT("old\n"), true));
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(file_replace(path, STR_LIT("longer than four bytes\n"), true));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	check_text(path, "old\n");
	assert_int_equal(count_files(), 1);
	(void)snprintf(path, sizeof(path), "%s/no/file", dir);
	assert_false(file_replace(path, STR_LIT("text"), true));
	assert_int_equal(errno, ENOENT);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
}

/* A directory in its place: nothing is left beside it. */
static void a_directory_is_not_replaced(void **state)
{
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(file_replace(path, STR_LIT("text"), true));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(count_files(), 1);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_replaced_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_cannot_be_written_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_is_not_replaced, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
