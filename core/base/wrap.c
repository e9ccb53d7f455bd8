/* Breaking text into rows, by cells and not by bytes. Used by the views that show sentences. */
#include "core/base/wrap.h"

#include <stdbool.h>

#include "core/base/term_text.h"

size_t wrap_take(struct str text, int width)
{
	struct str rest = text;
	struct text_glyph glyph;
	size_t blank = 0;
	int cells = 0;

	while (rest.n > 0) {
		size_t at = text.n - rest.n;

		if (!text_next(&rest, false, &glyph))
			break;
		cells += glyph.cells;
		if (text.p[at] == ' ')
			blank = at + 1; /* blanks at the end need no room */
		else if (cells > width)
			return blank > 0 ? blank : at;
	}
	return text.n;
}
