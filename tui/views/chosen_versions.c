/*
 * Lists of versions to act on, and pinning them. Called by the views' actions and answers; acts by commands
 * only. Invariant: an id stands at most once.
 */
#include "tui/views/chosen_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/base/word_list.h"
#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/model/decision.h"

void chosen_versions_finish(struct chosen_versions *targets)
{
	free(targets->ids);
	memset(targets, 0, sizeof(*targets));
}

void chosen_versions_clear(struct chosen_versions *targets)
{
	targets->count = 0;
	targets->session[0] = '\0';
}

void chosen_versions_copy(struct chosen_versions *targets, const struct chosen_versions *other)
{
	chosen_versions_clear(targets);
	array_reserve(&targets->ids, &targets->cap, other->count + 1, sizeof(*targets->ids));
	if (other->count > 0)
		memcpy(targets->ids, other->ids, other->count * sizeof(*targets->ids));
	targets->count = other->count;
}

size_t chosen_versions_find(const struct chosen_versions *targets, const struct version *version)
{
	char id[VERSION_ID_SIZE];
	size_t at = 0;

	if (targets->count == 0)
		return 0;
	name_join_version(str_of(version->service), str_of(version->name), id);
	while (at < targets->count && strcmp(targets->ids[at], id) != 0)
		at++;
	return at;
}

void chosen_versions_add(struct chosen_versions *targets, const struct version *version)
{
	if (chosen_versions_find(targets, version) < targets->count)
		return;
	array_reserve(&targets->ids, &targets->cap, targets->count + 1, sizeof(*targets->ids));
	name_join_version(
		str_of(version->service), str_of(version->name), targets->ids[targets->count++]);
}

void chosen_versions_remove(struct chosen_versions *targets, size_t at)
{
	memmove(targets->ids[at], targets->ids[at + 1],
		(--targets->count - at) * sizeof(targets->ids[0]));
}

const struct version *chosen_versions_version(
	const struct chosen_versions *targets, const struct model *model, size_t at)
{
	struct str service, name;

	return name_split_version(str_of(targets->ids[at]), &service, &name)
		       ? environment_version(model->env, service, name)
		       : NULL;
}

void chosen_versions_words(const struct chosen_versions *targets, char *dst, size_t size)
{
	struct word_list words = {.max = 3};
	int used;

	if (targets->count == 1) {
		str_copy(dst, size, str_of(targets->ids[0]));
		return;
	}
	used = snprintf(dst, size, "%zu versions (", targets->count);
	words.dst = dst + used;
	words.size = size - (size_t)used - 1;
	for (size_t i = 0; i < targets->count; i++)
		words_add(&words, targets->ids[i]);
	words_end(&words, targets->count);
	used = (int)strlen(dst);
	(void)snprintf(dst + used, size - (size_t)used, ")");
}

void chosen_versions_names(const struct chosen_versions *targets, size_t at,
	struct str *ret_service, struct str *ret_version)
{
	(void)name_split_version(str_of(targets->ids[at]), ret_service, ret_version);
}

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

static void confirm(const struct chosen_versions *targets, const struct model *model, struct ui *ui)
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

void chosen_versions_pin(struct chosen_versions *targets, const struct model *model, struct ui *ui)
{
	if (!one_of_each(targets, ui))
		return;
	if (ui->session[0] != '\0' && environment_session(model->env, str_of(ui->session))) {
		str_copy(targets->session, sizeof(targets->session), str_of(ui->session));
		confirm(targets, model, ui);
		return;
	}
	ui_ask_pick(ui, QUESTION_PIN_SESSION,
		targets->count == 1 ? "pin it to which session?" : "pin them to which session?");
	offer_sessions(model, ui, true);
	picker_add(&ui->prompt.picker, "+ a new session", "it will be yours");
	offer_sessions(model, ui, false);
	picker_ready(&ui->prompt.picker, 10);
}

bool chosen_versions_answered(struct chosen_versions *targets, const struct model *model,
	struct ui *ui, enum question question, const char *text)
{
	struct command_args *command;

	switch (question) {
	case QUESTION_PIN: /* it is on its way */
		return true;
	case QUESTION_CREATE:
		command = args_create(&command_session_create, "NAME", text[0] ? text : NULL, NULL);
		add_pins(command, "--pin", targets);
		ui_run(ui, command, RUN_PLAIN);
		return true;
	case QUESTION_PIN_SESSION:
		if (text[0] == '+') {
			ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
			return false;
		}
		str_copy(targets->session, sizeof(targets->session), str_of(text));
		confirm(targets, model, ui);
		return false;
	default:
		return false;
	}
}
