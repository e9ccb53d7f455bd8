/*
 * The tour: about a dozen things one does once to know the tool, each found done by what was really done and
 * seen. Pure: the app tells what is on the screen, and the tour says which step is next.
 *
 * One step at a time: only what is done while it is the next one counts, and only what was not so already when it
 * began. A step that writes is left out where nothing may be sent.
 */
#ifndef UMBRA_TUI_UI_TOUR_H
#define UMBRA_TUI_UI_TOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/data/model.h"
#include "tui/data/selection.h"

/* In the order of the steps. */
enum tour_step {
	TOUR_FIND_PULL,
	TOUR_OPEN_VERSION,
	TOUR_GET_SESSION,
	TOUR_PIN_MORE,
	TOUR_SEE_REQUESTS,
	TOUR_ASK_WHY,
	TOUR_FIND_FAILING,
	TOUR_SEE_FAILURES,
	TOUR_FIND_LOST,
	TOUR_LOOK_BACK,
	TOUR_LOOK_AROUND,
	TOUR_COPY,
	TOUR_STEPS
};

struct tour {
	bool on; /* the line with the step is shown in every view */
	uint32_t done; /* bit set over enum tour_step */
	uint32_t skipped;
	int told; /* the step done last, while it is said; -1: none */
	int64_t told_ms; /* since when */
	int watched; /* the step that is looked for, -1: none yet */
	bool armed; /* it was seen not done since it began */
	char session[LIMIT_SESSION_KEY + 1]; /* yours when it began */
	size_t pins; /* of that */
};

/* How long it is said what was done last. */
enum { TOUR_TOLD_MS = 20000 };

/* What is on the screen; texts are "" where there is none. */
struct tour_sight {
	const char *view; /* its name */
	const char *argument; /* what it was opened with */
	const char *filter; /* of the view */
	const char *session; /* yours */
	bool read_only;
	struct selection selected;
	const struct model *model;
};

/* Takes note. Returns whether the step that is next is another one now. */
bool tour_watch(struct tour *tour, const struct tour_sight *sight);
/* Something that cannot be seen on the screen was done; counts when it is the step that is next. */
void tour_note(struct tour *tour, enum tour_step step, int64_t now_ms);

/* The first step that is neither done nor skipped; TOUR_STEPS when there is none. */
enum tour_step tour_next(const struct tour *tour);
void tour_skip(struct tour *tour);
/* Whether what was done last is to be said still. */
bool tour_tells(const struct tour *tour, int64_t now_ms);
/* From the beginning, and shown. */
void tour_begin(struct tour *tour);
/* Whether the step changes something in the environment: one's own session. */
bool tour_writes(enum tour_step step);

const char *tour_title(enum tour_step step);
/* What to press; names in it are of the environment there is. */
enum { TOUR_TEXT_SIZE = 512 };
void tour_text(enum tour_step step, const struct model *model, char dst[TOUR_TEXT_SIZE]);
/* Why, in one sentence: what one knows after it. */
void tour_lesson(enum tour_step step, char dst[TOUR_TEXT_SIZE]);

/* For what is kept from one run to the next: step names, "find-pull". */
const char *tour_name(enum tour_step step);

#endif
