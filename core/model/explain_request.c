/*
 * Why one request went where it went, from its record, and where the same key would go now. Called by
 * whoever shows a record. The record is hostile text and may lack what it should have; what it does
 * not say (which pin, whether strictness was asked for) is inferred from the outcome or left open.
 */
#include "core/model/explain.h"

#include "core/base/limits.h"
#include "core/model/explain_internal.h"
#include "core/model/name_rules.h"

/* What the record says, and what follows from it. */
struct past {
	const struct request *r;
	enum reason first; /* before stable-down; REASON_COUNT: the record does not say */
	bool known; /* the key was that of a session */
	bool itself; /* the proxy made the answer */
	enum session_policy policy; /* POLICY_COUNT: cannot be told */
};

/* Lenient requests that nobody answered say stable-down; so a 503 for any other reason was strict. */
static enum session_policy read_policy(const struct request *r, bool itself)
{
	if (r->reason == REASON_STABLE_DOWN)
		return POLICY_LENIENT;
	if (itself && r->status == 503)
		return POLICY_STRICT;
	return r->version.n > 0 ? POLICY_LENIENT : POLICY_COUNT;
}

static struct past read_past(const struct request *r)
{
	struct past past = {.r = r, .policy = POLICY_COUNT};
	int first = r->reason == REASON_STABLE_DOWN ? r->intended : r->reason;

	past.first = first >= 0 && first < REASON_STABLE_DOWN ? (enum reason)first : REASON_COUNT;
	past.itself = r->answered_by == ANSWERED_BY_PROXY;
	past.known = past.first == REASON_NO_PIN || past.first == REASON_PINNED ||
		     past.first == REASON_SESSION_EXPIRED;
	if (explain_is_up_to_policy(past.first))
		past.policy = read_policy(r, past.itself);
	return past;
}

static const char *place_of(const struct request *r)
{
	return r->carrier >= 0 && r->carrier < CARRIER_COUNT ? explain_places[r->carrier]
							     : "in the request";
}

/* ---- the past ---- */

static void say_past_cause(const struct explain_context *at, const struct past *past)
{
	const struct request *r = past->r;

	switch (past->first) {
	case REASON_NO_SESSION:
		explain_say(at, "the request carried no session key");
		break;
	case REASON_NO_PIN:
		explain_say(at, "session " CLIP " pinned other services, not this one",
			CLIP_ARG(r->session));
		break;
	case REASON_PINNED:
		explain_say(at, "session " CLIP " pinned it, and the key came %s",
			CLIP_ARG(r->session), place_of(r));
		break;
	case REASON_DIRECT_PIN:
		explain_say(at, "a direct pin of the request named it");
		break;
	case REASON_SESSION_UNKNOWN:
		explain_say(at,
			name_is_session(r->session) ? "no session had the key \"" CLIP "\""
						    : "\"" CLIP "\" cannot be the key of a session",
			CLIP_ARG(r->session));
		break;
	case REASON_SESSION_EXPIRED:
		explain_say(at, "session " CLIP " had ended", CLIP_ARG(r->session));
		break;
	case REASON_VERSION_GONE:
	case REASON_VERSION_UNHEALTHY:
		if (r->pinned.n > 0)
			explain_say(at, "it was pinned to " CLIP ", which ", CLIP_ARG(r->pinned));
		else
			explain_say(at, "the version it was pinned to ");
		explain_say(at,
			past->first == REASON_VERSION_GONE ? "was gone" : "had no ready endpoint");
		break;
	case REASON_STABLE_DOWN:
	case REASON_COUNT:
		explain_say(at, "the record gives no reason that is known here");
		break;
	}
}

static void say_who(const struct explain_context *at, const struct request *r)
{
	explain_say(at, "%s" CLIP, r->kind == KIND_STABLE ? "stable " : "", CLIP_ARG(r->version));
}

/* It ended before a service was found. */
static void unrouted_headline(const struct explain_context *at, const struct request *r)
{
	if (r->status == 404)
		explain_say(at,
			"The proxy itself answered 404: no service answers to the host \"" CLIP
			"\".",
			CLIP_ARG(r->host));
	else if (r->status != 0)
		explain_say(at, "The proxy itself answered %d, before routing.", (int)r->status);
	else
		explain_say(at, "It ended without an answer, before routing.");
	explain_headline(at);
	if (r->error.n > 0)
		explain_add(
			at, EXPLAIN_NOTE, "The proxy's word for it: " CLIP ".", CLIP_ARG(r->error));
	if (r->status == 404)
		explain_add(at, EXPLAIN_RULE,
			"The host names the service: SERVICE.DOMAIN, SESSION--SERVICE.DOMAIN, or a "
			"host registered on a service.");
}

static void routed_headline(const struct explain_context *at, const struct past *past)
{
	const struct request *r = past->r;
	bool chosen = r->version.n > 0;

	if (!past->itself && chosen) {
		explain_say(at, CLIP " answered from ", CLIP_ARG(r->service));
		say_who(at, r);
	} else if (r->status == 0) {
		explain_say(at, CLIP " gave no answer", CLIP_ARG(r->service));
	} else if (past->itself) {
		explain_say(at, "The proxy itself answered %d for " CLIP, (int)r->status,
			CLIP_ARG(r->service));
	} else {
		explain_say(at, CLIP " answered", CLIP_ARG(r->service));
	}
	explain_say(at, ": ");
	if (past->itself && r->status == 508)
		explain_say(at, "it had passed the proxy %d times, so it goes round in a loop",
			LIMIT_HOPS);
	else if (r->reason == REASON_STABLE_DOWN)
		explain_say(at, "stable should have, and the proxy reached no endpoint of it");
	else if (past->itself && chosen && r->status == 400)
		explain_say(at, "the client's " CLIP, CLIP_ARG(r->error));
	else if (past->itself && chosen && r->error.n > 0) {
		say_who(at, r);
		explain_say(at, ", " CLIP, CLIP_ARG(r->error));
	} else {
		say_past_cause(at, past);
	}
	explain_say(at, ".");
	explain_headline(at);
}

static void add_rules(const struct explain_context *at, const struct past *past, bool cause_told)
{
	if (past->r->reason == REASON_STABLE_DOWN) {
		explain_say(at, "Stable was to serve it, for ");
		say_past_cause(at, past);
		explain_add(at, EXPLAIN_RULE,
			". Rule stable-down: nothing else may serve then, so 503.");
	} else if (!cause_told) {
		explain_say(at, "Why there: ");
		say_past_cause(at, past);
		explain_add(at, EXPLAIN_RULE, ".");
	}
	explain_add_rule(at, past->first, past->policy);
}

/* What was found, and why the rest of it did not count. */
static void add_context(const struct explain_context *at, const struct past *past)
{
	const struct request *r = past->r;
	unsigned others = r->carrier >= 0 && r->carrier < CARRIER_COUNT
				  ? r->carriers & ~(1U << r->carrier)
				  : 0;
	bool pin_followed =
		past->first == REASON_VERSION_GONE || past->first == REASON_VERSION_UNHEALTHY;

	if (r->session.n == 0 && past->first == REASON_NO_SESSION)
		explain_add(
			at, EXPLAIN_NOT, "No key in header, baggage, query, cookie or host name.");
	else if (past->first != REASON_PINNED && r->session.n > 0)
		explain_add(at, EXPLAIN_NOTE, "The key " CLIP " came %s%s.", CLIP_ARG(r->session),
			place_of(r),
			past->first == REASON_DIRECT_PIN
				? "; for this service the direct pin came first"
				: "");
	if (r->conflict) {
		explain_say(at, "Conflict: ");
		explain_say_carriers(at, r->carriers);
		explain_add(at, EXPLAIN_WARN,
			" did not all name the same session. The first of them counts: %s.",
			r->carrier >= 0 && r->carrier < CARRIER_COUNT ? carrier_names[r->carrier]
								      : "none");
	} else if (others != 0) {
		explain_say(at, "The same key was in ");
		explain_say_carriers(at, others);
		explain_add(at, EXPLAIN_NOT, " as well.");
	}
	if (past->first == REASON_PINNED)
		explain_add(at, EXPLAIN_NOT, "No direct pin named " CLIP "; it would have won.",
			CLIP_ARG(r->service));
	if (pin_followed)
		explain_add(at, EXPLAIN_NOTE,
			r->session.n == 0
				? "There was no session key, so the pin was one of Routing-Pins."
				: "The log does not record whether the session or Routing-Pins "
				  "pinned it.");
	if (r->malformed)
		explain_add_malformed(at);
}

static void add_answer(const struct explain_context *at, const struct past *past)
{
	const struct request *r = past->r;

	if (r->status == 0)
		explain_say(at, "Nobody answered");
	else if (past->itself)
		explain_say(at, "The proxy itself answered %d%s", (int)r->status,
			r->version.n > 0 ? "; the version it had chosen had not answered"
					 : "; no version received the request");
	else
		explain_say(at, "The version %sanswered %d, after %.1f ms",
			r->status >= 500 ? "itself " : "", (int)r->status, r->upstream_ms);
	if (r->error.n > 0)
		explain_say(at, " (%s" CLIP ")", past->itself ? "" : "then: ", CLIP_ARG(r->error));
	if (r->retries > 0)
		explain_say(at, "; the connection was tried %d more time%s", (int)r->retries,
			r->retries == 1 ? "" : "s");
	explain_add(at, past->itself || r->status >= 500 ? EXPLAIN_WARN : EXPLAIN_NOTE, ".");
}

static void add_caller(
	const struct explain_context *at, const struct request *r, struct str lost_by)
{
	if (lost_by.n > 0)
		explain_add(at, EXPLAIN_WARN,
			CLIP " called it and lost the session on the way: it had one and did not "
			     "pass it on.",
			CLIP_ARG(lost_by));
	else if (r->caller.n > 0)
		explain_add(at, EXPLAIN_NOTE, CLIP " called it.", CLIP_ARG(r->caller));
	else
		explain_add(at, EXPLAIN_NOTE,
			"No caller is known: it came from outside, or from a service that does not "
			"pass baggage on.");
}

/* ---- now ---- */

/* Whether the record tells enough to decide again, and with which direct pin. */
static bool can_repeat(const struct past *past, struct str *ret_direct)
{
	bool pin_unknown =
		past->first == REASON_VERSION_GONE || past->first == REASON_VERSION_UNHEALTHY;

	*ret_direct = past->first == REASON_DIRECT_PIN         ? past->r->version
		      : pin_unknown && past->r->session.n == 0 ? past->r->pinned
							       : (struct str){0};
	if (past->first == REASON_DIRECT_PIN)
		return past->r->version.n > 0;
	return past->first != REASON_COUNT &&
	       !(pin_unknown && past->r->session.n == 0 && past->r->pinned.n == 0);
}

static void say_now_cause(const struct explain_context *at, const struct past *past,
	const struct routing_context *context, const struct decision *d)
{
	if (d->reason == REASON_STABLE_DOWN)
		explain_say_no_stable(at, str_of(context->service->name));
	else if (d->reason == REASON_SESSION_UNKNOWN && past->known)
		explain_say(at, "session " CLIP " has ended", CLIP_ARG(context->key));
	else if (d->reason == REASON_NO_PIN && past->first == REASON_PINNED)
		explain_say(
			at, "session " CLIP " does not pin it any more", CLIP_ARG(context->key));
	else if (d->reason == REASON_PINNED)
		explain_say(at, "session " CLIP " pins it now", CLIP_ARG(context->key));
	else if (past->r->reason == REASON_STABLE_DOWN && d->version != NULL)
		explain_say(at, "it is ready now");
	else if (d->reason == past->first && past->r->version.n > 0 && d->version != NULL &&
		 d->version->kind == KIND_STABLE)
		explain_say(at, "that is the stable one now");
	else
		explain_say_cause(at, d, context);
}

static bool same_now(const struct past *past, const struct decision *d)
{
	const struct request *r = past->r;
	/* What has ended is forgotten after a day, or was never told here. */
	bool forgotten = r->reason == REASON_SESSION_EXPIRED && d->reason == REASON_SESSION_UNKNOWN;

	if ((int)d->reason != r->reason && !forgotten)
		return false;
	if (d->version == NULL)
		return past->itself && r->status == 503;
	return str_eq_c(r->version, d->version->name);
}

/* The version that served it, where it is gone and nothing has said so yet. */
static void add_fate(
	const struct explain_context *at, const struct request *r, const struct decision *now)
{
	bool told = now != NULL && now->gone != NULL && now->reason == REASON_VERSION_GONE;
	const struct tombstone *gone;
	char id[VERSION_ID_SIZE];

	if (r->version.n == 0 || r->version.n > LIMIT_VERSION_NAME ||
		r->service.n > LIMIT_SERVICE_NAME ||
		environment_version(at->env, r->service, r->version) != NULL)
		return;
	name_join_version(r->service, r->version, id);
	gone = environment_tombstone(at->env, GONE_VERSION, str_of(id));
	if (gone == NULL || (told && now->gone == gone))
		return;
	explain_say_gone(at, r->version, gone);
	explain_add(at, EXPLAIN_NOTE, ".");
}

static void add_same(const struct explain_context *at, const struct decision *d)
{
	explain_say(at, "The same request would be routed the same way now");
	if (d->reason == REASON_VERSION_GONE && d->gone != NULL) {
		explain_say(at, ": ");
		explain_say_gone(at, d->wanted, d->gone);
	}
	explain_add(at, EXPLAIN_NOW, ".");
}

static void add_now(const struct explain_context *at, const struct past *past)
{
	const struct request *r = past->r;
	const struct service *service = environment_service(at->env, r->service);
	struct routing_context context;
	struct decision d;
	struct str direct;

	if (service == NULL)
		explain_add(at, EXPLAIN_NOW, "Today there is no service " CLIP ".",
			CLIP_ARG(r->service));
	if (service == NULL || !can_repeat(past, &direct)) {
		add_fate(at, r, NULL);
		return;
	}
	explain_decide(at, service, r->session, direct, &context, &d);
	if (same_now(past, &d)) {
		add_same(at, &d);
		add_fate(at, r, &d);
		return;
	}
	if (d.version != NULL) {
		explain_say(at, "Today it would go to ");
		explain_say_version(at, d.version);
	} else {
		explain_say(at, "Today the proxy would say 503");
	}
	explain_say(at, ": ");
	say_now_cause(at, past, &context, &d);
	explain_add(at, EXPLAIN_NOW, ".");
	add_fate(at, r, &d);
	/* decide() was asked without Routing-Strict, and knows the policy only of those it remembers. */
	if (d.strict || d.version == NULL || !explain_is_up_to_policy(d.reason))
		return;
	if (d.reason == REASON_SESSION_UNKNOWN && past->known && past->policy != POLICY_LENIENT)
		explain_add(at, EXPLAIN_NOTE,
			"Had it been a strict session, it is a 503 for a day after its end.");
	else if (past->policy == POLICY_STRICT)
		explain_add(at, EXPLAIN_NOTE,
			"With Routing-Strict: 1 on the request it is still a 503.");
}

/* The session of the request is there, and pins a version of this service that is not. */
static bool pins_what_is_gone(const struct explain_context *at, const struct request *r)
{
	const struct session *session = environment_session(at->env, r->session);
	const char *pin = session != NULL ? session_pin(session, r->service) : NULL;

	return pin != NULL && environment_service(at->env, r->service) != NULL &&
	       environment_version(at->env, r->service, str_of(pin)) == NULL;
}

static void add_hint(const struct explain_context *at, const struct past *past, struct str lost_by)
{
	static const char *const hints[REASON_COUNT + 1] = {
		[REASON_SESSION_UNKNOWN] = "umbra session list shows the keys there are.",
		[REASON_SESSION_EXPIRED] = "umbra session create makes a new one.",
		[REASON_VERSION_GONE] = "umbra events shows what became of it.",
		[REASON_COUNT] = NULL,
	};

	if (lost_by.n > 0)
		explain_add(at, EXPLAIN_HINT,
			CLIP " must copy Routing-Session or baggage from the request it serves to "
			     "those it makes.",
			CLIP_ARG(lost_by));
	if (past->first != REASON_DIRECT_PIN && pins_what_is_gone(at, past->r))
		explain_add_repin_hint(at, past->r->session, past->r->service);
	else if (hints[past->first] != NULL)
		explain_add(at, EXPLAIN_HINT, "%s", hints[past->first]);
}

void explain_request(struct explanation *out, const struct environment *env,
	const struct request *request, struct str lost_by, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	const struct past past = read_past(request);
	bool cause_told = request->reason != REASON_STABLE_DOWN &&
			  !(past.itself && request->version.n > 0 && request->error.n > 0);

	explain_begin(&at);
	if (request->service.n == 0) {
		unrouted_headline(&at, request);
		add_caller(&at, request, lost_by);
		return;
	}
	routed_headline(&at, &past);
	add_rules(&at, &past, cause_told);
	add_context(&at, &past);
	add_answer(&at, &past);
	add_caller(&at, request, lost_by);
	add_now(&at, &past);
	add_hint(&at, &past, lost_by);
}
