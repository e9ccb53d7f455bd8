/*
 * The ring: a circle of slots, seq modulo its size. Owned by traffic; the invariant is that exactly
 * the numbers oldest..next-1 are held.
 */
#include "core/model/ring.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/xalloc.h"

struct slot {
	void *item;
	size_t size_bytes;
};

struct ring {
	struct slot *slots;
	size_t max_items;
	size_t max_bytes;
	size_t bytes;
	int64_t oldest;
	int64_t next;
};

struct ring *ring_create(size_t max_items, size_t max_bytes, int64_t first_seq)
{
	struct ring *ring = xcalloc(1, sizeof(*ring));

	assert(max_items > 0 && first_seq >= 0);
	ring->slots = xcalloc(max_items, sizeof(*ring->slots));
	ring->max_items = max_items;
	ring->max_bytes = max_bytes;
	ring->oldest = ring->next = first_seq;
	return ring;
}

static struct slot *slot_of(const struct ring *ring, int64_t seq)
{
	return &ring->slots[(uint64_t)seq % ring->max_items];
}

static void drop_oldest(struct ring *ring)
{
	struct slot *slot = slot_of(ring, ring->oldest++);

	ring->bytes -= slot->size_bytes;
	free(slot->item);
	slot->item = NULL;
}

void ring_destroy(struct ring *ring)
{
	if (ring == NULL)
		return;
	while (ring->oldest < ring->next)
		drop_oldest(ring);
	free(ring->slots);
	free(ring);
}

int64_t ring_push(struct ring *ring, void *item, size_t size_bytes)
{
	while (ring->oldest < ring->next &&
		((size_t)(ring->next - ring->oldest) == ring->max_items ||
			ring->bytes + size_bytes > ring->max_bytes))
		drop_oldest(ring);
	*slot_of(ring, ring->next) = (struct slot){item, size_bytes};
	ring->bytes += size_bytes;
	return ring->next++;
}

void ring_limit(struct ring *ring, size_t max_bytes)
{
	ring->max_bytes = max_bytes;
	while (ring->bytes > max_bytes && ring->oldest + 1 < ring->next)
		drop_oldest(ring);
}

void *ring_get(const struct ring *ring, int64_t seq)
{
	return seq >= ring->oldest && seq < ring->next ? slot_of(ring, seq)->item : NULL;
}

int64_t ring_oldest(const struct ring *ring)
{
	return ring->oldest;
}

int64_t ring_next(const struct ring *ring)
{
	return ring->next;
}

size_t ring_bytes(const struct ring *ring)
{
	return ring->bytes;
}
