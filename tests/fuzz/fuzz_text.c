/*
 * Any bytes made safe: nothing a terminal would obey or hide is left, it is valid UTF-8, its width is that
 * of its glyphs, and made safe again it stays as it is.
 */
#include "tests/support/fuzz_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/term_text.h"

static void require(bool is_so)
{
	if (!is_so)
		abort();
}

/* Written out by hand and not asked of base/term_text.c, whose answer is on trial. */
static bool is_forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || (c >= 0xe000 && c <= 0xf8ff) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
	       c >= 0xe0000;
}

static void check_output(struct str text)
{
	while (text.n > 0) {
		uint32_t code_point = 0;
		size_t len = utf8_decode(text, &code_point);
		require(len > 0 && !is_forbidden(code_point));
		text = (struct str){text.p + len, text.n - len};
	}
}

/* Every glyph takes something off the rest and has a width; returns the sum of the widths. */
static size_t walk(struct str text, bool ascii)
{
	struct text_glyph glyph;
	size_t cells = 0;
	for (struct str rest = text; rest.n > 0;) {
		size_t before = rest.n;
		require(text_next(&rest, ascii, &glyph) && rest.n < before);
		require(glyph.len > 0 && glyph.cells > 0);
		for (size_t i = 0; ascii && i < glyph.len; i++)
			require(glyph.bytes[i] >= 0x20 && glyph.bytes[i] < 0x7f);
		cells += (size_t)glyph.cells;
	}
	return cells;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct strbuf once, twice, json;

	strbuf_init(&once, size * 12 + 1);
	strbuf_init(&twice, size * 12 + 1);
	strbuf_init(&json, size * 12 + 3);
	text_add_safe(&once, text);
	require(strbuf_ok(&once));
	check_output(strbuf_str(&once));
	require(walk(text, false) == text_cells(strbuf_str(&once)));
	walk(text, true);
	text_add_safe(&twice, strbuf_str(&once));
	require(str_eq(strbuf_str(&once), strbuf_str(&twice)));
	json_escape(&json, text);
	require(strbuf_ok(&json));
	check_output(strbuf_str(&json));
	strbuf_finish(&once);
	strbuf_finish(&twice);
	strbuf_finish(&json);
	return 0;
}
