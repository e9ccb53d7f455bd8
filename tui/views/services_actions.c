/*
 * What the Services view does with versions: pin, extend, retire, tail; with all that are marked, or with the
 * selected one. By command lines only. Called by services.c.
 *
 * Invariant: what a question named is what its answer is carried out on (`asked`), whatever came meanwhile.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/base/time.h"

#include "tui/views/cells.h"
#include "tui/views/services_internal.h"

/* ---- marks ---- */

static size_t mark_of(const struct services *state, const char *id)
{
	size_t at = 0;

	while (at < state->mark_count && strcmp(state->marks[at], id) != 0)
		at++;
	return at;
}

static void id_of(const struct version *version, char dst[VERSION_ID_SIZE])
{
	name_join_version(str_of(version->service), str_of(version->name), dst);
}

bool services_is_marked(const struct services *state, const struct version *version)
{
	char id[VERSION_ID_SIZE];

	if (state->mark_count == 0)
		return false;
	id_of(version, id);
	return mark_of(state, id) < state->mark_count;
}

static void unmark(struct services *state, size_t at)
{
	memmove(state->marks[at], state->marks[at + 1],
		(--state->mark_count - at) * sizeof(state->marks[0]));
}

static const struct version *version_called(const struct model *model, const char *id)
{
	struct str service, name;

	return name_split_version(str_of(id), &service, &name)
		       ? environment_version(model->env, service, name)
		       : NULL;
}

void services_forget_marks(struct services *state, const struct model *model)
{
	for (size_t i = state->mark_count; i-- > 0;)
		if (!version_called(model, state->marks[i]))
			unmark(state, i);
}

static void act_mark(struct services *state, const struct model *model, struct ui *ui)
{
	const struct version *version = services_selected_version(state, model);
	char id[VERSION_ID_SIZE];
	size_t at;

	if (!version) {
		ui_say(ui, ROLE_WARNING, "Space marks a version: select one of %s", state->service);
		return;
	}
	id_of(version, id);
	at = mark_of(state, id);
	if (at < state->mark_count)
		unmark(state, at);
	else if (state->mark_count == MARKS_MAX)
		ui_say(ui, ROLE_WARNING, "%d are marked: no more than these at once", MARKS_MAX);
	else
		(void)snprintf(state->marks[state->mark_count++], VERSION_ID_SIZE, "%s", id);
	(void)list_move(&state->list, ACTION_DOWN);
}

/* ---- what an action is about ---- */

/* The marked versions, else the selected one; false, with a word of advice, when there is none. */
static bool ask_about(
	struct services *state, const struct model *model, struct ui *ui, const char *does)
{
	const struct version *version = services_selected_version(state, model);

	state->asked_count = state->mark_count;
	memcpy(state->asked, state->marks, sizeof(state->asked));
	if (state->mark_count > 0)
		return true;
	if (!version) {
		ui_say(ui, ROLE_WARNING, "%s a version: select one of %s", does, state->service);
		return false;
	}
	id_of(version, state->asked[0]);
	state->asked_count = 1;
	return true;
}

/* "booking@pr-482", or "3 versions (booking@pr-482, pricing@pr-482 and 1 more)". */
static void asked_words(const struct services *state, char *dst, size_t size)
{
	struct word_list words = {.max = 3};
	int used;

	if (state->asked_count == 1) {
		str_copy(dst, size, str_of(state->asked[0]));
		return;
	}
	used = snprintf(dst, size, "%zu versions (", state->asked_count);
	words.dst = dst + used;
	words.size = size - (size_t)used - 1;
	for (size_t i = 0; i < state->asked_count; i++)
		words_add(&words, state->asked[i]);
	words_end(&words, state->asked_count);
	used = (int)strlen(dst);
	(void)snprintf(dst + used, size - (size_t)used, ")");
}

/* One that is stable where only others will do; NULL: none is. */
static const char *stable_asked(const struct services *state, const struct model *model)
{
	for (size_t i = 0; i < state->asked_count; i++) {
		const struct version *version = version_called(model, state->asked[i]);

		if (version && version->kind == KIND_STABLE)
			return state->asked[i];
	}
	return NULL;
}

static void vars_of(const struct services *state, size_t at, struct command_vars *ret_vars)
{
	memset(ret_vars, 0, sizeof(*ret_vars));
	ret_vars->id = str_of(state->asked[at]);
	(void)name_split_version(ret_vars->id, &ret_vars->service, &ret_vars->version);
	ret_vars->session = str_of(state->asked_session);
}

/* "a=v b=w", each with `before` in front. Names need no quotes. */
static void add_pins(struct strbuf *out, const struct services *state, const char *before)
{
	for (size_t i = 0; i < state->asked_count; i++) {
		struct command_vars vars;

		vars_of(state, i, &vars);
		strbuf_addf(out, "%s%s%.*s=%.*s", i > 0 ? " " : "", before, STR_ARG(vars.service),
			STR_ARG(vars.version));
	}
}

/* ---- pinning ---- */

static void pin_command(
	const struct services *state, char dst[COMMAND_MAX], const char *command, const char *name)
{
	struct command_vars vars;
	struct strbuf pins;

	vars_of(state, 0, &vars);
	strbuf_init(&pins, COMMAND_MAX);
	add_pins(&pins, state, name ? "--pin " : "");
	vars.pins = strbuf_str(&pins);
	vars.name = str_of(name);
	ui_command(dst, command, &vars);
	strbuf_finish(&pins);
}

static void confirm_pin(
	struct services *state, const struct model *model, struct ui *ui, const char *key)
{
	const struct session *session = environment_session(model->env, str_of(key));
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];

	str_copy(state->asked_session, sizeof(state->asked_session), str_of(key));
	pin_command(state, command, "umbra session pin {session} {pins}", NULL);
	asked_words(state, what, sizeof(what));
	(void)snprintf(label, sizeof(label),
		"Requests that carry session %s of %s will be served by %s. Nobody else's change "
		"their way.",
		key, session && session->owner ? session->owner : "nobody", what);
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
static bool one_of_each(const struct services *state, struct ui *ui)
{
	for (size_t i = 1; i < state->asked_count; i++) {
		struct command_vars vars, other;

		vars_of(state, i, &vars);
		for (size_t j = 0; j < i; j++) {
			vars_of(state, j, &other);
			if (!str_eq(vars.service, other.service))
				continue;
			ui_say(ui, ROLE_WARNING,
				"%s and %s are marked, and a session pins one version of a service",
				state->asked[j], state->asked[i]);
			return false;
		}
	}
	return true;
}

static void act_pin(struct services *state, const struct model *model, struct ui *ui)
{
	if (!ask_about(state, model, ui, "p pins") || !one_of_each(state, ui))
		return;
	if (ui->session[0] != '\0' && environment_session(model->env, str_of(ui->session))) {
		confirm_pin(state, model, ui, ui->session);
		return;
	}
	ui_ask_pick(ui, QUESTION_PIN_SESSION,
		state->asked_count == 1 ? "pin it to which session?"
					: "pin them to which session?");
	offer_sessions(model, ui, true);
	picker_add(&ui->prompt.picker, "+ a new session", "it will be yours");
	offer_sessions(model, ui, false);
	picker_ready(&ui->prompt.picker, 10);
}

/* ---- lifetimes ---- */

static void act_extend(struct services *state, const struct model *model, struct ui *ui)
{
	char ttl[DURATION_TEXT_SIZE] = "72h";
	char label[MESSAGE_MAX];
	const struct version *version;
	const char *stable;

	if (!ask_about(state, model, ui, "e extends"))
		return;
	stable = stable_asked(state, model);
	version = version_called(model, state->asked[0]);
	if (stable) {
		ui_say(ui, ROLE_WARNING, "e extends what expires; %s is stable and does not",
			stable);
		return;
	}
	if (version && version->ttl_ms > 0)
		duration_format(version->ttl_ms, ttl);
	(void)snprintf(label, sizeof(label), "lifetime from now");
	if (state->asked_count > 1)
		(void)snprintf(label, sizeof(label), "lifetime of %zu versions from now",
			state->asked_count);
	ui_ask_line(ui, QUESTION_EXTEND, label, ttl);
}

static size_t pins_asked(const struct services *state, const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < state->asked_count; i++) {
		struct command_vars vars;

		vars_of(state, i, &vars);
		count += model_pin_count(model, vars.service, vars.version);
	}
	return count;
}

/* The same command for each, as a shell would be told. */
static void all_commands(
	const struct services *state, char dst[COMMAND_MAX], const char *command, const char *ttl)
{
	char one[COMMAND_MAX];
	struct strbuf line;

	strbuf_init(&line, COMMAND_MAX - 1);
	for (size_t i = 0; i < state->asked_count; i++) {
		struct command_vars vars;

		vars_of(state, i, &vars);
		vars.ttl = str_of(ttl);
		ui_command(one, command, &vars);
		strbuf_addf(&line, "%s%s", i > 0 ? " && " : "", one);
	}
	str_copy(dst, COMMAND_MAX, strbuf_str(&line));
	strbuf_finish(&line);
}

static void act_retire(struct services *state, const struct model *model, struct ui *ui)
{
	char command[COMMAND_MAX];
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];
	const char *stable;
	size_t pins;

	if (!ask_about(state, model, ui, "R retires"))
		return;
	stable = stable_asked(state, model);
	if (stable) {
		ui_say(ui, ROLE_WARNING, "R retires what is beside stable; %s is stable and stays",
			stable);
		return;
	}
	asked_words(state, what, sizeof(what));
	pins = pins_asked(state, model);
	all_commands(state, command, keymap_binding(AREA_SERVICES, ACTION_RETIRE)->command, NULL);
	if (pins == 0)
		(void)snprintf(label, sizeof(label), "Retire %s? No session pins %s.", what,
			state->asked_count == 1 ? "it" : "them");
	else
		(void)snprintf(label, sizeof(label),
			"Retire %s? %zu pin%s of sessions will lead nowhere: lenient ones go to "
			"stable, strict ones get 503.",
			what, pins, pins == 1 ? "" : "s");
	ui_ask_confirm(ui, QUESTION_RETIRE, true, label, command);
}

/* ---- logs ---- */

/* Words that were not said yet, with commas between. */
static void add_once(char *dst, size_t size, struct str word)
{
	struct str rest = str_of(dst);
	size_t used = rest.n;

	while (rest.n > 0)
		if (str_eq(str_cut(&rest, ','), word))
			return;
	(void)snprintf(dst + used, size - used, "%s%.*s", used > 0 ? "," : "", STR_ARG(word));
}

/* All that are marked in one tail, merged by time. */
static void act_logs_marked(struct services *state, const struct model *model, struct ui *ui)
{
	char services[LIMIT_FILTER / 2] = "";
	char versions[LIMIT_FILTER / 2] = "";
	char scope[LIMIT_FILTER + 32];

	(void)ask_about(state, model, ui, "");
	for (size_t i = 0; i < state->asked_count; i++) {
		struct command_vars vars;

		vars_of(state, i, &vars);
		add_once(services, sizeof(services), vars.service);
		add_once(versions, sizeof(versions), vars.version);
	}
	(void)snprintf(scope, sizeof(scope), "service:%s version:%s", services, versions);
	if (strlen(scope) > LIMIT_FILTER) {
		ui_say(ui, ROLE_WARNING,
			"the names of all that are marked are too long for a filter");
		return;
	}
	ui_open(ui, &view_requests, scope);
}

static void act_logs(struct services *state, const struct model *model, struct ui *ui)
{
	char scope[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 32];

	if (state->mark_count > 0) {
		act_logs_marked(state, model, ui);
		return;
	}
	if (state->service[0] == '\0')
		return;
	(void)snprintf(scope, sizeof(scope), "service:%s%s%s", state->service,
		state->version[0] ? " version:" : "", state->version);
	ui_open(ui, &view_requests, scope);
}

/* ---- all of them ---- */

static const struct {
	enum action action;
	void (*run)(struct services *state, const struct model *model, struct ui *ui);
} actions[] = {
	{ACTION_MARK, act_mark},
	{ACTION_PIN, act_pin},
	{ACTION_EXTEND, act_extend},
	{ACTION_RETIRE, act_retire},
	{ACTION_LOGS, act_logs},
};

bool services_do(
	struct services *state, const struct model *model, struct ui *ui, enum action action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (actions[i].action == action) {
			actions[i].run(state, model, ui);
			return true;
		}
	}
	return false;
}

/* ---- answers ---- */

static void run_each(struct services *state, struct ui *ui, enum action action, const char *ttl)
{
	const char *command = keymap_binding(AREA_SERVICES, action)->command;
	char line[COMMAND_MAX];

	for (size_t i = 0; i < state->asked_count; i++) {
		struct command_vars vars;

		vars_of(state, i, &vars);
		vars.ttl = str_of(ttl);
		ui_command(line, command, &vars);
		if (state->asked_count == 1)
			ui_run(ui, line);
		else
			ui_run_part(ui, line);
	}
	state->mark_count = 0;
}

static void answer_create(struct services *state, struct ui *ui, const char *name)
{
	char line[COMMAND_MAX];

	pin_command(state, line,
		name[0] ? "umbra session create {name} {pins}" : "umbra session create {pins}",
		name);
	ui_run_mine(ui, line);
	state->mark_count = 0;
}

static void answer_pin(struct services *state, struct ui *ui)
{
	char line[COMMAND_MAX];

	pin_command(state, line, "umbra session pin {session} {pins}", NULL);
	ui_run(ui, line);
	state->mark_count = 0;
}

enum redraw services_answered(struct services *state, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	switch (question) {
	case QUESTION_PIN:
		answer_pin(state, ui);
		break;
	case QUESTION_RETIRE:
		run_each(state, ui, ACTION_RETIRE, NULL);
		break;
	case QUESTION_EXTEND:
		run_each(state, ui, ACTION_EXTEND, text);
		break;
	case QUESTION_PIN_SESSION:
		if (text[0] == '+')
			ui_ask_line(ui, QUESTION_CREATE, "name of the new session", "");
		else
			confirm_pin(state, model, ui, text);
		break;
	case QUESTION_CREATE:
		answer_create(state, ui, text);
		break;
	default:
		return REDRAW_NONE;
	}
	return REDRAW_BODY;
}
