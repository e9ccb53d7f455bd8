/*
 * Who probably lost a session, by time. Called for one session's calls. Invariant: nobody is named where anything
 * else that was under way could have made the request; that is counted instead.
 */
#include "core/traffic/likely.h"

#include <stdlib.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/model/environment.h"
#include "core/model/trace.h"
#include "core/traffic/internal.h"
#include "core/traffic/stats_key.h"

enum { LATE_MS = 2000 /* a record may come so much after it ended */ };

struct span {
	double start, end; /* ms */
	double latest; /* the latest end of this and of all that began before it */
	const struct request *record;
};

struct search_likely {
	const struct traffic *traffic;
	struct str session;
	int64_t now_ms;
	struct span *spans; /* by their start */
	size_t count, cap;
	size_t steps;
	struct hashmap *usual; /* "schedule profile@1" -> whether that is known */
	struct likely found[LIKELY_FOUND];
	size_t found_count;
	struct likely_counts result;
};

static double end_of(const struct request *record)
{
	return (double)record->time + record->total_ms;
}

static int by_start(const void *a, const void *b)
{
	double x = ((const struct span *)a)->start, y = ((const struct span *)b)->start;

	return (x > y) - (x < y);
}

/* All that was under way with the session's hops, in the order in which it began. */
static void gather(struct search_likely *s, double from, double to)
{
	const struct ring *ring = s->traffic->ring;

	for (int64_t seq = ring_next(ring) - 1; seq >= ring_oldest(ring); seq--) {
		const struct request *record = ring_get(ring, seq);

		if (record == NULL || end_of(record) < from - LATE_MS)
			break;
		if (end_of(record) < from || (double)record->time > to)
			continue;
		if (s->count == LIKELY_RECORDS) {
			s->result.complete = false;
			break;
		}
		array_reserve(&s->spans, &s->cap, s->count + 1, sizeof(*s->spans));
		s->spans[s->count++] = (struct span){
			.start = (double)record->time, .end = end_of(record), .record = record};
	}
	if (s->count > 0)
		qsort(s->spans, s->count, sizeof(*s->spans), by_start);
	for (size_t i = 0; i < s->count; i++)
		s->spans[i].latest = i > 0 && s->spans[i - 1].latest > s->spans[i].end
					     ? s->spans[i - 1].latest
					     : s->spans[i].end;
}

/* No session and no caller, or a caller that did not pass the session on. */
static bool is_orphan(const struct request *record)
{
	return record->session.n == 0 && record->service.n > 0;
}

/* What was under way with it. False when that is too much to say anything: `ret_hops` has some of it. */
static bool find_beside(struct search_likely *s, const struct span *span,
	const struct request *ret_hops[TRACE_HOPS_MAX], size_t *ret_count)
{
	size_t low = 0, high = s->count;

	*ret_count = 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->spans[middle].start <= span->end)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && s->spans[low].latest >= span->start) {
		if (++s->steps > LIKELY_STEPS) {
			s->result.complete = false;
			return false;
		}
		if (s->spans[low].end < span->start || s->spans[low].record == span->record)
			continue;
		if (*ret_count == TRACE_HOPS_MAX)
			return false;
		ret_hops[(*ret_count)++] = s->spans[low].record;
	}
	return true;
}

static bool is_known_edge(
	const struct search_likely *s, struct str service, const struct request *to)
{
	const struct environment *env = traffic_environment(s->traffic);
	const struct service_node *node = env != NULL ? environment_node(env, service) : NULL;
	char caller[VERSION_ID_SIZE];
	struct stats_key key;

	for (size_t i = 0; node != NULL && i < node->version_count; i++) {
		name_join_version(service, str_of(node->versions[i]->name), caller);
		if (stats_key_of_edge(&key, str_of(caller), to) &&
			stats_table_has(s->traffic->stats[STATS_BY_EDGE], stats_key_str(&key)))
			return true;
	}
	return false;
}

/* Whether a service is known to call what served `to`. */
static bool is_usual(struct search_likely *s, struct str service, const struct request *to)
{
	static char yes, no;
	struct stats_key key = {.len = 0};
	const char *known;

	if (str_eq(service, to->service) || !stats_key_add(&key, service) ||
		!stats_key_add(&key, STR_LIT(" ")) || !stats_key_add_version(&key, to))
		return false;
	known = hashmap_get(s->usual, stats_key_str(&key));
	if (known == NULL) {
		known = is_known_edge(s, service, to) ? &yes : &no;
		hashmap_set(s->usual, stats_key_str(&key), (void *)(uintptr_t)known);
	}
	return known == &yes;
}

/* A trace that has a hop with a session says itself who lost it. */
static bool is_traced(const struct search_likely *s, const struct request *record)
{
	const struct request *hops[TRACE_HOPS_MAX];
	size_t count = record->trace.n > 0
			       ? lost_sessions_hops(s->traffic->orphans, record->trace, hops)
			       : 0;

	for (size_t i = 0; i < count; i++)
		if (hops[i]->session.n > 0)
			return true;
	return false;
}

/* What of the session was under way all the time that it was. */
struct inside {
	bool any;
	bool usual; /* of a service that usually calls it */
	bool others; /* so was a hop of another session */
};

static struct inside look_inside(struct search_likely *s, const struct span *span,
	const struct request *const *hops, size_t count)
{
	struct inside inside = {0};

	for (size_t i = 0; i < count; i++) {
		if (hops[i]->session.n == 0 || (double)hops[i]->time > span->start ||
			end_of(hops[i]) + 1 < span->end)
			continue;
		if (!str_eq(hops[i]->session, s->session)) {
			inside.others = true;
			continue;
		}
		inside.any = true;
		inside.usual = inside.usual || is_usual(s, hops[i]->service, span->record);
	}
	return inside;
}

static void judge(struct search_likely *s, const struct span *span)
{
	const struct request *hops[TRACE_HOPS_MAX];
	size_t count;
	bool whole = find_beside(s, span, hops, &count);
	struct inside inside = look_inside(s, span, hops, count);
	const struct request *by = NULL;

	if (!inside.any || is_traced(s, span->record))
		return;
	if (!inside.others && whole)
		by = trace_lost_by(hops, count, span->record);
	if (by != NULL && str_eq(by->service, span->record->service))
		return; /* the service itself, called from outside once more */
	if (by != NULL && !lost_sessions_may_judge(s->traffic->orphans, by, s->now_ms))
		return; /* another record may come yet */
	if (by != NULL && s->found_count < LIKELY_FOUND)
		s->found[s->found_count++] = (struct likely){span->record, by,
			span->record->caller.n > 0 || is_usual(s, by->service, span->record)};
	else
		s->result.unclear += by == NULL && inside.usual;
}

static bool is_same_call(const struct likely *a, const struct likely *b)
{
	return str_eq(a->by->service, b->by->service) && str_eq(a->by->version, b->by->version) &&
	       str_eq(a->orphan->service, b->orphan->service);
}

/* Of a call that is not known: whether it came with several of the hops, and never without one. */
static bool is_repeated(const struct search_likely *s, size_t at)
{
	size_t alike = 0, callers = 0, all = 0;

	for (size_t i = 0; i < s->found_count; i++) {
		bool first = is_same_call(&s->found[i], &s->found[at]);

		alike += first;
		for (size_t k = 0; first && k < i; k++)
			first = s->found[k].by != s->found[i].by;
		callers += first;
	}
	for (size_t i = 0; i < s->count; i++)
		all += is_orphan(s->spans[i].record) && trace_hop_is_first(s->spans[i].record) &&
		       str_eq(s->spans[i].record->service, s->found[at].orphan->service);
	return callers >= LIKELY_REPEATED && all == alike;
}

static void tell(const struct search_likely *s, likely_fn each, void *arg)
{
	bool repeated[LIKELY_FOUND] = {false};
	size_t groups = 0;

	for (size_t i = 0; i < s->found_count; i++) {
		size_t k = 0;

		while (k < i && !is_same_call(&s->found[k], &s->found[i]))
			k++;
		if (k < i)
			repeated[i] = repeated[k];
		else if (!s->found[i].usual && groups++ < LIKELY_GROUPS)
			repeated[i] = is_repeated(s, i);
		if (s->found[i].usual || repeated[i])
			each(arg, &s->found[i]);
	}
}

void likely_find(const struct traffic *traffic, struct str session, int64_t from_ms, int64_t to_ms,
	likely_fn each, void *arg, struct likely_counts *ret_counts)
{
	struct search_likely *s = xcalloc(1, sizeof(*s));

	s->traffic = traffic;
	s->session = session;
	s->now_ms = traffic->options.now_ms();
	s->usual = hashmap_create();
	s->result.complete = true;
	gather(s, (double)from_ms, (double)to_ms);
	for (size_t i = 0; i < s->count; i++)
		if (is_orphan(s->spans[i].record))
			judge(s, &s->spans[i]);
	tell(s, each, arg);
	*ret_counts = s->result;
	hashmap_destroy(s->usual, NULL);
	free(s->spans);
	free(s);
}
