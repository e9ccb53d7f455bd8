/* What glows, from when until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/glow.h"

static void test_what_is_there_at_first_is_no_news(void **state)
{
	struct glow glow;

	(void)state;
	glow_reset(&glow, 100);
	assert_int_equal(glow_until(&glow, 100, 0), 0);
	assert_int_equal(glow_until(&glow, 1, 0), 0);
}

static void test_a_change_glows_and_ends(void **state)
{
	struct glow glow;

	(void)state;
	glow_reset(&glow, 100);
	glow_heard(&glow, 103, 5000);
	assert_int_equal(glow_until(&glow, 100, 5000), 0);
	assert_int_equal(glow_until(&glow, 101, 5000), 5000 + GLOW_MS);
	assert_int_equal(glow_until(&glow, 103, 5000 + GLOW_MS - 1), 5000 + GLOW_MS);
	assert_int_equal(glow_until(&glow, 103, 5000 + GLOW_MS), 0);
}

static void test_each_from_its_own_time(void **state)
{
	struct glow glow;

	(void)state;
	glow_reset(&glow, 100);
	glow_heard(&glow, 101, 5000);
	glow_heard(&glow, 102, 6000);
	glow_heard(&glow, 102, 7000); /* heard of before */
	assert_int_equal(glow_until(&glow, 101, 7000), 5000 + GLOW_MS);
	assert_int_equal(glow_until(&glow, 102, 7000), 6000 + GLOW_MS);
	glow_heard(&glow, 103, 6000 + GLOW_MS);
	assert_int_equal(glow_until(&glow, 102, 6000 + GLOW_MS), 0);
	assert_int_equal(glow_until(&glow, 103, 6000 + GLOW_MS), 6000 + 2 * GLOW_MS);
}

/* However many come, every one glows, and none for much longer than the others. */
static void test_a_storm(void **state)
{
	struct glow glow;

	(void)state;
	glow_reset(&glow, 0);
	for (int64_t i = 1; i <= 1000; i++) {
		int64_t now = i * 17;
		int64_t until;

		glow_heard(&glow, i, now);
		until = glow_until(&glow, i, now);
		assert_in_range(until, now + GLOW_MS - GLOW_MS / GLOW_STEPS, now + GLOW_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_there_at_first_is_no_news),
		cmocka_unit_test(test_a_change_glows_and_ends),
		cmocka_unit_test(test_each_from_its_own_time),
		cmocka_unit_test(test_a_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
