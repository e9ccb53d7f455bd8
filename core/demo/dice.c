/*
 * The sample shop's and its visitors' chances. A thrower's whole state is one number, so that a seed
 * that is printed is enough to see the same day again.
 */
#include "core/demo/dice.h"

#include <math.h>
#include <stddef.h>

void dice_init(struct dice *dice, uint64_t seed, struct str name)
{
	size_t i;

	dice->state = seed;
	for (i = 0; i < name.n; i++)
		dice->state = (dice->state ^ (unsigned char)name.p[i]) * 0x100000001b3;
}

uint64_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t dice_below(struct dice *dice, uint32_t sides)
{
	return (uint32_t)(((dice_throw(dice) >> 32) * sides) >> 32);
}

double dice_unit(struct dice *dice)
{
	return (double)(dice_throw(dice) >> 11) * 0x1p-53;
}

double dice_wait(struct dice *dice, double mean)
{
	return -mean * log1p(-dice_unit(dice));
}
