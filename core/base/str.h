/*
 * A borrowed piece of text: pointer and length, not terminated, any bytes.
 *
 * All text from outside travels as struct str until it has been checked. A str owns nothing and is
 * passed by value; it lives as long as the bytes it points into. The empty str may have p == NULL.
 */
#ifndef UMBRA_BASE_STR_H
#define UMBRA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *p;
	size_t n;
};

#define STR_LIT(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For "%.*s". The length is clamped to INT_MAX. */
#define STR_ARG(s) str_int_len(s), (s).p != NULL ? (s).p : ""

int str_int_len(struct str s);
/* NULL gives the empty str. */
struct str str_of(const char *text);
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
/* ASCII only, as in header names and host names. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Byte order, shorter first on a common prefix: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* Without leading and trailing space and tab. */
struct str str_trim(struct str s);
/* Position of the first `c`, or s.n when there is none. */
size_t str_find_char(struct str s, char c);
/* Position of `needle`, or s.n when absent. */
size_t str_find(struct str s, struct str needle);
/*
 * Cuts the part before the first `sep` off *rest and returns it; without a `sep` all of it, and *rest
 * becomes empty with p == NULL. Loop: while (rest.p != NULL) part = str_cut(&rest, ',').
 */
struct str str_cut(struct str *rest, char sep);

/*
 * Whole-text decimal numbers: no sign for u64, no blanks, no overflow; a double is digits with an optional
 * fraction, the point is always ".", no exponent. `ret_value` is set on true only.
 */
bool str_to_u64(struct str s, uint64_t *ret_value);
bool str_to_i64(struct str s, int64_t *ret_value);
bool str_to_double(struct str s, double *ret_value);
/* The caller frees. */
char *str_dup(struct str s);
/* Copies with truncation into a caller's buffer, always terminated. Returns false when it was cut. */
bool str_copy(char *dst, size_t size_bytes, struct str s);
/* ASCII lower case in place. */
void str_lower(char *text, size_t len);

#endif
