/*
 * Themes: what each role on the screen looks like, read from an INI file.
 *
 *     [theme]
 *     name = dark
 *     ground = dark
 *
 *     [roles]
 *     base = default on default
 *     ready = #7ec699/114/green bold
 *     stable = #d0d0d0 on #303030 underline
 *
 *     [mono]
 *     ready = bold
 *
 * A colour is `default` (the terminal's own), `#rrggbb`, or `#rrggbb/256/16` where the second and third are
 * what a terminal with fewer colours gets; left out, the nearest is taken. A role that has no `on` stands on
 * the base role's ground. `[mono]` is for terminals without colour and for NO_COLOR: attributes only. A role
 * a theme does not name looks like base, and in mono as the role table says.
 *
 * The `on` of `row` is the ground of the selected row of a list: every text in it stands there, but for roles that
 * have an `on` of their own. With `reverse`, and on terminals of 16 colours and fewer, that row is reversed and its
 * texts are in base's ink. A theme that does not name `row` marks it by `mark` and `selected` alone.
 *
 * `ground` says on which terminals a theme that leaves colours to the terminal (`default`) is to be read: dark
 * ones or light ones. It changes nothing on the screen: the check of contrast (contrast.h) counts with it.
 */
#ifndef UMBRA_TUI_THEME_THEME_H
#define UMBRA_TUI_THEME_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum style_attribute {
	STYLE_BOLD = 1 << 0,
	STYLE_DIM = 1 << 1,
	STYLE_UNDERLINE = 1 << 2,
	STYLE_REVERSE = 1 << 3,
	STYLE_ITALIC = 1 << 4,
};

/*
 * What a role asks of its contrast. Text: WCAG 2.2, 1.4.3 (AA). What is no text and says something by its
 * shape (bars, lines, the mark of a row): 1.4.11.
 */
#define AA_TEXT 4.5
#define AA_SHAPE 3.0

/* enum, name in the file, attributes without colour, contrast it asks for, what it is for */
#define ROLE_TABLE(X)                                                                              \
	X(ROLE_BASE, "base", 0, AA_TEXT, "everything that has no role of its own, and the ground") \
	X(ROLE_QUIET, "quiet", STYLE_DIM, AA_TEXT, "what is there but seldom read")                \
	X(ROLE_STRONG, "strong", STYLE_BOLD, AA_TEXT, "names one looks for")                       \
	X(ROLE_BRAND, "brand", STYLE_BOLD, AA_TEXT, "the word umbra")                              \
	X(ROLE_ENVIRONMENT, "environment", STYLE_BOLD, AA_TEXT, "the environment's name")          \
	X(ROLE_DEMO, "demo", STYLE_BOLD | STYLE_REVERSE, AA_TEXT,                                  \
		"the mark of a demo's environment")                                                \
	X(ROLE_TAB, "tab", 0, AA_TEXT, "a view that is not shown")                                 \
	X(ROLE_TAB_NOW, "tab-now", STYLE_BOLD | STYLE_UNDERLINE, AA_TEXT,                          \
		"the view that is shown")                                                          \
	X(ROLE_HEADING, "heading", STYLE_BOLD, AA_TEXT, "titles of columns")                       \
	X(ROLE_RULE, "rule", STYLE_DIM, AA_SHAPE, "lines between panes")                           \
	X(ROLE_SELECTED, "selected", STYLE_BOLD, AA_TEXT, "the name in the selected row")          \
	X(ROLE_MARK, "mark", STYLE_BOLD, AA_SHAPE, "the bar before the selected row")              \
	X(ROLE_ROW, "row", STYLE_REVERSE, AA_TEXT, "the ground of the selected row")               \
	X(ROLE_SERVICE, "service", STYLE_BOLD, AA_TEXT, "a service's name")                        \
	X(ROLE_STABLE, "stable", 0, AA_TEXT, "the stable version")                                 \
	X(ROLE_EPHEMERAL, "ephemeral", 0, AA_TEXT, "a version beside it")                          \
	X(ROLE_PR, "pull-request", 0, AA_TEXT, "a pull request's number")                          \
	X(ROLE_READY, "ready", 0, AA_TEXT, "healthy, done, 2xx")                                   \
	X(ROLE_STARTING, "starting", 0, AA_TEXT, "not checked yet")                                \
	X(ROLE_UNHEALTHY, "unhealthy", STYLE_BOLD, AA_TEXT, "checks fail, errors, 5xx")            \
	X(ROLE_DRAINING, "draining", STYLE_DIM, AA_TEXT, "going")                                  \
	X(ROLE_WARNING, "warning", STYLE_BOLD, AA_TEXT, "about to go wrong, 4xx, a lost session")  \
	X(ROLE_REDIRECT, "redirect", 0, AA_TEXT, "3xx")                                            \
	X(ROLE_FIGURE, "figure", 0, AA_TEXT, "numbers that are fine")                              \
	X(ROLE_SPARK, "spark", 0, AA_SHAPE, "the last minute")                                     \
	X(ROLE_GLOW, "glow", STYLE_BOLD | STYLE_UNDERLINE, AA_TEXT, "changed a moment ago")        \
	X(ROLE_SESSION, "session", 0, AA_TEXT, "a session's key")                                  \
	X(ROLE_PINNED, "pinned", STYLE_BOLD, AA_TEXT, "a hop that a pin decided")                  \
	X(ROLE_STAGED, "staged", STYLE_BOLD, AA_TEXT, "chosen, not sent")                          \
	X(ROLE_COMMAND, "command", STYLE_DIM, AA_TEXT, "the equal command line")                   \
	X(ROLE_KEY, "key", STYLE_BOLD, AA_TEXT, "a key in hints and help")                         \
	X(ROLE_HINT, "hint", 0, AA_TEXT, "what the key does")                                      \
	X(ROLE_MATCH, "match", STYLE_REVERSE, AA_TEXT, "text that was looked for")                 \
	X(ROLE_ESCAPED, "escaped", STYLE_REVERSE, AA_TEXT,                                         \
		"bytes that may not be shown as they are")                                         \
	X(ROLE_LIVE, "live", 0, AA_TEXT, "the connection when all is well")                        \
	X(ROLE_STALE, "stale", STYLE_REVERSE | STYLE_BOLD, AA_TEXT,                                \
		"the connection when it is lost")                                                  \
	X(ROLE_OLD, "old", STYLE_DIM, AA_TEXT, "everything that is shown while it is lost")        \
	X(ROLE_LOST, "lost", STYLE_REVERSE, AA_TEXT, "lines that are missing in a stream")         \
	X(ROLE_PROMPT, "prompt", STYLE_BOLD, AA_TEXT, "what is asked")                             \
	X(ROLE_INPUT, "input", 0, AA_TEXT, "what is typed")                                        \
	X(ROLE_CURSOR, "cursor", STYLE_REVERSE, AA_TEXT, "where it is typed")                      \
	X(ROLE_MISTAKE, "mistake", STYLE_BOLD | STYLE_UNDERLINE, AA_TEXT,                          \
		"where what is typed is wrong")                                                    \
	X(ROLE_DONE, "done", 0, AA_TEXT, "an action that succeeded")                               \
	X(ROLE_QR, "qr", STYLE_REVERSE, AA_TEXT, "a QR code: dark on light")                       \
	X(ROLE_FAILED, "failed", STYLE_BOLD, AA_TEXT, "an action that did not")

enum role {
#define X(name, word, mono, least, help) name,
	ROLE_TABLE(X)
#undef X
		ROLE_COUNT
};

extern const char *const role_names[ROLE_COUNT];
extern const char *const role_help[ROLE_COUNT];
extern const double role_contrast[ROLE_COUNT];

/* -1 is the terminal's own. */
struct colour {
	int32_t rgb; /* 0xrrggbb */
	int16_t of_256;
	int16_t of_16;
};

struct style {
	bool set; /* the theme names it */
	bool has_ground; /* it has an `on` of its own */
	struct colour ink;
	struct colour ground;
	unsigned attributes;
	unsigned mono;
};

/*
 * `#rrggbb`, `#rrggbb/256/16`, or one of the 16 by name, which is what the terminal has for it. Not `default`.
 */
enum err colour_parse(struct str word, struct colour *ret_colour, struct errbuf *eb);

/* What the terminal's own colours are taken to be. */
enum theme_ground { GROUND_ANY, GROUND_DARK, GROUND_LIGHT };

struct theme {
	char name[32];
	enum theme_ground ground;
	struct style styles[ROLE_COUNT];
};

/* `file` stands for the text in errors ("file:line: sentence"). `ret_theme` is written on success only. */
enum err theme_parse(
	const char *file, const char *text, struct theme *ret_theme, struct errbuf *eb);
enum err theme_read(const char *path, struct theme *ret_theme, struct errbuf *eb);

/* The environment's name stands on this colour, in black or white, whatever the theme says; reversed without colour. */
void theme_set_environment(struct theme *theme, const struct colour *ground);

/* The themes the program carries. */
struct theme_text {
	const char *name;
	const char *text; /* terminated */
};
extern const struct theme_text theme_texts[];
extern const size_t theme_text_count;

/* $XDG_CONFIG_HOME/umbra/themes (or ~/.config/...); "" when there is no home. */
enum { THEME_PATH_SIZE = 1024 };
void theme_directory(char dst[THEME_PATH_SIZE]);
/*
 * Where the file of a theme is, whether it is there or not: a name with a slash or with ".theme" at its end is
 * a path, another one is NAME.theme in that directory. "" when there is no home, or it would be too long.
 * There is always a slash in it.
 */
void theme_path(const char *name, char dst[THEME_PATH_SIZE]);
/*
 * The file at theme_path(), else, for a name, the theme carried inside. The path read, or "" for one from
 * inside, goes to ret_path (may be NULL).
 */
enum err theme_load(const char *name, struct theme *ret_theme, char ret_path[THEME_PATH_SIZE],
	struct errbuf *eb);

/* Names of themes that can be loaded: those carried inside, then the user's own, by name; a name once. */
struct theme_names {
	char **names;
	size_t count;
	size_t cap;
};
void theme_names_read(struct theme_names *ret_names);
void theme_names_finish(struct theme_names *names);

#endif
