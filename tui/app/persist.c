/*
 * What of the dashboard is kept, and put back: the tab, a theme chosen at run time, the lines typed, and what
 * each view keeps of itself. Called by the app at its beginning and end. What was said on the command line
 * wins; what cannot be is passed over.
 */
#include <string.h>

#include "core/base/json.h"

#include "tui/app/internal.h"
#include "tui/app/persist_file.h"

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void recall_lines(struct app *app, const cJSON *lines)
{
	const cJSON *line;
	int count = 0;

	cJSON_ArrayForEach(line, lines)
	{
		if (count++ == PALETTE_HISTORY)
			return;
		if (cJSON_IsString(line) && strlen(line->valuestring) <= LIMIT_FILTER)
			palette_remember(&app->palette, line->valuestring);
	}
}

static void recall_views(struct app *app, const cJSON *views)
{
	for (size_t i = 0; i < app->tab_count; i++) {
		const struct view *view = app->tabs[i].view;
		const cJSON *object = member(views, view->name);

		if (view->restore && cJSON_IsObject(object))
			view->restore(app->tabs[i].state, object);
	}
}

void persist_theme(struct app *app, const struct dashboard_options *options)
{
	struct str theme, instead;

	str_copy(app->theme_set, sizeof(app->theme_set), str_of(options->theme));
	if (!app->kept || options->theme_fixed || !json_get_str(app->kept, "theme", &theme) ||
		theme.n == 0 || theme.n >= sizeof(app->theme_name))
		return;
	/* What the config says was changed since: the later word counts. */
	if (json_get_str(app->kept, "theme_instead_of", &instead) &&
		!str_eq_c(instead, app->theme_set)) {
		ui_say(&app->ui, ROLE_DONE,
			"the theme is the config's again: it was changed after :theme %.*s",
			STR_ARG(theme));
		return;
	}
	str_copy(app->theme_name, sizeof(app->theme_name), theme);
	app->theme_chosen = true;
}

void persist_views(struct app *app)
{
	struct str name;

	if (!app->kept)
		return;
	recall_views(app, member(app->kept, "views"));
	recall_lines(app, member(app->kept, "lines"));
	if (!json_get_str(app->kept, "view", &name))
		return;
	for (size_t i = 0; i < app->tab_count; i++)
		if (str_eq_c(name, app->tabs[i].view->name))
			place_now(app)->tab = i;
}

/* Views of which nothing is to be said have no member; what another version of the program kept goes. */
static void keep_views(struct app *app, cJSON *kept)
{
	cJSON *views = cJSON_AddObjectToObject(kept, "views");

	for (size_t i = 0; i < app->tab_count; i++) {
		const struct view *view = app->tabs[i].view;

		if (view->keep)
			view->keep(app->tabs[i].state, cJSON_AddObjectToObject(views, view->name));
	}
}

void persist_all(struct app *app, const char *path)
{
	cJSON *kept = cJSON_CreateObject();
	cJSON *lines;

	(void)cJSON_AddStringToObject(kept, "view", app_tab(app)->view->name);
	if (app->theme_chosen) {
		(void)cJSON_AddStringToObject(kept, "theme", app->theme_name);
		(void)cJSON_AddStringToObject(kept, "theme_instead_of", app->theme_set);
	}
	lines = cJSON_AddArrayToObject(kept, "lines");
	for (size_t i = 0; i < app->palette.history_count; i++)
		(void)cJSON_AddItemToArray(lines, cJSON_CreateString(app->palette.history[i]));
	keep_views(app, kept);
	(void)persist_file_write(
		path, kept); /* a home that cannot be written to is no fault of the screen's */
	cJSON_Delete(kept);
}
