/*
 * Text from outside on its way to a terminal: the one allow-list.
 *
 * Printable characters with a width of one or two cells pass, with at most two combining marks each.
 * Everything else is shown, never obeyed: C0 and DEL as \xNN (tab as one space), C1, bidi controls,
 * zero-width, TAG and private-use characters as \u{NNNN}, bytes that are not UTF-8 as \xNN. An emoji
 * sequence (variation selector, skin tone, joined emoji, keycap) is shown as its first code point, and a flag as
 * its two letters, because terminals disagree on their width. None of it depends on the locale.
 * (CVE-2021-25743 and CVE-2022-46663 are what happens without it.)
 */
#ifndef UMBRA_BASE_TERM_TEXT_H
#define UMBRA_BASE_TERM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

/* One step of the walk. */
struct text_glyph {
	const char *bytes; /* into the source or into `escape`: do not copy the struct */
	size_t len; /* bytes to print */
	size_t taken; /* bytes of the source that it stands for */
	int cells; /* what it takes on the screen */
	bool escaped; /* it stands for something that may not be shown (or not all of it) */
	bool shortened; /* escaped, and what is printed is a whole emoji or flag: it needs no mark */
	char escape[12];
};

/* The next glyph of *rest, which is advanced. False at the end. With `ascii`, all beyond 0x7e is escaped. */
bool text_next(struct str *rest, bool ascii, struct text_glyph *ret_glyph);
/* Appends the whole of `s`, made safe. */
void text_add_safe(struct strbuf *out, struct str s);
/* Whether it is nothing but printable ASCII: a byte, a glyph, a cell. */
bool text_is_plain(struct str s);
/* Cells of `s` when made safe. */
size_t text_cells(struct str s);
/* Cells of one code point: 1 or 2; 0 for a combining mark; -1 when it may not be shown. */
int text_code_point_cells(uint32_t code_point);
/* One code point from UTF-8 (RFC 3629); returns its length, or 0 when the bytes are not UTF-8. */
size_t utf8_decode(struct str s, uint32_t *ret_code_point);

#endif
