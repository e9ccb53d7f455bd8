/*
 * From the form to a request as the proxy would see it, and from the model's decision to words. Called by
 * Learn. Invariant: what is shown was decided by decide() over the environment that is shown.
 */
#include "tui/views/learn/rules.h"

#include <stdio.h>
#include <string.h>

#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/model/routing_context.h"
#include "core/model/decision.h"
#include "core/model/access_forms.h"

static const struct {
	const char *name, *header, *help;
} fields[RULES_FIELDS] = {
	[RULES_SERVICE] = {"service", NULL, "whom the request is addressed to"},
	[RULES_HEADER] = {"header", "Routing-Session", "Routing-Session: a session's key"},
	[RULES_BAGGAGE] = {"baggage", "baggage", "baggage: a member, perhaps among others"},
	[RULES_QUERY] = {"query", NULL, "the query string after ?"},
	[RULES_COOKIE] = {"cookie", "Cookie", "Cookie: one of that name"},
	[RULES_HOST] = {"host", NULL, "a session's key before the service's name, and --"},
	[RULES_PINS] = {"pins", "Routing-Pins", "Routing-Pins: versions, without a session"},
	[RULES_STRICT] = {"strict", "Routing-Strict",
		"Routing-Strict: the pinned version or 503, never stable"},
};

const char *rules_name(enum rules_field field)
{
	return fields[field].name;
}

const char *rules_help(enum rules_field field)
{
	return fields[field].help;
}

void rules_init(struct rules_form *form)
{
	memset(form, 0, sizeof(*form));
	explanation_init(&form->explanation);
}

void rules_finish(struct rules_form *form)
{
	explanation_finish(&form->explanation);
}

static struct str domain_of(const struct model *model)
{
	return model->domain[0] != '\0' ? str_of(model->domain) : STR_LIT("env.localhost");
}

static void say_outcome(struct rules_form *form, const struct decision *decision)
{
	const struct version *version = decision->version;

	form->status = decision->status;
	form->serves = decision->reason == REASON_PINNED || decision->reason == REASON_DIRECT_PIN;
	str_copy(form->reason, sizeof(form->reason),
		str_of(decision->reason < REASON_COUNT ? reason_names[decision->reason] : ""));
	if (!decision->service)
		(void)snprintf(
			form->outcome, sizeof(form->outcome), "404: the host names no service");
	else if (!version)
		(void)snprintf(form->outcome, sizeof(form->outcome),
			"%d for %s: no version serves it", decision->status,
			decision->service->name);
	else
		(void)snprintf(form->outcome, sizeof(form->outcome), "%s@%s serves it%s",
			version->service, version->name,
			version->kind == KIND_STABLE ? ", the stable version" : "");
}

void rules_decide(struct rules_form *form, const struct model *model)
{
	struct header_line headers[RULES_FIELDS];
	struct hop hop = {.headers = headers};
	struct routing_context context;
	struct decision decision;
	struct str domain = domain_of(model);

	(void)snprintf(form->host, sizeof(form->host), "%s%s%s.%.*s", form->text[RULES_HOST],
		form->text[RULES_HOST][0] ? "--" : "", form->text[RULES_SERVICE], STR_ARG(domain));
	(void)snprintf(form->target, sizeof(form->target), "/%s%s",
		form->text[RULES_QUERY][0] ? "?" : "", form->text[RULES_QUERY]);
	hop.host = str_of(form->host);
	hop.target = str_of(form->target);
	for (int i = 0; i < RULES_FIELDS; i++)
		if (fields[i].header && form->text[i][0] != '\0')
			headers[hop.header_count++] = (struct header_line){
				str_of(fields[i].header), str_of(form->text[i])};
	routing_context_read(model->env, domain, &hop, &context);
	decide(model->env, &context, &decision);
	say_outcome(form, &decision);
	explain_decision(&form->explanation, model->env, &context, &decision, model->now_ms);
}

static const struct session *example_session(const struct model *model, const char *mine)
{
	const struct session *session = environment_session(model->env, str_of(mine));

	if (session)
		return session;
	for (size_t i = 0; i < model->env->session_count; i++)
		if (model->env->sessions[i]->pins.count > 0)
			return model->env->sessions[i];
	return NULL;
}

/* An ephemeral version of the service, or of any. */
static const struct version *example_version(const struct model *model, const char *service)
{
	const struct version *other = NULL;

	for (size_t i = 0; i < model->env->node_count; i++)
		for (size_t j = 0; j < model->env->nodes[i].version_count; j++) {
			const struct version *version = model->env->nodes[i].versions[j];

			if (version->kind != KIND_EPHEMERAL)
				continue;
			if (strcmp(version->service, service) == 0)
				return version;
			if (!other)
				other = version;
		}
	return other;
}

void rules_example(const struct rules_form *form, enum rules_field field, const struct model *model,
	const char *mine, char dst[LIMIT_FILTER + 1])
{
	const struct session *session = example_session(model, mine);
	const struct version *version = example_version(model, form->text[RULES_SERVICE]);
	const char *key = session ? session->key : "dev-4f2k";

	dst[0] = '\0';
	switch (field) {
	case RULES_SERVICE:
		str_copy(dst, LIMIT_FILTER + 1,
			str_of(session && session->pins.count > 0 ? session->pins.entries[0].key
				: model->env->node_count > 0 ? model->env->nodes[0].service->name
							     : "cart"));
		break;
	case RULES_HEADER:
	case RULES_HOST:
		str_copy(dst, LIMIT_FILTER + 1, str_of(key));
		break;
	case RULES_BAGGAGE:
	case RULES_QUERY:
	case RULES_COOKIE:
		(void)snprintf(dst, LIMIT_FILTER + 1, CARRIER_NAME "=%s", key);
		break;
	case RULES_PINS:
		(void)snprintf(dst, LIMIT_FILTER + 1, "%s=\"%s\"",
			version ? version->service : "cart", version ? version->name : "pr-482");
		break;
	default:
		str_copy(dst, LIMIT_FILTER + 1, STR_LIT("1"));
		break;
	}
}

void rules_command(const struct rules_form *form, struct strbuf *out)
{
	char line[LIMIT_FILTER + 64];

	strbuf_add_c(out, "umbra curl ");
	(void)snprintf(line, sizeof(line), "%.64s%.1000s", form->text[RULES_SERVICE], form->target);
	shell_quote(out, str_of(line));
	for (int i = 0; i < RULES_FIELDS; i++) {
		if (!fields[i].header || form->text[i][0] == '\0')
			continue;
		(void)snprintf(line, sizeof(line), "%s: %s", fields[i].header, form->text[i]);
		strbuf_add_c(out, " -H ");
		shell_quote(out, str_of(line));
	}
	if (form->text[RULES_HOST][0] == '\0')
		return;
	(void)snprintf(line, sizeof(line), "Host: %.300s", form->host);
	strbuf_add_c(out, " -H ");
	shell_quote(out, str_of(line));
}
