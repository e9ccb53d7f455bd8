/*
 * What is kept from one run of the dashboard to the next, a file for each context:
 *
 *     {"view":"sessions","theme":"light","lines":["version list"],"views":{"services":{...}}}
 *
 * `view` is the tab one left from, `theme` one that was chosen by `:theme` (and `theme_instead_of` what the config said
 * then: once it says something else, that counts), `lines` those of the `:` line, and each object below `views` is its
 * view's own (keep and restore of tui/ui/view.h).
 */
#ifndef UMBRA_TUI_APP_PERSIST_H
#define UMBRA_TUI_APP_PERSIST_H

struct dashboard_options;
struct navigation;
struct palette;
struct theme_watch;
struct ui;

/* The parts that have something to keep. */
struct persist {
	struct ui *ui; /* for messages */
	struct navigation *nav;
	struct palette *palette;
	struct theme_watch *theme;
};

/* Before the theme is taken. Without a file there is nothing to restore; one that cannot be used is a message. */
void persist_restore(const struct persist *persist, const struct dashboard_options *options);
/* Whole or not at all: a new file takes the place of the old one. Directories are made. */
void persist_save(const struct persist *persist, const char *path);

#endif
