/*
 * What is staged for a session: taking it in and back, what it is as a command, sending it, and undoing what was
 * sent. Called by pins.c. Invariant: what is staged differs from what is, and each service stands once.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/command/commands.h"

#include "tui/views/sessions/pins_internal.h"

const struct staged *pins_staged(const struct pins *state, const char *service)
{
	for (size_t i = 0; i < state->staged_count; i++)
		if (strcmp(state->staged[i].service, service) == 0)
			return &state->staged[i];
	return NULL;
}

static void unstage(struct pins *state, size_t at)
{
	memmove(state->staged + at, state->staged + at + 1,
		(state->staged_count - at - 1) * sizeof(*state->staged));
	state->staged_count--;
}

static bool is_so(const struct session *session, const struct staged *staged)
{
	const char *pin = session_pin(session, str_of(staged->service));

	return strcmp(pin ? pin : "", staged->version) == 0;
}

void pins_stage(
	struct pins *state, const struct session *session, const char *service, const char *version)
{
	const struct staged *before = pins_staged(state, service);
	struct staged *staged;

	if (before)
		unstage(state, (size_t)(before - state->staged));
	array_reserve(&state->staged, &state->staged_cap, state->staged_count + 1,
		sizeof(*state->staged));
	staged = &state->staged[state->staged_count++];
	str_copy(staged->service, sizeof(staged->service), str_of(service));
	str_copy(staged->version, sizeof(staged->version), str_of(version));
	if (is_so(session, staged))
		state->staged_count--;
}

void pins_drop_what_is_so(struct pins *state, const struct session *session)
{
	state->list.stale |= state->only_staged;
	for (size_t i = 0; session && i < state->staged_count;) {
		if (is_so(session, &state->staged[i]))
			unstage(state, i);
		else
			i++;
	}
}

/* Everything that is staged is one command: pins, unpins, or both. */
struct command_args *pins_command(const struct pins *state)
{
	struct command_args *command;
	size_t unpins = 0;
	bool all;

	for (size_t i = 0; i < state->staged_count; i++)
		unpins += state->staged[i].version[0] == '\0';
	all = unpins == state->staged_count;
	command = args_create(state->staged_count == 0 ? &command_session_show
			      : all                    ? &command_session_unpin
						       : &command_session_pin,
		"KEY", state->key, NULL);
	for (size_t i = 0; i < state->staged_count; i++) {
		const struct staged *staged = &state->staged[i];
		char pin[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2];

		(void)snprintf(pin, sizeof(pin), "%s=%s", staged->service, staged->version);
		if (staged->version[0] != '\0')
			args_add(command, "SERVICE=VERSION", pin);
		else
			args_add(command, all ? "SERVICE" : "--unpin", staged->service);
	}
	return command;
}

void pins_stage_pull(struct pins *state, const struct session *session, const struct model *model,
	int64_t number)
{
	for (size_t i = 0; i < model->env->node_count; i++) {
		const struct service_node *node = &model->env->nodes[i];

		for (size_t j = 0; j < node->version_count; j++)
			if (node->versions[j]->pr_number == number)
				pins_stage(state, session, node->service->name,
					node->versions[j]->name);
	}
}

void pins_staged_anew(struct pins *state, struct ui *ui)
{
	struct command_args *command;

	state->list.stale = state->only_staged;
	dry_run_preview_clear(&state->effects);
	if (state->staged_count == 0)
		return;
	command = pins_command(state);
	args_add(command, "--dry-run", "");
	ui_run(ui, command, RUN_ANSWERS_VIEW);
}

void pins_apply(struct pins *state, const struct session *session, struct ui *ui)
{
	if (state->staged_count == 0) {
		ui_say(ui, ROLE_WARNING,
			"nothing is staged: press {pins.open} to choose a version");
		return;
	}
	state->before = xrealloc(state->before, state->staged_count, sizeof(*state->before));
	state->before_count = state->staged_count;
	for (size_t i = 0; i < state->staged_count; i++) {
		const char *pin = session_pin(session, str_of(state->staged[i].service));

		state->before[i] = state->staged[i];
		str_copy(state->before[i].version, sizeof(state->before[i].version), str_of(pin));
	}
	ui_run(ui, pins_command(state), RUN_PLAIN);
}

void pins_undo(struct pins *state, const struct session *session, struct ui *ui)
{
	if (state->staged_count > 0) {
		state->staged_count--;
		pins_staged_anew(state, ui);
		return;
	}
	for (size_t i = 0; i < state->before_count; i++)
		pins_stage(state, session, state->before[i].service, state->before[i].version);
	state->before_count = 0;
	if (state->staged_count > 0)
		ui_run(ui, pins_command(state), RUN_PLAIN);
	else
		ui_say(ui, ROLE_WARNING, "there is nothing to undo");
}
