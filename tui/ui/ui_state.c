/*
 * Puts up prompts, messages and requests to the app. Called by the handlers of views and by the app;
 * nothing here draws or does I/O.
 */
#include "tui/ui/ui_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/ui/view.h"

void ui_finish(struct ui *ui)
{
	picker_clear(&ui->prompt.picker);
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

void ui_ask_letter(struct ui *ui, enum question question, const char *label)
{
	ask(ui, PROMPT_LETTER, question, label);
}

void ui_ask_pick(struct ui *ui, enum question question, const char *label)
{
	ask(ui, PROMPT_PICK, question, label);
}

void ui_ask_confirm(
	struct ui *ui, enum question question, bool loses, const char *label, const char *command)
{
	ask(ui, PROMPT_CONFIRM, question, label);
	ui->prompt.loses = loses;
	ui->prompt.fresh = true;
	str_copy(ui->prompt.command, sizeof(ui->prompt.command), str_of(command));
}

void ui_ask_palette(struct ui *ui)
{
	ask(ui, PROMPT_PALETTE, QUESTION_RUN, "");
}

void ui_ask_end(struct ui *ui)
{
	picker_clear(&ui->prompt.picker);
	ui->prompt.kind = PROMPT_NONE;
	ui->prompt.loses = ui->prompt.fresh = false;
	ui->prompt.label[0] = ui->prompt.command[0] = ui->prompt.mistake[0] = '\0';
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

static struct ui_request *add_request(struct ui *ui, enum ui_request_kind kind, const char *text)
{
	struct ui_request *request;

	if (ui->pending_count == UI_REQUESTS_MAX)
		ui->pending_count--;
	request = &ui->pending[ui->pending_count++];
	request->kind = kind;
	request->view = NULL;
	str_copy(request->text, sizeof(request->text), str_of(text));
	return request;
}

void ui_run(struct ui *ui, const char *command_line)
{
	(void)add_request(ui, UI_REQUEST_RUN, command_line);
}

void ui_run_batch(struct ui *ui, const char *command_line)
{
	struct batch *batch = &ui->batch;

	if (batch->done + batch->failed == batch->total)
		memset(batch, 0, sizeof(*batch));
	batch->total++;
	(void)add_request(ui, UI_REQUEST_RUN_BATCH, command_line);
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

void ui_dry_run(struct ui *ui, const char *command_line)
{
	(void)add_request(ui, UI_REQUEST_DRY_RUN, command_line);
}

void ui_open(struct ui *ui, const struct view *view, const char *argument)
{
	add_request(ui, UI_REQUEST_OPEN, argument)->view = view;
}

void ui_back(struct ui *ui)
{
	(void)add_request(ui, UI_REQUEST_BACK, "");
}

void ui_save(struct ui *ui, const char *path)
{
	(void)add_request(ui, UI_REQUEST_SAVE, path);
}

void ui_choose_columns(struct ui *ui, const struct column_set *set, struct column_choice *choice)
{
	ui->column_set = set;
	ui->column_choice = choice;
	ui_open(ui, &view_columns, "");
}

void ui_command(char dst[COMMAND_MAX], const char *command, const struct command_vars *vars)
{
	struct strbuf line;

	strbuf_init(&line, COMMAND_MAX - 1);
	keymap_expand(&line, command, vars);
	str_copy(dst, COMMAND_MAX, strbuf_str(&line));
	strbuf_finish(&line);
}

void ui_run_binding(struct ui *ui, const struct binding *binding, const struct command_vars *vars)
{
	char line[COMMAND_MAX];

	if (!binding || !binding->command)
		return;
	ui_command(line, binding->command, vars);
	ui_run(ui, line);
}
