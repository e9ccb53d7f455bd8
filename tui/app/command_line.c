/*
 * What a line does, see command_line.h. Called by input.c for each key of it, and by command_runner.c with the answers.
 */
#include "tui/app/command_line.h"

#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/command/command.h"
#include "core/command/command_run.h"
#include "core/model/filter.h"

#include "tui/app/navigation.h"
#include "tui/app/theme_watch.h"
#include "tui/data/model.h"
#include "tui/ui/tour.h"
#include "tui/ui/view.h"

static struct palette_source source_of(struct command_line *line, struct selection *what)
{
	*what = navigation_selection(line->nav);
	return (struct palette_source){.env = line->model->env,
		.selected = what,
		.session = line->ui->session,
		.read_only = line->ui->read_only};
}

void command_line_open(struct command_line *line, const char *text)
{
	struct selection what;
	struct palette_source source = source_of(line, &what);

	ui_ask_palette(line->ui);
	palette_open(&line->palette, text, &source);
}

/* ---- the dashboard's own words ---- */

static void show_view(struct command_line *line, char key, struct str argument, size_t column)
{
	struct errbuf eb = {0};
	size_t at = 0;
	struct filter *filter = filter_parse(argument, &at, &eb);
	const char *unsupported = filter ? filter_not_of_requests(filter) : NULL;
	char text[LIMIT_FILTER + 1];

	if (!filter) {
		palette_refuse(&line->palette, column + at, eb.text);
		return;
	}
	filter_destroy(filter);
	if (unsupported) {
		(void)snprintf(text, sizeof(text), "requests have no %s", unsupported);
		palette_refuse(&line->palette, column, text);
		return;
	}
	str_copy(text, sizeof(text), argument);
	ui_ask_end(line->ui);
	for (size_t i = 0; i < line->nav->tab_count; i++)
		if (line->nav->tabs[i].view->key == key && argument.n > 0)
			ui_open(line->ui, line->nav->tabs[i].view, text);
	if (argument.n == 0)
		(void)navigation_open_tab(line->nav, key);
}

static void show_pins(struct command_line *line, const char *key)
{
	char text[128];

	if (environment_session(line->model->env, str_of(key))) {
		ui_ask_end(line->ui);
		ui_open(line->ui, &view_pins, key);
		return;
	}
	(void)snprintf(text, sizeof(text), "there is no session %.64s", key);
	palette_refuse(&line->palette, line->palette.input.len, text);
}

static void change_theme(struct command_line *line, const char *name)
{
	struct errbuf eb;

	errbuf_clear(&eb);
	if (theme_watch_take(line->theme, name, &eb)) {
		ui_ask_end(line->ui);
		ui_say(line->ui, ROLE_DONE, "theme %s, saved", name);
	} else {
		palette_refuse(&line->palette, line->palette.input.len, eb.text);
	}
}

static void show_tour(struct command_line *line, const char *word)
{
	bool on = strcmp(word, "on") == 0;

	if (!on && strcmp(word, "off") != 0) {
		palette_refuse(&line->palette, line->palette.input.len, "needs on or off");
		return;
	}
	ui_ask_end(line->ui);
	if (on && tour_next(line->ui->tour) == TOUR_STEPS)
		tour_begin(line->ui->tour);
	line->ui->tour->on = on;
	ui_say(line->ui, ROLE_DONE,
		on ? "the tour goes on; {global.view-learn} shows all its steps"
		   : "the tour is put away; {global.command}tour on goes on with it");
}

/* True: the word is quit. */
static bool run_own(struct command_line *line, const struct palette_words *w, size_t skip)
{
	struct str text = {line->palette.input.text, line->palette.input.len};
	size_t after = w->count > skip + 1 ? w->starts[skip + 1] : text.n;
	char key = '\0';

	switch (palette_own(w->words[skip], &key)) {
	case OWN_QUIT:
		ui_ask_end(line->ui);
		return true;
	case OWN_HELP:
		ui_ask_end(line->ui);
		navigation_open_help(line->nav);
		break;
	case OWN_THEME:
		change_theme(line, w->words[skip + 1]);
		break;
	case OWN_PINS:
		show_pins(line, w->words[skip + 1]);
		break;
	case OWN_TOUR:
		show_tour(line, w->words[skip + 1]);
		break;
	case OWN_VIEW:
		show_view(line, key, str_trim((struct str){text.p + after, text.n - after}), after);
		break;
	default:
		break;
	}
	return false;
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
static bool run_here(struct command_line *line, const struct command_args *args)
{
	const struct command *command = args->command;
	const char *key = command->yours && !command->writes ? args_get(args, "KEY") : NULL;
	struct strbuf argument;

	if (command->yours && !command->writes && !key) {
		line->ui->session[0] = '\0';
		ui_say(line->ui, ROLE_DONE, "no session is yours now");
		return true;
	}
	if (key) {
		str_copy(line->ui->session, sizeof(line->ui->session), str_of(key));
		ui_say(line->ui, ROLE_DONE,
			"%s is yours now: {version.pin} on a version pins to it",
			line->ui->session);
		return true;
	}
	if (!command->opens.name)
		return false;
	if (!command->opens.argument)
		return navigation_open_tab(line->nav, view_named(command->opens.name)->key);
	strbuf_init(&argument, LIMIT_FILTER);
	args_join(&argument, args, command->opens.argument);
	ui_open(line->ui, view_named(command->opens.name),
		argument.len > 0 ? argument.data : command->opens.otherwise);
	strbuf_finish(&argument);
	return true;
}

static void run_command(struct command_line *line, struct command_args *args)
{
	if (run_here(line, args)) {
		ui_ask_end(line->ui);
		args_destroy(args);
	} else if (!ui_ask_command(line->ui, QUESTION_RUN, line->model->env, args)) {
		line->palette.sent = true;
		ui_run(line->ui, args, RUN_SHOWS_ANSWER);
	}
}

static bool run_line(struct command_line *line, const struct palette_source *source)
{
	struct command_args *command;
	struct palette_words w;

	if (line->palette.sent || !palette_check(&line->palette, source, &command))
		return false;
	palette_remember(&line->palette, line->palette.input.text);
	palette_split(str_of(line->palette.input.text), &w);
	if (!command)
		return run_own(line, &w, strcmp(w.words[0], "umbra") == 0 ? 1 : 0);
	run_command(line, command);
	return false;
}

bool command_line_key(struct command_line *line, int32_t key)
{
	struct selection what;
	struct palette_source source = source_of(line, &what);
	enum line_edit_event event = palette_key(&line->palette, key, &source);

	if (event == LINE_EDIT_CANCELLED)
		ui_ask_end(line->ui);
	return event == LINE_EDIT_DONE && run_line(line, &source);
}

/* ---- the answer ---- */

static void show_answer(
	struct command_line *line, const struct command_args *command, struct str body)
{
	struct view_instance *before = navigation_top(line->nav), *top;
	struct strbuf text;

	strbuf_init(&text, LIMIT_BODY);
	args_print(&text, command);
	line->ui->answered = command->command;
	navigation_open(line->nav, &view_result, text.data);
	strbuf_finish(&text);
	top = navigation_top(line->nav);
	if (top == before)
		ui_say(line->ui, ROLE_WARNING,
			"the answer is here, but too many pages are open: {global.back} leaves "
			"one");
	else if (top->view == &view_result)
		(void)top->view->dry_run_result(top->state, line->model, line->ui, body);
}

/* To be mended: the line comes back, without the name of the program. */
static void open_again(struct command_line *line, const struct command_args *command)
{
	struct strbuf text;

	strbuf_init(&text, LIMIT_BODY);
	args_print(&text, command);
	command_line_open(line, text.data + strlen("umbra "));
	strbuf_finish(&text);
}

void command_line_answered(struct command_line *line, const struct command_args *command,
	const struct command_result *result)
{
	bool waits = line->ui->prompt.kind == PROMPT_PALETTE && line->palette.sent;
	char text[MESSAGE_MAX];

	if (result->err != ERR_NONE) {
		ui_refusal(text, result->eb);
		if (!waits && line->ui->prompt.kind == PROMPT_NONE)
			open_again(line, command);
		if (waits || line->ui->prompt.kind == PROMPT_PALETTE)
			palette_refuse(&line->palette, SIZE_MAX, text);
		else
			ui_say(line->ui, ROLE_FAILED, "%s", text);
		return;
	}
	if (result->more)
		return;
	if (waits)
		ui_ask_end(line->ui);
	if (!command->command->writes && result->body.n > 0 && line->ui->prompt.kind == PROMPT_NONE)
		show_answer(line, command, result->body);
}
