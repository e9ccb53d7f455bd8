/*
 * Extending, ending, tailing a session, and making it one's own. Called through tui/views/thing_actions.c; leaves requests in the
 * ui and does nothing itself.
 */
#include "tui/views/sessions/actions.h"

#include <stdio.h>
#include <string.h>

#include "core/base/time.h"
#include "core/command/commands.h"

#include "tui/ui/view.h"

static void use(const struct session *session, struct ui *ui)
{
	if (strcmp(ui->session, session->key) == 0) {
		ui->session[0] = '\0';
		ui_say(ui, ROLE_DONE, "%s is no longer your session; it goes on", session->key);
		return;
	}
	str_copy(ui->session, sizeof(ui->session), str_of(session->key));
	ui_say(ui, ROLE_DONE,
		"%s of %s is your session until you leave: {version.pin} on a version pins to it",
		session->key, session->owner ? session->owner : "nobody");
}

static void ask_lifetime(const struct session *session, struct ui *ui)
{
	char label[LIMIT_SESSION_KEY + 32];
	char ttl[DURATION_TEXT_SIZE] = "8h";

	if (session->ttl_ms > 0)
		duration_format(session->ttl_ms, ttl);
	(void)snprintf(label, sizeof(label), "lifetime of %s from now", session->key);
	ui_ask_line(ui, QUESTION_EXTEND, label, ttl);
}

void session_act(
	const struct session *session, const struct model *model, struct ui *ui, enum action action)
{
	char text[LIMIT_SESSION_KEY + 16];

	switch (action) {
	case ACTION_LOGS:
		(void)snprintf(text, sizeof(text), "session:%s", session->key);
		ui_open(ui, &view_requests, text);
		break;
	case ACTION_MAP:
		ui_open(ui, &view_map_session, session->key);
		break;
	case ACTION_EXTEND:
		ask_lifetime(session, ui);
		break;
	case ACTION_END:
		(void)ui_ask_command(ui, QUESTION_END, model->env,
			args_create(&command_session_end, "KEY", session->key, NULL));
		break;
	case ACTION_USE:
		use(session, ui);
		break;
	default:
		break;
	}
}

void session_answer(struct ui *ui, enum question question, const char *text)
{
	switch (question) {
	case QUESTION_EXTEND:
		ui_run(ui,
			args_create(&command_session_extend, "KEY", ui->asked_session, "--ttl",
				text, NULL),
			RUN_PLAIN);
		break;
	case QUESTION_CREATE: /* without a name the control plane finds one */
		ui_run(ui,
			args_create(&command_session_create, "NAME", text[0] ? text : NULL, NULL),
			RUN_PLAIN);
		break;
	default:
		break;
	}
}
