/*
 * Editing one line. Used by the prompt. Pasted text never presses a key: line ends in it become blanks.
 */
#include "tui/widgets/line_edit.h"

#include <string.h>

#include "core/base/str.h"
#include "core/base/term_text.h"

#include "tui/term/canvas.h"
#include "tui/term/keys.h"

enum { KEY_BEGIN = 1, KEY_LEFT_ONE = 2, KEY_CANCEL = 3, KEY_LINE_END = 5, KEY_RIGHT_ONE = 6 };
enum { KEY_KILL = 11, KEY_KILL_ALL = 21, KEY_KILL_WORD = 23 };

void line_edit_set(struct line_edit *input, const char *text)
{
	memset(input, 0, sizeof(*input));
	str_copy(input->text, sizeof(input->text), str_of(text));
	input->len = input->cursor = strlen(input->text);
}

void line_edit_propose(struct line_edit *input, const char *text)
{
	line_edit_set(input, text);
	input->proposed = input->len > 0;
}

static size_t before(const struct line_edit *input, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && ((unsigned char)input->text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t after(const struct line_edit *input, size_t at)
{
	if (at < input->len)
		at++;
	while (at < input->len && ((unsigned char)input->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static enum line_edit_event erase(struct line_edit *input, size_t from, size_t to)
{
	if (from == to)
		return LINE_EDIT_IGNORED;
	memmove(input->text + from, input->text + to, input->len - to + 1);
	input->len -= to - from;
	input->cursor = from;
	return LINE_EDIT_CHANGED;
}

static enum line_edit_event move(struct line_edit *input, size_t to)
{
	input->cursor = to;
	return LINE_EDIT_MOVED;
}

static size_t word_start(const struct line_edit *input)
{
	size_t at = input->cursor;

	while (at > 0 && input->text[at - 1] == ' ')
		at--;
	while (at > 0 && input->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t encode(int32_t code_point, char dst[4])
{
	uint32_t c = (uint32_t)code_point;

	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 63));
		dst[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 63));
	dst[2] = (char)(0x80 | (c >> 6 & 63));
	dst[3] = (char)(0x80 | (c & 63));
	return 4;
}

static enum line_edit_event insert(struct line_edit *input, int32_t code_point)
{
	char bytes[4];
	size_t len = encode(code_point, bytes);

	if (input->proposed)
		(void)erase(input, 0, input->len);
	input->proposed = false;
	if (input->len + len >= sizeof(input->text))
		return LINE_EDIT_IGNORED;
	memmove(input->text + input->cursor + len, input->text + input->cursor,
		input->len - input->cursor + 1);
	memcpy(input->text + input->cursor, bytes, len);
	input->len += len;
	input->cursor += len;
	return LINE_EDIT_CHANGED;
}

static enum line_edit_event control(struct line_edit *input, int32_t key)
{
	input->proposed = input->proposed && (key == KEYS_ENTER || key == KEYS_ESCAPE);
	switch (key) {
	case KEYS_ENTER:
		return LINE_EDIT_DONE;
	case KEYS_ESCAPE:
	case KEY_CANCEL:
		return LINE_EDIT_CANCELLED;
	case KEYS_LEFT:
	case KEY_LEFT_ONE:
		return move(input, before(input, input->cursor));
	case KEYS_RIGHT:
	case KEY_RIGHT_ONE:
		return move(input, after(input, input->cursor));
	case KEYS_HOME:
	case KEY_BEGIN:
		return move(input, 0);
	case KEYS_END:
	case KEY_LINE_END:
		return move(input, input->len);
	case KEYS_BACKSPACE:
		return erase(input, before(input, input->cursor), input->cursor);
	case KEYS_DELETE:
		return erase(input, input->cursor, after(input, input->cursor));
	case KEY_KILL:
		return erase(input, input->cursor, input->len);
	case KEY_KILL_ALL:
		return erase(input, 0, input->cursor);
	case KEY_KILL_WORD:
		return erase(input, word_start(input), input->cursor);
	default:
		return LINE_EDIT_IGNORED;
	}
}

enum line_edit_event line_edit_key(struct line_edit *input, int32_t key)
{
	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END) {
		input->pasting = key == KEYS_PASTE_BEGIN;
		return LINE_EDIT_IGNORED;
	}
	if (input->pasting && key >= 0 && key < ' ')
		key = KEYS_SPACE;
	if (key >= ' ' && key != 0x7f && key < KEYS_FIRST)
		return insert(input, key);
	return control(input, key);
}

void line_edit_draw(
	const struct canvas *canvas, int y, int x, const struct line_edit *input, size_t mistake)
{
	struct str rest = {input->text, input->len};
	int cursor_cells = (int)text_cells((struct str){input->text, input->cursor});
	int skip = cursor_cells - (canvas->cols - x - 2);
	struct text_glyph glyph;
	int at = 0;

	while (text_next(&rest, canvas->ascii, &glyph)) {
		size_t offset = input->len - rest.n - glyph.taken;
		bool here = offset == input->cursor;
		bool wrong = mistake != SIZE_MAX && offset >= mistake;

		if (at >= skip)
			(void)canvas_run(canvas, y, x + at - (skip > 0 ? skip : 0), glyph.cells,
				here || input->proposed ? ROLE_CURSOR
				: wrong                 ? ROLE_MISTAKE
							: ROLE_INPUT,
				(struct str){glyph.bytes, glyph.len});
		at += glyph.cells;
	}
	at -= skip > 0 ? skip : 0;
	if (input->cursor == input->len && !input->proposed)
		(void)canvas_run_c(canvas, y, x + at++, 1, ROLE_CURSOR, " ");
	canvas_clear(canvas, y, x + at);
}
