/*
 * The timers of the next frame, see frames.h. Frames for what the network brings come no faster than FRAME_MS; what
 * was gathered has waited already, and waits GATHERED_MS at most. Keys do not wait at all: input.c paints after them.
 */
#include "tui/app/frames.h"

#include <event2/event.h>

#include "core/base/time.h"

enum { FRAME_MS = 50, GATHERED_MS = 8, AGE_MS = 1000 };

void frames_touch(struct frames *frames, enum redraw redraw)
{
	struct timeval wait = time_wait_ms(FRAME_MS - (time_monotonic_ms() - frames->painted_ms));

	if (redraw == REDRAW_NONE)
		return;
	if (redraw > frames->redraw)
		frames->redraw = redraw;
	if (!event_pending(frames->paint, EV_TIMEOUT, NULL))
		(void)event_add(frames->paint, &wait);
}

void frames_changed(struct frames *frames, unsigned parts)
{
	frames->parts |= parts;
	frames_touch(frames, REDRAW_ALL);
}

void frames_gathered(struct frames *frames, unsigned parts)
{
	struct timeval wait =
		time_wait_ms(GATHERED_MS - (time_monotonic_ms() - frames->painted_ms));

	frames->parts |= parts;
	if (frames->soon)
		return;
	frames->soon = true;
	frames->redraw = REDRAW_ALL;
	(void)event_add(frames->paint, &wait);
}

void frames_hurry(struct frames *frames)
{
	frames->painted_ms = 0;
	frames->soon = false;
	(void)event_del(frames->paint);
}

void frames_begin(struct frames *frames)
{
	(void)event_del(frames->paint);
	frames->redraw = REDRAW_NONE;
	frames->soon = false;
}

void frames_end(struct frames *frames, int64_t next_change_ms, int64_t now_ms)
{
	int64_t delay_ms = next_change_ms - now_ms;
	struct timeval wait = time_wait_ms(delay_ms > AGE_MS ? delay_ms : AGE_MS);

	frames->painted_ms = time_monotonic_ms();
	(void)event_del(frames->age);
	if (next_change_ms != 0)
		(void)event_add(frames->age, &wait);
}
