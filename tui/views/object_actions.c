/*
 * From what is selected to what is done with it: versions (version_actions.c), sessions (sessions/actions.c), and the
 * few keys of pull requests and requests. Invariant: what a question names is in ui->asked or ui->asked_session until
 * it is answered; what is selected meanwhile counts for nothing.
 */
#include "tui/views/object_actions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/model/pull.h"

#include "tui/ui/view.h"
#include "tui/views/requests/side_by_side.h"
#include "tui/views/requests/trace.h"
#include "tui/views/sessions/actions.h"
#include "tui/views/version_actions.h"

static void on_versions(const struct selection *what, const struct chosen_versions *marks,
	const struct model *model, struct ui *ui, enum action action)
{
	const struct version *version =
		environment_version(model->env, str_of(what->service), str_of(what->version));

	chosen_versions_clear(&ui->asked);
	if (marks && marks->count > 0) {
		chosen_versions_copy(&ui->asked, marks);
	} else if (version) {
		chosen_versions_add(&ui->asked, version);
	} else if (what->version[0] != '\0') {
		ui_say(ui, ROLE_WARNING, "%s@%s is gone", what->service, what->version);
		return;
	}
	version_act(what, model, ui, action);
}

bool pull_has_build(const struct pull *pull, const char *build)
{
	char id[VERSION_ID_SIZE];

	for (size_t i = 0; i < pull->version_count; i++) {
		const struct version *version = pull->versions[i].version;

		name_join_version(str_of(version->service), str_of(version->name), id);
		if (strcmp(id, build) == 0)
			return true;
	}
	return false;
}

/* The newest version of each service. */
static void pin_pull(const struct selection *what, const struct model *model, struct ui *ui)
{
	struct pull_list list;

	chosen_versions_clear(&ui->asked);
	pulls_collect(model->env, what->number, &list);
	for (size_t i = 0; i < list.count; i++)
		for (size_t j = 0; pull_has_build(&list.items[i], what->build) &&
				   j < list.items[i].version_count;
			j++)
			if (list.items[i].versions[j].newest)
				chosen_versions_add(&ui->asked, list.items[i].versions[j].version);
	pulls_finish(&list);
	if (ui->asked.count > 0)
		version_pin(model, ui);
	else
		ui_say(ui, ROLE_WARNING, "#%" PRId64 " is gone", what->number);
}

static void on_pull(
	const struct selection *what, const struct model *model, struct ui *ui, enum action action)
{
	char scope[32];

	if (action == ACTION_PIN) {
		pin_pull(what, model, ui);
		return;
	}
	(void)snprintf(scope, sizeof(scope), "pr:%" PRId64, what->number);
	ui_open(ui, &view_requests, scope);
}

static void on_session(
	const struct selection *what, const struct model *model, struct ui *ui, enum action action)
{
	const struct session *session = environment_session(model->env, str_of(what->session));

	str_copy(ui->asked_session, sizeof(ui->asked_session), str_of(what->session));
	if (session)
		session_act(session, model, ui, action);
	else
		ui_say(ui, ROLE_WARNING, "session %s is gone", what->session);
}

static void on_request(
	const struct selection *what, const struct model *model, struct ui *ui, enum action action)
{
	if (action == ACTION_SIDE)
		side_by_side_open(model, ui, str_of(what->service), str_of(what->version));
	else
		trace_open(what, ui);
}

void object_act(const struct selection *what, const struct chosen_versions *marks,
	const struct model *model, struct ui *ui, enum action action)
{
	switch (keymap_object(what)) {
	case AREA_VERSION:
		on_versions(what, marks, model, ui, action);
		break;
	case AREA_PULL:
		on_pull(what, model, ui, action);
		break;
	case AREA_SESSION:
		on_session(what, model, ui, action);
		break;
	case AREA_REQUEST:
		on_request(what, model, ui, action);
		break;
	default:
		break;
	}
}

void object_answer(
	const struct model *model, struct ui *ui, enum question question, const char *text)
{
	version_answer(model, ui, question, text);
	session_answer(ui, question, text);
}
