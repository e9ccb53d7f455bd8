/*
 * Buckets: every value is within 1/16 of its bucket's, at the edges of the powers of two above all.
 */
#include "core/model/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/xalloc.h"

static void histogram_add(struct histogram *h, int64_t value_us)
{
	h->buckets[histogram_bucket(value_us)]++;
	h->count++;
}

static int64_t single(int64_t value_us)
{
	struct histogram h;

	histogram_reset(&h);
	histogram_add(&h, value_us);
	return histogram_quantile(&h, 0.5);
}

static void a_value_comes_back_within_its_bucket(void **state)
{
	unsigned before = 0;
	(void)state;

	for (int64_t power = 4; power <= HISTOGRAM_MAX_US; power *= 2) {
		for (int64_t value = power - 1; value <= power + 1; value++) {
			int64_t got = single(value);
			if (llabs(got - value) * 16 > value)
				fail_msg("%jd came back as %jd", (intmax_t)value, (intmax_t)got);
			assert_true(histogram_bucket(value) >= before);
			before = histogram_bucket(value);
			assert_true(before < HISTOGRAM_BUCKETS);
		}
	}
	assert_int_equal(single(0), 0);
	assert_int_equal(single(-5), 0);
	assert_int_equal(histogram_bucket(INT64_MAX), histogram_bucket(HISTOGRAM_MAX_US));
}

static void quantiles_are_nearest_ranks(void **state)
{
	static const struct {
		double q;
		int64_t want;
	} rows[] = {
		{0, 1}, {0.1, 1}, {0.11, 2}, {0.5, 5}, {0.9, 9}, {0.91, 10}, {0.99, 10}, {1, 10}};
	struct histogram h;
	(void)state;

	histogram_reset(&h);
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	for (int64_t value = 10; value >= 1; value--)
		histogram_add(&h, value);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(histogram_quantile(&h, rows[i].q), rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_comes_back_within_its_bucket),
		cmocka_unit_test(quantiles_are_nearest_ranks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
