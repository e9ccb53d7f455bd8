/*
 * A thing held against a filter. Called for every record of a tail and every row of a list, so a
 * term costs a look into a table and a comparison. Each kind of thing has a shape
 * (filter_fields.c): where its words and numbers are. What a thing has no field for does not match.
 *
 * The verdict has a third value, for facts of the environment when there is none to ask.
 */
#include "core/model/filter_internal.h"

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_UNKNOWN };

/* ---- values ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool contains_nocase(struct str s, struct str needle)
{
	if (needle.n == 0)
		return true;
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (lower(s.p[i]) == lower(needle.p[0]) &&
			str_eq_nocase((struct str){s.p + i, needle.n}, needle))
			return true;
	return false;
}

/* An absent word matches nothing, not even a star. */
static bool word_matches(const struct filter_value *value, struct str word, bool nocase)
{
	struct str core = value->text;
	struct str part = word;

	if (word.n == 0 || word.n < core.n)
		return false;
	if (value->open_front && value->open_back)
		return nocase ? contains_nocase(word, core)
			      : core.n == 0 || str_find(word, core) < word.n;
	if (value->open_front)
		part = (struct str){word.p + (word.n - core.n), core.n};
	else if (value->open_back)
		part = (struct str){word.p, core.n};
	return nocase ? str_eq_nocase(part, core) : str_eq(part, core);
}

static bool text_matches(const struct subject *subject, const struct filter_value *value)
{
	struct str text;

	for (size_t i = 0; subject->shape->text(subject, i, &text); i++) {
		if (text.n == 0)
			continue;
		if (value->regex != NULL ? filter_regex_matches(value->regex, text)
					 : contains_nocase(text, value->text))
			return true;
	}
	return false;
}

static bool number_matches(
	enum term_match match, const struct filter_value *value, double number, int64_t now_ms)
{
	switch (match) {
	case MATCH_OVER:
		return number > (double)value->low;
	case MATCH_UNDER:
		return number < (double)value->low;
	case MATCH_SINCE:
		return number >= (double)(now_ms - value->low);
	default:
		return number >= (double)value->low && number <= (double)value->high;
	}
}

/* ---- terms ---- */

const void *subject_at(const struct subject *subject, size_t offset)
{
	return (const char *)subject->record + offset;
}

static enum verdict verdict_of(bool yes)
{
	return yes ? VERDICT_YES : VERDICT_NO;
}

static bool words_match(const struct subject *subject, const struct getter *getter,
	const struct filter_value *value, bool nocase)
{
	struct str word;

	for (size_t i = 0; getter->word(subject, i, &word); i++)
		if (word_matches(value, word, nocase))
			return true;
	return false;
}

static enum verdict fact_matches(const struct subject *subject, const struct getter *getter,
	enum term_match match, const struct filter_value *value)
{
	struct str word = {0};
	int64_t number = 0;

	if (subject->env == NULL)
		return subject->lenient ? VERDICT_UNKNOWN : VERDICT_NO;
	if (!getter->fact(subject, &word, &number))
		return VERDICT_NO;
	if (match == MATCH_NUMBER)
		return verdict_of(number_matches(match, value, (double)number, 0));
	return verdict_of(word_matches(value, word, match == MATCH_NAME));
}

static bool shares_match(const struct filter_value *value, const double shares[2])
{
	for (int i = 0; i < 2; i++)
		if (filter_value_is_class(value, 4 + i))
			return shares[i] > 0;
	return false;
}

static enum verdict value_matches(
	const struct subject *subject, enum term term, const struct filter_value *value)
{
	const struct getter *getter = &subject->shape->getters[term];
	enum term_match match = term_matches[term];
	const void *field = subject_at(subject, getter->offset);
	bool nocase = match == MATCH_NAME;

	if (match == MATCH_TEXT || match == MATCH_REGEX)
		return verdict_of(text_matches(subject, value));
	switch (getter->type) {
	case GET_NOTHING:
		break;
	case GET_VIEW:
		return verdict_of(word_matches(value, *(const struct str *)field, nocase));
	case GET_TEXT:
		return verdict_of(word_matches(value, str_of(*(char *const *)field), nocase));
	case GET_WORDS:
		return verdict_of(words_match(subject, getter, value, nocase));
	case GET_CHOICE:
		return verdict_of(value->choices >> *(const unsigned *)field & 1);
	case GET_INT:
		return verdict_of(number_matches(
			match, value, (double)*(const int64_t *)field, subject->now_ms));
	case GET_MS:
		return verdict_of(
			number_matches(match, value, *(const double *)field, subject->now_ms));
	case GET_SHARES:
		return verdict_of(shares_match(value, field));
	case GET_FACT:
		return fact_matches(subject, getter, match, value);
	}
	return VERDICT_NO;
}

static enum verdict term_verdict(const struct subject *subject, const struct filter_term *term)
{
	enum verdict verdict = VERDICT_NO;

	for (size_t i = 0; i < term->count && verdict != VERDICT_YES; i++) {
		enum verdict one = value_matches(subject, term->term, &term->values[i]);
		if (one != VERDICT_NO)
			verdict = one;
	}
	if (term->negated && verdict != VERDICT_UNKNOWN)
		verdict = verdict_of(verdict == VERDICT_NO);
	return verdict;
}

bool subject_matches_term(const struct subject *subject, const struct filter_term *term)
{
	return term_verdict(subject, term) != VERDICT_NO;
}

bool subject_matches(const struct filter *filter, const struct subject *subject)
{
	for (size_t i = 0; i < filter->count; i++)
		if (!subject_matches_term(subject, &filter->terms[i]))
			return false;
	return true;
}
