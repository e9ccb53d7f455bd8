/* Tab in a line that takes a filter: its terms, then the values there are, as the command line completes them. */
#ifndef UMBRA_TUI_UI_FILTER_COMPLETE_H
#define UMBRA_TUI_UI_FILTER_COMPLETE_H

#include <stddef.h>

#include "core/model/environment.h"

#include "tui/widgets/line_edit.h"

/*
 * Completes the word at the cursor as far as all that fits is alike. `dst` gets what fits where that is more than one,
 * "" where it is one, and that nothing fits where nothing does.
 */
void filter_complete(
	struct line_edit *input, const struct environment *env, char *dst, size_t size);

#endif
