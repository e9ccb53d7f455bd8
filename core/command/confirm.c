/*
 * The questions before something is taken away. The rows of the command table name them; the dashboard asks them, for
 * its keys and for the `:` line alike. Pure.
 */
#include "core/command/confirm.h"

#include <stdio.h>

#include "core/base/word_list.h"
#include "core/model/environment.h"
#include "core/model/name_rules.h"

enum { NAMED_MAX = 4, NAMES_SIZE = 256 };

/* Those that pin the service, or one version of it; `strict` gets how many of them are. */
static size_t name_pinning(const struct environment *env, struct str service, struct str version,
	char dst[NAMES_SIZE], size_t *ret_strict)
{
	struct word_list words = {.dst = dst, .size = NAMES_SIZE, .max = NAMED_MAX};
	char word[LIMIT_SESSION_KEY + LIMIT_WORD + 8];
	size_t total = 0;

	dst[0] = '\0';
	*ret_strict = 0;
	for (size_t i = 0; i < env->session_count; i++) {
		const struct session *session = env->sessions[i];
		const char *pin = session_pin(session, service);

		if (!pin || (version.n > 0 && !str_eq_c(version, pin)))
			continue;
		(void)snprintf(word, sizeof(word), "%s%s%s%s", session->key,
			session->owner ? " (" : "", session->owner ? session->owner : "",
			session->owner ? ")" : "");
		words_add(&words, word);
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

/* What is lost is named: the pins, as far as there is room, and what becomes of requests on the way. */
bool confirm_session_end(
	const struct environment *env, const struct command_args *args, struct strbuf *out)
{
	const struct session *session = environment_session(env, str_of(args_get(args, "KEY")));
	char pins[NAMES_SIZE] = "";
	struct word_list words = {.dst = pins, .size = sizeof(pins), .max = NAMED_MAX};

	if (!session)
		return false;
	for (size_t i = 0; i < session->pins.count; i++) {
		char word[LIMIT_SERVICE_NAME + LIMIT_VERSION_NAME + 2];

		(void)snprintf(word, sizeof(word), "%s=%s", session->pins.entries[i].key,
			session->pins.entries[i].value);
		words_add(&words, word);
	}
	words_end(&words, session->pins.count);
	strbuf_addf(out,
		"End session %s of %s? Lost: its key%s%s. Requests that still carry it %s.",
		session->key, session->owner ? session->owner : "nobody",
		pins[0] ? ", and its pins " : "", pins,
		session->policy == POLICY_STRICT ? "get 503 for a day, because it is strict"
						 : "go to stable");
	return true;
}

static bool split_id(
	const struct command_args *args, struct str *ret_service, struct str *ret_version)
{
	struct str rest = str_of(args_get(args, "SERVICE@VERSION"));

	*ret_service = str_cut(&rest, '@');
	*ret_version = rest;
	return rest.p != NULL;
}

bool confirm_version_retire(
	const struct environment *env, const struct command_args *args, struct strbuf *out)
{
	struct str service, version;
	char names[NAMES_SIZE];
	size_t strict, total;

	if (!split_id(args, &service, &version) || !environment_version(env, service, version))
		return false;
	total = name_pinning(env, service, version, names, &strict);
	strbuf_addf(out, "Retire %.*s@%.*s? Lost: its place in the routing. ", STR_ARG(service),
		STR_ARG(version));
	if (total == 0)
		strbuf_add_c(out, "No session pins it.");
	else
		strbuf_addf(out, "Pinned by %s%s.", names, what_becomes(total, strict));
	return true;
}

bool confirm_service_remove(
	const struct environment *env, const struct command_args *args, struct strbuf *out)
{
	struct str name = str_of(args_get(args, "SERVICE"));
	const struct service_node *node = environment_node(env, name);
	char names[NAMES_SIZE];
	size_t strict, total;

	if (!node)
		return false;
	total = name_pinning(env, name, (struct str){0}, names, &strict);
	strbuf_addf(out,
		"Remove service %.*s? Lost: the service, its %zu version%s%s%s. Requests for it "
		"get 404.",
		STR_ARG(name), node->version_count, node->version_count == 1 ? "" : "s",
		total > 0 ? ", and pins of " : "", names);
	return true;
}

bool confirm_version_promote(
	const struct environment *env, const struct command_args *args, struct strbuf *out)
{
	struct str service, version;
	const struct version *stable;

	if (!split_id(args, &service, &version) || !environment_version(env, service, version))
		return false;
	stable = node_stable(environment_node(env, service));
	if (stable && str_eq_c(version, stable->name)) {
		strbuf_addf(out, "%.*s is the stable version of %.*s already: nothing changes.",
			STR_ARG(version), STR_ARG(service));
		return true;
	}
	strbuf_addf(out, "Requests for %.*s without a pin will be served by %.*s%s%s.%s",
		STR_ARG(service), STR_ARG(version), stable ? ", no longer by " : "",
		stable ? stable->name : "",
		stable ? " That one becomes ephemeral and expires in three days." : "");
	return true;
}
