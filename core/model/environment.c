/*
 * The environment as sorted arrays of counted records, and the one function that changes it.
 *
 * The plane applies what it commits, a client what the changes feed brings; readers get pointers that
 * live until the next apply. Invariants: the arrays are sorted by the order of the API, every record in
 * them holds one reference, version_count is the sum over the nodes, the revision never goes back.
 */
#include "core/model/environment.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

const char *const object_kind_names[OBJECT_COUNT + 1] = {
	[OBJECT_SERVICE] = "service",
	[OBJECT_VERSION] = "version",
	[OBJECT_SESSION] = "session",
	[OBJECT_TOMBSTONE] = "tombstone",
};

const struct record_type *object_type(enum object_kind kind)
{
	static const struct record_type *const types[OBJECT_COUNT] = {
		[OBJECT_SERVICE] = &service_type,
		[OBJECT_VERSION] = &version_type,
		[OBJECT_SESSION] = &session_type,
		[OBJECT_TOMBSTONE] = &tombstone_type,
	};

	return types[kind];
}

/* ---- where things are ---------------------------------------------------------------------------- */

/* A place in a sorted array: of what was looked for, or of where it belongs. */
struct place {
	size_t at;
	bool found;
};

/* What is looked for: a name, among things of one kind where the order is by kind first. */
struct wanted {
	int kind;
	struct str name;
};

/* How element `at` of a sorted array stands to what is wanted: <0 before it, 0 it is, >0 behind it. */
typedef int order_fn(const void *array, size_t at, const struct wanted *wanted);

static int order_node(const void *array, size_t at, const struct wanted *wanted)
{
	const struct service_node *nodes = array;

	return str_cmp(str_of(nodes[at].service->name), wanted->name);
}

/* Versions are ordered by kind (stable is first), then by name. */
static int order_version(const void *array, size_t at, const struct wanted *wanted)
{
	const struct version *version = ((struct version *const *)array)[at];

	return version->kind != wanted->kind ? version->kind - wanted->kind
					     : str_cmp(str_of(version->name), wanted->name);
}

static int order_session(const void *array, size_t at, const struct wanted *wanted)
{
	return str_cmp(str_of(((struct session *const *)array)[at]->key), wanted->name);
}

static int order_tombstone(const void *array, size_t at, const struct wanted *wanted)
{
	const struct tombstone *tombstone = ((struct tombstone *const *)array)[at];

	return tombstone->kind != wanted->kind ? tombstone->kind - wanted->kind
					       : str_cmp(str_of(tombstone->id), wanted->name);
}

static struct place find(
	const void *array, size_t count, order_fn *order, const struct wanted *wanted)
{
	struct place low = {0};
	size_t high = count;

	while (low.at < high) {
		size_t middle = low.at + (high - low.at) / 2;
		int stands = order(array, middle, wanted);

		if (stands == 0)
			return (struct place){middle, true};
		if (stands < 0)
			low.at = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct place find_node(const struct environment *env, struct str name)
{
	return find(env->nodes, env->node_count, order_node, &(struct wanted){.name = name});
}

static struct place find_version_of_kind(const struct service_node *node, int kind, struct str name)
{
	return find(
		node->versions, node->version_count, order_version, &(struct wanted){kind, name});
}

static struct place find_version(const struct service_node *node, struct str name)
{
	struct place place = find_version_of_kind(node, KIND_STABLE, name);

	return place.found ? place : find_version_of_kind(node, KIND_EPHEMERAL, name);
}

static struct place find_session(const struct environment *env, struct str key)
{
	return find(
		env->sessions, env->session_count, order_session, &(struct wanted){.name = key});
}

static struct place find_tombstone(const struct environment *env, int kind, struct str id)
{
	return find(
		env->tombstones, env->tombstone_count, order_tombstone, &(struct wanted){kind, id});
}

/* ---- life ---------------------------------------------------------------------------------------- */

void environment_init(struct environment *env)
{
	*env = (struct environment){0};
}

static void node_finish(struct service_node *node)
{
	for (size_t i = 0; i < node->version_count; i++)
		record_unref(&version_type, node->versions[i]);
	free(node->versions);
	record_unref(&service_type, node->service);
}

void environment_finish(struct environment *env)
{
	for (size_t i = 0; i < env->node_count; i++)
		node_finish(&env->nodes[i]);
	for (size_t i = 0; i < env->session_count; i++)
		record_unref(&session_type, env->sessions[i]);
	for (size_t i = 0; i < env->tombstone_count; i++)
		record_unref(&tombstone_type, env->tombstones[i]);
	free(env->nodes);
	free(env->sessions);
	free(env->tombstones);
	environment_init(env);
}

static void copy_node(struct service_node *dst, const struct service_node *src)
{
	*dst = (struct service_node){.service = record_ref(src->service)};
	array_reserve(
		&dst->versions, &dst->version_cap, src->version_count, sizeof(*dst->versions));
	for (; dst->version_count < src->version_count; dst->version_count++)
		dst->versions[dst->version_count] = record_ref(src->versions[dst->version_count]);
}

void environment_copy(struct environment *dst, const struct environment *src)
{
	environment_init(dst);
	memcpy(dst->epoch, src->epoch, sizeof(dst->epoch));
	dst->revision = src->revision;
	dst->version_count = src->version_count;
	dst->remembers = src->remembers;
	array_reserve(&dst->nodes, &dst->node_cap, src->node_count, sizeof(*dst->nodes));
	for (; dst->node_count < src->node_count; dst->node_count++)
		copy_node(&dst->nodes[dst->node_count], &src->nodes[dst->node_count]);
	array_reserve(
		&dst->sessions, &dst->session_cap, src->session_count, sizeof(*dst->sessions));
	for (; dst->session_count < src->session_count; dst->session_count++)
		dst->sessions[dst->session_count] = record_ref(src->sessions[dst->session_count]);
	array_reserve(&dst->tombstones, &dst->tombstone_cap, src->tombstone_count,
		sizeof(*dst->tombstones));
	for (; dst->tombstone_count < src->tombstone_count; dst->tombstone_count++)
		dst->tombstones[dst->tombstone_count] =
			record_ref(src->tombstones[dst->tombstone_count]);
}

/* ---- changing ------------------------------------------------------------------------------------ */

/* Both keep the tail of `array` (of `*count` pointers) in order. */
static void pointers_insert(void *array, size_t *count, size_t at, void *pointer)
{
	void **items = *(void ***)array;

	memmove(&items[at + 1], &items[at], (*count - at) * sizeof(*items));
	items[at] = pointer;
	++*count;
}

static void pointers_remove(void *array, size_t *count, size_t at)
{
	void **items = *(void ***)array;

	--*count;
	memmove(&items[at], &items[at + 1], (*count - at) * sizeof(*items));
}

static bool apply_service(struct environment *env, const struct change *change)
{
	struct place place = find_node(env, str_of(change->id));
	struct service_node *node;

	if (change->record == NULL) {
		if (!place.found)
			return false;
		node = &env->nodes[place.at];
		env->version_count -= node->version_count;
		node_finish(node);
		env->node_count--;
		memmove(node, node + 1, (env->node_count - place.at) * sizeof(*node));
		return true;
	}
	if (!place.found) {
		array_reserve(
			&env->nodes, &env->node_cap, env->node_count + 1, sizeof(*env->nodes));
		node = &env->nodes[place.at];
		memmove(node + 1, node, (env->node_count - place.at) * sizeof(*node));
		*node = (struct service_node){0};
		env->node_count++;
	}
	node = &env->nodes[place.at];
	record_ref(change->record);
	record_unref(&service_type, node->service);
	node->service = change->record;
	return true;
}

static bool apply_version(struct environment *env, const struct change *change)
{
	struct version *version = change->record;
	struct str service;
	struct str name;
	struct service_node *node;
	struct place place;

	if (!name_split_version(str_of(change->id), &service, &name))
		return false;
	node = environment_node(env, service);
	if (node == NULL)
		return false;
	place = find_version(node, name);
	if (version == NULL && !place.found)
		return false;
	if (version != NULL && place.found && node->versions[place.at]->kind == version->kind) {
		record_ref(version);
		record_unref(&version_type, node->versions[place.at]);
		node->versions[place.at] = version;
		return true;
	}
	/* New, gone, or of another kind now and so at another place. */
	if (version != NULL)
		record_ref(version);
	if (place.found) {
		struct version *old = node->versions[place.at];

		pointers_remove(&node->versions, &node->version_count, place.at);
		env->version_count--;
		record_unref(&version_type, old);
	}
	if (version == NULL)
		return true;
	place = find_version_of_kind(node, version->kind, str_of(version->name));
	array_reserve(&node->versions, &node->version_cap, node->version_count + 1,
		sizeof(*node->versions));
	pointers_insert(&node->versions, &node->version_count, place.at, version);
	env->version_count++;
	return true;
}

/* Puts `record` into an array of pointers at the place found for it, or takes out what is there. */
static bool apply_pointer(void *array, size_t *count, struct place place,
	const struct record_type *type, void *record)
{
	void **items = *(void ***)array;

	if (record == NULL && !place.found)
		return false;
	if (record != NULL)
		record_ref(record);
	if (place.found)
		record_unref(type, items[place.at]);
	if (record == NULL)
		pointers_remove(array, count, place.at);
	else if (place.found)
		items[place.at] = record;
	else
		pointers_insert(array, count, place.at, record);
	return true;
}

static bool apply_session(struct environment *env, const struct change *change)
{
	array_reserve(
		&env->sessions, &env->session_cap, env->session_count + 1, sizeof(*env->sessions));
	return apply_pointer(&env->sessions, &env->session_count,
		find_session(env, str_of(change->id)), &session_type, change->record);
}

static bool apply_tombstone(struct environment *env, const struct change *change)
{
	struct str rest = str_of(change->id);
	struct str kind = str_cut(&rest, ':');
	int gone = str_eq_c(kind, tombstone_kind_names[GONE_VERSION]) ? GONE_VERSION : GONE_SESSION;

	array_reserve(&env->tombstones, &env->tombstone_cap, env->tombstone_count + 1,
		sizeof(*env->tombstones));
	return apply_pointer(&env->tombstones, &env->tombstone_count,
		find_tombstone(env, gone, rest), &tombstone_type, change->record);
}

bool environment_apply(struct environment *env, const struct change *change)
{
	static bool (*const apply[OBJECT_COUNT])(struct environment *, const struct change *) = {
		[OBJECT_SERVICE] = apply_service,
		[OBJECT_VERSION] = apply_version,
		[OBJECT_SESSION] = apply_session,
		[OBJECT_TOMBSTONE] = apply_tombstone,
	};

	if (change->revision > env->revision)
		env->revision = change->revision;
	return apply[change->kind](env, change);
}

/* ---- looking up ---------------------------------------------------------------------------------- */

struct service_node *environment_node(const struct environment *env, struct str service)
{
	struct place place = find_node(env, service);

	return place.found ? &env->nodes[place.at] : NULL;
}

struct service *environment_service(const struct environment *env, struct str name)
{
	struct service_node *node = environment_node(env, name);

	return node == NULL ? NULL : node->service;
}

struct version *environment_version(
	const struct environment *env, struct str service, struct str version)
{
	struct service_node *node = environment_node(env, service);
	struct place place;

	if (node == NULL)
		return NULL;
	place = find_version(node, version);
	return place.found ? node->versions[place.at] : NULL;
}

struct session *environment_session(const struct environment *env, struct str key)
{
	struct place place = find_session(env, key);

	return place.found ? env->sessions[place.at] : NULL;
}

struct tombstone *environment_tombstone(
	const struct environment *env, enum tombstone_kind kind, struct str id)
{
	struct place place = find_tombstone(env, (int)kind, id);

	return place.found ? env->tombstones[place.at] : NULL;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

int64_t environment_gone_since(const struct environment *env, size_t most)
{
	int64_t *times, since;

	if (env->tombstone_count <= most)
		return INT64_MIN;
	times = xcalloc(env->tombstone_count, sizeof(*times));
	for (size_t i = 0; i < env->tombstone_count; i++)
		times[i] = env->tombstones[i]->gone_at;
	qsort(times, env->tombstone_count, sizeof(*times), newest_first);
	since = times[most] + 1;
	free(times);
	return since;
}

void environment_forget(struct environment *env, int64_t since)
{
	size_t kept = 0;

	for (size_t i = 0; i < env->tombstone_count; i++) {
		if (env->tombstones[i]->gone_at >= since)
			env->tombstones[kept++] = env->tombstones[i];
		else
			record_unref(&tombstone_type, env->tombstones[i]);
	}
	env->tombstone_count = kept;
}

struct version *node_stable(const struct service_node *node)
{
	if (node == NULL || node->version_count == 0 || node->versions[0]->kind != KIND_STABLE)
		return NULL;
	return node->versions[0];
}

struct service *environment_service_by_host(const struct environment *env, struct str host)
{
	for (size_t i = 0; i < env->node_count; i++) {
		const struct strlist *hosts = &env->nodes[i].service->hosts;

		for (size_t j = 0; j < hosts->count; j++) {
			if (str_eq_nocase(str_of(hosts->items[j]), host))
				return env->nodes[i].service;
		}
	}
	return NULL;
}

struct version *node_endpoint_holder(
	const struct service_node *node, struct str endpoint, struct str except_version)
{
	for (size_t i = 0; i < node->version_count; i++) {
		struct version *version = node->versions[i];

		if (!str_eq_c(except_version, version->name) &&
			strlist_has(&version->endpoints, endpoint))
			return version;
	}
	return NULL;
}

/* ---- changes ------------------------------------------------------------------------------------- */

char *object_id(enum object_kind kind, const void *record)
{
	const struct version *version = record;
	const struct tombstone *tombstone = record;
	char id[sizeof("version:") + VERSION_ID_SIZE];
	struct str type;
	size_t size;
	char *text;

	switch (kind) {
	case OBJECT_SERVICE:
		return xstrdup(((const struct service *)record)->name);
	case OBJECT_SESSION:
		return xstrdup(((const struct session *)record)->key);
	case OBJECT_VERSION:
		name_join_version(str_of(version->service), str_of(version->name), id);
		return xstrdup(id);
	case OBJECT_TOMBSTONE:
	case OBJECT_COUNT:
		break;
	}
	type = str_of(tombstone_kind_names[tombstone->kind]);
	size = strlen(tombstone->id) + 1;
	text = xmalloc(type.n + 1 + size);
	memcpy(text, type.p, type.n);
	text[type.n] = ':';
	memcpy(text + type.n + 1, tombstone->id, size);
	return text;
}

void change_init(struct change *change, enum object_kind kind, void *record, int64_t revision)
{
	*change = (struct change){
		.kind = kind,
		.id = object_id(kind, record),
		.record = record_ref(record),
		.revision = revision,
	};
}

void change_init_removed(
	struct change *change, enum object_kind kind, const char *id, int64_t revision)
{
	*change = (struct change){.kind = kind, .id = xstrdup(id), .revision = revision};
}

void change_finish(struct change *change)
{
	record_unref(object_type(change->kind), change->record);
	free(change->id);
	*change = (struct change){0};
}
