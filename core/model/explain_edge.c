/*
 * Why calls from one service to another fail or arrive without their session. Called by whoever shows an edge.
 * Everything is said of the window that the stats are of; who lost a session is what core/model/trace.h was certain of.
 */
#include "core/model/explain.h"

#include "core/model/explain_internal.h"

/* One side's versions, put together. */
struct tally {
	uint64_t count, errors, lost, likely, likely_usual;
};

static void tally_add(struct tally *tally, const struct explain_call *call)
{
	tally->count += call->count;
	tally->errors += call->errors;
	tally->lost += call->lost;
	tally->likely += call->likely;
	tally->likely_usual += call->likely_usual;
}

static struct tally tally_all(const struct explain_edge *edge)
{
	struct tally all = {0};

	for (size_t i = 0; i < edge->call_count; i++)
		tally_add(&all, &edge->calls[i]);
	return all;
}

/* Of one version of the caller, or of the callee; false when it was said before. */
static bool tally_version(
	const struct explain_edge *edge, size_t at, bool caller, struct tally *ret_tally)
{
	const struct explain_call *calls = edge->calls;
	struct tally tally = {0};

	for (size_t i = 0; i < edge->call_count; i++) {
		if (!str_eq(caller ? calls[i].caller_version : calls[i].version,
			    caller ? calls[at].caller_version : calls[at].version))
			continue;
		if (i < at)
			return false;
		tally_add(&tally, &calls[i]);
	}
	*ret_tally = tally;
	return true;
}

/* "all 12 of its requests", "3 of its 12 requests", "its only request". */
static void say_of(const struct explain_context *at, uint64_t part, uint64_t all)
{
	if (part == all && all == 1)
		explain_say(at, "its only request");
	else if (part == all)
		explain_say(at, "all %llu of its requests", (unsigned long long)all);
	else
		explain_say(at, "%llu of its %llu requests", (unsigned long long)part,
			(unsigned long long)all);
}

static void say_headline(
	const struct explain_context *at, const struct explain_edge *edge, const struct tally *all)
{
	if (edge->caller.n > 0)
		explain_say(at, CLIP " calls " CLIP ": ", CLIP_ARG(edge->caller),
			CLIP_ARG(edge->service));
	else
		explain_say(at, "From outside to " CLIP ": ", CLIP_ARG(edge->service));
	if (all->lost > 0)
		explain_say(at, "%llu of %llu requests%s lost their session on the way",
			(unsigned long long)all->lost, (unsigned long long)all->count,
			edge->session.n > 0 ? " of this session" : "");
	if (all->likely > 0)
		explain_say(at, "%s%llu of %llu requests of this session probably lost it here",
			all->lost > 0 ? ", and " : "", (unsigned long long)all->likely,
			(unsigned long long)all->count);
	if (all->errors > 0)
		explain_say(at, "%s%llu of %llu requests got 5xx",
			all->lost > 0 || all->likely > 0 ? ", and " : "",
			(unsigned long long)all->errors, (unsigned long long)all->count);
	if (all->lost == 0 && all->likely == 0 && all->errors == 0)
		explain_say(at,
			"%llu request%s in the last minute; none got 5xx, none is known to have "
			"lost its session here",
			(unsigned long long)all->count, all->count == 1 ? "" : "s");
	explain_say(at, ".");
	explain_headline(at);
}

/* ---- who lost it ---- */

static void add_losers(const struct explain_context *at, const struct explain_edge *edge)
{
	struct tally tally;

	for (size_t i = 0; i < edge->call_count; i++) {
		struct str version = edge->calls[i].caller_version;

		if (!tally_version(edge, i, true, &tally) || tally.lost == 0)
			continue;
		explain_say(at,
			CLIP "@" CLIP " received the session and called " CLIP " without it, on ",
			CLIP_ARG(edge->caller), CLIP_ARG(version), CLIP_ARG(edge->service));
		say_of(at, tally.lost, tally.count);
		explain_add(at, EXPLAIN_RULE, " of the last minute.");
	}
	for (size_t i = 0; i < edge->call_count; i++)
		if (tally_version(edge, i, true, &tally) && tally.lost == 0)
			explain_add(at, EXPLAIN_NOT,
				CLIP "@" CLIP
				     " is not known to have lost any of its %llu requests.",
				CLIP_ARG(edge->caller), CLIP_ARG(edge->calls[i].caller_version),
				(unsigned long long)tally.count);
	explain_add(at, EXPLAIN_WARN,
		"What arrives without the session goes to stable, whatever the session pins; so "
		"does all that " CLIP " calls for it.",
		CLIP_ARG(edge->service));
	explain_add(at, EXPLAIN_NOTE,
		"It is known by the trace: these hops carry no session, and while they were under "
		"way so were only the hops that led to them.");
	explain_add(at, EXPLAIN_HINT,
		"The version must copy the baggage header of the request it serves to the requests "
		"that it makes (or the header Routing-Session).");
}

static void say_why_likely(const struct explain_context *at, const struct explain_edge *edge,
	struct str version, const struct tally *tally)
{
	explain_add(at, EXPLAIN_NOTE,
		"It is a likelihood, by caller and time: these requests carry no session and are "
		"of another trace. " CLIP "@" CLIP
		" served a request of the session all the while, and nothing else that was under "
		"way can have made them.",
		CLIP_ARG(edge->caller), CLIP_ARG(version));
	if (tally->likely_usual > 0)
		explain_add(at, EXPLAIN_NOTE, CLIP " is known to call " CLIP ".",
			CLIP_ARG(edge->caller), CLIP_ARG(edge->service));
	else
		explain_add(at, EXPLAIN_NOTE,
			CLIP " is not known to call " CLIP
			     ", but it was so with each of several requests, and " CLIP
			     " was not called like this at another time.",
			CLIP_ARG(edge->caller), CLIP_ARG(edge->service), CLIP_ARG(edge->service));
}

/* What is of another trace, and so is never certain. */
static void add_likely(const struct explain_context *at, const struct explain_edge *edge)
{
	struct tally tally;

	for (size_t i = 0; i < edge->call_count; i++) {
		struct str version = edge->calls[i].caller_version;

		if (!tally_version(edge, i, true, &tally) || tally.likely == 0)
			continue;
		explain_say(at,
			CLIP "@" CLIP " received the session and probably called " CLIP
			     " without it, on ",
			CLIP_ARG(edge->caller), CLIP_ARG(version), CLIP_ARG(edge->service));
		say_of(at, tally.likely, tally.count);
		explain_add(at, EXPLAIN_RULE, " of the last minute.");
		say_why_likely(at, edge, version, &tally);
	}
	explain_add(at, EXPLAIN_NOT,
		"A client that called " CLIP " from outside in that moment looks the same.",
		CLIP_ARG(edge->service));
	explain_add(at, EXPLAIN_WARN,
		"What arrives without the session goes to stable, whatever the session pins.");
	explain_add(at, EXPLAIN_HINT,
		"The version must copy traceparent and baggage of the request it serves to the "
		"requests that it makes. With the trace alone it would be certain who loses the "
		"session.");
}

static void add_trace(const struct explain_context *at, const struct explain_edge *edge)
{
	for (size_t i = 0; i < edge->call_count; i++) {
		if (edge->calls[i].lost == 0 || edge->calls[i].lost_trace.n == 0)
			continue;
		explain_add(at, EXPLAIN_HINT,
			"One of them, hop by hop: umbra logs 'trace:" CLIP "'",
			CLIP_ARG(edge->calls[i].lost_trace));
		return;
	}
}

/* ---- who failed ---- */

static void add_failing(const struct explain_context *at, const struct explain_edge *edge)
{
	struct tally tally;

	for (size_t i = 0; i < edge->call_count; i++) {
		struct str version = edge->calls[i].version;

		if (!tally_version(edge, i, false, &tally) || tally.errors == 0)
			continue;
		if (version.n == 0) {
			explain_add(at, EXPLAIN_RULE,
				"The proxy itself answered %llu with 5xx: no version of " CLIP
				" served them.",
				(unsigned long long)tally.errors, CLIP_ARG(edge->service));
			continue;
		}
		explain_say(
			at, CLIP "@" CLIP " answered ", CLIP_ARG(edge->service), CLIP_ARG(version));
		say_of(at, tally.errors, tally.count);
		explain_add(at, EXPLAIN_RULE, " with 5xx.");
	}
	for (size_t i = 0; i < edge->call_count; i++) {
		if (edge->calls[i].version.n == 0 || !tally_version(edge, i, false, &tally) ||
			tally.errors > 0)
			continue;
		explain_say(at, CLIP "@" CLIP " answered ", CLIP_ARG(edge->service),
			CLIP_ARG(edge->calls[i].version));
		say_of(at, tally.count, tally.count);
		explain_add(at, EXPLAIN_NOT, " without 5xx.");
	}
	explain_say(at, "These requests: umbra logs '");
	if (edge->caller.n > 0)
		explain_say(at, "caller:" CLIP " ", CLIP_ARG(edge->caller));
	explain_add(at, EXPLAIN_HINT, "service:" CLIP " status:5xx'", CLIP_ARG(edge->service));
}

void explain_edge(struct explanation *out, const struct environment *env,
	const struct explain_edge *edge, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	struct tally all = tally_all(edge);

	explain_begin(&at);
	say_headline(&at, edge, &all);
	if (all.lost > 0)
		add_losers(&at, edge);
	if (all.likely > 0)
		add_likely(&at, edge);
	if (all.errors > 0)
		add_failing(&at, edge);
	if (all.lost > 0)
		add_trace(&at, edge);
}
