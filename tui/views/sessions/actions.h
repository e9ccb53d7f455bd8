/* What one can do to a session, wherever one is selected. Called through tui/views/object_actions.c. */
#ifndef UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H
#define UMBRA_TUI_VIEWS_SESSIONS_ACTIONS_H

#include "core/model/session.h"

#include "tui/data/chosen_versions.h"
#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

/* Of the keys of AREA_SESSION; ui->asked_session is its key. Asks what there is to ask. */
void session_act(const struct session *session, const struct model *model, struct ui *ui,
	enum action action);
/*
 * Runs `umbra session VERB WHAT TEXT`, TEXT as it was typed: "checkout --strict --ttl 2h". `pins` (may be NULL) are pinned,
 * too, and `pull` above 0 is taken whole. With a mistake in it the question is put again.
 */
void session_run_typed(struct ui *ui, const char *verb, const char *what, const char *text,
	const struct chosen_versions *pins, int64_t pull);
/* Runs the command the answer stands for, on ui->asked_session, unless a yes has. */
void session_answer(struct ui *ui, enum question question, const char *text);

#endif
