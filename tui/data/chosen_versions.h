/*
 * Versions that an action is about: those that are marked, and, from the key to the answer of its question, those the
 * question named. What was named is what its answer is carried out on, whatever came meanwhile.
 */
#ifndef UMBRA_TUI_DATA_CHOSEN_VERSIONS_H
#define UMBRA_TUI_DATA_CHOSEN_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/name_rules.h"

#include "tui/data/model.h"

/* Begins zeroed. */
struct chosen_versions {
	char (*ids)[VERSION_ID_SIZE];
	size_t count, cap;
	char session[LIMIT_SESSION_KEY + 1]; /* that they are to be pinned to */
};

void chosen_versions_finish(struct chosen_versions *targets);
void chosen_versions_clear(struct chosen_versions *targets);
void chosen_versions_add(struct chosen_versions *targets, const struct version *version);
/* Those of `other`, in place of what there is. */
void chosen_versions_copy(struct chosen_versions *targets, const struct chosen_versions *other);
void chosen_versions_remove(struct chosen_versions *targets, size_t at);
/* targets->count when it is not among them. */
size_t chosen_versions_find(const struct chosen_versions *targets, const struct version *version);
/* NULL when the environment has it no more. */
const struct version *chosen_versions_version(
	const struct chosen_versions *targets, const struct model *model, size_t at);

/* "booking@pr-482", or "3 versions (booking@pr-482, pricing@pr-482 and 1 more)". */
void chosen_versions_words(const struct chosen_versions *targets, char *dst, size_t size);
void chosen_versions_names(const struct chosen_versions *targets, size_t at,
	struct str *ret_service, struct str *ret_version);

#endif
