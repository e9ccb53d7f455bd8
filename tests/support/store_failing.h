/* A store that fails when it is told to. */
#ifndef UMBRA_TESTS_STORE_FAILING_H
#define UMBRA_TESTS_STORE_FAILING_H

#include "core/store/store.h"

/* Wraps `inner` (owned) and fails the n-th commit (from 1) and, with `forever`, all after it. */
struct store *store_failing_create(struct store *inner, unsigned fail_at, bool forever);

#endif
