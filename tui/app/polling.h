/*
 * What is asked of the control plane only while a view that shows it is on the screen: calls and events (the flags
 * VIEW_EDGES, VIEW_SESSION_EDGES and VIEW_EVENTS of tui/ui/view.h). sync.c owns it.
 */
#ifndef UMBRA_TUI_APP_POLLING_H
#define UMBRA_TUI_APP_POLLING_H

#include <stdint.h>

struct client;
struct client_transfer;
struct frames;
struct model;
struct polling;

enum { POLLS = 3 };

struct poll_state {
	struct polling *polling;
	struct client_transfer *call; /* NULL: nothing is asked */
	int64_t since; /* what to ask for next */
};

struct polling {
	struct client *client;
	struct model *model;
	struct frames *frames;
	struct poll_state polls[POLLS];
};

/* Starts those that `flags` (of the view on the screen) name, ends the others. */
void polling_run(struct polling *polling, unsigned flags);
/* Whose calls VIEW_SESSION_EDGES is about from now on. */
void polling_session(struct polling *polling, const char *session);
/* The environment was sent whole: calls are asked for from the beginning. */
void polling_forget(struct polling *polling);

#endif
