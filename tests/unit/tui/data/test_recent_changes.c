/* What glows, from when until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/data/recent_changes.h"

static void test_what_is_there_at_first_is_no_news(void **state)
{
	struct recent_changes glow;

	(void)state;
	recent_changes_reset(&glow, 100);
	assert_int_equal(recent_changes_until(&glow, 100, 0), 0);
	assert_int_equal(recent_changes_until(&glow, 1, 0), 0);
}

static void test_a_change_glows_and_ends(void **state)
{
	struct recent_changes glow;

	(void)state;
	recent_changes_reset(&glow, 100);
	recent_changes_heard(&glow, 103, 5000);
	assert_int_equal(recent_changes_until(&glow, 100, 5000), 0);
	assert_int_equal(recent_changes_until(&glow, 101, 5000), 5000 + RECENT_CHANGES_MS);
	assert_int_equal(recent_changes_until(&glow, 103, 5000 + RECENT_CHANGES_MS - 1),
		5000 + RECENT_CHANGES_MS);
	assert_int_equal(recent_changes_until(&glow, 103, 5000 + RECENT_CHANGES_MS), 0);
}

static void test_each_from_its_own_time(void **state)
{
	struct recent_changes glow;

	(void)state;
	recent_changes_reset(&glow, 100);
	recent_changes_heard(&glow, 101, 5000);
	recent_changes_heard(&glow, 102, 6000);
	recent_changes_heard(&glow, 102, 7000); /* heard of before */
	assert_int_equal(recent_changes_until(&glow, 101, 7000), 5000 + RECENT_CHANGES_MS);
	assert_int_equal(recent_changes_until(&glow, 102, 7000), 6000 + RECENT_CHANGES_MS);
	recent_changes_heard(&glow, 103, 6000 + RECENT_CHANGES_MS);
	assert_int_equal(recent_changes_until(&glow, 102, 6000 + RECENT_CHANGES_MS), 0);
	assert_int_equal(recent_changes_until(&glow, 103, 6000 + RECENT_CHANGES_MS),
		6000 + 2 * RECENT_CHANGES_MS);
}

/* However many come, every one glows, and none for much longer than the others. */
static void test_a_storm(void **state)
{
	struct recent_changes glow;

	(void)state;
	recent_changes_reset(&glow, 0);
	for (int64_t i = 1; i <= 1000; i++) {
		int64_t now = i * 17;
		int64_t until;

		recent_changes_heard(&glow, i, now);
		until = recent_changes_until(&glow, i, now);
		assert_in_range(until,
			now + RECENT_CHANGES_MS - RECENT_CHANGES_MS / RECENT_CHANGES_STEPS,
			now + RECENT_CHANGES_MS);
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
