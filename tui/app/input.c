/*
 * Keys: read, and each given to the prompt when one is up, else to what the keymap says: an action that is alike in
 * every view, or one of the view on top. Called by the loop when something came in; what handlers request is carried
 * out after each key.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/time.h"
#include "core/base/xalloc.h"

#include "tui/app/internal.h"
#include "tui/term/keys.h"
#include "tui/term/terminal.h"
#include "tui/ui/filter_complete.h"
#include "tui/ui/list_view.h"
#include "tui/views/object_actions.h"

enum { KEYS_A_TURN = 256, PASTE_PAUSE_MS = 100 };

/* ---- the prompt ---- */

static void set_filter(struct app *app, const char *text)
{
	struct view_instance *top = navigation_top(&app->nav);
	struct prompt *prompt = &app->ui.prompt;
	struct errbuf eb = {0};
	size_t column = SIZE_MAX;

	if (!top->view->set_filter ||
		top->view->set_filter(top->state, &app->model, text, &column, &eb) == ERR_NONE)
		return;
	str_copy(prompt->mistake, sizeof(prompt->mistake), str_of(eb.text));
	prompt->column = column;
}

/* While it is typed: filter and find show at once what they would do. */
static void typed(struct app *app)
{
	struct view_instance *top = navigation_top(&app->nav);
	struct prompt *prompt = &app->ui.prompt;
	const char *text = prompt->input.text;

	prompt->mistake[0] = '\0';
	prompt->column = SIZE_MAX;
	if (prompt->question == QUESTION_FILTER)
		set_filter(app, text);
	if (prompt->question != QUESTION_FIND)
		return;
	str_copy(app->ui.find, sizeof(app->ui.find), str_of(text));
	if (text[0] != '\0' && top->view->find &&
		!top->view->find(top->state, &app->model, str_of(text), false, true))
		str_copy(prompt->mistake, sizeof(prompt->mistake), STR_LIT("no row has that text"));
}

/* Should what it leads to be refused, the line comes back with the sentence, and nothing typed is lost. */
static void note_asked(struct app *app, const char *text)
{
	const struct prompt *prompt = &app->ui.prompt;
	struct asked *asked = &app->runner.asked;

	asked->set = prompt->kind == PROMPT_LINE && prompt->question != QUESTION_FILTER &&
		     prompt->question != QUESTION_FIND;
	if (!asked->set)
		return;
	asked->question = prompt->question;
	asked->top = navigation_top(&app->nav);
	str_copy(asked->label, sizeof(asked->label), str_of(prompt->label));
	str_copy(asked->text, sizeof(asked->text), str_of(text));
}

static void answered(struct app *app, const char *text)
{
	struct view_instance *top = navigation_top(&app->nav);
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
		clipboard_take(&app->clipboard, copy);
	else if (question == QUESTION_QUIT)
		app_leave(app, 0);
	else if (question != QUESTION_FILTER && question != QUESTION_FIND &&
		 question != QUESTION_RUN) {
		object_answer(&app->model, ui, question, copy);
		if (top->view->answer)
			(void)top->view->answer(top->state, &app->model, ui, question, copy);
	}
	free(copy);
}

static void cancelled(struct app *app)
{
	enum question question = app->ui.prompt.question;

	if (question == QUESTION_FILTER)
		set_filter(app, "");
	if (question == QUESTION_FIND)
		app->ui.find[0] = '\0';
	ui_ask_end(&app->ui);
}

/* Leaves; asks first where something ends with the dashboard. */
static void quit(struct app *app)
{
	char text[MESSAGE_MAX];

	if (!app->ends) {
		app_leave(app, 0);
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
	struct view_instance *top = navigation_top(&app->nav);
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
		if (command_line_key(&app->command_line, key))
			quit(app);
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
	prompt->fitting[0] = '\0';
	if (key == KEYS_TAB && prompt->kind == PROMPT_LINE &&
		(prompt->question == QUESTION_FILTER || prompt->question == QUESTION_SCOPE)) {
		filter_complete(
			&prompt->input, app->model.env, prompt->fitting, sizeof(prompt->fitting));
		typed(app);
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

/* Whether the key is text for what is asked; else it does nothing. */
static bool take_paste(struct app *app, int32_t key)
{
	static const char why[] = "text was pasted, and nothing here takes text: nothing was done";
	struct prompt *prompt = &app->ui.prompt;
	bool takes_text = prompt->kind == PROMPT_LINE || prompt->kind == PROMPT_PICK ||
			  (prompt->kind == PROMPT_PALETTE && !app->command_line.palette.sent);

	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
		app->input.pasting = key == KEYS_PASTE_BEGIN;
	if (key != KEYS_PASTE_BEGIN || takes_text)
		return takes_text;
	if (prompt->kind == PROMPT_CONFIRM)
		str_copy(prompt->mistake, sizeof(prompt->mistake), str_of(why));
	else
		ui_say(&app->ui, ROLE_WARNING, "%s; {list.filter} and {global.command} do", why);
	frames_touch(&app->frames, REDRAW_ALL);
	return false;
}

/* ---- what is alike in every view: by its ops, or the app's own ---- */

/* Esc. Marks go first, then a filter that was kept; with nothing opened over the tab, the way back is the app's. */
static bool act_back(struct app *app)
{
	struct view_instance *top = navigation_top(&app->nav);
	struct errbuf eb = {0};
	size_t column = 0;

	if (app->perf_overlay.shown) {
		app->perf_overlay.shown = false;
		return true;
	}
	if (top->view->marked && top->view->marked(top->state)->count > 0) {
		(void)top->view->act(top->state, &app->model, &app->ui, ACTION_UNMARK);
		return true;
	}
	if (top->view->filter && top->view->filter(top->state)[0] != '\0') {
		(void)top->view->set_filter(top->state, &app->model, "", &column, &eb);
		return true;
	}
	if (top != navigation_tab(&app->nav) || !navigation_has_up(&app->nav))
		return false;
	ui_back(&app->ui);
	return true;
}

static void act_explain(struct app *app)
{
	struct ui *ui = &app->ui;

	ui->explained = navigation_selection(&app->nav);
	if (navigation_top(&app->nav)->view == &view_explain)
		return;
	if (ui->explained.service[0] != '\0' || ui->explained.session[0] != '\0' ||
		ui->explained.kind == SELECTED_PULL)
		ui_open(ui, &view_explain, "");
	else
		ui_say(ui, ROLE_WARNING,
			"{global.explain} explains a service, version, pull request, session or "
			"request: select one");
}

static void act_mouse(struct app *app)
{
	struct ui *ui = &app->ui;

	app->layout.mouse_given = ui->mouse;
	ui->mouse = terminal_mouse(app->screen, !ui->mouse);
	ui_say(ui, ROLE_DONE,
		ui->mouse ? "mouse on: click to select"
			  : "mouse off: select text with the terminal; the same key turns it on");
}

static void act_find_again(struct app *app, bool back)
{
	struct view_instance *top = navigation_top(&app->nav);

	if (app->ui.find[0] == '\0')
		ui_say(&app->ui, ROLE_WARNING,
			"{list.find} finds text; {list.find-next} and {list.find-previous} then go "
			"on");
	else if (top->view->find &&
		 !top->view->find(top->state, &app->model, str_of(app->ui.find), back, false))
		ui_say(&app->ui, ROLE_WARNING, "no row has \"%s\"", app->ui.find);
}

static void act_sort(struct app *app)
{
	const struct view *view = navigation_top(&app->nav)->view;
	char letters[MESSAGE_MAX];

	if (!view->sort)
		return;
	list_view_letters(view->list, letters, sizeof(letters));
	ui_ask_letter(&app->ui, QUESTION_SORT, letters);
}

/* False: it is the view's after all. */
static bool act_common(struct app *app, enum action action)
{
	static const char tabs[ACTION_COUNT] = {
		[ACTION_VIEW_SERVICES] = '1',
		[ACTION_VIEW_PULLS] = '2',
		[ACTION_VIEW_SESSIONS] = '3',
		[ACTION_VIEW_REQUESTS] = '4',
		[ACTION_VIEW_TIMELINE] = '5',
		[ACTION_VIEW_MAP] = '6',
		[ACTION_VIEW_LEARN] = '7',
	};
	const struct view_instance *top = navigation_top(&app->nav);
	struct ui *ui = &app->ui;
	bool forward = action == ACTION_FORWARD;

	switch (action) {
	case ACTION_QUIT:
		if (top->view == &view_help)
			ui_back(ui);
		else
			quit(app);
		return true;
	case ACTION_BACK:
		return act_back(app);
	case ACTION_EXPLAIN:
		act_explain(app);
		return true;
	case ACTION_COPY:
		clipboard_offer(&app->clipboard);
		return true;
	case ACTION_REPAINT:
		terminal_repaint(app->screen);
		sync_retry(&app->sync);
		return true;
	case ACTION_MOUSE:
		act_mouse(app);
		return true;
	case ACTION_COST:
		perf_overlay_toggle(&app->perf_overlay);
		(void)perf_overlay_sample(&app->perf_overlay, app->screen, app->sync.client);
		return true;
	case ACTION_COMMAND:
		command_line_open(&app->command_line, "");
		return true;
	case ACTION_BACKWARD:
	case ACTION_FORWARD:
		if (!navigation_step(&app->nav, forward ? 1 : -1))
			ui_say(ui, ROLE_QUIET, "there is nothing %s this",
				forward ? "after" : "before");
		return true;
	case ACTION_HELP:
		if (top->view != &view_help)
			navigation_open_help(&app->nav);
		return true;
	case ACTION_FILTER:
	case ACTION_FIND: /* also the filter's key, where nothing can be filtered */
		if (action == ACTION_FILTER && top->view->set_filter)
			ui_ask_line(ui, QUESTION_FILTER, "filter", top->view->filter(top->state));
		else if (top->view->find)
			ui_ask_line(ui, QUESTION_FIND, "find", "");
		return true;
	case ACTION_FIND_NEXT:
	case ACTION_FIND_PREVIOUS:
		act_find_again(app, action == ACTION_FIND_PREVIOUS);
		return true;
	case ACTION_SORT:
		act_sort(app);
		return true;
	default:
		return tabs[action] != '\0' && navigation_open_tab(&app->nav, tabs[action]);
	}
}

/* With no prompt up. */
static enum redraw act(struct app *app, int32_t key)
{
	struct view_instance *top = navigation_top(&app->nav);
	struct selection what = navigation_selection(&app->nav);
	const struct binding *binding = keymap_find(top->view->area, keymap_object(&what), key);
	char name[KEY_NAME_SIZE];

	if (!binding && key == KEYS_INTERRUPT) /* also where another key quits */
		binding = keymap_binding(AREA_GLOBAL, ACTION_QUIT);
	app->ui.message[0] = '\0';
	if (!binding) {
		key_to_name(key, name);
		/* In what is said, a brace begins the name of a key. */
		ui_say(&app->ui, ROLE_WARNING, "%s does nothing here; {global.help} lists the keys",
			key == '{' ? "That" : name);
		return REDRAW_ALL;
	}
	if (app->ui.read_only && keymap_writes(binding->action)) {
		ui_say(&app->ui, ROLE_WARNING, "READ-ONLY: %s is off, nothing is sent from here",
			binding->hint ? binding->hint : binding->help);
		return REDRAW_ALL;
	}
	if (act_common(app, binding->action))
		return REDRAW_ALL;
	if (keymap_is_object(binding->area)) {
		object_act(&what, top->view->marked ? top->view->marked(top->state) : NULL,
			&app->model, &app->ui, binding->action);
		return REDRAW_ALL;
	}
	if (navigation_can_show(&app->nav))
		return top->view->act
			       ? top->view->act(top->state, &app->model, &app->ui, binding->action)
			       : REDRAW_NONE;
	if (binding->action == ACTION_BACK)
		ui_back(&app->ui);
	return REDRAW_NONE;
}

/*
 * On a screen too small for the dashboard nobody sees what a key does or what is asked: none does anything there but
 * the one that leaves, and that one only where leaving ends nothing.
 */
static bool is_unseen(struct app *app, int32_t key)
{
	const struct binding *binding = keymap_find(AREA_GLOBAL, AREA_COUNT, key);
	int64_t ignored = 0;
	struct canvas whole = terminal_canvas(app->screen, 0, &ignored);

	if (!layout_is_too_small(&whole))
		return false;
	if (!app->ends && (key == KEYS_INTERRUPT || (binding && binding->action == ACTION_QUIT)))
		app_leave(app, 0);
	return true;
}

void input_key(struct app *app, int32_t key)
{
	app->runner.asked.set = false;
	if (key == KEYS_MOUSE) {
		input_mouse(app);
		return;
	}
	if (key == KEYS_ANSWER) {
		theme_watch_answer(&app->theme_watch, terminal_answer(app->screen));
		return;
	}
	if ((app->input.pasting || key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END) &&
		!take_paste(app, key))
		return;
	if (is_unseen(app, key))
		return;
	if (app->ui.prompt.kind == PROMPT_NONE) {
		frames_touch(&app->frames, act(app, key));
		return;
	}
	press_prompt(app, key == KEYS_INTERRUPT ? KEYS_ESCAPE : key);
	frames_touch(&app->frames, REDRAW_ALL);
}

/* ---- reading them ---- */

/* Readable, and no key: perhaps it hung up without a signal, and would be readable for ever. */
static bool terminal_is_gone(void)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void input_ready(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;
	struct input *input = &app->input;
	struct prompt *prompt = &app->ui.prompt;
	bool paused = time_monotonic_ms() - input->read_at_ms >= PASTE_PAUSE_MS;
	struct timeval wait;
	int64_t wait_ms = 0;
	int32_t key;
	int count = 0;

	(void)fd;
	sync_take_time(&app->sync);
	/*
	 * May what comes in now answer a question that is shown? Not while more of the same input was waiting, and where
	 * a question has met such input already, not before a pause: a long paste arrives in several pieces.
	 */
	if (!input->burst && (paused || prompt->mistake[0] == '\0'))
		prompt->fresh = false;
	input->read_at_ms = time_monotonic_ms();
	while (count < KEYS_A_TURN && terminal_key(app->screen, &key)) {
		/* A filter that is typed looks at no row: those of its end are worked out, not those of each letter. */
		if (!input->pasting &&
			(prompt->kind != PROMPT_LINE || prompt->question != QUESTION_FILTER))
			app_prepare(app);
		input_key(app, key);
		app_run_requests(app);
		count++;
	}
	if (count == 0 && (what & EV_READ) && terminal_is_gone())
		app_leave(app, 128 + SIGHUP);
	if (app->frames.redraw != REDRAW_NONE && !event_base_got_break(app->base))
		app_paint(app);
	input->burst = terminal_has_input(app->screen);
	/* The rest of a turn's keys, and a key that is held, are not told by the terminal. */
	if (count < KEYS_A_TURN)
		wait_ms = terminal_key_wait_ms(app->screen);
	wait = time_wait_ms(wait_ms);
	if (wait_ms < 0)
		(void)event_del(input->held);
	else
		(void)event_add(input->held, &wait);
}
