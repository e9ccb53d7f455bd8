/*
 * When revisions were heard of. Fed by the model, read by the views. Invariant: steps rise in revision and
 * in time; those within one part of RECENT_CHANGES_STEPS of the glow share a step, so that they all have room.
 */
#include "tui/data/recent_changes.h"

#include <string.h>

void recent_changes_reset(struct recent_changes *glow, int64_t revision)
{
	glow->settled = revision;
	glow->count = 0;
}

static void settle_first(struct recent_changes *glow)
{
	glow->settled = glow->steps[0].revision;
	memmove(glow->steps, glow->steps + 1, --glow->count * sizeof(*glow->steps));
}

void recent_changes_heard(struct recent_changes *glow, int64_t revision, int64_t now_ms)
{
	int64_t ends_ms = now_ms + RECENT_CHANGES_MS;
	struct recent_changes_step *last;

	while (glow->count > 0 && glow->steps[0].ends_ms <= now_ms)
		settle_first(glow);
	last = glow->count > 0 ? &glow->steps[glow->count - 1] : NULL;
	if (revision <= (last ? last->revision : glow->settled))
		return;
	if (last && ends_ms - last->ends_ms < RECENT_CHANGES_MS / RECENT_CHANGES_STEPS) {
		last->revision = revision;
		return;
	}
	if (glow->count == RECENT_CHANGES_STEPS)
		settle_first(glow);
	glow->steps[glow->count++] = (struct recent_changes_step){revision, ends_ms};
}

int64_t recent_changes_until(const struct recent_changes *glow, int64_t revision, int64_t now_ms)
{
	if (revision <= glow->settled)
		return 0;
	for (size_t i = 0; i < glow->count; i++) {
		const struct recent_changes_step *step = &glow->steps[i];

		if (revision <= step->revision)
			return step->ends_ms > now_ms ? step->ends_ms : 0;
	}
	return 0;
}
