/*
 * Commands on their way: each is checked, sent, and what becomes of its answer is done: a message, the view's dry run,
 * the result of the `:` line.
 */
#ifndef UMBRA_TUI_APP_COMMAND_RUNNER_H
#define UMBRA_TUI_APP_COMMAND_RUNNER_H

#include <stdbool.h>

#include "core/base/limits.h"
#include "core/command/command.h"

#include "tui/ui/ui_state.h"

struct command_line;
struct navigation;
struct run;
struct sync;
struct view_instance;

/* A line that was answered: when what it led to is refused, it comes back with the mistake. */
struct asked {
	bool set;
	enum question question;
	const struct view_instance *top; /* the view that asked */
	char label[MESSAGE_MAX];
	char text[LIMIT_FILTER + 1];
};

struct command_runner {
	struct model *model;
	struct ui *ui;
	struct navigation *nav;
	struct sync *sync; /* whose client sends them */
	struct command_line *line; /* gets the answers to its own */
	void (*answered)(void *arg); /* called after each answer: it may have left requests */
	void *arg;
	struct run *runs; /* those that are not answered */
	struct asked asked; /* the line that was just answered; input.c sets it */
};

/* Takes the command. */
void command_runner_run(
	struct command_runner *runner, struct command_args *command, enum run_for run_for);
void command_runner_stop(struct command_runner *runner);

#endif
