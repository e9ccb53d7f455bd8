/*
 * The dashboard put together: app.c makes the parts and runs the loop, input.c and mouse.c do what keys and the mouse
 * want with them. No other file sees the whole; each part has a header of its own, with its state and what it needs.
 */
#ifndef UMBRA_TUI_APP_INTERNAL_H
#define UMBRA_TUI_APP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/util.h>

#include "core/base/strbuf.h"

#include "tui/app/clipboard.h"
#include "tui/app/command_line.h"
#include "tui/app/command_runner.h"
#include "tui/app/frames.h"
#include "tui/app/layout.h"
#include "tui/app/navigation.h"
#include "tui/app/perf_overlay.h"
#include "tui/app/sync.h"
#include "tui/app/theme_watch.h"
#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

enum { SIGNALS = 6 };

/* Keys as they come. */
struct input {
	struct event *readable;
	struct event *held; /* a key that is only known to be whole once nothing follows it */
	bool pasting; /* what comes in was pasted, not typed */
	bool burst; /* what comes in came together with what was read last */
	int64_t read_at_ms; /* monotonic; when keys were read last */
	const struct view_instance *grabbed; /* gets the mouse until the button is let go */
};

struct app {
	struct event_base *base;
	struct terminal *screen;
	struct strbuf program; /* what the model calls it */
	struct model model;
	struct ui ui;
	struct frames frames;
	struct theme_watch theme_watch;
	struct perf_overlay perf_overlay;
	struct sync sync;
	struct navigation nav;
	struct command_line command_line;
	struct command_runner runner;
	struct clipboard clipboard;
	struct layout layout;
	struct input input;
	struct event *signals[SIGNALS];
	struct event *second; /* once a second: the stats */
	struct event *resize; /* the end of a storm of sizes */
	int64_t resized_ms; /* monotonic */
	const char *ends; /* what ends with it, as a sentence; NULL: nothing */
	int exit_code;
};

/* app.c */
/* Paints a frame now. */
void app_paint(struct app *app);
/*
 * A key acts on what is so now: before each the view takes in what came since it was drawn, and what the key before
 * changed (a filter, a fold), though no frame lies between.
 */
void app_prepare(struct app *app);
/* Carries out what handlers of views and of the `:` line have requested. */
void app_run_requests(struct app *app);
/* Ends the loop with this turn. */
void app_leave(struct app *app, int exit_code);

/* input.c */
/* Something came in, or a held key is whole: a callback of libevent, `arg` is the app. */
void input_ready(evutil_socket_t fd, short what, void *arg);
/* What a key does, to the prompt or to the view. */
void input_key(struct app *app, int32_t key);

/* mouse.c: what the mouse does, of which the terminal got an event last. */
void input_mouse(struct app *app);

#endif
