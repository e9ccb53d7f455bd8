/*
 * Lists of versions to act on. Called by the views that mark some, and by what is done with them
 * (tui/views/version_actions.c). Invariant: an id stands at most once.
 */
#include "tui/data/chosen_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/word_list.h"
#include "core/base/xalloc.h"

void chosen_versions_finish(struct chosen_versions *targets)
{
	free(targets->ids);
	memset(targets, 0, sizeof(*targets));
}

void chosen_versions_clear(struct chosen_versions *targets)
{
	targets->count = 0;
	targets->session[0] = '\0';
}

void chosen_versions_copy(struct chosen_versions *targets, const struct chosen_versions *other)
{
	chosen_versions_clear(targets);
	array_reserve(&targets->ids, &targets->cap, other->count + 1, sizeof(*targets->ids));
	if (other->count > 0)
		memcpy(targets->ids, other->ids, other->count * sizeof(*targets->ids));
	targets->count = other->count;
}

size_t chosen_versions_find(const struct chosen_versions *targets, const struct version *version)
{
	char id[VERSION_ID_SIZE];
	size_t at = 0;

	if (targets->count == 0)
		return 0;
	name_join_version(str_of(version->service), str_of(version->name), id);
	while (at < targets->count && strcmp(targets->ids[at], id) != 0)
		at++;
	return at;
}

void chosen_versions_add(struct chosen_versions *targets, const struct version *version)
{
	if (chosen_versions_find(targets, version) < targets->count)
		return;
	array_reserve(&targets->ids, &targets->cap, targets->count + 1, sizeof(*targets->ids));
	name_join_version(
		str_of(version->service), str_of(version->name), targets->ids[targets->count++]);
}

void chosen_versions_remove(struct chosen_versions *targets, size_t at)
{
	memmove(targets->ids[at], targets->ids[at + 1],
		(--targets->count - at) * sizeof(targets->ids[0]));
}

const struct version *chosen_versions_version(
	const struct chosen_versions *targets, const struct model *model, size_t at)
{
	struct str service, name;

	return name_split_version(str_of(targets->ids[at]), &service, &name)
		       ? environment_version(model->env, service, name)
		       : NULL;
}

void chosen_versions_words(const struct chosen_versions *targets, char *dst, size_t size)
{
	struct word_list words = {.max = 3};
	int used;

	if (targets->count == 1) {
		str_copy(dst, size, str_of(targets->ids[0]));
		return;
	}
	used = snprintf(dst, size, "%zu versions (", targets->count);
	words.dst = dst + used;
	words.size = size - (size_t)used - 1;
	for (size_t i = 0; i < targets->count; i++)
		words_add(&words, targets->ids[i]);
	words_end(&words, targets->count);
	used = (int)strlen(dst);
	(void)snprintf(dst + used, size - (size_t)used, ")");
}

void chosen_versions_names(const struct chosen_versions *targets, size_t at,
	struct str *ret_service, struct str *ret_version)
{
	(void)name_split_version(str_of(targets->ids[at]), ret_service, ret_version);
}
