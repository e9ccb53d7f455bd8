/*
 * The field table of a routing session. Read by everything that handles records by their table.
 */
#include "core/model/session.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

const char *const session_policy_names[POLICY_COUNT + 1] = {
	[POLICY_LENIENT] = "lenient",
	[POLICY_STRICT] = "strict",
};

static enum err check_pin(struct str key, struct str value, const char *field, struct errbuf *eb)
{
	enum err err = name_check_service(key, field, eb);

	/* In a patch a pin without a version is one to remove. */
	return err != ERR_NONE || value.p == NULL ? err : name_check_version(value, field, eb);
}

#define AT(member) .offset = offsetof(struct session, member)

static const struct field fields[] = {
	{.name = "key",
		.type = FIELD_TEXT,
		AT(key),
		.max = LIMIT_SESSION_KEY,
		.flags = FIELD_IDENTITY,
		.check = name_check_session,
		.help = "what requests carry: an address, not a secret"},
	{.name = "name",
		.type = FIELD_TEXT,
		AT(name),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "its name; the key is made from it when none is given"},
	{.name = "owner",
		.type = FIELD_TEXT,
		AT(owner),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "its owner (default: the actor)"},
	{.name = "policy",
		.type = FIELD_CHOICE,
		AT(policy),
		.flags = FIELD_WRITABLE,
		.choices = session_policy_names,
		.help = "what a pinned version that cannot serve means: stable (lenient) or 503 "
			"(strict)"},
	{.name = "pins",
		.type = FIELD_DICT,
		AT(pins),
		.max = LIMIT_PINS,
		.flags = FIELD_WRITABLE | FIELD_ZERO,
		.check_entry = check_pin,
		.help = "which version serves which service"},
	{.name = "ttl",
		.type = FIELD_DURATION,
		AT(ttl_ms),
		.flags = FIELD_WRITABLE | FIELD_ALWAYS,
		.help = "how long it lives from when this was set, 8h by default"},
	{.name = "expires_at",
		.type = FIELD_TIME,
		AT(expires_at),
		.flags = FIELD_WRITABLE | FIELD_ALWAYS,
		.help = "when it ends by itself"},
	{.name = "created_at", .type = FIELD_TIME, AT(created_at), .help = "when it was created"},
	{.name = "revision",
		.type = FIELD_INT,
		AT(revision),
		.help = "the environment's revision of its last change"},
};

const struct record_type session_type = {
	.noun = "session",
	.size = sizeof(struct session),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};

const char *session_pin(const struct session *session, struct str service)
{
	return dict_get(&session->pins, service);
}
