/*
 * When revisions were heard of. Fed by the model, read by the views. Invariant: steps rise in revision and
 * in time; those within one part of GLOW_STEPS of the glow share a step, so that they all have room.
 */
#include "tui/glow.h"

#include <string.h>

void glow_reset(struct glow *glow, int64_t revision)
{
	glow->settled = revision;
	glow->count = 0;
}

static void settle_first(struct glow *glow)
{
	glow->settled = glow->steps[0].revision;
	memmove(glow->steps, glow->steps + 1, --glow->count * sizeof(*glow->steps));
}

void glow_heard(struct glow *glow, int64_t revision, int64_t now_ms)
{
	int64_t ends_ms = now_ms + GLOW_MS;
	struct glow_step *last;

	while (glow->count > 0 && glow->steps[0].ends_ms <= now_ms)
		settle_first(glow);
	last = glow->count > 0 ? &glow->steps[glow->count - 1] : NULL;
	if (revision <= (last ? last->revision : glow->settled))
		return;
	if (last && ends_ms - last->ends_ms < GLOW_MS / GLOW_STEPS) {
		last->revision = revision;
		return;
	}
	if (glow->count == GLOW_STEPS)
		settle_first(glow);
	glow->steps[glow->count++] = (struct glow_step){revision, ends_ms};
}

int64_t glow_until(const struct glow *glow, int64_t revision, int64_t now_ms)
{
	if (revision <= glow->settled)
		return 0;
	for (size_t i = 0; i < glow->count; i++) {
		const struct glow_step *step = &glow->steps[i];

		if (revision <= step->revision)
			return step->ends_ms > now_ms ? step->ends_ms : 0;
	}
	return 0;
}
