/*
 * How well a few typed letters fit a word: they must stand in it in their order. Letters at the beginning
 * of a word, and letters beside each other, fit better; so does a shorter word. ASCII case does not matter.
 */
#ifndef UMBRA_TUI_UI_FUZZY_H
#define UMBRA_TUI_UI_FUZZY_H

#include "core/base/str.h"

/* The higher the better; -1 when it does not fit. Nothing typed fits everything, with 0. */
int fuzzy_score(struct str word, struct str typed);

#endif
