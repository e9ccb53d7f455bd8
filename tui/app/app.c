/*
 * The dashboard's life: takes the terminal, runs the loop, paints when something changed, and gives the
 * terminal back. Nothing here waits and nothing ticks: a timer is set only for a frame that is due, for
 * something in sight that grows older, and once a second for the stats while the connection is up.
 */
#include "tui/app/app.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/base/executable.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/model/access_forms.h"

#include "tui/app/internal.h"
#include "tui/app/copy_tools.h"
#include "tui/ui/export.h"
#include "tui/app/persist_file.h"

/* Frames for what the network brings come no faster than this; keys are painted at once. */
enum {
	FRAME_MS = 50,
	GATHERED_MS = 8,
	STORM_MS = 80,
	AGE_MS = 1000,
	STATS_MS = 1000,
	KEYS_A_TURN = 256,
	PASTE_PAUSE_MS = 100
};

static struct timeval timeval_of(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

/* ---- the clock ---- */

static int64_t standing_ms;

static int64_t standing_clock(void)
{
	return standing_ms;
}

/* UMBRA_NOW_MS is read here and nowhere else: a wall clock that stands, so that pictures can be compared. */
static int64_t (*choose_clock(const struct dashboard_options *options))(void)
{
	const char *text = getenv("UMBRA_NOW_MS");

	if (options->now_ms)
		return options->now_ms;
	if (text && str_to_i64(str_of(text), &standing_ms))
		return standing_clock;
	return time_now_ms;
}

int64_t app_now_ms(const struct app *app)
{
	return app->now_ms() + (app->client ? client_clock_ahead_ms(app->client) : 0);
}

/* ---- frames ---- */

struct selection app_selection(struct app *app)
{
	const struct view_instance *top = app_top(app);
	struct selection what;

	memset(&what, 0, sizeof(what));
	if (top->view->selected && app->model.known)
		top->view->selected(top->state, &app->model, &what);
	return what;
}

/* What is shown while nothing is heard is of when something was: ages in it stand still. */
static void take_time(struct app *app)
{
	const struct link *feed = &app->model.feed;
	bool stale = feed->state == FEED_STALE && feed->last_byte_ms > 0;

	app->model.now_ms = stale ? feed->last_byte_ms : app_now_ms(app);
}

static void paint_now(struct app *app)
{
	int64_t delay;
	struct timeval wait;

	if (!app->soon)
		sync_gather(app); /* a frame for something else brings the newest lines along */
	(void)event_del(app->paint);
	app->redraw = REDRAW_NONE;
	app->soon = false;
	take_time(app);
	app->model.clock_ahead_ms = app->client ? client_clock_ahead_ms(app->client) : 0;
	/* Where text is shown to be selected, the mouse is the terminal's. */
	(void)terminal_mouse(
		app->screen, app->ui.mouse && !(app_top(app)->view->flags & VIEW_SELECTS_TEXT));
	layout_paint(app);
	app->painted_ms = time_monotonic_ms();
	(void)event_del(app->age);
	if (app->next_change_ms == 0)
		return;
	delay = app->next_change_ms - app_now_ms(app);
	wait = timeval_of(delay > AGE_MS ? delay : AGE_MS);
	(void)event_add(app->age, &wait);
}

void app_touch(struct app *app, enum redraw redraw)
{
	int64_t since = time_monotonic_ms() - app->painted_ms;
	struct timeval wait = timeval_of(since < FRAME_MS ? FRAME_MS - since : 0);

	if (redraw == REDRAW_NONE)
		return;
	if (redraw > app->redraw)
		app->redraw = redraw;
	if (!event_pending(app->paint, EV_TIMEOUT, NULL))
		(void)event_add(app->paint, &wait);
}

void app_hurry(struct app *app)
{
	app->painted_ms = 0;
	app->soon = false;
	(void)event_del(app->paint);
}

void app_changed(struct app *app, unsigned parts)
{
	navigation_changed(app, parts);
	app_touch(app, REDRAW_ALL);
}

void app_gathered(struct app *app, unsigned parts)
{
	int64_t since = time_monotonic_ms() - app->painted_ms;
	struct timeval wait = timeval_of(since < GATHERED_MS ? GATHERED_MS - since : 0);

	navigation_changed(app, parts);
	if (app->soon)
		return;
	app->soon = true;
	app->redraw = REDRAW_ALL;
	(void)event_add(app->paint, &wait);
}

static void on_paint(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	paint_now(arg);
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
		sync_run(app, request->command, request->run_for);
		request->command = NULL;
		break;
	case UI_REQUEST_OPEN:
		app_open(app, request->view, request->text);
		break;
	case UI_REQUEST_BACK:
		(void)navigation_up(app);
		break;
	case UI_REQUEST_SAVE:
		save_shown(app, request->text);
		break;
	}
	app_touch(app, REDRAW_ALL);
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
	if (app->done)
		(void)event_base_loopbreak(app->base);
}

/* ---- what wakes it ---- */

void app_prepare(struct app *app)
{
	struct view_instance *top = app_top(app);
	int64_t ignored = 0;
	struct canvas whole = terminal_canvas(app->screen, app->model.now_ms, &ignored);
	struct canvas body = layout_body(app, &whole);

	if (top->view->prepare && app->model.known && body.rows > 0) {
		top->view->prepare(
			top->state, &app->model, &app->ui, top->parts, body.rows, body.cols);
		top->parts = 0;
	}
}

/* A filter that is typed looks at no row: those of its end are worked out, not those of each letter. */
static bool looks_at_rows(const struct prompt *prompt)
{
	return prompt->kind != PROMPT_LINE || prompt->question != QUESTION_FILTER;
}

/* Readable, and no key: perhaps it hung up without a signal, and would be readable for ever. */
static bool terminal_is_gone(void)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* The rest of a turn's keys, and a key that is held, are not told by the terminal. */
static void wait_for_keys(struct app *app, bool all_taken)
{
	int64_t wait_ms = all_taken ? terminal_key_wait_ms(app->screen) : 0;
	struct timeval wait = timeval_of(wait_ms);

	if (wait_ms < 0)
		(void)event_del(app->held);
	else
		(void)event_add(app->held, &wait);
}

/*
 * May what comes in now answer a question that is shown? Not while more of the same input was waiting, and where a
 * question has met such input already, not before a pause: a long paste arrives in several pieces.
 */
static bool is_answer(const struct app *app)
{
	bool paused = time_monotonic_ms() - app->input_at_ms >= PASTE_PAUSE_MS;

	return !app->burst && (paused || app->ui.prompt.mistake[0] == '\0');
}

static void on_input(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;
	int32_t key;
	int count = 0;

	(void)fd;
	take_time(app);
	if (is_answer(app))
		app->ui.prompt.fresh = false;
	app->input_at_ms = time_monotonic_ms();
	while (count < KEYS_A_TURN && terminal_key(app->screen, &key)) {
		if (!app->pasting && looks_at_rows(&app->ui.prompt))
			app_prepare(app);
		press(app, key);
		app_run_requests(app);
		count++;
	}
	if (count == 0 && (what & EV_READ) && terminal_is_gone()) {
		app->exit_code = 128 + SIGHUP;
		app->done = true;
		(void)event_base_loopbreak(app->base);
	}
	if (app->redraw != REDRAW_NONE && !app->done)
		paint_now(app);
	app->burst = terminal_has_input(app->screen);
	wait_for_keys(app, count < KEYS_A_TURN);
}

static void on_leave(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;

	(void)what;
	app->exit_code = 128 + (int)number;
	app->done = true;
	(void)event_base_loopbreak(app->base);
}

static void on_stop(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;

	(void)number;
	(void)what;
	terminal_suspend(app->screen);
	sync_retry(app);
	sync_poll(app);
	paint_now(app);
}

static void on_continue(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;

	(void)number;
	(void)what;
	terminal_repaint(app->screen);
	app_touch(app, REDRAW_ALL);
}

/* The first size of a storm is painted at once, the others when it is over. */
static void on_size(evutil_socket_t number, short what, void *arg)
{
	struct app *app = arg;
	int64_t now = time_monotonic_ms();
	struct timeval wait = timeval_of(STORM_MS);

	(void)number;
	(void)what;
	if (now - app->resized_ms < STORM_MS) {
		app->resized_ms = now;
		(void)event_add(app->resize, &wait);
		return;
	}
	app->resized_ms = now;
	if (terminal_resize(app->screen))
		paint_now(app);
}

static void on_storm_over(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;

	(void)fd;
	(void)what;
	if (terminal_resize(app->screen))
		paint_now(app);
}

static void on_stats(evutil_socket_t fd, short what, void *arg)
{
	struct app *app = arg;

	(void)fd;
	(void)what;
	sync_poll(app);
	sync_cost(app);
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
	struct timeval second = timeval_of(STATS_MS);

	app->paint = evtimer_new(app->base, on_paint, app);
	app->age = evtimer_new(app->base, on_paint, app);
	app->resize = evtimer_new(app->base, on_storm_over, app);
	app->stats = event_new(app->base, -1, EV_PERSIST, on_stats, app);
	(void)event_add(app->stats, &second);
	app->held = evtimer_new(app->base, on_input, app);
	app->input = event_new(app->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, app);
	(void)event_add(app->input, NULL);
	listen_to_signals(app);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void app_finish(struct app *app)
{
	free_event(app->paint);
	free_event(app->age);
	free_event(app->resize);
	free_event(app->stats);
	free_event(app->input);
	free_event(app->held);
	for (size_t i = 0; i < SIGNALS; i++)
		free_event(app->signals[i]);
	theme_watch_stop(app);
	copy_tools_destroy(app->copy_tools);
	navigation_finish(app);
	palette_finish(&app->palette);
	cJSON_Delete(app->kept);
	ui_finish(&app->ui);
	model_finish(&app->model);
	strbuf_finish(&app->program);
	if (app->owns_base)
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

static struct app *app_create(const struct dashboard_options *options)
{
	struct app *app = xcalloc(1, sizeof(*app));

	app->theme_fd = -1;
	app->now_ms = choose_clock(options);
	app->owns_base = options->base == NULL;
	app->base = options->base ? options->base : event_base_new();
	model_init(&app->model, options->url);
	name_program(app);
	app->model.now_ms = app_now_ms(app);
	ui_ask_end(&app->ui);
	app->ui.read_only = options->read_only;
	app->ends = options->ends;
	str_copy(app->ui.session, sizeof(app->ui.session), str_of(options->session));
	str_copy(app->ui.actor, sizeof(app->ui.actor), str_of(options->actor));
	navigation_init(app);
	return app;
}

static void recall(struct app *app, const struct dashboard_options *options)
{
	struct errbuf eb;

	errbuf_clear(&eb);
	if (options->state_file)
		app->kept = persist_file_read(options->state_file, &eb);
	if (eb.err != ERR_NONE)
		ui_say(&app->ui, ROLE_WARNING, "not as you left it: %s", eb.text);
	persist_theme(app, options);
	persist_views(app);
}

int dashboard_run(const struct dashboard_options *options, struct errbuf *eb)
{
	struct app *app = app_create(options);
	size_t bad_row;
	int exit_code;

	if (!terminal_can_show(eb)) {
		app_finish(app);
		return err_exit_code(ERR_USAGE);
	}
	recall(app, options);
	make_events(app); /* before the screen: from its first byte on a signal puts it back */
	if (!keymap_init(&bad_row)) {
		err_set(eb, ERR_FAILED, "row %zu of the keymap names no key", bad_row);
		app->exit_code = err_exit_code(ERR_FAILED);
	} else if (!theme_watch_start(app, options, eb) ||
		   !(app->screen = terminal_create(&app->theme, eb))) {
		app->exit_code = err_exit_code(ERR_USAGE);
	} else {
		if (options->no_sync)
			terminal_no_sync(app->screen);
		app->ui.mouse = terminal_mouse(app->screen, !options->no_mouse);
		theme_watch_see(app);
		paint_now(app); /* before anything is asked of the terminal or the network */
		theme_watch_ask(app);
		if (sync_start(app, options, eb)) {
			navigation_begin(app);
			(void)event_base_loop(app->base, EVLOOP_NO_EXIT_ON_EMPTY);
			if (options->state_file)
				persist_all(app, options->state_file);
			sync_stop(app);
		} else {
			app->exit_code = err_exit_code(ERR_USAGE);
		}
		terminal_destroy(app->screen);
	}
	exit_code = app->exit_code;
	app_finish(app);
	return exit_code;
}
