/*
 * What is lost when a command has run, in true sentences for the question that is asked before: of the keys
 * of the views and of the `:` line alike. Pure, from the model.
 */
#ifndef UMBRA_TUI_UI_CONFIRM_H
#define UMBRA_TUI_UI_CONFIRM_H

#include <stdbool.h>

#include "core/command/command.h"
#include "core/model/session.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

void confirm_of_session(const struct session *session, char dst[MESSAGE_MAX]);
void confirm_of_version(
	const struct model *model, struct str service, struct str version, char dst[MESSAGE_MAX]);

/*
 * The question for a command that wants one; false for the others. `ret_loses`: something is gone after it, so
 * that only y is a yes.
 */
bool confirm_ask(const struct model *model, const struct command_args *args, char dst[MESSAGE_MAX],
	bool *ret_loses);

#endif
