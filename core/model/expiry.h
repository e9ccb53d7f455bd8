/*
 * What ends by itself. Pure: the caller has the clock and acts.
 */
#ifndef UMBRA_MODEL_EXPIRY_H
#define UMBRA_MODEL_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

#include "core/model/environment.h"

/* One thing whose time is over at `now_ms`; tombstones end TOMBSTONE_KEPT_MS after gone_at. */
struct expired {
	enum object_kind kind;
	const void *record; /* borrowed from the environment */
};

/* Fills at most `max`; returns how many there are in all. Walks everything: call it when something is due. */
size_t expiry_due(
	const struct environment *env, int64_t now_ms, struct expired *ret_due, size_t max);
/* The earliest end of all, 0 when nothing ends. Walks everything. */
int64_t expiry_next(const struct environment *env);
/* The end of one record, 0 when it does not end. */
int64_t expiry_of(enum object_kind kind, const void *record);

#endif
