/*
 * Lists of versions to act on, and pinning them. Called by the views' actions and answers; acts by command
 * lines only. Invariant: an id stands at most once.
 */
#include "tui/views/version_set.h"

#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/model/decision.h"

#include "tui/widgets/format.h"

void version_set_clear(struct version_set *targets)
{
	memset(targets, 0, sizeof(*targets));
}

size_t version_set_find(const struct version_set *targets, const struct version *version)
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

bool version_set_add(struct version_set *targets, const struct version *version)
{
	if (version_set_find(targets, version) < targets->count)
		return true;
	if (targets->count == VERSION_SET_MAX)
		return false;
	name_join_version(
		str_of(version->service), str_of(version->name), targets->ids[targets->count++]);
	return true;
}

void version_set_remove(struct version_set *targets, size_t at)
{
	memmove(targets->ids[at], targets->ids[at + 1],
		(--targets->count - at) * sizeof(targets->ids[0]));
}

const struct version *version_set_version(
	const struct version_set *targets, const struct model *model, size_t at)
{
	struct str service, name;

	return name_split_version(str_of(targets->ids[at]), &service, &name)
		       ? environment_version(model->env, service, name)
		       : NULL;
}

void version_set_words(const struct version_set *targets, char *dst, size_t size)
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

void version_set_vars(const struct version_set *targets, size_t at, struct command_vars *ret_vars)
{
	memset(ret_vars, 0, sizeof(*ret_vars));
	ret_vars->id = str_of(targets->ids[at]);
	(void)name_split_version(ret_vars->id, &ret_vars->service, &ret_vars->version);
	ret_vars->session = str_of(targets->session);
}

/* ---- pinning ---- */

/* "a=v b=w", each with `before` in front. Names need no quotes. */
static void add_pins(struct strbuf *out, const struct version_set *targets, const char *before)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct command_vars vars;

		version_set_vars(targets, i, &vars);
		strbuf_addf(out, "%s%s%.*s=%.*s", i > 0 ? " " : "", before, STR_ARG(vars.service),
			STR_ARG(vars.version));
	}
}

static void pin_command(const struct version_set *targets, char dst[COMMAND_MAX],
	const char *command, const char *name)
{
	struct command_vars vars;
	struct strbuf pins;

	version_set_vars(targets, 0, &vars);
	strbuf_init(&pins, COMMAND_MAX);
	add_pins(&pins, targets, name ? "--pin " : "");
	vars.pins = strbuf_str(&pins);
	vars.name = str_of(name);
	ui_command(dst, command, &vars);
	strbuf_finish(&pins);
}

/* Pinned already, all of them, so that to pin them changes nothing. */
static bool are_so(const struct version_set *targets, const struct session *session)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct command_vars vars;
		const char *pin;

		version_set_vars(targets, i, &vars);
		pin = session_pin(session, vars.service);
		if (!pin || !str_eq_c(vars.version, pin))
			return false;
	}
	return true;
}

/* What the pins will do: who serves, and first of all what does not. */
static void foretell(const struct version_set *targets, const struct model *model,
	const struct session *session, const char *what, char label[MESSAGE_MAX])
{
	struct strbuf text;
	size_t unserved = 0;

	strbuf_init(&text, MESSAGE_MAX);
	for (size_t i = 0; i < targets->count; i++) {
		struct command_vars vars;
		struct decision decision;

		version_set_vars(targets, i, &vars);
		decide_pin(model->env, session, environment_service(model->env, vars.service),
			vars.version, &decision);
		if (decision.version && str_eq_c(vars.version, decision.version->name))
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
	strbuf_add_c(&text, "Nobody else's change their way.");
	str_copy(label, MESSAGE_MAX, strbuf_str(&text));
	strbuf_finish(&text);
}

static void confirm(const struct version_set *targets, const struct model *model, struct ui *ui)
{
	const struct session *session = environment_session(model->env, str_of(targets->session));
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];

	version_set_words(targets, what, sizeof(what));
	if (session && are_so(targets, session)) {
		ui_say(ui, ROLE_WARNING, "pinned in session %s already: %s", targets->session,
			what);
		return;
	}
	pin_command(targets, command, "umbra session pin {session} {pins}", NULL);
	foretell(targets, model, session, what, label);
	ui_ask_confirm(ui, QUESTION_PIN, false, label, command);
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
static bool one_of_each(const struct version_set *targets, struct ui *ui)
{
	for (size_t i = 1; i < targets->count; i++) {
		struct command_vars vars, other;

		version_set_vars(targets, i, &vars);
		for (size_t j = 0; j < i; j++) {
			version_set_vars(targets, j, &other);
			if (!str_eq(vars.service, other.service))
				continue;
			ui_say(ui, ROLE_WARNING,
				"%s and %s are marked, and a session pins one version of a service",
				targets->ids[j], targets->ids[i]);
			return false;
		}
	}
	return true;
}

void version_set_pin(struct version_set *targets, const struct model *model, struct ui *ui)
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

static void create(const struct version_set *targets, struct ui *ui, const char *name)
{
	char line[COMMAND_MAX];

	pin_command(targets, line,
		name[0] ? "umbra session create {name} {pins}" : "umbra session create {pins}",
		name);
	ui_run(ui, line);
}

static void pin(const struct version_set *targets, struct ui *ui)
{
	char line[COMMAND_MAX];

	pin_command(targets, line, "umbra session pin {session} {pins}", NULL);
	ui_run(ui, line);
}

bool version_set_answered(struct version_set *targets, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	switch (question) {
	case QUESTION_PIN:
		pin(targets, ui);
		return true;
	case QUESTION_CREATE:
		create(targets, ui, text);
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
