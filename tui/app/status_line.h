/*
 * The last rows of the picture: the hints, a message, or what is asked.
 */
#ifndef UMBRA_TUI_APP_STATUS_LINE_H
#define UMBRA_TUI_APP_STATUS_LINE_H

struct canvas;
struct layout;

/* How many they are on a screen of this size. */
int status_line_rows(const struct layout *layout, int rows, int cols);
void status_line_draw(struct layout *layout, const struct canvas *canvas);

#endif
