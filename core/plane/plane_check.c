/*
 * The refusals that several verbs share: what is not there, what is gone, what changed meanwhile, names
 * that disagree, lifetimes. Each says what would be right, with near names where there are some.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/strbuf.h"
#include "core/model/names.h"
#include "core/plane/internal.h"

/* Sessions are many; the near ones of a mistyped key are looked for among its neighbours. */
enum { NEIGHBOURS = 1000 };

/* What would be right: at most PLANE_NEAR_MAX names. */
static void say_near(struct outcome *out, const char *const *names, size_t count)
{
	struct strbuf text;

	strbuf_init(&text, sizeof(out->eb.expected) - 1);
	for (size_t i = 0; i < count; i++) {
		out->near[i] = names[i];
		strbuf_add_c(&text, i > 0 ? ", " : "");
		strbuf_add_c(&text, names[i]);
	}
	out->near_count = count;
	str_copy(out->eb.expected, sizeof(out->eb.expected), strbuf_str(&text));
	strbuf_finish(&text);
}

static void suggest(struct outcome *out, const char *wanted, const char **names, size_t count)
{
	const char *found[PLANE_NEAR_MAX];
	size_t near[PLANE_NEAR_MAX];
	size_t near_count = name_near(str_of(wanted), names, count, near, PLANE_NEAR_MAX);

	for (size_t i = 0; i < near_count; i++)
		found[i] = names[near[i]];
	say_near(out, found, near_count);
}

/* "cart@pr-482 was retired by dev1 5m ago", "session "dev" expired 2h ago" */
static void say_gone(
	struct plane *plane, enum err err, const struct tombstone *gone, struct outcome *out)
{
	bool session = gone->kind == GONE_SESSION;
	struct strbuf text;

	strbuf_init(&text, sizeof(out->eb.text) - 1);
	tombstone_say(&text, gone, plane->now_ms());
	err_set(&out->eb, err, "%s%s%s %s", session ? "session \"" : "", gone->id,
		session ? "\"" : "", text.data);
	strbuf_finish(&text);
	out->gone = gone;
}

enum err refuse_service(struct plane *plane, enum err err, const char *name, struct outcome *out)
{
	const struct environment *env = &plane->tentative;
	const char **names = xcalloc(env->node_count, sizeof(*names));

	if (name_check_service(str_of(name), "service", &out->eb) != ERR_NONE)
		goto end;
	for (size_t i = 0; i < env->node_count; i++)
		names[i] = env->nodes[i].service->name;
	err_set(&out->eb, err, "there is no service \"%s\"", name);
	suggest(out, name, names, env->node_count);
end:
	free(names);
	return out->eb.err;
}

enum err refuse_version(struct plane *plane, enum err err, const struct service_node *node,
	const char *service, const char *version, struct outcome *out)
{
	char id[VERSION_ID_SIZE];
	const struct tombstone *gone;
	const char **names;

	if (name_check_service(str_of(service), "service", &out->eb) != ERR_NONE ||
		name_check_version(str_of(version), "version", &out->eb) != ERR_NONE)
		return out->eb.err;
	name_join_version(str_of(service), str_of(version), id);
	gone = environment_tombstone(&plane->tentative, GONE_VERSION, str_of(id));
	if (gone == NULL && node == NULL)
		return refuse_service(plane, ERR_SERVICE_UNKNOWN, service, out);
	if (gone != NULL)
		say_gone(plane, err == ERR_VERSION_UNKNOWN ? err : ERR_GONE, gone, out);
	else
		err_set(&out->eb, err, "%s has no version \"%s\"", service, version);
	if (node == NULL)
		return out->eb.err;
	names = xcalloc(node->version_count, sizeof(*names));
	for (size_t i = 0; i < node->version_count; i++)
		names[i] = node->versions[i]->name;
	suggest(out, version, names, node->version_count);
	free(names);
	return out->eb.err;
}

enum err refuse_pull(struct plane *plane, const struct plane_write *write,
	const struct pull_list *list, struct outcome *out)
{
	const char *names[PLANE_NEAR_MAX];
	size_t count = 0;

	if (list->count == 0) {
		count = pulls_near(&plane->tentative, write->pr, out->near_numbers);
		for (size_t i = 0; i < count; i++)
			names[i] = out->near_numbers[i];
		err_set(&out->eb, ERR_VERSION_UNKNOWN, "no service has a version of #%lld",
			(long long)write->pr);
	} else {
		for (size_t i = 0; i < list->count && count < PLANE_NEAR_MAX; i++) {
			if (list->items[i].url.n > 0)
				names[count++] = list->items[i].url.p;
		}
		if (write->pr_url == NULL)
			err_set(&out->eb, ERR_CONFLICT,
				"%zu pull requests have the number %lld: say which, by its link",
				list->count, (long long)write->pr);
		else
			err_set(&out->eb, ERR_VERSION_UNKNOWN, "#%lld has another link here",
				(long long)write->pr);
	}
	say_near(out, names, count);
	str_copy(out->eb.field, sizeof(out->eb.field),
		list->count > 0 ? STR_LIT("pr_url") : STR_LIT("pr"));
	return out->eb.err;
}

enum err refuse_session(struct plane *plane, const char *key, struct outcome *out)
{
	const struct environment *env = &plane->tentative;
	const struct tombstone *gone = environment_tombstone(env, GONE_SESSION, str_of(key));
	const char *names[2 * NEIGHBOURS];
	size_t low = 0;
	size_t high = env->session_count;
	size_t count = 0;

	if (name_check_session(str_of(key), "session", &out->eb) != ERR_NONE)
		return out->eb.err;
	if (gone != NULL) {
		say_gone(plane, ERR_GONE, gone, out);
		return ERR_GONE;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(env->sessions[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low > NEIGHBOURS ? low - NEIGHBOURS : 0;
		i < env->session_count && i < low + NEIGHBOURS; i++)
		names[count++] = env->sessions[i]->key;
	err_set(&out->eb, ERR_NOT_FOUND, "there is no session \"%s\"", key);
	suggest(out, key, names, count);
	return ERR_NOT_FOUND;
}

enum err check_if_match(
	int64_t want, int64_t have, const char *noun, const char *id, struct outcome *out)
{
	if (want == 0 || want == have)
		return ERR_NONE;
	if (have == 0)
		return err_set(&out->eb, ERR_REVISION,
			"there is no %s \"%s\", so it is not at revision %lld", noun, id,
			(long long)want);
	return err_set(&out->eb, ERR_REVISION,
		"%s \"%s\" is at revision %lld, not %lld: read it again", noun, id, (long long)have,
		(long long)want);
}

enum err check_identity(
	const char *in_body, const char *in_path, const char *field, struct outcome *out)
{
	if (in_body == NULL || strcmp(in_body, in_path) == 0)
		return ERR_NONE;
	return err_set_field(&out->eb, ERR_BAD_VALUE, field, in_path,
		"the body names \"%s\" and the path \"%s\"", in_body, in_path);
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
