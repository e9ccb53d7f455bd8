/*
 * Settings: options before the environment, the environment before the file, the file before the default.
 * The command line reads them once, before anything runs; `session use` writes one back.
 */
#include "core/cli/config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

#define DEFAULT_URL "http://127.0.0.1:7070"
#define CONTEXT_PREFIX "context "
#define KEYS_SECTION "keys"
enum { CONFIG_FILE_MAX = 1 << 20, CONFIG_LINE_MAX = 4096 };

const struct setting_info setting_infos[SETTING_COUNT] = {
	[SETTING_CONTEXT] = {"context", "UMBRA_CONTEXT", "--context",
		"The context of the config file to take."},
	[SETTING_URL] = {"url", "UMBRA_URL", "--url", "The control plane; " DEFAULT_URL "."},
	[SETTING_SESSION] = {"session", "UMBRA_SESSION", "--session",
		"Your session: the dashboard and curl use it."},
	[SETTING_USER] = {"user", "UMBRA_USER", NULL,
		"Who you are in the environment's events; your login."},
	[SETTING_THEME] = {"theme", "UMBRA_THEME", "--theme",
		"The theme of the dashboard, by name or file."},
	[SETTING_COLOUR] = {"colour", "UMBRA_COLOUR", NULL,
		"What the environment's name stands on in the dashboard: #rrggbb, red, "
		"bright-blue..."},
	[SETTING_MOUSE] = {"mouse", "UMBRA_MOUSE", NULL,
		"off: the dashboard leaves the mouse to the terminal; on."},
	[SETTING_SYNC] = {"sync", "UMBRA_SYNC", NULL,
		"off: frames go without the marks of synchronized output (DEC mode 2026); on."},
};

bool config_is_off(const struct config *config, enum setting setting)
{
	return config->values[setting] && strcmp(config->values[setting], "off") == 0;
}

/* ---- paths ---- */

static const char *home_dir(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home && *home)
		return home;
	user = getpwuid(getuid());
	return user && user->pw_dir ? user->pw_dir : "/";
}

/* $VARIABLE/umbra<rest>, or ~/<fallback>/umbra<rest>. A relative path in the variable is to be ignored (XDG). */
static char *xdg_path(const char *variable, const char *fallback, const char *rest)
{
	const char *dir = getenv(variable);
	struct strbuf path;

	strbuf_init(&path, PATH_MAX);
	if (dir && *dir == '/')
		strbuf_addf(&path, "%s/umbra%s", dir, rest);
	else
		strbuf_addf(&path, "%s/%s/umbra%s", home_dir(), fallback, rest);
	return strbuf_detach(&path);
}

char *config_dashboard_path(const char *name)
{
	char rest[NAME_MAX + 1];
	size_t len;

	(void)snprintf(rest, sizeof(rest), "/dashboard-%.200s.json", name);
	len = strlen(rest);
	for (size_t i = 1; i < len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-",
			    rest[i]))
			rest[i] = '_';
	return xdg_path("XDG_STATE_HOME", ".local/state", rest);
}

static const char *login_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : NULL;
}

/* ---- reading ---- */

static void config_set(
	struct config *config, enum setting setting, const char *value, const char *origin)
{
	if (config->values[setting])
		return;
	if (setting == SETTING_URL && strstr(value, "://") == NULL) {
		struct strbuf url;

		strbuf_init(&url, (size_t)LIMIT_URL * 2);
		strbuf_addf(&url, "http://%s", value);
		config->values[setting] = strbuf_detach(&url);
		strbuf_finish(&url);
	} else {
		config->values[setting] = xstrdup(value);
	}
	config->origins[setting] = xstrdup(origin);
}

static bool value_is_good(
	enum setting setting, const char *value, const char *where, struct errbuf *eb)
{
	struct str text = str_of(value);
	struct endpoint_parts parts;

	if (setting == SETTING_SESSION && !name_is_session(text))
		err_set_field(eb, ERR_USAGE, where, "at most 30 of a-z 0-9 and single -",
			"%s: the session is not a session key", where);
	else if (setting == SETTING_URL && !endpoint_parse(text, &parts) &&
		 !str_starts(text, STR_LIT("http://")) && !str_starts(text, STR_LIT("https://")))
		err_set_field(eb, ERR_USAGE, where, "http://HOST:PORT",
			"%s: the url is not an http URL", where);
	else if ((setting == SETTING_MOUSE || setting == SETTING_SYNC) && !str_eq_c(text, "on") &&
		 !str_eq_c(text, "off"))
		err_set_field(eb, ERR_USAGE, where, "on, off", "%s: neither on nor off", where);
	else if (text.n > LIMIT_URL)
		err_set_field(
			eb, ERR_USAGE, where, NULL, "%s: longer than %d bytes", where, LIMIT_URL);
	else
		return true;
	return false;
}

/* One pass over the file takes the values of one section: the context's first, then those for all. */
struct pass {
	struct config *config;
	const char *section;
	bool seen; /* the section is there */
	struct strbuf contexts; /* names of all, for the error */
};

static bool is_known_section(const char *section)
{
	return !*section || !strcmp(section, KEYS_SECTION) ||
	       (!strncmp(section, CONTEXT_PREFIX, strlen(CONTEXT_PREFIX)) &&
		       section[strlen(CONTEXT_PREFIX)]);
}

static enum setting setting_find(const char *name)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (!strcmp(setting_infos[i].name, name))
			return (enum setting)i;
	return SETTING_COUNT;
}

static void take_value(
	struct pass *pass, enum setting setting, const char *section, const char *value)
{
	char origin[CONFIG_LINE_MAX];

	pass->seen = true;
	snprintf(origin, sizeof(origin), "%s%s%s", pass->config->file, *section ? ", " : "",
		section);
	if (*value)
		config_set(pass->config, setting, value, origin);
}

/* Entries of one section come one after another: only the last name can be the same. */
static void note_context(struct strbuf *contexts, const char *context)
{
	struct str last = strbuf_str(contexts);
	size_t len = strlen(context);

	if (last.n >= len && str_ends(last, str_of(context)) &&
		(last.n == len || last.p[last.n - len - 1] == ' '))
		return;
	strbuf_addf(contexts, "%s%s", contexts->len ? ", " : "", context);
}

static bool on_entry(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	struct pass *pass = arg;
	enum setting setting = setting_find(name);

	if (!is_known_section(section)) {
		err_set_field(eb, ERR_USAGE, name, "[context NAME], [keys]",
			"[%s] is not a section", section);
		return false;
	}
	/* Whether it names a key and something a key can do is for the dashboard to say. */
	if (!strcmp(section, KEYS_SECTION))
		return true;
	if (setting == SETTING_COUNT || (*section && setting == SETTING_CONTEXT)) {
		err_set_field(eb, ERR_USAGE, name,
			*section ? "url, session, user, theme, colour, mouse, sync"
				 : "context, url, session, user, theme, colour, mouse, sync",
			"%s is not a setting", name);
		return false;
	}
	if (*value && !value_is_good(setting, value, name, eb))
		return false;
	if (*section)
		note_context(&pass->contexts, section + strlen(CONTEXT_PREFIX));
	if (!strcmp(section, pass->section))
		take_value(pass, setting, section, value);
	return true;
}

static enum err read_section(struct pass *pass, const char *section, struct errbuf *eb)
{
	enum err err;

	pass->section = section;
	pass->seen = false;
	strbuf_reset(&pass->contexts);
	err = ini_read_file(pass->config->file, on_entry, pass, eb);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static void context_section(char *dst, size_t size, const char *context)
{
	snprintf(dst, size, CONTEXT_PREFIX "%s", context);
}

static enum err read_file(struct config *config, struct errbuf *eb)
{
	struct pass pass = {.config = config};
	const char *context = config->values[SETTING_CONTEXT];
	char section[CONFIG_LINE_MAX];
	enum err err = ERR_NONE;
	struct config common = {.file = config->file};

	strbuf_init(&pass.contexts, CONFIG_LINE_MAX);
	/* Which context counts may itself stand in the file. */
	pass.config = &common;
	err = read_section(&pass, "", eb);
	if (!err && !context && common.values[SETTING_CONTEXT]) {
		config_set(config, SETTING_CONTEXT, common.values[SETTING_CONTEXT],
			common.origins[SETTING_CONTEXT]);
		context = config->values[SETTING_CONTEXT];
	}
	pass.config = config;
	if (!err && context) {
		context_section(section, sizeof(section), context);
		err = read_section(&pass, section, eb);
		if (!err && !pass.seen)
			err = err_set_field(eb, ERR_USAGE, "context",
				pass.contexts.len ? pass.contexts.data : NULL,
				"%s has no context \"%s\"", config->file, context);
	}
	for (int i = 0; i < SETTING_COUNT && !err; i++)
		if (common.values[i])
			config_set(config, (enum setting)i, common.values[i], common.origins[i]);
	common.file = NULL;
	config_finish(&common);
	strbuf_finish(&pass.contexts);
	return err;
}

static enum err read_variables(struct config *config, struct errbuf *eb)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *value = getenv(setting_infos[i].variable);

		if (!value || !*value)
			continue;
		if (!value_is_good((enum setting)i, value, setting_infos[i].variable, eb))
			return ERR_USAGE;
		config_set(config, (enum setting)i, value, setting_infos[i].variable);
	}
	return ERR_NONE;
}

static void read_options(struct config *config, const struct command_args *args)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *option = setting_infos[i].option;
		const char *value = args && option ? args_get(args, option) : NULL;

		if (value)
			config_set(config, (enum setting)i, value, option);
	}
}

enum err config_load(const struct command_args *args, struct config *ret_config, struct errbuf *eb)
{
	struct config *config = ret_config;
	enum err err;

	*config = (struct config){.file = xdg_path("XDG_CONFIG_HOME", ".config", "/config")};
	read_options(config, args);
	err = read_variables(config, eb);
	if (!err)
		err = read_file(config, eb);
	if (err)
		return err == ERR_IO ? err : ERR_USAGE;
	config_set(config, SETTING_URL, DEFAULT_URL, "default");
	if (login_name())
		config_set(config, SETTING_USER, login_name(), "login");
	return ERR_NONE;
}

void config_finish(struct config *config)
{
	free(config->file);
	for (int i = 0; i < SETTING_COUNT; i++) {
		free(config->values[i]);
		free(config->origins[i]);
	}
	*config = (struct config){0};
}

const char *config_colour(const struct config *config)
{
	const struct setting_info *url = &setting_infos[SETTING_URL];
	const char *from = config->origins[SETTING_URL];
	const char *colour = config->origins[SETTING_COLOUR];
	bool elsewhere = !strcmp(from, url->option) || !strcmp(from, url->variable);

	if (!colour || (elsewhere && strstr(colour, ", " CONTEXT_PREFIX)))
		return NULL;
	return config->values[SETTING_COLOUR];
}

/* ---- showing ---- */

static void write_setting(
	struct json_writer *w, const char *name, const char *value, const char *origin)
{
	json_object(w, NULL);
	json_c(w, "name", name);
	json_c(w, "value", value);
	json_c(w, "origin", origin);
	json_object_end(w);
}

static void write_path(struct json_writer *w, const char *name, const char *variable,
	const char *fallback, const char *rest)
{
	const char *dir = getenv(variable);
	char *path = xdg_path(variable, fallback, rest);

	write_setting(w, name, path, dir && *dir == '/' ? variable : "default");
	free(path);
}

/* The file was read before, and had no mistake then. */
static bool write_key(
	void *arg, const char *section, const char *name, const char *value, struct errbuf *eb)
{
	char label[CONFIG_LINE_MAX];

	(void)eb;
	if (strcmp(section, KEYS_SECTION) != 0)
		return true;
	snprintf(label, sizeof(label), "key %s", name);
	write_setting(arg, label, value, "the file's [" KEYS_SECTION "]");
	return true;
}

void config_write_json(const struct config *config, struct strbuf *out)
{
	struct json_writer w;

	json_start(&w, out);
	json_object(&w, NULL);
	json_array(&w, "settings");
	for (int i = 0; i < SETTING_COUNT; i++)
		write_setting(&w, setting_infos[i].name, config->values[i],
			config->origins[i] ? config->origins[i] : "not set");
	(void)ini_read_file(config->file, write_key, &w, NULL);
	write_path(&w, "config file", "XDG_CONFIG_HOME", ".config", "/config");
	write_path(&w, "themes", "XDG_CONFIG_HOME", ".config", "/themes");
	write_path(&w, "data of serve", "XDG_STATE_HOME", ".local/state", "");
	write_path(&w, "dashboard, each context", "XDG_STATE_HOME", ".local/state",
		"/dashboard-CONTEXT.json");
	json_array_end(&w);
	json_object_end(&w);
}

/* ---- writing ---- */

/* Whether a line begins a section; the view is what stands between the brackets. */
static bool line_section(struct str line, struct str *ret_section)
{
	struct str text = str_trim(line);

	if (!text.n || text.p[0] != '[')
		return false;
	text.p++;
	text.n--;
	*ret_section = str_trim(str_cut(&text, ']'));
	return true;
}

static bool line_sets(struct str line, const char *name)
{
	struct str rest = line;
	struct str key = str_trim(str_cut(&rest, '='));

	return rest.p != NULL && str_eq_c(key, name);
}

struct edit {
	struct strbuf *out;
	const char *section;
	const char *name;
	const char *value; /* NULL when it is written, or to be taken out */
};

static void edit_write(struct edit *edit)
{
	if (edit->value)
		strbuf_addf(edit->out, "%s = %s\n", edit->name, edit->value);
	edit->value = NULL;
}

/* At the end of the section: before the blank lines that separate it from the next. */
static void edit_write_at_end(struct edit *edit)
{
	struct strbuf *out = edit->out;
	size_t end = out->len;
	size_t blank;

	if (!edit->value)
		return;
	while (end > 1 && out->data[end - 1] == '\n' && out->data[end - 2] == '\n')
		end--;
	blank = out->len - end;
	if (!blank && !*edit->section)
		blank = 1;
	strbuf_truncate(out, end);
	edit_write(edit);
	while (blank-- > 0)
		strbuf_add_char(out, '\n');
}

void config_edit(struct strbuf *out, struct str text, const char *section, const char *name,
	const char *value)
{
	struct edit edit = {.out = out, .section = section, .name = name, .value = value};
	bool inside = !*section;
	bool seen = inside;

	while (text.p != NULL && text.n > 0) {
		struct str line = str_cut(&text, '\n');
		struct str head;

		if (line_section(line, &head)) {
			if (inside)
				edit_write_at_end(&edit);
			inside = str_eq_c(head, section);
			seen |= inside;
		}
		if (inside && line_sets(line, name)) {
			edit_write(&edit);
			continue;
		}
		strbuf_add_str(out, line);
		strbuf_add_char(out, '\n');
	}
	if (edit.value && !seen)
		strbuf_addf(out, "%s[%s]\n", out->len ? "\n" : "", section);
	edit_write(&edit);
}

static enum err io_error(const char *what, const char *path, struct errbuf *eb)
{
	return err_set(eb, ERR_IO, "%s %s: %s", what, path, strerror(errno));
}

static enum err read_text(const char *path, struct strbuf *text, struct errbuf *eb)
{
	char chunk[4096];
	size_t n;
	bool bad;
	FILE *file = fopen(path, "re");

	if (!file)
		return errno == ENOENT ? ERR_NONE : io_error("cannot read", path, eb);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(text, chunk, n);
	bad = ferror(file) != 0;
	fclose(file);
	if (bad)
		return io_error("cannot read", path, eb);
	return strbuf_ok(text) ? ERR_NONE : err_set(eb, ERR_TOO_LARGE, "%s is too large", path);
}

enum err config_store_session(const struct config *config, const char *session, struct errbuf *eb)
{
	/* Through a link the file itself is replaced, not the link: dotfiles are often links. */
	char *real = realpath(config->file, NULL);
	const char *path = real ? real : config->file;
	char section[CONFIG_LINE_MAX] = "";
	struct strbuf old;
	struct strbuf text;
	enum err err;

	if (config->values[SETTING_CONTEXT])
		context_section(section, sizeof(section), config->values[SETTING_CONTEXT]);
	strbuf_init(&old, CONFIG_FILE_MAX);
	strbuf_init(&text, CONFIG_FILE_MAX + CONFIG_LINE_MAX);
	err = read_text(path, &old, eb);
	if (!err && !file_make_dirs_above(path))
		err = io_error("cannot make the directory of", path, eb);
	if (!err) {
		config_edit(&text, strbuf_str(&old), section, "session", session);
		if (!file_replace(path, strbuf_str(&text), true))
			err = io_error("cannot write", path, eb);
	}
	strbuf_finish(&old);
	strbuf_finish(&text);
	free(real);
	return err;
}
