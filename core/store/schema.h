/*
 * The tables of state.db, and what version of them a file has.
 */
#ifndef UMBRA_STORE_SCHEMA_H
#define UMBRA_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum { SCHEMA_VERSION = 2 }; /* PRAGMA user_version */

enum schema_state {
	SCHEMA_EMPTY, /* a file without anything */
	SCHEMA_GOOD,
	SCHEMA_OLD, /* of an earlier umbra */
	SCHEMA_NEWER,
	SCHEMA_FOREIGN,
	SCHEMA_DAMAGED, /* it says that it is ours, and the tables are others */
};

/* Returns SQLite's code; with SQLITE_OK the state and the version that the file has. */
int schema_look(sqlite3 *db, enum schema_state *ret_state, int *ret_version);
/* Makes the tables in an empty file, or those of this version from those of an earlier one. SQLite's code. */
int schema_make(sqlite3 *db);
/* The checksum of a row, in the row and in the index. */
int64_t schema_mark(int kind, struct str id, struct str json);

#endif
