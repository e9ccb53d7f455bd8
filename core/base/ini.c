/*
 * INI reading over inih, for themes and the configuration file. inih gets its lines from here, which
 * gives the line numbers, bounds the length of a line, and takes away the indentation that inih would
 * read as the continuation of the value before.
 */
#include "core/base/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/strbuf.h"

struct reading {
	const char *name;
	struct str rest;
	int line;
	bool too_long;
	bool refused;
	ini_entry_fn entry;
	void *arg;
	struct errbuf said; /* what the caller said when it refused */
};

/* As fgets: inih's reader. */
static char *next_line(char *dst, int size, void *stream)
{
	struct reading *reading = stream;
	if (reading->rest.p == NULL || reading->rest.n == 0 || reading->refused)
		return NULL;
	struct str line = str_trim(str_cut(&reading->rest, '\n'));
	reading->line++;
	if (!str_copy(dst, (size_t)size, line)) {
		reading->too_long = true;
		return NULL;
	}
	return dst;
}

static int on_entry(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	if (reading->refused)
		return 0;
	errbuf_clear(&reading->said);
	reading->refused = !reading->entry(reading->arg, section, name, value, &reading->said);
	return reading->refused ? 0 : 1;
}

static enum err bad_line(
	const struct reading *reading, int line, const char *sentence, struct errbuf *eb)
{
	return err_set(eb, ERR_BAD_VALUE, "%s:%d: %s", reading->name, line, sentence);
}

enum err ini_read_text(
	const char *name, const char *text, ini_entry_fn entry, void *arg, struct errbuf *eb)
{
	struct reading reading = {.name = name, .rest = str_of(text), .entry = entry, .arg = arg};
	int wrong = ini_parse_stream(next_line, &reading, on_entry, &reading);
	if (wrong < 0)
		return err_set(eb, ERR_IO, "%s: out of memory", name);
	if (reading.refused && wrong == reading.line)
		return err_set_field(eb, ERR_BAD_VALUE, reading.said.field, reading.said.expected,
			"%s:%d: %s", name, reading.line, reading.said.text);
	if (wrong > 0)
		return bad_line(
			&reading, wrong, "neither [section] nor name = value nor a comment", eb);
	if (reading.too_long)
		return bad_line(&reading, reading.line, "the line is too long", eb);
	return ERR_NONE;
}

/* The whole file, in at most LIMIT_INI_FILE bytes. */
static enum err read_all(int fd, const char *path, struct strbuf *text, struct errbuf *eb)
{
	char piece[4096];
	for (;;) {
		ssize_t got = read(fd, piece, sizeof(piece));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(eb, ERR_IO, "%s: %s", path, strerror(errno));
		if (got == 0)
			break;
		strbuf_add(text, piece, (size_t)got);
		if (!strbuf_ok(text))
			return err_set(eb, ERR_BAD_VALUE, "%s: larger than %d bytes", path,
				LIMIT_INI_FILE);
	}
	if (memchr(text->data, '\0', text->len) != NULL)
		return err_set(eb, ERR_BAD_VALUE, "%s: not a text file", path);
	return ERR_NONE;
}

enum err ini_read_file(const char *path, ini_entry_fn entry, void *arg, struct errbuf *eb)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO in the place of the file must not hold the program up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(eb, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
			"%s: %s", path, strerror(errno));
	struct strbuf text;
	strbuf_init(&text, LIMIT_INI_FILE);
	enum err err;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = err_set(eb, ERR_IO, "%s: not a regular file", path);
	else
		err = read_all(fd, path, &text, eb);
	if (err == ERR_NONE)
		err = ini_read_text(path, text.data, entry, arg, eb);
	strbuf_finish(&text);
	close(fd);
	return err;
}
