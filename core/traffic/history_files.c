/*
 * Partitions in order, and the ceiling. Called by history.c; history_partition.c knows what is inside a
 * file. Invariants: at most one partition is written to, the last; at most one other is open, the
 * one read or indexed last; first and last of partitions do not overlap and rise with their number.
 */
#include "core/traffic/history_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/xalloc.h"
#include "core/traffic/history_partition.h"

enum {
	PARTITIONS = 16, /* of the limit, when they are not too small or too large for it */
	CEILING_TEXT = 21, /* twenty digits and a newline, always: written over in place */
};
#define PARTITION_MIN INT64_C(262144)
#define PARTITION_MAX INT64_C(67108864)

struct history_files {
	char dir[PATH_MAX - 32]; /* room for a file's name behind it */
	int64_t max_bytes;
	int64_t partition_bytes;
	struct partition *partitions; /* by number */
	size_t count;
	size_t cap;
	bool writing; /* the last one is open for writing */
	bool indexing; /* the newest full one may lack indexes */
	size_t reading; /* index of the other open one, or SIZE_MAX */
	int ceiling_fd;
	int64_t ceiling; /* what is in the file */
	struct file_id parent; /* the directory above ours */
	char error[512];
};

/* ---- partitions ---- */

static struct partition *newest(const struct history_files *archive)
{
	return archive->count > 0 ? &archive->partitions[archive->count - 1] : NULL;
}

static void stop_reading(struct history_files *archive)
{
	if (archive->reading != SIZE_MAX)
		partition_close(&archive->partitions[archive->reading]);
	archive->reading = SIZE_MAX;
}

static void stop_writing(struct history_files *archive)
{
	if (archive->writing)
		partition_close(newest(archive));
	archive->writing = false;
}

static void add_partition(struct history_files *archive, unsigned number)
{
	array_reserve(&archive->partitions, &archive->cap, archive->count + 1,
		sizeof(*archive->partitions));
	struct partition *partition = &archive->partitions[archive->count++];
	*partition = (struct partition){.number = number};
	snprintf(partition->path, sizeof(partition->path), "%s/%06u.db", archive->dir, number);
}

static int by_number(const void *a, const void *b)
{
	const struct partition *pa = a, *pb = b;

	return pa->number < pb->number ? -1 : pa->number > pb->number;
}

static enum err find_partitions(struct history_files *archive, struct errbuf *eb)
{
	DIR *dir = opendir(archive->dir);

	if (dir == NULL)
		return err_set(eb, ERR_IO, "%s: %s", archive->dir, strerror(errno));
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct str name = str_of(entry->d_name);
		uint64_t number;
		if (!str_ends(name, STR_LIT(".db")) ||
			!str_to_u64((struct str){name.p, name.n - 3}, &number) ||
			number > UINT32_MAX - 1)
			continue;
		add_partition(archive, (unsigned)number);
	}
	closedir(dir);
	if (archive->count > 0)
		qsort(archive->partitions, archive->count, sizeof(*archive->partitions), by_number);
	for (size_t i = 0; i < archive->count; i++) {
		struct partition *partition = &archive->partitions[i];
		/* One that cannot be read is no reason not to start; it goes in its turn. */
		if (partition_open(partition, NULL) != ERR_NONE)
			partition->bad = true;
		partition_close(partition);
	}
	return ERR_NONE;
}

static int64_t total_bytes(const struct history_files *archive)
{
	int64_t total = 0;

	for (size_t i = 0; i < archive->count; i++)
		total += archive->partitions[i].bytes;
	return total;
}

static void drop_oldest(struct history_files *archive)
{
	if (archive->reading == 0)
		stop_reading(archive);
	else if (archive->reading != SIZE_MAX)
		archive->reading--;
	partition_unlink(&archive->partitions[0]);
	archive->count--;
	memmove(archive->partitions, archive->partitions + 1,
		archive->count * sizeof(*archive->partitions));
}

static bool readable(struct history_files *archive, size_t index)
{
	struct partition *partition = &archive->partitions[index];

	if (partition->bad)
		return false;
	if (archive->writing && index == archive->count - 1)
		return true;
	if (archive->reading != index)
		stop_reading(archive);
	/* Opening one that was removed would make an empty one. */
	if (partition->db == NULL && !file_identify(partition->path, &partition->file))
		partition->bad = true;
	if (partition->bad || partition_open(partition, NULL) != ERR_NONE)
		return false;
	archive->reading = index;
	return true;
}

/*
 * One index of the newest full partition, if it lacks one. One after each write, so that the writes
 * behind it wait a fraction of a second and not for all of them; what a kill left without is read
 * through.
 */
static void add_index(struct history_files *archive)
{
	size_t full = archive->count - (archive->writing ? 1 : 0);

	if (full == 0 || !archive->indexing)
		return;
	struct partition *partition = &archive->partitions[full - 1];
	if (!readable(archive, full - 1) || partition_is_indexed(partition) ||
		partition_add_index(partition, NULL) != ERR_NONE ||
		partition_is_indexed(partition)) {
		archive->indexing = false;
		stop_reading(archive);
	}
}

static void keep_limits(struct history_files *archive, const struct partition *written)
{
	add_index(archive);
	if (written->bytes >= archive->partition_bytes) {
		stop_writing(archive);
		archive->indexing = true;
	}
	while (archive->count > 1 && total_bytes(archive) > archive->max_bytes)
		drop_oldest(archive);
}

/* The last partition, open for writing; a new one when there is none that can go on. */
static struct partition *writable(struct history_files *archive, struct errbuf *eb)
{
	struct partition *last = newest(archive);

	if (last != NULL && last->bad)
		stop_writing(archive);
	if (last == NULL || last->bad || last->bytes >= archive->partition_bytes) {
		add_partition(archive, last != NULL ? last->number + 1 : 1);
		last = newest(archive);
	}
	if (archive->reading == archive->count - 1)
		stop_reading(archive);
	enum err err = partition_open(last, eb);
	archive->writing = err == ERR_NONE;
	return archive->writing ? last : NULL;
}

void history_files_describe(
	const struct history_files *archive, struct history_files_state *ret_state)
{
	*ret_state = (struct history_files_state){
		.bytes = total_bytes(archive), .partitions = (int64_t)archive->count};
	for (size_t i = 0; i < archive->count && ret_state->oldest == 0; i++)
		ret_state->oldest = archive->partitions[i].first;
	memcpy(ret_state->error, archive->error, sizeof(ret_state->error));
}

/* ---- the ceiling ---- */

enum err history_files_raise_ceiling(
	struct history_files *archive, int64_t ceiling, struct errbuf *eb)
{
	char text[CEILING_TEXT + 1];

	snprintf(text, sizeof(text), "%020lld\n", (long long)ceiling);
	if (pwrite(archive->ceiling_fd, text, CEILING_TEXT, 0) != CEILING_TEXT ||
		fdatasync(archive->ceiling_fd) != 0)
		return err_set(eb, ERR_IO, "%s/ceiling: %s", archive->dir, strerror(errno));
	archive->ceiling = ceiling;
	return ERR_NONE;
}

/* 0 when there is none yet, or it is no number. */
static int64_t read_ceiling(const struct history_files *archive)
{
	char text[CEILING_TEXT];
	int64_t ceiling;

	if (pread(archive->ceiling_fd, text, CEILING_TEXT, 0) != CEILING_TEXT ||
		!str_to_i64((struct str){text, CEILING_TEXT - 1}, &ceiling) || ceiling < 0)
		return 0;
	return ceiling;
}

static enum err open_ceiling(struct history_files *archive, struct errbuf *eb)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/ceiling", archive->dir);
	archive->ceiling_fd = file_open_private(path, O_RDWR, eb);
	return archive->ceiling_fd >= 0 ? ERR_NONE : ERR_IO;
}

/* ---- writing ---- */

static bool identify_parent(const struct history_files *archive, struct file_id *ret_id)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/..", archive->dir);
	return file_identify(path, ret_id);
}

/*
 * Whether the files that are open are what their names lead to. A directory that was removed is made again, in
 * the same one above it, with the ceiling that was in it: numbers go on, and what is gone with it is missing.
 */
static enum err find_files(struct history_files *archive, struct errbuf *eb)
{
	struct partition *last = newest(archive);
	struct file_id ceiling = {0};
	struct file_id parent;
	char path[PATH_MAX + 8];

	(void)snprintf(path, sizeof(path), "%s/ceiling", archive->dir);
	if (file_identify_fd(archive->ceiling_fd, &ceiling) && file_is(path, &ceiling) &&
		(!archive->writing || file_is(last->path, &last->file)))
		return ERR_NONE;
	stop_reading(archive);
	stop_writing(archive);
	archive->count = 0;
	if (!file_make_private_dir(archive->dir, eb))
		return ERR_IO;
	if (!identify_parent(archive, &parent) || parent.device != archive->parent.device ||
		parent.inode != archive->parent.inode) {
		(void)rmdir(archive->dir);
		return err_set(eb, ERR_IO,
			"%s was removed or replaced, with what is above it; no requests are kept",
			archive->dir);
	}
	close(archive->ceiling_fd);
	archive->ceiling_fd = -1;
	if (open_ceiling(archive, eb) != ERR_NONE ||
		history_files_raise_ceiling(archive, archive->ceiling, eb) != ERR_NONE)
		return ERR_IO;
	return find_partitions(archive, eb);
}

enum err history_files_write(struct history_files *archive, struct request *const *requests,
	size_t count, struct errbuf *eb)
{
	struct errbuf own = {0};
	struct partition *partition =
		find_files(archive, &own) == ERR_NONE ? writable(archive, &own) : NULL;
	bool written =
		partition != NULL && partition_write(partition, requests, count, &own) == ERR_NONE;

	str_copy(archive->error, sizeof(archive->error), str_of(own.text));
	if (written) {
		keep_limits(archive, partition);
		return ERR_NONE;
	}
	/* Opened anew at the next write: some errors stay with a handle. */
	stop_writing(archive);
	if (eb != NULL)
		*eb = own;
	return ERR_IO;
}

/* Where to begin, and whether what is missing before that was lost. Reserves the first numbers. */
static enum err begin_numbers(
	struct history_files *archive, int64_t *ret_first, int64_t *ret_ceiling, struct errbuf *eb)
{
	int64_t stored = 0;
	int64_t ceiling = read_ceiling(archive);

	for (size_t i = 0; i < archive->count; i++)
		if (archive->partitions[i].last > stored)
			stored = archive->partitions[i].last;
	int64_t first = ceiling > stored ? ceiling : stored + 1;
	/* Without a ceiling that can be believed, beyond whatever may have been reserved. */
	if (ceiling <= stored && stored > 0)
		first = stored + 2 * HISTORY_FILES_CEILING_STEP;
	if (history_files_raise_ceiling(archive, first + HISTORY_FILES_CEILING_STEP, eb) !=
		ERR_NONE)
		return ERR_IO;
	*ret_first = first;
	*ret_ceiling = first + HISTORY_FILES_CEILING_STEP;
	if (first > stored + 1) {
		/* For who reads over the jump; without it he is told a number too large. */
		struct partition *partition = writable(archive, NULL);
		if (partition != NULL)
			partition_add_run(partition, first, NULL);
	}
	return ERR_NONE;
}

/* ---- opening and closing ---- */

struct history_files *history_files_open(const char *dir, int64_t max_bytes, int64_t *ret_first,
	int64_t *ret_ceiling, struct errbuf *eb)
{
	struct history_files *archive = xcalloc(1, sizeof(*archive));
	int64_t part = max_bytes / PARTITIONS;

	archive->ceiling_fd = -1;
	archive->reading = SIZE_MAX;
	archive->max_bytes = max_bytes;
	archive->partition_bytes = part < PARTITION_MIN   ? PARTITION_MIN
				   : part > PARTITION_MAX ? PARTITION_MAX
							  : part;
	if (!str_copy(archive->dir, sizeof(archive->dir), str_of(dir))) {
		err_set(eb, ERR_IO, "%s: the path is too long", dir);
		goto fail;
	}
	if (!file_make_private_dir(dir, eb))
		goto fail;
	if (!identify_parent(archive, &archive->parent)) {
		err_set(eb, ERR_IO, "%s: %s", dir, strerror(errno));
		goto fail;
	}
	if (open_ceiling(archive, eb) != ERR_NONE || find_partitions(archive, eb) != ERR_NONE ||
		begin_numbers(archive, ret_first, ret_ceiling, eb) != ERR_NONE)
		goto fail;
	return archive;

fail:
	history_files_close(archive, 0);
	return NULL;
}

void history_files_close(struct history_files *archive, int64_t next)
{
	if (archive == NULL)
		return;
	stop_reading(archive);
	stop_writing(archive);
	if (next > 0)
		(void)history_files_raise_ceiling(archive, next, NULL);
	if (archive->ceiling_fd >= 0)
		close(archive->ceiling_fd);
	free(archive->partitions);
	free(archive);
}

/* ---- reading ---- */

struct reading {
	struct history_files_query *query;
	struct partition *partition;
	int64_t expected; /* ascending: the number that comes next when none is missing */
};

static struct history_files_item *add_item(struct history_files_query *query)
{
	array_reserve(&query->items, &query->cap, query->count + 1, sizeof(*query->items));
	return &query->items[query->count++];
}

static void add_gap(struct reading *reading, int64_t upto)
{
	struct history_files_query *query = reading->query;
	bool jump = reading->partition != NULL &&
		    partition_has_run(reading->partition, reading->expected - 1, upto);

	*add_item(query) =
		(struct history_files_item){.missing = jump ? -1 : upto - reading->expected};
}

static bool on_row(void *arg, const struct request *request)
{
	struct reading *reading = arg;
	struct history_files_query *query = reading->query;

	if (query->ascending && request->seq > reading->expected)
		add_gap(reading, request->seq);
	reading->expected = request->seq + 1;
	query->next = query->ascending ? request->seq + 1 : request->seq - 1;
	if (query->filter == NULL ||
		filter_may_match_request(query->filter, request, query->now_ms))
		*add_item(query) = (struct history_files_item){.request = request_copy(request)};
	return query->count < query->max_items;
}

/* The partition to read from next, or SIZE_MAX. */
static size_t choose(
	struct history_files *archive, const struct history_files_query *query, size_t from)
{
	for (size_t n = from; n < archive->count; n++) {
		size_t i = query->ascending ? n : archive->count - 1 - n;
		const struct partition *p = &archive->partitions[i];
		if (p->last > 0 && p->first <= query->high && p->last >= query->low &&
			readable(archive, i))
			return n;
	}
	return SIZE_MAX;
}

enum err history_files_read(
	struct history_files *archive, struct history_files_query *query, struct errbuf *eb)
{
	struct reading reading = {.query = query, .expected = query->low};
	struct partition_query rows = {.low = query->low,
		.high = query->high,
		.ascending = query->ascending,
		.filter = query->filter,
		.since = query->filter != NULL ? filter_since(query->filter, query->now_ms) : 0,
		.row = on_row,
		.arg = &reading};
	size_t left = query->max_rows;
	size_t n = 0;

	query->next = query->ascending ? query->low : query->high;
	while ((n = choose(archive, query, n)) != SIZE_MAX) {
		size_t index = query->ascending ? n : archive->count - 1 - n;
		size_t read;
		reading.partition = &archive->partitions[index];
		rows.max_rows = left;
		enum err err = partition_read(reading.partition, &rows, &read, eb);
		/* A damaged file is passed over: what the others hold is still worth having. */
		if (err != ERR_NONE && !reading.partition->bad)
			return err;
		left -= read;
		if (left == 0 || query->count >= query->max_items)
			return ERR_NONE;
		n++;
	}
	query->end = true;
	if (query->ascending && reading.expected <= query->high) {
		/* A run that begins right behind is noted in the newest. */
		bool open = archive->count > 0 && readable(archive, archive->count - 1);
		reading.partition = open ? newest(archive) : NULL;
		add_gap(&reading, query->high + 1);
	}
	return ERR_NONE;
}
