/*
 * The file of what is kept, read once at the start and written once at the end (persist.c says what is in
 * it). It may have been written by anything: it is bounded, parsed, and never obeyed here.
 */
#include "tui/app/persist_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
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

bool persist_file_write(const char *path, const cJSON *kept)
{
	char *text = cJSON_PrintUnformatted(kept);
	bool good = text && strlen(text) <= PERSIST_FILE_MAX && file_make_dirs_above(path) &&
		    file_replace(path, str_of(text), false);

	cJSON_free(text);
	return good;
}
