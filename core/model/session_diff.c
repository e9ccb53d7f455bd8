/*
 * The difference a change of a session makes, service by service. Called by the API for ?dry-run=1, and
 * by whoever has an environment of its own. It knows no rule of routing: decide_session() is asked
 * twice, with the session as it is and as it would be.
 */
#include "core/model/session_diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"

/* ---- changes ------------------------------------------------------------------------------------- */

static bool same_route(const struct decision *a, const struct decision *b)
{
	return a->version == b->version && a->status == b->status;
}

static bool same_decision(const struct decision *a, const struct decision *b)
{
	return same_route(a, b) && a->reason == b->reason && a->intended == b->intended &&
	       str_eq(a->wanted, b->wanted);
}

static void add_change(struct session_diff *dryrun, const struct environment *env,
	const struct session *const sessions[2], struct str name)
{
	const struct service *service = environment_service(env, name);
	struct session_diff_change change = {.service = name};

	decide_session(env, sessions[0], service, &change.before);
	decide_session(env, sessions[1], service, &change.after);
	if (same_decision(&change.before, &change.after))
		return;
	dryrun->routes_changed += !same_route(&change.before, &change.after);
	dryrun->changes[dryrun->count++] = change;
}

/* Both sets of pins are sorted: walked side by side, each service comes once and in order. */
static void add_changes(struct session_diff *dryrun, const struct environment *env,
	const struct session *const both[2])
{
	static const struct dict none;
	const struct dict *a = both[0] != NULL ? &both[0]->pins : &none;
	const struct dict *b = &both[1]->pins;
	size_t i = 0;
	size_t j = 0;

	dryrun->changes = xcalloc(a->count + b->count, sizeof(*dryrun->changes));
	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(a->entries[i].key, b->entries[j].key);
		const char *name = order <= 0 ? a->entries[i].key : b->entries[j].key;

		i += order <= 0;
		j += order >= 0;
		add_change(dryrun, env, both, str_of(name));
	}
}

/* ---- what stays ---------------------------------------------------------------------------------- */

static bool has_version(const struct service_node *node, int64_t pr)
{
	for (size_t i = 0; i < node->version_count; i++) {
		if (node->versions[i]->pr_number == pr)
			return true;
	}
	return false;
}

/* The service's version of the pull request that went last. */
static const struct tombstone *find_gone(
	const struct environment *env, const char *service, int64_t pr)
{
	const struct tombstone *newest = NULL;

	for (size_t i = 0; i < env->tombstone_count; i++) {
		const struct tombstone *gone = env->tombstones[i];
		struct str rest = str_of(gone->id);

		if (gone->pr_number == pr && str_eq_c(str_cut(&rest, '@'), service) &&
			(newest == NULL || gone->gone_at > newest->gone_at))
			newest = gone;
	}
	return newest;
}

static bool any_gone(const struct environment *env, int64_t pr)
{
	for (size_t i = 0; i < env->tombstone_count; i++) {
		if (env->tombstones[i]->pr_number == pr)
			return true;
	}
	return false;
}

/* Adds those whose version of the pull request is remembered, or those where none is. */
static void add_unchanged(struct session_diff *dryrun, const struct environment *env,
	const struct session *after, int64_t pr, bool remembered)
{
	bool any = any_gone(env, pr);

	if (remembered && !any)
		return;
	for (size_t i = 0; i < env->node_count; i++) {
		const struct service_node *node = &env->nodes[i];
		const char *name = node->service->name;
		const struct tombstone *gone;
		struct session_diff_unchanged *unchanged;

		if (has_version(node, pr) || session_pin(after, str_of(name)) != NULL)
			continue;
		gone = any ? find_gone(env, name, pr) : NULL;
		if ((gone != NULL) != remembered)
			continue;
		dryrun->unchanged_total++;
		if (dryrun->unchanged_count == SESSION_DIFF_UNCHANGED_MAX)
			continue;
		unchanged = &dryrun->unchanged[dryrun->unchanged_count++];
		unchanged->service = node->service;
		unchanged->gone = gone;
		decide_session(env, after, node->service, &unchanged->decision);
	}
}

void session_diff_make(const struct environment *env, const struct session *before,
	const struct session *after, int64_t pr, struct session_diff *ret_dryrun)
{
	const struct session *const both[2] = {before, after};

	*ret_dryrun = (struct session_diff){0};
	add_changes(ret_dryrun, env, both);
	if (pr == 0)
		return;
	add_unchanged(ret_dryrun, env, after, pr, true);
	add_unchanged(ret_dryrun, env, after, pr, false);
}

void session_diff_finish(struct session_diff *dryrun)
{
	free(dryrun->changes);
	*dryrun = (struct session_diff){0};
}

/* ---- sentences ----------------------------------------------------------------------------------- */

static void say_who(struct strbuf *out, const struct decision *decision)
{
	if (decision->version == NULL)
		strbuf_addf(out, "%d", decision->status);
	else
		strbuf_addf(out, "%s%s", decision->version->kind == KIND_STABLE ? "stable " : "",
			decision->version->name);
}

/* Why not what was pinned, when it is not. */
static void say_why(struct strbuf *out, const struct environment *env,
	const struct decision *decision, int64_t now_ms)
{
	enum reason reason =
		decision->intended != REASON_COUNT ? decision->intended : decision->reason;
	bool stable_down = decision->reason == REASON_STABLE_DOWN;
	const struct version *pinned;

	if (reason == REASON_VERSION_GONE) {
		strbuf_addf(out, ", because %.*s ", STR_ARG(decision->wanted));
		if (decision->gone != NULL)
			tombstone_say(out, decision->gone, now_ms);
		else
			strbuf_add_c(out, "is not there");
	} else if (reason == REASON_VERSION_UNHEALTHY) {
		pinned =
			environment_version(env, str_of(decision->service->name), decision->wanted);
		strbuf_addf(out, ", because %.*s is %s", STR_ARG(decision->wanted),
			version_state_names[pinned->state]);
	} else if (stable_down) {
		strbuf_add_c(out, ", because no stable version is ready");
		return;
	} else {
		return;
	}
	if (stable_down)
		strbuf_add_c(out, " and no stable version is ready");
	else if (decision->version == NULL)
		strbuf_add_c(out, " and the session is strict");
}

void session_diff_say_change(struct strbuf *out, const struct environment *env,
	const struct session_diff_change *change, int64_t now_ms)
{
	strbuf_add_str(out, change->service);
	if (same_route(&change->before, &change->after)) {
		strbuf_add_c(out, change->after.version != NULL ? " stays with " : " still gets ");
	} else {
		strbuf_add_c(out, " goes from ");
		say_who(out, &change->before);
		strbuf_add_c(out, " to ");
	}
	say_who(out, &change->after);
	say_why(out, env, &change->after, now_ms);
	strbuf_add_char(out, '.');
}

void session_diff_say_unchanged(struct strbuf *out, const struct session_diff_unchanged *unchanged,
	int64_t pr, int64_t now_ms)
{
	const struct tombstone *gone = unchanged->gone;

	strbuf_addf(out, "%s has no version of #%" PRId64, unchanged->service->name, pr);
	if (gone != NULL) {
		strbuf_addf(out, " any more (%s ", gone->id);
		tombstone_say(out, gone, now_ms);
		strbuf_add_char(out, ')');
	}
	strbuf_add_c(out, unchanged->decision.version != NULL ? " and stays with " : " and gets ");
	say_who(out, &unchanged->decision);
	strbuf_add_char(out, '.');
}
