/* The mouse as views and widgets hear of it. */
#ifndef UMBRA_TUI_WIDGETS_MOUSE_EVENT_H
#define UMBRA_TUI_WIDGETS_MOUSE_EVENT_H

/* The first button of the mouse on a view's body, counted from its upper left cell. */
enum mouse_kind {
	MOUSE_PRESS,
	MOUSE_DRAG, /* only to a view that grabbed the press; may lie outside of the body */
	MOUSE_RELEASE, /* the same */
};

struct mouse_event {
	enum mouse_kind kind;
	int y, x;
	int rows, cols; /* of the body */
};

enum mouse_answer {
	MOUSE_IGNORED,
	MOUSE_DONE, /* a row selected, a column sorted: something changed */
	MOUSE_AGAIN, /* on the row that was selected before: it is opened, as by ACTION_OPEN */
	MOUSE_GRABBED, /* a divider: the drag and the release come here, too */
};

#endif
