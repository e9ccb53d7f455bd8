/*
 * Regular expressions of filters. They come from outside, so two things that grow without bound are
 * bound here: repeats are added up before the library sees them, because it writes each one out and
 * nested ones multiply; and the automaton forgets what it has learned before that is much.
 */
#include <stdlib.h>

#include "core/base/xalloc.h"
#include "core/model/filter_internal.h"

enum { REGEX_COST = 2000 }; /* atoms an expression may be once its repeats are written out */

/* The automaton grows with each state it meets, so it starts afresh now and then. */
enum { REGEX_USES = 1000 };

/* Moves behind a bracket expression, whose first character is at *s. */
static const char *skip_bracket(const char *s)
{
	s++;
	if (*s == '^')
		s++;
	if (*s == ']')
		s++;
	while (*s != '\0' && *s != ']') {
		if (s[0] == '[' && (s[1] == ':' || s[1] == '.' || s[1] == '=')) {
			char kind = s[1];
			for (s += 2; *s != '\0' && !(s[0] == kind && s[1] == ']'); s++)
				;
		}
		if (*s != '\0')
			s++;
	}
	return *s == ']' ? s + 1 : s;
}

/* How often the repeat at **s writes its atom out, and moves behind it; 0 when there is none. */
static size_t repeat_count(const char **s)
{
	char c = **s;

	if (c == '*' || c == '?' || c == '+') {
		(*s)++;
		return c == '+' ? 2 : 1;
	}
	if (c != '{')
		return 0;
	size_t most = 0, number = 0;
	for ((*s)++; **s != '\0' && **s != '}'; (*s)++) {
		number = **s == ',' ? 0 : number * 10 + (size_t)(**s - '0') % 10;
		if (number > REGEX_COST)
			number = REGEX_COST;
		if (number > most)
			most = number;
	}
	if (**s == '}')
		(*s)++;
	return most + 1;
}

/*
 * What the expression comes to with all repeats written out, up to its end or the closing
 * parenthesis; capped. *ret_back is set to a back-reference when there is one.
 */
static size_t regex_cost(const char **s, unsigned depth, const char **ret_back)
{
	size_t total = 0;

	while (**s != '\0' && !(**s == ')' && depth > 0)) {
		size_t atom = 1;
		const char *start = *s;
		if (*start == '(') {
			(*s)++;
			atom = 1 + regex_cost(s, depth + 1, ret_back);
			if (**s == ')')
				(*s)++;
		} else if (*start == '[') {
			*s = skip_bracket(start);
		} else if (*start == '\\' && start[1] != '\0') {
			if (start[1] >= '1' && start[1] <= '9' && *ret_back == NULL)
				*ret_back = start;
			*s += 2;
		} else {
			(*s)++;
		}
		for (size_t times; atom <= REGEX_COST && (times = repeat_count(s)) > 0;)
			atom *= times;
		total += atom;
		if (total > REGEX_COST)
			total = REGEX_COST + 1;
	}
	return total;
}

bool filter_regex_check(const char *source, const char **ret_back)
{
	const char *end = source;

	*ret_back = NULL;
	return regex_cost(&end, 0, ret_back) <= REGEX_COST;
}

bool filter_regex_compile(struct filter_regex *regex, const char *source)
{
	if (regcomp(&regex->compiled, source, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regex->source = xstrdup(source);
	return true;
}

void filter_regex_destroy(struct filter_regex *regex)
{
	if (regex == NULL)
		return;
	if (regex->source != NULL)
		regfree(&regex->compiled);
	free(regex->source);
	free(regex);
}

bool filter_regex_matches(struct filter_regex *regex, struct str text)
{
	char copy[LIMIT_LOG_VALUE + 1];

	if (++regex->used % REGEX_USES == 0) {
		regex_t fresh;
		if (regcomp(&fresh, regex->source, REG_EXTENDED | REG_NOSUB) == 0) {
			regfree(&regex->compiled);
			regex->compiled = fresh;
		}
	}
	str_copy(copy, sizeof(copy), text);
	return regexec(&regex->compiled, copy, 0, NULL, 0) == 0;
}
