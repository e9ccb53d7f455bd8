/*
 * The history's files: partitions dir/NNNNNN.db in order, the last one written to, the oldest
 * dropped whole when together they are over the limit; and the ceiling of the numbers, dir/ceiling.
 *
 * Everything here blocks. It is used before the loop runs, then by the history's thread alone, and
 * at the end again by whoever closes it.
 *
 * Numbers. The file `ceiling` holds a number below which all may have been given. It is raised, and
 * on the disk, before a number at or above it is used. A process that closes in order lowers it to
 * the next number; one that was killed leaves it, so its successor begins there: nothing is given
 * twice, and a `run` tells readers that what is missing before it was never given, or not stored
 * when the kill came.
 */
#ifndef UMBRA_TRAFFIC_HISTORY_FILES_H
#define UMBRA_TRAFFIC_HISTORY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/model/filter.h"
#include "core/model/request.h"

/*
 * Numbers reserved at a time. At the fastest intake that is seconds, so a slow disk does not hold
 * up the numbering; after a kill it is what they jump by.
 */
#define HISTORY_FILES_CEILING_STEP INT64_C(500000)

struct history_files;

/* What is known of it; a copy travels to the loop with each job. */
struct history_files_state {
	int64_t bytes;
	int64_t partitions;
	int64_t oldest; /* seq, 0 when nothing is stored */
	char error[512]; /* of the last write, "" when it went well */
};

/* Makes `dir` when it is missing. *ret_first is the first number to give, below *ret_ceiling. */
struct history_files *history_files_open(const char *dir, int64_t max_bytes, int64_t *ret_first,
	int64_t *ret_ceiling, struct errbuf *eb);
/* `next`: what comes after the last number given; 0 leaves the ceiling where it is. */
void history_files_close(struct history_files *archive, int64_t next);

/* All or nothing; numbers rise. Then drops partitions that are over the limit. */
enum err history_files_write(struct history_files *archive, struct request *const *requests,
	size_t count, struct errbuf *eb);
/* On the disk when it returns ERR_NONE. */
enum err history_files_raise_ceiling(
	struct history_files *archive, int64_t ceiling, struct errbuf *eb);
void history_files_describe(
	const struct history_files *archive, struct history_files_state *ret_state);

/* One thing found: a record, or that some are missing before the next one. */
struct history_files_item {
	struct request *request; /* a copy; NULL for a gap */
	int64_t missing; /* of a gap; -1 when it is not known how many */
};

/*
 * One slice of reading. Newest first (`ascending` false): records of low..high that `filter` may
 * match. Oldest first: the same, and a gap wherever numbers of low..high are missing, which is what
 * a tail wants. Reads at most max_rows rows and finds at most max_items items. `next` is where to
 * go on: the new `high`, or with `ascending` the new `low`; `end` says that there is nothing more
 * in low..high.
 */
struct history_files_query {
	int64_t low, high;
	size_t max_rows, max_items;
	bool ascending;
	const struct filter *filter;
	int64_t now_ms;
	/* results; the caller frees each request and items */
	struct history_files_item *items;
	size_t count;
	size_t cap;
	int64_t next;
	bool end;
};
enum err history_files_read(
	struct history_files *archive, struct history_files_query *query, struct errbuf *eb);

#endif
