/*
 * A long answer over the whole environment, written in slices. The environment of one revision is copied
 * once (references on its records) and shared by all who read it at that time; a walk remembers how far
 * its exchange is.
 */
#ifndef UMBRA_API_SNAPSHOT_H
#define UMBRA_API_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/environment.h"

struct api;

struct snapshot {
	struct api *api;
	struct environment env;
	unsigned refs;
	int64_t gone_since; /* of the tombstones that are told; 0: not looked at yet */
};

/* The current revision's; the caller releases it. */
struct snapshot *snapshot_take(struct api *api);
void snapshot_release(struct snapshot *snapshot);
/* Since when tombstones are told: of the newest, LIMIT_TOMBSTONES_TOLD at most. */
int64_t snapshot_gone_since(struct snapshot *snapshot);

struct snapshot_cursor {
	const struct environment *env; /* borrowed */
	enum object_kind
		kind; /* services, then versions, then sessions, then tombstones if wanted */
	enum object_kind end; /* not any more */
	int64_t gone_since; /* of the tombstones */
	size_t node;
	size_t item;
};

void snapshot_cursor_start(
	struct snapshot_cursor *walk, const struct environment *env, enum object_kind first);
/* Tombstones too, those of that time on. */
void snapshot_cursor_on_to_tombstones(struct snapshot_cursor *walk, int64_t gone_since);
/* NULL at the end; borrowed. */
const void *snapshot_cursor_next(struct snapshot_cursor *walk, enum object_kind *ret_kind);

#endif
