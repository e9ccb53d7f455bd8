/*
 * The versions an action is about, from the key to the answer of its question: what was named in a question is
 * what its answer is carried out on, whatever came meanwhile. Pinning them to a session is done here, for
 * every view that has versions.
 */
#ifndef UMBRA_TUI_VIEWS_TARGETS_H
#define UMBRA_TUI_VIEWS_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/names.h"

#include "tui/model.h"
#include "tui/ui.h"

/* Commands with as many of the longest names stay within COMMAND_MAX. */
enum { TARGETS_MAX = 16 };

struct targets {
	char ids[TARGETS_MAX][VERSION_ID_SIZE];
	size_t count;
	char session[LIMIT_SESSION_KEY + 1]; /* that they are to be pinned to */
};

void targets_clear(struct targets *targets);
/* False when there are as many as can be. */
bool targets_add(struct targets *targets, const struct version *version);
void targets_remove(struct targets *targets, size_t at);
/* targets->count when it is not among them. */
size_t targets_find(const struct targets *targets, const struct version *version);
/* NULL when the environment has it no more. */
const struct version *targets_version(
	const struct targets *targets, const struct model *model, size_t at);

/* "booking@pr-482", or "3 versions (booking@pr-482, pricing@pr-482 and 1 more)". */
void targets_words(const struct targets *targets, char *dst, size_t size);
/* What the placeholders of a command stand for, with the version `at`. */
void targets_vars(const struct targets *targets, size_t at, struct command_vars *ret_vars);

/* Asks which session, or for a yes when yours is known; at most one version of each service. */
void targets_pin(struct targets *targets, const struct model *model, struct ui *ui);
/* Takes the answers to what targets_pin() asked; true when a command was sent, and it is over. */
bool targets_answered(struct targets *targets, const struct model *model, struct ui *ui,
	enum question question, const char *text);

#endif
