/*
 * Groups versions into pull requests. Called for an answer of the API, for a session that is to pin all
 * of one, and by whoever shows them; everything is borrowed from the environment it is given.
 *
 * Invariant: a list's versions are one sorted array, and each pull request is a piece of it.
 */
#include "core/model/pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/xalloc.h"
#include "core/model/name_rules.h"

#define RECORD struct pull

static const struct field fields[] = {
	FIELD(INT, "number", number, 0, "its number in its repository"),
	FIELD(VIEW, "title", title, 0, "its title"),
	FIELD(VIEW, "url", url, 0, "a link to it"),
	FIELD(VIEW, "branch", branch, 0, "its branch"),
	FIELD(VIEW, "author", author, 0, "its author"),
	FIELD(CHOICE, "state", state, 0, "the worst state of the newest versions",
		.choices = version_state_names),
	FIELD(INT, "services", services, FIELD_ZERO, "how many services have a version of it"),
	FIELD(INT, "ready", ready, FIELD_ZERO, "of how many of them the newest version is ready"),
	FIELD(TIME, "created_at", created_at, 0, "when the first of its versions was registered"),
	FIELD(TIME, "deployed_at", deployed_at, 0, "when one of its versions was last deployed"),
	FIELD(TIME, "expires_at", expires_at, FIELD_ALWAYS,
		"when the first of its newest versions ends; null: none does"),
	FIELD(NUMBER, "rate", rate, FIELD_ZERO,
		"requests per second that its versions served in the last minute"),
	FIELD(NUMBER, "share_5xx", share_5xx, FIELD_ZERO, "0 to 1, of those requests"),
	FIELD(INT, "revision", revision, 0,
		"the environment's revision of the last change of one of its versions"),
};

const struct record_type pull_type = RECORD_TYPE("pull request", fields);

/* ---- versions and where they belong -------------------------------------------------------------- */

struct entry {
	const struct version *version;
	struct str url; /* of its pull request */
};

struct entry_list {
	struct entry *items;
	size_t count;
	size_t cap;
};

/* Links in order, none last. */
static int url_cmp(struct str a, struct str b)
{
	if (a.n == 0 || b.n == 0)
		return (a.n == 0) - (b.n == 0);
	return str_cmp(a, b);
}

static int pull_cmp(const struct entry *a, const struct entry *b)
{
	int64_t x = a->version->pr_number;
	int64_t y = b->version->pr_number;

	return x != y ? (x < y) - (x > y) : url_cmp(a->url, b->url);
}

/* <0 when `a` was deployed after `b`. What came at once is told apart by name, so that the order holds. */
static int newer_cmp(const struct version *a, const struct version *b)
{
	if (a->deployed_at != b->deployed_at)
		return (a->deployed_at < b->deployed_at) - (a->deployed_at > b->deployed_at);
	return strcmp(b->name, a->name);
}

static int entry_cmp(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	int order = pull_cmp(a, b);

	if (order == 0)
		order = strcmp(a->version->service, b->version->service);
	return order != 0 ? order : newer_cmp(a->version, b->version);
}

static void gather(const struct environment *env, int64_t number, struct entry_list *list)
{
	for (size_t i = 0; i < env->node_count; i++) {
		const struct service_node *node = &env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++) {
			const struct version *version = node->versions[j];

			if (version->pr_number == 0 ||
				(number != 0 && version->pr_number != number))
				continue;
			array_reserve(
				&list->items, &list->cap, list->count + 1, sizeof(*list->items));
			list->items[list->count++] =
				(struct entry){version, str_of(version->pr_url)};
		}
	}
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), entry_cmp);
}

/* Versions without a link join the one pull request of their number that has one. Returns whether any did. */
static bool settle_links(struct entry_list *list)
{
	bool moved = false;

	for (size_t first = 0, end; first < list->count; first = end) {
		struct entry *entries = &list->items[first];
		struct str only = entries[0].url;
		size_t last;

		for (end = first; end < list->count && list->items[end].version->pr_number ==
							       entries[0].version->pr_number;
			end++)
			;
		/* Those without are last: the one before them shows whether there are two links. */
		for (last = end; last > first && list->items[last - 1].url.n == 0; last--)
			;
		if (last == first || !str_eq(only, list->items[last - 1].url))
			continue;
		for (; last < end; last++) {
			list->items[last].url = only;
			moved = true;
		}
	}
	return moved;
}

/* ---- one pull request ---------------------------------------------------------------------------- */

static const int severity[STATE_COUNT] = {
	[STATE_READY] = 0,
	[STATE_DRAINING] = 1,
	[STATE_STARTING] = 2,
	[STATE_UNHEALTHY] = 3,
};

static void take_text(struct str *slot, const char *text)
{
	if (text != NULL && text[0] != '\0')
		*slot = str_of(text);
}

/* The last to be deployed comes last, and what it does not say stays as it was. */
static void take_texts(struct pull *pull, const struct version *version)
{
	take_text(&pull->title, version->pr_title);
	take_text(&pull->branch, version->pr_branch);
	take_text(&pull->author, version->pr_author);
}

static void count_newest(struct pull *pull, const struct version *version)
{
	bool first = pull->services == 0;

	pull->services++;
	pull->ready += version_is_ready(version);
	if (first || severity[version->state] > severity[pull->state])
		pull->state = version->state;
	if (version->expires_at != 0 &&
		(pull->expires_at == 0 || version->expires_at < pull->expires_at))
		pull->expires_at = version->expires_at;
}

static void count_version(struct pull *pull, const struct pull_version *entry)
{
	const struct version *version = entry->version;

	if (pull->created_at == 0 || version->created_at < pull->created_at)
		pull->created_at = version->created_at;
	if (version->deployed_at > pull->deployed_at)
		pull->deployed_at = version->deployed_at;
	if (version->revision > pull->revision)
		pull->revision = version->revision;
	if (entry->newest)
		count_newest(pull, version);
}

static int oldest_first(const void *left, const void *right)
{
	const struct version *const *a = left;
	const struct version *const *b = right;

	return -newer_cmp(*a, *b);
}

static void sum_up(struct pull *pull)
{
	const struct version **in_time = xcalloc(pull->version_count, sizeof(*in_time));

	for (size_t i = 0; i < pull->version_count; i++) {
		in_time[i] = pull->versions[i].version;
		count_version(pull, &pull->versions[i]);
	}
	qsort(in_time, pull->version_count, sizeof(*in_time), oldest_first);
	for (size_t i = 0; i < pull->version_count; i++)
		take_texts(pull, in_time[i]);
	free(in_time);
}

/* ---- all ----------------------------------------------------------------------------------------- */

static size_t count_pulls(const struct entry_list *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++)
		count += i == 0 || pull_cmp(&entries->items[i - 1], &entries->items[i]) != 0;
	return count;
}

void pulls_collect(const struct environment *env, int64_t number, struct pull_list *ret_list)
{
	struct entry_list entries = {0};
	struct pull_list list = {0};
	struct pull *pull = NULL;

	gather(env, number, &entries);
	if (settle_links(&entries))
		qsort(entries.items, entries.count, sizeof(*entries.items), entry_cmp);
	list.items = xcalloc(count_pulls(&entries), sizeof(*list.items));
	list.versions = xcalloc(entries.count, sizeof(*list.versions));
	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *entry = &entries.items[i];
		bool begins = i == 0 || pull_cmp(entry - 1, entry) != 0;

		if (begins) {
			pull = &list.items[list.count++];
			pull->number = entry->version->pr_number;
			pull->url = entry->url;
			pull->versions = &list.versions[i];
		}
		list.versions[i].version = entry->version;
		list.versions[i].newest = begins || strcmp((entry - 1)->version->service,
							    entry->version->service) != 0;
		pull->version_count++;
	}
	for (size_t i = 0; i < list.count; i++)
		sum_up(&list.items[i]);
	free(entries.items);
	*ret_list = list;
}

void pulls_finish(struct pull_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].sessions);
	free(list->items);
	free(list->versions);
	*list = (struct pull_list){0};
}

/* Where those with `number` begin, or would. */
static size_t find_number(const struct pull_list *list, int64_t number)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].number > number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct pull *pulls_find(
	const struct pull_list *list, int64_t number, struct str url, size_t *ret_count)
{
	struct pull *found = NULL;
	size_t count = 0;

	for (size_t i = find_number(list, number);
		i < list->count && list->items[i].number == number; i++) {
		if (url.p != NULL && !str_eq(list->items[i].url, url))
			continue;
		if (count++ == 0)
			found = &list->items[i];
	}
	if (ret_count != NULL)
		*ret_count = count;
	return found;
}

static bool has_version(const struct pull *pull, const struct version *version)
{
	for (size_t i = 0; i < pull->version_count; i++) {
		if (pull->versions[i].version == version)
			return true;
	}
	return false;
}

/* The pull request that a version of the environment is of. */
static struct pull *pull_of(const struct pull_list *list, const struct version *version)
{
	for (size_t i = find_number(list, version->pr_number);
		i < list->count && list->items[i].number == version->pr_number; i++) {
		if (has_version(&list->items[i], version))
			return &list->items[i];
	}
	return NULL;
}

static void add_session(struct pull *pull, const struct session *session)
{
	if (pull->session_count > 0 && pull->sessions[pull->session_count - 1] == session)
		return;
	array_reserve(&pull->sessions, &pull->session_cap, pull->session_count + 1,
		sizeof(*pull->sessions));
	pull->sessions[pull->session_count++] = session;
}

void pulls_add_sessions(struct pull_list *list, const struct environment *env)
{
	for (size_t i = 0; list->count > 0 && i < env->session_count; i++) {
		const struct session *session = env->sessions[i];

		for (size_t j = 0; j < session->pins.count; j++) {
			const struct dict_entry *pin = &session->pins.entries[j];
			const struct version *version =
				environment_version(env, str_of(pin->key), str_of(pin->value));
			struct pull *pull = version != NULL && version->pr_number != 0
						    ? pull_of(list, version)
						    : NULL;

			if (pull != NULL)
				add_session(pull, session);
		}
	}
}

void pull_add_stats(struct pull *pull, const struct stats *stats)
{
	double failed =
		pull->share_5xx * (double)pull->count + stats->share_5xx * (double)stats->count;

	pull->rate += stats->rate;
	pull->count += stats->count;
	pull->share_5xx = pull->count > 0 ? failed / (double)pull->count : 0;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

bool pull_parse_number(struct str s, int64_t *ret_number)
{
	int64_t number;

	if (s.n > 0 && s.p[0] == '#')
		s = (struct str){s.p + 1, s.n - 1};
	if (!str_to_i64(s, &number) || number < 1 || number > LIMIT_PULL_NUMBER)
		return false;
	*ret_number = number;
	return true;
}

enum err pull_check_number(struct str s, const char *field, struct errbuf *eb)
{
	int64_t number;

	if (pull_parse_number(s, &number))
		return ERR_NONE;
	return err_set_field(eb, ERR_BAD_VALUE, field, "the number of a pull request, like 482",
		"this is not the number of a pull request");
}

size_t pulls_near(const struct environment *env, int64_t number,
	char ret_near[PULL_NEAR_MAX][PULL_NUMBER_SIZE])
{
	char wanted[PULL_NUMBER_SIZE];
	size_t near[PULL_NEAR_MAX];
	struct pull_list list;
	char(*texts)[PULL_NUMBER_SIZE];
	const char **names;
	size_t count = 0;
	size_t found;

	pulls_collect(env, 0, &list);
	texts = xcalloc(list.count, sizeof(*texts));
	names = xcalloc(list.count, sizeof(*names));
	for (size_t i = 0; i < list.count; i++) {
		if (i > 0 && list.items[i].number == list.items[i - 1].number)
			continue;
		snprintf(texts[count], sizeof(*texts), "%" PRId64, list.items[i].number);
		names[count] = texts[count];
		count++;
	}
	snprintf(wanted, sizeof(wanted), "%" PRId64, number);
	found = name_near(str_of(wanted), names, count, near, PULL_NEAR_MAX);
	for (size_t i = 0; found == 0 && i < count && i < PULL_NEAR_MAX; i++)
		near[i] = i;
	if (found == 0)
		found = count < PULL_NEAR_MAX ? count : PULL_NEAR_MAX;
	for (size_t i = 0; i < found; i++)
		memcpy(ret_near[i], texts[near[i]], PULL_NUMBER_SIZE);
	free(names);
	free(texts);
	pulls_finish(&list);
	return found;
}
