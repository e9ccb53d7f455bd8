/*
 * Chances that repeat: the same seed gives the same throws (SplitMix64, Steele, Lea and Flood 2014). Not
 * for anything that must not be guessed; that is core/base/random.h.
 */
#ifndef UMBRA_DEMO_PRNG_H
#define UMBRA_DEMO_PRNG_H

#include <stdint.h>

#include "core/base/str.h"

struct prng {
	uint64_t state;
};

/* `name` sets throwers of one seed apart. */
void prng_init(struct prng *prng, uint64_t seed, struct str name);
uint64_t prng_throw(struct prng *prng);
/* 0 .. sides - 1; `sides` at least 1. */
uint32_t prng_below(struct prng *prng, uint32_t sides);
/* [0, 1). */
double prng_unit(struct prng *prng);
/* The time to the next of events that come independently with this mean distance; the unit of `mean`. */
double prng_wait(struct prng *prng, double mean);

#endif
