/*
 * What is new or changed glows for a moment. Every record carries the revision of its last change; this
 * keeps at what time the newest revisions were heard of, and so answers for any record with no list of them.
 */
#ifndef UMBRA_TUI_DATA_RECENT_CHANGES_H
#define UMBRA_TUI_DATA_RECENT_CHANGES_H

#include <stddef.h>
#include <stdint.h>

enum { RECENT_CHANGES_MS = 4000, RECENT_CHANGES_STEPS = 8 };

struct recent_changes_step {
	int64_t revision; /* everything up to it was heard of by then */
	int64_t ends_ms;
};

struct recent_changes {
	int64_t settled; /* what has this revision, or a lower one, is not news */
	struct recent_changes_step steps[RECENT_CHANGES_STEPS]; /* oldest first */
	size_t count;
};

/* All there is came at once: none of it is news. */
void recent_changes_reset(struct recent_changes *glow, int64_t revision);
void recent_changes_heard(struct recent_changes *glow, int64_t revision, int64_t now_ms);
/* Until when something of this revision glows; 0: it does not. */
int64_t recent_changes_until(const struct recent_changes *glow, int64_t revision, int64_t now_ms);

#endif
