/*
 * The theme of the screen: chosen at the start, by `:theme`, or by the colour of the terminal's ground; read again when
 * its file is saved. A theme that has a mistake is not taken: the one before stays, and a message says what is wrong.
 */
#ifndef UMBRA_TUI_APP_THEME_WATCH_H
#define UMBRA_TUI_APP_THEME_WATCH_H

#include <stdbool.h>

#include "core/base/err.h"

#include "tui/theme/ground.h"
#include "tui/theme/theme.h"

struct dashboard_options;
struct event;
struct event_base;
struct frames;
struct terminal;
struct ui;

struct theme_watch {
	struct event_base *base;
	struct terminal *screen; /* NULL until it is there */
	struct ui *ui; /* for messages */
	struct frames *frames;
	struct theme theme;
	char name[THEME_PATH_SIZE];
	char by_config[THEME_PATH_SIZE]; /* "" when it says nothing */
	bool chosen; /* by `:theme`, in this run or an earlier one */
	bool follows; /* nobody chose it: it is the one for the terminal's ground */
	enum theme_ground ground; /* GROUND_ANY: the terminal does not tell */
	bool ground_open; /* it may still tell */
	struct colour colour; /* of the environment's name; rgb -1: the theme's */
	char file[THEME_PATH_SIZE]; /* watched */
	int fd; /* of inotify; -1: none */
	struct event *file_changed;
	struct event *unanswered; /* the terminal does not say what its ground is */
};

/* `name` and `chosen` may be set before, from an earlier run. */
bool theme_watch_start(
	struct theme_watch *watch, const struct dashboard_options *options, struct errbuf *eb);
void theme_watch_stop(struct theme_watch *watch);
/* Takes another theme; false with a sentence, and the old one stays. */
bool theme_watch_take(struct theme_watch *watch, const char *name, struct errbuf *eb);

/* Where the ground chooses: once the screen is there, and after the first frame. Then the terminal is asked. */
void theme_watch_see(struct theme_watch *watch);
void theme_watch_ask(struct theme_watch *watch);
void theme_watch_answer(struct theme_watch *watch, const char *answer);

#endif
