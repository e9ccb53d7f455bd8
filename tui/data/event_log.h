/*
 * The newest events, bounded; they go on from the last one heard whenever a view shows them.
 */
#ifndef UMBRA_TUI_DATA_EVENT_LOG_H
#define UMBRA_TUI_DATA_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/model/event.h"

struct event_log;

enum { EVENT_LOG_KEPT = 5000 };

struct event_log *event_log_create(void);
void event_log_destroy(struct event_log *events);
void event_log_clear(struct event_log *events);

/*
 * Takes an answer of GET /v1/events?since=LAST; `ret_last` is what to ask with next. A `last` that is lower
 * than before means another control plane: what was kept is dropped. False when it is no such answer.
 */
bool event_log_read(struct event_log *events, struct str body, int64_t *ret_last, bool *ret_changed,
	struct errbuf *eb);

size_t event_log_count(const struct event_log *events);
/* 0 is the newest. Borrowed until the next read. */
const struct event *event_log_at(const struct event_log *events, size_t at);
/* NULL when it is not kept. */
const struct event *event_log_find(const struct event_log *events, int64_t seq);

#endif
