/*
 * The terminal's ground, dark or light: what tells of it, and themes that leave text and ground to the terminal.
 * Pure but for one look at the environment.
 */
#ifndef UMBRA_TUI_THEME_GROUND_H
#define UMBRA_TUI_THEME_GROUND_H

#include "tui/theme/theme.h"

/* By COLORFGBG (rxvt's; several terminals set it). GROUND_ANY: it does not tell. */
enum theme_ground theme_ground_told(void);
/* By the answer to OSC 11: a colour as XParseColor(3) writes it, rgb:RRRR/GGGG/BBBB or #rrggbb and their short forms. */
enum theme_ground theme_ground_of(struct str answer);
/* The theme to take on it. */
const char *theme_for(enum theme_ground ground);

/*
 * What roles on the base ground look like on a terminal's own: text in the terminal's colours. With GROUND_ANY
 * nobody knows whether that is dark or light: inks keep their hue and get the brightness in the middle, which can be
 * read on both, and what is nearly white is the terminal's own. With GROUND_LIGHT what is too light gets darker.
 */
void theme_follow(struct theme *theme, enum theme_ground ground);

#endif
