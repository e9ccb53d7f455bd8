/*
 * A view: one way to look at the model. One file and one row of view_list[] each.
 *
 * A view keeps a state of its own (where one is, what is filtered). The app calls
 *
 *   prepare  before every draw and act: what changed since the last call is in `parts`, the size of the body
 *            in rows and cols. The only place where a view works something out and may allocate for it.
 *   draw     a pure function of (model, ui, state): const, no I/O, no allocation, no clock but the canvas's.
 *            Draws every row of its canvas, and draws only what is in sight.
 *   act      one action of the keymap. Changes the state, or leaves requests in `ui`; returns what to redraw.
 *
 * Ops that are NULL are not there for that view; the keys for them do nothing.
 */
#ifndef UMBRA_TUI_UI_VIEW_H
#define UMBRA_TUI_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"

#include "tui/term/canvas.h"
#include "tui/ui/keymap.h"
#include "tui/data/model.h"
#include "tui/data/selection.h"
#include "tui/ui/ui_state.h"
#include "tui/widgets/mouse_event.h"

struct cJSON;
struct list_kind;

enum { KEEP_LIST_MAX = 4096 };

enum redraw { REDRAW_NONE, REDRAW_BODY, REDRAW_ALL };

enum view_flag {
	VIEW_TAILS = 1 << 0, /* the tail runs while it is shown */
	VIEW_ALWAYS = 1 << 1, /* shown also when there is no model yet */
	/* The model has these only while a view that shows them is on the screen. */
	VIEW_EDGES = 1 << 2,
	VIEW_EVENTS = 1 << 3,
	VIEW_SESSION_EDGES = 1 << 4, /* of the session that it was opened with */
	VIEW_SELECTS_TEXT = 1 << 5, /* the mouse is the terminal's while it is shown */
};

struct view {
	const char *name; /* in the tests and the config */
	const char *title; /* of its tab or crumb */
	char key; /* of its tab, 0: none, it is opened from another view */
	enum area area;
	unsigned flags;
	/* Of a view with sort(): what its state's list_view lists. */
	const struct list_kind *list;
	int min_cols; /* on fewer it does not open; 0: the least there are */

	void *(*create)(void);
	void (*destroy)(void *state);
	/* It comes onto the screen with what was asked for ("" when by its tab). */
	void (*open)(void *state, const struct model *model, struct ui *ui, const char *argument);
	void (*prepare)(void *state, const struct model *model, struct ui *ui, unsigned parts,
		int rows, int cols);
	/* The row of crumbs: `canvas` is one row, behind the title. */
	void (*draw_title)(const void *state, const struct model *model, const struct ui *ui,
		const struct canvas *canvas);
	/* Where one is, at the end of that row: "33 of 291"; "" where all is in sight. */
	void (*position)(const void *state, char *dst, size_t size);
	void (*draw)(const void *state, const struct model *model, const struct ui *ui,
		const struct canvas *canvas);
	enum redraw (*act)(
		void *state, const struct model *model, struct ui *ui, enum action action);
	/* A prompt was answered while this view was on top. */
	enum redraw (*answer)(void *state, const struct model *model, struct ui *ui,
		enum question question, const char *text);
	/* The answer (JSON) to a command that it has run with RUN_ANSWERS_VIEW. */
	enum redraw (*dry_run_result)(
		void *state, const struct model *model, struct ui *ui, struct str body);
	/* The versions that are marked: what a key does to a version it does to these. NULL: none can be. */
	const struct chosen_versions *(*marked)(const void *state);
	/* What is selected; `ret_selection` comes zeroed. */
	void (*selected)(
		const void *state, const struct model *model, struct selection *ret_selection);
	/*
	 * Selects what `selection` (of selected()) names; false when it is not there. Of views that others share
	 * the state of, those with a tab: so that one comes back to where one was.
	 */
	bool (*reveal)(void *state, const struct model *model, const struct selection *selection);
	/* Presses on rows, titles and dividers. The wheel comes to act() as ACTION_UP and ACTION_DOWN. */
	enum mouse_answer (*mouse)(void *state, const struct model *model, struct ui *ui,
		const struct mouse_event *mouse);
	/*
	 * What is kept of the view from one run to the next, for each context: how it is sorted, which columns, what
	 * is folded, where its divider stands; not what is filtered or selected. keep() adds members to the object.
	 * restore() gets one back after create(), perhaps an older program's or one that somebody wrote: it takes
	 * what it knows and what is possible, and nothing else. Names in it are bounded, lists too (KEEP_LIST_MAX).
	 */
	void (*keep)(const void *state, struct cJSON *object);
	void (*restore)(void *state, const struct cJSON *object);
	/* Takes a filter while it is typed; a mistake leaves the old one and says where it is. */
	enum err (*set_filter)(void *state, const struct model *model, const char *text,
		size_t *ret_column, struct errbuf *eb);
	const char *(*filter)(const void *state);
	/* Moves to the next (or, with `back`, the previous) row that has the text; with `stay` the row one is on counts. */
	bool (*find)(void *state, const struct model *model, struct str text, bool back, bool stay);
	/* The letter of a column; false when there is none. */
	bool (*sort)(void *state, const struct model *model, char letter);
};

/* Those with a tab, in the order of the tabs; then those that are opened from others. NULL-terminated. */
extern const struct view *const view_list[];
extern const struct view view_services, view_sessions, view_pins, view_requests, view_detail,
	view_help, view_qr, view_result, view_explain, view_side;
extern const struct view view_timeline, view_map, view_map_service, view_map_session, view_learn;
extern const struct view view_pulls, view_columns, view_copied;

#endif
