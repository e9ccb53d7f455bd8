/*
 * What the dashboard hears of the control plane: the changes feed, the tail, the stats once a second, the status, and
 * what polling.h adds. Answers change the model and ask for a frame (frames.h); nothing here waits, and nothing knows
 * which view is shown.
 */
#ifndef UMBRA_TUI_APP_SYNC_H
#define UMBRA_TUI_APP_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

#include "tui/app/polling.h"

struct client;
struct client_transfer;
struct dashboard_options;
struct event_base;
struct feed;
struct perf_overlay;
struct tail_client;
struct ui;

struct sync {
	struct model *model;
	struct ui *ui; /* for messages */
	struct frames *frames;
	struct perf_overlay *overlay; /* is told how long the stats took */
	int64_t (*now_ms)(void); /* the wall clock */
	struct client *client; /* NULL before sync_start() */
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
	unsigned needs; /* flags of the view that is shown */
	struct polling polling;
};

bool sync_start(struct sync *sync, struct event_base *base, const struct dashboard_options *options,
	struct errbuf *eb);
void sync_stop(struct sync *sync);
/* The wall clock, set to the control plane's where the two are minutes apart. */
int64_t sync_now_ms(const struct sync *sync);
/* Sets the model's time to now. While nothing is heard it stands still: what is shown is of then, and so are ages. */
void sync_take_time(struct sync *sync);
/* Once a second: asks for the stats, and for what the view needs. */
void sync_poll(struct sync *sync);
/* Connects now, where it would wait. */
void sync_retry(struct sync *sync);
/* What the view that is shown needs beside the feed (its flags): begun, gone on with, or ended. */
void sync_need(struct sync *sync, unsigned flags);
/* The tail runs with this filter; the lines of another one are dropped. */
void sync_tail(struct sync *sync, const char *scope);
void sync_tail_stop(struct sync *sync);
/* What the tail has gathered is read now. */
void sync_gather(struct sync *sync);

#endif
