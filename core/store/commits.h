/*
 * How many commits the database had, in a file beside it. What is missing at the end of the database, because
 * its log was damaged or an older copy was put in its place, cannot be seen in the database itself.
 */
#ifndef UMBRA_STORE_COMMITS_H
#define UMBRA_STORE_COMMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

enum { COMMITS_NAME_SIZE = 17 };

struct commits {
	char file[COMMITS_NAME_SIZE]; /* made at random for each database */
	int64_t count;
};

enum commits_state { COMMITS_NONE, COMMITS_GOOD, COMMITS_UNREADABLE };

enum commits_state commits_read(int fd, struct commits *ret_commits);
/* Not synced: after a power cut it may be behind the database, never before it. */
bool commits_write(int fd, const struct commits *commits);

#endif
