/*
 * The table of keys, and looking it up. The order of the rows is the order of the hints and of the help.
 * Invariant, held by a test: on the way from an area to its last parent a key stands once, every row has
 * a help text, and every command is one of the command table.
 */
#include "tui/ui/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/base/xalloc.h"

#include "tui/term/keys.h"

const char *const area_titles[AREA_COUNT] = {
#define X(name, title, parent) [name] = (title),
	AREA_TABLE(X)
#undef X
};

static const enum area parents[AREA_COUNT] = {
#define X(name, title, parent) [name] = (parent),
	AREA_TABLE(X)
#undef X
};

/* clang-format off */
const struct binding bindings[] = {
	{AREA_SERVICES, ACTION_OPEN, "Enter", "open", "open a version, fold or unfold a service", "umbra version show SERVICE@VERSION", 0},
	{AREA_SERVICES, ACTION_MINE, "M", "mine", "what is mine first: by me, or pinned by my sessions", NULL, 4},
	{AREA_SERVICES, ACTION_LEFT, "h Left", NULL, "fold the service", NULL, 0},
	{AREA_SERVICES, ACTION_RIGHT, "Right", NULL, "unfold the service", NULL, 0},
	{AREA_SERVICES, ACTION_MARK, "Space", "mark", "mark the version, or unmark it: keys of a version then act on all that are marked", NULL, 5},
	{AREA_SERVICES, ACTION_UNMARK, "Bksp", NULL, "unmark all; {global.back} does, too", NULL, 0},
	{AREA_SERVICES, ACTION_FOLD_ALL, "z", NULL, "fold all services; when all are folded: unfold them", NULL, 0},
	{AREA_SERVICES, ACTION_SORT, "s", "sort", "sort: then the letter of a column", NULL, 3},
	{AREA_SERVICES, ACTION_REVERSE, "S", NULL, "reverse the order", NULL, 0},
	{AREA_SERVICES, ACTION_COLUMNS, "C", "columns", "choose the columns, and what each of them says", NULL, 5},

	{AREA_PULLS, ACTION_OPEN, "Enter", "open", "the services it covers; on one of them: the version", "umbra pr show NUMBER", 0},
	{AREA_PULLS, ACTION_CREATE, "c", "session", "open a session on all of it; it becomes yours", "umbra session create NAME --pr NUMBER", 1},
	{AREA_PULLS, ACTION_LEFT, "h Left", NULL, "fold it", NULL, 0},
	{AREA_PULLS, ACTION_RIGHT, "Right", NULL, "unfold it", NULL, 0},
	{AREA_PULLS, ACTION_FOLD_ALL, "z", NULL, "fold all; when all are folded: unfold them", NULL, 0},
	{AREA_PULLS, ACTION_SORT, "s", "sort", "sort: then the letter of a column", NULL, 3},
	{AREA_PULLS, ACTION_REVERSE, "S", NULL, "reverse the order", NULL, 0},
	{AREA_PULLS, ACTION_COLUMNS, "C", "columns", "choose the columns, and what each of them says", NULL, 5},

	{AREA_SESSIONS, ACTION_OPEN, "Enter", "pins", "show and change what the session pins", "umbra session show SESSION", 0},
	{AREA_SESSIONS, ACTION_CREATE, "c", "create", "create a session", "umbra session create NAME", 1},
	{AREA_SESSIONS, ACTION_SORT, "s", "sort", "sort: then the letter of a column", NULL, 3},
	{AREA_SESSIONS, ACTION_REVERSE, "S", NULL, "reverse the order", NULL, 0},

	{AREA_PINS, ACTION_OPEN, "Enter", "choose version", "choose the version to stage for the service", NULL, 0},
	{AREA_PINS, ACTION_UNPIN, "- Del", "unpin", "stage: back to stable", "umbra session unpin SESSION SERVICE", 0},
	{AREA_PINS, ACTION_PIN, "p", "pin a PR", "stage the pins of a pull request, all its services at once", NULL, 1},
	{AREA_PINS, ACTION_APPLY, "a", "apply", "send everything that is staged, as one change", "umbra session pin SESSION SERVICE=VERSION...", 0},
	{AREA_PINS, ACTION_UNDO, "u", "undo", "take back the last thing staged; with nothing staged, the last apply", NULL, 1},
	{AREA_PINS, ACTION_DIFF, "d", "diff", "only what is staged, or all services", NULL, 2},
	{AREA_PINS, ACTION_SORT, "s", NULL, "sort: then n by name, p what is pinned first", NULL, 0},
	{AREA_PINS, ACTION_REVERSE, "S", NULL, "reverse the order", NULL, 0},

	{AREA_REQUESTS, ACTION_ERROR_NEXT, "b", "error", "to the next bad one: 5xx, answered by the proxy, or not where its session pins", NULL, 1},
	{AREA_REQUESTS, ACTION_ERROR_BEFORE, "B", NULL, "to the bad one before", NULL, 0},
	{AREA_REQUESTS, ACTION_PAUSE, "F", "follow", "follow what comes, or stop following; {global.bottom} follows, too", NULL, 1},
	{AREA_REQUESTS, ACTION_SCOPE, "t", "tail", "tail something else: a filter for the control plane", "umbra logs -f FILTER", 1},
	{AREA_REQUESTS, ACTION_ALL, "A", "all", "all requests again: neither narrowed nor filtered", "umbra logs -f", 2},
	{AREA_REQUESTS, ACTION_OPEN, "Enter", "details", "all fields of the request", "umbra logs FILTER -o json", 0},
	{AREA_REQUESTS, ACTION_SAVE, "w", "save", "write what is shown to a file", NULL, 4},
	{AREA_REQUESTS, ACTION_MORE, "+", NULL, "more lines around each that the filter matches: 1, 3, 10", NULL, 0},
	{AREA_REQUESTS, ACTION_LESS, "-", NULL, "fewer lines around them", NULL, 0},

	{AREA_SIDE, ACTION_OPEN, "Enter", "details", "all fields of the request on the right", NULL, 0},
	{AREA_SIDE, ACTION_PAUSE, "F", "follow", "follow what comes, or stop following; {global.bottom} follows, too", NULL, 0},
	{AREA_SIDE, ACTION_ERROR_NEXT, "b", "difference", "to the next that differs for the worse", NULL, 0},
	{AREA_SIDE, ACTION_ERROR_BEFORE, "B", NULL, "to the one before", NULL, 0},

	{AREA_TIMELINE, ACTION_OPEN, "Enter", "go there", "to the service, version or session it was about", NULL, 0},
	{AREA_TIMELINE, ACTION_SINCE, "T", "time", "the last 15 minutes, the last hour, all", "umbra events --since 15m", 1},
	{AREA_TIMELINE, ACTION_PEOPLE, "P", "people", "only what people did, not what the control plane saw or did; again: all", NULL, 1},
	{AREA_TIMELINE, ACTION_MORE, "+", "details", "more rows for what was before and after", NULL, 1},
	{AREA_TIMELINE, ACTION_LESS, "-", NULL, "fewer rows for it", NULL, 0},

	{AREA_RESULT, ACTION_OPEN, "Enter", "open", "open what the row is about", NULL, 0},

	{AREA_MAP, ACTION_OPEN, "Enter", "zoom in", "the service with its callers and the services it calls", NULL, 0},
	{AREA_MAP, ACTION_LOGS, "l", "logs", "exactly these requests, as they come", "umbra logs -f FILTER", 1},
	{AREA_MAP, ACTION_ERROR_NEXT, "b", "error", "go to the next call that fails or loses the session", NULL, 1},
	{AREA_MAP, ACTION_ERROR_BEFORE, "B", NULL, "to the one before", NULL, 0},
	{AREA_MAP, ACTION_MAP, "m", "session", "the map of one session's requests: who served them, and who lost it", "umbra session map SESSION", 2},
	{AREA_MAP, ACTION_LEFT, "h Left", "fold", "fold what the service calls", NULL, 3},
	{AREA_MAP, ACTION_RIGHT, "Right", NULL, "unfold it", NULL, 0},
	{AREA_MAP, ACTION_FOLD_ALL, "z", NULL, "fold all that call others; when all are folded: unfold them", NULL, 0},

	{AREA_MAP_SERVICE, ACTION_OPEN, "Enter", "go to it", "go on to the selected service; {global.back} goes back", NULL, 0},
	{AREA_MAP_SERVICE, ACTION_LEFT, "h Left", "callers", "to who calls it", NULL, 0},
	{AREA_MAP_SERVICE, ACTION_RIGHT, "Right", "calls", "to the services it calls", NULL, 0},
	{AREA_MAP_SERVICE, ACTION_LOGS, "l", "logs", "exactly these requests, as they come", "umbra logs -f FILTER", 0},


	{AREA_COLUMNS, ACTION_BACK, "Enter", "done", "go back to the list", NULL, 0},
	{AREA_COLUMNS, ACTION_MARK, "Space", "show or hide", "show or hide the column", NULL, 0},
	{AREA_COLUMNS, ACTION_MOVE_ON, "J S-Down", "move on", "move the column one place on", NULL, 0},
	{AREA_COLUMNS, ACTION_MOVE_BACK, "K S-Up", "move back", "move the column one place back", NULL, 0},

	{AREA_LEARN, ACTION_OPEN, "Enter", "start / edit", "the tour: begin it, or put its line away; the rules: write into the field", NULL, 0},
	{AREA_LEARN, ACTION_RIGHT, "Tab Right", "next page", "tour, rules to try, glossary", NULL, 0},
	{AREA_LEARN, ACTION_LEFT, "S-Tab h Left", NULL, "the page before", NULL, 0},
	{AREA_LEARN, ACTION_SKIP, ">", "skip", "leave out the step of the tour that is next", NULL, 0},
	{AREA_LEARN, ACTION_AGAIN, "r", "again", "the tour from its beginning; the form empty", NULL, 2},

	{AREA_VERSION, ACTION_PIN, "p", "pin", "pin the version to your session, or to one you choose", "umbra session pin SESSION SERVICE=VERSION", 1},
	{AREA_VERSION, ACTION_LOGS, "l", "logs", "its requests, as they come", "umbra logs -f FILTER", 1},
	{AREA_VERSION, ACTION_SIDE, "v", "compare", "the version beside stable: the same routes, status and time of both", NULL, 3},
	{AREA_VERSION, ACTION_EXTEND, "e", "extend", "renew the version's lifetime", "umbra version extend SERVICE@VERSION --ttl DURATION", 2},
	{AREA_VERSION, ACTION_RETIRE, "R", "retire", "take the version away; asks first", "umbra version retire SERVICE@VERSION", 2},

	{AREA_PULL, ACTION_PIN, "p", "pin", "pin all of it to your session, or to one you choose", "umbra session pin SESSION SERVICE=VERSION...", 1},
	{AREA_PULL, ACTION_LOGS, "l", "logs", "the requests that reach it, as they come", "umbra logs -f FILTER", 1},

	{AREA_SESSION, ACTION_LOGS, "l", "logs", "the requests that carry it, as they come", "umbra logs -f FILTER", 1},
	{AREA_SESSION, ACTION_MAP, "m", "map", "which services its requests passed, who served them, and who lost it", "umbra session map SESSION", 2},
	{AREA_SESSION, ACTION_EXTEND, "e", "extend", "renew its lifetime", "umbra session extend SESSION --ttl DURATION", 2},
	{AREA_SESSION, ACTION_SET, "E", "change", "change its policy, lifetime or owner", "umbra session set SESSION --ttl DURATION", 3},
	{AREA_SESSION, ACTION_END, "D", "end", "end it; names what is lost and asks first", "umbra session end SESSION", 2},
	{AREA_SESSION, ACTION_USE, "U", "use", "make it yours: {version.pin} pins to it; again: not yours", "umbra session use SESSION", 2},

	{AREA_REQUEST, ACTION_TRACE, "o", "trace", "all hops of its trace; of a call: of one that lost its session there", "umbra logs -f FILTER", 1},
	{AREA_REQUEST, ACTION_SIDE, "v", "compare", "its version beside stable: the same routes, status and time of both", "umbra logs -f FILTER", 3},

	{AREA_LIST, ACTION_FILTER, "/", "filter", "show only what matches; empty shows all", NULL, 0},
	{AREA_LIST, ACTION_FIND, "f", "find", "find text without hiding anything", NULL, 4},
	{AREA_LIST, ACTION_FIND_NEXT, "n", NULL, "next find", NULL, 0},
	{AREA_LIST, ACTION_FIND_PREVIOUS, "N", NULL, "find before", NULL, 0},
	{AREA_TEXT, ACTION_FIND, "/ f", "find", "find text", NULL, 3},
	{AREA_TEXT, ACTION_FIND_NEXT, "n", NULL, "next find", NULL, 0},
	{AREA_TEXT, ACTION_FIND_PREVIOUS, "N", NULL, "find before", NULL, 0},
	{AREA_GLOBAL, ACTION_DOWN, "j Down", NULL, "down", NULL, 0},
	{AREA_GLOBAL, ACTION_UP, "k Up", NULL, "up", NULL, 0},
	{AREA_GLOBAL, ACTION_PAGE_DOWN, "PgDn C-f", NULL, "a page down", NULL, 0},
	{AREA_GLOBAL, ACTION_PAGE_UP, "PgUp C-b", NULL, "a page up", NULL, 0},
	{AREA_GLOBAL, ACTION_HALF_DOWN, "C-d", NULL, "half a page down", NULL, 0},
	{AREA_GLOBAL, ACTION_HALF_UP, "C-u", NULL, "half a page up", NULL, 0},
	{AREA_GLOBAL, ACTION_TOP, "g Home", NULL, "to the first", NULL, 0},
	{AREA_GLOBAL, ACTION_BOTTOM, "G End", NULL, "to the last; in Requests: follow", NULL, 0},
	{AREA_GLOBAL, ACTION_BACK, "Esc", NULL, "back, or drop what was begun", NULL, 0},
	{AREA_GLOBAL, ACTION_VIEW_SERVICES, "1", NULL, "Services", "umbra service list", 0},
	{AREA_GLOBAL, ACTION_VIEW_PULLS, "2", NULL, "Pull requests", "umbra pr list", 0},
	{AREA_GLOBAL, ACTION_VIEW_SESSIONS, "3", NULL, "Sessions", "umbra session list", 0},
	{AREA_GLOBAL, ACTION_VIEW_REQUESTS, "4", NULL, "Requests", "umbra logs -f", 0},
	{AREA_GLOBAL, ACTION_COMMAND, ":", "command", "a command, a view or a theme, completed as you type", NULL, 0},
	{AREA_GLOBAL, ACTION_EXPLAIN, "x", "explain", "why: which rule decided, and why not the others, in sentences", NULL, 0},
	{AREA_GLOBAL, ACTION_COPY, "y", "copy", "copy what is selected as: curl, link, header, umbra line, QR code", NULL, 0},
	{AREA_GLOBAL, ACTION_VIEW_TIMELINE, "5", NULL, "Timeline", "umbra events", 0},
	{AREA_GLOBAL, ACTION_VIEW_MAP, "6", NULL, "Map", NULL, 0},
	{AREA_GLOBAL, ACTION_VIEW_LEARN, "7", NULL, "Learn", NULL, 0},
	{AREA_GLOBAL, ACTION_BACKWARD, "[", NULL, "to where you were before", NULL, 0},
	{AREA_GLOBAL, ACTION_FORWARD, "]", NULL, "and forward again", NULL, 0},
	{AREA_GLOBAL, ACTION_HELP, "?", "help", "this help", NULL, 0},
	{AREA_GLOBAL, ACTION_MOUSE, "F8", NULL, "turn the mouse off, to select text with the terminal; again: on", NULL, 0},
	{AREA_GLOBAL, ACTION_COST, "F12", NULL, "resource use of the dashboard", NULL, 0},
	{AREA_GLOBAL, ACTION_REPAINT, "C-l", NULL, "repaint the screen, retry the connection", NULL, 0},
	{AREA_GLOBAL, ACTION_QUIT, "q C-c", "quit", "leave; in the help: close it", NULL, 0},
};
/* clang-format on */
const size_t binding_count = ARRAY_LEN(bindings);

/* One key of one row. */
struct key_entry {
	int32_t key;
	const struct binding *binding;
};

enum { KEY_ENTRIES_MAX = 512 };
static struct key_entry entries[KEY_ENTRIES_MAX];
static size_t entry_count;

enum area area_parent(enum area area)
{
	return parents[area];
}

/* ---- keys of a person's own ---- */

static char *own_keys[ARRAY_LEN(bindings)]; /* NULL: those of the table */

static const char *const area_names[AREA_COUNT] = {
#define X(name, title, parent) [name] = #name,
	AREA_TABLE(X)
#undef X
};

static const char *const action_names[ACTION_COUNT] = {
#define X(name) [name] = #name,
	ACTION_TABLE(X)
#undef X
};

/* AREA_SERVICES is services, ACTION_PAGE_DOWN is page-down. */
static size_t add_word(char *dst, size_t size, const char *name)
{
	size_t len = 0;

	for (name = strchr(name, '_') + 1; *name && len + 1 < size; name++)
		dst[len++] = *name == '_' ? '-' : (char)(*name - 'A' + 'a');
	dst[len] = '\0';
	return len;
}

void keymap_name(const struct binding *binding, char dst[BINDING_NAME_SIZE])
{
	size_t len = add_word(dst, BINDING_NAME_SIZE / 2, area_names[binding->area]);

	dst[len++] = '.';
	(void)add_word(dst + len, BINDING_NAME_SIZE - len, action_names[binding->action]);
}

const char *keymap_keys(const struct binding *binding)
{
	size_t at = (size_t)(binding - bindings);

	return own_keys[at] ? own_keys[at] : binding->keys;
}

void keymap_unbind_all(void)
{
	for (size_t i = 0; i < binding_count; i++) {
		free(own_keys[i]);
		own_keys[i] = NULL;
	}
}

static const struct binding *binding_by_name(const char *name, struct errbuf *eb)
{
	char own[BINDING_NAME_SIZE];

	for (size_t i = 0; i < binding_count; i++) {
		keymap_name(&bindings[i], own);
		if (strcmp(own, name) == 0)
			return &bindings[i];
	}
	err_set_field(eb, ERR_USAGE, name, "as `?` has them: services.pin, global.help",
		"%s is not an action of a key", name);
	return NULL;
}

enum err keymap_bind(const char *name, const char *keys, struct errbuf *eb)
{
	const struct binding *binding = binding_by_name(name, eb);
	struct str rest = str_trim(str_of(keys));

	if (!binding)
		return ERR_USAGE;
	while (rest.p != NULL && rest.n > 0) {
		struct str key = str_cut(&rest, ' ');
		int32_t number;

		rest = str_trim(rest);
		if (!key_from_name(key, &number))
			return err_set_field(eb, ERR_USAGE, name,
				"one character, C-a to C-z, F1 to F12, Enter, Esc, Tab, S-Tab, "
				"Space, Up, "
				"Down, Left, Right, Home, End, PgUp, PgDn, Del, Bksp",
				"%.*s is not a key", STR_ARG(key));
	}
	free(own_keys[binding - bindings]);
	own_keys[binding - bindings] = xstrdup(keys);
	return ERR_NONE;
}

static bool has_key(const struct binding *binding, int32_t wanted)
{
	struct str rest = str_trim(str_of(keymap_keys(binding)));
	int32_t key;

	while (rest.p != NULL && rest.n > 0) {
		if (key_from_name(str_cut(&rest, ' '), &key) && key == wanted)
			return true;
		rest = str_trim(rest);
	}
	return false;
}

static bool is_on_the_way(enum area from, enum area to)
{
	for (; from != AREA_COUNT; from = area_parent(from))
		if (from == to)
			return true;
	return false;
}

/* Whether a key may be looked for in both: objects are selected in any view. */
static bool meet(enum area a, enum area b)
{
	return is_on_the_way(a, b) || is_on_the_way(b, a) ||
	       keymap_is_object(a) != keymap_is_object(b);
}

enum err keymap_check(const char *name, struct errbuf *eb)
{
	const struct binding *binding = binding_by_name(name, eb);

	if (!binding)
		return ERR_USAGE;
	for (size_t i = 0; i < binding_count; i++) {
		struct str rest = str_trim(str_of(keymap_keys(binding)));

		if (bindings[i].action == binding->action || !meet(binding->area, bindings[i].area))
			continue;
		while (rest.p != NULL && rest.n > 0) {
			struct str key = str_cut(&rest, ' ');
			char other[BINDING_NAME_SIZE];
			int32_t number;

			rest = str_trim(rest);
			if (!key_from_name(key, &number) || !has_key(&bindings[i], number))
				continue;
			keymap_name(&bindings[i], other);
			return err_set_field(eb, ERR_USAGE, name,
				"a key that is free, or other keys there",
				"%.*s is %s already (%s)", STR_ARG(key), other, bindings[i].help);
		}
	}
	return ERR_NONE;
}

/* ---- looking up ---- */

bool keymap_init(size_t *ret_row)
{
	entry_count = 0;
	for (size_t i = 0; i < binding_count; i++) {
		struct str rest = str_trim(str_of(keymap_keys(&bindings[i])));

		while (rest.p != NULL && rest.n > 0) {
			struct key_entry *entry = &entries[entry_count];

			if (entry_count == KEY_ENTRIES_MAX ||
				!key_from_name(str_cut(&rest, ' '), &entry->key)) {
				*ret_row = i;
				return false;
			}
			entry->binding = &bindings[i];
			entry_count++;
			rest = str_trim(rest);
		}
	}
	return true;
}

enum area keymap_object(const struct selection *what)
{
	switch (selection_kind(what)) {
	case SELECTED_SERVICE:
	case SELECTED_VERSION:
		return AREA_VERSION;
	case SELECTED_PULL:
		return AREA_PULL;
	case SELECTED_SESSION:
	case SELECTED_PIN:
		return AREA_SESSION;
	case SELECTED_REQUEST:
	case SELECTED_EDGE:
		return AREA_REQUEST;
	default:
		return AREA_COUNT;
	}
}

bool keymap_is_object(enum area area)
{
	return area == AREA_VERSION || area == AREA_PULL || area == AREA_SESSION ||
	       area == AREA_REQUEST;
}

enum area keymap_next(enum area area, enum area object, enum area at)
{
	if (at == area && object != AREA_COUNT)
		return object;
	return parents[at == object ? area : at];
}

const struct binding *keymap_find(enum area area, enum area object, int32_t key)
{
	for (enum area at = area; at != AREA_COUNT; at = keymap_next(area, object, at))
		for (size_t i = 0; i < entry_count; i++)
			if (entries[i].key == key && entries[i].binding->area == at)
				return entries[i].binding;
	return NULL;
}

const struct binding *keymap_binding(enum area area, enum action action)
{
	for (; area != AREA_COUNT; area = parents[area])
		for (size_t i = 0; i < binding_count; i++)
			if (bindings[i].action == action && bindings[i].area == area)
				return &bindings[i];
	return NULL;
}

struct str keymap_key(enum area area, enum action action)
{
	const struct binding *binding = keymap_binding(area, action);
	struct str rest = str_trim(str_of(binding ? keymap_keys(binding) : ""));

	return str_cut(&rest, ' ');
}

bool keymap_writes(enum action action)
{
	static const bool writes[ACTION_COUNT] = {
		[ACTION_PIN] = true,
		[ACTION_EXTEND] = true,
		[ACTION_RETIRE] = true,
		[ACTION_CREATE] = true,
		[ACTION_END] = true,
		[ACTION_SET] = true,
		[ACTION_UNPIN] = true,
		[ACTION_APPLY] = true,
	};

	return writes[action];
}

/* The key of "global.help", or the name itself: a mistake that a test finds. */
static void add_key(struct strbuf *out, struct str name)
{
	char own[BINDING_NAME_SIZE];

	for (size_t i = 0; i < binding_count; i++) {
		struct str keys = str_trim(str_of(keymap_keys(&bindings[i])));

		keymap_name(&bindings[i], own);
		if (!str_eq_c(name, own))
			continue;
		strbuf_add_str(out, keys.n > 0 ? str_cut(&keys, ' ') : STR_LIT("(no key)"));
		return;
	}
	strbuf_addf(out, "{%.*s}", STR_ARG(name));
}

enum { KEYED_MAX = 4096 };

void keymap_text(char *dst, size_t size, const char *text)
{
	struct str rest = str_of(text);
	struct strbuf out;

	strbuf_init(&out, KEYED_MAX);
	while (rest.p != NULL) {
		strbuf_add_str(&out, str_cut(&rest, '{'));
		if (rest.p != NULL)
			add_key(&out, str_cut(&rest, '}'));
	}
	str_copy(dst, size, strbuf_str(&out));
	strbuf_finish(&out);
}

enum list_motion keymap_motion(enum action action)
{
	static const enum list_motion motions[ACTION_COUNT] = {
		[ACTION_UP] = MOTION_UP,
		[ACTION_DOWN] = MOTION_DOWN,
		[ACTION_PAGE_UP] = MOTION_PAGE_UP,
		[ACTION_PAGE_DOWN] = MOTION_PAGE_DOWN,
		[ACTION_HALF_UP] = MOTION_HALF_UP,
		[ACTION_HALF_DOWN] = MOTION_HALF_DOWN,
		[ACTION_TOP] = MOTION_TOP,
		[ACTION_BOTTOM] = MOTION_BOTTOM,
	};

	return motions[action];
}
