/*
 * The views, which of them is shown, and the way one came: a tab and what is open over it, and the places before and
 * after it, as a browser keeps them. The views know nothing of it.
 */
#ifndef UMBRA_TUI_APP_NAVIGATION_H
#define UMBRA_TUI_APP_NAVIGATION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"

#include "tui/data/selection.h"
#include "tui/ui/view.h"

struct sync;

/* A view and its state. Those with a tab live as long as the app, the others while a place has them. */
struct view_instance {
	const struct view *view;
	void *state;
	char *argument; /* what it was opened with last, "" for nothing */
	unsigned parts; /* of the model: changed since its last prepare */
	unsigned refs; /* places that have it in their stack */
};

enum { TABS_MAX = 8, STACK_MAX = 8, NAVIGATION_MAX = 24 };

/* Where one is, or was: a tab, what is opened over it, and what was selected there. */
struct place {
	size_t tab;
	struct view_instance *stack[STACK_MAX];
	size_t depth;
	bool opened_from_previous; /* a key of the place before led here: Esc goes back to it */
	bool has_saved_state; /* the rest is as it was then */
	char scope[LIMIT_FILTER + 1]; /* what was tailed */
	char filter[LIMIT_FILTER + 1];
	struct selection selection;
};

struct navigation {
	struct model *model;
	struct ui *ui;
	struct sync *sync; /* is told what the view that is shown needs */
	struct view_instance tabs[TABS_MAX];
	size_t tab_count;
	struct place places[NAVIGATION_MAX]; /* the oldest first */
	size_t place_count; /* at least 1 */
	size_t current; /* the place one is at */
	int rows, cols; /* of the body, when a view was prepared last */
};

/* Makes the views with a tab, and shows the first of them. */
void navigation_init(struct navigation *nav, struct model *model, struct ui *ui, struct sync *sync);
void navigation_finish(struct navigation *nav);
/* Once the client is there: what the first view needs is asked for. */
void navigation_begin(struct navigation *nav);

/* The view on top, and the tab below it. */
struct view_instance *navigation_top(struct navigation *nav);
struct view_instance *navigation_tab(struct navigation *nav);
/* Whether there is something for the view on top to show. */
bool navigation_can_show(struct navigation *nav);
/* What the view on top has selected. */
struct selection navigation_selection(struct navigation *nav);

/* The model changed. */
void navigation_changed(struct navigation *nav, unsigned parts);
/* The view on top works out its rows, with what changed. The size is the body's. */
void navigation_prepare(struct navigation *nav, int rows, int cols);

void navigation_open(struct navigation *nav, const struct view *view, const char *argument);
/* With the keys of the view on top first, and of the thing that is selected in it. */
void navigation_open_help(struct navigation *nav);
/* By the tab's own key: from there Esc leads nowhere. False when no tab has that key. */
bool navigation_open_tab(struct navigation *nav, char key);
/* Esc: closes what is on top, or goes back to where a key led away from. */
bool navigation_up(struct navigation *nav);
bool navigation_has_up(const struct navigation *nav);
/* Through the places, by -1 or 1; false at the end. */
bool navigation_step(struct navigation *nav, int by);

#endif
