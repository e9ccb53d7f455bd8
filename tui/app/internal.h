/* The app's own parts know each other through this; nobody else includes it. */
#ifndef UMBRA_TUI_APP_INTERNAL_H
#define UMBRA_TUI_APP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/client/client.h"
#include "core/command/command.h"

#include "tui/app/app.h"
#include "tui/app/perf_overlay.h"
#include "tui/data/model.h"
#include "tui/ui/palette.h"
#include "tui/term/terminal.h"
#include "tui/data/selection.h"
#include "tui/ui/tour.h"
#include "tui/ui/ui_state.h"
#include "tui/ui/view.h"

struct event;
struct event_base;

/* A view and what it is at. Those with a tab live as long as the app, the others while a place has them. */
struct view_instance {
	const struct view *view;
	void *state;
	char *argument; /* what it was opened with last, "" for nothing */
	unsigned parts; /* what changed since its last prepare */
	unsigned refs; /* places that have it in their stack */
};

/* The header of the picture, and the least it needs as a whole. */
enum { MIN_ROWS = 15, MIN_COLS = 60, HEAD_ROWS = 3 };

enum { TABS_MAX = 8, STACK_MAX = 8, NAVIGATION_MAX = 24, SIGNALS = 6 };

/* Where one is, or was: a tab, what is opened over it, and what was selected there. */
struct place {
	size_t tab;
	struct view_instance *stack[STACK_MAX];
	size_t depth;
	bool opened_from_previous; /* a key of the place before led here: Esc goes back to it */
	bool has_saved_state; /* the rest is as it was then */
	char scope[LIMIT_FILTER + 1]; /* what was tailed */
	char filter[LIMIT_FILTER + 1];
	struct selection selection;
};

/* A line that was answered: it comes back with the mistake when what it led to is refused. */
struct asked {
	bool set;
	enum question question;
	const struct view_instance *top; /* the view that asked */
	char label[MESSAGE_MAX];
	char text[LIMIT_FILTER + 1];
};

/* Where in the last frame a press of the mouse is the press of a key. */
struct click_area {
	int y, x, cols; /* of the screen */
	int32_t key; /* below 0: of a tab, negated */
};

enum { CLICK_AREAS_MAX = 48 };

struct click_areas {
	struct click_area all[CLICK_AREAS_MAX];
	size_t count;
	int body_y, body_rows, body_cols; /* where the view is */
	int prompt_y;
};

struct run; /* a command under way */

/* Something that is asked of the control plane as long as a view on the screen shows it; polling.c. */
struct poll_state {
	struct app *app;
	struct client_transfer *call;
	int64_t since; /* what to ask for next */
};

enum { POLLS = 3 };

struct app {
	struct event_base *base;
	bool owns_base;
	int64_t (*now_ms)(void);
	struct terminal *screen;
	struct theme theme;
	char theme_name[THEME_PATH_SIZE];
	char theme_set[THEME_PATH_SIZE]; /* by the config; "" when it says nothing */
	bool theme_chosen; /* here, not by whoever started it */
	bool theme_follows; /* nobody chose it: it is the one for the terminal's ground */
	enum theme_ground ground; /* the terminal's, GROUND_ANY: it does not tell */
	bool ground_open; /* it may still tell */
	struct cJSON *kept; /* of the run before; NULL: nothing */
	char theme_file[THEME_PATH_SIZE]; /* watched */
	struct colour colour; /* of the environment's name; not set: rgb -1 */
	struct model model;
	struct strbuf program; /* what the model calls it */
	struct ui ui;
	struct palette palette;
	struct click_areas click_areas;
	const struct view_instance *grabbed; /* it hears of the mouse until the button is let go */
	struct copy_tools *copy_tools; /* NULL until something is copied */
	bool mouse_given; /* back to the terminal, by key */
	bool pasting; /* what comes in was pasted, not typed */
	bool burst; /* what comes in came together with what was read last */
	int64_t input_at_ms; /* monotonic; when keys were read last */
	struct perf_overlay cost;
	struct asked asked; /* the line that was just answered */

	struct view_instance tabs[TABS_MAX];
	size_t tab_count;
	struct place places[NAVIGATION_MAX]; /* the oldest first */
	size_t place_count; /* at least 1 */
	size_t at; /* the place one is at */

	struct client *client;
	struct feed *feed;
	struct tail_client *tail;
	struct client_transfer *tail_start; /* finding out where the tail begins */
	int64_t tail_since; /* the newest record when it began */
	struct client_transfer *traffic;
	struct client_transfer *status;
	int64_t traffic_since;
	int64_t asked_ms,
		heard_ms; /* monotonic: the last poll of the stats, and the last answer to one */
	int64_t status_asked_ms; /* monotonic */
	struct run *runs;
	struct poll_state polls[POLLS];

	struct event *input;
	struct event *held; /* a key that is only known to be whole once nothing follows it */
	struct event *signals[SIGNALS];
	struct event *paint; /* the next frame that is due */
	struct event *age; /* when something in sight grows older */
	struct event *stats; /* once a second */
	struct event *themes; /* inotify */
	struct event *unanswered; /* the terminal does not say what its ground is */
	struct event *resize; /* the end of a storm of sizes */
	int theme_fd;

	enum redraw redraw;
	bool soon; /* the frame that is due does not wait its interval */
	int64_t next_change_ms; /* of the last frame */
	int64_t painted_ms; /* monotonic */
	int64_t resized_ms; /* monotonic */
	const char *ends; /* what ends with it, as a sentence; NULL: nothing */
	int exit_code;
	bool done;
};

/* app.c */
/* What the view that is shown has selected. */
struct selection app_selection(struct app *app);
/* The wall clock, set to the control plane's where the two are minutes apart. */
int64_t app_now_ms(const struct app *app);
/* Paints at the end of this turn, or once 50 ms have passed since the last frame. */
void app_touch(struct app *app, enum redraw redraw);
/* The next frame is the one that is waited for: it comes at the end of the turn that asks for it. */
void app_hurry(struct app *app);
/* The model changed. */
void app_changed(struct app *app, unsigned parts);
/* The same for what has waited to be read: its frame comes at once. */
void app_gathered(struct app *app, unsigned parts);
/*
 * What a key acts on is what is so now: before each the view takes in what came since it was drawn, and what
 * the key before changed (a filter, a fold), though no frame lies between.
 */
void app_prepare(struct app *app);
/* Carries out what handlers have requested. */
void app_run_requests(struct app *app);

/* navigation.c: the views, which of them is shown, and the way one came. */
void navigation_init(struct app *app);
void navigation_finish(struct app *app);
/* Once the network is there: what the first view needs is asked for. */
void navigation_begin(struct app *app);
struct place *place_now(struct app *app);
/* The view on top. */
struct view_instance *app_top(struct app *app);
struct view_instance *app_tab(struct app *app);
void navigation_changed(struct app *app, unsigned parts);
void app_open(struct app *app, const struct view *view, const char *argument);
/* By the tab's own key: from there Esc leads nowhere. False when no tab has that key. */
bool app_open_tab(struct app *app, char key);
/* Esc: closes what is on top, or goes back to where a key led away from. */
bool navigation_up(struct app *app);
bool navigation_has_up(struct app *app);
/* Through where one was, by -1 or 1; false at the end. */
bool navigation_step(struct app *app, int by);

/* layout.c: the whole picture. */
void layout_paint(struct app *app);
/* What of it is the view's, as the next frame will have it; no rows on a screen that is too small. */
struct canvas layout_body(struct app *app, const struct canvas *whole);
/* status_line.c: its last rows, and how many they are. */
int status_line_rows(const struct app *app, int rows, int cols);
void status_line_draw(struct app *app, const struct canvas *canvas);

/* theme_watch.c: the theme, and its file while that changes. */
bool theme_watch_start(struct app *app, const struct dashboard_options *options, struct errbuf *eb);
/* Once the screen is there, and after the first frame: the terminal is asked for its ground where that chooses. */
void theme_watch_see(struct app *app);
void theme_watch_ask(struct app *app);
void theme_watch_answer(struct app *app, const char *answer);
/* Takes another theme; false with a sentence, and the old one stays. */
bool theme_watch_take(struct app *app, const char *name, struct errbuf *eb);
void theme_watch_stop(struct app *app);

/* sync.c: feed, tail, stats, commands. */
bool sync_start(struct app *app, const struct dashboard_options *options, struct errbuf *eb);
void sync_stop(struct app *app);
void sync_poll(struct app *app);
void sync_retry(struct app *app);
/* The tail runs with this scope; the lines of another one are dropped. */
void sync_tail(struct app *app, const char *scope);
void sync_tail_stop(struct app *app);
/* What the tail has gathered is read now. */
void sync_gather(struct app *app);
/* Takes the command. */
void sync_run(struct app *app, struct command_args *command, enum run_for run_for);
/* The sentence of an answer, as a message; in few words where it would be cut. */
void sync_say(struct app *app, const struct command_result *result);
/* What the view that is shown needs beside the feed: begun, gone on with, or ended. */
void sync_need(struct app *app);

/* A sample of what it all takes, while that is shown. */
void sync_cost(struct app *app);

/* polling.c: starts those that `flags` (of the view on the screen) name, ends the others. */
void polling_run(struct app *app, unsigned flags);
void polling_stop(struct app *app);
/* Whose edges VIEW_SESSION_EDGES is about from now on. */
void polling_session(struct app *app, const char *session);
/* Everything came anew: stats are asked for from the beginning. */
void polling_forget(struct app *app);

/* clipboard.c: offers the forms of what is selected, and copies the one that was chosen. */
void clipboard_offer(struct app *app);
void clipboard_take(struct app *app, const char *form);

/* persist.c: what is kept from run to run. */
void persist_theme(struct app *app, const struct dashboard_options *options);
void persist_views(struct app *app);
void persist_all(struct app *app, const char *path);

/* mouse.c: the mouse. */
void point(struct app *app, const struct pointer *at);
void click_areas_add(
	struct app *app, const struct canvas *canvas, int y, int x, int cols, int32_t key);

/* tour_bar.c: the tour outside of Learn. Watching comes after the view was prepared. */
void tour_bar_watch(struct app *app);
void tour_bar_done(struct app *app, enum tour_step step);
/* Rows its line wants at the bottom; 0: it is not shown. */
int tour_bar_rows(struct app *app, int rows, int cols);
/* `rows` are the whole screen's. */
void tour_bar_draw(struct app *app, const struct canvas *canvas, int rows);

/* command_line.c: the `:` line. */
void command_line_open(struct app *app, const char *line);
void command_line_press(struct app *app, int32_t key);
/* What a command of it led to. */
void command_line_answered(
	struct app *app, const struct command_args *command, const struct command_result *result);

/* input.c: what a key does, to the prompt or to the view. */
void press(struct app *app, int32_t key);
/* Leaves; asks first where something ends with it. */
void press_quit(struct app *app);

#endif
