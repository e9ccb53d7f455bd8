/*
 * The terminal: taken, painted, given back.
 *
 * One screen at a time. What the terminal can do is read from terminfo, NO_COLOR and the locale; the one thing it
 * is asked is the colour of its ground. Whatever ends the program (return, any signal but KILL), the terminal is put back as it
 * was: the handler writes a string made at the start and calls nothing else than write and tcsetattr.
 * While the screen is ours, stderr goes to memory; what came there is written out after the end.
 */
#ifndef UMBRA_TUI_SCREEN_H
#define UMBRA_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

#include "tui/canvas.h"
#include "tui/mouse_report.h"
#include "tui/theme.h"

struct screen;

/* NULL with ERR_USAGE and a sentence when standard input or output is no terminal, or one that cannot move its cursor. */
struct screen *screen_create(const struct theme *theme, struct errbuf *eb);
/* Puts the terminal back. NULL is fine. */
void screen_destroy(struct screen *screen);

void screen_set_theme(struct screen *screen, const struct theme *theme);

/*
 * Takes the mouse, or gives it back to the terminal, where it selects text. Returns whether it is ours: not
 * on a terminal that has none.
 */
bool screen_mouse(struct screen *screen, bool ours);
/* Of the KEYS_MOUSE that screen_key() gave last. */
const struct pointer *screen_pointer(const struct screen *screen);
/* Frames without the marks of synchronized output. */
void screen_no_sync(struct screen *screen);
/* Bytes and frames sent to the terminal since the start. */
void screen_cost(const struct screen *screen, uint64_t *ret_bytes, uint64_t *ret_frames);

/* The next key that is waiting; false when there is none. It reads at most once: what else is there stays readable. */
bool screen_key(struct screen *screen, int32_t *ret_key);
/* Whether more came than was taken so far. */
bool screen_has_input(const struct screen *screen);
/* How long from now screen_key() may have one though nothing came (ESC, once nothing follows it); -1: never. */
int64_t screen_key_wait_ms(const struct screen *screen);

/*
 * What colour the terminal's ground has: asked by OSC 11, never waited for. An answer comes as KEYS_ANSWER among
 * the keys, once. Ask only what can answer.
 */
bool screen_can_ask(const struct screen *screen);
void screen_ask_ground(struct screen *screen);
/* The text of the last KEYS_ANSWER; theme_ground_of() reads it. */
const char *screen_answer(const struct screen *screen);

/* The whole screen. The canvas is for one frame; `next_change_ms` is where the frame's next change is kept. */
struct canvas screen_canvas(struct screen *screen, int64_t now_ms, int64_t *next_change_ms);
/* Sends what changed since the last frame, as one burst. */
void screen_show(struct screen *screen);
/* Reads the terminal's size anew; true when it changed. */
bool screen_resize(struct screen *screen);
/* The next frame is painted over everything. */
void screen_repaint(struct screen *screen);

/* Sends a sequence that draws nothing. False where it surely would not be understood. */
bool screen_send(struct screen *screen, struct str sequence);

/* Gives the terminal back, stops the process, and takes it again when it goes on. */
void screen_suspend(struct screen *screen);

#endif
