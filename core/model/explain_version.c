/*
 * Who gets to a version and to the builds of a pull request, and where requests for a service go. Called by whoever shows one of them. What
 * pinned requests meet is decide()'s word, asked with the key of a session that pins.
 */
#include "core/model/explain.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/model/check.h"
#include "core/model/explain_internal.h"

/* The sessions that pin one version: how many, and of what policy. */
struct pinners {
	size_t count;
	size_t by_policy[POLICY_COUNT];
};

static bool pins(const struct session *session, const char *service, const char *version)
{
	const char *pin = session_pin(session, str_of(service));

	return pin != NULL && strcmp(pin, version) == 0;
}

static struct pinners count_pinners(
	const struct environment *env, const char *service, const char *version)
{
	struct pinners found = {0};

	for (size_t i = 0; i < env->session_count; i++) {
		const struct session *session = env->sessions[i];

		if (!pins(session, service, version))
			continue;
		found.count++;
		found.by_policy[session->policy == POLICY_STRICT ? POLICY_STRICT
								 : POLICY_LENIENT]++;
	}
	return found;
}

/* Says "checkout-4f2k (dev1) and 3 more". */
static void say_pinners(
	const struct explain_context *at, const char *service, const char *version, size_t count)
{
	size_t named = 0;

	for (size_t i = 0; i < at->env->session_count && named < EXPLAIN_LIST_MAX; i++) {
		const struct session *session = at->env->sessions[i];

		if (!pins(session, service, version))
			continue;
		explain_say(at, "%s%s", named > 0 ? ", " : "", session->key);
		if (session->owner != NULL && session->owner[0] != '\0')
			explain_say(at, " (" CLIP ")", CLIP_ARG(str_of(session->owner)));
		named++;
	}
	if (count > named)
		explain_say(at, " and %zu more", count - named);
}

static const struct version *ready_stable(const struct explain_context *at, const char *service)
{
	const struct version *stable = node_stable(environment_node(at->env, str_of(service)));

	return stable != NULL && version_is_ready(stable) ? stable : NULL;
}

/* ---- a version ---- */

static void version_headline(
	const struct explain_context *at, const struct version *v, const struct pinners *pinners)
{
	bool stable = v->kind == KIND_STABLE;

	explain_say(at, "%s@%s ", v->service, v->name);
	if (!version_is_ready(v)) {
		explain_say(at, "gets no requests: it ");
		explain_say(at, "is %s", version_state_names[v->state]);
		if (v->state_detail != NULL && v->state_detail[0] != '\0')
			explain_say(at, " (" CLIP ")", CLIP_ARG(str_of(v->state_detail)));
	} else if (stable) {
		explain_say(at,
			"is stable: it gets every request for %s that is not pinned elsewhere",
			v->service);
	} else if (pinners->count == 0) {
		explain_say(at, "is pinned by no session: only a direct pin reaches it");
	} else {
		explain_say(at, "gets only requests that pin it: those of ");
		explain_say_count(at, pinners->count, "session");
	}
	explain_say(at, ".");
	explain_headline(at);
}

static void add_arrivals(
	const struct explain_context *at, const struct version *v, const struct pinners *pinners)
{
	if (pinners->count > 0) {
		explain_say(at, "Pinned by ");
		say_pinners(at, v->service, v->name, pinners->count);
		explain_add(at, EXPLAIN_RULE, ".");
	}
	explain_add(at, EXPLAIN_RULE,
		"A direct pin names it for one request: Routing-Pins: %s=\"%s\".", v->service,
		v->name);
	if (v->kind == KIND_EPHEMERAL)
		explain_add(at, EXPLAIN_NOT,
			"Requests without a pin on it never come here; they go to stable.");
}

/* What those that pin it meet while it is not ready. */
static void add_absence(
	const struct explain_context *at, const struct version *v, const struct pinners *pinners)
{
	const struct version *stable = ready_stable(at, v->service);

	if (version_is_ready(v))
		return;
	if (v->kind == KIND_STABLE)
		explain_add(at, EXPLAIN_WARN,
			"Meanwhile requests for %s get 503, but for those pinned to another "
			"version that is ready.",
			v->service);
	else if (stable == NULL)
		explain_add(at, EXPLAIN_WARN,
			"Meanwhile requests that pin it get 503: stable is not ready either.");
	else
		explain_add(at, EXPLAIN_WARN,
			"Meanwhile lenient requests that pin it go to stable %s, strict ones get "
			"503.",
			stable->name);
	if (v->kind == KIND_EPHEMERAL && pinners->by_policy[POLICY_STRICT] > 0) {
		explain_say_count(at, pinners->by_policy[POLICY_STRICT], "session");
		explain_add(at, EXPLAIN_WARN, " of those that pin it %s strict.",
			pinners->by_policy[POLICY_STRICT] == 1 ? "is" : "are");
	}
}

static void add_state(const struct explain_context *at, const struct version *v)
{
	static const char *const means[STATE_COUNT] = {
		[STATE_STARTING] = ": no request before its first passed health check",
		[STATE_READY] = "",
		[STATE_UNHEALTHY] = ": no endpoint of it passes the health check",
		[STATE_DRAINING] = ": no new requests",
	};
	struct strbuf advice;

	explain_say_state(at, v);
	explain_say(at, "%s", means[v->state]);
	if (v->state == STATE_STARTING || v->state == STATE_UNHEALTHY) {
		explain_say(at, ", which is ");
		check_say(&at->out->said, environment_service(at->env, str_of(v->service)), v);
	}
	explain_add(at, version_is_ready(v) ? EXPLAIN_NOTE : EXPLAIN_WARN, ".");
	strbuf_init(&advice, 400);
	if (!version_is_ready(v) && check_say_advice(&advice, v))
		explain_add(at, EXPLAIN_HINT, "\"" CLIP "\" means: %s.",
			CLIP_ARG(str_of(v->state_detail)), advice.data);
	strbuf_finish(&advice);
	if (version_is_ready(v) && v->endpoints.count > 1)
		explain_add(at, EXPLAIN_NOTE, "It is ready while one of its %zu endpoints is.",
			v->endpoints.count);
}

static void add_expiry(const struct explain_context *at, const struct version *v)
{
	char left[DURATION_TEXT_SIZE];

	if (v->expires_at == 0) {
		explain_add(at, EXPLAIN_NOTE, "It does not expire.");
		return;
	}
	if (v->expires_at <= at->now_ms) {
		explain_add(at, EXPLAIN_WARN, "It is over its time and goes any moment.");
		return;
	}
	duration_format_left(v->expires_at - at->now_ms, left);
	explain_add(at, EXPLAIN_NOTE,
		"It expires in %s. Lenient requests that pin it then go to stable, strict ones get "
		"503.",
		left);
}

static void add_promotion(const struct explain_context *at, const struct version *v)
{
	const struct version *stable = node_stable(environment_node(at->env, str_of(v->service)));
	char ttl[DURATION_TEXT_SIZE];

	if (v->kind == KIND_STABLE) {
		explain_add(at, EXPLAIN_NOTE,
			"It cannot be retired while it is stable. A pin on it stays on it when "
			"another becomes stable.");
		return;
	}
	if (!version_is_ready(v)) {
		explain_add(at, EXPLAIN_NOT,
			"While it is not ready, a promotion is refused unless it is forced.");
		return;
	}
	duration_format(DEFAULT_VERSION_TTL_MS, ttl);
	if (stable != NULL)
		explain_add(at, EXPLAIN_HINT,
			"Promoted, it gets all requests without a pin; %s stays for %s, and pins "
			"keep naming their versions.",
			stable->name, ttl);
	else
		explain_add(at, EXPLAIN_HINT,
			"Promoted, it gets all requests without a pin, which nobody serves now.");
}

/*
 * How many of the last minute failed, and how to see who answered them. `version` NULL: of the whole
 * service. Nothing is said where none failed.
 */
static void add_failures(const struct explain_context *at, const char *service, const char *version,
	const struct stats *minute)
{
	uint64_t failed =
		minute != NULL ? (uint64_t)(minute->share_5xx * (double)minute->count + 0.5) : 0;

	if (failed == 0)
		return;
	explain_add(at, EXPLAIN_WARN,
		"Of its last minute's %" PRIu64 " request%s %" PRIu64 " ended with a 5xx.",
		minute->count, minute->count == 1 ? "" : "s", failed);
	explain_add(at, EXPLAIN_HINT,
		"umbra logs 'service:%s%s%s status:5xx' lists them; each says whether the version "
		"or the proxy answered.",
		service, version != NULL ? " version:" : "", version != NULL ? version : "");
}

void explain_version(struct explanation *out, const struct environment *env,
	const struct version *version, const struct stats *minute, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	const struct pinners pinners = count_pinners(env, version->service, version->name);

	explain_begin(&at);
	version_headline(&at, version, &pinners);
	add_arrivals(&at, version, &pinners);
	add_state(&at, version);
	add_absence(&at, version, &pinners);
	add_failures(&at, version->service, version->name, minute);
	if (minute != NULL && minute->last_seen > 0) {
		explain_say(&at, "Its last request came ");
		explain_say_ago(&at, minute->last_seen);
		explain_add(&at, EXPLAIN_NOTE, ".");
	}
	add_expiry(&at, version);
	add_promotion(&at, version);
}

/* ---- a service ---- */

static void add_beside(const struct explain_context *at, const struct version *v)
{
	struct pinners pinners = count_pinners(at->env, v->service, v->name);

	explain_say_state(at, v);
	if (pinners.count > 0) {
		explain_say(at, "; pinned by ");
		say_pinners(at, v->service, v->name, pinners.count);
	} else {
		explain_say(at, "; no session pins it");
	}
	explain_add(at, version_is_ready(v) ? EXPLAIN_RULE : EXPLAIN_WARN, ".");
}

void explain_service(struct explanation *out, const struct environment *env,
	const struct service *service, const struct stats *minute, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	const struct service_node *node = environment_node(env, str_of(service->name));
	const struct version *stable = ready_stable(&at, service->name);
	size_t beside = 0;

	explain_begin(&at);
	if (stable != NULL) {
		explain_say(&at, "Requests for %s go to stable %s", service->name, stable->name);
		explain_say(&at, node->version_count > 1
					 ? ", but for those that pin another version."
					 : ": there is no other version.");

	} else {
		explain_say(&at, "Requests for %s without a pin get 503: ", service->name);
		explain_say_no_stable(&at, str_of(service->name));
		explain_say(&at, ".");
	}
	explain_headline(&at);
	add_failures(&at, service->name, NULL, minute);
	for (size_t i = 0; node != NULL && i < node->version_count; i++)
		if (node->versions[i]->kind == KIND_EPHEMERAL && beside++ < EXPLAIN_LIST_MAX)
			add_beside(&at, node->versions[i]);
	if (beside > EXPLAIN_LIST_MAX)
		explain_add(&at, EXPLAIN_NOTE, "There are %zu more versions.",
			beside - EXPLAIN_LIST_MAX);
	if (beside > 0 && stable != NULL)
		explain_add(&at, EXPLAIN_NOTE,
			"Where a pinned version is not ready, lenient requests go to stable, "
			"strict ones get 503.");
	else if (beside > 0)
		explain_add(&at, EXPLAIN_NOTE,
			"A pinned version that is ready works all the same; whoever pins another "
			"gets 503.");
}

/* ---- a pull request ---- */

static void pull_headline(const struct explain_context *at, const struct pull *pull, size_t pinned)
{
	explain_say(at, "#%" PRId64, pull->number);
	if (pull->ready < pull->services)
		explain_say(at,
			": %" PRId64 " of its %" PRId64 " services %s no build that is ready",
			pull->services - pull->ready, pull->services,
			pull->services - pull->ready == 1 ? "has" : "have");
	else
		explain_say(at, ": all builds are ready");
	explain_say(at, pinned == 0 ? ", and no session pins one, so they get no requests."
				    : ", and sessions that pin them reach those that are.");
	explain_headline(at);
}

void explain_pull(struct explanation *out, const struct environment *env, const struct pull *pull,
	int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	size_t pinned = 0, older = 0;

	for (size_t i = 0; i < pull->version_count; i++) {
		const struct version *version = pull->versions[i].version;

		pinned += count_pinners(env, version->service, version->name).count;
		older += !pull->versions[i].newest;
	}
	explain_begin(&at);
	pull_headline(&at, pull, pinned);
	for (size_t i = 0; i < pull->version_count; i++) {
		if (!pull->versions[i].newest)
			continue;
		explain_say(&at, "%s: ", pull->versions[i].version->service);
		add_beside(&at, pull->versions[i].version);
	}
	if (older > 0)
		explain_add(&at, EXPLAIN_NOTE,
			"There %s %zu older build%s of it beside; a session on all of it pins the "
			"newest of each service.",
			older == 1 ? "is" : "are", older, older == 1 ? "" : "s");
	explain_add(&at, EXPLAIN_NOTE,
		"Where a pinned build is not ready, lenient requests go to stable, strict ones get "
		"503. Its other services stay stable.");
	if (pinned == 0)
		explain_add(&at, EXPLAIN_HINT,
			"umbra session create --pr %" PRId64 " opens a session on all of it.",
			pull->number);
}
