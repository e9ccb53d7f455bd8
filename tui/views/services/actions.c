/*
 * What the Services view does with versions: pin, extend, retire, tail; with all that are marked, or with the
 * selected one. By commands only. Called by services.c.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/command/commands.h"
#include "core/base/time.h"

#include "tui/views/services/internal.h"
#include "tui/views/requests/side_by_side.h"

/* ---- marks ---- */

bool services_is_marked(const struct services *state, const struct version *version)
{
	return chosen_versions_find(&state->marks, version) < state->marks.count;
}

void services_forget_marks(struct services *state, const struct model *model)
{
	for (size_t i = state->marks.count; i-- > 0;)
		if (!chosen_versions_version(&state->marks, model, i))
			chosen_versions_remove(&state->marks, i);
}

static void act_mark(struct services *state, const struct model *model, struct ui *ui)
{
	const struct version *version = services_selected_version(state, model);

	if (!version) {
		ui_say(ui, ROLE_WARNING,
			"{list.mark} marks versions, and %s is a service: move to one of its "
			"versions",
			state->service);
		return;
	}
	if (services_is_marked(state, version))
		chosen_versions_remove(&state->marks, chosen_versions_find(&state->marks, version));
	else
		chosen_versions_add(&state->marks, version);
	(void)list_view_act(state, model, ui, ACTION_DOWN);
}

/* The marked versions, else the selected one; false, with a word of advice, when there is none. */
static bool ask_about(
	struct services *state, const struct model *model, struct ui *ui, const char *does)
{
	const struct version *version = services_selected_version(state, model);

	chosen_versions_copy(&state->asked, &state->marks);
	if (state->marks.count > 0)
		return true;
	if (!version) {
		ui_say(ui, ROLE_WARNING, "%s a version: select one of %s", does, state->service);
		return false;
	}
	chosen_versions_add(&state->asked, version);
	return true;
}

/* One that is stable where only others will do; NULL: none is. */
static const char *stable_asked(const struct services *state, const struct model *model)
{
	for (size_t i = 0; i < state->asked.count; i++) {
		const struct version *version = chosen_versions_version(&state->asked, model, i);

		if (version && version->kind == KIND_STABLE)
			return state->asked.ids[i];
	}
	return NULL;
}

static void act_pin(struct services *state, const struct model *model, struct ui *ui)
{
	if (ask_about(state, model, ui, "{services.pin} pins"))
		chosen_versions_pin(&state->asked, model, ui);
}

/* ---- lifetimes ---- */

static void act_extend(struct services *state, const struct model *model, struct ui *ui)
{
	char ttl[DURATION_TEXT_SIZE] = "72h";
	char label[MESSAGE_MAX];
	const struct version *version;
	const char *stable;

	if (!ask_about(state, model, ui, "{services.extend} extends"))
		return;
	stable = stable_asked(state, model);
	version = chosen_versions_version(&state->asked, model, 0);
	if (stable) {
		ui_say(ui, ROLE_WARNING,
			"{services.extend} extends what expires; %s is stable and does not",
			stable);
		return;
	}
	if (version && version->ttl_ms > 0)
		duration_format(version->ttl_ms, ttl);
	(void)snprintf(label, sizeof(label), "lifetime from now");
	if (state->asked.count > 1)
		(void)snprintf(label, sizeof(label), "lifetime of %zu versions from now",
			state->asked.count);
	ui_ask_line(ui, QUESTION_EXTEND, label, ttl);
}

static size_t pins_asked(const struct services *state, const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < state->asked.count; i++) {
		struct str service, version;

		chosen_versions_names(&state->asked, i, &service, &version);
		count += model_pin_count(model, service, version);
	}
	return count;
}

static void act_retire(struct services *state, const struct model *model, struct ui *ui)
{
	char label[MESSAGE_MAX];
	char what[MESSAGE_MAX / 2];
	const char *stable;
	size_t pins;

	if (!ask_about(state, model, ui, "{services.retire} retires"))
		return;
	stable = stable_asked(state, model);
	if (stable) {
		ui_say(ui, ROLE_WARNING,
			"{services.retire} retires what is beside stable; %s is stable and stays",
			stable);
		return;
	}
	chosen_versions_words(&state->asked, what, sizeof(what));
	pins = pins_asked(state, model);
	if (pins == 0)
		(void)snprintf(label, sizeof(label), "Retire %s? No session pins %s.", what,
			state->asked.count == 1 ? "it" : "them");
	else
		(void)snprintf(label, sizeof(label),
			"Retire %s? %zu pin%s of sessions name%s it: lenient ones fall back to "
			"stable, strict ones get 503.",
			what, pins, pins == 1 ? "" : "s", pins == 1 ? "s" : "");
	ui_ask_confirm(ui, QUESTION_RETIRE, true, label);
	for (size_t i = 0; i < state->asked.count; i++)
		ui_on_yes(ui, args_create(&command_version_retire, "SERVICE@VERSION",
				      state->asked.ids[i], NULL));
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

/* All that are marked in one tail, merged by time. */
static void act_logs_marked(struct services *state, struct ui *ui)
{
	struct strbuf services, versions, scope;

	strbuf_init(&services, LIMIT_FILTER);
	strbuf_init(&versions, LIMIT_FILTER);
	strbuf_init(&scope, LIMIT_FILTER);
	for (size_t i = 0; i < state->marks.count; i++) {
		struct str service, version;

		chosen_versions_names(&state->marks, i, &service, &version);
		add_once(&services, service);
		add_once(&versions, version);
	}
	strbuf_addf(&scope, "service:%s version:%s", services.data, versions.data);
	if (strbuf_ok(&services) && strbuf_ok(&versions) && strbuf_ok(&scope))
		ui_open(ui, &view_requests, scope.data);
	else
		ui_say(ui, ROLE_WARNING,
			"the names of all that are marked are too long for a filter");
	strbuf_finish(&services);
	strbuf_finish(&versions);
	strbuf_finish(&scope);
}

static void act_logs(struct services *state, const struct model *model, struct ui *ui)
{
	char scope[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 32];

	(void)model;
	if (state->marks.count > 0) {
		act_logs_marked(state, ui);
		return;
	}
	if (state->service[0] == '\0')
		return;
	(void)snprintf(scope, sizeof(scope), "service:%s%s%s", state->service,
		state->version[0] ? " version:" : "", state->version);
	ui_open(ui, &view_requests, scope);
}

static void act_side(struct services *state, const struct model *model, struct ui *ui)
{
	side_by_side_open(model, ui, str_of(state->service), str_of(state->version));
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
	{ACTION_SIDE, act_side},
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

static void extend_each(struct services *state, struct ui *ui, const char *ttl)
{
	for (size_t i = 0; i < state->asked.count; i++)
		ui_run(ui,
			args_create(&command_version_extend, "SERVICE@VERSION", state->asked.ids[i],
				"--ttl", ttl, NULL),
			state->asked.count > 1 ? RUN_BATCH : RUN_PLAIN);
}

enum redraw services_answered(struct services *state, const struct model *model, struct ui *ui,
	enum question question, const char *text)
{
	if (question == QUESTION_SIDE)
		side_by_side_answer(model, ui, text);
	if (question == QUESTION_EXTEND)
		extend_each(state, ui, text);
	if (question == QUESTION_EXTEND || question == QUESTION_RETIRE ||
		chosen_versions_answered(&state->asked, model, ui, question, text))
		chosen_versions_clear(&state->marks);
	return REDRAW_BODY;
}
