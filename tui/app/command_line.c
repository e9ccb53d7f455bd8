/*
 * What a line of the palette does: the dashboard's own words at once, commands over the network, and a
 * question first where something would be lost. The line stays up until the answer is there; refused, it can be
 * mended.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/command/command.h"
#include "core/command/command_run.h"
#include "core/model/filter.h"

#include "tui/app/internal.h"

static struct palette_source source_of(struct app *app, struct selection *what)
{
	const struct view_instance *top = app_top(app);

	memset(what, 0, sizeof(*what));
	if (top->view->selected && app->model.known)
		top->view->selected(top->state, &app->model, what);
	return (struct palette_source){.env = app->model.env,
		.selected = what,
		.session = app->ui.session,
		.read_only = app->ui.read_only};
}

void command_line_open(struct app *app, const char *line)
{
	struct selection what;
	struct palette_source source = source_of(app, &what);

	ui_ask_palette(&app->ui);
	palette_open(&app->palette, line, &source);
}

/* ---- the dashboard's own words ---- */

static void show_view(struct app *app, char key, struct str argument, size_t column)
{
	struct filter *filter = filter_parse(argument, NULL, NULL);
	const char *unsupported = filter ? filter_not_of_requests(filter) : NULL;
	char text[LIMIT_FILTER + 1];
	struct errbuf eb;

	errbuf_clear(&eb);
	if (!filter) {
		size_t at = 0;

		filter_destroy(filter_parse(argument, &at, &eb));
		palette_refuse(&app->palette, column + at, eb.text);
		return;
	}
	filter_destroy(filter);
	if (unsupported) {
		(void)snprintf(text, sizeof(text), "requests have no %s", unsupported);
		palette_refuse(&app->palette, column, text);
		return;
	}
	str_copy(text, sizeof(text), argument);
	ui_ask_end(&app->ui);
	for (size_t i = 0; i < app->tab_count; i++)
		if (app->tabs[i].view->key == key && argument.n > 0)
			ui_open(&app->ui, app->tabs[i].view, text);
	if (argument.n == 0)
		(void)app_open_tab(app, key);
}

static void show_pins(struct app *app, const char *key)
{
	char text[128];

	if (environment_session(app->model.env, str_of(key))) {
		ui_ask_end(&app->ui);
		ui_open(&app->ui, &view_pins, key);
		return;
	}
	(void)snprintf(text, sizeof(text), "there is no session %.64s", key);
	palette_refuse(&app->palette, app->palette.input.len, text);
}

static void change_theme(struct app *app, const char *name)
{
	struct errbuf eb;

	errbuf_clear(&eb);
	if (theme_watch_take(app, name, &eb)) {
		ui_ask_end(&app->ui);
		ui_say(&app->ui, ROLE_DONE, "theme %s, saved", name);
	} else {
		palette_refuse(&app->palette, app->palette.input.len, eb.text);
	}
}

static void show_tour(struct app *app, const char *word)
{
	bool on = strcmp(word, "on") == 0;

	if (!on && strcmp(word, "off") != 0) {
		palette_refuse(&app->palette, app->palette.input.len, "needs on or off");
		return;
	}
	ui_ask_end(&app->ui);
	if (on && tour_next(app->ui.tour) == TOUR_STEPS)
		tour_begin(app->ui.tour);
	app->ui.tour->on = on;
	ui_say(&app->ui, ROLE_DONE,
		on ? "the tour goes on; {global.view-learn} shows all its steps"
		   : "the tour is put away; {global.command}tour on goes on with it");
}

static void run_own(struct app *app, const struct palette_words *w, size_t skip)
{
	struct str line = {app->palette.input.text, app->palette.input.len};
	size_t after = w->count > skip + 1 ? w->starts[skip + 1] : line.n;
	char key = '\0';

	switch (palette_own(w->words[skip], &key)) {
	case OWN_QUIT:
		ui_ask_end(&app->ui);
		press_quit(app);
		break;
	case OWN_HELP:
		ui_ask_end(&app->ui);
		app_open(app, &view_help, area_titles[app_top(app)->view->area]);
		break;
	case OWN_THEME:
		change_theme(app, w->words[skip + 1]);
		break;
	case OWN_PINS:
		show_pins(app, w->words[skip + 1]);
		break;
	case OWN_TOUR:
		show_tour(app, w->words[skip + 1]);
		break;
	case OWN_VIEW:
		show_view(app, key, str_trim((struct str){line.p + after, line.n - after}), after);
		break;
	default:
		break;
	}
}

/* ---- commands ---- */

static const struct view *view_named(const char *name)
{
	size_t i = 0;

	while (strcmp(view_list[i]->name, name) != 0)
		i++;
	return view_list[i];
}

/* What the dashboard itself does with a command: it takes over the session, or opens the view that shows it. */
static bool run_here(struct app *app, const struct command_args *args)
{
	const struct command *command = args->command;
	const char *key = command->yours && !command->writes ? args_get(args, "KEY") : NULL;
	struct strbuf argument;

	if (command->yours && !command->writes && !key) {
		app->ui.session[0] = '\0';
		ui_say(&app->ui, ROLE_DONE, "no session is yours now");
		return true;
	}
	if (key) {
		str_copy(app->ui.session, sizeof(app->ui.session), str_of(key));
		ui_say(&app->ui, ROLE_DONE,
			"%s is yours now: {services.pin} in Services pins to it", app->ui.session);
		return true;
	}
	if (!command->opens.name)
		return false;
	if (!command->opens.argument)
		return app_open_tab(app, view_named(command->opens.name)->key);
	strbuf_init(&argument, LIMIT_FILTER);
	args_join(&argument, args, command->opens.argument);
	ui_open(&app->ui, view_named(command->opens.name),
		argument.len > 0 ? argument.data : command->opens.otherwise);
	strbuf_finish(&argument);
	return true;
}

/* Takes the command. */
static void run_command(struct app *app, struct command_args *args)
{
	if (run_here(app, args)) {
		ui_ask_end(&app->ui);
		args_destroy(args);
	} else if (!ui_ask_command(&app->ui, QUESTION_RUN, app->model.env, args)) {
		app->palette.sent = true;
		sync_run(app, args, RUN_SHOWS_ANSWER);
	}
}

static void run_line(struct app *app)
{
	struct selection what;
	struct palette_source source = source_of(app, &what);
	struct command_args *command;
	struct palette_words w;

	if (app->palette.sent || !palette_check(&app->palette, &source, &command))
		return;
	palette_remember(&app->palette, app->palette.input.text);
	palette_split(str_of(app->palette.input.text), &w);
	if (command)
		run_command(app, command);
	else
		run_own(app, &w, strcmp(w.words[0], "umbra") == 0 ? 1 : 0);
}

void command_line_press(struct app *app, int32_t key)
{
	struct selection what;
	struct palette_source source = source_of(app, &what);

	switch (palette_key(&app->palette, key, &source)) {
	case LINE_EDIT_DONE:
		run_line(app);
		break;
	case LINE_EDIT_CANCELLED:
		ui_ask_end(&app->ui);
		break;
	default:
		break;
	}
}

/* ---- the answer ---- */

static void show_answer(struct app *app, const struct command_args *command, struct str body)
{
	struct view_instance *before = app_top(app), *top;
	struct strbuf line;

	strbuf_init(&line, LIMIT_BODY);
	args_print(&line, command);
	app->ui.answered = command->command;
	app_open(app, &view_result, line.data);
	strbuf_finish(&line);
	top = app_top(app);
	if (top == before)
		ui_say(&app->ui, ROLE_WARNING,
			"the answer is here, but too many pages are open: {global.back} leaves "
			"one");
	else if (top->view == &view_result)
		(void)top->view->dry_run_result(top->state, &app->model, &app->ui, body);
}

/* To be mended: the line comes back, without the name of the program. */
static void open_again(struct app *app, const struct command_args *command)
{
	struct strbuf line;

	strbuf_init(&line, LIMIT_BODY);
	args_print(&line, command);
	command_line_open(app, line.data + strlen("umbra "));
	strbuf_finish(&line);
}

void command_line_answered(
	struct app *app, const struct command_args *command, const struct command_result *result)
{
	bool waits = app->ui.prompt.kind == PROMPT_PALETTE && app->palette.sent;
	char text[MESSAGE_MAX];

	if (result->err != ERR_NONE) {
		ui_refusal(text, result->eb);
		if (!waits && app->ui.prompt.kind == PROMPT_NONE)
			open_again(app, command);
		if (waits || app->ui.prompt.kind == PROMPT_PALETTE)
			palette_refuse(&app->palette, SIZE_MAX, text);
		else
			ui_say(&app->ui, ROLE_FAILED, "%s", text);
		return;
	}
	if (result->message.n > 0)
		sync_say(app, result);
	if (result->more)
		return;
	if (waits)
		ui_ask_end(&app->ui);
	if (!command->command->writes && result->body.n > 0 && app->ui.prompt.kind == PROMPT_NONE)
		show_answer(app, command, result->body);
}
