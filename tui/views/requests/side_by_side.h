/* Opening two versions of a service side by side, from any view that has a service or a version selected. */
#ifndef UMBRA_TUI_VIEWS_REQUESTS_SIDE_BY_SIDE_H
#define UMBRA_TUI_VIEWS_REQUESTS_SIDE_BY_SIDE_H

#include "core/base/str.h"

#include "tui/data/model.h"
#include "tui/ui/ui_state.h"

/*
 * Stable beside `version`; when that is "" or the stable one, beside the only ephemeral version, or the one
 * that is chosen (QUESTION_SIDE, answered with side_by_side_answer()). Says so when there is nothing to compare.
 */
void side_by_side_open(
	const struct model *model, struct ui *ui, struct str service, struct str version);
/* `id` is the chosen "service@version". */
void side_by_side_answer(const struct model *model, struct ui *ui, const char *id);

#endif
