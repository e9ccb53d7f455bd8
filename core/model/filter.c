/*
 * The table of terms, and what can be asked of a parsed filter. Parsing is in filter_parse.c,
 * matching in filter_match.c. A filter belongs to one thread: matching a regular expression changes
 * what it has learned.
 */
#include "core/model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/filter_internal.h"

/* clang-format off */
const struct filter_term_info filter_terms[] = {
#define X(name, text, match, values, example, help) [name] = {(text), (example), (help), (values)},
	FILTER_TERM_TABLE(X)
#undef X
};

const enum term_match term_matches[TERM_COUNT] = {
#define X(name, text, match, values, example, help) [name] = (match),
	FILTER_TERM_TABLE(X)
#undef X
};
/* clang-format on */

const size_t filter_term_count = TERM_COUNT;

void filter_destroy(struct filter *filter)
{
	if (filter == NULL)
		return;
	for (size_t i = 0; i < filter->count; i++) {
		struct filter_term *term = &filter->terms[i];
		for (size_t j = 0; j < term->count; j++)
			filter_regex_destroy(term->values[j].regex);
		free(term->values);
	}
	free(filter->storage);
	free(filter->source);
	free(filter);
}

bool filter_is_empty(const struct filter *filter)
{
	return filter->count == 0;
}

bool filter_is_costly(const struct filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		enum term_match match = term_matches[filter->terms[i].term];
		if (match == MATCH_TEXT || match == MATCH_REGEX)
			return true;
	}
	return false;
}

struct str filter_text(const struct filter *filter)
{
	return str_of(filter->source);
}

struct str filter_exact(const struct filter *filter, const char *term)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_term *t = &filter->terms[i];
		const struct filter_value *value = t->values;
		if (strcmp(filter_terms[t->term].name, term) == 0 &&
			term_matches[t->term] == MATCH_WORD && !t->negated && t->count == 1 &&
			!value->open_front && !value->open_back)
			return value->text;
	}
	return (struct str){0};
}

int64_t filter_since(const struct filter *filter, int64_t now_ms)
{
	int64_t since = 0;

	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_term *t = &filter->terms[i];
		if (t->term != TERM_SINCE || t->negated)
			continue;
		int64_t longest = 0;
		for (size_t j = 0; j < t->count; j++)
			if (t->values[j].low > longest)
				longest = t->values[j].low;
		if (now_ms - longest > since)
			since = now_ms - longest;
	}
	return since;
}
