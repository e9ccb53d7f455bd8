/*
 * What the agent reported and is not in the environment yet. health.c and refused.c put ids in and look at all of
 * them together, once per turn of the loop. While the store pauses nothing is looked at: txn.c resumes it.
 */
#include <event2/event.h>

#include "core/plane/internal.h"

bool reports_init(struct plane *plane, enum report_kind kind, event_callback_fn look)
{
	struct reports *reports = &plane->reports[kind];

	reports->ids = hashmap_create();
	reports->event = event_new(plane->base, -1, EV_PERSIST, look, plane);
	return reports->event != NULL;
}

void reports_finish(struct plane *plane, enum report_kind kind)
{
	struct reports *reports = &plane->reports[kind];

	if (reports->event != NULL)
		event_free(reports->event);
	hashmap_destroy(reports->ids, NULL);
}

void reports_defer(struct plane *plane, enum report_kind kind, struct str id)
{
	hashmap_set(plane->reports[kind].ids, id, plane);
}

void reports_add(struct plane *plane, enum report_kind kind, struct str id)
{
	reports_defer(plane, kind, id);
	if (!txn_is_pausing(plane))
		event_active(plane->reports[kind].event, EV_TIMEOUT, 0);
}

struct hashmap *reports_take(struct plane *plane, enum report_kind kind)
{
	struct hashmap *ids = plane->reports[kind].ids;

	plane->reports[kind].ids = hashmap_create();
	return ids;
}

void reports_resume(struct plane *plane)
{
	for (int i = 0; i < REPORT_COUNT; i++)
		if (hashmap_count(plane->reports[i].ids) > 0)
			event_active(plane->reports[i].event, EV_TIMEOUT, 0);
}
