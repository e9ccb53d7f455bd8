/*
 * Extending, ending and tailing a session. Called by the two views that show sessions; leaves requests in the
 * ui and does nothing itself.
 */
#include "tui/views/sessions/actions.h"

#include <stdio.h>
#include <string.h>

#include "core/base/time.h"
#include "core/command/commands.h"

#include "tui/ui/view.h"

bool session_act(
	const struct session *session, const struct model *model, struct ui *ui, enum action action)
{
	char text[LIMIT_SESSION_KEY + 16];
	char ttl[DURATION_TEXT_SIZE] = "8h";

	switch (action) {
	case ACTION_LOGS:
		(void)snprintf(text, sizeof(text), "session:%s", session->key);
		ui_open(ui, &view_requests, text);
		return true;
	case ACTION_MAP:
		ui_open(ui, &view_map_session, session->key);
		return true;
	case ACTION_EXTEND:
		if (session->ttl_ms > 0)
			duration_format(session->ttl_ms, ttl);
		ui_ask_line(ui, QUESTION_EXTEND, "lifetime from now", ttl);
		return true;
	case ACTION_END:
		(void)ui_ask_command(ui, QUESTION_END, model->env,
			args_create(&command_session_end, "KEY", session->key, NULL));
		return true;
	default:
		return false;
	}
}

bool session_answer(const char *key, struct ui *ui, enum question question, const char *text)
{
	switch (question) {
	case QUESTION_EXTEND:
		ui_run(ui, args_create(&command_session_extend, "KEY", key, "--ttl", text, NULL),
			RUN_PLAIN);
		return true;
	case QUESTION_END:
		return true;
	case QUESTION_CREATE: /* without a name the control plane finds one */
		ui_run(ui,
			args_create(&command_session_create, "NAME", text[0] ? text : NULL, NULL),
			RUN_PLAIN);
		return true;
	default:
		return false;
	}
}
