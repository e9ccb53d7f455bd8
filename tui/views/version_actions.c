/*
 * What is done with versions: pinning, lifetimes, retiring, the tail. A question is about ui->asked, and so is its
 * answer. Called by object_actions.c.
 */
#include "tui/views/version_actions.h"

#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/model/decision.h"

#include "tui/ui/view.h"
#include "tui/views/requests/side_by_side.h"
#include "tui/views/sessions/actions.h"

/* ---- pinning ---- */

static void add_pins(
	struct command_args *command, const char *name, const struct chosen_versions *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		char pin[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2];
		struct str service, version;

		chosen_versions_names(targets, i, &service, &version);
		(void)snprintf(pin, sizeof(pin), "%.*s=%.*s", STR_ARG(service), STR_ARG(version));
		args_add(command, name, pin);
	}
}

/* Pinned already, all of them, so that to pin them changes nothing. */
static bool are_so(const struct chosen_versions *targets, const struct session *session)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct str service, version;
		const char *pin;

		chosen_versions_names(targets, i, &service, &version);
		pin = session_pin(session, service);
		if (!pin || !str_eq_c(version, pin))
			return false;
	}
	return true;
}

/* What the pins will do: who serves, and first of all what does not. */
static void foretell(const struct chosen_versions *targets, const struct model *model,
	const struct session *session, const char *what, char label[MESSAGE_MAX])
{
	struct strbuf text;
	size_t unserved = 0;

	strbuf_init(&text, MESSAGE_MAX);
	for (size_t i = 0; i < targets->count; i++) {
		struct str service, version;
		struct decision decision;

		chosen_versions_names(targets, i, &service, &version);
		decide_pin(model->env, session, environment_service(model->env, service), version,
			&decision);
		if (decision.version && str_eq_c(version, decision.version->name))
			continue;
		if (unserved++ == 0 && decision_say_unserved(&text, model->env, &decision))
			strbuf_add_c(&text, ". ");
	}
	if (unserved > 1)
		strbuf_addf(&text, "So %s %zu more. ", unserved == 2 ? "is" : "are", unserved - 1);
	if (unserved < targets->count || unserved == 0)
		strbuf_addf(&text, "Requests that carry session %s of %s will be served by %s%s. ",
			targets->session, session && session->owner ? session->owner : "nobody",
			unserved > 0 ? "the others of " : "", what);
	strbuf_add_c(&text, "Other requests are not affected.");
	str_copy(label, MESSAGE_MAX, strbuf_str(&text));
	strbuf_finish(&text);
}

static void confirm_pin(
	const struct chosen_versions *targets, const struct model *model, struct ui *ui)
{
	const struct session *session = environment_session(model->env, str_of(targets->session));
	struct command_args *command;
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];

	chosen_versions_words(targets, what, sizeof(what));
	if (session && are_so(targets, session)) {
		ui_say(ui, ROLE_WARNING, "pinned in session %s already: %s", targets->session,
			what);
		return;
	}
	command = args_create(&command_session_pin, "KEY", targets->session, NULL);
	add_pins(command, "SERVICE=VERSION", targets);
	foretell(targets, model, session, what, label);
	ui_ask_confirm(ui, QUESTION_PIN, false, label);
	ui_on_yes(ui, command);
}

static bool is_own(const struct ui *ui, const struct session *session)
{
	return session->owner && ui->actor[0] != '\0' && strcmp(session->owner, ui->actor) == 0;
}

static void offer_sessions(const struct model *model, struct ui *ui, bool own)
{
	char note[LIMIT_WORD + 64];

	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];

		if (is_own(ui, session) != own)
			continue;
		(void)snprintf(note, sizeof(note), "%s%s%s, %zu pin%s",
			session->owner ? session->owner : "", session->owner ? ", " : "",
			session_policy_names[session->policy], session->pins.count,
			session->pins.count == 1 ? "" : "s");
		picker_add(&ui->prompt.picker, session->key, note);
	}
}

/* A session pins one version of a service. */
static bool one_of_each(const struct chosen_versions *targets, struct ui *ui)
{
	for (size_t i = 1; i < targets->count; i++) {
		struct str service, other, version;

		chosen_versions_names(targets, i, &service, &version);
		for (size_t j = 0; j < i; j++) {
			chosen_versions_names(targets, j, &other, &version);
			if (!str_eq(service, other))
				continue;
			ui_say(ui, ROLE_WARNING,
				"%s and %s are marked, and a session pins one version of a service",
				targets->ids[j], targets->ids[i]);
			return false;
		}
	}
	return true;
}

void version_pin(const struct model *model, struct ui *ui)
{
	struct chosen_versions *targets = &ui->asked;

	if (!one_of_each(targets, ui))
		return;
	if (ui->session[0] != '\0' && environment_session(model->env, str_of(ui->session))) {
		str_copy(targets->session, sizeof(targets->session), str_of(ui->session));
		confirm_pin(targets, model, ui);
		return;
	}
	ui_ask_pick(ui, QUESTION_PIN_SESSION,
		targets->count == 1 ? "pin it to which session?" : "pin them to which session?");
	offer_sessions(model, ui, true);
	picker_add(&ui->prompt.picker, "+ a new session", "it will be yours");
	offer_sessions(model, ui, false);
	picker_ready(&ui->prompt.picker, 10);
}

static void answer_pin_session(const struct model *model, struct ui *ui, const char *text)
{
	if (text[0] == '+') {
		ui_ask_line(ui, QUESTION_CREATE_AND_PIN, "name of the new session", "");
		return;
	}
	str_copy(ui->asked.session, sizeof(ui->asked.session), str_of(text));
	confirm_pin(&ui->asked, model, ui);
}

/* ---- lifetimes ---- */

/* One that is stable where only others will do; NULL: none is. */
static const char *stable_asked(const struct chosen_versions *asked, const struct model *model)
{
	for (size_t i = 0; i < asked->count; i++) {
		const struct version *version = chosen_versions_version(asked, model, i);

		if (version && version->kind == KIND_STABLE)
			return asked->ids[i];
	}
	return NULL;
}

static void act_extend(const struct model *model, struct ui *ui)
{
	char ttl[DURATION_TEXT_SIZE] = "72h";
	char label[VERSION_ID_SIZE + 64];
	const struct version *version;
	const char *stable;

	stable = stable_asked(&ui->asked, model);
	version = chosen_versions_version(&ui->asked, model, 0);
	if (stable) {
		ui_say(ui, ROLE_WARNING,
			"{version.extend} extends what expires; %s is stable and does not", stable);
		return;
	}
	if (version && version->ttl_ms > 0)
		duration_format(version->ttl_ms, ttl);
	if (ui->asked.count > 1)
		(void)snprintf(
			label, sizeof(label), "lifetime of %zu versions from now", ui->asked.count);
	else
		(void)snprintf(label, sizeof(label), "lifetime of %s from now", ui->asked.ids[0]);
	ui_ask_line(ui, QUESTION_EXTEND_VERSION, label, ttl);
}

static size_t pins_asked(const struct chosen_versions *asked, const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < asked->count; i++) {
		struct str service, version;

		chosen_versions_names(asked, i, &service, &version);
		count += model_pin_count(model, service, version);
	}
	return count;
}

static void act_retire(const struct model *model, struct ui *ui)
{
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];
	const char *stable;
	size_t pins;

	stable = stable_asked(&ui->asked, model);
	if (stable) {
		ui_say(ui, ROLE_WARNING,
			"{version.retire} retires what is beside stable; %s is stable and stays",
			stable);
		return;
	}
	chosen_versions_words(&ui->asked, what, sizeof(what));
	pins = pins_asked(&ui->asked, model);
	if (pins == 0)
		(void)snprintf(label, sizeof(label), "Retire %s? No session pins %s.", what,
			ui->asked.count == 1 ? "it" : "them");
	else
		(void)snprintf(label, sizeof(label),
			"Retire %s? %zu pin%s of sessions name%s it: lenient ones fall back to "
			"stable, strict ones get 503.",
			what, pins, pins == 1 ? "" : "s", pins == 1 ? "s" : "");
	ui_ask_confirm(ui, QUESTION_RETIRE, true, label);
	for (size_t i = 0; i < ui->asked.count; i++)
		ui_on_yes(ui, args_create(&command_version_retire, "SERVICE@VERSION",
				      ui->asked.ids[i], NULL));
}

static void extend_each(struct ui *ui, const char *ttl)
{
	for (size_t i = 0; i < ui->asked.count; i++)
		ui_run(ui,
			args_create(&command_version_extend, "SERVICE@VERSION", ui->asked.ids[i],
				"--ttl", ttl, NULL),
			ui->asked.count > 1 ? RUN_BATCH : RUN_PLAIN);
}

/* ---- logs ---- */

/* Words that were not said yet, with commas between. */
static void add_once(struct strbuf *out, struct str word)
{
	struct str rest = strbuf_str(out);

	while (rest.n > 0)
		if (str_eq(str_cut(&rest, ','), word))
			return;
	if (out->len > 0)
		strbuf_add_char(out, ',');
	strbuf_add_str(out, word);
}

/* All of them in one tail, merged by time. */
static void act_logs(const struct selection *what, struct ui *ui)
{
	struct strbuf services, versions, scope;

	strbuf_init(&services, LIMIT_FILTER);
	strbuf_init(&versions, LIMIT_FILTER);
	strbuf_init(&scope, LIMIT_FILTER);
	for (size_t i = 0; i < ui->asked.count; i++) {
		struct str service, version;

		chosen_versions_names(&ui->asked, i, &service, &version);
		add_once(&services, service);
		add_once(&versions, version);
	}
	if (ui->asked.count > 0)
		strbuf_addf(&scope, "service:%s version:%s", services.data, versions.data);
	else
		strbuf_addf(&scope, "service:%s", what->service);
	if (strbuf_ok(&services) && strbuf_ok(&versions) && strbuf_ok(&scope))
		ui_open(ui, &view_requests, scope.data);
	else
		ui_say(ui, ROLE_WARNING,
			"the names of all that are marked are too long for a filter");
	strbuf_finish(&services);
	strbuf_finish(&versions);
	strbuf_finish(&scope);
}

/* ---- all of them ---- */

/* What an action does to a version, said where a service is selected; NULL: it takes a service, too. */
static const char *const wants_version[ACTION_COUNT] = {
	[ACTION_PIN] = "{version.pin} pins",
	[ACTION_EXTEND] = "{version.extend} extends",
	[ACTION_RETIRE] = "{version.retire} retires",
};

void version_act(
	const struct selection *what, const struct model *model, struct ui *ui, enum action action)
{
	if (ui->asked.count == 0 && wants_version[action]) {
		ui_say(ui, ROLE_WARNING, "%s a version: select one of %s", wants_version[action],
			what->service);
		return;
	}
	switch (action) {
	case ACTION_PIN:
		version_pin(model, ui);
		break;
	case ACTION_EXTEND:
		act_extend(model, ui);
		break;
	case ACTION_RETIRE:
		act_retire(model, ui);
		break;
	case ACTION_LOGS:
		act_logs(what, ui);
		break;
	case ACTION_SIDE:
		side_by_side_open(model, ui, str_of(what->service), str_of(what->version));
		break;
	default:
		break;
	}
}

void version_answer(
	const struct model *model, struct ui *ui, enum question question, const char *text)
{
	switch (question) {
	case QUESTION_PIN_SESSION:
		answer_pin_session(model, ui, text);
		break;
	case QUESTION_CREATE_AND_PIN:
		session_run_typed(ui, "create", "", text, &ui->asked, 0);
		break;
	case QUESTION_EXTEND_VERSION:
		extend_each(ui, text);
		break;
	case QUESTION_SIDE:
		side_by_side_answer(model, ui, text);
		break;
	default: /* a yes has run its commands */
		break;
	}
}

bool version_is_done(enum question question)
{
	return question == QUESTION_PIN || question == QUESTION_CREATE_AND_PIN ||
	       question == QUESTION_EXTEND_VERSION || question == QUESTION_RETIRE;
}
