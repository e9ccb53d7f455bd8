/*
 * Why things go where they go, in plain sentences for people: one request as it was logged, a session, a
 * version, a service, and a request typed by hand. Who shows it (dashboard, command line) adds nothing.
 *
 * Everything said of routing comes from decide() over the environment given, and of the past only from
 * the record: what neither says is not said. The environment may be a client's; what it does not
 * remember is told without who and when.
 *
 * An explanation is a headline, one short sentence that answers the question, and lines below it, each
 * one or two sentences of one kind, in the order they are to be read. Text from outside (keys, owners,
 * paths) has been through text_add_safe(). Ages are relative to `now_ms`, so a screen that stays makes the
 * explanation anew now and then.
 */
#ifndef UMBRA_MODEL_EXPLAIN_H
#define UMBRA_MODEL_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/routing_context.h"
#include "core/model/decision.h"
#include "core/model/environment.h"
#include "core/model/pull.h"
#include "core/model/request.h"
#include "core/model/sliding_window.h"

enum explain_kind {
	EXPLAIN_RULE, /* the rule that decided, or where requests go */
	EXPLAIN_NOT, /* why another carrier, rule or version did not */
	EXPLAIN_NOTE, /* facts beside it: who answered, who called, owner, expiry */
	EXPLAIN_WARN, /* what one should know before trusting it: not ready, a conflict, a session lost */
	EXPLAIN_NOW, /* a request: what the environment of today would do */
	EXPLAIN_HINT, /* what one can do about it */
	EXPLAIN_COUNT
};

struct explain_part {
	enum explain_kind kind;
	size_t at, len; /* in the text */
};

/* The caller's storage; made anew by each explain_...(). Read it with the two functions below. */
struct explanation {
	struct strbuf text; /* headline and lines, each ended by '\n' */
	struct strbuf said; /* of the line that is being made, as it came */
	size_t headline_len;
	struct explain_part *parts;
	size_t count; /* of lines; the headline is none */
	size_t cap;
};

void explanation_init(struct explanation *out);
void explanation_finish(struct explanation *out);
/* One line more, before the others: what the asker alone knows. */
void explanation_lead(struct explanation *e, enum explain_kind kind, const char *line);
/* Borrowed until the next explain_...() or the finish. */
struct str explanation_headline(const struct explanation *e);
/* Line `i` < count, without its newline. */
struct str explanation_line(const struct explanation *e, size_t i, enum explain_kind *ret_kind);

/*
 * A record of the log: which rule decided and why not the others, who answered, who called, and whether
 * the same key would be answered by the same version now; if not, what has changed. `lost_by` is
 * "service@version" when the records of the trace say who dropped the session on the way here
 * (core/model/trace.h), empty otherwise.
 *
 * The log does not keep a Routing-Pins header or a Routing-Strict of the request; what follows from
 * the outcome is said, the rest is left open.
 */
void explain_request(struct explanation *out, const struct environment *env,
	const struct request *request, struct str lost_by, int64_t now_ms);

/*
 * Where a session's requests go: a line for each pin, in the session's order, what becomes of those
 * that cannot be followed, and everything else. `last_seen_ms` from the stats by session; 0: not known.
 */
void explain_session(struct explanation *out, const struct environment *env,
	const struct session *session, int64_t last_seen_ms, int64_t now_ms);

/*
 * Who gets to a version, its state and since when, what pinned requests meet while it is not ready, how
 * many of the last minute failed, when it expires, and what promoting it would do. `minute` is what its
 * requests of the last minute did; NULL: not known.
 */
void explain_version(struct explanation *out, const struct environment *env,
	const struct version *version, const struct stats *minute, int64_t now_ms);

/*
 * Where requests for a service go: those without a pin, and those of each session that pins it; and how
 * many of the last minute failed, over all its versions (`minute` may be NULL).
 */
void explain_service(struct explanation *out, const struct environment *env,
	const struct service *service, const struct stats *minute, int64_t now_ms);

/*
 * Which builds of a pull request get requests, which are not ready, and who pins them: a line for each service's newest
 * build, and how many older ones there are.
 */
void explain_pull(struct explanation *out, const struct environment *env, const struct pull *pull,
	int64_t now_ms);

/* What is remembered of a version or a session: who took it away and when, and who still asks for it. */
void explain_tombstone(struct explanation *out, const struct environment *env,
	const struct tombstone *gone, int64_t now_ms);

/* Calls of one version to another in the last minute, as the stats by edge count them. */
struct explain_call {
	struct str caller_version, version; /* version empty: nobody served */
	uint64_t count;
	uint64_t errors; /* of them answered with 5xx */
	uint64_t lost; /* of them lost their session at the caller */
	uint64_t likely; /* probably did, by caller and time */
	uint64_t likely_usual; /* of those, to a service that the caller's is known to call */
	struct str lost_trace; /* of the newest that did; empty: not known */
};
/* From one service to another; the caller is empty for what comes from outside, the session for those of all. */
struct explain_edge {
	struct str caller, service, session;
	const struct explain_call *calls;
	size_t call_count;
};
/*
 * Who lost the session on these calls, and what to do about it; and who answered with 5xx.
 */
void explain_edge(struct explanation *out, const struct environment *env,
	const struct explain_edge *edge, int64_t now_ms);

/*
 * What decide() said of a request that was read by routing_context_read(): for a table to try the rules on. All
 * carriers that were found are named, and which of them counts.
 */
void explain_decision(struct explanation *out, const struct environment *env,
	const struct routing_context *context, const struct decision *decision, int64_t now_ms);

#endif
