/*
 * The allow-list between text from outside and a terminal. Everything that is drawn or printed and was
 * not written by this program passes text_next(); JSON output asks text_code_point_cells() what to
 * escape. It reads UTF-8 itself and brings its own tables, so the locale cannot widen what passes.
 */
#include "core/base/term_text.h"

#include <stdio.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/unicode_tables.h"

/* Marks shown on one base; more are a way to paint over the rows above. */
enum { MARKS_MAX = 2 };

static bool in_ranges(const struct text_range *ranges, size_t count, uint32_t code_point)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (code_point > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && code_point >= ranges[low].first;
}

int text_code_point_cells(uint32_t code_point)
{
	if (code_point < 0x80)
		return code_point >= 0x20 && code_point != 0x7f ? 1 : -1;
	if (!in_ranges(text_printable, ARRAY_LEN(text_printable), code_point))
		return -1;
	if (in_ranges(text_combining, ARRAY_LEN(text_combining), code_point))
		return 0;
	return in_ranges(text_wide, ARRAY_LEN(text_wide), code_point) ? 2 : 1;
}

size_t utf8_decode(struct str s, uint32_t *ret_code_point)
{
	/* RFC 3629 section 4: by first byte, the length and the bounds of the second byte. */
	static const struct {
		uint8_t first, last, len, low, high;
	} forms[] = {
		{0x00, 0x7f, 1, 0, 0},
		{0xc2, 0xdf, 2, 0x80, 0xbf},
		{0xe0, 0xe0, 3, 0xa0, 0xbf},
		{0xe1, 0xec, 3, 0x80, 0xbf},
		{0xed, 0xed, 3, 0x80, 0x9f},
		{0xee, 0xef, 3, 0x80, 0xbf},
		{0xf0, 0xf0, 4, 0x90, 0xbf},
		{0xf1, 0xf3, 4, 0x80, 0xbf},
		{0xf4, 0xf4, 4, 0x80, 0x8f},
	};
	const uint8_t *p = (const uint8_t *)s.p;
	size_t form = 0;
	while (s.n > 0 && form < ARRAY_LEN(forms) && p[0] > forms[form].last)
		form++;
	if (s.n == 0 || form == ARRAY_LEN(forms) || p[0] < forms[form].first ||
		s.n < forms[form].len)
		return 0;
	size_t len = forms[form].len;
	uint32_t code_point = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		uint8_t low = i == 1 ? forms[form].low : 0x80;
		uint8_t high = i == 1 ? forms[form].high : 0xbf;
		if (p[i] < low || p[i] > high)
			return 0;
		code_point = code_point << 6 | (p[i] & 0x3fu);
	}
	*ret_code_point = code_point;
	return len;
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
	const uint32_t a = 0x1f1e6, z = 0x1f1ff;
	uint32_t second = 0;
	size_t len = first >= a && first <= z ? utf8_decode(*rest, &second) : 0;

	if (len == 0 || second < a || second > z)
		return false;
	advance(rest, len);
	glyph->escape[0] = (char)('A' + (first - a));
	glyph->escape[1] = (char)('A' + (second - a));
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
