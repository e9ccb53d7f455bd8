/*
 * Where programs are. Called when something is started and when a line is made for people to paste; looks at
 * the file system each time, so a program installed meanwhile is found.
 */
#include "core/base/executable.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"

enum { PATHS_MAX = 65536 };

/* A directory may be entered, which is not what is asked. */
static bool is_program(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0;
}

char *executable_find(const char *name, const char *more)
{
	const char *path = getenv("PATH");
	struct strbuf all, file;
	struct str dirs;
	char *found = NULL;

	strbuf_init(&all, PATHS_MAX);
	strbuf_init(&file, PATHS_MAX);
	strbuf_addf(&all, "%s:%s", path != NULL ? path : "", more != NULL ? more : "");
	dirs = strbuf_str(&all);
	while (dirs.n > 0 && found == NULL) {
		struct str dir = str_cut(&dirs, ':');

		strbuf_reset(&file);
		strbuf_addf(&file, "%.*s/%s", STR_ARG(dir), name);
		if (dir.n > 0 && strbuf_ok(&file) && is_program(file.data))
			found = xstrdup(file.data);
	}
	strbuf_finish(&file);
	strbuf_finish(&all);
	return found;
}

char *executable_word(void)
{
	char *installed = executable_find("umbra", NULL);
	const bool is_installed = installed != NULL;
	char path[PATH_MAX];
	ssize_t n;

	free(installed);
	if (is_installed)
		return xstrdup("umbra");
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return xstrdup(n > 0 && is_program(path) ? path : "umbra");
}
