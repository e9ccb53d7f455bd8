/*
 * The demo's chances: repeatable from a seed, different for each thrower, and as even as they say.
 */
#include "core/demo/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_same_seed_throws_the_same(void **state)
{
	struct prng a;
	struct prng b;
	struct prng other;
	int i;

	(void)state;
	prng_init(&a, 42, STR_LIT("booking@pr-482"));
	prng_init(&b, 42, STR_LIT("booking@pr-482"));
	prng_init(&other, 42, STR_LIT("booking@pr-560"));
	assert_int_not_equal(prng_throw(&other), prng_throw(&a));
	(void)prng_throw(&b);
	for (i = 0; i < 100; i++)
		assert_int_equal(prng_throw(&a), prng_throw(&b));
}

static void sides_come_up_evenly(void **state)
{
	unsigned seen[10] = {0};
	struct prng prng;
	int i;

	(void)state;
	prng_init(&prng, 1, STR_LIT("x"));
	for (i = 0; i < 10000; i++) {
		const uint32_t side = prng_below(&prng, 10);

		assert_in_range(side, 0, 9);
		seen[side]++;
	}
	for (i = 0; i < 10; i++)
		assert_in_range(seen[i], 850, 1150);
}

static void waits_have_their_mean(void **state)
{
	struct prng prng;
	double sum = 0;
	int i;

	(void)state;
	prng_init(&prng, 1, STR_LIT("x"));
	for (i = 0; i < 10000; i++) {
		const double wait = prng_wait(&prng, 3);

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
