/*
 * The hash map: open addressing with linear probing over slots that point to entries. A removed entry
 * leaves a mark, so nothing moves while somebody iterates; marks go when the table is rebuilt. At most
 * three quarters of the slots are ever taken or marked, so probing ends.
 */
#include "core/base/hashmap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/xalloc.h"
#include "core/base/random.h"

struct entry {
	uint64_t hash;
	void *value;
	size_t len;
	char key[];
};

struct hashmap {
	struct entry **slots; /* NULL: free; &removed: was taken */
	size_t cap; /* a power of two, or 0 */
	size_t count;
	size_t used; /* taken and marked */
};

static struct entry removed;

/* One seed a process: whoever sends keys cannot know it. */
static uint8_t seed[HASH_KEY_BYTES];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void seed_init(void)
{
	random_bytes(seed, sizeof(seed));
}

struct hashmap *hashmap_create(void)
{
	pthread_once(&seed_once, seed_init);
	return xcalloc(1, sizeof(struct hashmap));
}

void hashmap_destroy(struct hashmap *map, void (*free_value)(void *value))
{
	if (map == NULL)
		return;
	for (size_t i = 0; i < map->cap; i++) {
		struct entry *entry = map->slots[i];
		if (entry == NULL || entry == &removed)
			continue;
		if (free_value != NULL)
			free_value(entry->value);
		free(entry);
	}
	free(map->slots);
	free(map);
}

size_t hashmap_count(const struct hashmap *map)
{
	return map->count;
}

/* The slot that holds the key, or the free one where probing ended. The table must not be empty. */
static struct entry **find(const struct hashmap *map, uint64_t hash, struct str key)
{
	size_t mask = map->cap - 1;
	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
		struct entry *entry = map->slots[i];
		if (entry == NULL)
			return &map->slots[i];
		if (entry != &removed && entry->hash == hash &&
			str_eq((struct str){entry->key, entry->len}, key))
			return &map->slots[i];
	}
}

void *hashmap_get(const struct hashmap *map, struct str key)
{
	if (map->count == 0)
		return NULL;
	struct entry *entry = *find(map, hash_siphash(seed, key), key);
	return entry != NULL ? entry->value : NULL;
}

static void rebuild(struct hashmap *map)
{
	struct hashmap old = *map;
	map->cap = 8;
	while (map->cap / 2 < old.count + 1)
		map->cap *= 2;
	map->slots = xcalloc(map->cap, sizeof(struct entry *));
	map->used = old.count;
	for (size_t i = 0; i < old.cap; i++) {
		struct entry *entry = old.slots[i];
		if (entry != NULL && entry != &removed)
			*find(map, entry->hash, (struct str){entry->key, entry->len}) = entry;
	}
	free(old.slots);
}

void *hashmap_set(struct hashmap *map, struct str key, void *value)
{
	if (map->used + 1 > map->cap / 4 * 3)
		rebuild(map);
	uint64_t hash = hash_siphash(seed, key);
	struct entry **slot = find(map, hash, key);
	if (*slot != NULL) {
		void *before = (*slot)->value;
		(*slot)->value = value;
		return before;
	}
	struct entry *entry = xmalloc(sizeof(*entry) + key.n);
	*entry = (struct entry){.hash = hash, .value = value, .len = key.n};
	if (key.n > 0)
		memcpy(entry->key, key.p, key.n);
	*slot = entry;
	map->count++;
	map->used++;
	return NULL;
}

void *hashmap_remove(struct hashmap *map, struct str key)
{
	if (map->count == 0)
		return NULL;
	struct entry **slot = find(map, hash_siphash(seed, key), key);
	if (*slot == NULL)
		return NULL;
	void *value = (*slot)->value;
	free(*slot);
	*slot = &removed;
	map->count--;
	return value;
}

bool hashmap_next(const struct hashmap *map, size_t *cursor, struct str *ret_key, void **ret_value)
{
	while (*cursor < map->cap) {
		struct entry *entry = map->slots[(*cursor)++];
		if (entry == NULL || entry == &removed)
			continue;
		*ret_key = (struct str){entry->key, entry->len};
		*ret_value = entry->value;
		return true;
	}
	return false;
}
