/*
 * The shared copy of the environment and the walk over it. Used by environment.c, changes.c and
 * sessions.c; records are immutable and counted, so a copy is one reference each.
 */
#include "core/api/snapshot.h"

#include <stdlib.h>

#include "core/api/internal.h"
#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/plane/plane.h"

struct snapshot *snapshot_take(struct api *api)
{
	const struct environment *env = plane_environment(api->options.plane);
	struct snapshot *snapshot = api->snapshot;

	if (snapshot == NULL || snapshot->env.revision != env->revision) {
		snapshot = xcalloc(1, sizeof(*snapshot));
		snapshot->api = api;
		environment_copy(&snapshot->env, env);
		api->snapshot = snapshot;
	}
	snapshot->refs++;
	return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
	if (--snapshot->refs > 0)
		return;
	if (snapshot->api->snapshot == snapshot)
		snapshot->api->snapshot = NULL;
	environment_finish(&snapshot->env);
	free(snapshot);
}

int64_t snapshot_gone_since(struct snapshot *snapshot)
{
	if (snapshot->gone_since == 0)
		snapshot->gone_since =
			environment_gone_since(&snapshot->env, LIMIT_TOMBSTONES_TOLD);
	return snapshot->gone_since;
}

void snapshot_cursor_start(
	struct snapshot_cursor *walk, const struct environment *env, enum object_kind first)
{
	*walk = (struct snapshot_cursor){.env = env, .kind = first, .end = OBJECT_TOMBSTONE};
}

void snapshot_cursor_on_to_tombstones(struct snapshot_cursor *walk, int64_t gone_since)
{
	walk->end = OBJECT_COUNT;
	walk->gone_since = gone_since;
}

static const void *next_version(struct snapshot_cursor *walk)
{
	const struct environment *env = walk->env;

	while (walk->node < env->node_count) {
		const struct service_node *node = &env->nodes[walk->node];

		if (walk->item < node->version_count)
			return node->versions[walk->item++];
		walk->node++;
		walk->item = 0;
	}
	return NULL;
}

static const void *next_tombstone(struct snapshot_cursor *walk)
{
	const struct environment *env = walk->env;

	while (walk->item < env->tombstone_count) {
		const struct tombstone *tombstone = env->tombstones[walk->item++];

		if (tombstone->gone_at >= walk->gone_since)
			return tombstone;
	}
	return NULL;
}

static const void *next_of(struct snapshot_cursor *walk)
{
	const struct environment *env = walk->env;

	switch (walk->kind) {
	case OBJECT_SERVICE:
		return walk->item < env->node_count ? env->nodes[walk->item++].service : NULL;
	case OBJECT_VERSION:
		return next_version(walk);
	case OBJECT_SESSION:
		return walk->item < env->session_count ? env->sessions[walk->item++] : NULL;
	case OBJECT_TOMBSTONE:
		return next_tombstone(walk);
	default:
		return NULL;
	}
}

const void *snapshot_cursor_next(struct snapshot_cursor *walk, enum object_kind *ret_kind)
{
	for (; walk->kind < walk->end; walk->kind++) {
		const void *record = next_of(walk);

		*ret_kind = walk->kind;
		if (record != NULL)
			return record;
		walk->node = 0;
		walk->item = 0;
	}
	return NULL;
}
