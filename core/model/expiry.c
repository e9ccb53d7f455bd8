/*
 * Which things have an end, and when. The plane asks at start and when its timer fires; nothing here
 * keeps state.
 */
#include "core/model/expiry.h"

#include "core/base/limits.h"

int64_t expiry_of(enum object_kind kind, const void *record)
{
	switch (kind) {
	case OBJECT_VERSION:
		return ((const struct version *)record)->expires_at;
	case OBJECT_SESSION:
		return ((const struct session *)record)->expires_at;
	case OBJECT_TOMBSTONE:
		return ((const struct tombstone *)record)->gone_at + TOMBSTONE_KEPT_MS;
	case OBJECT_SERVICE:
	case OBJECT_COUNT:
		break;
	}
	return 0;
}

/* Calls `visit` with everything that can end. */
static void each_mortal(const struct environment *env,
	void (*visit)(void *arg, enum object_kind kind, const void *record), void *arg)
{
	for (size_t i = 0; i < env->node_count; i++) {
		for (size_t j = 0; j < env->nodes[i].version_count; j++)
			visit(arg, OBJECT_VERSION, env->nodes[i].versions[j]);
	}
	for (size_t i = 0; i < env->session_count; i++)
		visit(arg, OBJECT_SESSION, env->sessions[i]);
	for (size_t i = 0; i < env->tombstone_count; i++)
		visit(arg, OBJECT_TOMBSTONE, env->tombstones[i]);
}

struct due {
	int64_t now_ms;
	struct expired *found;
	size_t max;
	size_t count;
};

static void collect_due(void *arg, enum object_kind kind, const void *record)
{
	struct due *due = arg;
	int64_t end = expiry_of(kind, record);

	if (end == 0 || end > due->now_ms)
		return;
	if (due->count < due->max)
		due->found[due->count] = (struct expired){kind, record};
	due->count++;
}

size_t expiry_due(
	const struct environment *env, int64_t now_ms, struct expired *ret_due, size_t max)
{
	struct due due = {.now_ms = now_ms, .found = ret_due, .max = max};

	each_mortal(env, collect_due, &due);
	return due.count;
}

static void keep_earliest(void *arg, enum object_kind kind, const void *record)
{
	int64_t *earliest = arg;
	int64_t end = expiry_of(kind, record);

	if (end != 0 && (*earliest == 0 || end < *earliest))
		*earliest = end;
}

int64_t expiry_next(const struct environment *env)
{
	int64_t earliest = 0;

	each_mortal(env, keep_earliest, &earliest);
	return earliest;
}
