/* Text over several rows, broken at blanks. Pure. */
#ifndef UMBRA_BASE_WRAP_H
#define UMBRA_BASE_WRAP_H

#include <stddef.h>

#include "core/base/str.h"

/*
 * How many bytes of `text` go into a row of `width` cells: up to and with the blanks where there are some,
 * else as many as fit. Blanks at its end are not counted. 0 only for empty text, or a glyph wider than the row.
 */
size_t wrap_take(struct str text, int width);

#endif
