/* What HAProxy reads: written whole, private, and not again when it is there already. */
#include "core/proxy/haproxy_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/file.h"
#include "core/demo/process.h"

static char top[64];
static char dir[96]; /* below it */

static void path_of(char path[160], const char *name)
{
	(void)snprintf(path, 160, "%s/%s", dir, name);
}

static void write_set(const char *pins, const char *config)
{
	struct file_set set;
	struct errbuf eb = {0};

	file_set_init(&set, dir);
	file_set_add(&set, "maps/cart.pins", str_of(pins));
	file_set_add(&set, "maps/none", str_of(""));
	file_set_add(&set, "haproxy.new", str_of(config));
	if (file_set_write(&set, &eb) != ERR_NONE)
		fail_msg("%s", eb.text);
	file_set_finish(&set);
}

static void assert_text(const char *name, const char *text)
{
	char path[160];
	char got[200] = "";
	struct stat status;
	FILE *file;

	path_of(path, name);
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	file = fopen(path, "re");
	assert_non_null(file);
	got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
	(void)fclose(file);
	assert_string_equal(got, text);
}

static void only_what_changed_is_written(void **state)
{
	static const char *const names[] = {"maps/cart.pins", "maps/none", "haproxy.new"};
	struct file_id before[3];
	char path[160];

	(void)state;
	write_set("k v1\n", "generation 1\n");
	for (size_t i = 0; i < 3; i++) {
		path_of(path, names[i]);
		assert_true(file_identify(path, &before[i]));
	}
	write_set("k v1\n", "generation 2\n");
	for (size_t i = 0; i < 3; i++) {
		path_of(path, names[i]);
		assert_int_equal(file_is(path, &before[i]), i < 2);
	}
	assert_text("maps/cart.pins", "k v1\n");
	assert_text("maps/none", "");
	assert_text("haproxy.new", "generation 2\n");
	/* As long, and another. */
	write_set("k v2\n", "generation 2\n");
	assert_text("maps/cart.pins", "k v2\n");
	write_set("k v2\nl v2\n", "generation 2\n");
	assert_text("maps/cart.pins", "k v2\nl v2\n");
	write_set("", "generation 2\n");
	assert_text("maps/cart.pins", "");
}

/* What is not ours alone, or no file, is replaced also when its text is right. */
static void a_file_of_others_is_replaced(void **state)
{
	char path[160];
	char other[160];

	(void)state;
	write_set("k v1\n", "generation 1\n");
	path_of(path, "maps/cart.pins");
	assert_int_equal(chmod(path, 0644), 0);
	write_set("k v1\n", "generation 1\n");
	assert_text("maps/cart.pins", "k v1\n");
	path_of(other, "other");
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	write_set("k v1\n", "generation 1\n");
	assert_text("maps/cart.pins", "k v1\n");
}

/* What is put back would land in what was made in its place. */
static void a_directory_above_is_not_made(void **state)
{
	struct file_set set;
	struct errbuf eb = {0};
	struct file_id id;
	char above[80];

	(void)state;
	(void)snprintf(above, sizeof(above), "%s/data", top);
	(void)snprintf(dir, sizeof(dir), "%s/data/proxy", top);
	file_set_init(&set, dir);
	file_set_add(&set, "haproxy.new", str_of("generation 1\n"));
	assert_int_equal(file_set_write(&set, &eb), ERR_IO);
	assert_non_null(strstr(eb.text, dir));
	assert_false(file_identify(above, &id));
	file_set_finish(&set);
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/umbra-files-XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	(void)snprintf(dir, sizeof(dir), "%s/proxy", top);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return process_remove_tree(top) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_changed_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_of_others_is_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_directory_above_is_not_made, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
