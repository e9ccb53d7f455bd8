/*
 * Which version serves one hop, and why: the routing rules as one pure function over an
 * environment.
 *
 * HAProxy's configuration (core/proxy) does the same in the data plane; a test holds the two
 * together on generated cases. Whoever explains a route (dashboard, CLI) asks this function and no
 * copy of it.
 *
 * Steps: routing_context_read() (routing_context.h) finds the service, the session key and the direct pin; decide()
 * says who serves. The reason is found first, in this order:
 *   direct pin   wins over the session for the service it names, whatever the session is;
 *   key          none: no-session. Malformed or never known: session-unknown. Remembered by a
 *                tombstone: session-expired;
 *   pin          the session has none for the service: no-pin;
 *   version      not there: version-gone (also one that never was, and a pin that is no version
 *                name); not ready: version-unhealthy; else pinned or direct-pin, and it serves.
 * Then the outcome. no-session and no-pin are served by stable, strict or not. The four others are,
 * when lenient, and are a 503 when strict. A stable that should serve and is not ready (or not
 * there) turns the reason into stable-down, `intended` keeps the first one, and the answer is 503.
 *
 * Strict is a request that asks for it (Routing-Strict, or the baggage member), one whose session is
 * strict, and one whose session was strict and has ended, for as long as its tombstone is kept. That
 * holds for direct pins too.
 *
 * A request at its LIMIT_HOPS-th hop goes nowhere: it is in a loop. It keeps its first reason, and the
 * answer is a 508.
 */
#ifndef UMBRA_MODEL_DECISION_H
#define UMBRA_MODEL_DECISION_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"
#include "core/model/routing_context.h"
#include "core/model/tombstone.h"

struct environment;
struct service;
struct session;
struct version;

enum reason {
	REASON_NO_SESSION,
	REASON_NO_PIN,
	REASON_PINNED,
	REASON_DIRECT_PIN,
	REASON_SESSION_UNKNOWN,
	REASON_SESSION_EXPIRED,
	REASON_VERSION_GONE,
	REASON_VERSION_UNHEALTHY,
	REASON_STABLE_DOWN,
	REASON_COUNT
};
extern const char *const reason_names[REASON_COUNT + 1];
/* One true sentence for each, for help and the glossary. */
extern const char *const reason_sentences[REASON_COUNT];

struct decision {
	const struct service *service; /* NULL: 404 */
	const struct version *version; /* who serves; NULL: 503 (or 404, 508) */
	enum reason reason; /* REASON_COUNT for an unknown service */
	enum reason intended; /* what stable-down replaced; REASON_COUNT otherwise */
	const struct session *session; /* NULL when there is none by that key */
	const struct tombstone *gone; /* of session-expired, version-gone; NULL: not remembered */
	struct str wanted; /* the version a pin named; p == NULL without one */
	bool strict;
	int status; /* 0 when a version serves, else 404, 503 or 508 */
};

/* Every pointer in the result borrows from the environment and the context. */
void decide(const struct environment *env, const struct routing_context *context,
	struct decision *ret_decision);

/*
 * The same for a request that carries a session's key and nothing else, whether the environment has the
 * session or not; NULL: for one that carries no key. `service` NULL is 404.
 */
void decide_session(const struct environment *env, const struct session *session,
	const struct service *service, struct decision *ret_decision);
/* The same as if it pinned this version of the service; NULL: a lenient session. */
void decide_pin(const struct environment *env, const struct session *session,
	const struct service *service, struct str version, struct decision *ret_decision);
/*
 * That the pinned version ends before the session does: "cart@pr-9 expires in 3m, the session in 8h". False, and
 * nothing, where it does not, or serves nothing now.
 */
bool decision_say_expiry(struct strbuf *out, const struct decision *decision, int64_t now_ms);
/*
 * What becomes of a pin that is not followed, without a full stop: "cart@pr-9 is unhealthy (connection refused):
 * every request to cart gets 503 until it is ready". False, and nothing, of any other decision.
 */
bool decision_say_unserved(
	struct strbuf *out, const struct environment *env, const struct decision *decision);

#endif
