/* A store without a disk. */
#ifndef UMBRA_TESTS_STORE_MEMORY_H
#define UMBRA_TESTS_STORE_MEMORY_H

#include "core/store/store.h"

/* Keeps nothing over its end; `done` still comes from the loop, never from inside commit. */
struct store *store_memory_create(struct event_base *base);

#endif
