/*
 * Latencies in buckets of about 6 % width (16 sub-buckets a power of two, the HDR layout), 1 us to 1 h.
 * Fixed size, adding is O(1), quantiles are read off with the bucket's width as error.
 */
#ifndef UMBRA_MODEL_HISTOGRAM_H
#define UMBRA_MODEL_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 512 };

struct histogram {
	uint32_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
};

void histogram_reset(struct histogram *h);
void histogram_add(struct histogram *h, int64_t value_us);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The value at quantile q in 0..1, us; 0 when empty. */
int64_t histogram_quantile(const struct histogram *h, double q);

#endif
