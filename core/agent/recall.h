/*
 * Which requests an earlier run has recorded: their ids, of the newest in the history. The log of a proxy that
 * is adopted begins with lines that were read before, and nobody else knows which.
 */
#ifndef UMBRA_AGENT_RECALL_H
#define UMBRA_AGENT_RECALL_H

#include <stdbool.h>

#include "core/base/str.h"

struct recall;
struct traffic;

/* As many lines as the proxy's log can have kept; fewer where a search fails. `done` once, from the loop. */
struct recall *recall_start(struct traffic *traffic, void (*done)(void *arg), void *arg);
bool recall_has(const struct recall *recall, struct str id);
/* NULL is fine. `done` will not be called. */
void recall_destroy(struct recall *recall);

#endif
