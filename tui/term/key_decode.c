/*
 * The decoder, see key_decode.h. The screen feeds it what it read and hands out the keys. parse() looks at what is held
 * and says how much of it is what; everything else is when to stop waiting for more.
 */
#include "tui/term/key_decode.h"

#include <string.h>

#include "core/base/xalloc.h"
#include "core/base/term_text.h"

#include "tui/term/keys.h"

enum { ESC = 27, BEL = 7, DEL = 127 };
/*
 * A lone ESC is the key after ESC_MS; while an answer is awaited, which begins with one, a little later. What is
 * longer and not whole after SEQUENCE_MS does not become whole.
 */
enum { ESC_MS = 25, ESC_ASKED_MS = 150, SEQUENCE_MS = 500 };
enum { CSI_MAX = 64, STRING_MAX = 1024 };

static const char paste_end[] = "\033[201~";
enum { PASTE_END_LEN = sizeof(paste_end) - 1 };

/* What is at the front: a key, nothing that is one, or what needs more bytes to tell. */
enum parsed { PARSED_KEY, PARSED_NOTHING, PARSED_MORE };

struct piece {
	enum parsed what;
	size_t len;
	int32_t key;
};

static struct piece key_piece(size_t len, int32_t key)
{
	return (struct piece){PARSED_KEY, len, key};
}

static struct piece nothing(size_t len)
{
	return (struct piece){PARSED_NOTHING, len, 0};
}

static struct piece more(void)
{
	return (struct piece){PARSED_MORE, 0, 0};
}

void key_decode_init(struct decoder *decoder)
{
	static const struct {
		const char *bytes;
		int32_t key;
	} known[] = {
		{"\033[200~", KEYS_PASTE_BEGIN},
		{"\033[A", KEYS_UP},
		{"\033[B", KEYS_DOWN},
		{"\033[C", KEYS_RIGHT},
		{"\033[D", KEYS_LEFT},
		{"\033[H", KEYS_HOME},
		{"\033[F", KEYS_END},
		{"\033[1~", KEYS_HOME},
		{"\033[4~", KEYS_END},
		{"\033[1;2A", KEYS_SHIFT_UP},
		{"\033[1;2B", KEYS_SHIFT_DOWN},
	};

	memset(decoder, 0, sizeof(*decoder));
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		key_decode_know(decoder, known[i].bytes, known[i].key);
}

void key_decode_know(struct decoder *decoder, const char *sequence, int32_t key)
{
	size_t len = strlen(sequence);

	if (sequence[0] != ESC || len < 2 || len > SEQUENCE_SIZE ||
		decoder->sequence_count == KEY_DECODE_SEQUENCES)
		return;
	memcpy(decoder->sequences[decoder->sequence_count].bytes, sequence, len);
	decoder->sequences[decoder->sequence_count].len = len;
	decoder->sequences[decoder->sequence_count++].key = key;
}

/* ---- characters ---- */

/* Bytes of the character that begins so, by RFC 3629; 1 for what begins none. */
static size_t utf8_length(unsigned char first)
{
	return first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
}

static bool is_control(uint32_t code_point)
{
	return code_point < ' ' || (code_point >= DEL && code_point < 0xa0);
}

static struct piece parse_character(struct str rest)
{
	uint32_t code_point = 0;
	size_t len = utf8_decode(rest, &code_point);

	if (len == 0)
		return rest.n < utf8_length((unsigned char)rest.p[0]) ? more() : nothing(1);
	if (code_point == DEL || code_point == 8)
		return key_piece(len, KEYS_BACKSPACE);
	if (code_point == '\n')
		return key_piece(len, KEYS_ENTER);
	if (code_point == 0 || (code_point > DEL && is_control(code_point)))
		return nothing(len);
	return key_piece(len, (int32_t)code_point);
}

static bool is_line_end_or_tab(char c)
{
	return c == '\r' || c == '\n' || c == '\t';
}

static struct piece parse_pasted(struct decoder *decoder, struct str rest)
{
	size_t same = rest.n < PASTE_END_LEN ? rest.n : PASTE_END_LEN;
	bool after_return = decoder->after_return;
	struct piece piece;

	if (memcmp(rest.p, paste_end, same) == 0)
		return same < PASTE_END_LEN ? more() : key_piece(same, KEYS_PASTE_END);
	piece = parse_character(rest);
	if (piece.what == PARSED_MORE)
		return piece;
	decoder->after_return = rest.p[0] == '\r';
	if (rest.p[0] == '\n' && after_return)
		return nothing(1);
	if (is_line_end_or_tab(rest.p[0]))
		return key_piece(1, KEYS_SPACE);
	return is_control((unsigned char)rest.p[0]) && piece.len == 1 ? nothing(1) : piece;
}

/* ---- sequences ---- */

static struct piece parse_mouse(struct decoder *decoder, struct str rest, size_t at, bool sgr)
{
	struct mouse_decode report;

	mouse_decode_begin(&report, sgr);
	if (rest.n > CSI_MAX)
		rest.n = CSI_MAX;
	while (at < rest.n) {
		struct str left = {rest.p + at, rest.n - at};
		uint32_t code_point = (unsigned char)left.p[0];
		size_t len = utf8_decode(left, &code_point);

		if (len == 0 && left.n < utf8_length((unsigned char)left.p[0]))
			return more();
		switch (mouse_decode_add(&report, code_point, &decoder->pointer)) {
		case REPORT_DONE:
			return key_piece(at + (len ? len : 1), KEYS_MOUSE);
		case REPORT_IGNORED:
			return nothing(at + (len ? len : 1));
		case REPORT_BROKEN:
			return nothing(at); /* what broke it is a key */
		case REPORT_MORE:
			at += len ? len : 1;
		}
	}
	return at < CSI_MAX ? more() : nothing(at);
}

/* ECMA-48, 5.4: parameters, and one byte that ends it. */
static struct piece parse_csi(struct decoder *decoder, struct str rest)
{
	size_t at = 2;

	if (at == rest.n)
		return more();
	if (rest.p[at] == '<' || rest.p[at] == 'M')
		return parse_mouse(decoder, rest, at + 1, rest.p[at] == '<');
	if (rest.p[at] == '[') /* the function keys of Linux' console */
		return rest.n < 4 ? more() : nothing(4);
	while (at < rest.n && at < CSI_MAX && rest.p[at] >= 0x20 && rest.p[at] <= 0x3f)
		at++;
	if (at == rest.n)
		return more();
	return nothing(rest.p[at] >= 0x40 && rest.p[at] != DEL ? at + 1 : at);
}

/* An operating system command: text up to BEL or ESC \. The answer is one, of number 11. */
static struct piece parse_string(struct decoder *decoder, struct str rest)
{
	size_t at = 2;
	struct str text;

	while (at < rest.n && at < STRING_MAX && (unsigned char)rest.p[at] >= ' ')
		at++;
	if (at == rest.n || (rest.p[at] == ESC && at + 1 == rest.n))
		return more();
	text = (struct str){rest.p + 2, at - 2};
	if (rest.p[at] == ESC && rest.p[at + 1] == '\\')
		at += 2;
	else if (rest.p[at] == BEL)
		at++;
	else
		return nothing(at); /* it broke off; what is next begins something else */
	if (!decoder->asked || !str_starts(text, STR_LIT("11;")))
		return nothing(at);
	decoder->asked = false;
	str_copy(decoder->answer, sizeof(decoder->answer),
		(struct str){text.p + 3, text.n - 3 < ANSWER_SIZE ? text.n - 3 : 0});
	return key_piece(at, KEYS_ANSWER);
}

static struct piece parse_escape(struct decoder *decoder, struct str rest)
{
	bool begun = false;

	for (size_t i = 0; i < decoder->sequence_count; i++) {
		size_t len = decoder->sequences[i].len;

		if (memcmp(rest.p, decoder->sequences[i].bytes, rest.n < len ? rest.n : len) != 0)
			continue;
		if (rest.n >= len)
			return key_piece(len, decoder->sequences[i].key);
		begun = true;
	}
	if (begun)
		return more();
	switch (rest.p[1]) {
	case '[':
		return parse_csi(decoder, rest);
	case 'O':
		return rest.n < 3 ? more() : nothing(is_control((unsigned char)rest.p[2]) ? 2 : 3);
	case ']':
		return parse_string(decoder, rest);
	default:
		return key_piece(1, KEYS_ESCAPE);
	}
}

static struct piece parse(struct decoder *decoder)
{
	struct str rest = {decoder->bytes + decoder->at, decoder->len - decoder->at};

	if (decoder->pasting)
		return parse_pasted(decoder, rest);
	return rest.p[0] == ESC ? parse_escape(decoder, rest) : parse_character(rest);
}

/* ---- in and out ---- */

static int64_t patience_ms(const struct decoder *decoder)
{
	if (decoder->pasting)
		return PASTE_SILENT_MS;
	if (decoder->len - decoder->at > 1 || decoder->bytes[decoder->at] != ESC)
		return SEQUENCE_MS;
	return decoder->asked ? ESC_ASKED_MS : ESC_MS;
}

static bool is_too_late(const struct decoder *decoder, int64_t now_ms)
{
	return (decoder->pasting || key_decode_holds(decoder)) &&
	       now_ms - decoder->came_ms >= patience_ms(decoder);
}

/* Nothing more comes to what is held: ESC alone, and with a character that could have led on, was typed. */
static bool give_up(struct decoder *decoder, int32_t *ret_key)
{
	size_t held = decoder->len - decoder->at;
	bool typed = !decoder->pasting && held <= 2 && decoder->bytes[decoder->at] == ESC;

	if (decoder->pasting) {
		decoder->pasting = false;
		decoder->at = decoder->len = 0;
		*ret_key = KEYS_PASTE_END;
		return true;
	}
	*ret_key = KEYS_ESCAPE;
	decoder->at += typed ? 1 : held;
	return typed;
}

size_t key_decode_room(const struct decoder *decoder)
{
	return sizeof(decoder->bytes) - (decoder->len - decoder->at);
}

bool key_decode_holds(const struct decoder *decoder)
{
	return decoder->at < decoder->len;
}

int64_t key_decode_wait_ms(const struct decoder *decoder, int64_t now_ms)
{
	int64_t wait = decoder->came_ms + patience_ms(decoder) - now_ms;

	if (!decoder->pasting && !key_decode_holds(decoder))
		return -1;
	return wait > 0 ? wait : 0;
}

void key_decode_add(struct decoder *decoder, struct str bytes, int64_t now_ms)
{
	size_t held = decoder->len - decoder->at;
	size_t len = bytes.n < key_decode_room(decoder) ? bytes.n : key_decode_room(decoder);

	memmove(decoder->bytes, decoder->bytes + decoder->at, held);
	memcpy(decoder->bytes + held, bytes.p, len);
	decoder->at = 0;
	decoder->len = held + len;
	decoder->came_ms = now_ms;
}

bool key_decode_next(struct decoder *decoder, int64_t now_ms, int32_t *ret_key)
{
	while (key_decode_holds(decoder)) {
		struct piece piece = parse(decoder);

		if (piece.what == PARSED_MORE && !is_too_late(decoder, now_ms))
			return false;
		if (piece.what == PARSED_MORE) {
			if (give_up(decoder, ret_key))
				return true;
			continue;
		}
		decoder->at += piece.len;
		if (piece.what == PARSED_NOTHING)
			continue;
		if (piece.key == KEYS_PASTE_BEGIN || piece.key == KEYS_PASTE_END)
			decoder->pasting = piece.key == KEYS_PASTE_BEGIN;
		*ret_key = piece.key;
		return true;
	}
	return decoder->pasting && is_too_late(decoder, now_ms) && give_up(decoder, ret_key);
}
