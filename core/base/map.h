/*
 * A hash map from text to pointer. Keys are copied; values are the caller's. Seeded SipHash, so that
 * keys from outside cannot be chosen to collide. Order of iteration is that of the table.
 */
#ifndef UMBRA_BASE_MAP_H
#define UMBRA_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct map;

struct map *map_create(void);
/* `free_value` may be NULL. */
void map_destroy(struct map *map, void (*free_value)(void *value));
size_t map_count(const struct map *map);
/* NULL when absent. */
void *map_get(const struct map *map, struct str key);
/* Returns the value that was there before, or NULL. `value` must not be NULL. */
void *map_set(struct map *map, struct str key, void *value);
/* Returns the removed value, or NULL. */
void *map_remove(struct map *map, struct str key);
/* Iterates: start with *cursor = 0; false at the end. Removing the current element is allowed, nothing else. */
bool map_next(const struct map *map, size_t *cursor, struct str *ret_key, void **ret_value);

#endif
