/*
 * Bytes that came from the terminal, taken apart: characters, keys, reports of the mouse, pasted text, and the
 * answer to the one question that is asked of it. Pure but for the decoder it is given: the screen reads, this knows
 * no file.
 *
 * Bytes come in any pieces. What may be the beginning of something longer is held for a moment, and nothing waits:
 * key_decode_wait_ms() says when to ask again though nothing came. A sequence that no table knows is dropped whole, so
 * that its letters press no keys.
 *
 * Pasted text (bracketed paste, xterm's ctlseqs) comes between KEYS_PASTE_BEGIN and KEYS_PASTE_END as characters and
 * nothing else: line ends and tabs as blanks, control characters not at all. A paste whose end does not come is over
 * when the terminal has been silent for PASTE_SILENT_MS.
 */
#ifndef UMBRA_TUI_TERM_KEY_DECODE_H
#define UMBRA_TUI_TERM_KEY_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

#include "tui/term/mouse_decode.h"

enum { KEY_DECODE_BYTES = 4096, KEY_DECODE_SEQUENCES = 96, SEQUENCE_SIZE = 16, ANSWER_SIZE = 64 };
enum { PASTE_SILENT_MS = 2000 };

struct decoder {
	struct {
		char bytes[SEQUENCE_SIZE];
		size_t len;
		int32_t key;
	} sequences[KEY_DECODE_SEQUENCES];
	size_t sequence_count;
	char bytes[KEY_DECODE_BYTES]; /* those from `at` to `len` are not taken yet */
	size_t at, len;
	int64_t came_ms; /* the last of them */
	bool pasting;
	bool after_return; /* in a paste: a line feed that follows is of the same line end */
	bool asked; /* a question is out whose answer has not come: a lone ESC may be its beginning */
	struct pointer pointer; /* of the last KEYS_MOUSE */
	char answer[ANSWER_SIZE]; /* of the last KEYS_ANSWER */
};

/* Knows what every terminal sends that has private modes, and the arrows of those that are not in keypad mode. */
void key_decode_init(struct decoder *decoder);
/* A sequence of the terminal's own (terminfo). What is no sequence, or too long, is passed over. */
void key_decode_know(struct decoder *decoder, const char *sequence, int32_t key);

/* Bytes there is room for. */
size_t key_decode_room(const struct decoder *decoder);
/* At most so many. */
void key_decode_add(struct decoder *decoder, struct str bytes, int64_t now_ms);
/* The next key; false when there is none (yet). */
bool key_decode_next(struct decoder *decoder, int64_t now_ms, int32_t *ret_key);
/* How long after now key_decode_next() may know more though nothing came; -1: not before something comes. */
int64_t key_decode_wait_ms(const struct decoder *decoder, int64_t now_ms);
/* Whether something is held. */
bool key_decode_holds(const struct decoder *decoder);

#endif
