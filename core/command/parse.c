/*
 * Words to arguments, strictly: every word is accounted for, every value checked for its kind, and a
 * mistake is answered with the nearest right name and with what would be accepted.
 *
 * First the words of the command are found (options that all commands take may stand before them), then
 * everything else is read against that command's row.
 */
#include "core/command/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/shell.h"
#include "core/base/xalloc.h"
#include "core/base/term_text.h"
#include "core/command/commands.h"
#include "core/command/command_run.h"
#include "core/model/filter.h"
#include "core/model/name_rules.h"

enum { WORDS_MAX = 1024, EXPECTED_MAX = 500 };

/* ---- finding the command ---- */

/* As the table has it, NULL when there is none. */
static const char *noun_named(const char *word)
{
	for (size_t i = 0; commands[i]; i++)
		if (*commands[i]->noun && !strcmp(commands[i]->noun, word))
			return commands[i]->noun;
	return NULL;
}

static const struct arg_spec *option_in(
	const struct arg_spec *specs, size_t count, const char *word, const char **ret_value)
{
	for (size_t i = 0; i < count; i++) {
		const struct arg_spec *spec = &specs[i];
		size_t len = strlen(spec->name);

		if (!arg_is_option(spec))
			continue;
		*ret_value = NULL;
		if (!strcmp(word, spec->name))
			return spec;
		*ret_value = word + len + 1;
		if (!strncmp(word, spec->name, len) && word[len] == '=')
			return spec;
		if (!spec->letter || word[1] != spec->letter)
			continue;
		*ret_value = word[2] ? word + 2 : NULL;
		if (!word[2] || spec->kind != ARG_FLAG)
			return spec;
	}
	*ret_value = NULL;
	return NULL;
}

const struct arg_spec *parse_option(
	const struct command *command, const char *word, const char **ret_value)
{
	const struct arg_spec *spec = NULL;

	if (command)
		spec = option_in(command->args, command->arg_count, word, ret_value);
	if (!spec)
		spec = option_in(command_globals, command_global_count, word, ret_value);
	return spec;
}

/* The next word that is no option and no option's value. Options of the dashboard may stand in front too. */
static size_t next_word(const char *const *words, size_t count, size_t from)
{
	for (size_t i = from; i < count; i++) {
		const struct arg_spec *spec;
		const char *attached;

		if (!strcmp(words[i], "--"))
			return count;
		if (!parse_looks_like_option(words[i]))
			return i;
		spec = parse_option(&command_dashboard, words[i], &attached);
		if (spec && parse_wants_value(spec, attached))
			i++;
	}
	return count;
}

void parse_find_words(const char *const *words, size_t count, struct command_words *ret_words)
{
	struct command_words found = {.noun = next_word(words, count, 0), .verb = count};

	if (found.noun == count) {
		found.command = &command_dashboard;
		*ret_words = found;
		return;
	}
	found.noun_text = words[found.noun];
	found.noun_known = noun_named(found.noun_text);
	if (!found.noun_known) {
		found.command = *found.noun_text ? command_find("", found.noun_text) : NULL;
	} else {
		found.verb = next_word(words, count, found.noun + 1);
		if (found.verb < count)
			found.command = command_find(found.noun_text, words[found.verb]);
	}
	*ret_words = found;
}

const struct arg_spec *parse_positional(const struct command *command, size_t taken)
{
	const struct arg_spec *last = NULL;

	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg_spec *spec = &command->args[i];

		if (arg_is_option(spec))
			continue;
		if (taken == 0)
			return spec;
		taken--;
		last = spec;
	}
	return last && last->repeated ? last : NULL;
}

/* ---- what to say about a word that is not known ---- */

struct names {
	const char *items[WORDS_MAX];
	size_t count;
};

static void names_add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return;
	if (names->count < WORDS_MAX)
		names->items[names->count++] = name;
}

static void names_join(const struct names *names, char *dst, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, size - 1);
	for (size_t i = 0; i < names->count; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "", names->items[i]);
	str_copy(dst, size, strbuf_str(&text));
	strbuf_finish(&text);
}

/* Fills eb with "WORD SENTENCE; did you mean "NEAR"?", that unless `told`, and the names that there are. */
static enum err unknown_word(const char *word, const char *sentence, bool told,
	const struct names *names, struct errbuf *eb)
{
	char expected[EXPECTED_MAX];
	struct strbuf text;
	size_t near;

	strbuf_init(&text, EXPECTED_MAX);
	strbuf_add_char(&text, '"');
	text_add_safe(&text, str_of(word));
	strbuf_addf(&text, "\" %s", sentence);
	if (!told && name_near(str_of(word), names->items, names->count, &near, 1))
		strbuf_addf(&text, "; did you mean \"%s\"?", names->items[near]);
	names_join(names, expected, sizeof(expected));
	err_set_field(eb, ERR_USAGE, NULL, expected, "%s", text.data);
	strbuf_finish(&text);
	return ERR_USAGE;
}

static enum err unknown_command(
	const struct command_words *found, const char *verb, struct errbuf *eb)
{
	struct names names = {0};
	char sentence[64];

	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		const char *first = *command->noun ? command->noun : command->verb;

		if (found->noun_known && !strcmp(command->noun, found->noun_text))
			names_add(&names, command->verb);
		else if (!found->noun_known && *first)
			names_add(&names, first);
	}
	if (!found->noun_known)
		return unknown_word(found->noun_text, "is not a command", false, &names, eb);
	if (verb) {
		snprintf(sentence, sizeof(sentence), "is not a subcommand of %s", found->noun_text);
		return unknown_word(verb, sentence, false, &names, eb);
	}
	err_set_field(eb, ERR_USAGE, NULL, NULL, "\"%s\" needs a subcommand", found->noun_text);
	if (eb)
		names_join(&names, eb->expected, sizeof(eb->expected));
	return ERR_USAGE;
}

/* Where a word that is no option belongs: to another program, or into the filter. False when that is not known. */
static bool add_right_place(
	struct strbuf *sentence, const struct command *command, const char *word, const char *next)
{
	struct str value = str_of(word);
	struct str term = str_cut(&value, '=');
	bool filters = false, told = false;
	const char *before = "";

	for (size_t i = 0; i < command->arg_count; i++) {
		const struct arg_spec *spec = &command->args[i];

		filters |= spec->kind == ARG_FILTER;
		told |= spec->theirs != NULL;
		if (spec->theirs)
			strbuf_addf(sentence, "; %s's own options come after %s", command->verb,
				before);
		before = spec->name;
	}
	for (size_t i = 0; filters && i < filter_term_count; i++) {
		if (term.n < 3 ||
			!str_eq_c((struct str){term.p + 2, term.n - 2}, filter_terms[i].name))
			continue;
		strbuf_addf(sentence, "; it is a term of the filter: '%s:", filter_terms[i].name);
		text_add_safe(sentence, value.n ? value : str_of(next ? next : "..."));
		strbuf_add_char(sentence, '\'');
		told = true;
	}
	return told;
}

/* `next` is the word after it, NULL behind the last. */
static enum err unknown_option(
	const struct command *command, const char *word, const char *next, struct errbuf *eb)
{
	struct names names = {0};
	struct strbuf sentence;
	enum err err;

	for (size_t i = 0; i < command->arg_count; i++)
		if (arg_is_option(&command->args[i]))
			names_add(&names, command->args[i].name);
	for (size_t i = 0; i < command_global_count; i++)
		names_add(&names, command_globals[i].name);
	strbuf_init(&sentence, EXPECTED_MAX);
	strbuf_add_c(&sentence, "is not an option of ");
	command_name(&sentence, command);
	bool told = add_right_place(&sentence, command, word, next);
	err = unknown_word(word, sentence.data, told, &names, eb);
	strbuf_finish(&sentence);
	return err;
}

/* ---- reading ---- */

struct parser {
	const char *const *words;
	size_t count;
	struct command_args *args;
	struct errbuf *eb;
	size_t positionals;
	bool passed_end; /* "--" was among the words to pass on */
};

static const struct command *args_command(const struct command_args *args)
{
	return args->command ? args->command : &command_help;
}

static enum err wrong_use(
	const struct command_args *args, const char *name, const char *sentence, struct errbuf *eb)
{
	struct strbuf usage;

	strbuf_init(&usage, EXPECTED_MAX);
	command_usage(&usage, args_command(args));
	err_set_field(eb, ERR_USAGE, name, usage.data, "%s %s", name, sentence);
	strbuf_finish(&usage);
	return ERR_USAGE;
}

static enum err keep_value(struct parser *p, const struct arg_spec *spec, const char *value)
{
	struct command_args *args = p->args;
	enum err err = parse_check(spec, value, p->eb);

	if (err)
		return err;
	if (!spec->repeated && args_has(args, spec->name))
		return wrong_use(p->args, spec->name, "is given twice", p->eb);
	array_reserve(&args->values, &args->cap, args->count + 1, sizeof(*args->values));
	args->values[args->count++] = (struct arg_value){spec, xstrdup(value)};
	return ERR_NONE;
}

/* Takes words[*i], and the word after it when that is its value. */
static enum err read_option(struct parser *p, size_t *i)
{
	const char *attached;
	const struct arg_spec *spec = parse_option(p->args->command, p->words[*i], &attached);

	if (!spec)
		return unknown_option(args_command(p->args), p->words[*i],
			*i + 1 < p->count ? p->words[*i + 1] : NULL, p->eb);
	if (spec->kind == ARG_FLAG && attached)
		return wrong_use(p->args, spec->name, "takes no value", p->eb);
	if (!parse_wants_value(spec, attached))
		return keep_value(p, spec, attached ? attached : "");
	if (*i + 1 >= p->count)
		return wrong_use(p->args, spec->name, "needs a value", p->eb);
	*i += 1;
	return keep_value(p, spec, p->words[*i]);
}

/* A term of the filter, where the command has no filter and an option of that name. */
static void option_of_term(const struct parser *p, const char *word, struct strbuf *out)
{
	const struct command *command = args_command(p->args);
	struct str value = str_of(word);
	struct str term = str_cut(&value, ':');

	strbuf_add_c(out, "is one word too many");
	for (size_t i = 0; value.n > 0 && i < command->arg_count; i++) {
		const char *name = command->args[i].name;

		if (!arg_is_option(&command->args[i]) || !str_eq_c(term, name + 2))
			continue;
		strbuf_addf(out, "; here it is an option: %s ", name);
		text_add_safe(out, value);
	}
}

static enum err read_positional(struct parser *p, const char *word)
{
	const struct arg_spec *spec =
		p->args->command ? parse_positional(p->args->command, p->positionals) : NULL;
	struct strbuf name, option;

	if (spec) {
		p->positionals++;
		return keep_value(p, spec, word);
	}
	strbuf_init(&name, EXPECTED_MAX);
	strbuf_init(&option, EXPECTED_MAX);
	strbuf_add_char(&name, '"');
	text_add_safe(&name, str_of(word));
	strbuf_add_char(&name, '"');
	option_of_term(p, word, &option);
	wrong_use(p->args, name.data, option.data, p->eb);
	strbuf_finish(&option);
	strbuf_finish(&name);
	return ERR_USAGE;
}

/* The argument that takes all words from here on as they are, or NULL. */
static const struct arg_spec *at_rest(const struct parser *p)
{
	const struct arg_spec *next =
		p->args->command ? parse_positional(p->args->command, p->positionals) : NULL;

	return next && next->kind == ARG_REST ? next : NULL;
}

static bool has_name(const char *const *names, const char *name)
{
	for (size_t i = 0; names && names[i]; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static void add_word(struct strbuf *out, const char *word)
{
	strbuf_add_char(out, ' ');
	shell_quote(out, str_of(word));
}

/* The line as it was meant: with the option in words[at], and its value, before what is passed on. */
static void write_right_line(const struct parser *p, const struct command_words *found,
	const struct arg_spec *spec, size_t at, struct strbuf *out)
{
	const char *attached;
	const struct arg_spec *same = parse_option(p->args->command, p->words[at], &attached);
	bool next = parse_wants_value(same, attached);

	strbuf_add_c(out, "umbra ");
	command_name(out, p->args->command);
	add_word(out, p->words[at]);
	if (next)
		add_word(out, at + 1 < p->count ? p->words[at + 1] : spec->value);
	for (size_t i = 0; i < p->count; i++)
		if (i != found->noun && i != found->verb && i != at && !(next && i == at + 1))
			add_word(out, p->words[i]);
}

/*
 * A word to pass on. An option of ours there would go to the other program, and what it was to do would not be
 * done. Behind "--" it is no option.
 */
static enum err read_rest(
	struct parser *p, const struct command_words *found, const struct arg_spec *rest, size_t i)
{
	const struct command *command = p->args->command;
	const char *attached;
	const struct arg_spec *spec = parse_looks_like_option(p->words[i]) && !p->passed_end
					      ? parse_option(command, p->words[i], &attached)
					      : NULL;
	const struct arg_spec *before = parse_positional(command, 0);
	struct strbuf line;
	enum err err;

	p->passed_end |= !strcmp(p->words[i], "--");
	if (!spec || has_name(rest->theirs, spec->name))
		return read_positional(p, p->words[i]);
	strbuf_init(&line, EXPECTED_MAX);
	write_right_line(p, found, spec, i, &line);
	if (!strbuf_ok(&line)) {
		strbuf_reset(&line);
		command_usage(&line, command);
	}
	err = err_set_field(p->eb, ERR_USAGE, spec->name, line.data,
		"%s is an option of umbra and stands before %s; nothing was done", spec->name,
		before->name);
	strbuf_finish(&line);
	return err;
}

static enum err read_words(struct parser *p, const struct command_words *found)
{
	bool only_positionals = false;
	enum err err = ERR_NONE;

	for (size_t i = 0; i < p->count && !err; i++) {
		const char *word = p->words[i];

		if (i == found->noun || i == found->verb)
			continue;
		if (at_rest(p) && i > found->noun)
			err = read_rest(p, found, at_rest(p), i);
		else if (!only_positionals && !strcmp(word, "--"))
			only_positionals = true;
		else if (!only_positionals && parse_looks_like_option(word))
			err = read_option(p, &i);
		else
			err = read_positional(p, word);
	}
	return err;
}

/* Repeated filter words are one filter in the end. */
static enum err check_filter(const struct command_args *args, struct errbuf *eb)
{
	struct filter *filter;
	struct strbuf words;
	enum err err = ERR_NONE;

	strbuf_init(&words, LIMIT_FILTER);
	args_join(&words, args, "FILTER");
	filter = filter_parse(strbuf_str(&words), NULL, eb);
	if (!strbuf_ok(&words))
		err = err_set_field(eb, ERR_USAGE, "FILTER", NULL, "FILTER is longer than %d bytes",
			LIMIT_FILTER);
	else if (!filter)
		err = ERR_USAGE;
	filter_destroy(filter);
	strbuf_finish(&words);
	return err;
}

static enum err missing(
	const struct command_args *args, const struct arg_spec *spec, struct errbuf *eb)
{
	struct strbuf sentence;
	enum err err;

	strbuf_init(&sentence, EXPECTED_MAX);
	strbuf_add_c(&sentence, "is missing");
	for (size_t i = 0; spec->choices && spec->choices[i]; i++)
		strbuf_addf(&sentence, "%s%s", i ? ", " : ": one of ", spec->choices[i]);
	err = wrong_use(args, spec->name, sentence.data, eb);
	strbuf_finish(&sentence);
	return err;
}

static enum err check_required(const struct command_args *args, struct errbuf *eb)
{
	const struct command *command = args->command;

	for (size_t i = 0; i < command->arg_count; i++)
		if (command->args[i].required && !args_has(args, command->args[i].name))
			return missing(args, &command->args[i], eb);
	if (!command->id && args_has(args, "--output") &&
		!strcmp(args_get(args, "--output"), "name"))
		return err_set_field(eb, ERR_USAGE, "--output", "text, json, ndjson",
			"what this answers has no name");
	return args_has(args, "FILTER") ? check_filter(args, eb) : ERR_NONE;
}

enum err command_check(const struct command_args *args, struct errbuf *eb)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < args->count && !err; i++)
		err = parse_check(args->values[i].spec, args->values[i].value, eb);
	return err ? err : check_required(args, eb);
}

/* --help or --version anywhere before the rest: then nothing else needs to be there. */
static bool asks_only(const char *const *words, size_t count)
{
	for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++)
		if (!strcmp(words[i], "--help") || !strcmp(words[i], "-h"))
			return true;
	return false;
}

static enum err parse(struct parser *p)
{
	struct command_words found;
	enum err err;

	parse_find_words(p->words, p->count, &found);
	p->args->command = found.command;
	p->args->noun = found.noun_known;
	if (!found.command) {
		const char *verb = found.verb < p->count ? p->words[found.verb] : NULL;

		if (!found.noun_known || verb || !asks_only(p->words, p->count))
			return unknown_command(&found, verb, p->eb);
	}
	err = read_words(p, &found);
	if (err || !found.command || args_has(p->args, "--help") || args_has(p->args, "--version"))
		return err;
	return check_required(p->args, p->eb);
}

static void args_fail(struct command_args *args)
{
	const struct command_args hint = {.command = args->command, .noun = args->noun};

	args_finish(args);
	*args = hint;
}

enum err command_parse(
	int argc, const char *const *argv, struct command_args *ret_args, struct errbuf *eb)
{
	struct parser p = {.words = argv, .count = (size_t)argc, .args = ret_args, .eb = eb};
	enum err err;

	*ret_args = (struct command_args){0};
	err = parse(&p);
	if (err)
		args_fail(ret_args);
	return err;
}

/* ---- a line ---- */

enum err command_parse_line(const char *line, struct command_args *ret_args, struct errbuf *eb)
{
	char *storage = xstrdup(line);
	size_t count = 0;
	const char **words = shell_split(storage, &count);
	size_t skip;
	enum err err;

	*ret_args = (struct command_args){0};
	if (!words) {
		free(storage);
		return err_set(eb, ERR_USAGE, "a quote is not closed");
	}
	skip = count && !strcmp(words[0], "umbra") ? 1 : 0;
	err = command_parse((int)(count - skip), words + skip, ret_args, eb);
	free(words);
	free(storage);
	return err;
}
