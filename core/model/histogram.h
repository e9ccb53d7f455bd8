/*
 * Latencies in buckets of about 6 % width (16 sub-buckets a power of two, the HDR layout), 1 us to
 * 1 h. Fixed size, adding is O(1), quantiles are read off with the bucket's width as error.
 */
#ifndef UMBRA_MODEL_HISTOGRAM_H
#define UMBRA_MODEL_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 512 };
#define HISTOGRAM_MAX_US (INT64_C(3600) * 1000 * 1000) /* what is longer counts as this */

struct histogram {
	uint32_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
};

void histogram_reset(struct histogram *h);
/* The bucket of a value, for who keeps counts in another form. */
unsigned histogram_bucket(int64_t value_us);
/* The value at quantile q in 0..1 (nearest rank), the middle of its bucket, us; 0 when empty. */
int64_t histogram_quantile(const struct histogram *h, double q);

#endif
