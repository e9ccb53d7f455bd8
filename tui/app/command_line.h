/*
 * The `:` line at work: the dashboard's own words are done at once, a command is requested (ui_run()), after a question
 * where something would be lost. The line stays up until the answer is there; refused, it can be mended.
 */
#ifndef UMBRA_TUI_APP_COMMAND_LINE_H
#define UMBRA_TUI_APP_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/ui/palette.h"

struct command_args;
struct command_result;
struct model;
struct navigation;
struct theme_watch;
struct ui;

struct command_line {
	struct model *model;
	struct ui *ui;
	struct navigation *nav;
	struct theme_watch *theme;
	struct palette palette;
};

void command_line_open(struct command_line *line, const char *text);
/* True: the word was quit. */
bool command_line_key(struct command_line *line, int32_t key);
/* A command of the line was answered; a sentence that came with a good answer is a message already. */
void command_line_answered(struct command_line *line, const struct command_args *command,
	const struct command_result *result);

#endif
