/*
 * Colours as numbers: 0xrrggbb, what xterm's palette has for an index, and how well two of them are told
 * apart. Pure; knows neither themes nor curses.
 */
#ifndef UMBRA_TUI_THEME_COLOUR_H
#define UMBRA_TUI_THEME_COLOUR_H

#include <stdint.h>

/* What xterm shows for 0..255. Of the first 16 terminals have their own: those are for choosing only. */
int32_t colour_of_256(int index);

/* The nearest of the xterm palette's 16..255, and of the first 16. */
int colour_nearest_256(int32_t rgb);
int colour_nearest_16(int32_t rgb);

/*
 * Relative luminance, 0 (black) to 1 (white), and contrast ratio, 1 to 21, of two colours whichever comes
 * first: WCAG 2.2, section "Terms", "relative luminance" and "contrast ratio" (L1 + 0.05) / (L2 + 0.05).
 */
double colour_luminance(int32_t rgb);
double colour_contrast(int32_t a, int32_t b);

#endif
