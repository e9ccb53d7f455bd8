/*
 * What `y` does: offers the forms of what is selected, and copies the one that is chosen.
 */
#ifndef UMBRA_TUI_APP_CLIPBOARD_H
#define UMBRA_TUI_APP_CLIPBOARD_H

struct copy_tools;
struct event_base;
struct frames;
struct model;
struct navigation;
struct terminal;
struct ui;

struct clipboard {
	struct event_base *base;
	struct terminal *screen; /* its own clipboard is sent the text, too */
	struct model *model;
	struct ui *ui;
	struct navigation *nav;
	struct frames *frames;
	struct copy_tools *tools; /* NULL until something is copied; the owner destroys them */
};

void clipboard_offer(struct clipboard *clipboard);
void clipboard_take(struct clipboard *clipboard, const char *form);

#endif
