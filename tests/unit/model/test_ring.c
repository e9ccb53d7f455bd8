/* The ring against a plain list of what it should hold, bounded by count, by bytes and by both. */
#include "core/model/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void *item(int64_t value)
{
	int64_t *p = xmalloc(sizeof(*p));
	*p = value;
	return p;
}

/*
 * Pushes 100 items of i % 7 * 10 + 1 bytes and checks, after each, that what is held is the newest
 * that fit.
 */
static void check(size_t max_items, size_t max_bytes)
{
	const int64_t first = 5000;
	struct ring *ring = ring_create(max_items, max_bytes, first);

	assert_int_equal(ring_oldest(ring), first);
	assert_int_equal(ring_next(ring), first);
	assert_null(ring_get(ring, first));
	for (int64_t i = 0; i < 100; i++) {
		assert_int_equal(ring_push(ring, item(i), (size_t)(i % 7 * 10 + 1)), first + i);
		int64_t oldest = i;
		size_t bytes = (size_t)(i % 7 * 10 + 1);
		while (oldest > 0 && (size_t)(i - oldest) + 2 <= max_items &&
			bytes + (size_t)((oldest - 1) % 7 * 10 + 1) <= max_bytes)
			bytes += (size_t)(--oldest % 7 * 10 + 1);
		assert_int_equal(ring_oldest(ring), first + oldest);
		assert_int_equal(ring_next(ring), first + i + 1);
		assert_int_equal(ring_bytes(ring), bytes);
		for (int64_t j = oldest; j <= i; j++)
			assert_int_equal(*(int64_t *)ring_get(ring, first + j), j);
		assert_null(ring_get(ring, first + oldest - 1));
		assert_null(ring_get(ring, first + i + 1));
	}
	ring_destroy(ring);
}

static void bounded_by_count(void **state)
{
	(void)state;
	check(10, 100000);
	check(1, 100000);
	check(1000, 100000);
}

static void bounded_by_bytes(void **state)
{
	(void)state;
	check(1000, 100);
	check(1000, 61);
	check(4, 100);
}

static void an_item_too_large_is_held_alone(void **state)
{
	(void)state;
	struct ring *ring = ring_create(10, 5, 0);

	ring_push(ring, item(1), 3);
	ring_push(ring, item(2), 50);
	assert_int_equal(ring_oldest(ring), 1);
	assert_int_equal(*(int64_t *)ring_get(ring, 1), 2);
	ring_push(ring, item(3), 3);
	assert_int_equal(ring_oldest(ring), 2);
	ring_destroy(ring);
	ring_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounded_by_count),
		cmocka_unit_test(bounded_by_bytes),
		cmocka_unit_test(an_item_too_large_is_held_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
