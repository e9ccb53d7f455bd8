/*
 * The field table of a version, and the checks only versions need. Read by everything that handles
 * records by their table.
 */
#include "core/model/version.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/model/name_rules.h"

const char *const version_kind_names[KIND_COUNT + 1] = {
	[KIND_STABLE] = "stable",
	[KIND_EPHEMERAL] = "ephemeral",
};

const char *const version_state_names[STATE_COUNT + 1] = {
	[STATE_STARTING] = "starting",
	[STATE_READY] = "ready",
	[STATE_UNHEALTHY] = "unhealthy",
	[STATE_DRAINING] = "draining",
};

static enum err check_label(struct str key, struct str value, const char *field, struct errbuf *eb)
{
	bool good = key.n > 0 && key.n <= LIMIT_LABEL_KEY && value.n <= LIMIT_LABEL_VALUE;

	if (good && name_check_word(key, field, NULL) == ERR_NONE &&
		str_find_char(key, ' ') == key.n && name_check_word(value, field, NULL) == ERR_NONE)
		return ERR_NONE;
	return err_set_field(eb, ERR_BAD_VALUE, field,
		"a key of 1 to 63 bytes without spaces, a value of at most 255 bytes on one line",
		"a label of %s is not possible", field);
}

#define RECORD struct version

static const struct field fields[] = {
	FIELD(TEXT, "service", service, FIELD_IDENTITY, "the service it is a version of",
		.max = LIMIT_SERVICE_NAME, .check = name_check_service),
	FIELD(TEXT, "version", name, FIELD_IDENTITY, "its name", .max = LIMIT_VERSION_NAME,
		.check = name_check_version),
	FIELD(CHOICE, "kind", kind, FIELD_WRITABLE,
		"stable serves whoever pins nothing; ephemeral is beside it for a while",
		.choices = version_kind_names),
	FIELD(LIST, "endpoints", endpoints, FIELD_WRITABLE | FIELD_REQUIRED | FIELD_ZERO,
		"where it listens, host:port, 1 to 8 of them", .max = LIMIT_ENDPOINTS,
		.check = endpoint_check, .unify = endpoint_write),
	FIELD(TEXT, "health.path", health_path, FIELD_WRITABLE,
		"path of its checks, if not the service's", .max = LIMIT_PATH,
		.check = name_check_path),
	FIELD(INT, "health.port", health_port, FIELD_WRITABLE,
		"port of its checks, if not the service's", .max = 65535),
	FIELD(CHOICE, "state", state, FIELD_VOLATILE, "what health checks say",
		.choices = version_state_names),
	FIELD(TEXT, "state_detail", state_detail, FIELD_VOLATILE, "why it is not ready",
		.max = LIMIT_DETAIL),
	FIELD(TIME, "state_since", state_since, FIELD_VOLATILE, "when the state became what it is"),
	FIELD(INT, "endpoints_ready", endpoints_ready, FIELD_VOLATILE | FIELD_ZERO,
		"how many of its endpoints answer checks"),
	FIELD(INT, "pr.number", pr_number, FIELD_WRITABLE, "the pull request it was built from",
		.max = LIMIT_PULL_NUMBER),
	FIELD(TEXT, "pr.title", pr_title, FIELD_WRITABLE, "its title", .max = LIMIT_TITLE),
	FIELD(TEXT, "pr.url", pr_url, FIELD_WRITABLE, "a link to it", .max = LIMIT_URL,
		.check = name_check_link),
	FIELD(TEXT, "pr.branch", pr_branch, FIELD_WRITABLE, "its branch", .max = LIMIT_TITLE,
		.check = name_check_word),
	FIELD(TEXT, "pr.author", pr_author, FIELD_WRITABLE, "its author", .max = LIMIT_WORD,
		.check = name_check_word),
	FIELD(TEXT, "commit", commit, FIELD_WRITABLE, "the commit it was built from",
		.max = LIMIT_WORD, .check = name_check_word),
	FIELD(TEXT, "base_commit", base_commit, FIELD_WRITABLE,
		"the commit the pull request branched from", .max = LIMIT_WORD,
		.check = name_check_word),
	FIELD(INT, "build", build, FIELD_WRITABLE, "number of the build"),
	FIELD(TIME, "created_at", created_at, 0, "when it was first registered"),
	FIELD(TIME, "deployed_at", deployed_at, 0,
		"when its endpoints, commit or build last changed"),
	FIELD(DURATION, "ttl", ttl_ms, FIELD_WRITABLE | FIELD_ALWAYS,
		"how long it lives from the last PUT, 72h by default; null: it does not expire"),
	FIELD(TIME, "expires_at", expires_at, FIELD_WRITABLE | FIELD_ALWAYS,
		"when it ends by itself; null: it does not"),
	FIELD(DICT, "labels", labels, FIELD_WRITABLE | FIELD_ZERO,
		"what else is to be known, key and value", .max = LIMIT_LABELS,
		.check_entry = check_label),
	FIELD(INT, "revision", revision, 0, "the environment's revision of its last change"),
};

const struct record_type version_type = RECORD_TYPE("version", fields);
