/*
 * What a key does: to the prompt when one is up, else what the keymap says, to the view on top or to the
 * app. Called for each key; requests are carried out by the app afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

#include "tui/ui/list_view.h"
#include "tui/app/internal.h"
#include "tui/term/keys.h"

static void answer_filter(struct app *app, const char *text)
{
	struct view_instance *top = app_top(app);
	struct prompt *prompt = &app->ui.prompt;
	struct errbuf eb;
	size_t column = SIZE_MAX;

	errbuf_clear(&eb);
	prompt->mistake[0] = '\0';
	prompt->column = SIZE_MAX;
	if (top->view->set_filter &&
		top->view->set_filter(top->state, &app->model, text, &column, &eb) != ERR_NONE) {
		str_copy(prompt->mistake, sizeof(prompt->mistake), str_of(eb.text));
		prompt->column = column;
	}
}

static void answer_find(struct app *app, const char *text)
{
	struct view_instance *top = app_top(app);
	struct prompt *prompt = &app->ui.prompt;

	str_copy(app->ui.find, sizeof(app->ui.find), str_of(text));
	prompt->mistake[0] = '\0';
	if (text[0] != '\0' && top->view->find &&
		!top->view->find(top->state, &app->model, str_of(text), false, true))
		str_copy(prompt->mistake, sizeof(prompt->mistake), STR_LIT("no row has that text"));
}

/* While it is typed: filter and find show at once what they would do. */
static void typed(struct app *app)
{
	struct prompt *prompt = &app->ui.prompt;

	prompt->mistake[0] = '\0';
	prompt->column = SIZE_MAX;
	if (prompt->question == QUESTION_FILTER)
		answer_filter(app, prompt->input.text);
	else if (prompt->question == QUESTION_FIND)
		answer_find(app, prompt->input.text);
}

/* Should what it leads to be refused, the line comes back with the sentence, and nothing typed is lost. */
static void note_asked(struct app *app, const char *text)
{
	const struct prompt *prompt = &app->ui.prompt;
	struct asked *asked = &app->asked;

	asked->set = prompt->kind == PROMPT_LINE && prompt->question != QUESTION_FILTER &&
		     prompt->question != QUESTION_FIND;
	if (!asked->set)
		return;
	asked->question = prompt->question;
	asked->top = app_top(app);
	str_copy(asked->label, sizeof(asked->label), str_of(prompt->label));
	str_copy(asked->text, sizeof(asked->text), str_of(text));
}

static void answered(struct app *app, const char *text)
{
	struct view_instance *top = app_top(app);
	struct ui *ui = &app->ui;
	enum question question = ui->prompt.question;
	char *copy = xstrdup(text);

	if (question == QUESTION_FILTER && ui->prompt.mistake[0] != '\0') {
		free(copy); /* it stays up, with the mistake shown */
		return;
	}
	note_asked(app, copy);
	ui_run_confirmed(ui);
	ui_ask_end(ui);
	if (question == QUESTION_COPY)
		clipboard_take(app, copy);
	else if (question == QUESTION_QUIT)
		app->done = true;
	else if (question != QUESTION_FILTER && question != QUESTION_FIND &&
		 question != QUESTION_RUN && top->view->answer)
		(void)top->view->answer(top->state, &app->model, ui, question, copy);
	free(copy);
}

static void cancelled(struct app *app)
{
	enum question question = app->ui.prompt.question;

	if (question == QUESTION_FILTER)
		answer_filter(app, "");
	if (question == QUESTION_FIND)
		app->ui.find[0] = '\0';
	ui_ask_end(&app->ui);
}

void press_quit(struct app *app)
{
	char text[MESSAGE_MAX];

	if (!app->ends) {
		app->done = true;
		return;
	}
	(void)snprintf(text, sizeof(text),
		"Leave? %s Another terminal can look at it until then: umbra --url %s", app->ends,
		app->model.url);
	ui_ask_confirm(&app->ui, QUESTION_QUIT, true, text);
}

static void press_confirm(struct app *app, int32_t key)
{
	if (app->ui.prompt.fresh && key != KEYS_ESCAPE) {
		str_copy(app->ui.prompt.mistake, sizeof(app->ui.prompt.mistake),
			STR_LIT("what came in together with the question is no answer to it"));
		return;
	}
	if (key == 'y' || (key == KEYS_ENTER && !app->ui.prompt.loses))
		answered(app, "yes");
	else if (key == KEYS_ESCAPE || key == 'n' || key == 'q')
		cancelled(app);
}

static void press_letter(struct app *app, int32_t key)
{
	struct view_instance *top = app_top(app);
	bool sort = app->ui.prompt.question == QUESTION_SORT;

	ui_ask_end(&app->ui);
	if (sort && key > ' ' && key < 0x7f && top->view->sort &&
		!top->view->sort(top->state, &app->model, (char)key))
		ui_say(&app->ui, ROLE_WARNING, "no column sorts by that letter");
}

static void press_prompt(struct app *app, int32_t key)
{
	struct prompt *prompt = &app->ui.prompt;
	enum line_edit_event event;

	if (prompt->kind == PROMPT_PALETTE) {
		command_line_press(app, key);
		return;
	}
	if (prompt->kind == PROMPT_CONFIRM) {
		press_confirm(app, key);
		return;
	}
	if (prompt->kind == PROMPT_LETTER) {
		press_letter(app, key);
		return;
	}
	event = prompt->kind == PROMPT_PICK ? picker_key(&prompt->picker, key)
					    : line_edit_key(&prompt->input, key);
	if (event == LINE_EDIT_CANCELLED)
		cancelled(app);
	else if (event == LINE_EDIT_DONE)
		answered(app, prompt->kind == PROMPT_PICK ? picker_value(&prompt->picker)
							  : prompt->input.text);
	else if (event == LINE_EDIT_CHANGED && prompt->kind == PROMPT_LINE)
		typed(app);
}

/* ---- what was pasted ---- */

static bool takes_text(const struct app *app)
{
	enum prompt_kind kind = app->ui.prompt.kind;

	return kind == PROMPT_LINE || kind == PROMPT_PICK ||
	       (kind == PROMPT_PALETTE && !app->palette.sent);
}

static void refuse_paste(struct app *app)
{
	static const char why[] = "text was pasted, and nothing here takes text: nothing was done";

	if (app->ui.prompt.kind == PROMPT_CONFIRM)
		str_copy(app->ui.prompt.mistake, sizeof(app->ui.prompt.mistake), str_of(why));
	else
		ui_say(&app->ui, ROLE_WARNING, "%s; {list.filter} and {global.command} do", why);
	app_touch(app, REDRAW_ALL);
}

/* Whether the key is text for what is asked; else it is to do nothing. */
static bool take_paste(struct app *app, int32_t key)
{
	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
		app->pasting = key == KEYS_PASTE_BEGIN;
	if (key == KEYS_PASTE_BEGIN && !takes_text(app))
		refuse_paste(app);
	return takes_text(app);
}

/* ---- what is alike in every view: by its ops, or the app's own ---- */

static bool act_quit(struct app *app, enum action action)
{
	(void)action;
	if (app_top(app)->view == &view_help)
		ui_back(&app->ui);
	else
		press_quit(app);
	return true;
}

/* A filter that was kept goes first; with nothing opened over the tab, the way back is the app's. */
static bool act_back(struct app *app, enum action action)
{
	struct view_instance *top = app_top(app);
	struct errbuf eb;
	size_t column = 0;

	(void)action;
	if (app->cost.shown) {
		app->cost.shown = false;
		return true;
	}
	errbuf_clear(&eb);
	if (top->view->filter && top->view->filter(top->state)[0] != '\0') {
		(void)top->view->set_filter(top->state, &app->model, "", &column, &eb);
		return true;
	}
	if (top != app_tab(app) || !navigation_has_up(app))
		return false;
	ui_back(&app->ui);
	return true;
}

static bool act_explain(struct app *app, enum action action)
{
	struct ui *ui = &app->ui;
	bool again = app_top(app)->view == &view_explain;

	(void)action;
	ui->explained = app_selection(app);
	if (!again && ui->explained.service[0] == '\0' && ui->explained.session[0] == '\0')
		ui_say(ui, ROLE_WARNING,
			"{global.explain} explains a service, version, session or request: select "
			"one");
	else if (!again)
		ui_open(ui, &view_explain, "");
	return true;
}

static bool act_copy(struct app *app, enum action action)
{
	(void)action;
	clipboard_offer(app);
	return true;
}

static bool act_repaint(struct app *app, enum action action)
{
	(void)action;
	terminal_repaint(app->screen);
	sync_retry(app);
	return true;
}

static bool act_mouse(struct app *app, enum action action)
{
	struct ui *ui = &app->ui;

	(void)action;
	app->mouse_given = ui->mouse;
	ui->mouse = terminal_mouse(app->screen, !ui->mouse);
	ui_say(ui, ROLE_DONE,
		ui->mouse ? "mouse on: click to select"
			  : "mouse off: select text with the terminal; the same key turns it on");
	return true;
}

static bool act_cost(struct app *app, enum action action)
{
	(void)action;
	app->cost.shown = !app->cost.shown;
	memset(&app->cost.first, 0, sizeof(app->cost.first));
	memset(&app->cost.now, 0, sizeof(app->cost.now));
	sync_cost(app);
	return true;
}

static bool act_command(struct app *app, enum action action)
{
	(void)action;
	command_line_open(app, "");
	return true;
}

static bool act_step(struct app *app, enum action action)
{
	bool on = action == ACTION_FORWARD;

	if (!navigation_step(app, on ? 1 : -1))
		ui_say(&app->ui, ROLE_QUIET, "there is nothing %s this", on ? "after" : "before");
	return true;
}

static bool act_help(struct app *app, enum action action)
{
	const struct view *view = app_top(app)->view;

	(void)action;
	if (view != &view_help)
		app_open(app, &view_help, area_titles[view->area]);
	return true;
}

/* Where nothing can be filtered, the key finds. */
static bool act_filter_or_find(struct app *app, enum action action)
{
	const struct view_instance *top = app_top(app);

	if (action == ACTION_FILTER && top->view->set_filter)
		ui_ask_line(&app->ui, QUESTION_FILTER, "filter", top->view->filter(top->state));
	else if (top->view->find)
		ui_ask_line(&app->ui, QUESTION_FIND, "find", "");
	return true;
}

static bool act_find_again(struct app *app, enum action action)
{
	struct view_instance *top = app_top(app);
	bool back = action == ACTION_FIND_PREVIOUS;

	if (app->ui.find[0] == '\0')
		ui_say(&app->ui, ROLE_WARNING,
			"{list.find} finds text; {list.find-next} and {list.find-previous} then go "
			"on");
	else if (top->view->find &&
		 !top->view->find(top->state, &app->model, str_of(app->ui.find), back, false))
		ui_say(&app->ui, ROLE_WARNING, "no row has \"%s\"", app->ui.find);
	return true;
}

static bool act_sort(struct app *app, enum action action)
{
	const struct view *view = app_top(app)->view;
	char letters[MESSAGE_MAX];

	(void)action;
	if (!view->sort)
		return true;
	list_view_letters(view->list, letters, sizeof(letters));
	ui_ask_letter(&app->ui, QUESTION_SORT, letters);
	return true;
}

static const struct common {
	bool (*run)(struct app *app, enum action action); /* false: it is the view's after all */
	char tab; /* that it leads to */
} commons[ACTION_COUNT] = {
	[ACTION_VIEW_SERVICES] = {.tab = '1'},
	[ACTION_VIEW_PULLS] = {.tab = '2'},
	[ACTION_VIEW_SESSIONS] = {.tab = '3'},
	[ACTION_VIEW_REQUESTS] = {.tab = '4'},
	[ACTION_VIEW_TIMELINE] = {.tab = '5'},
	[ACTION_VIEW_MAP] = {.tab = '6'},
	[ACTION_VIEW_LEARN] = {.tab = '7'},
	[ACTION_QUIT] = {act_quit, 0},
	[ACTION_BACK] = {act_back, 0},
	[ACTION_EXPLAIN] = {act_explain, 0},
	[ACTION_COPY] = {act_copy, 0},
	[ACTION_REPAINT] = {act_repaint, 0},
	[ACTION_MOUSE] = {act_mouse, 0},
	[ACTION_COST] = {act_cost, 0},
	[ACTION_COMMAND] = {act_command, 0},
	[ACTION_BACKWARD] = {act_step, 0},
	[ACTION_FORWARD] = {act_step, 0},
	[ACTION_HELP] = {act_help, 0},
	[ACTION_FILTER] = {act_filter_or_find, 0},
	[ACTION_FIND] = {act_filter_or_find, 0},
	[ACTION_FIND_NEXT] = {act_find_again, 0},
	[ACTION_FIND_PREVIOUS] = {act_find_again, 0},
	[ACTION_SORT] = {act_sort, 0},
};

static bool act_common(struct app *app, enum action action)
{
	const struct common *common = &commons[action];

	if (common->tab != '\0') {
		(void)app_open_tab(app, common->tab);
		return true;
	}
	return common->run && common->run(app, action);
}

void press(struct app *app, int32_t key)
{
	struct view_instance *top = app_top(app);
	const struct binding *binding;
	char name[KEY_NAME_SIZE];

	app->asked.set = false;
	if (key == KEYS_MOUSE) {
		point(app, terminal_pointer(app->screen));
		return;
	}
	if (key == KEYS_ANSWER) {
		theme_watch_answer(app, terminal_answer(app->screen));
		return;
	}
	if ((app->pasting || key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END) &&
		!take_paste(app, key))
		return;
	if (app->ui.prompt.kind != PROMPT_NONE) {
		press_prompt(app, key == KEYS_INTERRUPT ? KEYS_ESCAPE : key);
		app_touch(app, REDRAW_ALL);
		return;
	}
	binding = keymap_find(top->view->area, key);
	if (!binding && key == KEYS_INTERRUPT) /* also where another key quits */
		binding = keymap_binding(AREA_GLOBAL, ACTION_QUIT);
	app->ui.message[0] = '\0';
	if (!binding) {
		key_to_name(key, name);
		/* In what is said, a brace begins the name of a key. */
		ui_say(&app->ui, ROLE_WARNING, "%s does nothing here; {global.help} lists the keys",
			key == '{' ? "That" : name);
		app_touch(app, REDRAW_ALL);
		return;
	}
	if (app->ui.read_only && keymap_writes(binding->action)) {
		ui_say(&app->ui, ROLE_WARNING, "READ-ONLY: %s is off, nothing is sent from here",
			binding->hint ? binding->hint : binding->help);
		app_touch(app, REDRAW_ALL);
		return;
	}
	if (act_common(app, binding->action)) {
		app_touch(app, REDRAW_ALL);
		return;
	}
	if (!app->model.known && !(top->view->flags & VIEW_ALWAYS)) {
		if (binding->action == ACTION_BACK)
			ui_back(&app->ui);
		return;
	}
	if (top->view->act)
		app_touch(app, top->view->act(top->state, &app->model, &app->ui, binding->action));
}
