/*
 * Sentences about what is not there. The API asks with the visible environment, the plane with the one that
 * includes writes in flight. Pure; comparing names is bounded by what one service, or a thousand neighbours
 * of a key, have.
 */
#include "core/model/not_found.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/model/name_rules.h"

/* Sessions are many; the near ones of a mistyped key are looked for among its neighbours. */
enum { NEIGHBOURS = 1000 };

static void say_near(struct not_found *missing, struct errbuf *eb)
{
	struct strbuf text;

	strbuf_init(&text, sizeof(eb->expected) - 1);
	for (size_t i = 0; i < missing->near_count; i++)
		strbuf_addf(&text, "%s%s", i > 0 ? ", " : "", missing->near[i]);
	str_copy(eb->expected, sizeof(eb->expected), strbuf_str(&text));
	strbuf_finish(&text);
}

static void suggest(const char *wanted, const char *const *names, size_t count,
	struct not_found *missing, struct errbuf *eb)
{
	size_t near[NOT_FOUND_NEAR_MAX];

	missing->near_count = name_near(str_of(wanted), names, count, near, NOT_FOUND_NEAR_MAX);
	for (size_t i = 0; i < missing->near_count; i++)
		missing->near[i] = names[near[i]];
	say_near(missing, eb);
}

/* "cart@pr-482 was retired by dev1 5m ago", "session "dev" expired 2h ago" */
static enum err say_gone(enum err err, const struct tombstone *gone, int64_t now_ms,
	struct not_found *missing, struct errbuf *eb)
{
	bool session = gone->kind == GONE_SESSION;
	struct strbuf text;

	strbuf_init(&text, sizeof(eb->text) - 1);
	tombstone_say(&text, gone, now_ms);
	err_set_field(eb, err, tombstone_kind_names[gone->kind], NULL, "%s%s%s %s",
		session ? "session \"" : "", gone->id, session ? "\"" : "", text.data);
	strbuf_finish(&text);
	missing->gone = gone;
	return err;
}

enum err not_found_service(const struct environment *env, enum err err, const char *name,
	struct not_found *ret_not_found, struct errbuf *eb)
{
	const char **names;

	*ret_not_found = (struct not_found){0};
	if (name_check_service(str_of(name), "service", eb) != ERR_NONE)
		return eb->err;
	names = xcalloc(env->node_count + 1, sizeof(*names));
	for (size_t i = 0; i < env->node_count; i++)
		names[i] = env->nodes[i].service->name;
	err_set_field(eb, err, "service", NULL, "there is no service \"%s\"", name);
	suggest(name, names, env->node_count, ret_not_found, eb);
	free(names);
	return err;
}

enum err not_found_version(const struct environment *env, const struct not_found_version *wanted,
	struct not_found *ret_not_found, struct errbuf *eb)
{
	const struct service_node *node = environment_node(env, str_of(wanted->service));
	char id[VERSION_ID_SIZE];
	const struct tombstone *gone;
	const char **names;
	enum err err = wanted->err;

	*ret_not_found = (struct not_found){0};
	if (name_check_service(str_of(wanted->service), "service", eb) != ERR_NONE ||
		name_check_version(str_of(wanted->version), "version", eb) != ERR_NONE)
		return eb->err;
	name_join_version(str_of(wanted->service), str_of(wanted->version), id);
	gone = environment_tombstone(env, GONE_VERSION, str_of(id));
	if (gone == NULL && node == NULL)
		return not_found_service(
			env, ERR_SERVICE_UNKNOWN, wanted->service, ret_not_found, eb);
	if (gone != NULL)
		err = say_gone(err == ERR_NOT_FOUND ? ERR_GONE : err, gone, wanted->now_ms,
			ret_not_found, eb);
	else
		err_set_field(eb, err, "version", NULL, "%s has no version \"%s\"", wanted->service,
			wanted->version);
	if (node == NULL)
		return err;
	names = xcalloc(node->version_count + 1, sizeof(*names));
	for (size_t i = 0; i < node->version_count; i++)
		names[i] = node->versions[i]->name;
	suggest(wanted->version, names, node->version_count, ret_not_found, eb);
	free(names);
	return err;
}

/* The keys around the place where `key` would stand; returns how many. */
static size_t neighbours(const struct environment *env, const char *key, const char **names)
{
	size_t low = 0;
	size_t high = env->session_count;
	size_t count = 0;

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
	return count;
}

enum err not_found_session(const struct environment *env, const char *key, int64_t now_ms,
	struct not_found *ret_not_found, struct errbuf *eb)
{
	const struct tombstone *gone = environment_tombstone(env, GONE_SESSION, str_of(key));
	const char *names[2 * NEIGHBOURS];

	*ret_not_found = (struct not_found){0};
	if (name_check_session(str_of(key), "session", eb) != ERR_NONE)
		return eb->err;
	if (gone != NULL)
		return say_gone(ERR_GONE, gone, now_ms, ret_not_found, eb);
	err_set_field(eb, ERR_NOT_FOUND, "session", NULL, "there is no session \"%s\"", key);
	suggest(key, names, neighbours(env, key, names), ret_not_found, eb);
	return ERR_NOT_FOUND;
}

/* ---- pull requests ------------------------------------------------------------------------------- */

/* What was last heard of it: the newest tombstone of a version with this number. */
static const struct tombstone *last_of_pull(const struct environment *env, int64_t number)
{
	const struct tombstone *newest = NULL;

	for (size_t i = 0; i < env->tombstone_count; i++) {
		const struct tombstone *gone = env->tombstones[i];

		if (gone->pr_number == number &&
			(newest == NULL || gone->gone_at > newest->gone_at))
			newest = gone;
	}
	return newest;
}

/* No version has the number. */
static enum err no_pull(const struct environment *env, const struct not_found_pull *wanted,
	struct not_found *missing, struct errbuf *eb)
{
	const struct tombstone *gone = last_of_pull(env, wanted->number);
	struct strbuf text;
	enum err err = wanted->err;

	missing->near_count = pulls_near(env, wanted->number, missing->numbers);
	for (size_t i = 0; i < missing->near_count; i++)
		missing->near[i] = missing->numbers[i];
	if (gone == NULL) {
		err_set_field(eb, err, "pr", NULL, "no service has a version of #%" PRId64,
			wanted->number);
	} else {
		err = err == ERR_NOT_FOUND ? ERR_GONE : err;
		strbuf_init(&text, sizeof(eb->text) - 1);
		tombstone_say(&text, gone, wanted->now_ms);
		err_set_field(eb, err, "pr", NULL,
			"no version of #%" PRId64 " is left; the last, %s, %s", wanted->number,
			gone->id, text.data);
		strbuf_finish(&text);
		missing->gone = gone;
	}
	say_near(missing, eb);
	return err;
}

enum err not_found_pull(const struct environment *env, const struct pull_list *list,
	const struct not_found_pull *wanted, struct not_found *ret_not_found, struct errbuf *eb)
{
	*ret_not_found = (struct not_found){0};
	if (list->count == 0)
		return no_pull(env, wanted, ret_not_found, eb);
	for (size_t i = 0; i < list->count && ret_not_found->near_count < NOT_FOUND_NEAR_MAX; i++)
		if (list->items[i].url.n > 0)
			ret_not_found->near[ret_not_found->near_count++] = list->items[i].url.p;
	if (wanted->url == NULL)
		err_set_field(eb, ERR_CONFLICT, "pr_url", NULL,
			"%zu pull requests have the number %" PRId64 ": say which, by its link",
			list->count, wanted->number);
	else
		err_set_field(eb, wanted->err, "pr_url", NULL, "#%" PRId64 " has another link here",
			wanted->number);
	say_near(ret_not_found, eb);
	return eb->err;
}
