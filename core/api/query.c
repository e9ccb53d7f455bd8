/*
 * Reads the query of a request target into views over one owned block. Called once per request, before
 * its handler; the handler asks for the parameters its route has named.
 */
#include "core/api/query.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/api/clip.h"
#include "core/base/xalloc.h"
#include "core/base/strbuf.h"
#include "core/base/time.h"
#include "core/model/filter.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool query_decode(struct str s, bool plus_is_space, char *dst, size_t *ret_len)
{
	size_t len = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			bool whole = s.n - i > 2;
			int high = whole ? hex_digit(s.p[i + 1]) : -1;
			int low = whole ? hex_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		dst[len++] = c;
	}
	*ret_len = len;
	return true;
}

/* The names a route takes, for a person. */
static void list_names(struct strbuf *out, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i] != NULL)
			strbuf_addf(out, "%s%s", out->len > 0 ? ", " : "", names[i]);
	}
	if (out->len == 0)
		strbuf_add_c(out, "no parameters");
}

static bool is_allowed(struct str name, const char *const *allowed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (allowed[i] != NULL && str_eq_c(name, allowed[i]))
			return true;
	}
	return false;
}

static enum err refuse(struct str name, const char *what, const char *const *allowed,
	size_t allowed_count, struct errbuf *eb)
{
	char field[CLIP_MAX + 1];
	struct strbuf names;
	enum err err;

	(void)str_copy(field, sizeof(field), clip(name));
	strbuf_init(&names, 256);
	list_names(&names, allowed, allowed_count);
	err = err_set_field(eb, ERR_BAD_PARAMETER, field, names.data != NULL ? names.data : "",
		"the query parameter %s %s", field, what);
	strbuf_finish(&names);
	return err;
}

/* Decodes one `name=value` to *at, which is moved on. */
static enum err read_item(struct query *query, struct str item, char **at, struct errbuf *eb)
{
	struct str rest = item;
	struct str name = str_cut(&rest, '=');
	size_t name_len;
	size_t value_len = 0;
	char *dst = *at;

	if (!query_decode(name, true, dst, &name_len) ||
		!query_decode(rest, true, dst + name_len, &value_len))
		return err_set_field(eb, ERR_BAD_PARAMETER, NULL,
			"percent-encoding as in RFC 3986 section 2.1, without %00",
			"the query has a broken percent-encoding in %.*s", STR_ARG(clip(item)));
	query->items[query->count].name = (struct str){dst, name_len};
	query->items[query->count].value = (struct str){dst + name_len, value_len};
	*at = dst + name_len + value_len;
	return ERR_NONE;
}

enum err query_parse(struct query *query, const char *text, const char *const *allowed,
	size_t allowed_count, struct errbuf *eb)
{
	struct str rest = str_of(text);
	enum err err = ERR_NONE;
	char *at;

	*query = (struct query){0};
	if (rest.n == 0)
		return ERR_NONE;
	at = query->storage = xmalloc(rest.n);
	while (err == ERR_NONE && rest.p != NULL) {
		struct str item = str_cut(&rest, '&');
		struct str name;

		if (item.n == 0)
			continue;
		err = query->count < QUERY_MAX
			      ? read_item(query, item, &at, eb)
			      : err_set(eb, ERR_BAD_PARAMETER,
					"more query parameters than this path takes");
		if (err != ERR_NONE)
			break;
		name = query->items[query->count].name;
		if (!is_allowed(name, allowed, allowed_count))
			err = refuse(name, "is not known here", allowed, allowed_count, eb);
		for (size_t i = 0; err == ERR_NONE && i < query->count; i++) {
			if (str_eq(query->items[i].name, name))
				err = refuse(name, "is given twice", allowed, allowed_count, eb);
		}
		query->count++;
	}
	if (err != ERR_NONE)
		query_finish(query);
	return err;
}

void query_finish(struct query *query)
{
	free(query->storage);
	*query = (struct query){0};
}

struct str query_get(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++) {
		if (str_eq_c(query->items[i].name, name))
			return query->items[i].value;
	}
	return (struct str){0};
}

enum err query_int(const struct query *query, const char *name, int64_t min, int64_t max,
	int64_t *value, struct errbuf *eb)
{
	struct str text = query_get(query, name);
	char expected[64];
	int64_t number;

	if (text.p == NULL)
		return ERR_NONE;
	if (str_to_i64(text, &number) && number >= min && number <= max) {
		*value = number;
		return ERR_NONE;
	}
	(void)snprintf(expected, sizeof(expected),
		max == INT64_MAX ? "a whole number from %lld" : "a whole number from %lld to %lld",
		(long long)min, (long long)max);
	return err_set_field(eb, ERR_BAD_PARAMETER, name, expected, "%s=%.*s is not possible", name,
		STR_ARG(clip(text)));
}

enum err query_duration(const struct query *query, const char *name, int64_t min_ms, int64_t max_ms,
	int64_t *value_ms, struct errbuf *eb)
{
	struct str text = query_get(query, name);
	char min[DURATION_TEXT_SIZE];
	char max[DURATION_TEXT_SIZE];
	char expected[96];
	int64_t duration;

	if (text.p == NULL)
		return ERR_NONE;
	if (duration_parse(text, &duration) && duration >= min_ms && duration <= max_ms) {
		*value_ms = duration;
		return ERR_NONE;
	}
	duration_format(min_ms, min);
	duration_format(max_ms, max);
	(void)snprintf(expected, sizeof(expected), "a duration from %s to %s", min, max);
	return err_set_field(eb, ERR_BAD_PARAMETER, name, expected, "%s=%.*s is not possible", name,
		STR_ARG(clip(text)));
}

enum err query_choice(const struct query *query, const char *name, const char *const *choices,
	int *value, struct errbuf *eb)
{
	struct str text = query_get(query, name);
	struct strbuf names;
	size_t count = 0;
	enum err err;

	if (text.p == NULL)
		return ERR_NONE;
	for (; choices[count] != NULL; count++) {
		if (str_eq_c(text, choices[count])) {
			*value = (int)count;
			return ERR_NONE;
		}
	}
	strbuf_init(&names, 256);
	list_names(&names, choices, count);
	err = err_set_field(eb, ERR_BAD_PARAMETER, name, names.data, "%s=%.*s is not possible",
		name, STR_ARG(clip(text)));
	strbuf_finish(&names);
	return err;
}

enum err query_switch(const struct query *query, const char *name, bool *ret_on, struct errbuf *eb)
{
	static const char *const switches[] = {"0", "1", NULL};
	int on = 0;
	enum err err = query_choice(query, name, switches, &on, eb);

	*ret_on = err == ERR_NONE && on == 1;
	return err;
}

struct filter *query_filter(const struct query *query, struct errbuf *eb)
{
	size_t column = 0;
	struct filter *filter = filter_parse(query_get(query, "filter"), &column, eb);

	if (filter == NULL && eb->field[0] == '\0')
		(void)snprintf(eb->field, sizeof(eb->field), "filter");
	return filter;
}
