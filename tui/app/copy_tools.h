/*
 * The programs that take text for pasting: tmux, wl-copy, xclip, xsel, pbcopy. Each that is there, and has what it
 * copies to (a tmux around us, a Wayland or X display), is started with the text on its standard input. Nothing waits:
 * who took it is told when all have ended, and one that does not end in time is ended.
 */
#ifndef UMBRA_TUI_APP_COPY_TOOLS_H
#define UMBRA_TUI_APP_COPY_TOOLS_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

struct event_base;
struct copy_tools;

enum { COPY_TEXT_MAX = 74000, COPY_SAID_MAX = 256 };

/* `took`: "tmux's buffer, the X clipboard", "" when nobody did; `failed`: "wl-copy exited 1", or "". */
typedef void copy_tools_done(void *arg, const char *took, const char *failed);

struct copy_tools *copy_tools_create(struct event_base *base, copy_tools_done *done, void *arg);
/* NULL is fine. What still runs has the text, and is left alone. */
void copy_tools_destroy(struct copy_tools *tools);
/*
 * At most COPY_TEXT_MAX bytes. False when there is no such program: then `done` is not called. Of an earlier text
 * nothing is told any more.
 */
bool copy_tools_start(struct copy_tools *tools, struct str text);

/* The sequence that gives the text to the terminal's clipboard (OSC 52, xterm's ctlseqs). The terminal does not answer. */
void copy_osc52(struct strbuf *out, struct str text);

#endif
