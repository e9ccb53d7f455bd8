/*
 * A filter from text. Called where a person or a client gives one, for every key typed in a prompt
 * too, so a mistake is an answer and not an event: it says where it is and what would be right. One
 * row of `readers` for each way the values of a term are read.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/term_text.h"
#include "core/base/time.h"
#include "core/model/filter.h"
#include "core/model/filter_internal.h"
#include "core/model/name_rules.h"

struct parser {
	struct str text;
	size_t at;
	struct filter *filter;
	size_t stored; /* bytes used of filter->storage */
	size_t column; /* of the mistake */
	struct errbuf *eb;
};

/*
 * The mistake is at `column`; its sentence begins with that, counted from 1 for people. Returns
 * false.
 */
__attribute__((format(printf, 4, 5))) static bool fail(
	struct parser *p, size_t column, const char *expected, const char *format, ...)
{
	char sentence[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	p->column = column;
	err_set_field(
		p->eb, ERR_BAD_FILTER, "filter", expected, "column %zu: %s", column + 1, sentence);
	return false;
}

/* A piece of the filter as it may be shown, cut to a length for a sentence. */
struct excerpt {
	char text[64];
};

static struct excerpt excerpt(struct str s)
{
	struct excerpt e;
	struct strbuf safe;

	strbuf_init(&safe, 512);
	text_add_safe(&safe, (struct str){s.p, s.n < 40 ? s.n : 40});
	str_copy(e.text, sizeof(e.text), strbuf_str(&safe));
	strbuf_finish(&safe);
	return e;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool at_end(const struct parser *p)
{
	return p->at >= p->text.n;
}

static char peek(const struct parser *p)
{
	return at_end(p) ? '\0' : p->text.p[p->at];
}

static void skip_blanks(struct parser *p)
{
	while (is_blank(peek(p)))
		p->at++;
}

/* ---- values ---- */

static void store(struct parser *p, struct str *text, char c)
{
	p->filter->storage[p->stored++] = c;
	text->n++;
}

static bool read_quoted(struct parser *p, struct filter_value *value)
{
	size_t start = p->at++;

	while (!at_end(p) && peek(p) != '"') {
		if (peek(p) == '\\' && p->at + 1 < p->text.n &&
			(p->text.p[p->at + 1] == '"' || p->text.p[p->at + 1] == '\\'))
			p->at++;
		store(p, &value->text, p->text.p[p->at++]);
	}
	if (at_end(p))
		return fail(p, start, "\"", "the quoted text has no end");
	p->at++;
	if (!at_end(p) && !is_blank(peek(p)) && peek(p) != ',')
		return fail(p, p->at, "a blank or a comma", "nothing may follow the closing quote");
	if (value->text.n == 0)
		return fail(p, start, "a text", "the quoted text is empty");
	return true;
}

static bool read_bare(struct parser *p, struct filter_value *value, const char *expected)
{
	size_t start = p->at;

	while (!at_end(p) && !is_blank(peek(p)) && peek(p) != ',') {
		if (peek(p) == '"')
			return fail(
				p, p->at, "a blank", "a quote stands at the beginning of a text");
		p->at++;
	}
	struct str word = {p->text.p + start, p->at - start};
	if (word.n == 0)
		return fail(p, start, expected, "a value is missing");
	if (word.p[0] == '*') {
		value->open_front = true;
		word = (struct str){word.p + 1, word.n - 1};
	}
	if (word.n > 0 && word.p[word.n - 1] == '*') {
		value->open_back = true;
		word.n--;
	}
	size_t star = str_find_char(word, '*');
	if (star < word.n)
		return fail(p, (size_t)(word.p - p->text.p) + star,
			"* at the beginning or end, or quotes around the text",
			"a * may not stand in the middle");
	for (size_t i = 0; i < word.n; i++)
		store(p, &value->text, word.p[i]);
	return true;
}

/* Reads what the text says and sets the value; the text stands at `column`. */
struct reader {
	const char *expected;
	bool stars; /* may it be with stars */
	bool (*set)(enum term term, struct filter_value *value);
};

static bool set_text(enum term term, struct filter_value *value)
{
	(void)term;
	(void)value;
	return true;
}

static bool word_matches(const struct filter_value *value, struct str word)
{
	struct str core = value->text;

	if (value->open_front && value->open_back)
		return str_find(word, core) < word.n || core.n == 0;
	if (value->open_front)
		return str_ends(word, core);
	return value->open_back ? str_starts(word, core) : str_eq(word, core);
}

static bool set_choice(enum term term, struct filter_value *value)
{
	const char *const *names = filter_terms[term].values;

	for (size_t i = 0; names[i] != NULL; i++)
		if (word_matches(value, str_of(names[i])))
			value->choices |= UINT64_C(1) << i;
	return value->choices != 0;
}

static bool set_number(enum term term, struct filter_value *value)
{
	struct str digits = value->text;

	(void)term;
	if (str_starts(digits, STR_LIT("#")))
		digits = (struct str){digits.p + 1, digits.n - 1};
	if (!str_to_i64(digits, &value->low) || value->low < 1)
		return false;
	value->high = value->low;
	return true;
}

static bool set_status(enum term term, struct filter_value *value)
{
	struct str s = value->text;

	(void)term;
	if (s.n == 3 && s.p[0] >= '1' && s.p[0] <= '5' &&
		str_eq_nocase((struct str){s.p + 1, 2}, STR_LIT("xx"))) {
		value->low = INT64_C(100) * (s.p[0] - '0');
		value->high = value->low + 99;
		return true;
	}
	if (!str_to_i64(s, &value->low) || (value->low != 0 && value->low < 100) ||
		value->low > 999)
		return false;
	value->high = value->low;
	return true;
}

static bool set_duration(enum term term, struct filter_value *value)
{
	(void)term;
	return duration_parse(value->text, &value->low);
}

static const struct reader readers[MATCH_COUNT] = {
	[MATCH_WORD] = {"a word, with * at either end for a wildcard", true, set_text},
	[MATCH_NAME] = {"a word, with * at either end for a wildcard", true, set_text},
	[MATCH_CHOICE] = {NULL, true, set_choice},
	[MATCH_NUMBER] = {"a number like 482", false, set_number},
	[MATCH_STATUS] = {"a status like 404 or a class like 5xx", false, set_status},
	[MATCH_OVER] = {"a duration like 200ms or 2s", false, set_duration},
	[MATCH_UNDER] = {"a duration like 200ms or 2s", false, set_duration},
	[MATCH_SINCE] = {"a duration like 90s, 15m, 8h or 3d", false, set_duration},
	[MATCH_TEXT] = {"a text", true, set_text},
};

/* What a term takes: the sentence of its reader, or its closed list. */
static void expected_of(enum term term, char *dst, size_t size_bytes)
{
	const char *const *names = filter_terms[term].values;
	struct strbuf list;

	strbuf_init(&list, size_bytes - 1);
	if (names == NULL)
		strbuf_add_c(&list, readers[term_matches[term]].expected);
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		strbuf_add_c(&list, i > 0 ? ", " : "one of ");
		strbuf_add_c(&list, names[i]);
	}
	str_copy(dst, size_bytes, strbuf_str(&list));
	strbuf_finish(&list);
}

static struct filter_value *add_value(struct parser *p, struct filter_term *term)
{
	array_reserve(&term->values, &term->cap, term->count + 1, sizeof(*term->values));
	struct filter_value *value = &term->values[term->count++];
	*value = (struct filter_value){.text = {p->filter->storage + p->stored, 0}};
	return value;
}

static bool read_value(struct parser *p, struct filter_term *term)
{
	const struct reader *reader = &readers[term_matches[term->term]];
	struct filter_value *value = add_value(p, term);
	size_t start = p->at;
	char expected[256];

	expected_of(term->term, expected, sizeof(expected));
	bool read = peek(p) == '"' ? read_quoted(p, value) : read_bare(p, value, expected);
	if (!read)
		return false;
	bool starred = value->open_front || value->open_back;
	if ((reader->stars || !starred) && reader->set(term->term, value))
		return true;
	struct str word = {p->text.p + start, p->at - start};
	return fail(p, start, expected, "%s does not take \"%s\"", filter_terms[term->term].name,
		excerpt(word).text);
}

static bool read_values(struct parser *p, struct filter_term *term)
{
	for (;;) {
		if (!read_value(p, term))
			return false;
		if (peek(p) != ',')
			return true;
		p->at++;
	}
}

/* ---- regular expressions ---- */

static bool set_regex(struct parser *p, struct filter_value *value, char *source, size_t start)
{
	const char *back;
	bool small = filter_regex_check(source, &back);

	if (back != NULL)
		return fail(p, start + (size_t)(back - source), "an expression without \\1 to \\9",
			"back-references are not taken");
	if (!small)
		return fail(p, start, "fewer or smaller repeats",
			"the regular expression is too large once its repeats are written out");
	value->regex = xcalloc(1, sizeof(*value->regex));
	if (!filter_regex_compile(value->regex, source))
		return fail(p, start, "a POSIX extended regular expression",
			"the regular expression has a mistake");
	return true;
}

static bool read_regex(struct parser *p, struct filter_term *term)
{
	char source[LIMIT_REGEX + 1];
	size_t start = ++p->at;
	size_t len = 0;

	while (!at_end(p) && peek(p) != '/') {
		bool slash =
			peek(p) == '\\' && p->at + 1 < p->text.n && p->text.p[p->at + 1] == '/';
		bool pair = peek(p) == '\\' && !slash && p->at + 1 < p->text.n;
		if (len + (pair ? 2 : 1) > LIMIT_REGEX)
			return fail(p, p->at, "at most 200 characters",
				"the regular expression is too long");
		p->at += slash ? 1 : 0;
		source[len++] = p->text.p[p->at++];
		if (pair)
			source[len++] = p->text.p[p->at++];
	}
	source[len] = '\0';
	if (at_end(p))
		return fail(p, start - 1, "a / at its end, or path:/... for a path",
			"the regular expression has no end");
	p->at++;
	if (!at_end(p) && !is_blank(peek(p)))
		return fail(p, p->at, "a blank", "nothing may follow the regular expression");
	if (len == 0 || memchr(source, '\0', len) != NULL)
		return fail(p, start, "an expression between the slashes",
			"the regular expression is empty");
	return set_regex(p, add_value(p, term), source, start);
}

/* ---- terms ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool fail_unknown_term(struct parser *p, size_t start, struct str name)
{
	const char *names[TERM_COUNT];
	size_t near[3];
	struct strbuf expected;

	for (size_t i = 0; i < TERM_COUNT; i++)
		names[i] = filter_terms[i].name;
	size_t count = name_near(name, names, TERM_SINCE + 1, near, ARRAY_LEN(near));
	strbuf_init(&expected, 256);
	for (size_t i = 0; i < (count > 0 ? count : TERM_SINCE + 1); i++)
		strbuf_addf(&expected, "%s: ", names[count > 0 ? near[i] : i]);
	strbuf_add_c(&expected, "or quotes around a text with a colon");
	fail(p, start, expected.data, "there is no term \"%s\"", excerpt(name).text);
	strbuf_finish(&expected);
	return false;
}

/* The term that begins here; what introduces it is skipped. TERM_COUNT after a mistake. */
static enum term read_term_name(struct parser *p)
{
	size_t start = p->at;
	size_t end = start;

	if (peek(p) == '/')
		return TERM_REGEX;
	if (peek(p) == '#' && start + 1 < p->text.n && is_digit(p->text.p[start + 1]))
		return TERM_PR;
	if (peek(p) == '>' || peek(p) == '<')
		return p->text.p[p->at++] == '>' ? TERM_OVER : TERM_UNDER;
	while (end < p->text.n && is_letter(p->text.p[end]))
		end++;
	if (end == start || end == p->text.n || p->text.p[end] != ':')
		return TERM_TEXT;
	struct str name = {p->text.p + start, end - start};
	p->at = end + 1;
	for (unsigned i = 0; i < TERM_COUNT; i++)
		if (str_eq_nocase(name, str_of(filter_terms[i].name)))
			return (enum term)i;
	fail_unknown_term(p, start, name);
	return TERM_COUNT;
}

static bool read_term(struct parser *p)
{
	if (p->filter->count == LIMIT_FILTER_TERMS)
		return fail(p, p->at, "at most 32 terms", "the filter has too many terms");

	struct filter_term *term = &p->filter->terms[p->filter->count];
	*term = (struct filter_term){0};
	if (peek(p) == '!') {
		term->negated = true;
		p->at++;
		if (at_end(p) || is_blank(peek(p)) || peek(p) == '!')
			return fail(p, p->at, "a term like status:5xx", "a term must follow the !");
	}
	term->term = read_term_name(p);
	if (term->term == TERM_COUNT)
		return false;
	p->filter->count++;
	return term->term == TERM_REGEX ? read_regex(p, term) : read_values(p, term);
}

static bool read_filter(struct parser *p)
{
	if (p->text.n > LIMIT_FILTER)
		return fail(p, LIMIT_FILTER, "at most 1024 bytes", "the filter is too long");
	for (skip_blanks(p); !at_end(p); skip_blanks(p)) {
		if (!read_term(p))
			return false;
	}
	return true;
}

struct filter *filter_parse(struct str text, size_t *ret_column, struct errbuf *eb)
{
	struct parser p = {.text = text, .eb = eb};

	p.filter = xcalloc(1, sizeof(*p.filter));
	p.filter->source = str_dup(text);
	p.filter->storage = xmalloc(text.n + 1);
	if (read_filter(&p))
		return p.filter;
	filter_destroy(p.filter);
	if (ret_column != NULL)
		*ret_column = p.column;
	return NULL;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80 || (c != '\0' && strchr("_-.@+/#=", c) != NULL);
}

void filter_write_value(struct strbuf *out, struct str value)
{
	size_t bare = value.n > 0 && value.p[0] != '/' ? 0 : value.n + 1;

	while (bare < value.n && is_bare(value.p[bare]))
		bare++;
	if (bare == value.n) {
		strbuf_add_str(out, value);
		return;
	}
	strbuf_add_char(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, value.p[i]);
	}
	strbuf_add_char(out, '"');
}
