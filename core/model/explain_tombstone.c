/*
 * What became of a version or a session that is not there any more, from its tombstone, and what those
 * who still name it meet. Called by whoever was asked about one.
 */
#include "core/model/explain.h"

#include <inttypes.h>

#include "core/model/explain_internal.h"

static void gone_headline(const struct explain_context *at, const struct tombstone *gone)
{
	struct str version = str_of(gone->id), service = {0};

	if (gone->kind == GONE_SESSION)
		explain_say(at, "Session ");
	else
		service = str_cut(&version, '@');
	explain_say(at, CLIP, CLIP_ARG(version));
	if (service.n > 0)
		explain_say(at, " of " CLIP, CLIP_ARG(service));
	explain_say(at, " ");
	tombstone_say(&at->out->said, gone, at->now_ms);
	explain_say(at, ".");
	explain_headline(at);
}

static void add_origin(const struct explain_context *at, const struct tombstone *gone)
{
	struct str author = str_of(gone->pr_author), commit = str_of(gone->commit);

	if (gone->pr_number == 0 && commit.n == 0)
		return;
	explain_say(at, "It was built");
	if (gone->pr_number != 0)
		explain_say(at, " for #%" PRId64, gone->pr_number);
	if (author.n > 0)
		explain_say(at, " by " CLIP, CLIP_ARG(author));
	if (commit.n > 0)
		explain_say(at, " from commit " CLIP, CLIP_ARG(commit));
	explain_add(at, EXPLAIN_NOTE, ".");
}

/* The sessions that pin it still; returns one of them. */
static const struct session *add_askers(
	const struct explain_context *at, struct str service, struct str version)
{
	const struct session *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < at->env->session_count; i++) {
		const struct session *session = at->env->sessions[i];
		const char *pin = session_pin(session, service);

		if (pin == NULL || !str_eq_c(version, pin))
			continue;
		if (first == NULL)
			first = session;
		if (count++ < EXPLAIN_LIST_MAX)
			explain_say(
				at, "%s%s", count == 1 ? "Still pinned by " : ", ", session->key);
	}
	if (count > EXPLAIN_LIST_MAX)
		explain_say(at, " and %zu more", count - EXPLAIN_LIST_MAX);
	if (count > 0)
		explain_add(at, EXPLAIN_WARN, ".");
	return first;
}

static void add_version(const struct explain_context *at, const struct tombstone *gone)
{
	struct str version = str_of(gone->id), service = str_cut(&version, '@');
	const struct session *asker;

	explain_add_rule(at, REASON_VERSION_GONE, POLICY_COUNT);
	add_origin(at, gone);
	asker = add_askers(at, service, version);
	if (asker != NULL)
		explain_add_repin_hint(at, str_of(asker->key), service);
	if (environment_service(at->env, service) != NULL)
		explain_add(at, EXPLAIN_HINT,
			"umbra version register " CLIP "@" CLIP
			" brings it back, with the endpoints it has now.",
			CLIP_ARG(service), CLIP_ARG(version));
	else
		explain_add(at, EXPLAIN_NOTE, "There is no service " CLIP " any more.",
			CLIP_ARG(service));
}

static void add_session(const struct explain_context *at, const struct tombstone *gone)
{
	explain_add_rule(at, REASON_SESSION_EXPIRED, (enum session_policy)gone->policy);
	if (gone->owner != NULL && gone->owner[0] != '\0')
		explain_add(at, EXPLAIN_NOTE, "It belonged to " CLIP ".",
			CLIP_ARG(str_of(gone->owner)));
	explain_add(at, EXPLAIN_HINT, "umbra session create makes a new one.");
}

void explain_tombstone(struct explanation *out, const struct environment *env,
	const struct tombstone *gone, int64_t now_ms)
{
	const struct explain_context at = {out, env, now_ms};

	explain_begin(&at);
	gone_headline(&at, gone);
	if (gone->kind == GONE_VERSION)
		add_version(&at, gone);
	else
		add_session(&at, gone);
	explain_add(&at, EXPLAIN_NOTE,
		"That is remembered for a day; umbra events and the timeline go back further.");
}
