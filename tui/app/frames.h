/*
 * When the next frame comes: at the end of this turn of the loop, or once 50 ms have passed since the last one.
 * Everything that changes the picture says so here, app.c paints. Nothing ticks: a timer is set only for a frame that
 * is due and for something in sight that grows older.
 */
#ifndef UMBRA_TUI_APP_FRAMES_H
#define UMBRA_TUI_APP_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/ui/view.h"

struct event;

struct frames {
	struct event *paint; /* the next frame that is due; app.c makes both timers */
	struct event *age; /* something in sight grows older */
	enum redraw redraw;
	unsigned parts; /* of the model: changed since the views were told last */
	bool soon; /* the frame that is due does not wait its interval */
	int64_t painted_ms; /* monotonic */
};

void frames_touch(struct frames *frames, enum redraw redraw);
/* The model changed. */
void frames_changed(struct frames *frames, unsigned parts);
/* The same for what was gathered before it was read: its frame comes at once. */
void frames_gathered(struct frames *frames, unsigned parts);
/* The next frame does not wait: it comes at the end of the turn that asks for it. */
void frames_hurry(struct frames *frames);

/* Around the painting of a frame. `next_change_ms`: when something in it grows older, 0: nothing does. */
void frames_begin(struct frames *frames);
void frames_end(struct frames *frames, int64_t next_change_ms, int64_t now_ms);

#endif
