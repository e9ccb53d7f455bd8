/*
 * The field table of a tombstone. Nobody writes one from outside: the plane makes them, the store keeps
 * them, a 410 and a 503 show them.
 */
#include "core/model/tombstone.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/model/name_rules.h"
#include "core/model/session.h"

enum { ACTOR_SHOWN = 64 };

const char *const tombstone_kind_names[GONE_COUNT + 1] = {
	[GONE_VERSION] = "version",
	[GONE_SESSION] = "session",
};

const char *const tombstone_why_names[WHY_COUNT + 1] = {
	[WHY_RETIRED] = "retired",
	[WHY_EXPIRED] = "expired",
	[WHY_SERVICE_REMOVED] = "service-removed",
};

#define RECORD struct tombstone

static const struct field fields[] = {
	FIELD(CHOICE, "kind", kind, 0, "what it was", .choices = tombstone_kind_names),
	FIELD(TEXT, "id", id, 0, "service@version, or the session's key", .max = VERSION_ID_SIZE),
	FIELD(CHOICE, "why", why, 0, "why it is gone", .choices = tombstone_why_names),
	FIELD(TIME, "gone_at", gone_at, 0, "since when"),
	FIELD(TEXT, "actor", actor, 0, "who took it away", .max = LIMIT_ACTOR),
	FIELD(INT, "pr.number", pr_number, 0, "the pull request a version was built from"),
	FIELD(TEXT, "pr.author", pr_author, 0, "who wrote that", .max = LIMIT_WORD),
	FIELD(TEXT, "commit", commit, 0, "the commit a version was built from", .max = LIMIT_WORD),
	FIELD(INT, "build", build, 0,
		"the build of a version: a job with no later one does not bring it back"),
	FIELD(CHOICE, "policy", policy, 0, "the policy of a session: strict outlives it",
		.choices = session_policy_names),
	FIELD(TEXT, "owner", owner, 0, "whose session it was", .max = LIMIT_WORD),
};

const struct record_type tombstone_type = RECORD_TYPE("tombstone", fields);

void tombstone_say(struct strbuf *out, const struct tombstone *gone, int64_t now_ms)
{
	static const char *const went[GONE_COUNT][WHY_COUNT] = {
		[GONE_VERSION] = {[WHY_RETIRED] = "was retired",
			[WHY_EXPIRED] = "expired",
			[WHY_SERVICE_REMOVED] = "went with its service, removed"},
		[GONE_SESSION] = {[WHY_RETIRED] = "was ended",
			[WHY_EXPIRED] = "expired",
			[WHY_SERVICE_REMOVED] = "was ended"},
	};
	struct str actor = str_of(gone->actor);
	char age[DURATION_TEXT_SIZE];

	strbuf_add_c(out, went[gone->kind][gone->why]);
	if (gone->why != WHY_EXPIRED && actor.n > 0)
		strbuf_addf(out, " by %.*s%s", (int)(actor.n < ACTOR_SHOWN ? actor.n : ACTOR_SHOWN),
			actor.p, actor.n > ACTOR_SHOWN ? "..." : "");
	if (now_ms - gone->gone_at < 1000) {
		strbuf_add_c(out, " just now");
		return;
	}
	duration_format_short(now_ms - gone->gone_at, age);
	strbuf_addf(out, " %s ago", age);
}
