/*
 * A long answer over the whole environment, written in slices. The environment of one revision is copied
 * once (references on its records) and shared by all who read it at that time; a walk remembers how far
 * its call is.
 */
#ifndef UMBRA_API_WALK_H
#define UMBRA_API_WALK_H

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

struct walk {
	const struct environment *env; /* borrowed */
	enum thing thing; /* services, then versions, then sessions, then tombstones if wanted */
	enum thing end; /* not any more */
	int64_t gone_since; /* of the tombstones */
	size_t node;
	size_t item;
};

void walk_start(struct walk *walk, const struct environment *env, enum thing first);
/* Tombstones too, those of that time on. */
void walk_on_to_tombstones(struct walk *walk, int64_t gone_since);
/* NULL at the end; borrowed. */
const void *walk_next(struct walk *walk, enum thing *ret_thing);

#endif
