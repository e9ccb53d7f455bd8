/*
 * The dashboard as a whole: makes its parts and connects them, takes the terminal, runs the loop, paints when something
 * changed, and gives the terminal back. Nothing here waits; the parts are told apart in tui/app/internal.h.
 */
#include "tui/app/app.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/executable.h"
#include "core/base/shell.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/base/xalloc.h"

#include "tui/app/copy_tools.h"
#include "tui/app/internal.h"
#include "tui/app/persist.h"
#include "tui/term/terminal.h"
#include "tui/ui/export.h"

enum { STORM_MS = 80 };

/* ---- the clock ---- */

static int64_t standing_ms;

static int64_t standing_clock(void)
{
	return standing_ms;
}

/* UMBRA_NOW_MS is read here and nowhere else: a wall clock that stands, so that pictures can be compared. */
static int64_t (*choose_clock(void))(void)
{
	const char *text = getenv("UMBRA_NOW_MS");

	return text && str_to_i64(str_of(text), &standing_ms) ? standing_clock : time_now_ms;
}

/* ---- frames ---- */

/* The views are told what changed in the model. */
static void take_changes(struct app *app)
{
	navigation_changed(&app->nav, app->frames.parts);
	app->frames.parts = 0;
}

void app_paint(struct app *app)
{
	/* Where text is shown to be selected, the mouse is the terminal's. */
	bool selects = (navigation_top(&app->nav)->view->flags & VIEW_SELECTS_TEXT) != 0;
	int64_t next_change_ms;

	if (!app->frames.soon)
		sync_gather(
			&app->sync); /* a frame for something else brings the newest lines along */
	frames_begin(&app->frames);
	sync_take_time(&app->sync);
	take_changes(app);
	(void)terminal_mouse(app->screen, app->ui.mouse && !selects);
	next_change_ms = layout_paint(&app->layout, sync_now_ms(&app->sync));
	frames_end(&app->frames, next_change_ms, sync_now_ms(&app->sync));
}

void app_prepare(struct app *app)
{
	take_changes(app);
	layout_prepare(&app->layout);
}

static void on_paint(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	app_paint(arg);
}

/* ---- requests of the views ---- */

/* The name comes back with what is wrong with it. */
static void save_shown(struct app *app, const char *path)
{
	struct ui *ui = &app->ui;
	char said[MESSAGE_MAX];
	struct errbuf eb;

	errbuf_clear(&eb);
	if (export_lines(&app->model, path, said, &eb) == ERR_NONE) {
		ui_say(ui, ROLE_DONE, "%s", said);
		return;
	}
	ui_ask_again(ui, QUESTION_SAVE, "save to", path);
	str_copy(ui->prompt.mistake, sizeof(ui->prompt.mistake), str_of(eb.text));
}

static void run_request(struct app *app, struct ui_request *request)
{
	switch (request->kind) {
	case UI_REQUEST_RUN:
		command_runner_run(&app->runner, request->command, request->run_for);
		request->command = NULL;
		break;
	case UI_REQUEST_OPEN:
		navigation_open(&app->nav, request->view, request->text);
		break;
	case UI_REQUEST_BACK:
		(void)navigation_up(&app->nav);
		break;
	case UI_REQUEST_SAVE:
		save_shown(app, request->text);
		break;
	}
	frames_touch(&app->frames, REDRAW_ALL);
}

void app_run_requests(struct app *app)
{
	while (app->ui.pending_count > 0) {
		struct ui_request request = app->ui.pending[0];

		memmove(app->ui.pending, app->ui.pending + 1,
			--app->ui.pending_count * sizeof(request));
		run_request(app, &request);
		ui_request_finish(&request);
	}
}

static void on_answer(void *arg)
{
	struct app *app = arg;

	app_run_requests(app);
	frames_touch(&app->frames, REDRAW_ALL);
}

/* ---- what wakes it ---- */

void app_leave(struct app *app, int exit_code)
{
	app->exit_code = exit_code;
	(void)event_base_loopbreak(app->base);
}

static void on_leave(evutil_socket_t number, short what, void *arg)
{
	(void)what;
	app_leave(arg, 128 + (int)number);
}

static void on_stop(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;

	(void)number;
	(void)what;
	terminal_suspend(app->screen);
	sync_retry(&app->sync);
	sync_poll(&app->sync);
	app_paint(app);
}

static void on_continue(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;

	(void)number;
	(void)what;
	terminal_repaint(app->screen);
	frames_touch(&app->frames, REDRAW_ALL);
}

/* The first size of a storm is painted at once, the others when it is over. */
static void on_size(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;
	int64_t now = time_monotonic_ms();
	struct timeval wait = time_wait_ms(STORM_MS);

	(void)number;
	(void)what;
	if (now - app->resized_ms < STORM_MS) {
		app->resized_ms = now;
		(void)event_add(app->resize, &wait);
		return;
	}
	app->resized_ms = now;
	if (terminal_resize(app->screen))
		app_paint(app);
}

static void on_storm_over(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;

	(void)fd;
	(void)what;
	if (terminal_resize(app->screen))
		app_paint(app);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;

	(void)fd;
	(void)what;
	sync_poll(&app->sync);
	if (perf_overlay_sample(&app->perf_overlay, app->screen, app->sync.client))
		frames_touch(&app->frames, REDRAW_ALL);
}

/* ---- beginning and end ---- */

static void listen_to_signals(struct app *app)
{
	static const struct {
		int number;
		event_callback_fn fn;
	} wanted[SIGNALS] = {{SIGTERM, on_leave}, {SIGINT, on_leave}, {SIGHUP, on_leave},
		{SIGTSTP, on_stop}, {SIGCONT, on_continue}, {SIGWINCH, on_size}};

	for (size_t i = 0; i < SIGNALS; i++) {
		app->signals[i] = evsignal_new(app->base, wanted[i].number, wanted[i].fn, app);
		(void)event_add(app->signals[i], NULL);
	}
}

static void make_events(struct app *app)
{
	struct timeval second = time_wait_ms(1000);

	app->frames.paint = evtimer_new(app->base, on_paint, app);
	app->frames.age = evtimer_new(app->base, on_paint, app);
	app->resize = evtimer_new(app->base, on_storm_over, app);
	app->second = event_new(app->base, -1, EV_PERSIST, on_second, app);
	(void)event_add(app->second, &second);
	app->input.held = evtimer_new(app->base, input_ready, app);
	app->input.readable =
		event_new(app->base, STDIN_FILENO, EV_READ | EV_PERSIST, input_ready, app);
	(void)event_add(app->input.readable, NULL);
	listen_to_signals(app);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void app_finish(struct app *app)
{
	free_event(app->frames.paint);
	free_event(app->frames.age);
	free_event(app->resize);
	free_event(app->second);
	free_event(app->input.readable);
	free_event(app->input.held);
	for (size_t i = 0; i < SIGNALS; i++)
		free_event(app->signals[i]);
	theme_watch_stop(&app->theme_watch);
	copy_tools_destroy(app->clipboard.tools);
	navigation_finish(&app->nav);
	palette_finish(&app->command_line.palette);
	ui_finish(&app->ui);
	model_finish(&app->model);
	strbuf_finish(&app->program);
	event_base_free(app->base);
	free(app);
}

static void name_program(struct app *app)
{
	char *word = executable_word();

	strbuf_init(&app->program, PATH_MAX * 5); /* each byte may need quoting */
	shell_quote(&app->program, str_of(word));
	if (strbuf_ok(&app->program))
		app->model.program = app->program.data;
	free(word);
}

/* Each part gets what it needs of the others. */
static void connect_parts(struct app *app)
{
	struct model *model = &app->model;
	struct ui *ui = &app->ui;
	struct navigation *nav = &app->nav;
	struct frames *frames = &app->frames;

	app->theme_watch =
		(struct theme_watch){.base = app->base, .ui = ui, .frames = frames, .fd = -1};
	app->sync = (struct sync){.model = model,
		.ui = ui,
		.frames = frames,
		.overlay = &app->perf_overlay,
		.now_ms = choose_clock()};
	navigation_init(nav, model, ui, &app->sync);
	app->command_line = (struct command_line){
		.model = model, .ui = ui, .nav = nav, .theme = &app->theme_watch};
	app->runner = (struct command_runner){.model = model,
		.ui = ui,
		.nav = nav,
		.sync = &app->sync,
		.line = &app->command_line,
		.answered = on_answer,
		.arg = app};
	app->clipboard = (struct clipboard){
		.base = app->base, .model = model, .ui = ui, .nav = nav, .frames = frames};
	app->layout = (struct layout){.theme = &app->theme_watch.theme,
		.model = model,
		.palette = &app->command_line.palette,
		.overlay = &app->perf_overlay,
		.ui = ui,
		.nav = nav,
		.frames = frames};
}

static struct app *app_create(const struct dashboard_options *options)
{
	struct app *app = xcalloc(1, sizeof(*app));

	app->base = event_base_new();
	app->ends = options->ends;
	model_init(&app->model, options->url);
	name_program(app);
	ui_ask_end(&app->ui);
	app->ui.read_only = options->read_only;
	str_copy(app->ui.session, sizeof(app->ui.session), str_of(options->session));
	str_copy(app->ui.actor, sizeof(app->ui.actor), str_of(options->actor));
	connect_parts(app);
	sync_take_time(&app->sync);
	return app;
}

/* The first frame comes before anything is asked of the terminal or the network. */
static void run(struct app *app, const struct dashboard_options *options,
	const struct persist *persist, struct errbuf *eb)
{
	if (options->no_sync)
		terminal_no_sync(app->screen);
	app->ui.mouse = terminal_mouse(app->screen, !options->no_mouse);
	theme_watch_see(&app->theme_watch);
	app_paint(app);
	theme_watch_ask(&app->theme_watch);
	if (!sync_start(&app->sync, app->base, options, eb)) {
		app->exit_code = err_exit_code(ERR_USAGE);
		return;
	}
	navigation_begin(&app->nav);
	(void)event_base_loop(app->base, EVLOOP_NO_EXIT_ON_EMPTY);
	if (options->state_file)
		persist_save(persist, options->state_file);
	command_runner_stop(&app->runner);
	sync_stop(&app->sync);
}

int dashboard_run(const struct dashboard_options *options, struct errbuf *eb)
{
	struct app *app = app_create(options);
	const struct persist persist = {
		&app->ui, &app->nav, &app->command_line.palette, &app->theme_watch};
	size_t bad_row;
	int exit_code;

	if (!terminal_can_show(eb)) {
		app_finish(app);
		return err_exit_code(ERR_USAGE);
	}
	persist_restore(&persist, options);
	make_events(app); /* before the screen: from its first byte on a signal puts it back */
	if (!keymap_init(&bad_row)) {
		err_set(eb, ERR_FAILED, "row %zu of the keymap names no key", bad_row);
		app->exit_code = err_exit_code(ERR_FAILED);
	} else if (!theme_watch_start(&app->theme_watch, options, eb) ||
		   !(app->screen = terminal_create(&app->theme_watch.theme, eb))) {
		app->exit_code = err_exit_code(ERR_USAGE);
	} else {
		app->theme_watch.screen = app->clipboard.screen = app->layout.screen = app->screen;
		run(app, options, &persist, eb);
		terminal_destroy(app->screen);
	}
	exit_code = app->exit_code;
	app_finish(app);
	return exit_code;
}
