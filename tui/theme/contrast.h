/*
 * Contrast of themes: can every role be read on the grounds it stands on (its own `on`; else base's, and that of the
 * selected row, of which the worse counts)?
 *
 * Colours that are the terminal's own (`default`) are counted as the worst of two: for a theme with ground =
 * dark, a ground of #000000 or #2b2b2b and an ink of #ffffff or #b2b2b2; for light, #ffffff or #e4e4e4 and
 * #000000 or #4d4d4d; for a theme that says neither, black or white. An ink of the terminal's own on its own
 * ground is its user's affair and not counted. `dim` counts as half way to the ground, as the dimmest of the
 * usual terminals show it; `reverse` changes no ratio. The first 16 colours are each terminal's own, too: only
 * true colour and the fixed 240 of xterm's palette are counted.
 */
#ifndef UMBRA_TUI_THEME_CONTRAST_H
#define UMBRA_TUI_THEME_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/strbuf.h"

#include "tui/theme/theme.h"

/* WCAG ratios; 0 where it is not counted. */
struct theme_contrast {
	double truecolour;
	double of_256;
};

struct theme_contrast theme_contrast(const struct theme *theme, enum role role);
/* Both, in as far as they are counted, are what role_contrast[] asks for. */
bool theme_is_readable(const struct theme *theme, enum role role);

/*
 * {"roles":[{"theme","role","ink","ground","contrast","contrast_256","needs","result"}]}: every role of the
 * themes named; with a count of 0, of every theme there is what fails, or the role with the lowest ratio.
 * ret_failed: how many rows fail. A named theme that cannot be loaded is the error.
 */
enum err theme_check_write(struct strbuf *out, const char *const *names, size_t count,
	size_t *ret_failed, struct errbuf *eb);
/* {"themes":[{"name","from"}]}: every theme there is, and its file. */
void theme_list_write(struct strbuf *out);

#endif
