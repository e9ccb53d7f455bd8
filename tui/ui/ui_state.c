/*
 * Puts up prompts, messages and requests to the app. Called by the handlers of views and by the app;
 * nothing here draws or does I/O.
 */
#include "tui/ui/ui_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/ui/view.h"

enum { COMMAND_LINE_MAX = LIMIT_BODY };

static void drop_commands(struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->command_count; i++)
		args_destroy(prompt->commands[i]);
	prompt->command_count = 0;
	strbuf_finish(&prompt->command_line);
}

void ui_request_finish(struct ui_request *request)
{
	args_destroy(request->command);
	free(request->text);
}

void ui_finish(struct ui *ui)
{
	picker_clear(&ui->prompt.picker);
	chosen_versions_finish(&ui->asked);
	drop_commands(&ui->prompt);
	free(ui->prompt.commands);
	for (size_t i = 0; i < ui->pending_count; i++)
		ui_request_finish(&ui->pending[i]);
	free(ui->pending);
}

static void ask(struct ui *ui, enum prompt_kind kind, enum question question, const char *label)
{
	ui_ask_end(ui);
	ui->prompt.kind = kind;
	ui->prompt.question = question;
	ui->message[0] = '\0';
	str_copy(ui->prompt.label, sizeof(ui->prompt.label), str_of(label));
}

void ui_ask_line(struct ui *ui, enum question question, const char *label, const char *text)
{
	ask(ui, PROMPT_LINE, question, label);
	line_edit_propose(&ui->prompt.input, text);
}

void ui_ask_again(struct ui *ui, enum question question, const char *label, const char *text)
{
	ask(ui, PROMPT_LINE, question, label);
	line_edit_set(&ui->prompt.input, text);
}

void ui_ask_mistaken(struct ui *ui, const struct errbuf *eb, const char *text)
{
	char label[MESSAGE_MAX];

	str_copy(label, sizeof(label), str_of(ui->answered_label));
	ui_ask_again(ui, ui->answered_question, label, text);
	ui_refusal(ui->prompt.mistake, eb);
}

void ui_ask_letter(struct ui *ui, enum question question, const char *label)
{
	ask(ui, PROMPT_LETTER, question, label);
}

void ui_ask_pick(struct ui *ui, enum question question, const char *label)
{
	ask(ui, PROMPT_PICK, question, label);
}

void ui_ask_confirm(struct ui *ui, enum question question, bool loses, const char *label)
{
	ask(ui, PROMPT_CONFIRM, question, label);
	ui->prompt.loses = loses;
	ui->prompt.fresh = true;
	strbuf_init(&ui->prompt.command_line, COMMAND_LINE_MAX);
}

void ui_on_yes(struct ui *ui, struct command_args *command)
{
	struct prompt *prompt = &ui->prompt;

	array_reserve(&prompt->commands, &prompt->command_cap, prompt->command_count + 1,
		sizeof(struct command_args *));
	if (prompt->command_count > 0)
		strbuf_add_c(&prompt->command_line, " && ");
	args_print(&prompt->command_line, command);
	prompt->commands[prompt->command_count++] = command;
}

bool ui_ask_command(struct ui *ui, enum question question, const struct environment *env,
	struct command_args *command)
{
	char label[MESSAGE_MAX];
	struct strbuf text;

	if (!command->command->confirm)
		return false;
	strbuf_init(&text, (size_t)MESSAGE_MAX * 2);
	if (!command->command->confirm(env, command, &text)) {
		strbuf_reset(&text);
		strbuf_add_c(
			&text, "It is not known here (yet): what would be lost cannot be said.");
	}
	str_copy(label, sizeof(label), strbuf_str(&text));
	strbuf_finish(&text);
	ui_ask_confirm(ui, question, command->command->loses, label);
	ui_on_yes(ui, command);
	return true;
}

void ui_run_confirmed(struct ui *ui)
{
	struct prompt *prompt = &ui->prompt;
	enum run_for run_for = prompt->command_count > 1          ? RUN_BATCH
			       : prompt->question == QUESTION_RUN ? RUN_SHOWS_ANSWER
								  : RUN_PLAIN;

	for (size_t i = 0; i < prompt->command_count; i++)
		ui_run(ui, prompt->commands[i], run_for);
	prompt->command_count = 0;
}

void ui_ask_palette(struct ui *ui)
{
	ask(ui, PROMPT_PALETTE, QUESTION_RUN, "");
}

void ui_ask_end(struct ui *ui)
{
	ui->answered_question = ui->prompt.question;
	if (ui->prompt.kind == PROMPT_LINE)
		str_copy(ui->answered_label, sizeof(ui->answered_label), str_of(ui->prompt.label));
	picker_clear(&ui->prompt.picker);
	drop_commands(&ui->prompt);
	ui->prompt.kind = PROMPT_NONE;
	ui->prompt.loses = ui->prompt.fresh = false;
	ui->prompt.label[0] = ui->prompt.mistake[0] = ui->prompt.fitting[0] = '\0';
	ui->prompt.column = SIZE_MAX;
}

void ui_say(struct ui *ui, enum role role, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	keymap_text(ui->message, sizeof(ui->message), text);
	ui->message_role = role;
}

void ui_refusal(char dst[MESSAGE_MAX], const struct errbuf *eb)
{
	if (eb->expected[0] == '\0')
		str_copy(dst, MESSAGE_MAX, str_of(eb->text));
	else
		(void)snprintf(
			dst, MESSAGE_MAX, "%.320s; accepted: %.160s", eb->text, eb->expected);
}

static void add_request(struct ui *ui, struct ui_request request)
{
	array_reserve(&ui->pending, &ui->pending_cap, ui->pending_count + 1, sizeof(request));
	ui->pending[ui->pending_count++] = request;
}

void ui_run(struct ui *ui, struct command_args *command, enum run_for run_for)
{
	struct batch *batch = &ui->batch;

	if (run_for == RUN_BATCH) {
		if (batch->done + batch->failed == batch->total)
			memset(batch, 0, sizeof(*batch));
		batch->total++;
	}
	add_request(ui, (struct ui_request){
				.kind = UI_REQUEST_RUN, .run_for = run_for, .command = command});
}

void ui_batch_done(struct ui *ui, bool good, const char *text)
{
	struct batch *batch = &ui->batch;

	if (good)
		batch->done++;
	else if (batch->failed++ == 0)
		str_copy(batch->why, sizeof(batch->why), str_of(text));
	if (batch->failed > 0)
		ui_say(ui, ROLE_FAILED, "%d of %d done, %d failed, the first: %s", batch->done,
			batch->total, batch->failed, batch->why);
	else
		ui_say(ui, ROLE_DONE, "%d of %d done: %s", batch->done, batch->total, text);
}

void ui_open(struct ui *ui, const struct view *view, const char *argument)
{
	add_request(ui, (struct ui_request){
				.kind = UI_REQUEST_OPEN, .view = view, .text = xstrdup(argument)});
}

void ui_back(struct ui *ui)
{
	add_request(ui, (struct ui_request){.kind = UI_REQUEST_BACK});
}

void ui_save(struct ui *ui, const char *path)
{
	add_request(ui, (struct ui_request){.kind = UI_REQUEST_SAVE, .text = xstrdup(path)});
}

void ui_choose_columns(struct ui *ui, const struct column_set *set, struct column_choice *choice)
{
	ui->column_set = set;
	ui->column_choice = choice;
	ui_open(ui, &view_columns, "");
}

void ui_print_command(char **line, struct command_args *command)
{
	struct strbuf text;

	free(*line);
	*line = NULL;
	if (!command)
		return;
	strbuf_init(&text, COMMAND_LINE_MAX);
	args_print(&text, command);
	*line = strbuf_detach(&text);
	args_destroy(command);
}
