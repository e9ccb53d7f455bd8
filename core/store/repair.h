/*
 * Looking whether a database is whole, and getting out of a damaged one what can be read.
 */
#ifndef UMBRA_STORE_REPAIR_H
#define UMBRA_STORE_REPAIR_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/store/store.h"

/*
 * True when every row has its checksum, table and index name the same rows, and the file's pages hang
 * together; that is looked at up to a size that takes a fraction of a second. Else `why` gets the first
 * thing that is wrong.
 */
bool repair_is_whole(sqlite3 *db, char *why, size_t size_bytes);

/*
 * Adds to `good` every row that can be read and has its checksum, and names those that were there and cannot
 * in `damage`. *ret_complete: there cannot be others. Reads only.
 */
void repair_read(sqlite3 *db, struct batch *good, struct store_damage *damage, bool *ret_complete);

#endif
