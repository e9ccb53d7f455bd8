/*
 * The allow-list between text from outside and a terminal. Everything that is drawn or printed and was
 * not written by this program passes text_next(); JSON output asks text_code_point_cells() what to
 * escape. libutf8proc knows the categories and widths, so the locale cannot widen what passes.
 */
#include "core/base/term_text.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "core/base/xalloc.h"

/* Marks shown on one base; more are a way to paint over the rows above. */
enum { MARKS_MAX = 2 };

/* The enclosing key of a keycap, and the two ends of the regional indicators, which flags are made of. */
enum { KEYCAP = 0x20e3, FLAG_A = 0x1f1e6, FLAG_Z = 0x1f1ff };

/* Vowels and finals of Hangul syllables that are not composed. */
static bool is_jamo_part(uint32_t code_point)
{
	return (code_point >= 0x1160 && code_point <= 0x11ff) ||
	       (code_point >= 0xd7b0 && code_point <= 0xd7ff);
}

/* Of one cell or two, with marks of none. What has no width elsewhere, or none that terminals agree on, is not shown. */
int text_code_point_cells(uint32_t code_point)
{
	const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)code_point);

	switch (property->category) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return -1;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
		return property->ignorable || code_point == KEYCAP ? -1 : 0;
	default:
		if (property->ignorable || is_jamo_part(code_point) ||
			(code_point >= FLAG_A && code_point <= FLAG_Z))
			return -1;
		return property->charwidth == 2 ? 2 : 1;
	}
}

size_t utf8_decode(struct str s, uint32_t *ret_code_point)
{
	utf8proc_int32_t code_point;
	utf8proc_ssize_t len =
		utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &code_point);

	if (len <= 0)
		return 0;
	*ret_code_point = (uint32_t)code_point;
	return (size_t)len;
}

static void advance(struct str *rest, size_t len)
{
	*rest = (struct str){rest->p + len, rest->n - len};
}

/* \xNN for a byte or an ASCII control, \u{NNNN} for the rest. */
static void glyph_escape(struct text_glyph *glyph, uint32_t value, bool is_byte)
{
	int len = is_byte ? snprintf(glyph->escape, sizeof(glyph->escape), "\\x%02x", value & 0xff)
			  : snprintf(glyph->escape, sizeof(glyph->escape), "\\u{%X}",
				    value & 0x1fffff);
	glyph->bytes = glyph->escape;
	glyph->len = (size_t)len;
	glyph->cells = len;
	glyph->escaped = true;
}

/* What emoji sequences are made of, besides the joiner and the variation selectors. */
static bool is_pictograph(uint32_t code_point)
{
	/* Signs outside of those blocks that have an emoji form (Unicode's emoji-data.txt). */
	static const uint32_t signs[] = {
		0xa9, 0xae, 0x203c, 0x2049, 0x2122, 0x2139, 0x3030, 0x303d, 0x3297, 0x3299};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (signs[i] == code_point)
			return true;
	return (code_point >= 0x2190 && code_point <= 0x2bff) ||
	       (code_point >= 0x1f000 && code_point <= 0x1faff);
}

/*
 * Terminals disagree on the width of emoji sequences. After a pictograph the rest of its sequence
 * (variation selector, skin tone, joiner and the next pictograph) is therefore taken off *rest and not
 * shown: the first code point stands for it. Returns whether there was any. Elsewhere, where these
 * could hide something in a word, they are escaped like all that has no width.
 */
static bool skip_emoji_sequence(struct str *rest)
{
	bool any = false;
	for (;;) {
		uint32_t code_point, joined;
		size_t len = utf8_decode(*rest, &code_point);
		if (len == 0)
			return any;
		if (code_point == 0x200d) {
			struct str after = {rest->p + len, rest->n - len};
			size_t joined_len = utf8_decode(after, &joined);
			if (joined_len == 0 || !is_pictograph(joined))
				return any;
			len += joined_len;
		} else if (code_point != 0xfe0e && code_point != 0xfe0f &&
			   (code_point < 0x1f3fb || code_point > 0x1f3ff)) {
			return any;
		}
		advance(rest, len);
		any = true;
	}
}

/* `1`, a variation selector, and the enclosing key: a keycap's rest is taken off *rest. */
static bool skip_keycap(struct str *rest, uint32_t base)
{
	const struct str selector = STR_LIT("\xef\xb8\x8f"), key = STR_LIT("\xe2\x83\xa3");
	struct str after = *rest;

	if (base >= 0x80 || !strchr("0123456789#*", (int)base))
		return false;
	if (str_starts(after, selector))
		advance(&after, selector.n);
	if (!str_starts(after, key))
		return false;
	advance(&after, key.n);
	*rest = after;
	return true;
}

/* Two regional indicators are a flag: its two letters are shown. Terminals have one or two cells for each half. */
static bool take_flag(struct str *rest, uint32_t first, struct text_glyph *glyph)
{
	uint32_t second = 0;
	size_t len = first >= FLAG_A && first <= FLAG_Z ? utf8_decode(*rest, &second) : 0;

	if (len == 0 || second < FLAG_A || second > FLAG_Z)
		return false;
	advance(rest, len);
	glyph->escape[0] = (char)('A' + (first - FLAG_A));
	glyph->escape[1] = (char)('A' + (second - FLAG_A));
	glyph->bytes = glyph->escape;
	glyph->len = 2;
	glyph->cells = 2;
	glyph->escaped = glyph->shortened = true;
	return true;
}

/* How many bytes of combining marks stand at the start of `s`, at most MARKS_MAX marks. */
static size_t marks_len(struct str s)
{
	size_t total = 0;
	for (int i = 0; i < MARKS_MAX; i++) {
		uint32_t code_point;
		struct str after = {s.p + total, s.n - total};
		size_t len = utf8_decode(after, &code_point);
		if (len == 0 || text_code_point_cells(code_point) != 0)
			break;
		total += len;
	}
	return total;
}

static void next_glyph(struct str *rest, bool ascii, struct text_glyph *glyph)
{
	uint32_t code_point;
	const char *start = rest->p;
	size_t len = utf8_decode(*rest, &code_point);
	if (len == 0) {
		glyph_escape(glyph, (uint8_t)start[0], true);
		advance(rest, 1);
		return;
	}
	advance(rest, len);
	int cells = text_code_point_cells(code_point);
	if (code_point == '\t') {
		*glyph = (struct text_glyph){.bytes = " ", .len = 1, .cells = 1, .escaped = true};
	} else if (code_point < 0x80 && cells < 0) {
		glyph_escape(glyph, code_point, true);
	} else if (!ascii && take_flag(rest, code_point, glyph)) {
		return;
	} else if (cells <= 0 || (ascii && code_point >= 0x80)) {
		/* A mark that reached this has no base, or is one too many. */
		glyph_escape(glyph, code_point, false);
	} else {
		bool cut = !ascii && rest->n > 0 && (uint8_t)rest->p[0] >= 0x80 &&
			   (skip_keycap(rest, code_point) ||
				   (is_pictograph(code_point) && skip_emoji_sequence(rest)));
		if (!cut && !ascii && rest->n > 0 && (uint8_t)rest->p[0] >= 0x80) {
			size_t marks = marks_len(*rest);
			advance(rest, marks);
			len += marks;
		}
		*glyph = (struct text_glyph){.bytes = start,
			.len = len,
			.cells = cells,
			.escaped = cut,
			.shortened = cut};
	}
}

bool text_next(struct str *rest, bool ascii, struct text_glyph *ret_glyph)
{
	size_t before = rest->n;

	if (before == 0)
		return false;
	ret_glyph->shortened = false;
	next_glyph(rest, ascii, ret_glyph);
	ret_glyph->taken = before - rest->n;
	return true;
}

void text_add_safe(struct strbuf *out, struct str s)
{
	struct text_glyph glyph;
	while (text_next(&s, false, &glyph))
		strbuf_add(out, glyph.bytes, glyph.len);
}

/* Eight bytes at once: none has its top bit, is below a blank, or is DEL. A borrow begins at a byte that is. */
static bool are_plain(uint64_t bytes)
{
	const uint64_t each = UINT64_C(0x0101010101010101);

	return ((bytes | (bytes - each * 0x20) | (bytes + each)) & each * 0x80) == 0;
}

bool text_is_plain(struct str s)
{
	uint64_t bytes;
	size_t i = 0;

	for (; s.n - i >= sizeof(bytes); i += sizeof(bytes)) {
		memcpy(&bytes, s.p + i, sizeof(bytes));
		if (!are_plain(bytes))
			return false;
	}
	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f)
		i++;
	return i == s.n;
}

size_t text_cells(struct str s)
{
	struct text_glyph glyph;
	size_t cells = 0;

	if (text_is_plain(s))
		return s.n;
	while (text_next(&s, false, &glyph))
		cells += (size_t)glyph.cells;
	return cells;
}
