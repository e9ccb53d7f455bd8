/*
 * What a terminal sends of its mouse, taken apart byte by byte (xterm's ctlseqs, "Mouse Tracking"): the SGR form
 * `ESC [ < button ; column ; row` and M or m, and the old one, `ESC [ M` and three bytes. A report may come in
 * pieces, or not to its end: nothing waits for the rest.
 *
 * curses has a decoder of its own; it reads on until the report ends, and with it the program stands.
 */
#ifndef UMBRA_TUI_TERM_MOUSE_DECODE_H
#define UMBRA_TUI_TERM_MOUSE_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/* What the mouse did, in cells of the screen. */
enum pointer_kind {
	POINTER_PRESS,
	POINTER_DRAG,
	POINTER_RELEASE,
	POINTER_WHEEL_UP,
	POINTER_WHEEL_DOWN,
};
struct pointer {
	enum pointer_kind kind;
	int y, x; /* counted from 0; may lie outside of the screen */
};

struct mouse_decode {
	bool open; /* one has begun and not ended */
	bool sgr;
	int numbers[3]; /* button, column, row */
	int count; /* of those that are whole */
	bool digit; /* the one that is coming in has one */
};

enum mouse_decode_state {
	REPORT_MORE, /* to come */
	REPORT_DONE, /* and `ret_pointer` is set */
	REPORT_IGNORED, /* done: another button, or a motion without one */
	REPORT_BROKEN, /* the character is no part of it, and a key: so is what comes after it */
};

/* After the bytes that introduce it. */
void mouse_decode_begin(struct mouse_decode *report, bool sgr);
enum mouse_decode_state mouse_decode_add(
	struct mouse_decode *report, uint32_t c, struct pointer *ret_pointer);

#endif
