/*
 * Extending, ending, tailing a session, and making it one's own. Called through tui/views/object_actions.c; leaves requests in the
 * ui and does nothing itself.
 */
#include "tui/views/sessions/actions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/time.h"
#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/model/pull.h"

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

/* As it is, so that one changes what one means to. */
static void ask_settings(const struct session *session, struct ui *ui)
{
	char label[LIMIT_SESSION_KEY + 16];
	char ttl[DURATION_TEXT_SIZE] = "8h";
	char text[128];

	if (session->ttl_ms > 0)
		duration_format(session->ttl_ms, ttl);
	(void)snprintf(label, sizeof(label), "change %s", session->key);
	(void)snprintf(text, sizeof(text), "--policy %s --ttl %s",
		session_policy_names[session->policy], ttl);
	ui_ask_again(ui, QUESTION_SET, label, text);
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
	case ACTION_SET:
		ask_settings(session, ui);
		break;
	default:
		break;
	}
}

/* A name may have blanks: all before the first option is one word, unless somebody has quoted it. */
static void add_typed(struct strbuf *line, const char *text)
{
	struct str all = str_trim(str_of(text));
	struct str name = all;

	for (size_t i = 0; i < all.n && name.n == all.n; i++)
		if (all.p[i] == '-' && (i == 0 || all.p[i - 1] == ' '))
			name.n = i;
	all = (struct str){all.p + name.n, all.n - name.n};
	name = str_trim(name);
	if (name.n > 0 && name.p[0] != '\'' && name.p[0] != '"')
		shell_quote(line, name);
	else
		strbuf_add_str(line, name);
	strbuf_add_char(line, ' ');
	strbuf_add_str(line, all);
}

void session_run_typed(struct ui *ui, const char *verb, const char *what, const char *text,
	const struct chosen_versions *pins, int64_t pull)
{
	struct command_args *command = xcalloc(1, sizeof(*command));
	char number[PULL_NUMBER_SIZE];
	struct strbuf line;
	struct errbuf eb;
	enum err err;

	errbuf_clear(&eb);
	strbuf_init(&line, LIMIT_FILTER + 128);
	strbuf_addf(&line, "session %s %s ", verb, what);
	add_typed(&line, text);
	err = command_parse_line(line.data, command, &eb);
	strbuf_finish(&line);
	if (err == ERR_NONE && args_has(command, "--help"))
		err = err_set(&eb, ERR_USAGE, "%s", command->command->summary);
	if (err != ERR_NONE) {
		ui_ask_mistaken(ui, &eb, text);
		args_destroy(command);
		return;
	}
	for (size_t i = 0; pins && i < pins->count; i++) {
		char pin[VERSION_ID_SIZE];

		str_copy(pin, sizeof(pin), str_of(pins->ids[i]));
		*strchr(pin, '@') = '=';
		args_add(command, "--pin", pin);
	}
	(void)snprintf(number, sizeof(number), "%" PRId64, pull);
	if (pull > 0)
		args_add(command, "--pr", number);
	ui_run(ui, command, RUN_PLAIN);
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
		session_run_typed(ui, "create", "", text, NULL, 0);
		break;
	case QUESTION_SET:
		session_run_typed(ui, "set", ui->asked_session, text, NULL, 0);
		break;
	default:
		break;
	}
}
