/*
 * The file of what is kept, see persist.h: read once at the start and written once at the end. It may have been written
 * by anything: it is bounded, parsed, and what is impossible in it is passed over. What was said on the command line
 * wins.
 */
#include "tui/app/persist.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/strbuf.h"

#include "tui/app/app.h"
#include "tui/app/navigation.h"
#include "tui/app/theme_watch.h"
#include "tui/ui/palette.h"

enum { FILE_MAX = 256 * 1024 };

/* ---- the file ---- */

/* Regular files only: a pipe in its place would never end. False without a sentence when there is none. */
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
	else if (status.st_size > FILE_MAX)
		err_set(eb, ERR_TOO_LARGE, "%s is longer than %d bytes", path, FILE_MAX);
	else
		while ((n = read(fd, block, sizeof(block))) > 0)
			strbuf_add(text, block, (size_t)n);
	close(fd);
	return text->len > 0 && n == 0 && strbuf_ok(text);
}

static cJSON *read_kept(const char *path, struct errbuf *eb)
{
	struct errbuf why = {0};
	struct strbuf text;
	cJSON *kept = NULL;

	strbuf_init(&text, FILE_MAX);
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

/* ---- back from it ---- */

static void restore_theme(const struct persist *persist, const cJSON *kept)
{
	struct theme_watch *watch = persist->theme;
	struct str theme, instead;

	if (!json_get_str(kept, "theme", &theme) || theme.n == 0 || theme.n >= sizeof(watch->name))
		return;
	/* What the config says was changed since: the later word counts. */
	if (json_get_str(kept, "theme_instead_of", &instead) &&
		!str_eq_c(instead, watch->by_config)) {
		ui_say(persist->ui, ROLE_DONE,
			"the theme is the config's again: it was changed after :theme %.*s",
			STR_ARG(theme));
		return;
	}
	str_copy(watch->name, sizeof(watch->name), theme);
	watch->chosen = true;
}

static void restore_lines(struct palette *palette, const cJSON *lines)
{
	const cJSON *line;
	int count = 0;

	cJSON_ArrayForEach(line, lines)
	{
		if (count++ == PALETTE_HISTORY)
			return;
		if (cJSON_IsString(line) && strlen(line->valuestring) <= LIMIT_FILTER)
			palette_remember(palette, line->valuestring);
	}
}

static void restore_views(struct navigation *nav, const cJSON *kept)
{
	const cJSON *views = cJSON_GetObjectItemCaseSensitive(kept, "views");
	struct str name;
	bool has_tab = json_get_str(kept, "view", &name);

	for (size_t i = 0; i < nav->tab_count; i++) {
		const struct view *view = nav->tabs[i].view;
		const cJSON *object = cJSON_GetObjectItemCaseSensitive(views, view->name);

		if (view->restore && cJSON_IsObject(object))
			view->restore(nav->tabs[i].state, object);
		if (has_tab && str_eq_c(name, view->name))
			nav->places[nav->current].tab = i;
	}
}

void persist_restore(const struct persist *persist, const struct dashboard_options *options)
{
	struct errbuf eb = {0};
	cJSON *kept = options->state_file ? read_kept(options->state_file, &eb) : NULL;

	str_copy(persist->theme->by_config, sizeof(persist->theme->by_config),
		str_of(options->theme));
	if (eb.err != ERR_NONE)
		ui_say(persist->ui, ROLE_WARNING, "not as you left it: %s", eb.text);
	if (!kept)
		return;
	if (!options->theme_fixed)
		restore_theme(persist, kept);
	restore_lines(persist->palette, cJSON_GetObjectItemCaseSensitive(kept, "lines"));
	restore_views(persist->nav, kept);
	cJSON_Delete(kept);
}

/* ---- and to it ---- */

void persist_save(const struct persist *persist, const char *path)
{
	const struct theme_watch *watch = persist->theme;
	const struct palette *palette = persist->palette;
	struct navigation *nav = persist->nav;
	cJSON *kept = cJSON_CreateObject();
	cJSON *lines, *views;
	char *text;

	(void)cJSON_AddStringToObject(kept, "view", navigation_tab(nav)->view->name);
	if (watch->chosen) {
		(void)cJSON_AddStringToObject(kept, "theme", watch->name);
		(void)cJSON_AddStringToObject(kept, "theme_instead_of", watch->by_config);
	}
	lines = cJSON_AddArrayToObject(kept, "lines");
	for (size_t i = 0; i < palette->history_count; i++)
		(void)cJSON_AddItemToArray(lines, cJSON_CreateString(palette->history[i]));
	/* A view with nothing to say has no member; what another version of the program kept goes. */
	views = cJSON_AddObjectToObject(kept, "views");
	for (size_t i = 0; i < nav->tab_count; i++) {
		const struct view *view = nav->tabs[i].view;

		if (view->keep)
			view->keep(nav->tabs[i].state, cJSON_AddObjectToObject(views, view->name));
	}
	text = cJSON_PrintUnformatted(kept);
	cJSON_Delete(kept);
	/* A home that cannot be written to is no fault of the dashboard's: nothing is said. */
	if (text && strlen(text) <= FILE_MAX && file_make_dirs_above(path))
		(void)file_replace(path, str_of(text), false);
	cJSON_free(text);
}
