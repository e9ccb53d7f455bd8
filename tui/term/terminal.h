/*
 * The terminal: taken, painted, given back.
 *
 * One screen at a time. What the terminal can do is read from terminfo, NO_COLOR and the locale; the one thing it
 * is asked is the colour of its ground. Whatever ends the program (return, any signal but KILL), the terminal is put back as it
 * was: the handler writes a string made at the start and calls nothing else than write and tcsetattr.
 * While the screen is ours, stderr goes to memory; what came there is written out after the end.
 */
#ifndef UMBRA_TUI_TERM_TERMINAL_H
#define UMBRA_TUI_TERM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

#include "tui/term/canvas.h"
#include "tui/term/mouse_decode.h"
#include "tui/theme/theme.h"

struct terminal;

/* False with ERR_USAGE and a sentence when standard input or output is no terminal, or one that cannot move its cursor. */
bool terminal_can_show(struct errbuf *eb);
/* NULL with ERR_USAGE and a sentence when it cannot show anything. */
struct terminal *terminal_create(const struct theme *theme, struct errbuf *eb);
/* Puts the terminal back. NULL is fine. */
void terminal_destroy(struct terminal *screen);

void terminal_set_theme(struct terminal *screen, const struct theme *theme);

/*
 * Takes the mouse, or gives it back to the terminal, where it selects text. Returns whether it is ours: not
 * on a terminal that has none.
 */
bool terminal_mouse(struct terminal *screen, bool ours);
/* Of the KEYS_MOUSE that terminal_key() gave last. */
const struct pointer *terminal_pointer(const struct terminal *screen);
/* Frames without the marks of synchronized output. */
void terminal_no_sync(struct terminal *screen);
/* Bytes and frames sent to the terminal since the start. */
void terminal_cost(const struct terminal *screen, uint64_t *ret_bytes, uint64_t *ret_frames);

/* The next key that is waiting; false when there is none. It reads at most once: what else is there stays readable. */
bool terminal_key(struct terminal *screen, int32_t *ret_key);
/* Whether more came than was taken so far. */
bool terminal_has_input(const struct terminal *screen);
/* How long from now terminal_key() may have one though nothing came (ESC, once nothing follows it); -1: never. */
int64_t terminal_key_wait_ms(const struct terminal *screen);

/*
 * What colour the terminal's ground has: asked by OSC 11, never waited for. An answer comes as KEYS_ANSWER among
 * the keys, once. Ask only what can answer.
 */
bool terminal_can_ask(const struct terminal *screen);
void terminal_ask_ground(struct terminal *screen);
/* The text of the last KEYS_ANSWER; theme_ground_of() reads it. */
const char *terminal_answer(const struct terminal *screen);

/* The whole screen. The canvas is for one frame; `next_change_ms` is where the frame's next change is kept. */
struct canvas terminal_canvas(struct terminal *screen, int64_t now_ms, int64_t *next_change_ms);
/* Sends what changed since the last frame, as one burst. */
void terminal_show(struct terminal *screen);
/* Reads the terminal's size anew; true when it changed. */
bool terminal_resize(struct terminal *screen);
/* The next frame is painted over everything. */
void terminal_repaint(struct terminal *screen);

/* Sends a sequence that draws nothing. False where it surely would not be understood. */
bool terminal_send(struct terminal *screen, struct str sequence);

/* Gives the terminal back, stops the process, and takes it again when it goes on. */
void terminal_suspend(struct terminal *screen);

#endif
