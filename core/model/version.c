/*
 * The field table of a version, and the checks only versions need. Read by everything that handles
 * records by their table.
 */
#include "core/model/version.h"

#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/model/names.h"

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

#define AT(member) .offset = offsetof(struct version, member)

static const struct field fields[] = {
	{.name = "service",
		.type = FIELD_TEXT,
		AT(service),
		.max = LIMIT_SERVICE_NAME,
		.flags = FIELD_IDENTITY,
		.check = name_check_service,
		.help = "the service it is a version of"},
	{.name = "version",
		.type = FIELD_TEXT,
		AT(name),
		.max = LIMIT_VERSION_NAME,
		.flags = FIELD_IDENTITY,
		.check = name_check_version,
		.help = "its name"},
	{.name = "kind",
		.type = FIELD_CHOICE,
		AT(kind),
		.flags = FIELD_WRITABLE,
		.choices = version_kind_names,
		.help = "stable serves whoever pins nothing; ephemeral is beside it for a while"},
	{.name = "endpoints",
		.type = FIELD_LIST,
		AT(endpoints),
		.max = LIMIT_ENDPOINTS,
		.flags = FIELD_WRITABLE | FIELD_REQUIRED | FIELD_ZERO,
		.check = endpoint_check,
		.unify = endpoint_write,
		.help = "where it listens, host:port, 1 to 8 of them"},
	{.name = "state",
		.type = FIELD_CHOICE,
		AT(state),
		.flags = FIELD_VOLATILE,
		.choices = version_state_names,
		.help = "what health checks say"},
	{.name = "state_detail",
		.type = FIELD_TEXT,
		AT(state_detail),
		.max = LIMIT_DETAIL,
		.flags = FIELD_VOLATILE,
		.help = "why it is not ready"},
	{.name = "state_since",
		.type = FIELD_TIME,
		AT(state_since),
		.flags = FIELD_VOLATILE,
		.help = "when the state became what it is"},
	{.name = "endpoints_ready",
		.type = FIELD_INT,
		AT(endpoints_ready),
		.flags = FIELD_VOLATILE | FIELD_ZERO,
		.help = "how many of its endpoints answer checks"},
	{.name = "pr.number",
		.type = FIELD_INT,
		AT(pr_number),
		.max = LIMIT_PULL_NUMBER,
		.flags = FIELD_WRITABLE,
		.help = "the pull request it was built from"},
	{.name = "pr.title",
		.type = FIELD_TEXT,
		AT(pr_title),
		.max = LIMIT_TITLE,
		.flags = FIELD_WRITABLE,
		.help = "its title"},
	{.name = "pr.url",
		.type = FIELD_TEXT,
		AT(pr_url),
		.max = LIMIT_URL,
		.flags = FIELD_WRITABLE,
		.check = name_check_link,
		.help = "a link to it"},
	{.name = "pr.branch",
		.type = FIELD_TEXT,
		AT(pr_branch),
		.max = LIMIT_TITLE,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "its branch"},
	{.name = "pr.author",
		.type = FIELD_TEXT,
		AT(pr_author),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "who wrote it"},
	{.name = "commit",
		.type = FIELD_TEXT,
		AT(commit),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "the commit it was built from"},
	{.name = "base_commit",
		.type = FIELD_TEXT,
		AT(base_commit),
		.max = LIMIT_WORD,
		.flags = FIELD_WRITABLE,
		.check = name_check_word,
		.help = "the commit the pull request branched from"},
	{.name = "build",
		.type = FIELD_INT,
		AT(build),
		.flags = FIELD_WRITABLE,
		.help = "number of the build"},
	{.name = "created_at",
		.type = FIELD_TIME,
		AT(created_at),
		.help = "when it was first registered"},
	{.name = "deployed_at",
		.type = FIELD_TIME,
		AT(deployed_at),
		.help = "when its endpoints, commit or build last changed"},
	{.name = "ttl",
		.type = FIELD_DURATION,
		AT(ttl_ms),
		.flags = FIELD_WRITABLE | FIELD_ALWAYS,
		.help = "how long it lives from the last PUT, 72h by default; null: it does not "
			"expire"},
	{.name = "expires_at",
		.type = FIELD_TIME,
		AT(expires_at),
		.flags = FIELD_WRITABLE | FIELD_ALWAYS,
		.help = "when it ends by itself; null: it does not"},
	{.name = "labels",
		.type = FIELD_DICT,
		AT(labels),
		.max = LIMIT_LABELS,
		.flags = FIELD_WRITABLE | FIELD_ZERO,
		.check_entry = check_label,
		.help = "what else is to be known, key and value"},
	{.name = "revision",
		.type = FIELD_INT,
		AT(revision),
		.help = "the environment's revision of its last change"},
};

const struct record_type version_type = {
	.noun = "version",
	.size = sizeof(struct version),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
};
