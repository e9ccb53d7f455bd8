/* What one can do to a session, in the list of sessions and on its own screen alike. */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H
#define UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H

#include <stdbool.h>

#include "core/model/session.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

/* Logs, extend, end: asks what there is to ask. False when the action is none of them. */
bool session_act(const struct session *session, const struct model *model, struct ui *ui,
	enum action action);
/* Runs the command the answer stands for, unless a yes has. False when the question was not one of these. */
bool session_answer(const char *key, struct ui *ui, enum question question, const char *text);

#endif
