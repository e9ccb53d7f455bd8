/*
 * The refusals that several verbs share: what is not there, what is gone, what changed meanwhile, names
 * that disagree, lifetimes. Each says what would be right, with near names where there are some.
 */
#include <string.h>

#include "core/plane/internal.h"

enum err refuse_service(struct plane *plane, enum err err, const char *name, struct outcome *out)
{
	return not_found_service(&plane->pending, err, name, &out->missing, &out->eb);
}

enum err refuse_version(struct plane *plane, enum err err, const char *service, const char *version,
	struct outcome *out)
{
	const struct not_found_version wanted = {service, version, plane->now_ms(), err};

	return not_found_version(&plane->pending, &wanted, &out->missing, &out->eb);
}

enum err refuse_pull(struct plane *plane, const struct plane_write *write,
	const struct pull_list *list, struct outcome *out)
{
	const struct not_found_pull wanted = {
		write->pr, write->pr_url, plane->now_ms(), ERR_VERSION_UNKNOWN};

	return not_found_pull(&plane->pending, list, &wanted, &out->missing, &out->eb);
}

enum err refuse_session(struct plane *plane, const char *key, struct outcome *out)
{
	return not_found_session(&plane->pending, key, plane->now_ms(), &out->missing, &out->eb);
}

enum err check_if_match(
	int64_t want, int64_t have, const char *noun, const char *id, struct outcome *out)
{
	if (want == 0 || want == have || (want == IF_MATCH_ANY && have != 0))
		return ERR_NONE;
	if (want == IF_MATCH_ANY)
		return err_set(&out->eb, ERR_REVISION, "there is no %s \"%s\"", noun, id);
	if (have == 0)
		return err_set(&out->eb, ERR_REVISION,
			"there is no %s \"%s\", so it is not at revision %lld", noun, id,
			(long long)want);
	return err_set(&out->eb, ERR_REVISION,
		"%s \"%s\" is at revision %lld, not %lld: read it again", noun, id, (long long)have,
		(long long)want);
}

enum err check_new(const struct plane_write *write, bool exists, const char *noun, const char *id,
	struct outcome *out)
{
	if (!write->create_only || !exists)
		return ERR_NONE;
	return err_set_field(&out->eb, ERR_EXISTS, "If-None-Match",
		"leave it out to replace what is there", "%s \"%s\" is there already", noun, id);
}

enum err check_identity(enum object_kind kind, const struct plane_write *write, struct outcome *out)
{
	const struct record_type *type = object_type(kind);

	for (size_t i = 0; write->record != NULL && i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const char *in_path = strcmp(field->name, "key") == 0       ? write->session
				      : strcmp(field->name, "version") == 0 ? write->version
									    : write->service;
		const char *in_body;

		if (!(field->flags & FIELD_IDENTITY) || !(write->present & UINT64_C(1) << i) ||
			in_path == NULL)
			continue;
		in_body =
			*(char *const *)(const void *)((const char *)write->record + field->offset);
		if (!str_eq(str_of(in_body), str_of(in_path)))
			return err_set_field(&out->eb, ERR_CONFLICTING_FIELDS, field->name, in_path,
				"the body says another %s than the path", field->name);
	}
	return ERR_NONE;
}

enum err check_lifetime(const struct lifetime *given, int64_t now_ms, int64_t default_ttl_ms,
	struct lifetime *ret_lifetime, struct outcome *out)
{
	struct lifetime lifetime = *given;

	if (given->expires_at != 0) {
		if (given->expires_at <= now_ms || given->expires_at > now_ms + LIMIT_TTL_MAX_MS)
			return err_set_field(&out->eb, ERR_BAD_VALUE, "expires_at",
				"a time from now on, within 366 days",
				"expires_at is over, or too far away");
		*ret_lifetime = lifetime;
		return ERR_NONE;
	}
	if (given->ttl_ms == 0)
		lifetime.ttl_ms = default_ttl_ms;
	if (lifetime.ttl_ms < LIMIT_TTL_MIN_MS || lifetime.ttl_ms > LIMIT_TTL_MAX_MS)
		return err_set_field(&out->eb, ERR_BAD_VALUE, "ttl", "1s to 366d, like 90s, 8h, 3d",
			"ttl is too short or too long");
	lifetime.expires_at = now_ms + lifetime.ttl_ms;
	*ret_lifetime = lifetime;
	return ERR_NONE;
}
