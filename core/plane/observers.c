/*
 * Who is told of what became visible. An observer may write, observe and unobserve while it is told; what
 * is taken off then is freed when everybody has been told.
 */
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/plane/internal.h"

void plane_observe(struct plane *plane, const struct plane_observer *hooks)
{
	struct observer **end = &plane->observers;
	struct observer *observer = xcalloc(1, sizeof(*observer));

	observer->hooks = *hooks;
	while (*end != NULL)
		end = &(*end)->next;
	*end = observer;
}

static void sweep(struct plane *plane)
{
	struct observer **at = &plane->observers;

	while (*at != NULL) {
		struct observer *observer = *at;

		if (!observer->gone) {
			at = &observer->next;
			continue;
		}
		*at = observer->next;
		free(observer);
	}
}

void plane_unobserve(struct plane *plane, void *arg)
{
	for (struct observer *o = plane->observers; o != NULL; o = o->next)
		o->gone = o->gone || o->hooks.arg == arg;
	if (!plane->telling)
		sweep(plane);
}

void observers_tell(struct plane *plane, const struct change *changes, size_t change_count,
	struct event *const *events, size_t event_count)
{
	plane->telling = true;
	for (struct observer *o = plane->observers; o != NULL; o = o->next) {
		if (change_count > 0 && !o->gone && o->hooks.changed != NULL)
			o->hooks.changed(o->hooks.arg, &plane->committed, changes, change_count);
		for (size_t i = 0; i < event_count && !o->gone && o->hooks.noted != NULL; i++)
			o->hooks.noted(o->hooks.arg, events[i]);
	}
	plane->telling = false;
	sweep(plane);
}

void observers_tell_unstored(struct plane *plane, const struct event *event)
{
	plane->telling = true;
	for (struct observer *o = plane->observers; o != NULL; o = o->next)
		if (!o->gone && o->hooks.unstored != NULL)
			o->hooks.unstored(o->hooks.arg, event);
	plane->telling = false;
	sweep(plane);
}

void observers_finish(struct plane *plane)
{
	for (struct observer *o = plane->observers; o != NULL; o = o->next)
		o->gone = true;
	sweep(plane);
}
