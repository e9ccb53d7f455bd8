/*
 * Borrowed text: comparing, cutting, and whole-text numbers. Pure functions over bytes, called by
 * everyone; none depends on the locale, because they read protocols and not prose.
 */
#include "core/base/str.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "core/base/xalloc.h"

int str_int_len(struct str s)
{
	return s.n > INT_MAX ? INT_MAX : (int)s.n;
}

struct str str_of(const char *text)
{
	return (struct str){text, text != NULL ? strlen(text) : 0};
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_c(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	if (suffix.n == 0)
		return true;
	return s.n >= suffix.n && memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0;
}

int str_cmp(struct str a, struct str b)
{
	size_t common = a.n < b.n ? a.n : b.n;
	int order = common > 0 ? memcmp(a.p, b.p, common) : 0;
	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t str_find_char(struct str s, char c)
{
	const char *at = s.n > 0 ? memchr(s.p, c, s.n) : NULL;
	return at != NULL ? (size_t)(at - s.p) : s.n;
}

size_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *at = s.n > 0 ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at != NULL ? (size_t)(at - s.p) : s.n;
}

struct str str_cut(struct str *rest, char sep)
{
	size_t at = str_find_char(*rest, sep);
	struct str part = {rest->p, at};
	if (at == rest->n)
		*rest = (struct str){NULL, 0};
	else
		*rest = (struct str){rest->p + at + 1, rest->n - at - 1};
	return part;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
	uint64_t value = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		unsigned digit = (unsigned)(s.p[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t value;
	if (!str_to_u64(negative ? (struct str){s.p + 1, s.n - 1} : s, &value))
		return false;
	if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	if (negative)
		*ret_value = value > INT64_MAX ? INT64_MIN : -(int64_t)value;
	else
		*ret_value = (int64_t)value;
	return true;
}

/*
 * Not strtod: that one reads the decimal point of the locale. Up to 15 significant digits with a scale
 * of at most 10^22 are exact in a double, so one division rounds correctly.
 */
bool str_to_double(struct str s, double *ret_value)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	struct str rest = negative ? (struct str){s.p + 1, s.n - 1} : s;
	struct str whole = str_cut(&rest, '.');
	if (whole.n == 0 || (rest.p != NULL && rest.n == 0))
		return false;
	double mantissa = 0;
	for (size_t i = 0; i < whole.n + rest.n; i++) {
		char c = i < whole.n ? whole.p[i] : rest.p[i - whole.n];
		if (!is_digit(c))
			return false;
		mantissa = mantissa * 10 + (c - '0');
	}
	double value = mantissa / pow(10, (double)rest.n);
	if (!isfinite(value))
		return false;
	*ret_value = negative ? -value : value;
	return true;
}

char *str_dup(struct str s)
{
	return xstrndup(s.p != NULL ? s.p : "", s.n);
}

bool str_copy(char *dst, size_t size_bytes, struct str s)
{
	if (size_bytes == 0)
		return false;
	size_t len = s.n < size_bytes ? s.n : size_bytes - 1;
	if (len > 0)
		memcpy(dst, s.p, len);
	dst[len] = '\0';
	return len == s.n;
}

void str_lower(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text[i] = lower(text[i]);
}
