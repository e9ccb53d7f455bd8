/*
 * Sends commands and hands out their answers, see command_runner.h. Called for requests of the views and of the `:` line.
 */
#include "tui/app/command_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/term_text.h"
#include "core/base/xalloc.h"

#include "tui/app/command_line.h"
#include "tui/app/navigation.h"
#include "tui/app/sync.h"

struct run {
	struct command_runner *runner;
	struct run *next;
	struct command_run *under_way;
	struct command_args *command;
	enum run_for run_for;
	struct asked asked; /* what it came of, when that was a line */
	const struct view_instance *from; /* on top when it was sent */
};

static void run_destroy(struct run *run)
{
	args_destroy(run->command);
	free(run);
}

static void run_forget(struct run *run)
{
	struct run **at = &run->runner->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	run->runner->ui->running--;
	run_destroy(run);
}

/* A session that was created is its maker's, who wants to see it; not while something else is asked. */
static void show_created(struct command_runner *runner, struct str body)
{
	cJSON *answer = json_parse(body, NULL);
	struct str key;
	char text[LIMIT_SESSION_KEY + 1];

	if (answer && json_get_str(answer, "key", &key) && str_copy(text, sizeof(text), key)) {
		str_copy(runner->ui->session, sizeof(runner->ui->session), key);
		if (runner->ui->prompt.kind == PROMPT_NONE)
			ui_open(runner->ui, &view_pins, text);
	}
	cJSON_Delete(answer);
}

/* What its screen shows below anyway is counted: "session a-1b2c: lenient, 3 pins, for 8h". */
static bool say_session_shortly(struct command_runner *runner, struct str body)
{
	cJSON *answer = json_parse(body, NULL);
	int pins = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "pins"));
	const char *warning = cJSON_GetStringValue(
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "warnings"), 0));
	struct str key, policy, ttl;
	bool is_one = json_get_str(answer, "key", &key) &&
		      json_get_str(answer, "policy", &policy) && json_get_str(answer, "ttl", &ttl);

	if (is_one)
		ui_say(runner->ui, warning ? ROLE_WARNING : ROLE_DONE,
			"session %.*s: %.*s, %d pin%s, for %.*s%s%s", STR_ARG(key), STR_ARG(policy),
			pins, pins == 1 ? "" : "s", STR_ARG(ttl), warning ? "; " : "",
			warning ? warning : "");
	cJSON_Delete(answer);
	return is_one;
}

/* The sentence of an answer, as a message; in few words where it would be cut. */
static void say(struct command_runner *runner, const struct command_result *result)
{
	bool fits = (int)text_cells(result->message) <= runner->nav->cols - 2;

	if (fits || !say_session_shortly(runner, result->body))
		ui_say(runner->ui, ROLE_DONE, "%.*s", STR_ARG(result->message));
}

/*
 * The sentence, under the line it is about where there was one and its view is still there. Where nothing answered
 * it is not about the line, which is not offered to be sent again: it may have been done.
 */
static void say_refused(
	struct command_runner *runner, const struct asked *asked, const struct errbuf *eb)
{
	struct prompt *prompt = &runner->ui->prompt;
	char text[MESSAGE_MAX];

	ui_refusal(text, eb);
	if (asked->set && eb->err != ERR_UNREACHABLE && prompt->kind == PROMPT_NONE &&
		navigation_top(runner->nav) == asked->top) {
		ui_ask_again(runner->ui, asked->question, asked->label, asked->text);
		str_copy(prompt->mistake, sizeof(prompt->mistake), str_of(text));
		return;
	}
	ui_say(runner->ui, ROLE_FAILED, "%s", text);
}

static void handle_answer(struct run *run, const struct command_result *result)
{
	struct command_runner *runner = run->runner;
	struct view_instance *top = navigation_top(runner->nav);
	bool good = result->err == ERR_NONE;
	char text[MESSAGE_MAX];

	switch (run->run_for) {
	case RUN_SHOWS_ANSWER:
		if (good && result->message.n > 0)
			say(runner, result);
		command_line_answered(runner->line, run->command, result);
		break;
	case RUN_BATCH:
		(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(result->message));
		ui_batch_done(runner->ui, good, good ? text : result->eb->text);
		break;
	case RUN_ANSWERS_VIEW:
		if (!good)
			say_refused(runner, &run->asked, result->eb);
		else if (top == run->from &&
			 top->view->dry_run_result) /* another view did not ask */
			(void)top->view->dry_run_result(
				top->state, runner->model, runner->ui, result->body);
		break;
	case RUN_PLAIN:
		if (good)
			say(runner, result);
		else
			say_refused(runner, &run->asked, result->eb);
		break;
	}
}

static void run_done(void *arg, const struct command_result *result)
{
	struct run *run = arg;
	struct command_runner *runner = run->runner;

	handle_answer(run, result);
	if (result->err == ERR_NONE && run->run_for != RUN_ANSWERS_VIEW &&
		run->command->command->yours)
		show_created(runner, result->body);
	if (!result->more)
		run_forget(run);
	runner->answered(runner->arg);
}

/* What the view has asked for since then makes an older answer wrong, and the older one may come later. */
static void cancel_older_answer(struct command_runner *runner)
{
	for (struct run *run = runner->runs, *next; run; run = next) {
		next = run->next;
		if (run->run_for != RUN_ANSWERS_VIEW)
			continue;
		command_cancel(run->under_way);
		run_forget(run);
	}
}

void command_runner_run(
	struct command_runner *runner, struct command_args *command, enum run_for run_for)
{
	bool writes = command->command->writes && run_for != RUN_ANSWERS_VIEW;
	struct errbuf eb;
	struct run *run;

	errbuf_clear(&eb);
	if (command_check(command, &eb) != ERR_NONE) {
		say_refused(runner, &runner->asked, &eb);
		if (run_for == RUN_BATCH)
			ui_batch_done(runner->ui, false, eb.text);
		args_destroy(command);
		return;
	}
	if (writes && runner->ui->read_only) {
		char *line = NULL;

		ui_print_command(&line, command);
		ui_say(runner->ui, ROLE_WARNING, "READ-ONLY: not sent: %s", line);
		free(line);
		args_destroy(command);
		return;
	}
	if (run_for == RUN_ANSWERS_VIEW)
		cancel_older_answer(runner);
	run = xcalloc(1, sizeof(*run));
	run->runner = runner;
	run->command = command;
	run->run_for = run_for;
	run->asked = runner->asked;
	run->from = navigation_top(runner->nav);
	run->next = runner->runs;
	runner->runs = run;
	runner->ui->running++;
	run->under_way =
		command_start(command->command, runner->sync->client, command, run_done, run);
}

void command_runner_stop(struct command_runner *runner)
{
	while (runner->runs) {
		struct run *run = runner->runs;

		runner->runs = run->next;
		command_cancel(run->under_way);
		run_destroy(run);
	}
}
