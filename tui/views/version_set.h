/*
 * The versions an action is about, from the key to the answer of its question: what was named in a question is
 * what its answer is carried out on, whatever came meanwhile. Pinning them to a session is done here, for
 * every view that has versions.
 */
#ifndef UMBRA_TUI_VIEWS_VERSION_SET_H
#define UMBRA_TUI_VIEWS_VERSION_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/name_rules.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

/* Begins zeroed. */
struct version_set {
	char (*ids)[VERSION_ID_SIZE];
	size_t count, cap;
	char session[LIMIT_SESSION_KEY + 1]; /* that they are to be pinned to */
};

void version_set_finish(struct version_set *targets);
void version_set_clear(struct version_set *targets);
void version_set_add(struct version_set *targets, const struct version *version);
/* Those of `other`, in place of what there is. */
void version_set_copy(struct version_set *targets, const struct version_set *other);
void version_set_remove(struct version_set *targets, size_t at);
/* targets->count when it is not among them. */
size_t version_set_find(const struct version_set *targets, const struct version *version);
/* NULL when the environment has it no more. */
const struct version *version_set_version(
	const struct version_set *targets, const struct model *model, size_t at);

/* "booking@pr-482", or "3 versions (booking@pr-482, pricing@pr-482 and 1 more)". */
void version_set_words(const struct version_set *targets, char *dst, size_t size);
void version_set_names(const struct version_set *targets, size_t at, struct str *ret_service,
	struct str *ret_version);

/* Asks which session, or for a yes when yours is known; at most one version of each service. */
void version_set_pin(struct version_set *targets, const struct model *model, struct ui *ui);
/* Takes the answers to what version_set_pin() asked; true when a command is on its way, and it is over. */
bool version_set_answered(struct version_set *targets, const struct model *model, struct ui *ui,
	enum question question, const char *text);

#endif
