/*
 * The directory a store lives in: made when missing, and held by one process at a time.
 */
#ifndef UMBRA_STORE_STATE_DIR_H
#define UMBRA_STORE_STATE_DIR_H

#include <stdbool.h>

#include "core/base/err.h"

/*
 * Makes `dir` (and what is above it) with mode 0700 when it is missing, and takes dir/lock. Returns the
 * descriptor that holds the lock until it is closed or the process ends, however it ends; -1 with a
 * sentence when the directory cannot be made or written, or another process holds it.
 */
int state_dir_acquire(const char *dir, struct errbuf *eb);
/* The same in a directory that is there. */
int state_dir_lock(const char *dir, struct errbuf *eb);

#endif
