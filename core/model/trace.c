/*
 * Who called whom within a trace, and the index that finds a trace's hops. Called by traffic for its
 * stats and by the dashboard's lines for what it shows, both over records they keep themselves.
 *
 * The index is a hash of chains through numbers, like a compressor's: `heads` has the newest number of
 * each bucket, `before` the one before each number. An entry that cannot be reached ends its chain, so
 * nothing is ever taken out. Chains hold other traces too; a look-up compares.
 */
#include "core/model/trace.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/xalloc.h"

/* Times are cut to whole milliseconds, so a hop may have begun and ended this much later. */
#define CUT_MS 1.0

/* How far a chain is followed; more than hops, for the other traces in it. */
enum { STEPS_MAX = 4 * TRACE_HOPS_MAX };

/* ---- who called ---- */

/* Whether `outer` may have been there all the time that `inner` was. */
static bool contains(const struct request *outer, const struct request *inner)
{
	double later_ms = (double)(inner->time - outer->time);

	return later_ms >= 0 && outer->total_ms + CUT_MS > later_ms + inner->total_ms;
}

static bool is_named(const struct request *hop, struct str id)
{
	struct str rest = id;
	struct str service = str_cut(&rest, '@');

	return str_eq(service, hop->service) && str_eq(rest, hop->version);
}

static bool is_alike(const struct request *a, const struct request *b)
{
	return str_eq(a->service, b->service) && str_eq(a->version, b->version) &&
	       str_eq(a->caller, b->caller) && (a->session.n > 0) == (b->session.n > 0);
}

static bool may_have_called(const struct request *c, const struct request *hop)
{
	if (!contains(c, hop))
		return false;
	/* What `hop` called may seem to contain it when both are short. */
	return !(is_named(hop, c->caller) && contains(hop, c));
}

/*
 * Whether `c` was under way while `hop` was, for longer than times are cut, and is not what `hop` caused: it
 * has a session, or began before. Its record may be that of the caller, which ended or broke off before
 * `hop` did; or it was called while `hop` went on, so that whoever called it had not waited for `hop`.
 */
static bool was_there_too(const struct request *c, const struct request *hop)
{
	double later_ms = (double)(hop->time - c->time);

	if (is_named(hop, c->caller) || (c->session.n == 0 && later_ms <= 0))
		return false;
	return c->total_ms - later_ms > CUT_MS && hop->total_ms + later_ms > CUT_MS;
}

/* Of those not struck out, the one that took the least time; of two alike, the one the other called. */
static const struct request *find_innermost(const struct request *const *candidates, size_t count,
	const bool *struck, const struct request *hop)
{
	const struct request *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct request *c = candidates[i];

		if (struck[i] || !contains(c, hop) ||
			(hop->caller.n > 0 && !is_named(c, hop->caller)))
			continue;
		if (best == NULL || c->total_ms < best->total_ms ||
			(c->total_ms <= best->total_ms && is_named(best, c->caller)))
			best = c;
	}
	return best;
}

static size_t strike_out(const struct request *const *candidates, size_t count, bool *struck,
	const struct request *like)
{
	size_t more = 0;

	for (size_t i = 0; i < count; i++) {
		if (struck[i] || (candidates[i] != like && !is_alike(candidates[i], like)))
			continue;
		struck[i] = true;
		more++;
	}
	return more;
}

/*
 * Goes up from `hop`: its innermost candidate, the caller of that, and so on, and strikes out each with those
 * like it. Certain when that leads to a first hop and nothing is left over.
 */
static const struct request *find_loser(
	const struct request *const *candidates, size_t count, const struct request *hop)
{
	bool struck[TRACE_HOPS_MAX] = {false};
	const struct request *caller = find_innermost(candidates, count, struck, hop);
	const struct request *at = caller;
	size_t left = count;

	/* Also spares the way up, for the many hops of requests without a session. */
	if (caller == NULL || caller->session.n == 0)
		return NULL;
	while (at != NULL) {
		left -= strike_out(candidates, count, struck, at);
		if (trace_hop_is_first(at) && left == 0)
			return caller;
		at = find_innermost(candidates, count, struck, at);
	}
	return NULL;
}

const struct request *trace_lost_by(
	const struct request *const *hops, size_t count, const struct request *hop)
{
	const struct request *candidates[TRACE_HOPS_MAX];
	size_t found = 0;

	if (hop->session.n > 0 || count > TRACE_HOPS_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (hops[i] != hop && hops[i]->seq != hop->seq && hops[i]->version.n > 0 &&
			(may_have_called(hops[i], hop) || was_there_too(hops[i], hop)))
			candidates[found++] = hops[i];
	return find_loser(candidates, found, hop);
}

/* ---- finding the hops ---- */

struct trace_index {
	trace_get_fn get;
	const void *store;
	uint64_t mask;
	int64_t newest; /* -1: none */
	int64_t *heads; /* newest number of a bucket, -1 without */
	int64_t *before; /* of number n at n & mask: the one before it in its bucket */
};

struct trace_index *trace_index_create(size_t reach, trace_get_fn get, const void *store)
{
	struct trace_index *index = xcalloc(1, sizeof(*index));
	size_t size = 1;

	while (size < reach)
		size *= 2;
	index->get = get;
	index->store = store;
	index->mask = size - 1;
	index->newest = -1;
	index->heads = xcalloc(size, sizeof(*index->heads));
	index->before = xcalloc(size, sizeof(*index->before));
	for (size_t i = 0; i < size; i++)
		index->heads[i] = -1;
	return index;
}

void trace_index_destroy(struct trace_index *index)
{
	if (index == NULL)
		return;
	free(index->heads);
	free(index->before);
	free(index);
}

/* Who makes ids collide makes his own traces hard to find, within STEPS_MAX; so the key is no secret. */
static size_t bucket_of(const struct trace_index *index, struct str trace)
{
	static const uint8_t key[HASH_KEY_BYTES] = {0};

	return (size_t)(hash_siphash(key, trace) & index->mask);
}

void trace_index_add(struct trace_index *index, int64_t number, struct str trace)
{
	size_t bucket;

	assert(number > index->newest);
	if (trace.n == 0)
		return;
	bucket = bucket_of(index, trace);
	index->newest = number;
	index->before[(uint64_t)number & index->mask] = index->heads[bucket];
	index->heads[bucket] = number;
}

void trace_index_each(const struct trace_index *index, struct str text,
	bool (*each)(void *arg, const struct request *record), void *arg)
{
	int64_t number = text.n > 0 ? index->heads[bucket_of(index, text)] : -1;

	while (number >= 0 && index->newest - number <= (int64_t)index->mask) {
		const struct request *record = index->get(index->store, number);

		if (record == NULL || !each(arg, record))
			return;
		number = index->before[(uint64_t)number & index->mask];
	}
}

struct hops_found {
	struct str trace;
	const struct request **hops;
	size_t count;
	int steps;
	bool too_many;
};

static bool find_hop(void *arg, const struct request *record)
{
	struct hops_found *found = arg;

	found->too_many = found->steps++ == STEPS_MAX;
	if (found->too_many || !str_eq(record->trace, found->trace))
		return !found->too_many;
	found->too_many = found->count == TRACE_HOPS_MAX;
	if (!found->too_many)
		found->hops[found->count++] = record;
	return !found->too_many;
}

size_t trace_index_hops(const struct trace_index *index, struct str trace,
	const struct request *ret_hops[TRACE_HOPS_MAX])
{
	struct hops_found found = {.trace = trace, .hops = ret_hops};

	trace_index_each(index, trace, find_hop, &found);
	return found.too_many ? 0 : found.count;
}

const struct request *trace_index_lost_by(
	const struct trace_index *index, const struct request *hop)
{
	const struct request *hops[TRACE_HOPS_MAX];

	if (hop->session.n > 0)
		return NULL;
	return trace_lost_by(hops, trace_index_hops(index, hop->trace, hops), hop);
}
