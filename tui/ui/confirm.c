/*
 * The questions before something is taken away. Called by views and by app/command_line.c; each command that wants a
 * question is a row of the table. Everything in a sentence is looked up in the model at that moment.
 */
#include "tui/ui/confirm.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/command/commands.h"
#include "core/model/name_rules.h"

#include "tui/widgets/format.h"

enum { NAMED_MAX = 4, NAMES_SIZE = 256 };

static void name_session(struct word_list *words, const struct session *session)
{
	char word[LIMIT_SESSION_KEY + LIMIT_WORD + 8];

	(void)snprintf(word, sizeof(word), "%s%s%s%s", session->key, session->owner ? " (" : "",
		session->owner ? session->owner : "", session->owner ? ")" : "");
	words_add(words, word);
}

/* Those that pin the service, or one version of it; `strict` gets how many of them are. */
static size_t name_pinning(const struct model *model, struct str service, struct str version,
	char dst[NAMES_SIZE], size_t *ret_strict)
{
	struct word_list words = {.dst = dst, .size = NAMES_SIZE, .max = NAMED_MAX};
	size_t total = 0;

	dst[0] = '\0';
	*ret_strict = 0;
	for (size_t i = 0; i < model->env->session_count; i++) {
		const struct session *session = model->env->sessions[i];
		const char *pin = session_pin(session, service);

		if (!pin || (version.n > 0 && !str_eq_c(version, pin)))
			continue;
		name_session(&words, session);
		total++;
		*ret_strict += session->policy == POLICY_STRICT;
	}
	words_end(&words, total);
	return total;
}

static const char *what_becomes(size_t total, size_t strict)
{
	if (strict == 0)
		return total == 1 ? ", which goes to stable" : ", which go to stable";
	if (strict == total)
		return total == 1 ? ", which gets 503, because it is strict"
				  : ", which get 503, because they are strict";
	return ": lenient ones go to stable, strict ones get 503";
}

/* What is lost is named: every pin, as far as there is room, and what becomes of requests on the way. */
void confirm_of_session(const struct session *session, char dst[MESSAGE_MAX])
{
	char pins[NAMES_SIZE] = "";
	struct word_list words = {.dst = pins, .size = sizeof(pins), .max = NAMED_MAX};

	for (size_t i = 0; i < session->pins.count; i++) {
		char word[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2];

		(void)snprintf(word, sizeof(word), "%s=%s", session->pins.entries[i].key,
			session->pins.entries[i].value);
		words_add(&words, word);
	}
	words_end(&words, session->pins.count);
	(void)snprintf(dst, MESSAGE_MAX,
		"End session %s of %s? Lost: its key%s%s. Requests that still carry it %s.",
		session->key, session->owner ? session->owner : "nobody",
		pins[0] ? ", and its pins " : "", pins,
		session->policy == POLICY_STRICT ? "get 503 for a day, because it is strict"
						 : "go to stable");
}

void confirm_of_version(
	const struct model *model, struct str service, struct str version, char dst[MESSAGE_MAX])
{
	char names[NAMES_SIZE];
	size_t strict;
	size_t total = name_pinning(model, service, version, names, &strict);

	if (total == 0)
		(void)snprintf(dst, MESSAGE_MAX,
			"Retire %.*s@%.*s? Lost: its place in the routing. No session pins it.",
			STR_ARG(service), STR_ARG(version));
	else
		(void)snprintf(dst, MESSAGE_MAX,
			"Retire %.*s@%.*s? Lost: its place in the routing. Pinned by %s%s.",
			STR_ARG(service), STR_ARG(version), names, what_becomes(total, strict));
}

/* ---- by command ---- */

static bool ask_end(const struct model *model, const struct command_args *args, char *dst)
{
	const struct session *session =
		environment_session(model->env, str_of(args_get(args, "KEY")));

	if (session)
		confirm_of_session(session, dst);
	return session != NULL;
}

static bool split_id(
	const struct command_args *args, struct str *ret_service, struct str *ret_version)
{
	struct str rest = str_of(args_get(args, "SERVICE@VERSION"));

	*ret_service = str_cut(&rest, '@');
	*ret_version = rest;
	return rest.p != NULL;
}

static bool ask_retire(const struct model *model, const struct command_args *args, char *dst)
{
	struct str service, version;

	if (!split_id(args, &service, &version) ||
		!environment_version(model->env, service, version))
		return false;
	confirm_of_version(model, service, version, dst);
	return true;
}

static bool ask_remove(const struct model *model, const struct command_args *args, char *dst)
{
	struct str name = str_of(args_get(args, "SERVICE"));
	const struct service_node *node = environment_node(model->env, name);
	char names[NAMES_SIZE];
	size_t strict;
	size_t total;

	if (!node)
		return false;
	total = name_pinning(model, name, (struct str){0}, names, &strict);
	(void)snprintf(dst, MESSAGE_MAX,
		"Remove service %.*s? Lost: the service, its %zu version%s%s%s. Requests for it "
		"get 404.",
		STR_ARG(name), node->version_count, node->version_count == 1 ? "" : "s",
		total > 0 ? ", and pins of " : "", names);
	return true;
}

static bool ask_promote(const struct model *model, const struct command_args *args, char *dst)
{
	struct str service, version;
	const struct service_node *node;
	const struct version *stable;

	if (!split_id(args, &service, &version))
		return false;
	node = environment_node(model->env, service);
	stable = node ? node_stable(node) : NULL;
	(void)snprintf(dst, MESSAGE_MAX,
		"Every request for %.*s that no pin sends elsewhere will be served by %.*s%s%s.%s",
		STR_ARG(service), STR_ARG(version), stable ? ", no longer by " : "",
		stable ? stable->name : "",
		stable ? " That one becomes ephemeral and expires in three days." : "");
	return node != NULL;
}

static const struct {
	const struct command *command;
	bool loses;
	bool (*ask)(const struct model *model, const struct command_args *args, char *dst);
} questions[] = {
	{&command_session_end, true, ask_end},
	{&command_version_retire, true, ask_retire},
	{&command_service_remove, true, ask_remove},
	{&command_version_promote, false, ask_promote},
};

bool confirm_ask(const struct model *model, const struct command_args *args, char dst[MESSAGE_MAX],
	bool *ret_loses)
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		if (questions[i].command != args->command)
			continue;
		*ret_loses = questions[i].loses;
		if (!questions[i].ask(model, args, dst))
			(void)snprintf(dst, MESSAGE_MAX,
				"It is not known here (yet): what would be lost cannot be said.");
		return true;
	}
	return false;
}
