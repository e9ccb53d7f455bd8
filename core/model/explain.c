/*
 * Making an explanation, the phrases that all of them share, and the explanation of a decision. The
 * other explain_*.c are about a request, a session, and a version with its service. A sentence is
 * collected in `said` and made safe when it ends, so no text from outside gets past that one place.
 */
#include "core/model/explain.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/explain_internal.h"
#include "core/model/name_rules.h"

enum { TEXT_MAX = 256 * 1024, SAID_MAX = 4096 };

const char *const explain_places[CARRIER_COUNT] = {
	[CARRIER_HEADER] = "in the header",
	[CARRIER_BAGGAGE] = "in the baggage",
	[CARRIER_QUERY] = "in the query",
	[CARRIER_COOKIE] = "in a cookie",
	[CARRIER_HOST] = "in the host name",
};

/* ---- lines ---- */

void explanation_init(struct explanation *out)
{
	*out = (struct explanation){0};
	strbuf_init(&out->text, TEXT_MAX);
	strbuf_init(&out->said, SAID_MAX);
}

void explanation_finish(struct explanation *out)
{
	strbuf_finish(&out->text);
	strbuf_finish(&out->said);
	free(out->parts);
	*out = (struct explanation){0};
}

struct str explanation_headline(const struct explanation *e)
{
	return (struct str){e->text.data, e->headline_len};
}

struct str explanation_line(const struct explanation *e, size_t i, enum explain_kind *ret_kind)
{
	*ret_kind = e->parts[i].kind;
	return (struct str){e->text.data + e->parts[i].at, e->parts[i].len};
}

void explanation_lead(struct explanation *e, enum explain_kind kind, const char *line)
{
	const struct explain_context at = {.out = e};
	size_t count = e->count;
	struct explain_part part;

	explain_add(&at, kind, "%s", line);
	if (e->count == count)
		return;
	part = e->parts[count];
	memmove(e->parts + 1, e->parts, count * sizeof(part));
	e->parts[0] = part;
}

void explain_begin(const struct explain_context *at)
{
	struct explanation *out = at->out;

	strbuf_reset(&out->text);
	strbuf_reset(&out->said);
	out->headline_len = 0;
	out->count = 0;
}

void explain_say(const struct explain_context *at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&at->out->said, format, ap);
	va_end(ap);
}

/* Returns how long what was said is when safe; 0 when there is no room left for it. */
static size_t take_said(struct explanation *out)
{
	size_t at = out->text.len;

	text_add_safe(&out->text, strbuf_str(&out->said));
	strbuf_add_char(&out->text, '\n');
	strbuf_reset(&out->said);
	if (!strbuf_ok(&out->text)) {
		strbuf_truncate(&out->text, at);
		return 0;
	}
	return out->text.len - at - 1;
}

void explain_headline(const struct explain_context *at)
{
	at->out->headline_len = take_said(at->out);
}

void explain_end(const struct explain_context *at, enum explain_kind kind)
{
	struct explanation *out = at->out;
	size_t from = out->text.len;
	size_t len = take_said(out);

	if (len == 0)
		return;
	array_reserve(&out->parts, &out->cap, out->count + 1, sizeof(*out->parts));
	out->parts[out->count++] = (struct explain_part){kind, from, len};
}

void explain_add(const struct explain_context *at, enum explain_kind kind, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vaddf(&at->out->said, format, ap);
	va_end(ap);
	explain_end(at, kind);
}

/* ---- phrases ---- */

void explain_say_count(const struct explain_context *at, size_t count, const char *noun)
{
	explain_say(at, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void explain_say_carriers(const struct explain_context *at, unsigned carriers)
{
	int left = __builtin_popcount(carriers);

	for (int i = 0; i < CARRIER_COUNT; i++) {
		if ((carriers & (1U << i)) == 0)
			continue;
		left--;
		explain_say(at, "%s%s", carrier_names[i],
			left == 0   ? ""
			: left == 1 ? " and "
				    : ", ");
	}
}

void explain_say_ago(const struct explain_context *at, int64_t time_ms)
{
	char age[DURATION_TEXT_SIZE];

	if (at->now_ms - time_ms < 1000) {
		explain_say(at, "just now");
		return;
	}
	duration_format_short(at->now_ms - time_ms, age);
	explain_say(at, "%s ago", age);
}

void explain_say_version(const struct explain_context *at, const struct version *version)
{
	explain_say(at, "%s%s", version->kind == KIND_STABLE ? "stable " : "", version->name);
}

void explain_say_state(const struct explain_context *at, const struct version *version)
{
	char age[DURATION_TEXT_SIZE];

	explain_say_version(at, version);
	if (version->state_since > 0 && at->now_ms - version->state_since >= 1000) {
		duration_format_short(at->now_ms - version->state_since, age);
		explain_say(at, " has been %s for %s", version_state_names[version->state], age);
	} else {
		explain_say(at, " is %s", version_state_names[version->state]);
	}
	if (version->state_detail != NULL && version->state_detail[0] != '\0')
		explain_say(at, " (" CLIP ")", CLIP_ARG(str_of(version->state_detail)));
}

void explain_say_gone(
	const struct explain_context *at, struct str name, const struct tombstone *gone)
{
	explain_say(at, CLIP " ", CLIP_ARG(name));
	if (gone != NULL)
		tombstone_say(&at->out->said, gone, at->now_ms);
	else
		explain_say(at, "is not there");
}

void explain_say_no_stable(const struct explain_context *at, struct str service)
{
	const struct version *stable = node_stable(environment_node(at->env, service));

	if (stable == NULL)
		explain_say(at, CLIP " has no stable version", CLIP_ARG(service));
	else
		explain_say_state(at, stable);
}

static void say_unhealthy(const struct explain_context *at, const struct decision *d)
{
	const struct version *version =
		environment_version(at->env, str_of(d->service->name), d->wanted);

	if (version != NULL)
		explain_say_state(at, version);
}

void explain_say_cause(const struct explain_context *at, const struct decision *d,
	const struct routing_context *context)
{
	switch (d->reason == REASON_STABLE_DOWN ? d->intended : d->reason) {
	case REASON_NO_SESSION:
		explain_say(at, "the request carries no session key");
		break;
	case REASON_NO_PIN:
		explain_say(at, "session " CLIP " does not pin %s", CLIP_ARG(context->key),
			d->service->name);
		break;
	case REASON_PINNED:
		explain_say(at, "session " CLIP " pins it", CLIP_ARG(context->key));
		break;
	case REASON_DIRECT_PIN:
		explain_say(at, "a direct pin of the request names it");
		break;
	case REASON_SESSION_UNKNOWN:
		explain_say(at,
			context->key_valid ? "no session has the key \"" CLIP "\""
					   : "\"" CLIP "\" cannot be the key of a session",
			CLIP_ARG(context->key));

		break;
	case REASON_SESSION_EXPIRED:
		explain_say(at, "session ");
		explain_say_gone(at, context->key, d->gone);
		break;
	case REASON_VERSION_GONE:
		explain_say_gone(at, d->wanted, d->gone);
		break;
	case REASON_VERSION_UNHEALTHY:
		say_unhealthy(at, d);
		break;
	case REASON_STABLE_DOWN:
	case REASON_COUNT:
		break;
	}
}

/* ---- rules ---- */

/* Those that policy has no say in; the others have sentences made from their names. */
static const char *const rules[REASON_COUNT] = {
	[REASON_NO_SESSION] =
		"Rule no-session: a request without a session key goes to stable, strict or not.",
	[REASON_NO_PIN] = "Rule no-pin: a session moves only the services it pins; its other "
			  "requests go to stable, strict or not.",
	[REASON_PINNED] = "Rule pinned: a session's pin is followed while the version it names has "
			  "a ready endpoint.",
	[REASON_DIRECT_PIN] =
		"Rule direct-pin: Routing-Pins wins over the session for the services it names.",
};

bool explain_is_up_to_policy(enum reason reason)
{
	return reason < REASON_STABLE_DOWN && rules[reason] == NULL;
}

void explain_add_rule(
	const struct explain_context *at, enum reason first, enum session_policy policy)
{
	if (first >= REASON_STABLE_DOWN)
		return;
	if (rules[first] != NULL)
		explain_say(at, "%s", rules[first]);
	else if (policy == POLICY_LENIENT)
		explain_say(at,
			"Rule %s, lenient: stable takes its place; a strict request gets 503.",
			reason_names[first]);
	else if (policy == POLICY_STRICT)
		explain_say(at,
			"Rule %s, strict: 503 and never stable; a lenient request goes to stable.",
			reason_names[first]);
	else
		explain_say(at, "Rule %s: a lenient request goes to stable, a strict one gets 503.",
			reason_names[first]);
	explain_end(at, EXPLAIN_RULE);
}

/* When the environment does not remember the gone, a key that is unknown may be one that has ended. */
static void add_no_history_note(const struct explain_context *at)
{
	if (!at->env->remembers)
		explain_add(at, EXPLAIN_NOTE,
			"Ended sessions are not in sight here: had it been a strict one that ended "
			"within a day, the proxy would answer 503.");
}

void explain_add_malformed(const struct explain_context *at)
{
	explain_add(at, EXPLAIN_WARN,
		"Something in it is malformed: its key, Routing-Pins, Routing-Strict, a member of "
		"the baggage or a fifth line of it, or a quote that is not closed hides a cookie.");
}

void explain_add_repin_hint(const struct explain_context *at, struct str key, struct str service)
{
	explain_add(at, EXPLAIN_HINT,
		"umbra session pin " CLIP " " CLIP
		"=VERSION pins another, umbra session unpin " CLIP " " CLIP " leaves it to stable.",
		CLIP_ARG(key), CLIP_ARG(service), CLIP_ARG(key), CLIP_ARG(service));
}

void explain_decide(const struct explain_context *at, const struct service *service, struct str key,
	struct str direct_pin, struct routing_context *ret_context, struct decision *ret_decision)
{
	struct routing_context *context = ret_context;

	memset(context, 0, sizeof(*context));
	context->service = service;
	context->carrier = CARRIER_COUNT;
	context->direct_pin = direct_pin;
	if (key.n > 0) {
		context->carrier = CARRIER_HEADER;
		context->carriers = 1U << CARRIER_HEADER;
		context->values[CARRIER_HEADER] = context->key = key;
		context->key_valid = name_is_session(key);
	}
	decide(at->env, context, ret_decision);
}

/* ---- a decision ---- */

static void add_carriers(
	const struct explain_context *at, const struct routing_context *context, bool direct)
{
	if (context->carrier == CARRIER_COUNT) {
		explain_add(
			at, EXPLAIN_NOT, "No key in header, baggage, query, cookie or host name.");
		return;
	}
	for (int i = 0; i < CARRIER_COUNT; i++) {
		struct str value = context->values[i];

		if (value.p == NULL)
			continue;
		if (i == (int)context->carrier)
			explain_add(at, EXPLAIN_NOTE, "The key " CLIP " stands %s%s.",
				CLIP_ARG(value), explain_places[i],
				direct ? "; it counts for services without a direct pin" : "");
		else if (str_eq(value, context->key))
			explain_add(at, EXPLAIN_NOT, "The same key stands %s.", explain_places[i]);
		else
			explain_add(at, EXPLAIN_NOT, CLIP " %s does not count: %s comes before %s.",
				CLIP_ARG(value), explain_places[i], carrier_names[context->carrier],
				carrier_names[i]);
	}
	if (context->conflict)
		explain_add(at, EXPLAIN_WARN,
			"Two carriers name different sessions; the log marks such a request as a "
			"conflict.");
}

static void add_strictness(const struct explain_context *at, const struct routing_context *context,
	const struct decision *d)
{
	if (!d->strict)
		return;
	explain_add(at, EXPLAIN_NOTE, "It is strict: %s.",
		context->strict_asked ? "it asks for it, by Routing-Strict or its baggage"
		: d->session != NULL  ? "the session is"
				      : "the session was, and that outlives it by a day");
}

static void decision_headline(const struct explain_context *at,
	const struct routing_context *context, const struct decision *d)
{
	explain_say(at, "%s ", d->service->name);
	if (d->version != NULL) {
		explain_say(at, "goes to ");
		explain_say_version(at, d->version);
	} else {
		explain_say(at, "gets %d from the proxy", d->status);
	}
	explain_say(at, ": ");
	if (d->status == 508)
		explain_say(at, "it has passed the proxy %u times, so it goes round in a loop",
			context->hops);
	else if (d->reason == REASON_STABLE_DOWN)
		explain_say_no_stable(at, str_of(d->service->name));
	else
		explain_say_cause(at, d, context);
	explain_say(at, ".");
	explain_headline(at);
}

void explain_decision(struct explanation *out, const struct environment *env,
	const struct routing_context *context, const struct decision *decision, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};
	const struct decision *d = decision;
	bool down = d->reason == REASON_STABLE_DOWN;

	explain_begin(&at);
	if (d->service == NULL) {
		explain_say(&at, "The proxy says 404: no service answers to the host \"" CLIP "\".",
			CLIP_ARG(str_of(context->host)));
		explain_headline(&at);
		explain_add(&at, EXPLAIN_RULE,
			"The host names the service: SERVICE.DOMAIN, SESSION--SERVICE.DOMAIN, or a "
			"host registered on a service.");
		return;
	}
	decision_headline(&at, context, d);
	if (down) {
		explain_say(&at, "Stable was to serve it, for ");
		explain_say_cause(&at, d, context);
		explain_add(&at, EXPLAIN_RULE,
			". Rule stable-down: without a ready endpoint of stable that is a 503.");
	}
	explain_add_rule(
		&at, down ? d->intended : d->reason, d->strict ? POLICY_STRICT : POLICY_LENIENT);
	if (d->wanted.p != NULL && d->reason != REASON_PINNED && d->reason != REASON_DIRECT_PIN)
		explain_add(&at, EXPLAIN_NOTE, "%s pins %s to " CLIP ".",
			context->direct_pin.p != NULL ? "Routing-Pins" : "The session",
			d->service->name, CLIP_ARG(d->wanted));
	add_carriers(&at, context, context->direct_pin.p != NULL);
	if (d->reason == REASON_PINNED)
		explain_add(&at, EXPLAIN_NOT, "No direct pin names %s; it would win.",
			d->service->name);
	if (context->malformed)
		explain_add_malformed(&at);
	add_strictness(&at, context, d);
	if ((down ? d->intended : d->reason) == REASON_SESSION_UNKNOWN && !d->strict &&
		context->key_valid)
		add_no_history_note(&at);
}
