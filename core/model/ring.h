/*
 * The newest records, bounded by count and by bytes; the oldest go first. Items are blocks the ring
 * owns and frees; each has a sequence number that grows by one, so a reader that comes back with
 * the number it saw last knows what it missed.
 */
#ifndef UMBRA_MODEL_RING_H
#define UMBRA_MODEL_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

/* An item alone larger than max_bytes is held, alone. */
struct ring *ring_create(size_t max_items, size_t max_bytes, int64_t first_seq);
void ring_destroy(struct ring *ring);
/* Takes `item`, counted as `size_bytes`, and gives it the next number, which is returned. */
int64_t ring_push(struct ring *ring, void *item, size_t size_bytes);
/* From now on that is the bound; the oldest go until it holds. */
void ring_limit(struct ring *ring, size_t max_bytes);
/* NULL when it has gone, or is not there yet. Borrowed until the next push. */
void *ring_get(const struct ring *ring, int64_t seq);
/* Oldest held and the next to come; equal when the ring is empty. */
int64_t ring_oldest(const struct ring *ring);
int64_t ring_next(const struct ring *ring);
size_t ring_bytes(const struct ring *ring);

#endif
