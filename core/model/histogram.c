/*
 * Latency buckets after the layout of HdrHistogram: values below 16 have a bucket each, above that
 * every power of two is cut into 16. Used by windows, whose own, sparse form shares the bucket
 * numbers.
 */
#include "core/model/histogram.h"

#include <assert.h>
#include <string.h>

enum { SUB_BITS = 4, SUB_BUCKETS = 1 << SUB_BITS };

static_assert(((32 - SUB_BITS) + 1) * SUB_BUCKETS <= HISTOGRAM_BUCKETS, "an hour has a bucket");

unsigned histogram_bucket(int64_t value_us)
{
	if (value_us < SUB_BUCKETS)
		return value_us < 0 ? 0 : (unsigned)value_us;
	if (value_us > HISTOGRAM_MAX_US)
		value_us = HISTOGRAM_MAX_US;
	unsigned power = 63U - (unsigned)__builtin_clzll((unsigned long long)value_us);
	unsigned sub = (unsigned)(value_us >> (power - SUB_BITS)) & (SUB_BUCKETS - 1);
	return (power - SUB_BITS + 1) * SUB_BUCKETS + sub;
}

/* The middle of a bucket. */
static int64_t bucket_value(unsigned bucket)
{
	if (bucket < SUB_BUCKETS)
		return bucket;
	unsigned shift = bucket / SUB_BUCKETS - 1;
	int64_t low = (int64_t)(SUB_BUCKETS + bucket % SUB_BUCKETS) << shift;
	return low + ((INT64_C(1) << shift) - 1) / 2;
}

void histogram_reset(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

int64_t histogram_quantile(const struct histogram *h, double q)
{
	if (h->count == 0)
		return 0;
	/* The rank asked for, from 1: the smallest with at least q of all at or below it. */
	double exact = q * (double)h->count;
	uint64_t rank = exact <= 1 ? 1 : (uint64_t)exact;
	uint64_t seen = 0;
	unsigned last = 0;

	if ((double)rank < exact && rank < h->count)
		rank++;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (h->buckets[i] == 0)
			continue;
		last = i;
		seen += h->buckets[i];
		if (seen >= rank)
			break;
	}
	return bucket_value(last);
}
