/*
 * What keys do to the object that is selected (a version, a pull request, a session, a request), the same in every view
 * that has one selected. Called by the app; leaves requests in the ui.
 */
#ifndef UMBRA_TUI_VIEWS_OBJECT_ACTIONS_H
#define UMBRA_TUI_VIEWS_OBJECT_ACTIONS_H

#include "core/model/pull.h"

#include "tui/data/chosen_versions.h"
#include "tui/data/model.h"
#include "tui/data/selection.h"
#include "tui/ui/ui_state.h"

/* `marks`: versions to act on in place of what is selected; NULL or none: act on that. */
void object_act(const struct selection *what, const struct chosen_versions *marks,
	const struct model *model, struct ui *ui, enum action action);
/* Whether the selection's build (SELECTED_PULL) is one of the pull request. */
bool pull_has_build(const struct pull *pull, const char *build);
/* The answer to what it asked. */
void object_answer(
	const struct model *model, struct ui *ui, enum question question, const char *text);

#endif
