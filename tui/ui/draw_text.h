/* Sentences that need more than their text: the keys in force, the control plane that is shown. */
#ifndef UMBRA_TUI_UI_DRAW_TEXT_H
#define UMBRA_TUI_UI_DRAW_TEXT_H

#include "tui/data/model.h"
#include "tui/term/canvas.h"
#include "tui/theme/theme.h"

/*
 * Each writes from column x on, over as many rows as it needs, at most to the canvas's last, and returns the row
 * behind it, as format_sentence() does.
 */

/* Keys in the text are named as keymap_text() has them. */
int draw_text_keys(const struct canvas *canvas, int y, int x, enum role role, const char *text);
/* A shell line "$ umbra WORDS" that works where it is pasted: it names the control plane that is shown. */
int draw_text_shell_line(
	const struct canvas *canvas, int y, int x, const struct model *model, const char *words);
/* A row of its own with "$ COMMAND"; blank for NULL. */
void draw_text_command(const struct canvas *canvas, int y, const char *command);

#endif
