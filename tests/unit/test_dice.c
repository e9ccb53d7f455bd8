/*
 * The demo's chances: repeatable from a seed, different for each thrower, and as even as they say.
 */
#include "core/demo/dice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_same_seed_throws_the_same(void **state)
{
	struct dice a;
	struct dice b;
	struct dice other;
	int i;

	(void)state;
	dice_init(&a, 42, STR_LIT("booking@pr-482"));
	dice_init(&b, 42, STR_LIT("booking@pr-482"));
	dice_init(&other, 42, STR_LIT("booking@pr-560"));
	assert_int_not_equal(dice_throw(&other), dice_throw(&a));
	(void)dice_throw(&b);
	for (i = 0; i < 100; i++)
		assert_int_equal(dice_throw(&a), dice_throw(&b));
}

static void sides_come_up_evenly(void **state)
{
	unsigned seen[10] = {0};
	struct dice dice;
	int i;

	(void)state;
	dice_init(&dice, 1, STR_LIT("x"));
	for (i = 0; i < 10000; i++) {
		const uint32_t side = dice_below(&dice, 10);

		assert_in_range(side, 0, 9);
		seen[side]++;
	}
	for (i = 0; i < 10; i++)
		assert_in_range(seen[i], 850, 1150);
}

static void waits_have_their_mean(void **state)
{
	struct dice dice;
	double sum = 0;
	int i;

	(void)state;
	dice_init(&dice, 1, STR_LIT("x"));
	for (i = 0; i < 10000; i++) {
		const double wait = dice_wait(&dice, 3);

		assert_true(wait >= 0);
		sum += wait;
	}
	assert_true(sum / 10000 > 2.9 && sum / 10000 < 3.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_throws_the_same),
		cmocka_unit_test(sides_come_up_evenly),
		cmocka_unit_test(waits_have_their_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
