/*
 * Events in plain words: what was done to what, and which fields are others now. Pure; the Timeline draws
 * what it gets here, cell by cell.
 */
#ifndef UMBRA_TUI_VIEWS_TIMELINE_EVENT_TEXT_H
#define UMBRA_TUI_VIEWS_TIMELINE_EVENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/event.h"

#include "tui/term/canvas.h"

/* "registered " booking@pr-482 "": the object stands between the two. */
struct event_words {
	const char *before;
	const char *after;
	enum glyph glyph; /* before it all; GLYPH_COUNT: none */
	enum role role; /* of the words; ROLE_BASE where nothing is wrong */
};
const struct event_words *event_words(const struct event *event);

/* False for what happened by itself, or the control plane saw. */
bool event_by_person(const struct event *event);

/* One field of a change; the texts are read with diff_text(). */
struct diff_field {
	size_t name, before, after; /* offsets into the texts */
	bool had, has; /* there was, there is such a field */
	bool telling; /* worth a word in one line about the event */
	bool leads; /* stands before all others */
};

enum { DIFF_FIELDS = 320 };

/* What an event changed, field by field: what leads, then in the order of the record. Kept and read anew at will. */
struct event_diff {
	struct strbuf texts;
	struct diff_field fields[DIFF_FIELDS];
	size_t count;
};

void diff_init(struct event_diff *list);
void diff_finish(struct event_diff *list);
void diff_read(struct event_diff *list, const struct event *event);
/* How many of the fields lead: the first ones. */
size_t diff_leading(const struct event_diff *list);
const char *diff_text(const struct event_diff *list, size_t offset);

/* "connection refused": what an event says of itself beside its fields; "" when nothing. */
const char *diff_detail(const struct event_diff *list);

/* "Sunday 22 November", local; `now_ms` says which day is today and yesterday. */
enum { DAY_SIZE = 48 };
void event_day(int64_t time_ms, int64_t now_ms, char dst[DAY_SIZE]);
/* Whether both are of the same local day. */
bool event_same_day(int64_t a_ms, int64_t b_ms);

/* The parts of "cart@pr-482" or a session's key; those it has not are empty. */
struct event_object {
	struct str service, version, session;
};
void event_object(const struct event *event, struct event_object *ret_object);

#endif
