/*
 * What a key does, where, and which command line does the same: one table. Key handling, the hints at the
 * bottom, the help and the `$ umbra ...` line are all read from it.
 *
 * A view has an area of its own; keys that are not found there are looked for in the area of the object that is
 * selected (a version, a session), whatever view shows it, then in the view's parents (lists, everywhere). A key stands
 * at most once on that way, and a letter does one thing in all areas (tests hold the table to it).
 */
#ifndef UMBRA_TUI_UI_KEYMAP_H
#define UMBRA_TUI_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

#include "tui/data/selection.h"
#include "tui/widgets/list_cursor.h"

/* enum, title in the help, parent */
#define AREA_TABLE(X)                                            \
	X(AREA_GLOBAL, "everywhere", AREA_COUNT)                 \
	X(AREA_LIST, "in every list", AREA_GLOBAL)               \
	X(AREA_TEXT, "in every text", AREA_GLOBAL)               \
	X(AREA_VERSION, "a version", AREA_GLOBAL)                \
	X(AREA_PULL, "a pull request", AREA_GLOBAL)              \
	X(AREA_SESSION, "a session", AREA_GLOBAL)                \
	X(AREA_REQUEST, "a request or a call", AREA_GLOBAL)      \
	X(AREA_SERVICES, "Services", AREA_LIST)                  \
	X(AREA_PULLS, "Pull requests", AREA_LIST)                \
	X(AREA_SESSIONS, "Sessions", AREA_LIST)                  \
	X(AREA_PINS, "pins of a session", AREA_LIST)             \
	X(AREA_REQUESTS, "Requests", AREA_LIST)                  \
	X(AREA_SIDE, "two side by side", AREA_GLOBAL)            \
	X(AREA_MAP, "Map", AREA_LIST)                            \
	X(AREA_MAP_SERVICE, "a service of the Map", AREA_GLOBAL) \
	X(AREA_LEARN, "Learn", AREA_TEXT)                        \
	X(AREA_TIMELINE, "Timeline", AREA_LIST)                  \
	X(AREA_RESULT, "answers", AREA_LIST)                     \
	X(AREA_DETAIL, "details", AREA_TEXT)                     \
	X(AREA_COLUMNS, "columns", AREA_GLOBAL)                  \
	X(AREA_HELP, "help", AREA_TEXT)

enum area {
#define X(name, title, parent) name,
	AREA_TABLE(X)
#undef X
		AREA_COUNT
};

/* The names in the config are made of these and of the areas: ACTION_PAGE_DOWN in AREA_GLOBAL is global.page-down. */
#define ACTION_TABLE(X)         \
	/* moving */            \
	X(ACTION_UP)            \
	X(ACTION_DOWN)          \
	X(ACTION_PAGE_UP)       \
	X(ACTION_PAGE_DOWN)     \
	X(ACTION_HALF_UP)       \
	X(ACTION_HALF_DOWN)     \
	X(ACTION_TOP)           \
	X(ACTION_BOTTOM)        \
	X(ACTION_LEFT)          \
	X(ACTION_RIGHT)         \
	/* the one grammar */   \
	X(ACTION_OPEN)          \
	X(ACTION_BACK)          \
	X(ACTION_FILTER)        \
	X(ACTION_FIND)          \
	X(ACTION_FIND_NEXT)     \
	X(ACTION_FIND_PREVIOUS) \
	X(ACTION_SORT)          \
	X(ACTION_REVERSE)       \
	X(ACTION_EXPLAIN)       \
	X(ACTION_COPY)          \
	X(ACTION_HELP)          \
	X(ACTION_REPAINT)       \
	X(ACTION_QUIT)          \
	X(ACTION_MARK)          \
	X(ACTION_UNMARK)        \
	X(ACTION_FOLD_ALL)      \
	X(ACTION_COLUMNS)       \
	X(ACTION_MOVE_ON)       \
	X(ACTION_MOVE_BACK)     \
	X(ACTION_MINE)          \
	X(ACTION_MOUSE)         \
	X(ACTION_COST)          \
	X(ACTION_COMMAND)       \
	X(ACTION_BACKWARD)      \
	X(ACTION_FORWARD)       \
	X(ACTION_VIEW_SERVICES) \
	X(ACTION_VIEW_PULLS)    \
	X(ACTION_VIEW_SESSIONS) \
	X(ACTION_VIEW_REQUESTS) \
	X(ACTION_VIEW_TIMELINE) \
	X(ACTION_VIEW_MAP)      \
	X(ACTION_VIEW_LEARN)    \
	/* of objects */        \
	X(ACTION_PIN)           \
	X(ACTION_LOGS)          \
	X(ACTION_EXTEND)        \
	X(ACTION_RETIRE)        \
	X(ACTION_CREATE)        \
	X(ACTION_END)           \
	X(ACTION_USE)           \
	X(ACTION_SET)           \
	X(ACTION_UNPIN)         \
	X(ACTION_APPLY)         \
	X(ACTION_DIFF)          \
	X(ACTION_UNDO)          \
	X(ACTION_PAUSE)         \
	X(ACTION_SCOPE)         \
	X(ACTION_ALL)           \
	X(ACTION_TRACE)         \
	X(ACTION_ERROR_NEXT)    \
	X(ACTION_ERROR_BEFORE)  \
	X(ACTION_MORE)          \
	X(ACTION_LESS)          \
	X(ACTION_SAVE)          \
	X(ACTION_SIDE)          \
	X(ACTION_SINCE)         \
	X(ACTION_MAP)           \
	X(ACTION_PEOPLE)        \
	X(ACTION_SKIP)          \
	X(ACTION_AGAIN)

enum action {
	ACTION_NONE,
#define X(name) name,
	ACTION_TABLE(X)
#undef X
		ACTION_COUNT
};

struct binding {
	enum area area;
	enum action action;
	const char *keys; /* names, separated by a blank; those in force are keymap_keys() */
	const char *hint; /* one or two words for the bottom line, NULL: not shown there */
	const char *help; /* what it does */
	const char *
		command; /* the equal command line for the help, with names in capitals; NULL: none */
	int rank; /* of the hint: where there is no room the highest are left out first */
};

extern const struct binding bindings[];
extern const size_t binding_count;
extern const char *const area_titles[AREA_COUNT];

/*
 * Keys of a person's own for a row, before keymap_init(): "version.pin", "p C-p". No keys take it from the
 * keyboard. ERR_USAGE with a sentence when there is no such row or no such key.
 */
enum err keymap_bind(const char *name, const char *keys, struct errbuf *eb);
/* ERR_USAGE when a key of that row does something else, too, on the same way. Ask when all are bound. */
enum err keymap_check(const char *name, struct errbuf *eb);
/* The rows as they are in the table. */
void keymap_unbind_all(void);
const char *keymap_keys(const struct binding *binding);
enum { BINDING_NAME_SIZE = 64 };
void keymap_name(const struct binding *binding, char dst[BINDING_NAME_SIZE]);

/* The area's parent, AREA_COUNT above the last. */
enum area area_parent(enum area area);

/* Reads the table; call once. False (with the offending row's number) when a key's name is not known. */
bool keymap_init(size_t *ret_row);
/* The area of what is selected; AREA_COUNT when it has none. */
enum area keymap_object(const struct selection *what);
bool keymap_is_object(enum area area);
/* The next area to look into after `at`, which begins as `area`; AREA_COUNT after the last. */
enum area keymap_next(enum area area, enum area object, enum area at);
/* What the key does in the area, to the object that is selected there, or in the area's parents; NULL when nothing. */
const struct binding *keymap_find(enum area area, enum area object, int32_t key);
/* The row of an action as seen from the area; NULL when there is none. */
const struct binding *keymap_binding(enum area area, enum action action);

/* The first of the keys in force, as it is written: "Enter". Empty when there is none. */
struct str keymap_key(enum area area, enum action action);
/* How a list moves for this action; MOTION_NONE: it is none of the moving ones. */
enum list_motion keymap_motion(enum action action);

/* The text with every {area.action} replaced by its first key: "{global.help} shows every key". Cut where it is too long. */
void keymap_text(char *dst, size_t size, const char *text);

/* Whether the action, followed to its end, sends a change: not to be begun where nothing may be sent. */
bool keymap_writes(enum action action);

#endif
