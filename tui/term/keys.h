/*
 * Keys by number and by name. A character is its code point; what the keyboard has beyond characters gets
 * a number above them. Names are those of the help and of the keymap: "j", "C-d", "Enter", "PgUp".
 */
#ifndef UMBRA_TUI_TERM_KEYS_H
#define UMBRA_TUI_TERM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum {
	KEYS_INTERRUPT = 3, /* C-c: Esc in a prompt, elsewhere the key that quits */
	KEYS_TAB = 9,
	KEYS_ENTER = 13,
	KEYS_ESCAPE = 27,
	KEYS_SPACE = 32,
	KEYS_FIRST = 0x110000, /* above the last code point */
	KEYS_UP = KEYS_FIRST,
	KEYS_DOWN,
	KEYS_LEFT,
	KEYS_RIGHT,
	KEYS_HOME,
	KEYS_END,
	KEYS_PAGE_UP,
	KEYS_PAGE_DOWN,
	KEYS_BACKSPACE,
	KEYS_DELETE,
	KEYS_BACK_TAB,
	KEYS_SHIFT_UP,
	KEYS_SHIFT_DOWN,
	KEYS_PASTE_BEGIN, /* bracketed paste: what comes until the end was not typed */
	KEYS_PASTE_END,
	KEYS_MOUSE, /* the mouse did something */
	KEYS_ANSWER, /* the terminal said what colour its ground has */
	KEYS_F1,
	KEYS_F12 = KEYS_F1 + 11,
	KEYS_LIMIT
};

enum { KEY_NAME_SIZE = 16 };

/* False when there is no such key. */
bool key_from_name(struct str name, int32_t *ret_key);
void key_to_name(int32_t key, char dst[KEY_NAME_SIZE]);

#endif
