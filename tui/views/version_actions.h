/*
 * What is done with versions by the keys of AREA_VERSION: pin, tail, compare with stable, extend, retire. Called through
 * object_actions.c, in whatever view a version is selected. By commands only.
 */
#ifndef UMBRA_TUI_VIEWS_VERSION_ACTIONS_H
#define UMBRA_TUI_VIEWS_VERSION_ACTIONS_H

#include <stdbool.h>

#include "tui/data/model.h"
#include "tui/data/selection.h"
#include "tui/ui/ui_state.h"

/* On the versions in ui->asked; where it is empty a service is selected, and what wants a version says so. */
void version_act(
	const struct selection *what, const struct model *model, struct ui *ui, enum action action);
/* Pins those in ui->asked: asks which session, or for a yes when yours is known; at most one version of each service. */
void version_pin(const struct model *model, struct ui *ui);
void version_answer(
	const struct model *model, struct ui *ui, enum question question, const char *text);
/* Whether the answer ends what was begun with the versions: they need not be marked any longer. */
bool version_is_done(enum question question);

#endif
