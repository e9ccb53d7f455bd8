/*
 * The allow-list: hostile and harmless text, the same in every locale; the tables against the C
 * library's own idea of widths, which was made from the same database by other people.
 */
#include "core/base/term_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "core/base/xalloc.h"
#include "core/base/random.h"

static const struct {
	const char *text, *safe;
	size_t cells;
} cases[] = {
	{"", "", 0},
	{"plain ~ text", "plain ~ text", 12},
	{"tab\there", "tab here", 8},
	{"\x1b[2J", "\\x1b[2J", 7},
	{"\x1b]0;title\x07", "\\x1b]0;title\\x07", 16},
	{"a\rb\nc\bd\x7f", "a\\x0db\\x0ac\\x08d\\x7f", 20},
	{"\x9b"
	 "31m",
		"\\x9b31m", 7},
	{"\xc2\x9b", "\\u{9B}", 6},
	{"\xff\xfe", "\\xff\\xfe", 8},
	{"\xc3", "\\xc3", 4},
	{"\xe2\x82", "\\xe2\\x82", 8},
	{"\xc0\xaf", "\\xc0\\xaf", 8}, /* an overlong slash */
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", 12}, /* a surrogate */
	{"\xc3\xa4\xc3\x9f", "\xc3\xa4\xc3\x9f", 2},
	{"\xe6\xbc\xa2\xe5\xad\x97", "\xe6\xbc\xa2\xe5\xad\x97", 4},
	{"\xe2\x80\xae"
	 "abc",
		"\\u{202E}abc", 11},
	{"\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}", 16},
	{"a\xe2\x80\x8b"
	 "b",
		"a\\u{200B}b", 10},
	{"a\xe2\x80\x8d"
	 "b",
		"a\\u{200D}b", 10},
	{"a\xef\xb8\x8f", "a\\u{FE0F}", 9},
	{"\xef\xbb\xbf", "\\u{FEFF}", 8},
	{"\xf3\xa0\x81\x81", "\\u{E0041}", 9},
	{"\xee\x80\x80", "\\u{E000}", 8},
	{"\xf4\x8f\xbf\xbf", "\\u{10FFFF}", 10},
	{"\xc2\xad", "\\u{AD}", 6},
	{"\xe2\x80\xa8", "\\u{2028}", 8},
	{"e\xcc\x81", "e\xcc\x81", 1},
	{"e\xcc\x81\xcc\x82\xcc\x83", "e\xcc\x81\xcc\x82\\u{303}", 8},
	{"\xcc\x81", "\\u{301}", 7},
	{"\x1b\xcc\x81", "\\x1b\\u{301}", 11},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 2},
	/* A heart and its variation selector; a family; a thumb and its skin. */
	{"\xe2\x9d\xa4\xef\xb8\x8fx", "\xe2\x9d\xa4x", 2},
	{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6!",
		"\xf0\x9f\x91\xa9!", 3},
	{"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d", 2},
	{"\xf0\x9f\x91\xa9\xe2\x80\x8dsecret", "\xf0\x9f\x91\xa9\\u{200D}secret", 16},
	/* Flags; half a flag; a rainbow flag; a keycap, with and without its selector; signs with an emoji form. */
	{"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "DE", 2},
	{"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", "DEFR", 4},
	{"\xf0\x9f\x87\xa9x", "\\u{1F1E9}x", 10},
	{"\xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88!", "\xf0\x9f\x8f\xb3!", 2},
	{"1\xef\xb8\x8f\xe2\x83\xa3.", "1.", 2},
	{"#\xe2\x83\xa3", "#", 1},
	{"a\xef\xb8\x8f\xe2\x83\xa3", "a\\u{FE0F}\\u{20E3}", 17},
	{"1\xef\xb8\x8f", "1\\u{FE0F}", 9},
	{"\xc2\xa9\xef\xb8\x8f", "\xc2\xa9", 1},
	{"\xe2\x9a\xa1\xef\xb8\x8f", "\xe2\x9a\xa1", 2},
	{"\xe2\x99\xbb\xef\xb8\x8f", "\xe2\x99\xbb", 1},
};

static void shows_and_never_obeys(void **state)
{
	(void)state;
	static const char *const locales[] = {"C", "C.UTF-8"};
	struct strbuf out;
	strbuf_init(&out, 1000);
	for (size_t l = 0; l < ARRAY_LEN(locales); l++) {
		setlocale(LC_ALL, locales[l]);
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			struct str text = str_of(cases[i].text);
			strbuf_reset(&out);
			text_add_safe(&out, text);
			if (strcmp(out.data, cases[i].safe) != 0 ||
				text_cells(text) != cases[i].cells)
				fail_msg("case %zu: %s, %zu cells", i, out.data, text_cells(text));
		}
	}
	setlocale(LC_ALL, "C");
	strbuf_finish(&out);
}

static void marks_what_it_escaped(void **state)
{
	(void)state;
	struct str rest = STR_LIT("a\t\xc3\xa4\x1b\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd");
	static const bool escaped[] = {false, true, false, true, true};
	struct text_glyph glyph;
	for (size_t i = 0; i < ARRAY_LEN(escaped); i++) {
		assert_true(text_next(&rest, false, &glyph));
		assert_int_equal(glyph.escaped, escaped[i]);
	}
	assert_false(text_next(&rest, false, &glyph));
}

static void ascii_is_ascii(void **state)
{
	(void)state;
	struct str rest = STR_LIT("a\xc3\xa4\xf0\x9f\x98\x80");
	struct text_glyph glyph;
	struct strbuf out;
	strbuf_init(&out, 100);
	while (text_next(&rest, true, &glyph))
		strbuf_add(&out, glyph.bytes, glyph.len);
	assert_string_equal(out.data, "a\\u{E4}\\u{1F600}");
	strbuf_finish(&out);
}

/* Escaping twice changes nothing: what came out may be drawn. */
static void output_is_safe_input(void **state)
{
	(void)state;
	struct strbuf once, twice;
	strbuf_init(&once, 10000);
	strbuf_init(&twice, 10000);
	for (int round = 0; round < 20000; round++) {
		char bytes[16];
		random_bytes(bytes, sizeof(bytes));
		if (round % 2 == 0) /* many lead bytes of interesting ranges */
			for (size_t i = 0; i < sizeof(bytes); i += 3)
				memcpy(bytes + i, i % 2 == 0 ? "\xe2\x80" : "\xcc\x81",
					i + 1 < sizeof(bytes) ? 2 : 1);
		struct str text = {bytes, sizeof(bytes)};
		strbuf_reset(&once);
		strbuf_reset(&twice);
		text_add_safe(&once, text);
		text_add_safe(&twice, strbuf_str(&once));
		assert_string_equal(once.data, twice.data);
		assert_int_equal(text_cells(text), text_cells(strbuf_str(&once)));
	}
	strbuf_finish(&once);
	strbuf_finish(&twice);
}

static size_t encode(uint32_t cp, char dst[4])
{
	if (cp < 0x80)
		return dst[0] = (char)cp, 1;
	if (cp < 0x800)
		return dst[0] = (char)(0xc0 | cp >> 6), dst[1] = (char)(0x80 | (cp & 0x3f)), 2;
	if (cp < 0x10000) {
		dst[0] = (char)(0xe0 | cp >> 12);
		dst[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | cp >> 18);
	dst[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

static void decodes_every_code_point(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char bytes[4];
		uint32_t back = 0;
		size_t len = encode(cp, bytes);
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
		size_t got = utf8_decode((struct str){bytes, len}, &back);
		assert_int_equal(got, surrogate ? 0 : len);
		if (!surrogate)
			assert_int_equal(back, cp);
		if (len > 1)
			assert_int_equal(utf8_decode((struct str){bytes, len - 1}, &back), 0);
	}
	uint32_t cp;
	assert_int_equal(utf8_decode((struct str){NULL, 0}, &cp), 0);
}

/* Nothing passes that the C library calls a control or unprintable (holes aside), and widths agree. */
static void agrees_with_the_c_library(void **state)
{
	(void)state;
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		skip();
	size_t differ = 0;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		int ours = text_code_point_cells(cp), theirs = wcwidth((wchar_t)cp);
		assert_false(ours >= 0 && iswcntrl((wint_t)cp));
		if (ours >= 0 && theirs >= 0 && ours != theirs)
			differ++;
	}
	setlocale(LC_ALL, "C");
	printf("%zu code points of another width\n", differ);
	assert_true(differ < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_and_never_obeys),
		cmocka_unit_test(marks_what_it_escaped),
		cmocka_unit_test(ascii_is_ascii),
		cmocka_unit_test(output_is_safe_input),
		cmocka_unit_test(decodes_every_code_point),
		cmocka_unit_test(agrees_with_the_c_library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
