/*
 * Extending, ending and tailing a session. Called by the two views that show sessions; leaves requests in the
 * ui and does nothing itself.
 */
#include "tui/views/sessions/actions.h"

#include <stdio.h>
#include <string.h>

#include "core/base/time.h"

#include "tui/ui/confirm.h"
#include "tui/ui/view.h"

static void ask_end(const struct session *session, struct ui *ui)
{
	struct command_vars vars;
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];

	memset(&vars, 0, sizeof(vars));
	vars.session = str_of(session->key);
	ui_command(command, keymap_binding(AREA_SESSIONS, ACTION_END)->command, &vars);
	confirm_of_session(session, label);
	ui_ask_confirm(ui, QUESTION_END, true, label, command);
}

bool session_act(const struct session *session, struct ui *ui, enum action action)
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
		ask_end(session, ui);
		return true;
	default:
		return false;
	}
}

bool session_answer(const char *key, struct ui *ui, enum question question, const char *text)
{
	struct command_vars vars;

	memset(&vars, 0, sizeof(vars));
	vars.session = str_of(key);
	switch (question) {
	case QUESTION_EXTEND:
		vars.ttl = str_of(text);
		ui_run_binding(ui, keymap_binding(AREA_SESSIONS, ACTION_EXTEND), &vars);
		return true;
	case QUESTION_END:
		ui_run_binding(ui, keymap_binding(AREA_SESSIONS, ACTION_END), &vars);
		return true;
	case QUESTION_CREATE:
		vars.name = str_of(text);
		if (text[0] == '\0') /* the control plane finds one */
			ui_run(ui, "umbra session create");
		else
			ui_run_binding(ui, keymap_binding(AREA_SESSIONS, ACTION_CREATE), &vars);
		return true;
	default:
		return false;
	}
}
