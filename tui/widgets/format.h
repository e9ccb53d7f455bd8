/* Cells that several views draw alike. */
#ifndef UMBRA_TUI_WIDGETS_FORMAT_H
#define UMBRA_TUI_WIDGETS_FORMAT_H

#include "core/model/version.h"
#include "core/model/sliding_window.h"

#include "tui/term/canvas.h"

enum role format_state_role(int state);
enum glyph format_state_glyph(int state);
/* "● ready", and for what is not: why and for how long, over as many cells as there are. */
void format_state(
	const struct canvas *canvas, int y, int x, int cols, const struct version *version);
/* The last minute in `cols` bars; its busiest moment is the highest. */
void format_spark(const struct canvas *canvas, int y, int x, int cols, const struct stats *stats);
/* Numbers as narrow as they can be read: 1.1, 20.7, 340, 12k. */
void format_rate(char dst[16], double rate);
void format_ms(char dst[16], double ms);
/* "4m !", loud when it is near. */
enum role format_expires(const struct canvas *canvas, int64_t expires_at, char dst[32]);
/* Stats and times in a column, right-aligned; what is not there is a dash. */
void format_put_none(const struct canvas *canvas, int y, int x, int cols);
void format_put_rate(const struct canvas *canvas, int y, int x, int cols, double rate);
void format_put_share(const struct canvas *canvas, int y, int x, int cols, double share);
void format_put_expires(const struct canvas *canvas, int y, int x, int cols, int64_t expires_at);
enum role format_status_role(int64_t status);
enum role format_reason_role(int reason);

/* A sentence from column x on, over as many rows as it needs, at most to the canvas's last. Returns the row behind it. */
int format_sentence(const struct canvas *canvas, int y, int x, enum role role, struct str text);
/* The rows it needs in `cols` cells; none when it is empty. */
int format_sentence_rows(struct str text, int cols);

#endif
