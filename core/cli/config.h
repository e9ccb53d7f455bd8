/*
 * Settings and where each came from: an option, the environment, the config file, or the default.
 *
 * The file is $XDG_CONFIG_HOME/umbra/config (XDG Base Directory Specification; ~/.config without the
 * variable), INI:
 *
 *   context = studio
 *   user = dev1
 *
 *   [context studio]
 *   url = http://umbra.studio.example:7070
 *   session = checkout-4f2k
 *   theme = light
 *   colour = #b00020
 *
 *   [keys]
 *   version.pin = C-p
 *
 * Keys are the dashboard's: tui/ui/keymap.h. What stands before the first section holds for every context; a context's own value goes before it.
 */
#ifndef UMBRA_CLI_CONFIG_H
#define UMBRA_CLI_CONFIG_H

#include "core/base/err.h"
#include "core/base/strbuf.h"
#include "core/command/command.h"

enum setting {
	SETTING_CONTEXT, /* first: it says which section counts */
	SETTING_URL,
	SETTING_SESSION,
	SETTING_USER,
	SETTING_THEME,
	SETTING_COLOUR,
	SETTING_MOUSE,
	SETTING_SYNC,
	SETTING_COUNT
};

struct setting_info {
	const char *name; /* in the file */
	const char *variable; /* of the environment */
	const char *option;
	const char *help;
};
extern const struct setting_info setting_infos[SETTING_COUNT];

struct config {
	char *file; /* whether it is there or not */
	char *values[SETTING_COUNT]; /* NULL: not set */
	char *origins
		[SETTING_COUNT]; /* "--url", "UMBRA_URL", "the file's context studio", "default" */
};

/*
 * `args` may be NULL. ERR_USAGE when the file has a mistake, a value is not possible, or the context is
 * not there. ret_config is to be finished in any case.
 */
enum err config_load(const struct command_args *args, struct config *ret_config, struct errbuf *eb);
void config_finish(struct config *config);
/* Of the settings that are on or off; what is not set is on. */
bool config_is_off(const struct config *config, enum setting setting);

/* $XDG_STATE_HOME/umbra/dashboard-NAME.json; other than letters, digits, . and - are written _. The caller frees. */
char *config_dashboard_path(const char *name);

/*
 * The colour of the environment's name, NULL without one. A colour that a context gives is that of its own
 * control plane: it says nothing about one that an option or a variable names instead.
 */
const char *config_colour(const struct config *config);

/* Writes `session` (NULL: takes it out) into the context in use, or before the sections without one. */
enum err config_store_session(const struct config *config, const char *session, struct errbuf *eb);

/* {"settings":[{"name","value","origin"}]}, paths included: what `umbra config` prints. */
void config_write_json(const struct config *config, struct strbuf *out);

/*
 * The file's text with `name = value` in `section` ("" is before the first; value NULL takes it out), every
 * other line as it was.
 */
void config_edit(struct strbuf *out, struct str text, const char *section, const char *name,
	const char *value);

#endif
