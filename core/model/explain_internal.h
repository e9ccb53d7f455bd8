/*
 * What the explain*.c share: making lines, and the phrases that occur in more than one explanation. A
 * phrase is a part of a sentence, in lower case and without a full stop; each explain_say_...() adds one.
 */
#ifndef UMBRA_MODEL_EXPLAIN_INTERNAL_H
#define UMBRA_MODEL_EXPLAIN_INTERNAL_H

#include <stdbool.h>

#include "core/model/explain.h"

enum { EXPLAIN_LIST_MAX = 8 }; /* things named before "and N more" */

/* What an explanation is made from. */
struct explain_context {
	struct explanation *out;
	const struct environment *env;
	int64_t now_ms;
};

/* A name or text from outside inside a format: at most 64 bytes, and a mark where it was cut. */
#define CLIP "%.*s%s"
#define CLIP_ARG(s) \
	(int)((s).n < 64 ? (s).n : 64), (s).p != NULL ? (s).p : "", (s).n > 64 ? "..." : ""

/* Empty again. */
void explain_begin(const struct explain_context *at);
/* Adds to the sentence that is being made. */
void explain_say(const struct explain_context *at, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Ends it: as the headline, which comes first, or as a line. */
void explain_headline(const struct explain_context *at);
void explain_end(const struct explain_context *at, enum explain_kind kind);
/* Says and ends a line. */
void explain_add(const struct explain_context *at, enum explain_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "in the header", "in a cookie". */
extern const char *const explain_places[CARRIER_COUNT];

/* "header, baggage and cookie", of a bit set over enum carrier. */
void explain_say_carriers(const struct explain_context *at, unsigned carriers);
/* "1 session", "3 sessions". */
void explain_say_count(const struct explain_context *at, size_t count, const char *noun);
/* "3m ago"; "just now" when it is not a second yet. */
void explain_say_ago(const struct explain_context *at, int64_t time_ms);
/* "pr-482", or "stable 2026.11.20". */
void explain_say_version(const struct explain_context *at, const struct version *version);
/* "pr-482 has been unhealthy for 12m (connection refused)". */
void explain_say_state(const struct explain_context *at, const struct version *version);
/* "pr-517 was retired by dev1 3m ago", "pr-517 is not there". */
void explain_say_gone(
	const struct explain_context *at, struct str name, const struct tombstone *gone);
/* Why stable cannot serve: "stable 2026.11.20 is starting", "cart has no stable version". */
void explain_say_no_stable(const struct explain_context *at, struct str service);
/*
 * Why a decision is what it is: "session dev-4f2k pins it", "pr-482 was retired by dev1 3m ago". For
 * stable-down the reason it replaced.
 */
void explain_say_cause(const struct explain_context *at, const struct decision *decision,
	const struct routing_context *context);

/* The line that names the rule and says what it does; `policy` POLICY_COUNT when it is not known. */
void explain_add_rule(
	const struct explain_context *at, enum reason first, enum session_policy policy);
/* A line that says how a session gets off a version that is gone. */
void explain_add_malformed(const struct explain_context *at);
void explain_add_repin_hint(const struct explain_context *at, struct str key, struct str service);
/* Whether stable or a 503 takes the place of what was asked for, by policy. */
bool explain_is_up_to_policy(enum reason reason);

/*
 * The decision for a session's key (may be empty) and a direct pin (p == NULL: none), and the context
 * that says so, which the decision borrows from.
 */
void explain_decide(const struct explain_context *at, const struct service *service, struct str key,
	struct str direct_pin, struct routing_context *ret_context, struct decision *ret_decision);

#endif
