/*
 * A hash map from text to pointer. Keys are copied; values are the caller's. Seeded SipHash, so that
 * keys from outside cannot be chosen to collide. Order of iteration is that of the table.
 */
#ifndef UMBRA_BASE_HASHMAP_H
#define UMBRA_BASE_HASHMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct hashmap;

struct hashmap *hashmap_create(void);
/* `free_value` may be NULL. */
void hashmap_destroy(struct hashmap *map, void (*free_value)(void *value));
size_t hashmap_count(const struct hashmap *map);
/* NULL when absent. */
void *hashmap_get(const struct hashmap *map, struct str key);
/* Returns the value that was there before, or NULL. `value` must not be NULL. */
void *hashmap_set(struct hashmap *map, struct str key, void *value);
/* Returns the removed value, or NULL. */
void *hashmap_remove(struct hashmap *map, struct str key);
/* Iterates: start with *cursor = 0; false at the end. Removing the current element is allowed, nothing else. */
bool hashmap_next(const struct hashmap *map, size_t *cursor, struct str *ret_key, void **ret_value);

#endif
