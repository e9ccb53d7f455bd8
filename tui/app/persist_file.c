/*
 * The file of what is kept, read once at the start and written once at the end (persist.c says what is in
 * it). It may have been written by anything: it is bounded, parsed, and never obeyed here.
 */
#include "tui/app/persist_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

/* Regular files only: a pipe in its place would never end. */
static bool read_all(const char *path, struct strbuf *text, struct errbuf *eb)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	char block[4096];
	ssize_t n = 0;

	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			err_set(eb, ERR_IO, "%s: %s", path, strerror(errno));
		return false;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		err_set(eb, ERR_IO, "%s is not a file", path);
	else if (status.st_size > PERSIST_FILE_MAX)
		err_set(eb, ERR_TOO_LARGE, "%s is longer than %d bytes", path, PERSIST_FILE_MAX);
	else
		while ((n = read(fd, block, sizeof(block))) > 0)
			strbuf_add(text, block, (size_t)n);
	close(fd);
	return text->len > 0 && n == 0 && strbuf_ok(text);
}

cJSON *persist_file_read(const char *path, struct errbuf *eb)
{
	struct strbuf text;
	struct errbuf why;
	cJSON *kept = NULL;

	errbuf_clear(&why);
	strbuf_init(&text, PERSIST_FILE_MAX);
	if (read_all(path, &text, eb)) {
		kept = json_parse(strbuf_str(&text), &why);
		if (!cJSON_IsObject(kept)) {
			err_set(eb, ERR_BAD_JSON, "%s: %s", path,
				kept ? "not an object" : why.text);
			cJSON_Delete(kept);
			kept = NULL;
		}
	}
	strbuf_finish(&text);
	return kept;
}

static bool make_parents(const char *path)
{
	char *copy = xstrdup(path);
	bool good = true;

	for (char *slash = strchr(copy + 1, '/'); slash && good; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		good = mkdir(copy, 0700) == 0 || errno == EEXIST;
		*slash = '/';
	}
	free(copy);
	return good;
}

static bool write_text(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, text.p, text.n) == (ssize_t)text.n;
	return close(fd) == 0 && good;
}

bool persist_file_write(const char *path, const cJSON *kept)
{
	char *text = cJSON_PrintUnformatted(kept);
	char fresh[PATH_MAX];
	bool good;

	good = text && strlen(text) <= PERSIST_FILE_MAX && make_parents(path) &&
	       snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid()) < PATH_MAX;
	if (good) {
		good = write_text(fresh, str_of(text)) && rename(fresh, path) == 0;
		if (!good)
			(void)unlink(fresh);
	}
	cJSON_free(text);
	return good;
}
