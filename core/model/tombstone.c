/*
 * The field table of a tombstone. Nobody writes one from outside: the plane makes them, the store keeps
 * them, a 410 and a 503 show them.
 */
#include "core/model/tombstone.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
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

#define AT(member) .offset = offsetof(struct tombstone, member)

static const struct field fields[] = {
	{.name = "kind",
		.type = FIELD_CHOICE,
		AT(kind),
		.choices = tombstone_kind_names,
		.help = "what it was"},
	{.name = "id",
		.type = FIELD_TEXT,
		AT(id),
		.max = VERSION_ID_SIZE,
		.help = "service@version, or the session's key"},
	{.name = "why",
		.type = FIELD_CHOICE,
		AT(why),
		.choices = tombstone_why_names,
		.help = "why it is gone"},
	{.name = "gone_at", .type = FIELD_TIME, AT(gone_at), .help = "since when"},
	{.name = "actor",
		.type = FIELD_TEXT,
		AT(actor),
		.max = LIMIT_ACTOR,
		.help = "who took it away"},
	{.name = "pr.number",
		.type = FIELD_INT,
		AT(pr_number),
		.help = "the pull request a version was built from"},
	{.name = "pr.author",
		.type = FIELD_TEXT,
		AT(pr_author),
		.max = LIMIT_WORD,
		.help = "who wrote that"},
	{.name = "commit",
		.type = FIELD_TEXT,
		AT(commit),
		.max = LIMIT_WORD,
		.help = "the commit a version was built from"},
	{.name = "build",
		.type = FIELD_INT,
		AT(build),
		.help = "the build of a version: a job with no later one does not bring it back"},
	{.name = "policy",
		.type = FIELD_CHOICE,
		AT(policy),
		.choices = session_policy_names,
		.help = "the policy of a session: strict outlives it"},
	{.name = "owner",
		.type = FIELD_TEXT,
		AT(owner),
		.max = LIMIT_WORD,
		.help = "whose session it was"},
};

const struct record_type tombstone_type = {
	.noun = "tombstone",
	.size = sizeof(struct tombstone),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};

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
