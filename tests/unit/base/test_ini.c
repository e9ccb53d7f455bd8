/* INI: entries, comments, indentation, and each mistake with its line. */
#include "core/base/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

static bool record(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	strbuf_addf(arg, "%s/%s=%s;", section, name, value);
	if (strcmp(value, "refuse") == 0) {
		err_set_field(eb, ERR_BAD_VALUE, name, "another", "refused");
		return false;
	}
	return true;
}

static void reads_text(void **state)
{
	(void)state;
	char long_line[600];
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[sizeof(long_line) - 1] = '\0';
	memcpy(long_line, "a=1\nb=2\nc=", 10);
	const struct {
		const char *text, *entries, *says;
	} cases[] = {
		{"", "", NULL},
		{"a = 1\n[s]\n  b=x y  \n\t; c=2\n# d\n\nc: #ff0000 ; note\r\n",
			"/a=1;s/b=x y;s/c=#ff0000;", NULL},
		{"a=1\n  b=2", "/a=1;/b=2;", NULL},
		{"a=1\nnonsense\n", "/a=1;", "t:2: neither [section]"},
		{"[s\n", "", "t:1: neither"},
		{"a=1\nb=refuse\nc=3\n", "/a=1;/b=refuse;", "t:2: refused"},
		{"a=1\n\n\nb=refuse", "/a=1;/b=refuse;", "t:4: refused"},
		{long_line, "/a=1;/b=2;", "t:3: the line is too long"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf got;
		struct errbuf eb = {.err = ERR_NONE};
		strbuf_init(&got, 10000);
		enum err err = ini_read_text("t", cases[i].text, record, &got, &eb);
		assert_string_equal(got.data, cases[i].entries);
		assert_int_equal(err, cases[i].says != NULL ? ERR_BAD_VALUE : ERR_NONE);
		if (cases[i].says != NULL &&
			strncmp(eb.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("case %zu: %s", i, eb.text);
		strbuf_finish(&got);
	}
}

static void keeps_what_was_said(void **state)
{
	(void)state;
	struct strbuf got;
	struct errbuf eb;
	strbuf_init(&got, 1000);
	ini_read_text("t", "colour=refuse", record, &got, &eb);
	assert_string_equal(eb.field, "colour");
	assert_string_equal(eb.expected, "another");
	strbuf_finish(&got);
}

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void reads_files(void **state)
{
	(void)state;
	char dir[] = P_tmpdir "/umbra-ini-XXXXXX", path[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	struct strbuf got;
	struct errbuf eb;
	strbuf_init(&got, 1000);
	assert_int_equal(ini_read_file(path, record, &got, &eb), ERR_NOT_FOUND);
	assert_non_null(strstr(eb.text, path));
	assert_int_equal(ini_read_file(dir, record, &got, &eb), ERR_IO);
	write_file(path, "[s]\na=1\n", 8);
	assert_int_equal(ini_read_file(path, record, &got, &eb), ERR_NONE);
	assert_string_equal(got.data, "s/a=1;");
	write_file(path, "a=1\n\0b=2\n", 9);
	assert_int_equal(ini_read_file(path, record, &got, &eb), ERR_BAD_VALUE);
	char *huge = xcalloc(1, 300000);
	memset(huge, '\n', 300000);
	write_file(path, huge, 300000);
	assert_int_equal(ini_read_file(path, record, &got, &eb), ERR_BAD_VALUE);
	free(huge);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ini_read_file(path, record, &got, &eb), ERR_IO);
	unlink(path);
	rmdir(dir);
	strbuf_finish(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_text),
		cmocka_unit_test(keeps_what_was_said),
		cmocka_unit_test(reads_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
