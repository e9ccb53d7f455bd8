/* What one can do to a session, wherever one is selected. Called through tui/views/thing_actions.c. */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H
#define UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H

#include "core/model/session.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

/* Of the keys of AREA_SESSION; ui->asked_session is its key. Asks what there is to ask. */
void session_act(const struct session *session, const struct model *model, struct ui *ui,
	enum action action);
/* Runs the command the answer stands for, on ui->asked_session, unless a yes has. */
void session_answer(struct ui *ui, enum question question, const char *text);

#endif
