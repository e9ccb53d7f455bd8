/*
 * Where a session's requests go: decide() for each service it pins, and what becomes of the rest. Called
 * by whoever shows a session.
 */
#include "core/model/explain.h"

#include "core/base/time.h"
#include "core/model/explain_internal.h"

/* A pin, and what decide() makes of it. */
struct followed {
	const struct service *service; /* NULL: there is none by that name */
	struct routing_context context;
	struct decision d;
};

static bool follow(const struct explain_context *at, const struct session *session,
	const struct dict_entry *pin, struct followed *ret_followed)
{
	struct followed *f = ret_followed;

	f->service = environment_service(at->env, str_of(pin->key));
	if (f->service == NULL)
		return false;
	explain_decide(at, f->service, str_of(session->key), (struct str){0}, &f->context, &f->d);
	return f->d.reason == REASON_PINNED;
}

static void add_pin(const struct explain_context *at, const struct session *session,
	const struct dict_entry *pin)
{
	struct followed f;

	if (follow(at, session, pin, &f)) {
		explain_say(at, "%s goes to ", pin->key);
		explain_say_version(at, f.d.version);
		explain_add(at, EXPLAIN_RULE, ": pinned, and ready.");
		return;
	}
	if (f.service == NULL) {
		explain_add(
			at, EXPLAIN_WARN, "%s gets 404: there is no such service now.", pin->key);
		return;
	}
	explain_say(at, "%s ", pin->key);
	if (f.d.version != NULL) {
		explain_say(at, "goes to ");
		explain_say_version(at, f.d.version);
	} else {
		explain_say(at, "gets 503");
	}
	explain_say(at, ": ");
	explain_say_cause(at, &f.d, &f.context);
	if (f.d.reason == REASON_STABLE_DOWN) {
		explain_say(at, ", and ");
		explain_say_no_stable(at, str_of(pin->key));
	} else if (f.d.version == NULL) {
		explain_say(at, ", and the session is strict");
	}
	explain_add(at, EXPLAIN_WARN, ".");
}

/* Once, with the first pin that needs it. */
static void add_way_out(const struct explain_context *at, const struct session *session)
{
	struct followed f;

	for (size_t i = 0; i < session->pins.count; i++) {
		const struct dict_entry *pin = &session->pins.entries[i];

		if (follow(at, session, pin, &f) || f.service == NULL)
			continue;
		if (f.d.reason != REASON_VERSION_GONE && f.d.intended != REASON_VERSION_GONE)
			continue;
		explain_add_repin_hint(at, str_of(session->key), str_of(pin->key));
		return;
	}
}

static void add_others(const struct explain_context *at, const struct session *session)
{
	size_t others = 0;
	size_t down = 0;

	for (size_t i = 0; i < at->env->node_count; i++) {
		const struct service_node *node = &at->env->nodes[i];
		const struct version *stable = node_stable(node);

		if (session_pin(session, str_of(node->service->name)) != NULL)
			continue;
		others++;
		if (stable != NULL && version_is_ready(stable))
			continue;
		if (down++ >= EXPLAIN_LIST_MAX)
			continue;
		explain_say(at, "%s, not pinned, gets 503: ", node->service->name);
		explain_say_no_stable(at, str_of(node->service->name));
		explain_add(at, EXPLAIN_WARN, ".");
	}
	if (down > EXPLAIN_LIST_MAX)
		explain_add(at, EXPLAIN_WARN, "So do %zu more.", down - EXPLAIN_LIST_MAX);
	if (others == down)
		return;
	if (session->pins.count == 0 && down == 0)
		explain_add(at, EXPLAIN_RULE, "All %zu services go to stable.", others);
	else
		explain_add(at, EXPLAIN_RULE, "Everything else goes to stable: %zu service%s.",
			others - down, others - down == 1 ? "" : "s");
}

static void add_life(
	const struct explain_context *at, const struct session *session, int64_t last_seen_ms)
{
	char left[DURATION_TEXT_SIZE];

	explain_add(at, EXPLAIN_NOTE,
		session->policy == POLICY_STRICT
			? "It is strict: where a pinned version cannot serve, the answer is 503."
			: "It is lenient: where a pinned version cannot serve, stable does.");
	if (session->owner != NULL && session->owner[0] != '\0')
		explain_say(at, "It belongs to " CLIP " and ", CLIP_ARG(str_of(session->owner)));
	else
		explain_say(at, "It ");
	if (session->expires_at == 0) {
		explain_add(at, EXPLAIN_NOTE, "does not expire.");
	} else if (session->expires_at <= at->now_ms) {
		explain_add(at, EXPLAIN_WARN, "is over its time: it ends any moment.");
	} else {
		duration_format_left(session->expires_at - at->now_ms, left);
		explain_add(at, EXPLAIN_NOTE, "expires in %s.", left);
	}
	if (last_seen_ms > 0) {
		explain_say(at, "Its last request came ");
		explain_say_ago(at, last_seen_ms);
		explain_add(at, EXPLAIN_NOTE, ".");
	}
	explain_add(at, EXPLAIN_NOT,
		"A Routing-Pins header on a request wins over its pins for the services it names.");
}

static void session_headline(
	const struct explain_context *at, const struct session *session, size_t followed)
{
	size_t pins = session->pins.count;

	explain_say(at, "Session %s ", session->key);
	if (pins == 0)
		explain_say(at, "pins nothing: its requests go to stable");
	else if (followed == pins)
		explain_say(at, "gets what it pins (%zu service%s), and stable for the rest", pins,
			pins == 1 ? "" : "s");
	else
		explain_say(at, "does not get all it pins: %zu of %zu pin%s cannot be served",
			pins - followed, pins, pins == 1 ? "" : "s");
	explain_say(at, ".");
	explain_headline(at);
}

void explain_session(struct explanation *out, const struct environment *env,
	const struct session *session, int64_t last_seen_ms, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	struct followed f;
	size_t followed = 0;

	explain_begin(&at);
	for (size_t i = 0; i < session->pins.count; i++)
		followed += follow(&at, session, &session->pins.entries[i], &f);
	session_headline(&at, session, followed);
	for (size_t i = 0; i < session->pins.count; i++)
		add_pin(&at, session, &session->pins.entries[i]);
	add_way_out(&at, session);
	add_others(&at, session);
	add_life(&at, session, last_seen_ms);
}
