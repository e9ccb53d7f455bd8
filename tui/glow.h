/*
 * What is new or changed glows for a moment. Every record carries the revision of its last change; this
 * keeps at what time the newest revisions were heard of, and so answers for any record with no list of them.
 */
#ifndef UMBRA_TUI_GLOW_H
#define UMBRA_TUI_GLOW_H

#include <stddef.h>
#include <stdint.h>

enum { GLOW_MS = 4000, GLOW_STEPS = 8 };

struct glow_step {
	int64_t revision; /* everything up to it was heard of by then */
	int64_t ends_ms;
};

struct glow {
	int64_t settled; /* what has this revision, or a lower one, is not news */
	struct glow_step steps[GLOW_STEPS]; /* oldest first */
	size_t count;
};

/* All there is came at once: none of it is news. */
void glow_reset(struct glow *glow, int64_t revision);
void glow_heard(struct glow *glow, int64_t revision, int64_t now_ms);
/* Until when something of this revision glows; 0: it does not (any more). */
int64_t glow_until(const struct glow *glow, int64_t revision, int64_t now_ms);

#endif
