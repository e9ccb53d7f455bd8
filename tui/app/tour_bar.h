/*
 * The tour outside of Learn: what it sees of the screen, and the rows with its next step at the bottom of every other
 * view.
 */
#ifndef UMBRA_TUI_APP_TOUR_BAR_H
#define UMBRA_TUI_APP_TOUR_BAR_H

#include <stdbool.h>

struct canvas;
struct model;
struct ui;
struct view_instance;

/* After the view on top was prepared. True: the next step is another one now. */
bool tour_bar_watch(struct ui *ui, const struct model *model, const struct view_instance *top);
/* Rows it wants at the bottom of a screen of this size; 0: it is not shown over this view. */
int tour_bar_rows(const struct ui *ui, const struct model *model, const struct view_instance *top,
	int rows, int cols);
/* `rows` are the whole screen's. */
void tour_bar_draw(
	const struct ui *ui, const struct model *model, const struct canvas *canvas, int rows);

#endif
