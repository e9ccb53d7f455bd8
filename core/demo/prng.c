/*
 * The sample shop's and its visitors' chances. A thrower's whole state is one number, so that a seed
 * that is printed is enough to see the same day again.
 */
#include "core/demo/prng.h"

#include <math.h>
#include <stddef.h>

void prng_init(struct prng *prng, uint64_t seed, struct str name)
{
	size_t i;

	prng->state = seed;
	for (i = 0; i < name.n; i++)
		prng->state = (prng->state ^ (unsigned char)name.p[i]) * 0x100000001b3;
}

uint64_t prng_throw(struct prng *prng)
{
	uint64_t z = prng->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t prng_below(struct prng *prng, uint32_t sides)
{
	return (uint32_t)(((prng_throw(prng) >> 32) * sides) >> 32);
}

double prng_unit(struct prng *prng)
{
	return (double)(prng_throw(prng) >> 11) * 0x1p-53;
}

double prng_wait(struct prng *prng, double mean)
{
	return -mean * log1p(-prng_unit(prng));
}
