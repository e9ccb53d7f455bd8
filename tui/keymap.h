/*
 * What a key does, where, and which command line does the same: one table. Key handling, the hints at the
 * bottom, the help and the `$ umbra ...` line are all read from it.
 *
 * A view has an area of its own; keys that are not found there are looked for in its parents (lists,
 * then everywhere). A key stands at most once on that way (a test holds the table to it).
 */
#ifndef UMBRA_TUI_KEYMAP_H
#define UMBRA_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/strbuf.h"

/* enum, title in the help, parent */
#define AREA_TABLE(X)                                            \
	X(AREA_GLOBAL, "everywhere", AREA_COUNT)                 \
	X(AREA_LIST, "in every list", AREA_GLOBAL)               \
	X(AREA_SERVICES, "Services", AREA_LIST)                  \
	X(AREA_SESSIONS, "Sessions", AREA_LIST)                  \
	X(AREA_PINS, "pins of a session", AREA_LIST)             \
	X(AREA_REQUESTS, "Requests", AREA_LIST)                  \
	X(AREA_MAP, "Map", AREA_LIST)                            \
	X(AREA_MAP_SERVICE, "a service of the Map", AREA_GLOBAL) \
	X(AREA_TIMELINE, "Timeline", AREA_LIST)                  \
	X(AREA_RESULT, "answers", AREA_LIST)                     \
	X(AREA_DETAIL, "details", AREA_GLOBAL)                   \
	X(AREA_HELP, "help", AREA_GLOBAL)

enum area {
#define X(name, title, parent) name,
	AREA_TABLE(X)
#undef X
		AREA_COUNT
};

enum action {
	ACTION_NONE,
	/* moving */
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_UP,
	ACTION_HALF_DOWN,
	ACTION_TOP,
	ACTION_BOTTOM,
	ACTION_LEFT,
	ACTION_RIGHT,
	/* the one grammar */
	ACTION_OPEN,
	ACTION_BACK,
	ACTION_FILTER,
	ACTION_FIND,
	ACTION_FIND_NEXT,
	ACTION_FIND_PREVIOUS,
	ACTION_SORT,
	ACTION_REVERSE,
	ACTION_COPY,
	ACTION_HELP,
	ACTION_REPAINT,
	ACTION_QUIT,
	ACTION_MARK,
	ACTION_COMMAND,
	ACTION_BACKWARD,
	ACTION_FORWARD,
	ACTION_VIEW_SERVICES,
	ACTION_VIEW_PULLS,
	ACTION_VIEW_SESSIONS,
	ACTION_VIEW_REQUESTS,
	ACTION_VIEW_TIMELINE,
	ACTION_VIEW_MAP,
	ACTION_VIEW_LEARN,
	/* of things */
	ACTION_PIN,
	ACTION_LOGS,
	ACTION_EXTEND,
	ACTION_RETIRE,
	ACTION_CREATE,
	ACTION_END,
	ACTION_USE,
	ACTION_UNPIN,
	ACTION_APPLY,
	ACTION_UNDO,
	ACTION_PAUSE,
	ACTION_SCOPE,
	ACTION_TRACE,
	ACTION_SINCE,
	ACTION_WHOLE,
	ACTION_COUNT
};

struct binding {
	enum area area;
	enum action action;
	const char *keys; /* names, separated by a blank */
	const char *hint; /* one or two words for the bottom line, NULL: not shown there */
	const char *help; /* what it does */
	/*
	 * The equal command line, NULL without one. {id} {service} {version} {session} {pins} {filter} {ttl}
	 * {name} stand for what is selected.
	 */
	const char *command;
};

extern const struct binding bindings[];
extern const size_t binding_count;
extern const char *const area_titles[AREA_COUNT];

/* The area's parent, AREA_COUNT above the last. */
enum area area_parent(enum area area);

/* Reads the table; call once. False (with the offending row's number) when a key's name is not known. */
bool keymap_init(size_t *ret_row);
/* What the key does in the area or its parents; NULL when nothing. */
const struct binding *keymap_find(enum area area, int32_t key);
/* The row of an action as seen from the area; NULL when there is none. */
const struct binding *keymap_binding(enum area area, enum action action);

/* What the placeholders of a command stand for; empty ones are written as their name in capitals. */
struct command_vars {
	struct str id, service, version, session, pins, filter, ttl, name;
};
/* Whether the action, followed to its end, sends a change: not to be begun where nothing may be sent. */
bool keymap_writes(enum action action);
/* Appends the command line with every value quoted for a shell where it must be. */
void keymap_expand(struct strbuf *out, const char *command, const struct command_vars *vars);

#endif
