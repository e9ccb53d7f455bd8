/*
 * Chances that repeat: the same seed gives the same throws (SplitMix64, Steele, Lea and Flood 2014). Not
 * for anything that must not be guessed; that is core/base/random.h.
 */
#ifndef UMBRA_DEMO_DICE_H
#define UMBRA_DEMO_DICE_H

#include <stdint.h>

#include "core/base/str.h"

struct dice {
	uint64_t state;
};

/* `name` sets throwers of one seed apart. */
void dice_init(struct dice *dice, uint64_t seed, struct str name);
uint64_t dice_throw(struct dice *dice);
/* 0 .. sides - 1; `sides` at least 1. */
uint32_t dice_below(struct dice *dice, uint32_t sides);
/* [0, 1). */
double dice_unit(struct dice *dice);
/* The time to the next of events that come independently with this mean distance; the unit of `mean`. */
double dice_wait(struct dice *dice, double mean);

#endif
