/*
 * The tail's lines, and the index of those that the filter shows. Fed by the app from the tail client, read by the
 * Requests view. Invariant: `shown` holds, in order, the numbers of the kept lines that the filter matches and of those
 * around them, each with what it is in its low bits; neither its first nor its last is a gap. Adding a line is O(1)
 * (plus its context), a new filter is O(lines kept).
 */
#include "tui/data/request_log.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/xalloc.h"
#include "core/model/ring.h"
#include "core/model/trace.h"

/* An entry of `shown`: the number, whether it is an error, enum line_part. So entries sort by number, a gap first. */
enum { PART_BITS = 3, PART_MASK = 3, ERROR_BIT = 4 };
enum { REQUEST_LOG_MAX = 20000 };

struct request_log {
	struct ring *ring;
	struct trace_index *traces; /* over the whole ring */
	size_t max_lines;
	size_t max_bytes;
	struct filter *filter;
	size_t context;
	int64_t matched; /* the last number the filter matched, 0: none */
	int64_t first; /* number at the clear */
	size_t gaps; /* in `shown` */
	size_t errors; /* in `shown` */
	int64_t *shown;
	size_t head; /* the first of `shown` that counts */
	size_t tail; /* behind the last */
	size_t cap;
	int64_t lost;
	bool lost_unknown;
	int64_t last_seq;
	int64_t begun_ms; /* when the first came after the clear: what is older was not heard live; 0: none came */
	int64_t second; /* wall second being counted */
	int in_second;
	int in_second_before;
};

static const struct request *get_line(const void *store, int64_t number)
{
	return ring_get(((const struct request_log *)store)->ring, number);
}

struct request_log *request_log_create(size_t max_lines, size_t max_bytes)
{
	struct request_log *lines = xcalloc(1, sizeof(*lines));

	lines->max_lines = max_lines > 0 ? max_lines : REQUEST_LOG_MAX;
	lines->max_bytes = max_bytes > 0 ? max_bytes : REQUEST_LOG_BYTES_MAX;
	lines->first = 1;
	lines->ring = ring_create(lines->max_lines, lines->max_bytes, lines->first);
	lines->traces = trace_index_create(lines->max_lines, get_line, lines);
	return lines;
}

void request_log_destroy(struct request_log *lines)
{
	if (!lines)
		return;
	trace_index_destroy(lines->traces);
	ring_destroy(lines->ring);
	filter_destroy(lines->filter);
	free(lines->shown);
	free(lines);
}

static void empty(struct request_log *lines)
{
	lines->head = lines->tail = lines->gaps = lines->errors = 0;
	lines->matched = 0;
}

void request_log_clear(struct request_log *lines, int64_t first)
{
	int64_t next = ring_next(lines->ring);

	if (next < first)
		next = first;
	ring_destroy(lines->ring);
	lines->ring = ring_create(lines->max_lines, lines->max_bytes, next);
	lines->first = next;
	empty(lines);
	lines->lost = lines->last_seq = 0;
	lines->lost_unknown = false;
	lines->in_second = lines->in_second_before = 0;
	lines->begun_ms = 0;
}

static int64_t entry_of(int64_t number, enum line_part part)
{
	return number * (1 << PART_BITS) + (int64_t)part;
}

static int64_t number_of(int64_t entry)
{
	return entry >> PART_BITS;
}

static enum line_part part_of(int64_t entry)
{
	return (enum line_part)(entry & PART_MASK);
}

static bool is_error_row(const struct request_log *lines, size_t row)
{
	return (lines->shown[lines->head + row] & ERROR_BIT) != 0;
}

/* Lines that left the ring leave the index, and so does a gap that is now its first entry. */
static void trim(struct request_log *lines)
{
	int64_t oldest = ring_oldest(lines->ring);

	while (lines->head < lines->tail &&
		(number_of(lines->shown[lines->head]) < oldest ||
			part_of(lines->shown[lines->head]) == LINE_GAP)) {
		lines->gaps -= part_of(lines->shown[lines->head]) == LINE_GAP;
		lines->errors -= is_error_row(lines, 0);
		lines->head++;
	}
	if (lines->head > lines->tail - lines->head) {
		memmove(lines->shown, lines->shown + lines->head,
			(lines->tail - lines->head) * sizeof(*lines->shown));
		lines->tail -= lines->head;
		lines->head = 0;
	}
}

static void append(struct request_log *lines, int64_t number, enum line_part part)
{
	const struct request *line = ring_get(lines->ring, number);
	int64_t error = part != LINE_GAP && line && line_is_error(line) ? ERROR_BIT : 0;

	array_reserve(&lines->shown, &lines->cap, lines->tail + 1, sizeof(*lines->shown));
	lines->shown[lines->tail++] = entry_of(number, part) | error;
	lines->errors += error != 0;
}

/* With the lines from `from` on that are not shown yet before it, and a gap where some are left out. */
static void show(struct request_log *lines, int64_t number, int64_t from, enum line_part part)
{
	int64_t last = lines->tail > lines->head ? number_of(lines->shown[lines->tail - 1]) : 0;

	if (from < ring_oldest(lines->ring))
		from = ring_oldest(lines->ring);
	if (from <= last)
		from = last + 1;
	if (lines->context > 0 && last > 0 && from > last + 1) {
		append(lines, from, LINE_GAP);
		lines->gaps++;
	}
	for (; from < number; from++)
		append(lines, from, LINE_CONTEXT);
	append(lines, number, part);
}

static void index_line(
	struct request_log *lines, int64_t number, const struct environment *env, int64_t now_ms)
{
	const struct request *line = ring_get(lines->ring, number);

	if (!line)
		return;
	if (line->seq == 0) {
		show(lines, number, number, LINE_MATCH);
	} else if (!lines->filter || filter_match_request(lines->filter, line, env, now_ms)) {
		show(lines, number, number - (int64_t)lines->context, LINE_MATCH);
		lines->matched = number;
	} else if (lines->matched > 0 && number - lines->matched <= (int64_t)lines->context) {
		show(lines, number, number, LINE_CONTEXT);
	}
}

/* Whether `second` is the one that was counted last, and was counted from its beginning. */
static bool whole_second(const struct request_log *lines, int64_t second)
{
	return second == lines->second && second * 1000 >= lines->begun_ms;
}

static void count_second(struct request_log *lines, int64_t now_ms)
{
	int64_t second = now_ms / 1000;

	if (second == lines->second)
		return;
	lines->in_second_before = whole_second(lines, second - 1) ? lines->in_second : 0;
	lines->in_second = 0;
	lines->second = second;
}

void request_log_add(struct request_log *lines, const struct request *request,
	const struct environment *env, int64_t now_ms)
{
	struct request *copy = request_copy(request);
	int64_t number = ring_push(lines->ring, copy, request_size(copy));

	trace_index_add(lines->traces, number, request->trace);
	index_line(lines, number, env, now_ms);
	lines->last_seq = request->seq;
	if (lines->begun_ms == 0)
		lines->begun_ms = now_ms;
	count_second(lines, now_ms);
	if (request->time >= lines->begun_ms) /* not the backlog */
		lines->in_second++;
	trim(lines);
}

size_t request_log_bytes(const struct request_log *lines)
{
	return ring_bytes(lines->ring);
}

void request_log_limit(struct request_log *lines, size_t max_bytes)
{
	lines->max_bytes = max_bytes;
	ring_limit(lines->ring, max_bytes);
	trim(lines);
}

void request_log_add_loss(struct request_log *lines, int64_t count, const char *why)
{
	struct request loss;
	struct request *copy;

	memset(&loss, 0, sizeof(loss));
	loss.retries = count;
	loss.error = str_of(why);
	copy = request_copy(&loss);
	index_line(lines, ring_push(lines->ring, copy, request_size(copy)), NULL, 0);
	if (count < 0)
		lines->lost_unknown = true;
	else
		lines->lost += count;
	trim(lines);
}

const struct request *request_log_get(const struct request_log *lines, int64_t number)
{
	return ring_get(lines->ring, number);
}

const struct request *request_log_lost_session(const struct request_log *lines, int64_t number)
{
	const struct request *line = ring_get(lines->ring, number);

	return line && line->seq != 0 ? trace_index_lost_by(lines->traces, line) : NULL;
}

bool line_is_loss(const struct request *line, int64_t *ret_count, struct str *ret_why)
{
	if (line->seq != 0)
		return false;
	*ret_count = line->retries;
	*ret_why = line->error;
	return true;
}

bool line_is_error(const struct request *line)
{
	static const bool went_elsewhere[REASON_COUNT + 1] = {
		[REASON_SESSION_UNKNOWN] = true,
		[REASON_SESSION_EXPIRED] = true,
		[REASON_VERSION_GONE] = true,
		[REASON_VERSION_UNHEALTHY] = true,
		[REASON_STABLE_DOWN] = true,
	};

	return line->seq != 0 &&
	       (line->status >= 500 || line->answered_by == ANSWERED_BY_PROXY ||
		       (line->reason < REASON_COUNT && went_elsewhere[line->reason]));
}

static void index_all(struct request_log *lines, const struct environment *env, int64_t now_ms)
{
	empty(lines);
	for (int64_t n = ring_oldest(lines->ring); n < ring_next(lines->ring); n++)
		index_line(lines, n, env, now_ms);
}

void request_log_filter(struct request_log *lines, struct filter *filter,
	const struct environment *env, int64_t now_ms)
{
	filter_destroy(lines->filter);
	lines->filter = filter;
	index_all(lines, env, now_ms);
}

void request_log_filter_like(struct request_log *lines, const struct request_log *other,
	const struct environment *env, int64_t now_ms)
{
	lines->context = other->context;
	request_log_filter(lines,
		other->filter ? filter_parse(filter_text(other->filter), NULL, NULL) : NULL, env,
		now_ms);
}

void request_log_set_context(
	struct request_log *lines, size_t count, const struct environment *env, int64_t now_ms)
{
	lines->context = count;
	index_all(lines, env, now_ms);
}

size_t request_log_shown(const struct request_log *lines)
{
	return lines->tail - lines->head;
}

int64_t request_log_number(const struct request_log *lines, size_t row)
{
	return row < request_log_shown(lines) ? number_of(lines->shown[lines->head + row]) : 0;
}

enum line_part request_log_part(const struct request_log *lines, size_t row)
{
	return row < request_log_shown(lines) ? part_of(lines->shown[lines->head + row]) : LINE_GAP;
}

bool request_log_find_error(const struct request_log *lines, size_t row, bool back, size_t *ret_row)
{
	size_t count = request_log_shown(lines);

	while (back ? row > 0 : row + 1 < count) {
		row = back ? row - 1 : row + 1;
		if (row < count && is_error_row(lines, row)) {
			*ret_row = row;
			return true;
		}
	}
	return false;
}

/* From whichever end is nearer: each frame asks, and mostly at the last row. */
void request_log_count_errors(
	const struct request_log *lines, size_t row, size_t *ret_before, size_t *ret_behind)
{
	size_t count = request_log_shown(lines);
	bool from_end = row > count / 2;
	size_t counted = 0;
	size_t here = row < count && is_error_row(lines, row);

	for (size_t i = from_end ? row + 1 : 0; i < (from_end ? count : row); i++)
		counted += is_error_row(lines, i);
	*ret_before = from_end ? lines->errors - here - counted : counted;
	*ret_behind = lines->errors - here - *ret_before;
}

int64_t request_log_first(const struct request_log *lines)
{
	return ring_oldest(lines->ring);
}

int64_t request_log_end(const struct request_log *lines)
{
	return ring_next(lines->ring);
}

size_t request_log_row(const struct request_log *lines, int64_t number)
{
	size_t low = lines->head;
	size_t high = lines->tail;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lines->shown[middle] < entry_of(number, LINE_CONTEXT))
			low = middle + 1;
		else
			high = middle;
	}
	return low - lines->head;
}

void request_log_count(
	const struct request_log *lines, int64_t now_ms, struct request_log_counts *ret_counts)
{
	int64_t second = now_ms / 1000;

	ret_counts->kept = (size_t)(ring_next(lines->ring) - ring_oldest(lines->ring));
	ret_counts->hidden = ret_counts->kept - (request_log_shown(lines) - lines->gaps);
	ret_counts->trimmed = ring_oldest(lines->ring) - lines->first;
	ret_counts->lost = lines->lost;
	ret_counts->lost_unknown = lines->lost_unknown;
	ret_counts->last_seq = lines->last_seq;
	ret_counts->per_second = second == lines->second           ? lines->in_second_before
				 : whole_second(lines, second - 1) ? lines->in_second
								   : 0;
}
