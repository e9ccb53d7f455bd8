/*
 * The `:` line: what is typed, what it could become, and what is wrong with it. Pure: it knows the command
 * table and what it is given of the model, and runs nothing.
 *
 * Completion is fuzzy. What is selected on the screen comes first among what fits equally well.
 */
#ifndef UMBRA_TUI_UI_PALETTE_H
#define UMBRA_TUI_UI_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/limits.h"
#include "core/model/environment.h"

#include "tui/data/selection.h"
#include "tui/widgets/line_edit.h"

struct canvas;
struct command_args;

enum { PALETTE_SHOWN = 8, PALETTE_HISTORY = 50, PALETTE_WORDS = 64 };

/* Words that are the dashboard's own. */
enum own_kind {
	OWN_QUIT,
	OWN_THEME,
	OWN_HELP,
	OWN_PINS,
	OWN_TOUR,
	OWN_VIEW, /* one of view_list that has a tab, by its name */
	OWN_COUNT
};

struct palette_candidate {
	char value[128];
	char help[160];
	int score;
};

/* What it completes from. */
struct palette_source {
	const struct environment *env;
	const struct selection *selected;
	const char *session; /* the user's, "" without one */
	bool read_only;
};

struct palette {
	struct line_edit input;
	struct palette_candidate shown[PALETTE_SHOWN]; /* the best first */
	size_t count; /* of `shown` */
	size_t total; /* that fit */
	size_t chosen; /* the one that Tab takes */
	size_t word; /* the byte where the word that is completed begins */
	char usage[512]; /* of the command that is typed, "" while it is none */
	char help[512];
	char mistake[512]; /* "" when nothing is wrong (yet) */
	size_t column; /* the byte it is about */
	bool sent; /* the line is on its way */
	char *history[PALETTE_HISTORY]; /* the oldest first */
	size_t history_count;
	size_t history_at; /* history_count: the line that is being written */
	char draft[LIMIT_FILTER + 1]; /* it, while an older one is shown */
};

void palette_finish(struct palette *palette);
/* Opens it with `text`, and completes. */
void palette_open(struct palette *palette, const char *text, const struct palette_source *source);
/* LINE_EDIT_DONE: the line is to be run. */
enum line_edit_event palette_key(
	struct palette *palette, int32_t key, const struct palette_source *source);
/* After the line changed: what fits the word at the cursor, and what is wrong before it. */
void palette_complete(struct palette *palette, const struct palette_source *source);
/*
 * Whether the whole line can be run; otherwise the mistake is set. `ret_command` gets the command that it is, for
 * args_destroy(), or NULL when it is one of the dashboard's own words.
 */
bool palette_check(struct palette *palette, const struct palette_source *source,
	struct command_args **ret_command);
void palette_refuse(struct palette *palette, size_t column, const char *sentence);
/* Keeps the line; one that is the last already is not kept twice. */
void palette_remember(struct palette *palette, const char *line);

int palette_rows(const struct palette *palette, int max);
void palette_draw(const struct palette *palette, const struct canvas *canvas);

/* Splits a line as a shell would. */
struct palette_words {
	char storage[LIMIT_FILTER + 1];
	const char *words[PALETTE_WORDS + 2]; /* room for one more, and NULL */
	size_t starts[PALETTE_WORDS + 1]; /* where each begins in the line */
	size_t count;
	bool open; /* a quote is not closed, or a word is being written at the end */
};
void palette_split(struct str line, struct palette_words *ret_words);
/* The dashboard's own word, OWN_COUNT when it is none; ret_key gets the tab's key of a view. */
enum own_kind palette_own(const char *word, char *ret_key);

#endif
