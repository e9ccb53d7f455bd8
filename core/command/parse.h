/*
 * How words become arguments; shared by the parser and by completion, which must agree.
 */
#ifndef UMBRA_COMMAND_PARSE_H
#define UMBRA_COMMAND_PARSE_H

#include "core/command/command.h"

/* Where the words of the command are among others: the noun (or one-word command) and the verb. */
struct command_words {
	size_t noun; /* index; `count` when there is none */
	size_t verb; /* the same */
	const char *noun_text; /* NULL without one */
	const char *
		noun_known; /* the table's, when the first word is a noun, which wants a verb; else NULL */
	const struct command
		*command; /* NULL when the words name none; the dashboard without words */
};
void parse_find_words(const char *const *words, size_t count, struct command_words *ret_words);

/*
 * The option that a word is for a command (NULL: only what all take), or NULL. ret_value is the value
 * attached to it ("--ttl=3d", "-n5"), or NULL.
 */
const struct arg_spec *parse_option(
	const struct command *command, const char *word, const char **ret_value);
/* Of an option's value that comes as the next word. */
static inline bool parse_wants_value(const struct arg_spec *spec, const char *attached)
{
	return spec->kind != ARG_FLAG && !attached;
}
static inline bool parse_looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}
/* The positional after `taken` others, the last one again when it repeats; NULL when there is none. */
const struct arg_spec *parse_positional(const struct command *command, size_t taken);

/* Whether a value is one of its kind; the sentence names the argument and what is accepted. */
enum err parse_check(const struct arg_spec *spec, const char *value, struct errbuf *eb);

#endif
