/*
 * Completion from the table and the live names. Asked by the hidden `__complete` of the shells' scripts,
 * and by the dashboard's palette; both give words without the program's name.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/hashmap.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/command/parse.h"
#include "core/model/environment.h"
#include "core/model/filter.h"
#include "core/model/name_rules.h"
#include "core/model/pull.h"

enum { CANDIDATE_MAX = 512 };

struct completer {
	const struct environment *env; /* NULL: no live names */
	const char *const *words;
	size_t count;
	const char *partial; /* the word at the end, or its part after "--option=" */
	const char *prefix; /* "--option=" of it, else "" */
	size_t prefix_len;
	bool in_filter; /* candidates are values of a filter's term */
	void (*add)(void *arg, const char *candidate, const char *help);
	void *arg;
};

/* What others wrote is offered as one value of the filter, and only when it can be shown as it is. */
static void offer(const struct completer *c, const char *candidate, const char *help)
{
	struct strbuf value;
	struct strbuf whole;
	struct strbuf safe;

	strbuf_init(&value, CANDIDATE_MAX);
	strbuf_init(&whole, CANDIDATE_MAX);
	strbuf_init(&safe, CANDIDATE_MAX);
	if (c->in_filter)
		filter_write_value(&value, str_of(candidate));
	else
		strbuf_add_c(&value, candidate);
	strbuf_addf(&whole, "%.*s%s", (int)c->prefix_len, c->prefix, value.data);
	text_add_safe(&safe, strbuf_str(&whole));
	if (strbuf_ok(&value) && strbuf_ok(&whole) && strbuf_ok(&safe) &&
		(str_starts(str_of(candidate), str_of(c->partial)) ||
			str_starts(strbuf_str(&value), str_of(c->partial))) &&
		str_eq(strbuf_str(&whole), strbuf_str(&safe)))
		c->add(c->arg, whole.data, help);
	strbuf_finish(&value);
	strbuf_finish(&whole);
	strbuf_finish(&safe);
}

/* ---- live names ---- */

static void offer_services(const struct completer *c, const char *after)
{
	char text[LIMIT_SERVICE_NAME + 2];

	for (size_t i = 0; c->env && i < c->env->node_count; i++) {
		const struct service *service = c->env->nodes[i].service;

		snprintf(text, sizeof(text), "%s%s", service->name, after);
		offer(c, text, service->description ? service->description : service->owner);
	}
}

static void offer_version(const struct completer *c, const struct version *version, char between)
{
	char text[VERSION_ID_SIZE];
	char help[LIMIT_TITLE];
	const char *title = version->pr_title ? version->pr_title : "";

	if (between)
		snprintf(text, sizeof(text), "%s%c%s", version->service, between, version->name);
	else
		snprintf(text, sizeof(text), "%s", version->name);
	snprintf(help, sizeof(help), "%s, %s%s%s", version_kind_names[version->kind],
		version_state_names[version->state], *title ? ", " : "", title);
	offer(c, text, help);
}

static void offer_versions(const struct completer *c, char between, bool not_stable)
{
	for (size_t i = 0; c->env && i < c->env->node_count; i++)
		for (size_t k = 0; k < c->env->nodes[i].version_count; k++)
			if (!not_stable || c->env->nodes[i].versions[k]->kind != KIND_STABLE)
				offer_version(c, c->env->nodes[i].versions[k], between);
}

static void offer_sessions(const struct completer *c)
{
	for (size_t i = 0; c->env && i < c->env->session_count; i++)
		offer(c, c->env->sessions[i]->key, c->env->sessions[i]->owner);
}

/* ---- one offer for each kind of value ---- */

static void kind_service(const struct completer *c, const struct arg_spec *spec)
{
	(void)spec;
	offer_services(c, "");
}

static void kind_target(const struct completer *c, const struct arg_spec *spec)
{
	(void)spec;
	offer_services(c, "/");
}

static void kind_version_id(const struct completer *c, const struct arg_spec *spec)
{
	offer_versions(c, '@', spec && spec->not_stable);
}

static void kind_pin(const struct completer *c, const struct arg_spec *spec)
{
	(void)spec;
	offer_versions(c, '=', false);
}

static void kind_version(const struct completer *c, const struct arg_spec *spec)
{
	(void)spec;
	offer_versions(c, '\0', false);
}

static void kind_session(const struct completer *c, const struct arg_spec *spec)
{
	(void)spec;
	offer_sessions(c);
}

static void kind_pull(const struct completer *c, const struct arg_spec *spec)
{
	struct pull_list list;
	char text[PULL_NUMBER_SIZE];
	char help[LIMIT_TITLE + 1];

	(void)spec;
	if (!c->env)
		return;
	pulls_collect(c->env, 0, &list);
	for (size_t i = 0; i < list.count; i++) {
		snprintf(text, sizeof(text), "%" PRId64, list.items[i].number);
		str_copy(help, sizeof(help), list.items[i].title);
		offer(c, text, *help ? help : NULL);
	}
	pulls_finish(&list);
}

static void kind_choice(const struct completer *c, const struct arg_spec *spec)
{
	for (size_t i = 0; spec->choices[i]; i++)
		offer(c, spec->choices[i], NULL);
}

/* Each name once, however many have it. */
static void offer_once(const struct completer *c, struct hashmap *seen, const char *name)
{
	if (name == NULL || *name == '\0' || hashmap_get(seen, str_of(name)))
		return;
	hashmap_set(seen, str_of(name), seen);
	offer(c, name, NULL);
}

static void kind_author(const struct completer *c, const struct arg_spec *spec)
{
	struct hashmap *seen = hashmap_create();

	(void)spec;
	for (size_t i = 0; c->env && i < c->env->node_count; i++)
		for (size_t k = 0; k < c->env->nodes[i].version_count; k++)
			offer_once(c, seen, c->env->nodes[i].versions[k]->pr_author);
	hashmap_destroy(seen, NULL);
}

static void kind_owner(const struct completer *c, const struct arg_spec *spec)
{
	struct hashmap *seen = hashmap_create();

	(void)spec;
	for (size_t i = 0; c->env && i < c->env->session_count; i++)
		offer_once(c, seen, c->env->sessions[i]->owner);
	for (size_t i = 0; c->env && i < c->env->node_count; i++)
		offer_once(c, seen, c->env->nodes[i].service->owner);
	hashmap_destroy(seen, NULL);
}

/* What may follow "service:" and the like in a filter. */
static const struct {
	const char *term;
	void (*offer)(const struct completer *c, const struct arg_spec *spec);
} term_names[] = {
	{"service", kind_service},
	{"version", kind_version},
	{"session", kind_session},
	{"pr", kind_pull},
	{"caller", kind_service},
	{"author", kind_author},
	{"owner", kind_owner},
};

static void offer_term_values(
	const struct completer *c, const struct filter_term_info *term, size_t skip)
{
	struct completer value = *c;

	value.partial = c->partial + skip;
	value.prefix = c->partial;
	value.prefix_len = skip;
	value.in_filter = true;
	for (size_t i = 0; term->values && term->values[i]; i++)
		offer(&value, term->values[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(term_names); i++)
		if (!strcmp(term_names[i].term, term->name))
			term_names[i].offer(&value, NULL);
}

static void kind_filter(const struct completer *c, const struct arg_spec *spec)
{
	char text[64];

	(void)spec;
	for (size_t i = 0; i < filter_term_count; i++) {
		const struct filter_term_info *term = &filter_terms[i];
		size_t len = strlen(term->name);

		if (!strncmp(c->partial, term->name, len) && c->partial[len] == ':') {
			offer_term_values(c, term, len + 1);
			return;
		}
		/* Terms without a name of their own (>200ms) are not words one can begin. */
		if (!strncmp(term->example, term->name, len) && term->example[len] == ':') {
			snprintf(text, sizeof(text), "%s:", term->name);
			offer(c, text, term->help);
		}
	}
}

static void (*const kind_offers[ARG_KIND_COUNT])(
	const struct completer *c, const struct arg_spec *spec) = {
	[ARG_SERVICE] = kind_service,
	[ARG_VERSION_ID] = kind_version_id,
	[ARG_VERSION] = kind_version,
	[ARG_SESSION] = kind_session,
	[ARG_PIN] = kind_pin,
	[ARG_PULL] = kind_pull,
	[ARG_FILTER] = kind_filter,
	[ARG_CHOICE] = kind_choice,
	[ARG_TARGET] = kind_target,
};

static void offer_value(const struct completer *c, const struct arg_spec *spec)
{
	if (spec && kind_offers[spec->kind])
		kind_offers[spec->kind](c, spec);
}

/* ---- words of the command, and options ---- */

static void offer_first_words(const struct completer *c)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		bool first = i == 0 || strcmp(commands[i - 1]->noun, command->noun) != 0;

		if (!*command->noun && *command->verb)
			offer(c, command->verb, command->summary);
		else if (*command->noun && first)
			offer(c, command->noun, NULL);
	}
}

static void offer_verbs(const struct completer *c, const char *noun)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->noun, noun))
			offer(c, commands[i]->verb, commands[i]->summary);
}

/* An option that may be given once, and is. */
static bool given(const struct completer *c, const struct arg_spec *spec)
{
	size_t len = strlen(spec->name);

	for (size_t i = 0; i + 1 < c->count && !spec->repeated; i++)
		if (!strncmp(c->words[i], spec->name, len) &&
			(!c->words[i][len] || c->words[i][len] == '='))
			return true;
	return false;
}

static void offer_options(const struct completer *c, const struct arg_spec *specs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (arg_is_option(&specs[i]) && !given(c, &specs[i]))
			offer(c, specs[i].name, specs[i].help);
}

/* ---- where the cursor is ---- */

struct place {
	const struct command *command;
	const struct arg_spec *pending; /* the option whose value is being written */
	size_t positionals; /* before the cursor */
	bool only_positionals; /* after "--" */
};

static void find_place(
	const struct completer *c, const struct command_words *found, struct place *place)
{
	*place = (struct place){.command = found->command};
	for (size_t i = 0; i + 1 < c->count; i++) {
		const struct arg_spec *spec;
		const char *attached;

		if (i == found->noun || i == found->verb)
			continue;
		if (place->only_positionals || !parse_looks_like_option(c->words[i])) {
			place->positionals++;
			continue;
		}
		if (!strcmp(c->words[i], "--")) {
			place->only_positionals = true;
			continue;
		}
		spec = parse_option(place->command, c->words[i], &attached);
		if (!spec || !parse_wants_value(spec, attached))
			continue;
		if (i + 2 == c->count)
			place->pending = spec;
		i++;
	}
}

static void complete_option(struct completer *c, const struct place *place)
{
	const char *equals = strchr(c->partial, '=');
	const char *attached;
	const struct arg_spec *spec = parse_option(place->command, c->partial, &attached);

	if (equals && spec && attached) {
		c->prefix = c->partial;
		c->prefix_len = (size_t)(equals + 1 - c->partial);
		c->partial = equals + 1;
		offer_value(c, spec);
		return;
	}
	if (place->command)
		offer_options(c, place->command->args, place->command->arg_count);
	offer_options(c, command_globals, command_global_count);
}

static const struct arg_spec *next_positional(const struct place *place)
{
	return place->command ? parse_positional(place->command, place->positionals) : NULL;
}

/* What follows "help" are the words of a command; the words for another program are not ours to know. */
static void complete_rest(
	const struct completer *c, const struct command_words *found, const struct arg_spec *rest)
{
	if (!rest->theirs)
		command_complete(c->env, c->words + found->noun + 1, c->count - found->noun - 1,
			c->add, c->arg);
}

void command_complete(const struct environment *env, const char *const *words, size_t count,
	void (*add)(void *arg, const char *candidate, const char *help), void *arg)
{
	struct completer c = {
		.env = env, .words = words, .count = count, .prefix = "", .add = add, .arg = arg};
	struct command_words found;
	struct place place;
	const struct arg_spec *next;

	if (!count)
		return;
	c.partial = words[count - 1];
	parse_find_words(words, count - 1, &found);
	find_place(&c, &found, &place);
	next = next_positional(&place);
	if (next && next->kind == ARG_REST)
		complete_rest(&c, &found, next);
	else if (place.pending)
		offer_value(&c, place.pending);
	else if (!place.only_positionals && c.partial[0] == '-')
		complete_option(&c, &place);
	else if (!found.noun_text)
		offer_first_words(&c);
	else if (found.noun_known && !found.command && found.verb >= count - 1)
		offer_verbs(&c, found.noun_text);
	else
		offer_value(&c, next);
}
