/*
 * The field table of a routing session. Read by everything that handles records by their table.
 */
#include "core/model/session.h"

#include <stddef.h>

#include "core/base/limits.h"
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

#define RECORD struct session

static const struct field fields[] = {
	FIELD(TEXT, "key", key, FIELD_IDENTITY, "what requests carry: an address, not a secret",
		.max = LIMIT_SESSION_KEY, .check = name_check_session),
	FIELD(TEXT, "name", name, FIELD_WRITABLE,
		"its name; the key is made from it when none is given", .max = LIMIT_WORD,
		.check = name_check_word),
	FIELD(TEXT, "owner", owner, FIELD_WRITABLE, "its owner (default: the actor)",
		.max = LIMIT_WORD, .check = name_check_word),
	FIELD(CHOICE, "policy", policy, FIELD_WRITABLE,
		"what a pinned version that cannot serve means: stable (lenient) or 503 (strict)",
		.choices = session_policy_names),
	FIELD(DICT, "pins", pins, FIELD_WRITABLE | FIELD_ZERO, "which version serves which service",
		.max = LIMIT_PINS, .check_entry = check_pin),
	FIELD(DURATION, "ttl", ttl_ms, FIELD_WRITABLE | FIELD_ALWAYS,
		"how long it lives from when this was set, 8h by default"),
	FIELD(TIME, "expires_at", expires_at, FIELD_WRITABLE | FIELD_ALWAYS,
		"when it ends by itself"),
	FIELD(TIME, "created_at", created_at, 0, "when it was created"),
	FIELD(INT, "revision", revision, 0, "the environment's revision of its last change"),
};

const struct record_type session_type = RECORD_TYPE("session", fields);

const char *session_pin(const struct session *session, struct str service)
{
	return dict_get(&session->pins, service);
}
