/*
 * The newest events, bounded; they go on from the last one heard whenever a view shows them.
 */
#ifndef UMBRA_TUI_EVENTS_H
#define UMBRA_TUI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/model/event.h"

struct events;

enum { EVENTS_KEPT = 5000 };

struct events *events_create(void);
void events_destroy(struct events *events);
void events_clear(struct events *events);

/*
 * Takes an answer of GET /v1/events?since=LAST; `ret_last` is what to ask with next. A `last` that is lower
 * than before means another control plane: what was kept is dropped. False when it is no such answer.
 */
bool events_read(struct events *events, struct str body, int64_t *ret_last, bool *ret_changed,
	struct errbuf *eb);

size_t events_count(const struct events *events);
/* 0 is the newest. Borrowed until the next read. */
const struct event *events_at(const struct events *events, size_t at);
/* NULL when it is not kept. */
const struct event *events_find(const struct events *events, int64_t seq);

#endif
