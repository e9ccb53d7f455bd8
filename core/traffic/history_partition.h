/*
 * One file of the history: an SQLite database with a table of request records, a column for each
 * field of the record's table. Once full it gets indexes by time, service with version, session,
 * trace and id; the one that is written to is read through. A list of `run`s beside it holds the
 * first number of each process whose predecessor was killed: numbers are missing before it that
 * were never given.
 *
 * Everything here blocks and runs on the history's thread, or before the loop does. A partition
 * that is no database, or of another schema, is left alone: it is `bad`, takes part in the count of
 * bytes, and goes when its turn comes.
 */
#ifndef UMBRA_TRAFFIC_HISTORY_PARTITION_H
#define UMBRA_TRAFFIC_HISTORY_PARTITION_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "core/base/err.h"
#include "core/base/file.h"
#include "core/model/filter.h"
#include "core/model/request.h"

struct partition {
	unsigned number;
	char path[PATH_MAX];
	sqlite3 *db; /* NULL while closed */
	struct file_id file; /* that is open */
	sqlite3_stmt *insert; /* prepared while it is written to */
	bool bad;
	int64_t first, last; /* seq; 0 while there is none */
	int64_t bytes; /* of its files */
	unsigned indexes; /* how many of them are made */
};

/* Reads first, last and bytes of a file that is there, or makes the file. */
enum err partition_open(struct partition *partition, struct errbuf *eb);
void partition_close(struct partition *partition);
void partition_unlink(const struct partition *partition);
/* All or nothing. The numbers must be above `last`, and rise. */
enum err partition_write(struct partition *partition, struct request *const *requests, size_t count,
	struct errbuf *eb);
bool partition_is_indexed(const struct partition *partition);
/* Makes the next index of a full partition. */
enum err partition_add_index(struct partition *partition, struct errbuf *eb);
enum err partition_add_run(struct partition *partition, int64_t seq, struct errbuf *eb);
/* Whether a run begins in after+1..upto. */
bool partition_has_run(struct partition *partition, int64_t after, int64_t upto);

/*
 * Reads rows with low <= seq <= high, at most max_rows, newest first or, with `ascending`, oldest
 * first. Newest first, rows are left out that an exact word of `filter` or its since: rules out by
 * an index. `row` gets each with views that end with the call; it returns false to stop. *ret_rows
 * says how many rows were read: fewer than max_rows when there is no further one.
 */
struct partition_query {
	int64_t low, high;
	size_t max_rows;
	bool ascending;
	const struct filter *filter;
	int64_t since; /* filter_since(), 0 for none */
	bool (*row)(void *arg, const struct request *request);
	void *arg;
};
enum err partition_read(struct partition *partition, const struct partition_query *query,
	size_t *ret_rows, struct errbuf *eb);

#endif
