/* Learn keeps the tour; whoever shows it elsewhere finds it here. */
#ifndef UMBRA_TUI_VIEWS_LEARN_LEARN_H
#define UMBRA_TUI_VIEWS_LEARN_LEARN_H

#include "tui/ui/tour.h"

/* Of a state that view_learn made; lives as long as it. */
struct tour *learn_tour(void *state);

#endif
