/*
 * Says who serves a hop. Called by the dashboard and the command line to explain, and by the test
 * that holds HAProxy's configuration to it. The reason comes first, then the outcome: only a reason
 * that asks for stable can become stable-down.
 */
#include "core/model/decision.h"

#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"

const char *const reason_names[REASON_COUNT + 1] = {
	[REASON_NO_SESSION] = "no-session",
	[REASON_NO_PIN] = "no-pin",
	[REASON_PINNED] = "pinned",
	[REASON_DIRECT_PIN] = "direct-pin",
	[REASON_SESSION_UNKNOWN] = "session-unknown",
	[REASON_SESSION_EXPIRED] = "session-expired",
	[REASON_VERSION_GONE] = "version-gone",
	[REASON_VERSION_UNHEALTHY] = "version-unhealthy",
	[REASON_STABLE_DOWN] = "stable-down",
};

const char *const reason_sentences[REASON_COUNT] = {
	[REASON_NO_SESSION] = "The request carried no session key, so stable served it.",
	[REASON_NO_PIN] = "The session pins other services and not this one, so stable served it.",
	[REASON_PINNED] = "The session pins this version of the service, and it was ready.",
	[REASON_DIRECT_PIN] = "The request's own direct pins (Routing-Pins) named this version.",
	[REASON_SESSION_UNKNOWN] = "This environment has no session with that key: a lenient "
				   "request goes to stable, a strict one gets 503.",
	[REASON_SESSION_EXPIRED] = "The session has ended or expired: a lenient request goes to "
				   "stable, a strict one gets 503.",
	[REASON_VERSION_GONE] = "The pinned version is gone: a lenient request goes to stable, a "
				"strict one gets 503.",
	[REASON_VERSION_UNHEALTHY] = "No endpoint of the pinned version is ready: a lenient "
				     "request goes to stable, a strict one gets 503.",
	[REASON_STABLE_DOWN] =
		"Stable should serve this, but has no ready endpoint, so the proxy answers 503.",
};

enum outcome { SERVED_BY_STABLE, SERVED_BY_PINNED, UP_TO_POLICY };

static const enum outcome reason_outcomes[REASON_COUNT] = {
	[REASON_NO_SESSION] = SERVED_BY_STABLE,
	[REASON_NO_PIN] = SERVED_BY_STABLE,
	[REASON_PINNED] = SERVED_BY_PINNED,
	[REASON_DIRECT_PIN] = SERVED_BY_PINNED,
	[REASON_SESSION_UNKNOWN] = UP_TO_POLICY,
	[REASON_SESSION_EXPIRED] = UP_TO_POLICY,
	[REASON_VERSION_GONE] = UP_TO_POLICY,
	[REASON_VERSION_UNHEALTHY] = UP_TO_POLICY,
	[REASON_STABLE_DOWN] = UP_TO_POLICY, /* never a first reason */
};

/* The session, or what is left of it, and with it strictness. Returns the tombstone. */
static const struct tombstone *find_session(
	const struct environment *env, const struct routing_context *ctx, struct decision *decision)
{
	const struct tombstone *gone = NULL;

	decision->strict = ctx->strict_asked;
	if (!ctx->key_valid)
		return NULL;
	decision->session = environment_session(env, ctx->key);
	if (decision->session == NULL)
		gone = environment_tombstone(env, GONE_SESSION, ctx->key);
	if ((decision->session != NULL && decision->session->policy == POLICY_STRICT) ||
		(gone != NULL && gone->policy == POLICY_STRICT))
		decision->strict = true;
	return gone;
}

/* What becomes of a pin; sets the version that serves when it can. */
static enum reason follow_pin(const struct environment *env, struct decision *decision,
	enum reason when_ready, const struct version **ret_version)
{
	struct str service = str_of(decision->service->name);
	const struct version *version = environment_version(env, service, decision->wanted);
	char id[VERSION_ID_SIZE];

	if (version == NULL) {
		if (!name_is_version(decision->wanted))
			return REASON_VERSION_GONE;
		name_join_version(service, decision->wanted, id);
		decision->gone = environment_tombstone(env, GONE_VERSION, str_of(id));
		return REASON_VERSION_GONE;
	}
	if (!version_is_ready(version))
		return REASON_VERSION_UNHEALTHY;
	*ret_version = version;
	return when_ready;
}

/* What the session says of the service. */
static enum reason follow_session(const struct environment *env, struct decision *decision,
	const struct version **ret_version)
{
	decision->wanted = str_of(session_pin(decision->session, str_of(decision->service->name)));
	if (decision->wanted.p == NULL)
		return REASON_NO_PIN;
	return follow_pin(env, decision, REASON_PINNED, ret_version);
}

static enum reason find_reason(const struct environment *env, const struct routing_context *ctx,
	struct decision *decision, const struct version **ret_version)
{
	const struct tombstone *gone = find_session(env, ctx, decision);

	if (ctx->direct_pin.p != NULL) {
		decision->wanted = ctx->direct_pin;
		return follow_pin(env, decision, REASON_DIRECT_PIN, ret_version);
	}
	if (ctx->carrier == CARRIER_COUNT)
		return REASON_NO_SESSION;
	if (decision->session == NULL) {
		decision->gone = gone;
		return gone != NULL ? REASON_SESSION_EXPIRED : REASON_SESSION_UNKNOWN;
	}
	return follow_session(env, decision, ret_version);
}

/* Stable serves, or nobody does. */
static void fall_to_stable(const struct environment *env, struct decision *decision)
{
	const struct version *stable =
		node_stable(environment_node(env, str_of(decision->service->name)));

	if (stable != NULL && version_is_ready(stable)) {
		decision->version = stable;
		return;
	}
	decision->intended = decision->reason;
	decision->reason = REASON_STABLE_DOWN;
}

/* From the reason to who serves. */
static void conclude(
	const struct environment *env, struct decision *decision, const struct version *pinned)
{
	enum outcome outcome = reason_outcomes[decision->reason];

	if (outcome == SERVED_BY_PINNED)
		decision->version = pinned;
	else if (outcome == SERVED_BY_STABLE || !decision->strict)
		fall_to_stable(env, decision);
	decision->status = decision->version != NULL ? 0 : 503;
}

static void begin(struct decision *decision, const struct service *service, bool strict)
{
	*decision = (struct decision){.service = service,
		.reason = REASON_COUNT,
		.intended = REASON_COUNT,
		.strict = strict,
		.status = 404};
}

void decide(const struct environment *env, const struct routing_context *context,
	struct decision *ret_decision)
{
	const struct version *pinned = NULL;

	begin(ret_decision, context->service, context->strict_asked);
	if (context->service == NULL)
		return;
	ret_decision->reason = find_reason(env, context, ret_decision, &pinned);
	if (context->hops >= LIMIT_HOPS)
		ret_decision->status = 508;
	else
		conclude(env, ret_decision, pinned);
}

void decide_session(const struct environment *env, const struct session *session,
	const struct service *service, struct decision *ret_decision)
{
	const struct version *pinned = NULL;

	begin(ret_decision, service, session != NULL && session->policy == POLICY_STRICT);
	if (service == NULL)
		return;
	ret_decision->session = session;
	ret_decision->reason =
		session != NULL ? follow_session(env, ret_decision, &pinned) : REASON_NO_SESSION;
	conclude(env, ret_decision, pinned);
}

void decide_pin(const struct environment *env, const struct session *session,
	const struct service *service, struct str version, struct decision *ret_decision)
{
	const struct version *pinned = NULL;

	begin(ret_decision, service, session != NULL && session->policy == POLICY_STRICT);
	if (service == NULL)
		return;
	ret_decision->session = session;
	ret_decision->wanted = version;
	ret_decision->reason = follow_pin(env, ret_decision, REASON_PINNED, &pinned);
	conclude(env, ret_decision, pinned);
}

enum { SAID_SLACK_MS = 1000 };

bool decision_say_expiry(struct strbuf *out, const struct decision *decision, int64_t now_ms)
{
	const struct version *version = decision->version;
	char version_left[DURATION_TEXT_SIZE], session_left[DURATION_TEXT_SIZE];

	if (decision->reason != REASON_PINNED || version->expires_at == 0 ||
		(decision->session->expires_at > 0 &&
			version->expires_at >= decision->session->expires_at))
		return false;
	/* A session that was made a moment ago for 8h has 8h left, and not 7. */
	now_ms -= SAID_SLACK_MS;
	duration_format_short(version->expires_at - now_ms, version_left);
	duration_format_short(decision->session->expires_at - now_ms, session_left);
	strbuf_addf(out, "%s@%s expires in %s, the session %s%s", version->service, version->name,
		version_left, decision->session->expires_at > 0 ? "in " : "never",
		decision->session->expires_at > 0 ? session_left : "");
	return true;
}

bool decision_say_unserved(
	struct strbuf *out, const struct environment *env, const struct decision *decision)
{
	bool stable_down = decision->reason == REASON_STABLE_DOWN;
	enum reason reason = stable_down ? decision->intended : decision->reason;
	const struct version *pinned;
	const char *service;

	if (reason != REASON_VERSION_UNHEALTHY && reason != REASON_VERSION_GONE)
		return false;
	service = decision->service->name;
	strbuf_addf(out, "%s@", service);
	text_add_safe(out, decision->wanted);
	pinned = environment_version(env, str_of(service), decision->wanted);
	strbuf_addf(out, " is %s", pinned != NULL ? version_state_names[pinned->state] : "gone");
	if (pinned != NULL && pinned->state_detail != NULL) {
		strbuf_add_c(out, " (");
		text_add_safe(out, str_of(pinned->state_detail));
		strbuf_add_char(out, ')');
	}
	if (decision->version != NULL)
		strbuf_addf(out, ": stable serves %s", service);
	else
		strbuf_addf(out, "%s: every request to %s gets 503",
			stable_down ? ", and no stable version is ready" : "", service);
	if (pinned != NULL)
		strbuf_add_c(out, " until it is ready");
	return true;
}
