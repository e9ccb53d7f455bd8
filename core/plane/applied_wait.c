/*
 * How far the proxy is, and who waits for it. Each wait ends once, by its timer: when its time is over, or
 * set off early by the proxy's report or its absence. So a wait never ends while the list is walked.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/base/time.h"
#include "core/plane/internal.h"

struct plane_wait {
	struct plane_wait *prev;
	struct plane_wait *next;
	struct plane *plane;
	int64_t revision;
	struct event *timer; /* libevent's */
	void (*done)(void *arg, int64_t applied);
	void *arg;
};

static void wait_link(struct plane_wait *wait)
{
	wait->prev = NULL;
	wait->next = wait->plane->waits;
	if (wait->next != NULL)
		wait->next->prev = wait;
	wait->plane->waits = wait;
}

static void wait_unlink(struct plane_wait *wait)
{
	if (wait->prev != NULL)
		wait->prev->next = wait->next;
	else
		wait->plane->waits = wait->next;
	if (wait->next != NULL)
		wait->next->prev = wait->prev;
}

static void wait_free(struct plane_wait *wait)
{
	if (wait->timer != NULL)
		event_free(wait->timer);
	free(wait);
}

void plane_wait_cancel(struct plane_wait *wait)
{
	if (wait == NULL)
		return;
	wait_unlink(wait);
	wait_free(wait);
}

static void wait_end(struct plane_wait *wait)
{
	wait_unlink(wait);
	wait->done(wait->arg, wait->plane->applied);
	wait_free(wait);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	wait_end(arg);
}

static bool is_over(const struct plane *plane, int64_t revision)
{
	return !plane->proxy_up || plane->applied >= revision;
}

struct plane_wait *plane_wait_applied(struct plane *plane, int64_t revision, int timeout_ms,
	void (*done)(void *arg, int64_t applied), void *arg)
{
	struct timeval timeout = time_wait_ms(timeout_ms);
	struct plane_wait *wait;

	if (is_over(plane, revision)) {
		done(arg, plane->applied);
		return NULL;
	}
	wait = xcalloc(1, sizeof(*wait));
	*wait = (struct plane_wait){.plane = plane, .revision = revision, .done = done, .arg = arg};
	wait->timer = evtimer_new(plane->base, on_timeout, wait);
	if (wait->timer == NULL || evtimer_add(wait->timer, &timeout) != 0) {
		wait_free(wait);
		done(arg, plane->applied);
		return NULL;
	}
	wait_link(wait);
	return wait;
}

static void end_waits(struct plane *plane)
{
	for (struct plane_wait *wait = plane->waits; wait != NULL; wait = wait->next) {
		if (is_over(plane, wait->revision))
			event_active(wait->timer, EV_TIMEOUT, 0);
	}
}

void plane_report_entrance(struct plane *plane, const char *address)
{
	(void)str_copy(plane->entrance, sizeof(plane->entrance), str_of(address));
}

void plane_report_applied(struct plane *plane, int64_t revision)
{
	plane->applied = revision;
	end_waits(plane);
}

int64_t plane_applied(const struct plane *plane)
{
	return plane->applied;
}

void plane_report_proxy(struct plane *plane, bool up)
{
	plane->proxy_up = up;
	end_waits(plane);
}

void waits_finish(struct plane *plane)
{
	struct plane_wait *wait = plane->waits;

	plane->waits = NULL;
	while (wait != NULL) {
		struct plane_wait *next = wait->next;

		wait_free(wait);
		wait = next;
	}
}
